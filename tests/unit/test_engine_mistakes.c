/* SPDX-License-Identifier: MIT */
/*
 * What a host can get wrong with an engine and with a run: besides NULL and sizes, calls that come too early, too late, or
 * from inside another. Every public function of the two stands here; each answers, and changes nothing.
 */
#include "unit/test_mistakes.h"

#include "etp/run.h"
#include "home_battery.h"

#define NOON (INT64_C(1700000000) * ETP_NS_PER_SECOND)

static etp_error error;
static const etp_allocator half_allocator = {NULL, NULL, &error};

/* ---- the engine ---- */

static etp_engine *engine;
static etp_battery battery;
static etp_node seller, buyer;
static etp_link of_seller, of_buyer;
static unsigned sent, called_from_inside;

/* Everything that a host may not do from inside a call. */
static void call_from_inside(void)
{
    etp_interval interval = {.starts = NOON, .ends = NOON + ETP_NS_PER_HOUR};
    etp_bess_brief bess = {0};
    etp_aggregator_brief aggregator = {0};
    etp_link link;
    called_from_inside++;
    GIVES(ETP_ESTATE, etp_engine_start, engine);
    GIVES(ETP_ESTATE, etp_engine_advance, engine, NOON + ETP_NS_PER_HOUR);
    GIVES(ETP_ESTATE, etp_engine_receive, engine, of_buyer, "frame", 5);
    GIVES(ETP_ESTATE, etp_engine_link_ready, engine, of_buyer);
    GIVES(ETP_ESTATE, etp_engine_link_lost, engine, of_buyer);
    GIVES(ETP_ESTATE, etp_engine_link_up, engine, of_buyer);
    GIVES(ETP_ESTATE, etp_engine_link_clock, engine, of_buyer, 1);
    GIVES(ETP_ESTATE, etp_engine_add_link, engine, seller, 5, &link);
    GIVES(ETP_ESTATE, etp_engine_begin_interval, engine, &interval);
    GIVES(ETP_ESTATE, etp_engine_fail, engine, seller);
    GIVES(ETP_ESTATE, etp_engine_recover, engine, seller);
    GIVES(ETP_ESTATE, etp_engine_shut_down, engine);
    GIVES(ETP_ESTATE, etp_engine_brief_bess, engine, seller, &bess);
    GIVES(ETP_ESTATE, etp_engine_set_base_reserve, engine, seller, 1);
    GIVES(ETP_ESTATE, etp_engine_brief_aggregator, engine, buyer, &aggregator);
    QUIET(etp_engine_free, engine);
}

static int send_and_meddle(void *user, etp_link link, const void *frame, size_t size)
{
    (void)user;
    (void)link;
    (void)frame;
    (void)size;
    sent++;
    call_from_inside();
    return ETP_OK;
}

static void observe_and_meddle(void *user, const etp_event *event)
{
    (void)user;
    (void)event;
    call_from_inside();
}

static int start_and_meddle(void *user, const etp_context *context)
{
    (void)user;
    (void)context;
    call_from_inside();
    return 0;
}

static const etp_bess_hooks seller_hooks = {.size = sizeof(etp_bess_hooks), .on_start = start_and_meddle};

static void wrong_options(void)
{
    etp_engine_options options;
    QUIET(etp_engine_defaults, NULL);
    QUIET(etp_timing_defaults, NULL);
    QUIET(etp_bess_defaults, NULL);
    QUIET(etp_aggregator_defaults, NULL);
    QUIET(etp_engine_free, NULL);
    GIVES(ETP_EINVAL, etp_engine_new, &engine, NULL, &error);
    etp_engine_defaults(&options);
    GIVES(ETP_EINVAL, etp_engine_new, NULL, &options, &error);
    GIVES(ETP_EINVAL, etp_engine_new, &engine, &options, NULL);
    options.transport.send = send_and_meddle;
    GIVES(ETP_EINVAL, etp_engine_new, &engine, &options, &error);
    options.max_nodes = options.max_links = 2;
    options.size--;
    GIVES(ETP_EINVAL, etp_engine_new, &engine, &options, &error);
    options.size++;
    options.allocator = &half_allocator;
    GIVES(ETP_EINVAL, etp_engine_new, &engine, &options, &error);
    options.allocator = NULL;
    options.now = ETP_TIME_NEVER;
    GIVES(ETP_EINVAL, etp_engine_new, &engine, &options, &error);
    assert_null(engine);
}

