/* SPDX-License-Identifier: MIT */
/* One game: a market of its own with the strategies of one table, their scripts loaded anew. */
#include <stdlib.h>
#include <string.h>

#include "cli/tournament/tournament.h"
#include "program/status.h"
#include "program/whole_run.h"

static const etp_time day = 24 * ETP_NS_PER_HOUR;

enum { SEATS_MAX = 64 };

/* ---- the world of a round ---- */

typedef struct world {
    etp_trace made; /* prices made up for this seed */
    etp_run_options run;
} world;

/* Of a price file each round has its own days, from the first again when they are used up. */
static int set_world(world *around, const etp_tournament *tournament, unsigned round, etp_error *error)
{
    const etp_stage *stage = &tournament->stage;
    *around = (world){.run = stage->run};
    around->run.seed += round;
    around->run.portfolios = tournament->design.seats;
    around->run.logger = (etp_logger){0};
    if (tournament->blocks > 0) {
        size_t per_day = (size_t)(day / stage->trace.interval);
        around->run.first += round % tournament->blocks * (size_t)stage->options->days * per_day;
        return ETP_EXIT_DONE;
    }
    around->run.trace = &around->made;
    return etp_stage_make_prices(&around->made, stage->options, around->run.seed, error);
}

/* ---- what is kept ---- */

static char *first_line(const char *text)
{
    size_t size = strcspn(text, "\n");
    char *line = malloc(size + 1);
    if (line == NULL)
        return NULL;
    memcpy(line, text, size);
    line[size] = '\0';
    return line;
}

static void keep_script(etp_performance *performance, const etp_script *script)
{
    etp_script_stats stats;
    etp_script_get_stats(script, &stats);
    performance->calls = stats.calls;
    performance->errors = stats.errors;
    performance->suspended = stats.suspended;
    performance->mishap = stats.errors > 0 ? first_line(etp_script_last_error(script)) : NULL;
}

static void keep(etp_performance *performances, const etp_run *run, const etp_crew *crew)
{
    for (unsigned seat = 0; seat < crew->count; seat++) {
        etp_firm_result firm = {0};
        etp_run_firm(run, seat, &firm);
        performances[seat] = (etp_performance){
            .worth = firm.worth, .paid = firm.paid, .energy = firm.energy, .bids = firm.bids, .trades = firm.trades};
        keep_script(&performances[seat], crew->scripts[seat]);
    }
}

/* ---- the game ---- */

static int play(world *around, const etp_crew *crew, etp_performance *performances, etp_error *error)
{
    etp_run *run = NULL;
    around->run.firms = crew->firms;
    around->run.firm_count = crew->count;
    around->run.policy = etp_script_bess_hooks(crew->policy);
    around->run.policy_user = crew->policy;
    int status = etp_stage_start_run(&run, &around->run, error);
    if (status == ETP_EXIT_DONE)
        status = etp_whole_run(run, "game", error);
    if (status == ETP_EXIT_DONE)
        keep(performances, run, crew);
    etp_run_free(run);
    return status;
}

int etp_tournament_play(void *user, size_t game, etp_error *error)
{
    etp_tournament *tournament = user;
    const etp_design *design = &tournament->design;
    const etp_stage *stage = &tournament->stage;
    unsigned seated[SEATS_MAX];
    etp_crew crew = {0};
    world around;
    for (unsigned seat = 0; seat < design->seats; seat++)
        seated[seat] = etp_design_entrant(design, game, seat);
    int status = set_world(&around, tournament, etp_design_round(design, game), error);
    if (status == ETP_EXIT_DONE)
        status = etp_crew_seat(&crew, &stage->lineup, seated, design->seats, &stage->settings, error);
    if (status == ETP_EXIT_DONE)
        status = play(&around, &crew, tournament->performances + game * design->seats, error);
    etp_crew_fini(&crew);
    etp_trace_fini(&around.made);
    return status;
}
