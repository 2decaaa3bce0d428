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

/* Runs until the last interval is over, or until SIGINT or SIGTERM, which end it with the interval that has begun. Returns
 * an exit status. */
int etp_session_play(const etp_reloads *reloads, etp_error *error);

#endif
