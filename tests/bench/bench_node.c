/* SPDX-License-Identifier: MIT */
/*
 * What an idle node costs: starts `etp-engine node` once for each role and prints how long it took to the ready line,
 * what of it is resident in memory, and its share of one core over some seconds. Identity is off and no peer connects.
 */
#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { STARTS = 5, WATCHED_S = 10, LINE_SIZE = 4096 };
enum { GOAL_READY_MS = 100, GOAL_RESIDENT_MB = 10, GOAL_PERCENT = 1 };

static const char *const configurations[] = {
    "return { api = 1, role = 'battery', device = 1001, identity = 'off', listen = 'tcp://127.0.0.1:0',\n"
    "  battery = { capacity_kwh = 10, stored_kwh = 6, power_kw = 5 }, reserve = 'two_tier', home = {} }\n",
    "return { api = 1, role = 'aggregator', device = 2001, identity = 'off', listen = 'tcp://127.0.0.1:0',\n"
    "  strategy = 'greedy', demand = { need_kwh = 5, budget_dollars = 2, value_c_per_kwh = 12 } }\n",
};
static const char *const roles[] = {"battery", "aggregator"};

typedef struct child {
    pid_t id;
    FILE *out;
    double ready_ms;
} child;

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int fail(const char *what)
{
    fprintf(stderr, "bench_node: %s: %s\n", what, strerror(errno));
    return EXIT_FAILURE;
}

/* Until the line that begins with `word` has come. */
static int await(FILE *out, const char *word)
{
    char line[LINE_SIZE];
    while (fgets(line, sizeof line, out) != NULL)
        if (strncmp(line, word, strlen(word)) == 0)
            return 0;
    return -1;
}

static int start(child *node, const char *program, const char *file)
{
    int ends[2];
    posix_spawn_file_actions_t actions;
    char *const arguments[] = {(char *)(size_t)program, "node", (char *)(size_t)file, NULL};
    if (pipe(ends) != 0)
        return -1;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    double began = now_ms();
    int result = posix_spawn(&node->id, program, &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    node->out = fdopen(ends[0], "r");
    if (result != 0 || node->out == NULL || await(node->out, "ready ") != 0)
        return -1;
    node->ready_ms = now_ms() - began;
    return 0;
}

static void stop(child *node)
{
    int status;
    kill(node->id, SIGKILL);
    while (waitpid(node->id, &status, 0) < 0 && errno == EINTR)
        continue;
    fclose(node->out);
}

/* ---- /proc ---- */

static long resident_kb(pid_t id)
{
    char path[64], line[256];
    long found = -1;
    snprintf(path, sizeof path, "/proc/%ld/status", (long)id);
    FILE *file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, "VmRSS:", 6) == 0)
            found = strtol(line + 6, NULL, 10);
    if (file != NULL)
        fclose(file);
    return found;
}

/* User and system time so far, in ms. */
static double cpu_ms(pid_t id)
{
    char path[64], text[1024];
    unsigned long user = 0, system = 0;
    snprintf(path, sizeof path, "/proc/%ld/stat", (long)id);
    FILE *file = fopen(path, "r");
    size_t size = file != NULL ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file != NULL)
        fclose(file);
    text[size] = '\0';
    const char *rest = strrchr(text, ')');
    if (rest == NULL || sscanf(rest, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
        return -1;
    return (double)(user + system) * 1e3 / (double)sysconf(_SC_CLK_TCK);
}

/* ---- what is measured ---- */

static int compare(const void *one, const void *other)
{
    double a = *(const double *)one, b = *(const double *)other;
    return a < b ? -1 : a > b;
}

static int measure_start(const char *program, const char *file, double *median)
{
    double times[STARTS];
    for (int i = 0; i < STARTS; i++) {
        child node;
        if (start(&node, program, file) != 0)
            return -1;
        times[i] = node.ready_ms;
        stop(&node);
    }
    qsort(times, STARTS, sizeof times[0], compare);
    *median = times[STARTS / 2];
    return 0;
}

static int measure(const char *program, const char *file, const char *role)
{
    child node;
    double ready;
    if (measure_start(program, file, &ready) != 0 || start(&node, program, file) != 0)
        return -1;
    double before = cpu_ms(node.id);
    nanosleep(&(struct timespec){.tv_sec = WATCHED_S}, NULL);
    double used = cpu_ms(node.id) - before;
    printf("  %-12s ready in %5.1f ms (median of %d)   resident %5.1f MB   %4.2f %% of a core over %d s\n", role, ready,
           (int)STARTS, (double)resident_kb(node.id) / 1024, used / (WATCHED_S * 10.0), (int)WATCHED_S);
    stop(&node);
    return 0;
}

int main(void)
{
    char file[] = "bench-node-XXXXXX";
    int handle = mkstemp(file), status = EXIT_SUCCESS;
    if (handle < 0)
        return fail(file);
    printf("an idle node, identity off, that nobody connects to (goals: under %d ms, %d MB, %d %%):\n",
           (int)GOAL_READY_MS, (int)GOAL_RESIDENT_MB, (int)GOAL_PERCENT);
    for (size_t i = 0; i < sizeof roles / sizeof roles[0] && status == EXIT_SUCCESS; i++) {
        size_t size = strlen(configurations[i]);
        if (ftruncate(handle, 0) != 0 || pwrite(handle, configurations[i], size, 0) != (ssize_t)size ||
            measure(ETP_PROGRAM, file, roles[i]) != 0)
            status = fail("the node could not be measured");
        fflush(stdout);
    }
    close(handle);
    unlink(file);
    return status;
}
