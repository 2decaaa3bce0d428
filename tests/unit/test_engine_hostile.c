/* SPDX-License-Identifier: MIT */
/*
 * Peers that lie, repeat themselves, answer what was never asked and send noise: 200 000 well-formed random messages and as
 * many random frames against a battery and a buyer. After each, the books are checked. Seeds are fixed and printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/internal.h"
#include "engine_peers.h"

enum { ROUNDS = 50, MESSAGES = 2000, NOISES = 50000, RECENT = 8 };

static etp_rng rng;
static etp_message recent[RECENT]; /* of the peers, to be said again */

static struct {
    etp_energy sold;   /* by ETP_EVENT_CONFIRM */
    etp_energy bought; /* by ETP_EVENT_RECEIPT */
} ledger;

static uint64_t below(uint64_t bound)
{
    return etp_rng_below(&rng, bound);
}

static void keep_ledger(void *user, const etp_event *event)
{
    note_event(user, event);
    if (event->kind == ETP_EVENT_CONFIRM)
        ledger.sold += event->energy;
    if (event->kind == ETP_EVENT_RECEIPT)
        ledger.bought += event->energy;
}

static void begin(bool buyer, uint64_t seed)
{
    print_message("seed %u\n", (unsigned)seed);
    set_up();
    etp_rng_seed(&rng, seed);
    memset(recent, 0, sizeof recent);
    memset(&ledger, 0, sizeof ledger);
    it.options.observer.on_event = keep_ledger;
    it.options.disclose = (unsigned)seed & 3;
    it.raise = (seed & 4) != 0 ? 22 * CENT : 0;
    if (buyer)
        begin_buyer((etp_mechanism)(seed % 4), 3 * LOT);
    else
        begin_bess((etp_mechanism)(seed % 4));
}

/* ---- what a hostile peer says ---- */

static etp_price random_price(void)
{
    static const etp_price odd[] = {0, 1, RESERVE - 1, RESERVE, 20 * CENT, 20 * CENT + 1, ETP_PRICE_MAX};
    return below(2) != 0 ? odd[below(sizeof odd / sizeof *odd)] : (etp_price)below((uint64_t)(40 * CENT));
}

static etp_energy random_energy(void)
{
    static const etp_energy odd[] = {0, 1, LOT / 2, LOT, LOT + 1, 2 * LOT, ETP_ENERGY_MAX};
    return odd[below(sizeof odd / sizeof *odd)];
}

/* What a message of this type should answer. */
static etp_type answered_type(etp_type type)
{
    switch (type) {
    case ETP_BID:
        return ETP_QUERY_RESPONSE;
    case ETP_BID_CONFIRM:
        return ETP_BID_ACCEPT;
    case ETP_QUERY_RESPONSE:
        return ETP_QUERY;
    case ETP_BESS_STATUS:
        return ETP_BID_CONFIRM;
    default:
        return ETP_BID;
    }
}

/* Often what it should answer, else something that the node has said, nothing, or anything. */
static etp_id random_reference(unsigned peer, etp_type type)
{
    const etp_message *proper = find_heard(peer, answered_type(type));
    if (proper != NULL && below(3) != 0)
        return proper->message_id;
    if (it.heard_count > 0 && below(2) != 0)
        return it.heard[below(it.heard_count)].message.message_id;
    return below(2) != 0 ? 0 : below(ETP_ID_MAX);
}

static etp_id random_id(void)
{
    if (below(10000) == 0)
        return ETP_ID_MAX - below(3);
    return below(20) == 0 ? fresh_id() - below(1000000) : fresh_id();
}

