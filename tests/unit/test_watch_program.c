/* SPDX-License-Identifier: MIT */
/*
 * Edits files under a running `etp-engine run --watch`, as editors do, hundreds of times. Then runs the same versions as a
 * schedule, taken from the events file: the two must have the same trades, event for event.
 */
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

static char *own(const char *text)
{
    assert_true(owned_count < ARGUMENTS_MAX);
    return owned[owned_count++] = strdup(text);
}

static void free_owned(void)
{
    while (owned_count > 0)
        free(owned[--owned_count]);
}

/* ---- sources ---- */

/* Each version bids and asks something else, and what it knows shows in its prices. */
static void make_source(char *text, unsigned script)
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

static const char *path_of(unsigned script)
{
    char name[32];
    snprintf(name, sizeof name, "%s.lua", names[script]);
    return in_folder(name);
}

/* Keeps what a version was made of: a folder for each, with its modules. */
static void keep(unsigned script)
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

static pid_t start(char *const *arguments, const char *output)
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

static int wait_for(pid_t child)
{
    int how;
    while (waitpid(child, &how, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

static pid_t running;

/* How often `part` stands in the feed at the beginning of a line. */
static unsigned count_lines(const char *feed, const char *part)
{
    unsigned count = 0;
    for (const char *line = feed; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        count += strncmp(line, part, strlen(part)) == 0;
    }
    return count;
}

static void await(const char *part, unsigned count)
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

static void await_reload(unsigned script)
{
    char part[64];
    snprintf(part, sizeof part, "%s reloaded: version", script == 3 ? "reserve (policy)" : names[script]);
    keep(script);
    await(part, reloads[script]);
}

static unsigned count_refusals(unsigned script)
{
    char part[64], *feed = read_text(in_folder("feed"));
    snprintf(part, sizeof part, "%s not reloaded", script == 3 ? "reserve (policy)" : names[script]);
    unsigned count = count_lines(feed, part);
    free(feed);
    return count;
}

static void await_refusal(unsigned script, unsigned before, const char *where)
{
    char part[64];
    snprintf(part, sizeof part, "%s not reloaded", script == 3 ? "reserve (policy)" : names[script]);
    await(part, before + 1);
    char *feed = read_text(in_folder("feed"));
    for (char *line = strstr(feed, where); line == NULL; line = feed)
        fail_msg("no \"%s\" in:\n%s", where, feed);
    free(feed);
}

/* ---- edits ---- */

static void save(unsigned script, unsigned how, const char *text)
{
    const char *path = path_of(script);
    edits++;
    if (how % 4 == 0)
        write_and_rename(path, text);
    else if (how % 4 == 1)
        write_halves(path, text, 15);
    else if (how % 4 == 2)
        write_file(path, text);
    else {
        assert_int_equal(unlink(path), 0);
        pause_ms(15);
        write_file(path, text);
    }
}

/* Several at once, each in another way; b by way of its module every other time. */
static void good_round(unsigned round)
{
    char text[TEXT_SIZE];
    for (unsigned script = 0; script < SCRIPTS; script++) {
        if (script == 1 && round % 2 == 1) {
            number++;
            snprintf(text, sizeof text, "-- %u\nreturn { factor = %u / 100 }\n", number, 90 + number % 10);
            write_and_rename(in_folder("lib.lua"), text);
            edits++;
        } else {
            make_source(text, script);
            save(script, round + script, text);
        }
        reloads[script]++;
    }
    for (unsigned script = 0; script < SCRIPTS; script++)
        await_reload(script);
}

/* A text that does not load, or whose hook fails, and then one that is as it should be. */
static void broken_round(unsigned round)
{
    static const char no_field[] = "-- %u\nlocal S = { api = 1, role = 'aggregator', name = 'a' }\n"
                                   "function S.on_offer(ctx, offer) return offer.vlaue end\nreturn S\n";
    static const char *const faults[] = {"local S = {\n -- %u\n", "return -- %u\n", no_field};
    static const char *const places[] = {"a.lua:3:", "a.lua", "a.lua:3: offer has no field \"vlaue\""};
    char text[TEXT_SIZE];
    unsigned before = count_refusals(0);
    snprintf(text, sizeof text, faults[round % 3], ++number);
    save(0, round, text);
    await_refusal(0, before, places[round % 3]);
    make_source(text, 0);
    save(0, round + 1, text);
    reloads[0]++;
    await_reload(0);
}

/* A module that is not there yet: its coming mends the version that wanted it. */
static void missing_module(void)
{
    char text[TEXT_SIZE];
    unsigned before = count_refusals(1);
    uses_other = true;
    make_source(text, 1);
    save(1, 0, text);
    await_refusal(1, before, "other.lua: there is no such file");
    write_file(in_folder("other.lua"), "return true\n");
    reloads[1]++;
    await_reload(1);
}

/* Neither a touch nor the same text again is a version. */
static void nothing_new(void)
{
    char *text = read_text(path_of(2));
    write_file(path_of(2), text);
    write_and_rename(path_of(2), text);
    free(text);
    pause_ms(250);
}

/* ---- the repetition ---- */

static char *find_value(const char *line, const char *key, char *value, size_t size)
{
    const char *at = strstr(line, key);
    assert_non_null(at);
    at += strlen(key);
    snprintf(value, size, "%.*s", (int)strcspn(at, "\""), at);
    return value;
}

/* --swap NAME=FILE@SECONDS for each reload of the events. */
static unsigned make_schedule(const char *events, char **arguments, unsigned count)
{
    unsigned seen[SCRIPTS] = {0};
    for (const char *line = strstr(events, "\"kind\":\"reload\""); line != NULL;
         line = strstr(line + 1, "\"kind\":\"reload\"")) {
        char name[32], when[64], argument[PATH_SIZE];
        unsigned script = 0;
        find_value(line, "\"strategy\":\"", name, sizeof name);
        find_value(line, "\"swap_at\":\"", when, sizeof when);
        while (strcmp(names[script], name) != 0)
            assert_true(++script < SCRIPTS);
        snprintf(argument, sizeof argument, "%s=%s/%s-%u/%s.lua@%s", name, folder, name, ++seen[script], name, when);
        assert_true(count + 3 < ARGUMENTS_MAX);
        arguments[count++] = (char *)"--swap";
        arguments[count++] = own(argument);
    }
    for (unsigned script = 0; script < SCRIPTS; script++)
        assert_int_equal(seen[script], reloads[script]);
    return count;
}

static unsigned add_market(char **arguments, unsigned count)
{
    for (unsigned i = 0; i < MARKET; i++)
        arguments[count++] = (char *)market[i];
    return count;
}

/* Cuts the next line off; those of refusals, which a schedule has not, are passed over. */
static char *next_line(char **rest)
{
    for (;;) {
        char *line = *rest, *end = strchr(line, '\n');
        if (end == NULL)
            return NULL;
        *end = '\0';
        *rest = end + 1;
        if (strstr(line, "\"kind\":\"reload_refused\"") == NULL)
            return line;
    }
}

static void compare(char *watched, char *scheduled)
{
    unsigned trades = 0, lines = 0;
    for (char *line; (line = next_line(&watched)) != NULL; lines++) {
        const char *other = next_line(&scheduled);
        if (other == NULL || strcmp(line, other) != 0)
            fail_msg("line %u:\n%s\n%s", lines, line, other != NULL ? other : "(nothing)");
        trades += strstr(line, "\"kind\":\"confirm\"") != NULL;
    }
    printf("%u edits, %u lines and %u trades are the same\n", edits, lines, trades);
    assert_true(trades > 50);
}

static void repeat(void)
{
    char *arguments[ARGUMENTS_MAX], *events = read_text(in_folder("events"));
    unsigned count = 0;
    arguments[count++] = (char *)ETP_PROGRAM;
    arguments[count++] = (char *)"run";
    for (unsigned script = 0; script < 3; script++) {
        char name[64];
        snprintf(name, sizeof name, "%s-0/%s.lua", names[script], names[script]);
        arguments[count++] = own(in_folder(name));
    }
    arguments[count++] = (char *)"--reserve";
    arguments[count++] = own(in_folder("reserve-0/reserve.lua"));
    arguments[count++] = (char *)"--no-baselines";
    arguments[count++] = (char *)"--quiet";
    arguments[count++] = (char *)"--events";
    arguments[count++] = own(in_folder("repeated"));
    count = add_market(arguments, count);
    count = make_schedule(events, arguments, count);
    arguments[count] = NULL;
    assert_int_equal(wait_for(start(arguments, in_folder("silence"))), 0);
    char *repeated = read_text(in_folder("repeated"));
    compare(events, repeated);
    free(events);
    free(repeated);
}

/* Nothing was lost, given up or late because of a reload. */
static void check_result(void)
{
    char *json = read_text(in_folder("json"));
    static const char *const zeros[] = {"\"frames_lost\": ", "\"frames_overflowed\": ", "\"outbox_full\": ",
                                        "\"misses\": ",      "\"script_errors\": ",     "\"hook_errors\": "};
    for (size_t i = 0; i < sizeof zeros / sizeof zeros[0]; i++) {
        unsigned seen = 0;
        for (const char *at = strstr(json, zeros[i]); at != NULL; at = strstr(at + 1, zeros[i])) {
            seen++;
            if (at[strlen(zeros[i])] != '0')
                fail_msg("%.60s", at);
        }
        assert_true(seen > 0);
    }
    /* What is under way at the very end has been sent and not received. */
    for (const char *at = strstr(json, "\"sent\": "); at != NULL; at = strstr(at + 1, "\"sent\": ")) {
        unsigned long sent = strtoul(at + 8, NULL, 10);
        unsigned long received = strtoul(strstr(at, "\"received\": ") + 12, NULL, 10);
        assert_true(received <= sent && sent <= received + 6);
    }
    free(json);
}

static unsigned count_parts(const char *text, const char *part)
{
    unsigned count = 0;
    for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
        count++;
    return count;
}

/* The sum of a count over all scripts of the result. */
static unsigned long sum_of(const char *json, const char *key)
{
    unsigned long sum = 0;
    for (const char *at = strstr(json, key); at != NULL; at = strstr(at + 1, key))
        sum += strtoul(at + strlen(key), NULL, 10);
    return sum;
}

/* Each refusal is told on the terminal, in the log and as an event: with file, line and, where code ran, traceback. The
 * report counts them. */
static void check_refusals(void)
{
    static const char *const wanted[] = {"a.lua:3:", "other.lua: there is no such file", "stack traceback:"};
    char *feed = read_text(in_folder("feed")), *log = read_text(in_folder("log"));
    char *events = read_text(in_folder("events")), *json = read_text(in_folder("json"));
    unsigned refusals = count_parts(feed, " not reloaded, version ");
    assert_true(refusals > ROUNDS / 5);
    assert_int_equal(count_parts(log, "error reload strategy="), refusals);
    assert_int_equal(count_parts(events, "\"kind\":\"reload_refused\""), refusals);
    assert_int_equal(sum_of(json, "\"script_reloads_refused\": "), refusals);
    assert_non_null(strstr(feed, "a: 9 saved versions did not take over.\n"));
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        assert_non_null(strstr(feed, wanted[i]));
        assert_non_null(strstr(log, wanted[i]));
        assert_non_null(strstr(events, wanted[i]));
    }
    free(feed);
    free(log);
    free(events);
    free(json);
}

static void edits_under_a_running_market(void **state)
{
    (void)state;
    char text[TEXT_SIZE], *arguments[64];
    unsigned count = 0;
    folder_make();
    write_file(in_folder("lib.lua"), "return { factor = 0.95 }\n");
    for (unsigned script = 0; script < SCRIPTS; script++) {
        make_source(text, script);
        write_file(path_of(script), text);
        keep(script);
    }
    arguments[count++] = (char *)ETP_PROGRAM;
    arguments[count++] = (char *)"run";
    for (unsigned script = 0; script < 3; script++)
        arguments[count++] = own(path_of(script));
    arguments[count++] = (char *)"--reserve";
    arguments[count++] = own(path_of(3));
    arguments[count++] = (char *)"--watch";
    arguments[count++] = (char *)"--events";
    arguments[count++] = own(in_folder("events"));
    arguments[count++] = (char *)"--json";
    arguments[count++] = own(in_folder("json"));
    count = add_market(arguments, count);
    arguments[count] = NULL;
    running = start(arguments, in_folder("feed"));
    await("Watching 4 scripts", 1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        good_round(round);
        if (round % 5 == 4)
            broken_round(round / 5);
    }
    missing_module();
    nothing_new();
    good_round(ROUNDS);
    assert_int_equal(kill(running, SIGINT), 0);
    assert_int_equal(wait_for(running), 0);
    await("Ending:", 1);
    check_result();
    check_refusals();
    repeat();
    free_owned();
    folder_remove();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(edits_under_a_running_market)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
