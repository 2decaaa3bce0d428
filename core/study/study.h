/* SPDX-License-Identifier: MIT */
/*
 * A study, from its scenario to the results of all its cells.
 *
 *     etp_study_set()     reads scenario, data and scripts, and makes the plan
 *     etp_study_run()     takes what is there from the folder of work, computes the rest on several threads
 *     etp_study_view_of() what estimates are made from
 *
 * Same scenario, data, scripts and program: the same results, whatever the number of threads, and however often it was
 * ended on the way.
 */
#ifndef ETP_STUDY_STUDY_H
#define ETP_STUDY_STUDY_H

#include "etp/log.h"
#include "program/progress.h"
#include "study/households.h"
#include "study/plan.h"
#include "study/store.h"

/* Borrowed for the study's life. */
typedef struct etp_study_options {
    const char *scenario;    /* the file */
    const char *data;        /* the folder, or NULL: everything is made up */
    const char *work;        /* the folder of cells */
    const char *const *sets; /* arguments of --set */
    unsigned set_count;
    unsigned jobs; /* threads; 0 is as many as there are processors */
    bool quick, fresh;
    const char *command; /* the command line that gives this again */
    const etp_logger *logger;
} etp_study_options;

typedef struct etp_study {
    const etp_study_options *options;
    etp_scenario scenario;
    etp_overrides set;
    etp_catalogue catalogue;
    etp_series_list series;
    etp_households_list households;
    etp_cast cast;
    etp_ground ground;
    etp_plan plan;
    etp_store store;
    etp_cell **pending; /* what is left to compute, longest first */
    unsigned pending_count, loaded;
    etp_study_view view;
} etp_study;

/* Returns an exit status. etp_study_fini() is due in any case. Must not be moved. */
int etp_study_set(etp_study *study, const etp_study_options *options, etp_error *error);
/* Returns an exit status. */
int etp_study_run(etp_study *study, etp_progress *progress, bool bar, etp_error *error);
const etp_study_view *etp_study_view_of(const etp_study *study);
void etp_study_fini(etp_study *study);

/* view.c: fills study->view. ETP_ENOMEM. */
int etp_study_describe(etp_study *study, const etp_plan_how *how, etp_error *error);
void etp_study_forget(etp_study *study);

#endif
