/* SPDX-License-Identifier: MIT */
/*
 * From what a file returned to plain data of our own. Keys are put in order before the values are looked at, so that of
 * two mistakes the same one is found in every process.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/utf8.h"
#include "script/internal.h"
#include "script/sandbox/sandbox.h"
#include "script/table/tree.h"

/* One text that lies in many places is copied to each, so what they take together is bounded too. */
enum { PATH_MAX_BYTES = 400, TEXTS_MAX_BYTES = 4 << 20 };

typedef struct taker {
    etp_table *table;
    etp_error *error;
    char path[PATH_MAX_BYTES]; /* of the value that is being taken */
    unsigned depth;            /* tables around it */
    size_t bytes;              /* of texts and keys so far */
    int result;
} taker;

/* On the stack of the protected call; the tables around a value lie from FIRST on, one above the other. */
enum { JOB = 1, FIRST = 2 };

/* The failure is in the error before Lua hears of it, and what was taken so far is in the table, which is then freed. */
#define REFUSE(L, to, code, ...)                                                                  \
    do {                                                                                          \
        (to)->result = etp_table_fail((to)->table, (to)->path, (to)->error, (code), __VA_ARGS__); \
        lua_pushnil(L);                                                                           \
        return lua_error(L);                                                                      \
    } while (0)

/* ---- room ---- */

static int no_memory(lua_State *L, taker *to)
{
    REFUSE(L, to, ETP_ENOMEM, "found no memory");
}

static int too_large(lua_State *L, taker *to)
{
    REFUSE(L, to, ETP_EFORMAT, "is too large: a file holds at most %d values, and %d bytes of text",
           ETP_TABLE_VALUES_MAX, TEXTS_MAX_BYTES);
}

/* `count` leaves next to each other; returns the place of the first. */
static size_t add_leaves(lua_State *L, taker *to, size_t count)
{
    etp_table *table = to->table;
    size_t room = table->room > 0 ? table->room : 64, first = table->count;
    while (room < first + count)
        room *= 2;
    if (room != table->room) {
        etp_leaf *leaves = etp_memory_resize(NULL, table->leaves, room * sizeof *leaves);
        if (leaves == NULL)
            no_memory(L, to);
        table->leaves = leaves;
        table->room = room;
    }
    memset(table->leaves + first, 0, count * sizeof *table->leaves);
    table->count += count;
    return first;
}

static char *copy_text(lua_State *L, taker *to, int index)
{
    to->bytes += lua_rawlen(L, index);
    if (to->bytes > TEXTS_MAX_BYTES)
        too_large(L, to);
    char *copy = etp_memory_copy(NULL, lua_tostring(L, index));
    if (copy == NULL)
        no_memory(L, to);
    return copy;
}

/* ---- the path ---- */

static bool is_word(const char *key)
{
    return key[strcspn(key, ".[]\" ")] == '\0';
}

/* Adds a step; returns where it began, so that it can be taken off. */
static size_t step_in(taker *to, const char *key, size_t place)
{
    size_t used = strlen(to->path), room = sizeof to->path - used;
    if (key == NULL)
        snprintf(to->path + used, room, "[%zu]", place);
    else
        snprintf(to->path + used, room, is_word(key) ? "%s%s" : "%.0s[\"%s\"]", used > 0 ? "." : "", key);
    return used;
}

/* ---- texts and numbers ---- */

static bool is_plain(const char *text, size_t size)
{
    for (size_t i = 0, length; i < size; i += length) {
        length = etp_utf8_size(text + i, size - i);
        if (length == 0 || text[i] == '\0')
            return false;
    }
    return true;
}

/* What can stand in a path, and be printed. */
static bool is_name(const char *key, size_t size)
{
    bool good = size > 0 && size <= ETP_TABLE_KEY_MAX && is_plain(key, size);
    for (size_t i = 0; i < size && good; i++)
        good = (unsigned char)key[i] >= ' ' && key[i] != 127 && key[i] != '"';
    return good;
}

static int take_text(lua_State *L, taker *to, size_t place)
{
    size_t size;
    const char *text = lua_tolstring(L, -1, &size);
    if (!is_plain(text, size))
        REFUSE(L, to, ETP_EFORMAT, "is a text with a zero byte, or one that is not UTF-8");
    char *copy = copy_text(L, to, -1);
    to->table->leaves[place].text = copy;
    return ETP_VALUE_TEXT;
}

static int take_number(lua_State *L, taker *to, size_t place)
{
    double number = lua_tonumber(L, -1);
    if (number - number != 0)
        REFUSE(L, to, ETP_EFORMAT, "is not a finite number; look for a division by zero");
    to->table->leaves[place].number = number;
    return ETP_VALUE_NUMBER;
}

/* ---- tables ---- */

/* How many keys of which kind the table at the top of the stack has. */
typedef struct census {
    size_t all, numbers, texts;
    lua_Integer highest;
} census;

static census count_keys(lua_State *L, taker *to)
{
    census keys = {0};
    size_t left = ETP_TABLE_VALUES_MAX - to->table->count;
    etp_meter_charge_walk(L);
    for (lua_pushnil(L); lua_next(L, -2) != 0 && keys.all <= left; lua_pop(L, 1)) {
        etp_meter_charge_key(L, -2, keys.all);
        keys.all++;
        keys.texts += lua_type(L, -2) == LUA_TSTRING;
        lua_Integer number = lua_isinteger(L, -2) ? lua_tointeger(L, -2) : 0;
        keys.numbers += number >= 1;
        keys.highest = number > keys.highest ? number : keys.highest;
    }
    return keys;
}

