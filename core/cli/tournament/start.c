/* SPDX-License-Identifier: MIT */
/* The command tournament, from its arguments to the league. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/tournament/tournament.h"
#include "cli/usage.h"
#include "program/output.h"
#include "program/shipped.h"
#include "program/status.h"
#include "program/workers.h"

/* ---- options ---- */

#define OWN(field) offsetof(etp_tournament_options, field)

static const etp_option own_options[] = {
    {"The tournament", "seeds", "N", "20", "how many seeds: --seed and those that follow it", &etp_option_kind_whole,
     OWN(seeds), 1, 10000},
    {NULL, "table", "N", "5", "how many strategies play in one game; all of them if there are fewer",
     &etp_option_kind_whole, OWN(table), 2, 32},
    {NULL, "jobs", "N", NULL, "how many games are played at once; changes nothing in the result [one per processor]",
     &etp_option_kind_whole, OWN(jobs), 1, 256},
    {NULL, "bess", "N", "10", "home batteries that sell, in each game", &etp_option_kind_whole, OWN(shared.bess), 1,
     100000},
};
static const char *const shared_options[] = {
    "reserve",   "set",     "seed",      "days",     "interval", "prices", "region", "from",  "gaps",   "clip",
    "fit",       "retail",  "mechanism", "disclose", "window",   "hold",   "spread", "delay", "jitter", "loss",
    "duplicate", "reorder", "flip",      "failures", "json",     "quiet",  "help",   NULL};
const etp_vocabulary etp_tournament_vocabulary = {"tournament", shared_options, own_options,
                                                  sizeof own_options / sizeof own_options[0]};

/* ---- help ---- */

void etp_tournament_help(void)
{
    fputs("usage: etp-engine tournament [STRATEGY.lua ...] [options]\n"
          "\n"
          "Lets strategies play against each other and prints a league: who earns most, and what of it is\n"
          "chance. Without a strategy all that come with etp-engine play.\n"
          "\n"
          "Examples:\n"
          "  etp-engine tournament\n"
          "  etp-engine tournament strategies/*.lua mine.lua --seeds 50\n"
          "  etp-engine tournament greedy truthful --mechanism second-price --set greedy.margin=1\n"
          "  etp-engine tournament --prices PRICE_AND_DEMAND_202501_VIC1.csv --seeds 30 --json league.json\n"
          "\n"
          "How it is played: a game is a market with a few strategies at a table, each with a portfolio of\n"
          "its own (what a kWh is worth to it, when it takes part). For each seed there are as many games as\n"
          "strategies; in all of them homes, days, prices and portfolios are the same. In every seed each\n"
          "strategy plays once with each portfolio, so that none is lucky in its draws, and sits with others\n"
          "each time; over all seeds any two strategies meet about equally often. This is not every pair by\n"
          "itself, whose games would grow with the square of the field: say --table 2 for pairs.\n"
          "\n"
          "A strategy's profit is what the energy that it won turned out to be worth, less what it paid, per\n"
          "day of a game. Its mean over the seeds ranks it. Differences, to the mean of the field and to the\n"
          "next in rank, are taken seed by seed, and their 95 % bounds are a paired bootstrap over the seeds.\n"
          "Of twenty comparisons one is expected to lie outside by chance.\n"
          "\n"
          "With --prices each seed has its own --days of the file, from the first again when they are used\n"
          "up; with --from besides, all seeds have the days from there on.\n",
          stdout);
    etp_usage_options(&etp_tournament_vocabulary);
    etp_usage_world();
    fputs("\n"
          "Exit status: as of run (etp-engine --help).\n",
          stdout);
}

/* ---- the league ---- */

