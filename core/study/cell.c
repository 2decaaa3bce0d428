/* SPDX-License-Identifier: MIT */
#include "study/cell.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "world/calendar.h"

/* ---- what follows from a setup ---- */

unsigned etp_setup_days(const etp_setup *setup)
{
    return (unsigned)etp_setup_number(setup, ETP_KNOB_PRICES_PIECES) *
           (unsigned)etp_setup_number(setup, ETP_KNOB_PRICES_PIECE_DAYS);
}

/* Pieces are spread evenly over the series: the first begins with it, and all are equally far apart. */
size_t etp_cell_piece_first(const etp_cell *cell, unsigned piece)
{
    unsigned stride = cell->series->days / (unsigned)etp_setup_number(cell->setup, ETP_KNOB_PRICES_PIECES);
    size_t per_day = (size_t)(ETP_NS_PER_DAY / cell->series->interval);
    return cell->series->first_noon + (size_t)piece * stride * per_day;
}

unsigned etp_setup_portfolios(const etp_setup *setup)
{
    unsigned portfolios = (unsigned)etp_setup_number(setup, ETP_KNOB_MARKET_PORTFOLIOS);
    return portfolios > 0 ? portfolios : (unsigned)etp_setup_number(setup, ETP_KNOB_MARKET_FIRMS);
}

unsigned etp_cell_firms(const etp_cell *cell)
{
    if (cell->arm == ETP_ARM_FIRMS)
        return (unsigned)etp_setup_number(cell->setup, ETP_KNOB_MARKET_FIRMS);
    return cell->arm == ETP_ARM_ALONE ? 1 : 0;
}

/* ---- the key ---- */

static bool matters(etp_knob_part part, etp_arm arm)
{
    switch (part) {
    case ETP_PART_HOMES:
        return true;
    case ETP_PART_TIMED:
        return arm == ETP_ARM_TIMED || arm == ETP_ARM_TIMED_NONE;
    case ETP_PART_MARKET:
        return etp_arm_has_market(arm);
    case ETP_PART_BIDDING:
        return arm == ETP_ARM_FIRMS || arm == ETP_ARM_ALONE;
    case ETP_PART_SPAN:
    case ETP_PART_STUDY:
    default:
        return false;
    }
}

/* How many firms and portfolios there are is written as it comes out: a lone firm is the same whoever its rivals would
 * have been. */
static bool is_derived(unsigned knob)
{
    return knob == ETP_KNOB_MARKET_FIRMS || knob == ETP_KNOB_MARKET_PORTFOLIOS;
}

static void describe_knobs(const etp_cell *cell, FILE *out)
{
    for (unsigned i = 0; i < etp_knob_count(); i++) {
        etp_knob knob = etp_knob_describe(i);
        if (matters(knob.part, cell->arm) && !is_derived(i))
            fprintf(out, "%s=%s\n", knob.name, etp_setup_text(cell->setup, i));
    }
}

/* Homes without a market know nothing of prices: only the days matter, and how long an interval is. */
static void describe_span(const etp_cell *cell, FILE *out)
{
    const etp_trace *trace = &cell->series->trace;
    unsigned pieces = (unsigned)etp_setup_number(cell->setup, ETP_KNOB_PRICES_PIECES);
    fprintf(out, "piece_days=%s\n", etp_setup_text(cell->setup, ETP_KNOB_PRICES_PIECE_DAYS));
    for (unsigned i = 0; i < pieces; i++) {
        etp_time starts = trace->starts + (etp_time)etp_cell_piece_first(cell, i) * trace->interval;
        fprintf(out, "piece=%s\n", etp_stamp_show(starts).text);
    }
    if (etp_arm_has_market(cell->arm))
        fprintf(out, "prices.hash=%016" PRIx64 "\n", trace->hash);
}

