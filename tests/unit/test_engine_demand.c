/* SPDX-License-Identifier: MIT */
/* A buyer whose demand has steps: what its offers show, what is let through, what counts against which step. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine_peers.h"

enum { STEPS = 3 };

static const etp_money no_limit = 1000 * ETP_MONEY_PER_DOLLAR;

static void brief_steps(const etp_demand_step *steps, unsigned count)
{
    etp_aggregator_brief brief = {.takes_part = true, .value = steps[0].value, .steps = steps, .step_count = count};
    for (unsigned i = 0; i < count; i++) {
        brief.need += steps[i].need;
        brief.budget += steps[i].budget;
    }
    assert_int_equal(etp_engine_brief_aggregator(it.engine, it.node, &brief), ETP_OK);
}

static void begin(const etp_demand_step *steps, unsigned count)
{
    set_up();
    make_engine();
    etp_aggregator_options options = {
        .size = sizeof options, .device_id = SELF, .hooks = &buyer_hooks, .peers = PEERS, .steps = STEPS};
    assert_int_equal(etp_engine_add_aggregator(it.engine, &options, &it.node), ETP_OK);
    make_links();
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    brief_steps(steps, count);
    for (unsigned i = 0; i < PEERS; i++)
        register_with(i);
    begin_interval();
}

static void check_bid(unsigned peer, etp_price value, etp_energy energy)
{
    offer_to(peer, LOT, 2000);
    assert_int_equal(it.offer.value, value);
    assert_int_equal(heard(peer, ETP_BID).required_energy, energy);
}

static void values_go_down_as_needs_are_filled(void **unused)
{
    (void)unused;
    const etp_demand_step steps[] = {
        {30 * CENT, LOT + LOT / 2, no_limit, 9}, {25 * CENT, LOT, no_limit, 4}, {22 * CENT, LOT, no_limit, 6}};
    begin(steps, 3);
    assert_int_equal(heard(0, ETP_QUERY).required_energy, 3 * LOT + LOT / 2);
    check_bid(0, 30 * CENT, LOT);
    assert_int_equal(it.offer.need, 3 * LOT + LOT / 2);
    /* What is let through ends where the step does, though more is wanted. */
    check_bid(1, 30 * CENT, LOT / 2);
    assert_int_equal(it.offer.need, 2 * LOT + LOT / 2);
    assert_int_equal(it.offer.budget, 3 * no_limit - etp_amount(20 * CENT, LOT));
    check_bid(2, 25 * CENT, LOT);
    check_bid(3, 22 * CENT, LOT);
}

static void a_bid_that_is_lost_gives_its_step_back(void **unused)
{
    (void)unused;
    const etp_demand_step steps[] = {{30 * CENT, LOT, no_limit, 0}, {25 * CENT, 2 * LOT, no_limit, 1}};
    begin(steps, 2);
    check_bid(0, 30 * CENT, LOT);
    check_bid(1, 25 * CENT, LOT);
    reject_bid(0, ETP_CODE_NOT_COMPETITIVE);
    assert_int_equal(it.result.value, 30 * CENT);
    /* A part of it won, the rest is there again; what was bid for the second step stays with it. */
    accept_bid(1, 20 * CENT, LOT);
    give_receipt(1);
    assert_int_equal(it.result.value, 25 * CENT);
    assert_int_equal(it.last_event[ETP_EVENT_RECEIPT].value, 25 * CENT);
    check_bid(2, 30 * CENT, LOT);
    accept_bid(2, 20 * CENT, LOT / 4);
    give_receipt(2);
    check_bid(3, 30 * CENT, LOT - LOT / 4);
}

static void each_step_has_its_own_budget(void **unused)
{
    (void)unused;
    const etp_demand_step steps[] = {{30 * CENT, 4 * LOT, etp_amount(20 * CENT, LOT + LOT / 2), 0},
                                     {25 * CENT, 4 * LOT, etp_amount(20 * CENT, LOT / 2), 1}};
    begin(steps, 2);
    check_bid(0, 30 * CENT, LOT);
    check_bid(1, 30 * CENT, LOT / 2);
    check_bid(2, 25 * CENT, LOT / 2);
    /* All is spent: nobody is asked any more. */
    offer_to(3, LOT, 2000);
    assert_int_equal(it.offers, 3);
    assert_null(find_heard(3, ETP_BID));
}

/* A price at which rounding leaves a micro-dollar, which would buy a few milliwatt-hours of each battery for nothing. */
static void the_rest_of_a_budget_is_no_budget(void **unused)
{
    (void)unused;
    const etp_demand_step steps[] = {{30 * CENT, 4 * LOT, 70001, 0}, {25 * CENT, 4 * LOT, no_limit, 1}};
    begin(steps, 2);
    it.price = 199999;
    offer_to(0, LOT, 2000);
    assert_int_equal(it.offer.value, 30 * CENT);
    etp_energy first = heard(0, ETP_BID).required_energy;
    assert_int_equal(first, etp_affordable(70001, it.price));
    assert_true(etp_amount(it.price, first) < 70001);
    check_bid(1, 25 * CENT, LOT);
}

static void who_waits_is_asked_again_at_the_value_of_then(void **unused)
{
    (void)unused;
    const etp_demand_step steps[] = {{30 * CENT, LOT, no_limit, 0}, {25 * CENT, LOT, no_limit, 1}};
    begin(steps, 2);
    it.decision = ETP_DECIDE_WAIT;
    offer_to(0, LOT, 2000);
    assert_int_equal(it.offer.value, 30 * CENT);
    it.decision = ETP_DECIDE_BID;
    check_bid(1, 30 * CENT, LOT);
    advance(1900 * MS);
    assert_int_equal(it.offer.asked, 2);
    assert_int_equal(it.offer.value, 25 * CENT);
    assert_int_equal(heard(0, ETP_BID).required_energy, LOT);
}

