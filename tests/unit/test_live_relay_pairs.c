/* SPDX-License-Identifier: MIT */
/* A relay tells at once when somebody behind it has gone: whom, what, in which order, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "live/relay/pairs.h"
#include "live/relay/queue.h"
#include "relay_fixture.h"

static void end_side(unsigned number)
{
    free_side(&sides[number]);
    etp_identity_free(identities[number]);
    etp_trust_free(lists[number]);
    identities[number] = NULL;
    lists[number] = NULL;
}

static struct etp_live_peer *at_relay(etp_id device)
{
    return etp_live_find_peer(relay->live, relay->node_options.node, device);
}

static struct live_connection *connection_with(etp_id device)
{
    return etp_live_connection_of(at_relay(device)->port);
}

static void test_a_buyer_learns_that_the_battery_has_gone_and_trades_with_another(void **state)
{
    (void)state;
    enum { SECOND = 1002 };
    const etp_trust_entry of_battery[] = {entry_of(RELAY, 0), entry_of(BUYER, RELAY)};
    const etp_trust_entry of_buyer[] = {entry_of(RELAY, 0), entry_of(BATTERY, RELAY), entry_of(SECOND, RELAY)};
    const etp_trust_entry of_relay[] = {entry_of(BATTERY, 0), entry_of(SECOND, 0), entry_of(BUYER, 0)};
    battery = build(0, BATTERY, of_battery, 2);
    buyer = build(1, BUYER, of_buyer, 3);
    relay = build(2, RELAY, of_relay, 3);
    struct side *second = build(3, SECOND, of_battery, 2);
    const char *url = listen_at(relay, "tcp://127.0.0.1:0");
    dial_to(battery, url, RELAY);
    dial_to(buyer, url, RELAY);
    dial_to(second, url, RELAY);
    WAIT_FOR(see_each_other() && peer_with(second, BUYER).up && peer_with(buyer, SECOND).up);
    WAIT_FOR(buyer->events[ETP_EVENT_REGISTER] >= 2);
    end_side(0);
    WAIT_FOR(!peer_with(buyer, BATTERY).up);
    assert_string_equal(buyer->lost_why, "the relay has no connection with it");
    assert_true(peer_with(buyer, SECOND).up);
    assert_int_equal(second->lost, 0);
    trade_once(second, buyer);
    const unsigned registers = buyer->events[ETP_EVENT_REGISTER];
    battery = build(0, BATTERY, of_battery, 2);
    dial_to(battery, url, RELAY);
    WAIT_FOR(see_each_other() && buyer->events[ETP_EVENT_REGISTER] > registers);
    trade_once(battery, buyer);
}

/* What somebody said last is heard before it is told that he has gone: else it would bring his link up again. */
static void test_the_last_message_comes_before_the_parting(void **state)
{
    (void)state;
    connect_three();
    trade();
    const etp_message last = {.type = ETP_QUERY,
                              .message_id = (etp_id)(monotonic() / ETP_NS_PER_US),
                              .device_id = BUYER,
                              .ttl = ETP_TTL_DEFAULT};
    unsigned char bytes[ETP_MESSAGE_MAX];
    const int size = etp_encode(&last, bytes, sizeof bytes);
    const uint64_t frames = live_stats(battery).frames_received;
    const unsigned up = battery->up;
    struct live_connection *to = connection_with(BATTERY);
    assert_true(size > 0 && etp_relay_queue_add(to->queue, BUYER, 50, bytes, (size_t)size));
    etp_live_enter(relay->live);
    etp_pairs_part(relay->live, at_relay(BUYER));
    assert_int_equal(at_relay(BATTERY)->notes_due, 1);
    assert_true(etp_pairs_settle(to)); /* it waits */
    etp_live_leave(relay->live);
    WAIT_FOR(battery->lost == 1);
    assert_int_equal(at_relay(BATTERY)->notes_due, 0);
    assert_true(live_stats(battery).frames_received > frames);
    assert_int_equal(battery->up, up);
}

