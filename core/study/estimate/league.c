/* SPDX-License-Identifier: MIT */
/* The league of the mixed market: what firms of different strategies are left with side by side. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/statistics.h"
#include "study/estimate/estimator.h"

enum { LEAGUE_MAX = 32, SEEDS_MAX = 256 };

typedef struct league_team {
    char name[ETP_CELL_NAME_MAX];
    double margin[SEEDS_MAX]; /* by seed, A$ per portfolio and year */
    unsigned seeds;
    double energy, paid, bids, trades;
} league_team;

typedef struct league {
    league_team team[LEAGUE_MAX];
    unsigned teams;
    double energy;
} league;

static league_team *team_of(league *table, const char *name)
{
    for (unsigned i = 0; i < table->teams; i++) {
        if (strcmp(table->team[i].name, name) == 0)
            return &table->team[i];
    }
    if (table->teams == LEAGUE_MAX)
        return NULL;
    league_team *fresh = &table->team[table->teams++];
    snprintf(fresh->name, sizeof fresh->name, "%s", name);
    etp_words_mend(fresh->name);
    return fresh;
}

static void add_firm(league *table, const etp_cell_firm *firm, double years)
{
    league_team *team = team_of(table, firm->name);
    table->energy += (double)firm->energy;
    if (team == NULL || team->seeds == SEEDS_MAX)
        return;
    unsigned portfolios = firm->portfolios > 0 ? firm->portfolios : 1;
    team->margin[team->seeds++] = (double)(firm->worth - firm->paid) / ETP_MONEY_PER_DOLLAR / portfolios / years;
    team->energy += (double)firm->energy;
    team->paid += (double)firm->paid;
    team->bids += (double)firm->bids;
    team->trades += (double)firm->trades;
}

static int by_margin(const void *left, const void *right)
{
    const league_team *a = left, *b = right;
    double less = etp_mean(a->margin, a->seeds) - etp_mean(b->margin, b->seeds);
    return less != 0 ? (less < 0) - (less > 0) : strcmp(a->name, b->name);
}

static void team_row(etp_estimator *estimator, etp_sheet *sheet, const league_team *team, unsigned rank,
                     etp_price_world world, double energy)
{
    const etp_bootstrap how = {estimator->how.resamples, estimator->how.seed, 0.95};
    etp_bounds bounds = {NAN, NAN};
    double mean = etp_mean(team->margin, team->seeds);
    if (etp_bootstrap_mean(team->margin, team->seeds, &how, &bounds) == ETP_OK)
        etp_bounds_widen(&bounds, mean, team->seeds);
    etp_sheet_row(sheet);
    etp_sheet_number(sheet, rank);
    etp_sheet_text(sheet, team->name);
    etp_sheet_text(sheet, etp_price_world_name(world));
    etp_sheet_interval(sheet, mean, bounds.low, bounds.high);
    etp_sheet_number(sheet, energy > 0 ? 100 * team->energy / energy : NAN);
    etp_sheet_number(sheet, team->energy > 0 ? team->paid / team->energy * 100 : NAN);
    etp_sheet_number(sheet, team->bids > 0 ? 100 * team->trades / team->bids : NAN);
}

static etp_sheet *begin_table(etp_estimator *estimator, const etp_study_point *point)
{
    etp_sheet *sheet = etp_document_table(estimator->document, "league-table", "League of the mixed market");
    etp_sheet_column(sheet, "rank", "", "", 0);
    etp_sheet_column(sheet, "name", "strategy", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "margin", "realised margin", "A$ per portfolio and year", 2);
    etp_sheet_column(sheet, "share", "of the energy", "%", 1);
    etp_sheet_column(sheet, "price", "paid", "c/kWh", 2);
    etp_sheet_column(sheet, "won", "trades per bid", "%", 1);
    etp_sheet_note(sheet,
                   "%u seeds, %u days. These intervals come from seeds alone, since firms' accounts are not kept by "
                   "week: they are too narrow, and two strategies whose intervals part are not told apart by that.",
                   point->seeds, point->days);
    return sheet;
}

static void write_world(etp_estimator *estimator, etp_sheet *sheet, league *table, etp_price_world world)
{
    etp_place place = etp_estimator_place(estimator, "league", 0, world);
    const etp_study_point *point = etp_place_point(estimator->view, place);
    *table = (league){0};
    for (unsigned seed = 0; point != NULL && seed < point->seeds; seed++) {
        const etp_cell_result *cell = etp_place_cell(estimator->view, place, ETP_ARM_FIRMS, seed);
        for (unsigned i = 0; cell != NULL && cell->days > 0 && i < cell->firms; i++)
            add_firm(table, &cell->firm[i], cell->days / 365.0);
    }
    qsort(table->team, table->teams, sizeof table->team[0], by_margin);
    for (unsigned i = 0; i < table->teams; i++)
        team_row(estimator, sheet, &table->team[i], i + 1, world, table->energy);
}

void etp_write_league(etp_estimator *estimator)
{
    const etp_study_point *point =
        etp_place_point(estimator->view, etp_estimator_place(estimator, "league", 0, ETP_PRICES_ALL));
    etp_document_section(estimator->document, "league", "League of strategies");
    if (point == NULL) {
        etp_document_note(estimator->document, "This study has no cells of the mixed market.");
        return;
    }
    league *table = calloc(1, sizeof *table);
    if (table == NULL) {
        estimator->result = ETP_ENOMEM;
        return;
    }
    etp_sheet *sheet = begin_table(estimator, point);
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++)
        write_world(estimator, sheet, table, world);
    free(table);
}
