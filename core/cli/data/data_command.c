/* SPDX-License-Identifier: MIT */
/* `etp-engine data`: what files of prices, homes and tariffs are, by their content. */
#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/data/data.h"
#include "cli/option_table.h"
#include "cli/usage.h"
#include "program/output.h"
#include "program/status.h"

static const char head[] =
    "usage: etp-engine data [--json] FILE|FOLDER...\n"
    "\n"
    "Says of each file what it is, by its content: its format, its span on NEM time (UTC+10), its gaps and\n"
    "repeats, its extremes, and what is odd in it. Files may be gzip-compressed. Of a folder all files that\n"
    "are data are looked at. Prices are compared with the market's caps where a table of them is among the\n"
    "files.\n"
    "\n"
    "  etp-engine data PRICE_AND_DEMAND_202501_VIC1.csv\n"
    "  etp-engine data --json prices/ > prices.json\n";

typedef struct data_options {
    etp_options common;
    bool json;
} data_options;

static const etp_option own[] = {
    {"Options", "json", NULL, NULL, "the same for programs; docs/data.md names the keys", &etp_option_kind_flag,
     offsetof(data_options, json), 0, 0},
    {NULL, "help", NULL, NULL, "print this", &etp_option_kind_flag, offsetof(data_options, common.help), 0, 0},
};
static const char *const shared[] = {NULL};
static const etp_vocabulary vocabulary = {"data", shared, own, sizeof own / sizeof own[0]};

/* ---- gathering ---- */

static bool is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static int gather(etp_catalogue *catalogue, const etp_options *options, etp_error *error)
{
    int rc = 0;
    for (unsigned i = 0; i < options->file_count && rc == 0; i++) {
        const char *path = options->files[i];
        rc = is_folder(path) ? etp_catalogue_add_folder(catalogue, path, error)
                             : etp_catalogue_add_file(catalogue, path, error);
    }
    return rc == 0 ? etp_catalogue_check_caps(catalogue, error) : rc;
}

/* ---- the end ---- */

static bool is_named(const etp_options *options, const char *path)
{
    for (unsigned i = 0; i < options->file_count; i++)
        if (strcmp(options->files[i], path) == 0)
            return true;
    return false;
}

/* A file of a folder that has a format of its own is no failure; one that was named is, and so is a broken one. */
static int judge(const etp_catalogue *catalogue, const etp_options *options, etp_error *error)
{
    size_t failed = 0;
    for (size_t i = 0; i < catalogue->count; i++) {
        const etp_catalogue_file *file = &catalogue->files[i];
        failed += file->code != 0 && (!file->unknown || is_named(options, file->path));
    }
    if (failed == 0 && catalogue->count > 0)
        return ETP_EXIT_DONE;
    if (catalogue->count == 0) {
        etp_fail(error, ETP_ENOENT, "%s holds no file of data; docs/data.md lists the formats that are known",
                 options->files[0]);
        return ETP_EXIT_FAILED;
    }
    etp_fail(error, ETP_EFORMAT, "%zu of %zu %s cannot be used; what is wrong is said with each", failed,
             catalogue->count, catalogue->count == 1 ? "file" : "files");
    return ETP_EXIT_FAILED;
}

static int write(const etp_catalogue *catalogue, const data_options *options, etp_error *error)
{
    etp_output output;
    int status = etp_output_open(&output, "-", false, error);
    if (status != ETP_EXIT_DONE)
        return status;
    errno = 0;
    int result = ETP_OK;
    if (options->json)
        result = etp_data_write_json(catalogue, output.file);
    else if (!etp_data_print(catalogue, output.file))
        result = ETP_ENOMEM;
    status = etp_output_finish_json(&output, result, error);
    etp_output_drop(&output);
    return status;
}

static int look(const data_options *options, etp_error *error)
{
    etp_catalogue catalogue = {0};
    int status = gather(&catalogue, &options->common, error) == 0 ? ETP_EXIT_DONE : ETP_EXIT_FAILED;
    if (status == ETP_EXIT_DONE)
        status = write(&catalogue, options, error);
    if (status == ETP_EXIT_DONE)
        status = judge(&catalogue, &options->common, error);
    etp_catalogue_fini(&catalogue);
    return status;
}

/* ---- the command ---- */

void etp_data_help(void)
{
    fputs(head, stdout);
    etp_usage_options(&vocabulary);
}

static int run(const data_options *options, etp_error *error)
{
    if (options->common.help) {
        etp_data_help();
        return etp_output_flush(error);
    }
    if (options->common.file_count > 0)
        return look(options, error);
    etp_fail(error, ETP_EINVAL, "data needs a file or a folder: etp-engine data PRICE_AND_DEMAND_202501_VIC1.csv");
    return ETP_EXIT_USAGE;
}

int etp_data_start(const char *program, int argc, char **argv, etp_error *error)
{
    (void)program;
    data_options options = {.json = false};
    int status = etp_options_parse_as(&options.common, &vocabulary, argc, argv, error);
    if (status == ETP_EXIT_DONE)
        status = run(&options, error);
    etp_options_fini(&options.common);
    return status;
}
