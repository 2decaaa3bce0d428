/* SPDX-License-Identifier: MIT */
/* Everything that the runs of one command share: prices, who takes part, parameters, the options of a run. */
#ifndef ETP_CLI_STAGE_H
#define ETP_CLI_STAGE_H

#include "cli/lineup.h"
#include "cli/log_lines.h"
#include "cli/options.h"
#include "etp/run.h"
#include "program/crew.h"
#include "program/progress.h"
#include "program/settings.h"
#include "report/events_writer.h"
#include "report/report.h"

typedef struct etp_stage {
    const etp_options *options; /* borrowed */
    etp_settings settings;
    etp_swaps swaps;
    etp_lineup lineup;
    etp_trace trace;
    etp_prices_facts prices; /* what was found in the file of prices */
    size_t clipped;          /* prices that were lowered to --clip */
    etp_run_options run;     /* without firms, policy, observer */
    etp_progress progress;
    etp_log_lines log_lines;
    etp_logger logger;
    double pace;                  /* 1 where market time is not paced */
    etp_events_writer *events;    /* set by whoever writes them down, else NULL */
    struct etp_live_market *live; /* while the market is played over real links, else NULL */
} etp_stage;

/* Reads all files. Returns an exit status. etp_stage_fini() is due in any case. The stage must not be moved. */
int etp_stage_set(etp_stage *stage, const etp_options *options, etp_error *error);
void etp_stage_fini(etp_stage *stage);

/* Reads the prices from the file or the folder of files that the options name. Returns an exit status. */
int etp_stage_load_prices(etp_stage *stage, etp_error *error);

/* True if the file is one from which prices are read, or lies in the folder of them. */
bool etp_stage_reads_prices(const etp_stage *stage, const char *path);

/* Makes up the prices of one seed. Returns an exit status. */
int etp_stage_make_prices(etp_trace *trace, const etp_options *options, uint64_t seed, etp_error *error);

/* Refuses an output file, named by `option`, that is one of those that are read. Returns an exit status. */
int etp_stage_check_output(const etp_stage *stage, const char *option, const char *path, etp_error *error);

/* What is run on it. */
typedef enum etp_act {
    ETP_ACT_MARKET,  /* all firms */
    ETP_ACT_UTILITY, /* one buyer with all their portfolios */
    ETP_ACT_ALONE    /* the first file of the command line, with its own portfolios */
} etp_act;

/* Runs one from the first interval to the last, checks that nothing is lost, and fills `result`. Returns an exit
 * status. `observer` may be NULL. */
int etp_stage_play(etp_stage *stage, etp_act act, const etp_observer *observer, etp_report_run *result,
                   etp_error *error);

/* etp_run_new() with an exit status: options that cannot be run are the user's, everything else is not. */
int etp_stage_start_run(etp_run **run, const etp_run_options *options, etp_error *error);

#endif
