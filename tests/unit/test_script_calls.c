/* SPDX-License-Identifier: MIT */
/* Calls over time: views that expire, no garbage, statistics, the log and its rate, suspension. */
#include "test_script.h"

static void views_expire(void **state)
{
    (void)state;
    etp_desk desk =
        desk_open("local kept\n" AGGREGATOR "function S.on_start(ctx) kept = ctx end\n"
                  "function S.on_offer(ctx, offer) assert(kept.device_id == 100) ctx.state.offer = offer return 1 end\n"
                  "function S.on_interval(ctx, market) return ctx.state.offer.value end\n"
                  "return S\n",
                  NULL);
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(desk.script);
    etp_market market = {0};
    etp_intent intent;
    assert_int_equal(hooks->on_start(desk.script, desk_context(&desk, 0)), 0);
    assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
    assert_true(hooks->on_interval(desk.script, desk_context(&desk, 0), &market) < 0);
    assert_contains(etp_script_last_error(desk.script),
                    "test.lua:5: offer is only valid during the call that it was given to; copy what you need");
    etp_script_free(desk.script);
}

static void elements_expire(void **state)
{
    (void)state;
    etp_desk desk = desk_open(BESS "function S.choose(ctx, bids) ctx.state.bid, ctx.state.bids = bids[1], bids end\n"
                                   "function S.on_start(ctx) return ctx.state.bid.price end\n"
                                   "function S.on_interval(ctx) return #ctx.state.bids end\n"
                                   "return S\n",
                              NULL);
    const etp_bess_hooks *hooks = etp_script_bess_hooks(desk.script);
    const etp_bid bid = {.bidder = 1};
    const etp_market market = {0};
    unsigned order;
    assert_int_equal(hooks->choose(desk.script, desk_context(&desk, 0), &bid, 1, &order), 0);
    assert_true(hooks->on_start(desk.script, desk_context(&desk, 0)) < 0);
    assert_contains(etp_script_last_error(desk.script), "bid is only valid during the call");
    assert_true(hooks->on_interval(desk.script, desk_context(&desk, 0), &market) < 0);
    assert_contains(etp_script_last_error(desk.script), "bids is only valid during the call");
    etp_script_free(desk.script);
}

static void views_are_read_only(void **state)
{
    (void)state;
    evaluate_fails("offer.value = 99", "test.lua:3: offer is read-only; keep your own values in ctx.state");
    evaluate_fails("return offer.vlaue", "test.lua:3: offer has no field \"vlaue\"; did you mean \"value\"?");
    evaluate_fails("return offer[1]", "offer has no field \"1\"");
    evaluate_fails("return offer[{}]", "offer has no field \"table\"");
    evaluate_fails("rawset(offer, 'value', 1)", "table expected");
    assert_lua("setmetatable({}, { __index = offer }).value == 12.5");
}

/* If a call left anything behind, the memory in use would not stand still. */
static void no_garbage(void **state)
{
    (void)state;
    etp_desk desk =
        desk_open("local S = { api = 1, role = 'aggregator', params = { margin = 0.5 } }\n"
                  "function S.on_offer(ctx, offer)\n"
                  "  if offer.health == 'poor' or ctx.name == '' then return nil, 'poor' end\n"
                  "  local last = ctx.history[-1]\n"
                  "  ctx.state.count = (ctx.state.count or 0) + ctx.rng(1, 6)\n"
                  "  local best = last and last.best or offer.reserve or 0\n"
                  "  return math.max(best, offer.value - ctx.params.margin), math.min(offer.energy, offer.need)\n"
                  "end\n"
                  "return S\n",
                  NULL);
    desk_context(&desk, 0);
    desk.history = (etp_history){.count = 1, .bids = {{.best = CENTS(3), .price = ETP_PRICE_NONE}}};
    etp_intent intent;
    etp_script_stats before, after;
    for (int i = 0; i < 100; i++)
        assert_int_equal(offer_to(&desk, (uint32_t)i % 4, &intent), ETP_DECIDE_BID);
    etp_script_get_stats(desk.script, &before);
    for (int i = 0; i < 100000; i++)
        offer_to(&desk, (uint32_t)i % 4, &intent);
    etp_script_get_stats(desk.script, &after);
    assert_int_equal(intent.price, CENTS(12));
    assert_int_equal(after.calls, 100100);
    assert_int_equal(after.errors, 0);
    assert_int_equal(after.memory_now, before.memory_now);
    assert_int_equal(after.memory_peak, before.memory_peak);
    etp_script_free(desk.script);
}

