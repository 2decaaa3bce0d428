/* SPDX-License-Identifier: MIT */
/*
 * Every hook, return value and default, once in C, once in a sandboxed script, and once as the same text in a Lua state
 * of the host's own: the same small market must come out the same to the last event, and all must have been called
 * equally often. A row with `effect` must also come out other than the same
 * market without the hook, so that a hook that is never heard does not pass for one that agrees.
 */
#include "unit/test_run_tools.h"

#include <lauxlib.h>
#include <lualib.h>

#include "engine/internal.h"
#include "etp/lua.h"
#include "etp/script.h"
#include "run/internal.h"
#include "unit/test_hooks_parity_sellers.h"

enum { INTERVALS_OF_ROW = 12 };

/* ---- the table ---- */

struct row {
    const char *name;
    const char *lua;
    etp_mechanism mechanism;
    unsigned disclose;
    etp_time delay; /* 0 = the default */
    bool failures;
    bool cuts;   /* links are lost, and back */
    bool effect; /* differs from the market without the hook */
    etp_aggregator_hooks buyer;
    etp_bess_hooks seller;
};

static const struct row buyers[] = {
    {"no hook but on_start", LUA_START_KEEPS, .buyer = {.on_start = start_keeps}},
    {"on_start", LUA_START_KEEPS LUA_OFFER_LESS_KEPT, .effect = true,
     .buyer = {.on_start = start_keeps, .on_offer = offer_less_kept}},
    {"on_start fails", LUA_START_FAILS, .effect = true, .buyer = {.on_start = start_fails}},
    {"on_interval", LUA_INTERVAL_KEEPS LUA_OFFER_LESS_KEPT, .effect = true,
     .buyer = {.on_interval = interval_keeps, .on_offer = offer_less_kept}},
    {"on_interval fails", LUA_INTERVAL_FAILS, .effect = true, .buyer = {.on_interval = interval_fails}},
    {"on_fault, a device", LUA_FAULT_KEEPS LUA_OFFER_LESS_KEPT, .failures = true, .effect = true,
     .buyer = {.on_fault = fault_keeps, .on_offer = offer_less_kept}},
    {"on_fault, a delay", LUA_FAULT_KEEPS LUA_OFFER_LESS_KEPT, .delay = 600 * ETP_NS_PER_MS, .effect = true,
     .buyer = {.on_fault = fault_keeps, .on_offer = offer_less_kept}},
    {"on_fault, a link", LUA_FAULT_KEEPS LUA_OFFER_LESS_KEPT, .cuts = true, .effect = true,
     .buyer = {.on_fault = fault_keeps, .on_offer = offer_less_kept}},
    {"on_fault fails", LUA_FAULT_FAILS, .failures = true, .effect = true, .buyer = {.on_fault = fault_fails}},
    {"on_offer, the default by hand", LUA_OFFER("return offer.value"), .buyer = {.on_offer = offer_less_kept}},
    {"on_offer, a price", LUA_OFFER_PRICE, .effect = true, .buyer = {.on_offer = offer_price}},
    {"on_offer, a price and an energy", LUA_OFFER("return offer.value, offer.energy // 2e-6 * 1e-6"), .effect = true,
     .buyer = {.on_offer = offer_price_and_energy}},
    {"on_offer, more than the lot", LUA_OFFER("return offer.value, 1000"), .buyer = {.on_offer = offer_too_much}},
    {"on_offer, no energy", LUA_OFFER("return offer.value, 0"), .effect = true, .buyer = {.on_offer = offer_nothing}},
    {"on_offer, nil", LUA_OFFER("return nil"), .effect = true, .buyer = {.on_offer = offer_nothing}},
    {"on_offer, false", LUA_OFFER("return false"), .effect = true, .buyer = {.on_offer = offer_nothing}},
    {"on_offer, nothing; C always returns", LUA_OFFER(""), .effect = true, .buyer = {.on_offer = offer_fails}},
    {"on_offer, nil and why", LUA_OFFER("if offer.energy < 0.3 then return nil, 'too small' end return offer.value"),
     .effect = true, .buyer = {.on_offer = offer_with_reason}},
    {"on_offer waits", LUA_OFFER("if offer.asked == 1 then return 'wait' end return offer.value - 0.25"),
     .effect = true, .buyer = {.on_offer = offer_waits}},
    {"on_offer waits twice", LUA_OFFER("return 'wait'"), .effect = true, .buyer = {.on_offer = offer_waits_on}},
    {"on_offer fails", LUA_OFFER("error('no')"), .effect = true, .buyer = {.on_offer = offer_fails}},
    {"on_offer, a price below 0", LUA_OFFER("return -0.0001"), .effect = true, .buyer = {.on_offer = offer_negative}},
    {"on_offer, a price above all", LUA_OFFER("return 10000.0001"), .effect = true,
     .buyer = {.on_offer = offer_above_all}},
    {"on_offer, an energy below 0", LUA_OFFER("return offer.value, -1e-6"), .effect = true,
     .buyer = {.on_offer = offer_negative_energy}},
    {"on_offer, another type", LUA_OFFER("return {}"), .effect = true, .buyer = {.on_offer = offer_fails}},
    {"on_offer, NaN", LUA_OFFER("return 0/0"), .effect = true, .buyer = {.on_offer = offer_fails}},
    {"on_offer, random numbers", LUA_OFFER("return offer.value - ctx.rng()"), .effect = true,
     .buyer = {.on_offer = offer_at_random}},
    {"on_offer, history",
     LUA_OFFER("local last = ctx.history[-1] if not last then return offer.value - 1 end\n"
               "if last.outcome == 'accepted' then return last.price end return last.bid_price + 0.125"),
     .effect = true, .buyer = {.on_offer = offer_by_history}},
    {"on_offer, terms",
     LUA_OFFER("if offer.health == 'excellent' and offer.closes > ctx.now and offer.need > offer.energy\n"
               "and offer.reserve and offer.discharge_rate == 5 then return offer.reserve + 0.5 end return nil"),
     .disclose = ETP_DISCLOSE_RESERVE, .effect = true, .buyer = {.on_offer = offer_by_terms}},
    {"on_result raises",
     LUA_OFFER_PRICE LUA_RESULT("if result.may_rebid and result.best and result.best + 0.25 <= result.value then\n"
                                "return result.best + 0.25 end"),
     .mechanism = ETP_ASCENDING, .effect = true, .buyer = {.on_offer = offer_price, .on_result = result_raises}},
    {"on_result bids where nothing may be raised", LUA_RESULT("return result.bid_price + 1"),
     .buyer = {.on_result = result_always_bids}},
    {"on_result always raises", LUA_RESULT("return result.bid_price + 1"), .mechanism = ETP_ASCENDING, .effect = true,
     .buyer = {.on_result = result_always_bids}},
    {"on_result lowers", LUA_RESULT("return result.bid_price - 0.5"), .mechanism = ETP_ASCENDING,
     .buyer = {.on_result = result_lowers}},
    {"on_result, nil", LUA_RESULT("return nil"), .mechanism = ETP_ASCENDING, .buyer = {.on_result = result_nothing}},
    {"on_result, false", LUA_RESULT("return false"), .mechanism = ETP_ASCENDING,
     .buyer = {.on_result = result_nothing}},
    {"on_result, nothing; in C it waits", LUA_RESULT(""), .mechanism = ETP_ASCENDING,
     .buyer = {.on_result = result_waits}},
    {"on_result fails", LUA_RESULT("error('no')"), .effect = true, .buyer = {.on_result = result_fails}},
    {"on_result, a price below 0", LUA_RESULT("return -1"), .mechanism = ETP_ASCENDING,
     .buyer = {.on_result = result_negative}},
    {"on_result, a word", LUA_RESULT("return 'wait'"), .effect = true, .buyer = {.on_result = result_fails}},
    {"on_result learns",
     LUA_OFFER_LESS_KEPT LUA_RESULT("local kept = ctx.state.kept or 0\n"
                                    "if result.outcome == 'accepted' then ctx.state.kept = kept + 0.25\n"
                                    "elseif result.code == 'not_competitive' then ctx.state.kept = kept - 0.125 end"),
     .disclose = ETP_DISCLOSE_WINNER, .effect = true,
     .buyer = {.on_offer = offer_less_kept, .on_result = result_learns}},
};

