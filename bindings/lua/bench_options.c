/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "bench.h"

#define BATTERY(name, member, kind, low, high) ETP_LUA_FIELD(bench_battery, name, member, kind, low, high)
#define SETTING(name, member, kind, low, high) ETP_LUA_FIELD(bench_settings, name, member, kind, low, high)
#define FIRM(name, member, kind, low, high)    ETP_LUA_FIELD(bench_firm, name, member, kind, low, high)

static const etp_lua_field battery_list[] = {
    BATTERY("lot", brief.lot, ENERGY, 0, 1000),       BATTERY("reserve", reserve, PRICE, 0, 10000),
    BATTERY("energy_total", stored, ENERGY, 0, 1000), BATTERY("capacity", spec.capacity, ENERGY, 0.001, 1000),
    BATTERY("floor", spec.floor, ENERGY, 0, 1000),    BATTERY("power", spec.power, POWER, 0.001, 1000),
    BATTERY("wear", spec.wear, PRICE, 0, 100),        BATTERY("feed_in", brief.feed_in, PRICE, 0, 200),
    BATTERY("retail", brief.retail, PRICE, 0, 200),   BATTERY("expected_need", brief.expected_need, ENERGY, 0, 1000),
};
static const etp_lua_field firm_list[] = {
    FIRM("value", brief.value, PRICE, -10000, 10000),
    FIRM("need", brief.need, ENERGY, 0, 1e6),
    FIRM("budget", brief.budget, MONEY, 0, 1e9),
    FIRM("bid", bid, PRICE, 0, 10000),
};
static const etp_lua_field settings_list[] = {
    ETP_LUA_NAMED(bench_settings, "mechanism", mechanism, etp_lua_mechanism_word, ETP_UNIFORM_PRICE),
    ETP_LUA_NAMED(bench_settings, "disclose", disclose, etp_lua_disclose_word,
                  ETP_DISCLOSE_RESERVE | ETP_DISCLOSE_WINNER),
    SETTING("intervals", intervals, WHOLE, 1, BENCH_INTERVALS_MAX),
    SETTING("spot", spot, PRICE, -100, 2500),
    SETTING("forecast", forecast, PRICE, -100, 2500),
    SETTING("seed", seed, WHOLE, 0, 0x1p63),
};

static void take_battery(lua_State *L, int at, bench_battery *own)
{
    static const etp_lua_fields fields = ETP_LUA_FIELDS(battery_list);
    own->reserve = ETP_PRICE_NONE;
    own->stored = 8 * ETP_ENERGY_PER_KWH;
    own->spec = (etp_battery_spec){.capacity = 10 * ETP_ENERGY_PER_KWH,
                                   .floor = ETP_ENERGY_PER_KWH,
                                   .power = 5 * ETP_POWER_PER_KW,
                                   .export_limit = 5 * ETP_POWER_PER_KW,
                                   .one_way_ppm = 943398,
                                   .voltage_mv = 48000,
                                   .wear = 4 * ETP_PRICE_PER_CENT,
                                   .rated_cycles = 6000};
    own->brief = (etp_bess_brief){
        .lot = ETP_ENERGY_PER_KWH * 4 / 10, .feed_in = ETP_PRICE_PER_CENT * 33 / 10, .retail = 33 * ETP_PRICE_PER_CENT};
    etp_lua_take(L, at, "battery", &fields, NULL, own);
    if (etp_battery_init(&own->battery, &own->spec, own->stored) != ETP_OK)
        luaL_error(L, "battery: floor and energy_total must not be above capacity");
}

/* False with a sentence at the top. */
static bool take_firm(lua_State *L, int at, bench_firm *own, int place)
{
    static const etp_lua_fields fields = ETP_LUA_FIELDS(firm_list);
    static const char *const others[] = {"name", "strategy", NULL};
    own->brief = (etp_aggregator_brief){.takes_part = true,
                                        .value = 12 * ETP_PRICE_PER_CENT,
                                        .need = 5 * ETP_ENERGY_PER_KWH,
                                        .budget = 1000 * ETP_MONEY_PER_DOLLAR};
    etp_lua_take(L, at, "firm", &fields, others, own);
    lua_getfield(L, at, "name");
    snprintf(own->name, sizeof own->name, "%s", luaL_checkstring(L, -1));
    if (lua_getfield(L, at, "strategy") != LUA_TTABLE) {
        lua_settop(L, at);
        return true;
    }
    own->strategy = etp_lua_push_strategy(L, -1, ETP_ROLE_AGGREGATOR, NULL);
    if (own->strategy == NULL)
        return false;
    lua_rawseti(L, BENCH_KEPT, place);
    lua_settop(L, at);
    return true;
}

static unsigned check_list(lua_State *L, const char *name, int most)
{
    if (lua_getfield(L, BENCH_OPTIONS, name) != LUA_TTABLE)
        luaL_error(L, "bench: %s must be a list", name);
    lua_Integer count = luaL_len(L, -1);
    if (count < 1 || count > most)
        luaL_error(L, "bench: %s must be a list of 1 to %d", name, most);
    return (unsigned)count;
}

bool etp_lua_bench_options(lua_State *L, bench *own)
{
    static const etp_lua_fields fields = ETP_LUA_FIELDS(settings_list);
    static const char *const others[] = {"batteries", "firms", "policy", NULL};
    own->settings =
        (bench_settings){.intervals = 1, .spot = ETP_PRICE_NONE, .forecast = 8 * ETP_PRICE_PER_CENT, .seed = 1};
    etp_lua_take(L, BENCH_OPTIONS, "bench", &fields, others, &own->settings);
    own->battery_count = check_list(L, "batteries", BENCH_BATTERIES_MAX);
    int list = lua_gettop(L);
    for (unsigned i = 0; i < own->battery_count; i++) {
        lua_geti(L, list, (lua_Integer)i + 1);
        take_battery(L, list + 1, &own->batteries[i]);
        lua_settop(L, list);
    }
    own->firm_count = check_list(L, "firms", BENCH_FIRMS_MAX);
    list = lua_gettop(L);
    for (unsigned i = 0; i < own->firm_count; i++) {
        lua_geti(L, list, (lua_Integer)i + 1);
        if (!take_firm(L, list + 1, &own->firms[i], (int)i + 1))
            return false;
        lua_settop(L, list);
    }
    if (lua_getfield(L, BENCH_OPTIONS, "policy") != LUA_TTABLE)
        return true;
    own->policy = etp_lua_push_strategy(L, -1, ETP_ROLE_BESS, NULL);
    if (own->policy != NULL)
        lua_setfield(L, BENCH_KEPT, "policy");
    return own->policy != NULL;
}
