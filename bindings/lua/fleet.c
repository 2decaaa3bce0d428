/* SPDX-License-Identifier: MIT */
/* A fleet: homes that are drawn from a specification and a seed, one as often as it is asked for. */
#include "fleet.h"

#include <string.h>

static const char class[] = "etp.fleet";

typedef struct fleet {
    unsigned count;
    etp_fleet_spec spec;
} fleet;

#define SPEC(name, member, kind, low, high) ETP_LUA_FIELD(etp_fleet_spec, name, member, kind, low, high)

static const etp_lua_field spec_list[] = {
    SPEC("inverter", inverter, POWER_NEAR, 0.1, 100),
    SPEC("export_limit", export_limit, POWER_NEAR, 0, 100),
    SPEC("round_trip", one_way_ppm, ROUND_TRIP, 0.25, 1),
    SPEC("floor", floor_ppm, SHARE, 0, 0.95),
    SPEC("pv_low", pv_low, POWER_NEAR, 0, 100),
    SPEC("pv_high", pv_high, POWER_NEAR, 0, 100),
    SPEC("wear", wear, PRICE, 0, 100),
    SPEC("wear_spread", wear_spread, PRICE, 0, 100),
    SPEC("need_factor", need_factor_ppm, SHARE, 0, 10),
    SPEC("start_charge", start_ppm, SHARE, 0, 1),
    SPEC("capacity", capacity_ppm, SHARE, 0.1, 10),
};
const etp_lua_fields etp_lua_fleet_fields = ETP_LUA_FIELDS(spec_list);

#define HOME(name, member, kind) ETP_LUA_SHOWN(etp_home, name, member, kind)

static const etp_lua_field home_list[] = {
    HOME("capacity", battery.spec.capacity, ENERGY),
    HOME("floor", battery.spec.floor, ENERGY),
    HOME("power", battery.spec.power, POWER),
    HOME("export_limit", battery.spec.export_limit, POWER),
    HOME("one_way", battery.spec.one_way_ppm, SHARE),
    HOME("wear", battery.spec.wear, PRICE),
    HOME("energy_total", battery.stored, ENERGY),
    HOME("energy_at_start", stored_at_start, ENERGY),
    HOME("pv_peak", pv_peak, POWER),
    HOME("load_scale", load_scale_ppm, SHARE),
    HOME("pv", pv, ENERGY),
    HOME("load", load, ENERGY),
    HOME("spilled", spilled, ENERGY),
    HOME("imported", imported, ENERGY),
    HOME("curtailed", curtailed, ENERGY),
    HOME("sold", sold, ENERGY),
    HOME("own_use", own_use, ENERGY),
    HOME("import_cost", import_cost, MONEY),
    HOME("feed_in_income", feed_in_income, MONEY),
    HOME("sales_income", sales_income, MONEY),
};
static const etp_lua_fields home_fields = ETP_LUA_FIELDS(home_list);

void etp_lua_push_home(lua_State *L, const etp_home *home)
{
    lua_createtable(L, 0, (int)home_fields.count + 3);
    etp_lua_show(L, &home_fields, home);
    lua_pushstring(L, etp_level_name(etp_battery_level(&home->battery)));
    lua_setfield(L, -2, "level");
    lua_pushnumber(L, etp_energy_to_kwh(etp_battery_available(&home->battery)));
    lua_setfield(L, -2, "available");
}

/* ---- fleets ---- */

static const fleet *check(lua_State *L)
{
    return luaL_checkudata(L, 1, class);
}

static void draw(lua_State *L, const fleet *own, lua_Integer place, etp_home *home)
{
    if (place < 1 || place > (lua_Integer)own->count)
        luaL_error(L, "there is no home %I in a fleet of %I", (LUAI_UACINT)place, (LUAI_UACINT)own->count);
    etp_home_draw(home, &own->spec, (uint64_t)place - 1);
}

