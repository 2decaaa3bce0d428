/* SPDX-License-Identifier: MIT */
/* The result for programs. docs/live.md names every field. */
#include <string.h>

#include "node/facts.h"
#include "report/json_pieces.h"

enum { SCHEMA_VERSION = 1 };
static const double us_per_ms = 1e3, ns_per_ms = 1e6;

static void put_stamp(builder *to, const char *name, const etp_station *station, etp_time when)
{
    char stamp[ETP_STAMP_TEXT_MAX];
    put_text(to, name, etp_tell_stamp(station, when, stamp));
}

static void put_ms(builder *to, const char *name, bool known, etp_time value)
{
    put(to, name, known ? json_real((double)value / ns_per_ms) : json_null());
}

/* ---- delays and peers ---- */

static void put_us(builder *to, const char *name, bool known, uint64_t value)
{
    put(to, name, known ? json_real((double)value / us_per_ms) : json_null());
}

static json_t *make_delay(const etp_delay_facts *delay)
{
    builder to = begin();
    put_text(&to, "type", etp_type_name(delay->type));
    put_whole(&to, "limit_ms", delay->limit / ETP_NS_PER_MS);
    put_count(&to, "sent", delay->sent);
    put_count(&to, "received", delay->count);
    put_us(&to, "p50_ms", delay->count > 0, delay->p50_us);
    put_us(&to, "p99_ms", delay->count > 0, delay->p99_us);
    put_us(&to, "p999_ms", delay->count > 0, delay->p999_us);
    put_us(&to, "max_ms", delay->count > 0, delay->max_us);
    put_count(&to, "misses", delay->misses);
    return finish(&to);
}

static json_t *make_delays(const etp_node_facts *facts)
{
    list_builder to = begin_list();
    for (unsigned i = 0; i < ETP_TYPES; i++)
        append(&to, make_delay(&facts->delays[i]));
    return finish_list(&to);
}

static json_t *make_peer(const etp_station *station, const etp_live_peer_info *peer)
{
    builder to = begin();
    put_id(&to, "device", peer->device);
    put_text(&to, "role", etp_device_role_name(peer->role));
    put_text(&to, "name", peer->name);
    put_bool(&to, "up", peer->up);
    put_bool(&to, "proved", peer->proved);
    put_text(&to, "transport", peer->transport);
    put_text(&to, "address", peer->address);
    put_stamp(&to, "since", station, peer->since);
    put_count(&to, "connections", peer->connections);
    put_ms(&to, "ahead_ms", peer->clock_known, peer->ahead);
    put_ms(&to, "uncertainty_ms", peer->clock_known, peer->uncertainty);
    put_ms(&to, "round_trip_p50_ms", peer->clock_known, peer->round_trip_p50);
    put_ms(&to, "round_trip_max_ms", peer->clock_known, peer->round_trip_max);
    put_count(&to, "frames_sent", peer->frames_sent);
    put_count(&to, "frames_received", peer->frames_received);
    put_count(&to, "bytes_sent", peer->bytes_sent);
    put_count(&to, "bytes_received", peer->bytes_received);
    put_count(&to, "refused", peer->refused);
    return finish(&to);
}

static json_t *make_peers(const etp_station *station)
{
    list_builder to = begin_list();
    etp_live_peer_info peer;
    for (unsigned i = 0; etp_node_facts_peer(station, i, &peer); i++)
        append(&to, make_peer(station, &peer));
    return finish_list(&to);
}

/* ---- the books ---- */

static json_t *make_trade(const etp_station *station, const etp_book_trade *trade)
{
    builder to = begin();
    put_stamp(&to, "at", station, trade->when);
    put_id(&to, "interval", trade->interval);
    put_id(&to, "peer", trade->peer);
    put_id(&to, "message", trade->message);
    put_whole(&to, "energy_mwh", trade->energy);
    put_real(&to, "price_c_per_kwh", etp_price_to_cents(trade->price));
    put_whole(&to, "amount_micro", trade->amount);
    return finish(&to);
}

static json_t *make_trades(const etp_station *station)
{
    list_builder to = begin_list();
    for (size_t i = 0; i < station->books.count; i++)
        append(&to, make_trade(station, &station->books.trades[i]));
    return finish_list(&to);
}

static json_t *make_books(const etp_station *station, const etp_node_facts *facts)
{
    const etp_books *books = &station->books;
    builder to = begin();
    put_count(&to, "trades", books->count);
    put_bool(&to, "whole", !books->forgot);
    put_whole(&to, "energy_mwh", books->energy);
    put_whole(&to, "amount_micro", books->amount);
    put_count(&to, "lapses", books->lapses);
    put_count(&to, "voids", books->voids);
    put_count(&to, "in_doubt", facts->totals.in_doubt);
    put_count(&to, "unresolved", books->unresolved);
    put(&to, "list", make_trades(station));
    return finish(&to);
}

