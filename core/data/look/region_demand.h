/* SPDX-License-Identifier: MIT */
/* Demand and rooftop sun of each region, every half-hour: forecasts of the day before, and what came. */
#ifndef ETP_DATA_LOOK_REGION_DEMAND_H
#define ETP_DATA_LOOK_REGION_DEMAND_H

#include "data/value_layout.h"

/* The sun that came, in MW, to be read with etp_value_rows_read(). */
extern const etp_value_layout etp_layout_region_sun;

extern const etp_data_format etp_format_region_demand;

#endif
