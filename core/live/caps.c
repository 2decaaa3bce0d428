/* SPDX-License-Identifier: MIT */
/*
 * Who dials us may not take all places: not by himself, and not by saying nothing. Whoever has many addresses could keep
 * all places of those who have yet to say who they are; so when these are taken, the oldest makes room, if its network
 * has more of them than the newcomer's. Who has one place of his own and speaks up in time keeps it.
 */
#include "live/internal.h"

enum { CANDIDATES = 128 }; /* of the oldest; more are not looked at, for this is done at each connection */

void etp_live_is_mute(etp_live *live, struct live_connection *connection)
{
    struct live_connection **end = &live->mute;
    while (*end != NULL)
        end = &(*end)->next_mute;
    *end = connection;
    connection->mute = true;
    live->mute_count++;
}

void etp_live_is_mute_no_more(etp_live *live, struct live_connection *connection)
{
    if (!connection->mute)
        return;
    struct live_connection **at = &live->mute;
    while (*at != connection)
        at = &(*at)->next_mute;
    *at = connection->next_mute;
    connection->next_mute = NULL;
    connection->mute = false;
    live->mute_count--;
}

static unsigned mute_of(const etp_live *live, uint64_t network)
{
    unsigned count = 0;
    for (const struct live_connection *other = live->mute; other != NULL; other = other->next_mute)
        count += other->network == network;
    return count;
}

static struct live_connection *find_one_to_go(const etp_live *live, uint64_t network, unsigned own)
{
    struct live_connection *oldest = live->mute;
    for (unsigned i = 0; oldest != NULL && i < CANDIDATES; i++, oldest = oldest->next_mute)
        if (oldest->network != network && mute_of(live, oldest->network) > own)
            return oldest;
    return NULL;
}

static bool make_room(etp_live *live, uint64_t network, unsigned own)
{
    struct live_connection *oldest = find_one_to_go(live, network, own);
    if (oldest == NULL)
        return false;
    etp_live_refuse(live, ETP_LIVE_REFUSED_CAP, oldest->node->channel.device, 0, oldest->address,
                    "it had yet to say who it is, and made room for another");
    etp_live_drop_connection(live, oldest);
    return true;
}

static unsigned connections_of(const etp_live *live, uint64_t host)
{
    unsigned count = 0;
    for (unsigned i = 0; i < live->options.max_connections; i++) {
        const struct live_connection *other = live->connections[i];
        count += other != NULL && !other->dialed && other->host == host;
    }
    return count;
}

static const char *over_cap(etp_live *live, uint64_t host, uint64_t network)
{
    const etp_live_options *options = &live->options;
    const unsigned own = mute_of(live, network);
    if (host != 0 && options->max_per_address > 0 && connections_of(live, host) >= options->max_per_address)
        return "too many connections of one address";
    if (host != 0 && own >= (options->max_unauthenticated + 1) / 2)
        return "too many connections of one address have yet to say who they are";
    if (live->mute_count >= options->max_unauthenticated && !make_room(live, network, own))
        return "too many connections have yet to say who they are";
    return NULL;
}

/* Nobody makes room for one who is not let in. */
const char *etp_live_keeps_out(etp_live *live, const char *address)
{
    const uint64_t host = etp_live_hash_host(address), network = etp_live_hash_network(address);
    const char *why = etp_live_comes_too_often(live, network);
    if (why == NULL)
        why = over_cap(live, host, network);
    if (why == NULL)
        etp_live_has_come(live, network);
    return why;
}
