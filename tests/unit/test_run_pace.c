/* SPDX-License-Identifier: MIT */
/* Steps of any length make the same run; a paced market is the same market in less time. */
#include "unit/test_run_tools.h"

static const etp_time five_minutes = 300 * INT64_C(1000000000);

static market *open_market(size_t intervals)
{
    market *m = malloc(sizeof *m);
    assert_non_null(m);
    market_init(m, 6, 3, intervals);
    m->options.network.loss_ppm = 100000;
    m->options.network.duplicate_ppm = 100000;
    m->options.failures_ppm = 1000000;
    return m;
}

static void close_market(market *m)
{
    market_fini(m);
    free(m);
}

/* ---- steps ---- */

static void advance_all(market *m, uint64_t seed)
{
    etp_error error = {0};
    etp_time end = etp_run_starts(m->run, m->options.intervals);
    unsigned turn = 0;
    for (int more = 1; more > 0; turn++) {
        etp_time slice =
            (etp_time)(etp_hash(seed, turn, 0, 0) % 3 == 0 ? etp_hash(seed, turn, 1, 0) % 7
                                                           : etp_hash(seed, turn, 1, 0) % UINT64_C(9000000000));
        /* Some steps end exactly where an interval does. */
        etp_time until = etp_run_now(m->run) + slice;
        if (etp_hash(seed, turn, 2, 0) % 5 == 0)
            until = etp_run_starts(m->run, market_totals(m).intervals + 1);
        more = etp_run_advance(m->run, until, &error);
        assert_true(more >= 0);
        assert_true(more == 0 || etp_run_now(m->run) == until);
        if (turn % 50 == 49 && more > 0)
            more = etp_run_step(m->run, &error);
    }
    assert_int_equal(market_totals(m).intervals, m->options.intervals);
    assert_true(etp_run_now(m->run) >= end);
}

static void any_steps_make_the_same_run(void **state)
{
    (void)state;
    const etp_time beats[] = {0, 5 * ETP_NS_PER_SECOND};
    for (size_t i = 0; i < 2; i++) {
        market *m = open_market(30);
        m->options.beat = beats[i];
        etp_run_totals whole = market_run(m);
        size_t events = m->chronicle.count;
        assert_true(whole.trades > 0);
        for (uint64_t seed = 1; seed <= 6; seed++) {
            market_begin(m);
            advance_all(m, seed);
            etp_run_totals sliced = market_totals(m);
            assert_int_equal(m->chronicle.count, events);
            assert_true(same_digest(&whole, &sliced));
        }
        close_market(m);
    }
}

static void a_step_in_the_past_changes_nothing(void **state)
{
    (void)state;
    etp_error error = {0};
    market *m = open_market(10);
    etp_run_totals whole = market_run(m);
    market_begin(m);
    etp_time half = etp_run_starts(m->run, 0) + five_minutes / 2;
    assert_int_equal(etp_run_advance(m->run, half, &error), 1);
    assert_int_equal(etp_run_advance(m->run, 0, &error), 1);
    assert_int_equal(etp_run_now(m->run), half);
    market_finish(m);
    etp_run_totals other = market_totals(m);
    assert_true(same_digest(&whole, &other));
    assert_int_equal(etp_run_advance(m->run, ETP_TIME_NEVER, &error), 0);
    assert_int_equal(etp_run_step(m->run, &error), ETP_ESTATE);
    close_market(m);
}

static void a_run_can_be_cut(void **state)
{
    (void)state;
    etp_error error = {0};
    market *m = open_market(30);
    market_begin(m);
    assert_int_equal(etp_run_advance(m->run, etp_run_starts(m->run, 7) + 1, &error), 1);
    etp_run_cut(m->run);
    assert_int_equal(etp_run_step(m->run, &error), 0);
    market_check(m);
    etp_run_totals cut = market_totals(m);
    assert_int_equal(cut.intervals, 8);
    m->options.intervals = 8;
    etp_run_totals short_one = market_run(m);
    assert_true(same_digest(&cut, &short_one));
    close_market(m);
}

/* ---- pace ---- */

/* What firm and battery of one number learn of each interval. */
typedef struct diary {
    etp_market markets[64];
    unsigned count;
} diary;

static int write_diary(void *user, const etp_context *context, const etp_market *view)
{
    (void)context;
    diary *to = user;
    to->markets[to->count++ % 64] = *view;
    return ETP_OK;
}

