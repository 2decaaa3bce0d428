/* SPDX-License-Identifier: MIT */
/*
 * Shelves: hidden tables from which Lua's own machine serves a script's reads of views, ctx and ctx.params.
 *
 * A C function behind each read would cost more than all the rest of a short hook. So the `__index` of a view is a table,
 * the shelf, and before each call C puts on it what this script has read so far, as far as it has changed. What is
 * not there (a field that is read for the first time, one that is nil today, a name that does not exist) goes on to
 * the shelf's own `__index`, a C function. The script never gets hold of a shelf, so it cannot write on it.
 *
 * Filling happens outside any protected call, and so may create nothing. It only gives another value to a key that
 * has one. A key whose value is taken out may be gone after the next collection, and putting it back may need memory:
 * so a value that comes back is served by the C function, within the call, which then puts it on the shelf again.
 */
#include "script/internal.h"
#include "script/views/fields.h"
#include "script/views/views.h"

unsigned etp_shelf_add_key(lua_State *L, const char *name)
{
    unsigned place = (unsigned)lua_rawlen(L, ETP_SLOT_KEYS) + 1;
    lua_pushstring(L, name);
    lua_rawseti(L, ETP_SLOT_KEYS, (lua_Integer)place);
    return place;
}

void etp_shelf_push(lua_State *L, int count, lua_CFunction miss, int upvalues)
{
    lua_pushcclosure(L, miss, upvalues);
    lua_createtable(L, 0, count);
    lua_createtable(L, 0, 1);
    lua_rotate(L, -3, -1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
}

void etp_shelf_push_key(lua_State *L, unsigned place)
{
    lua_rawgeti(L, ETP_SLOT_KEYS, place);
}

/* Pushes it; false if it is nil. */
static bool push_value(lua_State *L, const etp_field *field, uint64_t raw)
{
    if (field->kind > ETP_FIELD_VOLT || !etp_field_has_value(field, raw))
        return etp_field_push_raw(L, field, raw);
    lua_pushnumber(L, etp_field_number(field, raw));
    return true;
}

void etp_shelf_fill(etp_vm *vm, etp_view_kind kind, const void *data)
{
    lua_State *L = vm->state;
    etp_shelf *shelf = &vm->shelves[kind];
    for (unsigned i = 0; i < shelf->count; i++) {
        etp_learned *learned = &shelf->fields[i];
        uint64_t raw = etp_field_load(learned->field, data);
        if (raw == learned->shown.raw || !learned->shown.is_set)
            continue;
        etp_shelf_push_key(L, learned->key);
        learned->shown.is_set = push_value(L, learned->field, raw);
        learned->shown.raw = raw;
        lua_rawset(L, ETP_SLOT_SHELVES + (int)kind);
    }
}

etp_learned *etp_shelf_find(etp_shelf *shelf, const char *name)
{
    for (unsigned i = 0; i < shelf->count; i++) {
        if (shelf->fields[i].name == name)
            return &shelf->fields[i];
    }
    return NULL;
}

etp_learned *etp_shelf_learn(etp_shelf *shelf, const etp_field *fields, unsigned place, const char *name)
{
    etp_learned *learned = &shelf->fields[shelf->count++];
    *learned = (etp_learned){.field = &fields[place], .name = name, .key = shelf->first_key + place};
    return learned;
}
