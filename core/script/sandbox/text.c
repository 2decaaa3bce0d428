/* SPDX-License-Identifier: MIT */
/*
 * `string` and `utf8`. Their functions are C, which the instruction hook does not see: each charges the work that its
 * arguments ask for before it starts. What is charged depends on the arguments alone, so it is the same in every run.
 *
 * Patterns backtrack. With k repetitions (and captures that are met again), a subject of n bytes and a pattern of p, a
 * match takes at most about p * (n + 1)^(k + 1) steps, one power less when the pattern is anchored. That bound is
 * charged in full, at 16 steps an instruction, although most matches take far fewer.
 */
#include <string.h>

#include "script/internal.h"
#include "script/sandbox/sandbox.h"

enum {
    STEPS_PER_INSTRUCTION = 16,
    FLOAT_BYTES = 1600, /* what writing a number with a fraction counts for: %99.99f of 1e308 takes 11 us */
    ARGUMENT_BYTES = 4, /* what an argument counts for */
    OTHER_BYTES = 100   /* what any other conversion counts for: the widest is %99d */
};

static uint64_t text_size(lua_State *L, int index)
{
    return lua_type(L, index) == LUA_TSTRING ? lua_rawlen(L, index) : 0;
}

static void charge_bytes(lua_State *L)
{
    uint64_t bytes = (uint64_t)lua_gettop(L) * ARGUMENT_BYTES;
    for (int i = lua_gettop(L); i >= 1; i--)
        bytes += text_size(L, i);
    etp_meter_charge(L, bytes / STEPS_PER_INSTRUCTION + 1);
}

static int charged(lua_State *L)
{
    charge_bytes(L);
    return etp_sandbox_inner(L);
}

/* The end of the set that starts at `at`, after its bracket. */
static const char *set_end(const char *at, const char *end)
{
    if (at < end && *at == '^')
        at++;
    if (at < end && *at == ']')
        at++;
    while (at < end && *at != ']')
        at += *at == '%' && at + 1 < end ? 2 : 1;
    return at < end ? at + 1 : end;
}

/* How many parts of a pattern can be tried in more than one way. */
static unsigned repetitions(const char *at, const char *end)
{
    unsigned count = 0;
    while (at < end) {
        char c = *at++;
        if (c == '%' && at < end) {
            count += *at == 'b' || (*at >= '0' && *at <= '9');
            at++;
        } else if (c == '[') {
            at = set_end(at, end);
        } else {
            count += c == '*' || c == '+' || c == '-' || c == '?';
        }
    }
    return count;
}

static void charge_pattern(lua_State *L, bool anchored)
{
    size_t size = 0;
    const char *pattern = lua_type(L, 2) == LUA_TSTRING ? lua_tolstring(L, 2, &size) : "";
    uint64_t subject = text_size(L, 1) + 1, steps = size + 1;
    unsigned powers = repetitions(pattern, pattern + size) + !anchored;
    const uint64_t bound = UINT64_C(1) << 40;
    for (unsigned i = 0; i < powers && steps < bound; i++)
        steps *= subject;
    int64_t left = etp_vm_of(L)->meter.budget;
    if (left > 0 && steps / STEPS_PER_INSTRUCTION >= (uint64_t)left)
        luaL_error(L,
                   "this pattern could take too long on a text of %d bytes; use a shorter text, or a pattern with "
                   "fewer repetitions that begins with ^",
                   (int)(subject - 1));
    etp_meter_charge(L, steps / STEPS_PER_INSTRUCTION + 1);
}

static bool is_anchored(lua_State *L)
{
    return lua_tostring(L, 2)[0] == '^';
}

static int matched(lua_State *L)
{
    luaL_checkstring(L, 1);
    luaL_checkstring(L, 2);
    charge_pattern(L, is_anchored(L));
    return etp_sandbox_inner(L);
}

/* Each match may call a function or write numbers. */
static int text_gsub(lua_State *L)
{
    enum { PER_MATCH = 8 };
    luaL_checkstring(L, 1);
    luaL_checkstring(L, 2);
    charge_pattern(L, is_anchored(L));
    etp_meter_charge(L, (is_anchored(L) ? 1 : text_size(L, 1)) * PER_MATCH);
    return etp_sandbox_inner(L);
}