static bool is_standard(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static int print_league(const etp_league *league, const etp_options *options, etp_error *error)
{
    etp_output output;
    if (options->quiet || is_standard(options->json))
        return ETP_EXIT_DONE;
    int status = etp_output_open(&output, "-", false, error);
    if (status == ETP_EXIT_DONE && !etp_league_print(league, output.file)) {
        etp_fail(error, ETP_ENOMEM, "no memory for a table");
        return ETP_EXIT_FAILED;
    }
    return status == ETP_EXIT_DONE ? etp_output_finish(&output, error) : status;
}

static int write_json(const etp_league *league, etp_output *json, etp_error *error)
{
    if (json->file == NULL)
        return ETP_EXIT_DONE;
    errno = 0;
    return etp_output_finish_json(json, etp_league_write_json(league, json->file), error);
}

static int report(const etp_tournament *tournament, etp_output *json, etp_error *error)
{
    etp_league league;
    int status = ETP_EXIT_DONE;
    if (!etp_league_make(&league, tournament)) {
        etp_fail(error, ETP_ENOMEM, "no memory for the league");
        status = ETP_EXIT_FAILED;
    }
    if (status == ETP_EXIT_DONE)
        status = write_json(&league, json, error);
    if (status == ETP_EXIT_DONE)
        status = print_league(&league, &tournament->options->shared, error);
    etp_league_fini(&league);
    return status;
}

static int play_all(etp_tournament *tournament, etp_error *error)
{
    const etp_tournament_options *options = tournament->options;
    etp_progress *progress = &tournament->stage.progress;
    size_t games = etp_design_games(&tournament->design);
    unsigned jobs = options->jobs > 0 ? (unsigned)options->jobs : etp_workers_available();
    etp_progress_begin(progress, !options->shared.quiet, games);
    int status = etp_workers_run(jobs, games, etp_tournament_play, tournament, progress, error);
    etp_progress_clear(progress);
    return status;
}

static int play(const etp_tournament_options *options, etp_error *error)
{
    etp_tournament tournament;
    etp_output json = {0};
    int status = etp_tournament_set(&tournament, options, error);
    if (status == ETP_EXIT_DONE)
        status = etp_stage_check_output(&tournament.stage, "--json", options->shared.json, error);
    if (status == ETP_EXIT_DONE)
        status = etp_output_open(&json, options->shared.json, true, error);
    if (status == ETP_EXIT_DONE)
        status = play_all(&tournament, error);
    if (status == ETP_EXIT_DONE)
        status = report(&tournament, &json, error);
    etp_output_drop(&json);
    etp_tournament_fini(&tournament);
    return status;
}

/* ---- who plays ---- */

/* Puts the names of all shipped strategies, which `shipped` keeps, in the place of none. */
static int name_shipped(etp_options *options, etp_shipped *shipped, etp_error *error)
{
    int status = etp_shipped_list(shipped, error);
    if (status != ETP_EXIT_DONE)
        return status;
    const char **files = calloc((size_t)shipped->count + 1, sizeof *files);
    if (files == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for the list of strategies");
        return ETP_EXIT_FAILED;
    }
    for (unsigned i = 0; i < shipped->count; i++)
        files[i] = shipped->paths[i];
    free(options->files);
    options->files = files;
    options->file_count = shipped->count;
    return ETP_EXIT_DONE;
}

static int start(etp_tournament_options *options, etp_error *error)
{
    etp_shipped shipped = {0};
    int status = ETP_EXIT_DONE;
    if (options->shared.help) {
        etp_tournament_help();
        return etp_output_flush(error);
    }
    options->shared.rivals = 0;
    if (options->shared.file_count == 0)
        status = name_shipped(&options->shared, &shipped, error);
    if (status == ETP_EXIT_DONE)
        status = play(options, error);
    etp_shipped_fini(&shipped);
    return status;
}

int etp_tournament_start(const char *program, int argc, char **argv, etp_error *error)
{
    etp_tournament_options options = {0};
    (void)program;
    int status = etp_options_parse_as(&options.shared, &etp_tournament_vocabulary, argc, argv, error);
    if (status == ETP_EXIT_DONE)
        status = start(&options, error);
    etp_options_fini(&options.shared);
    return status;
}
