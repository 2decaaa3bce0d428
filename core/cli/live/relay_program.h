/* SPDX-License-Identifier: MIT */
/* A relay as a child process: see relays.h. */
#ifndef ETP_CLI_LIVE_RELAY_PROGRAM_H
#define ETP_CLI_LIVE_RELAY_PROGRAM_H

#include <sys/types.h>

#include "etp/error.h"

typedef struct etp_relay_program {
    pid_t pid;
    int input; /* it ends when this is closed, whatever becomes of us */
    unsigned port;
} etp_relay_program;

/* Starts it and reads its first line. `arguments` begin with its path and end with NULL. Returns an exit status. */
int etp_relay_program_start(etp_relay_program *program, const char *const *arguments, etp_error *error);
/* Ends it, and waits until it has. */
void etp_relay_program_end(etp_relay_program *program);

#endif
