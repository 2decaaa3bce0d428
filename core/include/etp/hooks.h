/* SPDX-License-Identifier: MIT */
/**
 * @file hooks.h
 * Where strategies plug in: two tables of functions, one for who buys and one for who sells.
 *
 * A C program fills them with its own functions; the Lua host (script.h) fills them with functions that call a script.
 * The engine cannot tell the two apart. Every hook may be NULL: its default then applies. A hook returns an intent; it
 * does no I/O and sees nothing that did not arrive in a message, or in its own node's configuration and feeds.
 *
 * Hooks are called on the thread that called the engine. Everything a hook gets is borrowed until it returns. A hook
 * must not call the engine. A negative return means that the hook failed: the engine counts it, tells the observer,
 * and applies what is written at the hook.
 *
 * Mistakes: a table whose `size` is not its struct's is ETP_EINVAL where it is handed in; a hook that calls the engine gets
 * ETP_ESTATE there.
 */
#ifndef ETP_HOOKS_H
#define ETP_HOOKS_H

#include <stddef.h>

#include "etp/auction.h"
#include "etp/battery.h"
#include "etp/rng.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How a bid ended, as the bidder learned it. */
typedef enum etp_outcome {
    ETP_OUTCOME_ACCEPTED = 0, /**< the receipt is here: the trade exists */
    ETP_OUTCOME_REJECTED = 1, /**< refused or not competitive; `code` says which */
    ETP_OUTCOME_OUTBID = 2,   /**< beaten while the window is open: may be raised */
    ETP_OUTCOME_EXPIRED = 3,  /**< no answer in time, or the confirmation came too late */
    ETP_OUTCOME_FAILED = 4    /**< the battery failed or went away */
} etp_outcome;

/** "accepted", "rejected", "outbid", "expired", "failed"; "?" for another number. Static storage. */
ETP_API const char *etp_outcome_name(etp_outcome outcome);

enum { ETP_HISTORY_MAX = 64 };

/** One finished bid of the strategy's own. */
typedef struct etp_past_bid {
    etp_time when;         /**< when the outcome was learned */
    etp_id battery;        /**< its device id */
    etp_price bid_price;   /**< offered */
    etp_energy bid_energy; /**< asked for */
    etp_price price;       /**< paid, when accepted; else ETP_PRICE_NONE */
    etp_energy energy;     /**< bought, when accepted; else 0 */
    etp_price best;        /**< price that had to be beaten, if disclosed; else ETP_PRICE_NONE */
    uint8_t outcome;       /**< etp_outcome */
    uint8_t code;          /**< etp_code */
} etp_past_bid;

/** The last ETP_HISTORY_MAX finished bids of one aggregator, oldest first from `first`, wrapping round. */
typedef struct etp_history {
    unsigned count;                     /**< in use */
    unsigned first;                     /**< place of the oldest */
    etp_past_bid bids[ETP_HISTORY_MAX]; /**< a ring */
} etp_history;

/** Given to every hook. */
typedef struct etp_context {
    size_t size;                /**< of this struct, for programs built against an older one */
    etp_time now;               /**< the engine's clock */
    etp_time deadline;          /**< when the answer is worth nothing any more; ETP_TIME_NEVER if it keeps */
    uint32_t node;              /**< which node of the engine is asked: an index for state kept per node */
    etp_id device_id;           /**< of that node */
    const char *name;           /**< of that node */
    etp_rng *rng;               /**< the node's own stream of random numbers */
    const etp_history *history; /**< aggregators only, else NULL */
} etp_context;

/** One market interval, as it is known when it begins. */
typedef struct etp_market {
    uint64_t index;          /**< 0 for the first of the run */
    etp_time starts;         /**< on the engine's clock */
    etp_time ends;           /**< on the engine's clock */
    uint32_t second_of_day;  /**< of `starts`, on the market's own clock, 0 to 86 399 */
    etp_price spot;          /**< wholesale price of the last interval that has ended; ETP_PRICE_NONE if none has */
    etp_price forecast;      /**< public forecast of this interval's spot price; may be negative */
    etp_mechanism mechanism; /**< of the auctions */
    /* for aggregators: */
    etp_price value;  /**< what a kWh from a battery is worth to this node, as far as it knows */
    etp_energy need;  /**< most energy it wants in this interval */
    etp_money budget; /**< most money it may spend in this interval */
} etp_market;

