/* SPDX-License-Identifier: MIT */
#include "study/estimate/spread.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- homes of the seeds that have all three arms ---- */

/* What is kept of a home in a week, for each arm. */
enum { BENEFIT, INCOME, SOLD, KEPT };
enum { WIDTH = KEPT * ETP_SPREAD_ARMS };

typedef struct whereabouts {
    unsigned household, seed;
} whereabouts;

typedef struct owner_table {
    unsigned count[ETP_KINDS], homes;
    double *week;       /* [home][week][WIDTH] */
    double *days;       /* [week] */
    whereabouts *where; /* [home] */
    uint32_t profiles[1024];
    etp_weighted *list; /* for one index at a time: [homes] */
} owner_table;

static const etp_arm arms[ETP_SPREAD_ARMS] = {ETP_ARM_POSTED, ETP_ARM_FIRMS};

static bool seed_has_all(const etp_study_view *view, etp_place place, unsigned seed)
{
    const etp_cell_result *flat = etp_place_cell(view, place, ETP_ARM_FLAT, seed);
    for (unsigned arm = 0; flat != NULL && arm < ETP_SPREAD_ARMS; arm++) {
        const etp_cell_result *cell = etp_place_cell(view, place, arms[arm], seed);
        if (cell == NULL || cell->homes != flat->homes || cell->blocks != flat->blocks || cell->sold == NULL)
            return false;
    }
    return flat != NULL;
}

/* Counts seeds, weeks, homes and households. */
static void measure(owner_table *owners, const etp_study_view *view, etp_place place, unsigned seeds)
{
    for (unsigned seed = 0; seed < seeds; seed++) {
        if (!seed_has_all(view, place, seed))
            continue;
        const etp_cell_result *flat = etp_place_cell(view, place, ETP_ARM_FLAT, seed);
        if (owners->count[ETP_KIND_SEED] > 0 && flat->blocks != owners->count[ETP_KIND_WEEK])
            continue;
        owners->count[ETP_KIND_WEEK] = flat->blocks;
        owners->count[ETP_KIND_SEED]++;
        owners->homes += flat->homes;
        owners->count[ETP_KIND_HOUSEHOLD] =
            etp_cell_profiles(flat, owners->profiles, owners->count[ETP_KIND_HOUSEHOLD], 1024);
    }
}

static bool allocate(owner_table *owners, etp_spread *spread)
{
    size_t homes = owners->homes, weeks = owners->count[ETP_KIND_WEEK];
    owners->week = calloc(homes * weeks * WIDTH, sizeof *owners->week);
    owners->days = calloc(weeks, sizeof *owners->days);
    owners->where = calloc(homes, sizeof *owners->where);
    owners->list = calloc(homes, sizeof *owners->list);
    spread->home = calloc(homes, sizeof *spread->home);
    return owners->week != NULL && owners->days != NULL && owners->where != NULL && owners->list != NULL &&
           spread->home != NULL;
}

static void fill_home(double *week, const etp_cell_result *flat, const etp_cell_result *cell, unsigned home,
                      unsigned arm)
{
    for (unsigned block = 0; block < flat->blocks; block++) {
        size_t at = (size_t)home * flat->blocks + block;
        double *kept = week + (size_t)block * WIDTH + (size_t)arm * KEPT;
        kept[BENEFIT] = (double)(flat->cost[at] - cell->cost[at]) / ETP_MONEY_PER_DOLLAR;
        kept[INCOME] = (double)cell->income[at] / ETP_MONEY_PER_DOLLAR;
        kept[SOLD] = (double)cell->sold[at] / ETP_ENERGY_PER_KWH;
    }
}

static void fill(owner_table *owners, const etp_study_view *view, etp_place place, unsigned seeds, etp_spread *spread)
{
    unsigned kept = 0, next = 0;
    for (unsigned seed = 0; seed < seeds; seed++) {
        const etp_cell_result *flat = etp_place_cell(view, place, ETP_ARM_FLAT, seed);
        if (!seed_has_all(view, place, seed) || flat->blocks != owners->count[ETP_KIND_WEEK])
            continue;
        for (unsigned block = 0; block < flat->blocks; block++)
            owners->days[block] = etp_cell_block_days(flat, block);
        for (unsigned home = 0; home < flat->homes; home++, next++) {
            unsigned household =
                etp_profile_index(owners->profiles, owners->count[ETP_KIND_HOUSEHOLD], flat->home[home].profile);
            owners->where[next] = (whereabouts){household, kept};
            spread->home[next].capacity = flat->home[home].capacity;
            for (unsigned arm = 0; arm < ETP_SPREAD_ARMS; arm++)
                fill_home(owners->week + (size_t)next * flat->blocks * WIDTH, flat,
                          etp_place_cell(view, place, arms[arm], seed), home, arm);
        }
        kept++;
    }
}

/* ---- the figures of one resample ---- */

typedef struct home_sums {
    double value[WIDTH];
    double weight;
} home_sums;

