/* SPDX-License-Identifier: MIT */
#include "cli/arguments.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "cli/status.h"

enum { OPTION_CODE = 256, PLAIN_WORD = 1 };

/* The table in getopt_long's form, with --help at its end. */
static void list_options(const etp_argument *table, struct option *list)
{
    int count = 0;
    for (; table[count].name != NULL; count++) {
        int has_value = table[count].value != NULL ? required_argument : no_argument;
        list[count] = (struct option){table[count].name, has_value, NULL, OPTION_CODE + count};
    }
    list[count] = (struct option){"help", no_argument, NULL, 'h'};
    list[count + 1] = (struct option){NULL, 0, NULL, 0};
}

static int fail_unknown(const struct option *list, const char *command, const char *argument, etp_error *error)
{
    const char *names[ETP_ARGUMENT_OPTIONS_MAX + 1];
    unsigned count = 0;
    char word[64];
    for (; list[count].name != NULL; count++)
        names[count] = list[count].name;
    const char *bare = argument + strspn(argument, "-");
    snprintf(word, sizeof word, "%.*s", (int)strcspn(bare, "="), bare);
    const char *nearest = etp_nearest(word, names, count);
    if (nearest != NULL)
        etp_fail(error, ETP_ENOENT, "%s has no option %s; did you mean --%s?", command, argument, nearest);
    else
        etp_fail(error, ETP_ENOENT, "%s has no option %s; etp-engine %s --help lists those there are", command,
                 argument, command);
    return ETP_EXIT_USAGE;
}

static int fail_value(const etp_argument *table, int code, etp_error *error)
{
    if (code < OPTION_CODE) /* --help=x */
        etp_fail(error, ETP_EINVAL, "--help takes no value");
    else if (table[code - OPTION_CODE].value != NULL)
        etp_fail(error, ETP_EINVAL, "--%s needs a value: --%s %s", table[code - OPTION_CODE].name,
                 table[code - OPTION_CODE].name, table[code - OPTION_CODE].sample);
    else
        etp_fail(error, ETP_EINVAL, "--%s takes no value", table[code - OPTION_CODE].name);
    return ETP_EXIT_USAGE;
}

/* getopt_long says '?' for what it does not know, and for a value that an option does not take. */
static int fail_question(const etp_argument *table, const struct option *list, char **argv, etp_error *error)
{
    const char letter[] = {'-', (char)optopt, '\0'};
    if (optopt == 'h' || optopt >= OPTION_CODE)
        return fail_value(table, optopt, error);
    return fail_unknown(list, argv[0], optopt != 0 ? letter : argv[optind - 1], error);
}

static void take_word(etp_words *words, const char *word)
{
    if (words->count < ETP_ARGUMENT_WORDS_MAX - 1)
        words->list[words->count] = word;
    words->count++;
}

static int take(const etp_argument *table, const struct option *list, int code, char **argv, etp_words *words,
                etp_error *error)
{
    switch (code) {
    case PLAIN_WORD:
        take_word(words, optarg);
        return ETP_EXIT_DONE;
    case 'h':
        words->help = true;
        return ETP_EXIT_DONE;
    case ':':
        return fail_value(table, optopt, error);
    case '?':
        return fail_question(table, list, argv, error);
    default:
        break;
    }
    const etp_argument *argument = &table[code - OPTION_CODE];
    if (argument->value != NULL)
        *argument->value = optarg;
    else
        *argument->flag = true;
    return ETP_EXIT_DONE;
}

int etp_arguments_take(const etp_argument *table, int argc, char **argv, etp_words *words, etp_error *error)
{
    struct option list[ETP_ARGUMENT_OPTIONS_MAX + 2];
    int status = ETP_EXIT_DONE, code;
    *words = (etp_words){0};
    list_options(table, list);
    opterr = 0;
    optind = 0;
    /* "-" hands out words where they stand, whatever POSIXLY_CORRECT says. */
    while (status == ETP_EXIT_DONE && (code = getopt_long(argc, argv, "-:h", list, NULL)) != -1)
        status = take(table, list, code, argv, words, error);
    while (status == ETP_EXIT_DONE && optind < argc)
        take_word(words, argv[optind++]);
    return status;
}
