/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/describe.h"
#include "cli/stage.h"
#include "program/output.h"
#include "program/status.h"
#include "report/events_writer.h"

/* ---- the runs ---- */

static const char *name_of_device(void *user, etp_id device, char *buffer, size_t size)
{
    const etp_stage *stage = user;
    etp_id first_home = etp_run_home_device(0);
    for (unsigned i = 0; i < stage->lineup.count; i++)
        if (etp_run_firm_device(i * stage->lineup.share) == device)
            return stage->lineup.entrants[i].name;
    snprintf(buffer, size, "home %" PRIu64, device - first_home);
    return buffer;
}

/* The market, its events written down as they happen. */
static int play_market(etp_stage *stage, etp_output *events, const char *attribution, etp_report_run *result,
                       etp_error *error)
{
    if (events->file == NULL)
        return etp_stage_play(stage, ETP_ACT_MARKET, NULL, result, error);
    etp_events_writer *writer = etp_events_writer_new(events->file, name_of_device, stage);
    if (writer == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for the events");
        return ETP_EXIT_FAILED;
    }
    etp_events_writer_begin(writer, attribution);
    const etp_observer observer = {etp_events_writer_take, writer};
    stage->events = writer;
    int status = etp_stage_play(stage, ETP_ACT_MARKET, &observer, result, error);
    stage->events = NULL;
    int failure = etp_events_writer_flush(writer);
    etp_events_writer_free(writer);
    if (status == ETP_EXIT_DONE && failure != 0)
        return etp_output_fail(events->path, failure, error);
    return status == ETP_EXIT_DONE ? etp_output_finish(events, error) : status;
}

