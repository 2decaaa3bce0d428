/* SPDX-License-Identifier: MIT */
/* Every hook through the vtable: what a script sees, and what becomes of what it returns. */
#include "test_script.h"

static int offer_with(const char *body, etp_intent *intent, char *text, size_t room)
{
    char source[2048];
    snprintf(source, sizeof source, AGGREGATOR "function S.on_offer(ctx, offer)\n%s\nend\nreturn S\n", body);
    etp_desk desk = desk_open(source, NULL);
    int decision = offer_to(&desk, 0, intent);
    if (decision >= 0)
        snprintf(text, room, "%s", intent->reason != NULL ? intent->reason : "");
    else
        snprintf(text, room, "%s", etp_script_last_error(desk.script));
    intent->reason = NULL;
    etp_script_free(desk.script);
    return decision;
}

static void offer_answers(void **state)
{
    (void)state;
    etp_intent intent;
    char text[512];
    assert_int_equal(offer_with("return 7.5, 1.25", &intent, text, sizeof text), ETP_DECIDE_BID);
    assert_int_equal(intent.price, CENTS(7.5));
    assert_int_equal(intent.energy, KWH(1.25));
    assert_int_equal(offer_with("return 0", &intent, text, sizeof text), ETP_DECIDE_BID);
    assert_int_equal(intent.price, 0);
    assert_int_equal(intent.energy, KWH(2.5));
    assert_int_equal(offer_with("return 10000, 0.5, 'more', {}", &intent, text, sizeof text), ETP_DECIDE_BID);
    assert_int_equal(intent.price, ETP_PRICE_MAX);
    assert_int_equal(offer_with("return nil, 'too dear'", &intent, text, sizeof text), ETP_DECIDE_PASS);
    assert_string_equal(text, "too dear");
    assert_int_equal(offer_with("return false", &intent, text, sizeof text), ETP_DECIDE_PASS);
    assert_string_equal(text, "");
    assert_int_equal(offer_with("return nil", &intent, text, sizeof text), ETP_DECIDE_PASS);
    assert_int_equal(
        offer_with("local t = {} for i = 1, 5000 do t[i] = 6 end return table.unpack(t)", &intent, text, sizeof text),
        ETP_DECIDE_BID);
    assert_true(intent.price == CENTS(6) && intent.energy == KWH(6));
    assert_int_equal(offer_with("return 7, 0", &intent, text, sizeof text), ETP_DECIDE_PASS);
    assert_string_equal(text, "no energy");
    assert_int_equal(offer_with("return 'wait'", &intent, text, sizeof text), ETP_DECIDE_WAIT);
}

/* What is worth less than nothing is not bid for, and there is nothing wrong with that. */
static void a_price_below_nothing_is_no_bid(void **state)
{
    (void)state;
    static const char *const bodies[] = {"return -0.01",           "return -0.00001",
                                         "return -1, 1",           "return -1e300",
                                         "return math.mininteger", "return offer.value - 20, offer.energy"};
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++) {
        etp_intent intent;
        char text[512];
        if (offer_with(bodies[i], &intent, text, sizeof text) != ETP_DECIDE_PASS)
            fail_msg("%s: %s", bodies[i], text);
        assert_string_equal(text, "a price below 0");
    }
    etp_intent intent;
    char text[512];
    assert_int_equal(offer_with("return -0.0", &intent, text, sizeof text), ETP_DECIDE_BID);
    assert_int_equal(intent.price, 0);
}

