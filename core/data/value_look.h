/* SPDX-License-Identifier: MIT */
/* What is to be said of a file of values: each region's span, gaps and extremes, and what is odd. */
#ifndef ETP_DATA_VALUE_LOOK_H
#define ETP_DATA_VALUE_LOOK_H

#include "data/value_series.h"

/* A format's `look` calls it, once for each of the format's layouts. */
int etp_value_look(etp_data_about *about, const etp_data_text *file, const etp_value_layout *layout, etp_error *error);

#endif
