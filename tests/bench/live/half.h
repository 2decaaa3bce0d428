/* SPDX-License-Identifier: MIT */
/*
 * One process of bench_live: all batteries, or the aggregator, with its engine and its network. What goes wrong ends the
 * process with a sentence.
 *
 *     half.c      what it is made of
 *     keys.c      who is who
 *     rounds.c    what it does: links come up, then intervals follow each other
 */
#ifndef ETP_BENCH_LIVE_HALF_H
#define ETP_BENCH_LIVE_HALF_H

#include <event2/event.h>
#include <stdbool.h>

#include "etp/etp.h"
#include "etp/live.h"

enum { BUYER = 1, FIRST_BATTERY = 1000, MAX_LINKS = 5000, HANDSHAKES_AT_ONCE = 64 };

static const etp_time half_window = 200 * ETP_NS_PER_MS;

void etp_half_expect(bool is_well, const char *what);
/* Accepts NULL for the error. */
void etp_half_expect_ok(int result, const etp_error *error, const char *what);

/* ---- keys.c ---- */

typedef struct etp_half_keys {
    etp_identity *buyer, *batteries[MAX_LINKS];
    etp_trust *of_buyer, *of_batteries;
} etp_half_keys;

void etp_half_make_keys(etp_half_keys *keys);

/* ---- half.c ---- */

typedef struct etp_half {
    bool sells;
    unsigned links;
    const etp_half_keys *keys;
    etp_live *live;
    etp_engine *engine;
    etp_node *nodes;
    etp_battery *batteries;
    struct event *timer;
    char address[64];
    unsigned dialed;
    int in, out; /* pipes from and to the other half */
    double dial_began, seconds_up;
    long resident_before, resident_after;
    etp_time starts; /* of the first interval; 0 until it is known */
    unsigned interval;
    bool has_failed; /* those of this interval have */
    bool is_up;
    double up_since;
    bool has_registered[MAX_LINKS]; /* at the aggregator */
    unsigned registered;
    uint64_t trades;
    etp_time last_receipt, busy; /* of this interval; from first Query to last receipt, of all */
} etp_half;

/* From `sells`, `links` and `keys`, up to a network that has started. */
void etp_half_build(etp_half *half);
void etp_half_free(etp_half *half);
long etp_half_resident_kb(void);

/* ---- rounds.c ---- */

/* Until the last interval is over. */
void etp_half_run(etp_half *half);

#endif