enum { GINI, JAIN = GINI + 2, PRICE_GINI = JAIN + 2, WORSE = PRICE_GINI + 2, MORE_WORSE = WORSE + 2, LOSE, FIGURES };

static double days_of(const owner_table *owners, const double *times)
{
    double days = 0;
    for (unsigned week = 0; week < owners->count[ETP_KIND_WEEK]; week++)
        days += owners->days[week] * times[week];
    return days;
}

static void sum_home(const owner_table *owners, unsigned home, const double *times, double *sums)
{
    const double *week = owners->week + (size_t)home * owners->count[ETP_KIND_WEEK] * WIDTH;
    for (unsigned i = 0; i < WIDTH; i++)
        sums[i] = 0;
    for (unsigned block = 0; block < owners->count[ETP_KIND_WEEK]; block++, week += WIDTH) {
        for (unsigned i = 0; times[block] > 0 && i < WIDTH; i++)
            sums[i] += times[block] * week[i];
    }
}

/* Benefits in A$ a year, in place. Homes that are in the resample; how many. */
static unsigned sum_homes(const owner_table *owners, const etp_draws *draws, home_sums *all)
{
    unsigned count = 0;
    double days = days_of(owners, draws->times[ETP_KIND_WEEK]);
    for (unsigned home = 0; home < owners->homes; home++) {
        double times = draws->times[ETP_KIND_SEED][owners->where[home].seed] *
                       draws->times[ETP_KIND_HOUSEHOLD][owners->where[home].household];
        if (!(times > 0) || !(days > 0))
            continue;
        all[count].weight = times;
        sum_home(owners, home, draws->times[ETP_KIND_WEEK], all[count].value);
        for (unsigned arm = 0; arm < ETP_SPREAD_ARMS; arm++)
            all[count].value[arm * KEPT + BENEFIT] *= 365 / days;
        count++;
    }
    return count;
}

static double price_of(const double *kept)
{
    return kept[SOLD] > 0 ? 100 * kept[INCOME] / kept[SOLD] : 0;
}

/* Share of owners for whom `less` is below `more` by more than nothing. */
static double share_below(const home_sums *all, unsigned count, int less, int more)
{
    double below = 0, weight = 0;
    for (unsigned i = 0; i < count; i++) {
        double against = more >= 0 ? all[i].value[more] : 0;
        below += all[i].value[less] < against - ETP_SPREAD_NOTHING ? all[i].weight : 0;
        weight += all[i].weight;
    }
    return weight > 0 ? below / weight : NAN;
}

static void take_figures(const owner_table *owners, const home_sums *all, unsigned count, double figures[FIGURES])
{
    for (int arm = 0; arm < ETP_SPREAD_ARMS; arm++) {
        for (unsigned i = 0; i < count; i++)
            owners->list[i] = (etp_weighted){all[i].value[arm * KEPT + BENEFIT], all[i].weight};
        figures[JAIN + arm] = etp_jain(owners->list, count);
        figures[GINI + arm] = etp_gini(owners->list, count);
        for (unsigned i = 0; i < count; i++)
            owners->list[i] = (etp_weighted){price_of(all[i].value + arm * KEPT), all[i].weight};
        figures[PRICE_GINI + arm] = etp_gini(owners->list, count);
        figures[WORSE + arm] = share_below(all, count, arm * KEPT + BENEFIT, -1);
    }
    figures[MORE_WORSE] = figures[WORSE + ETP_SPREAD_FIRMS] - figures[WORSE + ETP_SPREAD_POSTED];
    figures[LOSE] = share_below(all, count, ETP_SPREAD_FIRMS * KEPT + BENEFIT, ETP_SPREAD_POSTED * KEPT + BENEFIT);
}

/* ---- intervals ---- */

typedef struct redraws {
    const owner_table *owners;
    etp_draws draws;
    home_sums *all;
    double *figures[FIGURES];
} redraws;

static bool begin(redraws *resampling, const owner_table *owners, unsigned resamples)
{
    resampling->owners = owners;
    resampling->all = calloc(owners->homes, sizeof *resampling->all);
    bool whole = resampling->all != NULL && etp_draws_init(&resampling->draws, owners->count) == ETP_OK;
    for (unsigned i = 0; i < FIGURES; i++) {
        resampling->figures[i] = calloc(resamples, sizeof *resampling->figures[i]);
        whole = whole && resampling->figures[i] != NULL;
    }
    return whole;
}

static void end(redraws *resampling)
{
    for (unsigned i = 0; i < FIGURES; i++)
        free(resampling->figures[i]);
    etp_draws_fini(&resampling->draws);
    free(resampling->all);
}

static void resample(redraws *resampling, uint64_t seed, unsigned resamples, unsigned freely)
{
    double figures[FIGURES];
    for (unsigned i = 0; i < resamples; i++) {
        etp_draws_make(&resampling->draws, seed, i, freely);
        unsigned count = sum_homes(resampling->owners, &resampling->draws, resampling->all);
        take_figures(resampling->owners, resampling->all, count, figures);
        for (unsigned j = 0; j < FIGURES; j++)
            resampling->figures[j][i] = figures[j];
    }
}