static const struct row sellers[] = {
    {"no hook but on_start", LUA_START_KEEPS, .seller = {.on_start = start_keeps}},
    {"on_start", LUA_START_KEEPS LUA_RESERVE_LESS_KEPT, .effect = true,
     .seller = {.on_start = start_keeps, .reserve = reserve_less_kept}},
    {"on_start fails", LUA_START_FAILS, .effect = true, .seller = {.on_start = start_fails}},
    {"on_interval", LUA_INTERVAL_KEEPS LUA_RESERVE_LESS_KEPT, .effect = true,
     .seller = {.on_interval = interval_keeps, .reserve = reserve_less_kept}},
    {"on_interval fails", LUA_INTERVAL_FAILS, .effect = true, .seller = {.on_interval = interval_fails}},
    {"on_fault, a delay", LUA_FAULT_KEEPS LUA_RESERVE_LESS_KEPT, .delay = 600 * ETP_NS_PER_MS, .effect = true,
     .seller = {.on_fault = fault_keeps, .reserve = reserve_less_kept}},
    {"on_fault, a link", LUA_FAULT_KEEPS LUA_RESERVE_LESS_KEPT, .cuts = true, .effect = true,
     .seller = {.on_fault = fault_keeps, .reserve = reserve_less_kept}},
    {"on_fault fails", LUA_FAULT_FAILS, .delay = 600 * ETP_NS_PER_MS, .effect = true,
     .seller = {.on_fault = fault_fails}},
    {"reserve, the default by hand",
     LUA_RESERVE("return ({ critical = 16.6, low = 12.45, normal = 8.3, high = 7.47 })[battery.level], battery.lot"),
     .seller = {.reserve = reserve_by_default}},
    {"reserve, a price",
     LUA_RESERVE("return 2 * (battery.wear + battery.feed_in) + (battery.level == 'high' and 0 or 1)"), .effect = true,
     .seller = {.reserve = reserve_by_cost}},
    {"reserve, a price and an energy", LUA_RESERVE("return 7, battery.lot // 2e-6 * 1e-6"), .effect = true,
     .seller = {.reserve = reserve_half}},
    {"reserve, more than the lot", LUA_RESERVE("return 14, 1000"), .effect = true,
     .seller = {.reserve = reserve_more_than_all}},
    {"reserve, no energy", LUA_RESERVE("return 7, 0"), .effect = true, .seller = {.reserve = reserve_nothing}},
    {"reserve, false", LUA_RESERVE("return false"), .effect = true, .seller = {.reserve = reserve_nothing}},
    {"reserve fails", LUA_RESERVE("error('no')"), .effect = true, .seller = {.reserve = reserve_fails}},
    {"reserve, nothing", LUA_RESERVE(""), .effect = true, .seller = {.reserve = reserve_fails}},
    {"reserve, a price below 0", LUA_RESERVE("return -0.0001"), .effect = true,
     .seller = {.reserve = reserve_negative}},
    {"reserve, an energy below 0", LUA_RESERVE("return 7, -1"), .effect = true,
     .seller = {.reserve = reserve_negative_energy}},
    {"reserve, random numbers", LUA_RESERVE("return 10 + 4 * ctx.rng()"), .effect = true,
     .seller = {.reserve = reserve_at_random}},
    {"choose, reversed", LUA_CHOOSE("local order = {} for i = #bids, 1, -1 do order[#order + 1] = i end return order"),
     .effect = true, .seller = {.choose = choose_reversed}},
    {"choose, one of them", LUA_CHOOSE("return { #bids }"), .effect = true, .seller = {.choose = choose_last}},
    {"choose by bidder",
     LUA_CHOOSE("local best = 1 for i = 2, #bids do\n"
                "if bids[i].bidder < bids[best].bidder then best = i end end return { best }"),
     .effect = true, .seller = {.choose = choose_lowest_device}},
    {"choose, second price",
     LUA_CHOOSE("local order = {} for i = #bids, 1, -1 do order[#order + 1] = i end return order"),
     .mechanism = ETP_SECOND_PRICE, .effect = true, .seller = {.choose = choose_reversed}},
    {"choose, nil", LUA_CHOOSE("return nil"), .seller = {.choose = choose_nothing}},
    {"choose, an empty list", LUA_CHOOSE("return {}"), .seller = {.choose = choose_nothing}},
    {"choose fails", LUA_CHOOSE("error('no')"), .effect = true, .seller = {.choose = choose_fails}},
    {"choose, one twice",
     LUA_CHOOSE(
         "if #bids == 1 then error('no') end local order = {} for i = 1, #bids do order[i] = 1 end return order"),
     .effect = true, .seller = {.choose = choose_twice}},
    {"choose, past the end", LUA_CHOOSE("return { #bids + 1 }"), .effect = true,
     .seller = {.choose = choose_past_the_end}},
    {"choose, too many",
     LUA_CHOOSE("local order = {} for i = 1, #bids do order[i] = i end order[#bids + 1] = 1 return order"),
     .effect = true, .seller = {.choose = choose_too_many}},
    {"on_result learns",
     LUA_RESERVE_LESS_KEPT "function S.on_result(ctx, sale)\n"
                           "  local all = sale.sold == sale.lot and sale.bids > 1\n"
                           "  ctx.state.kept = (ctx.state.kept or 0) + (all and 0.5 or -0.25)\nend\n",
     .effect = true, .seller = {.reserve = reserve_less_kept, .on_result = sale_learns}},
    {"on_result fails", "function S.on_result() error('no') end\n", .effect = true,
     .seller = {.on_result = sale_fails}},
};

