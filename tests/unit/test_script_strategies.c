/* SPDX-License-Identifier: MIT */
/* The shipped strategies in the real sandbox: all load, none misbehaves on whatever it is shown. */
#include "test_script.h"

#include <dirent.h>
#include <stdlib.h>

enum { NAMES_MAX = 64, NAME_BYTES = 80 };

/* The scripts of a folder: "greedy", "reserve/fixed". */
struct shelf {
    unsigned count;
    char names[NAMES_MAX][NAME_BYTES];
};

static int compare(const void *left, const void *right)
{
    return strcmp(left, right);
}

/* `prefix` is "" for the bidders, "reserve/" for the policies. */
static struct shelf list(const char *prefix)
{
    char path[512];
    struct shelf shelf = {0};
    snprintf(path, sizeof path, ETP_SOURCE_DIR "/strategies/%s", prefix);
    DIR *folder = opendir(path);
    assert_non_null(folder);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        const char *ending = strstr(entry->d_name, ".lua");
        if (ending == NULL || ending[4] != '\0' || entry->d_name[0] == '.')
            continue;
        assert_true(shelf.count < NAMES_MAX);
        snprintf(shelf.names[shelf.count++], NAME_BYTES, "%s%.*s", prefix, (int)(ending - entry->d_name),
                 entry->d_name);
    }
    closedir(folder);
    qsort(shelf.names, shelf.count, NAME_BYTES, compare);
    return shelf;
}

static etp_script *load(const char *name)
{
    char path[512];
    etp_script *script;
    etp_error error = {0};
    snprintf(path, sizeof path, ETP_SOURCE_DIR "/strategies/%s.lua", name);
    if (etp_script_load(&script, path, NULL, &error) != ETP_OK)
        fail_msg("%s", error.text);
    return script;
}

static void check_page(const char *path, const char *name, etp_role role)
{
    etp_script *script = load(path);
    assert_string_equal(etp_script_name(script), name);
    assert_int_equal(etp_script_role(script), role);
    etp_param param;
    for (unsigned i = 0; etp_script_param(script, i, &param) == ETP_OK; i++)
        if (param.doc[0] == '\0' || param.low > param.standard || param.standard > param.high)
            fail_msg("%s: parameter %s has no text, or not its bounds", path, param.name);
    etp_script_free(script);
}

static void names_and_roles(void **state)
{
    (void)state;
    struct shelf bidders = list(""), policies = list("reserve/");
    assert_true(bidders.count >= 6 && policies.count >= 3);
    for (unsigned i = 0; i < bidders.count; i++)
        check_page(bidders.names[i], bidders.names[i], ETP_ROLE_AGGREGATOR);
    for (unsigned i = 0; i < policies.count; i++)
        check_page(policies.names[i], strchr(policies.names[i], '/') + 1, ETP_ROLE_BESS);
}

static etp_price draw(etp_rng *rng, double low, double high)
{
    return CENTS(low + etp_rng_unit(rng) * (high - low));
}

static void remember(etp_history *history, const etp_result_view *result)
{
    unsigned at = (history->first + history->count) % ETP_HISTORY_MAX;
    if (history->count < ETP_HISTORY_MAX)
        history->count++;
    else
        history->first = (history->first + 1) % ETP_HISTORY_MAX;
    history->bids[at] = (etp_past_bid){.battery = result->battery,
                                       .bid_price = result->bid_price,
                                       .price = result->price,
                                       .best = result->best,
                                       .outcome = (uint8_t)result->outcome};
}

static etp_result_view some_result(etp_rng *rng, etp_price bid, etp_price value)
{
    etp_outcome outcome = (etp_outcome)etp_rng_below(rng, 5);
    bool won = outcome == ETP_OUTCOME_ACCEPTED;
    return (etp_result_view){.battery = 7,
                             .outcome = outcome,
                             .price = won ? bid : ETP_PRICE_NONE,
                             .bid_price = bid,
                             .best = etp_rng_below(rng, 2) ? draw(rng, 0, 20) : ETP_PRICE_NONE,
                             .value = value,
                             .may_rebid = outcome == ETP_OUTCOME_OUTBID};
}

