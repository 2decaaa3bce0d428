/* SPDX-License-Identifier: MIT */
/*
 * A whole market on a real network in one process: both ends of every link are here, each battery dials each aggregator,
 * and the run's clock goes with the one on the wall. Functions that return an int return an exit status.
 */
#ifndef ETP_CLI_LIVE_WHOLE_H
#define ETP_CLI_LIVE_WHOLE_H

#include "etp/live.h"
#include "etp/run.h"

typedef struct etp_whole {
    etp_live_clock clock;
    etp_live *live; /* NULL until etp_whole_attach() */
    unsigned homes, firms;
} etp_whole;

/* What the run's engine sends with. It has an engine before there is a network: until then nobody sends. */
etp_transport etp_whole_carriage(etp_whole *whole);
/* One for each battery and aggregator. */
unsigned etp_whole_links(const etp_whole *whole);

/* The clock begins where the run stands. */
void etp_whole_begin(etp_whole *whole, const etp_run *run);
/* Options with room for every end; nobody else is expected, so nobody is held off. */
void etp_whole_defaults(const etp_whole *whole, etp_live_options *options);
int etp_whole_attach(etp_whole *whole, const etp_live_options *options, const etp_run *run, etp_error *error);
/* Every battery dials the aggregator at this address. */
int etp_whole_dial_all(const etp_whole *whole, const char *address, etp_id firm, etp_error *error);
int etp_whole_start(etp_whole *whole, etp_error *error);

etp_time etp_whole_now(const etp_whole *whole);
/* Lets the network work until then. */
int etp_whole_serve(etp_whole *whole, etp_time until, etp_error *error);
/* Lets it work for a moment, as whoever waits for something does. */
int etp_whole_turn(etp_whole *whole, etp_error *error);
/* Of a network that is not attached yet: zeroes. */
etp_live_stats etp_whole_stats(const etp_whole *whole);
/* How long the links may take to come up. */
etp_time etp_whole_patience(const etp_whole *whole, etp_time per_link);
/* That they did not in this time, "over" `what` or "through" it. */
int etp_whole_fail_links(const etp_whole *whole, etp_time waited, const char *how, const char *what, etp_error *error);
/* The run goes on from where the clock has come to, so that what was to begin at `planned` begins `from_now` on. */
int etp_whole_shift(const etp_whole *whole, etp_run *run, etp_time from_now, etp_time planned, etp_error *error);

#endif
