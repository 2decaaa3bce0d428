/* SPDX-License-Identifier: MIT */
/* Offers of power stations: known by name, so that nobody takes them for prices; nothing here reads them. */
#ifndef ETP_DATA_LOOK_BIDS_H
#define ETP_DATA_LOOK_BIDS_H

#include "data/format.h"

extern const etp_data_format etp_format_bid_days, etp_format_bid_intervals;

#endif