/* Here ^ is a character like any other. */
static int text_gmatch(lua_State *L)
{
    luaL_checkstring(L, 1);
    luaL_checkstring(L, 2);
    charge_pattern(L, false);
    return etp_sandbox_inner(L);
}

static int text_find(lua_State *L)
{
    luaL_checkstring(L, 1);
    luaL_checkstring(L, 2);
    if (lua_toboolean(L, 4))
        etp_meter_charge(L, text_size(L, 1) * (text_size(L, 2) + 1) / STEPS_PER_INSTRUCTION + 1);
    else
        charge_pattern(L, is_anchored(L));
    return etp_sandbox_inner(L);
}

static int text_rep(lua_State *L)
{
    size_t size, separator;
    luaL_checklstring(L, 1, &size);
    lua_Integer times = luaL_checkinteger(L, 2);
    luaL_optlstring(L, 3, "", &separator);
    if (times <= 0 || size + separator == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if ((lua_Unsigned)times > ETP_SCRIPT_STRING_MAX / (size + separator))
        return luaL_error(L, "string.rep: the result would be over %d bytes", ETP_SCRIPT_STRING_MAX);
    etp_meter_charge(L, (uint64_t)times * (size + separator) / STEPS_PER_INSTRUCTION + 1);
    return etp_sandbox_inner(L);
}

/* How many bytes the conversions of a format may write, but for strings. The format may hold zeros. */
static uint64_t conversion_bytes(lua_State *L, const char *at, const char *end)
{
    uint64_t bytes = 0;
    while ((at = memchr(at, '%', (size_t)(end - at))) != NULL) {
        at++;
        at += strspn(at, "-+ #0123456789.");
        if (*at == 'p')
            luaL_error(L, "string.format: %%p is not available in a strategy: addresses differ between runs");
        bytes += strchr("aAeEfFgG", *at) != NULL ? FLOAT_BYTES : OTHER_BYTES;
        if (*at == '%')
            at++;
    }
    return bytes;
}

static int text_format(lua_State *L)
{
    size_t size;
    const char *format = luaL_checklstring(L, 1, &size);
    etp_meter_charge(L, conversion_bytes(L, format, format + size) / STEPS_PER_INSTRUCTION);
    for (int i = lua_gettop(L); i >= 2; i--) {
        int type = lua_type(L, i);
        if (type == LUA_TNIL || type == LUA_TBOOLEAN || type == LUA_TNUMBER || type == LUA_TSTRING)
            continue;
        etp_sandbox_tostring(L, i);
        lua_replace(L, i);
    }
    charge_bytes(L);
    return etp_sandbox_inner(L);
}

typedef struct guarded {
    const char *name;
    lua_CFunction check;
} guarded;

static void push_library(lua_State *L, const char *library, const guarded *functions)
{
    lua_newtable(L);
    lua_getglobal(L, library);
    for (; functions->name != NULL; functions++) {
        lua_getfield(L, -1, functions->name);
        if (functions->check != NULL)
            etp_sandbox_guard(L, functions->check);
        lua_setfield(L, -3, functions->name);
    }
    lua_pop(L, 1);
}

void etp_sandbox_string(lua_State *L)
{
    static const guarded functions[] = {
        {"byte", charged},       {"char", charged},   {"find", text_find}, {"len", NULL},      {"format", text_format},
        {"gmatch", text_gmatch}, {"gsub", text_gsub}, {"lower", charged},  {"match", matched}, {"rep", text_rep},
        {"reverse", charged},    {"sub", charged},    {"upper", charged},  {NULL, NULL}};
    push_library(L, LUA_STRLIBNAME, functions);
    /* Methods of strings, ("x"):rep(3), are found here; Lua's own arithmetic on strings goes with the old metatable. */
    lua_pushliteral(L, "");
    lua_createtable(L, 0, 2);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushliteral(L, "string");
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_pop(L, 1);
}

void etp_sandbox_utf8(lua_State *L)
{
    static const guarded functions[] = {
        {"char", charged}, {"charpattern", NULL}, {"codes", charged}, {"codepoint", charged},
        {"len", charged},  {"offset", charged},   {NULL, NULL}};
    push_library(L, LUA_UTF8LIBNAME, functions);
}
