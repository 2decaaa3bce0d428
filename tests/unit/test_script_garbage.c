/* SPDX-License-Identifier: MIT */
/* Calls of hooks on the hot path leave no garbage: with the collector stopped, a million calls take no memory. */
#include "script/internal.h"
#include "test_script.h"

enum { WARM = 64, CALLS = 1000000 };

static size_t bytes_in_use(lua_State *L)
{
    return (size_t)lua_gc(L, LUA_GCCOUNT) * 1024 + (size_t)lua_gc(L, LUA_GCCOUNTB);
}

/* Call number `i` of the hook under test. */
typedef int (*caller)(etp_desk *desk, unsigned i);

static void expect_no_garbage(const char *source, caller call)
{
    etp_desk desk = desk_open(source, NULL);
    lua_State *L = desk.script->vm->state;
    for (unsigned i = 0; i < WARM; i++) {
        if (call(&desk, i) < 0)
            fail_msg("%s", etp_script_last_error(desk.script));
    }
    lua_gc(L, LUA_GCCOLLECT);
    lua_gc(L, LUA_GCSTOP);
    /* After a collection, what has been nil at that moment may need its place again. */
    for (unsigned i = 0; i < WARM; i++)
        assert_true(call(&desk, i) >= 0);
    size_t before = bytes_in_use(L);
    for (unsigned i = 0; i < CALLS; i++)
        call(&desk, i);
    assert_int_equal(bytes_in_use(L), before);
    etp_script_stats stats;
    etp_script_get_stats(desk.script, &stats);
    assert_int_equal(stats.errors, 0);
    etp_script_free(desk.script);
}

/* Prices come and go, in another rhythm each. */
static etp_price now_and_then(unsigned i, unsigned every, double cents)
{
    return i % every == 0 ? ETP_PRICE_NONE : CENTS(cents) + (etp_price)(i % 97);
}

static etp_context *context_of(etp_desk *desk, unsigned i)
{
    desk_context(desk, i % 5);
    desk->context.now += (etp_time)i * ETP_NS_PER_MS;
    desk->context.deadline = i % 3 == 0 ? ETP_TIME_NEVER : desk->context.now + ETP_NS_PER_SECOND;
    return &desk->context;
}

static int call_offer(etp_desk *desk, unsigned i)
{
    etp_offer offer = *an_offer();
    etp_intent intent = {.energy = offer.energy};
    offer.value += (etp_price)(i % 1000);
    offer.energy -= (etp_energy)(i % 100);
    offer.reserve = now_and_then(i, 2, 8);
    offer.closes = i % 7 == 0 ? ETP_TIME_NEVER : offer.closes + (etp_time)i;
    offer.health = (uint8_t)(i % 4);
    return etp_script_aggregator_hooks(desk->script)->on_offer(desk->script, context_of(desk, i), &offer, &intent);
}

static const char offer_source[] =
    "local S = { api = 1, role = 'aggregator', params = { margin = { default = 0.5, live = true } } }\n"
    "function S.on_offer(ctx, offer)\n"
    "  local best = offer.reserve or 0\n"
    "  local left = (ctx.deadline or ctx.now) - ctx.now + (offer.closes or ctx.now)\n"
    "  ctx.state.count = (ctx.state.count or 0) + ctx.rng(1, 6) + left + ctx.device_id\n"
    "  local last = ctx.history[-1]\n"
    "  if offer.health == 'poor' or ctx.name == '' then return nil, 'poor' end\n"
    "  return math.max(best, offer.value - ctx.params.margin, last and last.best or 0), offer.energy\n"
    "end\n"
    "return S\n";

static void offers(void **state)
{
    (void)state;
    expect_no_garbage(offer_source, call_offer);
}

static int call_result(etp_desk *desk, unsigned i)
{
    const etp_result_view result = {.battery = i % 50,
                                    .outcome = (etp_outcome)(i % 5),
                                    .code = (etp_code)(i % ETP_CODES),
                                    .price = now_and_then(i, 3, 9),
                                    .best = now_and_then(i, 5, 10),
                                    .bid_price = CENTS(7),
                                    .value = CENTS(12) + (etp_price)(i % 10),
                                    .may_rebid = i % 2};
    etp_intent intent = {0};
    return etp_script_aggregator_hooks(desk->script)->on_result(desk->script, context_of(desk, i), &result, &intent);
}

