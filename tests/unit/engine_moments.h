/* SPDX-License-Identifier: MIT */
/* The rows of docs/states.md that say what happens when no message comes: time passes, or others move. Include cmocka.h
 * first. */
#ifndef UNIT_ENGINE_MOMENTS_H
#define UNIT_ENGINE_MOMENTS_H

#include "engine_table.h"

enum { STATE, WHEN, WHAT, SENT, NEXT, WIDTH };

static inline bool is(const struct row *row, unsigned cell, const char *text)
{
    return strcmp(row->cells[cell], text) == 0;
}

/* Lets `by` pass, and keeps only what was sent at its last moment. */
static inline void advance_and_hear_the_last_of(etp_time by)
{
    advance(by - 1);
    forget();
    advance(1);
}

/* ---- what the rows call `when` ---- */

static inline void the_next_interval(void)
{
    begin_interval();
}

static inline void the_close(void)
{
    advance(it.options.timing.window);
}

static inline void the_close_beaten(void)
{
    query_and_bid(1, 20 * CENT, LOT);
    forget();
    the_close();
}

static inline void the_close_below_the_reserve(void)
{
    reach(ROLE_BESS, BESS_OFFERED, ETP_FIRST_PRICE);
    bid(0, RESERVE - 1, LOT);
    assert_int_equal(state_of_session(ROLE_BESS, 0), BESS_BIDDING);
    forget();
    the_close();
}

static inline void a_rival_outbids_it(void)
{
    reach(ROLE_BESS, BESS_BIDDING, ETP_ASCENDING);
    forget();
    query_and_bid(1, 20 * CENT, LOT);
}

static inline void a_rival_confirms(void)
{
    etp_id accept = heard(1, ETP_BID_ACCEPT).message_id;
    forget();
    say(1, (etp_message){.type = ETP_BID_CONFIRM, .in_reply_to = accept});
}

static inline void the_hold_ends(void)
{
    advance_and_hear_the_last_of(it.options.timing.hold);
}

static inline void time_to_repeat_a_confirm(void)
{
    advance(it.options.timing.confirm_repeat + 10 * MS);
}

static inline void time_to_repeat_a_query(void)
{
    advance(it.options.timing.query_repeat + 10 * MS);
}

static inline void a_window_after_the_last_query(void)
{
    for (unsigned i = 0; i < 2; i++)
        time_to_repeat_a_query();
    assert_int_equal(count_heard(0, ETP_QUERY), 2);
    assert_int_equal(it.heard[0].message.message_id, it.heard[1].message.message_id);
    forget();
    advance(it.options.timing.window - 40 * MS);
    assert_int_equal(state_of_session(ROLE_AGGREGATOR, 0), AGGREGATOR_QUERIED);
    advance(60 * MS);
}

static inline void the_lead_before_the_close(void)
{
    advance(it.options.timing.window - it.options.timing.decide_lead);
    assert_int_equal(it.offer.asked, 2);
}

static inline void the_lead_before_the_close_waits(void)
{
    it.second_decision = ETP_DECIDE_WAIT;
    the_lead_before_the_close();
}

static inline void three_holds_after_the_close(void)
{
    advance(it.options.timing.window + 3 * it.options.timing.hold);
    assert_int_equal(state_of_session(ROLE_AGGREGATOR, 0), AGGREGATOR_BIDDING);
    time_to_repeat_a_confirm();
    assert_int_equal(it.result.outcome, ETP_OUTCOME_EXPIRED);
}

/* Repeats grow rarer, so the last comes up to half a minute after the limit. */
static inline void the_limit_of_doubt(void)
{
    advance(it.options.timing.doubt_limit - 1);
    assert_int_equal(totals().in_doubt, 1);
    advance(30 * ETP_NS_PER_SECOND);
    forget();
    advance(INTERVAL);
    assert_int_equal(totals().in_doubt, 0);
    assert_int_equal(totals().unresolved, 1);
    assert_int_equal(it.events[ETP_EVENT_UNRESOLVED], 1);
}

