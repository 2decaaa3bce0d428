/* SPDX-License-Identifier: MIT */
#include "node/config/keys.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "etp/auction.h"

static const char *const roles[] = {"battery", "aggregator", "relay", NULL};
static const char *const switches[] = {"on", "off", NULL};
/* In the order of etp_mechanism, and of the bits of ETP_DISCLOSE_. */
static const char *const mechanisms[] = {"first-price", "second-price", "ascending", "uniform-price", NULL};
static const char *const disclosures[] = {"none", "reserve", "winner", "both", NULL};

#define AT(field) offsetof(etp_node_config, field)
#define SECTION(path, roles, doc)                                       \
    {                                                                   \
        path, ETP_KEY_SECTION, 0, 0, NULL, "", roles, false, 0, "", doc \
    }
#define TEXT(path, kind, standard, roles, live, field, doc)               \
    {                                                                     \
        path, kind, 0, 0, NULL, standard, roles, live, AT(field), "", doc \
    }
#define WORD(path, words, standard, roles, field, doc)                              \
    {                                                                               \
        path, ETP_KEY_WORD, 0, 0, words, standard, roles, false, AT(field), "", doc \
    }
#define NUMBER(path, kind, unit, low, high, standard, roles, live, field, doc)   \
    {                                                                            \
        path, kind, low, high, NULL, standard, roles, live, AT(field), unit, doc \
    }

static const double device_max = 9007199254740991.0;

