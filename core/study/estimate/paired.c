/* SPDX-License-Identifier: MIT */
/* From cells to the sums that a quantity asks for. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "study/estimate/quantity.h"

/* More real households than this are put together with their neighbours. */
enum { PROFILES_MAX = 1024 };

/* ---- the seeds that have all cells ---- */

typedef struct paired_cells {
    const etp_study_view *view;
    const etp_quantity *quantity;
    unsigned *seeds; /* those */
    unsigned seed_count, homes, blocks;
    uint32_t profiles[PROFILES_MAX];
    unsigned profile_count;
} paired_cells;

static const etp_cell_result *cell_of(const paired_cells *sample, const etp_term *term, unsigned seed)
{
    return etp_place_cell(sample->view, term->place, term->arm, seed);
}

static unsigned seeds_of(const paired_cells *sample)
{
    unsigned least = UINT32_MAX;
    for (unsigned i = 0; i < sample->quantity->count; i++) {
        const etp_study_point *point = etp_place_point(sample->view, sample->quantity->term[i].place);
        unsigned seeds = point != NULL ? point->seeds : 0;
        least = seeds < least ? seeds : least;
    }
    return least;
}

/* The first term whose cell is missing, or as many as there are. */
static unsigned missing_at(const paired_cells *sample, unsigned seed)
{
    unsigned i = 0;
    while (i < sample->quantity->count && cell_of(sample, &sample->quantity->term[i], seed) != NULL)
        i++;
    return i;
}

static void say_what_is_missing(const paired_cells *sample, unsigned index, etp_estimate *estimate)
{
    const etp_term *term = &sample->quantity->term[index];
    const etp_study_point *point = etp_place_point(sample->view, term->place);
    if (point == NULL) {
        snprintf(estimate->missing, sizeof estimate->missing, "the study has no such experiment or point");
        return;
    }
    snprintf(estimate->missing, sizeof estimate->missing, "no cells of %s, point %s, arm %s, %s prices",
             sample->view->experiments[term->place.experiment].id, point->id, etp_arm_name(term->arm),
             etp_price_world_name(term->place.world));
}

/* Homes and weeks are the same ones in all cells of a seed, and there are as many weeks in all seeds. */
static bool shapes_agree(paired_cells *sample, unsigned seed)
{
    const etp_cell_result *first = cell_of(sample, &sample->quantity->term[0], seed);
    if (sample->blocks == 0)
        sample->blocks = first->blocks;
    for (unsigned i = 0; i < sample->quantity->count; i++) {
        const etp_cell_result *cell = cell_of(sample, &sample->quantity->term[i], seed);
        if (cell->homes != first->homes || cell->blocks != sample->blocks || cell->days != first->days)
            return false;
    }
    return first->blocks > 0 && first->homes > 0;
}

static bool find_seeds(paired_cells *sample, unsigned most, etp_estimate *estimate)
{
    unsigned lacks = 0;
    for (unsigned seed = 0; seed < most; seed++) {
        unsigned missing = missing_at(sample, seed);
        if (missing < sample->quantity->count) {
            lacks = missing;
            continue;
        }
        if (!shapes_agree(sample, seed)) {
            snprintf(estimate->missing, sizeof estimate->missing, "its homes or weeks are not the same ones");
            return false;
        }
        sample->seeds[sample->seed_count++] = seed;
        sample->profile_count = etp_cell_profiles(cell_of(sample, &sample->quantity->term[0], seed), sample->profiles,
                                                  sample->profile_count, PROFILES_MAX);
    }
    if (sample->seed_count == 0)
        say_what_is_missing(sample, lacks, estimate);
    return sample->seed_count > 0;
}

/* ---- sums ---- */

static double of_slice(const etp_ledger_slice *slice, etp_measure measure)
{
    switch (measure) {
    case ETP_OF_OFFERED:
        return (double)slice->offered;
    case ETP_OF_SOLD:
        return (double)slice->sold;
    case ETP_OF_PAID:
        return (double)slice->paid;
    case ETP_OF_WORTH:
        return (double)slice->worth;
    case ETP_OF_SPOT:
        return (double)slice->spot;
    case ETP_OF_RESERVES:
        return (double)slice->cost;
    case ETP_OF_GAIN:
        return (double)slice->gain;
    case ETP_OF_BEST_GAIN:
        return (double)slice->best_gain;
    default:
        return 0;
    }
}