static void results(void **state)
{
    (void)state;
    expect_no_garbage(AGGREGATOR "function S.on_result(ctx, result)\n"
                                 "  local s = ctx.state\n"
                                 "  s.outcome, s.code, s.price = result.outcome, result.code, result.price\n"
                                 "  if result.may_rebid then return (result.best or result.bid_price) + 0.5 end\n"
                                 "end\nreturn S\n",
                      call_result);
}

static int call_interval(etp_desk *desk, unsigned i)
{
    const etp_market market = {.index = i,
                               .spot = now_and_then(i, 4, 8),
                               .forecast = now_and_then(i, 6, 8),
                               .mechanism = (etp_mechanism)(i % 4),
                               .value = CENTS(12)};
    return etp_script_aggregator_hooks(desk->script)->on_interval(desk->script, context_of(desk, i), &market);
}

static void intervals(void **state)
{
    (void)state;
    expect_no_garbage(AGGREGATOR "function S.on_interval(ctx, market)\n"
                                 "  ctx.state.seen = market.spot or market.forecast or market.value\n"
                                 "  ctx.state.how = market.mechanism\n"
                                 "end\nreturn S\n",
                      call_interval);
}

static int call_reserve(etp_desk *desk, unsigned i)
{
    const etp_battery_view battery = {.available = KWH(5) + (etp_energy)(i % 100),
                                      .lot = 400000 + (etp_energy)(i % 10),
                                      .level = (etp_level)(i % 4),
                                      .one_way_ppm = 943398,
                                      .wear = CENTS(4),
                                      .spot = now_and_then(i, 2, 8),
                                      .forecast = now_and_then(i, 3, 8)};
    etp_reserve answer = {.energy = battery.lot};
    return etp_script_bess_hooks(desk->script)->reserve(desk->script, context_of(desk, i), &battery, &answer);
}

static void reserves(void **state)
{
    (void)state;
    expect_no_garbage(BESS "function S.reserve(ctx, battery)\n"
                           "  local price = battery.spot or battery.forecast or battery.wear\n"
                           "  if battery.level == 'critical' then return false end\n"
                           "  return price / battery.one_way, math.min(battery.lot, battery.available)\n"
                           "end\nreturn S\n",
                      call_reserve);
}

static int call_choose(etp_desk *desk, unsigned i)
{
    etp_bid bids[4];
    unsigned order[4], count = 1 + i % 4;
    for (unsigned place = 0; place < count; place++)
        bids[place] = (etp_bid){.bidder = i + place, .price = CENTS(9), .energy = KWH(1), .arrival = place};
    return etp_script_bess_hooks(desk->script)->choose(desk->script, context_of(desk, i), bids, count, order);
}

static void choices(void **state)
{
    (void)state;
    expect_no_garbage(BESS "local order = {}\n"
                           "function S.choose(ctx, bids)\n"
                           "  for i = 1, 4 do order[i] = nil end\n"
                           "  for i = 1, #bids do order[i] = bids[i].price > 0 and #bids + 1 - i end\n"
                           "  return order\n"
                           "end\nreturn S\n",
                      call_choose);
}

/* Hooks in turns, so that views close and open; parameters that change. */
static int call_in_turns(etp_desk *desk, unsigned i)
{
    assert_int_equal(etp_script_set(desk->script, "margin", i % 9, NULL), ETP_OK);
    if (i % 3 == 0)
        return call_offer(desk, i);
    return i % 3 == 1 ? call_result(desk, i) : call_interval(desk, i);
}

static void hooks_in_turns(void **state)
{
    (void)state;
    expect_no_garbage(
        "local S = { api = 1, role = 'aggregator', params = { margin = { default = 0.5, live = true } } }\n"
        "function S.on_offer(ctx, offer) return offer.value - ctx.params.margin end\n"
        "function S.on_result(ctx, result) ctx.state.best = result.best end\n"
        "function S.on_interval(ctx, market) ctx.state.spot = market.spot end\n"
        "return S\n",
        call_in_turns);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offers),   cmocka_unit_test(results), cmocka_unit_test(intervals),
        cmocka_unit_test(reserves), cmocka_unit_test(choices), cmocka_unit_test(hooks_in_turns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
