/* SPDX-License-Identifier: MIT */
/*
 * Markets with scripts, each in a thread of its own, all at once: the same results as one after the other. Built once more
 * with ThreadSanitizer, where the compiler has it.
 */
#include <pthread.h>

#include "unit/test_run_tools.h"

#include "etp/script.h"

enum { MARKETS = 3 };

static const char text[] =
    "local S = { api = 1, role = 'aggregator' }\n"
    "local wins = 0\n"
    "function S.on_offer(ctx, offer) return offer.value - 0.25 - ctx.rng() * wins / 100 end\n"
    "function S.on_result(ctx, result) if result.outcome == 'accepted' then wins = wins + 1 else error('no') end end\n"
    "return S\n";

static const char newer[] = "local S = { api = 1, role = 'aggregator' }\n"
                            "function S.on_offer(ctx, offer) return offer.value - 0.25 end\n"
                            "return S\n";

typedef struct task {
    uint64_t seed;
    int result;
    etp_run_totals totals;
    size_t errors; /* of the script, each with a sentence */
} task;

static int step_to_the_end(etp_run *run, etp_error *error)
{
    int result;
    do
        result = etp_run_step(run, error);
    while (result == 1);
    return result == ETP_OK ? etp_run_check(run, error) : result;
}

static int run_with(task *job, const etp_trace *trace, etp_script *script, etp_error *error)
{
    const etp_firm firms[] = {
        {.name = "script", .hooks = etp_script_aggregator_hooks(script), .user = script, .portfolio = 0},
        {.name = "plain", .portfolio = 1},
    };
    etp_run_options options;
    etp_run_defaults(&options);
    options.seed = job->seed;
    options.homes = 4;
    options.firms = firms;
    options.firm_count = options.portfolios = 2;
    options.trace = trace;
    options.first = 72; /* in the evening */
    options.intervals = 24;
    etp_run *run;
    int result = etp_run_new(&run, &options, error);
    if (result == ETP_OK)
        result = step_to_the_end(run, error);
    etp_run_get_totals(run, &job->totals);
    etp_run_free(run);
    return result;
}

static void *run_market(void *user)
{
    task *job = user;
    etp_error error = {0};
    etp_trace trace = {0};
    etp_script *script = NULL;
    job->result = etp_script_load_text(&script, "x", text, sizeof text - 1, NULL, &error);
    if (job->result == ETP_OK)
        job->result = etp_trace_generate(&trace, 1, 300 * ETP_NS_PER_SECOND, job->seed, NULL);
    if (job->result == ETP_OK)
        job->result = run_with(job, &trace, script, &error);
    if (job->result == ETP_OK)
        job->result = etp_script_reload_text(script, "x", newer, sizeof newer - 1, 0, &error);
    etp_script_stats stats;
    etp_script_get_stats(script, &stats);
    job->errors = stats.errors;
    etp_trace_fini(&trace);
    etp_script_free(script);
    return NULL;
}

static void threads_change_nothing(void **unused)
{
    (void)unused;
    task alone[MARKETS] = {0}, together[MARKETS] = {0};
    pthread_t threads[MARKETS];
    for (unsigned i = 0; i < MARKETS; i++) {
        /* The first two are the same market. */
        alone[i].seed = together[i].seed = i > 1 ? 2 : 1;
        run_market(&alone[i]);
        assert_int_equal(alone[i].result, ETP_OK);
        assert_true(alone[i].totals.trades > 0 && alone[i].errors > 0);
    }
    for (unsigned i = 0; i < MARKETS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_market, &together[i]), 0);
    for (unsigned i = 0; i < MARKETS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (unsigned i = 0; i < MARKETS; i++) {
        assert_int_equal(together[i].result, ETP_OK);
        assert_memory_equal(&together[i].totals, &alone[i].totals, sizeof alone[i].totals);
        assert_int_equal(together[i].errors, alone[i].errors);
    }
    assert_memory_equal(alone[0].totals.digest, alone[1].totals.digest, sizeof alone[0].totals.digest);
    assert_memory_not_equal(alone[0].totals.digest, alone[2].totals.digest, sizeof alone[0].totals.digest);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_change_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