static bool describe_scripts(const etp_cell *cell, const etp_ground *ground, FILE *out)
{
    etp_seating seating;
    etp_error error = {0};
    if (!etp_arm_has_market(cell->arm))
        return true;
    int status = etp_seating_make(&seating, ground->cast, cell->setup, etp_cell_firms(cell), &error);
    for (unsigned i = 0; status == 0 && i < seating.seats; i++)
        fprintf(out, "firm=%s %s\n", seating.lineup.entrants[seating.seated[i]].name,
                seating.lineup.entrants[seating.seated[i]].hash);
    if (status == 0)
        fprintf(out, "policy=%s\nportfolios=%u\n", seating.lineup.policy.hash, etp_setup_portfolios(cell->setup));
    etp_seating_fini(&seating);
    return status == 0;
}

bool etp_cell_describe(const etp_cell *cell, const etp_ground *ground, FILE *out)
{
    fprintf(out, "format=%d\nsources=%s\narm=%s\nseed=%" PRIu64 "\n", (int)ETP_CELL_FORMAT, ground->sources,
            etp_arm_name(cell->arm), cell->seed);
    if (cell->profiles != NULL)
        etp_households_describe(ground->households, out);
    describe_knobs(cell, out);
    describe_span(cell, out);
    return describe_scripts(cell, ground, out);
}

int etp_cell_identify(etp_cell *cell, const etp_ground *ground, etp_error *error)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    bool whole = out != NULL && etp_cell_describe(cell, ground, out);
    whole = out != NULL && fclose(out) == 0 && whole;
    if (whole) {
        XXH128_hash_t hash = XXH3_128bits(text, size);
        snprintf(cell->key, sizeof cell->key, "%016" PRIx64 "%016" PRIx64, hash.high64, hash.low64);
    }
    free(text);
    return whole ? ETP_OK : etp_fail(error, ETP_ENOMEM, "no memory for the key of a cell");
}

/* ---- results ---- */

void etp_cell_shape(const etp_cell *cell, etp_cell_result *result)
{
    unsigned days = etp_setup_days(cell->setup), firms = etp_cell_firms(cell);
    *result = (etp_cell_result){.homes = (unsigned)etp_setup_number(cell->setup, ETP_KNOB_HOMES_COUNT),
                                .days = days,
                                .blocks = days / ETP_BLOCK_DAYS,
                                .firms = firms > 0 ? firms : etp_arm_has_market(cell->arm)};
}

static void *list_of(size_t count, size_t size)
{
    return calloc(count > 0 ? count : 1, size);
}

bool etp_cell_result_make(etp_cell_result *result, bool has_market)
{
    size_t places = (size_t)result->homes * result->blocks;
    result->home = list_of(result->homes, sizeof *result->home);
    result->cost = list_of(places, sizeof *result->cost);
    bool made = result->home != NULL && result->cost != NULL;
    if (!has_market)
        return made;
    result->sold = list_of(places, sizeof *result->sold);
    result->income = list_of(places, sizeof *result->income);
    result->day = list_of(result->days, sizeof *result->day);
    result->firm = list_of(result->firms, sizeof *result->firm);
    return made && result->sold != NULL && result->income != NULL && result->day != NULL && result->firm != NULL;
}

void etp_cell_result_fini(etp_cell_result *result)
{
    free(result->home);
    free(result->cost);
    free(result->sold);
    free(result->income);
    free(result->day);
    free(result->firm);
    *result = (etp_cell_result){0};
}

/* ---- how long it takes ---- */

/* As measured on a year of a hundred homes: where there is a market most of the work is in messages, and those of a firm
 * are some for each battery that has something to sell. */
uint64_t etp_cell_weight(const etp_cell *cell)
{
    uint64_t intervals = (uint64_t)etp_setup_days(cell->setup) * (uint64_t)(ETP_NS_PER_DAY / cell->series->interval);
    uint64_t homes = (uint64_t)etp_setup_number(cell->setup, ETP_KNOB_HOMES_COUNT);
    uint64_t each = 1;
    if (etp_arm_has_market(cell->arm))
        each = 7 + 5 * etp_cell_firms(cell);
    return intervals * homes * each;
}
