/* SPDX-License-Identifier: MIT */
/* Two engines trade over a bad network: a slow link, cuts in mid-auction, connections that are half open or stalled. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/live_fixture.h"
#include "unit/relay_process.h"

enum { LINK_BPS = 1000000, FAILURES = 8, LEAST_BYTES = 8192, SLOW_READER = 60000 };

static unsigned port_of(const char *address)
{
    const char *colon = strrchr(address, ':');
    assert_non_null(colon);
    return (unsigned)strtoul(colon + 1, NULL, 10);
}

/* Puts the relay before a listener; the address to dial. */
static const char *relay_to(relay_process *relay, const char *options, const char *address)
{
    static char through[64];
    relay_start(relay, options, port_of(address));
    snprintf(through, sizeof through, "tcp://127.0.0.1:%u", relay->port);
    return through;
}

/* A battery that listens, and a buyer that dials it through the relay. */
static void connect_through(relay_process *relay, const char *options)
{
    build_battery(&sides[0]);
    build_buyer(&sides[1]);
    dial_to(&sides[1], relay_to(relay, options, listen_at(&sides[0], "tcp://127.0.0.1:0")), BATTERY);
    WAIT_FOR(sides[0].up == 1 && sides[1].events[ETP_EVENT_REGISTER] + sides[1].events[ETP_EVENT_STATUS] > 0);
}

/* ---- what is urgent ---- */

/* A loop whose timers may fire more often than once in a millisecond, so that a battery can say more than a link carries. */
static int open_precise_base(void **state)
{
    struct event_config *config = event_config_new();
    assert_int_equal(open_base(state), 0);
    event_free(tick);
    event_base_free(base);
    event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
    base = event_base_new_with_config(config);
    event_config_free(config);
    tick = event_new(base, -1, EV_PERSIST, on_tick, NULL);
    const struct timeval often = {0, 5000};
    return event_add(tick, &often);
}

/* How much arrived at the buyer between the failure and the word of it. */
static uint64_t bytes_before_failure_is_known(void)
{
    unsigned known = sides[1].events[ETP_EVENT_FAILURE];
    uint64_t before = live_stats(&sides[1]).bytes_received;
    etp_engine_advance(sides[0].engine, etp_live_now(sides[0].live));
    assert_int_equal(etp_engine_fail(sides[0].engine, sides[0].node), ETP_OK);
    assert_int_equal(etp_live_changed(sides[0].live), ETP_OK);
    WAIT_FOR(sides[1].events[ETP_EVENT_FAILURE] > known);
    return live_stats(&sides[1]).bytes_received - before;
}

static void recover(void)
{
    unsigned known = sides[1].events[ETP_EVENT_STATUS];
    assert_int_equal(etp_engine_recover(sides[0].engine, sides[0].node), ETP_OK);
    assert_int_equal(etp_live_changed(sides[0].live), ETP_OK);
    WAIT_FOR(sides[1].events[ETP_EVENT_STATUS] > known);
}

/* The link is full while messages are given up for want of room. */
static void wait_until_full(void)
{
    etp_engine_stats stats = {0};
    etp_engine_get_stats(sides[0].engine, &stats);
    uint64_t before = stats.outbox_full;
    WAIT_FOR((etp_engine_get_stats(sides[0].engine, &stats), stats.outbox_full > before + 10));
}

