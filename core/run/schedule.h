/* SPDX-License-Identifier: MIT */
/*
 * When a home that is paid by the clock for what it exports had best sell, if it knew its own sun and load in advance.
 *
 * Dynamic programming, backwards in time. V(e) is the most that a home with e in its cells can still earn: feed-in, less
 * imports, less wear, plus the worth of what is left. It is kept as what each further mWh is worth: a list of slopes and
 * lengths from the floor to the capacity, in falling order, so there is no grid and no rounding to one. One interval
 * backwards is
 *
 *     sun beyond the load    the list takes in a piece for what may be spilled instead, at the feed-in tariff; then what
 *                            the battery charges is taken off its front, for it will be there without being stored now
 *     load beyond the sun    a piece for the load, worth an import less the wear, goes in; the end is cut off
 *     for sale               a piece for the lot, worth the tariff less the wear, goes in; the end is cut off
 *
 * and a home sells as long as a mWh more in its cells is worth less than that: down to one level, which is the plan.
 *
 * The list is exact as long as slopes fall, that is for a home that could also choose to spill its sun, or to import,
 * when its battery would do better with other things. The homes of home.h charge when they can. So the plan is made for
 * a home that is freer than ours, V of the beginning is a bound that no schedule of ours can pass, and how far a plan
 * stays behind it is measured, not guessed (etp_run_timed_totals()).
 */
#ifndef ETP_RUN_SCHEDULE_H
#define ETP_RUN_SCHEDULE_H

#include <stddef.h>

#include "etp/home.h"

/* One interval of one home. */
typedef struct etp_schedule_step {
    etp_energy pv, load;
    etp_price feed_in, retail;
    etp_energy keep; /* the plan: sell what is stored beyond this; set by etp_schedule_plan() */
} etp_schedule_step;

/* Different slopes that a list may hold; more than tariffs of 48 steps each can give. */
enum { ETP_SCHEDULE_PIECES = 256 };

/* Sets `keep` of every step. `stored_value`: of a kWh in the cells at the end. Returns the bound: no schedule of this home
 * from its present charge can cost less, in the sense of etp_home_cost(). */
etp_money etp_schedule_plan(const etp_home *home, etp_schedule_step *steps, size_t count, etp_time interval,
                            etp_price stored_value);

/* What the plan sells in this interval: nothing while the sun exceeds the load, no more than etp_battery_lot(). */
etp_energy etp_schedule_sale(const etp_home *home, const etp_schedule_step *step, etp_time interval);

#endif
