/* SPDX-License-Identifier: MIT */
/* The delay limits: each type's misses are counted and told, once, when the message is first processed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_peers.h"

static void begin(bool buyer)
{
    set_up();
    if (buyer)
        begin_buyer(ETP_FIRST_PRICE, LOT);
    else
        begin_bess(ETP_FIRST_PRICE);
    it.faults = 0;
}

/* A message of peer 0 that was created `delay` ago. */
static etp_message delayed(etp_type type, etp_time delay)
{
    return (etp_message){.type = (uint8_t)type,
                         .message_id = (etp_id)((now() - delay) / ETP_NS_PER_US),
                         .in_reply_to = 12345,
                         .required_energy = LOT};
}

static void check_type(bool buyer, etp_type type)
{
    etp_time limit = etp_type_delay_limit(type);
    begin(buyer);
    advance(20 * ETP_NS_PER_SECOND);
    unsigned own = type == ETP_DEVICE_FAILURE; /* of which the hook is told besides */
    etp_histogram before = *etp_engine_delays(it.engine, type);
    etp_message late = delayed(type, limit + ETP_NS_PER_US);
    say(0, late);
    assert_int_equal(stats().late[type], 1);
    assert_int_equal(it.faults, 1 + own);
    assert_int_equal(it.events[ETP_EVENT_LATE], 1);
    assert_int_equal(it.last_event[ETP_EVENT_LATE].type, type);
    assert_int_equal(it.last_event[ETP_EVENT_LATE].delay, limit + ETP_NS_PER_US);
    say(0, late);
    assert_int_equal(stats().late[type], 1);
    assert_int_equal(etp_engine_delays(it.engine, type)->count, before.count + 1);
    etp_message timely = delayed(type, limit);
    say(0, timely);
    assert_int_equal(stats().late[type], 1);
    assert_int_equal(etp_engine_delays(it.engine, type)->count, before.count + 2);
    for (unsigned other = 0; other < ETP_TYPES; other++)
        assert_int_equal(stats().late[other], other == type);
    tear_down();
}

static void each_type_has_its_own_limit_to_the_microsecond(void **unused)
{
    (void)unused;
    for (unsigned type = 0; type < ETP_TYPES; type++) {
        if (etp_type_sent_by_bess(type))
            check_type(true, (etp_type)type);
        if (etp_type_sent_by_aggregator(type))
            check_type(false, (etp_type)type);
    }
}

static void a_strategy_is_told_of_a_late_message_and_acts_on_it_all_the_same(void **unused)
{
    (void)unused;
    begin(true);
    advance(700 * MS);
    etp_message offer = {.type = ETP_QUERY_RESPONSE,
                         .message_id = (etp_id)((now() - 600 * MS) / ETP_NS_PER_US),
                         .in_reply_to = heard(0, ETP_QUERY).message_id,
                         .required_energy = LOT,
                         .closes_in_ms = 2000};
    say(0, offer);
    assert_int_equal(it.fault.kind, ETP_FAULT_DELAY);
    assert_int_equal(it.fault.peer, PEER);
    assert_int_equal(it.fault.type, ETP_QUERY_RESPONSE);
    assert_int_equal(it.fault.delay, 600 * MS);
    assert_non_null(find_heard(0, ETP_BID));
    assert_int_equal(it.offer.closes, now() + 1400 * MS);
}

/* A clock that is ahead of ours shows as no delay, and never as an offer that stays open longer than from now. */
static void a_clock_that_is_ahead_makes_nothing_late(void **unused)
{
    (void)unused;
    begin(true);
    etp_message offer = {.type = ETP_QUERY_RESPONSE,
                         .message_id = ETP_ID_MAX,
                         .in_reply_to = heard(0, ETP_QUERY).message_id,
                         .required_energy = LOT,
                         .closes_in_ms = 2000};
    say(0, offer);
    assert_int_equal(stats().late[ETP_QUERY_RESPONSE], 0);
    assert_int_equal(it.faults, 0);
    assert_int_equal(it.offer.closes, now() + 2000 * MS);
    assert_int_equal(etp_engine_delays(it.engine, ETP_QUERY_RESPONSE)->max, 0);
}

static void what_is_refused_is_not_measured(void **unused)
{
    (void)unused;
    begin(true);
    advance(10 * ETP_NS_PER_SECOND);
    uint64_t count = etp_engine_delays(it.engine, ETP_REGISTER)->count;
    etp_message old = delayed(ETP_REGISTER, 9 * ETP_NS_PER_SECOND);
    old.device_id = PEER + 1;
    old.ttl = ETP_TTL_DEFAULT;
    deliver(0, &old);
    old.device_id = PEER;
    old.ttl = 0;
    deliver(0, &old);
    assert_int_equal(refused(ETP_REFUSED_WRONG_DEVICE), 1);
    assert_int_equal(refused(ETP_REFUSED_EXPIRED_TTL), 1);
    assert_int_equal(stats().late[ETP_REGISTER], 0);
    assert_int_equal(etp_engine_delays(it.engine, ETP_REGISTER)->count, count);
    assert_null(etp_engine_delays(it.engine, (etp_type)ETP_TYPES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_type_has_its_own_limit_to_the_microsecond, end_test),
        cmocka_unit_test_teardown(a_strategy_is_told_of_a_late_message_and_acts_on_it_all_the_same, end_test),
        cmocka_unit_test_teardown(a_clock_that_is_ahead_makes_nothing_late, end_test),
        cmocka_unit_test_teardown(what_is_refused_is_not_measured, end_test),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
