/* SPDX-License-Identifier: MIT */
#include "data/look/bids.h"

const etp_data_format etp_format_bid_days = {
    "mms-bid-day-offer", "AEMO's MMS table BIDDAYOFFER: what power stations asked in ten bands, for each day", NULL,
    "BID BIDDAYOFFER_D", NULL};

const etp_data_format etp_format_bid_intervals = {
    "mms-bid-per-offer", "AEMO's MMS table BIDPEROFFER: how much power stations offered in ten bands", NULL,
    "BID BIDPEROFFER_D", NULL};
