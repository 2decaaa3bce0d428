/* SPDX-License-Identifier: MIT */
/* What an aggregator may bid at most: its need and its budget, less what is open, won and in doubt; and what is no bid. */
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

static void an_enormous_need_is_still_asked_for(void **unused)
{
    (void)unused;
    begin(3 * ETP_ENERGY_MAX);
    assert_int_equal(heard(0, ETP_QUERY).required_energy, ETP_ENERGY_MAX);
}

/* ---- caps ---- */

static void bids_never_exceed_the_need_less_what_is_open_and_won(void **unused)
{
    (void)unused;
    begin(LOT + LOT / 2);
    offer_to(0, LOT, 2000);
    assert_int_equal(heard(0, ETP_BID).required_energy, LOT);
    offer_to(1, LOT, 2000);
    assert_int_equal(heard(1, ETP_BID).required_energy, LOT / 2);
    offer_to(2, LOT, 2000);
    assert_null(find_heard(2, ETP_BID));
    assert_int_equal(it.offers, 2);
    reject_bid(1, ETP_CODE_NOT_COMPETITIVE);
    accept_bid(0, 20 * CENT, LOT / 4);
    give_receipt(0);
    offer_to(3, 4 * LOT, 2000);
    assert_int_equal(heard(3, ETP_BID).required_energy, LOT + LOT / 4);
    assert_int_equal(totals().interval_energy, LOT / 4);
}

static void bids_never_exceed_the_budget(void **unused)
{
    (void)unused;
    begin(10 * LOT);
    brief_buyer(10 * LOT, etp_amount(20 * CENT, LOT + LOT / 2));
    offer_to(0, LOT, 2000);
    offer_to(1, LOT, 2000);
    offer_to(2, LOT, 2000);
    assert_int_equal(heard(0, ETP_BID).required_energy, LOT);
    assert_int_equal(heard(1, ETP_BID).required_energy, LOT / 2);
    assert_null(find_heard(2, ETP_BID));
}

static void a_trade_in_doubt_counts_against_the_need(void **unused)
{
    (void)unused;
    begin(LOT);
    offer_to(0, LOT, 2000);
    accept_bid(0, 20 * CENT, LOT);
    offer_to(1, LOT, 2000);
    assert_null(find_heard(1, ETP_BID));
    say(0, (etp_message){
               .type = ETP_TERMINATE, .in_reply_to = heard(0, ETP_BID_CONFIRM).message_id, .code = ETP_CODE_EXPIRED});
    assert_int_equal(it.events[ETP_EVENT_VOID], 1);
    offer_to(2, LOT, 2000);
    assert_int_equal(heard(2, ETP_BID).required_energy, LOT);
}

static void an_intent_that_makes_no_sense_is_no_bid(void **unused)
{
    (void)unused;
    static const etp_price prices[] = {-1, ETP_PRICE_MAX + 1, INT64_MAX, INT64_MIN};
    begin(10 * LOT);
    for (unsigned i = 0; i < PEERS; i++) {
        it.price = prices[i];
        offer_to(i, LOT, 2000);
    }
    /* Below 0 it is a wish not to bid, above the maximum a mistake. */
    assert_int_equal(totals().hook_errors, 2);
    assert_int_equal(totals().bids, 0);
    begin_interval();
    it.price = 20 * CENT;
    it.energy = -1;
    offer_to(0, LOT, 2000);
    it.energy = INT64_MAX;
    offer_to(1, LOT, 2000);
    assert_null(find_heard(0, ETP_BID));
    assert_int_equal(heard(1, ETP_BID).required_energy, LOT);
    it.decision = -7;
    offer_to(2, LOT, 2000);
    assert_null(find_heard(2, ETP_BID));
    assert_int_equal(totals().hook_errors, 2 + 2);
}

static int pass_with_a_reason(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)user;
    (void)context;
    (void)offer;
    intent->reason = "too dear";
    return ETP_DECIDE_PASS;
}

static void keep_line(void *user, etp_log_level level, const char *component, const char *text)
{
    (void)component;
    if (level == ETP_LOG_DEBUG && strstr(text, "reason=") != NULL)
        snprintf(user, 128, "%s", text);
}

static void the_reason_of_a_pass_is_in_the_log(void **unused)
{
    (void)unused;
    static const etp_aggregator_hooks passing = {.size = sizeof passing, .on_offer = pass_with_a_reason};
    char line[128] = "";
    set_up();
    it.options.logger = (etp_logger){.write = keep_line, .user = line, .level = ETP_LOG_DEBUG};
    make_buyer(&passing);
    assert_int_equal(etp_engine_start(it.engine), ETP_OK);
    brief_buyer(LOT, ETP_MONEY_PER_DOLLAR);
    register_with(0);
    begin_interval();
    offer_to(0, LOT, 2000);
    assert_non_null(strstr(line, "reason=\"too dear\""));
    assert_null(find_heard(0, ETP_BID));
}

/* ---- raising and waiting ---- */

/* A battery that says its window is open for weeks does not bind our need for weeks. */
static void a_bid_binds_the_need_no_longer_than_its_interval(void **unused)
{
    (void)unused;
    begin(LOT);
    offer_to(0, LOT, UINT32_MAX);
    assert_int_equal(it.offer.closes, it.interval.ends);
    offer_to(1, LOT, 2000);
    assert_null(find_heard(1, ETP_BID));
    advance(INTERVAL + 4 * it.options.timing.hold);
    assert_int_equal(it.result.outcome, ETP_OUTCOME_EXPIRED);
    assert_int_equal(totals().expired, 1);
}

static void what_was_won_before_does_not_count_against_the_next_interval(void **unused)
{
    (void)unused;
    begin(LOT);
    offer_to(0, LOT, 2000);
    accept_bid(0, 20 * CENT, LOT);
    advance(INTERVAL);
    begin_interval();
    assert_int_equal(count_heard(0, ETP_QUERY), 1);
    assert_int_equal(totals().in_doubt, 1);
    give_receipt(0);
    assert_int_equal(totals().energy, LOT);
    assert_int_equal(totals().interval_energy, 0);
    begin_interval();
    offer_to(1, LOT, 2000);
    assert_int_equal(heard(1, ETP_BID).required_energy, LOT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_reason_of_a_pass_is_in_the_log, end_test),
        cmocka_unit_test_teardown(an_enormous_need_is_still_asked_for, end_test),
        cmocka_unit_test_teardown(bids_never_exceed_the_need_less_what_is_open_and_won, end_test),
        cmocka_unit_test_teardown(bids_never_exceed_the_budget, end_test),
        cmocka_unit_test_teardown(a_trade_in_doubt_counts_against_the_need, end_test),
        cmocka_unit_test_teardown(an_intent_that_makes_no_sense_is_no_bid, end_test),
        cmocka_unit_test_teardown(a_bid_binds_the_need_no_longer_than_its_interval, end_test),
        cmocka_unit_test_teardown(what_was_won_before_does_not_count_against_the_next_interval, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
