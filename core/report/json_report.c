/* SPDX-License-Identifier: MIT */
/* The result for programs. docs/results.md names every field; a test compares the two. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <time.h>

#include "report/json_live.h"
#include "report/json_pieces.h"
#include "report/json_welfare.h"
#include "report/report.h"

/* Cents per kWh, null where nothing was sold. */
static void put_mean_price(builder *to, const char *name, etp_money paid, etp_energy energy)
{
    double cents;
    put(to, name, etp_report_mean_price(paid, energy, &cents) ? json_real(cents) : json_null());
}

/* ---- what was run ---- */

static json_t *make_setting(const etp_report_setting *setting)
{
    switch (setting->kind) {
    case ETP_SETTING_BOOL:
        return json_boolean(setting->number != 0);
    case ETP_SETTING_NUMBER:
        return number(setting->number);
    case ETP_SETTING_TEXT:
        return make_text(setting->text != NULL ? setting->text : setting->buffer);
    case ETP_SETTING_NULL:
    default:
        return json_null();
    }
}

static json_t *make_settings(const etp_report_setting *settings, unsigned count)
{
    builder to = begin();
    for (unsigned i = 0; i < count; i++)
        put(&to, settings[i].name, make_setting(&settings[i]));
    return finish(&to);
}

/* The market's clock is kept as if it were UTC. */
static void show_stamp(char *text, size_t size, etp_time time)
{
    time_t seconds = (time_t)(time / ETP_NS_PER_SECOND);
    struct tm parts;
    if (gmtime_r(&seconds, &parts) == NULL || strftime(text, size, "%Y-%m-%d %H:%M:%S", &parts) == 0)
        snprintf(text, size, "?");
}

static json_t *make_prices(const etp_report *report)
{
    const etp_report_prices *prices = &report->prices;
    char text[TEXT_MAX];
    builder to = begin();
    put_text(&to, "source", prices->source);
    put_text(&to, "region", prices->region);
    snprintf(text, sizeof text, "%016" PRIx64, prices->hash);
    put_text(&to, "hash", text);
    show_stamp(text, sizeof text, prices->starts);
    put_text(&to, "first", text);
    put_whole(&to, "interval_s", prices->interval / ETP_NS_PER_SECOND);
    put_count(&to, "count", prices->count);
    put_real(&to, "mean_c_per_kwh", etp_price_to_cents(prices->mean));
    put_count(&to, "held", prices->held);
    put_count(&to, "repeats", prices->repeats);
    put_count(&to, "unsorted", prices->unsorted);
    put_count(&to, "interventions", prices->interventions);
    put(&to, "clip_c_per_kwh", prices->clip != 0 ? json_real(etp_price_to_cents(prices->clip)) : json_null());
    put_count(&to, "clipped", prices->clipped);
    return finish(&to);
}

/* ---- one run ---- */

static json_t *make_params(const etp_report_script *script)
{
    builder to = begin();
    for (unsigned i = 0; i < script->param_count; i++)
        put(&to, script->params[i].name, number(script->params[i].value));
    return finish(&to);
}