static etp_estimate *estimate_at(etp_spread *spread, unsigned figure)
{
    if (figure >= WORSE)
        return figure == MORE_WORSE ? &spread->more_worse
               : figure == LOSE     ? &spread->lose_by_rivals
                                    : &spread->worse[figure - WORSE];
    return figure >= PRICE_GINI ? &spread->price_gini[figure - PRICE_GINI]
           : figure >= JAIN     ? &spread->jain[figure - JAIN]
                                : &spread->gini[figure];
}

static void keep_homes(const redraws *resampling, unsigned count, etp_spread *spread)
{
    for (unsigned i = 0; i < count; i++) {
        for (unsigned arm = 0; arm < ETP_SPREAD_ARMS; arm++) {
            const double *kept = resampling->all[i].value + (size_t)arm * KEPT;
            spread->home[i].benefit[arm] = kept[BENEFIT];
            spread->home[i].price[arm] = price_of(kept);
            spread->home[i].sold[arm] = kept[SOLD] > 0;
        }
    }
}

static void take_values(redraws *resampling, etp_spread *spread)
{
    double figures[FIGURES];
    etp_draws_make(&resampling->draws, 0, 0, 0);
    unsigned count = sum_homes(resampling->owners, &resampling->draws, resampling->all);
    keep_homes(resampling, count, spread);
    take_figures(resampling->owners, resampling->all, count, figures);
    for (unsigned i = 0; i < FIGURES; i++)
        *estimate_at(spread, i) = (etp_estimate){.known = isfinite(figures[i]),
                                                 .value = figures[i],
                                                 .bounds = {NAN, NAN},
                                                 .weeks = {NAN, NAN},
                                                 .homes = {NAN, NAN},
                                                 .seeds = {NAN, NAN},
                                                 .missing = "nothing was gained or sold"};
}

static void take_intervals(redraws *resampling, const etp_estimate_how *how, etp_spread *spread)
{
    const unsigned *count = resampling->owners->count;
    double variance[FIGURES][ETP_KINDS] = {{0}};
    /* A quarter of the resamples is enough for a variance. */
    unsigned fewer = how->resamples / 4 + 1;
    for (unsigned kind = 0; kind < ETP_KINDS; kind++) {
        if (count[kind] < 2)
            continue;
        resample(resampling, how->seed, fewer, 1u << kind);
        for (unsigned i = 0; i < FIGURES; i++) {
            etp_estimate *estimate = estimate_at(spread, i);
            etp_range *alone = kind == ETP_KIND_WEEK        ? &estimate->weeks
                               : kind == ETP_KIND_HOUSEHOLD ? &estimate->homes
                                                            : &estimate->seeds;
            double own[ETP_KINDS] = {0};
            *alone = etp_range_of(resampling->figures[i], fewer, &variance[i][kind]);
            own[kind] = variance[i][kind];
            etp_range_widen(alone, estimate->value, own, count);
        }
    }
    if (count[ETP_KIND_WEEK] < 2)
        return;
    resample(resampling, how->seed, how->resamples, (1u << ETP_KINDS) - 1);
    for (unsigned i = 0; i < FIGURES; i++) {
        etp_estimate *estimate = estimate_at(spread, i);
        estimate->bounds = etp_range_of(resampling->figures[i], how->resamples, NULL);
        etp_range_widen(&estimate->bounds, estimate->value, variance[i], count);
        etp_estimate_keep_within(estimate, i == MORE_WORSE ? -1 : 0, 1);
    }
}

static int estimate_owners(const owner_table *owners, const etp_estimate_how *how, etp_spread *spread)
{
    redraws resampling = {0};
    bool whole = begin(&resampling, owners, how->resamples + 1);
    if (whole) {
        take_values(&resampling, spread);
        take_intervals(&resampling, how, spread);
    }
    end(&resampling);
    return whole ? ETP_OK : ETP_ENOMEM;
}

int etp_spread_estimate(const etp_study_view *view, const etp_estimate_how *how, etp_place place, etp_spread *spread)
{
    const etp_study_point *point = etp_place_point(view, place);
    owner_table *owners = calloc(1, sizeof *owners);
    if (owners == NULL)
        return ETP_ENOMEM;
    if (point != NULL)
        measure(owners, view, place, point->seeds);
    int result = ETP_OK;
    if (owners->homes == 0 || owners->count[ETP_KIND_WEEK] == 0)
        snprintf(spread->missing, sizeof spread->missing, "no seed has the arms flat, posted and firms, %s prices",
                 etp_price_world_name(place.world));
    else if (!allocate(owners, spread))
        result = ETP_ENOMEM;
    else {
        spread->homes = owners->homes;
        fill(owners, view, place, point->seeds, spread);
        result = estimate_owners(owners, how, spread);
        spread->known = result == ETP_OK;
    }
    free(owners->week);
    free(owners->days);
    free(owners->where);
    free(owners->list);
    free(owners);
    return result;
}

void etp_spread_fini(etp_spread *spread)
{
    free(spread->home);
    *spread = (etp_spread){0};
}
