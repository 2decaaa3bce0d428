/* SPDX-License-Identifier: MIT */
/*
 * The run's ledger. Two calls at the end of each interval fill it: one before firms are settled, and one when it is known
 * what they have bought was worth. Homes' totals are marked where a block ends; a block is what lies between two marks,
 * so that blocks sum to the totals by construction.
 */
#include "run/internal.h"
#include "run/matching.h"

static const etp_time day = 24 * ETP_NS_PER_HOUR;
static const etp_price spike_above = 30 * ETP_PRICE_PER_CENT;
enum { NIGHT_ENDS = 9, NOON_ENDS = 16, EVENING_ENDS = 21, SECONDS_PER_HOUR = 3600 };

/* Where a home stands: its cost without what is stored, which counts at a price that only the run's end fixes. */
struct mark {
    etp_money cost, income;
    etp_energy stored, sold;
};

struct etp_ledger {
    const etp_run *run;
    size_t days, blocks, marked; /* room for days and blocks; how many blocks are over */
    etp_ledger_slice now;        /* the interval that ends */
    etp_money worth;             /* of all firms, before it */
    etp_ledger_slice total, hour[ETP_LEDGER_HOURS], regime[ETP_REGIMES];
    etp_ledger_slice *day;
    struct mark *marks; /* [block][home] */
    struct supply *supplies;
    struct demand *demands;
};

/* ---- regimes ---- */

const char *etp_regime_name(etp_regime regime)
{
    static const char *const names[ETP_REGIMES] = {"spike", "negative", "evening", "noon", "night"};
    return (unsigned)regime < ETP_REGIMES ? names[regime] : "unknown";
}

etp_regime etp_regime_of(etp_price spot, uint32_t second_of_day)
{
    uint32_t hour = second_of_day / SECONDS_PER_HOUR;
    if (spot > spike_above)
        return ETP_REGIME_SPIKE;
    if (spot < 0)
        return ETP_REGIME_NEGATIVE;
    if (hour >= NIGHT_ENDS && hour < NOON_ENDS)
        return ETP_REGIME_NOON;
    return hour >= NOON_ENDS && hour < EVENING_ENDS ? ETP_REGIME_EVENING : ETP_REGIME_NIGHT;
}

/* ---- life ---- */

/* How many of `length` it takes to hold so many intervals. */
static size_t parts(const etp_run *run, size_t intervals, etp_time length)
{
    return (size_t)(((etp_time)intervals * run->interval + length - 1) / length);
}

static void *take(const etp_run *run, size_t count, size_t size)
{
    return run->allocator.allocate(run->allocator.user, count * size);
}

static void give(const etp_run *run, void *memory, size_t count, size_t size)
{
    if (memory != NULL)
        run->allocator.release(run->allocator.user, memory, count * size);
}

int etp_ledger_new(etp_run *run)
{
    const etp_run_options *options = &run->options;
    etp_ledger *ledger = run->ledger = take(run, 1, sizeof *ledger);
    if (ledger == NULL)
        return ETP_ENOMEM;
    ledger->run = run;
    ledger->days = parts(run, options->intervals, day);
    ledger->blocks = parts(run, options->intervals, options->ledger_block);
    ledger->day = take(run, ledger->days, sizeof *ledger->day);
    ledger->marks = take(run, ledger->blocks * options->homes, sizeof *ledger->marks);
    ledger->supplies = take(run, options->homes, sizeof *ledger->supplies);
    ledger->demands = take(run, options->portfolios, sizeof *ledger->demands);
    bool all = ledger->day != NULL && ledger->marks != NULL && ledger->supplies != NULL && ledger->demands != NULL;
    return all ? ETP_OK : ETP_ENOMEM;
}

void etp_ledger_free(etp_run *run)
{
    etp_ledger *ledger = run->ledger;
    if (ledger == NULL)
        return;
    give(run, ledger->day, ledger->days, sizeof *ledger->day);
    give(run, ledger->marks, ledger->blocks * run->options.homes, sizeof *ledger->marks);
    give(run, ledger->supplies, run->options.homes, sizeof *ledger->supplies);
    give(run, ledger->demands, run->options.portfolios, sizeof *ledger->demands);
    give(run, ledger, 1, sizeof *ledger);
    run->ledger = NULL;
}

/* ---- the interval that ends ---- */

/* Notes what was offered and sold; returns the number of offers. */
static size_t note_supply(etp_ledger *ledger, struct exact_money *cost)
{
    size_t count = 0;
    for (unsigned i = 0; i < ledger->run->options.homes; i++) {
        etp_energy energy, sold;
        etp_price reserve;
        etp_money paid;
        etp_engine_offered(ledger->run->engine, i, &energy, &reserve);
        if (energy == 0)
            continue;
        etp_engine_sold(ledger->run->engine, i, &sold, &paid);
        ledger->supplies[count++] = (struct supply){.reserve = reserve, .energy = energy};
        ledger->now.offered += energy;
        ledger->now.sold += sold;
        ledger->now.paid += paid;
        etp_exact_add(cost, reserve, sold);
    }
    return count;
}

/* Adds the demands of a firm's portfolios, and to `value` what they saw in what they have bought. */
static size_t note_demand(etp_ledger *ledger, const struct firm *firm, size_t count, struct exact_money *value)
{
    const etp_run *run = ledger->run;
    for (unsigned i = firm->portfolio; i < firm->portfolio + firm->portfolio_count; i++) {
        const etp_brief *brief = &run->briefs[i];
        etp_exact_add(value, brief->value, run->shares[i]);
        if (brief->takes_part)
            ledger->demands[count++] =
                (struct demand){.value = brief->value, .need = brief->need, .budget = brief->budget};
    }
    return count;
}

