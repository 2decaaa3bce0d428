/* SPDX-License-Identifier: MIT */
/*
 * The books of a run. They are kept from the engine's events alone; at the end they are compared with what the
 * batteries, the homes and the buyers' own sessions say.
 */
#include "run/internal.h"

static struct firm *firm_of(etp_run *run, etp_id device)
{
    for (unsigned i = 0; i < run->firm_count; i++)
        if (etp_run_firm_device(run->firms[i].portfolio) == device)
            return &run->firms[i];
    return NULL;
}

static void digest_event(etp_run *run, const etp_event *event)
{
    const uint64_t words[] = {(uint64_t)event->kind,
                              (uint64_t)event->when,
                              event->interval,
                              event->device,
                              event->peer,
                              event->message,
                              (uint64_t)event->price,
                              (uint64_t)event->energy,
                              (uint64_t)event->amount,
                              (uint64_t)event->type | (uint64_t)event->code << 8 | (uint64_t)event->refusal << 16};
    XXH3_128bits_update(run->digest, words, sizeof words);
}

static void confirm(etp_run *run, const etp_event *event)
{
    struct firm *firm = firm_of(run, event->peer);
    run->trades++;
    run->confirmed_energy += event->energy;
    run->confirmed_paid += event->amount;
    if (firm == NULL)
        return;
    firm->trades++;
    firm->energy += event->energy;
    firm->paid += event->amount;
    etp_firms_settle_trade(run, firm, event->price, event->energy);
}

void etp_account_event(void *user, const etp_event *event)
{
    etp_run *run = user;
    struct firm *firm;
    digest_event(run, event);
    switch (event->kind) {
    case ETP_EVENT_QUERY:
        firm = firm_of(run, event->peer);
        if (firm != NULL)
            firm->queries++;
        break;
    case ETP_EVENT_BID:
        run->bids++;
        firm = firm_of(run, event->peer);
        if (firm != NULL)
            firm->bids++;
        break;
    case ETP_EVENT_CONFIRM:
        confirm(run, event);
        break;
    case ETP_EVENT_RECEIPT:
        firm = firm_of(run, event->device);
        if (firm != NULL) {
            firm->receipt_energy += event->energy;
            firm->receipt_paid += event->amount;
        }
        break;
    case ETP_EVENT_UNRESOLVED:
        run->unresolved++;
        break;
    default:
        break;
    }
    if (run->options.observer.on_event != NULL)
        run->options.observer.on_event(run->options.observer.user, event);
}

void etp_account_finish(etp_run *run)
{
    for (unsigned i = 0; i < run->options.homes; i++) {
        const etp_home *home = &run->homes[i];
        const int64_t words[] = {home->battery.stored, home->sold, home->sales_income, home->import_cost,
                                 home->feed_in_income};
        XXH3_128bits_update(run->digest, words, sizeof words);
    }
    XXH128_hash_t hash = XXH3_128bits_digest(run->digest);
    run->final_digest[0] = hash.high64;
    run->final_digest[1] = hash.low64;
}

/* ---- the check ---- */

static int check_homes(const etp_run *run, etp_error *error)
{
    for (unsigned i = 0; i < run->options.homes; i++) {
        const etp_home *home = &run->homes[i];
        if (!etp_battery_conserves(&home->battery, home->stored_at_start))
            return etp_fail(error, ETP_ECONSERVATION, "the battery of home %u does not account for all its energy", i);
        if (!etp_home_conserves(home))
            return etp_fail(error, ETP_ECONSERVATION, "home %u does not account for all its energy", i);
        if (home->battery.sold != home->sold)
            return etp_fail(error, ETP_ECONSERVATION, "home %u has sold %lld mWh, its battery %lld mWh", i,
                            (long long)home->sold, (long long)home->battery.sold);
    }
    return ETP_OK;
}

static int check_trades(const etp_run *run, etp_error *error)
{
    etp_energy sold = 0, bought = 0;
    etp_money income = 0, paid = 0;
    for (unsigned i = 0; i < run->options.homes; i++) {
        sold += run->homes[i].sold;
        income += run->homes[i].sales_income;
    }
    for (unsigned i = 0; i < run->firm_count; i++) {
        bought += run->firms[i].energy;
        paid += run->firms[i].paid;
    }
    if (sold != run->confirmed_energy || bought != run->confirmed_energy)
        return etp_fail(error, ETP_ECONSERVATION,
                        "homes have sold %lld mWh, firms have bought %lld mWh, and %lld mWh were confirmed",
                        (long long)sold, (long long)bought, (long long)run->confirmed_energy);
    if (income != run->confirmed_paid || paid != run->confirmed_paid)
        return etp_fail(error, ETP_ECONSERVATION,
                        "homes have earned %lld micro-dollars, firms have paid %lld, and %lld were confirmed",
                        (long long)income, (long long)paid, (long long)run->confirmed_paid);
    return ETP_OK;
}

/* What was confirmed to a firm is worth something to one of its portfolios, and to no more than one. */
static int check_portfolios(const etp_run *run, etp_error *error)
{
    for (unsigned i = 0; i < run->firm_count && !run->begun; i++) {
        const struct firm *firm = &run->firms[i];
        if (firm->settled != firm->energy)
            return etp_fail(error, ETP_ECONSERVATION,
                            "%s was sold %lld mWh, and %lld mWh are settled among its portfolios", firm->name,
                            (long long)firm->energy, (long long)firm->settled);
    }
    return ETP_OK;
}

/* A buyer's own books: what it has receipts for, and no more than what is still in doubt is missing from them. */
static int check_receipts(const etp_run *run, etp_error *error)
{
    for (unsigned i = 0; i < run->firm_count; i++) {
        const struct firm *firm = &run->firms[i];
        etp_aggregator_totals totals;
        etp_engine_aggregator_totals(run->engine, firm->node, &totals);
        bool settled = totals.in_doubt == 0 && totals.unresolved == 0;
        if (totals.energy != firm->receipt_energy || totals.paid != firm->receipt_paid)
            return etp_fail(error, ETP_ECONSERVATION, "the books of %s do not match its receipts", firm->name);
        if (firm->trades > totals.wins + totals.in_doubt + totals.unresolved)
            return etp_fail(error, ETP_ECONSERVATION,
                            "batteries have confirmed %llu trades to %s, which has receipts for %llu and doubts %llu",
                            (unsigned long long)firm->trades, firm->name, (unsigned long long)totals.wins,
                            (unsigned long long)(totals.in_doubt + totals.unresolved));
        if (totals.energy > firm->energy || (settled && totals.energy != firm->energy) ||
            (settled && totals.paid != firm->paid))
            return etp_fail(error, ETP_ECONSERVATION,
                            "%s has receipts for %lld mWh, batteries have confirmed %lld mWh to it", firm->name,
                            (long long)totals.energy, (long long)firm->energy);
    }
    return ETP_OK;
}

int etp_run_check(const etp_run *run, etp_error *error)
{
    if (run == NULL)
        return etp_fail(error, ETP_EINVAL, "there is no run to check");
    int result = check_homes(run, error);
    if (result == ETP_OK)
        result = check_trades(run, error);
    if (result == ETP_OK)
        result = check_portfolios(run, error);
    return result == ETP_OK ? check_receipts(run, error) : result;
}
