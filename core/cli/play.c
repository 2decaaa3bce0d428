/* SPDX-License-Identifier: MIT */
/* One run from its first interval to its last, and what is kept of it. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/stage.h"
#include "cli/watch/session.h"
#include "program/status.h"
#ifdef ETP_HAS_LIVE
#include "cli/live/market.h"
#endif

static const char *const act_names[] = {"market", "utility", "alone"};
static const char utility_name[] = "single utility";

/* ---- what scripts did ---- */

static void copy_first_line(char *to, size_t size, const char *text)
{
    snprintf(to, size, "%.*s", (int)strcspn(text, "\n"), text);
}

static int describe_versions(etp_report_script *report, const etp_versions *versions)
{
    report->versions = calloc(versions->count + 1, sizeof *report->versions);
    if (report->versions == NULL)
        return ETP_ENOMEM;
    report->version_count = versions->count;
    for (unsigned i = 0; i < versions->count; i++)
        snprintf(report->versions[i], sizeof report->versions[i], "%s", versions->hashes[i]);
    return ETP_OK;
}

static int describe_script(etp_report_script *report, const char *name, const etp_script *script,
                           const etp_versions *versions)
{
    etp_script_stats stats;
    etp_script_get_stats(script, &stats);
    *report = (etp_report_script){.calls = stats.calls,
                                  .errors = stats.errors,
                                  .overruns = stats.overruns,
                                  .log_lines = stats.log_lines,
                                  .log_dropped = stats.log_dropped,
                                  .reloads_refused = stats.reloads_refused,
                                  .suspended = stats.suspended,
                                  .param_count = etp_script_param_count(script)};
    snprintf(report->name, sizeof report->name, "%s", name);
    snprintf(report->hash, sizeof report->hash, "%s", etp_script_hash(script));
    copy_first_line(report->last_error, sizeof report->last_error, etp_script_last_error(script));
    report->params = calloc(report->param_count + 1, sizeof *report->params);
    if (report->params == NULL)
        return ETP_ENOMEM;
    for (unsigned i = 0; i < report->param_count; i++) {
        etp_param param;
        etp_script_param(script, i, &param);
        snprintf(report->params[i].name, sizeof report->params[i].name, "%s", param.name);
        report->params[i].value = param.value;
    }
    return describe_versions(report, versions);
}

static int describe_firms(etp_report_run *report, const etp_crew *crew)
{
    int result = ETP_OK;
    for (unsigned i = 0; i < crew->count && result == ETP_OK; i++) {
        report->firms[i].device = etp_run_firm_device(crew->firms[i].portfolio);
        result = describe_script(&report->firms[i].script, crew->firms[i].name, crew->scripts[i], &crew->versions[i]);
    }
    if (crew->count == 0) {
        report->firms[0].device = etp_run_firm_device(0);
        snprintf(report->firms[0].script.name, sizeof report->firms[0].script.name, "%s", utility_name);
    }
    return result;
}

static int keep(etp_report_run *report, const etp_run *run, const etp_crew *crew, unsigned homes, etp_error *error)
{
    int result = etp_report_run_fill(report, run, homes);
    if (result == ETP_OK)
        result = describe_firms(report, crew);
    if (result == ETP_OK)
        result =
            describe_script(&report->policy, etp_script_name(crew->policy), crew->policy, &crew->versions[crew->count]);
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, result, "no memory for the result");
    return ETP_EXIT_FAILED;
}

/* ---- the run itself ---- */

static int step_all(etp_stage *stage, etp_run *run, etp_error *error)
{
    int more = 1;
    while (more > 0) {
        more = etp_run_step(run, error);
        if (more >= 0)
            etp_progress_step(&stage->progress);
    }
    return more == 0 ? ETP_EXIT_DONE : ETP_EXIT_FAILED;
}

/* Nothing may be lost: a result whose accounts are off is worth nothing. */
static int check(const etp_stage *stage, etp_act act, const etp_run *run, etp_error *error)
{
    etp_error inner = {0};
    if (etp_run_check(run, &inner) != ETP_OK) {
        etp_fail(error, ETP_ECONSERVATION, "the accounts of the run '%s' are off, which is a fault of etp-engine: %s",
                 act_names[act], inner.text);
        return ETP_EXIT_FAILED;
    }
    etp_run_totals totals;
    etp_run_get_totals(run, &totals);
    etp_log(&stage->logger, ETP_LOG_DEBUG, "run",
            "act=%s conserved=yes intervals=%zu auctions=%" PRIu64 " bids=%" PRIu64 " trades=%" PRIu64
            " sold_mwh=%" PRId64 " paid_micro=%" PRId64 " in_doubt=%" PRIu64 " digest=%016" PRIx64 "%016" PRIx64,
            act_names[act], totals.intervals, totals.auctions, totals.bids, totals.trades, totals.sold, totals.paid,
            totals.in_doubt, totals.digest[0], totals.digest[1]);
    return ETP_EXIT_DONE;
}

