/* SPDX-License-Identifier: MIT */
/*
 * Discovery of the nodes of a network: what discovery/ hears becomes dialers. A device has one dialer at most that came of
 * discovery, and it is left alone while the device is up: by which connection does not matter. A device that was started anew
 * is dialed at once, whatever its dialer was waiting for; one that moved is dialed where it is now.
 */
#include <stdio.h>
#include <string.h>

#include "live/discovery/discovery.h"
#include "live/internal.h"

enum { REASON_MAX = 128 };

/* A dialer that came of discovery. */
struct found {
    etp_id device;
    etp_live_endpoint endpoint;
    etp_time heard_at;
};

struct live_finder {
    etp_live *live;
    const struct live_node *node;
    etp_discovery *discovery;
    bool secured;
    etp_tls tls; /* its texts are copies */
    struct found *found;
    unsigned found_count, found_room;
    void (*describe)(void *user, etp_message *message);
    void *user;
    struct live_finder *next;
};

/* ---- dialers ---- */

static struct found *find(struct live_finder *finder, etp_id device)
{
    for (unsigned i = 0; i < finder->found_count; i++)
        if (finder->found[i].device == device)
            return &finder->found[i];
    return NULL;
}

static void drop(struct live_finder *finder, struct found *found)
{
    etp_live_end_endpoint(finder->live, found->endpoint);
    *found = finder->found[--finder->found_count];
}

/* Of those that are not up the one that was not heard for longest makes room. */
static bool make_room(struct live_finder *finder)
{
    struct found *oldest = NULL;
    if (finder->found_count < finder->found_room)
        return true;
    for (unsigned i = 0; i < finder->found_count; i++) {
        struct found *found = &finder->found[i];
        bool up = etp_live_has_peer(finder->live, finder->node->number, found->device);
        if (!up && (oldest == NULL || found->heard_at < oldest->heard_at))
            oldest = found;
    }
    if (oldest != NULL)
        drop(finder, oldest);
    return oldest != NULL;
}

static void dial(struct live_finder *finder, const etp_discovery_heard *heard)
{
    etp_live *live = finder->live;
    etp_error error = {0};
    etp_live_endpoint endpoint;
    const etp_tls *kept = &finder->tls;
    const etp_live_tls tls = {kept->ca, kept->certificate, kept->key, kept->server_name, kept->insecure};
    int result = make_room(finder) ? etp_live_dial(live, finder->node->number, heard->url, heard->device,
                                                   finder->secured ? &tls : NULL, &endpoint, &error)
                                   : etp_fail(&error, ETP_EFULL, "all the peers that max_peers allows are up");
    if (result == ETP_OK)
        finder->found[finder->found_count++] = (struct found){heard->device, endpoint, etp_live_now(live)};
    etp_log(&live->options.logger, result == ETP_OK ? ETP_LOG_INFO : ETP_LOG_WARN, "discovery",
            "%s device=%llu url=%s%s%s", result == ETP_OK ? "dials" : "cannot dial", (unsigned long long)heard->device,
            heard->url, result == ETP_OK ? "" : " error=", error.text);
}

static void consider(struct live_finder *finder, const etp_discovery_heard *heard)
{
    struct found *found = find(finder, heard->device);
    const char *url = found != NULL ? etp_live_address(finder->live, found->endpoint) : NULL;
    if (found != NULL)
        found->heard_at = etp_live_now(finder->live);
    if (!heard->dial || etp_live_has_peer(finder->live, finder->node->number, heard->device))
        return;
    if (url != NULL && !heard->fresh && strcmp(url, heard->url) == 0)
        return;
    if (found != NULL)
        drop(finder, found);
    dial(finder, heard);
}

/* ---- what discovery says ---- */

static void on_heard(void *user, const etp_discovery_heard *heard)
{
    struct live_finder *finder = user;
    if (!finder->live->started)
        return;
    etp_live_enter(finder->live);
    consider(finder, heard);
    etp_live_leave(finder->live);
}

static bool is_linked(void *user, etp_id device)
{
    const struct live_finder *finder = user;
    return etp_live_has_peer(finder->live, finder->node->number, device);
}

/* The device is what the datagram says, which nobody has proved. */
static void on_refused(void *user, etp_discovery_refusal why, etp_id device, const char *source)
{
    const struct live_finder *finder = user;
    char address[ETP_CARRIER_ADDRESS_MAX], reason[REASON_MAX];
    const char *meaning = etp_discovery_refusal_meaning(why);
    snprintf(address, sizeof address, "udp://%s", source);
    if (device != 0)
        snprintf(reason, sizeof reason, "%s (it says that it is of device %llu)", meaning, (unsigned long long)device);
    else
        snprintf(reason, sizeof reason, "%s", meaning);
    finder->live->busy = true;
    etp_live_refuse(finder->live, ETP_LIVE_REFUSED_DATAGRAM, finder->node->channel.device, 0, address, reason);
    finder->live->busy = false;
}

static void on_trouble(void *user, const char *what)
{
    const struct live_finder *finder = user;
    etp_log(&finder->live->options.logger, ETP_LOG_WARN, "discovery", "%s", what);
}

