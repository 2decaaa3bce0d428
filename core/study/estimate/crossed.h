/* SPDX-License-Identifier: MIT */
/*
 * Sums by week, real household and seed, and what chance could have made of them.
 *
 * The figures of a study depend on three kinds of draws that cross each other: which weeks of prices there were (common to
 * all seeds), from which real households the homes were made, and the seed, which draws all else. A week or a household
 * comes with all that it touches, so each kind is resampled on its own, as many with replacement as there are, and a value
 * counts as often as the product of the three says. This is the pigeonhole bootstrap (McCullagh 2000; Owen 2007, "The
 * pigeonhole bootstrap", Annals of Applied Statistics 1), with the product weights of Owen and Eckles 2012. Its variance
 * holds each kind's own part once; what two kinds make only together counts up to thrice, what all three make up to seven
 * times. So it errs on the side of width.
 *
 * Like all percentile intervals it is too narrow where there are few of a kind. Both distances from the estimate grow by
 *
 *     t(df) / 1.96 x sqrt(sum of V n / (n - 1) / sum of V),
 *
 * with V the variance from one kind alone, n how many there are of it, and df the degrees of freedom of Satterthwaite 1946
 * for the sum of the V n / (n - 1). With one kind this is the expanded percentile interval of Hesterberg 2015. A kind of
 * which there is only one cannot be resampled and adds nothing; the report says so.
 */
#ifndef ETP_STUDY_CROSSED_H
#define ETP_STUDY_CROSSED_H

#include <stddef.h>

#include "study/estimate/estimate.h"

enum { ETP_CROSSED_TOTALS_MAX = 8 };

/* What is drawn. */
typedef enum etp_kind { ETP_KIND_WEEK, ETP_KIND_HOUSEHOLD, ETP_KIND_SEED, ETP_KINDS } etp_kind;

/* Zero it before etp_crossed_init(). */
typedef struct etp_crossed {
    unsigned count[ETP_KINDS]; /* of weeks, households and seeds */
    unsigned totals;           /* how many sums are kept side by side */
    double *sum;               /* [seed][household][total][week] */
} etp_crossed;

/* A figure out of the totals, NaN where there is none. */
typedef double etp_combine(const double *totals);

/* ETP_EINVAL for a count of 0 or too many totals; ETP_ENOMEM. */
int etp_crossed_init(etp_crossed *crossed, const unsigned count[ETP_KINDS], unsigned totals);
void etp_crossed_fini(etp_crossed *crossed);

/* One total of one cell of the table, to be added to; those of the weeks that follow stand behind it. */
double *etp_crossed_at(const etp_crossed *crossed, unsigned total, unsigned week, unsigned household, unsigned seed);

/* The figure and its intervals; `value` is NaN and `known` false where the totals give none. Where more than one resample
 * in twenty gives none there are no bounds. ETP_ENOMEM. */
int etp_crossed_estimate(const etp_crossed *crossed, etp_combine *combine, const etp_estimate_how *how,
                         etp_estimate *estimate);

/* ---- for those whose figures are no sums ---- */

/* How often each week, household and seed is in a resample: [kind][index], whole numbers. Zero it before init. */
typedef struct etp_draws {
    unsigned count[ETP_KINDS];
    double *times[ETP_KINDS];
} etp_draws;

int etp_draws_init(etp_draws *draws, const unsigned count[ETP_KINDS]);
void etp_draws_fini(etp_draws *draws);
/* Resample `index` of `seed`: the kinds that `free` has a bit (1u << kind) for are drawn, each of the others once. The same
 * for the same arguments, and a kind's draws do not depend on what else is drawn. */
void etp_draws_make(etp_draws *draws, uint64_t seed, unsigned index, unsigned free);

/* The 95 % interval of a figure from its resamples, which get sorted; NaN in them are left out. `variance` may be NULL. */
etp_range etp_range_of(double *resamples, unsigned count, double *variance);
/* Widens it for few of a kind, as above. */
void etp_range_widen(etp_range *interval, double value, const double variance[ETP_KINDS],
                     const unsigned count[ETP_KINDS]);

/* Bounds that were widened beyond what the figure can be come back to that. */
void etp_estimate_keep_within(etp_estimate *estimate, double low, double high);

#endif
