/* SPDX-License-Identifier: MIT */
/*
 * The rows of docs/states.md about messages: the node is driven into the state, the message is sent by its peer, and the
 * answer, its code, the counted refusal and the next state are as the row says. Include cmocka.h first.
 */
#ifndef UNIT_ENGINE_ROWS_H
#define UNIT_ENGINE_ROWS_H

#include "engine_table.h"

enum { STATE, MESSAGE, CASE, WHAT, ANSWER, CODE, REFUSED, NEXT, WIDTH };

static inline bool is(const struct row *row, unsigned cell, const char *text)
{
    return strcmp(row->cells[cell], text) == 0;
}

static inline int number_of(const char *name, const char *(*name_of)(unsigned), int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(name_of((unsigned)i), name) == 0)
            return i;
    fail_msg("docs/states.md has a name that means nothing here: \"%s\"", name);
    return -1;
}

static inline etp_type type_of(const char *name)
{
    return (etp_type)number_of(name, etp_type_name, ETP_TYPES);
}

/* ---- a battery's rows ---- */

static inline etp_mechanism mechanism_for(const struct row *row)
{
    bool ascending = row->role == ROLE_BESS &&
                     (row->state == BESS_OUTBID || is(row, CASE, "too low") || is(row, CASE, "below the reserve"));
    return ascending ? ETP_ASCENDING : ETP_FIRST_PRICE;
}

/* What has to be so besides the state, before the message comes. */
static inline void prepare_bess(const struct row *row)
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

static inline etp_message bid_for(const struct row *row)
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

static inline etp_message message_to_bess(const struct row *row, etp_type type)
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

static inline void prepare_buyer(const struct row *row)
{
    if (row->state == AGGREGATOR_QUERIED)
        it.decision = is(row, CASE, "passes")  ? ETP_DECIDE_PASS
                      : is(row, CASE, "waits") ? ETP_DECIDE_WAIT
                                               : ETP_DECIDE_BID;
    if (is(row, CASE, "outbid") || is(row, CASE, "below the reserve"))
        it.raise = it.price + CENT;
}

static inline etp_id id_of(etp_type type)
{
    const etp_message *message = find_heard(0, type);
    return message != NULL ? message->message_id : NOBODYS_ID;
}

static inline etp_id what_it_answers(const struct row *row, etp_type type)
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

static inline etp_message message_to_buyer(const struct row *row, etp_type type)
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

static inline void check_answer(const struct row *row, etp_id message)
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

static inline void check_refusals(const struct row *row, const etp_engine_stats *before)
{
    etp_engine_stats after = stats();
    int expected = is(row, REFUSED, "-") ? -1 : number_of(row->cells[REFUSED], etp_refusal_name, ETP_REFUSALS);
    for (int i = 0; i < ETP_REFUSALS; i++)
        assert_int_equal(after.refused[i] - before->refused[i], i == expected);
}

static inline void check_row(const struct row *row)
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

static inline void test_rows(enum role role)
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

#endif
