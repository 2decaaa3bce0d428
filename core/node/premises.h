/* SPDX-License-Identifier: MIT */
/*
 * What is behind a battery node's meter: the battery, and, where the configuration has one, the made-up home around it
 * with its load, sun and tariffs. Without a home nothing but sales changes what is stored.
 */
#ifndef ETP_NODE_PREMISES_H
#define ETP_NODE_PREMISES_H

#include "etp/engine.h"
#include "etp/home.h"
#include "node/config/config.h"

typedef struct etp_premises {
    etp_home home; /* its battery is the node's, with a home or without */
    etp_fleet_spec fleet;
    bool has_home;
    etp_time interval;
    etp_tariff feed_in, retail;
    /* the interval under way */
    bool begun;
    uint64_t index;
    uint32_t second_of_day;
} etp_premises;

/* The configuration was checked. */
int etp_premises_init(etp_premises *premises, const etp_node_config *config, etp_error *error);
/* The tariffs, which SIGHUP may change. */
void etp_premises_set_tariffs(etp_premises *premises, const etp_node_config *config);

/* The last interval is over: what was sold in it, for how much. Then the next one begins: what its auction may offer. */
void etp_premises_settle(etp_premises *premises, etp_energy sold, etp_money revenue);
/* The node ends in the middle of an interval: its sales count, its load and sun do not. */
void etp_premises_stop(etp_premises *premises, etp_energy sold, etp_money revenue);
void etp_premises_begin(etp_premises *premises, const etp_interval *interval, etp_bess_brief *brief);

/* Every mWh is accounted for, after the last interval was settled. ETP_ECONSERVATION with a sentence. */
int etp_premises_check(const etp_premises *premises, etp_error *error);

#endif
