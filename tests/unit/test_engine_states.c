/* SPDX-License-Identifier: MIT */
/*
 * docs/states.md, row by row: a real engine is driven into the state, the message is sent by its peer, and the answer, its
 * code, the counted refusal and the next state are as the row says. Every state has a row for every type of message.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "engine_table.h"

enum { STATE, MESSAGE, CASE, WHAT, ANSWER, CODE, REFUSED, NEXT, WIDTH };

static bool is(const struct row *row, unsigned cell, const char *text)
{
    return strcmp(row->cells[cell], text) == 0;
}

static int number_of(const char *name, const char *(*name_of)(unsigned), int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(name_of((unsigned)i), name) == 0)
            return i;
    fail_msg("docs/states.md has a name that means nothing here: \"%s\"", name);
    return -1;
}

static etp_type type_of(const char *name)
{
    return (etp_type)number_of(name, etp_type_name, ETP_TYPES);
}

/* ---- the cases that the tables may name: every one of them has to be in some row ---- */

static const struct known_case {
    enum role role;
    const char *message, *name;
} known_cases[] = {
    {ROLE_BESS, "Query", "nothing for sale"},
    {ROLE_BESS, "Query", "auction closed"},
    {ROLE_BESS, "Query", "shutting down"},
    {ROLE_BESS, "Bid", "too low"},
    {ROLE_BESS, "Bid", "below the reserve"},
    {ROLE_BESS, "Bid", "for nothing"},
    {ROLE_BESS, "Bid", "earlier offer"},
    {ROLE_BESS, "Bid", "unknown offer"},
    {ROLE_BESS, "Bid", "after the close"},
    {ROLE_BESS, "Bid", "not raised"},
    {ROLE_BESS, "BidConfirm", "sold earlier"},
    {ROLE_BESS, "BidConfirm", "lapsed earlier"},
    {ROLE_BESS, "BidConfirm", "another award"},
    {ROLE_BESS, "BidConfirm", "energy gone"},
    {ROLE_BESS, "BidConfirm", "lapsed"},
    {ROLE_BESS, "Terminate", "about something else"},
    {ROLE_AGGREGATOR, "QueryResponse", "passes"},
    {ROLE_AGGREGATOR, "QueryResponse", "waits"},
    {ROLE_AGGREGATOR, "QueryResponse", "nothing for sale"},
    {ROLE_AGGREGATOR, "QueryResponse", "window over"},
    {ROLE_AGGREGATOR, "QueryResponse", "another Query's"},
    {ROLE_AGGREGATOR, "BidAccept", "too much energy"},
    {ROLE_AGGREGATOR, "BidAccept", "too dear"},
    {ROLE_AGGREGATOR, "BidAccept", "for nothing"},
    {ROLE_AGGREGATOR, "BidAccept", "another bid's"},
    {ROLE_AGGREGATOR, "BidReject", "outbid"},
    {ROLE_AGGREGATOR, "BidReject", "outbid, passes"},
    {ROLE_AGGREGATOR, "BidReject", "below the reserve"},
    {ROLE_AGGREGATOR, "BidReject", "another bid's"},
    {ROLE_AGGREGATOR, "Terminate", "about something past"},
    {ROLE_AGGREGATOR, "Terminate", "about something else"},
    {ROLE_AGGREGATOR, "BESSStatus", "about something else"},
};

enum { KNOWN_CASES = sizeof known_cases / sizeof *known_cases };

static bool is_known(const struct row *row, const struct known_case *known)
{
    return row->role == known->role && is(row, MESSAGE, known->message) && is(row, CASE, known->name);
}

/* ---- a battery's rows ---- */

static etp_mechanism mechanism_for(const struct row *row)
{
    bool ascending = row->role == ROLE_BESS &&
                     (row->state == BESS_OUTBID || is(row, CASE, "too low") || is(row, CASE, "below the reserve"));
    return ascending ? ETP_ASCENDING : ETP_FIRST_PRICE;
}

