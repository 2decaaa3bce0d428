/* SPDX-License-Identifier: MIT */
/* What hooks are shown, as plain tables, and such tables read back. The fields are those of fields.c. */
#include <string.h>

#include "base/nearest.h"
#include "script/own_state/own_state.h"
#include "script/views/views.h"

enum { FIELDS_MAX = 24, WORDS_MAX = 64 };

static const char metatables_key = 0;

static const etp_view_kind kinds[] = {
    [ETP_LUA_MARKET] = ETP_VIEW_MARKET, [ETP_LUA_MARKET_BESS] = ETP_VIEW_MARKET_BESS,
    [ETP_LUA_OFFER] = ETP_VIEW_OFFER,   [ETP_LUA_RESULT] = ETP_VIEW_RESULT,
    [ETP_LUA_FAULT] = ETP_VIEW_FAULT,   [ETP_LUA_BATTERY] = ETP_VIEW_BATTERY,
    [ETP_LUA_SALE] = ETP_VIEW_SALE,     [ETP_LUA_BID] = ETP_VIEW_BID,
    [ETP_LUA_PAST_BID] = ETP_VIEW_PAST,
};

static const etp_field *find(etp_view_kind kind, const char *name)
{
    unsigned count;
    const etp_field *fields = etp_view_fields(kind, &count);
    for (unsigned i = 0; i < count; i++) {
        if (strcmp(fields[i].name, name) == 0)
            return &fields[i];
    }
    return NULL;
}

static const char *nearest(etp_view_kind kind, const char *word)
{
    const char *names[FIELDS_MAX];
    unsigned count;
    const etp_field *fields = etp_view_fields(kind, &count);
    for (unsigned i = 0; i < count && i < FIELDS_MAX; i++)
        names[i] = fields[i].name;
    return etp_nearest(word, names, count);
}

/* ---- to Lua ---- */

/* What is not in the table has no value, or is no field. Upvalue: the kind. */
static int missing(lua_State *L)
{
    etp_view_kind kind = (etp_view_kind)lua_tointeger(L, lua_upvalueindex(1));
    if (lua_type(L, 2) == LUA_TSTRING && find(kind, lua_tostring(L, 2)) != NULL)
        return 0;
    const char *word = luaL_tolstring(L, 2, NULL);
    const char *meant = nearest(kind, word);
    if (meant != NULL)
        return luaL_error(L, "%s has no field \"%s\"; did you mean \"%s\"?", etp_view_name(kind), word, meant);
    return luaL_error(L, "%s has no field \"%s\"; its fields are in docs/scripting.md", etp_view_name(kind), word);
}

static void push_metatable(lua_State *L, etp_view_kind kind)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &metatables_key) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_createtable(L, ETP_VIEWS, 0);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &metatables_key);
    }
    if (lua_rawgeti(L, -1, (lua_Integer)kind + 1) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_createtable(L, 0, 2);
        lua_pushinteger(L, kind);
        lua_pushcclosure(L, missing, 1);
        lua_setfield(L, -2, "__index");
        lua_pushstring(L, etp_view_name(kind));
        lua_setfield(L, -2, "__name");
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, (lua_Integer)kind + 1);
    }
    lua_remove(L, -2);
}

void etp_own_push_view(lua_State *L, etp_view_kind kind, const void *data)
{
    unsigned count;
    const etp_field *fields = etp_view_fields(kind, &count);
    lua_createtable(L, 0, (int)count);
    for (unsigned i = 0; i < count; i++) {
        lua_pushstring(L, fields[i].name);
        etp_field_push(L, &fields[i], data);
        lua_rawset(L, -3);
    }
    push_metatable(L, kind);
    lua_setmetatable(L, -2);
}

static bool is_view(etp_lua_view view)
{
    return (unsigned)view < sizeof kinds / sizeof *kinds;
}

void etp_lua_push_view(lua_State *L, etp_lua_view view, const void *data)
{
    if (L == NULL)
        return;
    if (data == NULL || !is_view(view)) {
        lua_pushnil(L);
        return;
    }
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    etp_own_push_view(L, kinds[view], data);
}

/* ---- from Lua ---- */

static bool is_word(const etp_field *field)
{
    return field->kind >= ETP_FIELD_OUTCOME;
}

