/* SPDX-License-Identifier: MIT */
/*
 * Links of a run over real sockets on loopback, each through a relay: a program that stands between two sockets and makes
 * the network between them a bad one. It is started for each aggregator, with what the links are to be like, the address
 * that it is to listen on, and the one that it is to connect with:
 *
 *     PROGRAM --delay-ms 20 --jitter-ms 0 --bandwidth-bps 9600 127.0.0.1:0 127.0.0.1:40001
 *
 * All nodes have keys made for this run, and believe nobody else, as those of run --live.
 *
 * Its first line says which port it listens on ("listen 40002"), and it ends when its standard input does. tests/tools has
 * such a program.
 */
#ifndef ETP_CLI_LIVE_RELAYS_H
#define ETP_CLI_LIVE_RELAYS_H

#include "etp/engine.h"
#include "etp/run.h"

typedef struct etp_relays etp_relays;

typedef struct etp_relays_options {
    const char *program;
    etp_time delay, jitter;
    uint64_t bandwidth; /* bits per second of each link, each way; 0 is no limit */
    uint64_t seed;
} etp_relays_options;

/* `program` is borrowed. Returns an exit status. */
int etp_relays_new(etp_relays **relays, const etp_relays_options *options, etp_error *error);
/* Ends the programs. Accepts NULL. Before the run is freed. */
void etp_relays_free(etp_relays *relays);

/* For etp_run_options. */
etp_transport etp_relays_carriage(etp_relays *relays);

/* Links all batteries of a run with all its firms, waits until everybody knows everybody, and moves the run to where the
 * clock then stands. Returns an exit status. */
int etp_relays_join(etp_relays *relays, etp_run *run, unsigned homes, etp_error *error);

/* Serves the links until the run's clock stands there. Returns an exit status. */
int etp_relays_serve(etp_relays *relays, etp_time until, etp_error *error);
/* That clock: it goes as the one on the wall does. */
etp_time etp_relays_now(const etp_relays *relays);
/* What both ends have handed to their sockets, everything counted. */
uint64_t etp_relays_bytes(const etp_relays *relays);

#endif
