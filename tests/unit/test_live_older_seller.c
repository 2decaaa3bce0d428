/* SPDX-License-Identifier: MIT */
/* Older buyers before a real battery: what they send as records, and what they get. No socket is needed for that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "live/older/seller.h"
#include "unit/engine_fixture.h"

enum { RECORDS_MAX = 64, CODE_OF_OLDER = 1 };

#define WINDOW (400 * MS)

/* One older buyer and its connection. */
static struct guest {
    etp_older_seller seller;
    etp_message got[RECORDS_MAX];
    unsigned got_count;
    unsigned refused[ETP_REFUSALS];
} guests[PEERS];
static etp_older_ids ids;

static unsigned number_of(const void *user)
{
    return (unsigned)((const struct guest *)user - guests);
}

static void to_engine(void *user, const void *frame, size_t size)
{
    assert_int_equal(etp_engine_receive(it.engine, number_of(user), frame, size), ETP_OK);
}

static void to_guest(void *user, const void *bytes, size_t size)
{
    struct guest *guest = user;
    etp_message message;
    size_t used = 0;
    assert_int_equal(size, ETP_OLDER_RECORD);
    assert_int_equal(etp_older_decode(bytes, size, &message, &used), ETP_REFUSED_NONE);
    assert_int_equal(message.device_id, SELF);
    assert_int_equal(message.ttl, ETP_TTL_DEFAULT);
    assert_true(guest->got_count < RECORDS_MAX);
    guest->got[guest->got_count++] = message;
}

static void note_refused(void *user, etp_refusal refusal, const etp_message *record)
{
    (void)record;
    ((struct guest *)user)->refused[refusal]++;
}

static int from_engine(void *user, etp_link link, const void *frame, size_t size)
{
    (void)user;
    etp_older_seller_frame(&guests[link].seller, it.engine != NULL ? now() : START, frame, size);
    return ETP_OK;
}

static void connect_guest(unsigned number)
{
    const etp_older_calls calls = {
        .frame = to_engine, .record = to_guest, .refused = note_refused, .user = &guests[number]};
    etp_older_seller_init(&guests[number].seller, &calls, &ids, SELF, PEER + number);
}

static int begin(etp_mechanism mechanism)
{
    memset(guests, 0, sizeof guests);
    ids.last = 0;
    for (unsigned i = 0; i < PEERS; i++)
        connect_guest(i);
    set_up();
    it.options.transport.send = from_engine;
    it.options.mechanism = mechanism;
    it.options.timing.window = WINDOW;
    make_bess(NULL);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    advance(3000 * MS);
    begin_interval();
    return 0;
}

static int begin_first_price(void **state)
{
    (void)state;
    return begin(ETP_FIRST_PRICE);
}

static int end(void **state)
{
    (void)state;
    assert_int_equal(it.battery.held, 0);
    tear_down();
    return 0;
}

/* Stops at every deadline of the engine and of the adapters. */
static void wait_for(etp_time by)
{
    etp_time until = now() + by;
    for (;;) {
        etp_time due = until;
        for (unsigned i = 0; i < PEERS; i++)
            if (etp_older_seller_deadline(&guests[i].seller) < due)
                due = etp_older_seller_deadline(&guests[i].seller);
        advance_to(due > now() ? due : now());
        for (unsigned i = 0; i < PEERS; i++)
            etp_older_seller_advance(&guests[i].seller, now());
        if (now() >= until)
            return;
    }
}

static void send(unsigned number, etp_message record)
{
    if (record.ttl == 0)
        record.ttl = 5;
    etp_older_seller_record(&guests[number].seller, now(), &record);
}

static void query(unsigned number, etp_id id)
{
    send(number, (etp_message){.type = ETP_QUERY, .message_id = id, .device_id = PEER + number});
}

/* Some older buyers leave their device id at 0 in a Bid; which buyer it is, the connection says. */
static void bid(unsigned number, etp_id id, etp_price price, etp_energy energy)
{
    send(number, (etp_message){.type = ETP_BID, .message_id = id, .bid_price = price, .required_energy = energy});
}

static void confirm(unsigned number, etp_id id)
{
    send(number, (etp_message){.type = ETP_BID_CONFIRM, .message_id = id, .device_id = PEER + number});
}

static const etp_message *last_of(unsigned number)
{
    assert_true(guests[number].got_count > 0);
    return &guests[number].got[guests[number].got_count - 1];
}

