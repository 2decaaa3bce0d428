/* SPDX-License-Identifier: MIT */
/* Wholesale prices, one per market interval: read from a file, made up, or from a table. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core.h"

static const char class[] = "etp.prices";

const etp_trace *etp_lua_check_prices(lua_State *L, int index)
{
    return luaL_checkudata(L, index, class);
}

/* An empty one, so that what fails afterwards leaves nothing behind. */
static etp_trace *push_new(lua_State *L)
{
    etp_trace *trace = lua_newuserdatauv(L, sizeof *trace, 0);
    memset(trace, 0, sizeof *trace);
    luaL_setmetatable(L, class);
    return trace;
}

static etp_time check_seconds(lua_State *L, int index, const char *what)
{
    double seconds = luaL_checknumber(L, index);
    if (!(seconds >= 1 && seconds <= 86400))
        luaL_error(L, "prices: %s must be 1 to 86400 seconds", what);
    return (etp_time)(seconds * (double)ETP_NS_PER_SECOND + 0.5);
}

/* ---- making ---- */

static int load(lua_State *L)
{
    etp_error error = {0};
    const char *path = luaL_checkstring(L, 1);
    etp_trace *trace = push_new(L);
    int result = etp_trace_load(trace, path, NULL, &error);
    return result == ETP_OK ? 1 : etp_lua_fail(L, result, &error);
}

static int parse(lua_State *L)
{
    etp_error error = {0};
    size_t size;
    const char *name = luaL_checkstring(L, 1);
    const char *text = luaL_checklstring(L, 2, &size);
    etp_trace *trace = push_new(L);
    int result = etp_trace_parse(trace, name, text, size, NULL, &error);
    return result == ETP_OK ? 1 : etp_lua_fail(L, result, &error);
}

/* days, interval, seed */
static int generate(lua_State *L)
{
    lua_Integer days = luaL_checkinteger(L, 1);
    etp_time interval = check_seconds(L, 2, "the interval");
    lua_Integer seed = luaL_checkinteger(L, 3);
    luaL_argcheck(L, days >= 1 && days <= 3660, 1, "1 to 3660 days");
    luaL_argcheck(L, seed >= 0, 3, "the seed must not be below 0");
    etp_error error = {0};
    etp_trace *trace = push_new(L);
    int result = etp_trace_generate(trace, (unsigned)days, interval, (uint64_t)seed, NULL);
    if (result == ETP_OK)
        return 1;
    if (result == ETP_ERANGE)
        return luaL_error(L, "prices: the interval must be whole seconds that divide a day, such as 300");
    return etp_lua_fail(L, result, &error);
}

/* a list of c/kWh, starts, interval */
static int from_table(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    double starts = luaL_checknumber(L, 2);
    etp_time interval = check_seconds(L, 3, "the interval");
    lua_Integer count = luaL_len(L, 1);
    if (!(starts >= 0 && starts <= 8e9))
        return luaL_error(L, "prices: starts must be seconds since 1970, up to 8e9");
    if (count < 1 || count > 1 << 24)
        return luaL_error(L, "prices: a list of 1 to 16777216 prices");
    etp_price *prices = lua_newuserdatauv(L, (size_t)count * sizeof *prices, 0);
    for (lua_Integer i = 1; i <= count; i++) {
        bool number = lua_geti(L, 1, i) == LUA_TNUMBER;
        if (!number || !etp_price_from_cents(lua_tonumber(L, -1), -ETP_PRICE_MAX, ETP_PRICE_MAX, &prices[i - 1]))
            return luaL_error(L, "prices: price %I is no price in c/kWh", (LUAI_UACINT)i);
        lua_pop(L, 1);
    }
    etp_error error = {0};
    etp_trace *trace = push_new(L);
    int result = etp_trace_from_prices(trace, (etp_time)starts * ETP_NS_PER_SECOND, interval, prices, (size_t)count,
                                       NULL, &error);
    return result == ETP_OK ? 1 : etp_lua_fail(L, result, &error);
}