/* A battery says more than a link of 1 Mbit/s can carry. */
static void fail_over(const char *more_options)
{
    relay_process relay;
    char options[96];
    prepare(0, BATTERY)->engine_options.timing.status_period = ETP_NS_PER_MS / 5;
    prepare(1, BUYER)->options.messages_per_second = 0;
    snprintf(options, sizeof options, "--bandwidth-bps %d %s", LINK_BPS, more_options);
    connect_through(&relay, options);
    for (unsigned i = 0; i < FAILURES; i++) {
        wait_until_full();
        uint64_t bytes = bytes_before_failure_is_known();
        assert_true(bytes <= LEAST_BYTES + LEAST_BYTES / 4);
        print_message("%u bytes came before the failure\n", (unsigned)bytes);
        recover();
    }
    /* A machine that is busy may take longer, but not each time. */
    const etp_histogram *delays = etp_engine_delays(sides[1].engine, ETP_DEVICE_FAILURE);
    etp_time least = (etp_time)etp_histogram_quantile(delays, 0) * ETP_NS_PER_US;
    print_message("failures took up to %.1f ms\n", (double)delays->max / 1000);
    assert_int_equal(delays->count, FAILURES);
    assert_true(least < etp_type_delay_limit(ETP_DEVICE_FAILURE));
    assert_int_equal(relay_end(&relay), 0);
}

/* What is under way when it fails is bounded, so the failure comes after at most that: 8 kB are 66 ms, and the limit is 200. */
static void a_failure_waits_for_no_more_than_the_least_window(void **state)
{
    (void)state;
    fail_over("");
}

/* 8 kB take 137 ms to a reader of 60 kB a second. */
static void a_failure_meets_its_limit_at_a_slow_reader(void **state)
{
    (void)state;
    char drip[32];
    snprintf(drip, sizeof drip, "--drip %d", SLOW_READER);
    fail_over(drip);
}

/* What is said while a send is under way leaves together: several messages in a frame, several frames in a send. */
static void what_waits_for_a_send_is_joined(void **state)
{
    (void)state;
    relay_process relay;
    prepare(0, BATTERY)->engine_options.timing.status_period = ETP_NS_PER_MS / 5;
    prepare(1, BUYER)->options.messages_per_second = 0;
    connect_through(&relay, "--bandwidth-bps 500000");
    wait_until_full();
    const etp_live_stats before = live_stats(&sides[0]);
    uint64_t heard = sides[1].events[ETP_EVENT_STATUS];
    WAIT_FOR(sides[1].events[ETP_EVENT_STATUS] > heard + 1000);
    const etp_live_stats after = live_stats(&sides[0]);
    uint64_t frames = after.frames_sent - before.frames_sent, sends = after.sends - before.sends;
    print_message("1000 messages in %u frames and %u sends\n", (unsigned)frames, (unsigned)sends);
    assert_true(frames <= 500 && sends < frames);
    assert_int_equal(relay_end(&relay), 0);
}

/* While the reader does not read, no more than the least window leaves the battery, whatever it has to say. */
static void a_stopped_reader_bounds_what_is_under_way(void **state)
{
    (void)state;
    relay_process relay;
    prepare(0, BATTERY)->engine_options.timing.status_period = ETP_NS_PER_MS;
    prepare(1, BUYER)->options.messages_per_second = 0;
    connect_through(&relay, "");
    relay_do(&relay, "stall down");
    uint64_t before = live_stats(&sides[0]).bytes_sent;
    etp_engine_stats stats = {0};
    WAIT_FOR((etp_engine_get_stats(sides[0].engine, &stats), stats.outbox_full > 100));
    assert_true(live_stats(&sides[0]).bytes_sent - before <= LEAST_BYTES + LEAST_BYTES / 4);
    relay_do(&relay, "go");
    assert_true(bytes_before_failure_is_known() > 0);
    assert_int_equal(relay_end(&relay), 0);
}

/* ---- what is cut ---- */

/* Nothing is held and no trade is in doubt: what was under way when the line was cut is settled. */
static bool all_is_settled(void)
{
    const unsigned *sold = sides[0].events;
    etp_aggregator_totals totals = {0};
    etp_engine_aggregator_totals(sides[1].engine, sides[1].node, &totals);
    return totals.in_doubt == 0 && sold[ETP_EVENT_ACCEPT] == sold[ETP_EVENT_CONFIRM] + sold[ETP_EVENT_LAPSE];
}