static void assert_got(unsigned number, unsigned count, etp_type type, etp_id id)
{
    assert_int_equal(guests[number].got_count, count);
    assert_int_equal(last_of(number)->type, type);
    assert_int_equal(last_of(number)->message_id, id);
}

static void assert_rejected(unsigned number, unsigned count, etp_id id, etp_code code)
{
    assert_got(number, count, ETP_BID_REJECT, id);
    assert_int_equal(last_of(number)->code, code);
}

/* ---- the trade ---- */

static void test_nobody_hears_what_he_did_not_ask(void **state)
{
    (void)state;
    wait_for(2 * ETP_NS_PER_HOUR / 60);
    for (unsigned i = 0; i < PEERS; i++)
        assert_int_equal(guests[i].got_count, 0);
}

static void test_a_query_is_answered_under_its_id(void **state)
{
    (void)state;
    query(0, 456);
    assert_got(0, 1, ETP_QUERY_RESPONSE, 456);
    assert_int_equal(last_of(0)->energy_total, it.stored_at_start);
    assert_int_equal(last_of(0)->required_energy, LOT);
    assert_int_equal(last_of(0)->for_sale_ppm, LOT * 1000000 / it.stored_at_start);
    query(0, 0);
    assert_got(0, 2, ETP_QUERY_RESPONSE, 0);
    query(0, 0);
    assert_got(0, 3, ETP_QUERY_RESPONSE, 0);
    query(0, UINT64_MAX);
    assert_got(0, 4, ETP_QUERY_RESPONSE, UINT64_MAX);
}

static void test_query_bid_confirm_sells_once(void **state)
{
    (void)state;
    query(0, 1001);
    bid(0, 1002, 20 * CENT, LOT);
    assert_int_equal(guests[0].got_count, 1);
    etp_time asked = now();
    wait_for(WINDOW);
    assert_got(0, 2, ETP_BID_ACCEPT, 1002);
    assert_true(now() - asked < 500 * MS);
    assert_int_equal(last_of(0)->sale_price, 20 * CENT);
    assert_int_equal(last_of(0)->required_energy, LOT);
    confirm(0, 1003);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
    assert_int_equal(guests[0].seller.confirmed, 1);
    wait_for(5000 * MS);
    assert_int_equal(guests[0].got_count, 2);
    etp_energy sold;
    etp_money revenue;
    assert_int_equal(etp_engine_sold(it.engine, it.node, &sold, &revenue), ETP_OK);
    assert_int_equal(sold, LOT);
    assert_int_equal(revenue, etp_amount(20 * CENT, LOT));
}

static void test_a_bid_without_a_query_gets_one(void **state)
{
    (void)state;
    bid(1, 789, 18 * CENT, LOT);
    assert_int_equal(it.events[ETP_EVENT_QUERY], 1);
    wait_for(WINDOW);
    assert_got(1, 1, ETP_BID_ACCEPT, 789);
    confirm(1, 789);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
}

static void test_the_accept_is_repeated_by_nobody(void **state)
{
    (void)state;
    bid(0, 5, 18 * CENT, LOT);
    wait_for(WINDOW + 900 * MS); /* the engine has repeated its BidAccept thrice */
    assert_got(0, 1, ETP_BID_ACCEPT, 5);
    wait_for(200 * MS);
    assert_int_equal(it.events[ETP_EVENT_LAPSE], 1);
}

static void test_a_bid_below_the_reserve_is_rejected_with_its_code(void **state)
{
    (void)state;
    query(0, 1);
    bid(0, 2, 1 * CENT, LOT);
    wait_for(WINDOW);
    assert_rejected(0, 2, 2, ETP_CODE_BELOW_RESERVE);
    assert_int_equal(last_of(0)->code, CODE_OF_OLDER);
}

static void test_a_bid_for_nothing_is_rejected_at_once(void **state)
{
    (void)state;
    bid(0, 2, 20 * CENT, 0);
    assert_rejected(0, 1, 2, ETP_CODE_NOT_ENOUGH_ENERGY);
}

