/* SPDX-License-Identifier: MIT */
/* What tells the mechanisms apart: their names, and what a winner pays. */
#ifndef MARKET_MECHANISM_H
#define MARKET_MECHANISM_H

#include "etp/auction.h"

/* Fixes the sale price of every award that has none yet (ETP_PRICE_NONE): those just made, which share one pricing. */
void etp_mechanism_price_awards(etp_auction *auction);

#endif
