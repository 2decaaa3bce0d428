/* SPDX-License-Identifier: MIT */
/* Memory that ends at any point, while a script loads and while its hooks run; overruns that add up to a suspension. */
#include "script/internal.h"
#include "test_script.h"

static const char everything[] =
    "local S = { api = 1, role = 'aggregator', params = { margin = { default = 1, doc = 'kept' }, other = 2 } }\n"
    "local Point = {} Point.__index = Point\n"
    "function S.on_start(ctx) ctx.state.seen = setmetatable({}, Point) ctx.log('started ' .. ctx.name) end\n"
    "function S.on_interval(ctx, market)\n"
    "  local t = {}\n"
    "  for k, v in pairs(market) do t[#t + 1] = k .. '=' .. tostring(v) end\n"
    "  table.sort(t) ctx.log(table.concat(t, ' '))\n"
    "end\n"
    "function S.on_offer(ctx, offer)\n"
    "  local last, text = ctx.history[-1], string.format('%s %.2f', offer.health, offer.value)\n"
    "  ctx.state.text = text:gsub('%d', function(d) return d .. '0' end)\n"
    "  local ok, why = pcall(function() return offer.vlaue end)\n"
    "  if not ok and why then ctx.state.why = why end\n"
    "  return offer.value - ctx.params.margin + (last and last.price or 0), offer.energy, { ctx.deadline }\n"
    "end\n"
    "return S\n";

/* Every limit from far too little to enough: a load fails with a sentence, or gives a script that works. */
static void a_load_that_runs_out_of_memory(void **state)
{
    (void)state;
    unsigned failed = 0, loaded = 0;
    for (size_t limit = 500; limit < 150000; limit += limit < 20000 ? 61 : 397) {
        etp_script_options options = {.size = sizeof options, .memory_limit = limit};
        etp_script *script;
        etp_error error = {0};
        int result = etp_script_load_text(&script, "test.lua", everything, strlen(everything), &options, &error);
        if (result == ETP_OK) {
            loaded++;
            etp_script_free(script);
            continue;
        }
        failed++;
        assert_null(script);
        assert_true(result == ETP_ELIMIT || result == ETP_ENOMEM);
        assert_true(strlen(error.text) > 0);
    }
    assert_true(failed > 100 && loaded > 100);
}

static int call_all(etp_desk *desk)
{
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(desk->script);
    const etp_market market = {.spot = CENTS(5), .forecast = ETP_PRICE_NONE};
    etp_intent intent;
    const etp_context *context = desk_context(desk, 0);
    desk->history = (etp_history){.count = 3};
    int first = hooks->on_start(desk->script, context), second = hooks->on_interval(desk->script, context, &market);
    int third = offer_to(desk, 0, &intent);
    return first < 0 ? first : second < 0 ? second : third;
}

/* The N-th allocation of a call fails, for each N: what is left must be a script that works once there is memory. */
static void calls_that_run_out_of_memory(void **state)
{
    (void)state;
    unsigned failed = 0;
    for (size_t room = 0; room < 12000; room += 23) {
        etp_desk desk = desk_open(everything, NULL);
        etp_meter *meter = &desk.script->vm->meter;
        size_t limit = meter->memory_limit;
        meter->memory_limit = meter->memory_now + room;
        int result = call_all(&desk);
        assert_true(result >= 0 || result == ETP_ELIMIT);
        failed += result < 0;
        meter->memory_limit = limit;
        if (call_all(&desk) < 0)
            fail_msg("room for %zu bytes: %s", room, etp_script_last_error(desk.script));
        etp_script_free(desk.script);
    }
    assert_true(failed > 20);
}

/* Fields that are learned under a failing allocation. */
static void views_survive_a_lack_of_memory(void **state)
{
    (void)state;
    for (size_t room = 0; room < 2000; room += 8) {
        etp_desk desk = desk_open(AGGREGATOR "function S.on_offer(ctx, offer)\n"
                                             "assert(ctx.name == 'firm-0' and ctx.now == 1700000000)\n"
                                             "ctx.state.n = (ctx.state.n or 0) + 1\n"
                                             "assert(offer.health == 'good' and offer.reserve == nil)\n"
                                             "return offer.value, offer.energy end return S",
                                  NULL);
        etp_meter *meter = &desk.script->vm->meter;
        size_t limit = meter->memory_limit;
        meter->memory_limit = meter->memory_now + room;
        etp_intent intent;
        offer_to(&desk, 0, &intent);
        meter->memory_limit = limit;
        assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
        assert_true(intent.price == CENTS(12.5) && intent.energy == 2500000);
        etp_script_free(desk.script);
    }
}

