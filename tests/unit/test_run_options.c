/* SPDX-License-Identifier: MIT */
/* Options that cannot be run are refused with a sentence, never run half or crash. */
#include <limits.h>

#include "unit/test_run_tools.h"

typedef void (*spoil)(market *m);

static void wrong_size(market *m)
{
    m->options.size--;
}
static void no_trace(market *m)
{
    m->options.trace = NULL;
}
static void no_intervals(market *m)
{
    m->options.intervals = 0;
}
static void too_many_intervals(market *m)
{
    m->options.intervals = 217;
}
static void first_past_the_end(market *m)
{
    m->options.first = 289;
}
static void last_of_all(market *m)
{
    m->options.first = SIZE_MAX;
}
static void no_homes(market *m)
{
    m->options.homes = 0;
}
static void too_many_homes(market *m)
{
    m->options.homes = 1000001;
}
static void no_firms(market *m)
{
    m->options.firm_count = 0;
}
static void no_portfolios(market *m)
{
    m->options.portfolios = 0;
}
static void too_many_portfolios(market *m)
{
    m->options.portfolios = 1001;
}
static void too_few_portfolios(market *m)
{
    m->options.portfolios = 1;
}
static void portfolio_past_the_end(market *m)
{
    m->firms[1].portfolio = 3;
}
static void portfolios_past_the_end(market *m)
{
    m->firms[1].portfolio_count = 2;
}
static void portfolios_beyond_counting(market *m)
{
    m->firms[1].portfolio_count = UINT_MAX;
}
static void portfolios_overlap(market *m)
{
    m->firms[0].portfolio_count = 2;
}
static void no_such_conduct(market *m)
{
    m->options.merged = true;
    m->options.conduct = (etp_conduct)3;
}
static void portfolio_twice(market *m)
{
    m->firms[1].portfolio = 0;
}
static void participation(market *m)
{
    m->options.buyer.participation_ppm = 1000001;
}
static void failures(market *m)
{
    m->options.failures_ppm = 1000001;
}
static void budget(market *m)
{
    m->options.budget = -1;
}
static void no_outage(market *m)
{
    m->options.outage = 0;
}
static void endless_outage(market *m)
{
    m->options.outage = INT64_MAX;
}
static void short_interval(market *m)
{
    m->trace.interval = 13 * ETP_NS_PER_SECOND;
}
static void interval_of_nothing(market *m)
{
    m->trace.interval = 0;
}
static void interval_of_two_days(market *m)
{
    m->trace.interval = 48 * ETP_NS_PER_HOUR;
}
static void interval_of_a_fraction(market *m)
{
    m->trace.interval += 1;
}
static void before_1970(market *m)
{
    m->trace.starts = -40 * ETP_NS_PER_HOUR;
}
static void at_1970(market *m)
{
    m->trace.starts = 0;
    m->options.first = 0;
}
static void after_2200(market *m)
{
    m->trace.starts = INT64_MAX - ETP_NS_PER_HOUR;
}
static void endless_window(market *m)
{
    m->options.timing.window = INT64_MAX;
}
static void endless_hold(market *m)
{
    m->options.timing.hold = INT64_MAX / 2 + 1;
}
static void no_window(market *m)
{
    m->options.timing.window = 0;
}
static void negative_spread(market *m)
{
    m->options.timing.query_spread = -1;
}
static void negative_inverter(market *m)
{
    m->options.fleet.inverter = -1;
}
static void huge_inverter(market *m)
{
    m->options.fleet.inverter = INT64_MAX;
}
static void no_efficiency(market *m)
{
    m->options.fleet.one_way_ppm = 0;
}
static void floor_above_capacity(market *m)
{
    m->options.fleet.floor_ppm = 1000001;
}
static void network_loss(market *m)
{
    m->options.network.loss_ppm = 1000001;
}
static void network_delay(market *m)
{
    m->options.network.delay = -1;
}

