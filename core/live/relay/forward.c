/* SPDX-License-Identifier: MIT */
/*
 * The relay's side. A message is handed on if it is whole, says that it is of the device whose connection it came on, and has a
 * hop left. A relay holds no state of any trade: what it loses its sender repeats. It knows who speaks with whom, for no
 * other reason than to tell when one of them has gone.
 */
#include <string.h>

#include "live/relay/hop.h"
#include "live/relay/pairs.h"
#include "live/relay/queue.h"
#include "live/relay/relay.h"

int etp_forward_begin(struct live_connection *connection)
{
    connection->queue = etp_live_take(connection->live, sizeof *connection->queue);
    return connection->queue != NULL ? ETP_OK : ETP_ENOMEM;
}

static etp_id device_of(const struct live_connection *connection)
{
    return etp_channel_peer_of(&connection->channel).device;
}

/* The connection of a device that `from` may talk to, or NULL. */
static struct live_connection *find_target(const struct live_connection *from, etp_id device)
{
    const struct etp_live_peer *peer = etp_live_find_peer(from->live, from->node->number, device);
    const struct etp_live_peer *sender = from->port.peer;
    if (peer == NULL || sender == NULL || peer->port == NULL || !etp_device_role_meets(sender->role, peer->role))
        return NULL;
    struct live_connection *target = etp_live_connection_of(peer->port);
    return target != NULL && target->queue != NULL && !target->ending ? target : NULL;
}

static void send_note(struct live_connection *to, etp_id device, unsigned char note)
{
    if (etp_channel_send(&to->channel, etp_live_now(to->live), device, &note, sizeof note) == ETP_OK)
        etp_live_list(to->live, to);
}

static void refuse(const struct live_connection *from, const char *reason)
{
    from->live->stats.relay_refused++;
    etp_live_refuse(from->live, ETP_LIVE_REFUSED_MESSAGE, from->node->channel.device, device_of(from), from->address,
                    reason);
}

/* False: what follows it cannot be trusted. */
static bool forward(const struct live_connection *from, struct live_connection *target, const unsigned char *bytes,
                    size_t size, size_t *used)
{
    etp_live *live = from->live;
    etp_message message;
    unsigned char copy[ETP_MESSAGE_GROWN_MAX];
    etp_refusal refusal = etp_decode(bytes, size, &message, used);
    if (refusal != ETP_REFUSED_NONE || *used > sizeof copy) {
        refuse(from, etp_refusal_meaning(refusal != ETP_REFUSED_NONE ? refusal : ETP_REFUSED_TOO_LONG));
        return false;
    }
    if (message.device_id != device_of(from)) {
        refuse(from, "a message under another device's name than that of the connection");
        return true;
    }
    if (message.ttl <= 1) {
        live->stats.relay_expired++;
        return true;
    }
    memcpy(copy, bytes, *used);
    etp_relay_hop(copy);
    if (!etp_relay_queue_add(target->queue, message.device_id, etp_type_priority(message.type), copy, *used))
        live->stats.relay_dropped++;
    live->stats.relayed++;
    return true;
}

static void forward_all(const struct live_connection *from, struct live_connection *target, const void *frame,
                        size_t size)
{
    etp_frame_reader reader;
    etp_refusal refusal = etp_frame_open(&reader, frame, size);
    if (refusal != ETP_REFUSED_NONE)
        refuse(from, etp_refusal_meaning(refusal));
    else
        for (size_t used = 0; etp_frame_more(&reader); reader.at += used)
            if (!forward(from, target, reader.at, (size_t)(reader.end - reader.at), &used))
                return;
}

void etp_forward_take(struct live_connection *from, etp_id device, const void *frame, size_t size)
{
    const unsigned char *bytes = frame;
    struct live_connection *target = find_target(from, device);
    bool is_note = size == 1;
    if (is_note && bytes[0] != ETP_RELAY_HELLO && bytes[0] != ETP_RELAY_WELCOME) {
        refuse(from, "a note that only a relay writes, or that nobody knows");
        return;
    }
    if (target == NULL) {
        from->live->stats.relay_dropped += !is_note;
        send_note(from, device, ETP_RELAY_GONE);
        return;
    }
    struct live_pair *pair = etp_pair_of(from->live, from->port.peer, target->port.peer);
    if (is_note && pair != NULL)
        etp_pair_note(pair, target->port.peer, bytes[0]);
    else if (is_note)
        send_note(target, device_of(from), bytes[0]);
    else
        forward_all(from, target, frame, size);
    if (!is_note && pair != NULL)
        etp_pair_spoke(pair, from->port.peer);
    etp_live_list(from->live, target);
}

bool etp_forward_settle(struct live_connection *connection)
{
    etp_frame frame;
    bool more = etp_pairs_settle(connection);
    while (connection->queue->count > 0 && etp_channel_writable(&connection->channel)) {
        etp_id from = etp_relay_queue_take(connection->queue, &frame);
        if (from != 0)
            etp_channel_send(&connection->channel, etp_live_now(connection->live), from, frame.bytes, frame.size);
    }
    return more || connection->queue->count > 0;
}

/* One whose connection was replaced by a newer one has not gone. */
void etp_forward_end(struct live_connection *connection, const char *why)
{
    if (why != NULL && connection->port.peer != NULL)
        etp_pairs_part(connection->live, connection->port.peer);
    etp_live_give(connection->live, connection->queue, sizeof *connection->queue);
    connection->queue = NULL;
}
