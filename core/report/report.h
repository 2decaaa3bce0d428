/* SPDX-License-Identifier: MIT */
/*
 * The result of a command, as plain data: what the text and the JSON are made from. Whoever fills it owns what it points
 * to, but for the arrays that etp_report_fini() frees.
 */
#ifndef ETP_REPORT_REPORT_H
#define ETP_REPORT_REPORT_H

#include <stdio.h>

#include "etp/run.h"

enum { ETP_REPORT_NAME_MAX = 96, ETP_REPORT_HASH_MAX = 33, ETP_REPORT_LINE_MAX = 256 };

typedef struct etp_report_param {
    char name[ETP_REPORT_NAME_MAX];
    double value;
} etp_report_param;

/* One script in a run. All zero for a buyer that is no script. */
typedef struct etp_report_script {
    char name[ETP_REPORT_NAME_MAX];
    char hash[ETP_REPORT_HASH_MAX];
    etp_report_param *params;
    unsigned param_count;
    char (*versions)[ETP_REPORT_HASH_MAX]; /* hashes of all that it has had, oldest first */
    unsigned version_count;
    uint64_t calls, errors, overruns, log_lines, log_dropped, reloads_refused;
    bool suspended;
    char last_error[ETP_REPORT_LINE_MAX]; /* its first line */
} etp_report_script;

typedef struct etp_report_firm {
    etp_report_script script;
    etp_id device;
    etp_firm_result result; /* its name is not to be read: see script.name */
} etp_report_firm;

typedef struct etp_report_home {
    etp_id device;
    etp_energy capacity, sold;
    etp_energy sun, load, spilled, imported, curtailed, own_use; /* over the run, at the meter */
    etp_money income, cost;
} etp_report_home;

typedef struct etp_report_delay {
    uint64_t p50_us, p99_us, p999_us, max_us;
} etp_report_delay;

/* What real links did. */
typedef struct etp_report_live {
    const char *transport; /* NULL: there were none */
    unsigned links;
    etp_time set_up;               /* until all were up */
    uint64_t lost;                 /* times that one was, counted at each end */
    uint64_t refused;              /* connections, and things that came on them */
    uint64_t frames, bytes, sends; /* of both ends */
    etp_report_delay round_trip;
} etp_report_live;

typedef struct etp_report_run {
    bool present;
    etp_report_live live;
    etp_run_totals totals;
    etp_engine_stats engine;
    etp_network_stats network;
    etp_report_delay delays[ETP_TYPES];
    etp_ledger_slice total, hours[ETP_LEDGER_HOURS], regimes[ETP_REGIMES]; /* zero where the run kept no ledger */
    etp_report_script policy;
    etp_report_firm *firms;
    unsigned firm_count;
    etp_report_home *homes; /* as many as the report has */
    /* by etp_report_compare() */
    etp_money median_benefit; /* the median of what owners gained */
    unsigned worse_off;       /* owners who would have done better without a market */
} etp_report_run;

/* An option or a parameter of the world, as it stood. */
typedef struct etp_report_setting {
    const char *name;
    enum { ETP_SETTING_NULL, ETP_SETTING_BOOL, ETP_SETTING_NUMBER, ETP_SETTING_TEXT } kind;
    double number;
    char buffer[32];
    const char *text; /* may be NULL: then `buffer` is the text */
} etp_report_setting;

typedef struct etp_report_prices {
    const char *source; /* "built-in", "AEMO" or "" */
    const char *region; /* or "" */
    uint64_t hash;
    etp_time starts; /* of the first interval that was run, on the market's clock */
    etp_time interval;
    size_t count;   /* intervals that were run */
    etp_price mean; /* over those */
    /* of the file, as far as it was read */
    size_t held;                             /* intervals missing in it, which hold the last price */
    size_t repeats, unsorted, interventions; /* rows left out or put in order */
    etp_price clip;                          /* 0 if prices were not clipped */
    size_t clipped;                          /* those that were above it */
} etp_report_prices;

typedef struct etp_report {
    const char *command;
    const etp_report_setting *options, *world;
    unsigned option_count, world_count;
    uint64_t seed;
    etp_mechanism mechanism;
    etp_conduct conduct; /* of the utility */
    bool reserves_told;  /* bidders are told reserves before they bid */
    const char *feed_in; /* as it was written */
    etp_time delay, hold;
    bool network_given; /* links are not the usual ones, so their delays matter */
    etp_report_prices prices;
    unsigned homes;
    double days;
    etp_money *costs_without_market; /* of each home */
    etp_money cost_without_market;   /* of all */
    etp_report_run market, utility, alone;
    const char *alone_name;
    const char *given; /* the options that say what was run, as they were written; "" for none */
} etp_report;

/* Frees what etp_report_run_fill() and whoever filled the scripts have allocated. Accepts a zeroed report. */
void etp_report_fini(etp_report *report);

/* Takes the totals, firms, homes and delays of a run that is over. Scripts remain to be filled in. ETP_ENOMEM. */
int etp_report_run_fill(etp_report_run *report, const etp_run *run, unsigned homes);

/* Compares each owner's cost in the runs with `costs_without_market`, once all of these are filled in. ETP_ENOMEM. */
int etp_report_compare(etp_report *report);

/* What owners gained against homes that sell nothing. */
etp_money etp_report_net_benefit(const etp_report *report, const etp_report_run *run);

/* True when the days that were run stand for a year: from the first noon of a calendar year to its last there are 364. */
bool etp_report_covers_year(const etp_report *report);

/* A script that is not called any more, or failed in more than a tenth of its calls: it did not do what its name says. */
bool etp_report_distrusts(const etp_report_script *script);
/* True when such a script took part. */
bool etp_report_distrusts_any(const etp_report_run *run);

/* Volume-weighted, in c/kWh. False when nothing was sold. */
bool etp_report_mean_price(etp_money paid, etp_energy energy, double *cents_per_kwh);

/* The sentence that results from AEMO's data must carry, or NULL. */
const char *etp_report_attribution(const etp_report *report);

/* The table for a person. */
void etp_report_print(const etp_report *report, FILE *out);

/* The whole result as JSON, with a line end. ETP_ENOMEM, or ETP_EIO when it could not be written. */
int etp_report_write_json(const etp_report *report, FILE *out);

#endif
