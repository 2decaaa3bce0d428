/* SPDX-License-Identifier: MIT */
#include "cli/watch/reloads.h"

#include "program/status.h"

enum { TIME_TEXT_MAX = 40 };

/* ---- telling ---- */

/* `refusal` and `after`, where a version of --swap would go, may be NULL. */
static void write_down(const etp_reloads *reloads, unsigned index, const char *kind, const char *after,
                       const char *refusal)
{
    etp_member member = etp_crew_member(reloads->crew, index);
    if (reloads->stage->events == NULL)
        return;
    const etp_version_line line = {.kind = kind,
                                   .when = etp_run_now(reloads->run),
                                   .interval = etp_run_done(reloads->run),
                                   .strategy = member.name,
                                   .version = etp_script_version(member.script),
                                   .hash = etp_script_hash(member.script),
                                   .swap_at = after,
                                   .error = refusal};
    etp_events_writer_version(reloads->stage->events, &line);
}

void etp_reloads_begin(const etp_reloads *reloads)
{
    for (unsigned i = 0; i < etp_crew_member_count(reloads->crew); i++)
        write_down(reloads, i, "load", NULL, NULL);
}

int etp_reloads_tell(const etp_reloads *reloads, unsigned index, const etp_error *refusal, etp_error *error)
{
    etp_member member = etp_crew_member(reloads->crew, index);
    char after[TIME_TEXT_MAX];
    etp_swap_show_time(etp_run_now(reloads->run) - etp_run_starts(reloads->run, 0), after, sizeof after);
    write_down(reloads, index, refusal == NULL ? "reload" : "reload_refused", after,
               refusal != NULL ? refusal->text : NULL);
    if (refusal != NULL || etp_crew_note_version(&member) == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ENOMEM, "no memory for the versions of %s", member.name);
    return ETP_EXIT_FAILED;
}

/* ---- scheduled versions ---- */

/* Whole intervals first, so that the bar moves. */
static int go_to(const etp_reloads *reloads, etp_time until, etp_error *error)
{
    etp_run *run = reloads->run;
    int more = 1;
    while (more > 0 && etp_run_starts(run, etp_run_done(run) + 1) <= until) {
        more = etp_run_step(run, error);
        etp_progress_step(&reloads->stage->progress);
    }
    if (more > 0)
        more = etp_run_advance(run, until, error);
    return more >= 0 ? ETP_EXIT_DONE : ETP_EXIT_FAILED;
}

static int swap(const etp_reloads *reloads, const etp_swap *swap, etp_error *error)
{
    etp_error refusal = {0};
    char after[TIME_TEXT_MAX];
    unsigned index = etp_crew_find(reloads->crew, swap->target);
    etp_script *script = etp_crew_member(reloads->crew, index).script;
    if (etp_script_reload_from(script, swap->path, etp_run_now(reloads->run), &refusal) == ETP_OK)
        return etp_reloads_tell(reloads, index, NULL, error);
    etp_swap_show_time(swap->after, after, sizeof after);
    etp_fail(error, refusal.code, "--swap %s=%s@%s: %s", swap->target, swap->path, after, refusal.text);
    return ETP_EXIT_FAILED;
}

int etp_reloads_play_swaps(const etp_reloads *reloads, etp_error *error)
{
    const etp_swaps *swaps = &reloads->stage->swaps;
    etp_time begins = etp_run_starts(reloads->run, 0);
    int status = ETP_EXIT_DONE;
    etp_reloads_begin(reloads);
    for (unsigned i = 0; i < swaps->count && status == ETP_EXIT_DONE; i++) {
        status = go_to(reloads, begins + swaps->list[i].after, error);
        if (status == ETP_EXIT_DONE)
            status = swap(reloads, &swaps->list[i], error);
    }
    while (status == ETP_EXIT_DONE && etp_run_done(reloads->run) < reloads->stage->run.intervals)
        status = go_to(reloads, etp_run_starts(reloads->run, etp_run_done(reloads->run) + 1), error);
    return status;
}
