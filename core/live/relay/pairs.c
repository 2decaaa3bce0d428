/* SPDX-License-Identifier: MIT */
#include "live/relay/pairs.h"

#include "live/bucket.h"
#include "live/relay/queue.h"

/* A device that comes and goes without end is told of so often; else it is noticed at the next message. */
#define PART_EACH ETP_NS_PER_SECOND
enum { PARTS_AT_ONCE = 8, NO_NOTE = 0xff };

struct live_pair {
    struct etp_live_peer *ends[2];
    struct live_pair *next[2]; /* of the same end */
    unsigned char notes[2];    /* to that end, about the other */
    bool speaks;               /* since the last time one of them went */
    etp_time part_due;         /* when all of its partings will be told again */
};

/* Of two that speak with each other one is a battery, and the other is not. */
static unsigned end_of(const struct etp_live_peer *peer)
{
    return peer->role != ETP_DEVICE_BATTERY;
}

static struct live_pair *find(const struct etp_live_peer *battery, const struct etp_live_peer *buyer)
{
    struct live_pair *pair = battery->pairs;
    while (pair != NULL && pair->ends[1] != buyer)
        pair = pair->next[0];
    return pair;
}

static struct live_pair *make(etp_live *live, struct etp_live_peer *battery, struct etp_live_peer *buyer)
{
    struct live_pair *made = battery->pair_count < ETP_RELAY_PAIRS ? etp_live_take(live, sizeof *made) : NULL;
    if (made == NULL)
        return NULL;
    *made = (struct live_pair){
        .ends = {battery, buyer}, .next = {battery->pairs, buyer->pairs}, .notes = {NO_NOTE, NO_NOTE}};
    battery->pairs = buyer->pairs = made;
    battery->pair_count++;
    return made;
}

struct live_pair *etp_pair_of(etp_live *live, struct etp_live_peer *one, struct etp_live_peer *other)
{
    struct etp_live_peer *battery = end_of(one) == 0 ? one : other, *buyer = end_of(one) == 0 ? other : one;
    struct live_pair *pair = find(battery, buyer);
    if (pair == NULL)
        pair = make(live, battery, buyer);
    if (pair != NULL)
        pair->speaks = true;
    return pair;
}

static void forget(struct live_pair *pair, unsigned end)
{
    pair->ends[end]->notes_due -= pair->notes[end] != NO_NOTE;
    pair->notes[end] = NO_NOTE;
}

void etp_pair_note(struct live_pair *pair, struct etp_live_peer *to, unsigned char note)
{
    const unsigned end = end_of(to);
    if (pair->notes[end] == ETP_RELAY_HELLO && note == ETP_RELAY_WELCOME)
        return; /* which says less */
    forget(pair, end);
    pair->notes[end] = note;
    to->notes_due++;
}

void etp_pair_spoke(struct live_pair *pair, const struct etp_live_peer *from)
{
    const unsigned end = !end_of(from);
    if (pair->notes[end] == ETP_RELAY_GONE)
        forget(pair, end);
}

static void tell_parting(etp_live *live, struct live_pair *pair, struct etp_live_peer *left)
{
    struct live_connection *connection = left->port != NULL ? etp_live_connection_of(left->port) : NULL;
    if (!pair->speaks || connection == NULL ||
        !etp_bucket_take(&pair->part_due, etp_live_now(live), PART_EACH, PARTS_AT_ONCE * PART_EACH))
        return;
    pair->speaks = false;
    etp_pair_note(pair, left, ETP_RELAY_GONE);
    etp_live_list(live, connection);
}

void etp_pairs_part(etp_live *live, struct etp_live_peer *gone)
{
    const unsigned end = end_of(gone);
    for (struct live_pair *pair = gone->pairs; pair != NULL; pair = pair->next[end]) {
        forget(pair, end);
        tell_parting(live, pair, pair->ends[!end]);
    }
}

static bool may_leave(const struct live_connection *connection, const struct live_pair *pair, unsigned end)
{
    return pair->notes[end] != NO_NOTE &&
           (pair->notes[end] != ETP_RELAY_GONE || !etp_relay_queue_has(connection->queue, pair->ends[!end]->device));
}

bool etp_pairs_settle(struct live_connection *connection)
{
    struct etp_live_peer *peer = connection->port.peer;
    const unsigned end = peer != NULL ? end_of(peer) : 0;
    if (peer == NULL || peer->notes_due == 0)
        return false;
    const etp_time now = etp_live_now(connection->live);
    for (struct live_pair *pair = peer->pairs; pair != NULL; pair = pair->next[end]) {
        if (!may_leave(connection, pair, end))
            continue;
        if (etp_channel_send(&connection->channel, now, pair->ends[!end]->device, &pair->notes[end], 1) != ETP_OK)
            return true;
        forget(pair, end);
    }
    return peer->notes_due > 0;
}

void etp_pairs_free(etp_live *live, struct etp_live_peer *peer)
{
    while (end_of(peer) == 0 && peer->pairs != NULL) {
        struct live_pair *pair = peer->pairs;
        peer->pairs = pair->next[0];
        etp_live_give(live, pair, sizeof *pair);
    }
}
