/* SPDX-License-Identifier: MIT */
/* A run's ledger: every cut of it sums to the same, to the run's totals, and to what events and values say. */
#include "unit/test_run_tools.h"

static const etp_time hour = ETP_NS_PER_HOUR;

/* From noon on, so that days and regimes of all kinds are in it. */
static void long_market(market *m, unsigned homes, unsigned firms, size_t intervals)
{
    market_init(m, homes, firms, 1);
    etp_trace_fini(&m->trace);
    unsigned days = (unsigned)intervals / 288 + 2;
    assert_int_equal(etp_trace_generate(&m->trace, days, 300 * ETP_NS_PER_SECOND, 3, NULL), ETP_OK);
    m->options.trace = &m->trace;
    m->options.first = 0;
    m->options.intervals = intervals;
    m->options.ledger = true;
    m->options.ledger_block = 12 * hour;
}

static const etp_ledger_slice *total_of(const market *m)
{
    return etp_ledger_total(etp_run_ledger(m->run));
}

/* ---- sums ---- */

static void add(etp_ledger_slice *to, const etp_ledger_slice *slice)
{
    assert_non_null(slice);
    to->intervals += slice->intervals;
    to->offered += slice->offered;
    to->sold += slice->sold;
    to->paid += slice->paid;
    to->worth += slice->worth;
    to->spot += slice->spot;
    to->cost += slice->cost;
    to->gain += slice->gain;
    to->best_gain += slice->best_gain;
}

static void assert_same(const etp_ledger_slice *a, const etp_ledger_slice *b)
{
    assert_int_equal(a->intervals, b->intervals);
    assert_int_equal(a->offered, b->offered);
    assert_int_equal(a->sold, b->sold);
    assert_int_equal(a->paid, b->paid);
    assert_int_equal(a->worth, b->worth);
    assert_int_equal(a->spot, b->spot);
    assert_int_equal(a->cost, b->cost);
    assert_int_equal(a->gain, b->gain);
    assert_int_equal(a->best_gain, b->best_gain);
}

static void check_cuts(const market *m)
{
    const etp_ledger *ledger = etp_run_ledger(m->run);
    etp_ledger_slice hours = {0}, regimes = {0}, days = {0};
    for (unsigned i = 0; i < ETP_LEDGER_HOURS; i++)
        add(&hours, etp_ledger_hour(ledger, i));
    for (unsigned i = 0; i < ETP_REGIMES; i++)
        add(&regimes, etp_ledger_regime(ledger, i));
    for (size_t i = 0; i < etp_ledger_days(ledger); i++)
        add(&days, etp_ledger_day(ledger, i));
    assert_same(&hours, etp_ledger_total(ledger));
    assert_same(&regimes, etp_ledger_total(ledger));
    assert_same(&days, etp_ledger_total(ledger));
}

static void check_totals(const market *m)
{
    const etp_ledger_slice *total = total_of(m);
    etp_run_totals totals = market_totals(m);
    assert_int_equal(total->intervals, totals.intervals);
    assert_int_equal(total->offered, totals.offered);
    assert_int_equal(total->sold, totals.sold);
    assert_int_equal(total->paid, totals.paid);
    assert_int_equal(total->worth, totals.worth);
    assert_true(total->gain <= total->best_gain);
    assert_true(total->cost <= total->paid);
}

static void check_homes(const market *m)
{
    const etp_ledger *ledger = etp_run_ledger(m->run);
    for (unsigned i = 0; i < m->options.homes; i++) {
        etp_money cost = 0, income = 0;
        etp_energy sold = 0;
        for (size_t block = 0; block < etp_ledger_blocks(ledger); block++) {
            cost += etp_ledger_home_cost(ledger, i, block);
            income += etp_ledger_home_income(ledger, i, block);
            sold += etp_ledger_home_sold(ledger, i, block);
        }
        assert_int_equal(cost, etp_run_home_cost(m->run, i));
        assert_int_equal(income, etp_run_home(m->run, i)->sales_income);
        assert_int_equal(sold, etp_run_home(m->run, i)->sold);
    }
}

static void check_all(const market *m)
{
    check_cuts(m);
    check_totals(m);
    check_homes(m);
}