/* ---- running a row ---- */

static void build(market *m, const struct row *row)
{
    market_init(m, HOMES, FIRMS, INTERVALS_OF_ROW);
    for (int i = 0; i < FIRMS; i++) {
        m->firms[i].hooks = NULL;
        m->firms[i].user = NULL;
    }
    m->options.mechanism = row->mechanism;
    m->options.disclose = row->disclose;
    m->options.buyer.participation_ppm = 900000;
    m->options.failures_ppm = 0;
    if (row->failures) {
        m->options.failures_ppm = 1000000;
        m->options.intervals = 100;
        m->options.outage = 60 * ETP_NS_PER_SECOND;
    }
    if (row->delay > 0) {
        m->options.network.delay = row->delay;
        m->options.timing.query_repeat = row->delay;
        m->options.timing.hold = 3 * ETP_NS_PER_SECOND;
    }
}

/* Every link is lost and back twice an interval, both ends at the same moment. */
static void run_interval_with_cuts(market *m)
{
    size_t done = etp_run_done(m->run);
    etp_error error = {0};
    etp_time starts = etp_run_starts(m->run, done);
    for (unsigned moment = 1; moment <= 4; moment++) {
        assert_int_equal(etp_run_advance(m->run, starts + moment * ETP_NS_PER_SECOND, &error), 1);
        for (etp_link link = 0; link < m->run->engine->link_count; link++)
            assert_int_equal(moment % 2 == 1 ? etp_engine_link_lost(m->run->engine, link)
                                             : etp_engine_link_up(m->run->engine, link),
                             ETP_OK);
    }
    assert_true(etp_run_step(m->run, &error) >= 0);
}

