/* SPDX-License-Identifier: MIT */
#include "data/look/region_demand.h"

#include "data/value_look.h"

/* Australia's whole demand is some 40 GW; with much sun on the roofs a region's can be below zero. */
#define MEGAWATTS .unit = "MW", .low = -100000 * 1000, .high = 100000 * 1000

static const etp_value_layout demand = {.stamp = "INTERVAL_END",
                                        .value = "DEMAND_ACTUAL_MW",
                                        .region = "REGION",
                                        .what = "demand",
                                        MEGAWATTS,
                                        .may_be_blank = true};

const etp_value_layout etp_layout_region_sun = {.stamp = "INTERVAL_END",
                                                .value = "ROOFTOPPV_ACTUAL_MW",
                                                .region = "REGION",
                                                .what = "rooftop sun",
                                                MEGAWATTS,
                                                .may_be_blank = true};

static int look(etp_data_about *about, const etp_data_text *file, etp_error *error)
{
    int rc = etp_value_look(about, file, &demand, error);
    return rc == 0 ? etp_value_look(about, file, &etp_layout_region_sun, error) : rc;
}

const etp_data_format etp_format_region_demand = {
    "region-demand", "AEMO's operational demand and rooftop sun, forecast and actual, of each region",
    "REGION INTERVAL_END DEMAND_ACTUAL_MW ROOFTOPPV_ACTUAL_MW", NULL, look};