static void on_describe(void *user, etp_message *message)
{
    const struct live_finder *finder = user;
    if (finder->describe != NULL)
        finder->describe(finder->user, message);
}

/* ---- life ---- */

static struct live_finder *finder_of(const etp_live *live, etp_node node)
{
    struct live_finder *finder = live->finders;
    while (finder != NULL && finder->node->number != node)
        finder = finder->next;
    return finder;
}

static void give_back(etp_live *live, struct live_finder *finder)
{
    etp_discovery_free(finder->discovery);
    etp_live_forget_tls(live, &finder->tls);
    etp_live_give(live, finder->found, finder->found_room * sizeof *finder->found);
    etp_live_give(live, finder, sizeof *finder);
}

static int open_discovery(etp_discovery **opened, struct live_finder *finder, const etp_live_discovery *wanted,
                          etp_error *error)
{
    const etp_live *live = finder->live;
    const struct live_node *node = finder->node;
    etp_discovery_options options = {.size = sizeof options,
                                     .allocator = live->allocator,
                                     .base = live->base,
                                     .device = node->channel.device,
                                     .role = node->channel.role,
                                     .identity = node->identity,
                                     .trust = node->channel.trust,
                                     .calls = {.heard = on_heard,
                                               .linked = is_linked,
                                               .describe = on_describe,
                                               .refused = on_refused,
                                               .trouble = on_trouble},
                                     .user = finder,
                                     .interface = wanted->interface,
                                     .listen = wanted->listen,
                                     .tls = wanted->tls != NULL,
                                     .hops = wanted->hops,
                                     .period = wanted->period,
                                     .max_devices = live->options.max_peers,
                                     .seed = live->options.seed,
                                     .before = finder->discovery};
    for (unsigned i = 0; i < wanted->group_count; i++)
        options.groups[i] = wanted->groups[i];
    for (unsigned i = 0; i < wanted->peer_count; i++)
        options.peers[i] = wanted->peers[i];
    for (unsigned i = 0; i < wanted->address_count; i++)
        options.addresses[i] = wanted->addresses[i];
    return etp_discovery_new(opened, &options, error);
}

/* Those whose address the other kind of discovery would not dial. */
static void drop_unfit(struct live_finder *finder, bool secured)
{
    for (unsigned i = finder->found_count; i-- > 0 && secured != finder->secured;)
        drop(finder, &finder->found[i]);
}

/* Dialers that are there go on, with the certificates that it has from now on. */
static void secure_found(struct live_finder *finder, const etp_live_tls *tls)
{
    etp_error error = {0};
    for (unsigned i = 0; i < finder->found_count; i++)
        if (etp_live_set_tls(finder->live, finder->found[i].endpoint, tls, &error) != ETP_OK)
            on_trouble(finder, error.text);
}

/* Sets it up as wanted, or leaves it as it was. */
static int set_up(struct live_finder *finder, const etp_live_discovery *wanted, etp_error *error)
{
    etp_live *live = finder->live;
    etp_discovery *opened = NULL;
    etp_tls kept = {0};
    if (wanted->tls != NULL && !etp_live_keep_tls(live, &kept, wanted->tls)) {
        etp_live_forget_tls(live, &kept);
        return etp_fail(error, ETP_ENOMEM, "no memory for discovery");
    }
    int result = open_discovery(&opened, finder, wanted, error);
    if (result != ETP_OK) {
        etp_live_forget_tls(live, &kept);
        return result;
    }
    etp_discovery_free(finder->discovery);
    etp_live_forget_tls(live, &finder->tls);
    drop_unfit(finder, wanted->tls != NULL);
    finder->discovery = opened;
    finder->tls = kept;
    finder->secured = wanted->tls != NULL;
    finder->describe = wanted->describe;
    finder->user = wanted->user;
    if (wanted->tls != NULL)
        secure_found(finder, wanted->tls);
    return ETP_OK;
}

static int check(const etp_live *live, etp_node node, const etp_live_discovery *wanted, etp_error *error)
{
    if (live == NULL || wanted == NULL || wanted->size != sizeof *wanted)
        return etp_fail(error, ETP_EINVAL, "discovery needs a network, and options of the right size");
    if (live->busy)
        return etp_fail(error, ETP_ESTATE, "discovery cannot be begun from inside a callback");
    if (wanted->group_count > ETP_DISCOVERY_GROUPS || wanted->peer_count > ETP_DISCOVERY_PEERS ||
        wanted->address_count > ETP_DISCOVERY_ADDRESSES)
        return etp_fail(error, ETP_ERANGE, "discovery has at most %d groups, %d peers and %d addresses",
                        ETP_DISCOVERY_GROUPS, ETP_DISCOVERY_PEERS, ETP_DISCOVERY_ADDRESSES);
    if (etp_live_node_of(live, node) == NULL)
        return etp_fail(error, ETP_ENOENT, "no node %u is on this network: etp_live_add_node() comes first", node);
    return ETP_OK;
}

