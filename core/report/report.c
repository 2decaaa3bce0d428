/* SPDX-License-Identifier: MIT */
#include "report/report.h"

#include <stdlib.h>
#include <string.h>

static void fini_script(etp_report_script *script)
{
    free(script->params);
    free(script->versions);
    *script = (etp_report_script){0};
}

static void fini_run(etp_report_run *run)
{
    for (unsigned i = 0; i < run->firm_count; i++)
        fini_script(&run->firms[i].script);
    free(run->firms);
    free(run->homes);
    fini_script(&run->policy);
    *run = (etp_report_run){0};
}

void etp_report_fini(etp_report *report)
{
    fini_run(&report->market);
    fini_run(&report->utility);
    fini_run(&report->alone);
    free(report->costs_without_market);
    *report = (etp_report){0};
}

static void fill_delays(etp_report_run *report, const etp_run *run)
{
    for (unsigned type = 0; type < ETP_TYPES; type++) {
        const etp_histogram *delays = etp_run_delays(run, (etp_type)type);
        report->delays[type] = (etp_report_delay){.p50_us = etp_histogram_quantile(delays, 0.5),
                                                  .p99_us = etp_histogram_quantile(delays, 0.99),
                                                  .p999_us = etp_histogram_quantile(delays, 0.999),
                                                  .max_us = delays->max};
    }
}

static void fill_homes(etp_report_run *report, const etp_run *run, unsigned homes)
{
    for (unsigned i = 0; i < homes; i++) {
        const etp_home *home = etp_run_home(run, i);
        report->homes[i] = (etp_report_home){.device = etp_run_home_device(i),
                                             .capacity = home->battery.spec.capacity,
                                             .sold = home->sold,
                                             .sun = home->pv,
                                             .load = home->load,
                                             .spilled = home->spilled,
                                             .imported = home->imported,
                                             .curtailed = home->curtailed,
                                             .own_use = home->own_use,
                                             .income = home->sales_income,
                                             .cost = etp_run_home_cost(run, i)};
    }
}

static void fill_ledger(etp_report_run *report, const etp_ledger *ledger)
{
    if (ledger == NULL)
        return;
    report->total = *etp_ledger_total(ledger);
    for (unsigned i = 0; i < ETP_LEDGER_HOURS; i++)
        report->hours[i] = *etp_ledger_hour(ledger, i);
    for (unsigned i = 0; i < ETP_REGIMES; i++)
        report->regimes[i] = *etp_ledger_regime(ledger, (etp_regime)i);
}

int etp_report_run_fill(etp_report_run *report, const etp_run *run, unsigned homes)
{
    unsigned firms = etp_run_firm_count(run);
    *report = (etp_report_run){.present = true, .firm_count = firms};
    report->firms = calloc(firms, sizeof *report->firms);
    report->homes = calloc(homes, sizeof *report->homes);
    if (report->firms == NULL || report->homes == NULL) {
        report->firm_count = report->firms == NULL ? 0 : firms;
        return ETP_ENOMEM;
    }
    etp_run_get_totals(run, &report->totals);
    etp_run_engine_stats(run, &report->engine);
    etp_run_network_stats(run, &report->network);
    for (unsigned i = 0; i < firms; i++)
        etp_run_firm(run, i, &report->firms[i].result);
    fill_ledger(report, etp_run_ledger(run));
    fill_delays(report, run);
    fill_homes(report, run, homes);
    return ETP_OK;
}

static int by_amount(const void *left, const void *right)
{
    const etp_money *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

/* `benefits` has room for one of each home. */
static void compare_owners(const etp_report *report, etp_report_run *run, etp_money *benefits)
{
    unsigned count = report->homes;
    run->worse_off = 0;
    for (unsigned i = 0; i < count; i++) {
        benefits[i] = report->costs_without_market[i] - run->homes[i].cost;
        run->worse_off += benefits[i] < 0;
    }
    qsort(benefits, count, sizeof *benefits, by_amount);
    run->median_benefit = (benefits[(count - 1) / 2] + benefits[count / 2]) / 2;
}

int etp_report_compare(etp_report *report)
{
    etp_report_run *runs[] = {&report->market, &report->utility, &report->alone};
    etp_money *benefits = calloc(report->homes, sizeof *benefits);
    if (benefits == NULL)
        return ETP_ENOMEM;
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++)
        if (runs[i]->present)
            compare_owners(report, runs[i], benefits);
    free(benefits);
    return ETP_OK;
}

etp_money etp_report_net_benefit(const etp_report *report, const etp_report_run *run)
{
    return report->cost_without_market - run->totals.owners_cost;
}

bool etp_report_covers_year(const etp_report *report)
{
    return report->days >= 364;
}

bool etp_report_distrusts(const etp_report_script *script)
{
    return script->suspended || script->errors > script->calls / 10;
}

bool etp_report_distrusts_any(const etp_report_run *run)
{
    bool any = etp_report_distrusts(&run->policy);
    for (unsigned i = 0; i < run->firm_count; i++)
        any = any || etp_report_distrusts(&run->firms[i].script);
    return any;
}

bool etp_report_mean_price(etp_money paid, etp_energy energy, double *cents_per_kwh)
{
    /* Micro-dollars per milliwatt-hour are dollars per kWh. */
    if (energy <= 0)
        return false;
    *cents_per_kwh = 100.0 * (double)paid / (double)energy;
    return true;
}

const char *etp_report_attribution(const etp_report *report)
{
    return strcmp(report->prices.source, "AEMO") == 0 ? "Source: Australian Energy Market Operator (AEMO)" : NULL;
}