int etp_stage_start_run(etp_run **run, const etp_run_options *options, etp_error *error)
{
    int result = etp_run_new(run, options, error);
    if (result == ETP_OK)
        return ETP_EXIT_DONE;
    if (error->text[0] == '\0')
        etp_fail(error, result, "the run cannot be set up: %s", etp_strerror(result));
    return result == ETP_EINVAL || result == ETP_ERANGE ? ETP_EXIT_USAGE : ETP_EXIT_FAILED;
}

/* Only the market's scripts are ever replaced: what it is compared with stays what it is. */
static int go(etp_stage *stage, etp_act act, etp_run *run, etp_crew *crew, etp_error *error)
{
    const etp_reloads reloads = {stage, run, crew};
#ifdef ETP_HAS_LIVE
    if (act == ETP_ACT_MARKET && stage->live != NULL)
        return etp_live_market_play(stage->live, &reloads, error);
#endif
    if (act == ETP_ACT_MARKET && stage->options->watch)
        return etp_session_play(&reloads, NULL, error);
    if (act == ETP_ACT_MARKET && stage->swaps.count > 0)
        return etp_reloads_play_swaps(&reloads, error);
    return step_all(stage, run, error);
}

/* The market alone is ever carried by real links. */
static int begin_live(etp_stage *stage, etp_act act, etp_run_options *options, etp_error *error)
{
#ifdef ETP_HAS_LIVE
    if (act != ETP_ACT_MARKET || stage->options->live == NULL)
        return ETP_EXIT_DONE;
    int status = etp_live_market_new(&stage->live, stage->options->live, error);
    if (status == ETP_EXIT_DONE)
        options->carriage = etp_live_market_carriage(stage->live);
    return status;
#else
    (void)stage;
    (void)act;
    (void)options;
    (void)error;
    return ETP_EXIT_DONE;
#endif
}

static void end_live(etp_stage *stage)
{
#ifdef ETP_HAS_LIVE
    etp_live_market_free(stage->live);
#endif
    stage->live = NULL;
}

static int play(etp_stage *stage, etp_act act, const etp_run_options *options, etp_crew *crew, etp_report_run *result,
                etp_error *error)
{
    etp_run *run = NULL;
    int status = etp_stage_start_run(&run, options, error);
    if (status == ETP_EXIT_DONE)
        status = go(stage, act, run, crew, error);
    if (status == ETP_EXIT_DONE)
        status = check(stage, act, run, error);
    if (status == ETP_EXIT_DONE)
        status = keep(result, run, crew, options->homes, error);
#ifdef ETP_HAS_LIVE
    if (status == ETP_EXIT_DONE && act == ETP_ACT_MARKET && stage->live != NULL)
        etp_live_market_describe(stage->live, &result->live);
#endif
    end_live(stage);
    etp_run_free(run);
    return status;
}

static int load_crew(etp_crew *crew, const etp_stage *stage, etp_act act, etp_error *error)
{
    unsigned first = act == ETP_ACT_ALONE ? stage->lineup.first : 0;
    unsigned count = act == ETP_ACT_MARKET ? stage->lineup.count : act == ETP_ACT_ALONE ? 1 : 0;
    /* What scripts have to say is the same in every act: once is enough. */
    const etp_logger *logger = act == ETP_ACT_MARKET ? &stage->logger : NULL;
    return etp_crew_load(crew, &stage->lineup, first, count, &stage->settings, logger, error);
}

int etp_stage_play(etp_stage *stage, etp_act act, const etp_observer *observer, etp_report_run *result,
                   etp_error *error)
{
    etp_crew crew;
    etp_run_options options = stage->run;
    int status = load_crew(&crew, stage, act, error);
    options.merged = act == ETP_ACT_UTILITY;
    options.firms = crew.firms;
    options.firm_count = crew.count;
    if (crew.policy != NULL)
        options.policy = etp_script_bess_hooks(crew.policy);
    options.policy_user = crew.policy;
    if (observer != NULL)
        options.observer = *observer;
    if (status == ETP_EXIT_DONE)
        status = begin_live(stage, act, &options, error);
    if (status == ETP_EXIT_DONE)
        status = play(stage, act, &options, &crew, result, error);
    if (act == ETP_ACT_MARKET)
        etp_crew_tell_dropped(&crew, &stage->logger);
    etp_crew_fini(&crew);
    return status;
}
