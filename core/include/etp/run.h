/* SPDX-License-Identifier: MIT */
/**
 * @file run.h
 * A market in a made-up world, from the first interval to the last: homes with batteries, firms that buy, a simulated
 * network between them, prices from a trace. The same engine, codec and hooks as anywhere else.
 *
 *     etp_run_new() ... etp_run_step() until it returns 0 ... etp_run_get_totals(), etp_run_firm(), etp_run_home()
 *
 * Interval by interval: the sales of the last one leave the batteries, homes settle their sun, load and bill, firms
 * learn the price that has passed and see their value of the next; then the engine runs the interval's auctions. No
 * hook sees a price that is stamped after its now.
 *
 * Market time can be paced (`beat`): an interval of the market then takes less time on the engine's clock, while all
 * that the protocol does (windows, holds, repeats, periods, delays on links) takes as long as ever. What is measured in
 * market time stays what it was: prices, energies and lots of an interval, the time of day, how often and how long
 * batteries fail. Who wants to do something in between goes on in small steps of the engine's clock:
 * etp_run_advance().
 *
 * Same options, same seed: the same trades, bit for bit, and the same digest.
 *
 * A host may carry the frames itself, over real links and by a real clock: `carriage`. The nodes then stand in
 * etp_run_engine() and are not linked; the host links them (etp_engine_add_link()), hands in what arrives, and goes on with
 * etp_run_advance() as its clock does. Nothing of such a run is repeated bit for bit, and its accounts are checked as ever.
 *
 * One run is used by one thread at a time; several runs may run in several threads, and share a trace, a source of homes
 * and an allocator that is made for it. A script serves one run at a time.
 *
 * Mistakes: NULL, and options whose `size` is not their struct's, are ETP_EINVAL; a step from inside one of the run's own
 * calls, or after the last, is ETP_ESTATE. Nothing changes. Readers of a NULL run give 0 or NULL.
 */
#ifndef ETP_RUN_H
#define ETP_RUN_H

#include "etp/buyer.h"
#include "etp/engine.h"
#include "etp/home_source.h"
#include "etp/ledger.h"
#include "etp/network.h"
#include "etp/tariff.h"
#include "etp/trace.h"
#include "etp/utility.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Who buys. */
typedef struct etp_firm {
    const char *name;                  /**< borrowed for the run's life */
    const etp_aggregator_hooks *hooks; /**< borrowed; NULL = the engine's defaults */
    void *user;                        /**< handed to each hook */
    unsigned
        portfolio; /**< whose draws (value, noise, taking part) it has: below `portfolios`, no two firms the same */
    unsigned portfolio_count; /**< it holds so many, from `portfolio` on; 0 is 1. See owner.h */
} etp_firm;

/** What a run is made of. */
typedef struct etp_run_options {
    size_t size;                    /**< sizeof(etp_run_options) */
    const etp_allocator *allocator; /**< NULL = malloc */
    etp_logger logger;              /**< copied; zeroed = no log */
    etp_observer observer;          /**< sees every event of the engine; `on_event` may be NULL */
    uint64_t seed;                  /**< of everything that is drawn */

    const etp_trace *trace; /**< borrowed */
    size_t first;           /**< index of the first interval in the trace */
    size_t intervals;       /**< how many */

    unsigned homes;       /**< how many: 1 to 1 000 000 */
    etp_fleet_spec fleet; /**< its seed is set from `seed` */
    const etp_home_source
        *source; /**< where homes come from; borrowed for the run's life; NULL = etp_home_source_built_in() */
    const etp_bess_hooks
        *policy;        /**< of every battery; NULL = the protocol's default, which keeps nothing for the home */
    void *policy_user;  /**< handed to each hook */
    etp_tariff feed_in; /**< what spilled energy earns */
    etp_tariff retail;  /**< what imported energy costs */

    const etp_firm *firms; /**< borrowed until etp_run_new() returns; ignored when `merged` */
    unsigned firm_count;   /**< how many */
    unsigned portfolios;   /**< into how many the fleet's demand is cut; at least `firm_count` */
    bool merged;           /**< one utility holds all portfolios: see utility.h */
    etp_conduct conduct;   /**< what it pays; ETP_CONDUCT_POSTED unless set */
    etp_buyer_spec buyer;  /**< of every firm; seed, key, need and budget are set by the run */
    uint32_t need_ppm;     /**< need of all portfolios together, of the fleet's power: 1 500 000 */
    etp_money budget;      /**< of each portfolio, per interval: 1 000 000 $ stands for none */

    etp_timing timing; /**< of the protocol */
    /** Length of a market interval on the engine's clock; 0 = the trace's own. Not longer than that, and not shorter than
     *  window and two holds. When set, the query spread is cut so that all fits. */
    etp_time beat;
    etp_mechanism mechanism;     /**< first-price when `merged` */
    unsigned disclose;           /**< ETP_DISCLOSE_... or-ed */
    etp_network_options network; /**< chances and delays; the rest is set by the run */
    etp_transport carriage;      /**< takes the frames in place of that network, where `send` is set */

    uint32_t failures_ppm; /**< outages per battery and day: 20 000 is one battery in fifty */
    etp_time outage;       /**< how long each lasts: 30 min */

    bool ledger;           /**< keeps one: etp_run_ledger() */
    etp_time ledger_block; /**< length of its blocks, whole intervals: 7 days */
    /** Leaves out work that cannot change an outcome, such as asking a battery that has nothing to sell. Trades and
     *  homes are the same with and without; what is counted of messages is less. Where that cannot be promised nothing
     *  is left out: with a beat, a bandwidth, links so slow that a message may come after its delay limit. */
    bool skip_idle;
} etp_run_options;