/* The older systems' worst fault: whoever bids gets the energy. */
static void test_the_same_energy_is_sold_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PEERS; i++)
        bid(i, 7, (etp_price)(20 + i) * CENT, LOT);
    wait_for(WINDOW);
    assert_got(PEERS - 1, 1, ETP_BID_ACCEPT, 7);
    for (unsigned i = 0; i < PEERS; i++)
        confirm(i, 8);
    wait_for(60 * MS);
    for (unsigned i = 0; i + 1 < PEERS; i++)
        assert_rejected(i, 1, 7, ETP_CODE_NOT_COMPETITIVE);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
    assert_int_equal(it.battery.held, 0);
    assert_int_equal(guests[0].refused[ETP_REFUSED_UNEXPECTED], 1);
}

/* ---- in time ---- */

/* The winner keeps silent for its whole hold; the loser has stopped listening long before that. */
static void test_a_loser_is_told_within_half_a_second(void **state)
{
    (void)state;
    bid(0, 1, 30 * CENT, LOT);
    bid(1, 2, 20 * CENT, LOT);
    wait_for(499 * MS);
    assert_got(0, 1, ETP_BID_ACCEPT, 1);
    assert_rejected(1, 1, 2, ETP_CODE_NOT_COMPETITIVE);
    wait_for(2000 * MS);
    assert_int_equal(it.events[ETP_EVENT_LAPSE], 1);
    assert_int_equal(guests[1].got_count, 1);
    assert_int_equal(it.events[ETP_EVENT_ACCEPT], 1); /* nothing was awarded to who had gone */
}

static void test_a_late_confirm_sells_nothing(void **state)
{
    (void)state;
    bid(0, 1, 30 * CENT, LOT);
    wait_for(WINDOW + 1001 * MS);
    confirm(0, 2);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 0);
    assert_int_equal(guests[0].got_count, 1);
    confirm(0, 3);
    assert_int_equal(guests[0].refused[ETP_REFUSED_UNEXPECTED], 1);
}

static void test_a_bid_after_the_window_is_rejected_at_once(void **state)
{
    (void)state;
    query(0, 1);
    wait_for(WINDOW);
    bid(0, 2, 30 * CENT, LOT);
    assert_rejected(0, 2, 2, ETP_CODE_LATE);
    bid(1, 3, 30 * CENT, LOT);
    assert_rejected(1, 1, 3, ETP_CODE_NO_AUCTION);
}

/* ---- ids and duplicates ---- */

/* The same id, price and energy in every interval, as of a buyer that does not number its bids. */
static void test_an_id_used_again_is_another_bid(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        bid(0, 0, 20 * CENT, LOT / 2);
        wait_for(WINDOW);
        assert_got(0, i + 1, ETP_BID_ACCEPT, 0);
        confirm(0, 0);
        assert_int_equal(it.events[ETP_EVENT_CONFIRM], i + 1);
        advance(INTERVAL);
        begin_interval();
    }
    assert_true(it.battery.stored < it.stored_at_start);
}

static void test_a_bid_that_comes_twice_is_one_bid(void **state)
{
    (void)state;
    bid(0, 9, 20 * CENT, LOT);
    bid(0, 9, 20 * CENT, LOT);
    assert_int_equal(it.events[ETP_EVENT_BID], 1);
    wait_for(WINDOW);
    assert_got(0, 1, ETP_BID_ACCEPT, 9);
    bid(0, 9, 20 * CENT, LOT);
    assert_got(0, 2, ETP_BID_ACCEPT, 9);
    assert_int_equal(it.events[ETP_EVENT_BID], 1);
    assert_int_equal(guests[0].refused[ETP_REFUSED_DUPLICATE], 2);
    confirm(0, 9);
    confirm(0, 9);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
    bid(0, 9, 20 * CENT, LOT);
    assert_rejected(0, 3, 9, ETP_CODE_LATE);
}

/* Each of its Bids gets an answer of its own. */
static void test_a_raised_bid_takes_the_place_of_the_first(void **state)
{
    (void)state;
    bid(0, 1, 20 * CENT, LOT);
    bid(0, 2, 21 * CENT, LOT);
    assert_rejected(0, 1, 1, ETP_CODE_OUTBID);
    bid(0, 3, 21 * CENT, LOT);
    assert_rejected(0, 2, 3, ETP_CODE_NOT_RAISED);
    wait_for(WINDOW);
    assert_got(0, 3, ETP_BID_ACCEPT, 2);
    assert_int_equal(last_of(0)->sale_price, 21 * CENT);
    confirm(0, 4);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
}

