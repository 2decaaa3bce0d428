/* SPDX-License-Identifier: MIT */
/* Who dials us may not take all places: not by himself, and not by saying nothing. */
#include "live/internal.h"

const char *etp_live_over_cap(const etp_live *live, uint64_t host)
{
    const etp_live_options *options = &live->options;
    unsigned same = 0, same_mute = 0;
    if (live->stats.unauthenticated >= options->max_unauthenticated)
        return "too many connections have yet to say who they are";
    if (host == 0)
        return NULL;
    for (unsigned i = 0; i < options->max_connections; i++) {
        const struct live_connection *other = live->connections[i];
        if (other == NULL || other->dialed || other->host != host)
            continue;
        same++;
        same_mute += !other->established;
    }
    if (options->max_per_address > 0 && same >= options->max_per_address)
        return "too many connections of one address";
    if (same_mute >= (options->max_unauthenticated + 1) / 2)
        return "too many connections of one address have yet to say who they are";
    return NULL;
}
