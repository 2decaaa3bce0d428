/* SPDX-License-Identifier: MIT */
#include "node/renew.h"

#include <stdlib.h>
#include <string.h>

static etp_error none;

static bool is_changed(const etp_renewal *renewal, const char *path)
{
    for (unsigned i = 0; i < renewal->changes->count; i++)
        if (strcmp(renewal->changes->list[i].path, path) == 0)
            return true;
    return false;
}

/* ---- who may trade with it, and who it is ---- */

/* Whether there is anything to renew: ETP_OK where identity is on, and was. */
static int check_identity(const etp_renewal *renewal, etp_error *error)
{
    if (renewal->station->config.open || renewal->wanted->open)
        return renewal->changes->count > 0 ? etp_fail(error, ETP_ESTATE, "identity needs a restart") : ETP_ESTATE;
    return ETP_OK;
}

/* Who was trusted and is not any more loses his connections. The list's file may have changed and its name not. */
static int renew_trust(etp_renewal *renewal, etp_error *error)
{
    etp_station *station = renewal->station;
    etp_trust *trust;
    int result = check_identity(renewal, error);
    if (result == ETP_OK)
        result = etp_node_trust_load(&trust, renewal->wanted, error);
    if (result != ETP_OK)
        return result;
    etp_live_set_trust(station->live, station->node, trust);
    etp_trust_free(station->parts.trust);
    station->parts.trust = trust;
    return ETP_OK;
}

static int renew_key(etp_renewal *renewal, etp_error *error)
{
    etp_station *station = renewal->station;
    etp_identity *identity = NULL;
    int result = check_identity(renewal, error);
    if (result == ETP_OK)
        result = etp_identity_load(&identity, renewal->wanted->key, NULL, error);
    if (result != ETP_OK)
        return result;
    const bool same = etp_public_key_equal(etp_identity_public(identity), etp_identity_public(station->parts.identity));
    if (!same && etp_identity_device(identity) != station->config.device)
        result = etp_fail(error, ETP_EINVAL, "%s is of another device", renewal->wanted->key);
    else if (!same && (result = etp_live_set_identity(station->live, station->node, identity)) != ETP_OK)
        etp_fail(error, result, "%s", etp_strerror(result));
    if (same || result != ETP_OK) {
        etp_identity_free(identity);
        return result;
    }
    etp_identity_free(station->parts.identity);
    station->parts.identity = identity;
    if (renewal->changes->count == 0)
        etp_tell(station, "renewed key=key text=\"connections that begin are proved with it\"");
    return ETP_OK;
}

/* ---- links ---- */

static int renew_limits(etp_renewal *renewal, etp_error *error)
{
    etp_station *station = renewal->station;
    const etp_node_limits *wanted = &renewal->wanted->limits;
    etp_live_limits limits = {.size = sizeof limits};
    etp_live_get_limits(station->live, &limits);
    limits.max_connections = wanted->connections;
    limits.max_per_address = wanted->connections_per_address;
    limits.connects_per_second = wanted->connects_per_second;
    limits.connect_burst = wanted->connect_burst;
    limits.messages_per_second = wanted->messages_per_second;
    limits.message_burst = wanted->burst;
    limits.unacknowledged_bytes = wanted->unacknowledged_bytes;
    limits.unacknowledged_most_bytes = wanted->unacknowledged_most_bytes;
    limits.heartbeat = wanted->heartbeat;
    return etp_live_set_limits(station->live, &limits, error);
}

/* Certificates are renewed under the same names. */
static int renew_tls(etp_renewal *renewal, etp_error *error)
{
    etp_station *station = renewal->station;
    const etp_node_tls *wanted = &renewal->wanted->tls;
    const bool changed = renewal->changes->count > 0;
    unsigned count = 0;
    int result = ETP_OK;
    if (wanted->given && changed)
        result = etp_station_set_tls(station, wanted, &count, error);
    else if (wanted->given)
        result = etp_live_renew_tls(station->live, &count, error);
    if (result != ETP_OK)
        return result;
    station->config.tls = *wanted;
    renewal->tls_changed = changed;
    if (count > 0)
        etp_tell(station, "renewed key=tls links=%u text=\"connections that begin have these certificates\"", count);
    return ETP_OK;
}

static int renew_listen(etp_renewal *renewal, etp_error *error)
{
    etp_station *station = renewal->station;
    int result = etp_station_change_links(station, &station->listeners, &renewal->wanted->listen, error);
    renewal->listen_changed = result == ETP_OK;
    return result;
}

static int renew_dial(etp_renewal *renewal, etp_error *error)
{
    etp_station *station = renewal->station;
    const etp_node_links *wanted = &renewal->wanted->dial;
    for (unsigned i = 0; i < wanted->count && !station->config.open; i++)
        if (wanted->list[i].device != 0 && etp_trust_find(station->parts.trust, wanted->list[i].device) == NULL)
            return etp_fail(error, ETP_EINVAL, "device %llu is not in the trust list",
                            (unsigned long long)wanted->list[i].device);
    return etp_station_change_links(station, &station->dialers, wanted, error);
}

/* Its lists are freed by whoever has them. */
static void take_discovery(etp_station *station, etp_node_config *from)
{
    const etp_node_discovery before = station->config.discovery;
    station->config.discovery = from->discovery;
    from->discovery = before;
}

static int renew_discovery(etp_renewal *renewal, etp_error *error)
{
    etp_station *station = renewal->station;
    const etp_node_discovery *wanted = &renewal->wanted->discovery;
    const bool stays = renewal->changes->count == 0 && !(wanted->given && renewal->tls_changed);
    int result = ETP_OK;
    if (!stays)
        result = etp_station_discover(station, wanted, error);
    else if (renewal->listen_changed)
        result = etp_station_announce(station, error);
    if (result != ETP_OK)
        return result;
    take_discovery(station, renewal->wanted);
    if (!stays)
        etp_tell_discovery(station);
    return ETP_OK;
}

