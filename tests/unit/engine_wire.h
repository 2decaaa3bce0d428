/* SPDX-License-Identifier: MIT */
/*
 * The fixture's node behind a network of its own, etp_live on a real socket, with all that belongs to it; its peers are
 * channels at the other end of loopback connections, each with a key. The clock of both stands still until the test moves
 * it: link with --wrap=etp_live_clock_now. So windows and holds end to the nanosecond, as they do from hand to hand.
 * Include cmocka.h first.
 */
#ifndef UNIT_ENGINE_WIRE_H
#define UNIT_ENGINE_WIRE_H

#include <event2/event.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "engine_fixture.h"
#include "etp/live.h"
#include "live/channel/channel.h"
#include "plain_sockets.h"

enum { WIRE_PEERS = PEERS, LINES_OF_A_PEER = 2, LINES = WIRE_PEERS * LINES_OF_A_PEER, WIRE_PATIENCE_S = 60 };

/* One connection of a peer. */
struct line {
    unsigned peer;
    int socket;
    struct event *readable;
    etp_channel channel;
    unsigned char bytes[2 * ETP_CHANNEL_RECORD_MAX];
    size_t size;
};

struct end_of_wire {
    etp_channel_options options;
    etp_identity *identity;
    unsigned line; /* the one that it speaks on */
};

static struct wire {
    etp_time now;
    struct event_base *base;
    struct event *tick;
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
    if (line->readable == NULL)
        return;
    event_free(line->readable);
    close(line->socket);
    etp_channel_fini(&line->channel);
    line->readable = NULL;
}

