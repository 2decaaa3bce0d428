/* SPDX-License-Identifier: MIT */
/* The arguments of a command that has few: words, and options that are given by a table. */
#ifndef ETP_CLI_ARGUMENTS_H
#define ETP_CLI_ARGUMENTS_H

#include <stdbool.h>

#include "etp/error.h"

enum { ETP_ARGUMENT_WORDS_MAX = 4, ETP_ARGUMENT_OPTIONS_MAX = 7 };

/* One of `flag` and `value` is set: where it is noted that the option stands there, or what it was given. */
typedef struct etp_argument {
    const char *name; /* without "--"; NULL ends a table */
    bool *flag;
    const char **value;
    const char *sample; /* what a value looks like in a sentence: "DIR" */
} etp_argument;

typedef struct etp_words {
    const char *list[ETP_ARGUMENT_WORDS_MAX]; /* as the command line has them, and NULL */
    unsigned count;                           /* may be more than there is room for */
    bool help;                                /* -h or --help */
} etp_words;

/* `argv[0]` is the command. What is no option is a word. Texts are borrowed. Returns an exit status. */
int etp_arguments_take(const etp_argument *table, int argc, char **argv, etp_words *words, etp_error *error);

#endif
