/* SPDX-License-Identifier: MIT */
/* The table of keys of a node's configuration. */
#ifndef ETP_NODE_KEYS_H
#define ETP_NODE_KEYS_H

#include "node/config/config.h"
#include "script/table/table.h"

typedef enum etp_key_kind {
    ETP_KEY_SECTION, /* a table with keys of its own */
    ETP_KEY_ID,      /* etp_id */
    ETP_KEY_COUNT,   /* unsigned */
    ETP_KEY_SECONDS, /* etp_time */
    ETP_KEY_MS,      /* etp_time */
    ETP_KEY_HOURS,   /* etp_time */
    ETP_KEY_KWH,     /* etp_energy */
    ETP_KEY_KW,      /* etp_power */
    ETP_KEY_CENTS,   /* etp_price */
    ETP_KEY_DOLLARS, /* etp_money */
    ETP_KEY_SHARE,   /* uint32_t, millionths */
    ETP_KEY_PERCENT, /* uint32_t, millionths */
    ETP_KEY_VOLTS,   /* uint32_t, mV */
    ETP_KEY_BOOL,
    ETP_KEY_TEXT,
    ETP_KEY_WORD,   /* unsigned, the place in `words` */
    ETP_KEY_FILE,   /* a path, taken from the folder of the configuration */
    ETP_KEY_SCRIPT, /* the same, or the name of a shipped script */
    ETP_KEY_TARIFF,
    ETP_KEY_LINKS,   /* a URL, or a list of URLs */
    ETP_KEY_DIALS,   /* the same, and { url =, device = } */
    ETP_KEY_ADDRESS, /* HOST:PORT */
    ETP_KEY_ADDRESSES,
    ETP_KEY_SERVERS, /* { url = HOST:PORT, device = }, or a list of such */
    ETP_KEY_IDS,     /* device ids */
    ETP_KEY_PARAMS,
    ETP_KEY_KINDS /* how many there are */
} etp_key_kind;

enum {
    ETP_FOR_BATTERY = 1 << ETP_NODE_BATTERY,
    ETP_FOR_AGGREGATOR = 1 << ETP_NODE_AGGREGATOR,
    ETP_FOR_RELAY = 1 << ETP_NODE_RELAY,
    ETP_FOR_TRADERS = ETP_FOR_BATTERY | ETP_FOR_AGGREGATOR,
    ETP_FOR_ALL = ETP_FOR_TRADERS | ETP_FOR_RELAY
};

typedef struct etp_node_key {
    const char *path;
    etp_key_kind kind;
    double low, high;         /* of numbers, in the unit of the key */
    const char *const *words; /* up to a NULL */
    const char
        *standard;  /* the default as text; "" if there is none and it may be left out; NULL: it has to be there */
    unsigned roles; /* that have it */
    bool live;      /* SIGHUP changes it */
    size_t offset;  /* in etp_node_config */
    const char *unit, *doc;
} etp_node_key;

unsigned etp_node_key_count(void);
const etp_node_key *etp_node_key_at(unsigned index);
/* The one at that path, or NULL. */
const etp_node_key *etp_node_key_find(const char *path);
/* "a whole number", "a list of links", ... */
const char *etp_node_key_kind_name(const etp_node_key *key);
/* "0.1 to 1000 kWh", "battery, aggregator or relay", or "". */
void etp_node_key_range(const etp_node_key *key, char *text, size_t size);

/* ---- reading one value ---- */

/* Reads the value that stands at the key's path into its field. */
void etp_node_kind_read(const etp_node_key *key, etp_node_config *config, etp_findings *findings);
/* Sets the field to the key's default. */
void etp_node_kind_default(const etp_node_key *key, etp_node_config *config);

/* The kinds that are lists. */
void etp_node_links_read(const etp_node_key *key, etp_node_config *config, etp_node_links *links,
                         etp_findings *findings);
void etp_node_ids_read(const etp_node_key *key, etp_node_config *config, etp_findings *findings);
void etp_node_params_read(const etp_node_key *key, etp_node_config *config, etp_findings *findings);
bool etp_node_address_read(const etp_node_key *key, etp_node_config *config, const char *path, const char *text,
                           etp_findings *findings);

/* What must fit together. */
void etp_node_rules_check(const etp_node_config *config, etp_findings *findings);

#endif