static etp_message random_message(unsigned peer, bool buyer)
{
    etp_message again = recent[below(RECENT)];
    if (below(8) == 0 && again.message_id != 0)
        return again;
    static const etp_type to_bess[] = {ETP_QUERY, ETP_QUERY,       ETP_BID,        ETP_BID,
                                       ETP_BID,   ETP_BID_CONFIRM, ETP_BID_CONFIRM};
    static const etp_type to_buyer[] = {ETP_REGISTER,   ETP_QUERY_RESPONSE, ETP_QUERY_RESPONSE, ETP_BID_ACCEPT,
                                        ETP_BID_ACCEPT, ETP_BID_REJECT,     ETP_BESS_STATUS};
    etp_type type = below(6) == 0 ? (etp_type)below(ETP_TYPES) : buyer ? to_buyer[below(7)] : to_bess[below(7)];
    return (etp_message){.type = (uint8_t)type,
                         .message_id = random_id(),
                         .device_id = below(50) == 0 ? 1 + below(200) : PEER + peer,
                         .ttl = (uint8_t)(below(50) == 0 ? 0 : below(256)),
                         .in_reply_to = random_reference(peer, type),
                         .bid_price = random_price(),
                         .sale_price = random_price(),
                         .energy_total = random_energy(),
                         .required_energy = random_energy(),
                         .remaining_energy = random_energy(),
                         .discharge_rate = (etp_power)below(ETP_POWER_MAX + 1),
                         .closes_in_ms = (uint32_t)(below(4) == 0 ? UINT32_MAX : below(3000)),
                         .for_sale_ppm = (uint32_t)below(1000001),
                         .voltage_mv = (uint32_t)below(100000),
                         .code = (uint8_t)below(20),
                         .health = (uint8_t)below(4)};
}

static void pass_some_time(void)
{
    switch (below(12)) {
    case 0:
        advance((etp_time)below(800) * MS);
        break;
    case 1:
        advance((etp_time)below(100));
        break;
    default:
        advance((etp_time)below(30) * MS);
    }
    if (below(100) == 0)
        begin_interval();
    if (below(500) == 0) {
        etp_engine_fail(it.engine, it.node);
        advance((etp_time)below(5000) * MS);
        etp_engine_recover(it.engine, it.node);
    }
    if (it.heard_count > HEARD_MAX / 2)
        forget();
}

/* ---- what must hold ---- */

static void check_battery(void)
{
    assert_true(etp_battery_conserves(&it.battery, it.stored_at_start));
    assert_in_range(it.battery.held, 0, LOT);
    assert_in_range(sold(), 0, LOT);
    assert_int_equal(it.battery.sold, ledger.sold);
    const struct bess *bess = as_bess(it.engine->nodes[it.node]);
    assert_true(etp_auction_balances(&bess->auction) || bess->auction.state == ETP_AUCTION_IDLE);
    assert_true(it.battery.held == 0 || it.battery.held == bess->auction.held);
}

static void check_buyer(void)
{
    const struct aggregator *aggregator = as_aggregator(it.engine->nodes[it.node]);
    etp_energy open = 0;
    etp_money money = 0;
    unsigned in_doubt = 0;
    for (unsigned i = 0; i < PEERS; i++) {
        const struct aggregator_session *session = &aggregator->sessions[i];
        bool doubt = session->state == AGGREGATOR_CONFIRMING, bidding = session->state == AGGREGATOR_BIDDING;
        in_doubt += doubt;
        open += doubt ? session->u.trade.award : bidding ? session->u.trade.bid_energy : 0;
        money += doubt     ? etp_amount(session->u.trade.sale_price, session->u.trade.award)
                 : bidding ? etp_amount(session->u.trade.bid_price, session->u.trade.bid_energy)
                           : 0;
        if (doubt) {
            assert_in_range(session->u.trade.award, 1, session->u.trade.bid_energy);
            assert_in_range(session->u.trade.sale_price, 0, session->u.trade.bid_price);
        }
    }
    assert_int_equal(aggregator->open_energy, open);
    assert_int_equal(aggregator->open_money, money);
    assert_int_equal(totals().in_doubt, in_doubt);
    assert_in_range(open + totals().interval_energy, 0, 3 * LOT);
    assert_int_equal(totals().energy, ledger.bought);
    assert_true(totals().bids + totals().rebids >=
                totals().wins + totals().rejected + totals().expired + totals().in_doubt);
}

static void torment(bool buyer)
{
    uint64_t deals = 0;
    for (uint64_t seed = 1; seed <= ROUNDS; seed++) {
        begin(buyer, seed);
        for (unsigned i = 0; i < MESSAGES; i++) {
            unsigned peer = (unsigned)below(PEERS);
            etp_message message = random_message(peer, buyer);
            recent[below(RECENT)] = message;
            deliver(peer, &message);
            if (buyer)
                check_buyer();
            else
                check_battery();
            pass_some_time();
            if (!buyer)
                etp_battery_charge(&it.battery, (etp_energy)below(20000));
        }
        deals += buyer ? totals().wins : stats().trades;
        assert_true(refused(ETP_REFUSED_DUPLICATE) > 0 && refused(ETP_REFUSED_STALE) > 0);
        assert_true(refused(ETP_REFUSED_WRONG_ROLE) > 0 && refused(ETP_REFUSED_WRONG_DEVICE) > 0);
        tear_down();
    }
    print_message("%u trades among the lies\n", (unsigned)deals);
    assert_true(deals > ROUNDS);
}

