/* SPDX-License-Identifier: MIT */
/* `etp-engine report`: a page, and files of numbers, of a result that another command wrote as JSON. */
#include <errno.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/option_table.h"
#include "cli/usage.h"
#include "program/output.h"
#include "program/status.h"
#include "report/document/document_json.h"
#include "report/pages/pages.h"

static const char head[] =
    "usage: etp-engine report RESULT.json --out FILE.html [--csv FOLDER]\n"
    "\n"
    "Makes a page of a result that run or tournament wrote with --json, or evidence beside its own page.\n"
    "The page is one file that needs no network: it opens from disk, prints, and is dark where the\n"
    "reader's system is. With --csv the numbers of each of its tables and plots are written as CSV.\n"
    "The same result gives the same bytes.\n"
    "\n"
    "Example:\n"
    "  etp-engine greedy --json result.json && etp-engine report result.json --out result.html\n";

typedef struct report_options {
    etp_options common;
    const char *out, *csv; /* NULL when not given */
} report_options;

static const etp_option own[] = {
    {"Options", "out", "FILE", NULL, "write the page; - is standard output", &etp_option_kind_file,
     offsetof(report_options, out), 0, 0},
    {NULL, "csv", "FOLDER", NULL,
     "write FOLDER/NAME.csv for each table and plot; the folder is made if there is none, files of these names are "
     "written over",
     &etp_option_kind_file, offsetof(report_options, csv), 0, 0},
    {NULL, "help", NULL, NULL, "print this", &etp_option_kind_flag, offsetof(report_options, common.help), 0, 0},
};
static const char *const shared[] = {NULL};
static const etp_vocabulary vocabulary = {"report", shared, own, sizeof own / sizeof own[0]};

void etp_report_help(void)
{
    fputs(head, stdout);
    etp_usage_options(&vocabulary);
}

/* ---- what is asked for ---- */

static int check(const report_options *options, etp_error *error)
{
    const etp_options *common = &options->common;
    if (common->file_count == 0)
        etp_fail(error, ETP_EINVAL, "report of what? etp-engine report RESULT.json --out FILE.html");
    else if (common->file_count > 1)
        etp_fail(error, ETP_EINVAL, "report takes one result, and %s was given besides %s", common->files[1],
                 common->files[0]);
    else if (options->out == NULL && options->csv == NULL)
        etp_fail(error, ETP_EINVAL, "where to? Name a file for the page: etp-engine report %s --out FILE.html",
                 common->files[0]);
    else if (etp_output_is_file(options->out, common->files[0]))
        etp_fail(error, ETP_EINVAL, "--out %s would write over the result that the page is made of", options->out);
    else
        return ETP_EXIT_DONE;
    return ETP_EXIT_USAGE;
}

/* ---- reading ---- */

static int fail_json(const char *path, const json_error_t *reason, etp_error *error)
{
    if (json_error_code(reason) == json_error_premature_end_of_input)
        etp_fail(error, ETP_EFORMAT, "%s is no whole JSON: it ends in line %d, before its end", path, reason->line);
    else if (json_error_code(reason) == json_error_out_of_memory)
        etp_fail(error, ETP_ENOMEM, "%s: no memory to read it", path);
    else
        etp_fail(error, ETP_EFORMAT, "%s is no JSON: line %d, column %d", path, reason->line, reason->column);
    return ETP_EXIT_FAILED;
}

static int fail_file(const char *path, int reason, etp_error *error)
{
    etp_fail(error, ETP_EIO, "%s cannot be read: %s", path, strerror(reason));
    return ETP_EXIT_FAILED;
}

static int read_json(const char *path, json_t **json, etp_error *error)
{
    json_error_t reason;
    struct stat facts;
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return fail_file(path, errno, error);
    if (fstat(fileno(file), &facts) == 0 && S_ISDIR(facts.st_mode)) {
        fclose(file);
        return fail_file(path, EISDIR, error);
    }
    *json = json_loadf(file, JSON_REJECT_DUPLICATES, &reason);
    fclose(file);
    return *json != NULL ? ETP_EXIT_DONE : fail_json(path, &reason, error);
}

static int read_document(const char *path, etp_document **document, etp_error *error)
{
    json_t *json = NULL;
    etp_error reason = {0};
    int status = read_json(path, &json, error);
    if (status == ETP_EXIT_DONE && etp_document_from_result(document, json, &reason) != ETP_OK) {
        etp_fail(error, reason.code, "%s: %s", path, reason.text);
        status = ETP_EXIT_FAILED;
    }
    json_decref(json);
    return status;
}

/* ---- writing ---- */

static int put_page(const etp_document *document, etp_output *output, etp_error *error)
{
    int result = etp_document_write_html(document, output->file, error);
    if (result == ETP_OK)
        return etp_output_finish(output, error);
    return result == ETP_EIO ? etp_output_fail(output->path, errno, error) : ETP_EXIT_FAILED;
}

static int write_page(const etp_document *document, const char *path, etp_error *error)
{
    etp_output output;
    int status = etp_output_open(&output, path, true, error);
    if (status == ETP_EXIT_DONE && output.file != NULL)
        status = put_page(document, &output, error);
    etp_output_drop(&output);
    return status;
}

/* The result may lie in the folder under a name that a table has. */
static int check_folder(const etp_document *document, const report_options *options, etp_error *error)
{
    size_t i, j;
    const json_t *section, *item;
    json_array_foreach(json_object_get(etp_document_json(document), "sections"), i, section)
    {
        json_array_foreach(json_object_get(section, "items"), j, item)
        {
            char path[4096];
            const char *id = json_string_value(json_object_get(item, "id"));
            int size = snprintf(path, sizeof path, "%s/%s.csv", options->csv, id != NULL ? id : "");
            if (id == NULL || size >= (int)sizeof path || !etp_output_is_file(path, options->common.files[0]))
                continue;
            etp_fail(error, ETP_EINVAL, "--csv %s would write over %s, of which the page is made", options->csv, path);
            return ETP_EXIT_USAGE;
        }
    }
    return ETP_EXIT_DONE;
}

static int write_csv(const etp_document *document, const report_options *options, etp_error *error)
{
    if (options->csv == NULL)
        return ETP_EXIT_DONE;
    int status = check_folder(document, options, error);
    if (status != ETP_EXIT_DONE)
        return status;
    return etp_document_write_csv(document, options->csv, error) == ETP_OK ? ETP_EXIT_DONE : ETP_EXIT_FAILED;
}

/* ---- the command ---- */

static int run(const report_options *options, etp_error *error)
{
    etp_document *document = NULL;
    if (options->common.help) {
        etp_report_help();
        return etp_output_flush(error);
    }
    int status = check(options, error);
    if (status == ETP_EXIT_DONE)
        status = read_document(options->common.files[0], &document, error);
    if (status == ETP_EXIT_DONE)
        status = write_csv(document, options, error);
    if (status == ETP_EXIT_DONE)
        status = write_page(document, options->out, error);
    etp_document_free(document);
    return status;
}

int etp_report_start(const char *program, int argc, char **argv, etp_error *error)
{
    (void)program;
    report_options options = {.out = NULL};
    int status = etp_options_parse_as(&options.common, &vocabulary, argc, argv, error);
    if (status == ETP_EXIT_DONE)
        status = run(&options, error);
    etp_options_fini(&options.common);
    return status;
}