static void no_engine_answers(void **unused)
{
    (void)unused;
    etp_interval interval = {.starts = NOON, .ends = NOON + ETP_NS_PER_HOUR};
    etp_bess_options bess = {.size = sizeof bess, .device_id = 1, .battery = &battery, .peers = 1};
    etp_aggregator_options aggregator = {.size = sizeof aggregator, .device_id = 2, .peers = 1};
    etp_bess_brief lot = {0};
    etp_aggregator_brief need = {0};
    etp_aggregator_totals totals;
    etp_engine_stats stats;
    etp_energy energy;
    etp_money money;
    wrong_options();
    NAMES("?", etp_event_name, (etp_event_kind)99);
    GIVES(ETP_EINVAL, etp_engine_add_bess, NULL, &bess, &seller);
    GIVES(ETP_EINVAL, etp_engine_add_aggregator, NULL, &aggregator, &buyer);
    GIVES(ETP_EINVAL, etp_engine_add_link, NULL, 0, 1, &of_seller);
    GIVES(ETP_EINVAL, etp_engine_start, NULL);
    GIVES(ETP_EINVAL, etp_engine_brief_bess, NULL, 0, &lot);
    GIVES(ETP_EINVAL, etp_engine_brief_aggregator, NULL, 0, &need);
    GIVES(ETP_EINVAL, etp_engine_begin_interval, NULL, &interval);
    GIVES(ETP_EINVAL, etp_engine_receive, NULL, 0, "x", 1);
    GIVES(ETP_EINVAL, etp_engine_link_ready, NULL, 0);
    GIVES(ETP_EINVAL, etp_engine_link_lost, NULL, 0);
    GIVES(ETP_EINVAL, etp_engine_link_up, NULL, 0);
    GIVES(ETP_EINVAL, etp_engine_link_clock, NULL, 0, 0);
    GIVES(ETP_EINVAL, etp_engine_advance, NULL, 1);
    GIVES(ETP_TIME_NEVER, etp_engine_deadline, NULL);
    GIVES(ETP_EINVAL, etp_engine_fail, NULL, 0);
    GIVES(ETP_EINVAL, etp_engine_recover, NULL, 0);
    GIVES(ETP_EINVAL, etp_engine_shut_down, NULL);
    GIVES(0, etp_engine_now, NULL);
    GIVES(NULL, etp_engine_timing, NULL);
    GIVES(ETP_EINVAL, etp_engine_sold, NULL, 0, &energy, &money);
    GIVES(ETP_EINVAL, etp_engine_offered, NULL, 0, &energy, &money);
    GIVES(ETP_EINVAL, etp_engine_pair_links, NULL, 0, 0);
    GIVES(ETP_EINVAL, etp_engine_aggregator_totals, NULL, 0, &totals);
    QUIET(etp_engine_get_stats, NULL, &stats);
    assert_int_equal(stats.auctions, 0);
    GIVES(NULL, etp_engine_delays, NULL, ETP_BID);
}

static void build(void)
{
    etp_engine_options options;
    etp_engine_defaults(&options);
    options.now = NOON;
    options.transport.send = send_and_meddle;
    options.observer.on_event = observe_and_meddle;
    options.max_nodes = options.max_links = 2;
    assert_int_equal(etp_engine_new(&engine, &options, &error), ETP_OK);
    assert_int_equal(etp_battery_init(&battery, &bare_battery, 8000000), ETP_OK);
}

