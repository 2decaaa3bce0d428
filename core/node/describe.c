/* SPDX-License-Identifier: MIT */
/* What a node would do, in a few lines, for --check. */
#include <inttypes.h>

#include "etp/auction.h"
#include "node/station.h"
#include "program/values.h"

static void describe_links(const char *word, const etp_node_links *links, FILE *out)
{
    for (unsigned i = 0; i < links->count; i++) {
        fprintf(out, "  %-11s%s", i == 0 ? word : "", links->list[i].url);
        if (links->list[i].device != 0)
            fprintf(out, ", where device %" PRIu64 " has to answer", links->list[i].device);
        fputc('\n', out);
    }
}

static void describe_trust(const etp_node_config *config, const etp_node_parts *parts, FILE *out)
{
    if (config->open)
        fputs("  identity   off\n", out);
    else
        fprintf(out, "  identity   %s; trusts %zu %s of %s\n", config->key, etp_trust_count(parts->trust),
                etp_trust_count(parts->trust) == 1 ? "device" : "devices", config->trust);
}

static void describe_script(const char *word, const etp_script *script, FILE *out)
{
    if (script == NULL) {
        fprintf(out, "  %-11sthe protocol's own policy\n", word);
        return;
    }
    fprintf(out, "  %-11s%s, %s\n", word, etp_script_name(script), etp_script_file(script, 0));
    for (unsigned i = 0; i < etp_script_param_count(script); i++) {
        etp_param param;
        if (etp_script_param(script, i, &param) == ETP_OK)
            fprintf(out, "             %s = %.10g%s%s\n", param.name, param.value, param.unit[0] != '\0' ? " " : "",
                    param.unit);
    }
}

static void describe_battery(const etp_node_config *config, const etp_node_parts *parts, FILE *out)
{
    fprintf(out, "  battery    %.10g kWh, %.10g kWh of it stored, %.10g kW\n",
            etp_energy_to_kwh(config->battery.capacity), etp_energy_to_kwh(config->stored),
            etp_power_to_kw(config->battery.power));
    if (config->home.given)
        fprintf(out, "  home       made-up home %" PRIu64 " with %.10g kW of panels\n", config->home.number,
                etp_power_to_kw(config->home.pv));
    describe_script("reserve", parts->script, out);
}

static void describe_aggregator(const etp_node_config *config, const etp_node_parts *parts, FILE *out)
{
    const etp_node_demand *demand = &config->demand;
    fprintf(out, "  demand     %.10g kWh and $%.10g in each interval, ", etp_energy_to_kwh(demand->need),
            etp_money_to_dollars(demand->budget));
    if (demand->value_given)
        fprintf(out, "worth %.10g c/kWh\n", etp_price_to_cents(demand->value));
    else
        fprintf(out, "worth %.10g x forecast - %.10g + %.10g c/kWh\n", (double)demand->loss_factor_ppm / 1e6,
                etp_price_to_cents(demand->cost_to_serve), etp_price_to_cents(demand->own));
    describe_script("strategy", parts->script, out);
}

static void describe_market(const etp_node_config *config, FILE *out)
{
    char interval[ETP_VALUE_TEXT_MAX], window[ETP_VALUE_TEXT_MAX], hold[ETP_VALUE_TEXT_MAX];
    etp_value_show_duration(config->market.interval, interval, sizeof interval);
    etp_value_show_duration(config->market.window, window, sizeof window);
    etp_value_show_duration(config->market.hold, hold, sizeof hold);
    fprintf(out, "  market     %s auctions every %s, open for %s, awards held for %s\n",
            etp_mechanism_name((etp_mechanism)config->market.mechanism), interval, window, hold);
}

void etp_node_describe(const etp_node_config *config, const etp_node_parts *parts, FILE *out)
{
    char prices[ETP_ERROR_TEXT_MAX];
    fprintf(out, "%s: ok\n  %-11s%" PRIu64 " \"%s\"\n", config->file, etp_node_role_name((etp_node_role)config->role),
            config->device, config->name);
    describe_trust(config, parts, out);
    describe_links("listens", &config->listen, out);
    describe_links("dials", &config->dial, out);
    if (config->older.listen != NULL)
        fprintf(out, "  older      listens at %s, for %s\n", config->older.listen,
                config->older.allow.count > 0 ? "listed devices" : "whoever comes");
    describe_links("older", &config->older.dial, out);
    if (config->discovery.given) {
        describe_links("discovers", &config->discovery.groups, out);
        describe_links("asks", &config->discovery.peers, out);
        describe_links("announces", &config->discovery.announce, out);
    }
    if (config->audit != NULL)
        fprintf(out, "  audit      %s\n", config->audit);
    if (config->role == ETP_NODE_RELAY)
        return;
    describe_market(config, out);
    etp_price_feed_describe(parts->feed, prices, sizeof prices);
    fprintf(out, "  prices     %s\n", prices);
    if (config->role == ETP_NODE_BATTERY)
        describe_battery(config, parts, out);
    else
        describe_aggregator(config, parts, out);
}
