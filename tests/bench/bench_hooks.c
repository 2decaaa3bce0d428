/* SPDX-License-Identifier: MIT */
/*
 * What a call of a strategy's hook costs: through the hooks vtable into its sandbox, and beside it a bare lua_pcall of
 * the very same function, in a plain Lua state under the same count hook, whose arguments are plain tables that lie
 * ready with the same fields. Eight different offers (results, ...) take turns: what changes from call to call is what
 * changes in the default market. Both sides must return the same prices, or the program fails. Turns alternate, and the
 * shortest of each side counts.
 */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench_lua.h"
#include "etp/script.h"
#include "script/internal.h"
#include "script/views/views.h"

enum { VARIANTS = 8, CALLS = 8000, ROUNDS = 25, NO_PRICE = -1 };

/** Index on a bare state's stack. */
enum { STRATEGY = 1, FUNCTION, CTXS, ARGUMENTS = CTXS + VARIANTS, TOP = ARGUMENTS + VARIANTS };

/* What is measured. */
typedef struct subject {
    const char *name;
    etp_hook hook;
    etp_view_kind view;
    const char *path; /* of a shipped strategy, or NULL */
    const char *text;
    bool disclosed; /* prices that an auction may keep to itself are there */
} subject;

/* A plain Lua state with the same function. */
typedef struct side {
    lua_State *state;
    etp_rng rng;
} side;

typedef struct bench {
    const subject *of;
    etp_script *script;
    side bare, free; /* under the count hook and without it */
    etp_rng rng;
    etp_history history;
    etp_context context;
    union {
        etp_offer offers[VARIANTS];
        etp_result_view results[VARIANTS];
        etp_market markets[VARIANTS];
        etp_battery_view batteries[VARIANTS];
    };
} bench;

/* Returns the price in c/kWh, or NO_PRICE: the sums of all sides are compared. */
typedef double (*work)(bench *b, unsigned turn);

static const char heavy_offer[] =
    "local S = { api = 1, role = 'aggregator', params = { margin = 0.5, caution = 0.2, slope = 0.01 } }\n"
    "function S.on_offer(ctx, offer)\n"
    "  local left = offer.closes - ctx.now\n"
    "  local lot = math.min(offer.energy, offer.need)\n"
    "  local price = offer.value - ctx.params.margin - ctx.params.slope * left\n"
    "  if offer.health == 'poor' or offer.for_sale < 5 then price = price - ctx.params.caution end\n"
    "  if offer.voltage < 45 or offer.discharge_rate < 1 then return nil end\n"
    "  if offer.energy_total - offer.remaining < 0 then price = price - 0.001 * offer.asked end\n"
    "  ctx.state.seen = (ctx.state.seen or 0) + 1\n"
    "  if price * lot > offer.budget * 100 then lot = offer.budget * 100 / price end\n"
    "  return math.max(price, offer.reserve or 0), lot\n"
    "end\n"
    "return S\n";

static const char mean_interval[] = "local S = { api = 1, role = 'aggregator' }\n"
                                    "function S.on_interval(ctx, market)\n"
                                    "  local mean = ctx.state.mean or market.value\n"
                                    "  ctx.state.mean = mean + 0.1 * (market.value - mean)\n"
                                    "  ctx.state.spot = market.spot or market.forecast\n"
                                    "  ctx.state.hour = market.second_of_day // 3600\n"
                                    "end\n"
                                    "return S\n";

static const subject subjects[] = {
    {"on_offer  greedy", ETP_HOOK_ON_OFFER, ETP_VIEW_OFFER, "greedy.lua", NULL, true},
    {"on_offer  greedy, reserve nil", ETP_HOOK_ON_OFFER, ETP_VIEW_OFFER, "greedy.lua", NULL, false},
    {"on_offer  adaptive", ETP_HOOK_ON_OFFER, ETP_VIEW_OFFER, "adaptive.lua", NULL, true},
    {"on_offer  13 fields, all change", ETP_HOOK_ON_OFFER, ETP_VIEW_OFFER, NULL, heavy_offer, true},
    {"on_result adaptive", ETP_HOOK_ON_RESULT, ETP_VIEW_RESULT, "adaptive.lua", NULL, true},
    {"on_result adaptive, best nil", ETP_HOOK_ON_RESULT, ETP_VIEW_RESULT, "adaptive.lua", NULL, false},
    {"reserve   two_tier", ETP_HOOK_RESERVE, ETP_VIEW_BATTERY, "reserve/two_tier.lua", NULL, true},
    {"reserve   tiers", ETP_HOOK_RESERVE, ETP_VIEW_BATTERY, "reserve/tiers.lua", NULL, true},
    {"on_interval mean", ETP_HOOK_ON_INTERVAL, ETP_VIEW_MARKET, NULL, mean_interval, true},
};

