/* SPDX-License-Identifier: MIT */
/* A run whose frames the host carries: as good a market as any, whatever becomes of its links. */
#include "unit/test_run_tools.h"

enum { HOMES = 8, FIRMS = 3, LINKS = 2 * HOMES * FIRMS, WAITING_MAX = 4096 };

/* Link 2i is a home's end and 2i + 1 the firm's, as join_all() makes them. */
typedef struct frame {
    etp_link to;
    size_t size;
    unsigned char bytes[ETP_FRAME_MAX];
} frame;

static struct {
    frame waiting[WAITING_MAX];
    unsigned count;
    bool cut[HOMES * FIRMS];
} road;

static int carry(void *user, etp_link link, const void *bytes, size_t size)
{
    (void)user;
    assert_true(road.count < WAITING_MAX);
    if (road.cut[link / 2])
        return ETP_OK;
    frame *next = &road.waiting[road.count++];
    next->to = link ^ 1U;
    next->size = size;
    memcpy(next->bytes, bytes, size);
    return ETP_OK;
}

static void deliver(const market *m)
{
    while (road.count > 0) {
        static frame first;
        first = road.waiting[0];
        memmove(&road.waiting[0], &road.waiting[1], --road.count * sizeof road.waiting[0]);
        int result = etp_engine_receive(etp_run_engine(m->run), first.to, first.bytes, first.size);
        assert_true(result == ETP_OK || (result == ETP_ESTATE && road.cut[first.to / 2]));
    }
}

static void join_all(const market *m)
{
    etp_engine *engine = etp_run_engine(m->run);
    assert_non_null(engine);
    for (unsigned home = 0; home < HOMES; home++) {
        for (unsigned firm = 0; firm < FIRMS; firm++) {
            etp_link link;
            etp_node node;
            unsigned pair = home * FIRMS + firm;
            assert_int_equal(etp_engine_add_link(engine, home, etp_run_firm_device(firm), &link), ETP_OK);
            assert_int_equal(link, 2 * pair);
            assert_int_equal(etp_run_firm_node(m->run, firm, &node), ETP_OK);
            assert_int_equal(etp_engine_add_link(engine, node, etp_run_home_device(home), &link), ETP_OK);
            assert_int_equal(link, 2 * pair + 1);
            for (etp_link end = 2 * pair; end <= 2 * pair + 1; end++)
                assert_int_equal(etp_engine_link_up(engine, end), ETP_OK);
        }
    }
    deliver(m);
}

static void begin(market *m, uint32_t failures_ppm)
{
    memset(&road, 0, sizeof road);
    market_init(m, HOMES, FIRMS, 12);
    m->options.carriage.send = carry;
    m->options.failures_ppm = failures_ppm;
    m->options.buyer.participation_ppm = 1000000;
    market_begin(m);
}

/* By small steps of the clock, as a host goes that waits for its sockets. */
static int advance_to(const market *m, etp_time until)
{
    etp_error error = {0};
    int more = 1;
    for (etp_time now = etp_run_now(m->run); more > 0 && now < until;) {
        now += 5 * one_ms;
        more = etp_run_advance(m->run, now, &error);
        deliver(m);
    }
    assert_true(more >= 0);
    return more;
}

static void finish(const market *m)
{
    while (advance_to(m, etp_run_now(m->run) + ETP_NS_PER_SECOND) > 0)
        continue;
    market_check(m);
}

static void a_host_may_carry_the_frames(void **state)
{
    (void)state;
    market m;
    begin(&m, 0);
    join_all(&m);
    finish(&m);
    etp_run_totals totals = market_totals(&m);
    assert_int_equal(totals.intervals, 12);
    assert_true(totals.trades > 12);
    assert_int_equal(totals.in_doubt + totals.unresolved, 0);
    etp_network_stats network;
    etp_run_network_stats(m.run, &network);
    assert_int_equal(network.sent, 0);
    for (unsigned i = 0; i < FIRMS; i++)
        assert_true(market_firm(&m, i).trades > 0);
    market_fini(&m);
}

static void nobody_trades_before_he_is_linked(void **state)
{
    (void)state;
    market m;
    begin(&m, 0);
    advance_to(&m, etp_run_starts(m.run, 6));
    assert_int_equal(market_totals(&m).auctions, 0);
    join_all(&m);
    finish(&m);
    assert_true(market_totals(&m).trades > 0);
    market_fini(&m);
}

static void its_accounts_agree_whatever_becomes_of_its_links(void **state)
{
    (void)state;
    market m;
    etp_rng rng;
    etp_rng_seed(&rng, 11);
    begin(&m, 900000);
    join_all(&m);
    etp_engine *engine = etp_run_engine(m.run);
    while (advance_to(&m, etp_run_now(m.run) + (etp_time)etp_rng_below(&rng, 1000) * one_ms) > 0) {
        unsigned pair = (unsigned)etp_rng_below(&rng, HOMES * FIRMS);
        bool cut = !road.cut[pair];
        road.cut[pair] = cut;
        for (etp_link end = 2 * pair; end <= 2 * pair + 1; end++)
            assert_int_equal(cut ? etp_engine_link_lost(engine, end) : etp_engine_link_up(engine, end), ETP_OK);
        deliver(&m);
    }
    market_check(&m);
    assert_true(market_totals(&m).trades > 0);
    assert_true(market_stats(&m).link_lost > 0);
    market_fini(&m);
}

static void what_is_to_come_can_be_moved(void **state)
{
    (void)state;
    market m;
    begin(&m, 0);
    etp_time starts = etp_run_starts(m.run, 0);
    join_all(&m);
    /* Nothing can be moved into the past. */
    assert_int_equal(etp_run_shift(m.run, etp_run_now(m.run) - starts), ETP_ERANGE);
    assert_int_equal(etp_run_shift(m.run, INT64_MIN), ETP_ERANGE);
    assert_int_equal(etp_run_shift(m.run, INT64_MAX), ETP_ERANGE);
    assert_int_equal(etp_run_shift(m.run, etp_run_now(m.run) - starts + 1), ETP_OK);
    advance_to(&m, etp_run_now(m.run) + 15 * ETP_NS_PER_SECOND);
    assert_true(market_stats(&m).received[ETP_QUERY] > 0);
    assert_int_equal(etp_run_done(m.run), 0);
    /* In the midst of an interval: it ends so much later. */
    etp_time ends = etp_run_starts(m.run, 1);
    assert_int_equal(etp_run_shift(m.run, ETP_NS_PER_HOUR), ETP_OK);
    advance_to(&m, ends + ETP_NS_PER_HOUR / 2);
    assert_int_equal(etp_run_done(m.run), 0);
    advance_to(&m, ends + ETP_NS_PER_HOUR);
    assert_int_equal(etp_run_done(m.run), 1);
    finish(&m);
    market_fini(&m);
}

static void only_a_carried_run_shows_its_engine(void **state)
{
    (void)state;
    market m;
    market_init(&m, 2, 1, 1);
    market_begin(&m);
    assert_null(etp_run_engine(m.run));
    market_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_may_carry_the_frames),
        cmocka_unit_test(nobody_trades_before_he_is_linked),
        cmocka_unit_test(its_accounts_agree_whatever_becomes_of_its_links),
        cmocka_unit_test(what_is_to_come_can_be_moved),
        cmocka_unit_test(only_a_carried_run_shows_its_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
