/* SPDX-License-Identifier: MIT */
/* The rules of a trade on the aggregator's side: queries, caps, what is in doubt, raising, waiting, checks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine_peers.h"

static void begin(etp_energy need)
{
    set_up();
    begin_buyer(ETP_FIRST_PRICE, need);
}

/* ---- queries ---- */

static void only_batteries_that_were_heard_of_are_queried(void **unused)
{
    (void)unused;
    set_up();
    make_buyer(&buyer_hooks);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    brief_buyer(LOT, ETP_MONEY_PER_DOLLAR);
    register_with(1);
    say(2, (etp_message){.type = ETP_BESS_STATUS});
    begin_interval();
    assert_int_equal(it.heard_count, 2);
    assert_int_equal(heard(1, ETP_QUERY).required_energy, LOT);
    assert_non_null(find_heard(2, ETP_QUERY));
    assert_int_equal(totals().queries, 2);
    assert_int_equal(it.events[ETP_EVENT_REGISTER], 1);
}

static void a_node_that_takes_no_part_queries_nobody(void **unused)
{
    (void)unused;
    begin(LOT);
    forget();
    etp_aggregator_brief brief = {.takes_part = false, .need = LOT, .budget = ETP_MONEY_PER_DOLLAR};
    etp_engine_brief_aggregator(it.engine, it.node, &brief);
    advance(INTERVAL);
    forget();
    begin_interval();
    brief.takes_part = true;
    brief.need = 0;
    etp_engine_brief_aggregator(it.engine, it.node, &brief);
    begin_interval();
    brief.need = LOT;
    brief.budget = 0;
    etp_engine_brief_aggregator(it.engine, it.node, &brief);
    begin_interval();
    assert_int_equal(it.heard_count, 0);
}

/* The spread is a property of the battery and the interval: asked once each, within it. */
static void queries_are_spread_over_the_intervals_beginning(void **unused)
{
    (void)unused;
    set_up();
    it.options.timing.query_spread = 10 * ETP_NS_PER_SECOND;
    begin_buyer(ETP_FIRST_PRICE, LOT);
    etp_time asked[PEERS] = {0};
    for (unsigned ms = 0; ms < 10000; ms++) {
        for (unsigned i = 0; i < PEERS; i++)
            if (asked[i] == 0 && find_heard(i, ETP_QUERY) != NULL) {
                asked[i] = now();
                offer_to(i, 0, 0);
            }
        advance(MS);
    }
    for (unsigned i = 0; i < PEERS; i++) {
        assert_int_equal(count_heard(i, ETP_QUERY), 1);
        for (unsigned j = 0; j < i; j++)
            assert_true(asked[i] != asked[j]);
    }
}

/* The time that a lost copy cost is no round trip: or each loss would make the next wait longer, without end. */
static void losses_do_not_make_a_node_ever_more_patient(void **unused)
{
    (void)unused;
    begin(LOT);
    it.decision = ETP_DECIDE_PASS;
    for (unsigned i = 0; i < 50; i++) {
        forget();
        begin_interval();
        while (count_heard(0, ETP_QUERY) < 2)
            advance(10 * MS);
        for (unsigned peer = 0; peer < PEERS; peer++)
            offer_to(peer, LOT, 2000);
        advance(INTERVAL / 2);
    }
    forget();
    begin_interval();
    advance(2 * 3 * it.options.timing.query_repeat * 2);
    assert_int_equal(count_heard(0, ETP_QUERY), 3);
}

/* A round trip that is longer than the first patience is learned all the same. */
static void a_long_round_trip_is_learned(void **unused)
{
    (void)unused;
    begin(LOT);
    it.decision = ETP_DECIDE_PASS;
    for (unsigned i = 0; i < 50; i++) {
        forget();
        begin_interval();
        advance(ETP_NS_PER_SECOND);
        for (unsigned peer = 0; peer < PEERS; peer++)
            offer_to(peer, LOT, 2000);
    }
    assert_int_equal(count_heard(0, ETP_QUERY), 1);
}

