/* SPDX-License-Identifier: MIT */
/*
 * Refusals are counted, and told to the host: of one address at most so many lines a second, for whoever makes us write
 * a line for each packet has found a way to fill our disk. Places for addresses are few; the one that was quiet longest
 * makes room. What was left out is told with the next line.
 */
#include "live/internal.h"

#include <string.h>

static const char *const names[ETP_LIVE_REFUSALS] = {"cap",     "handshake", "channel",  "rate",
                                                     "message", "peer",      "datagram", "by_peer"};

const char *etp_live_refusal_name(etp_live_refusal_kind kind)
{
    return (unsigned)kind < ETP_LIVE_REFUSALS ? names[kind] : "?";
}

/* Addresses on this machine that have no host (ipc, inproc) count as one, 0. */
uint64_t etp_live_hash_host(const char *address)
{
    const char *host = strstr(address, "://");
    if (host == NULL || strncmp(address, "ipc", 3) == 0 || strncmp(address, "inproc", 6) == 0)
        return 0;
    host += 3;
    const char *end = host + strcspn(host, "/");
    for (const char *at = end; at > host; at--)
        if (at[-1] == ':' || at[-1] == ']') {
            end = at[-1] == ':' ? at - 1 : at;
            break;
        }
    uint64_t hash = 1;
    for (const char *at = host; at < end; at++)
        hash = etp_hash(hash, (unsigned char)*at, 0, 0);
    return hash != 0 ? hash : 1;
}

static struct audit_address *find_place(etp_live *live, uint64_t hash)
{
    struct audit_address *oldest = &live->audit[0];
    for (unsigned i = 0; i < AUDIT_ADDRESSES; i++) {
        struct audit_address *place = &live->audit[i];
        if (place->used && place->hash == hash)
            return place;
        if (!place->used || (oldest->used && place->second < oldest->second))
            oldest = place;
    }
    *oldest = (struct audit_address){.used = true, .hash = hash, .second = 0};
    return oldest;
}

static bool may_tell(etp_live *live, struct audit_address *place, etp_time now)
{
    if (now - place->second >= ETP_NS_PER_SECOND) {
        place->second = now;
        place->lines = 0;
    }
    return place->lines++ < live->options.audit_lines;
}

void etp_live_refuse(etp_live *live, etp_live_refusal_kind kind, etp_id node, etp_id device, const char *address,
                     const char *reason)
{
    etp_time now = etp_live_now(live);
    live->stats.refused[kind]++;
    struct audit_address *place = find_place(live, etp_live_hash_host(address));
    if (!may_tell(live, place, now)) {
        live->stats.audit_left_out++;
        place->left_out++;
        return;
    }
    const etp_live_refusal refusal = {.when = now,
                                      .kind = kind,
                                      .node = node,
                                      .device = device,
                                      .address = address,
                                      .reason = reason,
                                      .left_out = place->left_out};
    place->left_out = 0;
    etp_log(&live->options.logger, ETP_LOG_WARN, "live",
            "refused kind=%s node=%llu device=%llu address=%s reason=\"%s\"", names[kind], (unsigned long long)node,
            (unsigned long long)device, address, reason);
    if (live->options.audit.on_refusal != NULL)
        live->options.audit.on_refusal(live->options.audit.user, &refusal);
}