/* Before the start: nodes that do not fit, and calls that come too early. */
static void too_early(void)
{
    etp_battery empty = {0};
    etp_bess_hooks small = {.size = 1};
    etp_bess_options bess = {.size = sizeof bess, .device_id = 1, .battery = &battery, .peers = 1};
    etp_interval interval = {.starts = NOON, .ends = NOON + ETP_NS_PER_HOUR};
    GIVES(ETP_EINVAL, etp_engine_add_bess, engine, NULL, &seller);
    GIVES(ETP_EINVAL, etp_engine_add_bess, engine, &bess, NULL);
    bess.battery = NULL;
    GIVES(ETP_ERANGE, etp_engine_add_bess, engine, &bess, &seller);
    bess.battery = &empty;
    GIVES(ETP_ERANGE, etp_engine_add_bess, engine, &bess, &seller);
    bess.battery = &battery;
    bess.hooks = &small;
    GIVES(ETP_EINVAL, etp_engine_add_bess, engine, &bess, &seller);
    bess.hooks = &seller_hooks;
    assert_int_equal(etp_engine_add_bess(engine, &bess, &seller), ETP_OK);
    etp_aggregator_options aggregator = {.size = 0, .device_id = 2, .peers = 1};
    GIVES(ETP_EINVAL, etp_engine_add_aggregator, engine, &aggregator, &buyer);
    GIVES(ETP_EINVAL, etp_engine_add_aggregator, engine, NULL, &buyer);
    aggregator.size = sizeof aggregator;
    aggregator.steps = UINT16_MAX + 1;
    GIVES(ETP_ERANGE, etp_engine_add_aggregator, engine, &aggregator, &buyer);
    aggregator.steps = 2;
    GIVES(ETP_EINVAL, etp_engine_add_aggregator, engine, &aggregator, NULL);
    assert_int_equal(etp_engine_add_aggregator(engine, &aggregator, &buyer), ETP_OK);
    GIVES(ETP_EINVAL, etp_engine_add_link, engine, seller, 2, NULL);
    GIVES(ETP_ENOENT, etp_engine_add_link, engine, 9, 2, &of_seller);
    assert_int_equal(etp_engine_add_link(engine, seller, 2, &of_seller), ETP_OK);
    assert_int_equal(etp_engine_add_link(engine, buyer, 1, &of_buyer), ETP_OK);
    GIVES(ETP_ESTATE, etp_engine_begin_interval, engine, &interval);
    GIVES(ETP_ESTATE, etp_engine_receive, engine, of_seller, "x", 1);
    GIVES(ETP_ESTATE, etp_engine_link_lost, engine, of_seller);
    GIVES(ETP_ESTATE, etp_engine_link_up, engine, of_seller);
    GIVES(ETP_ESTATE, etp_engine_fail, engine, seller);
    GIVES(ETP_ESTATE, etp_engine_recover, engine, seller);
    GIVES(ETP_ESTATE, etp_engine_shut_down, engine);
    assert_int_equal(sent, 0);
}

static void too_late(void)
{
    etp_bess_options bess = {.size = sizeof bess, .device_id = 3, .battery = &battery, .peers = 1};
    etp_aggregator_options aggregator = {.size = sizeof aggregator, .device_id = 4, .peers = 1};
    etp_node node;
    etp_link link;
    GIVES(ETP_ESTATE, etp_engine_start, engine);
    GIVES(ETP_ESTATE, etp_engine_add_bess, engine, &bess, &node);
    GIVES(ETP_ESTATE, etp_engine_add_aggregator, engine, &aggregator, &node);
    GIVES(ETP_EFULL, etp_engine_add_link, engine, seller, 5, &link);
}

