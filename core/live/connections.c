/* SPDX-License-Identifier: MIT */
/*
 * A connection is the carrier's bytes, the channel that makes frames of them, and a port under which they reach the
 * engine.
 *
 *     admit        one too many, or too soon, is closed without a word
 *     opened       a place and a channel are taken
 *     established  the channel knows who it is: its port joins the peer, or the connection ends
 *     ending       the channel is over, or was ended by us: what it has yet to say goes out, then it is closed
 *     closed       the carrier says so: everything is given back
 *
 * Whatever may have made a channel write something puts its connection on a list; when the loop's callback ends, each of
 * them hands its output to the carrier, all in one piece, if nothing of it is under way. What the engine wants to send
 * in the meantime waits in the engine, the urgent in front, but for one output buffer of the channel.
 */
#include "live/internal.h"

#include <stdio.h>
#include <string.h>

#include "live/relay/relay.h"

enum { REASON_MAX = 256 };

/* ---- the tables ---- */

static struct live_connection **bucket_of(const etp_live *live, etp_connection carried)
{
    return &live->connection_buckets[etp_hash(carried, 0, 0, 0) & live->bucket_mask];
}

static struct live_connection *find(const etp_live *live, etp_connection carried)
{
    struct live_connection *connection = *bucket_of(live, carried);
    while (connection != NULL && connection->carried != carried)
        connection = connection->next;
    return connection;
}

void etp_live_list(etp_live *live, struct live_connection *connection)
{
    if (connection->listed)
        return;
    connection->listed = true;
    connection->next_listed = live->listed;
    live->listed = connection;
}

static void unlist(etp_live *live, struct live_connection *connection)
{
    struct live_connection **at = &live->listed;
    while (*at != NULL && *at != connection)
        at = &(*at)->next_listed;
    if (*at != NULL)
        *at = connection->next_listed;
    connection->listed = false;
}

static void set_due(etp_live *live, struct live_connection *connection, etp_time due)
{
    connection->due = due;
    etp_heap_set(&live->deadlines, connection->slot, due, connection->slot);
}

static void give_back(etp_live *live, struct live_connection *connection)
{
    struct live_connection **at = bucket_of(live, connection->carried);
    while (*at != connection)
        at = &(*at)->next;
    *at = connection->next;
    if (connection->listed)
        unlist(live, connection);
    set_due(live, connection, ETP_TIME_NEVER);
    live->connections[connection->slot] = NULL;
    live->free_slots[live->free_count++] = connection->slot;
    live->stats.connections--;
    live->stats.unauthenticated -= !connection->established;
    etp_live_is_mute_no_more(live, connection);
    etp_channel_fini(&connection->channel);
    etp_live_give(live, connection, sizeof *connection);
}

/* ---- the end of a connection ---- */

static bool is_our_affair(etp_channel_refusal refusal)
{
    return refusal == ETP_CHANNEL_CLOSING || refusal == ETP_CHANNEL_REPLACED || refusal == ETP_CHANNEL_NOT_WANTED;
}

static etp_live_refusal_kind kind_of(const etp_channel_end *end, bool established)
{
    if (end->by_peer)
        return ETP_LIVE_REFUSED_BY_PEER;
    if (end->refusal == ETP_CHANNEL_RATE_LIMITED)
        return ETP_LIVE_REFUSED_RATE;
    if (end->refusal == ETP_CHANNEL_FULL)
        return ETP_LIVE_REFUSED_PEER;
    return established ? ETP_LIVE_REFUSED_CHANNEL : ETP_LIVE_REFUSED_HANDSHAKE;
}

/* A dialer whose peer is up by another connection has nothing to dial for; one that was told to stay away does. Whoever has
 * only claimed to be that peer could else keep us from dialing the one that is at this address. */
static void rest(etp_live *live, const struct live_connection *connection, const etp_channel_end *end)
{
    const bool known = end->proved || connection->node->identity == NULL;
    if (!connection->dialed)
        return;
    const struct etp_live_peer *peer = known ? etp_live_find_peer(live, connection->node->number, end->device) : NULL;
    if (is_our_affair(end->refusal) && peer != NULL && peer->port != NULL)
        etp_live_rest(live, connection->endpoint, peer, 0);
    else if (end->by_peer && end->pause > 0)
        etp_live_rest(live, connection->endpoint, NULL, etp_live_now(live) + end->pause);
}

/* "The device" of a sentence that came from the other side is this one. And the audit must not blame a device for what
 * somebody did who only said that he was it. */
static void tell_refusal(etp_live *live, const struct live_connection *connection, const etp_channel_end *how,
                         const char *why)
{
    const bool claims = how->device != 0 && !how->proved && connection->node->identity != NULL;
    char reason[REASON_MAX], claim[64] = "";
    if (claims)
        snprintf(claim, sizeof claim, " (it says that it is device %llu)", (unsigned long long)how->device);
    snprintf(reason, sizeof reason, "%s%s%s", how->by_peer ? "the other side refused this one: " : "", why, claim);
    etp_live_refuse(live, kind_of(how, connection->established), connection->node->channel.device,
                    claims ? 0 : how->device, connection->address, reason);
}

