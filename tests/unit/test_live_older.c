/* SPDX-License-Identifier: MIT */
/* Clients of the older system trade with our battery over TCP; and what a device id means that nothing proves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/live_fixture.h"
#include "unit/older_client.h"

enum { FIRST = 789, QUERY = ETP_QUERY, CONFIRM = ETP_BID_CONFIRM };

static void open_default(void)
{
    const etp_live_older_options options = at_any_port();
    open_older(&options);
}

/* ---- the trade ---- */

static void query_bid_and_confirm(void **state)
{
    (void)state;
    open_default();
    client_connect(0);
    client_send(0, QUERY, 1001, FIRST);
    expect_answer(0, 0, ETP_QUERY_RESPONSE, 1001);
    struct answer offer = client_answer(0, 0);
    assert_true(offer.energy_total > 7.99 && offer.energy_total < 8.01);
    assert_true(offer.energy_total * offer.percentage / 100 > 0.0999);
    client_bid(0, 1002, 0, 18.0, 0.1);
    expect_answer(0, 1, ETP_BID_ACCEPT, 1002);
    assert_true(client_answer(0, 1).sale_price == 18.0);
    assert_true(client_answer(0, 1).energy == 0.1);
    client_send(0, CONFIRM, 1002, FIRST);
    WAIT_FOR(sides[0].events[ETP_EVENT_CONFIRM] == 1);
    assert_int_equal(sides[0].last_event[ETP_EVENT_CONFIRM].peer, FIRST);
    assert_int_equal(sides[0].last_event[ETP_EVENT_CONFIRM].amount, etp_amount(18 * CENT, 100000));
    client_send(0, QUERY, 1003, FIRST);
    expect_answer(0, 2, ETP_QUERY_RESPONSE, 1003); /* and nothing came between: a Confirm has no answer */
    etp_live_peer_info info = peer_of(&sides[0], 0);
    assert_string_equal(info.transport, "older");
    assert_int_equal(info.role, ETP_DEVICE_AGGREGATOR);
    assert_false(info.proved);
}

/* As the older system's own test has it: no Query, no device id. */
static void a_bid_alone_is_answered(void **state)
{
    (void)state;
    open_default();
    client_connect(0);
    client_bid(0, 789, 0, 18.0, 0.1);
    expect_answer(0, 0, ETP_BID_ACCEPT, 789);
    client_send(0, CONFIRM, 0, 0);
    WAIT_FOR(sides[0].events[ETP_EVENT_CONFIRM] == 1);
}

static void everything_else_is_met_with_silence(void **state)
{
    (void)state;
    static const etp_type types[] = {ETP_REGISTER,   ETP_QUERY_RESPONSE, ETP_BID_ACCEPT,     ETP_BID_CONFIRM,
                                     ETP_BID_REJECT, ETP_TERMINATE,      ETP_DEVICE_FAILURE, ETP_BESS_STATUS};
    open_default();
    client_connect(0);
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++)
        client_send(0, types[i], i, FIRST);
    client_send(0, QUERY, 99, FIRST);
    expect_answer(0, 0, ETP_QUERY_RESPONSE, 99);
    assert_int_equal(client_got(0), 1);
}

static void the_same_energy_is_sold_once(void **state)
{
    (void)state;
    open_default();
    for (unsigned i = 0; i < 4; i++) {
        client_connect(i);
        client_bid(i, 5, FIRST + i, 15.0 + i, 0.1);
    }
    WAIT_FOR(older_stats().records_received == 4);
    expect_answer(3, 0, ETP_BID_ACCEPT, 5);
    client_send(3, CONFIRM, 6, FIRST + 3);
    for (unsigned i = 0; i < 3; i++) {
        expect_rejected(i, 0, 5, ETP_CODE_NOT_COMPETITIVE);
        client_send(i, CONFIRM, 6, FIRST + i);
    }
    WAIT_FOR(older_stats().refused[ETP_REFUSED_UNEXPECTED] == 3);
    assert_int_equal(sides[0].events[ETP_EVENT_CONFIRM], 1);
    assert_int_equal(sides[0].events[ETP_EVENT_ACCEPT], 1);
}

static void a_lost_award_goes_to_the_next(void **state)
{
    (void)state;
    open_default();
    client_connect(0);
    client_connect(1);
    client_bid(0, 1, FIRST, 20.0, 0.1);
    client_bid(1, 2, FIRST + 1, 15.0, 0.1);
    expect_answer(0, 0, ETP_BID_ACCEPT, 1);
    client_close(0);
    expect_answer(1, 0, ETP_BID_ACCEPT, 2);
    client_send(1, CONFIRM, 3, FIRST + 1);
    WAIT_FOR(sides[0].events[ETP_EVENT_CONFIRM] == 1);
    assert_int_equal(sides[0].last_event[ETP_EVENT_CONFIRM].peer, FIRST + 1);
}

