/* SPDX-License-Identifier: MIT */
/* A battery and a buyer that only know a relay, and relays that lie. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "relay_fixture.h"

/* ---- an honest relay ---- */

static void test_they_trade_through_a_relay(void **state)
{
    (void)state;
    connect_three();
    trade();
    assert_string_equal(peer_with(battery, BUYER).transport, "relay");
    assert_int_equal(peer_with(battery, BUYER).role, ETP_DEVICE_AGGREGATOR);
    etp_live_stats stats = live_stats(relay);
    assert_true(stats.relayed >= 6); /* Register, Query, QueryResponse, Bid, BidAccept, BidConfirm, receipt */
    assert_int_equal(stats.relay_refused, 0);
    assert_int_equal(stats.relay_expired, 0);
    assert_int_equal(buyer->refusals + battery->refusals + relay->refusals, 0);
}

static void test_a_relay_that_dials_does_as_well(void **state)
{
    (void)state;
    build_three();
    dial_to(relay, listen_at(battery, "tcp://127.0.0.1:0"), BATTERY);
    dial_to(relay, listen_at(buyer, "tcp://127.0.0.1:0"), BUYER);
    WAIT_FOR(see_each_other());
    trade();
}

/* Both at once: the battery has nothing to say in the meantime. */
static void test_a_buyer_that_leaves_and_comes_back_is_seen_through_the_relay(void **state)
{
    (void)state;
    connect_three();
    trade();
    char url[128];
    snprintf(url, sizeof url, "%s", etp_live_address(relay->live, 0));
    const etp_trust_entry of_buyer[] = {entry_of(RELAY, 0), entry_of(BATTERY, RELAY)};
    free_side(buyer);
    etp_identity_free(identities[1]);
    etp_trust_free(lists[1]);
    WAIT_FOR(!peer_with(battery, BUYER).up);
    assert_int_equal(battery->events[ETP_EVENT_LINK_LOST], 1);
    assert_string_equal(battery->lost_why, "the relay has no connection with it");
    buyer = build(1, BUYER, of_buyer, 2);
    dial_to(buyer, url, RELAY);
    WAIT_FOR(see_each_other());
    trade();
}

/* The battery had nothing to say in the meantime, and so did not notice; but the buyer knows nothing of it any more. */
static void test_a_buyer_that_was_started_anew_hears_of_the_battery_at_once(void **state)
{
    (void)state;
    connect_three();
    trade();
    char url[128];
    snprintf(url, sizeof url, "%s", etp_live_address(relay->live, 0));
    const etp_trust_entry of_buyer[] = {entry_of(RELAY, 0), entry_of(BATTERY, RELAY)};
    unsigned lost = battery->lost;
    free_side(buyer);
    etp_identity_free(identities[1]);
    etp_trust_free(lists[1]);
    buyer = build(1, BUYER, of_buyer, 2);
    dial_to(buyer, url, RELAY);
    WAIT_FOR(battery->lost == lost + 1 && see_each_other());
    trade();
}

static void test_a_lost_relay_loses_all_behind_it_and_brings_them_back(void **state)
{
    (void)state;
    connect_three();
    trade();
    char url[128];
    snprintf(url, sizeof url, "%s", etp_live_address(relay->live, 0));
    const etp_trust_entry of_relay[] = {entry_of(BATTERY, 0), entry_of(BUYER, 0)};
    free_side(relay);
    WAIT_FOR(!peer_with(battery, BUYER).up && !peer_with(buyer, BATTERY).up);
    etp_identity_free(identities[2]);
    etp_trust_free(lists[2]);
    relay = build(2, RELAY, of_relay, 2);
    listen_at(relay, url);
    WAIT_FOR(see_each_other());
    trade();
}

static void test_a_connection_of_their_own_is_kept(void **state)
{
    (void)state;
    connect_three();
    const etp_live_peer_info before = peer_with(battery, BUYER);
    dial_to(battery, listen_at(buyer, "tcp://127.0.0.1:0"), BUYER);
    WAIT_FOR(live_stats(buyer).established == 2);
    trade();
    assert_true(peer_with(battery, BUYER).up);
    assert_int_equal(peer_with(battery, BUYER).link, before.link);
}

/* ---- who may speak for whom ---- */

static void test_a_battery_cannot_speak_for_another_through_a_relay(void **state)
{
    (void)state;
    connect_three();
    etp_frame frame = frame_of(1002, ETP_REGISTER, 5);
    unsigned registers = buyer->events[ETP_EVENT_REGISTER];
    uint64_t relayed = live_stats(relay).relayed;
    send_on(battery, RELAY, BUYER, frame.bytes, frame.size);
    WAIT_FOR(live_stats(relay).relay_refused == 1);
    assert_int_equal(relay->refused_kind, ETP_LIVE_REFUSED_MESSAGE);
    assert_int_equal(relay->refused_device, BATTERY);
    frame.bytes[3] ^= 1;
    send_on(battery, RELAY, BUYER, frame.bytes, frame.size);
    WAIT_FOR(live_stats(relay).relay_refused == 2); /* damaged */
    send_on(battery, RELAY, BUYER, &(unsigned char){ETP_RELAY_GONE}, 1);
    WAIT_FOR(live_stats(relay).relay_refused == 3); /* only a relay says so */
    WAIT_FOR(buyer->events[ETP_EVENT_REGISTER] > 0);
    assert_true(buyer->events[ETP_EVENT_REGISTER] <= registers + 1);
    assert_true(live_stats(relay).relayed >= relayed);
    trade();
}

