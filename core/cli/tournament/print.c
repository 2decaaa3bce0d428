/* SPDX-License-Identifier: MIT */
/* The league, for people. */
#include <inttypes.h>

#include "cli/tournament/tournament.h"
#include "report/table.h"

/* Differences are small: cents read better. */
enum { CENTS = 100 };

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void print_what_was_played(const etp_league *league, FILE *out)
{
    const etp_tournament *tournament = league->tournament;
    const etp_design *design = &tournament->design;
    const etp_options *options = &tournament->options->shared;
    unsigned fewest, most;
    etp_design_meetings(design, &fewest, &most);
    fprintf(out,
            "%u strategies, %u seed%s from %" PRIu64 ", %zu games of %u at a table, %" PRIu64 " batteries, %" PRIu64
            " day%s a game, %s\n",
            league->count, design->rounds, plural(design->rounds), options->seed, etp_design_games(design),
            design->seats, options->bess, options->days, plural(options->days), etp_mechanism_name(options->mechanism));
    fprintf(out, "each strategy plays %u game%s with each of the %u portfolios; any two meet %u", design->rounds,
            plural(design->rounds), design->seats, fewest);
    if (most != fewest)
        fprintf(out, " to %u", most);
    fputs(" times\n", out);
}

static void add_difference(etp_table *table, const etp_difference *difference, bool is_there)
{
    if (!is_there)
        etp_table_cell(table, "%s", "");
    else if (difference->bounded)
        etp_table_cell(table, "%+.2f [%+.2f, %+.2f]%s", difference->mean * CENTS, difference->bounds.low * CENTS,
                       difference->bounds.high * CENTS, etp_difference_is_clear(difference) ? " " : "?");
    else
        etp_table_cell(table, "%+.2f ", difference->mean * CENTS);
}

static void add_standing(etp_table *table, const etp_league *league, unsigned place)
{
    const etp_standing *standing = &league->standings[place];
    etp_table_cell(table, "%u", place + 1);
    etp_table_cell(table, "%s", standing->entrant->name);
    etp_table_cell(table, "%.2f", standing->profit * CENTS);
    add_difference(table, &standing->to_field, true);
    add_difference(table, &standing->to_next, place + 1 < league->count);
    etp_table_cell(table, "%.1f", standing->energy_kwh);
    if (standing->bids > 0)
        etp_table_cell(table, "%.1f", 100 * (double)standing->trades / (double)standing->bids);
    else
        etp_table_cell(table, "-");
    if (standing->energy > 0)
        etp_table_cell(table, "%.2f",
                       (double)standing->paid / (double)standing->energy * ETP_ENERGY_PER_KWH / ETP_PRICE_PER_CENT);
    else
        etp_table_cell(table, "-");
}

static bool print_table(const etp_league *league, FILE *out)
{
    etp_table table = {0};
    etp_table_begin(&table, "rlrrrrrr");
    etp_table_row(&table, (const char *const[]){"", "strategy", "c/day", "to the field ", "to the next ", "kWh/day",
                                                "won %", "c/kWh"});
    for (unsigned i = 0; i < league->count; i++)
        add_standing(&table, league, i);
    return etp_table_end(&table, 1, out);
}

/* ---- what to make of it ---- */

static void print_bounds(const etp_league *league, FILE *out)
{
    unsigned doubtful = 0;
    if (!league->standings[0].to_field.bounded) {
        fputs("\none seed says nothing of how much chance there is in these figures: ask for more with --seeds\n", out);
        return;
    }
    for (unsigned i = 0; i + 1 < league->count; i++)
        doubtful += !etp_difference_is_clear(&league->standings[i].to_next);
    fprintf(
        out,
        "\n[,] 95 %% bounds of the difference, a paired bootstrap over %u seeds; ? 0 lies between them: the two are\n"
        "not to be told apart. ",
        league->tournament->design.rounds);
    if (doubtful > 0)
        fprintf(out, "%u of %u neighbours are not; more --seeds may tell.\n", doubtful, league->count - 1);
    else
        fputs("All neighbours are.\n", out);
}

static void print_mishaps(const etp_league *league, FILE *out)
{
    for (unsigned i = 0; i < league->count; i++) {
        const etp_standing *standing = &league->standings[i];
        if (standing->errors == 0)
            continue;
        fprintf(out, "%s: %" PRIu64 " of %" PRIu64 " calls failed: %s\n", standing->entrant->name, standing->errors,
                standing->calls, standing->mishap != NULL ? standing->mishap : "");
        if (standing->suspended > 0)
            fprintf(out,
                    "%s: was called no more in %" PRIu64
                    " game%s, after 1000 failures in a row or 10 calls over a limit\n",
                    standing->entrant->name, standing->suspended, plural(standing->suspended));
    }
}

bool etp_league_print(const etp_league *league, FILE *out)
{
    print_what_was_played(league, out);
    fputc('\n', out);
    bool whole = print_table(league, out);
    print_bounds(league, out);
    print_mishaps(league, out);
    return whole;
}
