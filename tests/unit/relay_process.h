/* SPDX-License-Identifier: MIT */
/* etp-net-relay as a child process of a test, which ends with the test whatever becomes of it: its standard input ends. */
#ifndef RELAY_PROCESS_H
#define RELAY_PROCESS_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { RELAY_ARGUMENTS_MAX = 24 };

typedef struct relay_process {
    pid_t pid;
    FILE *commands, *answers;
    unsigned port;
} relay_process;

static inline void relay_read_line(relay_process *relay, char *line, int size)
{
    assert_non_null(fgets(line, size, relay->answers));
    line[strcspn(line, "\n")] = '\0';
}

static inline _Noreturn void relay_become(char *const *argv, const int in[2], const int out[2])
{
    dup2(in[0], STDIN_FILENO);
    dup2(out[1], STDOUT_FILENO);
    for (int fd = STDERR_FILENO + 1; fd < 256; fd++)
        close(fd);
    execv(argv[0], argv);
    _exit(127);
}

/* `options` are words with blanks between them. */
static inline void relay_start(relay_process *relay, const char *options, unsigned target_port)
{
    char text[256], target[32], line[64], *rest = NULL;
    char *argv[RELAY_ARGUMENTS_MAX] = {(char *)(uintptr_t)ETP_NET_RELAY};
    int in[2], out[2];
    size_t count = 1;
    snprintf(text, sizeof text, "%s", options);
    for (char *word = strtok_r(text, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        argv[count++] = word;
    snprintf(target, sizeof target, "127.0.0.1:%u", target_port);
    argv[count++] = (char *)(uintptr_t) "127.0.0.1:0";
    argv[count] = target;
    assert_int_equal(0, pipe(in));
    assert_int_equal(0, pipe(out));
    relay->pid = fork();
    assert_true(relay->pid >= 0);
    if (relay->pid == 0)
        relay_become(argv, in, out);
    close(in[0]);
    close(out[1]);
    relay->commands = fdopen(in[1], "w");
    relay->answers = fdopen(out[0], "r");
    fcntl(in[1], F_SETFD, FD_CLOEXEC);
    fcntl(out[0], F_SETFD, FD_CLOEXEC);
    relay_read_line(relay, line, sizeof line);
    assert_int_equal(1, sscanf(line, "listen %u", &relay->port));
}

/* The first line of the answer. */
static inline const char *relay_ask(relay_process *relay, const char *command)
{
    static char line[512];
    fprintf(relay->commands, "%s\n", command);
    fflush(relay->commands);
    relay_read_line(relay, line, sizeof line);
    return line;
}

static inline void relay_do(relay_process *relay, const char *command)
{
    assert_string_equal("ok", relay_ask(relay, command));
}

typedef struct relay_counts {
    unsigned connections, now, up, down, lost;
} relay_counts;

static inline relay_counts relay_count(relay_process *relay)
{
    char line[64];
    relay_counts counts;
    assert_int_equal(5, sscanf(relay_ask(relay, "count"), "connections %u now %u up %u down %u lost %u",
                               &counts.connections, &counts.now, &counts.up, &counts.down, &counts.lost));
    relay_read_line(relay, line, sizeof line);
    assert_string_equal("ok", line);
    return counts;
}

/* Its exit status. */
static inline int relay_end(relay_process *relay)
{
    int status = -1;
    fclose(relay->commands);
    assert_int_equal(relay->pid, waitpid(relay->pid, &status, 0));
    fclose(relay->answers);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

#endif
