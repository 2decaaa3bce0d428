/* SPDX-License-Identifier: MIT */
/* What the two files that make a plan share. */
#ifndef ETP_STUDY_PLAN_PARTS_H
#define ETP_STUDY_PLAN_PARTS_H

#include "study/plan.h"

/* Asks for all cells of a point, which is filled but for them. Returns an exit status. */
int etp_plan_ask(etp_plan *plan, const etp_plan_how *how, etp_plan_point *point, const etp_study_point *about,
                 etp_error *error);

/* The sentence, and the exit status. */
int etp_plan_fail_memory(etp_error *error);

#endif