/* What the channel has to say leaves. */
static inline void wire_flush(struct line *line)
{
    const void *bytes = NULL;
    size_t size;
    while ((size = etp_channel_output(&line->channel, wire.now, &bytes)) > 0) {
        if (send(line->socket, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
            fail_msg("a peer cannot write to the node");
        wire.bytes_to_node += size;
        etp_channel_output_taken(&line->channel, size);
    }
}

static inline void wire_read(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    struct line *line = user;
    ssize_t got = recv(line->socket, line->bytes + line->size, sizeof line->bytes - line->size, MSG_DONTWAIT);
    if (got <= 0) {
        wire_close(line);
        return;
    }
    size_t used = 0;
    line->size += (size_t)got;
    bool over = etp_channel_receive(&line->channel, wire.now, line->bytes, line->size, &used) != ETP_OK;
    line->size -= used;
    memmove(line->bytes, line->bytes + used, line->size);
    if (over)
        wire_close(line);
    else
        wire_flush(line);
}

static inline struct line *wire_line(unsigned peer)
{
    assert_true(peer < WIRE_PEERS);
    return &wire.lines[peer * LINES_OF_A_PEER + wire.peers[peer].line];
}

/* ---- waiting ---- */

static inline etp_live_stats wire_stats(void)
{
    etp_live_stats stats = {.size = sizeof stats};
    assert_int_equal(etp_live_get_stats(wire.live, &stats), ETP_OK);
    return stats;
}

#define WIRE_WAIT_FOR(condition)                                                               \
    do {                                                                                       \
        const time_t wait_end = time(NULL) + WIRE_PATIENCE_S;                                  \
        while (!(condition)) {                                                                 \
            if (time(NULL) > wait_end)                                                         \
                fail_msg("%s:%d: the wire never came to: %s", __FILE__, __LINE__, #condition); \
            event_base_loop(wire.base, EVLOOP_ONCE);                                           \
        }                                                                                      \
    } while (0)

static inline bool wire_is_at_rest(void)
{
    etp_live_stats stats = wire_stats();
    return stats.bytes_received == wire.bytes_to_node && stats.frames_received == wire.to_node &&
           stats.frames_sent == wire.from_node;
}

static inline void wire_rest(void)
{
    if (wire.live == NULL)
        return;
    assert_int_equal(etp_live_changed(wire.live), ETP_OK);
    WIRE_WAIT_FOR(wire_is_at_rest());
}

/* ---- the carriage ---- */

static inline void wire_ticks(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    (void)user;
}

static inline void wire_build(void)
{
    memset(&wire, 0, sizeof wire);
    wire.now = it.options.now;
    wire.base = event_base_new();
    wire.tick = event_new(wire.base, -1, EV_PERSIST, wire_ticks, NULL);
    const struct timeval often = {0, 2000};
    assert_int_equal(event_add(wire.tick, &often), 0);
    etp_live_options options;
    etp_live_defaults(&options);
    options.event_base = wire.base;
    options.max_connections = options.max_peers = 2 * LINES;
    options.heartbeat = ETP_NS_PER_HOUR;
    etp_error error = {0};
    if (etp_live_new(&wire.live, &options, &error) != ETP_OK)
        fail_msg("%s", error.text);
    it.options.transport = etp_live_transport(wire.live);
}

static inline void wire_connect(unsigned peer)
{
    struct line *line = wire_line(peer);
    unsigned up = wire_stats().peers_up;
    uint64_t established = wire_stats().established;
    *line = (struct line){.peer = peer, .socket = plain_connect(wire.address)};
    assert_true(line->socket >= 0);
    assert_int_equal(etp_channel_init(&line->channel, &wire.peers[peer].options, line, true, SELF, wire.now), ETP_OK);
    line->readable = event_new(wire.base, line->socket, EV_READ | EV_PERSIST, wire_read, line);
    assert_int_equal(event_add(line->readable, NULL), 0);
    wire_flush(line);
    WIRE_WAIT_FOR(wire_stats().established > established && etp_channel_is_established(&line->channel));
    assert_true(wire_stats().peers_up >= up);
    wire_rest();
}

static inline void wire_make_peer(unsigned number)
{
    struct end_of_wire *peer = &wire.peers[number];
    etp_channel_options_defaults(&peer->options);
    peer->options.identity = peer->identity;
    peer->options.trust = wire.trust;
    peer->options.device = PEER + number;
    peer->options.role = wire_role(false);
    peer->options.heartbeat = ETP_NS_PER_HOUR;
    peer->options.calls = (etp_channel_calls){.established = wire_established, .frame = wire_frame};
}

static inline void wire_join(void)
{
    etp_error error = {0};
    etp_live_endpoint endpoint;
    wire_make_identities();
    etp_live_node_options node = {.size = sizeof node,
                                  .node = it.node,
                                  .device_id = SELF,
                                  .role = wire_role(true),
                                  .identity = wire.identity,
                                  .trust = wire.trust};
    assert_int_equal(etp_live_attach(wire.live, it.engine), ETP_OK);
    assert_int_equal(etp_live_add_node(wire.live, &node, &error), ETP_OK);
    if (etp_live_listen(wire.live, it.node, "tcp://127.0.0.1:0", NULL, &endpoint, &error) != ETP_OK)
        fail_msg("%s", error.text);
    wire.address = etp_live_address(wire.live, endpoint);
    assert_int_equal(etp_live_start(wire.live), ETP_OK);
    for (unsigned i = 0; i < WIRE_PEERS; i++) {
        wire_make_peer(i);
        wire_connect(i);
        etp_live_peer_info info = {.size = sizeof info};
        assert_int_equal(etp_live_peer(wire.live, i, &info), ETP_OK);
        assert_int_equal(info.link, i);
        assert_int_equal(info.device, PEER + i);
        assert_true(info.proved);
        /* A battery registers on a new link, once. */
        assert_int_equal(count_heard(i, ETP_REGISTER), it.sells);
    }
}

static inline void wire_carry(unsigned peer, const void *frame, size_t size)
{
    struct line *line = wire_line(peer);
    assert_int_equal(etp_channel_send(&line->channel, wire.now, 0, frame, size), ETP_OK);
    wire.to_node++;
    wire_flush(line);
    wire_rest();
}

static inline void wire_set_clock(etp_time when)
{
    wire.now = when;
}

static inline void wire_lose(unsigned peer)
{
    unsigned up = wire_stats().peers_up;
    wire_rest();
    wire_close(wire_line(peer));
    WIRE_WAIT_FOR(wire_stats().peers_up == up - 1);
    wire_rest();
}

/* The first connection stays until the node ends it. */
static inline void wire_replace(unsigned peer)
{
    const struct line *before = wire_line(peer);
    wire.peers[peer].line = (wire.peers[peer].line + 1) % LINES_OF_A_PEER;
    wire_connect(peer);
    assert_int_equal(wire_stats().replaced, 1);
    WIRE_WAIT_FOR(before->readable == NULL);
}

static inline void wire_end(void)
{
    if (wire.live == NULL)
        return;
    for (unsigned i = 0; i < LINES; i++)
        wire_close(&wire.lines[i]);
    etp_live_free(wire.live);
    wire.live = NULL;
    for (unsigned i = 0; i < WIRE_PEERS; i++)
        etp_identity_free(wire.peers[i].identity);
    etp_identity_free(wire.identity);
    etp_trust_free(wire.trust);
    event_free(wire.tick);
    event_base_free(wire.base);
}

static const struct carriage over_the_wire = {.build = wire_build,
                                              .join = wire_join,
                                              .carry = wire_carry,
                                              .set_clock = wire_set_clock,
                                              .rest = wire_rest,
                                              .lose = wire_lose,
                                              .regain = wire_connect,
                                              .replace = wire_replace,
                                              .end = wire_end};

#endif