/* Units of ours in one of Lua's, and whether it may be below 0. */
static bool scale(const etp_field *field, double *per)
{
    switch ((etp_field_kind)field->kind) {
    case ETP_FIELD_PRICE:
        *per = (double)ETP_PRICE_PER_CENT;
        return true;
    case ETP_FIELD_ENERGY:
        *per = (double)ETP_ENERGY_PER_KWH;
        return false;
    case ETP_FIELD_POWER:
        *per = (double)ETP_POWER_PER_KW;
        return false;
    case ETP_FIELD_MONEY:
        *per = (double)ETP_MONEY_PER_DOLLAR;
        return true;
    case ETP_FIELD_TIME:
        *per = (double)ETP_NS_PER_SECOND;
        return true;
    case ETP_FIELD_PERCENT:
        *per = 1e4;
        return false;
    case ETP_FIELD_SHARE:
        *per = 1e6;
        return false;
    case ETP_FIELD_VOLT:
        *per = 1e3;
        return false;
    default:
        *per = 1;
        return false;
    }
}

/* Beyond 2^53 doubles no longer count by ones; but points in time are larger, and exact to less than a microsecond. */
static double most(const etp_field *field)
{
    if (field->size < sizeof(int64_t))
        return field->size == 1 ? UINT8_MAX : UINT32_MAX;
    return field->kind == ETP_FIELD_TIME ? 0x1p62 : 0x1p53;
}

static bool read_number(lua_State *L, const etp_field *field, int64_t *value)
{
    double per;
    bool may_be_negative = scale(field, &per);
    if (lua_type(L, -1) != LUA_TNUMBER)
        return false;
    double scaled = lua_tonumber(L, -1) * per, high = most(field);
    if (!(scaled <= high && scaled >= (may_be_negative ? -high : 0)))
        return false;
    *value = (int64_t)(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    return field->kind != ETP_FIELD_COUNT || (double)*value == scaled;
}

static bool read_word(lua_State *L, const etp_field *field, int64_t *value)
{
    for (unsigned i = 0; i < WORDS_MAX && lua_type(L, -1) == LUA_TSTRING; i++) {
        const char *word = etp_field_value_name(field->kind, i);
        if (word != NULL && strcmp(word, lua_tostring(L, -1)) == 0) {
            *value = i;
            return true;
        }
    }
    return false;
}

static bool read_value(lua_State *L, const etp_field *field, int64_t *value)
{
    if (field->kind == ETP_FIELD_BOOL) {
        *value = lua_toboolean(L, -1);
        return lua_type(L, -1) == LUA_TBOOLEAN;
    }
    return is_word(field) ? read_word(L, field, value) : read_number(L, field, value);
}

static void store(const etp_field *field, void *data, int64_t value)
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

static const char *wanted(const etp_field *field)
{
    if (field->kind == ETP_FIELD_BOOL)
        return "true or false";
    if (field->kind == ETP_FIELD_COUNT)
        return "a whole number from 0 on";
    return is_word(field) ? "one of its names" : "a number in its range";
}

/* The key is below the top, the value at the top. */
static int read_field(lua_State *L, etp_view_kind kind, void *data, etp_error *error)
{
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "";
    const etp_field *field = find(kind, name);
    if (field == NULL) {
        const char *meant = nearest(kind, name);
        return etp_fail(error, ETP_EFORMAT, "%s has no field \"%.60s\"%s%s%s", etp_view_name(kind), name,
                        meant != NULL ? "; did you mean \"" : "", meant != NULL ? meant : "",
                        meant != NULL ? "\"?" : "");
    }
    int64_t value;
    if (!read_value(L, field, &value))
        return etp_fail(error, ETP_EFORMAT, "%s.%s must be %s; docs/scripting.md has the fields", etp_view_name(kind),
                        name, wanted(field));
    store(field, data, value);
    return ETP_OK;
}

int etp_lua_read_view(lua_State *L, int index, etp_lua_view view, void *data, etp_error *error)
{
    if (L == NULL || data == NULL || !is_view(view))
        return etp_fail(error, ETP_EINVAL,
                        "a view is read from a Lua state into a struct, by one of the names of views");
    etp_view_kind kind = kinds[view];
    index = lua_absindex(L, index);
    if (!lua_checkstack(L, 4))
        return etp_fail(error, ETP_ENOMEM, "no memory for Lua's stack");
    if (!lua_istable(L, index))
        return etp_fail(error, ETP_EFORMAT, "%s must be a table, not a %s", etp_view_name(kind),
                        luaL_typename(L, index));
    int top = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, index) != 0; lua_pop(L, 1)) {
        int result = read_field(L, kind, data, error);
        if (result != ETP_OK) {
            lua_settop(L, top);
            return result;
        }
    }
    return ETP_OK;
}
