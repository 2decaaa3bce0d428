/* SPDX-License-Identifier: MIT */
/* Messages as tables with the protocol's names (docs/protocol.md), and frames. */
#include <string.h>

#include "core.h"

static const char message_class[] = "message";

const char *etp_lua_type_word(unsigned value)
{
    return value < ETP_TYPES ? etp_type_name(value) : NULL;
}

const char *etp_lua_code_word(unsigned value)
{
    return value < ETP_CODES ? etp_code_name(value) : NULL;
}

static const char *health_word(unsigned value)
{
    static const char *const words[] = {"excellent", "good", "fair", "poor"};
    return value <= ETP_HEALTH_POOR ? words[value] : NULL;
}

/* ETP_ID_MAX is below 2^53, where doubles count by ones. */
#define ID_MAX                                 ((double)ETP_ID_MAX)
#define CENTS_MAX                              10000
#define KWH_MAX                                1e6
#define MESSAGE(name, member, kind, low, high) ETP_LUA_FIELD(etp_message, name, member, kind, low, high)

static const etp_lua_field list[] = {
    ETP_LUA_NAMED(etp_message, "message_type", type, etp_lua_type_word, ETP_TYPES - 1),
    MESSAGE("message_id", message_id, WHOLE, 1, ID_MAX),
    MESSAGE("device_id", device_id, WHOLE, 1, ID_MAX),
    MESSAGE("ttl", ttl, WHOLE, 0, UINT8_MAX),
    MESSAGE("bid_price", bid_price, PRICE, 0, CENTS_MAX),
    MESSAGE("sale_price", sale_price, PRICE, 0, CENTS_MAX),
    MESSAGE("energy_total", energy_total, ENERGY, 0, KWH_MAX),
    MESSAGE("percentage_for_sale", for_sale_ppm, PERCENT, 0, 100),
    MESSAGE("required_energy_amount", required_energy, ENERGY, 0, KWH_MAX),
    ETP_LUA_NAMED(etp_message, "termination_code", code, etp_lua_code_word, UINT8_MAX),
    MESSAGE("remaining_battery_energy", remaining_energy, ENERGY, 0, KWH_MAX),
    ETP_LUA_NAMED(etp_message, "battery_health_status_code", health, health_word, ETP_HEALTH_POOR),
    MESSAGE("battery_voltage", voltage_mv, VOLT, 0, 4294967),
    MESSAGE("discharge_rate", discharge_rate, POWER, 0, KWH_MAX),
    MESSAGE("in_reply_to", in_reply_to, WHOLE, 0, ID_MAX),
    MESSAGE("closes_in_ms", closes_in_ms, WHOLE, 0, UINT32_MAX),
};
static const etp_lua_fields fields = ETP_LUA_FIELDS(list);

/* ---- tables ---- */

static bool has(lua_State *L, int index, const char *key)
{
    bool found = lua_getfield(L, index, key) != LUA_TNIL;
    lua_pop(L, 1);
    return found;
}

/* True, or false with a sentence at the top. */
static bool read_message(lua_State *L, int index, etp_message *message)
{
    static const char *const required[] = {"message_type", "message_id", "device_id"};
    *message = (etp_message){.ttl = ETP_TTL_DEFAULT};
    if (!etp_lua_keys_known(L, index, message_class, &fields, NULL) ||
        !etp_lua_read(L, index, message_class, &fields, message))
        return false;
    for (size_t i = 0; i < sizeof required / sizeof *required; i++) {
        if (!has(L, index, required[i])) {
            lua_pushfstring(L, "message: %s is missing", required[i]);
            return false;
        }
    }
    return true;
}

/* nil and the sentence that read_message() has left. */
static int refuse(lua_State *L)
{
    lua_pushnil(L);
    lua_insert(L, -2);
    return 2;
}

static int refuse_bytes(lua_State *L, etp_refusal refusal)
{
    lua_pushnil(L);
    lua_pushstring(L, etp_refusal_meaning(refusal));
    lua_pushstring(L, etp_refusal_name(refusal));
    return 3;
}

static void push_message(lua_State *L, const etp_message *message)
{
    lua_createtable(L, 0, (int)fields.count);
    etp_lua_show(L, &fields, message);
}

/* ---- functions ---- */

static int validate(lua_State *L)
{
    etp_message message;
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!read_message(L, 1, &message))
        return refuse(L);
    lua_pushboolean(L, 1);
    return 1;
}