/* The trade that was under way when the line was cut exists for both or for neither, and the next one is made. */
static void cut_after(etp_event_kind kind, unsigned at)
{
    relay_process relay;
    prepare(0, BATTERY);
    prepare(1, BUYER);
    connect_through(&relay, "");
    unsigned before = sides[at].events[kind];
    TRADE_UNTIL(begin_both(&sides[0], &sides[1]), sides[at].events[kind] > before);
    relay_do(&relay, "cut");
    WAIT_FOR(sides[0].lost == 1 && sides[1].lost == 1);
    WAIT_FOR(sides[0].up == 2 && sides[1].up == 2);
    WAIT_FOR(all_is_settled() && peer_of(&sides[0], 0).up);
    unsigned sold = sides[0].events[ETP_EVENT_CONFIRM];
    trade_once(&sides[0], &sides[1]);
    assert_true(sold <= 1);
    assert_int_equal(sides[0].events[ETP_EVENT_CONFIRM], sides[1].events[ETP_EVENT_RECEIPT]);
    assert_int_equal(relay_end(&relay), 0);
    free_side(&sides[0]);
    free_side(&sides[1]);
}

static void a_line_that_is_cut_in_mid_auction_comes_back_and_trades(void **state)
{
    (void)state;
    cut_after(ETP_EVENT_QUERY, 0);
    cut_after(ETP_EVENT_RESPONSE, 1);
    cut_after(ETP_EVENT_BID, 0);
    cut_after(ETP_EVENT_ACCEPT, 0);
    cut_after(ETP_EVENT_CONFIRM, 0);
}

static void a_line_that_is_refused_for_a_while_comes_back(void **state)
{
    (void)state;
    relay_process relay;
    prepare(0, BATTERY);
    prepare(1, BUYER);
    connect_through(&relay, "--delay-ms 5");
    relay_do(&relay, "refuse");
    WAIT_FOR(sides[0].lost == 1 && live_stats(&sides[1]).dials_failed + live_stats(&sides[1]).closed > 2);
    relay_do(&relay, "accept");
    WAIT_FOR(sides[0].up == 2 && sides[1].up == 2);
    trade_once(&sides[0], &sides[1]);
    assert_int_equal(relay_end(&relay), 0);
}

/* A stream that ends within a record is no news, and no harm. */
static void a_line_that_is_cut_at_any_byte_is_taken_up_again(void **state)
{
    (void)state;
    for (unsigned bytes = 1; bytes < 900; bytes += 97) {
        relay_process relay;
        char options[64];
        build_battery(prepare(0, BATTERY));
        build_buyer(prepare(1, BUYER));
        snprintf(options, sizeof options, "--cut-after %u%s", bytes, bytes % 2 == 0 ? " --fin" : "");
        const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
        etp_live_endpoint dialer = dial_to(&sides[1], relay_to(&relay, options, address), BATTERY);
        /* Later bytes come with the market's messages. */
        WAIT_FOR((begin_interval(&sides[1]), live_stats(&sides[1]).closed > 0));
        assert_int_equal(etp_live_end(sides[1].live, dialer), ETP_OK);
        unsigned known = sides[1].events[ETP_EVENT_REGISTER];
        dial_to(&sides[1], address, BATTERY);
        WAIT_FOR(sides[1].events[ETP_EVENT_REGISTER] > known && peer_of(&sides[1], 0).up && all_is_settled());
        trade_once(&sides[0], &sides[1]);
        assert_int_equal(relay_end(&relay), 0);
        free_side(&sides[0]);
        free_side(&sides[1]);
    }
}

/* ---- what holds up nobody else ---- */

enum { BATTERIES = 3 };

