/* SPDX-License-Identifier: MIT */
/*
 * Views: a script's look at a C struct of the engine's, without a copy.
 *
 * A view is a userdata that is made once and pointed at new data in each call. It carries the number of the call in
 * which it may be read; in any other it has expired and says so. Reading a field gives a number, a boolean, or a name
 * that is kept alive, so a call leaves no garbage.
 *
 * A view that is the argument of a hook has a shelf (shelf.c), which its metatable names as `__index` while the view is
 * open. Since no script runs between two calls, it stays open after its call until another one is opened: then its
 * `__index` becomes the function that refuses. Places of a list (bids, history) have a view each, made when a place is
 * first read and used again after that; a C function serves them.
 */
#include "script/views/views.h"
#include "base/nearest.h"
#include "script/internal.h"
#include "script/sandbox/sandbox.h"
#include "script/views/fields.h"

enum { NONE = -1 };

static const char metatables_key = 0;

static int expired(lua_State *L, const char *name)
{
    return luaL_error(
        L, "%s is only valid during the call that it was given to; copy what you need, for example into ctx.state",
        name);
}

static bool is_current(const etp_vm *vm, const etp_view *view)
{
    return view != NULL && view->data != NULL && view->epoch == vm->epoch;
}

/* Raises unless the userdata at index 1 may be read. */
static const etp_view *check(lua_State *L)
{
    const etp_view *view = lua_touserdata(L, 1);
    if (!is_current(etp_vm_of(L), view))
        expired(L, etp_sandbox_tostring(L, 1));
    return view;
}

/* The __index of a view that is not open. */
static int view_refuse(lua_State *L)
{
    return expired(L, etp_sandbox_tostring(L, 1));
}

static int unknown_field(lua_State *L, etp_view_kind kind)
{
    enum { FIELDS_MAX = 24 };
    const char *names[FIELDS_MAX];
    unsigned count;
    const etp_field *fields = etp_view_fields(kind, &count);
    for (unsigned i = 0; i < count && i < FIELDS_MAX; i++)
        names[i] = fields[i].name;
    const char *word = etp_sandbox_tostring(L, 2);
    if (kind < ETP_VIEW_BIDS && etp_context_knows(word))
        return luaL_error(L, "%s has no field \"%s\"; a hook is called as %s, with a dot", etp_view_name(kind), word,
                          etp_hook_call(etp_vm_of(L)->hook));
    const char *nearest = etp_nearest(word, names, count);
    if (nearest != NULL)
        return luaL_error(L, "%s has no field \"%s\"; did you mean \"%s\"?", etp_view_name(kind), word, nearest);
    return luaL_error(L, "%s has no field \"%s\"; its fields are in docs/scripting.md", etp_view_name(kind), word);
}

/* Upvalues of all metamethods: the fields by name; the kind. */
static etp_view_kind own_kind(lua_State *L)
{
    return (etp_view_kind)lua_tointeger(L, lua_upvalueindex(2));
}

/* Pushes the place of the field whose name is at index 2 in the list of fields. */
static unsigned find_field(lua_State *L)
{
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNUMBER)
        unknown_field(L, own_kind(L));
    return (unsigned)lua_tointeger(L, -1);
}

/* What arithmetic on a field that has no value is explained with (explain.c). */
static void note_nil(etp_vm *vm, etp_view_kind kind, const etp_field *field)
{
    vm->nil_field = field;
    vm->nil_kind = kind;
}

static int element_index(lua_State *L)
{
    const etp_view *view = check(L);
    etp_view_kind kind = own_kind(L);
    unsigned count;
    const etp_field *field = &etp_view_fields(kind, &count)[find_field(L)];
    if (!etp_field_push(L, field, view->data))
        note_nil(etp_vm_of(L), kind, field);
    return 1;
}

/* The field whose name is at index 2: known by the name's address, or looked up and learned. */
static etp_learned *learn_field(lua_State *L, etp_vm *vm, etp_view_kind kind)
{
    unsigned count;
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : NULL;
    etp_learned *known = etp_shelf_find(&vm->shelves[kind], name);
    if (known != NULL)
        return known;
    return etp_shelf_learn(&vm->shelves[kind], etp_view_fields(kind, &count), find_field(L), name);
}

