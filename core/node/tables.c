/* SPDX-License-Identifier: MIT */
/* The tables of SIGUSR1 and of the end, for people. */
#include <inttypes.h>

#include "node/facts.h"
#include "report/table.h"

enum { INDENT = 2, SHOWN_TRADES = 20 };
static const double us_per_ms = 1e3, ns_per_ms = 1e6;

/* ---- delays ---- */

/* What was only sent has no delay here. */
static void add_ms(etp_table *table, const etp_delay_facts *delay, uint64_t micros)
{
    if (delay->count > 0)
        etp_table_cell(table, "%.1f", (double)micros / us_per_ms);
    else
        etp_table_cell(table, "-");
}

static void add_delay(etp_table *table, const etp_delay_facts *delay)
{
    etp_table_cell(table, "%s", etp_type_name(delay->type));
    etp_table_cell(table, "%" PRId64, delay->limit / ETP_NS_PER_MS);
    etp_table_cell(table, "%" PRIu64, delay->sent);
    etp_table_cell(table, "%" PRIu64, delay->count);
    add_ms(table, delay, delay->p50_us);
    add_ms(table, delay, delay->p99_us);
    add_ms(table, delay, delay->p999_us);
    add_ms(table, delay, delay->max_us);
    etp_table_cell(table, "%" PRIu64, delay->misses);
}

static bool was_seen(const etp_delay_facts *delay)
{
    return delay->sent > 0 || delay->count > 0;
}

static bool has_messages(const etp_node_facts *facts)
{
    for (unsigned i = 0; i < ETP_TYPES; i++)
        if (was_seen(&facts->delays[i]))
            return true;
    return false;
}

static void print_delays(const etp_node_facts *facts, FILE *out)
{
    static const char *const heads[] = {"message", "limit ms", "sent",   "received", "p50 ms",
                                        "p99 ms",  "p99.9 ms", "max ms", "misses"};
    etp_table table = {0};
    if (!has_messages(facts)) {
        fputs("Delays: no message was sent, and none came.\n", out);
        return;
    }
    etp_table_begin(&table, "lrrrrrrrr");
    etp_table_row(&table, heads);
    for (unsigned i = 0; i < ETP_TYPES; i++)
        if (was_seen(&facts->delays[i]))
            add_delay(&table, &facts->delays[i]);
    fputs("Delays of messages that came here, by the clocks as far as they are known:\n", out);
    etp_table_end(&table, INDENT, out);
}

/* ---- peers ---- */

static void add_clock(etp_table *table, const etp_live_peer_info *peer)
{
    if (!peer->clock_known) {
        etp_table_cell(table, "%s", "-");
        etp_table_cell(table, "%s", "-");
        etp_table_cell(table, "%s", "-");
        return;
    }
    etp_table_cell(table, "%+.2f +-%.2f", (double)peer->ahead / ns_per_ms, (double)peer->uncertainty / ns_per_ms);
    etp_table_cell(table, "%.2f", (double)peer->round_trip_p50 / ns_per_ms);
    etp_table_cell(table, "%.2f", (double)peer->round_trip_max / ns_per_ms);
}

static void print_peers(const etp_station *station, FILE *out)
{
    static const char *const heads[] = {"peer",   "role",      "link", "clock ahead ms", "trip p50 ms",
                                        "max ms", "frames in", "out",  "times up"};
    etp_table table = {0};
    etp_live_peer_info peer;
    if (!etp_node_facts_peer(station, 0, &peer)) {
        fputs("Peers: none was ever up.\n", out);
        return;
    }
    etp_table_begin(&table, "rllrrrrrr");
    etp_table_row(&table, heads);
    for (unsigned i = 0; etp_node_facts_peer(station, i, &peer); i++) {
        etp_table_cell(&table, "%" PRIu64, peer.device);
        etp_table_cell(&table, "%s", etp_device_role_name(peer.role));
        etp_table_cell(&table, "%s", peer.up ? peer.transport : "lost");
        add_clock(&table, &peer);
        etp_table_cell(&table, "%" PRIu64, peer.frames_received);
        etp_table_cell(&table, "%" PRIu64, peer.frames_sent);
        etp_table_cell(&table, "%u", peer.connections);
    }
    fputs(station->config.role == ETP_NODE_RELAY
              ? "Peers, with round trips as measured; frames are its own, and not those that it hands on:\n"
              : "Peers, with round trips measured beside the one-way delays above:\n",
          out);
    etp_table_end(&table, INDENT, out);
}

/* ---- what was refused ---- */

