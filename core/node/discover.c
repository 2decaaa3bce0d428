/* SPDX-License-Identifier: MIT */
/* Discovery of a node: what its configuration says of it becomes what etp_live_discover() wants to have. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/station.h"

enum { ADDRESSES_MAX = 4, ADDRESS_MAX = 129 };

typedef struct announced {
    char texts[ADDRESSES_MAX][ADDRESS_MAX];
    const char *list[ADDRESSES_MAX];
    unsigned count;
} announced;

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

/* Where a listener on all addresses is to be reached the hearer finds out: "*" stands for where the datagram came from. */
static void announce_listener(announced *to, const char *url)
{
    static const char *const everywhere[] = {"0.0.0.0:", "[::]:", ":"};
    const char *host = strstr(url, "://");
    bool is_reachable = begins(url, "tcp://") || begins(url, "tls+tcp://") || begins(url, "ws://");
    if (!is_reachable || to->count == ADDRESSES_MAX || strlen(url) >= ADDRESS_MAX)
        return;
    host += 3;
    char *text = to->texts[to->count];
    snprintf(text, ADDRESS_MAX, "%s", url);
    for (unsigned i = 0; i < sizeof everywhere / sizeof *everywhere; i++) {
        const char *wildcard = everywhere[i];
        if (begins(host, wildcard)) {
            snprintf(text, ADDRESS_MAX, "%.*s*:%s", (int)(host - url), url, host + strlen(wildcard));
            break;
        }
    }
    to->list[to->count++] = text;
}

static void collect(const etp_station *station, announced *to)
{
    *to = (announced){.count = 0};
    if (station->config.discovery.announce != NULL) {
        to->list[to->count++] = station->config.discovery.announce;
        return;
    }
    for (unsigned i = 0; i < station->listener_count; i++)
        announce_listener(to, etp_live_address(station->live, station->listeners[i]));
}

/* What a Register or Query tells, as the engine's own do. */
static void describe(void *user, etp_message *message)
{
    const etp_station *station = user;
    const etp_battery *battery = &station->premises.home.battery;
    if (station->config.role != ETP_NODE_BATTERY) {
        message->required_energy = station->config.demand.need;
        return;
    }
    message->energy_total = battery->stored;
    message->remaining_energy = etp_battery_available(battery);
    message->discharge_rate = station->config.battery.power;
    message->voltage_mv = station->config.battery.voltage_mv;
}

int etp_station_discover(etp_station *station, etp_error *error)
{
    const etp_node_discovery *wanted = &station->config.discovery;
    const etp_node_tls *given = &station->config.tls;
    const etp_live_tls tls = {
        .ca = given->ca, .certificate = given->certificate, .key = given->key, .server_name = given->server_name};
    announced addresses;
    if (!wanted->given)
        return ETP_OK;
    const char **peers = calloc(wanted->peers.count + 1, sizeof *peers);
    if (peers == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for %u peers of discovery", wanted->peers.count);
    for (unsigned i = 0; i < wanted->peers.count; i++)
        peers[i] = wanted->peers.list[i].url;
    collect(station, &addresses);
    const etp_live_discovery discovery = {.size = sizeof discovery,
                                          .groups = &wanted->group,
                                          .group_count = wanted->group != NULL,
                                          .peers = peers,
                                          .peer_count = wanted->peers.count,
                                          .interface = wanted->interface,
                                          .listen = wanted->listen,
                                          .addresses = addresses.list,
                                          .address_count = addresses.count,
                                          .tls = given->given ? &tls : NULL,
                                          .describe = describe,
                                          .user = station};
    int result = etp_live_discover(station->live, station->node, &discovery, error);
    free(peers);
    return result;
}

void etp_tell_discovery(const etp_station *station)
{
    announced addresses;
    const etp_node_discovery *wanted = &station->config.discovery;
    if (!wanted->given)
        return;
    collect(station, &addresses);
    if (wanted->group != NULL)
        etp_tell(station, "discovering group %s", wanted->group);
    for (unsigned i = 0; i < wanted->peers.count; i++)
        etp_tell(station, "discovering peer %s", wanted->peers.list[i].url);
    for (unsigned i = 0; i < addresses.count; i++)
        etp_tell(station, "announcing %s", addresses.list[i]);
}