static void statistics(void **state)
{
    (void)state;
    etp_desk desk = desk_open(
        AGGREGATOR "function S.on_offer(ctx)\n"
                   "  local n = (ctx.state.n or 0) + 1 ctx.state.n = n\n"
                   "  if n == 2 then error('second') elseif n == 3 then while true do end\n"
                   "  elseif n == 4 then return {} elseif n == 5 then return ('x'):rep(1000000):rep(1e9) end\n"
                   "  return 1 end\n"
                   "return S\n",
        NULL);
    static const int expected[] = {ETP_DECIDE_BID, ETP_ESCRIPT, ETP_ELIMIT, ETP_ESCRIPT, ETP_ESCRIPT, ETP_DECIDE_BID};
    etp_script_stats stats;
    etp_intent intent;
    for (int i = 0; i < 6; i++)
        assert_int_equal(offer_to(&desk, 0, &intent), expected[i]);
    etp_script_get_stats(desk.script, &stats);
    assert_int_equal(stats.calls, 6);
    assert_int_equal(stats.errors, 4);
    assert_int_equal(stats.overruns, 1);
    assert_false(stats.suspended);
    assert_true(stats.memory_now > 0 && stats.memory_now <= stats.memory_peak);
    etp_script_free(desk.script);
}

static void traceback(void **state)
{
    (void)state;
    etp_desk desk = desk_open(AGGREGATOR "local function deep() error('here') end\n"
                                         "function S.on_offer() deep() end\n"
                                         "return S\n",
                              NULL);
    etp_intent intent;
    assert_int_equal(offer_to(&desk, 0, &intent), ETP_ESCRIPT);
    assert_contains(etp_script_last_error(desk.script), "on_offer: test.lua:2: here\nstack traceback:");
    assert_contains(etp_script_last_error(desk.script), "test.lua:3: in ");
    etp_script_free(desk.script);
}

/* A limit holds for one call: the next one has a full budget again. */
static void limits_are_per_call(void **state)
{
    (void)state;
    etp_script_options options = {.size = sizeof options, .instruction_limit = 20000, .memory_limit = 200000};
    etp_desk desk = desk_open(AGGREGATOR "function S.on_offer(ctx)\n"
                                         "  local n = (ctx.state.n or 0) + 1 ctx.state.n = n\n"
                                         "  if n == 5 then while true do pcall(error) end end\n"
                                         "  if n == 7 then local t = {} for i = 1, 1e9 do t[i] = { i } end end\n"
                                         "  for _ = 1, 3000 do end return 1 end\n"
                                         "return S\n",
                              &options);
    etp_intent intent;
    for (int i = 1; i <= 100; i++)
        assert_int_equal(offer_to(&desk, 0, &intent), i == 5 || i == 7 ? ETP_ELIMIT : ETP_DECIDE_BID);
    etp_script_stats stats;
    etp_script_get_stats(desk.script, &stats);
    assert_int_equal(stats.overruns, 2);
    assert_true(stats.memory_peak <= 200000);
    etp_script_free(desk.script);
}

static void small_limits_hold(void **state)
{
    (void)state;
    etp_script_options options = {.size = sizeof options, .instruction_limit = 100};
    etp_desk desk =
        desk_open(AGGREGATOR "function S.on_offer(ctx, offer) local n = ctx.state.n or 40 ctx.state.n = 120 "
                             "for _ = 1, n do end return 1 end return S",
                  &options);
    etp_intent intent;
    assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
    assert_int_equal(offer_to(&desk, 0, &intent), ETP_ELIMIT);
    etp_script_free(desk.script);
}

typedef struct log_record {
    unsigned lines, errors;
    char last[2048];
} log_record;

static void keep_line(void *user, etp_log_level level, const char *component, const char *text)
{
    log_record *record = user;
    record->lines += level == ETP_LOG_INFO;
    record->errors += level == ETP_LOG_ERROR;
    assert_string_equal(component, "script");
    snprintf(record->last, sizeof record->last, "%s", text);
}

static void suspension(void **state)
{
    (void)state;
    log_record record = {0};
    etp_logger logger = {keep_line, &record, ETP_LOG_INFO};
    etp_script_options options = {.size = sizeof options, .suspend_after = 3, .logger = &logger};
    etp_desk desk = desk_open(AGGREGATOR "function S.on_offer(ctx)\n"
                                         "  local n = (ctx.state.n or 0) + 1 ctx.state.n = n\n"
                                         "  if n == 3 then return 1 end error('bad') end\n"
                                         "return S\n",
                              &options);
    static const int expected[] = {ETP_ESCRIPT, ETP_ESCRIPT, ETP_DECIDE_BID, ETP_ESCRIPT,
                                   ETP_ESCRIPT, ETP_ESCRIPT, ETP_ESTATE,     ETP_ESTATE};
    etp_intent intent;
    for (int i = 0; i < 8; i++)
        assert_int_equal(offer_to(&desk, 0, &intent), expected[i]);
    etp_script_stats stats;
    etp_script_get_stats(desk.script, &stats);
    assert_true(stats.suspended);
    assert_int_equal(stats.calls, 6);
    assert_int_equal(record.errors, 6);
    assert_contains(record.last, "strategy=test suspended after=3");
    etp_script_free(desk.script);
}

