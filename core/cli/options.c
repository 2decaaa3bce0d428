/* SPDX-License-Identifier: MIT */
#include "cli/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "cli/option_table.h"
#include "program/status.h"

/* Codes that getopt_long gives back: the options are numbered from here, above any letter. */
enum { OPTION_CODE = 256, PLAIN_ARGUMENT = 1 };

/* What is being read: the command's options, and where their values go. */
typedef struct option_reader {
    const etp_vocabulary *vocabulary;
    const etp_option *list[ETP_OPTIONS_MAX];
    unsigned count;
    etp_options *options;
} option_reader;

static const etp_vocabulary all_options = {.command = "run"};

/* ---- which options there are ---- */

static const etp_option *find(const etp_option *options, unsigned count, const char *name)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(options[i].name, name) == 0)
            return &options[i];
    return NULL;
}

static bool takes(const etp_vocabulary *vocabulary, const char *name)
{
    if (vocabulary->shared == NULL)
        return true;
    for (unsigned i = 0; vocabulary->shared[i] != NULL; i++)
        if (strcmp(vocabulary->shared[i], name) == 0)
            return true;
    return false;
}

unsigned etp_vocabulary_list(const etp_vocabulary *vocabulary, const etp_option *list[ETP_OPTIONS_MAX])
{
    unsigned count = 0;
    for (unsigned i = 0; i < vocabulary->own_count && count < ETP_OPTIONS_MAX; i++)
        list[count++] = &vocabulary->own[i];
    for (unsigned i = 0; i < etp_option_count() && count < ETP_OPTIONS_MAX; i++) {
        const etp_option *option = &etp_option_table[i];
        if (takes(vocabulary, option->name) && find(vocabulary->own, vocabulary->own_count, option->name) == NULL)
            list[count++] = option;
    }
    return count;
}

/* ---- what is wrong with an argument ---- */

static int fail_unknown(const option_reader *reader, const char *argument, etp_error *error)
{
    const char *names[ETP_OPTIONS_MAX];
    char word[ETP_ERROR_TEXT_MAX];
    for (unsigned i = 0; i < reader->count; i++)
        names[i] = reader->list[i]->name;
    const char *bare = argument + strspn(argument, "-");
    const char *dashes = argument[1] == '-' ? "--" : "-";
    snprintf(word, sizeof word, "%.*s", (int)strcspn(bare, "="), bare);
    const char *nearest = etp_nearest(word, names, reader->count);
    if (find(etp_option_table, etp_option_count(), word) != NULL)
        etp_fail(error, ETP_ENOENT, "%s%s is an option of run and not of %s; etp-engine help %s lists those there are",
                 dashes, word, reader->vocabulary->command, reader->vocabulary->command);
    else if (nearest != NULL)
        etp_fail(error, ETP_ENOENT, "there is no option %s%s; did you mean --%s?", dashes, word, nearest);
    else
        etp_fail(error, ETP_ENOENT, "there is no option %s%s; --help lists those there are", dashes, word);
    return ETP_EXIT_USAGE;
}

/* getopt_long says '?' for an option that it does not know, and for a value that an option does not take. */
static int fail_question(const option_reader *reader, int code, char **argv, etp_error *error)
{
    if (code >= OPTION_CODE) {
        etp_fail(error, ETP_EINVAL, "--%s takes no value", reader->list[code - OPTION_CODE]->name);
        return ETP_EXIT_USAGE;
    }
    if (code != 0) {
        const char letter[] = {'-', (char)code, '\0'};
        return fail_unknown(reader, letter, error);
    }
    return fail_unknown(reader, argv[optind - 1], error);
}

static int fail_without_value(const etp_option *option, etp_error *error)
{
    etp_fail(error, ETP_EINVAL, "--%s needs a value: --%s %s", option->name, option->name, option->argument);
    return ETP_EXIT_USAGE;
}

/* ---- reading ---- */

static int take_option(etp_options *options, const etp_option *option, const char *text, etp_error *error)
{
    void *field = (char *)options + option->offset;
    return option->kind->read(field, option, text, error) == ETP_OK ? ETP_EXIT_DONE : ETP_EXIT_USAGE;
}

/* What does not fit is cut. Where a result goes changes nothing in it. */
static void note_given(etp_options *options, const etp_option *option, const char *text)
{
    if (etp_option_is_simulated(option))
        options->simulated = option->name;
    if (etp_option_is_of_output(option))
        return;
    size_t used = strlen(options->given);
    snprintf(options->given + used, sizeof options->given - used, "%s--%s%s%s", used > 0 ? " " : "", option->name,
             text == NULL                 ? ""
             : etp_option_is_open(option) ? "="
                                          : " ",
             text != NULL ? text : "");
}