static void offer_answers_that_cannot_be_used(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"", "test.lua: on_offer returned nothing; end it with \"return nil\" for no bid"},
        {"return", "on_offer returned nothing"},
        {"if offer.value > 99 then return 1 end", "on_offer returned nothing"},
        {"return (function() end)()", "on_offer returned nothing"},
        {"return 0/0", "test.lua: on_offer returned "},
        {"return 1/0", "on_offer returned inf; a price is a number from 0 to 10000 c/kWh"},
        {"return -1/0", "on_offer returned -inf; a price"},
        {"return 10000.1", "on_offer returned 10000.1; a price"},
        {"return '7'", "on_offer returned the string \"7\"; a price"},
        {"return 'Wait'", "on_offer returned the string \"Wait\"; did you mean \"wait\"?"},
        {"return 'WAIT '", "did you mean \"wait\"?"},
        {"return ' wiat\\n'", "did you mean \"wait\"?"},
        {"return 'hold'", "on_offer returned the string \"hold\"; a price"},
        {"return 7, 'Wait'", "on_offer returned the string \"Wait\"; an energy"},
        {"return true", "on_offer returned a boolean; a price"},
        {"return {}", "on_offer returned a table; a price"},
        {"return 7, -1", "on_offer returned -1; an energy is a number from 0 to 1000000 kWh"},
        {"return 7, 0/0", "an energy is a number"},
        {"return 7, math.huge", "on_offer returned inf; an energy"},
        {"return 7, 'all'", "on_offer returned the string \"all\"; an energy"},
        {"return 7, 1e7", "on_offer returned 10000000; an energy"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        etp_intent intent;
        char text[512];
        assert_true(offer_with(cases[i][0], &intent, text, sizeof text) < 0);
        assert_contains(text, cases[i][1]);
    }
}

static const char all_hooks[] =
    AGGREGATOR "function S.on_start(ctx) ctx.state.started = true end\n"
               "function S.on_interval(ctx, market)\n"
               "  assert(ctx.state.started and market.index == 3 and market.starts == 10 and market.ends == 20)\n"
               "  assert(market.second_of_day == 3600 and market.spot == nil and market.forecast == -1.5)\n"
               "  assert(market.mechanism == 'ascending' and market.value == 8 and market.need == 2)\n"
               "  assert(market.budget == 0.5)\nend\n"
               "function S.on_result(ctx, result)\n"
               "  assert(result.battery == 9 and result.outcome == 'outbid' and result.code == 'outbid')\n"
               "  assert(result.price == nil and result.energy == 0 and result.bid_price == 6)\n"
               "  assert(result.bid_energy == 1 and result.best == 7 and result.value == 9 and result.closes == 30)\n"
               "  if result.may_rebid == true then return result.best + 0.5 end\nend\n"
               "function S.on_fault(ctx, fault)\n"
               "  assert(fault.kind == 'delay' and fault.peer == 4 and fault.type == 'BidAccept')\n"
               "  assert(fault.delay == 0.75 and fault.code == 'none')\nend\n"
               "function S.on_save() end\nfunction S.on_load() end\nreturn S\n";

static etp_market a_market(void)
{
    return (etp_market){.index = 3,
                        .starts = 10 * ETP_NS_PER_SECOND,
                        .ends = 20 * ETP_NS_PER_SECOND,
                        .second_of_day = 3600,
                        .spot = ETP_PRICE_NONE,
                        .forecast = -CENTS(1.5),
                        .mechanism = ETP_ASCENDING,
                        .value = CENTS(8),
                        .need = KWH(2),
                        .budget = 500000};
}

static void aggregator(void **state)
{
    (void)state;
    etp_desk desk = desk_open(all_hooks, NULL);
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(desk.script);
    const etp_context *context = desk_context(&desk, 0);
    etp_market market = a_market();
    assert_null(hooks->on_offer);
    assert_int_equal(hooks->on_start(desk.script, context), 0);
    assert_int_equal(hooks->on_interval(desk.script, context, &market), 0);
    etp_result_view result = {.battery = 9,
                              .outcome = ETP_OUTCOME_OUTBID,
                              .code = ETP_CODE_OUTBID,
                              .price = ETP_PRICE_NONE,
                              .bid_price = CENTS(6),
                              .bid_energy = KWH(1),
                              .best = CENTS(7),
                              .value = CENTS(9),
                              .closes = 30 * ETP_NS_PER_SECOND,
                              .may_rebid = true};
    etp_intent intent = {0};
    assert_int_equal(hooks->on_result(desk.script, context, &result, &intent), ETP_DECIDE_BID);
    assert_int_equal(intent.price, CENTS(7.5));
    result.may_rebid = false;
    assert_int_equal(hooks->on_result(desk.script, context, &result, &intent), ETP_DECIDE_PASS);
    etp_fault fault = {ETP_FAULT_DELAY, 4, ETP_BID_ACCEPT, 750 * ETP_NS_PER_MS, ETP_CODE_NONE};
    assert_int_equal(hooks->on_fault(desk.script, context, &fault), 0);
    assert_string_equal(etp_script_last_error(desk.script), "");
    etp_script_free(desk.script);
}