static void a_record_may_come_byte_by_byte_or_many_at_once(void **state)
{
    (void)state;
    open_default();
    client_connect(0);
    unsigned char records[10 * RECORD];
    for (unsigned i = 0; i < 10; i++)
        fill_record(records + (size_t)i * RECORD, QUERY, i, FIRST);
    for (unsigned i = 0; i < RECORD; i++) {
        assert_true(client_write(0, records + i, 1));
        event_base_loop(base, EVLOOP_NONBLOCK);
    }
    expect_answer(0, 0, ETP_QUERY_RESPONSE, 0);
    assert_true(client_write(0, records + RECORD, 9 * RECORD));
    for (unsigned i = 1; i < 10; i++)
        expect_answer(0, i, ETP_QUERY_RESPONSE, i);
}

/* ---- devices ---- */

static void only_listed_devices_are_let_in(void **state)
{
    (void)state;
    static const etp_id allow[] = {FIRST, FIRST + 1};
    etp_live_older_options options = at_any_port();
    options.allow = allow;
    options.allow_count = 2;
    open_older(&options);
    static const etp_id others[] = {FIRST + 2, 0, BATTERY};
    for (unsigned i = 0; i < 3; i++) {
        client_connect(i);
        client_send(i, QUERY, 1, others[i]);
        WAIT_FOR(client_is_closed(i));
        assert_int_equal(clients[i].size, 0);
        assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_HANDSHAKE);
    }
    assert_int_equal(older_stats().turned_away, 3);
    assert_int_equal(etp_live_peers(sides[0].live), 0);
    client_connect(3);
    client_send(3, QUERY, 1, FIRST + 1);
    expect_answer(3, 0, ETP_QUERY_RESPONSE, 1);
}

static void without_a_list_there_is_a_bound(void **state)
{
    (void)state;
    etp_live_older_options options = at_any_port();
    options.max_devices = 3;
    options.unnamed = 1;
    open_older(&options);
    for (unsigned i = 0; i < 2; i++) {
        client_connect(i);
        client_send(i, QUERY, 1, FIRST + i);
        expect_answer(i, 0, ETP_QUERY_RESPONSE, 1);
    }
    client_connect(2);
    client_send(2, QUERY, 1, 0);
    expect_answer(2, 0, ETP_QUERY_RESPONSE, 1);
    client_connect(3);
    client_send(3, QUERY, 1, 0);
    WAIT_FOR(client_is_closed(3));
    client_connect(4);
    client_send(4, QUERY, 1, FIRST + 2);
    WAIT_FOR(client_is_closed(4));
    client_close(2); /* its place is another's now */
    WAIT_FOR(older_stats().connections == 2);
    client_connect(3);
    client_send(3, QUERY, 1, 0);
    expect_answer(3, 0, ETP_QUERY_RESPONSE, 1);
    assert_int_equal(older_stats().devices, 3);
    assert_int_equal(etp_live_peers(sides[0].live), 3);
}

static void a_connection_is_one_device(void **state)
{
    (void)state;
    open_default();
    client_connect(0);
    client_send(0, QUERY, 1, FIRST);
    client_bid(0, 2, FIRST + 1, 20.0, 0.1);
    expect_rejected(0, 1, 2, ETP_CODE_POLICY);
    assert_int_equal(older_stats().refused[ETP_REFUSED_WRONG_DEVICE], 1);
    assert_int_equal(sides[0].events[ETP_EVENT_BID], 0);
    client_send(0, QUERY, 3, FIRST);
    expect_answer(0, 2, ETP_QUERY_RESPONSE, 3);
}

static void the_newer_connection_of_a_device_is_kept(void **state)
{
    (void)state;
    open_default();
    client_connect(0);
    client_send(0, QUERY, 1, FIRST);
    expect_answer(0, 0, ETP_QUERY_RESPONSE, 1);
    client_connect(1);
    client_send(1, QUERY, 2, FIRST);
    expect_answer(1, 0, ETP_QUERY_RESPONSE, 2);
    WAIT_FOR(client_is_closed(0));
    assert_int_equal(etp_live_peers(sides[0].live), 1);
    assert_int_equal(peer_of(&sides[0], 0).connections, 2);
}

