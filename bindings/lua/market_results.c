/* SPDX-License-Identifier: MIT */
/* What there is to read of a market: at any time between two steps, and when it is over. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fleet.h"
#include "market.h"

/* ---- totals ---- */

#define TOTAL(name, member, kind) ETP_LUA_SHOWN(etp_run_totals, name, member, kind)

static const etp_lua_field totals_list[] = {
    TOTAL("intervals", intervals, WHOLE),
    TOTAL("auctions", auctions, WHOLE),
    TOTAL("bids", bids, WHOLE),
    TOTAL("trades", trades, WHOLE),
    TOTAL("lapses", lapses, WHOLE),
    TOTAL("in_doubt", in_doubt, WHOLE),
    TOTAL("unresolved", unresolved, WHOLE),
    TOTAL("sold", sold, ENERGY),
    TOTAL("offered", offered, ENERGY),
    TOTAL("paid", paid, MONEY),
    TOTAL("worth", worth, MONEY),
    TOTAL("owners_cost", owners_cost, MONEY),
    TOTAL("memory_bytes", memory_bytes, WHOLE),
};
static const etp_lua_fields totals_fields = ETP_LUA_FIELDS(totals_list);

static int totals(lua_State *L)
{
    etp_run_totals all;
    etp_run_get_totals(etp_lua_check_market(L)->run, &all);
    lua_createtable(L, 0, (int)totals_fields.count + 1);
    etp_lua_show(L, &totals_fields, &all);
    if (all.sold > 0) {
        lua_pushnumber(L, etp_money_to_dollars(all.paid) * 100 / etp_energy_to_kwh(all.sold));
        lua_setfield(L, -2, "price");
    }
    return 1;
}

/* 32 hexadecimal digits, or nil before the end. */
static int digest(lua_State *L)
{
    etp_run_totals all;
    char text[33];
    const etp_lua_market *market = etp_lua_check_market(L);
    if (!market->over)
        return 0;
    etp_run_get_totals(market->run, &all);
    snprintf(text, sizeof text, "%016" PRIx64 "%016" PRIx64, all.digest[0], all.digest[1]);
    lua_pushstring(L, text);
    return 1;
}

static int check(lua_State *L)
{
    etp_error error = {0};
    int result = etp_run_check(etp_lua_check_market(L)->run, &error);
    if (result != ETP_OK)
        return etp_lua_fail(L, result, &error);
    lua_pushboolean(L, 1);
    return 1;
}

/* ---- firms ---- */

#define FIRM(name, member, kind) ETP_LUA_SHOWN(etp_firm_result, name, member, kind)

static const etp_lua_field firm_list[] = {
    FIRM("intervals", intervals, WHOLE),
    FIRM("queries", queries, WHOLE),
    FIRM("bids", bids, WHOLE),
    FIRM("trades", trades, WHOLE),
    FIRM("energy", energy, ENERGY),
    FIRM("paid", paid, MONEY),
    FIRM("worth", worth, MONEY),
    FIRM("offers", totals.offers, WHOLE),
    FIRM("rebids", totals.rebids, WHOLE),
    FIRM("rejected", totals.rejected, WHOLE),
    FIRM("expired", totals.expired, WHOLE),
    FIRM("in_doubt", totals.in_doubt, WHOLE),
    FIRM("unresolved", totals.unresolved, WHOLE),
    FIRM("hook_calls", totals.hook_calls, WHOLE),
    FIRM("hook_errors", totals.hook_errors, WHOLE),
};
static const etp_lua_fields firm_fields = ETP_LUA_FIELDS(firm_list);

static void push_firm(lua_State *L, const etp_lua_market *market, unsigned index)
{
    etp_firm_result result;
    etp_run_firm(market->run, index, &result);
    lua_createtable(L, 0, (int)firm_fields.count + 3);
    etp_lua_show(L, &firm_fields, &result);
    lua_pushstring(L, result.name);
    lua_setfield(L, -2, "name");
    lua_pushinteger(L, (lua_Integer)etp_run_firm_device(index));
    lua_setfield(L, -2, "device");
    if (!market->options.merged && market->strategies[index] != NULL) {
        etp_lua_push_strategy_facts(L, market->strategies[index]);
        lua_setfield(L, -2, "strategy");
    }
}

