/* SPDX-License-Identifier: MIT */
#include "report/concentration.h"

#include <math.h>

double etp_report_hhi(const etp_energy *bought, size_t buyers)
{
    double all = 0, squares = 0;
    for (size_t i = 0; i < buyers; i++) {
        all += (double)bought[i];
        squares += (double)bought[i] * (double)bought[i];
    }
    return all > 0 ? 10000 * squares / (all * all) : NAN;
}

double etp_report_lerner(etp_money paid, etp_money worth)
{
    return worth > 0 ? (double)(worth - paid) / (double)worth : NAN;
}

double etp_report_residual_demand(const etp_energy *needed, size_t buyers, etp_energy offered)
{
    double all = 0, largest = 0;
    for (size_t i = 0; i < buyers; i++) {
        all += (double)needed[i];
        largest = (double)needed[i] > largest ? (double)needed[i] : largest;
    }
    return offered > 0 ? (all - largest) / (double)offered : NAN;
}
