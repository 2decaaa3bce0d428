/* SPDX-License-Identifier: MIT */
/* Reads the tables of docs/states.md, and drives the fixture's node into each of the states. Include cmocka.h first. */
#ifndef UNIT_ENGINE_TABLE_H
#define UNIT_ENGINE_TABLE_H

#include <stdio.h>
#include <string.h>

#include "engine/internal.h"
#include "engine_peers.h"

enum { ROWS_MAX = 300, CELLS_MAX = 8, CELL_SIZE = 160, NOBODYS_ID = 12345 };

static const char *const bess_states[BESS_STATES] = {"idle",    "offered", "bidding", "outbid",
                                                     "standby", "held",    "sold",    "out"};
static const char *const buyer_states[AGGREGATOR_STATES] = {"unknown",    "idle",   "queried", "waiting", "bidding",
                                                            "confirming", "bought", "out",     "gone"};

struct row {
    enum role role;
    unsigned line, count, state;
    char cells[CELLS_MAX][CELL_SIZE];
};

static struct row rows[ROWS_MAX];

static inline unsigned state_number(enum role role, const char *name)
{
    unsigned count = role == ROLE_BESS ? BESS_STATES : AGGREGATOR_STATES;
    const char *const *names = role == ROLE_BESS ? bess_states : buyer_states;
    for (unsigned i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    fail_msg("docs/states.md names a state that the engine does not have: \"%s\"", name);
    return 0;
}

static inline unsigned split(char *text, struct row *row)
{
    unsigned count = 0;
    for (char *cell = strtok(text, "|"); cell != NULL && cell[0] == ' '; cell = strtok(NULL, "|")) {
        assert_true(count < CELLS_MAX);
        cell[strlen(cell) - 1] = '\0';
        snprintf(row->cells[count++], CELL_SIZE, "%s", cell + 1);
    }
    return count;
}

/* The rows of all tables that have `width` columns and begin with a state. */
static inline unsigned read_rows(unsigned width)
{
    FILE *file = fopen(ETP_SOURCE_DIR "/docs/states.md", "r");
    assert_non_null(file);
    enum role role = ROLE_BESS;
    unsigned count = 0;
    char text[1024];
    for (unsigned line = 1; fgets(text, sizeof text, file) != NULL; line++) {
        if (strncmp(text, "## ", 3) == 0)
            role = strstr(text, "aggregator") != NULL ? ROLE_AGGREGATOR : ROLE_BESS;
        if (strncmp(text, "| ", 2) != 0)
            continue;
        assert_true(count < ROWS_MAX);
        struct row *row = &rows[count];
        *row = (struct row){.role = role, .line = line};
        row->count = split(text, row);
        if (row->count != width || strcmp(row->cells[0], "state") == 0)
            continue;
        row->state = state_number(role, row->cells[0]);
        count++;
    }
    fclose(file);
    assert_true(count > 0);
    return count;
}

static inline unsigned state_of_session(enum role role, unsigned peer)
{
    struct node *node = it.engine->nodes[it.node];
    return role == ROLE_BESS ? as_bess(node)->sessions[peer].state : as_aggregator(node)->sessions[peer].state;
}

/* ---- a battery whose session with peer 0 is in a state; peer 1 is the rival ---- */

static inline void reach_bess_state(enum bess_state state)
{
    if (state == BESS_IDLE)
        return;
    query(0);
    if (state == BESS_OFFERED)
        return;
    if (state == BESS_OUT) {
        terminate(0, 0, ETP_CODE_WITHDRAWN);
        return;
    }
    bid(0, 15 * CENT, LOT);
    if (state == BESS_OUTBID || state == BESS_STANDBY)
        query_and_bid(1, 20 * CENT, LOT);
    if (state == BESS_OUTBID || state == BESS_BIDDING)
        return;
    advance(it.options.timing.window);
    if (state == BESS_SOLD)
        confirm(0);
}

/* ---- a buyer whose session with battery 0 is in a state ---- */

static inline void reach_buyer_state(enum aggregator_state state)
{
    if (state == AGGREGATOR_UNKNOWN)
        return;
    if (state == AGGREGATOR_IDLE || state == AGGREGATOR_GONE)
        register_with(0);
    if (state == AGGREGATOR_GONE)
        terminate(0, 0, ETP_CODE_SHUTTING_DOWN);
    if (state == AGGREGATOR_IDLE || state == AGGREGATOR_GONE)
        return;
    register_with(0);
    begin_interval();
    if (state == AGGREGATOR_QUERIED)
        return;
    it.decision = state == AGGREGATOR_WAITING ? ETP_DECIDE_WAIT : ETP_DECIDE_BID;
    offer_to(0, LOT, 2000);
    if (state == AGGREGATOR_WAITING || state == AGGREGATOR_BIDDING)
        return;
    if (state == AGGREGATOR_OUT) {
        reject_bid(0, ETP_CODE_NOT_COMPETITIVE);
        return;
    }
    accept_bid(0, 20 * CENT, LOT);
    if (state == AGGREGATOR_BOUGHT)
        give_receipt(0);
}

static inline void reach(enum role role, unsigned state, etp_mechanism mechanism)
{
    tear_down();
    set_up();
    if (role == ROLE_BESS) {
        begin_bess(mechanism);
        reach_bess_state((enum bess_state)state);
    } else {
        it.options.mechanism = mechanism;
        make_buyer(&buyer_hooks);
        start();
        brief_buyer(10 * LOT, 1000 * ETP_MONEY_PER_DOLLAR);
        begin_interval();
        reach_buyer_state((enum aggregator_state)state);
    }
    assert_int_equal(state_of_session(role, 0), state);
}

#endif