static int result_with(const char *body, etp_intent *intent, const char *part)
{
    char source[512];
    snprintf(source, sizeof source, AGGREGATOR "function S.on_result(ctx, result) %s end return S", body);
    etp_desk desk = desk_open(source, NULL);
    const etp_result_view result = {
        .outcome = ETP_OUTCOME_OUTBID, .price = ETP_PRICE_NONE, .best = ETP_PRICE_NONE, .may_rebid = true};
    *intent = (etp_intent){.price = -1};
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(desk.script);
    int decision = hooks->on_result(desk.script, desk_context(&desk, 0), &result, intent);
    assert_contains(etp_script_last_error(desk.script), part);
    etp_script_free(desk.script);
    return decision;
}

static void result_answers(void **state)
{
    (void)state;
    etp_intent intent;
    assert_int_equal(result_with("return 7.5", &intent, ""), ETP_DECIDE_BID);
    assert_int_equal(intent.price, CENTS(7.5));
    static const char *const passes[] = {"", "return nil", "return false", "return -0.01", "return -1e300"};
    for (size_t i = 0; i < sizeof passes / sizeof passes[0]; i++)
        assert_int_equal(result_with(passes[i], &intent, ""), ETP_DECIDE_PASS);
    assert_true(result_with("return 0/0", &intent, "on_result returned ") < 0);
    assert_true(result_with("return -1/0", &intent, "on_result returned -inf; a price") < 0);
    assert_true(result_with("return 10001", &intent, "on_result returned 10001; a price") < 0);
    assert_true(result_with("return 'wait'", &intent, "on_result returned the string \"wait\"; a price") < 0);
    assert_true(result_with("return 'Wait'", &intent, "on_result returned the string \"Wait\"; a price") < 0);
    assert_true(result_with("return {}", &intent, "on_result returned a table; a price") < 0);
}

static const char policy[] =
    BESS "function S.on_start(ctx) ctx.state.sold = 0 end\n"
         "function S.on_interval(ctx, market) assert(market.index == 3 and market.forecast == -1.5)\n"
         "  assert(not pcall(function() return market.value end)) end\n"
         "function S.reserve(ctx, b)\n"
         "  assert(b.energy_total == 9 and b.capacity == 10 and b.floor == 1 and b.available == 7.5)\n"
         "  assert(b.lot == 0.4 and b.level == 'high' and b.health == 'poor' and b.voltage == 51.25)\n"
         "  assert(b.power == 5 and b.one_way == 0.943398 and b.wear == 4 and b.feed_in == 3.3)\n"
         "  assert(b.retail == 28 and b.expected_need == 6 and b.interval == 12 and b.second_of_day == 61200)\n"
         "  assert(b.spot == 8.25 and b.forecast == nil and ctx.history[1] == nil and ctx.deadline == 1700000001)\n"
         "  return 7.47, b.lot / 2\nend\n"
         "function S.on_result(ctx, sale)\n"
         "  assert(sale.lot == 2 and sale.sold == 1.5 and sale.revenue == 0.12 and sale.reserve == 7)\n"
         "  assert(sale.bids == 4 and sale.lapsed == 1)\n  ctx.state.sold = ctx.state.sold + sale.sold\nend\n"
         "function S.on_fault(ctx, fault) assert(fault.kind == 'link' and fault.peer == 5) end\nreturn S\n";

static etp_battery_view a_battery(void)
{
    return (etp_battery_view){.energy_total = KWH(9),
                              .capacity = KWH(10),
                              .floor = KWH(1),
                              .available = KWH(7.5),
                              .lot = 400000,
                              .level = ETP_LEVEL_HIGH,
                              .health = ETP_HEALTH_POOR,
                              .voltage_mv = 51250,
                              .power = 5 * ETP_POWER_PER_KW,
                              .one_way_ppm = 943398,
                              .wear = CENTS(4),
                              .feed_in = 33000,
                              .retail = CENTS(28),
                              .expected_need = KWH(6),
                              .interval = 12,
                              .second_of_day = 61200,
                              .spot = CENTS(8.25),
                              .forecast = ETP_PRICE_NONE};
}

