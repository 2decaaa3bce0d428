/* SPDX-License-Identifier: MIT */
/* A seller's hooks: what they may decide, and what applies when they fail or answer nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_peers.h"

static struct {
    etp_reserve reserve;
    int reserve_result, choose_result;
    unsigned order[PEERS];
    etp_bid bids[PEERS];
    unsigned count;
    etp_battery_view view;
} policy;

static int decide_reserve(void *user, const etp_context *context, const etp_battery_view *battery, etp_reserve *reserve)
{
    (void)user;
    assert_int_equal(context->deadline, context->now + it.options.timing.window);
    assert_int_equal(reserve->price, 0);
    assert_int_equal(reserve->energy, battery->lot);
    policy.view = *battery;
    *reserve = policy.reserve;
    return policy.reserve_result;
}

static int choose(void *user, const etp_context *context, const etp_bid *bids, unsigned count, unsigned *order)
{
    (void)user;
    (void)context;
    assert_true(count <= PEERS);
    memcpy(policy.bids, bids, count * sizeof *bids);
    policy.count = count;
    memcpy(order, policy.order, count * sizeof *order);
    return policy.choose_result;
}

static const etp_bess_hooks hooks = {
    .size = sizeof(etp_bess_hooks), .reserve = decide_reserve, .choose = choose, .on_result = hear_sale};

/* Three bids of 20, 15 and 12 for the whole lot, by peers 0, 1 and 2, and then the close. */
static void auction_with(etp_reserve reserve, int reserve_result, const unsigned *order, int choose_result)
{
    set_up();
    memset(&policy, 0, sizeof policy);
    policy.reserve = reserve;
    policy.reserve_result = reserve_result;
    policy.choose_result = choose_result;
    memcpy(policy.order, order, 3 * sizeof *order);
    make_bess(&hooks);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    begin_interval();
    query_and_bid(0, 20 * CENT, LOT);
    query_and_bid(1, 15 * CENT, LOT);
    query_and_bid(2, 12 * CENT, LOT);
    advance(it.options.timing.window);
}

static const unsigned no_order[3];
static const etp_reserve ten_cents = {.price = 10 * CENT, .energy = LOT};

static void a_reserve_decides_price_and_energy(void **unused)
{
    (void)unused;
    auction_with((etp_reserve){.price = 18 * CENT, .energy = LOT / 2}, 0, no_order, 0);
    assert_int_equal(policy.view.lot, LOT);
    assert_int_equal(policy.view.energy_total, it.stored_at_start);
    assert_int_equal(heard(0, ETP_QUERY_RESPONSE).required_energy, LOT / 2);
    assert_int_equal(heard(0, ETP_BID_ACCEPT).required_energy, LOT / 2);
    assert_int_equal(heard(1, ETP_BID_REJECT).code, ETP_CODE_BELOW_RESERVE);
    assert_int_equal(policy.count, 1);
}

static void more_than_the_lot_is_cut_and_nothing_sells_nothing(void **unused)
{
    (void)unused;
    auction_with((etp_reserve){.price = 0, .energy = INT64_MAX}, 0, no_order, 0);
    assert_int_equal(heard(0, ETP_QUERY_RESPONSE).required_energy, LOT);
    tear_down();
    auction_with((etp_reserve){.price = 0, .energy = 0}, 0, no_order, 0);
    assert_int_equal(heard(0, ETP_QUERY_RESPONSE).required_energy, 0);
    assert_int_equal(heard(0, ETP_QUERY_RESPONSE).code, ETP_CODE_NOT_ENOUGH_ENERGY);
    assert_int_equal(heard(0, ETP_BID_REJECT).code, ETP_CODE_NO_AUCTION);
    assert_int_equal(stats().auctions, 0);
    assert_int_equal(stats().hook_errors, 0);
}

static void a_reserve_that_fails_or_makes_no_sense_sells_nothing(void **unused)
{
    (void)unused;
    static const etp_reserve senseless[] = {{.price = -1, .energy = LOT},
                                            {.price = ETP_PRICE_MAX + 1, .energy = LOT},
                                            {.price = CENT, .energy = -1},
                                            {.price = ETP_PRICE_MAX, .energy = LOT}};
    for (unsigned i = 0; i < 4; i++) {
        set_up();
        policy.reserve = senseless[i];
        policy.reserve_result = i < 3 ? 0 : ETP_ESCRIPT;
        make_bess(&hooks);
        assert_int_equal(etp_engine_start(it.engine), ETP_OK);
        begin_interval();
        query(0);
        /* To offer less than nothing is no mistake: it is nothing. */
        unsigned errors = senseless[i].energy >= 0;
        assert_int_equal(heard(0, ETP_QUERY_RESPONSE).required_energy, 0);
        assert_int_equal(heard(0, ETP_QUERY_RESPONSE).code, ETP_CODE_NOT_ENOUGH_ENERGY);
        assert_int_equal(stats().auctions, 0);
        assert_int_equal(stats().hook_errors, errors);
        assert_int_equal(it.events[ETP_EVENT_HOOK_ERROR], errors);
        tear_down();
    }
}

static void an_owner_ranks_as_it_likes_and_leaves_out_whom_it_likes(void **unused)
{
    (void)unused;
    static const unsigned order[] = {2, 0, 0};
    auction_with(ten_cents, 0, order, 2);
    assert_int_equal(policy.count, 3);
    assert_int_equal(policy.bids[0].price, 20 * CENT);
    assert_int_equal(policy.bids[2].bidder, PEER + 2);
    assert_int_equal(heard(2, ETP_BID_ACCEPT).required_energy, LOT);
    assert_int_equal(heard(1, ETP_BID_REJECT).code, ETP_CODE_POLICY);
    advance(it.options.timing.hold);
    assert_int_equal(heard(0, ETP_BID_ACCEPT).required_energy, LOT);
}

static void a_ranking_that_fails_or_makes_no_sense_is_the_mechanisms(void **unused)
{
    (void)unused;
    static const struct {
        unsigned order[3];
        int result;
    } senseless[] = {{{1, 1, 0}, 2}, {{3, 0, 0}, 1}, {{UINT32_MAX, 0, 0}, 1}, {{2, 1, 0}, 4}, {{2, 1, 0}, ETP_ESCRIPT}};
    for (unsigned i = 0; i < 5; i++) {
        auction_with(ten_cents, 0, senseless[i].order, senseless[i].result);
        assert_int_equal(heard(0, ETP_BID_ACCEPT).required_energy, LOT);
        assert_null(find_heard(1, ETP_BID_REJECT));
        assert_int_equal(stats().hook_calls, 2);
        assert_int_equal(stats().hook_errors, 1);
        tear_down();
    }
    auction_with(ten_cents, 0, no_order, 0);
    assert_int_equal(heard(0, ETP_BID_ACCEPT).required_energy, LOT);
    assert_int_equal(stats().hook_errors, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_reserve_decides_price_and_energy, end_test),
        cmocka_unit_test_teardown(more_than_the_lot_is_cut_and_nothing_sells_nothing, end_test),
        cmocka_unit_test_teardown(a_reserve_that_fails_or_makes_no_sense_sells_nothing, end_test),
        cmocka_unit_test_teardown(an_owner_ranks_as_it_likes_and_leaves_out_whom_it_likes, end_test),
        cmocka_unit_test_teardown(a_ranking_that_fails_or_makes_no_sense_is_the_mechanisms, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