/* What is not on the shelf of an open view. */
static int view_miss(lua_State *L)
{
    etp_vm *vm = etp_vm_of(L);
    etp_view_kind kind = own_kind(L);
    const etp_view *view = vm->views[kind];
    if (!is_current(vm, view))
        return expired(L, etp_view_name(kind));
    etp_learned *learned = learn_field(L, vm, kind);
    uint64_t raw = etp_field_load(learned->field, view->data);
    if (!etp_field_has_value(learned->field, raw)) {
        note_nil(vm, kind, learned->field);
        return 0;
    }
    etp_field_push_raw(L, learned->field, raw);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -2);
    lua_rawset(L, 1);
    learned->shown = (etp_shown){.raw = raw, .is_set = true};
    return 1;
}

static int view_newindex(lua_State *L)
{
    return luaL_error(L, "%s is read-only; keep your own values in ctx.state", etp_view_name(own_kind(L)));
}

/* The step of pairs(view): upvalue 3 is the place of the last field, 4 the view. A script can call it with any other. */
static int view_step(lua_State *L)
{
    etp_view_kind kind = own_kind(L);
    if (!lua_rawequal(L, 1, lua_upvalueindex(4)))
        return luaL_argerror(L, 1, "pairs was given another object");
    const etp_view *view = check(L);
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(3));
    unsigned count;
    const etp_field *fields = etp_view_fields(kind, &count);
    for (; at < (lua_Integer)count; at++) {
        lua_pushstring(L, fields[at].name);
        if (etp_field_push(L, &fields[at], view->data))
            break;
        lua_pop(L, 2);
    }
    if (at >= (lua_Integer)count)
        return 0;
    lua_pushinteger(L, at + 1);
    lua_replace(L, lua_upvalueindex(3));
    return 2;
}

static int view_pairs(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_pushinteger(L, 0);
    lua_pushvalue(L, 1);
    lua_pushcclosure(L, view_step, 4);
    lua_pushvalue(L, 1);
    return 2;
}

static int bids_index(lua_State *L)
{
    const etp_view *view = check(L);
    int is_number;
    lua_Integer place = lua_tointegerx(L, 2, &is_number);
    if (!is_number)
        return luaL_error(L, "bids is a list: bids[1] to bids[#bids], not bids[\"%s\"]", etp_sandbox_tostring(L, 2));
    if (place < 1 || place > (lua_Integer)view->count)
        return 0;
    etp_view_push_element(L, ETP_VIEW_BID, place, (const etp_bid *)view->data + place - 1);
    return 1;
}

static int bids_length(lua_State *L)
{
    lua_pushinteger(L, (lua_Integer)check(L)->count);
    return 1;
}

/* The places of the fields in their list, by name. */
static void push_places(lua_State *L, etp_view_kind kind)
{
    unsigned count;
    const etp_field *fields = etp_view_fields(kind, &count);
    lua_createtable(L, 0, (int)count);
    for (unsigned i = 0; i < count; i++) {
        lua_pushinteger(L, (lua_Integer)i);
        lua_setfield(L, -2, fields[i].name);
    }
}

/* Pushes the shelf of a kind. */
static void push_shelf(lua_State *L, etp_view_kind kind)
{
    unsigned count;
    const etp_field *fields = etp_view_fields(kind, &count);
    etp_shelf *shelf = &etp_vm_of(L)->shelves[kind];
    for (unsigned i = 0; i < count; i++) {
        unsigned key = etp_shelf_add_key(L, fields[i].name);
        shelf->first_key = i == 0 ? key : shelf->first_key;
    }
    push_places(L, kind);
    lua_pushinteger(L, kind);
    etp_shelf_push(L, (int)count, view_miss, 2);
}

