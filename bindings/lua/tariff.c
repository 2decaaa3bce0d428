/* SPDX-License-Identifier: MIT */
/* What homes pay and earn by time of day. */
#include "core.h"

static const char class[] = "etp.tariff";

const etp_tariff *etp_lua_check_tariff(lua_State *L, int index)
{
    return luaL_checkudata(L, index, class);
}

/* From the text that etp/tariff.h describes. */
static int parse(lua_State *L)
{
    etp_error error = {0};
    const char *text = luaL_checkstring(L, 1);
    etp_tariff *tariff = lua_newuserdatauv(L, sizeof *tariff, 0);
    luaL_setmetatable(L, class);
    int result = etp_tariff_parse(tariff, text, &error);
    return result == ETP_OK ? 1 : etp_lua_fail(L, result, &error);
}

static int at(lua_State *L)
{
    const etp_tariff *tariff = etp_lua_check_tariff(L, 1);
    lua_Integer second = luaL_checkinteger(L, 2);
    luaL_argcheck(L, second >= 0 && second <= 86399, 2, "the second of the day must be 0 to 86399");
    lua_pushnumber(L, etp_price_to_cents(etp_tariff_at(tariff, (uint32_t)second)));
    return 1;
}

/* In the form in which it is written. */
static int to_string(lua_State *L)
{
    const etp_tariff *tariff = etp_lua_check_tariff(L, 1);
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    for (unsigned i = 0; i < tariff->steps; i++) {
        unsigned minute = tariff->from[i] / 60;
        char clock[] = {(char)('0' + minute / 600),     (char)('0' + minute / 60 % 10), ':',
                        (char)('0' + minute % 60 / 10), (char)('0' + minute % 10),      '='};
        if (i > 0)
            luaL_addchar(&text, ',');
        if (tariff->steps > 1)
            luaL_addlstring(&text, clock, sizeof clock);
        lua_pushnumber(L, etp_price_to_cents(tariff->price[i]));
        luaL_addvalue(&text);
    }
    luaL_pushresult(&text);
    return 1;
}

void etp_lua_open_tariff(lua_State *L)
{
    static const luaL_Reg events[] = {{"__tostring", to_string}, {NULL, NULL}};
    static const luaL_Reg methods[] = {{"at", at}, {NULL, NULL}};
    etp_lua_new_class(L, class, events, methods);
    lua_pushcfunction(L, parse);
    lua_setfield(L, -2, "tariff");
}
