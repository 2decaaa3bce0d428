/* SPDX-License-Identifier: MIT */
#include "study/estimate/quantity.h"

#include <math.h>
#include <stdio.h>

void etp_quantity_add(etp_quantity *quantity, unsigned total, double weight, etp_place place, etp_arm arm,
                      etp_measure measure)
{
    if (quantity->count == ETP_TERMS_MAX)
        return;
    quantity->term[quantity->count++] = (etp_term){total, weight, place, arm, measure};
    if (total >= quantity->totals)
        quantity->totals = total + 1;
}

/* ---- how sums are put together ---- */

static double over(double sum, double under)
{
    return under != 0 ? sum / under : NAN;
}

/* Sums are of micro-dollars and milliwatt-hours, whole numbers that add up exactly while they are below 2^53: what does
 * not differ gives zero, and nothing near it. */
static double yearly(const double *totals)
{
    return 365 / 1e6 * over(totals[0], totals[1]);
}

static double ratio(const double *totals)
{
    return over(totals[0], totals[1]);
}

static double cents(const double *totals)
{
    return 100 * over(totals[0], totals[1]);
}

static double yearly_less(const double *totals)
{
    return yearly(totals) - yearly(totals + 2);
}

static double ratio_less(const double *totals)
{
    return ratio(totals) - ratio(totals + 2);
}

static double cents_less(const double *totals)
{
    return cents(totals) - cents(totals + 2);
}

static double ratio_over(const double *totals)
{
    return over(ratio(totals), ratio(totals + 2));
}

static etp_combine *less_of(etp_combine *combine)
{
    return combine == yearly ? yearly_less : combine == cents ? cents_less : ratio_less;
}

/* ---- the usual ones ---- */

etp_quantity etp_quantity_yearly(etp_place place, etp_arm arm, etp_measure measure)
{
    etp_quantity quantity = {.combine = yearly, .positive = measure == ETP_OF_SOLD || measure == ETP_OF_OFFERED};
    etp_quantity_add(&quantity, 0, 1, place, arm, measure);
    etp_quantity_add(&quantity, 1, 1, place, arm, ETP_OF_DAYS);
    return quantity;
}

etp_quantity etp_quantity_between(etp_place place, etp_arm arm, etp_place other_place, etp_arm other)
{
    etp_quantity quantity = etp_quantity_yearly(other_place, other, ETP_OF_COST);
    etp_quantity_add(&quantity, 0, -1, place, arm, ETP_OF_COST);
    return quantity;
}

etp_quantity etp_quantity_benefit(etp_place place, etp_arm arm, etp_arm other)
{
    return etp_quantity_between(place, arm, place, other);
}

static void add_margin(etp_quantity *quantity, double weight, etp_place place, etp_arm arm)
{
    etp_quantity_add(quantity, 0, weight, place, arm, ETP_OF_WORTH);
    etp_quantity_add(quantity, 0, -weight, place, arm, ETP_OF_PAID);
}

etp_quantity etp_quantity_welfare(etp_place place, etp_arm arm, etp_arm other)
{
    etp_quantity quantity = etp_quantity_benefit(place, arm, other);
    add_margin(&quantity, 1, place, arm);
    add_margin(&quantity, -1, place, other);
    return quantity;
}

etp_quantity etp_quantity_margin(etp_place place, etp_arm arm)
{
    etp_quantity quantity = {.combine = yearly};
    add_margin(&quantity, 1, place, arm);
    etp_quantity_add(&quantity, 1, 1, place, arm, ETP_OF_DAYS);
    return quantity;
}

etp_quantity etp_quantity_ratio(etp_place place, etp_arm arm, etp_measure above, etp_measure under)
{
    etp_quantity quantity = {.combine = ratio};
    etp_quantity_add(&quantity, 0, 1, place, arm, above);
    etp_quantity_add(&quantity, 1, 1, place, arm, under);
    return quantity;
}

etp_quantity etp_quantity_price(etp_place place, etp_arm arm, etp_measure energy)
{
    etp_quantity quantity = etp_quantity_ratio(place, arm, ETP_OF_PAID, energy);
    quantity.combine = cents;
    quantity.positive = true;
    return quantity;
}

etp_quantity etp_quantity_share(etp_place place, etp_arm arm, etp_arm whole)
{
    etp_quantity quantity = {.combine = ratio};
    for (unsigned total = 0; total < 2; total++) {
        etp_quantity_add(&quantity, total, 1, place, ETP_ARM_FLAT, ETP_OF_COST);
        etp_quantity_add(&quantity, total, -1, place, total == 0 ? arm : whole, ETP_OF_COST);
    }
    return quantity;
}

/* ---- of two ---- */

static etp_quantity together(const etp_quantity *left, const etp_quantity *right, etp_combine *combine)
{
    etp_quantity both = *left;
    both.combine = combine;
    both.positive = combine == ratio_over && left->positive && right->positive;
    for (unsigned i = 0; i < right->count; i++) {
        const etp_term *term = &right->term[i];
        etp_quantity_add(&both, term->total + 2, term->weight, term->place, term->arm, term->measure);
    }
    return both;
}

etp_quantity etp_quantity_less(const etp_quantity *left, const etp_quantity *right)
{
    return together(left, right, less_of(left->combine));
}

etp_quantity etp_quantity_over(const etp_quantity *left, const etp_quantity *right)
{
    return together(left, right, ratio_over);
}