/* A buyer that listens; the first battery dials it through the relay, the others directly. */
static void connect_batteries(relay_process *relay)
{
    prepare(0, BUYER)->options.heartbeat = ETP_NS_PER_SECOND;
    build_buyer(&sides[0]);
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    for (unsigned i = 1; i <= BATTERIES; i++) {
        prepare(i, BATTERY + i)->options.heartbeat = 10 * ETP_NS_PER_SECOND;
        build_battery(&sides[i]);
        dial_to(&sides[i], i == 1 ? relay_to(relay, "", address) : address, BUYER);
    }
    WAIT_FOR(sides[0].events[ETP_EVENT_REGISTER] >= BATTERIES);
}

static void begin_all(void)
{
    for (unsigned i = 0; i <= BATTERIES; i++)
        begin_interval(&sides[i]);
}

static bool all_but_first_sold(const unsigned *before)
{
    for (unsigned i = 2; i <= BATTERIES; i++)
        if (sides[i].events[ETP_EVENT_CONFIRM] == before[i])
            return false;
    return true;
}

/* All but the first sell. */
static void trade_with_others(void)
{
    unsigned bought = sides[0].events[ETP_EVENT_RECEIPT], sold[BATTERIES + 1];
    for (unsigned i = 2; i <= BATTERIES; i++)
        sold[i] = sides[i].events[ETP_EVENT_CONFIRM];
    TRADE_UNTIL(begin_all(), all_but_first_sold(sold));
    WAIT_FOR(sides[0].events[ETP_EVENT_RECEIPT] >= bought + BATTERIES - 1);
}

static void a_half_open_connection_holds_up_nobody_and_is_found_out(void **state)
{
    (void)state;
    relay_process relay;
    connect_batteries(&relay);
    relay_do(&relay, "refuse");
    relay_do(&relay, "accept");
    WAIT_FOR(sides[1].up >= 2 && sides[0].up >= BATTERIES + 1 && peer_of(&sides[1], 0).up);
    unsigned lost = sides[0].lost, reset = sides[1].lost;
    relay_do(&relay, "stall");
    relay_do(&relay, "abandon client");
    trade_with_others();
    /* The battery's own end was reset; the buyer finds out by its heartbeat. */
    WAIT_FOR(sides[1].lost > reset && sides[0].lost > lost);
    relay_do(&relay, "go");
    WAIT_FOR(peer_of(&sides[1], 0).up && sides[1].up >= 3);
    trade_with_others();
    assert_int_equal(relay_end(&relay), 0);
}

static void a_stalled_peer_holds_up_nobody(void **state)
{
    (void)state;
    relay_process relay;
    connect_batteries(&relay);
    relay_do(&relay, "stall");
    trade_with_others();
    trade_with_others();
    relay_do(&relay, "go");
    WAIT_FOR(peer_of(&sides[1], 0).up);
    unsigned sold = sides[1].events[ETP_EVENT_CONFIRM];
    WAIT_FOR((trade_with_others(), sides[1].events[ETP_EVENT_CONFIRM] > sold));
    assert_int_equal(relay_end(&relay), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_failure_waits_for_no_more_than_the_least_window, open_precise_base,
                                        close_base),
        cmocka_unit_test_setup_teardown(a_failure_meets_its_limit_at_a_slow_reader, open_precise_base, close_base),
        cmocka_unit_test_setup_teardown(what_waits_for_a_send_is_joined, open_precise_base, close_base),
        cmocka_unit_test_setup_teardown(a_stopped_reader_bounds_what_is_under_way, open_base, close_base),
        cmocka_unit_test_setup_teardown(a_line_that_is_cut_in_mid_auction_comes_back_and_trades, open_base, close_base),
        cmocka_unit_test_setup_teardown(a_line_that_is_refused_for_a_while_comes_back, open_base, close_base),
        cmocka_unit_test_setup_teardown(a_line_that_is_cut_at_any_byte_is_taken_up_again, open_base, close_base),
        cmocka_unit_test_setup_teardown(a_half_open_connection_holds_up_nobody_and_is_found_out, open_base, close_base),
        cmocka_unit_test_setup_teardown(a_stalled_peer_holds_up_nobody, open_base, close_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