static inline void its_link_is_lost(void)
{
    lose_link(0);
    assert_int_equal(it.events[ETP_EVENT_LINK_LOST], 1);
    assert_int_equal(it.fault.kind, ETP_FAULT_LINK);
    assert_int_equal(it.fault.peer, PEER);
}

static inline void its_link_is_lost_and_back(void)
{
    unsigned up = it.events[ETP_EVENT_LINK_UP];
    its_link_is_lost();
    assert_int_equal(it.heard_count, 0);
    regain_link(0);
    assert_int_equal(it.events[ETP_EVENT_LINK_UP], up + 1);
}

static inline void another_connection_takes_its_place(void)
{
    replace_link(0);
}

static inline void its_link_is_lost_for_a_day(void)
{
    its_link_is_lost();
    advance(24 * ETP_NS_PER_HOUR - 1);
    assert_int_equal(totals().in_doubt, 1);
    advance(20 * MS);
    assert_int_equal(totals().in_doubt, 0);
    assert_int_equal(it.events[ETP_EVENT_UNRESOLVED], 1);
}

static const struct moment {
    const char *when;
    void (*pass)(void);
} moments[] = {
    {"the next interval", the_next_interval},
    {"the close", the_close},
    {"the close, won", the_close},
    {"the close, beaten", the_close_beaten},
    {"the close, below the reserve", the_close_below_the_reserve},
    {"a rival outbids it", a_rival_outbids_it},
    {"a rival's hold ends", the_hold_ends},
    {"all is confirmed", a_rival_confirms},
    {"confirm_repeat", time_to_repeat_a_confirm},
    {"the end of the hold", the_hold_ends},
    {"query_repeat", time_to_repeat_a_query},
    {"a window after the last repeat", a_window_after_the_last_query},
    {"decide_lead before the close", the_lead_before_the_close},
    {"decide_lead before the close, waits", the_lead_before_the_close_waits},
    {"three holds after the close", three_holds_after_the_close},
    {"doubt_limit", the_limit_of_doubt},
    {"its link is lost", its_link_is_lost},
    {"its link is lost, and back", its_link_is_lost_and_back},
    {"another connection takes its link's place", another_connection_takes_its_place},
    {"its link is lost for a day", its_link_is_lost_for_a_day},
};

enum { MOMENTS = sizeof moments / sizeof *moments };

/* ---- one row ---- */

static inline unsigned moment_of(const struct row *row)
{
    for (unsigned i = 0; i < MOMENTS; i++)
        if (is(row, WHEN, moments[i].when))
            return i;
    fail_msg("docs/states.md:%u: this test knows no moment \"%s\"", row->line, row->cells[WHEN]);
    return 0;
}

static inline void check_sent(const struct row *row)
{
    unsigned count = 0;
    for (unsigned i = 0; i < it.heard_count; i++) {
        if (it.heard[i].peer != 0)
            continue;
        count++;
        assert_string_equal(etp_type_name(it.heard[i].message.type), row->cells[SENT]);
    }
    assert_int_equal(count, is(row, SENT, "-") ? 0 : 1);
}

static inline void every_moment_is_as_its_row_says(void)
{
    unsigned used[MOMENTS] = {0}, count = read_rows(WIDTH);
    for (unsigned i = 0; i < count; i++) {
        const struct row row = rows[i];
        print_message("docs/states.md:%u %s, %s\n", row.line, row.cells[STATE], row.cells[WHEN]);
        reach(row.role, row.state, row.role == ROLE_BESS && row.state == BESS_OUTBID ? ETP_ASCENDING : ETP_FIRST_PRICE);
        if (row.state != BESS_STANDBY || !is(&row, WHEN, "all is confirmed"))
            forget();
        unsigned moment = moment_of(&row);
        used[moment]++;
        moments[moment].pass();
        check_sent(&row);
        assert_int_equal(state_of_session(row.role, 0), state_number(row.role, row.cells[NEXT]));
        tear_down();
    }
    for (unsigned i = 0; i < MOMENTS; i++)
        if (used[i] == 0)
            fail_msg("docs/states.md: no row has \"%s\"", moments[i].when);
}

#endif
