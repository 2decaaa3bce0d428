/* SPDX-License-Identifier: MIT */
/* Dry calls: who is on stage, when it ends, and what is written down. */
#include "script/rehearsal/rehearse.h"

#include <string.h>

#include "base/memory.h"

enum { TIMES_THE_LIMIT = 10, FIRST_DEVICE = 1001, DEADLINE_SECONDS = 2, STEP_MS = 100 };

/* Any moment would do: 1 January 2025, noon. */
static const etp_time first_moment = 1735732800 * ETP_NS_PER_SECOND;

/* ---- one call ---- */

const etp_context *etp_rehearse_begin(etp_rehearsing *rehearsing, etp_hook hook, etp_rehearsing_node *node)
{
    etp_script *script = rehearsing->script;
    if (rehearsing->over || rehearsing->lines[hook] == NULL || rehearsing->given_up[hook])
        return NULL;
    script->failed_in_a_row = 0;
    script->stats.suspended = false;
    rehearsing->now += STEP_MS * ETP_NS_PER_MS;
    node->context.now = rehearsing->now;
    node->context.deadline = rehearsing->now + DEADLINE_SECONDS * ETP_NS_PER_SECOND;
    if (rehearsing->report->clock != NULL)
        rehearsing->began = rehearsing->report->clock(rehearsing->report->clock_user);
    return &node->context;
}

/* What the last call ran of its instructions. */
static uint64_t instructions_of(const etp_script *script)
{
    uint64_t limit = script->options.instruction_limit;
    int64_t left = script->vm->meter.budget;
    return left > 0 && (uint64_t)left < limit ? limit - (uint64_t)left : left > 0 ? 0 : limit;
}

static void note_cost(etp_rehearsing *rehearsing, etp_rehearsal_hook *line)
{
    etp_rehearsal *report = rehearsing->report;
    uint64_t instructions = instructions_of(rehearsing->script);
    rehearsing->instructions += instructions;
    if (report->clock != NULL) {
        line->duration += report->clock(report->clock_user) - rehearsing->began;
        return;
    }
    line->instructions += instructions;
    if (instructions > line->most_instructions)
        line->most_instructions = instructions;
}

static void note_failure(etp_rehearsing *rehearsing, etp_hook hook, int code, const char *words)
{
    etp_rehearsal_hook *line = rehearsing->lines[hook];
    const char *text = etp_script_last_error(rehearsing->script);
    rehearsing->report->failures++;
    rehearsing->given_up[hook] = code == ETP_ELIMIT;
    if (line->failures++ == 0) {
        line->input = words;
        snprintf(line->error, sizeof line->error, "%s", text);
    }
    if (rehearsing->first_failure == ETP_OK) {
        rehearsing->first_failure = code;
        etp_fail(rehearsing->error, code, "in a dry call with %s: %s", words, text);
    }
}

void etp_rehearse_end(etp_rehearsing *rehearsing, etp_hook hook, int result, const char *words)
{
    etp_rehearsal_hook *line = rehearsing->lines[hook];
    const etp_script_options *options = &rehearsing->script->options;
    note_cost(rehearsing, line);
    line->calls++;
    rehearsing->report->calls++;
    if (result < 0)
        note_failure(rehearsing, hook, result, words);
    if (!rehearsing->thorough)
        rehearsing->over = result < 0 || rehearsing->instructions / TIMES_THE_LIMIT >= options->instruction_limit;
}

/* ---- the stage ---- */

static void set_nodes(etp_rehearsing *rehearsing)
{
    bool buys = rehearsing->script->vm->role == ETP_ROLE_AGGREGATOR;
    rehearsing->now = first_moment;
    for (unsigned i = 0; i < ETP_REHEARSAL_NODES; i++) {
        etp_rehearsing_node *node = &rehearsing->nodes[i];
        etp_rng_seed(&node->rng, i + 1);
        node->context = (etp_context){.size = sizeof node->context,
                                      .node = i,
                                      .device_id = FIRST_DEVICE + i,
                                      .name = i == 0 ? "first" : "second",
                                      .rng = &node->rng,
                                      .history = buys ? &node->history : NULL};
    }
}

/* A line for each hook that the script has. `on_save` and `on_load` have no place in the tables of hooks. */
static void set_lines(etp_rehearsing *rehearsing)
{
    etp_rehearsal *report = rehearsing->report;
    const etp_vm *vm = rehearsing->script->vm;
    for (int hook = 0; hook < ETP_HOOKS; hook++) {
        const char *name = etp_hook_name((etp_hook)hook);
        if (hook == ETP_HOOK_ON_SAVE || hook == ETP_HOOK_ON_LOAD || !etp_hook_known_to((etp_hook)hook, vm->role))
            continue;
        if (!vm->has_hook[hook]) {
            report->unused[report->unused_count++] = name;
            continue;
        }
        rehearsing->lines[hook] = &report->hooks[report->hook_count++];
        rehearsing->lines[hook]->name = name;
    }
}

_Static_assert((int)ETP_HOOKS <= (int)ETP_REHEARSAL_HOOKS_MAX, "raise ETP_REHEARSAL_HOOKS_MAX");

/* The second node has seen more than the first, and shares the script with it. */
static void play(etp_rehearsing *rehearsing)
{
    for (unsigned i = 0; i < ETP_REHEARSAL_NODES; i++) {
        if (rehearsing->script->vm->role == ETP_ROLE_AGGREGATOR)
            etp_rehearse_aggregator(rehearsing, &rehearsing->nodes[i], i > 0);
        else
            etp_rehearse_bess(rehearsing, &rehearsing->nodes[i]);
    }
}

static int rehearse(etp_script *script, etp_rehearsal *report, bool thorough, etp_error *error)
{
    etp_rehearsing *rehearsing = etp_memory_take(script->options.allocator, sizeof *rehearsing);
    if (rehearsing == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory for dry calls", script->vm->chunk);
    *rehearsing = (etp_rehearsing){.script = script, .report = report, .thorough = thorough, .error = error};
    etp_logger logger = script->logger;
    script->logger = (etp_logger){0};
    script->vm->meter.exact = thorough && report->clock == NULL;
    set_nodes(rehearsing);
    set_lines(rehearsing);
    int result = report->watch ? etp_rehearse_watch(rehearsing, error) : ETP_OK;
    if (result == ETP_OK) {
        play(rehearsing);
        result = rehearsing->first_failure;
    }
    etp_rehearse_report_watched(script->vm, report);
    script->vm->meter.exact = false;
    script->logger = logger;
    etp_memory_give(script->options.allocator, rehearsing, sizeof *rehearsing);
    return result;
}

int etp_script_rehearse(etp_script *script, etp_rehearsal *report, etp_error *error)
{
    etp_rehearsal made = {.size = sizeof made};
    if (script == NULL)
        return etp_fail(error, ETP_EINVAL, "there is no script to rehearse: it was NULL");
    if (report != NULL && report->size != sizeof *report)
        return etp_fail(error, ETP_EINVAL, "etp_rehearsal.size is %zu, not %zu: set it to its sizeof", report->size,
                        sizeof *report);
    if (script->busy || script->vm->context != NULL)
        return etp_fail(error, ETP_ESTATE, "%s: a script cannot be rehearsed from within a call of its own hooks",
                        script->name);
    if (report != NULL) {
        made.clock = report->clock;
        made.clock_user = report->clock_user;
        made.watch = report->watch;
    }
    int result = rehearse(script, &made, report != NULL, error);
    if (report != NULL)
        *report = made;
    return result;
}
