/* SPDX-License-Identifier: MIT */
#include "fields.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "etp/units.h"

enum { WORDS_MAX = 256 };

/* ---- units ---- */

static double per_unit(etp_lua_kind kind)
{
    switch (kind) {
    case ETP_LUA_PRICE:
        return (double)ETP_PRICE_PER_CENT;
    case ETP_LUA_ENERGY:
        return (double)ETP_ENERGY_PER_KWH;
    case ETP_LUA_POWER:
    case ETP_LUA_POWER_NEAR:
        return (double)ETP_POWER_PER_KW;
    case ETP_LUA_MONEY:
        return (double)ETP_MONEY_PER_DOLLAR;
    case ETP_LUA_SECONDS:
        return (double)ETP_NS_PER_SECOND;
    case ETP_LUA_SHARE:
    case ETP_LUA_ROUND_TRIP:
        return 1e6;
    case ETP_LUA_PERCENT:
        return 1e4;
    case ETP_LUA_VOLT:
        return 1e3;
    default:
        return 1;
    }
}

static const char *unit_of(etp_lua_kind kind)
{
    static const char *const units[] = {
        [ETP_LUA_PRICE] = " c/kWh",   [ETP_LUA_ENERGY] = " kWh", [ETP_LUA_POWER] = " kW",
        [ETP_LUA_POWER_NEAR] = " kW", [ETP_LUA_MONEY] = " $",    [ETP_LUA_SECONDS] = " seconds",
        [ETP_LUA_PERCENT] = " %",     [ETP_LUA_VOLT] = " V",
    };
    return kind <= ETP_LUA_VOLT && units[kind] != NULL ? units[kind] : "";
}

/* ---- memory ---- */

static int64_t load(const etp_lua_field *field, const void *data)
{
    const char *at = (const char *)data + field->offset;
    uint8_t byte;
    uint32_t word;
    int64_t wide;
    switch (field->size) {
    case sizeof byte:
        memcpy(&byte, at, sizeof byte);
        return byte;
    case sizeof word:
        memcpy(&word, at, sizeof word);
        return word;
    default:
        memcpy(&wide, at, sizeof wide);
        return wide;
    }
}

static void store(const etp_lua_field *field, void *data, int64_t value)
{
    char *at = (char *)data + field->offset;
    uint8_t byte = (uint8_t)value;
    uint32_t word = (uint32_t)value;
    if (field->size == sizeof byte)
        memcpy(at, &byte, sizeof byte);
    else if (field->size == sizeof word)
        memcpy(at, &word, sizeof word);
    else
        memcpy(at, &value, sizeof value);
}

/* ---- reading; the value is at the top of the stack ---- */

static bool read_whole(lua_State *L, const etp_lua_field *field, int64_t *value)
{
    int is_whole;
    lua_Integer given = lua_tointegerx(L, -1, &is_whole);
    *value = given;
    return lua_type(L, -1) == LUA_TNUMBER && is_whole && (double)given >= field->low && (double)given <= field->high;
}

static bool read_real(lua_State *L, const etp_lua_field *field, int64_t *value)
{
    if (lua_type(L, -1) != LUA_TNUMBER)
        return false;
    double given = lua_tonumber(L, -1);
    if (!(given >= field->low && given <= field->high))
        return false;
    if (field->kind == ETP_LUA_ENERGY)
        return etp_energy_from_kwh(given, value);
    if (field->kind == ETP_LUA_POWER)
        return etp_power_from_kw(given, value);
    double scaled = (field->kind == ETP_LUA_ROUND_TRIP ? sqrt(given) : given) * per_unit(field->kind);
    *value = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    return true;
}

static bool read_word(lua_State *L, const etp_lua_field *field, int64_t *value)
{
    if (lua_type(L, -1) == LUA_TNUMBER)
        return read_whole(L, field, value);
    for (unsigned i = 0; i < WORDS_MAX && lua_type(L, -1) == LUA_TSTRING; i++) {
        const char *word = field->words(i);
        if (word == NULL)
            return false;
        *value = i;
        if (strcmp(word, lua_tostring(L, -1)) == 0)
            return true;
    }
    return false;
}

static bool read_value(lua_State *L, const etp_lua_field *field, int64_t *value)
{
    switch (field->kind) {
    case ETP_LUA_BOOL:
        *value = lua_toboolean(L, -1);
        return lua_type(L, -1) == LUA_TBOOLEAN;
    case ETP_LUA_WHOLE:
        return read_whole(L, field, value);
    case ETP_LUA_WORD:
        return read_word(L, field, value);
    default:
        return read_real(L, field, value);
    }
}

/* ---- saying what is wrong ---- */

static void add_words(luaL_Buffer *text, const etp_lua_field *field)
{
    const char *word;
    for (unsigned i = 0; i < WORDS_MAX && (word = field->words(i)) != NULL; i++) {
        luaL_addstring(text, i > 0 ? ", \"" : " one of \"");
        luaL_addstring(text, word);
        luaL_addstring(text, "\"");
    }
}

