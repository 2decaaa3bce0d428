/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share.
 *
 *     options.c   defaults, checks
 *     firms.c     what firms are told when an interval begins, and what they bought when it is over
 *     build.c     making a run: memory, engine, network, who is in it
 *     run.c       its intervals, and reading it
 *     account.c   who bought what for how much, from the engine's events; totals and the check that nothing is lost
 *     outages.c   which batteries fail, when
 *     idle.c      the same homes without a market
 */
#ifndef ETP_RUN_INTERNAL_H
#define ETP_RUN_INTERNAL_H

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "etp/run.h"
#include "etp/utility.h"

enum { DIGEST_ALIGN = 64 }; /* xxhash's own state is aligned to this */

/* One buyer: a firm with one portfolio or several, or the utility that holds all. */
struct firm {
    const char *name;
    etp_node node;
    unsigned portfolio, portfolio_count; /* the first, and how many */
    uint64_t intervals;
    unsigned step_count; /* how many of its portfolios take part in this interval */
    /* since the start */
    etp_energy energy, settled; /* confirmed to it; and among its portfolios, in intervals that are over */
    etp_money paid, worth;
    uint64_t queries, bids, trades;
    etp_energy receipt_energy;
    etp_money receipt_paid;
};

struct outage {
    etp_time from, to;
    uint32_t home;
    bool begun;
};

struct etp_run {
    etp_run_options options;
    const etp_allocator *host_allocator;
    etp_allocator allocator; /* counts what the host's gives */
    size_t memory_now, memory_peak;
    etp_engine *engine;
    etp_network *network;
    etp_utility *utility;
    etp_home *homes;
    struct firm *firms;    /* in the order in which they were handed over */
    struct firm **ordered; /* in that of their portfolios, which is that of their nodes */
    unsigned firm_count;
    /* of all portfolios, in this interval; a firm's lie together, and so do its steps */
    etp_brief *briefs;
    etp_demand_step *steps; /* less what was confirmed */
    etp_energy *shares;     /* what was confirmed, as it is settled */
    etp_forecast forecast;
    struct outage *outages;
    size_t outage_count, next_outage, last_outage;
    size_t done; /* intervals */
    bool begun;  /* the next one */
    bool stepping;
    etp_time interval, beat; /* on the market's clock and on the engine's */
    etp_time starts;         /* of the first on both clocks */
    /* accounts */
    etp_energy confirmed_energy;
    etp_money confirmed_paid;
    uint64_t bids, trades, unresolved;
    XXH3_state_t *digest; /* at the first place in the room that is aligned for it */
    unsigned char digest_room[sizeof(XXH3_state_t) + DIGEST_ALIGN];
    uint64_t final_digest[2];
};

/* options.c */
/* What must hold with and without a market, and what of a market besides. */
int etp_run_check_world(const etp_run_options *options, etp_error *error);
int etp_run_check_options(const etp_run_options *options, etp_error *error);
etp_energy etp_run_need(const etp_run_options *options);
/* How many portfolios a firm holds. */
unsigned etp_run_portfolios(const etp_firm *firm);
/* The timing with the query spread that fits. */
etp_timing etp_run_timing(const etp_run_options *options);
uint32_t etp_run_second_of_day(const etp_run_options *options, size_t interval);
etp_price etp_run_stored_value(const etp_run_options *options);

/* firms.c */
/* An interval begins. */
void etp_firms_brief(etp_run *run, etp_price forecast);
/* A battery confirmed a trade with the firm. */
void etp_firms_settle_trade(etp_run *run, const struct firm *firm, etp_price price, etp_energy energy);
/* The interval is over: what was bought in it was worth this. */
void etp_firms_settle(etp_run *run, etp_price spot);

/* account.c */
void etp_account_event(void *user, const etp_event *event);
void etp_account_finish(etp_run *run);

/* outages.c */
int etp_outages_draw(etp_run *run);
/* The next moment at which a battery fails or recovers, and doing what is due by `now`. */
etp_time etp_outages_next(const etp_run *run);
void etp_outages_apply(etp_run *run, etp_time now);

#endif