enum { SUBJECTS = sizeof subjects / sizeof subjects[0] };

/* ---- what the hooks are shown ---- */

/* The offers of one interval, as a firm in the default market gets them: its own value is the same for all, the lots of
 * most batteries are what their inverters can do. For the last subject all fields change. */
static void vary_offers(bench *b)
{
    bool all = b->of->text != NULL;
    for (int i = 0; i < VARIANTS; i++) {
        int own = all ? i : 0, lot = all || i % 4 == 0 ? i : 0;
        b->offers[i] = (etp_offer){.battery = 1000 + (etp_id)i,
                                   .energy = 416666 - lot * 1000,
                                   .reserve = b->of->disclosed ? 83000 + i * 100 : ETP_PRICE_NONE,
                                   .value = 125000 + own * 300,
                                   .need = 9000000 - i * 7000,
                                   .budget = 5000000 - i * 900,
                                   .energy_total = 8000000 + i * 5000,
                                   .remaining = 5500000 + i * 3000,
                                   .for_sale_ppm = 312500 + (uint32_t)i,
                                   .voltage_mv = 48500 + (uint32_t)i,
                                   .discharge_rate = 5000000 + own,
                                   .closes = (1735671602 + i) * ETP_NS_PER_SECOND,
                                   .health = (uint8_t)(all ? i % 4 : 0),
                                   .asked = 1};
    }
}

static void vary_results(bench *b)
{
    for (int i = 0; i < VARIANTS; i++)
        b->results[i] = (etp_result_view){.battery = 1000 + (etp_id)i,
                                          .outcome = i % 2 ? ETP_OUTCOME_OUTBID : ETP_OUTCOME_REJECTED,
                                          .code = i % 2 ? ETP_CODE_OUTBID : ETP_CODE_NOT_COMPETITIVE,
                                          .price = ETP_PRICE_NONE,
                                          .bid_price = 100000 + i * 200,
                                          .bid_energy = 400000 + i,
                                          .best = b->of->disclosed ? 115000 + i * 100 : ETP_PRICE_NONE,
                                          .value = 135000 + i * 300,
                                          .closes = (1735671602 + i) * ETP_NS_PER_SECOND,
                                          .may_rebid = i % 2};
}

static void vary_markets(bench *b)
{
    for (int i = 0; i < VARIANTS; i++)
        b->markets[i] = (etp_market){.index = (uint64_t)i,
                                     .starts = i * 300 * ETP_NS_PER_SECOND,
                                     .ends = (i + 1) * 300 * ETP_NS_PER_SECOND,
                                     .second_of_day = (uint32_t)i * 300,
                                     .spot = 80000 + i * 100,
                                     .forecast = 81000 + i * 100,
                                     .value = 125000 + i * 300,
                                     .need = 9000000 - i * 1000,
                                     .budget = 5000000 - i * 1000};
}

/* As in the default market: tariffs and losses are the same for all homes. */
static void vary_batteries(bench *b)
{
    for (int i = 0; i < VARIANTS; i++)
        b->batteries[i] = (etp_battery_view){.energy_total = 8000000 + i * 5000,
                                             .capacity = 10000000,
                                             .floor = 1000000,
                                             .available = 5000000 + i * 7000,
                                             .lot = 400000 + i * 100,
                                             .level = i % 2 ? ETP_LEVEL_NORMAL : ETP_LEVEL_HIGH,
                                             .voltage_mv = 48500 + (uint32_t)i,
                                             .power = 5000000,
                                             .one_way_ppm = 943398,
                                             .wear = 40000 + i * 10,
                                             .feed_in = 33000,
                                             .retail = 330000,
                                             .expected_need = 2000000 + i * 1000,
                                             .spot = 80000,
                                             .forecast = 81000};
}