static etp_run_totals run_row(market *m, const struct row *row)
{
    if (!row->cuts)
        return market_run(m);
    market_begin(m);
    for (unsigned i = 0; i < INTERVALS_OF_ROW; i++)
        run_interval_with_cuts(m);
    return market_totals(m);
}

static void plug(market *m, const struct row *row, bool buyer, const etp_script *script, struct desk *desk)
{
    static etp_aggregator_hooks buyer_hooks;
    static etp_bess_hooks seller_hooks;
    buyer_hooks = row->buyer;
    seller_hooks = row->seller;
    buyer_hooks.size = sizeof buyer_hooks;
    seller_hooks.size = sizeof seller_hooks;
    const etp_aggregator_hooks *of_buyer = script != NULL ? etp_script_aggregator_hooks(script) : &buyer_hooks;
    const etp_bess_hooks *of_seller = script != NULL ? etp_script_bess_hooks(script) : &seller_hooks;
    void *user = script != NULL ? (void *)(uintptr_t)script : desk;
    if (buyer) {
        m->firms[1].hooks = of_buyer;
        m->firms[1].user = user;
    } else {
        m->options.policy = of_seller;
        m->options.policy_user = user;
    }
}

enum { SOURCE_MAX = 2048 };

static size_t write_source(const struct row *row, bool buyer, char *source)
{
    int size = snprintf(source, SOURCE_MAX, "local S = { api = 1, role = '%s' }\n%sreturn S\n",
                        buyer ? "aggregator" : "bess", row->lua);
    assert_in_range(size, 1, SOURCE_MAX - 1);
    return (size_t)size;
}

static etp_script *load(const struct row *row, bool buyer)
{
    char source[SOURCE_MAX];
    size_t size = write_source(row, buyer, source);
    etp_script *script;
    etp_error error = {0};
    if (etp_script_load_text(&script, "row.lua", source, size, NULL, &error) != ETP_OK)
        fail_msg("%s: %s", row->name, error.text);
    return script;
}

