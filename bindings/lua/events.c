/* SPDX-License-Identifier: MIT */
/*
 * What the engine tells while it runs: events to their subscribers, log lines to the function that was given for them.
 * Both are called under a protected call, on the thread that runs the engine. The first error of a subscriber is kept in
 * the anchor's "pending" and raised when the engine has returned; the other subscribers are called all the same.
 */
#include <string.h>

#include "market.h"

_Static_assert(ETP_EVENTS <= 32, "a bit for each kind of event");

/* ---- an event as a table ---- */

static const char *refusal_word(unsigned value)
{
    return value < ETP_REFUSALS ? etp_refusal_name(value) : NULL;
}

#define EVENT(name, member, kind) ETP_LUA_SHOWN(etp_event, name, member, kind)

static const etp_lua_field always_list[] = {
    EVENT("time", when, SECONDS),    EVENT("interval", interval, WHOLE),
    EVENT("device", device, WHOLE),  EVENT("price", price, PRICE),
    EVENT("energy", energy, ENERGY), EVENT("reserve", reserve, PRICE),
    EVENT("value", value, PRICE),    ETP_LUA_NAMED(etp_event, "code", code, etp_lua_code_word, 0),
};
static const etp_lua_field peer_list[] = {EVENT("peer", peer, WHOLE)};
static const etp_lua_field message_list[] = {EVENT("message", message, WHOLE)};
static const etp_lua_field amount_list[] = {EVENT("amount", amount, MONEY)};
static const etp_lua_field late_list[] = {EVENT("delay", delay, SECONDS),
                                          ETP_LUA_NAMED(etp_event, "type", type, etp_lua_type_word, 0)};
static const etp_lua_field refused_list[] = {ETP_LUA_NAMED(etp_event, "refusal", refusal, refusal_word, 0),
                                             ETP_LUA_NAMED(etp_event, "type", type, etp_lua_type_word, 0)};

static const etp_lua_fields always = ETP_LUA_FIELDS(always_list), peer = ETP_LUA_FIELDS(peer_list),
                            message = ETP_LUA_FIELDS(message_list), amount = ETP_LUA_FIELDS(amount_list),
                            late = ETP_LUA_FIELDS(late_list), refused = ETP_LUA_FIELDS(refused_list);

void etp_lua_push_event(lua_State *L, const etp_event *event, const char *name)
{
    lua_createtable(L, 0, 14);
    etp_lua_show(L, &always, event);
    lua_pushstring(L, etp_event_name(event->kind));
    lua_setfield(L, -2, "kind");
    lua_pushstring(L, name);
    lua_setfield(L, -2, "name");
    if (event->peer != 0)
        etp_lua_show(L, &peer, event);
    if (event->message != 0)
        etp_lua_show(L, &message, event);
    if (event->kind == ETP_EVENT_CONFIRM || event->kind == ETP_EVENT_RECEIPT)
        etp_lua_show(L, &amount, event);
    if (event->kind == ETP_EVENT_LATE)
        etp_lua_show(L, &late, event);
    if (event->kind == ETP_EVENT_REFUSED)
        etp_lua_show(L, &refused, event);
}

/* ---- subscribers ---- */

typedef struct delivery {
    etp_lua_market *market;
    const etp_event *event;
} delivery;

/* Calls those in the list at the top with the event at `event`. */
static void call_each(lua_State *L, int anchor, int event)
{
    int list = lua_gettop(L);
    lua_Integer count = (lua_Integer)lua_rawlen(L, list);
    for (lua_Integer i = 1; i <= count; i++) {
        lua_rawgeti(L, list, i);
        lua_pushvalue(L, event);
        if (lua_pcall(L, 1, 0, 0) == LUA_OK)
            continue;
        if (lua_getfield(L, anchor, "pending") == LUA_TNIL) {
            /* In a table of its own, since an error may be nil. */
            lua_createtable(L, 1, 0);
            lua_pushvalue(L, -3);
            lua_rawseti(L, -2, 1);
            lua_setfield(L, anchor, "pending");
        }
        lua_settop(L, list);
    }
}

static int deliver(lua_State *L)
{
    enum { ANCHOR = 2, HANDLERS, EVENT };
    const delivery *given = lua_touserdata(L, 1);
    char name[ETP_LUA_NAME_MAX];
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    etp_lua_push_anchor(L, given->market);
    lua_getfield(L, ANCHOR, "handlers");
    etp_lua_push_event(L, given->event, etp_lua_device_name(given->market, given->event->device, name, sizeof name));
    if (lua_rawgeti(L, HANDLERS, (lua_Integer)given->event->kind + 1) == LUA_TTABLE)
        call_each(L, ANCHOR, EVENT);
    lua_settop(L, EVENT);
    if (lua_rawgeti(L, HANDLERS, ETP_EVENTS + 1) == LUA_TTABLE)
        call_each(L, ANCHOR, EVENT);
    return 0;
}

