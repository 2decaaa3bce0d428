/* SPDX-License-Identifier: MIT */
/*
 * What a figure is made of: sums over cells, each with a weight, and how they are put together. Sums that are compared are
 * taken over the same weeks, homes and seeds, and resampled together: that is what makes a difference a paired one.
 */
#ifndef ETP_STUDY_QUANTITY_H
#define ETP_STUDY_QUANTITY_H

#include "study/estimate/crossed.h"
#include "study/estimate/estimate.h"

/* Where cells are. */
typedef struct etp_place {
    int experiment; /* index in the view; -1 for one that is not there */
    unsigned point;
    etp_price_world world;
} etp_place;

/* What is added up of a cell: days, micro-dollars or milliwatt-hours. The first four are kept by home and week; the others,
 * which the ledger keeps by day only, are shared out evenly among the homes. */
typedef enum etp_measure {
    ETP_OF_DAYS,      /* that a home was in the run */
    ETP_OF_COST,      /* its owner's whole bill, wear and the change of stored energy included */
    ETP_OF_INCOME,    /* from the market */
    ETP_OF_DELIVERED, /* energy sold */
    ETP_OF_OFFERED,
    ETP_OF_SOLD,
    ETP_OF_PAID,
    ETP_OF_WORTH,
    ETP_OF_SPOT,
    ETP_OF_RESERVES, /* at the reserves asked */
    ETP_OF_GAIN,
    ETP_OF_BEST_GAIN,
} etp_measure;

typedef struct etp_term {
    unsigned total; /* which sum it goes into */
    double weight;
    etp_place place;
    etp_arm arm;
    etp_measure measure;
} etp_term;

enum { ETP_TERMS_MAX = 16 };

typedef struct etp_quantity {
    etp_combine *combine;
    etp_energy from, to; /* only homes whose battery holds at least `from` and less than `to`; all where `to` is 0 */
    bool positive;       /* cannot be below zero: nor does its interval say so */
    unsigned totals, count;
    etp_term term[ETP_TERMS_MAX];
} etp_quantity;

void etp_quantity_add(etp_quantity *quantity, unsigned total, double weight, etp_place place, etp_arm arm,
                      etp_measure measure);

/* The figure and its intervals, over the seeds that have all its cells. One that lacks cells is not known, and says what
 * it lacks. ETP_ENOMEM. */
int etp_quantity_estimate(const etp_study_view *view, const etp_estimate_how *how, const etp_quantity *quantity,
                          etp_estimate *estimate);

/* The cell, or NULL. Arms that sell nothing are the same at all prices and clipped ones, and found under either. */
const etp_cell_result *etp_place_cell(const etp_study_view *view, etp_place place, etp_arm arm, unsigned seed);
/* NULL for an experiment that is not there. */
const etp_study_point *etp_place_point(const etp_study_view *view, etp_place place);
enum { ETP_DAYS_PER_BLOCK = 7 };
/* Days in a week of the cell: seven, but for a last one that is cut short. */
unsigned etp_cell_block_days(const etp_cell_result *cell, unsigned block);
/* The real households of some cells, in ascending order without repeats; `profiles` has room for `room`. How many there
 * are; homes beyond the room are not looked at. */
unsigned etp_cell_profiles(const etp_cell_result *cell, uint32_t *profiles, unsigned count, unsigned room);
unsigned etp_profile_index(const uint32_t *profiles, unsigned count, uint32_t profile);

/* ---- the usual ones ---- */

/* Owners' net benefit of an arm over another at the same place, A$ per battery and year. */
etp_quantity etp_quantity_benefit(etp_place place, etp_arm arm, etp_arm other);
/* The same between arms of two places, which have the same homes and weeks. */
etp_quantity etp_quantity_between(etp_place place, etp_arm arm, etp_place other_place, etp_arm other);
/* Owners' net benefit of an arm over another at the same place, and what buyers have by it. */
etp_quantity etp_quantity_welfare(etp_place place, etp_arm arm, etp_arm other);
/* What buyers have left: worth less paid, A$ per battery and year. */
etp_quantity etp_quantity_margin(etp_place place, etp_arm arm);
/* kWh per battery and year, or A$ per battery and year. */
etp_quantity etp_quantity_yearly(etp_place place, etp_arm arm, etp_measure measure);
/* One sum over another. */
etp_quantity etp_quantity_ratio(etp_place place, etp_arm arm, etp_measure over, etp_measure under);
/* c/kWh: paid over energy. */
etp_quantity etp_quantity_price(etp_place place, etp_arm arm, etp_measure energy);
/* An arm's net benefit over the flat arm, as a share of another arm's. */
etp_quantity etp_quantity_share(etp_place place, etp_arm arm, etp_arm whole);
/* One ratio or price over another. */
etp_quantity etp_quantity_over(const etp_quantity *left, const etp_quantity *right);
/* `left` less `right`: of two of the same kind as above, of at most four totals together. */
etp_quantity etp_quantity_less(const etp_quantity *left, const etp_quantity *right);

#endif
