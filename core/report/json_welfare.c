/* SPDX-License-Identifier: MIT */
#include "report/json_welfare.h"

#include <math.h>
#include <stdlib.h>

#include "report/concentration.h"

/* null for what there is none of. */
static void put_index(builder *to, const char *name, double value)
{
    put(to, name, isfinite(value) ? json_real(value) : json_null());
}

static void put_gains(builder *to, const etp_ledger_slice *slice)
{
    put_whole(to, "spot_micro", slice->spot);
    put_whole(to, "reserve_micro", slice->cost);
    put_whole(to, "gain_micro", slice->gain);
    put_whole(to, "best_gain_micro", slice->best_gain);
    put_index(to, "efficiency", slice->best_gain > 0 ? (double)slice->gain / (double)slice->best_gain : NAN);
}

static json_t *make_slice(const etp_ledger_slice *slice)
{
    double cents;
    builder to = begin();
    put_count(&to, "intervals", slice->intervals);
    put_whole(&to, "offered_mwh", slice->offered);
    put_whole(&to, "energy_mwh", slice->sold);
    put_whole(&to, "paid_micro", slice->paid);
    put_whole(&to, "worth_micro", slice->worth);
    put_gains(&to, slice);
    put_index(&to, "price_c_per_kwh", etp_report_mean_price(slice->paid, slice->sold, &cents) ? cents : NAN);
    return finish(&to);
}

static json_t *make_regimes(const etp_report_run *run)
{
    builder to = begin();
    for (unsigned i = 0; i < ETP_REGIMES; i++)
        put(&to, etp_regime_name((etp_regime)i), make_slice(&run->regimes[i]));
    return finish(&to);
}

static json_t *make_hours(const etp_report_run *run)
{
    list_builder to = begin_list();
    for (unsigned i = 0; i < ETP_LEDGER_HOURS; i++)
        append(&to, make_slice(&run->hours[i]));
    return finish_list(&to);
}

static void put_concentration(builder *to, const etp_report_run *run)
{
    etp_energy *bought = calloc(run->firm_count + 1, sizeof *bought);
    etp_energy *needed = calloc(run->firm_count + 1, sizeof *needed);
    to->failed = to->failed || bought == NULL || needed == NULL;
    for (unsigned i = 0; i < run->firm_count && !to->failed; i++) {
        bought[i] = run->firms[i].result.energy;
        needed[i] = run->firms[i].result.needed;
    }
    if (!to->failed) {
        put_index(to, "hhi", etp_report_hhi(bought, run->firm_count));
        put_index(to, "lerner", etp_report_lerner(run->totals.paid, run->totals.worth));
        put_index(to, "residual_demand", etp_report_residual_demand(needed, run->firm_count, run->totals.offered));
    }
    free(bought);
    free(needed);
}

void etp_report_put_welfare(builder *to, const etp_report_run *run)
{
    put_gains(to, &run->total);
    put_concentration(to, run);
    put(to, "regimes", make_regimes(run));
    put(to, "hours", make_hours(run));
}