/* For the peer's next connection. Whoever was told to stay away is given the benefit of a clock that is a little fast. */
static void keep_rate(etp_live *live, const struct live_connection *connection, const etp_channel_end *how)
{
    const etp_id device = etp_channel_peer_of(&connection->channel).device;
    struct etp_live_peer *peer =
        connection->established ? etp_live_find_peer(live, connection->node->number, device) : NULL;
    if (peer == NULL)
        return;
    const etp_time rate = etp_channel_rate_of(&connection->channel);
    if (rate > peer->rate)
        peer->rate = rate;
    if (how != NULL && how->refusal == ETP_CHANNEL_RATE_LIMITED && !how->by_peer)
        peer->away_until = etp_live_now(live) + how->pause - how->pause / 8;
}

/* The channel is over. What it has yet to say goes out when the list is settled. */
void etp_live_end_connection(etp_live *live, struct live_connection *connection)
{
    if (connection->ending)
        return;
    connection->ending = true;
    const etp_channel_end how = etp_channel_end_of(&connection->channel);
    const char *why = etp_channel_refusal_sentence(how.refusal);
    if (!is_our_affair(how.refusal)) {
        if (connection->port.peer != NULL && !how.by_peer)
            connection->port.peer->refused++;
        tell_refusal(live, connection, &how, why);
    }
    keep_rate(live, connection, &how);
    etp_relay_end(connection, why);
    etp_live_port_lost(live, &connection->port, why);
    rest(live, connection, &how);
    set_due(live, connection, etp_live_now(live) + LIVE_LAST_WORDS);
    etp_live_list(live, connection);
}

void etp_live_drop_connection(etp_live *live, struct live_connection *connection)
{
    connection->ending = true;
    etp_live_is_mute_no_more(live, connection);
    etp_carrier_close(live->carrier, connection->carried);
}

/* ---- what the carrier says ---- */

static bool has_room(const etp_live *live)
{
    return live->free_count > 0 && live->stats.connections < live->connection_limit;
}

static struct live_connection *make_connection(etp_live *live, const struct live_endpoint *endpoint,
                                               etp_connection carried, const char *address)
{
    struct live_connection *made = has_room(live) ? etp_live_take(live, sizeof *made) : NULL;
    if (made == NULL)
        return NULL;
    made->port.class = &etp_live_connected;
    made->live = live;
    made->carried = carried;
    made->node = endpoint->node;
    made->due = ETP_TIME_NEVER;
    made->host = etp_live_hash_host(address);
    made->network = etp_live_hash_network(address);
    strncat(made->address, address, sizeof made->address - 1);
    if (etp_channel_init(&made->channel, &endpoint->node->channel, made, !endpoint->listens, endpoint->expected,
                         etp_live_now(live)) != ETP_OK) {
        etp_live_give(live, made, sizeof *made);
        return NULL;
    }
    made->slot = live->free_slots[--live->free_count];
    live->connections[made->slot] = made;
    struct live_connection **bucket = bucket_of(live, carried);
    made->next = *bucket;
    *bucket = made;
    return made;
}

/* Before anything is taken for it. */
bool etp_live_admit(void *user, unsigned number, const char *address)
{
    etp_live *live = user;
    etp_live_endpoint place;
    const struct live_endpoint *endpoint = etp_live_endpoint_of(live, number, &place);
    const char *why = endpoint != NULL ? etp_live_keeps_out(live, address) : NULL;
    if (why != NULL)
        etp_live_refuse(live, ETP_LIVE_REFUSED_CAP, endpoint->node->channel.device, 0, address, why);
    return endpoint != NULL && why == NULL;
}

static void on_opened(void *user, etp_connection carried, unsigned number, const char *address, bool dialed)
{
    etp_live *live = user;
    etp_live_endpoint place;
    const struct live_endpoint *endpoint = etp_live_endpoint_of(live, number, &place);
    struct live_connection *connection = endpoint != NULL ? make_connection(live, endpoint, carried, address) : NULL;
    if (connection == NULL) {
        etp_carrier_close(live->carrier, carried);
        return;
    }
    connection->dialed = dialed;
    connection->endpoint = place;
    live->stats.opened++;
    live->stats.connections++;
    live->stats.unauthenticated++;
    if (!dialed)
        etp_live_is_mute(live, connection);
    etp_live_list(live, connection);
}

