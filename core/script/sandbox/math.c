/* SPDX-License-Identifier: MIT */
/* `math` of a script: what of Lua's own gives the same result on every machine, and our own exp and log, which do. */
#include <math.h>

#include "base/explog.h"
#include "script/internal.h"
#include "script/sandbox/sandbox.h"

static int math_exp(lua_State *L)
{
    lua_pushnumber(L, etp_math_exp(luaL_checknumber(L, 1)));
    return 1;
}

/* Whether base^power, multiplied out, is x; |power| is small. */
static bool is_power(double base, double power, double x)
{
    double product = 1;
    for (double i = 0; i < fabs(power); i++)
        product *= base;
    return (power < 0 ? 1 / product : product) == x;
}

/* log(x) / log(base), but for whole powers of the base, whose logarithm a person expects to be whole: log(1000, 10). */
static double log_to_base(double x, double base)
{
    double quotient = etp_math_log(x) / etp_math_log(base);
    if (!(fabs(quotient) < 64))
        return quotient;
    double whole = (double)(int)(quotient + (quotient < 0 ? -0.5 : 0.5));
    return fabs(quotient - whole) < 1e-12 && is_power(base, whole, x) ? whole : quotient;
}

static int math_log(lua_State *L)
{
    double x = luaL_checknumber(L, 1);
    lua_pushnumber(L, lua_isnoneornil(L, 2) ? etp_math_log(x) : log_to_base(x, luaL_checknumber(L, 2)));
    return 1;
}

void etp_sandbox_math(lua_State *L)
{
    static const char *const kept[] = {"abs",        "ceil", "floor", "fmod", "huge",      "max",  "maxinteger", "min",
                                       "mininteger", "modf", "pi",    "sqrt", "tointeger", "type", "ult"};
    static const luaL_Reg ours[] = {{"exp", math_exp}, {"log", math_log}, {NULL, NULL}};
    lua_newtable(L);
    lua_getglobal(L, LUA_MATHLIBNAME);
    for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
        lua_getfield(L, -1, kept[i]);
        lua_setfield(L, -3, kept[i]);
    }
    lua_pop(L, 1);
    luaL_setfuncs(L, ours, 0);
}
