/* SPDX-License-Identifier: MIT */
/*
 * A market of four scripts that `etp-engine run --watch` plays: their texts, the program, and what it says. Each test
 * program is one file: all is static.
 */
#ifndef ETP_TEST_WATCHED_MARKET_H
#define ETP_TEST_WATCHED_MARKET_H

#include "test_files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <sys/wait.h>

extern char **environ;

enum { SCRIPTS = 4, ROUNDS = 45, ARGUMENTS_MAX = 1200, PATIENCE_MS = 60000, TEXT_SIZE = 1024 };

static const char *const names[SCRIPTS] = {"a", "b", "c", "reserve"};
static const char *const market[] = {"--rivals", "0",     "--bess", "16",   "--interval", "30m",      "--days",   "30",
                                     "--window", "40ms",  "--hold", "20ms", "--delay",    "2ms",      "--jitter", "1ms",
                                     "--pace",   "12000", "--seed", "5",    "--set",      "world.q=1"};
enum { MARKET = sizeof market / sizeof market[0] };

/* What the test has seen and made. */
static unsigned reloads[SCRIPTS]; /* versions that were written and must take over */
static unsigned edits, number;    /* `number` makes each text another one */
static bool uses_other;           /* b requires a second module */

/* Texts of arguments, until the end. */
static char *owned[ARGUMENTS_MAX];
static unsigned owned_count;

static inline char *own(const char *text)
{
    assert_true(owned_count < ARGUMENTS_MAX);
    return owned[owned_count++] = strdup(text);
}

static inline void free_owned(void)
{
    while (owned_count > 0)
        free(owned[--owned_count]);
}

/* ---- sources ---- */

/* Each version bids and asks something else, and what it knows shows in its prices. */
static inline void make_source(char *text, unsigned script)
{
    number++;
    if (script == 3)
        snprintf(text, TEXT_SIZE,
                 "-- %u\nlocal S = { api = 1, role = 'bess', name = 'policy' }\n"
                 "function S.reserve(ctx, battery)\n  local s = ctx.state\n  s.n = (s.n or 0) + 1\n"
                 "  return %u / 10 + s.n %% 100 / 1000, battery.lot\nend\nreturn S\n",
                 number, number % 7);
    else
        snprintf(text, TEXT_SIZE,
                 "-- %u\nlocal S = { api = 1, role = 'aggregator', name = '%s' }\n%s%s"
                 "function S.on_offer(ctx, offer)\n  local s = ctx.state\n  s.n = (s.n or 0) + 1\n"
                 "  return math.max(1, offer.value) * (0.6 + %u / 100) %s + s.n %% 1000 / 1000, offer.energy\nend\n"
                 "return S\n",
                 number, names[script], script == 1 ? "local lib = require 'lib'\n" : "",
                 script == 1 && uses_other ? "require 'other'\n" : "", number % 30, script == 1 ? "* lib.factor" : "");
}

static inline const char *path_of(unsigned script)
{
    char name[32];
    snprintf(name, sizeof name, "%s.lua", names[script]);
    return in_folder(name);
}

/* Keeps what a version was made of: a folder for each, with its modules. */
static inline void keep(unsigned script)
{
    static const char *const modules[] = {"lib.lua", "other.lua"};
    char name[96], *text = read_text(path_of(script));
    snprintf(name, sizeof name, "%s-%u", names[script], reloads[script]);
    assert_int_equal(mkdir(in_folder(name), 0777), 0);
    snprintf(name, sizeof name, "%s-%u/%s.lua", names[script], reloads[script], names[script]);
    write_file(in_folder(name), text);
    free(text);
    for (size_t i = 0; i < 2 && script == 1; i++) {
        text = read_text(in_folder(modules[i]));
        snprintf(name, sizeof name, "b-%u/%s", reloads[1], modules[i]);
        write_file(in_folder(name), text);
        free(text);
    }
}

/* ---- the program ---- */

static inline pid_t start(char *const *arguments, const char *output)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t usual;
    pid_t child;
    sigemptyset(&usual);
    sigaddset(&usual, SIGINT);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigdefault(&attributes, &usual);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC, 0666);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, in_folder("log"), O_WRONLY | O_CREAT | O_APPEND, 0666);
    assert_int_equal(posix_spawn(&child, ETP_PROGRAM, &actions, &attributes, arguments, environ), 0);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return child;
}

static inline int wait_for(pid_t child)
{
    int how;
    while (waitpid(child, &how, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

static pid_t running;

/* How often `part` stands in the feed at the beginning of a line. */
static inline unsigned count_lines(const char *feed, const char *part)
{
    unsigned count = 0;
    for (const char *line = feed; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        count += strncmp(line, part, strlen(part)) == 0;
    }
    return count;
}

static inline void await(const char *part, unsigned count)
{
    for (long waited = 0; waited < PATIENCE_MS; waited += 5) {
        char *feed = read_text(in_folder("feed"));
        unsigned seen = count_lines(feed, part);
        free(feed);
        if (seen >= count)
            return;
        pause_ms(5);
    }
    char *feed = read_text(in_folder("feed"));
    kill(running, SIGKILL);
    wait_for(running);
    fail_msg("waited for \"%s\" %u times in:\n%s", part, count, feed);
}

static inline void await_reload(unsigned script)
{
    char part[64];
    snprintf(part, sizeof part, "%s reloaded: version", script == 3 ? "reserve (policy)" : names[script]);
    keep(script);
    await(part, reloads[script]);
}

static inline unsigned count_refusals(unsigned script)
{
    char part[64], *feed = read_text(in_folder("feed"));
    snprintf(part, sizeof part, "%s not reloaded", script == 3 ? "reserve (policy)" : names[script]);
    unsigned count = count_lines(feed, part);
    free(feed);
    return count;
}

static inline void await_refusal(unsigned script, unsigned before, const char *where)
{
    char part[64];
    snprintf(part, sizeof part, "%s not reloaded", script == 3 ? "reserve (policy)" : names[script]);
    await(part, before + 1);
    char *feed = read_text(in_folder("feed"));
    for (char *line = strstr(feed, where); line == NULL; line = feed)
        fail_msg("no \"%s\" in:\n%s", where, feed);
    free(feed);
}

#endif