/* Else anybody could take a bid or an award away. */
static void but_not_while_the_older_one_has_something_to_lose(void **state)
{
    (void)state;
    open_default();
    client_connect(0);
    client_bid(0, 1, FIRST, 20.0, 0.1);
    WAIT_FOR(sides[0].events[ETP_EVENT_BID] == 1);
    client_connect(1);
    client_send(1, QUERY, 2, FIRST);
    WAIT_FOR(client_is_closed(1));
    expect_answer(0, 0, ETP_BID_ACCEPT, 1);
    client_send(0, CONFIRM, 3, FIRST);
    WAIT_FOR(sides[0].events[ETP_EVENT_CONFIRM] == 1);
}

static void ids_of_other_peers_are_not_to_be_had(void **state)
{
    (void)state;
    open_default();
    build_buyer(prepare(1, BUYER));
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BATTERY);
    WAIT_FOR(sides[0].up == 1 && sides[1].up == 1);
    client_connect(0);
    client_send(0, QUERY, 1, BUYER);
    WAIT_FOR(client_is_closed(0));
    free_side(&sides[1]);
    WAIT_FOR(sides[0].lost == 1);
    client_connect(0);
    client_send(0, QUERY, 1, BUYER); /* nor while that one is away */
    WAIT_FOR(client_is_closed(0));
    assert_int_equal(older_stats().turned_away, 2);
}

/* In the list of those who have a key, whether they have ever come or not; and in one that is read later. */
static void nor_are_ids_that_a_key_belongs_to(void **state)
{
    (void)state;
    static const unsigned char seeds[2][32] = {{1}, {2}};
    etp_identity *own, *other;
    etp_trust *trust, *nobody;
    etp_error error = {0};
    check(etp_identity_from_seed(&own, BATTERY, seeds[0], NULL, &error), &error);
    check(etp_identity_from_seed(&other, BUYER, seeds[1], NULL, &error), &error);
    const etp_trust_entry entry = {
        .device = BUYER, .role = ETP_DEVICE_AGGREGATOR, .key_count = 1, .keys = {*etp_identity_public(other)}};
    check(etp_trust_make(&trust, &entry, 1, NULL, &error), &error);
    check(etp_trust_make(&nobody, &entry, 0, NULL, &error), &error);
    const etp_live_older_options options = at_any_port();
    struct side *side = prepare(0, BATTERY);
    side->node_options.identity = own;
    side->node_options.trust = trust;
    build_battery(side);
    turn_on(&options);
    begin_interval(side);
    client_connect(0);
    client_send(0, QUERY, 1, BUYER);
    WAIT_FOR(client_is_closed(0));
    assert_int_equal(clients[0].size, 0);
    assert_int_equal(etp_live_set_trust(side->live, side->node, nobody), ETP_OK);
    client_connect(0);
    client_send(0, QUERY, 2, BUYER);
    expect_answer(0, 0, ETP_QUERY_RESPONSE, 2);
    assert_int_equal(etp_live_set_trust(side->live, side->node, trust), ETP_OK);
    WAIT_FOR(client_is_closed(0));
    free_side(side);
    etp_identity_free(own);
    etp_identity_free(other);
    etp_trust_free(trust);
    etp_trust_free(nobody);
}

/* Nobody proves anything here; but a peer by the proper door comes before a guest. */
static void a_proper_peer_takes_its_id_back(void **state)
{
    (void)state;
    open_default();
    client_connect(0);
    client_bid(0, 1, BUYER, 20.0, 0.1);
    WAIT_FOR(sides[0].events[ETP_EVENT_BID] == 1);
    build_buyer(prepare(1, BUYER));
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BATTERY);
    WAIT_FOR(sides[1].up == 1 && client_is_closed(0));
    client_connect(0);
    client_send(0, QUERY, 1, BUYER);
    WAIT_FOR(client_is_closed(0));
    assert_int_equal(peer_of(&sides[0], 0).up, true);
    assert_string_equal(peer_of(&sides[0], 0).transport, "tcp");
}

int main(void)
{
#define LIVE(test) cmocka_unit_test_setup_teardown(test, open_base, close_clients)
    const struct CMUnitTest tests[] = {
        LIVE(query_bid_and_confirm),
        LIVE(a_bid_alone_is_answered),
        LIVE(everything_else_is_met_with_silence),
        LIVE(the_same_energy_is_sold_once),
        LIVE(a_lost_award_goes_to_the_next),
        LIVE(a_record_may_come_byte_by_byte_or_many_at_once),
        LIVE(only_listed_devices_are_let_in),
        LIVE(without_a_list_there_is_a_bound),
        LIVE(a_connection_is_one_device),
        LIVE(the_newer_connection_of_a_device_is_kept),
        LIVE(but_not_while_the_older_one_has_something_to_lose),
        LIVE(ids_of_other_peers_are_not_to_be_had),
        LIVE(nor_are_ids_that_a_key_belongs_to),
        LIVE(a_proper_peer_takes_its_id_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