/* A note that is out of date is not sent: of several the newest, and none of a parting if he speaks again. */
static void test_the_newest_note_takes_the_place_of_others(void **state)
{
    (void)state;
    connect_three();
    trade();
    struct etp_live_peer *of_battery = at_relay(BATTERY), *of_buyer = at_relay(BUYER);
    struct live_pair *pair = etp_pair_of(relay->live, of_buyer, of_battery);
    assert_ptr_equal(pair, etp_pair_of(relay->live, of_battery, of_buyer));
    etp_pair_note(pair, of_battery, ETP_RELAY_GONE);
    assert_int_equal(of_battery->notes_due, 1);
    etp_pair_spoke(pair, of_buyer);
    assert_int_equal(of_battery->notes_due, 0);
    etp_pair_note(pair, of_battery, ETP_RELAY_GONE);
    etp_pair_note(pair, of_battery, ETP_RELAY_HELLO);
    etp_pair_note(pair, of_battery, ETP_RELAY_WELCOME);
    assert_int_equal(of_battery->notes_due, 1);
    etp_pair_spoke(pair, of_buyer);
    assert_int_equal(of_battery->notes_due, 1); /* HELLO stays */
    const unsigned lost = battery->lost;
    etp_live_enter(relay->live);
    etp_live_list(relay->live, connection_with(BATTERY));
    etp_live_leave(relay->live);
    WAIT_FOR(battery->lost == lost + 1 && see_each_other());
    assert_string_equal(battery->lost_why, "it has begun anew");
    trade();
}

static void test_a_battery_has_so_many_pairs_and_no_more(void **state)
{
    (void)state;
    enum { BUYERS = ETP_RELAY_PAIRS + 1 };
    static struct etp_live_peer one, buyers[BUYERS];
    connect_three();
    one = (struct etp_live_peer){.role = ETP_DEVICE_BATTERY};
    for (unsigned i = 0; i < BUYERS; i++) {
        buyers[i] = (struct etp_live_peer){.role = ETP_DEVICE_AGGREGATOR};
        struct live_pair *pair = etp_pair_of(relay->live, &buyers[i], &one);
        assert_true((pair != NULL) == (i < ETP_RELAY_PAIRS));
    }
    assert_non_null(etp_pair_of(relay->live, &one, &buyers[0])); /* it is known */
    etp_pairs_part(relay->live, &one);                           /* none of them is there */
    assert_int_equal(buyers[0].notes_due, 0);
    etp_pairs_free(relay->live, &one);
}

/* A device that comes and goes: the others' links go up and down with it, but not without end. */
static void test_a_device_that_flaps_does_not_flood(void **state)
{
    (void)state;
    enum { TIMES = 60, AT_ONCE = 8 };
    connect_three();
    trade();
    char url[128];
    snprintf(url, sizeof url, "%s", etp_live_address(relay->live, 0));
    const unsigned lost = battery->lost;
    const etp_time began = monotonic();
    etp_live_endpoint dialer = 0;
    for (unsigned i = 0; i < TIMES; i++) {
        assert_int_equal(etp_live_end(buyer->live, dialer), ETP_OK);
        WAIT_FOR(!peer_with(relay, BUYER).up);
        dialer = dial_to(buyer, url, RELAY);
        WAIT_FOR(peer_with(relay, BUYER).up && peer_with(buyer, BATTERY).up);
    }
    const unsigned seconds = (unsigned)((monotonic() - began) / ETP_NS_PER_SECOND) + 1;
    assert_in_range(battery->lost - lost, 1, 2 * (AT_ONCE + seconds)); /* it has gone; it has begun anew */
    WAIT_FOR(see_each_other());
}

static struct live_connection *with_relay(const struct side *side)
{
    return etp_live_connection_of(etp_live_find_peer(side->live, side->node_options.node, RELAY)->port);
}

/* A HELLO that comes when nothing more may be under way is answered when something may, and not when it is said again. */
static void test_a_hello_is_answered_however_full_the_channel_is(void **state)
{
    (void)state;
    connect_three();
    trade();
    struct live_connection *of_battery = with_relay(battery), *of_buyer = with_relay(buyer);
    etp_live_enter(battery->live);
    etp_through_take(of_battery, BUYER, &(unsigned char){ETP_RELAY_GONE}, 1);
    etp_live_leave(battery->live);
    assert_false(peer_with(battery, BUYER).up);
    const etp_time now = etp_live_enter(buyer->live);
    while (etp_channel_send(&of_buyer->channel, now, OTHER_BUYER, &(unsigned char){ETP_RELAY_HELLO}, 1) == ETP_OK)
        etp_live_list(buyer->live, of_buyer);
    etp_through_take(of_buyer, BATTERY, &(unsigned char){ETP_RELAY_HELLO}, 1);
    etp_live_leave(buyer->live);
    const unsigned lost = buyer->lost;
    WAIT_FOR(see_each_other());
    assert_int_equal(buyer->lost, lost);
    trade();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_base, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_buyer_learns_that_the_battery_has_gone_and_trades_with_another),
        TEST(test_the_last_message_comes_before_the_parting),
        TEST(test_the_newest_note_takes_the_place_of_others),
        TEST(test_a_battery_has_so_many_pairs_and_no_more),
        TEST(test_a_device_that_flaps_does_not_flood),
        TEST(test_a_hello_is_answered_however_full_the_channel_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