/* The smallest limit with which a call goes well, after so many calls of the same hook. */
static uint64_t instructions_needed(unsigned calls_before)
{
    for (uint64_t limit = 1; limit < 2000; limit++) {
        etp_desk desk = desk_open(AGGREGATOR "function S.on_offer(ctx, offer)\n"
                                             "local sum = offer.value + (offer.reserve or 0) + ctx.now\n"
                                             "for i = 1, 50 do sum = sum + offer.energy end\n"
                                             "ctx.state.sum = sum return 1 end return S",
                                  NULL);
        etp_intent intent;
        for (unsigned i = 0; i < calls_before; i++)
            assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
        desk.script->options.instruction_limit = limit;
        int decision = offer_to(&desk, 0, &intent);
        etp_script_free(desk.script);
        if (decision == ETP_DECIDE_BID)
            return limit;
    }
    return 0;
}

static void what_was_learned_costs_no_instructions(void **state)
{
    (void)state;
    uint64_t needed = instructions_needed(0);
    assert_true(needed > 150 && needed < 400);
    assert_int_equal(instructions_needed(1), needed);
    assert_int_equal(instructions_needed(5), needed);
}

/* ---- suspension ---- */

static const char every_nth[] = AGGREGATOR "function S.on_offer(ctx)\n"
                                           "  local n = (ctx.state.n or 0) + 1 ctx.state.n = n\n"
                                           "  if n %% %d == 0 then while true do end end\n"
                                           "  return 1 end\n"
                                           "return S\n";

static etp_script_stats stats_after(int every, const etp_script_options *options, int calls)
{
    char source[512];
    snprintf(source, sizeof source, every_nth, every);
    etp_desk desk = desk_open(source, options);
    etp_intent intent;
    for (int i = 0; i < calls; i++)
        offer_to(&desk, 0, &intent);
    etp_script_stats stats;
    etp_script_get_stats(desk.script, &stats);
    etp_script_free(desk.script);
    return stats;
}

static void overruns_suspend_soon(void **state)
{
    (void)state;
    etp_script_options options = {
        .size = sizeof options, .instruction_limit = 1000, .suspend_after = 1000, .suspend_after_overruns = 3};
    etp_script_stats stats = stats_after(1, &options, 100);
    assert_true(stats.suspended);
    assert_true(stats.calls == 3 && stats.errors == 3 && stats.overruns == 3);
    /* Good calls between them do not help. */
    stats = stats_after(10, &options, 100);
    assert_true(stats.suspended);
    assert_true(stats.calls == 30 && stats.overruns == 3);
}

static void rare_overruns_are_forgiven(void **state)
{
    (void)state;
    etp_script_options options = {.size = sizeof options, .instruction_limit = 1000, .suspend_after_overruns = 3};
    etp_script_stats stats = stats_after(1000, &options, 20000);
    assert_false(stats.suspended);
    assert_int_equal(stats.overruns, 20);
    stats = stats_after(400, &options, 20000);
    assert_true(stats.suspended);
}

static void errors_suspend_later(void **state)
{
    (void)state;
    etp_script_options options = {.size = sizeof options, .suspend_after_overruns = 3};
    etp_desk desk = desk_open(AGGREGATOR "function S.on_offer() error('no') end return S", &options);
    etp_intent intent;
    for (int i = 0; i < 500; i++)
        assert_int_equal(offer_to(&desk, 0, &intent), ETP_ESCRIPT);
    etp_script_free(desk.script);
}

static void none_suspend_unless_asked(void **state)
{
    (void)state;
    etp_script_options options = {.size = sizeof options, .instruction_limit = 1000};
    etp_script_stats stats = stats_after(1, &options, 100);
    assert_false(stats.suspended);
    assert_int_equal(stats.overruns, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_load_that_runs_out_of_memory), cmocka_unit_test(calls_that_run_out_of_memory),
        cmocka_unit_test(views_survive_a_lack_of_memory), cmocka_unit_test(what_was_learned_costs_no_instructions),
        cmocka_unit_test(overruns_suspend_soon),          cmocka_unit_test(rare_overruns_are_forgiven),
        cmocka_unit_test(errors_suspend_later),           cmocka_unit_test(none_suspend_unless_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