/* Even where it comes after the last repeat, as the first answer over a slow link does. */
static void an_answer_is_taken_while_a_window_may_be_open(void **unused)
{
    (void)unused;
    begin(LOT);
    advance(2500 * MS);
    assert_int_equal(count_heard(0, ETP_QUERY), 3);
    offer_to(0, LOT, 1500);
    assert_non_null(find_heard(0, ETP_BID));
}

/* ---- confirmations ---- */

static void a_confirm_is_repeated_until_it_is_answered(void **unused)
{
    (void)unused;
    begin(LOT);
    offer_to(0, LOT, 2000);
    accept_bid(0, 15 * CENT, LOT / 2);
    assert_int_equal(totals().in_doubt, 1);
    assert_int_equal(totals().wins, 0);
    advance(ETP_NS_PER_SECOND);
    unsigned repeats = count_heard(0, ETP_BID_CONFIRM);
    assert_true(repeats >= 4);
    for (unsigned i = 0; i < it.heard_count; i++)
        if (it.heard[i].message.type == ETP_BID_CONFIRM)
            assert_int_equal(it.heard[i].message.message_id, heard(0, ETP_BID_CONFIRM).message_id);
    give_receipt(0);
    assert_int_equal(totals().in_doubt, 0);
    assert_int_equal(totals().wins, 1);
    assert_int_equal(totals().energy, LOT / 2);
    assert_int_equal(totals().paid, etp_amount(15 * CENT, LOT / 2));
    assert_int_equal(it.result.outcome, ETP_OUTCOME_ACCEPTED);
    assert_int_equal(it.result.price, 15 * CENT);
    assert_int_equal(it.last_event[ETP_EVENT_RECEIPT].amount, etp_amount(15 * CENT, LOT / 2));
    advance(ETP_NS_PER_SECOND);
    assert_int_equal(count_heard(0, ETP_BID_CONFIRM), repeats);
}

/* An Accept for more, for a higher price or for nothing is never confirmed. */
static void an_unfair_award_is_refused(void **unused)
{
    (void)unused;
    begin(10 * LOT);
    for (unsigned i = 0; i < 3; i++)
        offer_to(i, LOT, 2000);
    accept_bid(0, 20 * CENT, LOT + 1);
    accept_bid(1, 20 * CENT + 1, LOT);
    accept_bid(2, 20 * CENT, 0);
    advance(5 * ETP_NS_PER_SECOND);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(count_heard(i, ETP_BID_CONFIRM), 0);
        assert_int_equal(heard(i, ETP_TERMINATE).code, ETP_CODE_POLICY);
    }
    assert_int_equal(totals().rejected, 3);
    assert_int_equal(totals().in_doubt, 0);
}

/* ---- raising and waiting ---- */

static void an_outbid_strategy_may_raise_within_the_window(void **unused)
{
    (void)unused;
    set_up();
    begin_buyer(ETP_ASCENDING, 10 * LOT);
    it.price = 10 * CENT;
    offer_to(0, LOT, 2000);
    it.raise = 12 * CENT;
    say(0, (etp_message){.type = ETP_BID_REJECT,
                         .in_reply_to = heard(0, ETP_BID).message_id,
                         .sale_price = 11 * CENT,
                         .code = ETP_CODE_OUTBID});
    assert_true(it.result.may_rebid);
    assert_int_equal(it.result.best, 11 * CENT);
    assert_int_equal(count_heard(0, ETP_BID), 2);
    assert_int_equal(heard(0, ETP_BID).bid_price, 12 * CENT);
    assert_int_equal(totals().rebids, 1);
    it.raise = 12 * CENT;
    reject_bid(0, ETP_CODE_OUTBID);
    assert_int_equal(count_heard(0, ETP_BID), 2);
    offer_to(1, LOT, 1000);
    advance(ETP_NS_PER_SECOND);
    it.raise = 30 * CENT;
    reject_bid(1, ETP_CODE_OUTBID);
    assert_false(it.result.may_rebid);
    assert_int_equal(count_heard(1, ETP_BID), 1);
}

