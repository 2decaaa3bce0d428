/* SPDX-License-Identifier: MIT */
/*
 * A bench for tests of strategies: a few batteries and firms whose lots, reserves, values and needs are what the test
 * says, on the same engine and network as any market, with nothing drawn at random. core.bench(options) runs it to its
 * end and returns its events and what each firm's strategy did; etp/testing.lua is its face.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

static const char class[] = "etp.bench";
static const etp_time starts = INT64_C(1735732800) * ETP_NS_PER_SECOND; /* noon of 1 January 2025 */
static const etp_time interval = 60 * ETP_NS_PER_SECOND;
static const etp_time warm_up = 30 * ETP_NS_PER_SECOND;

/* ---- who bids and sells by numbers ---- */

static int bid_always(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    const bench_firm *own = user;
    (void)context;
    (void)offer;
    intent->price = own->bid;
    return ETP_DECIDE_BID;
}

static int ask_always(void *user, const etp_context *context, const etp_battery_view *view, etp_reserve *reserve)
{
    const bench_battery *own = user;
    (void)context;
    (void)view;
    reserve->price = own->reserve;
    return ETP_OK;
}

static const etp_aggregator_hooks bidder = {.size = sizeof(etp_aggregator_hooks), .on_offer = bid_always};
static const etp_bess_hooks seller = {.size = sizeof(etp_bess_hooks), .reserve = ask_always};

/* ---- what the engine calls ---- */

static void record(void *user, const etp_event *event)
{
    bench *own = user;
    if (own->event_count == own->event_room) {
        size_t room = own->event_room == 0 ? 256 : 2 * own->event_room;
        etp_event *longer = realloc(own->events, room * sizeof *longer);
        own->full = own->full || longer == NULL;
        if (longer == NULL)
            return;
        own->events = longer;
        own->event_room = room;
    }
    own->events[own->event_count++] = *event;
}

static int send_frame(void *user, etp_link link, const void *frame, size_t size)
{
    const bench *own = user;
    return etp_network_send(own->network, etp_engine_now(own->engine), link, frame, size);
}

/* ---- building ---- */

static int add_battery(bench *own, unsigned place)
{
    bench_battery *one = &own->batteries[place];
    etp_node node;
    etp_bess_options options = {.size = sizeof options,
                                .device_id = etp_run_home_device(place),
                                .battery = &one->battery,
                                .peers = own->firm_count};
    if (one->reserve != ETP_PRICE_NONE) {
        options.hooks = &seller;
        options.hooks_user = one;
    } else if (own->policy != NULL) {
        options.hooks = etp_lua_strategy_seller(own->policy);
        options.hooks_user = etp_lua_strategy_user(own->policy);
    }
    int result = etp_engine_add_bess(own->engine, &options, &node);
    return result == ETP_OK ? etp_engine_brief_bess(own->engine, node, &one->brief) : result;
}

static int add_firm(bench *own, unsigned place)
{
    bench_firm *one = &own->firms[place];
    etp_node node;
    etp_aggregator_options options = {.size = sizeof options,
                                      .device_id = etp_run_firm_device(place),
                                      .name = one->name,
                                      .hooks = &bidder,
                                      .hooks_user = one,
                                      .peers = own->battery_count};
    if (one->strategy != NULL) {
        options.hooks = etp_lua_strategy_buyer(one->strategy);
        options.hooks_user = etp_lua_strategy_user(one->strategy);
    }
    int result = etp_engine_add_aggregator(own->engine, &options, &node);
    return result == ETP_OK ? etp_engine_brief_aggregator(own->engine, node, &one->brief) : result;
}

static int join(bench *own, unsigned home, unsigned buyer)
{
    etp_id home_device = etp_run_home_device(home), firm_device = etp_run_firm_device(buyer);
    etp_link home_end, firm_end;
    int result = etp_engine_add_link(own->engine, home, firm_device, &home_end);
    if (result == ETP_OK)
        result = etp_engine_add_link(own->engine, own->battery_count + buyer, home_device, &firm_end);
    if (result == ETP_OK)
        result = etp_network_join(own->network, home_end, home_device, firm_end, firm_device);
    return result;
}

static int make_parts(bench *own, etp_error *error)
{
    etp_engine_options engine;
    etp_network_options network = {.size = sizeof network, .delay = 20 * ETP_NS_PER_MS};
    network.max_links = 2 * own->battery_count * own->firm_count;
    etp_engine_defaults(&engine);
    engine.transport = (etp_transport){send_frame, own};
    engine.observer = (etp_observer){record, own};
    engine.now = starts - warm_up;
    engine.seed = own->settings.seed;
    engine.mechanism = own->settings.mechanism;
    engine.disclose = own->settings.disclose;
    engine.max_nodes = own->battery_count + own->firm_count;
    engine.max_links = network.max_links;
    int result = etp_network_new(&own->network, &network, error);
    return result == ETP_OK ? etp_engine_new(&own->engine, &engine, error) : result;
}

