/* SPDX-License-Identifier: MIT */
/*
 * The market of one run over real links, in this process and by the clock on the wall (--live).
 *
 * Each aggregator listens, and each battery dials it, as home gateways do. All have keys made for this run, and believe
 * nobody else. Once every link is up the market begins; from then on it goes as any watched one, except that its frames
 * are carried by the system.
 */
#ifndef ETP_CLI_LIVE_MARKET_H
#define ETP_CLI_LIVE_MARKET_H

#include "cli/watch/reloads.h"

typedef struct etp_live_market etp_live_market;

/* Returns an exit status. */
int etp_live_market_new(etp_live_market **market, const char *transport, etp_error *error);
/* Accepts NULL. Before the run is freed. */
void etp_live_market_free(etp_live_market *market);

/* For etp_run_options. */
etp_transport etp_live_market_carriage(etp_live_market *market);

/* Links the nodes of the run, and plays it to its end or until somebody ends it. Returns an exit status. */
int etp_live_market_play(etp_live_market *market, const etp_reloads *reloads, etp_error *error);

/* What the links did. */
void etp_live_market_describe(const etp_live_market *market, etp_report_live *report);

#endif