/** The first run's values: see docs/architecture.md. `trace`, `firms` and the counts remain to be filled in. */
ETP_API void etp_run_defaults(etp_run_options *options);

/** Opaque. */
typedef struct etp_run etp_run;

/** ETP_EINVAL or ETP_ERANGE with a sentence for options that cannot be run, ETP_ENOMEM, what a source's open() or draw()
 *  answered. On failure `*run` is NULL. */
ETP_API int etp_run_new(etp_run **run, const etp_run_options *options, etp_error *error);
/** Accepts NULL. Does nothing when called from inside one of the run's own calls. */
ETP_API void etp_run_free(etp_run *run);

/** Runs one interval. Returns 1 while there are more, 0 when that was the last, or a negative error. */
ETP_API int etp_run_step(etp_run *run, etp_error *error);

/** Does all that is due at or before `until` on the engine's clock, ending and beginning intervals as their time comes.
 *  Returns 1 while there is more, 0 once the run is over, or a negative error. Both may be mixed, and however a run is
 *  cut into steps, it is the same run. */
ETP_API int etp_run_advance(etp_run *run, etp_time until, etp_error *error);

/** How many intervals are over. */
ETP_API size_t etp_run_done(const etp_run *run);
/** The engine's clock: etp_engine_now(). */
ETP_API etp_time etp_run_now(const etp_run *run);
/** When an interval begins on that clock; for the number of intervals, when the run ends. */
ETP_API etp_time etp_run_starts(const etp_run *run, size_t interval);
/** Moves all that is to come by so much on the engine's clock, below 0 to earlier: for a host whose clock went on while
 *  its links were made. ETP_ERANGE where the next thing to begin or end would be in the past. */
ETP_API int etp_run_shift(etp_run *run, etp_time by);
/** Makes the interval under way, or the next if none is, the last: the run ends early, and is whole. */
ETP_API void etp_run_cut(etp_run *run);

/** Totals since the start. */
typedef struct etp_run_totals {
    size_t intervals;         /**< run */
    uint64_t bids;            /**< processed by batteries */
    uint64_t trades;          /**< confirmed at batteries */
    uint64_t auctions;        /**< opened */
    uint64_t lapses;          /**< holds that ended without a confirmation */
    uint64_t unresolved;      /**< trades that buyers gave up asking about */
    uint64_t in_doubt;        /**< trades of which the buyer has no receipt yet */
    etp_energy sold;          /**< confirmed at the batteries, at the meter */
    etp_money paid;           /**< to owners */
    etp_money worth;          /**< of that energy to its buyers, at realised values */
    etp_energy offered;       /**< lots of all auctions */
    etp_money owners_cost;    /**< of all homes: bill, plus wear, less the value of what is left stored */
    uint64_t digest[2];       /**< 128 bits over every event and the final state */
    size_t memory_bytes;      /**< of ours at its peak, without the network's */
    size_t bytes_per_home;    /**< home, battery and node */
    size_t bytes_per_session; /**< what one more takes, the larger of its two sides */
} etp_run_totals;
/** As they stand after the last step. */
ETP_API void etp_run_get_totals(const etp_run *run, etp_run_totals *totals);

