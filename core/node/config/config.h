/* SPDX-License-Identifier: MIT */
/*
 * The configuration of a node: a Lua file that returns a table, read into a struct in which every value is checked.
 *
 *     keys.c      one table of all keys: what each is, its unit, range, default, which roles have it, whether SIGHUP
 *                 changes it. Reading, `etp-engine node --keys` and the comparison of SIGHUP are made from it.
 *     kinds.c     how a value of each kind is read
 *     lists.c     links, peers, and parameters of scripts
 *     rules.c     what must fit together
 *     changes.c   what SIGHUP finds changed
 *
 * Mistakes are collected, all of them, with file, line, key, what was found and what is allowed. Files that are named
 * are not opened here.
 */
#ifndef ETP_NODE_CONFIG_H
#define ETP_NODE_CONFIG_H

#include "etp/battery.h"
#include "etp/tariff.h"
#include "node/findings.h"

/* Of script/table/table.h, which not everybody includes who includes this: report/ has a table of that name, too. */
struct etp_table;

typedef enum etp_node_role { ETP_NODE_BATTERY, ETP_NODE_AGGREGATOR, ETP_NODE_RELAY } etp_node_role;

/* "battery", "aggregator", "relay". */
const char *etp_node_role_name(etp_node_role role);

enum { ETP_NODE_PARAMS_MAX = 64 };

/* Where to listen, or whom to dial. */
typedef struct etp_node_link {
    const char *url;
    etp_id device; /* who has to answer; 0 is whoever is trusted */
} etp_node_link;

typedef struct etp_node_links {
    etp_node_link *list;
    unsigned count;
} etp_node_links;

typedef struct etp_node_param {
    const char *name;
    double value;
} etp_node_param;

typedef struct etp_node_tls {
    bool given;
    const char *ca, *certificate, *key, *server_name;
} etp_node_tls;

typedef struct etp_node_discovery {
    bool given;
    const char *interface, *listen;
    etp_node_links groups, peers; /* "10.0.0.9:7700" */
    etp_node_links announce;      /* none: what the node listens at */
    etp_time period;
} etp_node_discovery;

typedef struct etp_node_home {
    bool given;
    etp_id number;            /* which home of the made-up neighbourhood it is */
    etp_power pv;             /* peak */
    uint32_t need_factor_ppm; /* expected own need is counted times this */
    etp_tariff feed_in, retail;
} etp_node_home;

typedef struct etp_node_demand {
    etp_energy need;  /* in each interval */
    etp_money budget; /* in each interval */
    bool value_given; /* value is fixed; else it follows the prices */
    etp_price value;
    uint32_t loss_factor_ppm;
    etp_price cost_to_serve, own;
} etp_node_demand;

typedef struct etp_node_prices {
    const char *file; /* NULL for none */
    const char *region;
    bool follow;
    etp_time stale_after;
} etp_node_prices;

typedef struct etp_node_market {
    etp_time interval, window, hold, query_spread;
    unsigned mechanism; /* etp_mechanism */
    unsigned disclose;  /* ETP_DISCLOSE_... */
    etp_price tick;
    etp_time utc_offset; /* of the market's clock */
} etp_node_market;

typedef struct etp_node_limits {
    unsigned peers, connections, connections_per_address, connects_per_second, connect_burst;
    unsigned messages_per_second, burst, unacknowledged_bytes, unacknowledged_most_bytes;
    etp_time heartbeat;
} etp_node_limits;

typedef struct etp_node_ids {
    etp_id *list;
    unsigned count;
} etp_node_ids;

typedef struct etp_node_older {
    const char *listen; /* "127.0.0.1:7800", or NULL */
    etp_node_ids allow; /* none: whoever comes first, up to `devices` */
    unsigned devices, connections, connections_per_address, messages_per_second;
    etp_node_links dial; /* "10.0.0.9:7800", each with its device */
} etp_node_older;

typedef struct etp_node_config {
    char *file;              /* as it was named */
    char *folder;            /* that it lies in, with a slash at its end; "" for the current one */
    struct etp_table *table; /* NULL where it could not be read at all */
    char **owned;            /* texts made while reading */
    unsigned owned_count;
    unsigned api;
    unsigned role; /* etp_node_role */
    etp_id device;
    const char *name;
    etp_id seed;
    unsigned open; /* 1: identity is off */
    const char *key, *trust;
    etp_node_links listen, dial;
    etp_node_tls tls;
    etp_node_discovery discovery;
    etp_battery_spec battery;
    uint32_t round_trip_ppm;
    etp_energy stored;
    etp_node_home home;
    const char *reserve; /* of a battery; NULL for the protocol's own */
    etp_price base_reserve;
    const char *strategy; /* of an aggregator */
    etp_node_param params[ETP_NODE_PARAMS_MAX];
    unsigned param_count;
    etp_node_demand demand;
    etp_node_prices prices;
    etp_node_market market;
    etp_node_limits limits;
    const char *audit;
    etp_node_older older;
} etp_node_config;

/* Reads the file. True if nothing in it is an error; what is wrong is in `findings`. etp_node_config_fini() is due in any
 * case. */
bool etp_node_config_load(etp_node_config *config, const char *file, etp_findings *findings);
/* Accepts a zeroed one. */
void etp_node_config_fini(etp_node_config *config);

/* Owned by the configuration; NULL when there is no memory. */
const char *etp_node_config_keep(etp_node_config *config, const char *text);
/* "FILE:LINE: PATH " and the sentence, as an error. */
void etp_node_config_refuse(const etp_node_config *config, etp_findings *findings, const char *path, const char *format,
                            ...) ETP_PRINTF(4, 5);

/* ---- SIGHUP ---- */

/* One key that the file now says something else of. */
typedef struct etp_node_change {
    const char *path;
    bool live; /* it is changed in a running node; else it needs a restart and stays */
    char before[64], after[64];
} etp_node_change;

enum { ETP_NODE_CHANGES_MAX = 128 };

typedef struct etp_node_changes {
    etp_node_change list[ETP_NODE_CHANGES_MAX];
    unsigned count;
} etp_node_changes;

/* Compares what both files say, key by key. */
void etp_node_config_compare(const etp_node_config *before, const etp_node_config *after, etp_node_changes *changes);

#endif