static void log_lines(void **state)
{
    (void)state;
    log_record record = {0};
    etp_logger logger = {keep_line, &record, ETP_LOG_INFO};
    etp_script_options options = {.size = sizeof options, .logger = &logger};
    etp_desk desk = desk_open(AGGREGATOR "function S.on_offer(ctx, offer)\n"
                                         "  ctx.log('a\\nb' .. offer.value)\n"
                                         "  ctx.log(('x'):rep(5000)) return 1 end\n"
                                         "return S\n",
                              &options);
    etp_intent intent;
    etp_script_stats stats;
    for (int i = 0; i < 999; i++)
        assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
    etp_script_get_stats(desk.script, &stats);
    assert_int_equal(stats.log_lines, 100);
    assert_int_equal(stats.log_dropped, 2 * 999 - 100);
    assert_int_equal(record.lines, 100);
    assert_true(strlen(record.last) < 600);
    offer_to(&desk, 0, &intent);
    etp_script_get_stats(desk.script, &stats);
    assert_int_equal(stats.log_lines, 102);
    etp_script_free(desk.script);
}

/* The traceback has lines of its own; the log gets one. */
static void error_line_is_clean(void **state)
{
    (void)state;
    log_record record = {0};
    etp_logger logger = {keep_line, &record, ETP_LOG_INFO};
    etp_script_options options = {.size = sizeof options, .logger = &logger};
    etp_desk desk = desk_open(AGGREGATOR "function S.on_offer(ctx) error('a\\nb') end return S", &options);
    etp_intent intent;
    for (int i = 0; i < 300; i++)
        assert_int_equal(offer_to(&desk, 0, &intent), ETP_ESCRIPT);
    assert_contains(record.last, "strategy=test hook=on_offer at=test.lua:2 error=ETP_ESCRIPT text=\"on_offer: "
                                 "test.lua:2: a b stack traceback:");
    assert_null(strchr(record.last, '\n'));
    assert_int_equal(record.errors, 100);
    etp_script_free(desk.script);
}

static void expect_place(const char *body, const char *part)
{
    log_record record = {0};
    etp_logger logger = {keep_line, &record, ETP_LOG_INFO};
    etp_script_options options = {.size = sizeof options, .logger = &logger};
    char source[512];
    snprintf(source, sizeof source, AGGREGATOR "function S.on_offer(ctx, offer)\n%s\nend return S", body);
    etp_desk desk = desk_open(source, &options);
    etp_intent intent;
    assert_true(offer_to(&desk, 0, &intent) < 0);
    assert_contains(record.last, part);
    etp_script_free(desk.script);
}

static void error_lines_name_the_place(void **state)
{
    (void)state;
    expect_place("error('free words', 0)", "hook=on_offer at=test.lua:3 error=ETP_ESCRIPT text=\"on_offer: free words");
    expect_place("\nreturn offer.vlaue", "hook=on_offer at=test.lua:4 error=");
    expect_place("return {}", "hook=on_offer at=test.lua error=ETP_ESCRIPT text=\"test.lua: on_offer returned a table");
    expect_place("while true do end", "hook=on_offer at=test.lua:3 error=ETP_ELIMIT");
}

static void log_line_is_clean(void **state)
{
    (void)state;
    log_record record = {0};
    etp_logger logger = {keep_line, &record, ETP_LOG_INFO};
    etp_script_options options = {.size = sizeof options, .logger = &logger};
    etp_desk desk =
        desk_open(AGGREGATOR "function S.on_offer(ctx) ctx.log('a\\nb\\27c') return 1 end return S\n", &options);
    etp_intent intent;
    assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
    assert_string_equal(record.last, "strategy=test node=firm-0 text=\"a b c\"");
    etp_context context = *desk_context(&desk, 7);
    context.name = "";
    etp_script_aggregator_hooks(desk.script)->on_offer(desk.script, &context, an_offer(), &intent);
    assert_string_equal(record.last, "strategy=test node=\"device 107\" text=\"a b c\"");
    etp_script_free(desk.script);
}

/* Two runs of the same calls give the same answers, whatever Lua's own hash seed is. */
static void runs_repeat(void **state)
{
    (void)state;
    static const char source[] =

        AGGREGATOR "function S.on_offer(ctx, offer)\n"
                   "  local t = {}\n"
                   "  for i = 1, 50 do t['k' .. ctx.rng(1, 1000)] = ctx.rng() end\n"
                   "  local sum, i = 0, 0\n"
                   "  for k, v in pairs(t) do i = i + 1 sum = sum + v * i end\n"
                   "  return sum end\n"
                   "return S\n";
    etp_price prices[2][20];
    for (int run = 0; run < 2; run++) {
        etp_desk desk = desk_open(source, NULL);
        for (int i = 0; i < 20; i++) {
            etp_intent intent;
            assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
            prices[run][i] = intent.price;
        }
        etp_script_free(desk.script);
    }
    assert_memory_equal(prices[0], prices[1], sizeof prices[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_expire),        cmocka_unit_test(elements_expire),
        cmocka_unit_test(views_are_read_only), cmocka_unit_test(no_garbage),
        cmocka_unit_test(statistics),          cmocka_unit_test(traceback),
        cmocka_unit_test(suspension),          cmocka_unit_test(limits_are_per_call),
        cmocka_unit_test(log_lines),           cmocka_unit_test(runs_repeat),
        cmocka_unit_test(log_line_is_clean),   cmocka_unit_test(small_limits_hold),
        cmocka_unit_test(error_line_is_clean), cmocka_unit_test(error_lines_name_the_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
