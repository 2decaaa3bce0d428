/* SPDX-License-Identifier: MIT */
/*
 * What a study is made of, as whoever computes estimates from it sees it: experiments with their points, and for each
 * point the results of its cells.
 *
 * A *cell* is one run: the scenario after a point's overrides, an arm, a price world, a seed, a span of the price series.
 * All cells of a point stand on common random numbers: home i of seed s is the same home, with the same load and sun, in
 * every arm and price world. A *span* is whole days from a noon on; it is cut into *blocks* of seven days, which are what
 * is resampled in time: block b is the same week of prices in every cell of a point. Seeds of a point are 0 to seeds - 1.
 *
 * Everything here is plain data and borrowed from the study: tests of estimates make their own.
 */
#ifndef ETP_STUDY_RESULT_H
#define ETP_STUDY_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "etp/ledger.h"
#include "etp/units.h"

/* ---- arms and price worlds ---- */

typedef enum etp_arm {
    ETP_ARM_FLAT,        /* nothing sold from the battery, spill at the flat feed-in tariff: the reference */
    ETP_ARM_TIMED,       /* time-of-day feed-in tariff, exports as good as can be */
    ETP_ARM_TIMED_NONE,  /* the same tariff, nothing sold from the battery */
    ETP_ARM_POSTED,      /* one owner of all portfolios posts the price that is best for it */
    ETP_ARM_KNOWING,     /* one owner of all portfolios pays each battery its reserve */
    ETP_ARM_ALONE,       /* one owner of all portfolios bids in the auction as the firms do */
    ETP_ARM_FIRMS,       /* the auction with all owners */
    ETP_ARM_COMPETITIVE, /* the price at which supply meets demand is posted */
    ETP_ARMS
} etp_arm;

/* "flat", "timed_none": as in the scenario, in results and in files. NULL past the end. */
const char *etp_arm_name(unsigned arm);
/* False for flat, timed and timed_none. */
bool etp_arm_has_market(etp_arm arm);

typedef enum etp_price_world {
    ETP_PRICES_ALL,     /* as they were */
    ETP_PRICES_CLIPPED, /* spot above the scenario's cap is cut down to it */
    ETP_PRICE_WORLDS
} etp_price_world;

/* "all", "clipped". NULL past the end. */
const char *etp_price_world_name(unsigned world);

/* ---- one cell ---- */

typedef struct etp_cell_home {
    uint32_t profile;    /* which real household its load was made from: homes of one profile are a cluster */
    etp_energy capacity; /* of its battery */
} etp_cell_home;

enum { ETP_CELL_NAME_MAX = 96 };

typedef struct etp_cell_firm {
    char name[ETP_CELL_NAME_MAX];
    unsigned portfolios; /* that it holds */
    uint64_t bids, trades;
    etp_energy energy;
    etp_money paid, worth; /* worth: at realised values */
} etp_cell_firm;

typedef struct etp_cell_result {
    unsigned homes, blocks, days, firms;
    etp_cell_home *home; /* [homes] */
    etp_money
        *cost; /* owner's cost by home and block, [home * blocks + block]: whole bill, wear, change of stored energy */
    etp_energy
        *sold; /* the same shape; NULL in the arms without a market (flat, timed, timed_none), as all that follows */
    etp_money *income;
    etp_ledger_slice total, hour[24], regime[ETP_REGIMES];
    etp_ledger_slice *day; /* [days] */
    etp_cell_firm *firm;   /* [firms]; one in the arms with one owner */
    uint64_t trades;       /* confirmed */
    uint64_t bids;         /* processed by batteries */
    uint64_t auctions;     /* opened */
    uint64_t lapses;       /* holds that ended without a confirmation */
    uint64_t misses;       /* messages that came after their deadline, and bids after the close */
} etp_cell_result;

/* ---- points and experiments ---- */

typedef struct etp_study_point {
    const char *id;    /* unique in its experiment: "n=3", "wear.low", "SA1.2019" */
    const char *label; /* as a reader sees it: "3 firms" */
    const char *group; /* what belongs together: the assumption in the tornado, the region; "" where nothing does */
    const char *side;  /* "low", "high", or "" */
    double
        value; /* on the experiment's axis; in the tornado what the assumption is set to; NaN where it is no number */
    int base;  /* the point of this experiment that it is compared with (same seeds, same weeks), or -1 */
    unsigned seeds;
    unsigned days, blocks;
    unsigned arms;         /* a bit (1u << arm) for each that it has */
    unsigned worlds;       /* a bit for each price world */
    const char *region;    /* of its prices: "VIC1"; "" for the generator's */
    const char *span;      /* in words: "2024-07-01 to 2025-06-30", "13 weeks of ..." */
    etp_price feed_in;     /* c/kWh 0 here: no percentage over it */
    etp_time interval;     /* of its prices */
    const char *condition; /* "" or what a reader must know: "30-minute prices" */
} etp_study_point;

typedef struct etp_study_experiment {
    const char
        *id; /* "headline", "rivals", "owners", "mechanism", "reserve", "strategies", "league", "regions", "links",
                          "tornado", "placebo" */
    const char *title; /* as a reader sees it */
    const char *axis;  /* what `value` is, with its unit: "aggregators"; "" where points are no numbers */
    const etp_study_point *points;
    unsigned point_count;
} etp_study_experiment;

/* ---- the study ---- */

/* One value of the scenario as it was used, for the colophon and for whoever needs one. */
typedef struct etp_study_value {
    const char *name; /* "aggregation.fixed_cost" */
    const char *text; /* "100", "first-price" */
    const char *unit; /* "A$ per battery and year", or "" */
    double number;    /* NaN where it is none */
} etp_study_value;

/* A file that was read. */
typedef struct etp_study_file {
    const char *name; /* without its folder */
    const char *hash; /* XXH3, 128 bits, in hex */
    const char *what; /* in words: "prices, VIC1, 5 min" */
    const char *note; /* gaps and repeats counted, rules that were applied; or "" */
} etp_study_file;

typedef struct etp_study_view etp_study_view;
struct etp_study_view {
    const etp_study_experiment *experiments;
    unsigned experiment_count;
    const etp_study_value *values; /* sorted by name */
    unsigned value_count;
    const etp_study_file *files;
    unsigned file_count;
    const char *const *left_out; /* sentences: what could not be run, and why */
    unsigned left_out_count;
    const char *const *facts; /* sentences a reader must know: which households are real, what was scaled */
    unsigned fact_count;
    bool illustration;       /* made-up prices: no evidence */
    bool quick;              /* the short version */
    const char *attribution; /* "Source: ..." or "" */
    const char *command;     /* the command line that gives this again */
    const char *version;
    /* NULL for a point that has no such cell. Borrowed for the study's life. */
    const etp_cell_result *(*find)(const etp_study_view *view, unsigned experiment, unsigned point, etp_arm arm,
                                   etp_price_world world, unsigned seed);
    const void *user; /* for find() */
};

/* NULL where there is none of that name. */
const etp_study_experiment *etp_study_find_experiment(const etp_study_view *view, const char *id);
const etp_study_value *etp_study_find_value(const etp_study_view *view, const char *name);

#endif