static void what_is_measured_in_market_time_stays(void **state)
{
    (void)state;
    static const etp_aggregator_hooks hooks = {.size = sizeof hooks, .on_interval = write_diary};
    diary diaries[2] = {{.count = 0}, {.count = 0}};
    etp_energy suns[2] = {0}, loads[2] = {0};
    size_t failures[2], recoveries[2];
    for (int paced = 0; paced < 2; paced++) {
        market *m = open_market(60);
        m->options.network = (etp_network_options){.size = sizeof(etp_network_options)};
        m->options.beat = paced ? 6 * ETP_NS_PER_SECOND : 0;
        m->firms[0].hooks = &hooks;
        m->firms[0].user = &diaries[paced];
        market_run(m);
        for (unsigned i = 0; i < 6; i++) {
            suns[paced] += etp_run_home(m->run, i)->pv;
            loads[paced] += etp_run_home(m->run, i)->load;
        }
        failures[paced] = count_events(&m->chronicle, ETP_EVENT_FAILURE);
        recoveries[paced] = count_events(&m->chronicle, ETP_EVENT_RECOVERY);
        close_market(m);
    }
    assert_true(diaries[0].count > 20);
    assert_int_equal(diaries[0].count, diaries[1].count);
    for (unsigned i = 0; i < diaries[0].count; i++) {
        const etp_market *a = &diaries[0].markets[i], *b = &diaries[1].markets[i];
        assert_int_equal(a->index, b->index);
        assert_int_equal(a->second_of_day, b->second_of_day);
        assert_int_equal(a->spot, b->spot);
        assert_int_equal(a->forecast, b->forecast);
        assert_int_equal(a->value, b->value);
        assert_int_equal(a->need, b->need);
        assert_int_equal(a->ends - a->starts, five_minutes);
        assert_int_equal(b->ends - b->starts, 6 * ETP_NS_PER_SECOND);
    }
    assert_int_equal(suns[0], suns[1]);
    assert_int_equal(loads[0], loads[1]);
    assert_true(failures[0] > 0 && recoveries[0] > 0);
    assert_int_equal(failures[0], failures[1]);
    assert_int_equal(recoveries[0], recoveries[1]);
}

/* How long the first outage of the run lasts on the engine's clock. */
static etp_time first_outage(const chronicle *all)
{
    const etp_event *failure = NULL;
    for (size_t i = 0; i < all->count; i++) {
        const etp_event *event = &all->events[i];
        if (event->kind == ETP_EVENT_FAILURE && event->peer == 0 && failure == NULL)
            failure = event;
        if (failure != NULL && event->kind == ETP_EVENT_RECOVERY && event->node == failure->node)
            return event->when - failure->when;
    }
    fail_msg("there was no outage");
    return 0;
}

static void outages_last_as_many_intervals(void **state)
{
    (void)state;
    market *m = open_market(60);
    m->options.outage = 450 * ETP_NS_PER_SECOND + 500000000;
    market_run(m);
    assert_int_equal(first_outage(&m->chronicle), m->options.outage);
    m->options.beat = 6 * ETP_NS_PER_SECOND;
    market_run(m);
    assert_int_equal(first_outage(&m->chronicle), INT64_C(9010000000));
    close_market(m);
}

/* Window and holds are as long as ever, and the spread takes what is left. */
static void protocol_time_is_real(void **state)
{
    (void)state;
    market *m = open_market(20);
    m->options.failures_ppm = 0;
    m->options.beat = 4500 * one_ms;
    market_run(m);
    size_t queries = 0;
    for (size_t i = 0; i < m->chronicle.count; i++) {
        const etp_event *event = &m->chronicle.events[i];
        etp_time starts = etp_run_starts(m->run, event->interval);
        if (event->kind == ETP_EVENT_ACCEPT)
            assert_true(event->when >= starts + 2 * ETP_NS_PER_SECOND);
        queries += event->kind == ETP_EVENT_QUERY;
    }
    assert_true(queries > 0);
    assert_true(market_totals(m).trades > 0);
    close_market(m);
}

static void too_fast_is_refused(void **state)
{
    (void)state;
    const struct {
        etp_time beat;
        const char *part;
    } cases[] = {
        {3999 * one_ms, "a pace of 75 at most"},
        {-1, "cannot be made to last"},
        {five_minutes + 1, "cannot be made to last"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        etp_error error = {0};
        market *m = open_market(10);
        m->options.beat = cases[i].beat;
        assert_int_equal(etp_run_new(&m->run, &m->options, &error), ETP_ERANGE);
        if (strstr(error.text, cases[i].part) == NULL)
            fail_msg("%s", error.text);
        close_market(m);
    }
    market *m = open_market(10);
    m->options.beat = 4000 * one_ms;
    market_run(m);
    close_market(m);
}

/* An observer that would drive its own run. */
static void meddle(void *user, const etp_event *event)
{
    market *m = user;
    (void)event;
    assert_int_equal(etp_run_advance(m->run, ETP_TIME_NEVER, NULL), ETP_ESTATE);
    assert_int_equal(etp_run_step(m->run, NULL), ETP_ESTATE);
}

static void a_run_is_not_driven_from_within(void **state)
{
    (void)state;
    market *m = open_market(3);
    etp_run_totals alone = market_run(m);
    m->options.observer = (etp_observer){meddle, m};
    etp_run_totals meddled = market_run(m);
    assert_true(same_digest(&alone, &meddled));
    close_market(m);
    assert_int_equal(etp_run_advance(NULL, 0, NULL), ETP_EINVAL);
    assert_int_equal(etp_run_done(NULL), 0);
    etp_run_cut(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_steps_make_the_same_run),
        cmocka_unit_test(a_step_in_the_past_changes_nothing),
        cmocka_unit_test(a_run_can_be_cut),
        cmocka_unit_test(what_is_measured_in_market_time_stays),
        cmocka_unit_test(outages_last_as_many_intervals),
        cmocka_unit_test(protocol_time_is_real),
        cmocka_unit_test(too_fast_is_refused),
        cmocka_unit_test(a_run_is_not_driven_from_within),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
