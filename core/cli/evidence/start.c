/* SPDX-License-Identifier: MIT */
/* The command evidence, from its arguments to the report. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/evidence/data_notes.h"
#include "cli/evidence/evidence.h"
#include "cli/log_lines.h"
#include "cli/usage.h"
#include "program/output.h"
#include "program/share.h"
#include "program/status.h"
#include "report/document/document.h"

static const char built_in[] = "built-in";
static const char default_scenario[] = "study.lua";

enum { PATH_SIZE = 4096 + 32 };

/* ---- options ---- */

#define OWN(field) offsetof(etp_evidence_options, field)

static const etp_option own_options[] = {
    {"The study", "data", "FOLDER", NULL,
     "real prices and households, found by their content; built-in: made-up ones, as an illustration",
     &etp_option_kind_file, OWN(data), 0, 0},
    {NULL, "quick", NULL, NULL, "the short version of the scenario: a minute's work, too little to conclude from",
     &etp_option_kind_flag, OWN(quick), 0, 0},
    {NULL, "scenario", "FILE", NULL, "what is assumed and compared [the shipped scenarios/study.lua]",
     &etp_option_kind_file, OWN(scenario), 0, 0},
    {NULL, "set", "NAME=VALUE", NULL, "change a value of the scenario; may be repeated", &etp_option_kind_set, 0, 0, 0},
    {"Results", "out", "FILE.html", "report.html",
     "the page; beside it FILE.json, FILE-tables/ with a CSV for each table and plot", &etp_option_kind_file, OWN(out),
     0, 0},
    {NULL, "work", "FOLDER", NULL, "what is computed is kept here, and taken from here [FILE-cells/]",
     &etp_option_kind_file, OWN(work), 0, 0},
    {NULL, "fresh", NULL, NULL, "compute all again, whatever is there", &etp_option_kind_flag, OWN(fresh), 0, 0},
    {NULL, "jobs", "N", NULL, "how many runs at once; changes nothing in the result [one per processor]",
     &etp_option_kind_whole, OWN(jobs), 1, 256},
};
static const char *const shared_options[] = {"quiet", "log", "help", NULL};
static const etp_vocabulary vocabulary = {"evidence", shared_options, own_options,
                                          sizeof own_options / sizeof own_options[0]};

/* ---- help ---- */

static void list_knobs(void)
{
    printf("\nThe scenario (--set NAME=VALUE; scenarios/study.lua says where its values come from):\n");
    for (unsigned i = 0; i < etp_knob_count(); i++) {
        etp_knob knob = etp_knob_describe(i);
        char doc[512];
        const char *gap = *knob.unit != '\0' ? ", " : "";
        if (knob.low < knob.high)
            snprintf(doc, sizeof doc, "%s, %.12g to %.12g%s%s", knob.doc, knob.low, knob.high,
                     *knob.unit != '\0' ? " " : "", knob.unit);
        else
            snprintf(doc, sizeof doc, "%s%s%s", knob.doc, gap, knob.unit);
        etp_usage_entry(knob.name, doc);
    }
}

void etp_evidence_help(void)
{
    fputs("usage: etp-engine evidence --data FOLDER [--out FILE.html] [options]\n"
          "\n"
          "Answers whether competing aggregators give battery owners fairer prices than a single utility: runs\n"
          "the experiments of a scenario on real prices and households, and writes a report with every figure,\n"
          "its 95 % interval, and a conclusion in plain words, whichever way it goes.\n"
          "\n"
          "Examples:\n"
          "  etp-engine evidence --data ~/nem --out report.html\n"
          "  etp-engine evidence --data ~/nem --quick\n"
          "  etp-engine evidence --data ~/nem --quick --set homes.count=20 --set world.q=0.8\n"
          "  etp-engine evidence --data built-in --quick\n"
          "\n"
          "It may be ended at any time: given again, the same command goes on where it was. The same command\n"
          "gives the same bytes. docs/evidence.md says what is measured and how, docs/data.md which files it\n"
          "takes and where they are to be had.\n",
          stdout);
    etp_usage_options(&vocabulary);
    list_knobs();
    fputs("\n"
          "Exit status: as of run (etp-engine --help).\n",
          stdout);
}

/* ---- before it is run ---- */

