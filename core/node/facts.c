/* SPDX-License-Identifier: MIT */
#include "node/facts.h"

static void gather_delays(const etp_station *station, etp_node_facts *facts)
{
    for (unsigned i = 0; i < ETP_TYPES; i++) {
        const etp_histogram *delays = etp_engine_delays(station->engine, (etp_type)i);
        facts->delays[i] = (etp_delay_facts){.type = (etp_type)i,
                                             .limit = etp_type_delay_limit((etp_type)i),
                                             .sent = facts->engine.sent[i],
                                             .count = delays->count,
                                             .p50_us = etp_histogram_quantile(delays, 0.5),
                                             .p99_us = etp_histogram_quantile(delays, 0.99),
                                             .p999_us = etp_histogram_quantile(delays, 0.999),
                                             .max_us = delays->max,
                                             .misses = facts->engine.late[i]};
    }
}

void etp_node_facts_gather(const etp_station *station, etp_node_facts *facts)
{
    *facts = (etp_node_facts){.now = etp_station_now(station)};
    facts->live.size = sizeof facts->live;
    etp_engine_get_stats(station->engine, &facts->engine);
    etp_live_get_stats(station->live, &facts->live);
    if (station->config.role == ETP_NODE_AGGREGATOR)
        etp_engine_aggregator_totals(station->engine, station->node, &facts->totals);
    if (station->parts.script != NULL)
        etp_script_get_stats(station->parts.script, &facts->script);
    gather_delays(station, facts);
}

bool etp_node_facts_peer(const etp_station *station, unsigned index, etp_live_peer_info *peer)
{
    *peer = (etp_live_peer_info){.size = sizeof *peer};
    return etp_live_peer(station->live, index, peer) == ETP_OK;
}
