/* SPDX-License-Identifier: MIT */
/*
 * How often those who have yet to say who they are may connect: each try costs us an accept, and soon a handshake. Each network
 * has a bucket, and all together have one. Whoever proves who he is gives back what his connection took: so a street of batteries
 * behind one address comes in as fast as it can shake hands, and only those who do not are held.
 *
 * Who has as many addresses as he likes empties the bucket of all. Networks from which a peer has proved itself do not ask
 * that one: nobody can lock them out from elsewhere. They are remembered in a table in which each has one place, and the
 * later of two with the same place keeps it: only peers get into it.
 *
 * Who reaches a path of ipc, or a name of inproc, is on this machine, whose processor he needs no connection to waste.
 */
#include "live/bucket.h"
#include "live/internal.h"

enum { TIMES_OF_ALL = 8 }; /* so many times what one network may all together */

static etp_time each_of(const etp_live *live)
{
    return ETP_NS_PER_SECOND / live->options.connects_per_second;
}

static etp_time brim_of(const etp_live *live)
{
    return live->options.connect_burst * each_of(live);
}

static bool is_bounded(const etp_live *live, uint64_t network)
{
    return live->options.connects_per_second > 0 && network != 0;
}

static struct stranger *find(etp_live *live, uint64_t network)
{
    for (unsigned i = 0; i < STRANGERS; i++)
        if (live->strangers[i].network == network)
            return &live->strangers[i];
    return NULL;
}

/* The one whose bucket is full first makes room, if there is none whose bucket is. */
static struct stranger *find_or_make(etp_live *live, uint64_t network)
{
    struct stranger *found = find(live, network), *least = &live->strangers[0];
    if (found != NULL)
        return found;
    for (unsigned i = 1; i < STRANGERS; i++)
        if (live->strangers[i].full_at < least->full_at)
            least = &live->strangers[i];
    *least = (struct stranger){.network = network};
    return least;
}

static uint64_t *home_of(const etp_live *live, uint64_t network)
{
    return &live->homes[etp_hash(live->options.seed, network, 0, 0) & live->peer_mask];
}

const char *etp_live_comes_too_often(etp_live *live, uint64_t network)
{
    if (!is_bounded(live, network))
        return NULL;
    const etp_time now = etp_live_now(live), each = each_of(live), brim = brim_of(live);
    struct stranger *known = find(live, network);
    if (known != NULL)
        known->full_at = etp_bucket_within(known->full_at, now, brim);
    live->strangers_full_at = etp_bucket_within(live->strangers_full_at, now, brim);
    if (known != NULL && !etp_bucket_has(known->full_at, now, each, brim))
        return "one address connects too often without saying who it is";
    if (*home_of(live, network) != network && !etp_bucket_has(live->strangers_full_at, now, each / TIMES_OF_ALL, brim))
        return "too many connect without saying who they are";
    return NULL;
}

void etp_live_has_come(etp_live *live, uint64_t network)
{
    if (!is_bounded(live, network))
        return;
    const etp_time now = etp_live_now(live), each = each_of(live), brim = brim_of(live);
    etp_bucket_take(&find_or_make(live, network)->full_at, now, each, brim);
    etp_bucket_take(&live->strangers_full_at, now, each / TIMES_OF_ALL, brim);
}

void etp_live_is_no_stranger(etp_live *live, uint64_t network, bool proved)
{
    if (!is_bounded(live, network))
        return;
    struct stranger *known = find(live, network);
    if (known != NULL)
        known->full_at -= each_of(live);
    live->strangers_full_at -= each_of(live) / TIMES_OF_ALL;
    if (proved)
        *home_of(live, network) = network;
}