/* count, seed, specification */
static int make(lua_State *L)
{
    lua_Integer count = luaL_checkinteger(L, 1), seed = luaL_checkinteger(L, 2);
    luaL_argcheck(L, count >= 1 && count <= 1000000, 1, "a fleet has 1 to 1000000 homes");
    luaL_argcheck(L, seed >= 0, 2, "the seed must not be below 0");
    fleet made = {.count = (unsigned)count};
    etp_fleet_defaults(&made.spec);
    etp_lua_take(L, 3, "fleet", &etp_lua_fleet_fields, NULL, &made.spec);
    made.spec.seed = (uint64_t)seed;
    etp_home home;
    etp_error error = {0};
    int result = etp_home_draw(&home, &made.spec, 0);
    if (result != ETP_OK) {
        etp_fail(&error, result, "homes cannot be drawn: pv_low must not be above pv_high, nor wear_spread above wear");
        return etp_lua_fail(L, result, &error);
    }
    *(fleet *)lua_newuserdatauv(L, sizeof made, 0) = made;
    luaL_setmetatable(L, class);
    return 1;
}

/* place, interval from 0, second of the day, length in seconds: what the sun gives and the home uses, in kWh */
static int flows(lua_State *L)
{
    etp_home home;
    etp_energy pv, load;
    const fleet *own = check(L);
    draw(L, own, luaL_checkinteger(L, 2), &home);
    lua_Integer index = luaL_checkinteger(L, 3), second = luaL_checkinteger(L, 4), length = luaL_checkinteger(L, 5);
    luaL_argcheck(L, index >= 0, 3, "intervals are counted from 0");
    luaL_argcheck(L, second >= 0 && second <= 86399, 4, "the second of the day must be 0 to 86399");
    luaL_argcheck(L, length >= 1 && length <= 86400, 5, "an interval is 1 to 86400 seconds long");
    etp_home_flows(&home, own->spec.seed, (uint64_t)index, (uint32_t)second, length * ETP_NS_PER_SECOND, &pv, &load);
    lua_pushnumber(L, etp_energy_to_kwh(pv));
    lua_pushnumber(L, etp_energy_to_kwh(load));
    return 2;
}

static int expected_need(lua_State *L)
{
    etp_home home;
    const fleet *own = check(L);
    draw(L, own, luaL_checkinteger(L, 2), &home);
    lua_Integer second = luaL_checkinteger(L, 3);
    luaL_argcheck(L, second >= 0 && second <= 86399, 3, "the second of the day must be 0 to 86399");
    lua_pushnumber(L, etp_energy_to_kwh(etp_home_expected_need(&home, &own->spec, (uint32_t)second)));
    return 1;
}

/* What a market needs to have the same homes: the specification, the seed, their number. */
static int facts(lua_State *L)
{
    const fleet *own = check(L);
    lua_createtable(L, 0, (int)etp_lua_fleet_fields.count);
    etp_lua_show(L, &etp_lua_fleet_fields, &own->spec);
    lua_pushinteger(L, (lua_Integer)own->spec.seed);
    lua_pushinteger(L, (lua_Integer)own->count);
    return 3;
}

/* Upvalue: the methods. */
static int index(lua_State *L)
{
    const fleet *own = check(L);
    if (lua_type(L, 2) != LUA_TNUMBER) {
        lua_pushvalue(L, 2);
        lua_rawget(L, lua_upvalueindex(1));
        return 1;
    }
    etp_home home;
    int whole;
    lua_Integer place = lua_tointegerx(L, 2, &whole);
    if (!whole || place < 1 || place > (lua_Integer)own->count)
        return 0;
    draw(L, own, place, &home);
    etp_lua_push_home(L, &home);
    return 1;
}

static int length(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)check(L)->count);
    return 1;
}

static int to_string(lua_State *L)
{
    const fleet *own = check(L);
    lua_pushfstring(L, "etp.fleet: %I homes, seed %I", (LUAI_UACINT)own->count, (LUAI_UACINT)own->spec.seed);
    return 1;
}

void etp_lua_open_fleet(lua_State *L)
{
    static const luaL_Reg methods[] = {
        {"flows", flows}, {"expected_need", expected_need}, {"facts", facts}, {NULL, NULL}};
    static const luaL_Reg events[] = {{"__len", length}, {"__tostring", to_string}, {NULL, NULL}};
    etp_lua_new_class(L, class, events, methods);
    etp_lua_set_index(L, class, index);
    lua_pushcfunction(L, make);
    lua_setfield(L, -2, "fleet");
}
