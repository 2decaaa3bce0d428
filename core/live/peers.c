/* SPDX-License-Identifier: MIT */
/*
 * The devices at the other ends, and the engine's links to them. A peer is made when it is first established and stays;
 * its port changes with its connections. Two devices that dial each other at once must both keep the same connection, or
 * each would close the one that the other keeps: that of the smaller device id stays. Any other newer one replaces.
 */
#include "live/internal.h"

#include <stdlib.h>
#include <string.h>

static const etp_time clock_far = ETP_NS_PER_SECOND;

static struct etp_live_peer **bucket_of(const etp_live *live, etp_node node, etp_id device)
{
    return &live->peer_buckets[etp_hash(node, device, 0, 0) & live->peer_mask];
}

struct etp_live_peer *etp_live_find_peer(const etp_live *live, etp_node node, etp_id device)
{
    struct etp_live_peer *peer = *bucket_of(live, node, device);
    while (peer != NULL && (peer->node != node || peer->device != device))
        peer = peer->next;
    return peer;
}

bool etp_live_has_peer(const etp_live *live, etp_node node, etp_id device)
{
    const struct etp_live_peer *peer = etp_live_find_peer(live, node, device);
    return peer != NULL && peer->port != NULL;
}

static int by_size(const void *one, const void *other)
{
    const uint32_t a = *(const uint32_t *)one, b = *(const uint32_t *)other;
    return (a > b) - (a < b);
}

static void describe_clocks(const struct etp_live_peer *peer, etp_live_peer_info *info)
{
    uint32_t sorted[ROUND_TRIPS];
    unsigned count = peer->round_trip_count < ROUND_TRIPS ? peer->round_trip_count : ROUND_TRIPS;
    if (count == 0)
        return;
    memcpy(sorted, peer->round_trips, count * sizeof *sorted);
    qsort(sorted, count, sizeof *sorted, by_size);
    info->clock_known = true;
    info->ahead = peer->clocks.ahead;
    info->uncertainty = peer->clocks.uncertainty;
    info->round_trip_p50 = sorted[count / 2] * ETP_NS_PER_US;
    info->round_trip_max = sorted[count - 1] * ETP_NS_PER_US;
}

static etp_live_peer_info describe(const struct etp_live_peer *peer)
{
    etp_live_peer_info info = {.size = sizeof info,
                               .node = peer->node,
                               .link = peer->link,
                               .device = peer->device,
                               .role = peer->role,
                               .name = peer->name,
                               .transport = "",
                               .address = "",
                               .up = peer->port != NULL,
                               .dialed = peer->dialed,
                               .since = peer->since,
                               .connections = peer->connections,
                               .frames_sent = peer->frames_sent,
                               .frames_received = peer->frames_received,
                               .bytes_sent = peer->bytes_sent,
                               .bytes_received = peer->bytes_received,
                               .refused = peer->refused};
    if (peer->port != NULL) {
        info.transport = peer->port->class->transport;
        peer->port->class->describe(peer->port, &info);
    }
    describe_clocks(peer, &info);
    return info;
}

/* ---- the engine's frames ---- */

int etp_live_send(void *user, etp_link link, const void *frame, size_t size)
{
    etp_live *live = user;
    struct etp_live_peer *peer = link < live->options.max_peers ? live->links[link] : NULL;
    if (peer == NULL || peer->port == NULL)
        return ETP_ENOENT;
    int result = peer->port->class->send(peer->port, frame, size);
    if (result == ETP_OK) {
        peer->frames_sent++;
        peer->bytes_sent += size;
        live->stats.frames_sent++;
    }
    return result;
}

/* What an honest peer's frames never hold; that a message came twice, or too late, happens to everybody. */
static bool is_foul(unsigned refusal)
{
    return (refusal >= ETP_REFUSED_TRUNCATED && refusal <= ETP_REFUSED_TOO_DEEP) || refusal == ETP_REFUSED_WRONG_ROLE ||
           refusal == ETP_REFUSED_WRONG_DEVICE;
}

/* What the engine refused of the last frame. */
static void audit_frame(etp_live *live, struct etp_live_peer *peer)
{
    etp_engine_stats stats;
    etp_engine_get_stats(live->engine, &stats);
    if (memcmp(stats.refused, live->engine_refused, sizeof stats.refused) == 0)
        return;
    for (unsigned i = 0; i < ETP_REFUSALS; i++) {
        if (stats.refused[i] == live->engine_refused[i] || !is_foul(i))
            continue;
        peer->refused++;
        etp_live_peer_info info = describe(peer);
        etp_live_refuse(live, ETP_LIVE_REFUSED_MESSAGE, etp_live_node_of(live, peer->node)->channel.device,
                        peer->device, info.address, etp_refusal_meaning(i));
    }
    memcpy(live->engine_refused, stats.refused, sizeof stats.refused);
}