static void not_so(void)
{
    etp_demand_step steps[3] = {{.value = 1, .need = -1}, {.value = 2}};
    etp_bess_brief lot = {0};
    etp_aggregator_brief need = {0};
    etp_aggregator_totals totals;
    etp_energy energy;
    etp_money money;
    etp_interval interval = {.starts = INT64_MIN, .ends = INT64_MAX};
    GIVES(ETP_EINVAL, etp_engine_begin_interval, engine, NULL);
    GIVES(ETP_ERANGE, etp_engine_begin_interval, engine, &interval);
    GIVES(ETP_EINVAL, etp_engine_receive, engine, of_seller, NULL, 1);
    GIVES(ETP_ENOENT, etp_engine_receive, engine, 9, "x", 1);
    GIVES(ETP_ENOENT, etp_engine_link_ready, engine, 9);
    GIVES(ETP_ENOENT, etp_engine_link_lost, engine, 9);
    GIVES(ETP_ENOENT, etp_engine_link_up, engine, 9);
    GIVES(ETP_ENOENT, etp_engine_link_clock, engine, 9, 0);
    GIVES(ETP_ERANGE, etp_engine_link_clock, engine, of_seller, INT64_MIN);
    GIVES(ETP_ERANGE, etp_engine_link_clock, engine, of_seller, INT64_MAX);
    GIVES(ETP_ERANGE, etp_engine_advance, engine, ETP_TIME_NEVER);
    GIVES(ETP_OK, etp_engine_advance, engine, INT64_MIN);
    assert_int_equal(etp_engine_now(engine), NOON);
    GIVES(ETP_EINVAL, etp_engine_set_base_reserve, NULL, seller, 1);
    GIVES(ETP_EINVAL, etp_engine_set_base_reserve, engine, buyer, 1);
    GIVES(ETP_ERANGE, etp_engine_set_base_reserve, engine, seller, -1);
    GIVES(ETP_ERANGE, etp_engine_set_base_reserve, engine, seller, ETP_PRICE_MAX + 1);
    GIVES(ETP_EINVAL, etp_engine_brief_bess, engine, seller, NULL);
    GIVES(ETP_EINVAL, etp_engine_brief_bess, engine, buyer, &lot);
    GIVES(ETP_EINVAL, etp_engine_brief_aggregator, engine, buyer, NULL);
    GIVES(ETP_EINVAL, etp_engine_brief_aggregator, engine, seller, &need);
    need.step_count = 1;
    GIVES(ETP_EINVAL, etp_engine_brief_aggregator, engine, buyer, &need);
    need.steps = steps;
    GIVES(ETP_ERANGE, etp_engine_brief_aggregator, engine, buyer, &need);
    need.step_count = 2;
    steps[0].need = 1;
    GIVES(ETP_ERANGE, etp_engine_brief_aggregator, engine, buyer, &need);
    steps[1].budget = -1;
    steps[0].value = 2;
    GIVES(ETP_ERANGE, etp_engine_brief_aggregator, engine, buyer, &need);
    need.step_count = 3;
    GIVES(ETP_EFULL, etp_engine_brief_aggregator, engine, buyer, &need);
    GIVES(ETP_ENOENT, etp_engine_fail, engine, 9);
    GIVES(ETP_ENOENT, etp_engine_recover, engine, 9);
    GIVES(ETP_EINVAL, etp_engine_sold, engine, buyer, &energy, &money);
    GIVES(ETP_EINVAL, etp_engine_sold, engine, seller, NULL, &money);
    GIVES(ETP_EINVAL, etp_engine_offered, engine, buyer, &energy, &money);
    GIVES(ETP_EINVAL, etp_engine_offered, engine, seller, NULL, &money);
    GIVES(ETP_ESTATE, etp_engine_pair_links, engine, 0, 1);
    GIVES(ETP_EINVAL, etp_engine_offered, engine, seller, &energy, NULL);
    GIVES(ETP_EINVAL, etp_engine_aggregator_totals, engine, seller, &totals);
    GIVES(ETP_EINVAL, etp_engine_aggregator_totals, engine, buyer, NULL);
    QUIET(etp_engine_get_stats, engine, NULL);
    GIVES(NULL, etp_engine_delays, engine, (etp_type)99);
}

static void an_engine_answers_in_any_order(void **unused)
{
    (void)unused;
    build();
    too_early();
    assert_int_equal(etp_engine_start(engine), ETP_OK);
    too_late();
    not_so();
    GIVES(ETP_OK, etp_engine_advance, engine, NOON + ETP_NS_PER_HOUR);
    GIVES(ETP_OK, etp_engine_shut_down, engine);
    GIVES(ETP_OK, etp_engine_shut_down, engine);
    /* on_start, and with each frame the transport */
    assert_true(sent > 0 && called_from_inside > sent);
    etp_engine_free(engine);
    engine = NULL;
}

/* ---- runs ---- */

static etp_run *run;
static unsigned steps_refused;

static void step_from_inside(void *user, const etp_event *event)
{
    (void)user;
    (void)event;
    if (run != NULL)
        steps_refused += etp_run_step(run, NULL) == ETP_ESTATE;
    etp_run_free(run);
}

static void wrong_run_options(etp_run_options *options)
{
    etp_run_options good = *options;
    GIVES(ETP_EINVAL, etp_run_new, NULL, options, &error);
    GIVES(ETP_EINVAL, etp_run_new, &run, NULL, &error);
    options->size--;
    GIVES(ETP_EINVAL, etp_run_new, &run, options, NULL);
    *options = good;
    options->allocator = &half_allocator;
    GIVES(ETP_EINVAL, etp_run_new, &run, options, &error);
    *options = good;
    options->firms = NULL;
    GIVES(ETP_EINVAL, etp_run_new, &run, options, &error);
    *options = good;
    options->trace = NULL;
    GIVES(ETP_EINVAL, etp_run_new, &run, options, &error);
    *options = good;
    assert_null(run);
}

