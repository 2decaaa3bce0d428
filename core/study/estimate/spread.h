/* SPDX-License-Identifier: MIT */
/*
 * How a benefit is shared among owners. Every home of every seed counts, those that sold nothing too.
 *
 *     Gini    sum over pairs of |x - y| / (2 n^2 x mean of |x|): with no value below zero the classical index, and at most
 *             1 where there are such values too (Raffinetti, Siletti and Vernizzi 2015, "On the Gini coefficient
 *             normalization when attributes with negative values are considered", Statistical Methods & Applications 24)
 *     Jain    (sum of x)^2 / (n x sum of x^2), with values below zero counted as zero: who loses has been given nothing
 *             (Jain, Chiu and Hawe 1984); 1 where all have the same, 1 / n where one has all
 */
#ifndef ETP_STUDY_SPREAD_H
#define ETP_STUDY_SPREAD_H

#include "study/estimate/quantity.h"

typedef struct etp_weighted {
    double value, weight;
} etp_weighted;

/* NaN where all values are zero or there are none. Sorts the values. */
double etp_gini(etp_weighted *values, size_t count);
double etp_jain(const etp_weighted *values, size_t count);

/* Indices of the two arms that are compared. */
enum { ETP_SPREAD_POSTED, ETP_SPREAD_FIRMS, ETP_SPREAD_ARMS };

typedef struct etp_spread_home {
    etp_energy capacity;
    double benefit[ETP_SPREAD_ARMS]; /* over the flat arm, A$ a year */
    double price[ETP_SPREAD_ARMS];   /* c/kWh sold; 0 for one that sold nothing */
    bool sold[ETP_SPREAD_ARMS];
} etp_spread_home;

typedef struct etp_spread {
    bool known;
    etp_spread_home *home; /* all homes of all seeds */
    unsigned homes;
    etp_estimate gini[ETP_SPREAD_ARMS], jain[ETP_SPREAD_ARMS], price_gini[ETP_SPREAD_ARMS];
    etp_estimate worse[ETP_SPREAD_ARMS]; /* share of owners whose bill is higher than with nothing sold */
    etp_estimate more_worse;             /* the firms' share less the utility's */
    etp_estimate lose_by_rivals;         /* share that has less from the firms than from the utility */
    char missing[128];
} etp_spread;

/* Benefits within this of zero, A$ a year, are none: payments are rounded to whole micro-dollars. */
#define ETP_SPREAD_NOTHING 0.005

int etp_spread_estimate(const etp_study_view *view, const etp_estimate_how *how, etp_place place, etp_spread *spread);
void etp_spread_fini(etp_spread *spread);

#endif
