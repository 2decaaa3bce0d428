/* SPDX-License-Identifier: MIT */
/* The formats of households, tariffs and batteries, for the list of all formats. */
#ifndef ETP_DATA_HOUSEHOLDS_FORMATS_H
#define ETP_DATA_HOUSEHOLDS_FORMATS_H

#include "data/format.h"

extern const etp_data_format etp_format_ausgrid_customer;
extern const etp_data_format etp_format_ausgrid_total;
extern const etp_data_format etp_format_homes_hourly;
extern const etp_data_format etp_format_home_assets;
extern const etp_data_format etp_format_batteries;
extern const etp_data_format etp_format_feed_in;
extern const etp_data_format etp_format_retail;
extern const etp_data_format etp_format_programs;

#endif
