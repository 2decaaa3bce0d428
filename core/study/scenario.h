/* SPDX-License-Identifier: MIT */
/*
 * A scenario: what a study assumes and what it compares, read from a Lua file that returns a table.
 *
 *     return {
 *       api = 1, title = "...",
 *       homes = { count = 40, ... }, world = { ... }, ...            -- a value for every knob (knobs.h)
 *       experiments = { { id = "rivals", title = "...", axis = "aggregators", arms = { "flat", "posted", "firms" },
 *                         prices = { "all", "clipped" }, set = { seeds = { count = 5 } },
 *                         points = { { id = "n=1", label = "1", value = 1, set = { market = { firms = 1 } } } } } },
 *       quick = { experiments = { "headline" }, set = { homes = { count = 8 } } },
 *     }
 *
 * A point's setup is the scenario's values, then the experiment's `set`, then that of `quick` where the short version is
 * asked for, then what the command line sets, then the point's own `set`, for that is what is compared.
 *
 * docs/evidence.md says what each key is.
 */
#ifndef ETP_STUDY_SCENARIO_H
#define ETP_STUDY_SCENARIO_H

#include "study/knobs.h"
#include "study/result.h"

typedef struct etp_override {
    unsigned knob;
    etp_knob_value value;
} etp_override;

typedef struct etp_overrides {
    etp_override *list;
    unsigned count;
} etp_overrides;

/* Texts are copies. */
typedef struct etp_scenario_point {
    char *id, *label, *group, *side, *condition;
    char *base;   /* id of the point that it is compared with, or NULL */
    double value; /* NaN where it has none */
    etp_overrides set;
} etp_scenario_point;

typedef struct etp_scenario_experiment {
    char *id, *title, *axis;
    unsigned arms, worlds; /* bits */
    bool measured;         /* makes no sense without real prices */
    bool quick;            /* is part of the short version */
    etp_overrides set;
    etp_scenario_point *points;
    unsigned point_count;
} etp_scenario_experiment;

typedef struct etp_scenario {
    char *path, *title;
    etp_setup base;
    etp_overrides quick;
    etp_scenario_experiment *experiments;
    unsigned experiment_count;
} etp_scenario;

/* Returns an exit status: a file that cannot be used is ETP_EXIT_FAILED. etp_scenario_fini() is due in any case. */
int etp_scenario_load(etp_scenario *scenario, const char *path, etp_error *error);
void etp_scenario_fini(etp_scenario *scenario);

/* One argument of --set, "homes.count=20". Returns an exit status. */
int etp_overrides_read(etp_overrides *overrides, const char *text, etp_error *error);
void etp_overrides_fini(etp_overrides *overrides);
void etp_overrides_apply(const etp_overrides *overrides, etp_setup *setup);

#endif