static void a_raised_bid_stays_on_its_step(void **unused)
{
    (void)unused;
    const etp_demand_step steps[] = {{30 * CENT, LOT / 2, no_limit, 0}, {25 * CENT, LOT, no_limit, 1}};
    begin(steps, 2);
    check_bid(0, 30 * CENT, LOT / 2);
    check_bid(1, 25 * CENT, LOT);
    it.raise = 21 * CENT;
    reject_bid(0, ETP_CODE_OUTBID);
    assert_int_equal(heard(0, ETP_BID).bid_price, 21 * CENT);
    assert_int_equal(heard(0, ETP_BID).required_energy, LOT / 2);
    offer_to(2, LOT, 2000);
    assert_null(find_heard(2, ETP_BID));
}

static void doubt_weighs_on_the_next_interval(void **unused)
{
    (void)unused;
    const etp_demand_step steps[] = {{30 * CENT, LOT, no_limit, 0}, {25 * CENT, LOT, no_limit, 1}};
    begin(steps, 2);
    check_bid(0, 30 * CENT, LOT);
    check_bid(1, 25 * CENT, LOT);
    accept_bid(1, 20 * CENT, LOT);
    advance(INTERVAL);
    const etp_demand_step next[] = {{28 * CENT, LOT / 2, no_limit, 1}, {24 * CENT, 3 * LOT, no_limit, 0}};
    brief_steps(next, 2);
    begin_interval();
    /* In doubt is more than the first step needs: it is full. */
    check_bid(2, 24 * CENT, LOT);
    say(1, (etp_message){
               .type = ETP_TERMINATE, .in_reply_to = heard(1, ETP_BID_CONFIRM).message_id, .code = ETP_CODE_EXPIRED});
    assert_int_equal(it.events[ETP_EVENT_VOID], 1);
    check_bid(3, 28 * CENT, LOT / 2);
}

static void an_interval_without_steps_is_as_ever(void **unused)
{
    (void)unused;
    const etp_demand_step steps[] = {{30 * CENT, LOT, no_limit, 0}, {25 * CENT, LOT, no_limit, 1}};
    begin(steps, 2);
    check_bid(0, 30 * CENT, LOT);
    advance(INTERVAL);
    brief_buyer(2 * LOT, no_limit);
    begin_interval();
    for (unsigned i = 0; i < 3; i++)
        offer_to(i, LOT, 2000);
    assert_int_equal(it.offer.value, 25 * CENT);
    assert_null(find_heard(2, ETP_BID));
    advance(INTERVAL);
    brief_steps(steps, 2);
    begin_interval();
    check_bid(3, 30 * CENT, LOT);
    check_bid(0, 25 * CENT, LOT);
}

/* Whatever happens to bids, no step is ever filled over its need or its budget. */
static void no_step_is_ever_overfilled(void **unused)
{
    (void)unused;
    etp_rng rng;
    etp_rng_seed(&rng, 6);
    printf("seed 6\n");
    etp_demand_step steps[STEPS] = {{30 * CENT, LOT, no_limit, 0}};
    begin(steps, 1);
    for (int round = 0; round < 300; round++) {
        etp_energy open[STEPS] = {0};
        for (unsigned i = 0; i < STEPS; i++)
            steps[i] = (etp_demand_step){.value = (30 - 2 * (etp_price)i) * CENT,
                                         .need = (etp_energy)etp_rng_below(&rng, 2 * LOT),
                                         .budget = (etp_money)etp_rng_below(&rng, 150000)};
        advance(INTERVAL);
        brief_steps(steps, STEPS);
        forget();
        begin_interval();
        for (unsigned peer = 0; peer < PEERS; peer++) {
            unsigned asked = it.offers;
            if (find_heard(peer, ETP_QUERY) == NULL)
                continue;
            offer_to(peer, LOT, 2000);
            const etp_message *bid = find_heard(peer, ETP_BID);
            if (it.offers == asked || bid == NULL)
                continue;
            unsigned step = (unsigned)((30 * CENT - it.offer.value) / (2 * CENT));
            etp_energy energy = bid->required_energy, won = (etp_energy)etp_rng_below(&rng, (uint64_t)energy + 1);
            assert_true(open[step] + energy <= steps[step].need);
            assert_true(etp_amount(it.price, open[step] + energy) <= steps[step].budget + PEERS);
            if (won == 0) {
                reject_bid(peer, ETP_CODE_NOT_COMPETITIVE);
                continue;
            }
            accept_bid(peer, it.price, won);
            give_receipt(peer);
            open[step] += won;
        }
    }
    assert_true(totals().wins > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(values_go_down_as_needs_are_filled, end_test),
        cmocka_unit_test_teardown(a_bid_that_is_lost_gives_its_step_back, end_test),
        cmocka_unit_test_teardown(each_step_has_its_own_budget, end_test),
        cmocka_unit_test_teardown(the_rest_of_a_budget_is_no_budget, end_test),
        cmocka_unit_test_teardown(who_waits_is_asked_again_at_the_value_of_then, end_test),
        cmocka_unit_test_teardown(a_raised_bid_stays_on_its_step, end_test),
        cmocka_unit_test_teardown(doubt_weighs_on_the_next_interval, end_test),
        cmocka_unit_test_teardown(an_interval_without_steps_is_as_ever, end_test),
        cmocka_unit_test_teardown(no_step_is_ever_overfilled, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
