/* SPDX-License-Identifier: MIT */
/* What hooks return, judged at the border: numbers in range, or a sentence that names the hook and the value. */
#include <float.h>

#include "internal.h"

static int refuse_value(etp_script *script, etp_hook hook, int index, const char *wanted)
{
    lua_State *L = script->vm->state;
    int type = lua_type(L, index);
    if (type == LUA_TNUMBER)
        return etp_call_refuse(script, hook, "%.14g; %s", lua_tonumber(L, index), wanted);
    if (type == LUA_TSTRING)
        return etp_call_refuse(script, hook, "the string \"%.60s\"; %s", lua_tostring(L, index), wanted);
    if (type == LUA_TNIL)
        return etp_call_refuse(script, hook, "nothing; %s", wanted);
    return etp_call_refuse(script, hook, "a %s; %s", lua_typename(L, type), wanted);
}

bool etp_returned_below_zero(const etp_script *script, int index)
{
    lua_State *L = script->vm->state;
    if (lua_type(L, index) != LUA_TNUMBER)
        return false;
    double number = lua_tonumber(L, index);
    return number < 0 && number >= -DBL_MAX;
}

int etp_returned_price(etp_script *script, etp_hook hook, int index, etp_price *price)
{
    lua_State *L = script->vm->state;
    bool is_number = lua_type(L, index) == LUA_TNUMBER;
    if (is_number && etp_price_from_cents(lua_tonumber(L, index), 0, ETP_PRICE_MAX, price))
        return ETP_OK;
    return refuse_value(script, hook, index, "a price is a number from 0 to 10000 c/kWh");
}

int etp_returned_energy(etp_script *script, etp_hook hook, int index, etp_energy *energy)
{
    lua_State *L = script->vm->state;
    int type = lua_type(L, index);
    if (type == LUA_TNIL || type == LUA_TNONE)
        return ETP_OK;
    if (type == LUA_TNUMBER && etp_energy_from_kwh(lua_tonumber(L, index), energy))
        return ETP_OK;
    return refuse_value(script, hook, index, "an energy is a number from 0 to 1000000 kWh");
}
