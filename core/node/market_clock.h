/* SPDX-License-Identifier: MIT */
/*
 * When market intervals begin, so that all nodes agree without asking each other: at whole multiples of the interval
 * since 1970, by the clock on the wall.
 *
 * The engine goes by a clock of its own, which is set once and never jumps (etp/live_clock.h). When the host's wall clock
 * is set, intervals follow it, and everything else (windows, holds, stamps of messages) stays as it was. A battery must
 * not sell the same stretch of time twice: so no interval begins before the last one was due to end, whatever the wall
 * says, and none begins in its middle.
 */
#ifndef ETP_NODE_MARKET_CLOCK_H
#define ETP_NODE_MARKET_CLOCK_H

#include "etp/engine.h"

typedef struct etp_market_clock {
    etp_time interval;   /* length */
    etp_time needed;     /* that must be left of an interval for it to begin: spread, window, holds */
    etp_time utc_offset; /* of the market's clock */
    etp_time ahead;      /* of the wall before the engine's clock, as seen last */
    uint64_t last;       /* index of the interval that began last, or that was under way at the start */
    etp_time ends;       /* of that, on the engine's clock; 0 for none */
} etp_market_clock;

/* `now` on the engine's clock, `ahead` is etp_live_clock_drift(). The interval under way is left to others. */
void etp_market_clock_init(etp_market_clock *clock, etp_time interval, etp_time needed, etp_time utc_offset,
                           etp_time now, etp_time ahead);

/* Looks at the wall clock. Returns by how much it was set since the last look, 0 for less than a tenth of a second. */
etp_time etp_market_clock_see(etp_market_clock *clock, etp_time ahead);

/* True if an interval begins now, or has begun a moment ago: fills index, starts, ends and second_of_day. */
bool etp_market_clock_begins(etp_market_clock *clock, etp_time now, etp_interval *interval);

/* When to ask again, on the engine's clock. */
etp_time etp_market_clock_next(const etp_market_clock *clock, etp_time now);

/* The time on the wall, and on the market's clock as if it were UTC, at a reading of the engine's. */
etp_time etp_market_clock_wall(const etp_market_clock *clock, etp_time now);
etp_time etp_market_clock_market(const etp_market_clock *clock, etp_time now);

#endif