static void test_the_time_to_live_ends_at_the_relay(void **state)
{
    (void)state;
    connect_three();
    trade();
    uint64_t relayed = live_stats(relay).relayed;
    for (uint8_t ttl = 0; ttl < 2; ttl++) {
        etp_frame frame = frame_of(BATTERY, ETP_BESS_STATUS, ttl);
        send_on(battery, RELAY, BUYER, frame.bytes, frame.size);
    }
    WAIT_FOR(live_stats(relay).relay_expired == 2);
    assert_int_equal(live_stats(relay).relayed, relayed);
    etp_frame frame = frame_of(BATTERY, ETP_BESS_STATUS, 2);
    send_on(battery, RELAY, BUYER, frame.bytes, frame.size);
    WAIT_FOR(live_stats(relay).relayed == relayed + 1);
}

static void test_what_is_for_nobody_there_is_dropped_and_told(void **state)
{
    (void)state;
    connect_three();
    trade();
    etp_frame frame = frame_of(BATTERY, ETP_BESS_STATUS, 5);
    send_on(battery, RELAY, OTHER_BUYER, frame.bytes, frame.size);
    WAIT_FOR(live_stats(relay).relay_dropped == 1);
    send_on(battery, RELAY, RELAY, frame.bytes, frame.size); /* nor is the relay behind itself */
    WAIT_FOR(live_stats(relay).relay_dropped == 2);
    assert_true(see_each_other());
}

/* The relay says that something comes from a device for which the buyer does not let it speak, or that another one sent it. */
/* Nothing says that it has gone, for it was never there: the relay does when it is sent something. */
static void test_who_is_taken_to_be_there_and_is_not_is_lost(void **state)
{
    (void)state;
    connect_three();
    const etp_trust_entry of_battery[] = {entry_of(RELAY, 0), entry_of(BUYER, RELAY), entry_of(OTHER_BUYER, RELAY)};
    etp_trust *list = NULL;
    assert_int_equal(etp_trust_make(&list, of_battery, 3, NULL, NULL), ETP_OK);
    assert_int_equal(etp_live_set_trust(battery->live, battery->node, list), ETP_OK);
    etp_trust_free(lists[0]);
    lists[0] = list;
    send_on(relay, BATTERY, OTHER_BUYER, &(unsigned char){ETP_RELAY_WELCOME}, 1);
    WAIT_FOR(peer_with(battery, OTHER_BUYER).connections == 1 && !peer_with(battery, OTHER_BUYER).up);
    assert_true(see_each_other());
    trade();
}

static void test_a_relay_that_lies_about_the_device_is_refused(void **state)
{
    (void)state;
    connect_three();
    trade();
    etp_frame frame = frame_of(1002, ETP_REGISTER, 4);
    unsigned registers = buyer->events[ETP_EVENT_REGISTER], peers = etp_live_peers(buyer->live);
    send_on(relay, BUYER, 1002, frame.bytes, frame.size);
    WAIT_FOR(buyer->refusals == 1);
    assert_int_equal(buyer->refused_kind, ETP_LIVE_REFUSED_CHANNEL);
    assert_int_equal(etp_live_peers(buyer->live), peers);
    send_on(relay, BUYER, BATTERY, frame.bytes, frame.size);
    WAIT_FOR(buyer->refusals == 2);
    assert_int_equal(buyer->refused_kind, ETP_LIVE_REFUSED_MESSAGE); /* the engine: wrong_device */
    send_on(relay, BUYER, 0, frame.bytes, frame.size);               /* in its own name a relay has nothing to say */
    send_on(relay, BUYER, 1002, &(unsigned char){ETP_RELAY_HELLO}, 1);
    WAIT_FOR(buyer->refusals == 3);
    assert_int_equal(buyer->events[ETP_EVENT_REGISTER], registers);
    assert_int_equal(etp_live_peers(buyer->live), peers);
    trade();
}