static void begin(etp_desk *desk, const etp_aggregator_hooks *hooks, etp_rng *rng, unsigned index)
{
    etp_market market = {.index = index,
                         .second_of_day = 300 * (index % 288),
                         .spot = draw(rng, -5, 25),
                         .forecast = draw(rng, -5, 25),
                         .value = draw(rng, -5, 25),
                         .need = KWH(5),
                         .budget = 2 * CENTS(100)};
    if (hooks->on_interval != NULL)
        assert_int_equal(hooks->on_interval(desk->script, desk_context(desk, 0), &market), 0);
}

/* What it makes of an offer, asked once more if it waits. */
static int ask(etp_desk *desk, const etp_aggregator_hooks *hooks, etp_offer *offer, etp_intent *intent)
{
    *intent = (etp_intent){.energy = offer->energy};
    int decision = hooks->on_offer(desk->script, desk_context(desk, 0), offer, intent);
    if (decision != ETP_DECIDE_WAIT)
        return decision;
    offer->asked = 2;
    *intent = (etp_intent){.energy = offer->energy};
    return hooks->on_offer(desk->script, desk_context(desk, 0), offer, intent);
}

static int tell(etp_desk *desk, const etp_aggregator_hooks *hooks, const etp_result_view *result, etp_intent *intent)
{
    if (hooks->on_result == NULL)
        return ETP_DECIDE_PASS;
    return hooks->on_result(desk->script, desk_context(desk, 0), result, intent);
}

/* One bidder through many offers: never below zero, above its value, below a disclosed reserve, never an error. */
static void torment(const char *name, uint64_t seed)
{
    etp_desk desk = {.script = load(name)};
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(desk.script);
    etp_rng rng;
    etp_rng_seed(&rng, seed);
    unsigned bids = 0;
    if (hooks->on_start != NULL)
        assert_int_equal(hooks->on_start(desk.script, desk_context(&desk, 0)), 0);
    for (int i = 0; i < 3000; i++) {
        if (i % 25 == 0)
            begin(&desk, hooks, &rng, (unsigned)i / 25);
        etp_offer offer = *an_offer();
        etp_intent intent;
        offer.battery = 1 + (etp_id)i % 25;
        offer.value = draw(&rng, -5, 25);
        offer.reserve = etp_rng_below(&rng, 2) ? draw(&rng, 0, 15) : ETP_PRICE_NONE;
        etp_price floor = offer.reserve == ETP_PRICE_NONE ? 0 : offer.reserve;
        int decision = ask(&desk, hooks, &offer, &intent);
        if (decision == ETP_DECIDE_PASS) {
            if (intent.reason == NULL)
                fail_msg("%s, seed %d, offer %d: passes without a reason", name, (int)seed, i);
            continue;
        }
        if (decision != ETP_DECIDE_BID || intent.price < floor || intent.price > offer.value)
            fail_msg("%s, seed %d, offer %d: %s", name, (int)seed, i, etp_script_last_error(desk.script));
        bids++;
        etp_result_view result = some_result(&rng, intent.price, offer.value);
        result.battery = offer.battery;
        decision = tell(&desk, hooks, &result, &intent);
        if (decision < 0 || (decision == ETP_DECIDE_BID && (!result.may_rebid || intent.price > offer.value)))
            fail_msg("%s, seed %d, result %d: %s", name, (int)seed, i, etp_script_last_error(desk.script));
        remember(&desk.history, &result);
    }
    if (bids <= 300)
        fail_msg("%s, seed %d: only %u bids", name, (int)seed, bids);
    etp_script_free(desk.script);
}

static void bidders_keep_their_bounds(void **state)
{
    (void)state;
    struct shelf bidders = list("");
    for (unsigned i = 0; i < bidders.count; i++)
        torment(bidders.names[i], 20260101);
}

