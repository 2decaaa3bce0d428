/* SPDX-License-Identifier: MIT */
#include "discovery.h"

#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "base/memory.h"
#include "state.h"

enum {
    PERIOD_S = 30,
    SKEW_S = 300,
    DEVICES = 1024,
    SOURCE_RATE = 20,
    TOTAL_RATE = 400,
    RATE_MAX = 1000000,
    HOPS_MAX = 255
};

/* ---- options ---- */

static void fill_in(etp_discovery_options *options)
{
    options->hops = options->hops != 0 ? options->hops : 1;
    options->period = options->period != 0 ? options->period : PERIOD_S * ETP_NS_PER_SECOND;
    options->skew = options->skew != 0 ? options->skew : SKEW_S * ETP_NS_PER_SECOND;
    options->max_devices = options->max_devices != 0 ? options->max_devices : DEVICES;
    options->source_rate = options->source_rate != 0 ? options->source_rate : SOURCE_RATE;
    options->total_rate = options->total_rate != 0 ? options->total_rate : TOTAL_RATE;
}

static bool are_sound(const etp_discovery_options *options)
{
    const etp_discovery_calls *calls = &options->calls;
    return options->size == sizeof *options && options->base != NULL && options->device >= 1 &&
           options->device <= ETP_ID_MAX && options->role <= ETP_DEVICE_RELAY && calls->heard != NULL &&
           (options->identity == NULL ||
            (options->trust != NULL && etp_identity_device(options->identity) == options->device)) &&
           options->hops <= HOPS_MAX && options->period >= 0 && options->period <= ETP_NS_PER_HOUR &&
           options->skew >= 0 && options->skew <= 24 * ETP_NS_PER_HOUR && options->source_rate <= RATE_MAX &&
           options->total_rate <= RATE_MAX && etp_allocator_is_whole(options->allocator);
}

static int take_addresses(etp_envelope *own, const char *const *addresses, unsigned count, etp_error *error)
{
    for (unsigned i = 0; i < count; i++) {
        int result = etp_address_check(addresses[i], error);
        if (result != ETP_OK)
            return result;
    }
    for (unsigned i = 0; i < count; i++)
        snprintf(own->addresses[i], sizeof own->addresses[i], "%s", addresses[i]);
    own->address_count = count;
    return ETP_OK;
}

static unsigned count_texts(const char *const *texts, unsigned most)
{
    unsigned count = 0;
    while (count < most && texts[count] != NULL)
        count++;
    return count;
}

static int take_peers(etp_discovery *d, const etp_discovery_options *options, etp_error *error)
{
    d->peer_count = count_texts(options->peers, ETP_DISCOVERY_PEERS);
    for (unsigned i = 0; i < d->peer_count; i++) {
        int result = etp_udp_parse(options->peers[i], "peers", &d->peers[i], error);
        if (result != ETP_OK)
            return result;
        if (etp_udp_port(&d->peers[i]) == 0 || etp_udp_is_group(&d->peers[i]))
            return etp_fail(error, ETP_EINVAL, "discovery.peers: \"%s\" is a group, or has no port", options->peers[i]);
    }
    return ETP_OK;
}

static int take_interface(etp_discovery *d, const char *name, etp_error *error)
{
    d->interface = name != NULL ? if_nametoindex(name) : 0;
    if (name == NULL || d->interface != 0)
        return ETP_OK;
    return etp_fail(error, ETP_EINVAL, "discovery.interface: there is no interface \"%s\" on this host", name);
}

/* ---- sockets ---- */

static int add_door(etp_discovery *d, const etp_udp_address *bound, bool shared, etp_error *error)
{
    etp_discovery_door *door = &d->doors[d->door_count];
    *door = (etp_discovery_door){.discovery = d, .family = bound->any.sa_family};
    int result = etp_udp_open(bound, shared || d->options.before != NULL, &door->fd, error);
    if (result != ETP_OK)
        return result;
    d->door_count++;
    door->shared = shared;
    etp_udp_share(door->fd, shared);
    door->event = event_new(d->options.base, door->fd, EV_READ | EV_PERSIST, etp_discovery_on_readable, door);
    if (door->event == NULL || event_add(door->event, NULL) != 0)
        return etp_fail(error, ETP_ENOMEM, NULL);
    return ETP_OK;
}

