/* SPDX-License-Identifier: MIT */
/* The formats of households, tariffs and batteries, for the list of all formats. */
#ifndef ETP_DATA_HOUSEHOLDS_FORMATS_H
#define ETP_DATA_HOUSEHOLDS_FORMATS_H

#include "data/format.h"

extern const etp_data_format etp_format_ausgrid_customer;
extern const etp_data_format etp_format_ausgrid_total;
extern const etp_data_format etp_format_homes_hourly;

#endif