static json_t *make_versions(const etp_report_script *script)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < script->version_count; i++) {
        if (json_array_append_new(list, json_string(script->versions[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static void put_script(builder *to, const etp_report_script *script)
{
    put_text(to, "name", script->name);
    put_text(to, "source_hash", script->hash);
    put(to, "versions", make_versions(script));
    put(to, "params", make_params(script));
    put_count(to, "script_calls", script->calls);
    put_count(to, "script_errors", script->errors);
    put_count(to, "script_overruns", script->overruns);
    put_count(to, "script_log_lines", script->log_lines);
    put_count(to, "script_log_dropped", script->log_dropped);
    put_count(to, "script_reloads_refused", script->reloads_refused);
    put_bool(to, "suspended", script->suspended);
    put_text(to, "last_error", script->last_error);
}

static json_t *make_policy(const etp_report_run *run)
{
    builder to = begin();
    put_script(&to, &run->policy);
    return finish(&to);
}

static json_t *make_firm(const etp_report_firm *firm)
{
    const etp_firm_result *result = &firm->result;
    const etp_aggregator_totals *totals = &result->totals;
    builder to = begin();
    put_id(&to, "device", firm->device);
    put_script(&to, &firm->script);
    put_count(&to, "portfolio", result->portfolio);
    put_count(&to, "portfolios", result->portfolio_count);
    put_count(&to, "intervals", result->intervals);
    put_whole(&to, "needed_mwh", result->needed);
    put_count(&to, "queries", result->queries);
    put_count(&to, "queries_sent", totals->queries);
    put_count(&to, "offers", totals->offers);
    put_count(&to, "bids", result->bids);
    put_count(&to, "bids_sent", totals->bids + totals->rebids);
    put_count(&to, "rebids_sent", totals->rebids);
    put_count(&to, "trades", result->trades);
    put_count(&to, "wins", totals->wins);
    put_count(&to, "rejected", totals->rejected);
    put_count(&to, "expired", totals->expired);
    put_count(&to, "in_doubt", totals->in_doubt);
    put_count(&to, "unresolved", totals->unresolved);
    put_whole(&to, "energy_mwh", result->energy);
    put_whole(&to, "paid_micro", result->paid);
    put_whole(&to, "worth_micro", result->worth);
    put_whole(&to, "surplus_micro", result->worth - result->paid);
    put_mean_price(&to, "price_c_per_kwh", result->paid, result->energy);
    put_count(&to, "hook_calls", totals->hook_calls);
    put_count(&to, "hook_errors", totals->hook_errors);
    return finish(&to);
}

static json_t *make_firms(const etp_report_run *run)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < run->firm_count; i++) {
        if (json_array_append_new(list, make_firm(&run->firms[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *make_home(const etp_report *report, const etp_report_home *home, etp_money cost_without_market)
{
    builder to = begin();
    put_id(&to, "device", home->device);
    put_whole(&to, "capacity_mwh", home->capacity);
    put_whole(&to, "sun_mwh", home->sun);
    put_whole(&to, "load_mwh", home->load);
    put_whole(&to, "own_use_mwh", home->own_use);
    put_whole(&to, "imported_mwh", home->imported);
    put_whole(&to, "spilled_mwh", home->spilled);
    put_whole(&to, "curtailed_mwh", home->curtailed);
    put_whole(&to, "sold_mwh", home->sold);
    put_whole(&to, "income_micro", home->income);
    put_whole(&to, "cost_micro", home->cost);
    put_whole(&to, "cost_without_market_micro", cost_without_market);
    put_whole(&to, "net_benefit_micro", cost_without_market - home->cost);
    put_real(&to, "net_benefit_per_day", etp_money_to_dollars(cost_without_market - home->cost) / report->days);
    return finish(&to);
}

static json_t *make_homes(const etp_report *report, const etp_report_run *run)
{
    json_t *list = json_array();
    for (unsigned i = 0; i < report->homes; i++) {
        if (json_array_append_new(list, make_home(report, &run->homes[i], report->costs_without_market[i])) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *make_message(const etp_report_run *run, unsigned type)
{
    const etp_report_delay *delay = &run->delays[type];
    builder to = begin();
    put_count(&to, "sent", run->engine.sent[type]);
    put_count(&to, "received", run->engine.received[type]);
    put_count(&to, "p50_us", delay->p50_us);
    put_count(&to, "p99_us", delay->p99_us);
    put_count(&to, "p999_us", delay->p999_us);
    put_count(&to, "max_us", delay->max_us);
    put_whole(&to, "limit_us", etp_type_delay_limit(type) / ETP_NS_PER_US);
    put_count(&to, "misses", run->engine.late[type]);
    return finish(&to);
}

static json_t *make_messages(const etp_report_run *run)
{
    builder to = begin();
    for (unsigned type = 0; type < ETP_TYPES; type++)
        put(&to, etp_type_name(type), make_message(run, type));
    return finish(&to);
}

static json_t *make_refused(const etp_report_run *run)
{
    builder to = begin();
    for (unsigned i = 1; i < ETP_REFUSALS; i++)
        put_count(&to, etp_refusal_name(i), run->engine.refused[i]);
    return finish(&to);
}

static json_t *make_network(const etp_report_run *run)
{
    const etp_network_stats *stats = &run->network;
    builder to = begin();
    put_count(&to, "frames_sent", stats->sent);
    put_count(&to, "frames_delivered", stats->delivered);
    put_count(&to, "frames_lost", stats->lost);
    put_count(&to, "frames_duplicated", stats->duplicated);
    put_count(&to, "frames_held_back", stats->held_back);
    put_count(&to, "frames_flipped", stats->flipped);
    put_count(&to, "frames_overflowed", stats->overflowed);
    put_count(&to, "bytes_sent", stats->bytes);
    return finish(&to);
}

static json_t *make_memory(const etp_report_run *run)
{
    builder to = begin();
    put_count(&to, "peak_bytes", run->totals.memory_bytes);
    put_count(&to, "network_bytes", run->network.memory_bytes);
    put_count(&to, "bytes_per_home", run->totals.bytes_per_home);
    put_count(&to, "bytes_per_session", run->totals.bytes_per_session);
    return finish(&to);
}

static void put_outcome(builder *to, const etp_report *report, const etp_report_run *run)
{
    const etp_run_totals *totals = &run->totals;
    etp_money benefit = etp_report_net_benefit(report, run);
    put_whole(to, "energy_mwh", totals->sold);
    put_whole(to, "offered_mwh", totals->offered);
    put_whole(to, "paid_micro", totals->paid);
    put_whole(to, "worth_micro", totals->worth);
    put_whole(to, "owners_cost_micro", totals->owners_cost);
    put_whole(to, "owners_cost_without_market_micro", report->cost_without_market);
    put_whole(to, "net_benefit_micro", benefit);
    put_whole(to, "net_benefit_median_micro", run->median_benefit);
    put_count(to, "owners_worse_off", run->worse_off);
    put_real(to, "energy_kwh", etp_energy_to_kwh(totals->sold));
    put_mean_price(to, "price_c_per_kwh", totals->paid, totals->sold);
    put_real(to, "net_benefit_per_battery_day", etp_money_to_dollars(benefit) / report->homes / report->days);
}

static void put_counts(builder *to, const etp_report_run *run)
{
    const etp_run_totals *totals = &run->totals;
    put_count(to, "intervals", totals->intervals);
    put_count(to, "auctions", totals->auctions);
    put_count(to, "bids", totals->bids);
    put_count(to, "trades", totals->trades);
    put_count(to, "lapses", totals->lapses);
    put_count(to, "in_doubt", totals->in_doubt);
    put_count(to, "unresolved", totals->unresolved);
    put_count(to, "hook_calls", run->engine.hook_calls);
    put_count(to, "hook_errors", run->engine.hook_errors);
    put_count(to, "outbox_full", run->engine.outbox_full);
}

static unsigned count_portfolios(const etp_report_run *run)
{
    unsigned count = 0;
    for (unsigned i = 0; i < run->firm_count; i++)
        count += run->firms[i].result.portfolio_count;
    return count;
}

static json_t *make_run(const etp_report *report, const etp_report_run *run)
{
    char digest[TEXT_MAX];
    if (!run->present)
        return json_null();
    builder to = begin();
    put_text(&to, "conduct", run == &report->utility ? etp_conduct_name(report->conduct) : "auction");
    put_count(&to, "owners", run->firm_count);
    put_count(&to, "portfolios", count_portfolios(run));
    put_outcome(&to, report, run);
    etp_report_put_welfare(&to, run);
    put_counts(&to, run);
    snprintf(digest, sizeof digest, "%016" PRIx64 "%016" PRIx64, run->totals.digest[0], run->totals.digest[1]);
    put_text(&to, "digest", digest);
    put(&to, "policy", make_policy(run));
    put(&to, "firms", make_firms(run));
    put(&to, "homes", make_homes(report, run));
    put(&to, "messages", make_messages(run));
    put(&to, "refused", make_refused(run));
    put(&to, "network", make_network(run));
    put(&to, "memory", make_memory(run));
    return finish(&to);
}

/* ---- the whole ---- */

static json_t *make_runs(const etp_report *report)
{
    builder to = begin();
    put(&to, "market", make_run(report, &report->market));
    put(&to, "utility", make_run(report, &report->utility));
    put(&to, "alone", make_run(report, &report->alone));
    return finish(&to);
}

static json_t *make_report(const etp_report *report)
{
    const char *attribution = etp_report_attribution(report);
    builder to = begin();
    put_whole(&to, "schema_version", ETP_SCHEMA_VERSION);
    put_text(&to, "version", etp_version());
    put_text(&to, "command", report->command);
    put_id(&to, "seed", report->seed);
    put(&to, "options", make_settings(report->options, report->option_count));
    put(&to, "world", make_settings(report->world, report->world_count));
    put(&to, "prices", make_prices(report));
    put(&to, "attribution", attribution != NULL ? json_string(attribution) : json_null());
    put_count(&to, "batteries", report->homes);
    put_real(&to, "days", report->days);
    put(&to, "runs", make_runs(report));
    put(&to, "live", etp_report_make_live(&report->market.live));
    return finish(&to);
}

int etp_report_write_json(const etp_report *report, FILE *out)
{
    return write_whole(make_report(report), out);
}
