/* SPDX-License-Identifier: MIT */
/*
 * The parameters of a scenario: one table of their names, units and ranges, and a *setup*, which has a value for each.
 *
 * A knob's name is that of its place in the scenario file: "homes.count" is `count` in the table `homes`. Those of
 * "world." are the parameters of `--set world.NAME`.
 */
#ifndef ETP_STUDY_KNOBS_H
#define ETP_STUDY_KNOBS_H

#include <stdbool.h>
#include <stddef.h>

#include "etp/error.h"
#include "program/world_params.h"

typedef enum etp_knob_kind {
    ETP_KNOB_NUMBER,
    ETP_KNOB_WHOLE,
    ETP_KNOB_TEXT,
    ETP_KNOB_WORD,   /* one of a few */
    ETP_KNOB_DATE,   /* "2024-07-01" */
    ETP_KNOB_TARIFF, /* 3.3, or "00:00=2.1,15:00=8.4" */
    ETP_KNOB_PRICE   /* a number, or "none" */
} etp_knob_kind;

/* What a knob matters to: cells that it does not matter to are shared by points that differ in it. */
typedef enum etp_knob_part {
    ETP_PART_HOMES,   /* every arm */
    ETP_PART_TIMED,   /* the arms with the time-of-day tariff */
    ETP_PART_MARKET,  /* every arm with a market */
    ETP_PART_BIDDING, /* the arms with an auction */
    ETP_PART_SPAN,    /* which prices are taken: their hash and the days stand for it */
    ETP_PART_STUDY    /* no cell: how many seeds, what is done with results */
} etp_knob_part;

/* The scenario's own; those of the world follow, from ETP_KNOBS_OWN on. */
typedef enum etp_knob_index {
    ETP_KNOB_HOMES_COUNT,
    ETP_KNOB_HOMES_SOURCE,
    ETP_KNOB_HOMES_LOAD,
    ETP_KNOB_TARIFFS_FEED_IN,
    ETP_KNOB_TARIFFS_RETAIL,
    ETP_KNOB_TARIFFS_TIMED,
    ETP_KNOB_PRICES_REGION,
    ETP_KNOB_PRICES_FROM,
    ETP_KNOB_PRICES_UNTIL,
    ETP_KNOB_PRICES_INTERVAL,
    ETP_KNOB_PRICES_GAPS,
    ETP_KNOB_PRICES_CAP,
    ETP_KNOB_PRICES_CONSTANT,
    ETP_KNOB_PRICES_PIECES,
    ETP_KNOB_PRICES_PIECE_DAYS,
    ETP_KNOB_SEEDS_FIRST,
    ETP_KNOB_SEEDS_COUNT,
    ETP_KNOB_MARKET_FIRMS,
    ETP_KNOB_MARKET_PORTFOLIOS,
    ETP_KNOB_MARKET_STRATEGIES,
    ETP_KNOB_MARKET_RESERVE,
    ETP_KNOB_MARKET_SETTINGS,
    ETP_KNOB_MARKET_MECHANISM,
    ETP_KNOB_MARKET_DISCLOSE,
    ETP_KNOB_MARKET_WINDOW,
    ETP_KNOB_MARKET_HOLD,
    ETP_KNOB_MARKET_SPREAD,
    ETP_KNOB_LINKS_DELAY,
    ETP_KNOB_LINKS_JITTER,
    ETP_KNOB_LINKS_LOSS,
    ETP_KNOB_LINKS_BANDWIDTH,
    ETP_KNOB_FAULTS_OUTAGES,
    ETP_KNOB_AGGREGATION_FIXED_COST,
    ETP_KNOB_ESTIMATE_RESAMPLES,
    ETP_KNOB_ESTIMATE_SEED,
    ETP_KNOBS_OWN
} etp_knob_index;

enum { ETP_KNOBS_MAX = 80, ETP_KNOB_TEXT_MAX = 192, ETP_KNOB_NAME_MAX = 64 };

typedef struct etp_knob {
    char name[ETP_KNOB_NAME_MAX];
    const char *unit, *doc;
    etp_knob_kind kind;
    etp_knob_part part;
    double low, high;         /* of numbers */
    const char *const *words; /* up to a NULL */
} etp_knob;

unsigned etp_knob_count(void);
etp_knob etp_knob_describe(unsigned index);
/* The count where there is none of that name. */
unsigned etp_knob_find(const char *name);
/* Writes the name that `name` was probably meant to be; false when none is close. */
bool etp_knob_nearest(const char *name, char nearest[ETP_KNOB_NAME_MAX]);

/* ---- values ---- */

typedef struct etp_knob_value {
    bool set;
    double number;                /* NaN where it is none */
    char text[ETP_KNOB_TEXT_MAX]; /* in the form in which it is written down */
} etp_knob_value;

typedef struct etp_setup {
    etp_knob_value values[ETP_KNOBS_MAX];
} etp_setup;

/* Reads a value as a person writes it: a text of --set, a number or a text of the scenario. ETP_ERANGE or ETP_EFORMAT with a
 * sentence that begins with the knob's name. */
int etp_knob_read(unsigned index, const char *text, etp_knob_value *value, etp_error *error);
int etp_knob_read_number(unsigned index, double number, etp_knob_value *value, etp_error *error);

double etp_setup_number(const etp_setup *setup, unsigned index);
const char *etp_setup_text(const etp_setup *setup, unsigned index);

#endif
