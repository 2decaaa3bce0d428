/* SPDX-License-Identifier: MIT */
/*
 * What is said on a connection: between the engine and the channel through the port, and between the channel and the
 * rest of the network when a peer has proved who it is, when a frame has come, when its clock was measured.
 */
#include "live/internal.h"
#include "live/relay/relay.h"

#include <string.h>

/* ---- the port ---- */

static struct live_connection *as_connection(etp_live_port *port)
{
    return (struct live_connection *)(void *)port;
}

static int send_frame(etp_live_port *port, const void *frame, size_t size)
{
    struct live_connection *connection = as_connection(port);
    etp_live *live = connection->live;
    int result = etp_channel_send(&connection->channel, etp_engine_now(live->engine), 0, frame, size);
    if (result == ETP_OK)
        etp_live_list(live, connection);
    else if (result == ETP_EFULL)
        connection->waits = true;
    return result;
}

static void refuse(struct live_connection *connection, etp_channel_refusal refusal, etp_time pause)
{
    etp_channel_bye(&connection->channel, refusal, pause);
    etp_live_end_connection(connection->live, connection);
}

static void was_replaced(etp_live_port *port)
{
    refuse(as_connection(port), ETP_CHANNEL_REPLACED, 0);
}

/* "tls+tcp" of "tls+tcp://...". Schemes are few. */
static const char *transport_of(const char *address)
{
    static const char *const known[] = {"tcp", "tls+tcp", "ipc", "ws", "inproc", "unix", "abstract"};
    size_t size = strcspn(address, ":");
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i]) == size && strncmp(known[i], address, size) == 0)
            return known[i];
    return "";
}

static void describe(const etp_live_port *port, etp_live_peer_info *info)
{
    const struct live_connection *connection = (const struct live_connection *)(const void *)port;
    info->transport = transport_of(connection->address);
    info->address = connection->address;
    info->proved = etp_channel_peer_of(&connection->channel).proved;
}

const etp_live_port_class etp_live_connected = {
    .transport = "", .send = send_frame, .replaced = was_replaced, .describe = describe};

struct live_connection *etp_live_connection_of(etp_live_port *port)
{
    return port->class == &etp_live_connected ? as_connection(port) : NULL;
}

/* ---- what the channel says ---- */

static etp_live_arrival arrival_of(const struct live_connection *connection, const etp_channel_peer *peer)
{
    return (etp_live_arrival){.node = connection->node->number,
                              .device = peer->device,
                              .role = peer->role,
                              .name = peer->name,
                              .dialed = connection->dialed};
}

/* What the other end is told where there is no place for it. */
static etp_channel_refusal answer_to(const etp_live *live, etp_id device, int result, const etp_error *error)
{
    if (result == ETP_EEXIST)
        return ETP_CHANNEL_NOT_WANTED;
    etp_log(&live->options.logger, ETP_LOG_WARN, "live", "cannot take peer device=%llu error=%s",
            (unsigned long long)device, error->text);
    return result == ETP_EINVAL ? ETP_CHANNEL_WRONG_ROLE : ETP_CHANNEL_FULL;
}

static etp_channel_refusal on_admit(void *user, const etp_channel_peer *peer)
{
    const struct live_connection *connection = user;
    const etp_live_arrival arrival = arrival_of(connection, peer);
    etp_error error = {0};
    const struct etp_live_peer *known = etp_live_find_peer(connection->live, connection->node->number, peer->device);
    if (known != NULL && etp_live_now(connection->live) < known->away_until)
        return ETP_CHANNEL_RATE_LIMITED;
    int result = etp_live_port_admits(connection->live, &arrival, &error);
    return result == ETP_OK ? ETP_CHANNEL_NONE : answer_to(connection->live, peer->device, result, &error);
}

static void on_clock(void *user, const etp_channel_clock *clock)
{
    struct live_connection *connection = user;
    const etp_live_clocks clocks = {
        .ahead = clock->ahead, .uncertainty = clock->uncertainty, .round_trip = clock->round_trip};
    if (clock->known)
        etp_live_port_clock(connection->live, &connection->port, &clocks);
}

/* Of the rate limit: whoever was over it could else connect anew, and again have all of it. */
static bool has_some_left(struct live_connection *connection, const etp_channel_peer *peer)
{
    const struct etp_live_peer *known = etp_live_find_peer(connection->live, connection->node->number, peer->device);
    if (known == NULL)
        return true;
    const struct live_connection *present = known->port != NULL ? etp_live_connection_of(known->port) : NULL;
    const etp_time rate = present != NULL ? etp_channel_rate_of(&present->channel) : 0;
    return etp_channel_go_on_from(&connection->channel, rate > known->rate ? rate : known->rate);
}

static void on_established(void *user, const etp_channel_peer *peer)
{
    struct live_connection *connection = user;
    etp_live *live = connection->live;
    const etp_live_arrival arrival = arrival_of(connection, peer);
    etp_error error = {0};
    connection->established = true;
    live->stats.unauthenticated--;
    etp_live_is_mute_no_more(live, connection);
    live->stats.established++;
    if (!has_some_left(connection, peer)) {
        refuse(connection, ETP_CHANNEL_RATE_LIMITED, connection->node->channel.rate_pause);
        return;
    }
    int result = etp_live_port_join(live, &connection->port, &arrival, &error);
    if (result == ETP_OK)
        result = etp_relay_begin(connection);
    if (result != ETP_OK) {
        refuse(connection, answer_to(live, peer->device, result, &error), 0);
        return;
    }
    if (!connection->dialed)
        etp_live_is_no_stranger(live, connection->network, peer->proved);
    etp_carrier_good(live->carrier, connection->carried);
    etp_live_endpoint_works(live, connection);
    /* The handshake was a round trip too, when nobody had joined yet. */
    const etp_channel_clock clock = etp_channel_clock_of(&connection->channel);
    on_clock(connection, &clock);
}

static void on_frame(void *user, etp_id device, const void *frame, size_t size)
{
    struct live_connection *connection = user;
    if (device != 0)
        etp_relay_take(connection, device, frame, size);
    else
        etp_live_port_frame(connection->live, &connection->port, frame, size);
}

static void on_refused(void *user, etp_channel_refusal refusal, etp_id device)
{
    struct live_connection *connection = user;
    etp_live_refuse(connection->live, ETP_LIVE_REFUSED_CHANNEL, connection->node->channel.device, device,
                    connection->address, etp_channel_refusal_sentence(refusal));
}

const etp_channel_calls etp_live_channel_calls = {
    .admit = on_admit, .established = on_established, .frame = on_frame, .clock = on_clock, .refused = on_refused};
