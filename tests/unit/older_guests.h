/* SPDX-License-Identifier: MIT */
/* Older buyers before a real battery: what they send as records, and what they get. No socket is needed for that. */
#ifndef ETP_TEST_OLDER_GUESTS_H
#define ETP_TEST_OLDER_GUESTS_H

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

static inline unsigned number_of(const void *user)
{
    return (unsigned)((const struct guest *)user - guests);
}

static inline void to_engine(void *user, const void *frame, size_t size)
{
    assert_int_equal(etp_engine_receive(it.engine, number_of(user), frame, size), ETP_OK);
}

static inline void to_guest(void *user, const void *bytes, size_t size)
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

static inline void note_refused(void *user, etp_refusal refusal, const etp_message *record)
{
    (void)record;
    ((struct guest *)user)->refused[refusal]++;
}

static inline int from_engine(void *user, etp_link link, const void *frame, size_t size)
{
    (void)user;
    etp_older_seller_frame(&guests[link].seller, it.engine != NULL ? now() : START, frame, size);
    return ETP_OK;
}

static inline void connect_guest(unsigned number)
{
    const etp_older_calls calls = {
        .frame = to_engine, .record = to_guest, .refused = note_refused, .user = &guests[number]};
    etp_older_seller_init(&guests[number].seller, &calls, &ids, SELF, PEER + number);
}

static inline int begin(etp_mechanism mechanism)
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

static inline int begin_first_price(void **state)
{
    (void)state;
    return begin(ETP_FIRST_PRICE);
}

static inline int end(void **state)
{
    (void)state;
    assert_int_equal(it.battery.held, 0);
    tear_down();
    return 0;
}

/* Stops at every deadline of the engine and of the adapters. */
static inline void wait_for(etp_time by)
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

static inline void send(unsigned number, etp_message record)
{
    if (record.ttl == 0)
        record.ttl = 5;
    etp_older_seller_record(&guests[number].seller, now(), &record);
}

static inline void query(unsigned number, etp_id id)
{
    send(number, (etp_message){.type = ETP_QUERY, .message_id = id, .device_id = PEER + number});
}

/* Some older buyers leave their device id at 0 in a Bid; which buyer it is, the connection says. */
static inline void bid(unsigned number, etp_id id, etp_price price, etp_energy energy)
{
    send(number, (etp_message){.type = ETP_BID, .message_id = id, .bid_price = price, .required_energy = energy});
}

static inline void confirm(unsigned number, etp_id id)
{
    send(number, (etp_message){.type = ETP_BID_CONFIRM, .message_id = id, .device_id = PEER + number});
}

static inline const etp_message *last_of(unsigned number)
{
    assert_true(guests[number].got_count > 0);
    return &guests[number].got[guests[number].got_count - 1];
}

static inline void assert_got(unsigned number, unsigned count, etp_type type, etp_id id)
{
    assert_int_equal(guests[number].got_count, count);
    assert_int_equal(last_of(number)->type, type);
    assert_int_equal(last_of(number)->message_id, id);
}

static inline void assert_rejected(unsigned number, unsigned count, etp_id id, etp_code code)
{
    assert_got(number, count, ETP_BID_REJECT, id);
    assert_int_equal(last_of(number)->code, code);
}

#endif
