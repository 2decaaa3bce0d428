/* SPDX-License-Identifier: MIT */
/* The table of options: what each is called, what it takes, where its value goes. */
#ifndef ETP_CLI_OPTION_TABLE_H
#define ETP_CLI_OPTION_TABLE_H

#include "cli/options.h"

enum { ETP_OPTIONS_MAX = 64 };

typedef struct etp_option etp_option;

/* How values of one kind are read from a text, and shown. */
typedef struct etp_option_kind {
    int (*read)(void *field, const etp_option *option, const char *text, etp_error *error);
    void (*show)(const void *field, etp_option_value *value);
} etp_option_kind;

struct etp_option {
    const char *group;    /* set on the first option of a group, else NULL */
    const char *name;     /* without "--" */
    const char *argument; /* or NULL */
    const char *standard; /* default as text, or NULL */
    const char *doc;
    const etp_option_kind *kind;
    size_t offset;      /* of the field in etp_options, or in a struct that begins with one */
    uint64_t low, high; /* of whole numbers, and of times in ns */
};

extern const etp_option etp_option_table[];
/* Only simulated links have what it says. */
bool etp_option_is_simulated(const etp_option *option);
/* It may stand without its value, which is then joined to it: --live, or --live=tcp. */
bool etp_option_is_open(const etp_option *option);
/* Says where results go, and changes nothing in them. */
bool etp_option_is_of_output(const etp_option *option);

/* ---- kinds (option_kinds.c) ---- */

/* The flag `action` is not among the settings that JSON repeats. A `file` and a `name` are texts that are not empty. */
extern const etp_option_kind etp_option_kind_flag, etp_option_kind_action, etp_option_kind_file, etp_option_kind_name;
extern const etp_option_kind etp_option_kind_whole, etp_option_kind_seed, etp_option_kind_duration,
    etp_option_kind_interval, etp_option_kind_chance, etp_option_kind_pace, etp_option_kind_date, etp_option_kind_spot,
    etp_option_kind_tariff;
/* One of some words. */
extern const etp_option_kind etp_option_kind_mechanism, etp_option_kind_disclose, etp_option_kind_conduct,
    etp_option_kind_gaps, etp_option_kind_live, etp_option_kind_level;
/* Repeated options are collected by the parser, which knows how many there may be. */
extern const etp_option_kind etp_option_kind_set, etp_option_kind_swap;

/* ---- vocabularies ---- */

/* The options that one command takes. */
struct etp_vocabulary {
    const char *command;
    const char *const *shared; /* names in the table, up to a NULL; NULL = all of it */
    const etp_option *own;     /* options of the command's own; one may stand for a shared one of that name */
    unsigned own_count;
};

/* All options of a vocabulary, in the order in which a help shows them. Returns how many. */
unsigned etp_vocabulary_list(const etp_vocabulary *vocabulary, const etp_option *list[ETP_OPTIONS_MAX]);

#endif
