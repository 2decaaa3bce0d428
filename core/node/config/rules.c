/* SPDX-License-Identifier: MIT */
/* What must fit together in a configuration, and what somebody should know who runs it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "etp/auction.h"
#include "etp/live_older.h"
#include "node/config/keys.h"
#include "program/values.h"

static bool is_there(const etp_node_config *config, const char *path)
{
    return etp_table_kind(config->table, path) != ETP_VALUE_NONE;
}

/* ---- who it is ---- */

static void check_identity(const etp_node_config *config, etp_findings *findings)
{
    if (config->open) {
        if (config->key != NULL || config->trust != NULL)
            etp_node_config_refuse(config, findings, config->key != NULL ? "key" : "trust",
                                   "is given and identity is off: leave one of them out");
        etp_findings_warning(findings, "identity is off: whoever reaches this node may trade with it under any name");
        return;
    }
    if (config->key == NULL)
        etp_findings_error(findings,
                           "%s: key is missing: make one with 'etp-engine keygen %llu FILE', or say identity = \"off\" "
                           "for a market in which nobody proves who they are",
                           config->file, (unsigned long long)config->device);
    if (config->trust == NULL)
        etp_findings_error(findings,
                           "%s: trust is missing: a text file with a line for each device that may trade with this "
                           "one, as 'etp-engine keygen' prints it",
                           config->file);
}

/* ---- whom it reaches ---- */

static bool begins(const char *url, const char *scheme)
{
    return strncmp(url, scheme, strlen(scheme)) == 0;
}

static unsigned count_of(const etp_node_links *links, const char *scheme)
{
    unsigned count = 0;
    for (unsigned i = 0; i < links->count; i++)
        count += begins(links->list[i].url, scheme);
    return count;
}

/* As addresses of IPv4 and IPv6 are written, and no name is. */
static bool is_number(const char *address)
{
    return strspn(address, "0123456789abcdefABCDEF.:[]") == strlen(address);
}

/* 224.0.0.0 to 239.255.255.255, and [ff..]. */
static bool is_group(const char *address)
{
    unsigned long first = strtoul(address, NULL, 10);
    return begins(address, "[ff") || begins(address, "[FF") || (first >= 224 && first <= 239);
}

/* Port 0 lets the system choose where one listens. */
static bool has_port_0(const char *url)
{
    const char *colon = strrchr(url, ':');
    return !begins(url, "ipc://") && colon != NULL && colon[1] != '\0' &&
           strspn(colon + 1, "0") == strcspn(colon + 1, "/");
}

static void check_dial(const etp_node_config *config, etp_findings *findings)
{
    for (unsigned i = 0; i < config->dial.count; i++) {
        const etp_node_link *link = &config->dial.list[i];
        if (link->device == config->device)
            etp_node_config_refuse(config, findings, "dial", "wants device %llu, which is this node itself",
                                   (unsigned long long)config->device);
        if (has_port_0(link->url))
            etp_node_config_refuse(config, findings, "dial",
                                   "is \"%s\", and nobody listens at port 0: write the port of the other's line "
                                   "\"listening\"",
                                   link->url);
    }
}

static void check_reach(const etp_node_config *config, etp_findings *findings)
{
    const etp_node_discovery *discovery = &config->discovery;
    bool older = config->older.listen != NULL || config->older.dial.count > 0;
    if (config->listen.count + config->dial.count == 0 && !discovery->given && !older)
        etp_findings_error(findings,
                           "%s: nobody can reach this node and it reaches nobody: add listen, dial or discovery",
                           config->file);
    if (discovery->given && discovery->groups.count + discovery->peers.count == 0 && discovery->listen == NULL)
        etp_node_config_refuse(config, findings, "discovery",
                               "has neither a group nor peers nor listen: it would ask and hear nobody");
    for (unsigned i = 0; i < discovery->groups.count; i++)
        if (!is_group(discovery->groups.list[i].url))
            etp_node_config_refuse(config, findings, "discovery.group",
                                   "has \"%s\", which is no multicast address: 239.255.77.77:7700 is one",
                                   discovery->groups.list[i].url);
    for (unsigned i = 0; i < discovery->peers.count; i++)
        if (!is_number(discovery->peers.list[i].url))
            etp_node_config_refuse(config, findings, "discovery.peers",
                                   "has \"%s\": write an address in numbers, names are not looked up here",
                                   discovery->peers.list[i].url);
    if (discovery->announce.count > 0 && config->listen.count == 0)
        etp_node_config_refuse(config, findings, "discovery.announce",
                               "is an address that nobody answers at: there is no listen");
    check_dial(config, findings);
}

static void check_tls(const etp_node_config *config, etp_findings *findings)
{
    unsigned links = count_of(&config->listen, "tls+tcp://") + count_of(&config->dial, "tls+tcp://");
    unsigned plain = count_of(&config->listen, "tcp://") + count_of(&config->dial, "tcp://") +
                     count_of(&config->listen, "ws://") + count_of(&config->dial, "ws://");
    if (links > 0 && !config->tls.given)
        etp_node_config_refuse(config, findings, count_of(&config->listen, "tls+tcp://") > 0 ? "listen" : "dial",
                               "has a link with tls+tcp://, and there is no tls = { ca, certificate, key }");
    if (links == 0 && config->tls.given && !config->discovery.given)
        etp_findings_warning(findings, "tls is given, and no link begins with tls+tcp://: it is not used");
    if (plain > 0)
        etp_findings_warning(findings,
                             "%u %s plain: whoever sits on the wire can read along and cut%s; tls+tcp:// is private",
                             plain, plain == 1 ? "link is" : "links are",
                             config->open ? ", and change and inject what it likes" : ", but not change or inject");
}

