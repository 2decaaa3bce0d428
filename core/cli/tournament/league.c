/* SPDX-License-Identifier: MIT */
/*
 * From games to a league. A strategy's result in a round is its profit of all seats together, so that none has the luck of
 * a portfolio. Rounds are compared pair by pair: the same seed, the same days, the same portfolios.
 */
#include <stdlib.h>
#include <string.h>

#include "cli/tournament/tournament.h"

static const etp_bootstrap bootstrap = {.resamples = 10000, .seed = 1, .level = 0.95};

bool etp_difference_is_clear(const etp_difference *difference)
{
    return difference->bounded && (difference->bounds.low > 0 || difference->bounds.high < 0);
}

/* ---- sums ---- */

/* In dollars a day of a game. */
static double per_day(const etp_tournament *tournament, double micros)
{
    double games = (double)tournament->design.seats * (double)tournament->options->shared.days;
    return micros / (double)ETP_MONEY_PER_DOLLAR / games;
}

static void add_up(etp_standing *standing, const etp_performance *performance)
{
    standing->bids += performance->bids;
    standing->trades += performance->trades;
    standing->calls += performance->calls;
    standing->errors += performance->errors;
    standing->suspended += performance->suspended;
    standing->paid += performance->paid;
    standing->energy += performance->energy;
    if (standing->mishap == NULL)
        standing->mishap = performance->mishap;
}

static void add_up_games(etp_league *league, etp_money *profits)
{
    const etp_tournament *tournament = league->tournament;
    const etp_design *design = &tournament->design;
    for (size_t game = 0; game < etp_design_games(design); game++) {
        for (unsigned seat = 0; seat < design->seats; seat++) {
            unsigned entrant = etp_design_entrant(design, game, seat);
            const etp_performance *performance = &tournament->performances[game * design->seats + seat];
            add_up(&league->standings[entrant], performance);
            profits[(size_t)entrant * design->rounds + etp_design_round(design, game)] +=
                performance->worth - performance->paid;
        }
    }
}

static void add_up_rounds(etp_league *league, const etp_money *profits)
{
    const etp_tournament *tournament = league->tournament;
    unsigned rounds = tournament->design.rounds;
    for (unsigned i = 0; i < league->count; i++) {
        etp_standing *standing = &league->standings[i];
        for (unsigned round = 0; round < rounds; round++) {
            double profit = per_day(tournament, (double)profits[(size_t)i * rounds + round]);
            standing->profits[round] = profit;
            league->field[round] += profit / league->count;
        }
        standing->profit = etp_mean(standing->profits, rounds);
        standing->energy_kwh =
            per_day(tournament, (double)standing->energy) / rounds * ETP_MONEY_PER_DOLLAR / ETP_ENERGY_PER_KWH;
    }
}

/* ---- differences ---- */

/* `room` holds a number for each round. False when memory ran out. */
static bool compare(etp_difference *difference, const double *own, const double *other, unsigned rounds, double *room)
{
    for (unsigned i = 0; i < rounds; i++)
        room[i] = own[i] - other[i];
    difference->mean = etp_mean(room, rounds);
    int result = etp_bootstrap_mean(room, rounds, &bootstrap, &difference->bounds);
    difference->bounded = result == ETP_OK;
    etp_bounds_widen(&difference->bounds, difference->mean, rounds);
    return result != ETP_ENOMEM;
}

static bool compare_all(etp_league *league)
{
    unsigned rounds = league->tournament->design.rounds;
    double *room = calloc(rounds, sizeof *room);
    bool done = room != NULL;
    for (unsigned i = 0; done && i < league->count; i++) {
        etp_standing *standing = &league->standings[i];
        done = compare(&standing->to_field, standing->profits, league->field, rounds, room);
        if (done && i + 1 < league->count)
            done = compare(&standing->to_next, standing->profits, standing[1].profits, rounds, room);
    }
    free(room);
    return done;
}

/* ---- the league ---- */

static int best_first(const void *left, const void *right)
{
    const etp_standing *a = left, *b = right;
    if (a->profit != b->profit)
        return a->profit > b->profit ? -1 : 1;
    return a->entrant < b->entrant ? -1 : 1;
}

static bool make_room(etp_league *league, unsigned rounds)
{
    league->standings = calloc(league->count, sizeof *league->standings);
    league->field = calloc(rounds, sizeof *league->field);
    bool made = league->standings != NULL && league->field != NULL;
    for (unsigned i = 0; made && i < league->count; i++) {
        league->standings[i].entrant = &league->tournament->stage.lineup.entrants[i];
        league->standings[i].profits = calloc(rounds, sizeof *league->standings[i].profits);
        made = league->standings[i].profits != NULL;
    }
    return made;
}

bool etp_league_make(etp_league *league, const etp_tournament *tournament)
{
    unsigned rounds = tournament->design.rounds;
    *league = (etp_league){.tournament = tournament, .count = tournament->design.entrants};
    etp_money *profits = calloc((size_t)league->count * rounds, sizeof *profits);
    bool made = profits != NULL && make_room(league, rounds);
    if (made) {
        add_up_games(league, profits);
        add_up_rounds(league, profits);
        qsort(league->standings, league->count, sizeof *league->standings, best_first);
        made = compare_all(league);
    }
    free(profits);
    return made;
}

void etp_league_fini(etp_league *league)
{
    for (unsigned i = 0; league->standings != NULL && i < league->count; i++)
        free(league->standings[i].profits);
    free(league->standings);
    free(league->field);
    *league = (etp_league){0};
}