static int check_keys(lua_State *L, taker *to, const census *keys)
{
    if (keys->all > ETP_TABLE_VALUES_MAX - to->table->count)
        too_large(L, to);
    if (keys->numbers > 0 && keys->texts > 0)
        REFUSE(L, to, ETP_EFORMAT, "is both a list and a table with names; put the list under a name of its own");
    if (keys->numbers + keys->texts < keys->all)
        REFUSE(L, to, ETP_EFORMAT, "has a key that is neither a text nor a place of a list (1, 2, ...)");
    if (keys->numbers > 0 && (size_t)keys->highest != keys->numbers)
        REFUSE(L, to, ETP_EFORMAT, "is a list with holes: it has %zu values and a place [%lld]", keys->numbers,
               (long long)keys->highest);
    return 0;
}

static int by_key(const void *a, const void *b)
{
    return strcmp(((const etp_leaf *)a)->key, ((const etp_leaf *)b)->key);
}

/* Fills in the names of the table at the top of the stack, in order. */
static int take_keys(lua_State *L, taker *to, size_t first, size_t count)
{
    size_t at = first, size;
    bool named = true;
    for (lua_pushnil(L); lua_next(L, -2) != 0; lua_pop(L, 1)) {
        const char *key = lua_tolstring(L, -2, &size);
        named = named && is_name(key, size);
        to->table->leaves[at++].key = copy_text(L, to, -2);
    }
    if (!named)
        REFUSE(L, to, ETP_EFORMAT,
               "has a key that is no name: 1 to %d bytes of UTF-8 without quotation marks and control characters",
               ETP_TABLE_KEY_MAX);
    qsort(to->table->leaves + first, count, sizeof *to->table->leaves, by_key);
    return 0;
}

static int check_circle(lua_State *L, taker *to)
{
    for (unsigned i = 0; i < to->depth; i++)
        if (lua_rawequal(L, FIRST + (int)i, -1))
            REFUSE(L, to, ETP_EFORMAT, "is a table that holds itself");
    return 0;
}

static void take_value(lua_State *L, taker *to, size_t place);

static void take_values(lua_State *L, taker *to, size_t first, size_t count)
{
    to->depth++;
    for (size_t i = 0; i < count; i++) {
        const char *key = to->table->leaves[first + i].key;
        size_t used = step_in(to, key, i + 1);
        if (key == NULL)
            lua_rawgeti(L, -1, (lua_Integer)(i + 1));
        else {
            lua_pushstring(L, key);
            lua_rawget(L, -2);
        }
        take_value(L, to, first + i);
        lua_pop(L, 1);
        to->path[used] = '\0';
    }
    to->depth--;
}

static int take_table(lua_State *L, taker *to, size_t place)
{
    check_circle(L, to);
    if (to->depth == ETP_TABLE_DEPTH_MAX)
        REFUSE(L, to, ETP_EFORMAT, "lies more than %d tables deep", ETP_TABLE_DEPTH_MAX);
    if (lua_getmetatable(L, -1))
        REFUSE(L, to, ETP_EFORMAT, "has a metatable; only plain tables are taken");
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    const census keys = count_keys(L, to);
    check_keys(L, to, &keys);
    size_t first = add_leaves(L, to, keys.all);
    to->table->leaves[place].first = first;
    to->table->leaves[place].count = keys.all;
    if (keys.texts > 0)
        take_keys(L, to, first, keys.all);
    take_values(L, to, first, keys.all);
    return keys.texts > 0 ? ETP_VALUE_TABLE : ETP_VALUE_LIST;
}

static int refuse_kind(lua_State *L, taker *to)
{
    REFUSE(L, to, ETP_EFORMAT, "is a %s; only tables, texts, numbers and true or false are taken",
           luaL_typename(L, -1));
}

/* The value at the top of the stack, which stays. */
static void take_value(lua_State *L, taker *to, size_t place)
{
    int kind = ETP_VALUE_BOOL;
    switch (lua_type(L, -1)) {
    case LUA_TBOOLEAN:
        to->table->leaves[place].truth = lua_toboolean(L, -1);
        break;
    case LUA_TNUMBER:
        kind = take_number(L, to, place);
        break;
    case LUA_TSTRING:
        kind = take_text(L, to, place);
        break;
    case LUA_TTABLE:
        kind = take_table(L, to, place);
        break;
    default:
        refuse_kind(L, to);
    }
    to->table->leaves[place].kind = (etp_value_kind)kind;
}

static int take(lua_State *L)
{
    taker *to = lua_touserdata(L, JOB);
    if (lua_type(L, FIRST) != LUA_TTABLE)
        REFUSE(L, to, ETP_EFORMAT, "returns %s; it has to return a table",
               lua_isnil(L, FIRST) ? "nothing" : luaL_typename(L, FIRST));
    take_value(L, to, add_leaves(L, to, 1));
    return 0;
}

int etp_tree_take(etp_table *table, etp_vm *vm, etp_error *error)
{
    char text[ETP_ERROR_TEXT_MAX];
    lua_State *L = vm->state;
    taker to = {.table = table, .error = error, .result = ETP_OK};
    lua_pushcfunction(L, take);
    lua_pushlightuserdata(L, &to);
    lua_pushvalue(L, -3);
    int status = etp_call_plainly(vm, 2, 0, 0);
    if (status == LUA_OK || to.result != ETP_OK)
        return to.result;
    etp_call_failure_text(vm, status, vm->chunk, text, sizeof text);
    return etp_fail(error, ETP_ELIMIT, "%s", text);
}
