/* SPDX-License-Identifier: MIT */
/*
 * A market whose links are cut and mended at random, in the midst of everything: while a bid stands, between an award and
 * its confirmation, while the receipt is on its way. Each side learns of a cut when it does, or not at all if another
 * connection takes its place first. Nothing is sold twice, and once the lines hold both sides' books agree.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine/internal.h"
#include "engine_market.h"

enum { STEP_MS = 50, STEPS_PER_INTERVAL = 300, INTERVALS = 40 };

static struct {
    bool cut;         /* nothing gets through */
    bool told[2];     /* the side has been told that the link is lost */
    etp_time mend_at; /* while it is cut */
} lines[PAIRS];

static unsigned cuts, losses_told, replaced;

/* ---- lines ---- */

/* What was on its way is gone. */
static void cut(unsigned pair)
{
    lines[pair].cut = true;
    lines[pair].mend_at = market.now + (etp_time)etp_rng_below(&market.rng, 8000) * ETP_NS_PER_MS;
    cuts++;
    for (unsigned i = market.in_flight; i-- > 0;)
        if (market.flights[i].link == pair)
            market.flights[i] = market.flights[--market.in_flight];
}

static int send_if_whole(void *user, etp_link link, const void *frame, size_t size)
{
    return lines[link].cut ? ETP_OK : put_in_flight(user, link, frame, size);
}

static void tell_lost(unsigned pair, unsigned side)
{
    if (lines[pair].told[side])
        return;
    assert_int_equal(etp_engine_link_lost(market.engines[side], pair), ETP_OK);
    lines[pair].told[side] = true;
    losses_told++;
}

/* One side is told before the other, and what it then says arrives. */
static void mend(unsigned pair)
{
    lines[pair].cut = false;
    unsigned first = (unsigned)etp_rng_below(&market.rng, 2);
    for (unsigned i = 0; i < 2; i++) {
        unsigned side = i == 0 ? first : 1 - first;
        replaced += !lines[pair].told[side];
        lines[pair].told[side] = false;
        assert_int_equal(etp_engine_link_up(market.engines[side], pair), ETP_OK);
    }
}

static void disturb(unsigned chance_per_mille)
{
    for (unsigned pair = 0; pair < PAIRS; pair++) {
        if (!lines[pair].cut && etp_rng_below(&market.rng, 1000) < chance_per_mille)
            cut(pair);
        for (unsigned side = 0; side < 2 && lines[pair].cut; side++)
            if (etp_rng_below(&market.rng, 10) == 0)
                tell_lost(pair, side);
        if (lines[pair].cut && market.now >= lines[pair].mend_at)
            mend(pair);
    }
}

static void mend_all(void)
{
    for (unsigned pair = 0; pair < PAIRS; pair++)
        if (lines[pair].cut)
            mend(pair);
}

/* ---- the market ---- */

static void make_market(uint64_t seed, etp_mechanism mechanism)
{
    set_up_market(seed);
    memset(lines, 0, sizeof lines);
    cuts = losses_told = replaced = 0;
    market.options.mechanism = mechanism;
    market.delay_max = 200 * ETP_NS_PER_MS;
    for (unsigned side = 0; side < 2; side++) {
        assert_int_equal(make_side(side), ETP_OK);
        market.engines[side]->options.transport.send = send_if_whole;
    }
}

static void check_lots(void)
{
    check_batteries();
    for (unsigned b = 0; b < BATTERIES; b++) {
        etp_energy energy;
        etp_money revenue;
        assert_int_equal(etp_engine_sold(market.engines[SELLING], market.sellers[b], &energy, &revenue), ETP_OK);
        assert_true(energy + market.batteries[b].held <= MARKET_LOT);
    }
}

static void run_disturbed_interval(unsigned chance_per_mille)
{
    begin_market_interval();
    etp_time ends = market.now + ETP_NS_PER_HOUR / 12;
    for (unsigned i = 0; i < STEPS_PER_INTERVAL; i++) {
        run_market_until(market.now + STEP_MS * ETP_NS_PER_MS);
        disturb(chance_per_mille);
        check_lots();
    }
    run_market_until(ends);
}

static void expect_agreement(void)
{
    etp_aggregator_totals buyers = sum_of_buyers();
    etp_energy sold = 0;
    for (unsigned b = 0; b < BATTERIES; b++)
        sold += market.batteries[b].sold;
    assert_int_equal(buyers.in_doubt + buyers.unresolved, 0);
    assert_int_equal(market.sales, market.receipts);
    assert_int_equal(market.sales, buyers.wins);
    assert_int_equal(market.sold, sold);
    assert_int_equal(market.sold, buyers.energy);
    assert_int_equal(market.earned, buyers.paid);
    for (unsigned side = 0; side < 2; side++) {
        assert_int_equal(market.engines[side]->outbox.used, 0);
        assert_int_equal(market.engines[side]->stats.outbox_full, 0);
    }
    for (unsigned a = 0; a < BUYERS; a++)
        assert_int_equal(as_aggregator(market.engines[BUYING]->nodes[market.buyers[a]])->open_energy, 0);
}

static void both_sides_books_agree_whatever_is_cut(void **unused)
{
    (void)unused;
    static const etp_mechanism mechanisms[] = {ETP_FIRST_PRICE, ETP_SECOND_PRICE, ETP_ASCENDING, ETP_UNIFORM_PRICE};
    for (uint64_t seed = 1; seed <= 12; seed++) {
        etp_mechanism mechanism = mechanisms[seed % 4];
        print_message("mechanism %s, seed %u\n", etp_mechanism_name(mechanism), (unsigned)seed);
        make_market(seed, mechanism);
        market.loss_percent = seed % 3 == 0 ? 10 : 0;
        market.double_percent = seed % 2 == 0 ? 20 : 0;
        start_market();
        for (unsigned i = 0; i < INTERVALS; i++)
            run_disturbed_interval(2 + (unsigned)seed * 3);
        assert_true(cuts > 100 && losses_told > 100 && replaced > 10);
        mend_all();
        market.loss_percent = 0;
        run_market_until(market.now + 9 * ETP_NS_PER_HOUR / 60);
        expect_agreement();
        /* ... and trade as if nothing had been. */
        uint64_t before = market.sales;
        for (unsigned i = 0; i < 3; i++)
            run_interval();
        assert_true(market.sales >= before + 3);
        expect_agreement();
        tear_down_market();
    }
}

/* The hardest moment: every line is cut just when awards have been confirmed, or are about to be, and stays so for hours. */
static void a_long_night_forgets_no_trade(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 40; seed++) {
        make_market(seed, ETP_FIRST_PRICE);
        market.options.timing.query_spread = 0;
        start_market();
        run_interval();
        begin_market_interval();
        for (unsigned i = 0; i < 1000 && sum_of_buyers().in_doubt == 0; i++)
            run_market_until(market.now + 1 + (etp_time)etp_rng_below(&market.rng, 50) * ETP_NS_PER_MS);
        for (unsigned pair = 0; pair < PAIRS; pair++) {
            cut(pair);
            tell_lost(pair, SELLING);
            tell_lost(pair, BUYING);
        }
        run_market_until(market.now + ETP_NS_PER_HOUR);
        for (unsigned i = 0; i < 12; i++)
            run_interval();
        assert_true(sum_of_buyers().in_doubt > 0);
        mend_all();
        run_market_until(market.now + ETP_NS_PER_HOUR / 12);
        expect_agreement();
        tear_down_market();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(both_sides_books_agree_whatever_is_cut, end_market_test),
        cmocka_unit_test_teardown(a_long_night_forgets_no_trade, end_market_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
