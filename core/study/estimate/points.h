/* SPDX-License-Identifier: MIT */
/* The tables and the plot that all experiments share: one row for each point, each with the same figures. */
#ifndef ETP_STUDY_POINTS_H
#define ETP_STUDY_POINTS_H

#include "study/estimate/estimator.h"

/* Two tables of an experiment's points, `id` and `id`-market. Points that have a base get their difference from it, on the
 * same seeds and weeks. False, with a note, if the study has no such experiment. */
bool etp_points_table(etp_estimator *estimator, const char *experiment, const char *id, const char *title);

/* C by point: over the experiment's axis where all points are numbers, else by label. */
void etp_points_plot(etp_estimator *estimator, const char *experiment, const char *id, const char *title);

/* C at a point, as it was taken before the report was begun; NULL for a point that is not there. */
const etp_point_figures *etp_points_figures(const etp_estimator *estimator, etp_place place);

#endif
