/* SPDX-License-Identifier: MIT */
/*
 * A market by the clock on the wall, its scripts reloaded as their files change (--watch).
 *
 * The engine's clock follows the monotonic one from the moment at which the first interval begins. Every few
 * milliseconds the run is advanced to now, and then the files are looked at: a version takes over at that exact reading
 * of the engine's clock, after all that was due by then, so that --swap can repeat it.
 */
#ifndef ETP_CLI_SESSION_H
#define ETP_CLI_SESSION_H

#include "cli/watch/reloads.h"

/* A clock that the engine's follows. Functions that return an int return an exit status. */
typedef struct etp_session_clock {
    /* The run stands just before its first interval by the clock: from here on it counts. */
    int (*begin)(void *user, const etp_reloads *reloads, etp_error *error);
    /* What the engine's should read. */
    etp_time (*now)(void *user);
    /* Lets it go on to that reading. */
    int (*rest)(void *user, etp_time until, etp_error *error);
    void *user;
} etp_session_clock;

/* Runs until the last interval is over, or until SIGINT or SIGTERM, which end it with the interval that has begun. Where
 * `clock` is NULL nothing but the run goes by it: then what is left of that interval is run at once. Returns an exit
 * status. */
int etp_session_play(const etp_reloads *reloads, const etp_session_clock *clock, etp_error *error);

/* Somebody wants the session to end. */
bool etp_session_is_ending(void);

#endif
