/* SPDX-License-Identifier: MIT */
/* How much power buyers have in a market: three indices of the field. NaN stands for what there is none of. */
#ifndef ETP_REPORT_CONCENTRATION_H
#define ETP_REPORT_CONCENTRATION_H

#include <stddef.h>

#include "etp/units.h"

/* Herfindahl-Hirschman: the sum of the squared shares in percent. 10 000 / n among n that buy the same, 10 000 with one
 * that buys all. NaN if nobody buys. */
double etp_report_hhi(const etp_energy *bought, size_t buyers);

/* Lerner's index of a buyer: (worth - paid) / worth, the share of what energy is worth that its buyers keep. 0 without
 * market power, below 0 where they paid more than it was worth. NaN where it was worth nothing. */
double etp_report_lerner(etp_money paid, etp_money worth);

/* Residual supply, as it is for buyers: what all but the one with the largest need could take, over what was offered.
 * Below 1 the market cannot clear without that one. NaN if nothing was offered. */
double etp_report_residual_demand(const etp_energy *needed, size_t buyers, etp_energy offered);

#endif