/* A list, in which each is also found by its name. */
static int firms(lua_State *L)
{
    const etp_lua_market *market = etp_lua_check_market(L);
    unsigned count = etp_run_firm_count(market->run);
    lua_createtable(L, (int)count, (int)count);
    for (unsigned i = 0; i < count; i++) {
        push_firm(L, market, i);
        lua_getfield(L, -1, "name");
        lua_pushvalue(L, -2);
        lua_rawset(L, -4);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* The reserve policy's name, counts and parameters; nil for the engine's own. */
static int policy(lua_State *L)
{
    const etp_lua_market *market = etp_lua_check_market(L);
    if (market->policy == NULL)
        return 0;
    etp_lua_push_strategy_facts(L, market->policy);
    return 1;
}

static etp_lua_strategy *find_strategy(const etp_lua_market *market, const char *name)
{
    for (unsigned i = 0; i < market->firm_count; i++)
        if (strcmp(market->names[i], name) == 0)
            return market->strategies[i];
    return strcmp(name, "reserve") == 0 ? market->policy : NULL;
}

/* market:set(firm, parameter, value) */
static int set(lua_State *L)
{
    etp_error error = {0};
    const char *name = luaL_checkstring(L, 2);
    etp_lua_strategy *strategy = find_strategy(etp_lua_check_market(L), name);
    if (strategy == NULL)
        return luaL_argerror(L, 2, lua_pushfstring(L, "there is no strategy \"%s\" in this market", name));
    int result = etp_lua_strategy_set(strategy, luaL_checkstring(L, 3), luaL_checknumber(L, 4), &error);
    if (result != ETP_OK)
        return etp_lua_fail(L, result, &error);
    lua_pushboolean(L, 1);
    return 1;
}

/* ---- homes ---- */

static void push_home_of(lua_State *L, const etp_lua_market *market, unsigned index)
{
    etp_lua_push_home(L, etp_run_home(market->run, index));
    lua_pushinteger(L, (lua_Integer)etp_run_home_device(index));
    lua_setfield(L, -2, "device");
    lua_pushnumber(L, etp_money_to_dollars(etp_run_home_cost(market->run, index)));
    lua_setfield(L, -2, "cost");
}

static int homes(lua_State *L)
{
    const etp_lua_market *market = etp_lua_check_market(L);
    lua_createtable(L, (int)market->options.homes, 0);
    for (unsigned i = 0; i < market->options.homes; i++) {
        push_home_of(L, market, i);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

static int home(lua_State *L)
{
    const etp_lua_market *market = etp_lua_check_market(L);
    lua_Integer place = luaL_checkinteger(L, 2);
    luaL_argcheck(L, place >= 1 && place <= (lua_Integer)market->options.homes, 2, "there is no such home");
    push_home_of(L, market, (unsigned)place - 1);
    return 1;
}

/* What each owner's cost would be on the same days without any market, in dollars. */
static int costs_without_market(lua_State *L)
{
    etp_error error = {0};
    const etp_lua_market *market = etp_lua_check_market(L);
    unsigned count = market->options.homes;
    etp_money *costs = lua_newuserdatauv(L, count * sizeof *costs, 0);
    int result = etp_run_without_market(&market->options, costs, &error);
    if (result != ETP_OK)
        return etp_lua_fail(L, result, &error);
    lua_createtable(L, (int)count, 0);
    for (unsigned i = 0; i < count; i++) {
        lua_pushnumber(L, etp_money_to_dollars(costs[i]));
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* ---- the machine ---- */

static double seconds(uint64_t us)
{
    return (double)us / 1e6;
}

static int delays(lua_State *L)
{
    static const struct {
        const char *name;
        double q;
    } quantiles[] = {{"p50", 0.5}, {"p90", 0.9}, {"p99", 0.99}};
    const etp_lua_market *market = etp_lua_check_market(L);
    lua_createtable(L, 0, ETP_TYPES);
    for (unsigned type = 0; type < ETP_TYPES; type++) {
        const etp_histogram *all = etp_run_delays(market->run, (etp_type)type);
        lua_createtable(L, 0, 5);
        lua_pushinteger(L, (lua_Integer)all->count);
        lua_setfield(L, -2, "count");
        lua_pushnumber(L, seconds(all->max));
        lua_setfield(L, -2, "max");
        for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++) {
            lua_pushnumber(L, seconds(etp_histogram_quantile(all, quantiles[i].q)));
            lua_setfield(L, -2, quantiles[i].name);
        }
        lua_setfield(L, -2, etp_type_name(type));
    }
    return 1;
}

static int network(lua_State *L)
{
    static const etp_lua_field list[] = {
        ETP_LUA_SHOWN(etp_network_stats, "sent", sent, WHOLE),
        ETP_LUA_SHOWN(etp_network_stats, "delivered", delivered, WHOLE),
        ETP_LUA_SHOWN(etp_network_stats, "lost", lost, WHOLE),
        ETP_LUA_SHOWN(etp_network_stats, "duplicated", duplicated, WHOLE),
        ETP_LUA_SHOWN(etp_network_stats, "held_back", held_back, WHOLE),
        ETP_LUA_SHOWN(etp_network_stats, "flipped", flipped, WHOLE),
        ETP_LUA_SHOWN(etp_network_stats, "overflowed", overflowed, WHOLE),
        ETP_LUA_SHOWN(etp_network_stats, "bytes", bytes, WHOLE),
    };
    static const etp_lua_fields fields = ETP_LUA_FIELDS(list);
    etp_network_stats stats;
    etp_run_network_stats(etp_lua_check_market(L)->run, &stats);
    lua_createtable(L, 0, (int)fields.count);
    etp_lua_show(L, &fields, &stats);
    return 1;
}

static void push_counts(lua_State *L, const uint64_t *counts, unsigned count, const char *(*name)(unsigned))
{
    lua_createtable(L, 0, (int)count);
    for (unsigned i = 0; i < count; i++) {
        lua_pushinteger(L, (lua_Integer)counts[i]);
        lua_setfield(L, -2, name(i));
    }
}

static int engine(lua_State *L)
{
    static const etp_lua_field list[] = {
        ETP_LUA_SHOWN(etp_engine_stats, "frames_sent", frames_sent, WHOLE),
        ETP_LUA_SHOWN(etp_engine_stats, "frames_received", frames_received, WHOLE),
        ETP_LUA_SHOWN(etp_engine_stats, "frames_unsent", frames_unsent, WHOLE),
        ETP_LUA_SHOWN(etp_engine_stats, "bytes_sent", bytes_sent, WHOLE),
        ETP_LUA_SHOWN(etp_engine_stats, "outbox_full", outbox_full, WHOLE),
        ETP_LUA_SHOWN(etp_engine_stats, "hook_calls", hook_calls, WHOLE),
        ETP_LUA_SHOWN(etp_engine_stats, "hook_errors", hook_errors, WHOLE),
    };
    static const etp_lua_fields fields = ETP_LUA_FIELDS(list);
    etp_engine_stats stats;
    etp_run_engine_stats(etp_lua_check_market(L)->run, &stats);
    lua_createtable(L, 0, (int)fields.count + 4);
    etp_lua_show(L, &fields, &stats);
    push_counts(L, stats.sent, ETP_TYPES, etp_type_name);
    lua_setfield(L, -2, "sent");
    push_counts(L, stats.received, ETP_TYPES, etp_type_name);
    lua_setfield(L, -2, "received");
    push_counts(L, stats.late, ETP_TYPES, etp_type_name);
    lua_setfield(L, -2, "late");
    push_counts(L, stats.refused, ETP_REFUSALS, etp_refusal_name);
    lua_setfield(L, -2, "refused");
    return 1;
}

const luaL_Reg etp_lua_market_results[] = {
    {"totals", totals}, {"digest", digest},   {"check", check},
    {"firms", firms},   {"policy", policy},   {"set", set},
    {"homes", homes},   {"home", home},       {"costs_without_market", costs_without_market},
    {"delays", delays}, {"network", network}, {"engine", engine},
    {NULL, NULL},
};
