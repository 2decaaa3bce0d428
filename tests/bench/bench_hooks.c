/* SPDX-License-Identifier: MIT */
/*
 * What a call of a strategy costs: on_offer, on_result and reserve through the hooks vtable into a script in its sandbox,
 * each beside a bare lua_pcall of a similar function under the same kind of count hook, with its numbers handed over as
 * arguments. Both take turns, the medians are compared. Output, a line for each:
 *
 *     on_offer 300 ns, yardstick 100 ns, ratio 3.00
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench_lua.h"
#include "etp/script.h"

enum { CALLS = 20000, ROUNDS = 21 };

typedef struct bench {
    etp_script *buyer, *seller;
    etp_rng rng;
    etp_history history;
    etp_context context;
} bench;

/* Each returns the price in units, so that a call that did not do its work is found. */
typedef etp_price (*work)(bench *b, lua_State *L);

static const char buyer_source[] =
    "local S = { api = 1, role = 'aggregator', params = { margin = { default = 0.5, min = 0, max = 30 } } }\n"
    "function S.on_offer(ctx, offer)\n"
    "  local price = offer.value - ctx.params.margin\n"
    "  if price < (offer.reserve or 0) then return nil end\n"
    "  return price, offer.energy\n"
    "end\n"
    "function S.on_result(ctx, result)\n"
    "  if result.may_rebid and result.best + 0.5 <= result.value then return result.best + 0.5 end\n"
    "end\n"
    "return S\n";

static const char seller_source[] = "local S = { api = 1, role = 'bess' }\n"
                                    "function S.reserve(ctx, battery)\n"
                                    "  local low = battery.wear + battery.feed_in / 0.75\n"
                                    "  return low, math.min(battery.lot, battery.available - battery.expected_need)\n"
                                    "end\n"
                                    "return S\n";

static const char bare_offer[] = "return function(value, margin, reserve, energy)\n"
                                 "  local price = value - margin\n"
                                 "  if price < (reserve or 0) then return nil end\n"
                                 "  return price, energy\n"
                                 "end\n";

static const char bare_result[] = "return function(may_rebid, best, value, _)\n"
                                  "  if may_rebid and best + 0.5 <= value then return best + 0.5 end\n"
                                  "end\n";

static const char bare_reserve[] = "local min = math.min\n"
                                   "return function(wear, feed_in, lot, spare)\n"
                                   "  local low = wear + feed_in / 0.75\n"
                                   "  return low, min(lot, spare)\n"
                                   "end\n";

/* ---- the work ---- */

static etp_price call_offer(bench *b, lua_State *L)
{
    (void)L;
    static const etp_offer offer = {
        .battery = 7, .energy = 400000, .reserve = ETP_PRICE_NONE, .value = 125000, .need = 9000000, .asked = 1};
    etp_intent intent = {.energy = offer.energy};
    int decision = etp_script_aggregator_hooks(b->buyer)->on_offer(b->buyer, &b->context, &offer, &intent);
    return decision == ETP_DECIDE_BID ? intent.price : -1;
}

static etp_price call_result(bench *b, lua_State *L)
{
    (void)L;
    static const etp_result_view result = {.battery = 7,
                                           .outcome = ETP_OUTCOME_OUTBID,
                                           .code = ETP_CODE_OUTBID,
                                           .price = ETP_PRICE_NONE,
                                           .best = 115000,
                                           .value = 125000,
                                           .may_rebid = true};
    etp_intent intent = {0};
    int decision = etp_script_aggregator_hooks(b->buyer)->on_result(b->buyer, &b->context, &result, &intent);
    return decision == ETP_DECIDE_BID ? intent.price : -1;
}

static etp_price call_reserve(bench *b, lua_State *L)
{
    (void)L;
    static const etp_battery_view battery = {
        .available = 5000000, .lot = 400000, .wear = 45000, .feed_in = 33000, .expected_need = 2000000};
    etp_reserve answer = {.energy = battery.lot};
    int result = etp_script_bess_hooks(b->seller)->reserve(b->seller, &b->context, &battery, &answer);
    return result >= 0 ? answer.price : -1;
}

static etp_price bare(lua_State *L, double a, double x, double y, double z)
{
    double price, energy;
    return bench_lua_call(L, a, x, y, z, &price, &energy) ? (etp_price)(price * 1e4 + 0.5) : -1;
}

static etp_price bare_call_offer(bench *b, lua_State *L)
{
    (void)b;
    return bare(L, 12.5, 0.5, 0, 0.4);
}

static etp_price bare_call_result(bench *b, lua_State *L)
{
    (void)b;
    return bare(L, 1, 11.5, 12.5, 0);
}

static etp_price bare_call_reserve(bench *b, lua_State *L)
{
    (void)b;
    return bare(L, 4.5, 3.3, 0.4, 3);
}

/* ---- turns ---- */

/* Nanoseconds of CPU per call, or a negative number if a result is not the one expected. */
static double time_turn(work job, bench *b, lua_State *L, etp_price expected)
{
    unsigned good = 0;
    double start = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < CALLS; i++)
        good += job(b, L) == expected;
    double took = bench_clock(CLOCK_PROCESS_CPUTIME_ID) - start;
    return good == CALLS ? took * 1e9 / CALLS : -1;
}

static bool compare(const char *name, bench *b, work ours, work yardstick, const char *source, etp_price expected)
{
    double ours_ns[ROUNDS], yardstick_ns[ROUNDS];
    lua_State *L = bench_lua_open(source);
    bool good = L != NULL;
    for (int i = 0; good && i < ROUNDS; i++) {
        ours_ns[i] = time_turn(ours, b, L, expected);
        yardstick_ns[i] = time_turn(yardstick, b, L, expected);
        good = ours_ns[i] >= 0 && yardstick_ns[i] >= 0;
    }
    if (L != NULL)
        lua_close(L);
    if (!good) {
        fprintf(stderr, "%s: not the result expected\n", name);
        return false;
    }
    double ours_median = bench_median(ours_ns, ROUNDS), yardstick_median = bench_median(yardstick_ns, ROUNDS);
    printf("%s %.0f ns, yardstick %.0f ns, ratio %.2f\n", name, ours_median, yardstick_median,
           ours_median / yardstick_median);
    return true;
}

static etp_script *load(const char *source)
{
    etp_script *script;
    etp_error error = {0};
    if (etp_script_load_text(&script, "bench.lua", source, strlen(source), NULL, &error) == ETP_OK)
        return script;
    fprintf(stderr, "%s\n", error.text);
    return NULL;
}

int main(void)
{
    static bench b;
    b.buyer = load(buyer_source);
    b.seller = load(seller_source);
    if (b.buyer == NULL || b.seller == NULL)
        return EXIT_FAILURE;
    etp_rng_seed(&b.rng, 1);
    b.context = (etp_context){.size = sizeof b.context,
                              .now = 1735671600 * ETP_NS_PER_SECOND,
                              .deadline = ETP_TIME_NEVER,
                              .device_id = 1,
                              .name = "bench",
                              .rng = &b.rng,
                              .history = &b.history};
    bool good = compare("on_offer", &b, call_offer, bare_call_offer, bare_offer, 120000) &&
                compare("on_result", &b, call_result, bare_call_result, bare_result, 120000) &&
                compare("reserve", &b, call_reserve, bare_call_reserve, bare_reserve, 89000);
    etp_script_free(b.buyer);
    etp_script_free(b.seller);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
