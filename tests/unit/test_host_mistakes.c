/* SPDX-License-Identifier: MIT */
/*
 * What a host can get wrong with libetp: NULL, a size that is not the struct's, structs that were not filled in. Every
 * public function stands here, or with what can be called in a wrong order in test_engine_mistakes.c; each answers, and
 * changes nothing. It is one table, longer than other files are: the last test reads whether all functions stand in it.
 */
#include "unit/test_mistakes.h"

#include "etp/etp.h"

#define CENT ETP_PRICE_PER_CENT

static etp_error error;
static const etp_allocator half_allocator = {NULL, NULL, &error};

/* ---- base ---- */

static void base_answers(void **unused)
{
    (void)unused;
    etp_log_level level = ETP_LOG_WARN;
    etp_logger silent = {0};
    GIVES(ETP_EINVAL, etp_log_level_parse, NULL, &level);
    GIVES(ETP_EINVAL, etp_log_level_parse, "warn", NULL);
    GIVES(ETP_ENOENT, etp_log_level_parse, "", &level);
    assert_int_equal(level, ETP_LOG_WARN);
    NAMES("?", etp_log_level_name, (etp_log_level)77);
    QUIET(etp_log, NULL, ETP_LOG_ERROR, "test", "lost");
    QUIET(etp_log, &silent, ETP_LOG_ERROR, "test", "lost");
    /* Through a pointer, for compilers know a NULL format when they see one. */
    int (*const failing)(etp_error *, int, const char *, ...) = etp_fail;
    GIVES(ETP_EIO, etp_fail, NULL, ETP_EIO, "lost");
    assert_int_equal(failing(&error, ETP_EIO, NULL), ETP_EIO);
    assert_string_equal(error.text, etp_strerror(ETP_EIO));
    NAMES("unknown error", etp_strerror, -999);
    NAMES("ETP_E?", etp_error_name, 1);
    assert_string_equal(etp_version(), ETP_VERSION_STRING);
    note_call("etp_version");
    assert_non_null(etp_default_allocator()->release);
    note_call("etp_default_allocator");
    etp_default_allocator()->release(NULL, NULL, 0);
    QUIET(etp_histogram_add, NULL, 1);
    GIVES(0, etp_histogram_quantile, NULL, 0.5);
    QUIET(etp_rng_seed, NULL, 1);
    GIVES(0, etp_rng_next, NULL);
    GIVES(0, etp_rng_unit, NULL);
    GIVES(0, etp_rng_below, NULL, 5);
    GIVES(etp_hash(0, 0, 0, 0), etp_hash, 0, 0, 0, 0);
    QUIET(etp_hash_unit, 0, 0, 0, 0);
}

/* ---- wire ---- */

static void units_answer(void **unused)
{
    (void)unused;
    etp_price price = 7;
    etp_energy energy = 7;
    etp_power power = 7;
    GIVES(false, etp_price_from_cents, 1, 0, ETP_PRICE_MAX, NULL);
    GIVES(false, etp_price_from_cents, 5, 10 * CENT, CENT, &price);
    GIVES(false, etp_energy_from_kwh, 1, NULL);
    GIVES(false, etp_energy_from_kwh, -1, &energy);
    GIVES(false, etp_power_from_kw, 1, NULL);
    GIVES(false, etp_power_from_kw, 1e300, &power);
    assert_true(price == 7 && energy == 7 && power == 7);
    GIVES(0, etp_energy_of, -1, ETP_NS_PER_HOUR);
    GIVES(0, etp_energy_of, ETP_POWER_PER_KW, -1);
    GIVES(168 * ETP_POWER_MAX, etp_energy_of, INT64_MAX, INT64_MAX);
    GIVES(0, etp_amount, 0, ETP_ENERGY_MAX);
    GIVES(0, etp_affordable, -1, CENT);
    GIVES(ETP_ENERGY_MAX, etp_affordable, INT64_MAX, 0);
    QUIET(etp_price_to_cents, INT64_MAX);
    QUIET(etp_energy_to_kwh, INT64_MAX);
    QUIET(etp_power_to_kw, INT64_MAX);
    QUIET(etp_money_to_dollars, INT64_MAX);
}