/** A battery answered our Query. Prices that are not disclosed are ETP_PRICE_NONE. */
typedef struct etp_offer {
    etp_id battery;           /**< its device id */
    etp_energy energy;        /**< the lot: most that can be had */
    etp_price reserve;        /**< lowest price the owner takes, if disclosed */
    etp_price value;          /**< ours, per kWh: private. What is wanted next may be worth less: etp_demand_step */
    etp_energy need;          /**< of ours, at all values: what is neither won nor bid for yet */
    etp_money budget;         /**< of ours, at all values: what is neither spent nor bid yet */
    etp_energy energy_total;  /**< stored in the battery now */
    etp_energy remaining;     /**< what could still be sold after this lot: at the meter, above the floor */
    uint32_t for_sale_ppm;    /**< share of energy_total that is for sale */
    uint32_t voltage_mv;      /**< at its terminals */
    etp_power discharge_rate; /**< of its inverter */
    etp_time closes;          /**< end of the window, as we understand it */
    uint8_t health;           /**< etp_health */
    uint8_t asked;            /**< 1 the first time, 2 when asked again after ETP_DECIDE_WAIT */
} etp_offer;

/** What an aggregator makes of an offer. */
typedef enum etp_decision {
    ETP_DECIDE_PASS = 0, /**< no bid; `reason` may say why */
    ETP_DECIDE_BID = 1,  /**< bid `price` for `energy` */
    ETP_DECIDE_WAIT = 2  /**< ask once more shortly before the close (once: a second WAIT is a PASS) */
} etp_decision;

/** Zeroed by the engine before each call, with `energy` set to the most that lot and need let through. What the budget
 *  lets through depends on the price: it is applied to what comes back. */
typedef struct etp_intent {
    etp_price price;    /**< 0 to ETP_PRICE_MAX; below 0 is no bid */
    etp_energy energy;  /**< above 0; more than the engine lets through is cut */
    const char *reason; /**< of a PASS, for the log at level debug, or NULL; borrowed until the next call of a hook */
} etp_intent;

/** What became of a bid. */
typedef struct etp_result_view {
    etp_id battery;        /**< its device id */
    etp_outcome outcome;   /**< how it ended */
    etp_code code;         /**< why */
    etp_price price;       /**< paid, when accepted; else ETP_PRICE_NONE */
    etp_energy energy;     /**< bought, when accepted; else 0 */
    etp_price bid_price;   /**< offered */
    etp_energy bid_energy; /**< asked for */
    etp_price best;        /**< the price to beat or the lowest that won, if disclosed; else ETP_PRICE_NONE */
    etp_price value;       /**< ours, per kWh */
    etp_time closes;       /**< end of the window */
    bool may_rebid;        /**< the window is open: an intent to bid is acted on */
} etp_result_view;

/** What can go wrong outside. */
typedef enum etp_fault_kind {
    ETP_FAULT_DEVICE = 0, /**< the peer sent DeviceFailure */
    ETP_FAULT_LINK = 1,   /**< the transport lost the peer: etp_engine_link_lost(). Not raised in simulation */
    ETP_FAULT_DELAY = 2   /**< a message of the peer's came later than its delay limit */
} etp_fault_kind;

/** "device", "link", "delay"; "?" for another number. Static storage. */
ETP_API const char *etp_fault_name(etp_fault_kind kind);

/** Something went wrong outside. */
typedef struct etp_fault {
    etp_fault_kind kind; /**< what went wrong */
    etp_id peer;         /**< the device concerned */
    etp_type type;       /**< of the message, for ETP_FAULT_DELAY */
    etp_time delay;      /**< how long it took, for ETP_FAULT_DELAY */
    etp_code code;       /**< for ETP_FAULT_DEVICE */
} etp_fault;

/** The buyer's hooks. Set `size` to sizeof(etp_aggregator_hooks) and what is not used to NULL. */
typedef struct etp_aggregator_hooks {
    size_t size; /**< sizeof(etp_aggregator_hooks) */
    /** Once, before anything else. Default: nothing. */
    int (*on_start)(void *user, const etp_context *context);
    /** At the start of each interval in which the node takes part. Default: nothing. */
    int (*on_interval)(void *user, const etp_context *context, const etp_market *market);
    /** A QueryResponse with something for sale. Returns an etp_decision. Default: bid our value for all the engine
     *  lets through. A failure is a PASS. */
    int (*on_offer)(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent);
    /** A bid of ours has an outcome. Returns an etp_decision: BID bids `intent->price` again where `may_rebid` is set
     *  (the energy stays; WAIT is a PASS). Default and failure: PASS. */
    int (*on_result)(void *user, const etp_context *context, const etp_result_view *result, etp_intent *intent);
    /** Something went wrong outside. Default: nothing. */
    int (*on_fault)(void *user, const etp_context *context, const etp_fault *fault);
} etp_aggregator_hooks;