static void test_every_cut_sums_to_the_run(void **state)
{
    (void)state;
    market m;
    long_market(&m, 6, 3, 700);
    m.options.failures_ppm = 500000;
    m.options.network.loss_ppm = 50000;
    for (unsigned turn = 0; turn < 3; turn++) {
        m.options.merged = turn == 1;
        /* In the last turn one firm holds two portfolios, and one is nobody's. */
        m.options.portfolios = turn == 2 ? 5 : 3;
        m.firms[2].portfolio_count = turn == 2 ? 2 : 1;
        market_run(&m);
        assert_true(total_of(&m)->sold > 0);
        check_all(&m);
        const etp_ledger *ledger = etp_run_ledger(m.run);
        assert_int_equal(etp_ledger_days(ledger), 3);
        assert_int_equal(etp_ledger_blocks(ledger), 5);
        assert_int_equal(etp_ledger_day(ledger, 0)->intervals, 288);
        assert_int_equal(etp_ledger_day(ledger, 2)->intervals, 700 - 2 * 288);
        assert_int_equal(etp_ledger_hour(ledger, 18)->intervals, 2 * 12 + 12);
    }
    market_fini(&m);
}

static void test_it_sums_up_at_every_step_and_when_cut_short(void **state)
{
    (void)state;
    market m;
    etp_error error;
    long_market(&m, 3, 2, 400);
    /* What is stored is worth something else at each hour. */
    assert_int_equal(etp_tariff_parse(&m.options.feed_in, "00:00=3,02:00=5,06:00=9,20:00=4", &error), ETP_OK);
    market_begin(&m);
    assert_int_equal(etp_ledger_blocks(etp_run_ledger(m.run)), 0);
    assert_int_equal(etp_ledger_days(etp_run_ledger(m.run)), 0);
    for (int i = 0; i < 330; i++) {
        assert_int_equal(etp_run_step(m.run, &error), 1);
        if (i % 36 == 0 || i % 144 == 143)
            check_all(&m);
    }
    etp_run_cut(m.run);
    while (etp_run_step(m.run, &error) == 1)
        ;
    assert_int_equal(etp_run_done(m.run), 331);
    assert_int_equal(etp_ledger_blocks(etp_run_ledger(m.run)), 3);
    check_all(&m);
    market_fini(&m);
}

/* ---- against events and values ---- */

/* Nothing is lost here, so that every trade has its receipt, which says what its buyer saw in it. */
static void test_gain_and_cost_are_those_of_the_trades(void **state)
{
    (void)state;
    market m;
    long_market(&m, 6, 3, 100);
    m.options.failures_ppm = 0;
    market_run(&m);
    etp_money cost = 0, seen = 0, spot = 0;
    size_t trades = 0;
    for (size_t i = 0; i < m.chronicle.count; i++) {
        const etp_event *event = &m.chronicle.events[i];
        if (event->kind == ETP_EVENT_RECEIPT)
            seen += etp_amount(event->value, event->energy);
        if (event->kind != ETP_EVENT_CONFIRM)
            continue;
        cost += etp_amount(event->reserve, event->energy);
        spot += etp_amount(m.trace.prices[m.options.first + event->interval], event->energy);
        trades++;
    }
    assert_int_equal(trades, count_events(&m.chronicle, ETP_EVENT_RECEIPT));
    assert_true(trades > 100);
    /* Each amount is rounded down to a micro-dollar. */
    assert_in_range(total_of(&m)->cost, cost, cost + (etp_money)trades);
    assert_in_range(total_of(&m)->spot, spot - (etp_money)trades, spot + (etp_money)trades);
    assert_in_range(total_of(&m)->gain, seen - cost - (etp_money)trades, seen - cost + (etp_money)trades);
    market_fini(&m);
}

static void bid_values(market *m)
{
    for (unsigned i = 0; i < FIRMS_MAX; i++)
        m->firms[i].hooks = NULL;
}