static int encode(lua_State *L)
{
    etp_message message;
    char bytes[ETP_MESSAGE_MAX];
    luaL_checktype(L, 1, LUA_TTABLE);
    if (!read_message(L, 1, &message))
        return refuse(L);
    int size = etp_encode(&message, bytes, sizeof bytes);
    if (size < 0)
        return etp_lua_fail(L, size, &(etp_error){0});
    lua_pushlstring(L, bytes, (size_t)size);
    return 1;
}

static int decode(lua_State *L)
{
    size_t size, used;
    etp_message message;
    const char *bytes = luaL_checklstring(L, 1, &size);
    lua_Integer at = luaL_optinteger(L, 2, 1);
    luaL_argcheck(L, at >= 1 && (lua_Unsigned)at <= size + 1, 2, "no place in the string");
    etp_refusal refusal = etp_decode(bytes + at - 1, size - (size_t)at + 1, &message, &used);
    if (refusal != ETP_REFUSED_NONE)
        return refuse_bytes(L, refusal);
    push_message(L, &message);
    lua_pushinteger(L, at + (lua_Integer)used);
    return 2;
}

static int frame(lua_State *L)
{
    etp_frame made = {0};
    etp_message message;
    char bytes[ETP_MESSAGE_MAX];
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer count = luaL_len(L, 1);
    luaL_argcheck(L, count > 0, 1, "a frame has at least one message");
    for (lua_Integer i = 1; i <= count; i++) {
        if (lua_geti(L, 1, i) != LUA_TTABLE)
            return luaL_argerror(
                L, 1, lua_pushfstring(L, "entry %I is no message but a %s", (LUAI_UACINT)i, luaL_typename(L, -1)));
        if (!read_message(L, lua_gettop(L), &message))
            return refuse(L);
        int size = etp_encode(&message, bytes, sizeof bytes);
        int result = size > 0 ? etp_frame_add(&made, bytes, (size_t)size) : size;
        etp_error error = {0};
        if (result == ETP_ENOSPACE)
            etp_fail(&error, result,
                     "message %lld does not fit: a frame has at most %d bytes, its seal included; send more frames",
                     (long long)i, ETP_FRAME_MAX);
        if (result < 0)
            return etp_lua_fail(L, result, &error);
        lua_settop(L, 1);
    }
    etp_frame_seal(&made);
    lua_pushlstring(L, (const char *)made.bytes, made.size);
    return 1;
}

static int unframe(lua_State *L)
{
    size_t size;
    etp_frame_reader reader;
    etp_message message;
    const char *bytes = luaL_checklstring(L, 1, &size);
    etp_refusal refusal = etp_frame_open(&reader, bytes, size);
    if (refusal != ETP_REFUSED_NONE)
        return refuse_bytes(L, refusal);
    lua_newtable(L);
    for (lua_Integer i = 1; etp_frame_more(&reader); i++) {
        refusal = etp_frame_next(&reader, &message);
        if (refusal != ETP_REFUSED_NONE)
            return refuse_bytes(L, refusal);
        push_message(L, &message);
        lua_rawseti(L, -2, i);
    }
    return 1;
}

/* ---- facts of the protocol ---- */

static void push_type(lua_State *L, unsigned type)
{
    lua_createtable(L, 0, 5);
    lua_pushinteger(L, type);
    lua_setfield(L, -2, "number");
    lua_pushinteger(L, etp_type_priority(type));
    lua_setfield(L, -2, "priority");
    lua_pushnumber(L, (double)etp_type_delay_limit(type) / (double)ETP_NS_PER_SECOND);
    lua_setfield(L, -2, "delay_limit");
    lua_pushboolean(L, etp_type_sent_by_bess(type));
    lua_setfield(L, -2, "sent_by_bess");
    lua_pushboolean(L, etp_type_sent_by_aggregator(type));
    lua_setfield(L, -2, "sent_by_aggregator");
}

static void set_facts(lua_State *L)
{
    lua_createtable(L, 0, ETP_TYPES);
    for (unsigned type = 0; type < ETP_TYPES; type++) {
        push_type(L, type);
        lua_setfield(L, -2, etp_type_name(type));
    }
    lua_setfield(L, -2, "types");
    lua_createtable(L, 0, ETP_CODES);
    for (unsigned code = 0; code < ETP_CODES; code++) {
        lua_pushstring(L, etp_code_meaning(code));
        lua_setfield(L, -2, etp_code_name(code));
    }
    lua_setfield(L, -2, "codes");
}

void etp_lua_open_message(lua_State *L)
{
    static const luaL_Reg functions[] = {{"validate", validate}, {"encode", encode},   {"decode", decode},
                                         {"frame", frame},       {"unframe", unframe}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
    set_facts(L);
}