static void names_answer(void **unused)
{
    (void)unused;
    NAMES("?", etp_type_name, UINT_MAX);
    NAMES("?", etp_code_name, UINT_MAX);
    NAMES("not in the list", etp_code_meaning, UINT_MAX);
    NAMES("?", etp_refusal_name, UINT_MAX);
    NAMES("not in the list", etp_refusal_meaning, UINT_MAX);
    NAMES("?", etp_mechanism_name, (etp_mechanism)99);
    NAMES("?", etp_level_name, (etp_level)99);
    NAMES("?", etp_outcome_name, (etp_outcome)99);
    NAMES("?", etp_fault_name, (etp_fault_kind)99);
    GIVES(UINT_MAX, etp_type_priority, UINT_MAX);
    GIVES(0, etp_type_delay_limit, UINT_MAX);
    GIVES(false, etp_type_sent_by_bess, UINT_MAX);
    GIVES(false, etp_type_sent_by_aggregator, UINT_MAX);
}

static void codec_answers(void **unused)
{
    (void)unused;
    etp_message message = {.message_id = 1, .device_id = 1};
    unsigned char bytes[ETP_MESSAGE_MAX];
    size_t used = 0;
    GIVES(ETP_EINVAL, etp_encode, NULL, bytes, sizeof bytes);
    GIVES(ETP_EINVAL, etp_encode, &message, NULL, sizeof bytes);
    GIVES(ETP_ENOSPACE, etp_encode, &message, bytes, 0);
    GIVES(ETP_REFUSED_TRUNCATED, etp_decode, NULL, 5, &message, &used);
    GIVES(ETP_REFUSED_TRUNCATED, etp_decode, bytes, sizeof bytes, NULL, &used);
    GIVES(ETP_REFUSED_TRUNCATED, etp_decode, bytes, sizeof bytes, &message, NULL);
    GIVES(ETP_EINVAL, etp_older_encode, NULL, bytes, sizeof bytes);
    GIVES(ETP_EINVAL, etp_older_encode, &message, NULL, sizeof bytes);
    GIVES(ETP_ENOSPACE, etp_older_encode, &message, bytes, ETP_OLDER_RECORD - 1);
    GIVES(ETP_REFUSED_TRUNCATED, etp_older_decode, NULL, 5, &message, &used);
    GIVES(ETP_REFUSED_TRUNCATED, etp_older_decode, bytes, sizeof bytes, NULL, &used);
    GIVES(ETP_REFUSED_TRUNCATED, etp_older_decode, bytes, sizeof bytes, &message, NULL);
    etp_frame frame = {0};
    etp_frame_reader reader = {0};
    GIVES(ETP_EINVAL, etp_frame_add, NULL, bytes, 1);
    GIVES(ETP_EINVAL, etp_frame_add, &frame, NULL, 1);
    GIVES(ETP_ENOSPACE, etp_frame_add, &frame, bytes, SIZE_MAX);
    GIVES(ETP_EINVAL, etp_frame_seal, NULL);
    GIVES(ETP_ESTATE, etp_frame_seal, &frame);
    GIVES(ETP_REFUSED_TRUNCATED, etp_frame_open, NULL, bytes, sizeof bytes);
    GIVES(ETP_REFUSED_TRUNCATED, etp_frame_open, &reader, NULL, sizeof bytes);
    GIVES(1, etp_frame_messages, NULL, sizeof bytes);
    GIVES(1, etp_frame_messages, bytes, 0);
    GIVES(false, etp_frame_more, NULL);
    GIVES(false, etp_frame_more, &reader);
    GIVES(ETP_REFUSED_TRUNCATED, etp_frame_next, NULL, &message);
    GIVES(ETP_REFUSED_TRUNCATED, etp_frame_next, &reader, &message);
    GIVES(ETP_REFUSED_TRUNCATED, etp_frame_next, &reader, NULL);
}