void etp_live_port_frame(etp_live *live, etp_live_port *port, const void *frame, size_t size)
{
    struct etp_live_peer *peer = port->peer;
    if (peer == NULL || peer->link == LIVE_NO_LINK)
        return;
    peer->frames_received++;
    peer->bytes_received += size;
    live->stats.frames_received++;
    etp_engine_advance(live->engine, etp_live_now(live));
    etp_engine_receive(live->engine, peer->link, frame, size);
    audit_frame(live, peer);
}

void etp_live_port_ready(etp_live *live, etp_live_port *port)
{
    if (port->peer != NULL && port->peer->link != LIVE_NO_LINK)
        etp_engine_link_ready(live->engine, port->peer->link);
}

/* A clock that may be ours as far as can be told is taken for it: where many connect at once round trips are long, and the
 * estimate's error would be added to every delay. */
static etp_time believed(const etp_live_clocks *clocks)
{
    bool may_be_ours = clocks->ahead <= clocks->uncertainty && clocks->ahead >= -clocks->uncertainty;
    return may_be_ours ? 0 : clocks->ahead;
}

/* Delays are corrected for it, but market intervals and the stamps of discovery go by the hosts' own clocks. */
static void tell_far_clock(etp_live *live, struct etp_live_peer *peer)
{
    const etp_live_clocks *clocks = &peer->clocks;
    etp_time apart = clocks->ahead < 0 ? -clocks->ahead : clocks->ahead;
    bool is_far = apart - clocks->uncertainty > clock_far;
    if (is_far && !peer->clock_told)
        etp_log(
            &live->options.logger, ETP_LOG_WARN, "live",
            "clock device=%llu ahead_ms=%lld text=\"the clocks of the two hosts are apart: is NTP running on both?\"",
            (unsigned long long)peer->device, (long long)(clocks->ahead / ETP_NS_PER_MS));
    peer->clock_told = is_far;
}

void etp_live_port_clock(etp_live *live, etp_live_port *port, const etp_live_clocks *clocks)
{
    struct etp_live_peer *peer = port->peer;
    if (peer == NULL)
        return;
    peer->clocks = *clocks;
    tell_far_clock(live, peer);
    uint64_t micros = clocks->round_trip > 0 ? (uint64_t)(clocks->round_trip / ETP_NS_PER_US) : 0;
    peer->round_trips[peer->round_trip_count++ % ROUND_TRIPS] = micros < UINT32_MAX ? (uint32_t)micros : UINT32_MAX;
    etp_histogram_add(&live->round_trips, micros);
    if (peer->link != LIVE_NO_LINK)
        etp_engine_link_clock(live->engine, peer->link, believed(clocks));
}

/* ---- peers come and go ---- */

static void tell(etp_live *live, const struct etp_live_peer *peer, const char *why)
{
    if (live->options.watch.on_peer == NULL)
        return;
    etp_live_peer_info info = describe(peer);
    info.up = why == NULL; /* of a connection that is lost there is still to be seen where it led */
    live->options.watch.on_peer(live->options.watch.user, &info, why);
}

/* Relays, and those that speak through us when we are one, are no business of the engine. */
static bool trades(const struct live_node *node, const etp_live_arrival *arrival)
{
    return node->channel.role != ETP_DEVICE_RELAY && arrival->role != ETP_DEVICE_RELAY;
}

static int make_link(etp_live *live, struct etp_live_peer *peer, etp_error *error)
{
    int result = etp_engine_add_link(live->engine, peer->node, peer->device, &peer->link);
    if (result == ETP_OK && peer->link >= live->options.max_peers)
        result = ETP_EFULL; /* of links that the host made besides */
    if (result != ETP_OK)
        return etp_fail(error, result, "the engine has no link for one more peer: %s", etp_strerror(result));
    live->links[peer->link] = peer;
    return ETP_OK;
}