/* With truthful bidders and need to spare, whoever values a lot most gets it: nothing better could have been done. */
static void test_truthful_bidders_with_need_to_spare_are_efficient(void **state)
{
    (void)state;
    static const etp_mechanism mechanisms[] = {ETP_FIRST_PRICE, ETP_SECOND_PRICE, ETP_UNIFORM_PRICE};
    for (unsigned i = 0; i < 3; i++) {
        market m;
        long_market(&m, 8, 4, 300);
        bid_values(&m);
        m.options.mechanism = mechanisms[i];
        m.options.need_ppm = 20000000;
        m.options.failures_ppm = 0;
        market_run(&m);
        assert_true(total_of(&m)->gain > 0);
        assert_int_equal(total_of(&m)->gain, total_of(&m)->best_gain);
        market_fini(&m);
    }
}

static void test_who_bids_less_than_his_value_at_times_buys_too_little(void **state)
{
    (void)state;
    market m;
    long_market(&m, 8, 4, 300);
    m.options.need_ppm = 20000000;
    market_run(&m);
    assert_true(total_of(&m)->gain > 0);
    assert_true(total_of(&m)->gain < total_of(&m)->best_gain);
    market_fini(&m);
}

/* Where need binds, what could have been had is less, and is never exceeded. */
static void test_needs_and_budgets_bound_what_could_have_been_had(void **state)
{
    (void)state;
    market m;
    long_market(&m, 8, 4, 300);
    bid_values(&m);
    market_run(&m);
    etp_money with_need = total_of(&m)->best_gain;
    m.options.need_ppm = 200000;
    market_run(&m);
    etp_money with_little = total_of(&m)->best_gain;
    assert_true(total_of(&m)->gain <= with_little && with_little < with_need);
    m.options.budget = ETP_MONEY_PER_DOLLAR / 200;
    market_run(&m);
    assert_true(total_of(&m)->gain <= total_of(&m)->best_gain && total_of(&m)->best_gain < with_little);
    market_fini(&m);
}

/* ---- regimes ---- */

static void test_every_interval_has_one_regime(void **state)
{
    (void)state;
    static const etp_price spike = 300 * 1000;
    assert_int_equal(etp_regime_of(spike + 1, 12 * 3600), ETP_REGIME_SPIKE);
    assert_int_equal(etp_regime_of(spike, 12 * 3600), ETP_REGIME_NOON);
    assert_int_equal(etp_regime_of(-1, 18 * 3600), ETP_REGIME_NEGATIVE);
    assert_int_equal(etp_regime_of(0, 18 * 3600), ETP_REGIME_EVENING);
    assert_int_equal(etp_regime_of(0, 16 * 3600), ETP_REGIME_EVENING);
    assert_int_equal(etp_regime_of(0, 16 * 3600 - 1), ETP_REGIME_NOON);
    assert_int_equal(etp_regime_of(0, 9 * 3600), ETP_REGIME_NOON);
    assert_int_equal(etp_regime_of(0, 9 * 3600 - 1), ETP_REGIME_NIGHT);
    assert_int_equal(etp_regime_of(0, 21 * 3600 - 1), ETP_REGIME_EVENING);
    assert_int_equal(etp_regime_of(0, 21 * 3600), ETP_REGIME_NIGHT);
    assert_int_equal(etp_regime_of(0, 0), ETP_REGIME_NIGHT);
    assert_string_equal(etp_regime_name(ETP_REGIME_SPIKE), "spike");
    assert_string_equal(etp_regime_name(ETP_REGIME_NIGHT), "night");
    assert_string_equal(etp_regime_name(ETP_REGIMES), "unknown");
}

/* ---- asking for one ---- */

static void test_a_run_keeps_none_unless_asked_and_is_the_same_run(void **state)
{
    (void)state;
    market m;
    long_market(&m, 4, 2, 60);
    etp_run_totals with = market_run(&m);
    m.options.ledger = false;
    etp_run_totals without = market_run(&m);
    assert_true(same_digest(&with, &without));
    assert_null(etp_run_ledger(m.run));
    assert_null(etp_run_ledger(NULL));
    assert_null(etp_ledger_total(NULL));
    assert_null(etp_ledger_hour(NULL, 0));
    assert_null(etp_ledger_regime(NULL, ETP_REGIME_NOON));
    assert_null(etp_ledger_day(NULL, 0));
    assert_int_equal(etp_ledger_days(NULL) + etp_ledger_blocks(NULL), 0);
    assert_int_equal(etp_ledger_home_cost(NULL, 0, 0) + etp_ledger_home_income(NULL, 0, 0), 0);
    assert_int_equal(etp_ledger_home_sold(NULL, 0, 0), 0);
    market_fini(&m);
}