/* ---- market ---- */

static void a_battery_answers(void **unused)
{
    (void)unused;
    etp_battery zeroed = {0};
    const etp_battery untouched = {0};
    etp_battery_spec spec = {0};
    GIVES(ETP_EINVAL, etp_battery_init, NULL, &spec, 0);
    GIVES(ETP_EINVAL, etp_battery_init, &zeroed, NULL, 0);
    GIVES(ETP_ERANGE, etp_battery_init, &zeroed, &spec, 0);
    etp_battery *const batteries[] = {NULL, &zeroed};
    for (unsigned i = 0; i < 2; i++) {
        etp_battery *battery = batteries[i];
        GIVES(ETP_LEVEL_CRITICAL, etp_battery_level, battery);
        GIVES(ETP_HEALTH_EXCELLENT, etp_battery_health, battery);
        GIVES(0, etp_battery_voltage_mv, battery);
        GIVES(0, etp_battery_available, battery);
        GIVES(0, etp_battery_lot, battery, ETP_NS_PER_HOUR, 0, 0);
        GIVES(ETP_EINVAL, etp_battery_hold, battery, 0);
        GIVES(ETP_EINVAL, etp_battery_release, battery, 0);
        GIVES(ETP_EINVAL, etp_battery_sell, battery, 0);
        GIVES(0, etp_battery_discharge, battery, 1000);
        GIVES(0, etp_battery_charge, battery, 1000);
        GIVES(false, etp_battery_conserves, battery, 0);
    }
    assert_memory_equal(&zeroed, &untouched, sizeof zeroed);
}

static void an_auction_answers(void **unused)
{
    (void)unused;
    etp_auction auction = {0};
    etp_bid book[2];
    unsigned order[2];
    etp_mechanism mechanism = ETP_ASCENDING;
    etp_auction_terms terms = {.lot = 1000, .tick = 1, .closes = 10, .hold = 1};
    GIVES(ETP_EINVAL, etp_mechanism_parse, NULL, &mechanism);
    GIVES(ETP_EINVAL, etp_mechanism_parse, "ascending", NULL);
    GIVES(ETP_EINVAL, etp_auction_open, NULL, &terms, book, 2, 0);
    GIVES(ETP_EINVAL, etp_auction_open, &auction, NULL, book, 2, 0);
    GIVES(ETP_EINVAL, etp_auction_open, &auction, &terms, NULL, 2, 0);
    GIVES(ETP_EINVAL, etp_auction_open, &auction, &terms, book, 0, 0);
    etp_auction *const auctions[] = {NULL, &auction};
    for (unsigned i = 0; i < 2; i++) {
        etp_auction *it = auctions[i];
        GIVES(ETP_CODE_NO_AUCTION, etp_auction_bid, it, 0, 1, 1, 1, 0);
        QUIET(etp_auction_withdraw, it, 0, 0);
        GIVES(0, etp_auction_to_beat, it);
        GIVES(0, etp_auction_rank, it, order);
        GIVES(it == NULL ? ETP_EINVAL : ETP_ESTATE, etp_auction_close, it, NULL, 0, 0);
        GIVES(ETP_CODE_UNKNOWN_TRADE, etp_auction_confirm, it, 0, 0);
        GIVES(0, etp_auction_lapse, it, 0);
        QUIET(etp_auction_abort, it, ETP_CODE_NONE);
        GIVES(it != NULL, etp_auction_balances, it);
        GIVES(ETP_TIME_NEVER, etp_auction_deadline, it);
    }
    GIVES(ETP_OK, etp_auction_open, &auction, &terms, book, 2, 0);
    GIVES(ETP_ESTATE, etp_auction_open, &auction, &terms, book, 2, 0);
    GIVES(0, etp_auction_rank, &auction, NULL);
    GIVES(ETP_ESTATE, etp_auction_close, &auction, NULL, 0, 9);
}