static int fail_without_data(etp_error *error)
{
    etp_fail(
        error, ETP_EINVAL,
        "a study needs real data, and none comes with etp-engine: say --data FOLDER, with price files of AEMO and "
        "households of Ausgrid and CityLearn in it (docs/data.md says where they are to be had), or --data built-in "
        "for an illustration with made-up prices and homes");
    return ETP_EXIT_USAGE;
}

static int check(const etp_evidence_options *options, etp_error *error)
{
    if (options->shared.file_count > 0) {
        etp_fail(error, ETP_EINVAL,
                 "evidence takes no file such as %s: a scenario is named with --scenario, data with "
                 "--data",
                 options->shared.files[0]);
        return ETP_EXIT_USAGE;
    }
    return options->data != NULL ? ETP_EXIT_DONE : fail_without_data(error);
}

static int find_scenario(const etp_evidence_options *options, char path[PATH_SIZE], etp_error *error)
{
    char folder[ETP_SHARE_PATH_MAX];
    if (options->scenario != NULL) {
        snprintf(path, PATH_SIZE, "%s", options->scenario);
        return ETP_EXIT_DONE;
    }
    if (etp_share_find(ETP_SHARE_SCENARIOS, folder, sizeof folder)) {
        snprintf(path, PATH_SIZE, "%s/%s", folder, default_scenario);
        return ETP_EXIT_DONE;
    }
    const char *sources, *installed;
    etp_share_places(ETP_SHARE_SCENARIOS, &sources, &installed);
    etp_fail(error, ETP_ENOENT,
             "the scenario that comes with etp-engine is neither in %s nor in %s: name one with "
             "--scenario",
             sources, installed);
    return ETP_EXIT_FAILED;
}

/* What cannot be written is found out now, and not after an hour. */
static int try_result(const etp_evidence_paths *paths, etp_error *error)
{
    etp_output output;
    int status = etp_output_open(&output, etp_document_has_pages() ? paths->page : paths->json, true, error);
    etp_output_drop(&output);
    return status;
}

/* What is read is not written over. */
static int keep_input(const etp_evidence_paths *paths, const char *input, const char *what, etp_error *error)
{
    const char *page = etp_output_is_file(paths->page, input) ? paths->page : NULL;
    const char *written = etp_output_is_file(paths->json, input) ? paths->json : page;
    if (written == NULL)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_EINVAL, "--out would write over %s, which is %s: give another name", written, what);
    return ETP_EXIT_USAGE;
}

static int keep_data(const etp_study *study, const etp_evidence_paths *paths, etp_error *error)
{
    int status = ETP_EXIT_DONE;
    for (size_t i = 0; i < study->catalogue.count && status == ETP_EXIT_DONE; i++)
        status = keep_input(paths, study->catalogue.files[i].path, "a file of the folder of data", error);
    return status;
}

/* ---- what is told ---- */

static void tell_data(const etp_data_notes *notes)
{
    for (unsigned i = 0; i < notes->count; i++)
        fprintf(stderr, "%s\n", notes->text[i]);
}

static void tell_plan(const etp_study *study)
{
    const etp_study_view *view = etp_study_view_of(study);
    for (unsigned i = 0; i < view->left_out_count; i++)
        fprintf(stderr, "Left out: %s\n", view->left_out[i]);
    if (!etp_document_has_pages())
        fputs("Left out: the page, for which this etp-engine would have to be built with D3 5 (package node-d3). There "
              "will be JSON and CSV.\n",
              stderr);
}

static void tell_hypothesis(const etp_hypothesis *hypothesis)
{
    enum { INDENT = 5 };
    char answer[ETP_FINDING_TEXT_MAX + 64];
    snprintf(answer, sizeof answer, "%s: %s", etp_answer_text(hypothesis->answer), hypothesis->figures);
    etp_usage_text(hypothesis->claim, printf("\n%s", hypothesis->id) - 1, INDENT);
    etp_usage_text(answer, 0, INDENT);
}

static int tell_findings(const etp_findings *findings, const etp_evidence_paths *paths, etp_error *error)
{
    if (findings->caution[0] != '\0') {
        etp_usage_text(findings->caution, 0, 0);
        putchar('\n');
    }
    etp_usage_text(findings->verdict, 0, 0);
    for (unsigned i = 0; i < ETP_HYPOTHESES; i++)
        tell_hypothesis(&findings->hypothesis[i]);
    if (etp_document_has_pages())
        printf("\nThe page, its data, and a CSV for each table and plot:\n  %s\n", paths->page);
    else
        printf("\nThe data of a page, and a CSV for each table and plot:\n");
    printf("  %s\n  %s/\n", paths->json, paths->tables);
    return etp_output_flush(error);
}

