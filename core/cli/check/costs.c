/* SPDX-License-Identifier: MIT */
/*
 * What a call costs: dry calls with a clock, over and over. Of all rounds the fastest counts for each hook, since whatever
 * else the machine does only adds. The same hooks without anything in them are timed in the same way; the difference is
 * the script's own.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/check/check.h"

enum { ROUNDS = 30, ROUNDS_LEAST = 2, PATIENCE_MS = 200, TEXT_BYTES_MAX = 1024 };

static etp_time now(void *user)
{
    struct timespec time;
    (void)user;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (etp_time)time.tv_sec * ETP_NS_PER_SECOND + time.tv_nsec;
}

/* The fastest round of each hook, in ns per call; 0 for one that was not called. */
static bool time_hooks(etp_script *script, etp_rehearsal *rehearsal, double ns[ETP_REHEARSAL_HOOKS_MAX])
{
    etp_time began = now(NULL);
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (round >= ROUNDS_LEAST && now(NULL) - began > PATIENCE_MS * ETP_NS_PER_MS)
            break;
        *rehearsal = (etp_rehearsal){.size = sizeof *rehearsal, .clock = now};
        if (etp_script_rehearse(script, rehearsal, NULL) != ETP_OK)
            return false;
        for (unsigned i = 0; i < rehearsal->hook_count; i++) {
            const etp_rehearsal_hook *hook = &rehearsal->hooks[i];
            double mean = hook->calls > 0 ? (double)hook->duration / (double)hook->calls : 0;
            ns[i] = round == 0 || mean < ns[i] ? mean : ns[i];
        }
    }
    return true;
}

static double ns_of(const etp_rehearsal *rehearsal, const double *ns, const char *name)
{
    for (unsigned i = 0; i < rehearsal->hook_count; i++)
        if (strcmp(rehearsal->hooks[i].name, name) == 0)
            return ns[i];
    return 0;
}

/* The same hooks without anything in them, so that they are called as often and in the same order. */
static void write_empty(const etp_examination *examination, char *text, size_t size)
{
    const etp_rehearsal *rehearsal = &examination->rehearsal;
    int used = snprintf(text, size, "return { api = 1, name = 'empty', role = '%s'", etp_role_name(examination->role));
    for (unsigned i = 0; i < rehearsal->hook_count && (size_t)used < size; i++) {
        const char *name = rehearsal->hooks[i].name;
        bool answers = strcmp(name, "on_offer") == 0 || strcmp(name, "reserve") == 0;
        used += snprintf(text + used, size - (size_t)used, ", %s = function() %s end", name, answers ? "return 1" : "");
    }
    if ((size_t)used < size)
        snprintf(text + used, size - (size_t)used, " }");
}

static bool time_empty(const etp_examination *examination, etp_rehearsal *rehearsal, double *ns)
{
    char text[TEXT_BYTES_MAX];
    etp_script *script = NULL;
    write_empty(examination, text, sizeof text);
    bool done = etp_script_load_text(&script, "empty", text, strlen(text), NULL, NULL) == ETP_OK &&
                time_hooks(script, rehearsal, ns);
    etp_script_free(script);
    return done;
}

void etp_examine_costs(etp_examination *examination)
{
    double own[ETP_REHEARSAL_HOOKS_MAX] = {0}, empty[ETP_REHEARSAL_HOOKS_MAX] = {0};
    etp_script *script = NULL;
    etp_rehearsal *rehearsals = calloc(2, sizeof *rehearsals);
    bool done = rehearsals != NULL && etp_script_load(&script, examination->path, NULL, NULL) == ETP_OK &&
                time_hooks(script, &rehearsals[0], own) && time_empty(examination, &rehearsals[1], empty);
    for (unsigned i = 0; done && i < examination->rehearsal.hook_count; i++) {
        const etp_rehearsal_hook *hook = &examination->rehearsal.hooks[i];
        examination->costs[i] = (etp_hook_cost){.timed = hook->calls > 0,
                                                .ns = ns_of(&rehearsals[0], own, hook->name),
                                                .empty_ns = ns_of(&rehearsals[1], empty, hook->name)};
    }
    etp_script_free(script);
    free(rehearsals);
}
