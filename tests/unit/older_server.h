/* SPDX-License-Identifier: MIT */
/*
 * An older server before a real aggregator: it answers a Query with its energy and the share that is for sale, takes every
 * Bid that is high enough, and says nothing to a Confirm. Include cmocka.h first.
 */
#ifndef ETP_TEST_OLDER_SERVER_H
#define ETP_TEST_OLDER_SERVER_H

#include "live/older/buyer.h"
#include "unit/engine_fixture.h"

enum { RECORDS_MAX = 256 };

static const etp_time limit = 5 * ETP_NS_PER_SECOND;

/* The server's side of the one connection, link 0. What came waits until it is served. */
static struct server {
    etp_older_buyer buyer;
    etp_older_ids ids;
    etp_message came[RECORDS_MAX];
    unsigned came_count, served;
    unsigned count[ETP_TYPES];
    unsigned refused[ETP_REFUSALS];
    etp_energy total;
    uint32_t for_sale_ppm;
    etp_price reserve;
    bool deaf;      /* reads nothing */
    bool stops;     /* before a Bid */
    bool numbers;   /* gives its QueryResponses ids of its own */
    etp_energy odd; /* awards so much more than was asked for */
} server;

static inline void to_engine(void *user, const void *frame, size_t size)
{
    (void)user;
    assert_int_equal(etp_engine_receive(it.engine, 0, frame, size), ETP_OK);
}

static inline void to_server(void *user, const void *bytes, size_t size)
{
    (void)user;
    size_t used = 0;
    assert_true(server.came_count < RECORDS_MAX);
    etp_message *message = &server.came[server.came_count++];
    assert_int_equal(etp_older_decode(bytes, size, message, &used), ETP_REFUSED_NONE);
    assert_int_equal(message->device_id, SELF);
    server.count[message->type]++;
}

static inline void note_refused(void *user, etp_refusal refusal, const etp_message *record)
{
    (void)user;
    (void)record;
    server.refused[refusal]++;
}

static inline int from_engine(void *user, etp_link link, const void *frame, size_t size)
{
    (void)user;
    if (link == 0)
        etp_older_buyer_frame(&server.buyer, now(), frame, size);
    return ETP_OK;
}

static inline void server_says(etp_message record)
{
    if (record.ttl == 0)
        record.ttl = 5;
    if (record.device_id == 0)
        record.device_id = PEER;
    if (etp_older_buyer_record(&server.buyer, now(), &record))
        etp_older_buyer_register(&server.buyer, &record);
}

static inline void answer_bid(const etp_message *bid)
{
    etp_message answer = {.message_id = bid->message_id};
    if (bid->bid_price < server.reserve) {
        answer.type = ETP_BID_REJECT;
        answer.code = ETP_CODE_BELOW_RESERVE;
    } else {
        answer.type = ETP_BID_ACCEPT;
        answer.sale_price = bid->bid_price;
        answer.required_energy = bid->required_energy + server.odd;
    }
    server_says(answer);
}

static inline void serve_one(const etp_message *record)
{
    static etp_id own = 50000;
    if (record->type == ETP_QUERY)
        server_says((etp_message){.type = ETP_QUERY_RESPONSE,
                                  .message_id = server.numbers ? own++ : record->message_id,
                                  .energy_total = server.total,
                                  .for_sale_ppm = server.for_sale_ppm});
    else if (record->type == ETP_BID)
        answer_bid(record);
}

static inline void serve(void)
{
    while (!server.deaf && server.served < server.came_count) {
        if (server.stops && server.came[server.served].type == ETP_BID)
            return;
        const etp_message record = server.came[server.served++];
        serve_one(&record);
    }
}

/* Time goes on in steps of 10 ms, in each of which the server works through what has come. */
static inline void wait_for(etp_time by)
{
    for (etp_time until = now() + by; now() < until;) {
        advance(10 * MS);
        serve();
    }
}

static inline void connect_server(void)
{
    const etp_older_calls calls = {.frame = to_engine, .record = to_server, .refused = note_refused};
    etp_older_buyer_init(&server.buyer, &calls, &server.ids, SELF, PEER, limit);
    server.came_count = server.served = 0;
    etp_older_buyer_begin(&server.buyer, now());
    serve();
}

static inline int begin(void **state)
{
    (void)state;
    server = (struct server){.total = 80 * ETP_ENERGY_PER_KWH, .for_sale_ppm = 500000, .reserve = 10 * CENT};
    set_up();
    it.options.transport.send = from_engine;
    make_buyer(&buyer_hooks);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    brief_buyer(5 * ETP_ENERGY_PER_KWH, 100 * ETP_MONEY_PER_DOLLAR);
    return 0;
}

static inline int end(void **state)
{
    (void)state;
    tear_down();
    return 0;
}

#endif
