/* SPDX-License-Identifier: MIT */
/* The command check, from its arguments to its verdict. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/check/check.h"
#include "cli/commands.h"
#include "cli/usage.h"
#include "program/output.h"
#include "program/status.h"

typedef struct check_options {
    etp_options shared;
    bool strict;
} check_options;

static const etp_option own_options[] = {
    {"What counts", "strict", NULL, NULL, "warnings are problems too: the exit status is 1", &etp_option_kind_flag,
     offsetof(check_options, strict), 0, 0},
};
static const char *const shared_options[] = {"json", "help", NULL};
static const etp_vocabulary vocabulary = {"check", shared_options, own_options,
                                          sizeof own_options / sizeof own_options[0]};

void etp_check_help(void)
{
    fputs("usage: etp-engine check FILE.lua [FILE.lua ...] [options]\n"
          "\n"
          "Looks at scripts, strategies and reserve policies, without a market: their syntax, the table that\n"
          "they return, their parameters; calls each hook with made-up inputs, usual and rare ones (prices\n"
          "that are not told, values below zero, every outcome of a bid, every fault); says which globals are\n"
          "written and which parameters never read; and prints what a call of each hook costs.\n"
          "\n"
          "Costs are VM instructions, counted one by one (the mean of the dry calls and the most), and time:\n"
          "the fastest of up to 30 rounds, beside an empty hook that is called in the same way. A hook that\n"
          "went wrong is not timed.\n",
          stdout);
    etp_usage_options(&vocabulary);
    fputs("\n"
          "Exit status:\n"
          "  0  nothing needs to be mended\n"
          "  1  a script has errors, or (--strict) warnings\n"
          "  2  the command line asks for what cannot be\n",
          stdout);
}

/* ---- the scripts ---- */

typedef struct examinations {
    etp_examination **list;
    unsigned count;
    unsigned errors, warnings;
} examinations;

static int examine_all(examinations *examined, const etp_options *options, etp_error *error)
{
    examined->list = calloc(options->file_count, sizeof(etp_examination *));
    for (unsigned i = 0; examined->list != NULL && i < options->file_count; i++) {
        etp_examination *made = etp_examine(options->files[i]);
        if (made == NULL)
            break;
        examined->list[examined->count++] = made;
        examined->errors += made->error_count;
        examined->warnings += made->warning_count;
    }
    if (examined->count == options->file_count)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ENOMEM, "no memory to look at %u scripts", options->file_count);
    return ETP_EXIT_FAILED;
}

static void fini(examinations *examined)
{
    for (unsigned i = 0; i < examined->count; i++)
        etp_examination_free(examined->list[i]);
    free(examined->list);
}

/* ---- what is shown ---- */

static int print_all(const examinations *examined, etp_error *error)
{
    etp_output output;
    int status = etp_output_open(&output, "-", false, error);
    bool whole = true;
    for (unsigned i = 0; status == ETP_EXIT_DONE && i < examined->count; i++)
        whole = etp_examination_print(examined->list[i], output.file) && whole;
    if (status == ETP_EXIT_DONE && !whole) {
        etp_fail(error, ETP_ENOMEM, "no memory for a table");
        return ETP_EXIT_FAILED;
    }
    return status == ETP_EXIT_DONE ? etp_output_finish(&output, error) : status;
}

static int write_json(const examinations *examined, etp_output *json, etp_error *error)
{
    if (json->file == NULL)
        return ETP_EXIT_DONE;
    errno = 0;
    return etp_output_finish_json(json, etp_examinations_write_json(examined->list, examined->count, json->file),
                                  error);
}

/* What is read must not be written over. */
static int check_output(const etp_options *options, etp_error *error)
{
    for (unsigned i = 0; i < options->file_count; i++) {
        if (!etp_output_is_file(options->json, options->files[i]))
            continue;
        etp_fail(error, ETP_EINVAL, "--json would write over %s, which this run reads: name another file",
                 options->files[i]);
        return ETP_EXIT_USAGE;
    }
    return ETP_EXIT_DONE;
}

static int check(const check_options *options, examinations *examined, etp_output *json, etp_error *error)
{
    const char *path = options->shared.json;
    int status = check_output(&options->shared, error);
    if (status == ETP_EXIT_DONE)
        status = etp_output_open(json, path, true, error);
    if (status == ETP_EXIT_DONE)
        status = examine_all(examined, &options->shared, error);
    if (status == ETP_EXIT_DONE)
        status = write_json(examined, json, error);
    if (status == ETP_EXIT_DONE && (path == NULL || strcmp(path, "-") != 0))
        status = print_all(examined, error);
    if (status != ETP_EXIT_DONE)
        return status;
    bool problems = examined->errors > 0 || (options->strict && examined->warnings > 0);
    return problems ? ETP_EXIT_FAILED : ETP_EXIT_DONE;
}

static int start(const check_options *options, etp_error *error)
{
    if (options->shared.help) {
        etp_check_help();
        return etp_output_flush(error);
    }
    if (options->shared.file_count == 0) {
        etp_fail(error, ETP_EINVAL, "no script was named: try etp-engine check strategies/greedy.lua");
        return ETP_EXIT_USAGE;
    }
    examinations examined = {0};
    etp_output json = {0};
    int status = check(options, &examined, &json, error);
    etp_output_drop(&json);
    fini(&examined);
    return status;
}

int etp_check_start(const char *program, int argc, char **argv, etp_error *error)
{
    check_options options = {0};
    (void)program;
    int status = etp_options_parse_as(&options.shared, &vocabulary, argc, argv, error);
    if (status == ETP_EXIT_DONE)
        status = start(&options, error);
    etp_options_fini(&options.shared);
    return status;
}
