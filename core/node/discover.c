/* SPDX-License-Identifier: MIT */
/* What discovery is told of the configuration: whom to ask, and under which addresses this node is reached. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "node/station.h"

enum { ADDRESSES_MAX = 4, ADDRESS_SIZE = 256 };

/* A listener of all addresses is reached at the one from which its announcements come. */
static bool show_any_host(const char *url, char text[ADDRESS_SIZE])
{
    static const char *const any[] = {"://0.0.0.0:", "://[::]:"};
    for (size_t i = 0; i < sizeof any / sizeof any[0]; i++) {
        const char *at = strstr(url, any[i]);
        if (at == NULL)
            continue;
        snprintf(text, ADDRESS_SIZE, "%.*s://*:%s", (int)(at - url), url, at + strlen(any[i]));
        return true;
    }
    snprintf(text, ADDRESS_SIZE, "%s", url);
    return strncmp(url, "ipc://", strlen("ipc://")) != 0;
}

/* What can be reached from elsewhere, as others would write it. */
static unsigned own_addresses(const etp_station *station, char own[ADDRESSES_MAX][ADDRESS_SIZE],
                              const char *list[ADDRESSES_MAX])
{
    unsigned count = 0;
    for (unsigned i = 0; i < station->listeners.count && count < ADDRESSES_MAX; i++) {
        const char *url = etp_live_address(station->live, station->listeners.list[i].endpoint);
        if (url != NULL && show_any_host(url, own[count])) {
            list[count] = own[count];
            count++;
        }
    }
    return count;
}

static const char **urls_of(const etp_node_links *links)
{
    const char **urls = calloc(links->count + 1, sizeof *urls);
    for (unsigned i = 0; urls != NULL && i < links->count; i++)
        urls[i] = links->list[i].url;
    return urls;
}

/* What an announced Register or Query tells, as the engine's own do. */
static void describe(void *user, etp_message *message)
{
    const etp_station *station = user;
    const etp_battery *battery = &station->premises.home.battery;
    if (station->config.role == ETP_NODE_AGGREGATOR)
        message->required_energy = station->config.demand.need;
    if (station->config.role != ETP_NODE_BATTERY)
        return;
    message->energy_total = battery->stored;
    message->remaining_energy = etp_battery_available(battery);
    message->discharge_rate = station->config.battery.power;
    message->voltage_mv = station->config.battery.voltage_mv;
}

static int begin(etp_station *station, const etp_node_discovery *config, const char *const *groups,
                 const char *const *peers, const char *const *announce, etp_error *error)
{
    char own[ADDRESSES_MAX][ADDRESS_SIZE];
    const char *list[ADDRESSES_MAX];
    etp_live_tls tls;
    const etp_live_discovery discovery = {
        .size = sizeof discovery,
        .groups = groups,
        .group_count = config->groups.count,
        .peers = peers,
        .peer_count = config->peers.count,
        .interface = config->interface,
        .listen = config->listen,
        .addresses = config->announce.count > 0 ? announce : list,
        .address_count = config->announce.count > 0 ? config->announce.count : own_addresses(station, own, list),
        .tls = station->config.tls.given ? etp_station_tls(&station->config.tls, "tls+tcp://", &tls) : NULL,
        .period = config->period,
        .describe = describe,
        .user = station};
    return etp_live_discover(station->live, station->node, &discovery, error);
}

int etp_station_discover(etp_station *station, const etp_node_discovery *config, etp_error *error)
{
    if (!config->given) {
        etp_live_end_discovery(station->live, station->node);
        return ETP_OK;
    }
    const char **groups = urls_of(&config->groups), **peers = urls_of(&config->peers);
    const char **announce = urls_of(&config->announce);
    int result = ETP_ENOMEM;
    if (groups != NULL && peers != NULL && announce != NULL)
        result = begin(station, config, groups, peers, announce, error);
    free(groups);
    free(peers);
    free(announce);
    return result;
}

int etp_station_announce(etp_station *station, etp_error *error)
{
    const etp_node_discovery *config = &station->config.discovery;
    char own[ADDRESSES_MAX][ADDRESS_SIZE];
    const char *list[ADDRESSES_MAX];
    if (!config->given || config->announce.count > 0)
        return ETP_OK;
    unsigned count = own_addresses(station, own, list);
    return etp_live_announce(station->live, station->node, list, count, error);
}
