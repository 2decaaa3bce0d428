/* SPDX-License-Identifier: MIT */
/* Everything that is there before the first game. */
#include <inttypes.h>
#include <stdlib.h>

#include "cli/tournament/tournament.h"
#include "program/status.h"

static const etp_time day = 24 * ETP_NS_PER_HOUR;

static int check_count(const etp_lineup *lineup, etp_error *error)
{
    if (lineup->count >= 2)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_EINVAL,
             "a tournament needs two strategies or more, and only %s was named: name another, or none at all for all "
             "that come with etp-engine",
             lineup->entrants[0].name);
    return ETP_EXIT_USAGE;
}

static void count_blocks(etp_tournament *tournament)
{
    const etp_stage *stage = &tournament->stage;
    if (stage->options->prices == NULL)
        return;
    size_t days = (stage->trace.count - stage->run.first) / (size_t)(day / stage->trace.interval);
    tournament->blocks = days / (size_t)stage->options->days;
}

static int place(etp_tournament *tournament, etp_error *error)
{
    const etp_tournament_options *options = tournament->options;
    unsigned count = tournament->stage.lineup.count;
    unsigned seats = count < options->table ? count : (unsigned)options->table;
    bool made = etp_design_make(&tournament->design, count, seats, (unsigned)options->seeds);
    size_t games = etp_design_games(&tournament->design);
    tournament->performances = made ? calloc(games * seats, sizeof *tournament->performances) : NULL;
    if (tournament->performances != NULL)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ENOMEM, "no memory for %u strategies and %" PRIu64 " seeds", count, options->seeds);
    return ETP_EXIT_FAILED;
}

int etp_tournament_set(etp_tournament *tournament, const etp_tournament_options *options, etp_error *error)
{
    *tournament = (etp_tournament){.options = options};
    int status = etp_stage_set(&tournament->stage, &options->shared, error);
    if (status == ETP_EXIT_DONE)
        status = check_count(&tournament->stage.lineup, error);
    if (status == ETP_EXIT_DONE)
        status = place(tournament, error);
    if (status == ETP_EXIT_DONE)
        count_blocks(tournament);
    return status;
}

void etp_tournament_fini(etp_tournament *tournament)
{
    size_t count = etp_design_games(&tournament->design) * tournament->design.seats;
    for (size_t i = 0; tournament->performances != NULL && i < count; i++)
        free(tournament->performances[i].mishap);
    free(tournament->performances);
    etp_design_fini(&tournament->design);
    etp_stage_fini(&tournament->stage);
}