/* Takes the value at the top, whose place the sentence takes. */
static void push_refusal(lua_State *L, const char *what, const etp_lua_field *field)
{
    int value = lua_gettop(L), type = lua_type(L, value);
    bool plain = type == LUA_TNUMBER || type == LUA_TSTRING || type == LUA_TBOOLEAN;
    const char *quote = type == LUA_TSTRING ? "\"" : "";
    const char *given = plain ? luaL_tolstring(L, value, NULL) : lua_pushfstring(L, "a %s", luaL_typename(L, value));
    const char *shown = lua_pushfstring(L, "%s%s%s", quote, given, quote);
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    lua_pushfstring(L, "%s: %s must be", what, field->name);
    luaL_addvalue(&text);
    if (field->kind == ETP_LUA_WORD) {
        add_words(&text, field);
    } else if (field->kind == ETP_LUA_BOOL) {
        luaL_addstring(&text, " true or false");
    } else {
        char low[32], high[32];
        snprintf(low, sizeof low, "%.14g", field->low);
        snprintf(high, sizeof high, "%.14g", field->high);
        lua_pushfstring(L, " a %snumber from %s to %s%s", field->kind == ETP_LUA_WHOLE ? "whole " : "", low, high,
                        unit_of(field->kind));
        luaL_addvalue(&text);
    }
    luaL_addstring(&text, ", not ");
    luaL_addstring(&text, shown);
    luaL_pushresult(&text);
    lua_replace(L, value);
    lua_settop(L, value);
}

bool etp_lua_read(lua_State *L, int index, const char *what, const etp_lua_fields *fields, void *data)
{
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    for (unsigned i = 0; i < fields->count; i++) {
        const etp_lua_field *field = &fields->list[i];
        int64_t value;
        if (lua_getfield(L, index, field->name) != LUA_TNIL) {
            if (!read_value(L, field, &value)) {
                push_refusal(L, what, field);
                return false;
            }
            store(field, data, value);
        }
        lua_pop(L, 1);
    }
    return true;
}

/* ---- keys ---- */

static bool is_known(const char *key, const etp_lua_fields *fields, const char *const *others)
{
    for (unsigned i = 0; i < fields->count; i++)
        if (strcmp(fields->list[i].name, key) == 0)
            return true;
    for (; others != NULL && *others != NULL; others++)
        if (strcmp(*others, key) == 0)
            return true;
    return false;
}

static void push_unknown(lua_State *L, const char *what, const char *key, const etp_lua_fields *fields,
                         const char *const *others)
{
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    lua_pushfstring(L, "%s: \"%s\" is not known; there are", what, key);
    luaL_addvalue(&text);
    const char *before = " ";
    for (; others != NULL && *others != NULL; others++, before = ", ") {
        luaL_addstring(&text, before);
        luaL_addstring(&text, *others);
    }
    for (unsigned i = 0; i < fields->count; i++, before = ", ") {
        luaL_addstring(&text, before);
        luaL_addstring(&text, fields->list[i].name);
    }
    luaL_pushresult(&text);
}

bool etp_lua_keys_known(lua_State *L, int index, const char *what, const etp_lua_fields *fields,
                        const char *const *others)
{
    const char *worst = NULL; /* the first in order, since Lua's own order is another in each process */
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "[1]";
        if (!is_known(key, fields, others) && (worst == NULL || strcmp(key, worst) < 0))
            worst = key;
    }
    if (worst != NULL)
        push_unknown(L, what, worst, fields, others);
    return worst == NULL;
}

void etp_lua_take(lua_State *L, int index, const char *what, const etp_lua_fields *fields, const char *const *others,
                  void *data)
{
    if (!lua_istable(L, index))
        luaL_error(L, "%s must be a table, not a %s", what, luaL_typename(L, index));
    if (!etp_lua_keys_known(L, index, what, fields, others) || !etp_lua_read(L, index, what, fields, data))
        lua_error(L);
}

/* ---- showing ---- */

static void push_word(lua_State *L, const etp_lua_field *field, unsigned value)
{
    for (unsigned i = 0; i <= value && i < WORDS_MAX; i++) {
        const char *word = field->words(i);
        if (word == NULL)
            break;
        if (i == value) {
            lua_pushstring(L, word);
            return;
        }
    }
    lua_pushinteger(L, value);
}

static void push_value(lua_State *L, const etp_lua_field *field, int64_t value)
{
    double scaled = (double)value / per_unit(field->kind);
    switch (field->kind) {
    case ETP_LUA_WHOLE:
        lua_pushinteger(L, value);
        break;
    case ETP_LUA_BOOL:
        lua_pushboolean(L, value != 0);
        break;
    case ETP_LUA_WORD:
        push_word(L, field, (unsigned)value);
        break;
    case ETP_LUA_ROUND_TRIP:
        lua_pushnumber(L, scaled * scaled);
        break;
    default:
        if ((field->kind == ETP_LUA_PRICE && value == ETP_PRICE_NONE) ||
            (field->kind == ETP_LUA_SECONDS && value == ETP_TIME_NEVER))
            lua_pushnil(L);
        else
            lua_pushnumber(L, scaled);
        break;
    }
}

void etp_lua_show(lua_State *L, const etp_lua_fields *fields, const void *data)
{
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    for (unsigned i = 0; i < fields->count; i++) {
        push_value(L, &fields->list[i], load(&fields->list[i], data));
        lua_setfield(L, -2, fields->list[i].name);
    }
}