/* A device that says without end that it has begun anew does not have its link taken down and up each time. */
static void test_hellos_without_end_bring_no_link_down_without_end(void **state)
{
    (void)state;
    enum { HELLOS = 200, AT_ONCE = 8 };
    connect_three();
    trade();
    unsigned up = buyer->up;
    etp_time began = etp_live_now(buyer->live);
    for (unsigned i = 0; i < HELLOS; i++) {
        send_on(battery, RELAY, BUYER, &(unsigned char){ETP_RELAY_HELLO}, 1);
        event_base_loop(base, EVLOOP_ONCE);
    }
    uint64_t frames = live_stats(buyer).frames_received;
    etp_frame frame = frame_of(BATTERY, ETP_BESS_STATUS, 5);
    send_on(battery, RELAY, BUYER, frame.bytes, frame.size);
    WAIT_FOR(live_stats(buyer).frames_received > frames);
    unsigned seconds = (unsigned)((etp_live_now(buyer->live) - began) / ETP_NS_PER_SECOND) + 1;
    assert_in_range(buyer->up - up, 1, AT_ONCE + seconds);
    assert_true(see_each_other());
}

/* The list of the buyer gives the battery another relay. */
static void test_a_relay_that_is_not_named_is_not_believed(void **state)
{
    (void)state;
    const etp_trust_entry of_battery[] = {entry_of(RELAY, 0), entry_of(BUYER, RELAY)};
    const etp_trust_entry of_buyer[] = {entry_of(RELAY, 0), entry_of(OTHER_RELAY, 0), entry_of(BATTERY, OTHER_RELAY)};
    const etp_trust_entry of_relay[] = {entry_of(BATTERY, 0), entry_of(BUYER, 0)};
    battery = build(0, BATTERY, of_battery, 2);
    buyer = build(1, BUYER, of_buyer, 3);
    relay = build(2, RELAY, of_relay, 2);
    const char *url = listen_at(relay, "tcp://127.0.0.1:0");
    dial_to(buyer, url, RELAY);
    WAIT_FOR(peer_with(relay, BUYER).up);
    dial_to(battery, url, RELAY);
    WAIT_FOR(buyer->refusals > 0); /* the battery's HELLO */
    assert_int_equal(buyer->refused_kind, ETP_LIVE_REFUSED_CHANNEL);
    assert_false(peer_with(buyer, BATTERY).up);
    assert_true(peer_with(buyer, RELAY).up);
}

/* Who is no relay cannot relay. */
static void test_a_battery_that_plays_relay_is_refused(void **state)
{
    (void)state;
    const etp_trust_entry of_battery[] = {entry_of(BUYER, 0)}, of_buyer[] = {entry_of(BATTERY, 0)};
    battery = build(0, BATTERY, of_battery, 1);
    buyer = build(1, BUYER, of_buyer, 1);
    dial_to(battery, listen_at(buyer, "tcp://127.0.0.1:0"), BUYER);
    WAIT_FOR(peer_with(battery, BUYER).up && peer_with(buyer, BATTERY).up);
    etp_frame frame = frame_of(1002, ETP_REGISTER, 5);
    send_on(battery, BUYER, 0, frame.bytes, frame.size);
    WAIT_FOR(buyer->refusals == 1);
    assert_int_equal(buyer->refused_kind, ETP_LIVE_REFUSED_MESSAGE);
    assert_true(etp_live_peers(buyer->live) == 1);
}

static void test_a_device_that_is_taken_from_its_relay_is_lost(void **state)
{
    (void)state;
    connect_three();
    const etp_trust_entry of_buyer[] = {entry_of(RELAY, 0), entry_of(BATTERY, 0)};
    etp_trust *list = NULL;
    assert_int_equal(etp_trust_make(&list, of_buyer, 2, NULL, NULL), ETP_OK);
    assert_int_equal(etp_live_set_trust(buyer->live, buyer->node, list), ETP_OK);
    WAIT_FOR(!peer_with(buyer, BATTERY).up);
    assert_true(peer_with(buyer, RELAY).up);
    assert_int_equal(etp_live_set_trust(buyer->live, buyer->node, lists[1]), ETP_OK);
    etp_trust_free(list);
    WAIT_FOR(see_each_other());
    trade();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_base, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_they_trade_through_a_relay),
        TEST(test_a_relay_that_dials_does_as_well),
        TEST(test_a_buyer_that_leaves_and_comes_back_is_seen_through_the_relay),
        TEST(test_a_buyer_that_was_started_anew_hears_of_the_battery_at_once),
        TEST(test_a_lost_relay_loses_all_behind_it_and_brings_them_back),
        TEST(test_a_connection_of_their_own_is_kept),
        TEST(test_a_battery_cannot_speak_for_another_through_a_relay),
        TEST(test_the_time_to_live_ends_at_the_relay),
        TEST(test_what_is_for_nobody_there_is_dropped_and_told),
        TEST(test_who_is_taken_to_be_there_and_is_not_is_lost),
        TEST(test_a_relay_that_lies_about_the_device_is_refused),
        TEST(test_hellos_without_end_bring_no_link_down_without_end),
        TEST(test_a_relay_that_is_not_named_is_not_believed),
        TEST(test_a_battery_that_plays_relay_is_refused),
        TEST(test_a_device_that_is_taken_from_its_relay_is_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
