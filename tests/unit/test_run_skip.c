/* SPDX-License-Identifier: MIT */
/*
 * A run that leaves out what nobody would act on is the same run: the same trades at the same moments, the same calls of
 * hooks, the same homes; with every kind of strategy and policy, with jitter and loss, and while batteries fail.
 */
#include "etp/script.h"
#include "unit/test_run_tools.h"

enum { HOMES = 8, FIRMS = 4, INTERVALS = 400 };

typedef struct weather {
    const char *name;
    etp_time delay, jitter;
    uint32_t loss, duplicate, reorder, flip, failures;
} weather;

static const weather weathers[] = {
    {"calm", 20 * ETP_NS_PER_MS, 5 * ETP_NS_PER_MS, 0, 0, 0, 0, 20000},
    {"no delay", 0, 0, 0, 0, 0, 0, 20000},
    {"wide jitter", 20 * ETP_NS_PER_MS, 400 * ETP_NS_PER_MS, 0, 0, 0, 0, 20000},
    {"loss", 20 * ETP_NS_PER_MS, 50 * ETP_NS_PER_MS, 200000, 0, 0, 0, 20000},
    {"slow", 240 * ETP_NS_PER_MS, 200 * ETP_NS_PER_MS, 100000, 0, 0, 0, 20000},
    {"outages", 20 * ETP_NS_PER_MS, 50 * ETP_NS_PER_MS, 100000, 0, 0, 0, 1000000},
    {"all at once", 20 * ETP_NS_PER_MS, 50 * ETP_NS_PER_MS, 150000, 150000, 200000, 50000, 1000000},
};
enum { WEATHERS = sizeof weathers / sizeof *weathers };

/* Who plays, and for how the homes' energy is sold. */
typedef struct cast {
    const char *strategies[FIRMS];
    const char *reserve;
    etp_mechanism mechanism;
} cast;

static const cast casts[] = {
    {{"greedy", "conservative", "aggressive", "random"}, "two_tier", ETP_FIRST_PRICE},
    {{"adaptive", "q_learning", "sniper", "exp3"}, "two_tier", ETP_FIRST_PRICE},
    {{"zip", "gd", "thompson", "truthful"}, "opportunity", ETP_SECOND_PRICE},
    {{"ramp", "aa", "equilibrium", "portfolio"}, "tiers", ETP_ASCENDING},
    {{"best_response", "shaver", "mgd", "fixed"}, "forecast", ETP_UNIFORM_PRICE},
};
enum { CASTS = sizeof casts / sizeof *casts };

/* ---- what is compared ---- */

typedef struct outcome {
    etp_event *trades;
    size_t count;
    uint64_t queries, statuses, hook_calls;
    etp_run_totals totals;
    etp_firm_result firms[FIRMS];
    unsigned firm_count;
    etp_home homes[HOMES];
} outcome;

static etp_script *load(const char *folder, const char *name)
{
    char path[512];
    etp_script *script;
    etp_error error = {0};
    snprintf(path, sizeof path, "%s/strategies/%s%s.lua", ETP_SOURCE_DIR, folder, name);
    if (etp_script_load(&script, path, NULL, &error) != ETP_OK)
        fail_msg("%s", error.text);
    return script;
}

static bool is_trade(const etp_event *event)
{
    return event->kind == ETP_EVENT_ACCEPT || event->kind == ETP_EVENT_CONFIRM || event->kind == ETP_EVENT_RECEIPT ||
           event->kind == ETP_EVENT_LAPSE || event->kind == ETP_EVENT_BID || event->kind == ETP_EVENT_UNRESOLVED;
}

static void keep_trades(const market *m, outcome *result)
{
    result->trades = calloc(m->chronicle.count + 1, sizeof *result->trades);
    assert_non_null(result->trades);
    for (size_t i = 0; i < m->chronicle.count; i++)
        if (is_trade(&m->chronicle.events[i]))
            result->trades[result->count++] = m->chronicle.events[i];
}

static outcome run_cast(market *m, const cast *c)
{
    etp_script *scripts[FIRMS], *policy = load("reserve/", c->reserve);
    for (unsigned i = 0; i < FIRMS; i++) {
        scripts[i] = load("", c->strategies[i]);
        m->firms[i].hooks = etp_script_aggregator_hooks(scripts[i]);
        m->firms[i].user = scripts[i];
    }
    m->options.mechanism = c->mechanism;
    m->options.policy = etp_script_bess_hooks(policy);
    m->options.policy_user = policy;
    outcome result = {.totals = market_run(m), .firm_count = etp_run_firm_count(m->run)};
    etp_engine_stats stats = market_stats(m);
    result.queries = stats.sent[ETP_QUERY];
    result.statuses = stats.sent[ETP_BESS_STATUS];
    result.hook_calls = stats.hook_calls;
    keep_trades(m, &result);
    for (unsigned i = 0; i < result.firm_count; i++)
        result.firms[i] = market_firm(m, i);
    for (unsigned i = 0; i < HOMES; i++)
        result.homes[i] = *etp_run_home(m->run, i);
    etp_run_free(m->run);
    m->run = NULL;
    for (unsigned i = 0; i < FIRMS; i++)
        etp_script_free(scripts[i]);
    etp_script_free(policy);
    return result;
}