/* Bound to the port of the group on all addresses: so it hears datagrams that are sent to this host alone, too. */
static int add_group(etp_discovery *d, const char *text, etp_error *error)
{
    etp_udp_address group;
    int result = etp_udp_parse(text, "group", &group, error);
    if (result != ETP_OK)
        return result;
    if (!etp_udp_is_group(&group) || etp_udp_port(&group) == 0)
        return etp_fail(error, ETP_EINVAL,
                        "discovery.group: \"%s\" is no multicast group with a port, as 239.255.77.77:7700", text);
    etp_udp_address bound = etp_udp_wildcard(group.any.sa_family, etp_udp_port(&group));
    result = add_door(d, &bound, true, error);
    if (result != ETP_OK)
        return result;
    d->doors[d->door_count - 1].is_group = true;
    d->doors[d->door_count - 1].group = group;
    return ETP_OK;
}

static bool shares_port(const etp_discovery *d, const etp_udp_address *bound)
{
    for (unsigned i = 0; i < d->door_count; i++) {
        if (etp_udp_port(&d->doors[i].group) == etp_udp_port(bound))
            return true;
    }
    return false;
}

/* The plain door of a family: what is sent leaves by it, and answers come to it. */
static int add_plain(etp_discovery *d, const etp_udp_address *bound, etp_error *error)
{
    int result = add_door(d, bound, shares_port(d, bound), error);
    if (result != ETP_OK)
        return result;
    return etp_udp_prepare(d->doors[d->door_count - 1].fd, bound->any.sa_family, d->interface, d->options.hops, error);
}

static bool needs_family(const etp_discovery *d, int family)
{
    for (unsigned i = 0; i < d->door_count; i++) {
        if (d->doors[i].is_group && d->doors[i].family == family)
            return true;
    }
    for (unsigned i = 0; i < d->peer_count; i++) {
        if (d->peers[i].any.sa_family == family)
            return true;
    }
    return false;
}

static int add_plains(etp_discovery *d, const char *listen, etp_error *error)
{
    static const int families[] = {AF_INET, AF_INET6};
    etp_udp_address bound = {.any = {0}};
    int result = listen != NULL ? etp_udp_parse(listen, "listen", &bound, error) : ETP_OK;
    for (unsigned i = 0; result == ETP_OK && i < 2; i++) {
        etp_udp_address any = etp_udp_wildcard(families[i], 0);
        if (bound.any.sa_family == families[i])
            result = add_plain(d, &bound, error);
        else if (needs_family(d, families[i]))
            result = add_plain(d, &any, error);
    }
    return result;
}

static void let_in(etp_discovery *before, bool all)
{
    for (unsigned i = 0; before != NULL && i < before->door_count; i++)
        etp_udp_share(before->doors[i].fd, all || before->doors[i].shared);
}

static int open_doors(etp_discovery *d, const etp_discovery_options *options, etp_error *error)
{
    unsigned groups = count_texts(options->groups, ETP_DISCOVERY_GROUPS);
    int result = take_interface(d, options->interface, error);
    for (unsigned i = 0; result == ETP_OK && i < groups; i++)
        result = add_group(d, options->groups[i], error);
    if (result == ETP_OK)
        result = take_peers(d, options, error);
    if (result == ETP_OK)
        result = add_plains(d, options->listen, error);
    if (result == ETP_OK && d->door_count == 0)
        result = etp_fail(error, ETP_EINVAL, "discovery has nothing to do: name a group, peers, or where to listen");
    return result;
}

/* ---- life ---- */

static int set_up(etp_discovery *d, const etp_discovery_options *options, etp_error *error)
{
    d->own.device = options->device;
    d->own.role = options->role;
    d->own.has_message = options->role != ETP_DEVICE_RELAY;
    etp_rng_seed(&d->rng, etp_hash(options->seed, options->device, 0, 0));
    etp_guard_options guard = {.allocator = options->allocator,
                               .max_devices = d->options.max_devices,
                               .source_rate = d->options.source_rate,
                               .total_rate = d->options.total_rate,
                               .skew = d->options.skew,
                               .seed = etp_rng_next(&d->rng)};
    d->timer = evtimer_new(options->base, etp_discovery_on_timer, d);
    if (etp_guard_init(&d->guard, &guard) != ETP_OK || d->timer == NULL)
        return etp_fail(error, ETP_ENOMEM, NULL);
    unsigned count = count_texts(options->addresses, ETP_DISCOVERY_ADDRESSES);
    int result = take_addresses(&d->own, options->addresses, count, error);
    return result == ETP_OK ? open_doors(d, options, error) : result;
}

