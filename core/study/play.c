/* SPDX-License-Identifier: MIT */
/* Playing a cell: each of its pieces is a run of its own, and their results stand side by side. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "etp/profiles.h"
#include "etp/run.h"
#include "program/status.h"
#include "program/whole_run.h"
#include "study/cell.h"
#include "world/calendar.h"

static const etp_time week = ETP_BLOCK_DAYS * ETP_NS_PER_DAY;
static const double one_ppm = 1e6;

/* One piece, which stays where it is: the run's options, and where its results go. */
typedef struct piece {
    const etp_cell *cell;
    etp_run_options run;
    etp_profile_homes homes;
    etp_home_source source;
    unsigned block, day; /* the first of each */
    unsigned blocks, days;
} piece;

/* ---- options ---- */

static etp_time time_of(const etp_setup *setup, unsigned knob, etp_time unit)
{
    return (etp_time)(etp_setup_number(setup, knob) * (double)unit + 0.5);
}

static uint32_t chance_of(const etp_setup *setup, unsigned knob)
{
    return (uint32_t)(etp_setup_number(setup, knob) * one_ppm + 0.5);
}

static unsigned disclosed(const char *word)
{
    if (strcmp(word, "both") == 0)
        return ETP_DISCLOSE_RESERVE | ETP_DISCLOSE_WINNER;
    if (strcmp(word, "reserve") == 0)
        return ETP_DISCLOSE_RESERVE;
    return strcmp(word, "winner") == 0 ? ETP_DISCLOSE_WINNER : 0;
}

static void set_world(etp_run_options *run, const etp_setup *setup)
{
    for (unsigned i = ETP_KNOBS_OWN; i < etp_knob_count(); i++)
        etp_world_param_put(run, i - ETP_KNOBS_OWN, etp_setup_number(setup, i));
    run->homes = (unsigned)etp_setup_number(setup, ETP_KNOB_HOMES_COUNT);
    etp_tariff_parse(&run->feed_in, etp_setup_text(setup, ETP_KNOB_TARIFFS_FEED_IN), NULL);
    etp_tariff_parse(&run->retail, etp_setup_text(setup, ETP_KNOB_TARIFFS_RETAIL), NULL);
}

static void set_market(etp_run_options *run, const etp_setup *setup)
{
    run->portfolios = etp_setup_portfolios(setup);
    run->timing.window = time_of(setup, ETP_KNOB_MARKET_WINDOW, ETP_NS_PER_SECOND);
    run->timing.hold = time_of(setup, ETP_KNOB_MARKET_HOLD, ETP_NS_PER_SECOND);
    run->timing.query_spread = time_of(setup, ETP_KNOB_MARKET_SPREAD, ETP_NS_PER_SECOND);
    etp_mechanism_parse(etp_setup_text(setup, ETP_KNOB_MARKET_MECHANISM), &run->mechanism);
    run->disclose = disclosed(etp_setup_text(setup, ETP_KNOB_MARKET_DISCLOSE));
    run->network.delay = time_of(setup, ETP_KNOB_LINKS_DELAY, ETP_NS_PER_MS);
    run->network.jitter = time_of(setup, ETP_KNOB_LINKS_JITTER, ETP_NS_PER_MS);
    run->network.loss_ppm = chance_of(setup, ETP_KNOB_LINKS_LOSS);
    run->network.bandwidth = (uint64_t)etp_setup_number(setup, ETP_KNOB_LINKS_BANDWIDTH);
    run->failures_ppm = chance_of(setup, ETP_KNOB_FAULTS_OUTAGES);
}

static void set_conduct(etp_run_options *run, etp_arm arm)
{
    run->merged = arm == ETP_ARM_POSTED || arm == ETP_ARM_KNOWING || arm == ETP_ARM_COMPETITIVE;
    if (arm == ETP_ARM_KNOWING)
        run->conduct = ETP_CONDUCT_KNOWING;
    if (arm == ETP_ARM_COMPETITIVE)
        run->conduct = ETP_CONDUCT_COMPETITIVE;
}

static void set_homes(piece *one)
{
    const etp_cell *cell = one->cell;
    if (cell->profiles == NULL)
        return;
    etp_profile_homes_defaults(&one->homes);
    one->homes.profiles = cell->profiles;
    one->homes.load_ppm = chance_of(cell->setup, ETP_KNOB_HOMES_LOAD);
    one->source = etp_profile_homes_source(&one->homes);
    one->run.source = &one->source;
}