/* clang-format off: a line each, so that the table can be read as one */
static const etp_node_key keys[] = {
    NUMBER("api", ETP_KEY_COUNT, "", 1, 1, NULL, ETP_FOR_ALL, false, api, "version of this format"),
    WORD("role", roles, NULL, ETP_FOR_ALL, role, "what the node is"),
    NUMBER("device", ETP_KEY_ID, "", 1, device_max, NULL, ETP_FOR_ALL, false, device,
           "the node's device id, which nobody else has"),
    TEXT("name", ETP_KEY_TEXT, "", ETP_FOR_ALL, false, name,
         "what scripts and logs call it; the file's name without .lua if not given"),
    NUMBER("seed", ETP_KEY_ID, "", 0, device_max, "0", ETP_FOR_ALL, false, seed,
           "of the node's random numbers; 0 takes another one at each start, but for the made-up home"),

    WORD("identity", switches, "on", ETP_FOR_ALL, open, "off: peers prove nothing, and anybody may trade"),
    TEXT("key", ETP_KEY_FILE, "", ETP_FOR_ALL, true, key,
         "the device's private key, made by etp-engine keygen; needed unless identity is off"),
    TEXT("trust", ETP_KEY_FILE, "", ETP_FOR_ALL, true, trust,
         "the public keys of devices that may trade with this one; needed unless identity is off"),

    TEXT("listen", ETP_KEY_LINKS, "", ETP_FOR_ALL, true, listen,
         "where peers may connect; port 0 lets the system choose"),
    TEXT("dial", ETP_KEY_DIALS, "", ETP_FOR_ALL, true, dial,
         "whom to connect to, again and again; { url = ..., device = ... } says who has to answer"),
    SECTION("tls", ETP_FOR_ALL, "for links that begin with tls+tcp: both sides show a certificate"),
    TEXT("tls.ca", ETP_KEY_FILE, NULL, ETP_FOR_ALL, true, tls.ca,
         "PEM file of the authority that both sides' certificates are signed by"),
    TEXT("tls.certificate", ETP_KEY_FILE, NULL, ETP_FOR_ALL, true, tls.certificate,
         "PEM file of the node's own certificate"),
    TEXT("tls.key", ETP_KEY_FILE, NULL, ETP_FOR_ALL, true, tls.key, "PEM file of the certificate's private key"),
    TEXT("tls.server_name", ETP_KEY_TEXT, "", ETP_FOR_ALL, true, tls.server_name,
         "the name that a dialed server's certificate must have; that of the URL if not given"),
    SECTION("discovery", ETP_FOR_ALL, "finds peers by UDP, and is found"),
    TEXT("discovery.group", ETP_KEY_ADDRESSES, "", ETP_FOR_ALL, true, discovery.groups,
         "multicast group and port, or up to 4 of them, as in 239.255.77.77:7700"),
    TEXT("discovery.interface", ETP_KEY_TEXT, "", ETP_FOR_ALL, true, discovery.interface,
         "network interface of the multicast; the system's choice if not given"),
    TEXT("discovery.listen", ETP_KEY_ADDRESS, "", ETP_FOR_ALL, true, discovery.listen,
         "where datagrams for this node alone are heard; any port if not given"),
    TEXT("discovery.announce", ETP_KEY_LINKS, "", ETP_FOR_ALL, true, discovery.announce,
         "the URLs under which others reach this node's listen addresses, up to 4; a host of * is the address from "
         "which "
         "it is heard; those of listen if not given"),
    NUMBER("discovery.period_s", ETP_KEY_SECONDS, "s", 1, 3600, "30", ETP_FOR_ALL, true, discovery.period,
           "between two announcements, +-25 %; sooner after the start"),
    TEXT("discovery.peers", ETP_KEY_ADDRESSES, "", ETP_FOR_ALL, true, discovery.peers,
         "whom to ask directly, where multicast is not to be had"),

    SECTION("battery", ETP_FOR_BATTERY, "the device"),
    NUMBER("battery.capacity_kwh", ETP_KEY_KWH, "kWh", 0.1, 100000, NULL, ETP_FOR_BATTERY, false, battery.capacity,
           "usable capacity"),
    NUMBER("battery.stored_kwh", ETP_KEY_KWH, "kWh", 0, 100000, NULL, ETP_FOR_BATTERY, false, stored,
           "what is in it at the start"),
    NUMBER("battery.power_kw", ETP_KEY_KW, "kW", 0.01, 100000, NULL, ETP_FOR_BATTERY, false, battery.power,
           "of the inverter, in and out"),
    NUMBER("battery.export_kw", ETP_KEY_KW, "kW", 0, 100000, "5", ETP_FOR_BATTERY, false, battery.export_limit,
           "what the meter lets out"),
    NUMBER("battery.floor_kwh", ETP_KEY_KWH, "kWh", 0, 100000, "0", ETP_FOR_BATTERY, false, battery.floor,
           "never sold or used below this"),
    NUMBER("battery.round_trip_percent", ETP_KEY_PERCENT, "%", 1, 100, "89", ETP_FOR_BATTERY, false, round_trip_ppm,
           "efficiency of charging and discharging together"),
    NUMBER("battery.voltage_v", ETP_KEY_VOLTS, "V", 12, 1000, "48", ETP_FOR_BATTERY, false, battery.voltage_mv,
           "nominal, told in statuses"),
    NUMBER("battery.wear_c_per_kwh", ETP_KEY_CENTS, "c/kWh", 0, 10000, "4", ETP_FOR_BATTERY, false, battery.wear,
           "what discharging a kWh costs in wear"),
    NUMBER("battery.rated_cycles", ETP_KEY_COUNT, "", 1, 1000000, "6000", ETP_FOR_BATTERY, false, battery.rated_cycles,
           "full cycles until its health is poor"),
    SECTION(
        "home", ETP_FOR_BATTERY,
        "a made-up home around the battery: load, sun, tariffs; without it nothing but sales changes what is stored"),
    NUMBER("home.number", ETP_KEY_ID, "", 0, device_max, "", ETP_FOR_BATTERY, false, home.number,
           "which home of the made-up neighbourhood it is; the device id if not given"),
    NUMBER("home.pv_kw", ETP_KEY_KW, "kW", 0, 100, "6.6", ETP_FOR_BATTERY, false, home.pv, "peak of its panels"),
    NUMBER("home.need_factor", ETP_KEY_SHARE, "", 0, 10, "1.5", ETP_FOR_BATTERY, false, home.need_factor_ppm,
           "how many times its expected own need it keeps back"),
    TEXT("home.feed_in_c_per_kwh", ETP_KEY_TARIFF, "3.3", ETP_FOR_BATTERY, true, home.feed_in,
         "what spilled energy earns"),
    TEXT("home.retail_c_per_kwh", ETP_KEY_TARIFF, "33", ETP_FOR_BATTERY, true, home.retail,
         "what imported energy costs"),
    TEXT("reserve", ETP_KEY_SCRIPT, "", ETP_FOR_BATTERY, true, reserve,
         "reserve policy: a Lua file, or the name of a shipped one; the protocol's own if not given"),
    NUMBER("base_reserve_c_per_kwh", ETP_KEY_CENTS, "c/kWh", 0, 10000, "8.3", ETP_FOR_BATTERY, true, base_reserve,
           "of the protocol's own policy"),

    TEXT("strategy", ETP_KEY_SCRIPT, NULL, ETP_FOR_AGGREGATOR, true, strategy,
         "how it bids: a Lua file, or the name of a shipped one"),
    TEXT("params", ETP_KEY_PARAMS, "", ETP_FOR_TRADERS, true, params,
         "parameters of the strategy or policy: NAME = number"),
    SECTION("demand", ETP_FOR_AGGREGATOR, "what it wants to buy"),
    NUMBER("demand.need_kwh", ETP_KEY_KWH, "kWh", 0, 1000000, NULL, ETP_FOR_AGGREGATOR, true, demand.need,
           "most energy in an interval"),
    NUMBER("demand.budget_dollars", ETP_KEY_DOLLARS, "$", 0, 1000000, NULL, ETP_FOR_AGGREGATOR, true, demand.budget,
           "most money in an interval"),
    NUMBER("demand.value_c_per_kwh", ETP_KEY_CENTS, "c/kWh", -10000, 10000, "", ETP_FOR_AGGREGATOR, true, demand.value,
           "what a kWh is worth, always; if not given it follows the prices"),
    NUMBER("demand.loss_factor", ETP_KEY_SHARE, "", 0, 10, "1.05", ETP_FOR_AGGREGATOR, true, demand.loss_factor_ppm,
           "of a value that follows the prices: this times the forecast"),
    NUMBER("demand.cost_to_serve_c_per_kwh", ETP_KEY_CENTS, "c/kWh", 0, 10000, "2", ETP_FOR_AGGREGATOR, true,
           demand.cost_to_serve, "of a value that follows the prices: less this"),
    NUMBER("demand.own_c_per_kwh", ETP_KEY_CENTS, "c/kWh", -10000, 10000, "0", ETP_FOR_AGGREGATOR, true, demand.own,
           "of a value that follows the prices: and this more"),

    SECTION("prices", ETP_FOR_TRADERS, "the feed of wholesale prices"),
    TEXT("prices.file", ETP_KEY_FILE, NULL, ETP_FOR_TRADERS, true, prices.file,
         "a price file in a form that etp-engine data knows, or, followed, one with the columns that docs/live.md "
         "names"),
    TEXT("prices.follow", ETP_KEY_BOOL, "false", ETP_FOR_TRADERS, true, prices.follow,
         "true: the file is appended to, and its newest row that has begun counts; false: it is replayed by the time "
         "of day"),
    TEXT("prices.region", ETP_KEY_TEXT, "", ETP_FOR_TRADERS, true, prices.region,
         "whose prices, where the file has several regions"),
    NUMBER("prices.stale_after_s", ETP_KEY_SECONDS, "s", 1, 604800, "900", ETP_FOR_TRADERS, true, prices.stale_after,
           "a followed file without a row newer than this is no feed any more"),

    SECTION("market", ETP_FOR_TRADERS, "what all nodes of a market must agree on"),
    NUMBER("market.interval_s", ETP_KEY_SECONDS, "s", 1, 86400, "300", ETP_FOR_TRADERS, false, market.interval,
           "length of a market interval; divides a day, and begins at its whole multiples since 1970"),
    NUMBER("market.window_ms", ETP_KEY_MS, "ms", 10, 3600000, "2000", ETP_FOR_TRADERS, false, market.window,
           "how long an auction takes bids"),
    NUMBER("market.hold_ms", ETP_KEY_MS, "ms", 10, 3600000, "1000", ETP_FOR_TRADERS, false, market.hold,
           "how long an award waits for its confirmation"),
    NUMBER("market.query_spread_ms", ETP_KEY_MS, "ms", 0, 3600000, "10000", ETP_FOR_TRADERS, false, market.query_spread,
           "over which an interval's Queries are spread"),
    WORD("market.mechanism", mechanisms, "first-price", ETP_FOR_TRADERS, market.mechanism,
         "of auctions at this battery, or, for an aggregator, what its strategy is told"),
    WORD("market.disclose", disclosures, "none", ETP_FOR_BATTERY, market.disclose,
         "what bidders are told: the reserve, the lowest price that won"),
    NUMBER("market.tick_c_per_kwh", ETP_KEY_CENTS, "c/kWh", 0, 10000, "0.1", ETP_FOR_TRADERS, false, market.tick,
           "the least raise of a bid"),
    NUMBER("market.utc_offset_h", ETP_KEY_HOURS, "h", -12, 14, "10", ETP_FOR_TRADERS, false, market.utc_offset,
           "the market's clock, east of UTC: of tariffs, of homes, of price files"),

    SECTION("limits", ETP_FOR_ALL, "bounds on what others may take of this node"),
    NUMBER("limits.peers", ETP_KEY_COUNT, "", 1, 100000, "256", ETP_FOR_ALL, false, limits.peers,
           "devices that it ever trades with while it runs; memory is taken for them at the start"),
    NUMBER("limits.connections", ETP_KEY_COUNT, "", 1, 100000, "320", ETP_FOR_ALL, true, limits.connections,
           "open at a time"),
    NUMBER("limits.connections_per_address", ETP_KEY_COUNT, "", 1, 100000, "256", ETP_FOR_ALL, true,
           limits.connections_per_address, "of one address, open at a time"),
    NUMBER("limits.connects_per_second", ETP_KEY_COUNT, "/s", 0, 1000000, "20", ETP_FOR_ALL, true,
           limits.connects_per_second,
           "new connections of one address that do not say who they are, in the mean; 0 is no "
           "limit"),
    NUMBER("limits.burst_connects", ETP_KEY_COUNT, "", 1, 1000000, "256", ETP_FOR_ALL, true, limits.connect_burst,
           "of those, at once"),
    NUMBER("limits.messages_per_second", ETP_KEY_COUNT, "/s", 0, 1000000, "1000", ETP_FOR_ALL, true,
           limits.messages_per_second, "messages of one peer, in the mean; 0 is no limit"),
    NUMBER("limits.burst_messages", ETP_KEY_COUNT, "", 1, 1000000, "2000", ETP_FOR_ALL, true, limits.burst,
           "messages of one peer, at once"),
    NUMBER("limits.unacknowledged_bytes", ETP_KEY_COUNT, "B", 4096, 1048576, "8192", ETP_FOR_ALL, true,
           limits.unacknowledged_bytes,
           "bytes on the way to one peer, however slow it is: what an urgent message may have to wait behind"),
    NUMBER("limits.unacknowledged_most_bytes", ETP_KEY_COUNT, "B", 4096, 1048576, "65536", ETP_FOR_ALL, true,
           limits.unacknowledged_most_bytes,
           "the same at most, on the way to a peer that takes in as much within 5 ms"),
    NUMBER("limits.heartbeat_s", ETP_KEY_SECONDS, "s", 0.1, 3600, "5", ETP_FOR_ALL, true, limits.heartbeat,
           "a link that was silent for so long is asked; after three times this it is lost"),
    TEXT("audit", ETP_KEY_FILE, "", ETP_FOR_ALL, true, audit, "a file to which every refusal is appended"),

    SECTION("older", ETP_FOR_TRADERS, "the older wire format, on plain TCP and without identity"),
    TEXT("older.listen", ETP_KEY_ADDRESS, "", ETP_FOR_BATTERY, false, older.listen, "where its clients may connect"),
    TEXT("older.allow", ETP_KEY_IDS, "", ETP_FOR_BATTERY, false, older.allow,
         "the device ids that may come; whoever comes first if not given"),
    NUMBER("older.devices", ETP_KEY_COUNT, "", 1, 100000, "32", ETP_FOR_BATTERY, false, older.devices,
           "device ids that ever come while it runs, where older.allow is not given"),
    NUMBER("older.connections", ETP_KEY_COUNT, "", 1, 100000, "64", ETP_FOR_BATTERY, false, older.connections,
           "open at a time"),
    NUMBER("older.connections_per_address", ETP_KEY_COUNT, "", 1, 100000, "16", ETP_FOR_BATTERY, false,
           older.connections_per_address, "of one address, open at a time"),
    NUMBER("older.messages_per_second", ETP_KEY_COUNT, "/s", 0, 1000000, "200", ETP_FOR_BATTERY, false,
           older.messages_per_second, "of one connection, in the mean; what comes faster waits; 0 is no limit"),
    TEXT("older.dial", ETP_KEY_SERVERS, "", ETP_FOR_AGGREGATOR, false, older.dial,
         "its servers: { url = HOST:PORT, device = ... }, for none of them can be asked who it is"),
};
/* clang-format on */