/* ---- scripts ---- */

void etp_tell_reload(const etp_station *station, int result, const etp_error *refusal)
{
    const etp_script *script = station->parts.script;
    if (result == ETP_OK)
        etp_tell(station, "reloaded script=%s version=%u hash=%.12s", etp_script_name(script),
                 etp_script_version(script), etp_script_hash(script));
    else
        etp_tell(station, "not reloaded script=%s version=%u goes on reason=\"%.*s\"", etp_script_name(script),
                 etp_script_version(script), (int)strcspn(refusal->text, "\n"), refusal->text);
}

static int renew_script(etp_renewal *renewal, etp_error *error)
{
    const etp_station *station = renewal->station;
    const etp_node_config *wanted = renewal->wanted;
    const char *path = wanted->role == ETP_NODE_BATTERY ? wanted->reserve : wanted->strategy;
    etp_error refusal = none;
    if (station->parts.script == NULL || path == NULL)
        return etp_fail(error, ETP_ESTATE, "a policy that comes or goes needs a restart");
    int result = etp_script_move(station->parts.script, path, etp_engine_now(station->engine), &refusal);
    etp_tell_reload(station, result, &refusal);
    return result;
}

static bool names(const etp_node_config *config, const char *name)
{
    for (unsigned i = 0; i < config->param_count; i++)
        if (strcmp(config->params[i].name, name) == 0)
            return true;
    return false;
}

/* What the file had, and has no more, is as the script has it. */
static int reset_params(const etp_renewal *renewal, etp_script *script, etp_error *error)
{
    etp_param param;
    int result = ETP_OK;
    for (unsigned i = 0; result == ETP_OK && etp_script_param(script, i, &param) == ETP_OK; i++)
        if (names(renewal->running, param.name) && !names(renewal->wanted, param.name))
            result = etp_script_set(script, param.name, param.standard, error);
    return result;
}

static int renew_params(etp_renewal *renewal, etp_error *error)
{
    etp_script *script = renewal->station->parts.script;
    if (script == NULL)
        return ETP_OK;
    int result = etp_node_params_apply(script, renewal->wanted, error);
    return result == ETP_OK ? reset_params(renewal, script, error) : result;
}

/* ---- what it trades by ---- */

static int renew_demand(etp_renewal *renewal, etp_error *error)
{
    (void)error;
    renewal->station->config.demand = renewal->wanted->demand;
    return ETP_OK;
}

static int renew_tariffs(etp_renewal *renewal, etp_error *error)
{
    (void)error;
    etp_station *station = renewal->station;
    station->config.home.feed_in = renewal->wanted->home.feed_in;
    station->config.home.retail = renewal->wanted->home.retail;
    etp_premises_set_tariffs(&station->premises, &station->config);
    return ETP_OK;
}

static int renew_base_reserve(etp_renewal *renewal, etp_error *error)
{
    const etp_station *station = renewal->station;
    int result = etp_engine_set_base_reserve(station->engine, station->node, renewal->wanted->base_reserve);
    return result == ETP_OK ? ETP_OK : etp_fail(error, result, "%s", etp_strerror(result));
}

static int renew_prices(etp_renewal *renewal, etp_error *error)
{
    etp_station *station = renewal->station;
    etp_price_feed *feed = NULL;
    if (renewal->changes->count == 1 && is_changed(renewal, "prices.stale_after_s")) {
        etp_price_feed_set_stale_after(station->parts.feed, renewal->wanted->prices.stale_after);
        return ETP_OK;
    }
    etp_time now = etp_market_clock_market(&station->market, etp_station_now(station));
    int result = etp_price_feed_open(&feed, renewal->wanted, &station->options.logger, now, error);
    if (result != ETP_OK)
        return result;
    etp_price_feed_close(station->parts.feed);
    station->parts.feed = feed;
    return ETP_OK;
}

/* Opened anew each time, for it may have been moved away. */
static int renew_audit(etp_renewal *renewal, etp_error *error)
{
    etp_station *station = renewal->station;
    const char *before = station->config.audit;
    station->config.audit = renewal->wanted->audit;
    int result = etp_audit_open(station, error);
    if (result != ETP_OK)
        station->config.audit = before;
    return result;
}

/* ---- all of them ---- */

/* Trust comes before whom it dials, limits and certificates before links, and all of them before what is announced. */
static const etp_node_part parts[] = {
    {{"trust"}, renew_trust, true},         {{"key"}, renew_key, true},
    {{"limits"}, renew_limits, false},      {{"tls"}, renew_tls, true},
    {{"listen"}, renew_listen, false},      {{"dial"}, renew_dial, false},
    {{"discovery"}, renew_discovery, true}, {{"strategy", "reserve"}, renew_script, false},
    {{"params"}, renew_params, false},      {{"demand"}, renew_demand, false},
    {{"home"}, renew_tariffs, false},       {{"base_reserve_c_per_kwh"}, renew_base_reserve, false},
    {{"prices"}, renew_prices, false},      {{"audit"}, renew_audit, true},
};

const etp_node_part *etp_node_part_at(unsigned index)
{
    return index < sizeof parts / sizeof parts[0] ? &parts[index] : NULL;
}

bool etp_node_part_has(const etp_node_part *part, const char *path)
{
    size_t size = strcspn(path, ".");
    for (unsigned i = 0; i < sizeof part->keys / sizeof part->keys[0]; i++)
        if (part->keys[i] != NULL && strlen(part->keys[i]) == size && strncmp(part->keys[i], path, size) == 0)
            return true;
    return false;
}
