/* SPDX-License-Identifier: MIT */
/* Who is who in a whole market on a real network: keys made for one run, which never leave its memory. */
#ifndef ETP_CLI_LIVE_KEYS_H
#define ETP_CLI_LIVE_KEYS_H

#include "etp/live.h"
#include "etp/run.h"

/* A key pair for each home, then one for each firm, and the list in which all stand. */
typedef struct etp_live_keys {
    etp_identity **identities;
    unsigned homes, firms;
    etp_trust *trust;
} etp_live_keys;

/* Returns an exit status. etp_live_keys_fini() is due in any case, and accepts zeroes. */
int etp_live_keys_make(etp_live_keys *keys, const etp_run *run, unsigned homes, etp_error *error);
void etp_live_keys_fini(etp_live_keys *keys);
/* Adds every node of the run to the network. Returns an exit status. */
int etp_live_keys_add_nodes(const etp_live_keys *keys, etp_live *live, const etp_run *run, etp_error *error);

#endif
