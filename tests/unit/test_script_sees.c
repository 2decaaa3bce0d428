/* SPDX-License-Identifier: MIT */
/* What a script sees of the engine: fields of its views, random numbers, state of each node, history. */
#include "test_script.h"

static void offer_fields(void **state)
{
    (void)state;
    assert_lua("offer.battery == 7 and math.type(offer.battery) == 'integer'");
    assert_lua("offer.energy == 2.5 and offer.reserve == nil and offer.value == 12.5 and offer.need == 4");
    assert_lua("offer.budget == 3 and offer.energy_total == 8 and offer.remaining == 5.5 and offer.for_sale == 31.25");
    assert_lua("offer.voltage == 48.5 and offer.discharge_rate == 5 and offer.closes == 1700000002");
    assert_lua("offer.health == 'good' and offer.asked == 1");
}

static void context_fields(void **state)
{
    (void)state;
    assert_lua("ctx.now == 1700000000 and math.type(ctx.now) == 'float' and ctx.deadline == nil");
    assert_lua("ctx.device_id == 100 and ctx.name == 'firm-0' and type(ctx.state) == 'table'");
    assert_lua("#ctx.history == 0 and ctx.history[1] == nil and ctx.history[-1] == nil");
    evaluate_fails("return ctx.nwo", "test.lua:3: ctx has no field \"nwo\"; did you mean \"now\"?");
    evaluate_fails("return ctx.counter", "keep your own values in ctx.state");
    evaluate_fails("ctx.counter = 1", "read-only");
    evaluate_fails("ctx.params.margin = 1", "ctx.params is read-only");
    evaluate_fails("return ctx.params.margin", "ctx.params has no \"margin\"; declare it");
    evaluate_fails("ctx.history[1] = 1", "read-only");
    evaluate_fails("return ctx.history.last", "ctx.history is a list");
}

static void random_numbers(void **state)
{
    (void)state;
    assert_lua("(function() for _ = 1, 1000 do local x = ctx.rng() if x < 0 or x >= 1 then return false end end "
               "return true end)()");
    assert_lua("(function() local seen = {} for _ = 1, 1000 do seen[ctx.rng(3)] = true end "
               "return seen[1] and seen[2] and seen[3] and seen[0] == nil and seen[4] == nil end)()");
    assert_lua("ctx.rng(5, 5) == 5 and ctx.rng(-2, -2) == -2 and ctx.rng(1) == 1");
    assert_lua("math.type(ctx.rng(math.mininteger, math.maxinteger)) == 'integer'");
    evaluate_fails("return ctx.rng(0)", "there is no whole number from 1 to 0");
    evaluate_fails("return ctx.rng(1.5)", "number has no integer representation");
    evaluate_fails("return math.random()", "math.random is not available in a strategy: use ctx.rng()");
}

/* Homes have no names of their own. */
static void nodes_without_a_name(void **state)
{
    (void)state;
    static const char *const names[] = {"", NULL};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        etp_desk desk = desk_open(AGGREGATOR "function S.on_start(ctx) assert(ctx.name == 'device 107', ctx.name) end "
                                             "return S",
                                  NULL);
        etp_context context = *desk_context(&desk, 7);
        context.name = names[i];
        if (etp_script_aggregator_hooks(desk.script)->on_start(desk.script, &context) != 0)
            fail_msg("%s", etp_script_last_error(desk.script));
        etp_script_free(desk.script);
    }
}

/* The first draw is that of the node's own stream. */
static void random_numbers_are_the_nodes(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 1);
    assert_int_equal(evaluate("return ctx.rng()"), (etp_price)(etp_rng_unit(&rng) * 10000 + 0.5));
}

/* What a reserve policy may keep between homes is what ctx.state holds. */
static void state_per_node(void **state)
{
    (void)state;
    etp_desk desk = desk_open(AGGREGATOR "function S.on_offer(ctx, offer)\n"
                                         "ctx.state.calls = (ctx.state.calls or 0) + 1 return ctx.state.calls end\n"
                                         "return S",
                              NULL);
    static const uint32_t nodes[] = {0, 5, 0, 4000000000u, 5, 0};
    static const int expected[] = {1, 1, 2, 1, 2, 3};
    for (int i = 0; i < 6; i++) {
        etp_intent intent;
        assert_int_equal(offer_to(&desk, nodes[i], &intent), ETP_DECIDE_BID);
        assert_int_equal(intent.price, expected[i] * CENTS(1));
    }
    etp_script_free(desk.script);
}

static void history(void **state)
{
    (void)state;
    etp_desk desk = desk_open(
        AGGREGATOR "function S.on_offer(ctx, offer)\n"
                   "local h = ctx.history local old, new = h[1], h[-1]\n"
                   "assert(#h == 64 and h[65] == nil and h[-65] == nil and h[64].battery == new.battery)\n"
                   "assert(old.battery == 3 and new.battery == 66 and h[2].battery == 4)\n"
                   "assert(new.when == 66 and new.bid_price == 5 and new.bid_energy == 2 and new.price == 4)\n"
                   "assert(new.energy == 1 and new.best == nil and new.outcome == 'accepted')\n"
                   "assert(new.code == 'none') return 1 end return S",
        NULL);
    desk_context(&desk, 0);
    for (unsigned i = 1; i <= 66; i++)
        desk.history.bids[(i - 1) % ETP_HISTORY_MAX] = (etp_past_bid){.when = i * ETP_NS_PER_SECOND,
                                                                      .battery = i,
                                                                      .bid_price = CENTS(5),
                                                                      .bid_energy = KWH(2),
                                                                      .price = CENTS(4),
                                                                      .energy = KWH(1),
                                                                      .best = ETP_PRICE_NONE};
    desk.history.count = ETP_HISTORY_MAX;
    desk.history.first = 2;
    etp_intent intent;
    if (offer_to(&desk, 0, &intent) < 0)
        fail_msg("%s", etp_script_last_error(desk.script));
    etp_script_free(desk.script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offer_fields),         cmocka_unit_test(context_fields),
        cmocka_unit_test(random_numbers),       cmocka_unit_test(random_numbers_are_the_nodes),
        cmocka_unit_test(state_per_node),       cmocka_unit_test(history),
        cmocka_unit_test(nodes_without_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
