/* SPDX-License-Identifier: MIT */
/* One market interval after the other: what the last one sold is settled, and the next one is briefed and begun. */
#include "node/station.h"

static const int64_t million = 1000000;

/* ---- the end of one ---- */

void etp_station_settle(etp_station *station, bool at_the_end)
{
    etp_energy sold;
    etp_money revenue;
    if (station->config.role != ETP_NODE_BATTERY ||
        etp_engine_sold(station->engine, station->node, &sold, &revenue) != ETP_OK)
        return;
    if (at_the_end)
        etp_premises_stop(&station->premises, sold, revenue);
    else
        etp_premises_settle(&station->premises, sold, revenue);
}

int etp_station_finish(etp_station *station, etp_error *error)
{
    etp_aggregator_totals totals;
    etp_station_settle(station, true);
    if (station->config.role == ETP_NODE_RELAY)
        return ETP_OK;
    if (station->config.role == ETP_NODE_AGGREGATOR) {
        etp_engine_aggregator_totals(station->engine, station->node, &totals);
        return etp_books_check_buyer(&station->books, &totals, error);
    }
    int result = etp_premises_check(&station->premises, error);
    if (result == ETP_OK)
        result =
            etp_books_check_battery(&station->books, &station->premises.home.battery, station->config.stored, error);
    return result;
}

/* ---- the beginning of the next ---- */

/* What a kWh is worth: always the same, or by the forecast. False where nothing is known. */
static bool value_of(const etp_station *station, etp_price *value)
{
    const etp_node_demand *demand = &station->config.demand;
    *value = demand->value;
    if (demand->value_given)
        return true;
    if (!station->known.fresh)
        return false;
    etp_price worth = station->known.forecast * (int64_t)demand->loss_factor_ppm / million;
    *value = worth - demand->cost_to_serve + demand->own;
    return true;
}

static void brief_aggregator(etp_station *station)
{
    etp_aggregator_brief brief = {.need = station->config.demand.need, .budget = station->config.demand.budget};
    brief.takes_part = value_of(station, &brief.value) && brief.need > 0;
    if (!brief.takes_part)
        station->intervals_left_out++;
    etp_engine_brief_aggregator(station->engine, station->node, &brief);
}

static void brief_battery(etp_station *station, const etp_interval *interval)
{
    etp_bess_brief brief;
    etp_premises_begin(&station->premises, interval, &brief);
    etp_engine_brief_bess(station->engine, station->node, &brief);
}

static void begin(etp_station *station, etp_interval *interval)
{
    etp_time market = etp_market_clock_market(&station->market, interval->starts);
    etp_station_settle(station, false);
    station->known = etp_price_feed_look(station->parts.feed, market);
    interval->spot = station->known.spot;
    interval->forecast = station->known.forecast;
    if (station->config.role == ETP_NODE_BATTERY)
        brief_battery(station, interval);
    else
        brief_aggregator(station);
    station->intervals++;
    etp_tell_interval(station, interval);
    int result = etp_engine_begin_interval(station->engine, interval);
    if (result != ETP_OK)
        etp_log(&station->options.logger, ETP_LOG_ERROR, "market", "text=\"the interval cannot begin: %s\"",
                etp_strerror(result));
    etp_live_changed(station->live);
}

void etp_station_begin_if_due(etp_station *station)
{
    etp_interval interval;
    etp_time now = etp_station_now(station);
    if (!etp_market_clock_begins(&station->market, now, &interval))
        return;
    etp_engine_advance(station->engine, now);
    begin(station, &interval);
}