static int make_peer(etp_live *live, const struct live_node *node, const etp_live_arrival *arrival,
                     struct etp_live_peer **made, etp_error *error)
{
    struct etp_live_peer *peer = etp_live_take(live, sizeof *peer);
    if (peer == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for a peer");
    *peer = (struct etp_live_peer){.index = live->peer_count,
                                   .node = arrival->node,
                                   .device = arrival->device,
                                   .role = arrival->role,
                                   .link = LIVE_NO_LINK};
    int result = trades(node, arrival) ? make_link(live, peer, error) : ETP_OK;
    if (result != ETP_OK) {
        etp_live_give(live, peer, sizeof *peer);
        return result;
    }
    struct etp_live_peer **bucket = bucket_of(live, arrival->node, arrival->device);
    peer->next = *bucket;
    *bucket = live->peers[live->peer_count++] = peer;
    *made = peer;
    return ETP_OK;
}

/* Whether the present port stays, and the newer one goes. */
static bool present_stays(const struct live_node *node, const struct etp_live_peer *peer,
                          const etp_live_arrival *arrival, etp_time now)
{
    if (peer->port == NULL || peer->dialed == arrival->dialed || now - peer->since > LIVE_CROSSING)
        return false;
    return peer->dialed == (node->channel.device < peer->device);
}

static void take_over(etp_live *live, struct etp_live_peer *peer, etp_live_port *port, const etp_live_arrival *arrival)
{
    etp_live_port *before = peer->port;
    if (before != NULL) {
        live->stats.replaced++;
        before->peer = NULL;
        before->class->replaced(before);
    } else {
        live->stats.peers_up++;
    }
    peer->port = port;
    port->peer = peer;
    peer->dialed = arrival->dialed;
    peer->since = etp_live_now(live);
    peer->connections++;
    peer->name[0] = '\0';
    if (arrival->name != NULL)
        strncat(peer->name, arrival->name, sizeof peer->name - 1);
}

int etp_live_port_admits(const etp_live *live, const etp_live_arrival *arrival, etp_error *error)
{
    const struct live_node *node = etp_live_node_of(live, arrival->node);
    const struct etp_live_peer *peer = etp_live_find_peer(live, arrival->node, arrival->device);
    if (node == NULL)
        return etp_fail(error, ETP_ENOENT, "no node %u is on this network", arrival->node);
    if (peer == NULL && live->peer_count == live->options.max_peers)
        return etp_fail(error, ETP_EFULL, "there are %u peers already, as many as max_peers allows", live->peer_count);
    if (peer != NULL && peer->role != arrival->role)
        return etp_fail(error, ETP_EINVAL, "device %llu was here as another kind of node",
                        (unsigned long long)arrival->device);
    if (peer != NULL && present_stays(node, peer, arrival, etp_live_now(live)))
        return etp_fail(error, ETP_EEXIST, "both dialed each other, and the other connection is kept");
    return ETP_OK;
}

int etp_live_port_join(etp_live *live, etp_live_port *port, const etp_live_arrival *arrival, etp_error *error)
{
    struct etp_live_peer *peer = etp_live_find_peer(live, arrival->node, arrival->device);
    const bool known = peer != NULL;
    int result = etp_live_port_admits(live, arrival, error);
    if (result == ETP_OK && !known)
        result = make_peer(live, etp_live_node_of(live, arrival->node), arrival, &peer, error);
    if (result != ETP_OK)
        return result;
    take_over(live, peer, port, arrival);
    if (peer->link != LIVE_NO_LINK)
        etp_engine_link_up(live->engine, peer->link);
    tell(live, peer, NULL);
    return ETP_OK;
}

void etp_live_port_lost(etp_live *live, etp_live_port *port, const char *why)
{
    struct etp_live_peer *peer = port->peer;
    if (peer == NULL)
        return;
    tell(live, peer, why);
    port->peer = NULL;
    peer->port = NULL;
    peer->since = etp_live_now(live);
    live->stats.peers_up--;
    if (peer->link != LIVE_NO_LINK)
        etp_engine_link_lost(live->engine, peer->link);
    etp_live_rise(live, peer);
}

void etp_live_free_peers(etp_live *live)
{
    for (uint32_t i = 0; i < live->peer_count; i++)
        etp_pairs_free(live, live->peers[i]);
    for (uint32_t i = 0; i < live->peer_count; i++)
        etp_live_give(live, live->peers[i], sizeof *live->peers[i]);
}

/* ---- readers ---- */

unsigned etp_live_peers(const etp_live *live)
{
    return live != NULL ? live->peer_count : 0;
}

int etp_live_peer(const etp_live *live, unsigned index, etp_live_peer_info *info)
{
    if (live == NULL || info == NULL || info->size != sizeof *info)
        return ETP_EINVAL;
    if (index >= live->peer_count)
        return ETP_ENOENT;
    *info = describe(live->peers[index]);
    return ETP_OK;
}
