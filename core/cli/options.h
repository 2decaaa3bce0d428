/* SPDX-License-Identifier: MIT */
/*
 * The command line as one struct. One table (option_table.c) names each option, its default, range and meaning; parsing,
 * the help text and the list of options in a result are made from it. A command takes all of them or, by its vocabulary,
 * some and a few of its own.
 */
#ifndef ETP_CLI_OPTIONS_H
#define ETP_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "data/prices.h"
#include "etp/auction.h"
#include "etp/error.h"
#include "etp/log.h"
#include "etp/tariff.h"
#include "etp/utility.h"
#include "program/values.h"

/* As many shipped rivals as bring the market to five aggregators. */
#define ETP_RIVALS_FILL UINT64_MAX

typedef struct etp_tariff_option {
    const char *text;
    etp_tariff tariff;
} etp_tariff_option;

typedef struct etp_conduct_option {
    bool given;
    etp_conduct conduct;
} etp_conduct_option;

enum { ETP_GIVEN_MAX = 512 };

typedef struct etp_options {
    const char **files; /* strategies, in the order of the command line */
    unsigned file_count;
    const char **sets; /* arguments of --set */
    unsigned set_count;
    const char **swaps; /* arguments of --swap */
    unsigned swap_count;

    uint64_t bess, days, seed;
    uint64_t rivals;             /* ETP_RIVALS_FILL when not given */
    uint64_t owners, portfolios; /* 0 when not given */
    etp_conduct_option utility;
    etp_time interval;  /* 0 when not given */
    const char *region; /* of the prices; NULL when not given */
    etp_time from;      /* beginning of the day in whose noon the prices begin; 0 */
    etp_gap_rule gaps;
    etp_price clip;                               /* 0 when not given */
    const char *prices, *reserve, *json, *events; /* NULL when not given */
    etp_tariff_option fit, retail;
    etp_mechanism mechanism;
    unsigned disclose;
    etp_time window, hold, spread;
    etp_time skip; /* of a watched run, on the market's clock */
    etp_time delay, jitter;
    uint32_t loss, duplicate, reorder, flip;
    uint64_t bandwidth; /* 0 for no limit */
    uint32_t failures;
    char given[ETP_GIVEN_MAX]; /* those that say what is run, as they were written */
    double pace;               /* 0 when not given */
    const char *simulated;     /* an option that was given and that only simulated links have, or NULL */
    const char *live;          /* by which links; NULL for simulated ones */
    bool quiet, no_baselines, check_determinism, digest, watch;
    bool help, version;
    etp_log_level log;
} etp_options;

/* Reads the arguments after the program's name (and after the command, if there is one). Texts are borrowed from
 * `argv`. Returns an exit status; etp_options_fini() is due in any case. */
int etp_options_parse(etp_options *options, int argc, char **argv, etp_error *error);
/* Refuses options that contradict each other. Returns an exit status. */
int etp_options_check(const etp_options *options, etp_error *error);
/* The run goes by the clock on the wall. */
bool etp_options_by_clock(const etp_options *options);
void etp_options_fini(etp_options *options);

typedef struct etp_vocabulary etp_vocabulary;

/* The same for a command with a vocabulary of its own. Options of its own lie behind `options`, in a struct that begins
 * with it. All options that it does not take get their defaults. */
int etp_options_parse_as(etp_options *options, const etp_vocabulary *vocabulary, int argc, char **argv,
                         etp_error *error);

/* ---- the table, for results ---- */

unsigned etp_option_count(void);

/* What an option stands at. */
typedef struct etp_option_value {
    enum { ETP_OPTION_ACTION, ETP_OPTION_NONE, ETP_OPTION_BOOL, ETP_OPTION_NUMBER, ETP_OPTION_TEXT } kind;
    double number; /* and for ETP_OPTION_BOOL 0 or 1 */
    char buffer[ETP_VALUE_TEXT_MAX];
    const char *text; /* may point to `buffer` */
} etp_option_value;

/* An option that only asks for something to be done, such as --help, is an ETP_OPTION_ACTION; one that was not given and
 * has no default is ETP_OPTION_NONE. */
void etp_option_value_of(const etp_options *options, unsigned index, etp_option_value *value);

#endif