static void bess(void **state)
{
    (void)state;
    etp_desk desk = desk_open(policy, NULL);
    const etp_bess_hooks *hooks = etp_script_bess_hooks(desk.script);
    etp_context context = *desk_context(&desk, 0);
    context.history = NULL;
    context.deadline = context.now + ETP_NS_PER_SECOND;
    etp_market market = a_market();
    etp_battery_view battery = a_battery();
    etp_reserve answer = {.energy = battery.lot};
    assert_int_equal(hooks->on_start(desk.script, &context), 0);
    assert_int_equal(hooks->on_interval(desk.script, &context, &market), 0);
    assert_int_equal(hooks->reserve(desk.script, &context, &battery, &answer), 0);
    assert_int_equal(answer.price, 74700);
    assert_int_equal(answer.energy, 200000);
    etp_sale_view sale = {KWH(2), KWH(1.5), 120000, CENTS(7), 4, 1};
    assert_int_equal(hooks->on_result(desk.script, &context, &sale), 0);
    etp_fault fault = {.kind = ETP_FAULT_LINK, .peer = 5};
    assert_int_equal(hooks->on_fault(desk.script, &context, &fault), 0);
    assert_string_equal(etp_script_last_error(desk.script), "");
    etp_script_free(desk.script);
}

static int reserve_with(const char *body, etp_reserve *answer, const char *part)
{
    char source[512];
    snprintf(source, sizeof source, BESS "function S.reserve(ctx, battery) %s end return S", body);
    etp_desk desk = desk_open(source, NULL);
    etp_battery_view battery = a_battery();
    *answer = (etp_reserve){.price = -1, .energy = battery.lot};
    int result = etp_script_bess_hooks(desk.script)->reserve(desk.script, desk_context(&desk, 0), &battery, answer);
    assert_contains(etp_script_last_error(desk.script), part);
    etp_script_free(desk.script);
    return result;
}

static void reserve_answers(void **state)
{
    (void)state;
    etp_reserve answer;
    assert_int_equal(reserve_with("return 8", &answer, ""), 0);
    assert_true(answer.price == CENTS(8) && answer.energy == 400000);
    assert_int_equal(reserve_with("return 8, 0", &answer, ""), 0);
    assert_int_equal(answer.energy, 0);
    assert_int_equal(reserve_with("return false", &answer, ""), 0);
    assert_int_equal(answer.energy, 0);
    assert_int_equal(reserve_with("return 8, -0.5", &answer, ""), 0);
    assert_true(answer.price == CENTS(8) && answer.energy == 0);
    assert_true(reserve_with("return 8, -1/0", &answer, "reserve returned -inf; an energy") < 0);
    assert_true(reserve_with("return -1", &answer, "reserve returned -1; a price is a number") < 0);
    assert_true(reserve_with("", &answer, "reserve returned nothing; a price is a number") < 0);
    assert_true(reserve_with("return 8, {}", &answer, "reserve returned a table; an energy") < 0);
    assert_true(answer.price == -1 && answer.energy == 400000);
    assert_true(reserve_with("return battery.lott", &answer, "battery has no field \"lott\"; did you mean \"lot\"?") <
                0);
    assert_true(reserve_with("total = 1", &answer, "global \"total\" cannot be written in a hook") < 0);
    assert_true(reserve_with("rawset(_G, 'total', 1)", &answer, "the environment is not open") < 0);
}

static int choose_with(const char *body, unsigned *order, const char *part)
{
    static const etp_bid bids[] = {{.bidder = 11, .price = 90000, .energy = KWH(1), .arrival = ETP_NS_PER_SECOND},
                                   {.bidder = 12, .price = 80000, .energy = KWH(2), .arrival = 2 * ETP_NS_PER_SECOND},
                                   {.bidder = 13, .price = 70000, .energy = KWH(3), .arrival = 3 * ETP_NS_PER_SECOND}};
    char source[1024];
    snprintf(source, sizeof source, BESS "function S.choose(ctx, bids) %s end return S", body);
    etp_desk desk = desk_open(source, NULL);
    const etp_bess_hooks *hooks = etp_script_bess_hooks(desk.script);
    int count = hooks->choose(desk.script, desk_context(&desk, 0), bids, 3, order);
    assert_contains(etp_script_last_error(desk.script), part);
    etp_script_free(desk.script);
    return count;
}