static void options_that_cannot_be_run(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        spoil spoil;
        int result;
    } cases[] = {
#define CASE(name, result) {#name, name, result}
        CASE(wrong_size, ETP_EINVAL),
        CASE(no_trace, ETP_EINVAL),
        CASE(no_intervals, ETP_ERANGE),
        CASE(too_many_intervals, ETP_ERANGE),
        CASE(first_past_the_end, ETP_ERANGE),
        CASE(last_of_all, ETP_ERANGE),
        CASE(no_homes, ETP_ERANGE),
        CASE(too_many_homes, ETP_ERANGE),
        CASE(no_firms, ETP_EINVAL),
        CASE(no_portfolios, ETP_ERANGE),
        CASE(too_many_portfolios, ETP_ERANGE),
        CASE(too_few_portfolios, ETP_ERANGE),
        CASE(portfolio_past_the_end, ETP_ERANGE),
        CASE(portfolio_twice, ETP_EINVAL),
        CASE(portfolios_past_the_end, ETP_ERANGE),
        CASE(portfolios_beyond_counting, ETP_ERANGE),
        CASE(portfolios_overlap, ETP_EINVAL),
        CASE(no_such_conduct, ETP_ERANGE),
        CASE(participation, ETP_ERANGE),
        CASE(failures, ETP_ERANGE),
        CASE(budget, ETP_ERANGE),
        CASE(no_outage, ETP_ERANGE),
        CASE(endless_outage, ETP_ERANGE),
        CASE(short_interval, ETP_ERANGE),
        CASE(interval_of_nothing, ETP_ERANGE),
        CASE(interval_of_two_days, ETP_ERANGE),
        CASE(interval_of_a_fraction, ETP_ERANGE),
        CASE(before_1970, ETP_ERANGE),
        CASE(at_1970, ETP_ERANGE),
        CASE(after_2200, ETP_ERANGE),
        CASE(endless_window, ETP_ERANGE),
        CASE(endless_hold, ETP_ERANGE),
        CASE(no_window, ETP_EINVAL),
        CASE(negative_spread, ETP_ERANGE),
        CASE(negative_inverter, ETP_ERANGE),
        CASE(huge_inverter, ETP_ERANGE),
        CASE(no_efficiency, ETP_ERANGE),
        CASE(floor_above_capacity, ETP_ERANGE),
        CASE(network_loss, ETP_ERANGE),
        CASE(network_delay, ETP_ERANGE),
#undef CASE
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        market m;
        etp_error error = {0};
        market_init(&m, 3, 2, 10);
        cases[i].spoil(&m);
        int result = etp_run_new(&m.run, &m.options, &error);
        printf("%s: %s\n", cases[i].name, error.text);
        assert_int_equal(result, cases[i].result);
        assert_int_equal(error.code, result);
        assert_null(m.run);
        assert_true(error.text[0] != '\0');
        market_fini(&m);
    }
}

/* The same facts of the world are checked where there is no market. */
static void without_a_market_too(void **state)
{
    (void)state;
    static const spoil spoils[] = {
        wrong_size,          no_trace,          no_intervals,         too_many_intervals,     first_past_the_end,
        last_of_all,         no_homes,          too_many_homes,       interval_of_nothing,    no_efficiency,
        huge_inverter,       negative_inverter, interval_of_two_days, interval_of_a_fraction, before_1970,
        floor_above_capacity};
    static etp_money costs[3];
    for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
        market m;
        etp_error error = {0};
        market_init(&m, 3, 2, 10);
        spoils[i](&m);
        assert_true(etp_run_without_market(&m.options, costs, &error) < 0);
        assert_true(error.text[0] != '\0');
        market_fini(&m);
    }
}

/* Large numbers that are within their ranges give large needs, not overflows. */
static void large_needs(void **state)
{
    (void)state;
    for (int merged = 0; merged < 2; merged++) {
        market m;
        market_init(&m, 10, 2, 3);
        m.options.merged = merged;
        m.options.need_ppm = UINT32_MAX;
        m.options.budget = INT64_MAX / 2000;
        m.options.fleet.inverter = ETP_POWER_MAX;
        m.options.buyer.participation_ppm = 1000000;
        etp_run_totals totals = market_run(&m);
        assert_true(totals.trades > 0);
        market_fini(&m);
    }
}

static void a_run_that_is_over(void **state)
{
    (void)state;
    market m;
    market_init(&m, 3, 2, 2);
    market_begin(&m);
    etp_error error = {0};
    assert_int_equal(market_totals(&m).digest[0], 0);
    assert_int_equal(etp_run_step(m.run, &error), 1);
    assert_int_equal(market_totals(&m).intervals, 1);
    assert_int_equal(etp_run_step(m.run, &error), 0);
    assert_int_equal(market_totals(&m).intervals, 2);
    assert_int_equal(etp_run_step(m.run, &error), ETP_ESTATE);
    assert_true(error.text[0] != '\0');
    etp_firm_result firm;
    assert_int_equal(etp_run_firm_count(m.run), 2);
    assert_int_equal(etp_run_firm(m.run, 2, &firm), ETP_ENOENT);
    market_fini(&m);
    etp_run_free(NULL);
}

/* The firms' table is borrowed for the call alone. */
static void firms_are_copied(void **state)
{
    (void)state;
    market m;
    market_init(&m, 5, 3, 20);
    etp_run_totals usual = market_run(&m);
    market_begin(&m);
    memset(m.firms, 0, sizeof m.firms);
    market_finish(&m);
    etp_run_totals again = market_totals(&m);
    assert_true(same_digest(&usual, &again));
    assert_string_equal(market_firm(&m, 2).name, "three");
    market_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_that_cannot_be_run),
        cmocka_unit_test(without_a_market_too),
        cmocka_unit_test(large_needs),
        cmocka_unit_test(a_run_that_is_over),
        cmocka_unit_test(firms_are_copied),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