/* What has to be so besides the state, before the message comes. */
static void prepare_bess(const struct row *row)
{
    if (is(row, CASE, "nothing for sale")) {
        etp_bess_brief brief = {0};
        assert_int_equal(etp_engine_brief_bess(it.engine, it.node, &brief), ETP_OK);
    } else if (is(row, CASE, "auction closed")) {
        query(1);
        advance(it.options.timing.window);
    } else if (is(row, CASE, "shutting down")) {
        etp_engine_shut_down(it.engine);
    } else if (is(row, CASE, "too low") && row->state == BESS_OFFERED) {
        query_and_bid(1, 20 * CENT, LOT);
    } else if (is(row, CASE, "after the close")) {
        advance(it.options.timing.window);
    } else if (is(row, CASE, "lapsed")) {
        reach(ROLE_BESS, BESS_HELD, ETP_FIRST_PRICE);
        advance(it.options.timing.hold);
    } else if (is(row, CASE, "lapsed earlier") || is(row, CASE, "sold earlier")) {
        reach(ROLE_BESS, is(row, CASE, "sold earlier") ? BESS_SOLD : BESS_HELD, ETP_FIRST_PRICE);
        advance(INTERVAL);
        begin_interval();
    } else if (is(row, CASE, "energy gone")) {
        it.battery.stored = it.battery.spec.floor;
    }
}

static etp_message bid_for(const struct row *row)
{
    bool stands = row->state == BESS_BIDDING || row->state == BESS_OUTBID;
    etp_message message = bid_of(0, stands ? 25 * CENT : 15 * CENT, LOT);
    if (is(row, CASE, "too low"))
        message.bid_price = stands ? 16 * CENT : 15 * CENT;
    if (is(row, CASE, "below the reserve"))
        message.bid_price = RESERVE - 1;
    if (is(row, CASE, "for nothing"))
        message.required_energy = 0;
    if (is(row, CASE, "unknown offer"))
        message.in_reply_to = ETP_ID_MAX;
    if (is(row, CASE, "not raised"))
        message.bid_price = 15 * CENT + it.options.tick - 1;
    if (is(row, CASE, "earlier offer"))
        query(0);
    return message;
}

static etp_message message_to_bess(const struct row *row, etp_type type)
{
    const etp_message *accept = find_heard(0, ETP_BID_ACCEPT);
    if (type == ETP_BID)
        return bid_for(row);
    etp_message message = {.type = (uint8_t)type};
    if (type == ETP_BID_CONFIRM)
        message.in_reply_to = accept != NULL && !is(row, CASE, "another award") ? accept->message_id : NOBODYS_ID;
    if (type == ETP_TERMINATE && is(row, CASE, "about something else"))
        message.in_reply_to = NOBODYS_ID;
    return message;
}

/* ---- a buyer's rows ---- */

static void prepare_buyer(const struct row *row)
{
    if (row->state == AGGREGATOR_QUERIED)
        it.decision = is(row, CASE, "passes")  ? ETP_DECIDE_PASS
                      : is(row, CASE, "waits") ? ETP_DECIDE_WAIT
                                               : ETP_DECIDE_BID;
    if (is(row, CASE, "outbid") || is(row, CASE, "below the reserve"))
        it.raise = it.price + CENT;
}

static etp_id id_of(etp_type type)
{
    const etp_message *message = find_heard(0, type);
    return message != NULL ? message->message_id : NOBODYS_ID;
}

static etp_id what_it_answers(const struct row *row, etp_type type)
{
    if (strncmp(row->cells[CASE], "about", 5) == 0 || strncmp(row->cells[CASE], "another", 7) == 0)
        return NOBODYS_ID;
    if (type == ETP_QUERY_RESPONSE)
        return id_of(ETP_QUERY);
    if (type == ETP_BID_ACCEPT || type == ETP_BID_REJECT)
        return id_of(ETP_BID);
    bool settles = row->state == AGGREGATOR_CONFIRMING && (type == ETP_TERMINATE || type == ETP_BESS_STATUS);
    return settles ? id_of(ETP_BID_CONFIRM) : 0;
}

static etp_message message_to_buyer(const struct row *row, etp_type type)
{
    etp_message message = {
        .type = (uint8_t)type, .in_reply_to = what_it_answers(row, type), .required_energy = LOT, .closes_in_ms = 2000};
    if (is(row, CASE, "nothing for sale") || is(row, CASE, "for nothing"))
        message.required_energy = 0;
    if (is(row, CASE, "window over"))
        message.closes_in_ms = 0;
    if (type == ETP_BID_ACCEPT)
        message.sale_price = it.price + is(row, CASE, "too dear");
    if (is(row, CASE, "too much energy"))
        message.required_energy = LOT + 1;
    if (type == ETP_BID_REJECT)
        message.code = strncmp(row->cells[CASE], "outbid", 6) == 0 ? ETP_CODE_OUTBID
                       : is(row, CASE, "below the reserve")        ? ETP_CODE_BELOW_RESERVE
                                                                   : ETP_CODE_NOT_COMPETITIVE;
    return message;
}

/* ---- one row ---- */

