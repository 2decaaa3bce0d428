/* SPDX-License-Identifier: MIT */
/* A market of the shipped strategies, as the benches run it. */
#ifndef ETP_BENCH_STAGE_H
#define ETP_BENCH_STAGE_H

#include <stdio.h>
#include <stdlib.h>

#include "etp/run.h"
#include "etp/script.h"

enum { FIRMS = 5 };

typedef struct bench {
    etp_script *strategies[FIRMS];
    etp_script *policy;
    etp_trace trace;
    etp_firm firms[FIRMS];
    etp_run_options options;
} bench;

static inline etp_script *bench_load(const char *name)
{
    char path[1024];
    etp_script *script;
    etp_error error = {0};
    snprintf(path, sizeof path, "%s/strategies/%s.lua", ETP_SOURCE_DIR, name);
    if (etp_script_load(&script, path, NULL, &error) != ETP_OK) {
        fprintf(stderr, "%s\n", error.text);
        exit(EXIT_FAILURE);
    }
    return script;
}

static inline void bench_prepare(bench *b, unsigned homes)
{
    static const char *const names[FIRMS] = {"greedy", "conservative", "aggressive", "random", "adaptive"};
    if (etp_trace_generate(&b->trace, 1, 300 * ETP_NS_PER_SECOND, 1, NULL) != ETP_OK)
        exit(EXIT_FAILURE);
    for (unsigned i = 0; i < FIRMS; i++) {
        b->strategies[i] = bench_load(names[i]);
        b->firms[i] = (etp_firm){.name = etp_script_name(b->strategies[i]),
                                 .hooks = etp_script_aggregator_hooks(b->strategies[i]),
                                 .user = b->strategies[i],
                                 .portfolio = i};
    }
    b->policy = bench_load("reserve/two_tier");
    etp_run_defaults(&b->options);
    b->options.trace = &b->trace;
    b->options.intervals = b->trace.count;
    b->options.homes = homes;
    b->options.policy = etp_script_bess_hooks(b->policy);
    b->options.policy_user = b->policy;
    b->options.firms = b->firms;
    b->options.firm_count = b->options.portfolios = FIRMS;
}

/* Calls into scripts so far. */
static inline uint64_t bench_lua_calls(const bench *b)
{
    etp_script_stats stats;
    uint64_t calls = 0;
    for (unsigned i = 0; i < FIRMS; i++) {
        etp_script_get_stats(b->strategies[i], &stats);
        calls += stats.calls;
    }
    etp_script_get_stats(b->policy, &stats);
    return calls + stats.calls;
}

/* Messages that were acted on. */
static inline uint64_t bench_messages(const etp_run *run)
{
    etp_engine_stats stats;
    uint64_t messages = 0;
    etp_run_engine_stats(run, &stats);
    for (unsigned i = 0; i < ETP_TYPES; i++)
        messages += stats.received[i];
    return messages;
}

static inline void bench_finish(bench *b)
{
    for (unsigned i = 0; i < FIRMS; i++)
        etp_script_free(b->strategies[i]);
    etp_script_free(b->policy);
    etp_trace_fini(&b->trace);
}

#endif
