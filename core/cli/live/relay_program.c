/* SPDX-License-Identifier: MIT */
#include "cli/live/relay_program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program/status.h"

enum { LINE_BYTES = 64, PATIENCE_MS = 10000, READ = 0, WRITE = 1 };

extern char **environ;

/* Ends of ours that a later child would inherit keep an earlier one alive. */
static int make_pipe(int ends[2])
{
    if (pipe(ends) != 0)
        return -1;
    fcntl(ends[READ], F_SETFD, FD_CLOEXEC);
    fcntl(ends[WRITE], F_SETFD, FD_CLOEXEC);
    return 0;
}

static void close_pipe(const int ends[2])
{
    close(ends[READ]);
    close(ends[WRITE]);
}

/* posix_spawn() says what exec() said, or 0. */
static int spawn(pid_t *pid, const char *const *arguments, const int in[2], const int out[2])
{
    posix_spawn_file_actions_t actions;
    if (posix_spawn_file_actions_init(&actions) != 0)
        return ENOMEM;
    posix_spawn_file_actions_adddup2(&actions, in[READ], STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, out[WRITE], STDOUT_FILENO);
    /* posix_spawn() does not write to them, but its type comes from before const. */
    int result = posix_spawn(pid, arguments[0], &actions, NULL, (char *const *)(uintptr_t)arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    return result;
}

/* Its first line; 0 where none comes. */
static unsigned read_port(int fd)
{
    char line[LINE_BYTES] = "";
    unsigned port = 0;
    for (size_t used = 0; used + 1 < sizeof line && strchr(line, '\n') == NULL;) {
        struct pollfd one = {.fd = fd, .events = POLLIN};
        if (poll(&one, 1, PATIENCE_MS) != 1)
            return 0;
        ssize_t got = read(fd, line + used, sizeof line - 1 - used);
        if (got <= 0)
            return 0;
        used += (size_t)got;
    }
    return sscanf(line, "listen %u", &port) == 1 && port <= UINT16_MAX ? port : 0;
}

static int fail_start(const char *path, int reason, etp_error *error)
{
    etp_fail(error, ETP_EIO, "%s cannot be run as a relay: %s", path, strerror(reason));
    return ETP_EXIT_FAILED;
}

int etp_relay_program_start(etp_relay_program *program, const char *const *arguments, etp_error *error)
{
    int in[2], out[2];
    if (make_pipe(in) != 0)
        return fail_start(arguments[0], errno, error);
    if (make_pipe(out) != 0) {
        int reason = errno;
        close_pipe(in);
        return fail_start(arguments[0], reason, error);
    }
    int reason = spawn(&program->pid, arguments, in, out);
    close(in[READ]);
    close(out[WRITE]);
    program->input = in[WRITE];
    program->port = reason == 0 ? read_port(out[READ]) : 0;
    close(out[READ]);
    if (program->port != 0)
        return ETP_EXIT_DONE;
    if (reason == 0)
        etp_relay_program_end(program);
    else
        close(in[WRITE]);
    if (reason != 0)
        return fail_start(arguments[0], reason, error);
    etp_fail(error, ETP_EFORMAT, "%s did not say which port it listens on: its first line should be \"listen 40123\"",
             arguments[0]);
    return ETP_EXIT_FAILED;
}

/* It has nothing that it could lose. */
void etp_relay_program_end(etp_relay_program *program)
{
    int status;
    close(program->input);
    kill(program->pid, SIGKILL);
    waitpid(program->pid, &status, 0);
    program->pid = 0;
}