static void a_battery_keeps_its_books_among_hostile_bidders(void **unused)
{
    (void)unused;
    torment(false);
}

static void a_buyer_keeps_its_books_among_hostile_batteries(void **unused)
{
    (void)unused;
    torment(true);
}

/* ---- noise ---- */

static size_t random_frame(unsigned char *bytes)
{
    etp_frame frame = {0};
    unsigned char message[ETP_MESSAGE_MAX];
    if (below(2) == 0) {
        frame.size = below(ETP_FRAME_MAX - ETP_SEAL_SIZE + 1);
        for (size_t i = 0; i < frame.size; i++)
            frame.bytes[i] = (unsigned char)below(256);
    } else {
        etp_message good = random_message(0, false);
        int size = etp_encode(&good, message, sizeof message);
        assert_true(size > 0);
        message[below((uint64_t)size)] = (unsigned char)below(256);
        etp_frame_add(&frame, message, 1 + below((uint64_t)size));
    }
    if (below(4) != 0)
        etp_frame_seal(&frame);
    memcpy(bytes, frame.bytes, frame.size);
    return frame.size;
}

static void noise_is_refused_and_changes_nothing(void **unused)
{
    (void)unused;
    for (unsigned buyer = 0; buyer < 2; buyer++) {
        begin(buyer != 0, 77);
        uint64_t frames = stats().frames_received;
        for (unsigned i = 0; i < NOISES; i++) {
            /* On the heap and of the very size, so that a read beyond the end shows. */
            unsigned char scratch[ETP_FRAME_MAX];
            size_t size = random_frame(scratch);
            unsigned char *bytes = test_malloc(size + 1);
            memcpy(bytes, scratch, size);
            etp_engine_receive(it.engine, (etp_link)below(PEERS + 1), bytes, size);
            test_free(bytes);
            if (buyer != 0)
                check_buyer();
            else
                check_battery();
            advance((etp_time)below(10) * MS);
        }
        uint64_t refusals = 0;
        for (unsigned i = 1; i < ETP_REFUSALS; i++)
            refusals += refused((etp_refusal)i);
        assert_true(refusals >= NOISES / 2);
        assert_true(refused(ETP_REFUSED_CHECKSUM) > 0 && refused(ETP_REFUSED_TRUNCATED) > 0);
        assert_true(refused(ETP_REFUSED_NOT_A_MESSAGE) > 0 && refused(ETP_REFUSED_WRONG_TYPE) > 0);
        assert_int_equal(stats().frames_received - frames + refused(ETP_REFUSED_UNKNOWN_LINK), NOISES);
        tear_down();
    }
}

static void a_frame_is_refused_from_its_first_malformed_message_on(void **unused)
{
    (void)unused;
    begin(false, 1);
    etp_frame frame = {0};
    unsigned char bytes[ETP_MESSAGE_MAX];
    etp_message message = {.type = ETP_QUERY, .device_id = PEER, .ttl = 1};
    for (unsigned i = 0; i < 3; i++) {
        message.message_id = fresh_id();
        int size = etp_encode(&message, bytes, sizeof bytes);
        bytes[0] = i == 1 ? 0xc0 : bytes[0];
        assert_int_equal(etp_frame_add(&frame, bytes, (size_t)size), ETP_OK);
    }
    assert_int_equal(etp_frame_seal(&frame), ETP_OK);
    etp_engine_receive(it.engine, 0, frame.bytes, frame.size);
    assert_int_equal(count_heard(0, ETP_QUERY_RESPONSE), 1);
    assert_int_equal(refused(ETP_REFUSED_NOT_A_MESSAGE), 1);
    assert_int_equal(stats().received[ETP_QUERY], 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_battery_keeps_its_books_among_hostile_bidders, end_test),
        cmocka_unit_test_teardown(a_buyer_keeps_its_books_among_hostile_batteries, end_test),
        cmocka_unit_test_teardown(noise_is_refused_and_changes_nothing, end_test),
        cmocka_unit_test_teardown(a_frame_is_refused_from_its_first_malformed_message_on, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
