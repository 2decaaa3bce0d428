/* SPDX-License-Identifier: MIT */
/* Between which limits the market's rules keep prices, from which day on. */
#ifndef ETP_DATA_PRICE_CAPS_H
#define ETP_DATA_PRICE_CAPS_H

#include "data/about.h"

enum { ETP_PRICE_CAPS_MAX = 64 };

typedef struct etp_price_cap {
    etp_time from; /* NEM time */
    bool known;    /* else the table has no cap for the time from then on */
    etp_price cap, floor;
} etp_price_cap;

/* A table of them, by time. */
typedef struct etp_price_caps {
    unsigned count;
    etp_price_cap list[ETP_PRICE_CAPS_MAX];
} etp_price_caps;

/* A table of settings (effective_from, market_price_cap_aud_mwh, market_floor_aud_mwh), and AEMO's own. */
extern const etp_data_format etp_format_price_settings, etp_format_price_thresholds;

/* Reads a file of one of those formats into `caps`. Where there are entries already, those of the same day stay. */
int etp_price_caps_read(etp_price_caps *caps, const char *path, etp_error *error);

/* Reads the prices of `about` once more, and adds a note for each region that has some outside the limits of their
 * time. Does nothing where there are no limits, or `about` is no file of prices. */
int etp_price_caps_check(const etp_price_caps *caps, etp_data_about *about, etp_error *error);

#endif
