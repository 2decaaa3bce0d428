/* SPDX-License-Identifier: MIT */
/*
 * Plain data from one Lua state to another, by way of bytes: a value is written out under a protected call of its own
 * state and read in under one of the other's, so that an error of either ends there.
 *
 * A table that is met twice is written once and referred to after that: what was one table is one again. Tables come
 * with the sizes of their two parts, so that the copy takes the same memory in every process.
 */
#include <string.h>

#include "base/memory.h"
#include "script/internal.h"
#include "script/sandbox/sandbox.h"

enum { FIRST_ROOM = 256, KEY_SHOWN_MAX = 40 };

enum tag { NIL, FALSE, TRUE, INTEGER, NUMBER, STRING, TABLE, AGAIN };

/* ---- bytes ---- */

static bool make_room(etp_plain *plain, size_t size)
{
    if (size > plain->limit || plain->size > plain->limit - size)
        return false;
    size_t room = plain->room > 0 ? plain->room : FIRST_ROOM;
    while (room < plain->size + size)
        room *= 2;
    if (room == plain->room)
        return true;
    unsigned char *bytes = etp_memory_resize(plain->allocator, plain->bytes, room);
    if (bytes == NULL)
        return false;
    plain->bytes = bytes;
    plain->room = room;
    return true;
}

void etp_plain_fini(etp_plain *plain)
{
    etp_memory_resize(plain->allocator, plain->bytes, 0);
    *plain = (etp_plain){.allocator = plain->allocator};
}

/* ---- taking ---- */

typedef struct writer {
    etp_plain *plain;
    const char *root; /* what messages call the value */
    unsigned depth;   /* tables that are being written, one in the other */
    uint32_t tables;  /* that were begun */
    char path[ETP_PLAIN_PATH_MAX];
} writer;

/* On the stack of the protected call. Above these lie the value that is written and, for each table around it, the key
 * and the value under it. */
enum { JOB = 1, VALUE = 2, MEMO = 3, FIRST_KEY = 5 };

static bool is_word(const char *text, size_t size)
{
    if (size == 0 || size > KEY_SHOWN_MAX || strchr("0123456789", text[0]) != NULL)
        return false;
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == size;
}

/* Where the writer is, for a message: saved.prices[3], saved["two words"]. */
static const char *path_of(lua_State *L, writer *to)
{
    size_t used = 0, size;
    snprintf(to->path, sizeof to->path, "%s", to->root);
    for (unsigned i = 0; i < to->depth; i++) {
        int key = FIRST_KEY + 2 * (int)i;
        used += strlen(to->path + used);
        char *at = to->path + used;
        if (lua_type(L, key) == LUA_TSTRING) {
            const char *text = lua_tolstring(L, key, &size);
            snprintf(at, sizeof to->path - used, is_word(text, size) ? ".%.*s" : "[\"%.*s\"]", KEY_SHOWN_MAX, text);
        } else {
            snprintf(at, sizeof to->path - used, "[%s]", etp_sandbox_tostring(L, key));
            lua_pop(L, 1);
        }
    }
    return to->path;
}

static void put(lua_State *L, writer *to, const void *bytes, size_t size)
{
    if (!make_room(to->plain, size))
        luaL_error(L, "%s: this is more data than can be carried over", path_of(L, to));
    memcpy(to->plain->bytes + to->plain->size, bytes, size);
    to->plain->size += size;
}

static void put_tag(lua_State *L, writer *to, enum tag tag)
{
    unsigned char byte = (unsigned char)tag;
    put(L, to, &byte, 1);
}

static void put_number(lua_State *L, writer *to)
{
    if (lua_isinteger(L, -1)) {
        lua_Integer value = lua_tointeger(L, -1);
        put_tag(L, to, INTEGER);
        put(L, to, &value, sizeof value);
    } else {
        lua_Number value = lua_tonumber(L, -1);
        put_tag(L, to, NUMBER);
        put(L, to, &value, sizeof value);
    }
}

static void put_string(lua_State *L, writer *to)
{
    size_t size;
    const char *text = lua_tolstring(L, -1, &size);
    put_tag(L, to, STRING);
    put(L, to, &size, sizeof size);
    put(L, to, text, size);
}

static void put_value(lua_State *L, writer *to);

static void check_key(lua_State *L, writer *to, int type)
{
    if (type != LUA_TSTRING && type != LUA_TNUMBER && type != LUA_TBOOLEAN)
        luaL_error(L, "%s has a %s as a key: only strings, numbers and booleans can be carried over", path_of(L, to),
                   lua_typename(L, type));
}

/* The sizes of the two parts of the table at the top of the stack. */
static void put_sizes(lua_State *L, writer *to)
{
    lua_Unsigned list = lua_rawlen(L, -1);
    uint32_t sizes[2] = {0, 0};
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        check_key(L, to, lua_type(L, -2));
        etp_meter_charge_key(L, -2, (uint64_t)sizes[0] + sizes[1]);
        bool listed = lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1 && (lua_Unsigned)lua_tointeger(L, -2) <= list;
        sizes[listed ? 0 : 1]++;
    }
    put_tag(L, to, TABLE);
    put(L, to, sizes, sizeof sizes);
}

/* In the memo a table that is being written has a negative number, one that is written a positive. */
static void remember(lua_State *L, lua_Integer number)
{
    lua_pushvalue(L, -1);
    lua_pushinteger(L, number);
    lua_rawset(L, MEMO);
}