void etp_ledger_note_trades(etp_run *run)
{
    etp_ledger *ledger = run->ledger;
    if (ledger == NULL)
        return;
    struct exact_money value = {0}, cost = {0};
    size_t supplies = note_supply(ledger, &cost), demands = 0;
    ledger->now.intervals = 1;
    ledger->worth = 0;
    for (unsigned i = 0; i < run->firm_count; i++) {
        demands = note_demand(ledger, &run->firms[i], demands, &value);
        ledger->worth += run->firms[i].worth;
    }
    /* value - cost, rounded down: the millionths of both are from 0 up. */
    ledger->now.cost = cost.whole;
    ledger->now.gain = value.whole - cost.whole - (value.millionths < cost.millionths);
    ledger->now.best_gain = etp_best_gain(ledger->supplies, supplies, ledger->demands, demands).whole;
}

void etp_ledger_slice_add(etp_ledger_slice *to, const etp_ledger_slice *slice)
{
    if (to == NULL || slice == NULL)
        return;
    to->intervals += slice->intervals;
    to->offered += slice->offered;
    to->sold += slice->sold;
    to->paid += slice->paid;
    to->worth += slice->worth;
    to->spot += slice->spot;
    to->cost += slice->cost;
    to->gain += slice->gain;
    to->best_gain += slice->best_gain;
}

static struct mark mark_of(const etp_home *home)
{
    return (struct mark){.cost = etp_home_cost(home, 0),
                         .income = home->sales_income,
                         .stored = home->battery.stored,
                         .sold = home->sold};
}

static void mark_homes(etp_ledger *ledger)
{
    const etp_run *run = ledger->run;
    for (unsigned i = 0; i < run->options.homes; i++)
        ledger->marks[ledger->marked * run->options.homes + i] = mark_of(&run->homes[i]);
    ledger->marked++;
}

void etp_ledger_settle(etp_run *run, etp_price spot)
{
    etp_ledger *ledger = run->ledger;
    if (ledger == NULL)
        return;
    etp_ledger_slice *now = &ledger->now;
    uint32_t second = etp_run_second_of_day(&run->options, run->done);
    now->spot = etp_amount(spot, now->sold);
    for (unsigned i = 0; i < run->firm_count; i++)
        now->worth += run->firms[i].worth;
    now->worth -= ledger->worth;
    etp_ledger_slice_add(&ledger->total, now);
    etp_ledger_slice_add(&ledger->hour[second / SECONDS_PER_HOUR], now);
    etp_ledger_slice_add(&ledger->regime[etp_regime_of(spot, second)], now);
    etp_ledger_slice_add(&ledger->day[(etp_time)run->done * run->interval / day], now);
    *now = (etp_ledger_slice){0};
    if ((etp_time)(run->done + 1) * run->interval % run->options.ledger_block == 0)
        mark_homes(ledger);
}

/* ---- reading ---- */

const etp_ledger_slice *etp_ledger_total(const etp_ledger *ledger)
{
    return ledger != NULL ? &ledger->total : NULL;
}

const etp_ledger_slice *etp_ledger_hour(const etp_ledger *ledger, unsigned hour)
{
    return ledger != NULL && hour < ETP_LEDGER_HOURS ? &ledger->hour[hour] : NULL;
}

const etp_ledger_slice *etp_ledger_regime(const etp_ledger *ledger, etp_regime regime)
{
    return ledger != NULL && (unsigned)regime < ETP_REGIMES ? &ledger->regime[regime] : NULL;
}

size_t etp_ledger_days(const etp_ledger *ledger)
{
    return ledger != NULL ? parts(ledger->run, ledger->run->done, day) : 0;
}

const etp_ledger_slice *etp_ledger_day(const etp_ledger *ledger, size_t number)
{
    return number < etp_ledger_days(ledger) ? &ledger->day[number] : NULL;
}

size_t etp_ledger_blocks(const etp_ledger *ledger)
{
    return ledger != NULL ? parts(ledger->run, ledger->run->done, ledger->run->options.ledger_block) : 0;
}

/* Where a home stood when so many blocks were over, or stands now if the last of them is not. */
static struct mark mark_after(const etp_ledger *ledger, unsigned number, size_t blocks)
{
    const etp_home *home = &ledger->run->homes[number];
    if (blocks == 0)
        return (struct mark){.stored = home->stored_at_start};
    if (blocks > ledger->marked)
        return mark_of(home);
    return ledger->marks[(blocks - 1) * ledger->run->options.homes + number];
}

static bool is_there(const etp_ledger *ledger, unsigned home, size_t block)
{
    return ledger != NULL && home < ledger->run->options.homes && block < etp_ledger_blocks(ledger);
}

static etp_money cost_at(const etp_ledger *ledger, unsigned home, const struct mark *mark)
{
    etp_price value = etp_run_stored_value(&ledger->run->options);
    return mark->cost - etp_home_stored_worth(&ledger->run->homes[home], mark->stored, value);
}

etp_money etp_ledger_home_cost(const etp_ledger *ledger, unsigned home, size_t block)
{
    if (!is_there(ledger, home, block))
        return 0;
    struct mark before = mark_after(ledger, home, block), after = mark_after(ledger, home, block + 1);
    return cost_at(ledger, home, &after) - cost_at(ledger, home, &before);
}

etp_energy etp_ledger_home_sold(const etp_ledger *ledger, unsigned home, size_t block)
{
    if (!is_there(ledger, home, block))
        return 0;
    return mark_after(ledger, home, block + 1).sold - mark_after(ledger, home, block).sold;
}

etp_money etp_ledger_home_income(const etp_ledger *ledger, unsigned home, size_t block)
{
    if (!is_there(ledger, home, block))
        return 0;
    return mark_after(ledger, home, block + 1).income - mark_after(ledger, home, block).income;
}