static void check_answer(const struct row *row, etp_id message)
{
    unsigned count = 0;
    const struct heard *answer = NULL;
    for (unsigned i = 0; i < it.heard_count; i++) {
        if (it.heard[i].peer != 0)
            continue;
        answer = &it.heard[i];
        count++;
    }
    assert_int_equal(count, is(row, ANSWER, "-") ? 0 : 1);
    if (answer == NULL)
        return;
    assert_string_equal(etp_type_name(answer->message.type), row->cells[ANSWER]);
    assert_string_equal(etp_code_name(answer->message.code), row->cells[CODE]);
    if (!is(row, MESSAGE, "BidReject"))
        assert_int_equal(answer->message.in_reply_to, message);
}

static void check_refusals(const struct row *row, const etp_engine_stats *before)
{
    etp_engine_stats after = stats();
    int expected = is(row, REFUSED, "-") ? -1 : number_of(row->cells[REFUSED], etp_refusal_name, ETP_REFUSALS);
    for (int i = 0; i < ETP_REFUSALS; i++)
        assert_int_equal(after.refused[i] - before->refused[i], i == expected);
}

static void check_row(const struct row *row)
{
    etp_type type = type_of(row->cells[MESSAGE]);
    reach(row->role, row->state, mechanism_for(row));
    if (row->role == ROLE_BESS)
        prepare_bess(row);
    else
        prepare_buyer(row);
    assert_int_equal(state_of_session(row->role, 0), row->state);
    etp_message message = row->role == ROLE_BESS ? message_to_bess(row, type) : message_to_buyer(row, type);
    etp_engine_stats before = stats();
    forget();
    etp_id id = say(0, message);
    check_answer(row, id);
    check_refusals(row, &before);
    assert_int_equal(state_of_session(row->role, 0), state_number(row->role, row->cells[NEXT]));
    tear_down();
}

static void test_rows(enum role role)
{
    unsigned count = read_rows(WIDTH);
    for (unsigned i = 0; i < count; i++) {
        if (rows[i].role != role)
            continue;
        print_message("docs/states.md:%u %s, %s (%s)\n", rows[i].line, rows[i].cells[STATE], rows[i].cells[MESSAGE],
                      rows[i].cells[CASE]);
        check_row(&rows[i]);
    }
}

static void every_row_of_the_battery_holds(void **unused)
{
    (void)unused;
    test_rows(ROLE_BESS);
}

static void every_row_of_the_aggregator_holds(void **unused)
{
    (void)unused;
    test_rows(ROLE_AGGREGATOR);
}

/* ---- the tables are whole ---- */

static bool has_row(unsigned count, enum role role, unsigned state, const char *message)
{
    for (unsigned i = 0; i < count; i++)
        if (rows[i].role == role && rows[i].state == state && is(&rows[i], MESSAGE, message) && is(&rows[i], CASE, "-"))
            return true;
    return false;
}

static void every_state_has_a_row_for_every_message(void **unused)
{
    (void)unused;
    unsigned count = read_rows(WIDTH);
    for (unsigned type = 0; type < ETP_TYPES; type++) {
        for (unsigned state = 0; state < BESS_STATES; state++)
            if (!has_row(count, ROLE_BESS, state, etp_type_name(type)))
                fail_msg("docs/states.md: no row for %s, %s", bess_states[state], etp_type_name(type));
        for (unsigned state = 0; state < AGGREGATOR_STATES; state++)
            if (!has_row(count, ROLE_AGGREGATOR, state, etp_type_name(type)))
                fail_msg("docs/states.md: no row for %s, %s", buyer_states[state], etp_type_name(type));
    }
}

static void every_case_is_known_and_used(void **unused)
{
    (void)unused;
    unsigned count = read_rows(WIDTH);
    unsigned used[KNOWN_CASES] = {0};
    for (unsigned i = 0; i < count; i++) {
        bool known = is(&rows[i], CASE, "-");
        for (unsigned k = 0; k < KNOWN_CASES; k++) {
            used[k] += is_known(&rows[i], &known_cases[k]);
            known = known || is_known(&rows[i], &known_cases[k]);
        }
        if (!known)
            fail_msg("docs/states.md:%u: this test knows no case \"%s\"", rows[i].line, rows[i].cells[CASE]);
    }
    for (unsigned k = 0; k < KNOWN_CASES; k++)
        if (used[k] == 0)
            fail_msg("docs/states.md: no row has %s (%s)", known_cases[k].message, known_cases[k].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_state_has_a_row_for_every_message),
        cmocka_unit_test(every_case_is_known_and_used),
        cmocka_unit_test(every_row_of_the_battery_holds),
        cmocka_unit_test(every_row_of_the_aggregator_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