static size_t on_received(void *user, etp_connection carried, const void *bytes, size_t size)
{
    etp_live *live = user;
    struct live_connection *connection = find(live, carried);
    size_t used = size;
    if (connection == NULL || connection->ending)
        return used;
    int result = etp_channel_receive(&connection->channel, etp_live_now(live), bytes, size, &used);
    live->stats.bytes_received += used;
    if (result != ETP_OK) {
        etp_live_end_connection(live, connection);
        return size;
    }
    etp_live_list(live, connection);
    return used;
}

static void on_sent(void *user, etp_connection carried)
{
    etp_live *live = user;
    struct live_connection *connection = find(live, carried);
    if (connection != NULL)
        etp_live_list(live, connection);
}

static void on_closed(void *user, etp_connection carried, const char *why)
{
    etp_live *live = user;
    struct live_connection *connection = find(live, carried);
    if (connection == NULL)
        return;
    live->stats.closed++;
    keep_rate(live, connection, NULL);
    if (!connection->established && !connection->ending)
        etp_live_closed_unheard(live, connection, why);
    etp_relay_end(connection, why);
    etp_live_port_lost(live, &connection->port, why);
    give_back(live, connection);
}

static void on_trouble(void *user, unsigned number, const char *what)
{
    etp_live *live = user;
    etp_live_endpoint place;
    etp_live_endpoint_failed(live, etp_live_endpoint_of(live, number, &place), what);
}

const etp_carrier_calls etp_live_carrier_calls = {
    .opened = on_opened, .received = on_received, .sent = on_sent, .closed = on_closed, .trouble = on_trouble};

/* ---- settling ---- */

/* True if something was handed over. */
static bool hand_over(etp_live *live, struct live_connection *connection)
{
    if (etp_carrier_sending(live->carrier, connection->carried) > 0)
        return false;
    const void *bytes;
    size_t size = etp_channel_output(&connection->channel, etp_live_now(live), &bytes);
    if (size == 0 || etp_carrier_send(live->carrier, connection->carried, bytes, size) != ETP_OK)
        return false;
    etp_channel_output_taken(&connection->channel, size);
    live->stats.bytes_sent += size;
    live->stats.sends++;
    return true;
}

static void settle(etp_live *live, struct live_connection *connection)
{
    bool more;
    do {
        if (connection->waits && !connection->ending && etp_channel_writable(&connection->channel)) {
            connection->waits = false;
            etp_live_port_ready(live, &connection->port);
        }
        more = !connection->ending && etp_relay_settle(connection);
    } while (hand_over(live, connection) && (connection->waits || more));
    if (connection->ending) {
        if (etp_carrier_sending(live->carrier, connection->carried) == 0)
            etp_carrier_close(live->carrier, connection->carried);
        return;
    }
    etp_time due = etp_channel_deadline(&connection->channel);
    if (due < connection->due)
        set_due(live, connection, due);
}

void etp_live_settle_connections(etp_live *live)
{
    while (live->listed != NULL) {
        struct live_connection *connection = live->listed;
        live->listed = connection->next_listed;
        settle(live, connection);
        connection->listed = false;
    }
}

/* The heap has let go of it. What is ending has had its time; else the channel says whether its deadline is a later one. */
void etp_live_connection_due(etp_live *live, uint32_t slot, etp_time now)
{
    struct live_connection *connection = live->connections[slot];
    connection->due = ETP_TIME_NEVER;
    if (connection->ending)
        etp_carrier_close(live->carrier, connection->carried);
    else if (etp_channel_advance(&connection->channel, now) != ETP_OK)
        etp_live_end_connection(live, connection);
    else
        etp_live_list(live, connection);
}

/* ---- for the others ---- */

void etp_live_judge_connections(etp_live *live, const struct live_node *node)
{
    for (unsigned i = 0; i < live->options.max_connections; i++) {
        struct live_connection *connection = live->connections[i];
        if (connection == NULL || connection->node != node || connection->ending)
            continue;
        if (etp_channel_check_trust(&connection->channel) != ETP_OK)
            etp_live_end_connection(live, connection);
        else if (connection->behind != NULL)
            etp_through_judge(connection);
    }
}

void etp_live_end_connections_of(etp_live *live, etp_live_endpoint endpoint)
{
    for (unsigned i = 0; i < live->options.max_connections; i++) {
        struct live_connection *connection = live->connections[i];
        if (connection == NULL || connection->endpoint != endpoint)
            continue;
        connection->endpoint = LIVE_NO_ENDPOINT;
        if (connection->ending)
            continue;
        etp_channel_bye(&connection->channel, ETP_CHANNEL_CLOSING, 0);
        etp_live_end_connection(live, connection);
    }
}

void etp_live_free_connections(etp_live *live)
{
    for (unsigned i = 0; i < live->options.max_connections; i++)
        if (live->connections[i] != NULL) {
            etp_relay_end(live->connections[i], NULL);
            etp_channel_fini(&live->connections[i]->channel);
            etp_live_give(live, live->connections[i], sizeof *live->connections[i]);
        }
}