static void test_ids_of_the_next_connection_are_not_stale(void **state)
{
    (void)state;
    query(0, 1);
    bid(0, UINT64_MAX, 20 * CENT, LOT);
    etp_older_seller_lost(&guests[0].seller, now());
    connect_guest(0);
    query(0, 1);
    assert_got(0, 2, ETP_QUERY_RESPONSE, 1);
    assert_int_equal(last_of(0)->required_energy, 0); /* it has left this auction */
    advance(INTERVAL);
    begin_interval();
    bid(0, 0, 20 * CENT, LOT);
    wait_for(WINDOW);
    assert_got(0, 3, ETP_BID_ACCEPT, 0);
    confirm(0, 0);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
}

/* ---- who goes away ---- */

static void test_a_lost_connection_gives_its_award_to_the_next(void **state)
{
    (void)state;
    bid(0, 1, 30 * CENT, LOT);
    bid(1, 2, 20 * CENT, LOT);
    wait_for(WINDOW);
    assert_got(0, 1, ETP_BID_ACCEPT, 1);
    etp_older_seller_lost(&guests[0].seller, now());
    assert_got(1, 1, ETP_BID_ACCEPT, 2);
    connect_guest(0);
    confirm(0, 3); /* from another connection: nothing ties it to the award */
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 0);
    confirm(1, 4);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
}

static void test_terminate_and_device_failure_withdraw(void **state)
{
    (void)state;
    static const etp_type types[] = {ETP_TERMINATE, ETP_DEVICE_FAILURE};
    for (unsigned i = 0; i < 2; i++) {
        bid(0, 1, 30 * CENT, LOT);
        send(0, (etp_message){.type = (uint8_t)types[i], .message_id = 2, .device_id = PEER});
        wait_for(3000 * MS);
        assert_int_equal(guests[0].got_count, 0);
        assert_int_equal(it.events[ETP_EVENT_ACCEPT], 0);
        advance(INTERVAL);
        begin_interval();
    }
}

static void test_a_failed_battery_rejects_as_offline(void **state)
{
    (void)state;
    bid(0, 1, 30 * CENT, LOT);
    assert_int_equal(etp_engine_fail(it.engine, it.node), ETP_OK);
    assert_rejected(0, 1, 1, ETP_CODE_OFFLINE);
    bid(0, 2, 30 * CENT, LOT);
    assert_rejected(0, 2, 2, ETP_CODE_OFFLINE);
    query(0, 3);
    assert_int_equal(guests[0].got_count, 2);
}

static void test_a_battery_that_shuts_down_rejects(void **state)
{
    (void)state;
    bid(0, 1, 30 * CENT, LOT);
    query(1, 9);
    assert_int_equal(etp_engine_shut_down(it.engine), ETP_OK);
    assert_rejected(0, 1, 1, ETP_CODE_SHUTTING_DOWN);
    bid(1, 2, 30 * CENT, LOT);
    assert_int_equal(last_of(1)->type, ETP_BID_REJECT);
}

/* ---- what is not acted on ---- */

static void test_what_no_buyer_sends_is_refused_in_silence(void **state)
{
    (void)state;
    static const etp_type types[] = {ETP_REGISTER, ETP_QUERY_RESPONSE, ETP_BID_ACCEPT, ETP_BID_REJECT, ETP_BESS_STATUS};
    for (unsigned i = 0; i < sizeof types / sizeof *types; i++)
        send(0, (etp_message){.type = (uint8_t)types[i], .message_id = i, .device_id = PEER});
    etp_engine_stats stats;
    etp_engine_get_stats(it.engine, &stats);
    assert_int_equal(stats.refused[ETP_REFUSED_WRONG_ROLE], 5);
    assert_int_equal(guests[0].got_count, 0);
}

static void test_an_expired_record_is_not_acted_on(void **state)
{
    (void)state;
    const etp_message query = {.type = ETP_QUERY, .message_id = 1, .device_id = PEER};
    etp_older_seller_record(&guests[0].seller, now(), &query);
    assert_int_equal(guests[0].refused[ETP_REFUSED_EXPIRED_TTL], 1);
    assert_int_equal(guests[0].got_count, 0);
}

