/* SPDX-License-Identifier: MIT */
/* A battery, a buyer and a relay, each a side of a live market; the first two know nobody but the relay. Include cmocka.h first. */
#ifndef UNIT_RELAY_FIXTURE_H
#define UNIT_RELAY_FIXTURE_H

#include "discovery_fixture.h"
#include "etp/codec.h"
#include "live/relay/relay.h"
#include "live_fixture.h"

enum { RELAY = 3001, OTHER_RELAY = 3002, OTHER_BUYER = 2002, LISTS = SIDES };

static etp_identity *identities[SIDES];
static etp_trust *lists[LISTS];

static inline int teardown(void **state)
{
    close_base(state);
    for (unsigned i = 0; i < SIDES; i++) {
        etp_identity_free(identities[i]);
        etp_trust_free(lists[i]);
        identities[i] = NULL;
        lists[i] = NULL;
    }
    return 0;
}

static inline etp_trust_entry entry_of(etp_id device, etp_id via)
{
    etp_trust_entry entry = trusted_with(device,
                                         device < 2000   ? ETP_DEVICE_BATTERY
                                         : device < 3000 ? ETP_DEVICE_AGGREGATOR
                                                         : ETP_DEVICE_RELAY,
                                         device);
    entry.via = via;
    return entry;
}

/* Side `number` is `device`, and trusts these. */
static inline struct side *build(unsigned number, etp_id device, const etp_trust_entry *entries, size_t count)
{
    struct side *side = prepare(number, device);
    identities[number] = identity_of(device);
    assert_int_equal(etp_trust_make(&lists[number], entries, count, NULL, NULL), ETP_OK);
    side->node_options.identity = identities[number];
    side->node_options.trust = lists[number];
    if (device < 2000) {
        build_battery(side);
    } else if (device < 3000) {
        build_buyer(side);
    } else {
        build_engine(side);
        side->node_options.role = ETP_DEVICE_RELAY;
        start_side(side);
    }
    return side;
}

static struct side *battery, *buyer, *relay;

/* battery - relay - buyer; the relay listens. */
static inline void build_three(void)
{
    const etp_trust_entry of_battery[] = {entry_of(RELAY, 0), entry_of(BUYER, RELAY)};
    const etp_trust_entry of_buyer[] = {entry_of(RELAY, 0), entry_of(BATTERY, RELAY)};
    const etp_trust_entry of_relay[] = {entry_of(BATTERY, 0), entry_of(BUYER, 0)};
    battery = build(0, BATTERY, of_battery, 2);
    buyer = build(1, BUYER, of_buyer, 2);
    relay = build(2, RELAY, of_relay, 2);
}

/* The peer of that device, or one that is not up. */
static inline etp_live_peer_info peer_with(const struct side *side, etp_id device)
{
    for (unsigned i = 0; i < etp_live_peers(side->live); i++) {
        etp_live_peer_info info = peer_of(side, i);
        if (info.device == device)
            return info;
    }
    return (etp_live_peer_info){.device = device};
}

static inline bool see_each_other(void)
{
    return peer_with(battery, BUYER).up && peer_with(buyer, BATTERY).up;
}

static inline void connect_three(void)
{
    build_three();
    const char *url = listen_at(relay, "tcp://127.0.0.1:0");
    dial_to(battery, url, RELAY);
    dial_to(buyer, url, RELAY);
    WAIT_FOR(see_each_other());
}

/* The buyer has heard of the battery, since its link was lost if it was: it asks nobody else. */
static inline bool buyer_has_heard(void)
{
    return buyer->events[ETP_EVENT_REGISTER] > 0 &&
           buyer->last_event[ETP_EVENT_REGISTER].when >= buyer->last_event[ETP_EVENT_LINK_LOST].when;
}

static inline void trade(void)
{
    WAIT_FOR(buyer_has_heard());
    trade_once(battery, buyer);
}

/* A frame of one message of `device` with so many hops left. */
static inline etp_frame frame_of(etp_id device, uint8_t type, uint8_t ttl)
{
    etp_frame frame = {0};
    unsigned char bytes[ETP_MESSAGE_MAX];
    const etp_message message = {
        .type = type, .message_id = (etp_id)(monotonic() / ETP_NS_PER_US), .device_id = device, .ttl = ttl};
    int size = etp_encode(&message, bytes, sizeof bytes);
    assert_true(size > 0);
    assert_int_equal(etp_frame_add(&frame, bytes, (size_t)size), ETP_OK);
    assert_int_equal(etp_frame_seal(&frame), ETP_OK);
    return frame;
}

/* On the connection of `from` with `with`, as a liar would. */
static inline void send_on(struct side *from, etp_id with, etp_id device, const void *frame, size_t size)
{
    struct etp_live_peer *peer = etp_live_find_peer(from->live, from->node_options.node, with);
    struct live_connection *connection = etp_live_connection_of(peer->port);
    etp_live_enter(from->live);
    assert_int_equal(etp_channel_send(&connection->channel, etp_live_now(from->live), device, frame, size), ETP_OK);
    etp_live_list(from->live, connection);
    etp_live_leave(from->live);
}

#endif