/** What a reserve policy sees. */
typedef struct etp_battery_view {
    etp_energy energy_total; /**< stored now */
    etp_energy capacity;     /**< of the cells */
    etp_energy floor;        /**< never sold below this */
    etp_energy available;    /**< at the meter, above the floor */
    etp_energy lot;          /**< the most this auction could sell (power, export limit, available) */
    etp_level level;         /**< of its charge */
    etp_health health;       /**< from its cycles */
    uint32_t voltage_mv;     /**< at its terminals now */
    etp_power power;         /**< of the inverter */
    uint32_t one_way_ppm;    /**< efficiency of one way */
    etp_price wear;          /**< per kWh discharged */
    etp_price feed_in;       /**< what spilled energy earns now */
    etp_price retail;        /**< what imported energy costs now */
    etp_energy
        expected_need;      /**< own use expected from the battery until the sun covers the load again, at the meter */
    uint64_t interval;      /**< index of the market interval */
    uint32_t second_of_day; /**< 0 to 86 399, on the market's clock */
    etp_price spot;         /**< as in etp_market; ETP_PRICE_NONE where the node has no feed */
    etp_price forecast;     /**< as in etp_market; ETP_PRICE_NONE where the node has no feed */
} etp_battery_view;

/** Zeroed by the engine before each call, with `energy` set to the lot. */
typedef struct etp_reserve {
    etp_price price;   /**< lowest price to take, 0 to ETP_PRICE_MAX */
    etp_energy energy; /**< most to sell; more than the lot is cut, 0 and less sell nothing */
} etp_reserve;

/** What became of one battery's auction, for its policy. */
typedef struct etp_sale_view {
    etp_energy lot;    /**< what was for sale */
    etp_energy sold;   /**< of it */
    etp_money revenue; /**< for that */
    etp_price reserve; /**< lowest price that was taken */
    unsigned bids;     /**< bidders in the book */
    unsigned lapsed;   /**< awards that were not confirmed in time */
} etp_sale_view;

/** The seller's hooks. Set `size` to sizeof(etp_bess_hooks) and what is not used to NULL. */
typedef struct etp_bess_hooks {
    size_t size; /**< sizeof(etp_bess_hooks) */
    /** Once, before anything else. Default: nothing. */
    int (*on_start)(void *user, const etp_context *context);
    /** At the start of each interval. Default: nothing. */
    int (*on_interval)(void *user, const etp_context *context, const etp_market *market);
    /** The interval's first Query came: at what price, and how much. Returns 0. Default: the protocol's known policy,
     *  etp_default_reserve(), which keeps nothing for the home. A failure sells nothing. */
    int (*reserve)(void *user, const etp_context *context, const etp_battery_view *battery, etp_reserve *reserve);
    /** The window closed: rank `count` bids (those at or above the reserve, best first as the mechanism ranks them) by
     *  writing indexes into `order`. Returns how many it wrote; bids left out are rejected. 0, the default, and a
     *  failure keep the mechanism's ranking. */
    int (*choose)(void *user, const etp_context *context, const etp_bid *bids, unsigned count, unsigned *order);
    /** The auction is over. Default: nothing. */
    int (*on_result)(void *user, const etp_context *context, const etp_sale_view *sale);
    /** Something went wrong outside. Default: nothing. */
    int (*on_fault)(void *user, const etp_context *context, const etp_fault *fault);
} etp_bess_hooks;

/** The known default reserve policy: `base` x 2 at critical, x 1.5 at low, x 0.9 at high; sells the whole lot. The
 *  price is rounded down to 0.01 c/kWh, so that 0.9 x 8.3 is met by 7.47. */
ETP_API void etp_default_reserve(etp_price base, const etp_battery_view *battery, etp_reserve *reserve);

#ifdef __cplusplus
}
#endif

#endif
