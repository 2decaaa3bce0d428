/* SPDX-License-Identifier: MIT */
/*
 * From a scenario to cells: each experiment's points, each point's setup, and the cells that it asks for, of which equal
 * ones are one. What cannot be had (a price file that is not there) leaves points out, and says so.
 */
#ifndef ETP_STUDY_PLAN_H
#define ETP_STUDY_PLAN_H

#include "study/cell.h"
#include "study/scenario.h"

/* What it is made from; all borrowed for the plan's life. */
typedef struct etp_plan_how {
    const etp_scenario *scenario;
    const etp_overrides *set; /* of the command line */
    bool quick;
    bool built_in; /* no real data: made-up homes and prices */
    etp_cast *cast;
    etp_series_list *series;
    etp_households_list *households;
    const etp_ground *ground;
} etp_plan_how;

typedef struct etp_plan_point {
    etp_setup setup;
    const etp_series *series[ETP_PRICE_WORLDS];
    const etp_region_households *households; /* NULL for made-up homes */
    unsigned *cells;                         /* by arm, price world and seed: numbers in the plan's list */
    char span[96];
} etp_plan_point;

typedef struct etp_plan_experiment {
    etp_plan_point *points;
    etp_study_point *about; /* of each */
    bool measured;          /* makes no sense without real prices */
} etp_plan_experiment;

typedef struct etp_plan {
    etp_study_experiment *experiments; /* as estimates see them */
    etp_plan_experiment *own;
    unsigned experiment_count;
    etp_cell **cells;
    unsigned cell_count;
    unsigned asked;  /* how many there would be if equal ones were not shared */
    unsigned *table; /* cells by the hash of their key */
    size_t table_size;
    char **left_out; /* sentences */
    unsigned left_out_count;
} etp_plan;

/* Returns an exit status. etp_plan_fini() is due in any case. */
int etp_plan_make(etp_plan *plan, const etp_plan_how *how, etp_error *error);
void etp_plan_fini(etp_plan *plan);

/* NULL for a point that has no such cell. */
etp_cell *etp_plan_find(const etp_plan *plan, unsigned experiment, unsigned point, etp_arm arm, etp_price_world world,
                        unsigned seed);

/* The values that all experiments start from. */
void etp_plan_base(const etp_plan_how *how, etp_setup *setup);

#endif