/* ---- sim and world ---- */

static void a_network_answers(void **unused)
{
    (void)unused;
    etp_network_options options = {.size = sizeof options, .max_links = 2};
    etp_network *network = (etp_network *)&options;
    etp_delivery delivery = {0};
    etp_network_stats stats;
    QUIET(etp_network_defaults, NULL);
    GIVES(ETP_EINVAL, etp_network_new, NULL, &options, &error);
    GIVES(ETP_EINVAL, etp_network_new, &network, NULL, &error);
    assert_null(network);
    options.size = 0;
    GIVES(ETP_EINVAL, etp_network_new, &network, &options, NULL);
    options.size = sizeof options;
    options.allocator = &half_allocator;
    GIVES(ETP_EINVAL, etp_network_new, &network, &options, &error);
    options.allocator = NULL;
    GIVES(ETP_EINVAL, etp_network_join, NULL, 0, 1, 1, 2);
    GIVES(ETP_EINVAL, etp_network_send, NULL, 0, 0, "x", 1);
    GIVES(ETP_TIME_NEVER, etp_network_next, NULL);
    GIVES(ETP_TIME_NEVER, etp_network_longest, NULL);
    GIVES(false, etp_network_take, NULL, 0, &delivery);
    QUIET(etp_network_get_stats, NULL, &stats);
    assert_int_equal(stats.sent, 0);
    QUIET(etp_network_free, NULL);
    assert_int_equal(etp_network_new(&network, &options, &error), ETP_OK);
    QUIET(etp_network_get_stats, network, NULL);
    GIVES(ETP_ENOENT, etp_network_send, network, 0, 0, "x", 1);
    GIVES(ETP_ERANGE, etp_network_join, network, 0, 1, 0, 2);
    assert_int_equal(etp_network_join(network, 0, 1, 1, 2), ETP_OK);
    GIVES(ETP_EINVAL, etp_network_send, network, 0, 0, NULL, 1);
    GIVES(ETP_ERANGE, etp_network_send, network, 0, 0, "x", 0);
    assert_int_equal(etp_network_send(network, 0, 0, "x", 1), ETP_OK);
    GIVES(false, etp_network_take, network, ETP_NS_PER_HOUR, NULL);
    GIVES(true, etp_network_take, network, ETP_NS_PER_HOUR, &delivery);
    etp_network_free(network);
}

static void prices_answer(void **unused)
{
    (void)unused;
    etp_trace trace = {0};
    etp_price price = 0;
    size_t index = 7;
    etp_tariff tariff = {0};
    GIVES(ETP_EINVAL, etp_trace_load, NULL, "x", NULL, &error);
    GIVES(ETP_EINVAL, etp_trace_load, &trace, NULL, NULL, NULL);
    GIVES(ETP_EINVAL, etp_trace_load, &trace, "x", &half_allocator, &error);
    GIVES(ETP_EINVAL, etp_trace_parse, NULL, "x", "x", 1, NULL, &error);
    GIVES(ETP_EINVAL, etp_trace_parse, &trace, NULL, "x", 1, NULL, &error);
    GIVES(ETP_EINVAL, etp_trace_parse, &trace, "x", NULL, 1, NULL, &error);
    GIVES(ETP_EINVAL, etp_trace_generate, NULL, 1, ETP_NS_PER_HOUR, 1, NULL);
    GIVES(ETP_EINVAL, etp_trace_generate, &trace, 1, ETP_NS_PER_HOUR, 1, &half_allocator);
    GIVES(ETP_EINVAL, etp_trace_from_prices, NULL, 0, ETP_NS_PER_HOUR, &price, 1, NULL, &error);
    GIVES(ETP_EINVAL, etp_trace_from_prices, &trace, 0, ETP_NS_PER_HOUR, NULL, 1, NULL, &error);
    GIVES(ETP_EINVAL, etp_trace_from_prices, &trace, 0, ETP_NS_PER_HOUR, &price, 1, &half_allocator, &error);
    GIVES(ETP_EINVAL, etp_trace_resample, NULL, ETP_NS_PER_HOUR, &error);
    GIVES(ETP_EINVAL, etp_trace_resample, &trace, ETP_NS_PER_HOUR, &error);
    GIVES(ETP_EINVAL, etp_trace_first_noon, NULL, &index);
    GIVES(ETP_EINVAL, etp_trace_first_noon, &trace, NULL);
    GIVES(ETP_ENOENT, etp_trace_first_noon, &trace, &index);
    GIVES(0, etp_trace_clip, NULL, 0);
    GIVES(0, etp_trace_clip, &trace, 0);
    QUIET(etp_trace_fini, NULL);
    etp_price own[] = {CENT};
    trace = (etp_trace){.count = 1, .interval = ETP_NS_PER_HOUR, .prices = own};
    QUIET(etp_trace_fini, &trace);
    QUIET(etp_tariff_flat, NULL, CENT);
    GIVES(ETP_EINVAL, etp_tariff_parse, NULL, "3.3", &error);
    GIVES(ETP_EINVAL, etp_tariff_parse, &tariff, NULL, NULL);
    GIVES(0, etp_tariff_at, NULL, 0);
    GIVES(0, etp_tariff_at, &tariff, 0);
    tariff.steps = UINT_MAX;
    GIVES(0, etp_tariff_at, &tariff, 0);
}