/* tiers.lua and the engine's own default are two spellings of one rule. */
static void tiers_is_the_default(void **state)
{
    (void)state;
    static const double bases[] = {0, 0.01, 1.23, 7.77, 8.3, 9.99, 33.33, 1000};
    etp_desk desk = {.script = load("reserve/tiers")};
    for (size_t i = 0; i < sizeof bases / sizeof bases[0]; i++) {
        assert_int_equal(etp_script_set(desk.script, "base", bases[i], NULL), ETP_OK);
        for (int level = ETP_LEVEL_CRITICAL; level <= ETP_LEVEL_HIGH; level++) {
            etp_battery_view battery = {.level = (etp_level)level, .lot = 400000};
            etp_reserve expected = {0}, answer = {.energy = battery.lot};
            etp_default_reserve((etp_price)(bases[i] * 10000 + 0.5), &battery, &expected);
            const etp_bess_hooks *hooks = etp_script_bess_hooks(desk.script);
            assert_int_equal(hooks->reserve(desk.script, desk_context(&desk, 0), &battery, &answer), 0);
            assert_int_equal(answer.price, expected.price);
            assert_int_equal(answer.energy, expected.energy);
        }
    }
    etp_script_free(desk.script);
}

static void two_tiers(void **state)
{
    (void)state;
    etp_desk desk = {.script = load("reserve/two_tier")};
    const etp_bess_hooks *hooks = etp_script_bess_hooks(desk.script);
    etp_battery_view battery = {.lot = 400000,
                                .available = 3250000,
                                .expected_need = 3000000,
                                .one_way_ppm = 1000000,
                                .wear = CENTS(4),
                                .feed_in = 33000,
                                .retail = CENTS(28)};
    etp_reserve answer = {.energy = battery.lot};
    assert_int_equal(hooks->reserve(desk.script, desk_context(&desk, 0), &battery, &answer), 0);
    assert_int_equal(answer.price, 73000);
    assert_int_equal(answer.energy, 250000);
    battery.expected_need = 3250000;
    assert_int_equal(hooks->reserve(desk.script, desk_context(&desk, 0), &battery, &answer), 0);
    assert_int_equal(answer.price, CENTS(28));
    assert_int_equal(answer.energy, 400000);
    etp_script_free(desk.script);
}

/* A value below any margin, a feed-in tariff below zero, a home that needs more than it has: nothing to stumble over. */
static void try_buyer(etp_desk *desk)
{
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(desk->script);
    static const double values[] = {-5, 0, 0.25, 25};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        etp_offer offer = *an_offer();
        etp_intent intent = {.energy = offer.energy};
        offer.value = CENTS(values[i]);
        int decision = hooks->on_offer(desk->script, desk_context(desk, 0), &offer, &intent);
        assert_int_equal(decision, values[i] == 25 ? ETP_DECIDE_BID : ETP_DECIDE_PASS);
    }
}

static void try_seller(etp_desk *desk)
{
    const etp_bess_hooks *hooks = etp_script_bess_hooks(desk->script);
    etp_battery_view battery = {
        .lot = KWH(1), .available = KWH(5), .expected_need = KWH(3), .one_way_ppm = 900000, .feed_in = -CENTS(9)};
    etp_reserve answer = {.energy = battery.lot};
    assert_int_equal(hooks->reserve(desk->script, desk_context(desk, 0), &battery, &answer), 0);
    assert_int_equal(answer.price, 0);
    assert_true(answer.energy > 0);
    battery.expected_need = KWH(6);
    assert_int_equal(hooks->reserve(desk->script, desk_context(desk, 0), &battery, &answer), 0);
    assert_int_equal(answer.energy, 0);
}

/* The examples in the guide are strategies that load and that bear whatever they are shown. */
static void examples_in_the_guide(void **state)
{
    (void)state;
    static char guide[1 << 17];
    FILE *file = fopen(ETP_SOURCE_DIR "/docs/scripting.md", "rb");
    assert_non_null(file);
    guide[fread(guide, 1, sizeof guide - 1, file)] = '\0';
    fclose(file);
    unsigned examples = 0;
    for (char *at = guide; (at = strstr(at, "```lua\n")) != NULL; examples++) {
        at += strlen("```lua\n");
        char *end = strstr(at, "```");
        assert_non_null(end);
        *end = '\0';
        etp_desk desk = desk_open(at, NULL);
        if (etp_script_role(desk.script) == ETP_ROLE_AGGREGATOR)
            try_buyer(&desk);
        else
            try_seller(&desk);
        etp_script_free(desk.script);
        at = end + 3;
    }
    assert_true(examples >= 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_and_roles),       cmocka_unit_test(bidders_keep_their_bounds),
        cmocka_unit_test(tiers_is_the_default),  cmocka_unit_test(two_tiers),
        cmocka_unit_test(examples_in_the_guide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
