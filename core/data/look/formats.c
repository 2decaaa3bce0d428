/* SPDX-License-Identifier: MIT */
/* The list of formats: a new one is a line here. */
#include "data/households/formats.h"
#include "data/look/bids.h"
#include "data/look/region_demand.h"
#include "data/price_caps.h"
#include "data/price_layout.h"

const etp_data_format *const etp_data_formats[] = {
    /* prices */
    &etp_price_layouts[0].format,
    &etp_price_layouts[1].format,
    &etp_price_layouts[2].format,
    &etp_price_layouts[3].format,
    &etp_price_layouts[4].format,
    &etp_price_layouts[5].format,
    /* what surrounds prices */
    &etp_format_price_settings,
    &etp_format_price_thresholds,
    &etp_format_region_demand,
    &etp_format_bid_days,
    &etp_format_bid_intervals,
    /* households */
    &etp_format_ausgrid_customer,
    &etp_format_ausgrid_total,
    &etp_format_homes_hourly,
    &etp_format_home_assets,
    &etp_format_batteries,
    &etp_format_feed_in,
    &etp_format_retail,
    &etp_format_programs,
};
const unsigned etp_data_format_count = sizeof etp_data_formats / sizeof etp_data_formats[0];