static void push_metatable(lua_State *L, etp_view_kind kind)
{
    static const luaL_Reg view_methods[] = {
        {"__index", view_refuse}, {"__newindex", view_newindex}, {"__pairs", view_pairs}, {NULL, NULL}};
    static const luaL_Reg list_methods[] = {
        {"__index", bids_index}, {"__newindex", view_newindex}, {"__len", bids_length}, {NULL, NULL}};
    static const luaL_Reg element_methods[] = {
        {"__index", element_index}, {"__newindex", view_newindex}, {"__pairs", view_pairs}, {NULL, NULL}};
    lua_createtable(L, 0, 6);
    push_places(L, kind);
    lua_pushinteger(L, kind);
    luaL_setfuncs(L, kind < ETP_SHELVES ? view_methods : kind == ETP_VIEW_BIDS ? list_methods : element_methods, 2);
    lua_pushstring(L, etp_view_name(kind));
    lua_setfield(L, -2, "__name");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
}

static void push_metatables(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &metatables_key) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_createtable(L, ETP_VIEWS, 0);
    for (int kind = 0; kind < ETP_VIEWS; kind++) {
        push_metatable(L, (etp_view_kind)kind);
        lua_rawseti(L, -2, kind + 1);
    }
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &metatables_key);
}

static etp_view *push_view(lua_State *L, etp_view_kind kind)
{
    bool list = kind == ETP_VIEW_BIDS;
    etp_view *view = lua_newuserdatauv(L, sizeof *view, list);
    *view = (etp_view){0};
    if (list) {
        lua_newtable(L);
        lua_setiuservalue(L, -2, 1);
    }
    push_metatables(L);
    lua_rawgeti(L, -1, (lua_Integer)kind + 1);
    lua_setmetatable(L, -3);
    lua_pop(L, 1);
    return view;
}

static void make_shelf(lua_State *L, etp_view_kind kind)
{
    push_shelf(L, kind);
    lua_replace(L, ETP_SLOT_SHELVES + (int)kind);
    push_metatables(L);
    lua_rawgeti(L, -1, (lua_Integer)kind + 1);
    lua_replace(L, ETP_SLOT_METATABLES + (int)kind);
    lua_pop(L, 1);
}

void etp_views_make(lua_State *L)
{
    etp_vm *vm = etp_vm_of(L);
    vm->index_key = etp_shelf_add_key(L, "__index");
    vm->open = NONE;
    for (int kind = 0; kind <= ETP_VIEW_BIDS; kind++) {
        vm->views[kind] = push_view(L, (etp_view_kind)kind);
        lua_replace(L, ETP_SLOT_VIEWS + kind);
        if (kind < ETP_SHELVES)
            make_shelf(L, (etp_view_kind)kind);
    }
}

static void set_index(etp_vm *vm, int kind, bool open)
{
    lua_State *L = vm->state;
    etp_shelf_push_key(L, vm->index_key);
    if (open)
        lua_pushvalue(L, ETP_SLOT_SHELVES + kind);
    else
        lua_pushcfunction(L, view_refuse);
    lua_rawset(L, ETP_SLOT_METATABLES + kind);
}

int etp_view_open(etp_vm *vm, etp_view_kind kind, const void *data, unsigned count)
{
    int slot = ETP_SLOT_VIEWS + (int)kind;
    /* The call that follows has the next number. */
    *vm->views[kind] = (etp_view){.data = data, .epoch = vm->epoch + 1, .count = count};
    lua_settop(vm->state, ETP_SLOTS);
    if (kind >= ETP_SHELVES)
        return slot;
    etp_shelf_fill(vm, kind, data);
    if (vm->open == (int)kind)
        return slot;
    if (vm->open != NONE)
        set_index(vm, vm->open, false);
    set_index(vm, (int)kind, true);
    vm->open = (int)kind;
    return slot;
}

void etp_view_close_expired(etp_vm *vm)
{
    if (vm->open == NONE || vm->views[vm->open]->epoch == vm->epoch)
        return;
    set_index(vm, vm->open, false);
    vm->open = NONE;
}

void etp_view_push_element(lua_State *L, etp_view_kind kind, lua_Integer place, const void *data)
{
    lua_getiuservalue(L, 1, 1);
    if (lua_rawgeti(L, -1, place) != LUA_TUSERDATA) {
        lua_pop(L, 1);
        push_view(L, kind);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, place);
    }
    etp_view *view = lua_touserdata(L, -1);
    *view = (etp_view){.data = data, .epoch = etp_vm_of(L)->epoch, .count = 0};
}