static bool put_again(lua_State *L, writer *to)
{
    lua_pushvalue(L, -1);
    lua_rawget(L, MEMO);
    lua_Integer number = lua_tointeger(L, -1);
    lua_pop(L, 1);
    if (number < 0)
        luaL_error(L, "%s is a table that holds itself: only data without such circles can be carried over",
                   path_of(L, to));
    if (number == 0)
        return false;
    uint32_t index = (uint32_t)number;
    put_tag(L, to, AGAIN);
    put(L, to, &index, sizeof index);
    return true;
}

static void put_table(lua_State *L, writer *to)
{
    if (put_again(L, to))
        return;
    if (lua_getmetatable(L, -1))
        luaL_error(L, "%s has a metatable: only plain tables can be carried over", path_of(L, to));
    if (to->depth == ETP_PLAIN_DEPTH_MAX)
        luaL_error(L, "%s lies more than %d tables deep", path_of(L, to), ETP_PLAIN_DEPTH_MAX);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    lua_Integer number = ++to->tables;
    remember(L, -number);
    put_sizes(L, to);
    to->depth++;
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        put_value(L, to);
        lua_pop(L, 1);
        put_value(L, to);
    }
    to->depth--;
    remember(L, number);
}

/* The value at the top of the stack, which stays. */
static void put_value(lua_State *L, writer *to)
{
    int type = lua_type(L, -1);
    switch (type) {
    case LUA_TNIL:
        put_tag(L, to, NIL);
        break;
    case LUA_TBOOLEAN:
        put_tag(L, to, lua_toboolean(L, -1) ? TRUE : FALSE);
        break;
    case LUA_TNUMBER:
        put_number(L, to);
        break;
    case LUA_TSTRING:
        put_string(L, to);
        break;
    case LUA_TTABLE:
        put_table(L, to);
        break;
    default:
        luaL_error(L, "%s is a %s: only tables, strings, numbers and booleans can be carried over", path_of(L, to),
                   lua_typename(L, type));
    }
}

static int take(lua_State *L)
{
    writer *to = lua_touserdata(L, JOB);
    lua_newtable(L);
    lua_pushvalue(L, VALUE);
    put_value(L, to);
    return 0;
}

int etp_plain_take(etp_plain *plain, etp_vm *vm, const char *root, char *text, size_t room)
{
    lua_State *L = vm->state;
    writer to = {.plain = plain, .root = root};
    plain->size = 0;
    lua_pushcfunction(L, take);
    lua_pushlightuserdata(L, &to);
    lua_pushvalue(L, -3);
    int status = etp_call_plainly(vm, 2, 0, 0);
    if (status == LUA_OK)
        return ETP_OK;
    etp_call_failure_text(vm, status, status == LUA_ERRMEM ? root : "", text, room);
    lua_pop(L, 1);
    return status == LUA_ERRMEM ? ETP_ELIMIT : ETP_ESCRIPT;
}

/* ---- pushing ---- */

typedef struct reader {
    const unsigned char *at;
    uint32_t tables;
} reader;

static void get(reader *from, void *bytes, size_t size)
{
    memcpy(bytes, from->at, size);
    from->at += size;
}

static void push_value(lua_State *L, reader *from);

static void push_string(lua_State *L, reader *from)
{
    size_t size;
    get(from, &size, sizeof size);
    lua_pushlstring(L, (const char *)from->at, size);
    from->at += size;
}

/* All tables are kept in a list, in which AGAIN finds them. */
enum { MADE = 2 };

static void push_table(lua_State *L, reader *from)
{
    uint32_t sizes[2];
    get(from, sizes, sizeof sizes);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    lua_createtable(L, (int)sizes[0], (int)sizes[1]);
    lua_pushvalue(L, -1);
    lua_rawseti(L, MADE, (lua_Integer)++from->tables);
    for (uint64_t i = 0; i < (uint64_t)sizes[0] + sizes[1]; i++) {
        push_value(L, from);
        push_value(L, from);
        etp_meter_charge_key(L, -2, i);
        lua_rawset(L, -3);
    }
}

static void push_number(lua_State *L, reader *from, enum tag tag)
{
    lua_Integer whole;
    lua_Number number;
    if (tag == INTEGER) {
        get(from, &whole, sizeof whole);
        lua_pushinteger(L, whole);
    } else {
        get(from, &number, sizeof number);
        lua_pushnumber(L, number);
    }
}

static void push_value(lua_State *L, reader *from)
{
    unsigned char tag;
    uint32_t index;
    get(from, &tag, sizeof tag);
    switch ((enum tag)tag) {
    case NIL:
        lua_pushnil(L);
        break;
    case FALSE:
    case TRUE:
        lua_pushboolean(L, tag == TRUE);
        break;
    case INTEGER:
    case NUMBER:
        push_number(L, from, (enum tag)tag);
        break;
    case STRING:
        push_string(L, from);
        break;
    case TABLE:
        push_table(L, from);
        break;
    case AGAIN:
        get(from, &index, sizeof index);
        lua_rawgeti(L, MADE, (lua_Integer)index);
        break;
    }
}

static int push(lua_State *L)
{
    reader *from = lua_touserdata(L, JOB);
    lua_newtable(L);
    push_value(L, from);
    return 1;
}

int etp_plain_push(const etp_plain *plain, etp_vm *vm, char *text, size_t room)
{
    lua_State *L = vm->state;
    reader from = {.at = plain->bytes};
    lua_pushcfunction(L, push);
    lua_pushlightuserdata(L, &from);
    int status = etp_call_plainly(vm, 1, 1, 0);
    if (status == LUA_OK)
        return ETP_OK;
    etp_call_failure_text(vm, status, "saved", text, room);
    lua_pop(L, 1);
    return status == LUA_ERRMEM ? ETP_ELIMIT : ETP_ESCRIPT;
}