/* The same text in a Lua of our own, with all of Lua's library. */
static void compare_own_state(market *m, const struct row *row, bool buyer, const etp_run_totals *in_c, uint64_t calls)
{
    char source[SOURCE_MAX];
    write_source(row, buyer, source);
    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    assert_int_equal(luaL_dostring(L, source), LUA_OK);
    etp_lua_hooks *hooks;
    etp_error error = {0};
    etp_role role = buyer ? ETP_ROLE_AGGREGATOR : ETP_ROLE_BESS;
    if (etp_lua_hooks_new(&hooks, L, -1, role, "row", NULL, &error) != ETP_OK)
        fail_msg("%s: %s", row->name, error.text);
    m->firms[1].hooks = etp_lua_hooks_aggregator(hooks);
    m->firms[1].user = hooks;
    m->options.policy = etp_lua_hooks_bess(hooks);
    m->options.policy_user = hooks;
    etp_run_totals in_own = run_row(m, row);
    etp_script_stats stats;
    etp_lua_hooks_get_stats(hooks, &stats);
    if (!same_digest(in_c, &in_own))
        fail_msg("%s: C and the own state differ (%llu and %llu trades); %s", row->name,
                 (unsigned long long)in_c->trades, (unsigned long long)in_own.trades, etp_lua_hooks_last_error(hooks));
    if (stats.calls != calls)
        fail_msg("%s: called %llu times in C, %llu times in the own state", row->name, (unsigned long long)calls,
                 (unsigned long long)stats.calls);
    lua_close(L);
}

static void compare(const struct row *row, bool buyer)
{
    market m;
    struct desk desk = {0};
    build(&m, row);
    etp_run_totals plain = run_row(&m, row);
    plug(&m, row, buyer, NULL, &desk);
    etp_run_totals in_c = run_row(&m, row);
    etp_script *script = load(row, buyer);
    plug(&m, row, buyer, script, NULL);
    etp_run_totals in_lua = run_row(&m, row);
    etp_script_stats stats;
    etp_script_get_stats(script, &stats);
    if (!same_digest(&in_c, &in_lua))
        fail_msg("%s: C and Lua differ (%llu and %llu trades); %s", row->name, (unsigned long long)in_c.trades,
                 (unsigned long long)in_lua.trades, etp_script_last_error(script));
    if (desk.calls == 0 || desk.calls != stats.calls)
        fail_msg("%s: called %llu times in C, %llu times in Lua", row->name, (unsigned long long)desk.calls,
                 (unsigned long long)stats.calls);
    if (same_digest(&plain, &in_c) == row->effect)
        fail_msg("%s: %s", row->name, row->effect ? "had no effect" : "should have had no effect");
    etp_script_free(script);
    compare_own_state(&m, row, buyer, &in_c, desk.calls);
    market_fini(&m);
}

static void the_buyers_hooks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof buyers / sizeof *buyers; i++)
        compare(&buyers[i], true);
}

static void the_sellers_hooks(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sellers / sizeof *sellers; i++)
        compare(&sellers[i], false);
}

/* Each hook of both tables stands in some row: one that is added to a table and forgotten here fails this. */
static void no_hook_is_forgotten(void **state)
{
    (void)state;
    etp_aggregator_hooks buyer = {0};
    for (size_t i = 0; i < sizeof buyers / sizeof *buyers; i++) {
        const etp_aggregator_hooks *hooks = &buyers[i].buyer;
        buyer.on_start = hooks->on_start != NULL ? hooks->on_start : buyer.on_start;
        buyer.on_interval = hooks->on_interval != NULL ? hooks->on_interval : buyer.on_interval;
        buyer.on_offer = hooks->on_offer != NULL ? hooks->on_offer : buyer.on_offer;
        buyer.on_result = hooks->on_result != NULL ? hooks->on_result : buyer.on_result;
        buyer.on_fault = hooks->on_fault != NULL ? hooks->on_fault : buyer.on_fault;
    }
    assert_true(buyer.on_start && buyer.on_interval && buyer.on_offer && buyer.on_result && buyer.on_fault);
    assert_int_equal(sizeof buyer, sizeof(size_t) + 5 * sizeof buyer.on_start);
    etp_bess_hooks seller = {0};
    for (size_t i = 0; i < sizeof sellers / sizeof *sellers; i++) {
        const etp_bess_hooks *hooks = &sellers[i].seller;
        seller.on_start = hooks->on_start != NULL ? hooks->on_start : seller.on_start;
        seller.on_interval = hooks->on_interval != NULL ? hooks->on_interval : seller.on_interval;
        seller.reserve = hooks->reserve != NULL ? hooks->reserve : seller.reserve;
        seller.choose = hooks->choose != NULL ? hooks->choose : seller.choose;
        seller.on_result = hooks->on_result != NULL ? hooks->on_result : seller.on_result;
        seller.on_fault = hooks->on_fault != NULL ? hooks->on_fault : seller.on_fault;
    }
    assert_true(seller.on_start && seller.on_interval && seller.reserve && seller.choose && seller.on_result &&
                seller.on_fault);
    assert_int_equal(sizeof seller, sizeof(size_t) + 6 * sizeof seller.on_start);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_buyers_hooks),
        cmocka_unit_test(the_sellers_hooks),
        cmocka_unit_test(no_hook_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