static void homes_answer(void **unused)
{
    (void)unused;
    etp_home home = {0};
    etp_fleet_spec fleet = {0};
    etp_energy pv = 7, load = 7;
    QUIET(etp_fleet_defaults, NULL);
    GIVES(ETP_EINVAL, etp_home_draw, NULL, &fleet, 0);
    GIVES(ETP_EINVAL, etp_home_draw, &home, NULL, 0);
    GIVES(ETP_ERANGE, etp_home_draw, &home, &fleet, 0);
    QUIET(etp_home_flows, NULL, 1, 0, 0, ETP_NS_PER_HOUR, &pv, &load);
    assert_true(pv == 0 && load == 0);
    QUIET(etp_home_flows, &home, 1, 0, 0, ETP_NS_PER_HOUR, NULL, &load);
    QUIET(etp_home_flows, &home, 1, 0, UINT32_MAX, ETP_TIME_NEVER, &pv, &load);
    GIVES(0, etp_home_expected_need, NULL, &fleet, 0);
    GIVES(0, etp_home_expected_need, &home, NULL, 0);
    GIVES(0, etp_home_expected_need, &home, &fleet, UINT32_MAX);
    GIVES(0, etp_home_lot, NULL, ETP_NS_PER_HOUR);
    GIVES(0, etp_home_lot, &home, ETP_NS_PER_HOUR);
    QUIET(etp_home_settle, NULL, ETP_NS_PER_HOUR, 1, 2, 0, 0, CENT, CENT);
    QUIET(etp_home_settle, &home, 0, 1, 2, 0, 0, CENT, CENT);
    GIVES(0, etp_home_cost, NULL, CENT);
    GIVES(0, etp_home_cost, &home, CENT);
    GIVES(0, etp_home_stored_worth, NULL, 1000, CENT);
    GIVES(false, etp_home_conserves, NULL);
    const etp_home_source *source = etp_home_source_built_in();
    note_call("etp_home_source_built_in");
    assert_int_equal(source->size, sizeof *source);
    assert_int_equal(source->draw(NULL, NULL, &fleet, 0), ETP_EINVAL);
}