static void print_refusals(const etp_node_facts *facts, FILE *out)
{
    for (unsigned i = 1; i < ETP_REFUSALS; i++)
        if (facts->engine.refused[i] > 0)
            fprintf(out, "Refused messages: %" PRIu64 " %s, %s\n", facts->engine.refused[i], etp_refusal_name(i),
                    etp_refusal_meaning(i));
    for (unsigned i = 0; i < ETP_LIVE_REFUSALS; i++)
        if (facts->live.refused[i] > 0)
            fprintf(out, "Refused on the network: %" PRIu64 " %s\n", facts->live.refused[i],
                    etp_live_refusal_name((etp_live_refusal_kind)i));
}

static void print_relayed(const etp_node_facts *facts, FILE *out)
{
    const etp_live_stats *live = &facts->live;
    fprintf(out,
            "Relayed %" PRIu64 " messages; %" PRIu64 " had no time to live left, %" PRIu64
            " were for nobody who is there, %" PRIu64 " were refused.\n",
            live->relayed, live->relay_expired, live->relay_dropped, live->relay_refused);
}

void etp_station_print(const etp_station *station, FILE *out)
{
    etp_node_facts facts;
    etp_node_facts_gather(station, &facts);
    if (station->config.role == ETP_NODE_RELAY)
        print_relayed(&facts, out);
    else
        print_delays(&facts, out);
    print_peers(station, out);
    print_refusals(&facts, out);
    fflush(out);
}

/* ---- the books ---- */

static void print_trades(const etp_station *station, FILE *out)
{
    static const char *const heads[] = {"at", "peer", "kWh", "c/kWh", "$"};
    const etp_books *books = &station->books;
    size_t first = books->count > SHOWN_TRADES ? books->count - SHOWN_TRADES : 0;
    etp_table table = {0};
    if (books->count == 0)
        return;
    if (first > 0)
        fprintf(out, "The last %d of %zu trades (--json has all):\n", (int)SHOWN_TRADES, books->count);
    etp_table_begin(&table, "lrrrr");
    etp_table_row(&table, heads);
    for (size_t i = first; i < books->count; i++) {
        char stamp[ETP_STAMP_TEXT_MAX];
        const etp_book_trade *trade = &books->trades[i];
        etp_table_cell(&table, "%s", etp_tell_stamp(station, trade->when, stamp));
        etp_table_cell(&table, "%" PRIu64, trade->peer);
        etp_table_cell(&table, "%.6f", etp_energy_to_kwh(trade->energy));
        etp_table_cell(&table, "%.4f", etp_price_to_cents(trade->price));
        etp_table_cell(&table, "%.6f", etp_money_to_dollars(trade->amount));
    }
    etp_table_end(&table, INDENT, out);
}

static void print_battery(const etp_station *station, FILE *out)
{
    const etp_home *home = &station->premises.home;
    const etp_battery *battery = &home->battery;
    fprintf(out, "Battery: %.6f kWh at the start, %.6f now; %.6f discharged (%.6f sold), %.6f charged, %.6f lost.\n",
            etp_energy_to_kwh(home->stored_at_start), etp_energy_to_kwh(battery->stored),
            etp_energy_to_kwh(battery->discharged), etp_energy_to_kwh(battery->sold),
            etp_energy_to_kwh(battery->charged), etp_energy_to_kwh(battery->lost));
    if (station->premises.has_home)
        fprintf(out, "Home: %.6f kWh used, %.6f from the sun, %.6f imported for $%.6f, %.6f spilled for $%.6f.\n",
                etp_energy_to_kwh(home->load), etp_energy_to_kwh(home->pv), etp_energy_to_kwh(home->imported),
                etp_money_to_dollars(home->import_cost), etp_energy_to_kwh(home->spilled),
                etp_money_to_dollars(home->feed_in_income));
}

static void print_books(const etp_station *station, const etp_node_facts *facts, FILE *out)
{
    const etp_books *books = &station->books;
    fprintf(out, "%s %.6f kWh for $%.6f in %zu %s; %" PRIu64 " market %s.\n",
            station->config.role == ETP_NODE_BATTERY ? "Sold" : "Bought", etp_energy_to_kwh(books->energy),
            etp_money_to_dollars(books->amount), books->count, books->count == 1 ? "trade" : "trades",
            station->intervals, station->intervals == 1 ? "interval" : "intervals");
    if (books->lapses + books->voids + books->unresolved + facts->totals.in_doubt > 0)
        fprintf(out,
                "Not confirmed in time: %" PRIu64 "; void: %" PRIu64 "; in doubt: %" PRIu64
                "; given up as unresolved: %" PRIu64 ".\n",
                books->lapses, books->voids, facts->totals.in_doubt, books->unresolved);
    print_trades(station, out);
    if (station->config.role == ETP_NODE_BATTERY)
        print_battery(station, out);
}

void etp_station_print_end(const etp_station *station, FILE *out)
{
    etp_node_facts facts;
    etp_node_facts_gather(station, &facts);
    etp_station_print(station, out);
    if (station->config.role != ETP_NODE_RELAY)
        print_books(station, &facts, out);
    fflush(out);
}