/* All homes' share of what the market did in a week. */
static double of_week(const etp_cell_result *cell, unsigned block, etp_measure measure)
{
    double sum = 0;
    unsigned days = etp_cell_block_days(cell, block), first = block * ETP_DAYS_PER_BLOCK;
    for (unsigned day = first; cell->day != NULL && day < first + days; day++)
        sum += of_slice(&cell->day[day], measure);
    return sum / cell->homes;
}

static double of_home(const etp_cell_result *cell, unsigned home, unsigned block, etp_measure measure)
{
    size_t at = (size_t)home * cell->blocks + block;
    switch (measure) {
    case ETP_OF_DAYS:
        return etp_cell_block_days(cell, block);
    case ETP_OF_COST:
        return (double)cell->cost[at];
    case ETP_OF_INCOME:
        return cell->income != NULL ? (double)cell->income[at] : 0;
    default:
        return cell->sold != NULL ? (double)cell->sold[at] : 0;
    }
}

static bool counts(const etp_quantity *quantity, const etp_cell_home *home)
{
    return quantity->to == 0 || (home->capacity >= quantity->from && home->capacity < quantity->to);
}

static void add_cell(const paired_cells *sample, const etp_cell_result *cell, const etp_term *term, unsigned seed,
                     const etp_crossed *crossed)
{
    bool by_home = term->measure <= ETP_OF_DELIVERED;
    for (unsigned block = 0; block < cell->blocks; block++) {
        double share = by_home ? 0 : of_week(cell, block, term->measure);
        for (unsigned home = 0; home < cell->homes; home++) {
            if (!counts(sample->quantity, &cell->home[home]))
                continue;
            unsigned profile = etp_profile_index(sample->profiles, sample->profile_count, cell->home[home].profile);
            if (profile == sample->profile_count)
                profile--;
            double value = by_home ? of_home(cell, home, block, term->measure) : share;
            *etp_crossed_at(crossed, term->total, block, profile, seed) += term->weight * value;
        }
    }
}

static int estimate_sample(const paired_cells *sample, const etp_estimate_how *how, etp_estimate *estimate)
{
    etp_crossed crossed = {0};
    const unsigned count[ETP_KINDS] = {sample->blocks, sample->profile_count, sample->seed_count};
    int result = etp_crossed_init(&crossed, count, sample->quantity->totals);
    if (result != ETP_OK)
        return result;
    for (unsigned seed = 0; seed < sample->seed_count; seed++) {
        for (unsigned i = 0; i < sample->quantity->count; i++) {
            const etp_term *term = &sample->quantity->term[i];
            add_cell(sample, cell_of(sample, term, sample->seeds[seed]), term, seed, &crossed);
        }
    }
    result = etp_crossed_estimate(&crossed, sample->quantity->combine, how, estimate);
    if (sample->quantity->positive)
        etp_estimate_keep_within(estimate, 0, INFINITY);
    if (result == ETP_OK && !estimate->known)
        snprintf(estimate->missing, sizeof estimate->missing, "nothing to divide by: nothing was sold or offered");
    etp_crossed_fini(&crossed);
    return result;
}

int etp_quantity_estimate(const etp_study_view *view, const etp_estimate_how *how, const etp_quantity *quantity,
                          etp_estimate *estimate)
{
    *estimate = (etp_estimate){
        .value = NAN, .bounds = {NAN, NAN}, .weeks = {NAN, NAN}, .homes = {NAN, NAN}, .seeds = {NAN, NAN}};
    paired_cells sample = {.view = view, .quantity = quantity};
    unsigned most = seeds_of(&sample);
    sample.seeds = calloc(most > 0 ? most : 1, sizeof *sample.seeds);
    if (sample.seeds == NULL)
        return ETP_ENOMEM;
    if (most == 0)
        say_what_is_missing(&sample, 0, estimate);
    int result = most > 0 && find_seeds(&sample, most, estimate) ? estimate_sample(&sample, how, estimate) : ETP_OK;
    free(sample.seeds);
    return result;
}