static int keep_error(lua_State *L)
{
    const etp_lua_market *market = lua_touserdata(L, 1);
    etp_lua_push_anchor(L, market);
    lua_createtable(L, 1, 0);
    lua_pushvalue(L, 2);
    lua_rawseti(L, -2, 1);
    lua_setfield(L, -2, "pending");
    return 0;
}

/* What fails outside a subscriber is memory. */
static void protect(etp_lua_market *market, lua_CFunction function, void *given)
{
    lua_State *L = market->L;
    if (L == NULL || !lua_checkstack(L, 6))
        return;
    int top = lua_gettop(L);
    lua_pushcfunction(L, function);
    lua_pushlightuserdata(L, given);
    if (lua_pcall(L, 1, 0, 0) != LUA_OK) {
        lua_pushcfunction(L, keep_error);
        lua_insert(L, -2);
        lua_pushlightuserdata(L, market);
        lua_insert(L, -2);
        lua_pcall(L, 2, 0, 0);
    }
    lua_settop(L, top);
}

void etp_lua_market_event(void *user, const etp_event *event)
{
    etp_lua_market *market = user;
    if ((market->wanted & UINT32_C(1) << event->kind) != 0)
        protect(market, deliver, &(delivery){market, event});
}

void etp_lua_raise_pending(lua_State *L, int anchor)
{
    if (lua_getfield(L, anchor, "pending") == LUA_TTABLE) {
        lua_rawgeti(L, -1, 1);
        lua_pushnil(L);
        lua_setfield(L, anchor, "pending");
        lua_error(L);
    }
    lua_pop(L, 1);
}

static int find_kind(lua_State *L, const char *name)
{
    if (strcmp(name, "*") == 0)
        return ETP_EVENTS;
    for (int kind = 0; kind < ETP_EVENTS; kind++)
        if (strcmp(etp_event_name((etp_event_kind)kind), name) == 0)
            return kind;
    luaL_Buffer text;
    luaL_buffinit(L, &text);
    for (int kind = 0; kind < ETP_EVENTS; kind++) {
        luaL_addstring(&text, etp_event_name((etp_event_kind)kind));
        luaL_addstring(&text, ", ");
    }
    luaL_pushresult(&text);
    return luaL_error(L, "there is no event \"%s\"; there are %sand \"*\" for all", name, lua_tostring(L, -1));
}

/* market:on(kind, function) */
int etp_lua_market_on(lua_State *L)
{
    etp_lua_market *market = etp_lua_check_market(L);
    int kind = find_kind(L, luaL_checkstring(L, 2));
    luaL_checktype(L, 3, LUA_TFUNCTION);
    lua_getiuservalue(L, 1, 1);
    if (lua_getfield(L, -1, "handlers") != LUA_TTABLE) {
        lua_newtable(L);
        lua_replace(L, -2);
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, "handlers");
    }
    if (lua_rawgeti(L, -1, (lua_Integer)kind + 1) != LUA_TTABLE) {
        lua_newtable(L);
        lua_replace(L, -2);
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, (lua_Integer)kind + 1);
    }
    lua_pushvalue(L, 3);
    lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    market->wanted |= kind == ETP_EVENTS ? UINT32_MAX : UINT32_C(1) << kind;
    lua_settop(L, 1);
    return 1;
}

/* ---- the log ---- */

typedef struct line {
    etp_lua_market *market;
    etp_log_level level;
    const char *component, *text;
} line;

static int write_line(lua_State *L)
{
    const line *given = lua_touserdata(L, 1);
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    etp_lua_push_anchor(L, given->market);
    lua_getfield(L, -1, "log");
    lua_pushstring(L, etp_log_level_name(given->level));
    lua_pushstring(L, given->component);
    lua_pushstring(L, given->text);
    given->market->failed_log = true;
    lua_call(L, 3, 0);
    given->market->failed_log = false;
    return 0;
}

void etp_lua_market_log(void *user, etp_log_level level, const char *component, const char *text)
{
    etp_lua_market *market = user;
    if (!market->failed_log)
        protect(market, write_line, &(line){market, level, component, text});
}
