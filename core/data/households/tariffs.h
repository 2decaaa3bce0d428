/* SPDX-License-Identifier: MIT */
/*
 * What homes were paid and charged, by state and date, from two tables: feed-in tariffs that regulators set or found
 * (some by the clock), and retailers' offers of one year.
 *
 * Every entry holds for a span of days. A tariff of another year is never given in its place: what is asked for a day on
 * which no entry holds is ETP_ENOENT, with a sentence that names the years that there are.
 */
#ifndef ETP_DATA_HOUSEHOLDS_TARIFFS_H
#define ETP_DATA_HOUSEHOLDS_TARIFFS_H

#include "data/format.h"
#include "etp/error.h"

enum { ETP_TARIFF_TEXT_MAX = 64, ETP_TARIFF_STATE_MAX = 16 };

typedef enum etp_tariff_kind {
    ETP_TARIFF_FEED_IN,       /* one rate for all hours, or an average */
    ETP_TARIFF_FEED_IN_TIMED, /* rates by the hour, of which the table has the least and the most */
    ETP_TARIFF_RETAIL,        /* one rate for all hours */
    ETP_TARIFF_RETAIL_TIMED,  /* rates by the hour: peak, shoulder, off-peak */
} etp_tariff_kind;

typedef struct etp_tariff_entry {
    etp_tariff_kind kind;
    char state[ETP_TARIFF_STATE_MAX]; /* "VIC", "QLD-regional" */
    char name[ETP_TARIFF_TEXT_MAX];   /* the kind or the offer, as the table has it */
    char status[ETP_TARIFF_TEXT_MAX]; /* "final", "reported"; empty where the table says nothing */
    etp_time from, until;             /* [from, until): midnights; `until` is ETP_TIME_NEVER where no end is known */
    etp_price low, high;              /* per kWh: least and most; equal for one rate */
    etp_price shoulder;               /* retail by the hour, or ETP_PRICE_NONE */
    etp_price feed_in;                /* of a retail offer, or ETP_PRICE_NONE */
    etp_price a_day;                  /* daily charge of a retail offer, micro-dollars; 0 otherwise */
    bool applied;                     /* false for drafts and decisions that never came into force */
} etp_tariff_entry;

typedef struct etp_tariffs {
    etp_tariff_entry *entries;
    size_t count;
} etp_tariffs;

/* Adds the entries of a table, of whichever of the two formats its content has; `tariffs` may be zeroed. On failure it
 * stays what it was. */
int etp_tariffs_load(etp_tariffs *tariffs, const char *path, etp_error *error);

/* Accepts a zeroed one. */
void etp_tariffs_fini(etp_tariffs *tariffs);

/* What held in a state on a day. Of several entries (a state's part is another state: "QLD-regional" is not "QLD") the
 * one in the middle by its high rate, the lower of two: retail offers are many, and none is the state's. Entries that
 * never were applied are left out. `found` is borrowed. */
int etp_tariffs_find(const etp_tariffs *tariffs, const char *state, etp_time when, etp_tariff_kind kind,
                     const etp_tariff_entry **found, etp_error *error);

#endif
