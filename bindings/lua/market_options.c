/* SPDX-License-Identifier: MIT */
/* The table of options, which etp/market.lua has completed, into etp_run_options. */
#include "fleet.h"
#include "market.h"

#define HOUR 3600.0
#define YEAR (366 * 24 * HOUR)

#define OPTION(name, member, kind, low, high) ETP_LUA_FIELD(etp_run_options, name, member, kind, low, high)

const char *etp_lua_disclose_word(unsigned value)
{
    /* The place in the list is the set of ETP_DISCLOSE_ bits. */
    static const char *const words[] = {"none", "reserve", "winner", "both"};
    return value < sizeof words / sizeof *words ? words[value] : NULL;
}

static const etp_lua_field option_list[] = {
    OPTION("seed", seed, WHOLE, 0, 0x1p63),
    OPTION("homes", homes, WHOLE, 1, 1000000),
    OPTION("first", first, WHOLE, 0, 0x1p32),
    OPTION("intervals", intervals, WHOLE, 1, 0x1p32),
    OPTION("portfolios", portfolios, WHOLE, 1, 1000),
    OPTION("utility", merged, BOOL, 0, 1),
    ETP_LUA_NAMED(etp_run_options, "mechanism", mechanism, etp_lua_mechanism_word, ETP_UNIFORM_PRICE),
    ETP_LUA_NAMED(etp_run_options, "disclose", disclose, etp_lua_disclose_word,
                  ETP_DISCLOSE_RESERVE | ETP_DISCLOSE_WINNER),
    OPTION("failures", failures_ppm, SHARE, 0, 1),
    OPTION("outage", outage, SECONDS, 0.001, YEAR),
};

static const etp_lua_field timing_list[] = {
    OPTION("window", timing.window, SECONDS, 0.001, HOUR),
    OPTION("hold", timing.hold, SECONDS, 0.001, HOUR),
    OPTION("query_spread", timing.query_spread, SECONDS, 0, HOUR),
    OPTION("query_repeat", timing.query_repeat, SECONDS, 0.001, HOUR),
    OPTION("confirm_repeat", timing.confirm_repeat, SECONDS, 0.001, HOUR),
    OPTION("decide_lead", timing.decide_lead, SECONDS, 0, HOUR),
    OPTION("register_period", timing.register_period, SECONDS, 0.001, YEAR),
    OPTION("status_period", timing.status_period, SECONDS, 0.001, YEAR),
    OPTION("doubt_limit", timing.doubt_limit, SECONDS, 0.001, YEAR),
};

static const etp_lua_field network_list[] = {
    OPTION("delay", network.delay, SECONDS, 0, HOUR),       OPTION("jitter", network.jitter, SECONDS, 0, HOUR),
    OPTION("loss", network.loss_ppm, SHARE, 0, 1),          OPTION("duplicate", network.duplicate_ppm, SHARE, 0, 1),
    OPTION("reorder", network.reorder_ppm, SHARE, 0, 1),    OPTION("flip", network.flip_ppm, SHARE, 0, 1),
    OPTION("bandwidth", network.bandwidth, WHOLE, 0, 1e12), OPTION("max_frames", network.max_frames, WHOLE, 0, 1e8),
};

static const etp_lua_field buyers_list[] = {
    OPTION("q", buyer.participation_ppm, SHARE, 0, 1),
    OPTION("spread", buyer.spread, PRICE, 0, 100),
    OPTION("noise", buyer.noise, PRICE, 0, 100),
    OPTION("loss_factor", buyer.loss_factor_ppm, SHARE, 0.5, 2),
    OPTION("cost_to_serve", buyer.cost_to_serve, PRICE, 0, 100),
    OPTION("need", need_ppm, SHARE, 0, 100),
    OPTION("budget", budget, MONEY, 0, 1000000),
};

/* The tables within the table. */
static const struct {
    const char *name;
    etp_lua_fields fields;
} parts[] = {
    {"timing", ETP_LUA_FIELDS(timing_list)},
    {"network", ETP_LUA_FIELDS(network_list)},
    {"buyers", ETP_LUA_FIELDS(buyers_list)},
};

/* Those that are no plain numbers or names. What etp/market.lua has used up is listed for the sentence about others. */
static const char *const others[] = {"firms",    "rivals",    "reserve", "fleet",  "prices",  "days",
                                     "interval", "feed_in",   "retail",  "timing", "network", "buyers",
                                     "log",      "log_level", "strict",  NULL};

static void take_parts(lua_State *L, etp_run_options *options)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (lua_getfield(L, 1, parts[i].name) != LUA_TNIL)
            etp_lua_take(L, lua_gettop(L), parts[i].name, &parts[i].fields, NULL, options);
        lua_pop(L, 1);
    }
    if (lua_getfield(L, 1, "fleet") != LUA_TNIL)
        etp_lua_take(L, lua_gettop(L), "fleet", &etp_lua_fleet_fields, NULL, &options->fleet);
    lua_pop(L, 1);
}

static void take_tariff(lua_State *L, const char *name, etp_tariff *tariff)
{
    if (lua_getfield(L, 1, name) != LUA_TNIL)
        *tariff = *etp_lua_check_tariff(L, -1);
    lua_pop(L, 1);
}

static void take_log(lua_State *L, int anchor, etp_lua_market *market)
{
    etp_log_level level = ETP_LOG_WARN;
    lua_getfield(L, 1, "log_level");
    if (etp_log_level_parse(luaL_optstring(L, -1, "warn"), &level) != ETP_OK)
        luaL_error(L, "market: log_level must be \"error\", \"warn\", \"info\" or \"debug\"");
    lua_pop(L, 1);
    if (lua_getfield(L, 1, "log") == LUA_TFUNCTION)
        market->options.logger = (etp_logger){etp_lua_market_log, market, level};
    else if (!lua_isnil(L, -1))
        luaL_error(L, "market: log must be a function(level, component, text), not a %s", luaL_typename(L, -1));
    lua_setfield(L, anchor, "log");
}

void etp_lua_market_options(lua_State *L, int anchor, etp_lua_market *market)
{
    static const etp_lua_fields fields = ETP_LUA_FIELDS(option_list);
    etp_run_options *options = &market->options;
    etp_run_defaults(options);
    options->portfolios = 0; /* as many as there are firms */
    etp_lua_take(L, 1, "market", &fields, others, options);
    take_parts(L, options);
    take_tariff(L, "feed_in", &options->feed_in);
    take_tariff(L, "retail", &options->retail);
    take_log(L, anchor, market);
    lua_getfield(L, 1, "prices");
    options->trace = etp_lua_check_prices(L, -1);
    lua_setfield(L, anchor, "prices");
    lua_getfield(L, 1, "strict");
    market->strict = lua_toboolean(L, -1);
    lua_pop(L, 1);
    options->observer = (etp_observer){etp_lua_market_event, market};
}
