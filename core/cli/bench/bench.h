/* SPDX-License-Identifier: MIT */
/*
 * What the files of the command bench share: what is swept, what was measured, what that asks of a network.
 *
 *     start.c       the command: options, outputs
 *     help.c        its help
 *     list.c        options that take a list of values
 *     sweep.c       the cells of the sweep, and who takes part in them
 *     play.c        one cell: a market over such links, and what is read from it
 *     sockets.c     the same over real sockets
 *     needs.c       how far links may be worse before something comes too late or is lost
 *     print.c, csv.c, json.c   the result
 */
#ifndef ETP_CLI_BENCH_BENCH_H
#define ETP_CLI_BENCH_BENCH_H

#include <stdio.h>

#include "cli/option_table.h"
#include "cli/stage.h"

/* ---- what is asked for ---- */

enum { ETP_BENCH_LIST_MAX = 32 };

/* Values of one axis, best first, none twice: numbers, times in ns, chances in millionths, bits per second. */
typedef struct etp_bench_list {
    const char *text; /* as it was written */
    uint64_t values[ETP_BENCH_LIST_MAX];
    unsigned count;
} etp_bench_list;

extern const etp_option_kind etp_option_kind_numbers, etp_option_kind_durations, etp_option_kind_chances,
    etp_option_kind_bandwidths;

typedef struct etp_bench_options {
    etp_options shared; /* comes first: options are placed from its start */
    etp_bench_list batteries, aggregators, delays, losses, bandwidths;
    uint64_t intervals, jobs;
    bool by_type;
    const char *csv;
    const char *relay; /* NULL: links are simulated */
} etp_bench_options;

extern const etp_vocabulary etp_bench_vocabulary;

/* ---- what was measured ---- */

/* Of one type of message. */
typedef struct etp_bench_delay {
    uint64_t sent;    /* repeats among them */
    uint64_t arrived; /* and acted on for the first time: these are measured */
    uint64_t late;    /* of those, over the limit */
    uint64_t p50_us, p99_us, p999_us, max_us;
} etp_bench_delay;

typedef struct etp_bench_result {
    uint64_t trades, lapses, in_doubt; /* in doubt: or given up as such */
    etp_energy energy;
    uint64_t late;        /* messages of all types */
    uint64_t frames_lost; /* by the network, for whatever reason */
    uint64_t bytes;       /* in the time that was measured */
    uint64_t peak_bytes;  /* in its busiest second */
    etp_time length;      /* of that time */
    etp_bench_delay delays[ETP_TYPES];
} etp_bench_result;

/* A market on links of one kind. */
typedef struct etp_bench_cell {
    unsigned batteries, aggregators;
    etp_time delay;
    uint32_t loss;      /* in millionths */
    uint64_t bandwidth; /* 0: no limit */
    unsigned cast;      /* whose aggregators take part */
    size_t market;      /* to which it belongs: all cells with as many batteries and aggregators */
    etp_bench_result result;
} etp_bench_cell;

/* Everybody who takes part where there are so many aggregators. */
typedef struct etp_bench_cast {
    const char **sets;   /* of the options */
    etp_options options; /* its files are the command's */
    etp_stage stage;
} etp_bench_cast;

typedef struct etp_bench {
    const etp_bench_options *options;
    etp_bench_cast *casts;   /* one for each number of aggregators */
    unsigned cast_count;     /* those that are set */
    etp_bench_cell *cells;   /* market by market; in each delays, losses and bandwidths, the last the fastest */
    size_t per_market;       /* cells of one market */
    etp_bench_cell *perfect; /* of each market: over links without delay, loss or limit */
    size_t markets;
    size_t first;      /* interval of the day */
    etp_time interval; /* its length */
    etp_time beat;     /* how long one takes on the clock; 0: as long as that */
    etp_progress progress;
} etp_bench;

/* Places all cells and reads all scripts. Returns an exit status. etp_bench_fini() is due in any case; it must not be
 * moved. */
int etp_bench_set(etp_bench *bench, const etp_bench_options *options, etp_error *error);
void etp_bench_fini(etp_bench *bench);

/* "simulated" or "sockets". */
const char *etp_bench_links(const etp_bench *bench);

/* Runs one: an etp_work. Perfect links come first, one market after the other, then all cells. */
int etp_bench_play(void *bench, size_t index, etp_error *error);

/* Runs a market over real sockets, through the relay, and counts its bytes; the rest of the result remains to be read.
 * `run` is complete but for what carries it. */
int etp_bench_play_sockets(const etp_bench *bench, const etp_bench_cell *cell, etp_run_options *run,
                           etp_bench_result *result, etp_error *error);
/* Takes from a run that is over what does not depend on what carried it. */
void etp_bench_read_result(etp_bench_result *result, const etp_run *run);
/* Refuses what cannot be done over real sockets, and takes other defaults, for they take real time. Returns an exit
 * status. */
int etp_bench_suit_sockets(etp_bench_options *options, etp_error *error);

/* ---- what that says ---- */

/* Trades that there are over perfect links and not here; fewer than 0 where there are more. */
int64_t etp_bench_trades_lost(const etp_bench *bench, const etp_bench_cell *cell);
etp_energy etp_bench_energy_lost(const etp_bench *bench, const etp_bench_cell *cell);
/* Of the energy that is traded over perfect links, in percent; 0 where there is none. */
double etp_bench_percent_lost(const etp_bench *bench, const etp_bench_cell *cell);
/* Bytes for each trade, both ways; 0 where there was none. */
double etp_bench_bytes_per_trade(const etp_bench_cell *cell);
/* Bits per second that all links of one battery carry, both ways, in the mean. */
double etp_bench_battery_bps(const etp_bench_cell *cell);
/* The same of all links of one aggregator, in the busiest second. */
double etp_bench_aggregator_peak_bps(const etp_bench_cell *cell);

typedef enum etp_bench_axis { ETP_BENCH_DELAY, ETP_BENCH_LOSS, ETP_BENCH_BANDWIDTH, ETP_BENCH_AXES } etp_bench_axis;

/* What must not happen: messages of a type that come too late, of any type, energy that is not traded. */
enum { ETP_BENCH_ANY_TYPE = ETP_TYPES, ETP_BENCH_ENERGY, ETP_BENCH_GOALS };

/* How far one axis may go, from the best value on, while nothing comes too late (or less than one percent of the energy is
 * lost), the other axes at their best. */
typedef struct etp_bench_need {
    bool measured; /* there were such messages in all of these cells */
    bool any;      /* the best value is good enough */
    bool all;      /* and so is the worst */
    uint64_t value;
} etp_bench_need;

etp_bench_need etp_bench_needs(const etp_bench *bench, size_t market, unsigned goal, etp_bench_axis axis);

/* False when memory ran out. */
bool etp_bench_print(const etp_bench *bench, FILE *out);
/* ETP_OK or ETP_EIO. */
int etp_bench_write_csv(const etp_bench *bench, FILE *out);
/* ETP_OK, ETP_ENOMEM or ETP_EIO. */
int etp_bench_write_json(const etp_bench *bench, FILE *out);

#endif