static void no_run_answers(void **unused)
{
    (void)unused;
    etp_run_totals totals;
    etp_firm_result firm;
    etp_engine_stats stats;
    etp_network_stats network;
    etp_node node;
    QUIET(etp_run_defaults, NULL);
    QUIET(etp_run_free, NULL);
    GIVES(ETP_EINVAL, etp_run_step, NULL, &error);
    GIVES(ETP_EINVAL, etp_run_advance, NULL, 0, &error);
    GIVES(0, etp_run_done, NULL);
    GIVES(0, etp_run_now, NULL);
    GIVES(0, etp_run_starts, NULL, 1);
    QUIET(etp_run_cut, NULL);
    GIVES(ETP_EINVAL, etp_run_shift, NULL, 1);
    GIVES(NULL, etp_run_engine, NULL);
    GIVES(ETP_EINVAL, etp_run_firm_node, NULL, 0, &node);
    QUIET(etp_run_get_totals, NULL, &totals);
    assert_int_equal(totals.trades, 0);
    GIVES(0, etp_run_firm_count, NULL);
    GIVES(ETP_EINVAL, etp_run_firm, NULL, 0, &firm);
    GIVES(NULL, etp_run_home, NULL, 0);
    GIVES(0, etp_run_home_cost, NULL, 0);
    GIVES(NULL, etp_run_ledger, NULL);
    QUIET(etp_run_engine_stats, NULL, &stats);
    GIVES(NULL, etp_run_delays, NULL, ETP_BID);
    QUIET(etp_run_network_stats, NULL, &network);
    GIVES(ETP_EINVAL, etp_run_check, NULL, &error);
    GIVES(ETP_EINVAL, etp_run_without_market, NULL, NULL, &error);
    GIVES(ETP_EINVAL, etp_run_without_market_blocks, NULL, ETP_NS_PER_HOUR, NULL, &error);
    GIVES(ETP_EINVAL, etp_run_timed_tariff, NULL, ETP_NS_PER_HOUR, NULL, &error);
    GIVES(ETP_EINVAL, etp_run_timed_totals, NULL, NULL, &error);
    GIVES(etp_run_home_device(0), etp_run_home_device, 0);
    GIVES(etp_run_firm_device(0), etp_run_firm_device, 0);
}

static void a_run_answers_in_any_order(void **unused)
{
    (void)unused;
    etp_trace trace;
    etp_firm firm = {.name = NULL, .portfolio = 0};
    etp_run_options options;
    assert_int_equal(etp_trace_generate(&trace, 1, ETP_NS_PER_HOUR / 12, 1, NULL), ETP_OK);
    etp_run_defaults(&options);
    options.trace = &trace;
    options.intervals = 1;
    options.homes = 2;
    options.firms = &firm;
    options.firm_count = options.portfolios = 1;
    options.observer.on_event = step_from_inside;
    wrong_run_options(&options);
    GIVES(ETP_EINVAL, etp_run_without_market, &options, NULL, &error);
    GIVES(ETP_EINVAL, etp_run_without_market_blocks, &options, ETP_NS_PER_HOUR, NULL, &error);
    GIVES(ETP_EINVAL, etp_run_timed_tariff, &options, ETP_NS_PER_HOUR, NULL, &error);
    GIVES(ETP_EINVAL, etp_run_timed_totals, &options, NULL, &error);
    assert_int_equal(etp_run_new(&run, &options, &error), ETP_OK);
    etp_firm_result result;
    etp_node node;
    GIVES(ETP_EINVAL, etp_run_firm_node, run, 0, NULL);
    GIVES(ETP_ENOENT, etp_run_firm_node, run, 1, &node);
    GIVES(ETP_ERANGE, etp_run_shift, run, INT64_MIN);
    GIVES(ETP_EINVAL, etp_run_firm, run, 0, NULL);
    GIVES(ETP_ENOENT, etp_run_firm, run, 1, &result);
    GIVES(NULL, etp_run_home, run, 2);
    GIVES(0, etp_run_home_cost, run, 2);
    QUIET(etp_run_get_totals, run, NULL);
    QUIET(etp_run_engine_stats, run, NULL);
    QUIET(etp_run_network_stats, run, NULL);
    GIVES(ETP_OK, etp_run_step, run, &error);
    assert_true(steps_refused > 0);
    GIVES(ETP_ESTATE, etp_run_step, run, &error);
    GIVES(ETP_OK, etp_run_advance, run, ETP_TIME_NEVER, &error);
    etp_run_free(run);
    run = NULL;
    etp_trace_fini(&trace);
}

static void every_public_function_stands_here(void **unused)
{
    (void)unused;
    assert_true(expect_all_called("engine.h") > 20);
    assert_true(expect_all_called("run.h") > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_engine_answers),
        cmocka_unit_test(an_engine_answers_in_any_order),
        cmocka_unit_test(no_run_answers),
        cmocka_unit_test(a_run_answers_in_any_order),
        cmocka_unit_test(every_public_function_stands_here),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