static void profiles_answer(void **unused)
{
    (void)unused;
    etp_profiles *profiles = NULL;
    etp_profile_series series = {0};
    etp_profile_about about;
    etp_profile_homes homes = {0};
    GIVES(ETP_EINVAL, etp_profiles_new, NULL, NULL);
    GIVES(ETP_EINVAL, etp_profiles_new, &profiles, &half_allocator);
    GIVES(ETP_EINVAL, etp_profiles_add, NULL, &series, &error);
    GIVES(ETP_EINVAL, etp_profiles_set_sun, NULL, &series, 1, NULL);
    GIVES(ETP_EINVAL, etp_profiles_set_weather, NULL, &series, &error);
    GIVES(0, etp_profiles_count, NULL);
    GIVES(ETP_EINVAL, etp_profiles_about, NULL, 1, &about);
    QUIET(etp_profiles_free, NULL);
    assert_int_equal(etp_profiles_new(&profiles, NULL), ETP_OK);
    GIVES(ETP_EINVAL, etp_profiles_add, profiles, NULL, &error);
    GIVES(ETP_EINVAL, etp_profiles_add, profiles, &series, NULL);
    GIVES(ETP_ERANGE, etp_profiles_set_sun, profiles, &series, INT64_MAX, &error);
    GIVES(ETP_ESTATE, etp_profiles_set_weather, profiles, &series, &error);
    GIVES(ETP_EINVAL, etp_profiles_about, profiles, 1, NULL);
    etp_profiles_free(profiles);
    QUIET(etp_profile_homes_defaults, NULL);
    etp_home_source source = etp_profile_homes_source(NULL);
    note_call("etp_profile_homes_source");
    void *state;
    etp_home_scene scene = {.homes = 1};
    assert_int_equal(source.open(source.user, &scene, &state, &error), ETP_EINVAL);
    source = etp_profile_homes_source(&homes);
    assert_int_equal(source.open(source.user, &scene, &state, NULL), ETP_EINVAL);
}

static void buyers_answer(void **unused)
{
    (void)unused;
    etp_buyer_spec spec = {0};
    etp_brief brief = {0};
    etp_utility *utility = (etp_utility *)&spec;
    etp_utility_offer offer = {CENT, 1000};
    etp_utility_plan plan;
    etp_demand_step step = {2 * CENT, 1000, 1000, 0};
    etp_conduct conduct = ETP_CONDUCT_POSTED;
    etp_energy energy = 7;
    QUIET(etp_buyer_brief, NULL, 0, 0, &brief);
    QUIET(etp_buyer_brief, &spec, 0, 0, NULL);
    GIVES(0, etp_buyer_realised, NULL, 0, CENT);
    QUIET(etp_forecast_init, NULL);
    QUIET(etp_forecast_learn, NULL, CENT);
    GIVES(0, etp_forecast_next, NULL);
    GIVES(0, etp_owner_steps, NULL, 1, &step);
    GIVES(0, etp_owner_steps, &brief, 1, NULL);
    QUIET(etp_owner_merge, &step, 1, NULL);
    QUIET(etp_owner_merge, NULL, 1, &brief);
    assert_false(brief.takes_part);
    GIVES(0, etp_owner_settle, NULL, 1, CENT, 1, &energy);
    GIVES(0, etp_owner_settle, &step, 1, CENT, 1, NULL);
    assert_int_equal(energy, 7);
    GIVES(NULL, etp_conduct_name, (etp_conduct)-1);
    GIVES(ETP_EINVAL, etp_conduct_parse, NULL, &conduct);
    GIVES(ETP_EINVAL, etp_conduct_parse, "posted", NULL);
    GIVES(ETP_EINVAL, etp_utility_new, NULL, conduct, 1, 1, NULL);
    GIVES(ETP_EINVAL, etp_utility_new, &utility, conduct, 0, 1, NULL);
    assert_null(utility);
    GIVES(ETP_EINVAL, etp_utility_new, &utility, conduct, 1, 1, &half_allocator);
    GIVES(ETP_EINVAL, etp_utility_new, &utility, (etp_conduct)3, 1, 1, NULL);
    GIVES(ETP_EINVAL, etp_utility_brief, NULL, &step, 1);
    GIVES(ETP_PRICE_NONE, etp_utility_posted, NULL);
    QUIET(etp_utility_free, NULL);
    assert_int_equal(etp_utility_new(&utility, conduct, 1, 1, NULL), ETP_OK);
    GIVES(ETP_EINVAL, etp_utility_brief, utility, NULL, 1);
    etp_utility_free(utility);
    GIVES(ETP_EINVAL, etp_utility_decide, conduct, NULL, 1, &step, 1, &plan);
    assert_int_equal(plan.price, ETP_PRICE_NONE);
    GIVES(ETP_EINVAL, etp_utility_decide, conduct, &offer, 1, NULL, 1, &plan);
    GIVES(ETP_EINVAL, etp_utility_decide, (etp_conduct)3, &offer, 1, &step, 1, &plan);
    GIVES(ETP_EINVAL, etp_utility_decide, conduct, &offer, 1, &step, 1, NULL);
    assert_int_equal(etp_utility_hooks()->size, sizeof(etp_aggregator_hooks));
    note_call("etp_utility_hooks");
    etp_battery_view view = {.level = (etp_level)99};
    etp_reserve reserve = {7, 7};
    QUIET(etp_default_reserve, CENT, NULL, &reserve);
    QUIET(etp_default_reserve, CENT, &view, NULL);
    assert_int_equal(reserve.price, 7);
    QUIET(etp_default_reserve, INT64_MAX, &view, &reserve);
    assert_true(reserve.price >= 0 && reserve.price <= ETP_PRICE_MAX);
    view.level = ETP_LEVEL_CRITICAL;
    QUIET(etp_default_reserve, INT64_MAX, &view, &reserve);
    assert_int_equal(reserve.price, ETP_PRICE_MAX);
}