static struct live_finder *add_finder(etp_live *live, const struct live_node *node)
{
    struct live_finder *finder = etp_live_take(live, sizeof *finder);
    struct found *found = etp_live_take(live, live->options.max_peers * sizeof *found);
    if (finder == NULL || found == NULL) {
        etp_live_give(live, finder, sizeof *finder);
        etp_live_give(live, found, live->options.max_peers * sizeof *found);
        return NULL;
    }
    *finder = (struct live_finder){
        .live = live, .node = node, .found = found, .found_room = live->options.max_peers, .next = live->finders};
    live->finders = finder;
    return finder;
}

static void remove_finder(etp_live *live, struct live_finder *finder)
{
    struct live_finder **at = &live->finders;
    while (*at != finder)
        at = &(*at)->next;
    *at = finder->next;
    give_back(live, finder);
}

int etp_live_discover(etp_live *live, etp_node node, const etp_live_discovery *wanted, etp_error *error)
{
    int result = check(live, node, wanted, error);
    if (result != ETP_OK)
        return result;
    struct live_finder *finder = finder_of(live, node);
    const bool is_new = finder == NULL;
    if (is_new && (finder = add_finder(live, etp_live_node_of(live, node))) == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for discovery");
    live->busy = true;
    result = set_up(finder, wanted, error);
    if (result == ETP_OK && live->started)
        result = etp_discovery_start(finder->discovery);
    if (result != ETP_OK && is_new)
        remove_finder(live, finder);
    etp_live_leave(live);
    return result;
}

int etp_live_end_discovery(etp_live *live, etp_node node)
{
    struct live_finder *finder = live != NULL ? finder_of(live, node) : NULL;
    if (live == NULL)
        return ETP_EINVAL;
    if (live->busy)
        return ETP_ESTATE;
    if (finder == NULL)
        return ETP_ENOENT;
    live->busy = true;
    while (finder->found_count > 0)
        drop(finder, &finder->found[0]);
    remove_finder(live, finder);
    etp_live_leave(live);
    return ETP_OK;
}

void etp_live_start_finders(etp_live *live)
{
    for (struct live_finder *finder = live->finders; finder != NULL; finder = finder->next)
        etp_discovery_start(finder->discovery);
}

/* Those whom the list names no more are not dialed any more. */
void etp_live_judge_finders(etp_live *live, const struct live_node *node)
{
    struct live_finder *finder = finder_of(live, node->number);
    if (finder == NULL)
        return;
    etp_discovery_set_trust(finder->discovery, node->channel.trust);
    for (unsigned i = finder->found_count; i-- > 0;)
        if (etp_trust_find(node->channel.trust, finder->found[i].device) == NULL)
            drop(finder, &finder->found[i]);
    if (live->started)
        etp_discovery_start(finder->discovery);
}

void etp_live_sign_announcements(etp_live *live, const struct live_node *node, const etp_identity *identity)
{
    struct live_finder *finder = finder_of(live, node->number);
    if (finder != NULL)
        etp_discovery_set_identity(finder->discovery, identity);
}

int etp_live_announce(etp_live *live, etp_node node, const char *const *addresses, unsigned address_count,
                      etp_error *error)
{
    struct live_finder *finder = live != NULL ? finder_of(live, node) : NULL;
    if (live == NULL || (addresses == NULL && address_count > 0))
        return etp_fail(error, ETP_EINVAL, "an announcement needs a network, and its addresses");
    if (finder == NULL)
        return etp_fail(error, ETP_ENOENT, "node %u has no discovery", node);
    int result = ETP_OK;
    if (addresses != NULL)
        result = etp_discovery_set_addresses(finder->discovery, addresses, address_count, error);
    if (result == ETP_OK && live->started)
        result = etp_discovery_start(finder->discovery);
    return result;
}

void etp_live_free_finders(etp_live *live)
{
    while (live->finders != NULL) {
        struct live_finder *finder = live->finders;
        live->finders = finder->next;
        give_back(live, finder);
    }
}

/* ---- reading ---- */

int etp_live_get_discovery(const etp_live *live, etp_node node, etp_live_discovery_stats *stats)
{
    if (live == NULL || stats == NULL || stats->size != sizeof *stats)
        return ETP_EINVAL;
    const struct live_finder *finder = finder_of(live, node);
    if (finder == NULL)
        return ETP_ENOENT;
    etp_discovery_stats from;
    etp_discovery_get_stats(finder->discovery, &from);
    *stats = (etp_live_discovery_stats){.size = sizeof *stats,
                                        .port = etp_discovery_port(finder->discovery, false),
                                        .sent = from.sent,
                                        .unsent = from.unsent,
                                        .received = from.received,
                                        .heard = from.heard,
                                        .answered = from.answered,
                                        .dialers = finder->found_count};
    for (unsigned i = 0; i < ETP_DISCOVERY_REFUSALS; i++) {
        if (etp_discovery_is_ordinary(i))
            stats->ordinary += from.refused[i];
        else
            stats->refused += from.refused[i];
    }
    return ETP_OK;
}
