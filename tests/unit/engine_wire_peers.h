/* SPDX-License-Identifier: MIT */
/* The peers of engine_wire.h: who they are, and the connections on which they speak with the node. */
#ifndef UNIT_ENGINE_WIRE_PEERS_H
#define UNIT_ENGINE_WIRE_PEERS_H

#include <event2/event.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "engine_fixture.h"
#include "etp/live.h"
#include "live/carrier/carrier.h"
#include "live/channel/channel.h"

enum {
    WIRE_PEERS = PEERS,
    LINES_OF_A_PEER = 2,
    LINES = WIRE_PEERS * LINES_OF_A_PEER,
    WIRE_PATIENCE_S = 60,
    WIRE_SEND = 1 << 16
};

/* One connection of a peer. */
struct line {
    unsigned peer, endpoint;
    bool open;
    etp_connection carried; /* 0 before it is there */
    etp_channel channel;
};

struct end_of_wire {
    etp_channel_options options;
    etp_identity *identity;
    unsigned line; /* the one that it speaks on */
};

static struct wire {
    etp_time now;
    struct event_base *base;
    struct event *tick, *woken;
    int wake[2];
    etp_carrier *carrier; /* of the peers */
    etp_live *live;
    const char *address;
    etp_identity *identity;
    etp_trust *trust;
    struct end_of_wire peers[WIRE_PEERS];
    struct line lines[LINES];
    uint64_t to_node, from_node, bytes_to_node; /* frames, frames, bytes */
} wire;

etp_time __wrap_etp_live_clock_now(const etp_live_clock *clock);

etp_time __wrap_etp_live_clock_now(const etp_live_clock *clock)
{
    (void)clock;
    return wire.now;
}

/* ---- who is who ---- */

static inline etp_identity *wire_identity(etp_id device)
{
    etp_identity *identity = NULL;
    unsigned char seed[32] = {(unsigned char)device};
    assert_int_equal(etp_identity_from_seed(&identity, device, seed, NULL, NULL), ETP_OK);
    return identity;
}

static inline etp_trust_entry wire_entry(const etp_identity *identity, etp_device_role role)
{
    etp_trust_entry entry = {.device = etp_identity_device(identity),
                             .role = role,
                             .key_count = 1,
                             .keys = {*etp_identity_public(identity)}};
    snprintf(entry.name, sizeof entry.name, "d%u", (unsigned)entry.device);
    return entry;
}

static inline etp_device_role wire_role(bool of_node)
{
    return it.sells == of_node ? ETP_DEVICE_BATTERY : ETP_DEVICE_AGGREGATOR;
}

static inline void wire_make_identities(void)
{
    etp_trust_entry entries[1 + WIRE_PEERS];
    wire.identity = wire_identity(SELF);
    entries[0] = wire_entry(wire.identity, wire_role(true));
    for (unsigned i = 0; i < WIRE_PEERS; i++) {
        wire.peers[i].identity = wire_identity(PEER + i);
        entries[1 + i] = wire_entry(wire.peers[i].identity, wire_role(false));
    }
    assert_int_equal(etp_trust_make(&wire.trust, entries, 1 + WIRE_PEERS, NULL, NULL), ETP_OK);
}

/* ---- a peer's connection ---- */

static inline void wire_frame(void *user, etp_id device, const void *frame, size_t size)
{
    const struct line *line = user;
    assert_int_equal(device, 0);
    wire.from_node++;
    catch_frame(NULL, line->peer, frame, size);
}

static inline void wire_established(void *user, const etp_channel_peer *peer)
{
    (void)user;
    assert_true(peer->proved);
    assert_int_equal(peer->device, SELF);
}

static inline void wire_close(struct line *line)
{
    if (!line->open)
        return;
    line->open = false;
    line->carried = 0;
    etp_carrier_end(wire.carrier, line->endpoint);
    etp_channel_fini(&line->channel);
}

/* What the channel has to say leaves. */
static inline void wire_flush(struct line *line)
{
    const void *bytes = NULL;
    size_t size;
    while (line->carried != 0 && etp_carrier_sending(wire.carrier, line->carried) == 0 &&
           (size = etp_channel_output(&line->channel, wire.now, &bytes)) > 0) {
        if (etp_carrier_send(wire.carrier, line->carried, bytes, size) != ETP_OK)
            return; /* it is going, and that will be told */
        wire.bytes_to_node += size;
        etp_channel_output_taken(&line->channel, size);
    }
}

static inline struct line *wire_find(etp_connection carried)
{
    for (unsigned i = 0; i < LINES; i++)
        if (wire.lines[i].open && wire.lines[i].carried == carried)
            return &wire.lines[i];
    return NULL;
}

static inline void wire_opened(void *user, etp_connection carried, unsigned endpoint, const char *address, bool dialed)
{
    (void)user;
    (void)address;
    (void)dialed;
    for (unsigned i = 0; i < LINES; i++)
        if (wire.lines[i].open && wire.lines[i].endpoint == endpoint) {
            wire.lines[i].carried = carried;
            wire_flush(&wire.lines[i]);
        }
}

static inline size_t wire_received(void *user, etp_connection carried, const void *bytes, size_t size)
{
    (void)user;
    size_t used = size;
    struct line *line = wire_find(carried);
    if (line == NULL)
        return size;
    if (etp_channel_receive(&line->channel, wire.now, bytes, size, &used) != ETP_OK)
        wire_close(line);
    else
        wire_flush(line);
    return used;
}

static inline void wire_sent(void *user, etp_connection carried)
{
    (void)user;
    struct line *line = wire_find(carried);
    if (line != NULL)
        wire_flush(line);
}

static inline void wire_closed(void *user, etp_connection carried, const char *why)
{
    (void)user;
    (void)why;
    struct line *line = wire_find(carried);
    if (line != NULL)
        wire_close(line);
}

static inline void wire_trouble(void *user, unsigned endpoint, const char *what)
{
    (void)user;
    (void)endpoint;
    print_message("the wire: %s\n", what);
}

/* From NNG's threads. */
static inline void wire_wake(void *user)
{
    (void)user;
    const char byte = 0;
    if (write(wire.wake[1], &byte, 1) != 1)
        abort();
}

static inline void wire_dispatch(evutil_socket_t end, short events, void *user)
{
    (void)events;
    (void)user;
    char bytes[64];
    if (read(end, bytes, sizeof bytes) > 0)
        etp_carrier_dispatch(wire.carrier);
}

static inline struct line *wire_line(unsigned peer)
{
    assert_true(peer < WIRE_PEERS);
    return &wire.lines[peer * LINES_OF_A_PEER + wire.peers[peer].line];
}

#endif