static void vary(bench *b)
{
    if (b->of->view == ETP_VIEW_OFFER)
        vary_offers(b);
    else if (b->of->view == ETP_VIEW_RESULT)
        vary_results(b);
    else if (b->of->view == ETP_VIEW_MARKET)
        vary_markets(b);
    else
        vary_batteries(b);
}

static const void *shown(const bench *b, unsigned variant)
{
    if (b->of->view == ETP_VIEW_OFFER)
        return &b->offers[variant];
    if (b->of->view == ETP_VIEW_RESULT)
        return &b->results[variant];
    if (b->of->view == ETP_VIEW_MARKET)
        return &b->markets[variant];
    return &b->batteries[variant];
}

/* ---- ours ---- */

static etp_time now_at(unsigned variant)
{
    return (1735671590 + (etp_time)variant) * ETP_NS_PER_SECOND;
}

static double of_intent(int decision, const etp_intent *intent)
{
    return decision == ETP_DECIDE_BID ? etp_price_to_cents(intent->price) : NO_PRICE;
}

static double call_ours(bench *b, unsigned turn)
{
    const etp_aggregator_hooks *buyer = etp_script_aggregator_hooks(b->script);
    unsigned variant = turn % VARIANTS;
    etp_intent intent = {.energy = 400000};
    etp_reserve answer = {.energy = 400000};
    b->context.now = now_at(variant);
    switch (b->of->hook) {
    case ETP_HOOK_ON_OFFER:
        return of_intent(buyer->on_offer(b->script, &b->context, &b->offers[variant], &intent), &intent);
    case ETP_HOOK_ON_RESULT:
        return of_intent(buyer->on_result(b->script, &b->context, &b->results[variant], &intent), &intent);
    case ETP_HOOK_ON_INTERVAL:
        return buyer->on_interval(b->script, &b->context, &b->markets[variant]) - 1;
    default:
        return etp_script_bess_hooks(b->script)->reserve(b->script, &b->context, &b->batteries[variant], &answer) < 0
                   ? NO_PRICE
                   : etp_price_to_cents(answer.price);
    }
}

/* ---- the yardstick ---- */

static double call_plain(lua_State *L, unsigned turn)
{
    int variant = (int)(turn % VARIANTS);
    lua_pushvalue(L, FUNCTION);
    lua_pushvalue(L, CTXS + variant);
    lua_pushvalue(L, ARGUMENTS + variant);
    if (lua_pcall(L, 2, 2, 0) != LUA_OK) {
        fprintf(stderr, "%s\n", lua_tostring(L, -1));
        exit(EXIT_FAILURE);
    }
    double cents = lua_type(L, -2) == LUA_TNUMBER ? lua_tonumber(L, -2) : NO_PRICE;
    lua_settop(L, -3);
    return cents;
}

static double call_bare(bench *b, unsigned turn)
{
    return call_plain(b->bare.state, turn);
}

static double call_free(bench *b, unsigned turn)
{
    return call_plain(b->free.state, turn);
}

static int plain_rng(lua_State *L)
{
    lua_pushnumber(L, etp_rng_unit(lua_touserdata(L, lua_upvalueindex(1))));
    return 1;
}

static void push_params(lua_State *L, const etp_script *script)
{
    etp_param param;
    lua_newtable(L);
    for (unsigned i = 0; etp_script_param(script, i, &param) == ETP_OK; i++) {
        lua_pushnumber(L, param.value);
        lua_setfield(L, -2, param.name);
    }
}

/* One for each moment; params, state and rng are the same in all. */
static void push_ctxs(bench *b, side *to)
{
    lua_State *L = to->state;
    for (unsigned i = 0; i < VARIANTS; i++)
        lua_createtable(L, 0, 4);
    push_params(L, b->script);
    lua_newtable(L);
    lua_pushlightuserdata(L, &to->rng);
    lua_pushcclosure(L, plain_rng, 1);
    for (int i = 0; i < VARIANTS; i++) {
        lua_pushnumber(L, (double)now_at((unsigned)i) / (double)ETP_NS_PER_SECOND);
        lua_setfield(L, CTXS + i, "now");
        static const char *const names[] = {"params", "state", "rng"};
        for (int j = 0; j < 3; j++) {
            lua_pushvalue(L, j - 3);
            lua_setfield(L, CTXS + i, names[j]);
        }
    }
    lua_pop(L, 3);
}