/* By value: ids of messages count what was sent before. */
static void assert_same_trade(const etp_event *a, const etp_event *b)
{
    assert_int_equal(a->kind, b->kind);
    assert_int_equal(a->when, b->when);
    assert_int_equal(a->interval, b->interval);
    assert_int_equal(a->device, b->device);
    assert_int_equal(a->peer, b->peer);
    assert_int_equal(a->price, b->price);
    assert_int_equal(a->energy, b->energy);
    assert_int_equal(a->amount, b->amount);
    assert_int_equal(a->reserve, b->reserve);
    assert_int_equal(a->value, b->value);
}

static void assert_same_firms(const outcome *a, const outcome *b)
{
    assert_int_equal(a->firm_count, b->firm_count);
    for (unsigned i = 0; i < a->firm_count; i++) {
        const etp_firm_result *x = &a->firms[i], *y = &b->firms[i];
        assert_int_equal(x->bids, y->bids);
        assert_int_equal(x->trades, y->trades);
        assert_int_equal(x->energy, y->energy);
        assert_int_equal(x->paid, y->paid);
        assert_int_equal(x->worth, y->worth);
        assert_int_equal(x->totals.offers, y->totals.offers);
        assert_int_equal(x->totals.hook_calls, y->totals.hook_calls);
        assert_int_equal(x->totals.in_doubt, y->totals.in_doubt);
    }
}

static void assert_same(const outcome *a, const outcome *b)
{
    assert_int_equal(a->count, b->count);
    for (size_t i = 0; i < a->count; i++)
        assert_same_trade(&a->trades[i], &b->trades[i]);
    assert_same_firms(a, b);
    assert_int_equal(a->hook_calls, b->hook_calls);
    assert_int_equal(a->totals.auctions, b->totals.auctions);
    assert_int_equal(a->totals.offered, b->totals.offered);
    assert_int_equal(a->totals.lapses, b->totals.lapses);
    assert_int_equal(a->totals.owners_cost, b->totals.owners_cost);
    for (unsigned i = 0; i < HOMES; i++)
        assert_memory_equal(&a->homes[i], &b->homes[i], sizeof(etp_home));
}

/* ---- the runs ---- */

/* From noon on: half a day with nothing to sell, an evening, a night, and a morning. */
static void prepare(market *m, const weather *w)
{
    market_init(m, HOMES, FIRMS, INTERVALS);
    etp_trace_fini(&m->trace);
    assert_int_equal(etp_trace_generate(&m->trace, 2, 300 * ETP_NS_PER_SECOND, 1, NULL), ETP_OK);
    m->options.first = 0;
    m->options.fleet.start_ppm = 500000;
    m->options.network.delay = w->delay;
    m->options.network.jitter = w->jitter;
    m->options.network.loss_ppm = w->loss;
    m->options.network.duplicate_ppm = w->duplicate;
    m->options.network.reorder_ppm = w->reorder;
    m->options.network.flip_ppm = w->flip;
    m->options.failures_ppm = w->failures;
}

static void compare(const weather *w, const cast *c, bool merged, uint64_t seed)
{
    market m;
    prepare(&m, w);
    m.options.seed = seed;
    m.options.merged = merged;
    outcome whole = run_cast(&m, c);
    m.options.skip_idle = true;
    outcome skipped = run_cast(&m, c);
    assert_true(whole.totals.trades > 50);
    assert_same(&whole, &skipped);
    assert_true(skipped.queries < whole.queries * 3 / 4);
    assert_true(skipped.statuses < whole.statuses);
    free(whole.trades);
    free(skipped.trades);
    market_fini(&m);
}

static void test_trades_are_the_same_in_every_weather(void **state)
{
    (void)state;
    for (unsigned i = 0; i < WEATHERS; i++) {
        for (uint64_t seed = 1; seed <= 3; seed++)
            compare(&weathers[i], &casts[i % 2], false, seed);
        compare(&weathers[i], &casts[0], true, 1);
    }
}

static void test_trades_are_the_same_whoever_plays(void **state)
{
    (void)state;
    for (unsigned i = 0; i < CASTS; i++) {
        compare(&weathers[0], &casts[i], false, 4);
        compare(&weathers[WEATHERS - 1], &casts[i], false, 5);
    }
}

/* Where a message might come after its limit, hooks would be told: nothing is left out then. */
static void test_nothing_is_left_out_where_hooks_might_be_told(void **state)
{
    (void)state;
    static const weather slow = {"slow", 450 * ETP_NS_PER_MS, 60 * ETP_NS_PER_MS, 0, 0, 0, 0, 0};
    for (unsigned i = 0; i < 2; i++) {
        market m;
        prepare(&m, i == 0 ? &slow : &weathers[0]);
        m.options.network.bandwidth = i == 0 ? 0 : 1000000;
        m.options.intervals = 100;
        outcome whole = run_cast(&m, &casts[0]);
        m.options.skip_idle = true;
        outcome same = run_cast(&m, &casts[0]);
        assert_true(same_digest(&whole.totals, &same.totals));
        free(whole.trades);
        free(same.trades);
        market_fini(&m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trades_are_the_same_in_every_weather),
        cmocka_unit_test(test_trades_are_the_same_whoever_plays),
        cmocka_unit_test(test_nothing_is_left_out_where_hooks_might_be_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