int etp_discovery_new(etp_discovery **discovery, const etp_discovery_options *options, etp_error *error)
{
    if (discovery == NULL || options == NULL || !are_sound(options))
        return etp_fail(error, ETP_EINVAL, "discovery: an option is missing or outside its range");
    etp_discovery *d = etp_memory_take(options->allocator, sizeof *d);
    if (d == NULL)
        return etp_fail(error, ETP_ENOMEM, NULL);
    d->options = *options;
    fill_in(&d->options);
    let_in(options->before, true);
    int result = set_up(d, options, error);
    let_in(options->before, false);
    d->options.before = NULL;
    if (result != ETP_OK) {
        etp_discovery_free(d);
        return result;
    }
    *discovery = d;
    return ETP_OK;
}

void etp_discovery_free(etp_discovery *d)
{
    if (d == NULL)
        return;
    for (unsigned i = 0; i < d->door_count; i++) {
        if (d->doors[i].event != NULL)
            event_free(d->doors[i].event);
        close(d->doors[i].fd);
    }
    if (d->timer != NULL)
        event_free(d->timer);
    etp_guard_fini(&d->guard);
    etp_memory_give(d->options.allocator, d, sizeof *d);
}

int etp_discovery_start(etp_discovery *d)
{
    if (d == NULL)
        return ETP_EINVAL;
    etp_discovery_announce_soon(d);
    return ETP_OK;
}

static bool is_trusted(void *user, etp_id device)
{
    const etp_discovery *d = user;
    return etp_trust_find(d->options.trust, device) != NULL;
}

int etp_discovery_set_trust(etp_discovery *d, const etp_trust *trust)
{
    if (d == NULL || trust == NULL || d->options.identity == NULL)
        return ETP_EINVAL;
    d->options.trust = trust;
    etp_guard_sweep(&d->guard, is_trusted, d);
    return ETP_OK;
}

int etp_discovery_set_identity(etp_discovery *d, const etp_identity *identity)
{
    if (d == NULL || identity == NULL || d->options.identity == NULL ||
        etp_identity_device(identity) != d->options.device)
        return ETP_EINVAL;
    d->options.identity = identity;
    return ETP_OK;
}

int etp_discovery_set_addresses(etp_discovery *d, const char *const *addresses, unsigned count, etp_error *error)
{
    if (d == NULL || (addresses == NULL && count > 0) || count > ETP_DISCOVERY_ADDRESSES)
        return etp_fail(error, ETP_EINVAL, "discovery: at most %d addresses can be announced", ETP_DISCOVERY_ADDRESSES);
    return take_addresses(&d->own, addresses, count, error);
}

unsigned etp_discovery_port(const etp_discovery *d, bool ipv6)
{
    for (unsigned i = 0; d != NULL && i < d->door_count; i++) {
        if (!d->doors[i].is_group && (d->doors[i].family == AF_INET6) == ipv6) {
            etp_udp_address name = etp_udp_name(d->doors[i].fd);
            return etp_udp_port(&name);
        }
    }
    return 0;
}

void etp_discovery_get_stats(const etp_discovery *d, etp_discovery_stats *stats)
{
    if (stats != NULL)
        *stats = d != NULL ? d->stats : (etp_discovery_stats){0};
}

/* ---- refusals ---- */

static const char *const meanings[] = {
#define ETP_X(NAME, meaning) meaning,
    ETP_DISCOVERY_REFUSAL_LIST(ETP_X)
#undef ETP_X
};

bool etp_discovery_is_ordinary(unsigned refusal)
{
    return refusal == ETP_DISCOVERY_REFUSED_OWN || refusal == ETP_DISCOVERY_REFUSED_BYSTANDER ||
           refusal == ETP_DISCOVERY_REFUSED_DUPLICATE;
}

const char *etp_discovery_refusal_meaning(unsigned refusal)
{
    return refusal < ETP_DISCOVERY_REFUSALS ? meanings[refusal] : "not in the list";
}
