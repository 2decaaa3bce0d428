/* SPDX-License-Identifier: MIT */
/* What is compared with what. */
#include "study/estimate/estimator.h"

static const etp_comparison_about about[ETP_COMPARISONS] = {
    [ETP_ACCESS] = {"access", "A: market access", "firms - flat", ETP_ARM_FIRMS, ETP_ARM_FLAT,
                    "what it is worth to sell stored energy in the auction at all"},
    [ETP_TIMING] = {"timing", "of A: timing", "posted - flat", ETP_ARM_POSTED, ETP_ARM_FLAT,
                    "energy moved to other hours, at the utility's posted price"},
    [ETP_AUCTION] = {"auction", "of A: auction", "alone - posted", ETP_ARM_ALONE, ETP_ARM_POSTED,
                     "how the price is set: one buyer that bids without a rival and is not told every reserve, "
                     "against one that is told and posts its best price"},
    [ETP_MORE_BUYERS] = {"buyers", "of A: more buyers", "firms - alone", ETP_ARM_FIRMS, ETP_ARM_ALONE,
                         "several bidders against one that bids in the same way"},
    [ETP_COMPETITION] = {"competition", "C: competition", "firms - posted", ETP_ARM_FIRMS, ETP_ARM_POSTED,
                         "who owns the portfolios, and with it how the price is set: several firms that bid, or one "
                         "utility that is told every reserve and posts its best price"},
    [ETP_DYNAMIC] =
        {"dynamic", "B: dynamic price", "(firms - flat) - (timed - timed_none)", ETP_ARM_FIRMS, ETP_ARM_FLAT,
         "a dynamic price against a time-of-day feed-in tariff to which the home responds as well as it can"},
    [ETP_AGAINST_TIMED] = {"against-timed", "B in whole bills", "firms - timed", ETP_ARM_FIRMS, ETP_ARM_TIMED,
                           "the same two, bill against bill: the tariffs of the spill differ as well"},
    [ETP_KNOWN_RESERVES] = {"known-reserves", "a utility that pays each its reserve", "knowing - flat", ETP_ARM_KNOWING,
                            ETP_ARM_FLAT,
                            "a check of the reserves: who is paid just his reserve should be left about as "
                            "he was"},
    [ETP_IDEAL] = {"ideal", "the ideal: the competitive price", "competitive - flat", ETP_ARM_COMPETITIVE, ETP_ARM_FLAT,
                   "the price at which supply meets demand, posted"},
    [ETP_SHORTFALL] = {"shortfall", "D: short of the ideal", "competitive - firms", ETP_ARM_COMPETITIVE, ETP_ARM_FIRMS,
                       "how far the firms' market is from the competitive price"},
};

const etp_comparison_about *etp_comparison_about_of(etp_comparison comparison)
{
    return &about[comparison];
}

etp_quantity etp_comparison_quantity(etp_place place, etp_comparison comparison)
{
    etp_quantity quantity = etp_quantity_benefit(place, about[comparison].arm, about[comparison].other);
    if (comparison == ETP_DYNAMIC) {
        etp_quantity_add(&quantity, 0, 1, place, ETP_ARM_TIMED, ETP_OF_COST);
        etp_quantity_add(&quantity, 0, -1, place, ETP_ARM_TIMED_NONE, ETP_OF_COST);
    }
    return quantity;
}