static int take(const option_reader *reader, int code, char **argv, etp_error *error)
{
    etp_options *options = reader->options;
    switch (code) {
    case PLAIN_ARGUMENT:
        options->files[options->file_count++] = optarg;
        return ETP_EXIT_DONE;
    case '?':
        return fail_question(reader, optopt, argv, error);
    case ':':
        return fail_without_value(reader->list[optopt - OPTION_CODE], error);
    case 'h':
        options->help = true;
        return ETP_EXIT_DONE;
    default:
        break;
    }
    const etp_option *option = reader->list[code - OPTION_CODE];
    note_given(options, option, optarg);
    if (option->kind == &etp_option_kind_set) {
        options->sets[options->set_count++] = optarg;
        return ETP_EXIT_DONE;
    }
    if (option->kind == &etp_option_kind_swap) {
        options->swaps[options->swap_count++] = optarg;
        return ETP_EXIT_DONE;
    }
    return take_option(options, option, optarg, error);
}

/* The list in getopt_long's form. */
static void list_long_options(const option_reader *reader, struct option *list)
{
    for (unsigned i = 0; i < reader->count; i++) {
        const etp_option *option = reader->list[i];
        int has_value = option->argument == NULL     ? no_argument
                        : etp_option_is_open(option) ? optional_argument
                                                     : required_argument;
        list[i] = (struct option){option->name, has_value, NULL, OPTION_CODE + (int)i};
    }
    list[reader->count] = (struct option){NULL, 0, NULL, 0};
}

static int scan(const option_reader *reader, int argc, char **argv, etp_error *error)
{
    struct option list[ETP_OPTIONS_MAX + 1];
    etp_options *options = reader->options;
    int status = ETP_EXIT_DONE, code;
    list_long_options(reader, list);
    opterr = 0;
    optind = 0;
    /* "-" hands out file names where they stand, whatever POSIXLY_CORRECT says: the environment changes nothing. */
    while (status == ETP_EXIT_DONE && (code = getopt_long(argc, argv, "-:h", list, NULL)) != -1)
        status = take(reader, code, argv, error);
    while (status == ETP_EXIT_DONE && optind < argc)
        options->files[options->file_count++] = argv[optind++];
    return status;
}

static int set_default(etp_options *options, const etp_option *option, etp_error *error)
{
    if (option->standard == NULL || take_option(options, option, option->standard, error) == ETP_EXIT_DONE)
        return ETP_EXIT_DONE;
    return ETP_EXIT_FAILED;
}

/* The command's own come last: one may stand for a shared one. */
static int set_defaults(const option_reader *reader, etp_error *error)
{
    const etp_vocabulary *vocabulary = reader->vocabulary;
    int status = ETP_EXIT_DONE;
    *reader->options = (etp_options){.rivals = ETP_RIVALS_FILL};
    for (unsigned i = 0; i < etp_option_count() && status == ETP_EXIT_DONE; i++)
        status = set_default(reader->options, &etp_option_table[i], error);
    for (unsigned i = 0; i < vocabulary->own_count && status == ETP_EXIT_DONE; i++)
        status = set_default(reader->options, &vocabulary->own[i], error);
    return status;
}

int etp_options_parse_as(etp_options *options, const etp_vocabulary *vocabulary, int argc, char **argv,
                         etp_error *error)
{
    option_reader reader = {.vocabulary = vocabulary, .options = options};
    reader.count = etp_vocabulary_list(vocabulary, reader.list);
    int status = set_defaults(&reader, error);
    if (status != ETP_EXIT_DONE)
        return status;
    options->files = calloc((size_t)argc + 1, sizeof *options->files);
    options->sets = calloc((size_t)argc + 1, sizeof *options->sets);
    options->swaps = calloc((size_t)argc + 1, sizeof *options->swaps);
    if (options->files == NULL || options->sets == NULL || options->swaps == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for the command line");
        return ETP_EXIT_FAILED;
    }
    return scan(&reader, argc, argv, error);
}

int etp_options_parse(etp_options *options, int argc, char **argv, etp_error *error)
{
    int status = etp_options_parse_as(options, &all_options, argc, argv, error);
    return status == ETP_EXIT_DONE ? etp_options_check(options, error) : status;
}

void etp_options_fini(etp_options *options)
{
    free(options->files);
    free(options->sets);
    free(options->swaps);
    options->files = options->sets = options->swaps = NULL;
}

/* ---- looking into the table ---- */

void etp_option_value_of(const etp_options *options, unsigned index, etp_option_value *value)
{
    const etp_option *option = &etp_option_table[index];
    *value = (etp_option_value){.kind = ETP_OPTION_NONE};
    option->kind->show((const char *)options + option->offset, value);
}