static void choose(void **state)
{
    (void)state;
    unsigned order[3];
    assert_int_equal(choose_with("return { 3, 1 }", order, ""), 2);
    assert_true(order[0] == 2 && order[1] == 0);
    assert_int_equal(choose_with("return nil", order, ""), 0);
    assert_int_equal(choose_with("return {}", order, ""), 0);
    /* Two places of the list at once are two bids. */
    assert_int_equal(
        choose_with("local a, b = bids[1], bids[2] assert(#bids == 3 and a.bidder == 11 and b.bidder == 12 "
                    "and a.price == 9 and b.energy == 2 and a.arrival == 1 and bids[4] == nil "
                    "and bids[0] == nil) return { 2, 1, 3 }",
                    order, ""),
        3);
    assert_true(order[0] == 1 && order[1] == 0 && order[2] == 2);
    assert_true(choose_with("return { 1, 1 }", order, "choose returned a list that names bid 1 twice") < 0);
    assert_true(choose_with("return { 4 }", order, "entry 1 is no place from 1 to 3") < 0);
    assert_true(choose_with("return { 1.5 }", order, "entry 1 is no place") < 0);
    assert_true(choose_with("return { '1' }", order, "entry 1 is no place") < 0);
    assert_true(choose_with("return { 1, 2, 3, 1 }", order, "choose returned 4 places; there are 3 bids") < 0);
    assert_true(choose_with("return 1", order, "choose returned a number; it returns a list of places") < 0);
    assert_true(choose_with("bids[1] = 2", order, "bids is read-only") < 0);
    assert_true(choose_with("return bids.first", order, "bids is a list") < 0);
}

/* Prices that are not disclosed are nil, and arithmetic on nil does not say so by itself. */
static void what_was_nil(void **state)
{
    (void)state;
    static const char hint[] = "offer.reserve was nil: the owner's price is not disclosed here";
    evaluate_fails("return offer.reserve + 1", "(field 'reserve'); offer.reserve was nil: the owner's");
    evaluate_fails("if offer.value < offer.reserve then return nil end", "number with nil; offer.reserve was nil");
    evaluate_fails("local r = offer.reserve return r * 2", hint);
    evaluate_fails("local last = ctx.history[-1] return last.best", "(local 'last')\n");
    evaluate_fails("local r = offer.reserve or 0 return ctx.state.mean + r", "(field 'mean')\n");
    evaluate_fails("local r = offer.reserve or 0 return elephant + r", "(global 'elephant')\n");
    evaluate_fails("local r = offer.reserve or 0 error('mine')", "mine\n");
    etp_intent intent;
    assert_true(result_with("return result.price - 1", &intent, "result.price was nil: only an accepted bid has") < 0);
    assert_true(result_with("return result.best + 1", &intent, "result.best was nil: the price to beat is not") < 0);
    assert_true(result_with("local x = result.best return ctx.state.x.y", &intent, "(field 'x')\n") < 0);
}

/* Who leaves ctx out, or puts it last, is told how hooks are called. */
static void arguments_in_other_places(void **state)
{
    (void)state;
    static const char call[] = "a hook is called as on_offer(ctx, offer), with a dot";
    evaluate_fails("return ctx.value", "test.lua:3: ctx has no field \"value\"; a hook is called as");
    evaluate_fails("return ctx.may_rebid", call);
    evaluate_fails("return ctx[1]", call);
    evaluate_fails("return offer.params", "offer has no field \"params\"; a hook is called as");
    evaluate_fails("return offer.state", call);
    etp_reserve answer;
    assert_true(reserve_with("return ctx.wear", &answer, "a hook is called as reserve(ctx, battery)") < 0);
    unsigned order[3];
    assert_true(choose_with("return ctx[1].price", order, "a hook is called as choose(ctx, bids)") < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offer_answers),
        cmocka_unit_test(offer_answers_that_cannot_be_used),
        cmocka_unit_test(aggregator),
        cmocka_unit_test(bess),
        cmocka_unit_test(reserve_answers),
        cmocka_unit_test(choose),
        cmocka_unit_test(a_price_below_nothing_is_no_bid),
        cmocka_unit_test(what_was_nil),
        cmocka_unit_test(result_answers),
        cmocka_unit_test(arguments_in_other_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
