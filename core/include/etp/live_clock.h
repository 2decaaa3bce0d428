/* SPDX-License-Identifier: MIT */
/**
 * @file live_clock.h
 * The clock of an engine that runs by the time on the wall. Message ids carry the moment of creation, so it counts from
 * 1970; windows and holds must not jump when somebody sets the host's clock, so it goes with the monotonic one.
 */
#ifndef ETP_LIVE_CLOCK_H
#define ETP_LIVE_CLOCK_H

#include "etp/units.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A clock that was set once. Thread-safe to read. */
typedef struct etp_live_clock {
    etp_time offset; /**< what is added to the monotonic clock */
} etp_live_clock;

/** Sets it to the host's wall clock. */
ETP_API void etp_live_clock_set(etp_live_clock *clock);

/** What it reads: ns since 1970. Never goes back. */
ETP_API etp_time etp_live_clock_now(const etp_live_clock *clock);

/** By how much the host's wall clock is ahead of this one now: its steps since, and nothing that the engine would see. */
ETP_API etp_time etp_live_clock_drift(const etp_live_clock *clock);

#ifdef __cplusplus
}
#endif

#endif
