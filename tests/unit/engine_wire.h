/* SPDX-License-Identifier: MIT */
/*
 * The fixture's node behind a network of its own, etp_live on a real socket, with all that belongs to it; its peers are
 * channels at the other end of connections, each with a key. The clock of both stands still until the test moves
 * it: link with --wrap=etp_live_clock_now. So windows and holds end to the nanosecond, as they do from hand to hand.
 * ETP_WIRE in the environment names the transport: tcp if it is not there, tls+tcp, ipc, ws or inproc.
 * Include cmocka.h first.
 */
#ifndef UNIT_ENGINE_WIRE_H
#define UNIT_ENGINE_WIRE_H

#include "engine_wire_peers.h"
#include "test_certificates.h"

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

/* ---- transports ---- */

static inline const char *wire_transport(void)
{
    const char *transport = getenv("ETP_WIRE");
    return transport != NULL ? transport : "tcp";
}

static inline bool wire_is(const char *transport)
{
    return strcmp(wire_transport(), transport) == 0;
}

/* Of this program, for the paths of ipc and certificates. */
static inline void wire_make_folder(void)
{
    if (folder[0] != '\0' || !(wire_is("ipc") || wire_is("tls+tcp")))
        return;
    folder_make();
    atexit(folder_remove);
    if (wire_is("tls+tcp"))
        make_certificates("", "ours", "node peer");
}

static inline const char *wire_place(void)
{
    static char url[ETP_CARRIER_ADDRESS_MAX];
    static unsigned count;
    wire_make_folder();
    if (wire_is("ipc"))
        snprintf(url, sizeof url, "ipc://%s/%u", folder, ++count);
    else if (wire_is("inproc"))
        snprintf(url, sizeof url, "inproc://wire-%u", ++count);
    else
        snprintf(url, sizeof url, "%s://127.0.0.1:0%s", wire_transport(), wire_is("ws") ? "/etp" : "");
    return url;
}

/* The node listens there. */
static inline void wire_listen(void)
{
    etp_error error = {0};
    etp_live_endpoint endpoint;
    const char *url = wire_place();
    const etp_tls of_node = certificates_of("ours", "ours", "node");
    const etp_live_tls tls = {.ca = of_node.ca, .certificate = of_node.certificate, .key = of_node.key};
    if (etp_live_listen(wire.live, it.node, url, wire_is("tls+tcp") ? &tls : NULL, &endpoint, &error) != ETP_OK)
        fail_msg("%s", error.text);
    wire.address = etp_live_address(wire.live, endpoint);
}

static inline void wire_dial(struct line *line)
{
    etp_error error = {0};
    etp_tls tls = certificates_of("ours", "ours", "peer");
    tls.server_name = "node";
    if (etp_carrier_dial(wire.carrier, wire.address, wire_is("tls+tcp") ? &tls : NULL, &line->endpoint, &error) !=
        ETP_OK)
        fail_msg("%s", error.text);
}

/* ---- the carriage ---- */

static inline void wire_ticks(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    (void)user;
}

static inline void wire_build_carrier(void)
{
    etp_error error = {0};
    const etp_carrier_options options = {
        .size = sizeof options,
        .calls = {wire_opened, wire_received, wire_sent, wire_closed, wire_trouble},
        .wake = wire_wake,
        .max_connections = 2 * LINES,
        .send_buffer = WIRE_SEND,
        .dial_timeout = WIRE_PATIENCE_S * ETP_NS_PER_SECOND,
        .silence = ETP_NS_PER_HOUR,
    };
    assert_int_equal(pipe(wire.wake), 0);
    wire.woken = event_new(wire.base, wire.wake[0], EV_READ | EV_PERSIST, wire_dispatch, NULL);
    assert_int_equal(event_add(wire.woken, NULL), 0);
    if (etp_carrier_new(&wire.carrier, &options, &error) != ETP_OK)
        fail_msg("%s", error.text);
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
    wire_build_carrier();
    it.options.transport = etp_live_transport(wire.live);
}

static inline void wire_connect(unsigned peer)
{
    struct line *line = wire_line(peer);
    unsigned up = wire_stats().peers_up;
    uint64_t established = wire_stats().established;
    *line = (struct line){.peer = peer, .open = true};
    assert_int_equal(etp_channel_init(&line->channel, &wire.peers[peer].options, line, true, SELF, wire.now), ETP_OK);
    wire_dial(line);
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
    wire_make_identities();
    etp_live_node_options node = {.size = sizeof node,
                                  .node = it.node,
                                  .device_id = SELF,
                                  .role = wire_role(true),
                                  .identity = wire.identity,
                                  .trust = wire.trust};
    assert_int_equal(etp_live_attach(wire.live, it.engine), ETP_OK);
    assert_int_equal(etp_live_add_node(wire.live, &node, &error), ETP_OK);
    wire_listen();
    assert_int_equal(etp_live_start(wire.live), ETP_OK);
    for (unsigned i = 0; i < WIRE_PEERS; i++) {
        wire_make_peer(i);
        wire_connect(i);
        etp_live_peer_info info = {.size = sizeof info};
        assert_int_equal(etp_live_peer(wire.live, i, &info), ETP_OK);
        assert_int_equal(info.link, i);
        assert_int_equal(info.device, PEER + i);
        assert_string_equal(info.transport, wire_transport());
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
    WIRE_WAIT_FOR(!before->open);
}

static inline void wire_end(void)
{
    if (wire.live == NULL)
        return;
    for (unsigned i = 0; i < LINES; i++)
        wire_close(&wire.lines[i]);
    etp_carrier_free(wire.carrier);
    event_free(wire.woken);
    close(wire.wake[0]);
    close(wire.wake[1]);
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