static int build(bench *own, etp_error *error)
{
    int result = make_parts(own, error);
    for (unsigned i = 0; i < own->battery_count && result == ETP_OK; i++)
        result = add_battery(own, i);
    for (unsigned i = 0; i < own->firm_count && result == ETP_OK; i++)
        result = add_firm(own, i);
    for (unsigned i = 0; i < own->battery_count * own->firm_count && result == ETP_OK; i++)
        result = join(own, i / own->firm_count, i % own->firm_count);
    return result == ETP_OK ? etp_engine_start(own->engine) : result;
}

/* ---- running ---- */

static void run_until(bench *own, etp_time end)
{
    for (;;) {
        etp_time timer = etp_engine_deadline(own->engine), arrival = etp_network_next(own->network);
        etp_time next = timer < arrival ? timer : arrival;
        if (next >= end)
            break;
        etp_engine_advance(own->engine, next);
        etp_delivery delivery;
        while (etp_network_take(own->network, next, &delivery))
            etp_engine_receive(own->engine, delivery.link, delivery.frame, delivery.size);
    }
    etp_engine_advance(own->engine, end);
}

static int run(bench *own)
{
    int result = ETP_OK;
    run_until(own, starts);
    for (unsigned i = 0; i < own->settings.intervals && result == ETP_OK; i++) {
        etp_time begins = starts + i * interval;
        etp_interval now = {.index = i,
                            .starts = begins,
                            .ends = begins + interval,
                            .second_of_day = (uint32_t)(begins / ETP_NS_PER_SECOND % 86400),
                            .spot = own->settings.spot,
                            .forecast = own->settings.forecast};
        result = etp_engine_begin_interval(own->engine, &now);
        run_until(own, begins + interval);
    }
    return result == ETP_OK && own->full ? ETP_ENOMEM : result;
}

/* ---- results ---- */

static const char *name_of(const bench *own, etp_id device, char *buffer, size_t size)
{
    for (unsigned i = 0; i < own->firm_count; i++)
        if (etp_run_firm_device(i) == device)
            return own->firms[i].name;
    snprintf(buffer, size, "battery %d", (int)(device - etp_run_home_device(0)) + 1);
    return buffer;
}

static void push_events(lua_State *L, const bench *own)
{
    char name[ETP_LUA_NAME_MAX];
    lua_createtable(L, (int)own->event_count, 0);
    for (size_t i = 0; i < own->event_count; i++) {
        const etp_event *event = &own->events[i];
        etp_lua_push_event(L, event, name_of(own, event->device, name, sizeof name));
        if (event->peer != 0) {
            lua_pushstring(L, name_of(own, event->peer, name, sizeof name));
            lua_setfield(L, -2, "peer_name");
        }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
}

/* What strategies did, by the firm's place, and "policy". */
static void push_strategies(lua_State *L, const bench *own)
{
    lua_createtable(L, (int)own->firm_count, 1);
    for (unsigned i = 0; i < own->firm_count; i++) {
        if (own->firms[i].strategy == NULL)
            lua_pushboolean(L, 0);
        else
            etp_lua_push_strategy_facts(L, own->firms[i].strategy);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    if (own->policy == NULL)
        return;
    etp_lua_push_strategy_facts(L, own->policy);
    lua_setfield(L, -2, "policy");
}

static void use_thread(lua_State *L, bench *own)
{
    for (unsigned i = 0; i < own->firm_count; i++)
        if (own->firms[i].strategy != NULL)
            etp_lua_strategy_use(own->firms[i].strategy, L);
    if (own->policy != NULL)
        etp_lua_strategy_use(own->policy, L);
}

static int collect(lua_State *L)
{
    bench *own = lua_touserdata(L, 1);
    etp_engine_free(own->engine);
    etp_network_free(own->network);
    free(own->events);
    own->engine = NULL;
    own->network = NULL;
    own->events = NULL;
    return 0;
}

/* options -> events, strategies; or nil and a sentence */
static int bench_run(lua_State *L)
{
    etp_error error = {0};
    luaL_checktype(L, BENCH_OPTIONS, LUA_TTABLE);
    lua_settop(L, BENCH_OPTIONS);
    bench *own = lua_newuserdatauv(L, sizeof *own, 0);
    memset(own, 0, sizeof *own);
    luaL_setmetatable(L, class);
    lua_newtable(L); /* keeps the strategies */
    if (!etp_lua_bench_options(L, own)) {
        lua_pushnil(L);
        lua_insert(L, -2);
        return 2;
    }
    luaL_checkstack(L, LUA_MINSTACK, NULL);
    use_thread(L, own);
    int result = build(own, &error);
    if (result == ETP_OK)
        result = run(own);
    if (result != ETP_OK)
        return etp_lua_fail(L, result, &error);
    push_events(L, own);
    push_strategies(L, own);
    return 2;
}

void etp_lua_open_bench(lua_State *L)
{
    static const luaL_Reg events[] = {{"__gc", collect}, {NULL, NULL}};
    static const luaL_Reg methods[] = {{NULL, NULL}};
    etp_lua_new_class(L, class, events, methods);
    lua_pushcfunction(L, bench_run);
    lua_setfield(L, -2, "bench");
}
