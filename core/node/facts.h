/* SPDX-License-Identifier: MIT */
/* What is reported of a node, gathered once for tables and JSON. */
#ifndef ETP_NODE_FACTS_H
#define ETP_NODE_FACTS_H

#include "node/station.h"

/* Delays of one type of message, from its creation by the sender to its processing here, corrected by what is known of
 * the sender's clock; in microseconds. */
typedef struct etp_delay_facts {
    etp_type type;
    etp_time limit;
    uint64_t sent, count, p50_us, p99_us, p999_us, max_us, misses;
} etp_delay_facts;

typedef struct etp_node_facts {
    etp_time now;
    etp_delay_facts delays[ETP_TYPES];
    etp_engine_stats engine;
    etp_live_stats live;
    etp_aggregator_totals totals; /* of an aggregator */
    etp_script_stats script;      /* zeroed without one */
} etp_node_facts;

void etp_node_facts_gather(const etp_station *station, etp_node_facts *facts);

/* Peer `index`; false past the last. */
bool etp_node_facts_peer(const etp_station *station, unsigned index, etp_live_peer_info *peer);

#endif
