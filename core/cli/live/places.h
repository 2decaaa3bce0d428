/* SPDX-License-Identifier: MIT */
/* Where the aggregators of a market over real links listen. */
#ifndef ETP_CLI_LIVE_PLACES_H
#define ETP_CLI_LIVE_PLACES_H

#include "etp/error.h"

enum { ETP_PLACE_MAX = 108 }; /* as long as the name of a socket in the file system may be, and more than others need */

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
