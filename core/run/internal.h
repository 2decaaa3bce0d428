/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share.
 *
 *     options.c         defaults, checks
 *     build.c           making a run: memory, engine, network, who is in it
 *     firms.c           what firms are told when an interval begins, and what they bought when it is over
 *     run.c             its intervals, and reading it
 *     ledger.c          what the market was good for, and when; homes by block of days
 *     matching.c        the most that it could have been good for
 *     account.c         who bought what for how much, from the engine's events; totals and the check that nothing is lost
 *     outages.c         which batteries fail, when
 *     neighbourhood.c   the homes, wherever they come from
 *     idle.c            the same homes without a market
 *     schedule.c        when one home had best sell to a tariff
 *     timed.c           the same homes, selling to a tariff by the clock
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
    etp_energy needed;   /* in all of these */
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

/* The source of homes as one run uses it. `options` outlives it. */
struct neighbourhood {
    const etp_home_source *source;
    const etp_run_options *options;
    etp_fleet_spec fleet; /* with the run's seed */
    void *state;
    bool is_open;
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
    struct neighbourhood hood; /* that `homes` came from */
    struct firm *firms;        /* in the order in which they were handed over */
    struct firm **ordered;     /* in that of their portfolios, which is that of their nodes */
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
    etp_ledger *ledger; /* NULL if none is kept */
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
int etp_run_check_block(const etp_run_options *options, etp_time block, etp_error *error);
etp_energy etp_run_need(const etp_run_options *options);
/* How many portfolios a firm holds. */
unsigned etp_run_portfolios(const etp_firm *firm);
/* The timing with the query spread that fits. */
etp_timing etp_run_timing(const etp_run_options *options);
uint32_t etp_run_second_of_day(const etp_run_options *options, size_t interval);
etp_price etp_run_stored_value(const etp_run_options *options);

/* neighbourhood.c */
/* When an interval starts on the market's clock. */
etp_time etp_run_market_time(const etp_run_options *options, size_t interval);
int etp_neighbourhood_check(const etp_run_options *options, etp_error *error);
int etp_neighbourhood_open(struct neighbourhood *hood, const etp_run_options *options, const etp_allocator *allocator,
                           etp_error *error);
/* Accepts one that was zeroed, or whose opening failed. */
void etp_neighbourhood_close(struct neighbourhood *hood);
int etp_neighbourhood_draw(struct neighbourhood *hood, etp_home *home, unsigned key, etp_error *error);
/* To be called once for each home and interval, in order: the home learns what it sees. */
void etp_neighbourhood_flows(struct neighbourhood *hood, const etp_home *home, size_t interval, etp_energy *pv,
                             etp_energy *load);
etp_energy etp_neighbourhood_need(struct neighbourhood *hood, const etp_home *home, size_t interval);
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

/* ledger.c */
/* Makes it; what is there after a failure is given back by etp_ledger_free(), which accepts a run without one. */
int etp_ledger_new(etp_run *run);
void etp_ledger_free(etp_run *run);
/* At the end of an interval, before and after the firms are settled. */
void etp_ledger_note_trades(etp_run *run);
void etp_ledger_settle(etp_run *run, etp_price spot);

/* outages.c */
int etp_outages_draw(etp_run *run);
/* The next moment at which a battery fails or recovers, and doing what is due by `now`. */
etp_time etp_outages_next(const etp_run *run);
void etp_outages_apply(etp_run *run, etp_time now);
/* Moves those that have yet to begin or to end. */
void etp_outages_shift(etp_run *run, etp_time by);

#endif