/* Its clients wait half a second for the answer to a bid, which comes after the close. */
static void check_older(const etp_node_config *config, etp_findings *findings)
{
    const etp_node_older *older = &config->older;
    if (older->listen == NULL && older->dial.count == 0)
        return;
    etp_findings_warning(findings, "the older wire format is on: it has neither identity nor privacy");
    if (older->listen != NULL && !is_there(config, "market.window_ms"))
        etp_findings_warning(findings, "auctions here are open for %d ms, for the sake of older.listen",
                             (int)(config->market.window / ETP_NS_PER_MS));
    if (older->listen != NULL && config->market.window > ETP_LIVE_OLDER_WINDOW_MAX)
        etp_node_config_refuse(config, findings, "market.window_ms",
                               "is %lld, and clients of the older format wait half a second for an answer: with "
                               "older.listen it has to be at most %d, at every node of the market",
                               (long long)(config->market.window / ETP_NS_PER_MS),
                               (int)(ETP_LIVE_OLDER_WINDOW_MAX / ETP_NS_PER_MS));
    if (is_there(config, "older.devices") && older->allow.count > 0)
        etp_node_config_refuse(config, findings, "older.devices",
                               "is for a port without older.allow, whose list it has");
    for (unsigned i = 0; i < older->dial.count; i++)
        if (older->dial.list[i].device == 0)
            etp_node_config_refuse(config, findings, "older.dial",
                                   "has %.80s without a device: no server of that format can be asked who it is",
                                   older->dial.list[i].url);
}

/* ---- what it trades ---- */

static void check_battery(const etp_node_config *config, etp_findings *findings)
{
    const etp_battery_spec *battery = &config->battery;
    if (config->stored > battery->capacity)
        etp_node_config_refuse(config, findings, "battery.stored_kwh", "is more than the capacity of %.12g kWh",
                               etp_energy_to_kwh(battery->capacity));
    if (battery->floor > battery->capacity)
        etp_node_config_refuse(config, findings, "battery.floor_kwh", "is more than the capacity of %.12g kWh",
                               etp_energy_to_kwh(battery->capacity));
    if (config->param_count > 0 && config->reserve == NULL)
        etp_node_config_refuse(config, findings, "params", "has parameters of a policy, and there is no reserve");
    if (config->reserve != NULL && is_there(config, "base_reserve_c_per_kwh"))
        etp_node_config_refuse(config, findings, "base_reserve_c_per_kwh",
                               "is of the protocol's own policy, and reserve names another one");
}

static void check_demand(const etp_node_config *config, etp_findings *findings)
{
    static const char *const parts[] = {"demand.loss_factor", "demand.cost_to_serve_c_per_kwh", "demand.own_c_per_kwh"};
    if (!config->demand.value_given && config->prices.file == NULL)
        etp_node_config_refuse(config, findings, "demand",
                               "has no value: give it value_c_per_kwh, or add prices that it follows");
    for (size_t i = 0; config->demand.value_given && i < sizeof parts / sizeof parts[0]; i++)
        if (is_there(config, parts[i]))
            etp_node_config_refuse(config, findings, parts[i],
                                   "is for a value that follows the prices, and value_c_per_kwh is given");
}

static void check_market(const etp_node_config *config, etp_findings *findings)
{
    static const etp_time day = 24 * ETP_NS_PER_HOUR;
    const etp_node_market *market = &config->market;
    char need[ETP_VALUE_TEXT_MAX];
    etp_time least = market->query_spread + market->window + 2 * market->hold;
    etp_value_show_duration(least, need, sizeof need);
    if (market->interval % ETP_NS_PER_SECOND != 0 || day % market->interval != 0)
        etp_node_config_refuse(config, findings, "market.interval_s",
                               "does not divide a day into equal parts of whole seconds, as 20, 300 and 1800 do");
    if (least > market->interval)
        etp_node_config_refuse(config, findings, "market.interval_s",
                               "is too short: query spread, window and two holds take %s", need);
    if (market->utc_offset % (ETP_NS_PER_HOUR / 4) != 0)
        etp_node_config_refuse(config, findings, "market.utc_offset_h", "is no whole number of quarters of an hour");
}

static void check_prices(const etp_node_config *config, etp_findings *findings)
{
    if (config->prices.file == NULL || config->prices.follow)
        return;
    if (is_there(config, "prices.stale_after_s"))
        etp_node_config_refuse(config, findings, "prices.stale_after_s",
                               "is for a file that is followed; one that is replayed does not go stale");
}

static void check_limits(const etp_node_config *config, etp_findings *findings)
{
    const etp_node_limits *limits = &config->limits;
    if (limits->connections < config->dial.count)
        etp_node_config_refuse(config, findings, "limits.connections", "is %u, and there are %u links to dial",
                               limits->connections, config->dial.count);
    if (limits->peers < config->dial.count)
        etp_node_config_refuse(config, findings, "limits.peers", "is %u, and there are %u links to dial", limits->peers,
                               config->dial.count);
    if (limits->unacknowledged_most_bytes < limits->unacknowledged_bytes)
        etp_node_config_refuse(config, findings, "limits.unacknowledged_most_bytes",
                               "is %u, and limits.unacknowledged_bytes is %u: the most is no less",
                               limits->unacknowledged_most_bytes, limits->unacknowledged_bytes);
}

void etp_node_rules_check(const etp_node_config *config, etp_findings *findings)
{
    check_identity(config, findings);
    check_reach(config, findings);
    check_tls(config, findings);
    check_limits(config, findings);
    check_older(config, findings);
    if (config->role == ETP_NODE_RELAY)
        return;
    check_market(config, findings);
    check_prices(config, findings);
    if (config->role == ETP_NODE_BATTERY)
        check_battery(config, findings);
    else
        check_demand(config, findings);
}