static void a_sealed_loser_may_not_raise(void **unused)
{
    (void)unused;
    static const etp_code codes[] = {ETP_CODE_NOT_COMPETITIVE, ETP_CODE_LATE, ETP_CODE_NOT_RAISED, ETP_CODE_POLICY};
    begin(10 * LOT);
    it.raise = 30 * CENT;
    for (unsigned i = 0; i < PEERS; i++) {
        offer_to(i, LOT, 2000);
        reject_bid(i, codes[i]);
        assert_int_equal(count_heard(i, ETP_BID), 1);
        assert_int_equal(it.result.code, codes[i]);
    }
}

static void a_strategy_that_waits_is_asked_once_more_before_the_close(void **unused)
{
    (void)unused;
    begin(LOT);
    it.decision = ETP_DECIDE_WAIT;
    offer_to(0, LOT, 2000);
    assert_int_equal(it.offer.asked, 1);
    advance(1400 * MS);
    assert_int_equal(it.offers, 1);
    advance(200 * MS);
    assert_int_equal(it.offers, 2);
    assert_int_equal(it.offer.asked, 2);
    assert_int_equal(it.offer.energy, LOT);
    assert_int_equal(heard(0, ETP_BID).required_energy, LOT);
}

static void without_hooks_a_node_bids_its_value(void **unused)
{
    (void)unused;
    set_up();
    make_buyer(NULL);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    brief_buyer(LOT, ETP_MONEY_PER_DOLLAR);
    register_with(0);
    begin_interval();
    offer_to(0, LOT, 2000);
    assert_int_equal(heard(0, ETP_BID).bid_price, 25 * CENT);
    assert_int_equal(heard(0, ETP_BID).required_energy, LOT);
}

static void a_reserve_is_seen_only_where_it_is_disclosed(void **unused)
{
    (void)unused;
    for (unsigned disclose = 0; disclose < 2; disclose++) {
        set_up();
        it.options.disclose = disclose * ETP_DISCLOSE_RESERVE;
        begin_buyer(ETP_FIRST_PRICE, LOT);
        say(0, (etp_message){.type = ETP_QUERY_RESPONSE,
                             .in_reply_to = heard(0, ETP_QUERY).message_id,
                             .sale_price = 7 * CENT,
                             .required_energy = LOT,
                             .closes_in_ms = 2000});
        assert_int_equal(it.offer.reserve, disclose ? 7 * CENT : ETP_PRICE_NONE);
        tear_down();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(only_batteries_that_were_heard_of_are_queried, end_test),
        cmocka_unit_test_teardown(a_node_that_takes_no_part_queries_nobody, end_test),
        cmocka_unit_test_teardown(queries_are_spread_over_the_intervals_beginning, end_test),
        cmocka_unit_test_teardown(losses_do_not_make_a_node_ever_more_patient, end_test),
        cmocka_unit_test_teardown(a_long_round_trip_is_learned, end_test),
        cmocka_unit_test_teardown(an_answer_is_taken_while_a_window_may_be_open, end_test),
        cmocka_unit_test_teardown(a_confirm_is_repeated_until_it_is_answered, end_test),
        cmocka_unit_test_teardown(an_unfair_award_is_refused, end_test),
        cmocka_unit_test_teardown(an_outbid_strategy_may_raise_within_the_window, end_test),
        cmocka_unit_test_teardown(a_sealed_loser_may_not_raise, end_test),
        cmocka_unit_test_teardown(a_strategy_that_waits_is_asked_once_more_before_the_close, end_test),
        cmocka_unit_test_teardown(without_hooks_a_node_bids_its_value, end_test),
        cmocka_unit_test_teardown(a_reserve_is_seen_only_where_it_is_disclosed, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