/* ---- the study ---- */

static int run_study(etp_study *study, const etp_data_notes *notes, const etp_evidence_options *options,
                     const etp_evidence_paths *paths, etp_progress *progress, etp_error *error)
{
    etp_findings findings = {0};
    bool shown = !options->shared.quiet;
    if (shown)
        tell_plan(study);
    int status = etp_study_run(study, progress, shown, error);
    if (status == ETP_EXIT_DONE)
        status = etp_evidence_write(study, notes, paths, &findings, error);
    return status == ETP_EXIT_DONE && shown ? tell_findings(&findings, paths, error) : status;
}

/* Where it ends before it begins, a file that cannot be used is often why. */
static int set_study(etp_study *study, const etp_study_options *how, bool shown, etp_data_notes *notes,
                     etp_error *error)
{
    etp_error unused = {0};
    int status = etp_study_set(study, how, error);
    int noted = etp_data_notes_make(notes, study, status == ETP_EXIT_DONE ? error : &unused);
    if (shown || status != ETP_EXIT_DONE)
        tell_data(notes);
    if (status == ETP_EXIT_DONE)
        status = noted;
    if (status == ETP_EXIT_DONE)
        status = etp_data_check_households(study, error);
    return status == ETP_EXIT_DONE ? etp_data_check_prices(study, error) : status;
}

static int run_with(const etp_evidence_options *options, const etp_study_options *how, const etp_evidence_paths *paths,
                    etp_progress *progress, etp_error *error)
{
    etp_study *study = malloc(sizeof *study);
    if (study == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for the study");
        return ETP_EXIT_FAILED;
    }
    etp_data_notes notes = {0};
    int status = set_study(study, how, !options->shared.quiet, &notes, error);
    if (status == ETP_EXIT_DONE)
        status = keep_data(study, paths, error);
    if (status == ETP_EXIT_DONE)
        status = run_study(study, &notes, options, paths, progress, error);
    etp_data_notes_fini(&notes);
    etp_study_fini(study);
    free(study);
    return status;
}

static int play(const etp_evidence_options *options, etp_error *error)
{
    char scenario[PATH_SIZE];
    etp_evidence_paths paths;
    etp_progress progress = {0};
    etp_log_lines lines;
    etp_logger logger = etp_log_lines_begin(&lines, &progress, options->shared.log);
    int status = etp_evidence_name_paths(&paths, options, error);
    if (status == ETP_EXIT_DONE)
        status = find_scenario(options, scenario, error);
    if (status == ETP_EXIT_DONE)
        status = keep_input(&paths, scenario, "the scenario", error);
    if (status == ETP_EXIT_DONE)
        status = try_result(&paths, error);
    if (status != ETP_EXIT_DONE)
        return status;
    char *command = etp_evidence_command(options);
    const etp_study_options how = {.scenario = scenario,
                                   .data = strcmp(options->data, built_in) == 0 ? NULL : options->data,
                                   .work = paths.work,
                                   .sets = options->shared.sets,
                                   .set_count = options->shared.set_count,
                                   .jobs = (unsigned)options->jobs,
                                   .quick = options->quick,
                                   .fresh = options->fresh,
                                   .command = command != NULL ? command : "",
                                   .logger = &logger};
    status = run_with(options, &how, &paths, &progress, error);
    free(command);
    return status;
}

static int start(const etp_evidence_options *options, etp_error *error)
{
    if (options->shared.help) {
        etp_evidence_help();
        return etp_output_flush(error);
    }
    int status = check(options, error);
    return status == ETP_EXIT_DONE ? play(options, error) : status;
}

int etp_evidence_start(const char *program, int argc, char **argv, etp_error *error)
{
    etp_evidence_options options = {.data = NULL};
    (void)program;
    int status = etp_options_parse_as(&options.shared, &vocabulary, argc, argv, error);
    if (status == ETP_EXIT_DONE)
        status = start(&options, error);
    etp_options_fini(&options.shared);
    return status;
}