/** What one firm did. */
typedef struct etp_firm_result {
    const char *name;             /**< as it was handed over */
    unsigned portfolio;           /**< the first that it holds */
    unsigned portfolio_count;     /**< how many it holds */
    uint64_t intervals;           /**< in which it took part, with any of them */
    etp_energy needed;            /**< what it wanted in all of these */
    etp_aggregator_totals totals; /**< as its own sessions count */
    uint64_t queries;             /**< of its own, as batteries processed them */
    uint64_t bids;                /**< of its own, as batteries processed them */
    uint64_t trades;              /**< of its own, as batteries confirmed them */
    etp_energy energy;            /**< bought, as the batteries confirmed it */
    etp_money paid;               /**< for it */
    etp_money worth;              /**< of that energy at realised values */
} etp_firm_result;
/** Device ids in a run depend on nothing but the portfolio and the home's number, so that a firm alone is the same
 *  device as among rivals. The single utility is the firm of portfolio 0. */
ETP_API etp_id etp_run_firm_device(unsigned portfolio);
/** The same for a home. */
ETP_API etp_id etp_run_home_device(unsigned home);

/** The engine of a run that has a carriage, borrowed for the run's life; NULL for one with a simulated network. Home i is
 *  node i of it. */
ETP_API etp_engine *etp_run_engine(const etp_run *run);
/** The node of one buyer. ETP_ENOENT past the end. */
ETP_API int etp_run_firm_node(const etp_run *run, unsigned index, etp_node *node);

/** How many buyers there are: 1 when `merged`. */
ETP_API unsigned etp_run_firm_count(const etp_run *run);
/** ETP_ENOENT past the end. */
ETP_API int etp_run_firm(const etp_run *run, unsigned index, etp_firm_result *result);

/** One home, as it stands. Borrowed until the next step. NULL past the end. */
ETP_API const etp_home *etp_run_home(const etp_run *run, unsigned index);
/** The owner's cost so far: see etp_home_cost(). What is stored counts at the feed-in tariff of the run's end, for a
 *  kWh more in the battery saves one that would have been spilled, less the loss of charging. */
ETP_API etp_money etp_run_home_cost(const etp_run *run, unsigned index);

/** The run's ledger: see ledger.h. Borrowed for the run's life; NULL where none is kept. */
ETP_API const etp_ledger *etp_run_ledger(const etp_run *run);

/** The engine's own totals. */
ETP_API void etp_run_engine_stats(const etp_run *run, etp_engine_stats *stats);
/** See etp_engine_delays(). */
ETP_API const etp_histogram *etp_run_delays(const etp_run *run, etp_type type);
/** The network's totals. */
ETP_API void etp_run_network_stats(const etp_run *run, etp_network_stats *stats);

/** Checks that every mWh and micro-dollar is accounted for: each battery, each home, owners' income against buyers'
 *  payments, confirmations against receipts. ETP_ECONSERVATION with a sentence that names the first account that is
 *  off. */
ETP_API int etp_run_check(const etp_run *run, etp_error *error);

/** The same homes on the same days, without any market: what each owner's cost would be (`costs` has room for
 *  `options->homes`). Looks at nothing of the options that concerns the market. ETP_EINVAL or ETP_ERANGE with a sentence,
 *  as etp_run_new(), ETP_ENOMEM, ETP_ECONSERVATION; so the three that follow. */
ETP_API int etp_run_without_market(const etp_run_options *options, etp_money *costs, etp_error *error);

/** The same by blocks of this length (whole intervals; the last may be cut short): `costs` has room for
 *  homes x blocks, the blocks of a home side by side. They sum to what etp_run_without_market() gives. */
ETP_API int etp_run_without_market_blocks(const etp_run_options *options, etp_time block, etp_money *costs,
                                          etp_error *error);

/** The same homes without a market, each selling from its battery to `options->feed_in` as well as it can: it knows its own
 *  sun and load in advance, as no home does, so this is the most that a feed-in tariff by the clock can give an owner.
 *  What may be sold is what home.h says: nothing while the sun exceeds the load, no more than the lot. `costs` as in
 *  etp_run_without_market_blocks(); a home never does worse than with no sale at all. */
ETP_API int etp_run_timed_tariff(const etp_run_options *options, etp_time block, etp_money *costs, etp_error *error);

/** What etp_run_timed_tariff() comes to, of all homes together. */
typedef struct etp_timed_totals {
    etp_energy sold;              /**< from batteries */
    etp_money income;             /**< for it */
    etp_money cost;               /**< owners' */
    etp_money cost_without_sales; /**< the same homes and tariff, nothing sold from the battery */
    etp_money bound;              /**< that no schedule can be below: how good the schedules are, proven */
    unsigned idle_homes;          /**< that would have lost by their schedule, and sold nothing */
} etp_timed_totals;
/** Reads nothing of a market's options, as the two above. */
ETP_API int etp_run_timed_totals(const etp_run_options *options, etp_timed_totals *totals, etp_error *error);

#ifdef __cplusplus
}
#endif

#endif
