/* SPDX-License-Identifier: MIT */
/* SIGHUP: the configuration is read again. What can change in a running node changes; what cannot is named, and stays.
 * A file with a mistake changes nothing. And scripts, which are reloaded as soon as they change. */
#include <stdlib.h>
#include <string.h>

#include "node/station.h"

static etp_error none;

/* ---- scripts ---- */

static void tell_reload(const etp_station *station, int result, const etp_error *refusal)
{
    const etp_script *script = station->parts.script;
    if (result == ETP_OK)
        etp_tell(station, "reloaded script=%s version=%u hash=%.12s", etp_script_name(script),
                 etp_script_version(script), etp_script_hash(script));
    else
        etp_tell(station, "not reloaded script=%s version=%u goes on reason=\"%.*s\"", etp_script_name(script),
                 etp_script_version(script), (int)strcspn(refusal->text, "\n"), refusal->text);
}

void etp_station_reload(etp_station *station)
{
    if (station->watch == NULL)
        return;
    for (etp_script *script; (script = etp_watch_poll(station->watch, etp_station_now(station))) != NULL;) {
        etp_error refusal = none;
        int result = etp_script_reload(script, etp_engine_now(station->engine), &refusal);
        tell_reload(station, result, &refusal);
    }
}

/* ---- what can change ---- */

static bool is_changed(const etp_node_changes *changes, const char *path)
{
    for (unsigned i = 0; i < changes->count; i++)
        if (strcmp(changes->list[i].path, path) == 0)
            return true;
    return false;
}

/* Who was trusted and is not any more loses his connections. The list's file may have changed and its name not. */
static void change_trust(etp_station *station, const etp_node_config *config)
{
    etp_trust *trust;
    etp_error error = none;
    if (station->config.open)
        return;
    if (etp_node_trust_load(&trust, config, &error) != ETP_OK) {
        etp_tell(station, "not changed key=trust reason=\"%s\"", error.text);
        return;
    }
    etp_live_set_trust(station->live, station->node, trust);
    etp_trust_free(station->parts.trust);
    station->parts.trust = trust;
}

static void change_script(etp_station *station, const etp_node_config *config, const etp_node_changes *changes)
{
    etp_error error = none;
    etp_script *script = station->parts.script;
    const char *path = config->role == ETP_NODE_BATTERY ? config->reserve : config->strategy;
    bool other = is_changed(changes, "strategy") || is_changed(changes, "reserve");
    if (other && (script == NULL || path == NULL)) {
        etp_tell(station, "not changed key=reserve text=\"a policy that comes or goes needs a restart\"");
        return;
    }
    if (other)
        tell_reload(station, etp_script_reload_from(script, path, etp_engine_now(station->engine), &error), &error);
    if (script != NULL && is_changed(changes, "params") && etp_node_params_apply(script, config, &error) != ETP_OK)
        etp_tell(station, "not changed key=params reason=\"%s\"", error.text);
}

static void change_audit(etp_station *station, const etp_node_config *config)
{
    etp_error error = none;
    station->config.audit = config->audit;
    if (etp_audit_open(station, &error) != ETP_OK)
        etp_tell(station, "not changed key=audit reason=\"%s\"", error.text);
}

static void change(etp_station *station, const etp_node_config *config, const etp_node_changes *changes)
{
    station->config.demand = config->demand;
    station->config.home.feed_in = config->home.feed_in;
    station->config.home.retail = config->home.retail;
    etp_premises_set_tariffs(&station->premises, &station->config);
    etp_price_feed_set_stale_after(station->parts.feed, config->prices.stale_after);
    change_trust(station, config);
    change_script(station, config, changes);
    change_audit(station, config);
}

/* ---- telling ---- */

/* Another script is told when it has taken over: it may be refused. */
static bool names_script(const char *path)
{
    return strcmp(path, "strategy") == 0 || strcmp(path, "reserve") == 0;
}

static void tell_changes(const etp_station *station, const etp_node_changes *changes, bool live)
{
    for (unsigned i = 0; i < changes->count; i++) {
        const etp_node_change *at = &changes->list[i];
        if (at->live == live && !names_script(at->path))
            etp_tell(station, "%s key=%s from=\"%s\" to=\"%s\"%s", live ? "changed" : "needs restart", at->path,
                     at->before, at->after, live ? "" : " text=\"it stays as it was\"");
    }
}

static void tell_mistakes(const etp_station *station, const etp_findings *findings)
{
    for (unsigned i = 0; i < findings->count; i++)
        if (findings->list[i].is_error)
            etp_tell(station, "not reread reason=\"%s\"", findings->list[i].text);
}

/* What needs a restart is compared with what runs, and told each time; the rest with what was read last. */
static void compare(etp_station *station, etp_node_config *config, etp_node_changes *changes)
{
    const etp_node_config *last = station->reread != NULL ? station->reread : &station->config;
    etp_node_config_compare(&station->config, config, changes);
    tell_changes(station, changes, false);
    etp_node_config_compare(last, config, changes);
    tell_changes(station, changes, true);
}

static void take_over(etp_station *station, etp_node_config *config, etp_node_changes *changes)
{
    compare(station, config, changes);
    change(station, config, changes);
    if (station->reread != NULL)
        etp_node_config_fini(station->reread);
    free(station->reread);
    station->reread = config;
    etp_tell(station, "reread file=%s", station->config.file);
}

void etp_station_reread(etp_station *station)
{
    etp_findings findings = {.count = 0};
    etp_node_config *config = calloc(1, sizeof *config);
    etp_node_changes *changes = calloc(1, sizeof *changes);
    if (config == NULL || changes == NULL) {
        etp_tell(station, "not reread reason=\"no memory\"");
        free(config);
    } else if (!etp_node_config_load(config, station->config.file, &findings) || config->role != station->config.role) {
        tell_mistakes(station, &findings);
        if (findings.errors == 0)
            etp_tell(station, "not reread reason=\"the role is another one: that needs a restart\"");
        etp_node_config_fini(config);
        free(config);
    } else {
        take_over(station, config, changes);
    }
    etp_findings_fini(&findings);
    free(changes);
}