static void ledgers_answer(void **unused)
{
    (void)unused;
    NAMES("unknown", etp_regime_name, ETP_REGIMES);
    GIVES(ETP_REGIME_NIGHT, etp_regime_of, 0, UINT32_MAX);
    etp_ledger_slice slice = {.intervals = 1};
    QUIET(etp_ledger_slice_add, NULL, &slice);
    QUIET(etp_ledger_slice_add, &slice, NULL);
    GIVES(NULL, etp_ledger_total, NULL);
    GIVES(NULL, etp_ledger_hour, NULL, 0);
    GIVES(NULL, etp_ledger_regime, NULL, ETP_REGIME_NOON);
    GIVES(NULL, etp_ledger_day, NULL, 0);
    GIVES(0, etp_ledger_days, NULL);
    GIVES(0, etp_ledger_blocks, NULL);
    GIVES(0, etp_ledger_home_cost, NULL, 0, 0);
    GIVES(0, etp_ledger_home_sold, NULL, 0, 0);
    GIVES(0, etp_ledger_home_income, NULL, 0, 0);
}

/* ---- all of them ---- */

static void every_public_function_stands_here(void **unused)
{
    (void)unused;
    char *umbrella = read_header("etp.h");
    unsigned functions = 0;
    for (const char *at = strstr(umbrella, "#include \"etp/"); at != NULL; at = strstr(at + 1, "#include \"etp/")) {
        char name[64];
        assert_int_equal(sscanf(at, "#include \"etp/%60[a-z_.]\"", name), 1);
        if (strcmp(name, "engine.h") != 0 && strcmp(name, "run.h") != 0)
            functions += expect_all_called(name);
    }
    free(umbrella);
    assert_true(functions > 80);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base_answers),
        cmocka_unit_test(units_answer),
        cmocka_unit_test(names_answer),
        cmocka_unit_test(codec_answers),
        cmocka_unit_test(a_battery_answers),
        cmocka_unit_test(an_auction_answers),
        cmocka_unit_test(a_network_answers),
        cmocka_unit_test(prices_answer),
        cmocka_unit_test(homes_answer),
        cmocka_unit_test(profiles_answer),
        cmocka_unit_test(buyers_answer),
        cmocka_unit_test(ledgers_answer),
        cmocka_unit_test(every_public_function_stands_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
