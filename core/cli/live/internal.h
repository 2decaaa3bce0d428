/* SPDX-License-Identifier: MIT */
/* What the files of this folder share: market.c plays, keys.c says who is who, places.c where. */
#ifndef ETP_CLI_LIVE_INTERNAL_H
#define ETP_CLI_LIVE_INTERNAL_H

#include "cli/live/market.h"
#include "etp/live.h"

enum { ETP_PLACE_MAX = 108 }; /* as long as the name of a socket in the file system may be, and more than others need */

/* ---- keys.c ---- */

/* A key pair for each home, then one for each firm, and the list in which all stand. */
typedef struct etp_live_keys {
    etp_identity **identities;
    unsigned homes, firms;
    etp_trust *trust;
} etp_live_keys;

/* Returns an exit status. etp_live_keys_fini() is due in any case. */
int etp_live_keys_make(etp_live_keys *keys, const etp_run *run, unsigned homes, etp_error *error);
void etp_live_keys_fini(etp_live_keys *keys);
/* Adds every node of the run to the network. Returns an exit status. */
int etp_live_keys_add_nodes(const etp_live_keys *keys, etp_live *live, const etp_run *run, etp_error *error);

/* ---- places.c ---- */

/* Where firms listen. */
typedef struct etp_live_places {
    const char *transport;
    char folder[ETP_PLACE_MAX]; /* of ipc's sockets; "" for none */
    unsigned used;
} etp_live_places;

/* Makes a folder where one is needed. Returns an exit status. etp_live_places_fini() is due in any case. */
int etp_live_places_begin(etp_live_places *places, const char *transport, etp_error *error);
void etp_live_places_fini(etp_live_places *places);
/* Writes the address at which the next firm is to listen. */
void etp_live_places_next(etp_live_places *places, char url[2 * ETP_PLACE_MAX]);
/* Lets the process have as many descriptors as so many links need. Returns an exit status. */
int etp_live_places_make_room(const etp_live_places *places, unsigned links, etp_error *error);

#endif