static void push_argument(bench *b, lua_State *L, unsigned variant)
{
    unsigned count;
    const etp_field *fields = etp_view_fields(b->of->view, &count);
    lua_createtable(L, 0, (int)count);
    for (unsigned i = 0; i < count; i++) {
        etp_field_push(L, &fields[i], shown(b, variant));
        lua_setfield(L, -2, fields[i].name);
    }
}

static bool open_side(bench *b, side *to, const char *text, bool hooked)
{
    lua_State *L = bench_lua_open(text);
    if (L == NULL)
        return false;
    to->state = L;
    etp_rng_seed(&to->rng, 1);
    luaL_checkstack(L, TOP + LUA_MINSTACK, NULL);
    lua_getfield(L, STRATEGY, etp_hook_name(b->of->hook));
    push_ctxs(b, to);
    for (unsigned i = 0; i < VARIANTS; i++)
        push_argument(b, L, i);
    bench_lua_hook(L, hooked);
    return true;
}

/* ---- turns ---- */

static etp_script *load(const bench *b, const char *text)
{
    etp_script *script;
    etp_error error = {0};
    if (etp_script_load_text(&script, "bench", text, strlen(text), NULL, &error) == ETP_OK)
        return script;
    fprintf(stderr, "%s: %s\n", b->of->name, error.text);
    return NULL;
}

static bool read_source(const bench *b, char **text)
{
    char path[1024];
    size_t size;
    etp_error error = {0};
    snprintf(path, sizeof path, ETP_SOURCE_DIR "/strategies/%s", b->of->path);
    if (etp_source_read(path, NULL, text, &size, &error) == ETP_OK)
        return true;
    fprintf(stderr, "%s\n", error.text);
    return false;
}

static bool prepare(bench *b)
{
    char *read = NULL;
    if (b->of->path != NULL && !read_source(b, &read))
        return false;
    const char *text = read != NULL ? read : b->of->text;
    vary(b);
    etp_rng_seed(&b->rng, 1);
    b->context = (etp_context){.size = sizeof b->context,
                               .now = 1735671600 * ETP_NS_PER_SECOND,
                               .deadline = ETP_TIME_NEVER,
                               .device_id = 1,
                               .name = "bench",
                               .rng = &b->rng,
                               .history = &b->history};
    b->script = load(b, text);
    bool good = b->script != NULL && open_side(b, &b->bare, text, true) && open_side(b, &b->free, text, false);
    free(read);
    return good;
}

static double time_turn(bench *b, work job, double *sum)
{
    double start = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    for (unsigned i = 0; i < CALLS; i++)
        *sum += job(b, i);
    return (bench_clock(CLOCK_PROCESS_CPUTIME_ID) - start) * 1e9 / CALLS;
}

/* The shortest turn is the one that other programs disturbed least. */
static bool measure(bench *b)
{
    static const work jobs[] = {call_ours, call_bare, call_free};
    double best[] = {1e9, 1e9, 1e9};
    double sums[3] = {0};
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < 3; i++) {
            double took = time_turn(b, jobs[i], &sums[i]);
            best[i] = took < best[i] ? took : best[i];
        }
    }
    printf("%-30s %7.0f %7.0f %7.2f %10.0f\n", b->of->name, best[0], best[1], best[0] / best[1], best[1] - best[2]);
    /* Prices of hooks are rounded to 0.0001 c/kWh. */
    bool same = fabs(sums[0] - sums[1]) < 0.0001 * CALLS * ROUNDS && sums[1] == sums[2];
    if (!same)
        fprintf(stderr, "%s: not the yardstick's prices\n", b->of->name);
    return same;
}

static void finish(bench *b)
{
    if (b->bare.state != NULL)
        lua_close(b->bare.state);
    if (b->free.state != NULL)
        lua_close(b->free.state);
    etp_script_free(b->script);
}

int main(void)
{
    bool good = true;
    printf(
        "ns of CPU a call: \"hook\" through the vtable into the sandbox; \"bare\" lua_pcall of the same function with\n"
        "plain tables under the same count hook; their ratio; \"count hook\": what it adds to \"bare\" by itself\n\n"
        "%-30s %7s %7s %7s %10s\n",
        "hook and script", "hook", "bare", "ratio", "count hook");
    for (unsigned i = 0; i < SUBJECTS && good; i++) {
        bench b = {.of = &subjects[i]};
        good = prepare(&b) && measure(&b);
        finish(&b);
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