static json_t *make_battery(const etp_station *station)
{
    const etp_home *home = &station->premises.home;
    const etp_battery *battery = &home->battery;
    builder to = begin();
    put_whole(&to, "capacity_mwh", battery->spec.capacity);
    put_whole(&to, "stored_at_start_mwh", home->stored_at_start);
    put_whole(&to, "stored_mwh", battery->stored);
    put_whole(&to, "held_mwh", battery->held);
    put_whole(&to, "sold_mwh", battery->sold);
    put_whole(&to, "discharged_mwh", battery->discharged);
    put_whole(&to, "charged_mwh", battery->charged);
    put_whole(&to, "lost_mwh", battery->lost);
    put_bool(&to, "home", station->premises.has_home);
    put_whole(&to, "load_mwh", home->load);
    put_whole(&to, "pv_mwh", home->pv);
    put_whole(&to, "imported_mwh", home->imported);
    put_whole(&to, "spilled_mwh", home->spilled);
    return finish(&to);
}

/* ---- the script, and what was refused ---- */

static json_t *make_script(const etp_station *station, const etp_node_facts *facts)
{
    const etp_script *script = station->parts.script;
    builder to = begin();
    put_text(&to, "name", etp_script_name(script));
    put_text(&to, "source_hash", etp_script_hash(script));
    put_count(&to, "version", etp_script_version(script));
    put_count(&to, "calls", facts->script.calls);
    put_count(&to, "errors", facts->script.errors);
    put_count(&to, "overruns", facts->script.overruns);
    put_count(&to, "reloads", facts->script.reloads);
    put_count(&to, "reloads_refused", facts->script.reloads_refused);
    put_bool(&to, "suspended", facts->script.suspended);
    put_text(&to, "last_error", etp_script_last_error(script));
    return finish(&to);
}

static json_t *make_refused(const etp_node_facts *facts)
{
    builder to = begin(), messages = begin(), network = begin();
    for (unsigned i = 1; i < ETP_REFUSALS; i++)
        if (facts->engine.refused[i] > 0)
            put_count(&messages, etp_refusal_name(i), facts->engine.refused[i]);
    for (unsigned i = 0; i < ETP_LIVE_REFUSALS; i++)
        if (facts->live.refused[i] > 0)
            put_count(&network, etp_live_refusal_name((etp_live_refusal_kind)i), facts->live.refused[i]);
    put(&to, "messages", finish(&messages));
    put(&to, "network", finish(&network));
    return finish(&to);
}

static json_t *make_network(const etp_node_facts *facts)
{
    builder to = begin();
    put_count(&to, "connections", facts->live.connections);
    put_count(&to, "opened", facts->live.opened);
    put_count(&to, "established", facts->live.established);
    put_count(&to, "replaced", facts->live.replaced);
    put_count(&to, "dials_failed", facts->live.dials_failed);
    put_count(&to, "frames_sent", facts->live.frames_sent);
    put_count(&to, "frames_received", facts->live.frames_received);
    put_count(&to, "bytes_sent", facts->live.bytes_sent);
    put_count(&to, "bytes_received", facts->live.bytes_received);
    put_count(&to, "relayed", facts->live.relayed);
    put_count(&to, "relay_expired", facts->live.relay_expired);
    put_count(&to, "relay_dropped", facts->live.relay_dropped);
    put_count(&to, "relay_refused", facts->live.relay_refused);
    return finish(&to);
}

/* ---- the whole ---- */

static json_t *make_whole(const etp_station *station)
{
    etp_node_facts facts;
    const bool battery = station->config.role == ETP_NODE_BATTERY;
    etp_node_facts_gather(station, &facts);
    builder to = begin();
    put_whole(&to, "schema_version", SCHEMA_VERSION);
    put_text(&to, "kind", "node");
    put_text(&to, "program", etp_version());
    put_text(&to, "file", station->config.file);
    put_id(&to, "device", station->config.device);
    put_text(&to, "role", etp_node_role_name((etp_node_role)station->config.role));
    put_text(&to, "name", station->config.name);
    put_stamp(&to, "began", station, station->began);
    put_stamp(&to, "ended", station, facts.now);
    put_count(&to, "intervals", station->intervals);
    put_count(&to, "intervals_left_out", station->intervals_left_out);
    put_count(&to, "clock_steps", station->steps);
    put_bool(&to, "cut", station->end == ETP_STATION_CUT);
    put(&to, "books", make_books(station, &facts));
    put(&to, "battery", battery ? make_battery(station) : json_null());
    put(&to, "script", station->parts.script != NULL ? make_script(station, &facts) : json_null());
    put(&to, "delays", make_delays(&facts));
    put(&to, "peers", make_peers(station));
    put(&to, "refused", make_refused(&facts));
    put(&to, "network", make_network(&facts));
    return finish(&to);
}

int etp_station_write_json(const etp_station *station, FILE *out)
{
    return write_whole(make_whole(station), out);
}