static void test_a_refused_bid_is_answered_all_the_same(void **state)
{
    (void)state;
    const etp_message what_is_known = {.type = ETP_BID, .message_id = 77};
    etp_older_seller_refuse(&guests[0].seller, ETP_REFUSED_NOT_FINITE, &what_is_known);
    assert_rejected(0, 1, 77, ETP_CODE_POLICY);
    const etp_message other = {.type = ETP_QUERY, .message_id = 78};
    etp_older_seller_refuse(&guests[0].seller, ETP_REFUSED_OUT_OF_RANGE, &other);
    assert_int_equal(guests[0].got_count, 1);
    assert_int_equal(it.events[ETP_EVENT_BID], 0);
}

/* ---- other auctions ---- */

static void test_an_outbid_buyer_is_told_and_may_raise(void **state)
{
    (void)state;
    tear_down();
    begin(ETP_ASCENDING);
    bid(0, 1, 20 * CENT, LOT);
    bid(1, 2, 25 * CENT, LOT);
    assert_rejected(0, 1, 1, ETP_CODE_OUTBID);
    bid(0, 3, 30 * CENT, LOT);
    assert_rejected(1, 1, 2, ETP_CODE_OUTBID);
    wait_for(WINDOW);
    assert_got(0, 2, ETP_BID_ACCEPT, 3);
    confirm(0, 4);
    assert_int_equal(it.events[ETP_EVENT_CONFIRM], 1);
}

/* Records of all kinds from four buyers in any order: every Bid that was taken up has one answer, and the books agree. */
static void test_whatever_they_send_the_books_agree(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 7800);
    for (unsigned round = 0; round < 40; round++) {
        unsigned bids[PEERS] = {0};
        for (unsigned i = 0; i < PEERS; i++)
            guests[i].got_count = 0;
        for (unsigned step = 0; step < 30; step++) {
            unsigned number = (unsigned)etp_rng_below(&rng, PEERS);
            etp_message record = {.type = (uint8_t)etp_rng_below(&rng, ETP_TYPES),
                                  .message_id = etp_rng_below(&rng, 5),
                                  .bid_price = (etp_price)etp_rng_below(&rng, 40) * CENT,
                                  .required_energy = (etp_energy)etp_rng_below(&rng, LOT)};
            if (record.type == ETP_BID && bids[number]++ >= 8)
                continue;
            send(number, record);
            wait_for((etp_time)etp_rng_below(&rng, 80) * MS);
        }
        wait_for(3000 * MS);
        for (unsigned i = 0; i < PEERS; i++)
            assert_int_equal(guests[i].seller.open.ours, 0);
        advance(INTERVAL);
        begin_interval();
    }
    uint64_t confirmed = 0;
    for (unsigned i = 0; i < PEERS; i++)
        confirmed += guests[i].seller.confirmed;
    assert_true(confirmed > 0);
    assert_int_equal(confirmed, it.events[ETP_EVENT_CONFIRM]);
}

int main(void)
{
#define TRADE(test) cmocka_unit_test_setup_teardown(test, begin_first_price, end)
    const struct CMUnitTest tests[] = {
        TRADE(test_nobody_hears_what_he_did_not_ask),
        TRADE(test_a_query_is_answered_under_its_id),
        TRADE(test_query_bid_confirm_sells_once),
        TRADE(test_a_bid_without_a_query_gets_one),
        TRADE(test_the_accept_is_repeated_by_nobody),
        TRADE(test_a_bid_below_the_reserve_is_rejected_with_its_code),
        TRADE(test_a_bid_for_nothing_is_rejected_at_once),
        TRADE(test_the_same_energy_is_sold_once),
        TRADE(test_a_loser_is_told_within_half_a_second),
        TRADE(test_a_late_confirm_sells_nothing),
        TRADE(test_a_bid_after_the_window_is_rejected_at_once),
        TRADE(test_an_id_used_again_is_another_bid),
        TRADE(test_a_bid_that_comes_twice_is_one_bid),
        TRADE(test_a_raised_bid_takes_the_place_of_the_first),
        TRADE(test_ids_of_the_next_connection_are_not_stale),
        TRADE(test_a_lost_connection_gives_its_award_to_the_next),
        TRADE(test_terminate_and_device_failure_withdraw),
        TRADE(test_a_failed_battery_rejects_as_offline),
        TRADE(test_a_battery_that_shuts_down_rejects),
        TRADE(test_what_no_buyer_sends_is_refused_in_silence),
        TRADE(test_an_expired_record_is_not_acted_on),
        TRADE(test_a_refused_bid_is_answered_all_the_same),
        TRADE(test_an_outbid_buyer_is_told_and_may_raise),
        TRADE(test_whatever_they_send_the_books_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