static void set_piece(piece *one, const etp_cell *cell, unsigned index)
{
    const etp_setup *setup = cell->setup;
    *one = (piece){.cell = cell};
    one->days = (unsigned)etp_setup_number(setup, ETP_KNOB_PRICES_PIECE_DAYS);
    one->blocks = one->days / ETP_BLOCK_DAYS;
    one->day = index * one->days;
    one->block = index * one->blocks;
    etp_run_options *run = &one->run;
    etp_run_defaults(run);
    set_world(run, setup);
    set_market(run, setup);
    set_conduct(run, cell->arm);
    set_homes(one);
    run->seed = cell->seed;
    run->trace = &cell->series->trace;
    run->first = etp_cell_piece_first(cell, index);
    run->intervals = (size_t)one->days * (size_t)(ETP_NS_PER_DAY / cell->series->interval);
    run->ledger = true;
    run->ledger_block = week;
    run->skip_idle = true;
}

/* ---- arms without a market ---- */

/* Who the homes are; the same in every piece. */
static int fill_homes(const piece *one, etp_cell_result *result, etp_error *error)
{
    const etp_run_options *run = &one->run;
    const etp_home_source *source = run->source != NULL ? run->source : etp_home_source_built_in();
    etp_fleet_spec fleet = run->fleet;
    fleet.seed = run->seed;
    const etp_home_scene scene = {.homes = run->homes,
                                  .spec = &fleet,
                                  .starts = run->trace->starts + (etp_time)run->first * run->trace->interval,
                                  .interval = run->trace->interval};
    void *state = source->user;
    if (source->open != NULL && source->open(source->user, &scene, &state, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    for (unsigned i = 0; i < run->homes; i++) {
        etp_home home;
        if (source->draw(state, &home, &fleet, i) == ETP_OK)
            result->home[i] = (etp_cell_home){home.profile, home.battery.spec.capacity};
    }
    if (source->close != NULL)
        source->close(state);
    return ETP_EXIT_DONE;
}

static int compute_costs(const piece *one, etp_money *costs, etp_error *error)
{
    const etp_setup *setup = one->cell->setup;
    etp_run_options run = one->run;
    if (one->cell->arm == ETP_ARM_FLAT)
        return etp_run_without_market_blocks(&run, week, costs, error);
    etp_tariff_parse(&run.feed_in, etp_setup_text(setup, ETP_KNOB_TARIFFS_TIMED), NULL);
    if (one->cell->arm == ETP_ARM_TIMED_NONE)
        return etp_run_without_market_blocks(&run, week, costs, error);
    return etp_run_timed_tariff(&run, week, costs, error);
}

static int play_homes(const piece *one, etp_cell_result *result, etp_error *error)
{
    etp_money *costs = calloc((size_t)result->homes * one->blocks, sizeof *costs);
    if (costs == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for the costs of %u homes", result->homes);
        return ETP_EXIT_FAILED;
    }
    int status = compute_costs(one, costs, error) == ETP_OK ? ETP_EXIT_DONE : ETP_EXIT_FAILED;
    for (unsigned i = 0; i < result->homes && status == ETP_EXIT_DONE; i++)
        memcpy(result->cost + (size_t)i * result->blocks + one->block, costs + (size_t)i * one->blocks,
               one->blocks * sizeof *costs);
    free(costs);
    return status;
}

/* ---- what a run's books say ---- */

static void keep_slices(const piece *one, const etp_ledger *ledger, etp_cell_result *result)
{
    etp_ledger_slice_add(&result->total, etp_ledger_total(ledger));
    for (unsigned i = 0; i < ETP_LEDGER_HOURS; i++)
        etp_ledger_slice_add(&result->hour[i], etp_ledger_hour(ledger, i));
    for (unsigned i = 0; i < ETP_REGIMES; i++)
        etp_ledger_slice_add(&result->regime[i], etp_ledger_regime(ledger, (etp_regime)i));
    for (unsigned i = 0; i < one->days; i++)
        result->day[one->day + i] = *etp_ledger_day(ledger, i);
}

static void keep_homes(const piece *one, const etp_ledger *ledger, etp_cell_result *result)
{
    for (unsigned i = 0; i < result->homes; i++) {
        for (unsigned j = 0; j < one->blocks; j++) {
            size_t place = (size_t)i * result->blocks + one->block + j;
            result->cost[place] = etp_ledger_home_cost(ledger, i, j);
            result->sold[place] = etp_ledger_home_sold(ledger, i, j);
            result->income[place] = etp_ledger_home_income(ledger, i, j);
        }
    }
}

static void keep_firms(const etp_run *run, const etp_firm *firms, unsigned portfolios, etp_cell_result *result)
{
    for (unsigned i = 0; i < result->firms; i++) {
        etp_cell_firm *to = &result->firm[i];
        etp_firm_result firm;
        if (etp_run_firm(run, i, &firm) != ETP_OK)
            continue;
        snprintf(to->name, sizeof to->name, "%s", firm.name);
        to->portfolios = firms != NULL ? firms[i].portfolio_count : portfolios;
        to->bids += firm.bids;
        to->trades += firm.trades;
        to->energy += firm.energy;
        to->paid += firm.paid;
        to->worth += firm.worth;
    }
}

static void keep_counts(const etp_run *run, etp_cell_result *result)
{
    etp_run_totals totals;
    etp_engine_stats stats;
    etp_run_get_totals(run, &totals);
    etp_run_engine_stats(run, &stats);
    result->trades += totals.trades;
    result->bids += totals.bids;
    result->auctions += totals.auctions;
    result->lapses += totals.lapses;
    for (unsigned i = 0; i < ETP_TYPES; i++)
        result->misses += stats.late[i];
}

/* ---- arms with a market ---- */

/* Portfolios are held in equal shares; what is left over goes to the first ones. */
static void share_out(etp_firm *firms, unsigned count, unsigned portfolios)
{
    unsigned next = 0;
    for (unsigned i = 0; i < count; i++) {
        firms[i].portfolio = next;
        firms[i].portfolio_count = portfolios / count + (i < portfolios % count);
        next += firms[i].portfolio_count;
    }
}

/* A script that was suspended no longer bids: that would be a result about a mistake. */
static int check_script(const etp_script *script, const char *name, etp_error *error)
{
    etp_script_stats stats;
    etp_script_get_stats(script, &stats);
    if (!stats.suspended)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ESCRIPT, "%s failed so often that it is not called any more: %s", name,
             etp_script_last_error(script));
    return ETP_EXIT_FAILED;
}

static int check_scripts(const etp_crew *crew, etp_error *error)
{
    int status = check_script(crew->policy, etp_script_name(crew->policy), error);
    for (unsigned i = 0; i < crew->count && status == ETP_EXIT_DONE; i++)
        status = check_script(crew->scripts[i], crew->firms[i].name, error);
    return status;
}

static int play_crew(piece *one, const etp_crew *crew, etp_cell_result *result, etp_error *error)
{
    etp_run *run = NULL;
    share_out(crew->firms, crew->count, one->run.portfolios);
    one->run.firms = crew->firms;
    one->run.firm_count = crew->count;
    one->run.policy = etp_script_bess_hooks(crew->policy);
    one->run.policy_user = crew->policy;
    int status = etp_run_new(&run, &one->run, error) == ETP_OK ? etp_whole_run(run, "cell", error) : ETP_EXIT_FAILED;
    if (status == ETP_EXIT_DONE)
        status = check_scripts(crew, error);
    if (status == ETP_EXIT_DONE) {
        const etp_ledger *ledger = etp_run_ledger(run);
        keep_slices(one, ledger, result);
        keep_homes(one, ledger, result);
        keep_firms(run, one->run.merged ? NULL : crew->firms, one->run.portfolios, result);
        keep_counts(run, result);
    }
    etp_run_free(run);
    return status;
}

static int play_market(piece *one, const etp_ground *ground, etp_cell_result *result, etp_error *error)
{
    etp_seating seating;
    etp_crew crew = {0};
    const etp_cell *cell = one->cell;
    int status = etp_seating_make(&seating, ground->cast, cell->setup, etp_cell_firms(cell), error);
    if (status == ETP_EXIT_DONE)
        status = etp_crew_seat(&crew, &seating.lineup, seating.seated, seating.seats, &seating.settings, error);
    if (status == ETP_EXIT_DONE)
        status = play_crew(one, &crew, result, error);
    etp_crew_fini(&crew);
    etp_seating_fini(&seating);
    return status;
}

/* ---- the cell ---- */

static int play_piece(const etp_cell *cell, const etp_ground *ground, unsigned index, etp_cell_result *result,
                      etp_error *error)
{
    piece one;
    set_piece(&one, cell, index);
    int status = index == 0 ? fill_homes(&one, result, error) : ETP_EXIT_DONE;
    if (status != ETP_EXIT_DONE)
        return status;
    return etp_arm_has_market(cell->arm) ? play_market(&one, ground, result, error) : play_homes(&one, result, error);
}

int etp_cell_play(const etp_cell *cell, const etp_ground *ground, etp_cell_result *result, etp_error *error)
{
    unsigned pieces = (unsigned)etp_setup_number(cell->setup, ETP_KNOB_PRICES_PIECES);
    etp_cell_shape(cell, result);
    int status = ETP_EXIT_DONE;
    if (!etp_cell_result_make(result, etp_arm_has_market(cell->arm))) {
        etp_fail(error, ETP_ENOMEM, "no memory for the result of a cell");
        status = ETP_EXIT_FAILED;
    }
    for (unsigned i = 0; i < pieces && status == ETP_EXIT_DONE; i++)
        status = play_piece(cell, ground, i, result, error);
    return status;
}