static void test_readers_know_where_it_ends(void **state)
{
    (void)state;
    market m;
    long_market(&m, 2, 2, 150);
    market_run(&m);
    const etp_ledger *ledger = etp_run_ledger(m.run);
    assert_null(etp_ledger_hour(ledger, 24));
    assert_null(etp_ledger_regime(ledger, ETP_REGIMES));
    assert_null(etp_ledger_day(ledger, 1));
    assert_int_equal(etp_ledger_home_cost(ledger, 2, 0), 0);
    assert_int_equal(etp_ledger_home_cost(ledger, 0, 2), 0);
    market_fini(&m);
}

static void test_blocks_are_whole_intervals(void **state)
{
    (void)state;
    static const etp_time blocks[] = {0, -300 * ETP_NS_PER_SECOND, 301 * ETP_NS_PER_SECOND, 24 * 367 * ETP_NS_PER_HOUR};
    market m;
    etp_money costs[2];
    etp_error error;
    long_market(&m, 2, 2, 12);
    for (unsigned i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        m.options.ledger_block = blocks[i];
        assert_int_equal(etp_run_new(&m.run, &m.options, &error), ETP_ERANGE);
        assert_non_null(strstr(error.text, "whole number of intervals of 300 s"));
        assert_int_equal(etp_run_without_market_blocks(&m.options, blocks[i], costs, &error), ETP_ERANGE);
    }
    market_fini(&m);
}

/* ---- without a market ---- */

static void test_blocks_without_a_market_sum_to_the_whole(void **state)
{
    (void)state;
    enum { HOMES = 3, BLOCKS = 5 };
    market m;
    etp_error error;
    etp_money whole[HOMES], blocks[HOMES * BLOCKS], one_interval[HOMES];
    long_market(&m, HOMES, 2, 4 * 144 + 1);
    assert_int_equal(etp_run_without_market(&m.options, whole, &error), ETP_OK);
    assert_int_equal(etp_run_without_market_blocks(&m.options, 12 * hour, blocks, &error), ETP_OK);
    for (unsigned i = 0; i < HOMES; i++) {
        etp_money sum = 0;
        for (unsigned j = 0; j < BLOCKS; j++)
            sum += blocks[i * BLOCKS + j];
        assert_int_equal(sum, whole[i]);
        assert_true(blocks[i * BLOCKS] != blocks[i * BLOCKS + 1]);
    }
    /* The feed-in tariff is flat: the first block is a run of its own. */
    m.options.intervals = 144;
    assert_int_equal(etp_run_without_market(&m.options, one_interval, &error), ETP_OK);
    for (unsigned i = 0; i < HOMES; i++)
        assert_int_equal(blocks[i * BLOCKS], one_interval[i]);
    assert_int_equal(etp_run_without_market_blocks(&m.options, 12 * hour, NULL, &error), ETP_EINVAL);
    market_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_cut_sums_to_the_run),
        cmocka_unit_test(test_it_sums_up_at_every_step_and_when_cut_short),
        cmocka_unit_test(test_gain_and_cost_are_those_of_the_trades),
        cmocka_unit_test(test_truthful_bidders_with_need_to_spare_are_efficient),
        cmocka_unit_test(test_who_bids_less_than_his_value_at_times_buys_too_little),
        cmocka_unit_test(test_needs_and_budgets_bound_what_could_have_been_had),
        cmocka_unit_test(test_every_interval_has_one_regime),
        cmocka_unit_test(test_a_run_keeps_none_unless_asked_and_is_the_same_run),
        cmocka_unit_test(test_readers_know_where_it_ends),
        cmocka_unit_test(test_blocks_are_whole_intervals),
        cmocka_unit_test(test_blocks_without_a_market_sum_to_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