/* The same homes on the same days without any market: what all benefits are counted against. */
static int play_nothing(const etp_stage *stage, etp_report *report, etp_error *error)
{
    report->costs_without_market = calloc(report->homes, sizeof *report->costs_without_market);
    if (report->costs_without_market == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for %u homes", report->homes);
        return ETP_EXIT_FAILED;
    }
    if (etp_run_without_market(&stage->run, report->costs_without_market, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    for (unsigned i = 0; i < report->homes; i++)
        report->cost_without_market += report->costs_without_market[i];
    return ETP_EXIT_DONE;
}

static int compare(etp_report *report, etp_error *error)
{
    if (etp_report_compare(report) == ETP_OK)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ENOMEM, "no memory to compare %u homes", report->homes);
    return ETP_EXIT_FAILED;
}

/* A person may end it at any interval: only then is it known for how long homes are to be run without a market. */
static int play_watched(etp_stage *stage, etp_output *events, etp_report *report, etp_description *description,
                        etp_error *error)
{
    etp_report_run market = {0};
    int status = play_market(stage, events, etp_report_attribution(report), &market, error);
    if (status == ETP_EXIT_DONE) {
        stage->run.intervals = market.totals.intervals;
        etp_describe(report, description, stage);
    }
    report->market = market;
    if (status == ETP_EXIT_DONE)
        status = play_nothing(stage, report, error);
    return status == ETP_EXIT_DONE ? compare(report, error) : status;
}

static int play_all(etp_stage *stage, etp_output *events, etp_report *report, etp_error *error)
{
    bool compared = !stage->options->no_baselines;
    etp_progress_begin(&stage->progress, !stage->options->quiet, stage->run.intervals * (compared ? 3 : 1));
    int status = play_nothing(stage, report, error);
    if (status == ETP_EXIT_DONE)
        status = play_market(stage, events, etp_report_attribution(report), &report->market, error);
    if (status == ETP_EXIT_DONE && compared)
        status = etp_stage_play(stage, ETP_ACT_UTILITY, NULL, &report->utility, error);
    if (status == ETP_EXIT_DONE && compared)
        status = etp_stage_play(stage, ETP_ACT_ALONE, NULL, &report->alone, error);
    etp_progress_clear(&stage->progress);
    return status == ETP_EXIT_DONE ? compare(report, error) : status;
}

/* ---- the results ---- */

static int write_json(const etp_report *report, etp_output *json, etp_error *error)
{
    if (json->file == NULL)
        return ETP_EXIT_DONE;
    errno = 0;
    return etp_output_finish_json(json, etp_report_write_json(report, json->file), error);
}

static bool is_standard(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static int write_table(const etp_report *report, const etp_options *options, etp_error *error)
{
    if (options->quiet || is_standard(options->json) || is_standard(options->events))
        return ETP_EXIT_DONE;
    etp_output output;
    int status = etp_output_open(&output, "-", false, error);
    if (status == ETP_EXIT_DONE) {
        etp_report_print(report, output.file);
        status = etp_output_finish(&output, error);
    }
    return status;
}

static int play_and_write(etp_stage *stage, etp_output *json, etp_output *events, etp_error *error)
{
    etp_description description;
    etp_report report;
    etp_describe(&report, &description, stage);
    int status = etp_options_by_clock(stage->options) ? play_watched(stage, events, &report, &description, error)
                                                      : play_all(stage, events, &report, error);
    if (status == ETP_EXIT_DONE)
        status = write_json(&report, json, error);
    if (status == ETP_EXIT_DONE)
        status = write_table(&report, stage->options, error);
    etp_report_fini(&report);
    return status;
}

static int check_outputs(const etp_stage *stage, etp_error *error)
{
    const etp_options *options = stage->options;
    int status = etp_stage_check_output(stage, "--json", options->json, error);
    if (status == ETP_EXIT_DONE)
        status = etp_stage_check_output(stage, "--events", options->events, error);
    return status;
}

static int fail_same_file(const etp_options *options, etp_error *error)
{
    etp_fail(error, ETP_EINVAL, "--json and --events both name %s: give each a file of its own", options->json);
    return ETP_EXIT_USAGE;
}

/* Output files are opened before the runs, so that one that cannot be written is not found out after an hour. */
static int run_staged(etp_stage *stage, etp_error *error)
{
    const etp_options *options = stage->options;
    etp_output json, events = {0};
    int status = etp_output_open(&json, options->json, true, error);
    if (status == ETP_EXIT_DONE)
        status = etp_output_open(&events, options->events, false, error);
    /* Two spellings of one name are seen as such once there is a file. */
    if (status == ETP_EXIT_DONE && etp_output_is_file(options->json, options->events))
        status = fail_same_file(options, error);
    if (status == ETP_EXIT_DONE)
        status = play_and_write(stage, &json, &events, error);
    etp_output_drop(&json);
    etp_output_drop(&events);
    return status;
}

int etp_command_run(const etp_options *options, etp_error *error)
{
    bool same = options->json != NULL && options->events != NULL && strcmp(options->json, options->events) == 0;
    if (same || etp_output_is_file(options->json, options->events))
        return fail_same_file(options, error);
    etp_stage stage;
    int status = etp_stage_set(&stage, options, error);
    if (status == ETP_EXIT_DONE)
        status = check_outputs(&stage, error);
    if (status == ETP_EXIT_DONE)
        status = run_staged(&stage, error);
    etp_stage_fini(&stage);
    return status;
}

/* ---- the digest alone ---- */

static int print_digest(const etp_report_run *market, etp_error *error)
{
    printf("%016" PRIx64 "%016" PRIx64 "\n", market->totals.digest[0], market->totals.digest[1]);
    return etp_output_flush(error);
}

int etp_command_digest(const etp_options *options, etp_error *error)
{
    if (options->json != NULL || options->events != NULL) {
        etp_fail(error, ETP_EINVAL, "--digest writes no results: leave out --json and --events");
        return ETP_EXIT_USAGE;
    }
    etp_stage stage;
    etp_report report = {0};
    int status = etp_stage_set(&stage, options, error);
    if (status == ETP_EXIT_DONE)
        status = etp_stage_play(&stage, ETP_ACT_MARKET, NULL, &report.market, error);
    if (status == ETP_EXIT_DONE)
        status = print_digest(&report.market, error);
    etp_report_fini(&report);
    etp_stage_fini(&stage);
    return status;
}
