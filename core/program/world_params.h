/* SPDX-License-Identifier: MIT */
/*
 * The assumptions of the made-up world that `--set world.NAME=value` changes: one table of their names, units, ranges and
 * places in etp_run_options. Defaults are those of etp_run_defaults().
 */
#ifndef ETP_PROGRAM_WORLD_PARAMS_H
#define ETP_PROGRAM_WORLD_PARAMS_H

#include <stdbool.h>

#include "etp/error.h"
#include "etp/run.h"

typedef struct etp_world_param {
    const char *name, *unit, *doc;
    double low, high;
    bool of_fleet; /* of homes and batteries, and not of who buys */
} etp_world_param;

unsigned etp_world_param_count(void);
etp_world_param etp_world_param_describe(unsigned index);
double etp_world_param_get(const etp_run_options *run, unsigned index);

/* Sets one to a value within its range. */
void etp_world_param_put(etp_run_options *run, unsigned index, double value);

/* Sets one by its name, as --set does. Returns an exit status. */
int etp_world_param_set(etp_run_options *run, const char *name, double value, etp_error *error);

/* Checks those that must fit each other, once all are set. */
int etp_world_params_check(const etp_run_options *run, etp_error *error);

#endif
