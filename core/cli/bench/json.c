/* SPDX-License-Identifier: MIT */
/* The sweep, for programs. docs/communication.md names every field. */
#include "cli/bench/bench.h"
#include "cli/options_json.h"
#include "report/json_pieces.h"

enum { SCHEMA_VERSION = 1 };

static const double one_ppm = 1e6, us_per_ms = 1e3;

/* ---- one cell ---- */

static void put_links(builder *to, const etp_bench_cell *cell)
{
    put_real(to, "delay_ms", (double)cell->delay / (double)ETP_NS_PER_MS);
    put_real(to, "loss", cell->loss / one_ppm);
    put_count(to, "bandwidth_bps", cell->bandwidth);
}

static json_t *make_ms(const etp_bench_delay *delay, uint64_t us)
{
    return delay->arrived > 0 ? json_real((double)us / us_per_ms) : json_null();
}

static json_t *make_type(unsigned type, const etp_bench_delay *delay)
{
    builder to = begin();
    put_text(&to, "type", etp_type_name(type));
    put_whole(&to, "limit_ms", etp_type_delay_limit(type) / ETP_NS_PER_MS);
    put_count(&to, "sent", delay->sent);
    put_count(&to, "arrived", delay->arrived);
    put(&to, "p50_ms", make_ms(delay, delay->p50_us));
    put(&to, "p99_ms", make_ms(delay, delay->p99_us));
    put(&to, "p999_ms", make_ms(delay, delay->p999_us));
    put(&to, "max_ms", make_ms(delay, delay->max_us));
    put_count(&to, "late", delay->late);
    return finish(&to);
}

static json_t *make_types(const etp_bench_cell *cell)
{
    list_builder to = begin_list();
    for (unsigned type = 0; type < ETP_TYPES; type++)
        append(&to, make_type(type, &cell->result.delays[type]));
    return finish_list(&to);
}

static json_t *make_cell(const etp_bench *bench, const etp_bench_cell *cell)
{
    const etp_bench_result *result = &cell->result;
    builder to = begin();
    put_links(&to, cell);
    put_count(&to, "trades", result->trades);
    put_whole(&to, "trades_lost", etp_bench_trades_lost(bench, cell));
    put_whole(&to, "energy_mwh", result->energy);
    put_whole(&to, "energy_lost_mwh", etp_bench_energy_lost(bench, cell));
    put_real(&to, "energy_lost_percent", etp_bench_percent_lost(bench, cell));
    put_count(&to, "lapses", result->lapses);
    put_count(&to, "in_doubt", result->in_doubt);
    put_count(&to, "frames_lost", result->frames_lost);
    put_count(&to, "late_all", result->late);
    put_count(&to, "bytes", result->bytes);
    put(&to, "bytes_per_trade", result->trades > 0 ? json_real(etp_bench_bytes_per_trade(cell)) : json_null());
    put_real(&to, "battery_bps", etp_bench_battery_bps(cell));
    put_real(&to, "aggregator_peak_bps", etp_bench_aggregator_peak_bps(cell));
    put(&to, "types", make_types(cell));
    return finish(&to);
}

/* ---- what a market needs ---- */

static json_t *make_bound(const etp_bench *bench, size_t market, unsigned goal, etp_bench_axis axis)
{
    etp_bench_need need = etp_bench_needs(bench, market, goal, axis);
    if (!need.any)
        return json_null();
    if (axis == ETP_BENCH_DELAY)
        return json_real((double)need.value / (double)ETP_NS_PER_MS);
    return axis == ETP_BENCH_LOSS ? json_real((double)need.value / one_ppm) : json_integer((json_int_t)need.value);
}

static json_t *make_need(const etp_bench *bench, size_t market, unsigned goal)
{
    builder to = begin();
    put_text(&to, "of",
             goal == ETP_BENCH_ENERGY     ? "energy"
             : goal == ETP_BENCH_ANY_TYPE ? "messages"
                                          : etp_type_name(goal));
    put_bool(&to, "measured", etp_bench_needs(bench, market, goal, ETP_BENCH_DELAY).measured);
    put(&to, "delay_ms", make_bound(bench, market, goal, ETP_BENCH_DELAY));
    put(&to, "loss", make_bound(bench, market, goal, ETP_BENCH_LOSS));
    put(&to, "bandwidth_bps", make_bound(bench, market, goal, ETP_BENCH_BANDWIDTH));
    return finish(&to);
}

static json_t *make_needs(const etp_bench *bench, size_t market)
{
    list_builder to = begin_list();
    for (unsigned goal = 0; goal < ETP_BENCH_GOALS; goal++)
        append(&to, make_need(bench, market, goal));
    return finish_list(&to);
}

/* ---- all of it ---- */

static json_t *make_market(const etp_bench *bench, size_t market)
{
    const etp_bench_cell *perfect = &bench->perfect[market];
    list_builder cells = begin_list();
    for (size_t i = 0; i < bench->per_market; i++)
        append(&cells, make_cell(bench, &bench->cells[market * bench->per_market + i]));
    builder to = begin();
    put_count(&to, "batteries", perfect->batteries);
    put_count(&to, "aggregators", perfect->aggregators);
    put(&to, "perfect", make_cell(bench, perfect));
    put(&to, "cells", finish_list(&cells));
    put(&to, "needs", make_needs(bench, market));
    return finish(&to);
}

/* What was left to the defaults is known by now. */
static json_t *make_options(const etp_bench *bench)
{
    etp_bench_options options = *bench->options;
    options.shared.interval = bench->interval;
    options.shared.reserve = bench->casts[0].stage.lineup.policy.path;
    return etp_options_make_json(&etp_bench_vocabulary, &options);
}

int etp_bench_write_json(const etp_bench *bench, FILE *out)
{
    list_builder markets = begin_list();
    for (size_t i = 0; i < bench->markets; i++)
        append(&markets, make_market(bench, i));
    builder to = begin();
    put_whole(&to, "schema_version", SCHEMA_VERSION);
    put_text(&to, "version", etp_version());
    put_text(&to, "command", "bench network");
    put_text(&to, "links", etp_bench_links(bench));
    put_id(&to, "seed", bench->options->shared.seed);
    put(&to, "options", make_options(bench));
    put(&to, "settings", etp_settings_make_json(&bench->casts[0].stage.settings));
    put(&to, "markets", finish_list(&markets));
    return write_whole(finish(&to), out);
}
