/* SPDX-License-Identifier: MIT */
/* `etp-engine node`: a battery or an aggregator as a process of its own, on a real network. */
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/log_lines.h"
#include "cli/node/key_list.h"
#include "cli/option_table.h"
#include "cli/usage.h"
#include "node/check.h"
#include "node/station.h"
#include "program/output.h"
#include "program/status.h"

static const char head[] =
    "usage: etp-engine node [options] FILE.lua\n"
    "\n"
    "Runs a battery, an aggregator or a relay as a process of its own, on a real network and by the clock\n"
    "on the wall, until it is told to end. FILE.lua returns a table that says which: docs/live.md has a guide.\n"
    "\n"
    "Signals: SIGHUP reads FILE.lua again, and the certificates, keys and lists that it names; SIGUSR1 prints\n"
    "the delay table; SIGTERM and SIGINT tell all peers and end the node when its open holds have ended, a\n"
    "second one ends it at once.\n"
    "\n"
    "Example:\n"
    "  etp-engine node --check examples/live/battery.lua && etp-engine node examples/live/battery.lua\n";

typedef struct node_options {
    etp_options common;
    const char *json; /* NULL when not given */
    bool check, keys;
} node_options;

static const etp_option own[] = {
    {"Options", "check", NULL, NULL, "look at the file and all that it names, say what the node would do, and end",
     &etp_option_kind_flag, offsetof(node_options, check), 0, 0},
    {NULL, "json", "FILE", NULL, "at the end write trades, delays and peers; - is standard output",
     &etp_option_kind_file, offsetof(node_options, json), 0, 0},
    {NULL, "keys", NULL, NULL, "print every key that FILE.lua may have: unit, range, default", &etp_option_kind_flag,
     offsetof(node_options, keys), 0, 0},
    {NULL, "help", NULL, NULL, "print this", &etp_option_kind_flag, offsetof(node_options, common.help), 0, 0},
};
static const char *const shared[] = {"log", NULL};
static const etp_vocabulary vocabulary = {"node", shared, own, sizeof own / sizeof own[0]};

void etp_node_help(void)
{
    fputs(head, stdout);
    etp_usage_options(&vocabulary);
}

/* ---- what is asked for ---- */

static int check_options(const node_options *options, etp_error *error)
{
    const etp_options *common = &options->common;
    if (common->file_count == 0)
        etp_fail(error, ETP_EINVAL, "node of what? etp-engine node FILE.lua; examples/live has two to begin with");
    else if (common->file_count > 1)
        etp_fail(error, ETP_EINVAL, "node takes one configuration, and %s was given besides %s", common->files[1],
                 common->files[0]);
    else if (options->check && options->json != NULL)
        etp_fail(error, ETP_EINVAL, "--check runs nothing, so there is nothing for --json");
    else if (etp_output_is_file(options->json, common->files[0]))
        etp_fail(error, ETP_EINVAL, "--json %s would write over the configuration", options->json);
    else
        return ETP_EXIT_DONE;
    return ETP_EXIT_USAGE;
}

/* ---- findings ---- */

/* All but the last error go out here; the last one is main()'s. */
static int fail_with(const etp_findings *findings, etp_error *error)
{
    const char *last = NULL;
    for (unsigned i = 0; i < findings->count; i++) {
        if (!findings->list[i].is_error)
            continue;
        if (last != NULL)
            fprintf(stderr, "etp-engine: %s\n", last);
        last = findings->list[i].text;
    }
    etp_fail(error, ETP_EINVAL, "%s", last != NULL ? last : "no memory");
    return ETP_EXIT_FAILED;
}

static int check_only(const char *file, const etp_logger *logger, etp_error *error)
{
    etp_findings findings = {.count = 0};
    int status = ETP_EXIT_DONE;
    bool good = etp_node_check(file, logger, stdout, &findings);
    for (unsigned i = 0; i < findings.count; i++)
        if (!findings.list[i].is_error)
            printf("warning: %s\n", findings.list[i].text);
    if (!good)
        status = fail_with(&findings, error);
    etp_findings_fini(&findings);
    return status == ETP_EXIT_DONE ? etp_output_flush(error) : status;
}

/* ---- running ---- */

/* The result is opened before the node begins: a path that cannot be written to is found at once. */
static int write_json(const etp_station *station, etp_output *output, etp_error *error)
{
    if (output->file == NULL)
        return ETP_EXIT_DONE;
    return etp_output_finish_json(output, etp_station_write_json(station, output->file), error);
}

/* When results go to standard output, lines go to standard error. */
static FILE *lines_of(const node_options *options)
{
    return options->json != NULL && strcmp(options->json, "-") == 0 ? stderr : stdout;
}

/* Whoever ends a node twice gets what he asked for, and is told what it may have cost. */
static int tell_open(const etp_station *station, etp_error *error)
{
    const char *open = station->config.role == ETP_NODE_BATTERY ? "an award was held" : "a trade was in doubt";
    if (!etp_station_has_open(station))
        return ETP_EXIT_DONE;
    if (station->end != ETP_STATION_CUT) {
        etp_log(&station->options.logger, ETP_LOG_WARN, "node", "text=\"ended while %s, after waiting for it\"", open);
        return ETP_EXIT_DONE;
    }
    etp_fail(error, ETP_ESTATE, "the node was ended at once, while %s", open);
    return ETP_EXIT_FAILED;
}

static int serve(etp_station *station, const node_options *options, etp_output *output, etp_error *error)
{
    if (etp_station_serve(station, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    int result = etp_station_finish(station, error);
    etp_station_print_end(station, lines_of(options));
    int status = write_json(station, output, error);
    if (result != ETP_OK)
        return ETP_EXIT_FAILED;
    return status == ETP_EXIT_DONE ? tell_open(station, error) : status;
}

static int run_node(const node_options *options, const etp_logger *logger, etp_output *output, etp_error *error)
{
    etp_findings findings = {.count = 0};
    const etp_station_options made = {.file = options->common.files[0], .out = lines_of(options), .logger = *logger};
    etp_station *station = etp_station_new(&made, &findings);
    int status;
    if (station == NULL) {
        status = fail_with(&findings, error);
    } else {
        etp_tell_start(station, &findings);
        etp_tell_ready(station);
        status = serve(station, options, output, error);
    }
    etp_station_free(station);
    etp_findings_fini(&findings);
    return status;
}

/* A reader that goes away must not end a node that has energy held. */
static int run(const node_options *options, etp_error *error)
{
    etp_log_lines lines;
    etp_progress progress = {0};
    etp_output output;
    const etp_logger logger = etp_log_lines_begin(&lines, &progress, options->common.log);
    if (options->check)
        return check_only(options->common.files[0], &logger, error);
    signal(SIGPIPE, SIG_IGN);
    int status = etp_output_open(&output, options->json, true, error);
    if (status == ETP_EXIT_DONE)
        status = run_node(options, &logger, &output, error);
    etp_output_drop(&output);
    return status;
}

int etp_node_start(const char *program, int argc, char **argv, etp_error *error)
{
    (void)program;
    node_options options = {.json = NULL};
    int status = etp_options_parse_as(&options.common, &vocabulary, argc, argv, error);
    if (status == ETP_EXIT_DONE && options.common.help) {
        etp_node_help();
        status = etp_output_flush(error);
    } else if (status == ETP_EXIT_DONE && options.keys) {
        etp_key_list_print();
        status = etp_output_flush(error);
    } else if (status == ETP_EXIT_DONE) {
        status = check_options(&options, error);
        if (status == ETP_EXIT_DONE)
            status = run(&options, error);
    }
    etp_options_fini(&options.common);
    return status;
}
