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

#include "engine_rows.h"

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

/* ---- all rows ---- */

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