static int resample(lua_State *L)
{
    etp_error error = {0};
    const etp_trace *own = etp_lua_check_prices(L, 1);
    etp_time interval = check_seconds(L, 2, "the interval");
    etp_trace *copy = push_new(L);
    int result = etp_trace_from_prices(copy, own->starts, own->interval, own->prices, own->count, NULL, &error);
    memcpy(copy->source, own->source, sizeof copy->source);
    memcpy(copy->region, own->region, sizeof copy->region);
    if (result == ETP_OK)
        result = etp_trace_resample(copy, interval, &error);
    return result == ETP_OK ? 1 : etp_lua_fail(L, result, &error);
}

/* ---- asking ---- */

/* How many intervals lie before the first noon, or nil. */
static int first_noon(lua_State *L)
{
    size_t index;
    if (etp_trace_first_noon(etp_lua_check_prices(L, 1), &index) != ETP_OK)
        return 0;
    lua_pushinteger(L, (lua_Integer)index);
    return 1;
}

static int push_fact(lua_State *L, const etp_trace *trace, const char *name)
{
    char hash[17];
    if (strcmp(name, "starts") == 0)
        lua_pushnumber(L, (double)trace->starts / (double)ETP_NS_PER_SECOND);
    else if (strcmp(name, "interval") == 0)
        lua_pushnumber(L, (double)trace->interval / (double)ETP_NS_PER_SECOND);
    else if (strcmp(name, "source") == 0)
        lua_pushstring(L, trace->source);
    else if (strcmp(name, "region") == 0)
        lua_pushstring(L, trace->region);
    else if (strcmp(name, "hash") == 0)
        lua_pushlstring(L, hash, (size_t)snprintf(hash, sizeof hash, "%016" PRIx64, trace->hash));
    else
        return luaL_error(L,
                          "prices have no field \"%s\"; there are starts, interval, source, region, hash, and the "
                          "methods resample and first_noon",
                          name);
    return 1;
}

/* Upvalue: the methods. */
static int index(lua_State *L)
{
    const etp_trace *trace = etp_lua_check_prices(L, 1);
    if (lua_type(L, 2) == LUA_TNUMBER) {
        int whole;
        lua_Integer at = lua_tointegerx(L, 2, &whole);
        if (!whole || at < 1 || (lua_Unsigned)at > trace->count)
            return 0;
        lua_pushnumber(L, etp_price_to_cents(trace->prices[at - 1]));
        return 1;
    }
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    return push_fact(L, trace, luaL_tolstring(L, 2, NULL));
}

static int length(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)etp_lua_check_prices(L, 1)->count);
    return 1;
}

static int collect(lua_State *L)
{
    etp_trace_fini(luaL_checkudata(L, 1, class));
    return 0;
}

static int to_string(lua_State *L)
{
    const etp_trace *trace = etp_lua_check_prices(L, 1);
    lua_pushfstring(L, "etp.prices: %I intervals of %I s%s%s", (LUAI_UACINT)trace->count,
                    (LUAI_UACINT)(trace->interval / ETP_NS_PER_SECOND), trace->source[0] != '\0' ? ", " : "",
                    trace->source);
    return 1;
}

void etp_lua_open_prices(lua_State *L)
{
    static const luaL_Reg methods[] = {{"resample", resample}, {"first_noon", first_noon}, {NULL, NULL}};
    static const luaL_Reg events[] = {{"__len", length}, {"__gc", collect}, {"__tostring", to_string}, {NULL, NULL}};
    static const luaL_Reg functions[] = {{"prices_load", load},
                                         {"prices_parse", parse},
                                         {"prices_generate", generate},
                                         {"prices_from", from_table},
                                         {NULL, NULL}};
    etp_lua_new_class(L, class, events, methods);
    etp_lua_set_index(L, class, index);
    luaL_setfuncs(L, functions, 0);
}