unsigned etp_node_key_count(void)
{
    return sizeof keys / sizeof keys[0];
}

const etp_node_key *etp_node_key_at(unsigned index)
{
    return index < etp_node_key_count() ? &keys[index] : NULL;
}

const etp_node_key *etp_node_key_find(const char *path)
{
    for (unsigned i = 0; i < etp_node_key_count(); i++)
        if (strcmp(keys[i].path, path) == 0)
            return &keys[i];
    return NULL;
}

const char *etp_node_role_name(etp_node_role role)
{
    return (unsigned)role <= ETP_NODE_RELAY ? roles[role] : "?";
}

/* ---- for people ---- */

const char *etp_node_key_kind_name(const etp_node_key *key)
{
    static const char *const names[ETP_KEY_KINDS] = {
        [ETP_KEY_SECTION] = "a table",
        [ETP_KEY_ID] = "a whole number",
        [ETP_KEY_COUNT] = "a whole number",
        [ETP_KEY_BOOL] = "true or false",
        [ETP_KEY_TEXT] = "a text",
        [ETP_KEY_WORD] = "a word",
        [ETP_KEY_FILE] = "a file",
        [ETP_KEY_SCRIPT] = "a script",
        [ETP_KEY_TARIFF] = "a number, or \"00:00=2.1,15:00=8.4\"",
        [ETP_KEY_LINKS] = "a URL, or a list of them",
        [ETP_KEY_DIALS] = "a URL, or a list of them",
        [ETP_KEY_ADDRESS] = "HOST:PORT",
        [ETP_KEY_ADDRESSES] = "HOST:PORT, or a list of them",
        [ETP_KEY_SERVERS] = "a table with url and device, or a list of them",
        [ETP_KEY_IDS] = "a list of device ids",
        [ETP_KEY_PARAMS] = "a table of numbers",
    };
    return names[key->kind] != NULL ? names[key->kind] : "a number";
}

static void join_words(const etp_node_key *key, char *text, size_t size)
{
    text[0] = '\0';
    for (unsigned i = 0; key->words[i] != NULL; i++) {
        size_t used = strlen(text);
        const char *between = i == 0 ? "" : key->words[i + 1] != NULL ? ", " : " or ";
        snprintf(text + used, size - used, "%s%s", between, key->words[i]);
    }
}

void etp_node_key_range(const etp_node_key *key, char *text, size_t size)
{
    if (key->words != NULL)
        join_words(key, text, size);
    else if (key->low == key->high && key->high != 0)
        snprintf(text, size, "%.16g", key->low);
    else if (key->low < key->high)
        snprintf(text, size, "%.16g to %.16g%s%s", key->low, key->high, key->unit[0] != '\0' ? " " : "", key->unit);
    else
        text[0] = '\0';
}
