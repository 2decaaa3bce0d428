/* SPDX-License-Identifier: MIT */
/* What the peers of the fixture's node say: aggregators to a battery, batteries to a buyer. Include cmocka.h first. */
#ifndef UNIT_ENGINE_PEERS_H
#define UNIT_ENGINE_PEERS_H

#include "engine_fixture.h"

/* ---- for cmocka: what each test begins and ends with ---- */

static inline int begin_test(void **unused)
{
    (void)unused;
    set_up();
    return 0;
}

static inline int end_test(void **unused)
{
    (void)unused;
    tear_down();
    return 0;
}

/* Of a test with a battery: no energy may have come or gone unseen. */
static inline int end_test_in_balance(void **unused)
{
    if (it.engine != NULL && it.battery.spec.capacity > 0)
        assert_true(etp_battery_conserves(&it.battery, it.stored_at_start));
    return end_test(unused);
}

/* ---- what peers say ---- */

/* Sends the message as it is, whatever is wrong with it. */
static inline void deliver(unsigned peer, const etp_message *message)
{
    unsigned char bytes[ETP_MESSAGE_MAX];
    etp_frame frame = {0};
    int size = etp_encode(message, bytes, sizeof bytes);
    assert_true(size > 0);
    assert_int_equal(etp_frame_add(&frame, bytes, (size_t)size), ETP_OK);
    assert_int_equal(etp_frame_seal(&frame), ETP_OK);
    if (carriage != NULL)
        carriage->carry(peer, frame.bytes, frame.size);
    else
        etp_engine_receive(it.engine, peer, frame.bytes, frame.size);
}

static inline etp_id fresh_id(void)
{
    etp_id id = (etp_id)(now() / ETP_NS_PER_US);
    it.last_id = id > it.last_id ? id : it.last_id + 1;
    return it.last_id;
}

/* Sends it as `peer`, with an id of its own unless it has one. Returns the id. */
static inline etp_id say(unsigned peer, etp_message message)
{
    if (message.message_id == 0)
        message.message_id = fresh_id();
    message.device_id = PEER + peer;
    message.ttl = ETP_TTL_DEFAULT;
    deliver(peer, &message);
    return message.message_id;
}

/* ... as aggregators: */

static inline etp_id query(unsigned peer)
{
    return say(peer, (etp_message){.type = ETP_QUERY, .required_energy = LOT});
}

static inline etp_message bid_of(unsigned peer, etp_price price, etp_energy energy)
{
    const etp_message *offer = find_heard(peer, ETP_QUERY_RESPONSE);
    return (etp_message){.type = ETP_BID,
                         .in_reply_to = offer != NULL ? offer->message_id : 0,
                         .bid_price = price,
                         .required_energy = energy};
}

static inline etp_id bid(unsigned peer, etp_price price, etp_energy energy)
{
    return say(peer, bid_of(peer, price, energy));
}

static inline etp_id query_and_bid(unsigned peer, etp_price price, etp_energy energy)
{
    query(peer);
    return bid(peer, price, energy);
}

static inline etp_id confirm(unsigned peer)
{
    etp_message accept = heard(peer, ETP_BID_ACCEPT);
    return say(peer, (etp_message){.type = ETP_BID_CONFIRM,
                                   .in_reply_to = accept.message_id,
                                   .bid_price = accept.sale_price,
                                   .sale_price = accept.sale_price,
                                   .required_energy = accept.required_energy});
}

static inline etp_id terminate(unsigned peer, etp_id in_reply_to, etp_code code)
{
    return say(peer, (etp_message){.type = ETP_TERMINATE, .in_reply_to = in_reply_to, .code = (uint8_t)code});
}

/* ... as batteries: */

static inline etp_id register_with(unsigned peer)
{
    return say(peer, (etp_message){.type = ETP_REGISTER, .energy_total = 8000000});
}

static inline etp_id offer_to(unsigned peer, etp_energy lot, uint32_t closes_in_ms)
{
    return say(peer, (etp_message){.type = ETP_QUERY_RESPONSE,
                                   .in_reply_to = heard(peer, ETP_QUERY).message_id,
                                   .energy_total = 8000000,
                                   .required_energy = lot,
                                   .closes_in_ms = closes_in_ms});
}

static inline etp_id accept_bid(unsigned peer, etp_price price, etp_energy energy)
{
    return say(peer, (etp_message){.type = ETP_BID_ACCEPT,
                                   .in_reply_to = heard(peer, ETP_BID).message_id,
                                   .sale_price = price,
                                   .required_energy = energy,
                                   .closes_in_ms = 1000});
}

static inline etp_id reject_bid(unsigned peer, etp_code code)
{
    return say(
        peer,
        (etp_message){.type = ETP_BID_REJECT, .in_reply_to = heard(peer, ETP_BID).message_id, .code = (uint8_t)code});
}

static inline etp_id give_receipt(unsigned peer)
{
    return say(peer, (etp_message){.type = ETP_BESS_STATUS, .in_reply_to = heard(peer, ETP_BID_CONFIRM).message_id});
}

/* A buyer that knows its batteries and has just queried them. */
static inline void begin_buyer(etp_mechanism mechanism, etp_energy need)
{
    it.options.mechanism = mechanism;
    make_buyer(&buyer_hooks);
    start();
    brief_buyer(need, 1000 * ETP_MONEY_PER_DOLLAR);
    for (unsigned i = 0; i < PEERS; i++)
        register_with(i);
    begin_interval();
}

#endif
