/* SPDX-License-Identifier: MIT */
/*
 * Refusals are counted, and told to the host: of one address at most so many lines a second, for whoever makes us write
 * a line for each packet has found a way to fill our disk. Addresses can be made up, so the lines of one kind are bounded
 * too, whomever they are about; each kind for itself, so that a flood of datagrams does not hide who tries his hand at
 * connections. Places for addresses are few; the one that was quiet longest makes room. What was left out is told with
 * the next line.
 */
#include "live/internal.h"

#include <arpa/inet.h>
#include <limits.h>
#include <string.h>

static const char *const names[ETP_LIVE_REFUSALS] = {"cap",     "handshake", "channel",  "rate",
                                                     "message", "peer",      "datagram", "by_peer"};

const char *etp_live_refusal_name(etp_live_refusal_kind kind)
{
    return (unsigned)kind < ETP_LIVE_REFUSALS ? names[kind] : "?";
}

/* Its length; 0 for addresses on this machine that have none (ipc, inproc). */
static size_t host_of(const char *address, const char **begin)
{
    const char *host = strstr(address, "://");
    if (host == NULL || strncmp(address, "ipc", 3) == 0 || strncmp(address, "inproc", 6) == 0)
        return 0;
    *begin = host += 3;
    const char *end = host + strcspn(host, "/");
    for (const char *at = end; at > host; at--)
        if (at[-1] == ':' || at[-1] == ']')
            return (size_t)((at[-1] == ':' ? at - 1 : at) - host);
    return (size_t)(end - host);
}

static uint64_t hash_bytes(const void *bytes, size_t size)
{
    const unsigned char *at = bytes;
    uint64_t hash = 1;
    for (size_t i = 0; i < size; i++)
        hash = etp_hash(hash, at[i], 0, 0);
    return hash != 0 ? hash : 1;
}

/* Addresses without a host count as one, 0. */
uint64_t etp_live_hash_host(const char *address)
{
    const char *host;
    size_t size = host_of(address, &host);
    return size > 0 ? hash_bytes(host, size) : 0;
}

/* Of link-local and mapped addresses the first half is the same everywhere. */
static bool has_network(const struct in6_addr *address)
{
    return !IN6_IS_ADDR_LINKLOCAL(address) && !IN6_IS_ADDR_V4MAPPED(address) && !IN6_IS_ADDR_LOOPBACK(address);
}

uint64_t etp_live_hash_network(const char *address)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr six;
    const char *host;
    size_t size = host_of(address, &host);
    if (size < 3 || host[0] != '[' || size - 2 >= sizeof text)
        return etp_live_hash_host(address);
    memcpy(text, host + 1, size - 2);
    text[size - 2] = '\0';
    bool whole = inet_pton(AF_INET6, text, &six) != 1 || !has_network(&six);
    return whole ? hash_bytes(host, size) : hash_bytes(&six, sizeof six / 2);
}

static struct audit_address *find_place(etp_live *live, uint64_t hash)
{
    struct audit_address *oldest = &live->audit[0];
    for (unsigned i = 0; i < AUDIT_ADDRESSES; i++) {
        struct audit_address *place = &live->audit[i];
        if (place->used && place->hash == hash)
            return place;
        if (!place->used || (oldest->used && place->window.second < oldest->window.second))
            oldest = place;
    }
    *oldest = (struct audit_address){.used = true, .hash = hash};
    return oldest;
}

static bool has_line(struct audit_window *window, unsigned most, etp_time now)
{
    if (now - window->second >= ETP_NS_PER_SECOND)
        *window = (struct audit_window){.second = now};
    return window->lines < most;
}

static bool may_tell(etp_live *live, struct audit_address *place, etp_live_refusal_kind kind, etp_time now)
{
    const unsigned lines = live->options.audit_lines;
    const unsigned of_kind = lines > UINT_MAX / AUDIT_KIND_FACTOR ? UINT_MAX : AUDIT_KIND_FACTOR * lines;
    struct audit_window *all = &live->audit_kinds[kind];
    bool may = has_line(&place->window, lines, now) && has_line(all, of_kind, now);
    place->window.lines += may;
    all->lines += may;
    return may;
}

void etp_live_refuse(etp_live *live, etp_live_refusal_kind kind, etp_id node, etp_id device, const char *address,
                     const char *reason)
{
    etp_time now = etp_live_now(live);
    live->stats.refused[kind]++;
    struct audit_address *place = find_place(live, etp_live_hash_network(address));
    if (!may_tell(live, place, kind, now)) {
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
