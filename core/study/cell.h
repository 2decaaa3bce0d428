/* SPDX-License-Identifier: MIT */
/*
 * One cell: what it is made of, its key, and playing it.
 *
 * The key is a hash of all that its result depends on, and of nothing else: two points that differ in what does not
 * matter to an arm share that arm's cell. The text that is hashed (etp_cell_describe()) is stored with the result.
 */
#ifndef ETP_STUDY_CELL_H
#define ETP_STUDY_CELL_H

#include <stdio.h>

#include "study/cast.h"
#include "study/households.h"
#include "study/result.h"
#include "study/series.h"

enum { ETP_CELL_KEY_MAX = 33, ETP_CELL_FORMAT = 1, ETP_BLOCK_DAYS = 7 };

/* What all cells of a study stand on; read only while cells are played. */
typedef struct etp_ground {
    const etp_cast *cast;
    const etp_households_list *households;
    const char *sources; /* of the program, as in sources.h: others give other results */
} etp_ground;

typedef struct etp_cell {
    const etp_setup *setup;       /* borrowed */
    const etp_series *series;     /* borrowed */
    const etp_profiles *profiles; /* borrowed; what homes are made from; NULL: the built-in generator */
    etp_arm arm;
    etp_price_world world;
    uint64_t seed;
    char key[ETP_CELL_KEY_MAX];
    etp_cell_result result; /* once `done` */
    bool done;
} etp_cell;

/* Days of all its pieces together, and where in the series a piece begins. */
unsigned etp_setup_days(const etp_setup *setup);
size_t etp_cell_piece_first(const etp_cell *cell, unsigned piece);
/* How many portfolios there are, and how many firms bid in an arm. */
unsigned etp_setup_portfolios(const etp_setup *setup);
unsigned etp_cell_firms(const etp_cell *cell);

/* Writes what the result depends on, a line each. Returns false when there is no memory for it. */
bool etp_cell_describe(const etp_cell *cell, const etp_ground *ground, FILE *out);
/* Sets the cell's key. ETP_ENOMEM. */
int etp_cell_identify(etp_cell *cell, const etp_ground *ground, etp_error *error);

/* Roughly how long it takes, in steps of no particular size: for the progress bar and the order of work. */
uint64_t etp_cell_weight(const etp_cell *cell);

/* Fills `result`, whose lists are to be freed by etp_cell_result_fini(). Returns an exit status. Called from several
 * threads at once. */
int etp_cell_play(const etp_cell *cell, const etp_ground *ground, etp_cell_result *result, etp_error *error);

/* Sets the counts of a result and zeroes all else. */
void etp_cell_shape(const etp_cell *cell, etp_cell_result *result);
/* Takes memory for the lists of a result; the counts are set. False when there is none. */
bool etp_cell_result_make(etp_cell_result *result, bool has_market);
/* Accepts a zeroed one. */
void etp_cell_result_fini(etp_cell_result *result);

#endif
