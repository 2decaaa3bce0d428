/* SPDX-License-Identifier: MIT */
/*
 * The same command in two processes. Each is a fresh start of the program, so that addresses and Lua's hash seeds differ
 * as they do from day to day; the second gets another locale, another time zone and dirty memory.
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/commands.h"
#include "program/status.h"

extern char **environ;

enum { DIGEST_MAX = 64 };

static const char *const other_environment[] = {"LC_ALL=de_DE.UTF-8", "LANG=de_DE.UTF-8", "TZ=Pacific/Chatham",
                                                "MALLOC_PERTURB_=165", "POSIXLY_CORRECT=1"};
enum { CHANGES = sizeof other_environment / sizeof other_environment[0] };

/* ---- the child's arguments and environment ---- */

/* program run --digest ..., with the rest as it was given. */
static char **make_arguments(const char *program, int argc, char **argv)
{
    char **list = calloc((size_t)argc + 4, sizeof *list);
    if (list == NULL)
        return NULL;
    list[0] = (char *)program;
    list[1] = (char *)"run";
    list[2] = (char *)"--digest";
    memcpy(list + 3, argv, (size_t)argc * sizeof *list);
    return list;
}

static bool same_variable(const char *a, const char *b)
{
    size_t size = strcspn(a, "=");
    return strncmp(a, b, size + 1) == 0;
}

static bool is_changed(const char *variable)
{
    for (size_t i = 0; i < CHANGES; i++)
        if (same_variable(other_environment[i], variable))
            return true;
    return false;
}

static char **make_environment(void)
{
    size_t count = 0, used = 0;
    while (environ[count] != NULL)
        count++;
    char **list = calloc(count + CHANGES + 1, sizeof *list);
    if (list == NULL)
        return NULL;
    for (size_t i = 0; i < count; i++)
        if (!is_changed(environ[i]))
            list[used++] = environ[i];
    for (size_t i = 0; i < CHANGES; i++)
        list[used++] = (char *)other_environment[i];
    return list;
}

/* ---- one child ---- */

static int start(pid_t *child, int output, int other_end, char **arguments, char **environment)
{
    posix_spawn_file_actions_t actions;
    int failure = posix_spawn_file_actions_init(&actions);
    if (failure != 0)
        return failure;
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, output);
    posix_spawn_file_actions_addclose(&actions, other_end);
    failure = posix_spawn(child, "/proc/self/exe", &actions, NULL, arguments, environment);
    if (failure != 0)
        failure = posix_spawnp(child, arguments[0], &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    return failure;
}

/* Reads up to the end, keeping what has room. */
static void read_all(int input, char *text, size_t size)
{
    char rest[DIGEST_MAX];
    size_t used = 0;
    for (;;) {
        bool room = used + 1 < size;
        ssize_t got = room ? read(input, text + used, size - 1 - used) : read(input, rest, sizeof rest);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        used += room ? (size_t)got : 0;
    }
    text[used] = '\0';
    text[strcspn(text, "\n")] = '\0';
}

/* Has told why it failed on standard error, when it could. */
static int wait_for(pid_t child, etp_error *error)
{
    int how;
    while (waitpid(child, &how, 0) < 0 && errno == EINTR)
        continue;
    if (WIFEXITED(how) && WEXITSTATUS(how) == ETP_EXIT_DONE)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ESTATE, "a run failed in a process of its own, so there is nothing to compare");
    return WIFEXITED(how) && WEXITSTATUS(how) == ETP_EXIT_USAGE ? ETP_EXIT_USAGE : ETP_EXIT_FAILED;
}

static int digest_of(char **arguments, char **environment, char *digest, etp_error *error)
{
    int ends[2];
    pid_t child;
    if (pipe(ends) != 0) {
        etp_fail(error, ETP_EIO, "a second process cannot be started: %s", strerror(errno));
        return ETP_EXIT_FAILED;
    }
    int failure = start(&child, ends[1], ends[0], arguments, environment);
    close(ends[1]);
    if (failure == 0)
        read_all(ends[0], digest, DIGEST_MAX);
    close(ends[0]);
    if (failure == 0)
        return wait_for(child, error);
    etp_fail(error, ETP_EIO, "a second process cannot be started: %s", strerror(failure));
    return ETP_EXIT_FAILED;
}

/* ---- the comparison ---- */

static int compare(const char *first, const char *second, etp_error *error)
{
    if (strcmp(first, second) == 0) {
        printf("same result in two processes: digest %s\n", first);
        return ETP_EXIT_DONE;
    }
    etp_fail(
        error, ETP_ESTATE,
        "two processes gave two results, digests %s and %s; write the events of two runs with --events and compare "
        "them to see where they part",
        first, second);
    return ETP_EXIT_FAILED;
}

int etp_command_check_determinism(const etp_options *options, const char *program, int argc, char **argv,
                                  etp_error *error)
{
    char digests[2][DIGEST_MAX];
    if (options->json != NULL || options->events != NULL) {
        etp_fail(error, ETP_EINVAL, "--check-determinism writes no results: leave out --json and --events");
        return ETP_EXIT_USAGE;
    }
    char **arguments = make_arguments(program, argc, argv), **environment = make_environment();
    int status = ETP_EXIT_FAILED;
    if (arguments == NULL || environment == NULL)
        etp_fail(error, ETP_ENOMEM, "no memory for the arguments of two processes");
    else
        status = digest_of(arguments, environ, digests[0], error);
    if (status == ETP_EXIT_DONE)
        status = digest_of(arguments, environment, digests[1], error);
    if (status == ETP_EXIT_DONE)
        status = compare(digests[0], digests[1], error);
    free(arguments);
    free(environment);
    return status;
}
