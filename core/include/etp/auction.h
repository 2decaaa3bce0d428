/* SPDX-License-Identifier: MIT */
/**
 * @file auction.h
 * One battery's auction of one market interval: pure rules, no clock, no messages, no memory of its own.
 *
 *        open                 close                    every award confirmed or lapsed
 *   IDLE ----> OPEN (bids) ----------> HOLDING -------------------------------------------> DONE
 *                                       |  ^  an award lapses: its energy goes down the ranking,
 *                                       +--+  to bids on standby, each with a hold of its own
 *
 * The caller owns the struct and a *book* of bids, one place per bidder (its *slot*), so that a bidder has at most one
 * bid. Time is handed in and never goes back. No function allocates; not thread-safe.
 *
 * Ranking: price, then arrival, then device id. The lot is filled in that order, the last winner partly. A winner pays
 *
 * - first price, ascending: its own bid;
 * - second price: the highest bid that got nothing, or the reserve;
 * - uniform price: the highest bid that did not get all it asked for (the bid at the margin sets the price when it is
 *   filled partly), or the reserve.
 *
 * Never more than its own bid, never less than the reserve. What a winner pays is fixed when it is awarded. Bids below
 * the reserve wait for the close like the others in the sealed mechanisms, and are then rejected; they never set a
 * price. In an ascending auction they are refused at once.
 *
 * Energy that comes back after the close is sold by the same mechanism among the bids on standby alone: whoever has
 * lapsed or won already sets no price for it. A bid is awarded at most once, so one that was filled partly gets no more.
 *
 * Mistakes: NULL is ETP_EINVAL, or NO_AUCTION, UNKNOWN_TRADE, 0 and ETP_TIME_NEVER where no error is returned; an auction
 * that is zeroed is idle and answers the same way. Nothing changes.
 */
#ifndef ETP_AUCTION_H
#define ETP_AUCTION_H

#include "etp/message.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Who wins, and what is paid: see the head of this file. */
typedef enum etp_mechanism {
    ETP_FIRST_PRICE = 0,
    ETP_SECOND_PRICE = 1,
    ETP_ASCENDING = 2,
    ETP_UNIFORM_PRICE = 3
} etp_mechanism;

/** "first-price", "second-price", "ascending", "uniform-price"; "?" for another number. Static storage. */
ETP_API const char *etp_mechanism_name(etp_mechanism mechanism);
/** The mechanism of that name; ETP_ENOENT if there is none. */
ETP_API int etp_mechanism_parse(const char *name, etp_mechanism *mechanism);

/** Where a bid stands. */
typedef enum etp_bid_state {
    ETP_BID_NONE = 0,     /**< the slot has no bid */
    ETP_BID_STANDING = 1, /**< in the book, window open */
    ETP_BID_OUTBID = 2,   /**< ascending: beaten, may be raised while the window is open */
    ETP_BID_STANDBY = 3,  /**< after the close: got nothing yet, next if a hold lapses */
    ETP_BID_HELD = 4,     /**< awarded; energy promised until `hold_until` */
    ETP_BID_SOLD = 5,     /**< confirmed in time */
    ETP_BID_LAPSED = 6,   /**< awarded and not confirmed in time, or given up by the bidder */
    ETP_BID_REJECTED = 7  /**< out; `code` says why */
} etp_bid_state;

/** One place in the book. */
typedef struct etp_bid {
    etp_id bidder;        /**< its device id */
    etp_price price;      /**< offered */
    etp_energy energy;    /**< asked for, at the meter */
    etp_time arrival;     /**< when it was processed */
    etp_price sale_price; /**< to pay, once awarded */
    etp_energy award;     /**< energy awarded: the whole bid, or less for the last in the ranking */
    etp_time hold_until;  /**< first moment at which a confirmation is too late */
    uint32_t rank;        /**< from the close on: place in the owner's order, from 1; 0 where the mechanism ranks */
    uint8_t state;        /**< etp_bid_state */
    uint8_t code;         /**< etp_code, when rejected, outbid or lapsed */
} etp_bid;

/** Where an auction stands. */
typedef enum etp_auction_state {
    ETP_AUCTION_IDLE = 0,
    ETP_AUCTION_OPEN = 1,
    ETP_AUCTION_HOLDING = 2,
    ETP_AUCTION_DONE = 3
} etp_auction_state;

/** How an auction is opened. */
typedef struct etp_auction_terms {
    etp_mechanism mechanism; /**< who wins and what is paid */
    etp_energy lot;          /**< for sale, mWh at the meter; above 0, at most ETP_ENERGY_MAX */
    etp_price reserve;       /**< lowest price the owner takes, 0 to ETP_PRICE_MAX */
    etp_price tick;          /**< least raise of a re-bid; above 0, at most ETP_PRICE_MAX */
    etp_time closes;         /**< a bid processed at or after this moment is late; after the opening */
    etp_time hold;           /**< how long an award waits for its confirmation; above 0 */
} etp_auction_terms;

/** Zero it before its first use. */
typedef struct etp_auction {
    etp_auction_terms terms; /**< as it was opened */
    etp_bid *book;           /**< borrowed: `slots` places, zeroed by open */
    unsigned slots;          /**< places in the book */
    uint8_t state;           /**< etp_auction_state */
    etp_energy held;         /**< sum of awards that are held now */
    etp_energy sold;         /**< sum of awards that were confirmed */
} etp_auction;

/** Opens it at `now` with an empty book. ETP_ERANGE if the terms are outside their ranges, ETP_EINVAL without a book,
 *  ETP_ESTATE while the last auction is open or holding. */
ETP_API int etp_auction_open(etp_auction *auction, const etp_auction_terms *terms, etp_bid *book, unsigned slots,
                             etp_time now);

/** Takes a bid into `slot`. Returns ETP_CODE_NONE, or why not: LATE, NO_AUCTION, NOT_RAISED (a further bid of the same
 *  slot must be higher by the tick and ask for at least as much energy, even after it was outbid or withdrawn),
 *  NOT_ENOUGH_ENERGY (asks for none), POLICY (a price outside 0 to ETP_PRICE_MAX), BELOW_RESERVE and OUTBID (both only
 *  in an ascending auction; an outbid newcomer stays in the book as outbid). Bids for more than the lot are cut to it.
 *  A refused re-bid leaves the earlier bid as it was. In an ascending auction other bids may turn OUTBID by this call:
 *  compare states before and after. An outbid bid that is not raised takes no part in the close and stays OUTBID. */
ETP_API etp_code etp_auction_bid(etp_auction *auction, unsigned slot, etp_id bidder, etp_price price, etp_energy energy,
                                 etp_time now);

/** The bidder takes its bid or award back: it is LAPSED with code WITHDRAWN. Frees what it held, which goes down the
 *  ranking. A sale stays a sale, and what is out already stays as it is. */
ETP_API void etp_auction_withdraw(etp_auction *auction, unsigned slot, etp_time now);

/** The price a new bid must exceed to get anything, as the book stands: that of the last bid that would get something.
 *  While energy is left unasked for it is the reserve, which is then enough to meet. After the close the same of what
 *  was awarded: the lowest bid that won, or the reserve while part of the lot is without a winner. 0 when idle. */
ETP_API etp_price etp_auction_to_beat(const etp_auction *auction);

/** The order in which the mechanism ranks the live bids of the book: writes slots into `order` (room for `slots`
 *  entries) and returns how many. Live are the bids that stand at or above the reserve: none after the close. */
ETP_API unsigned etp_auction_rank(const etp_auction *auction, unsigned *order);

/** Closes it: ranks, awards, sets prices and holds. `order` (of `count` slots, or NULL for the mechanism's own) is an
 *  owner's ranking: live slots left out of it are rejected with code POLICY. An order that names a slot twice, or one
 *  without a live bid, is ETP_EINVAL and changes nothing. ETP_ESTATE when it is not open or `now` is before the close. */
ETP_API int etp_auction_close(etp_auction *auction, const unsigned *order, unsigned count, etp_time now);

/** A confirmation for `slot`: ETP_CODE_NONE and the award is sold (again NONE if it was sold before), EXPIRED if the
 *  hold ended, UNKNOWN_TRADE if there is no award. */
ETP_API etp_code etp_auction_confirm(etp_auction *auction, unsigned slot, etp_time now);

/** Lapses every hold that ended at or before `now` and passes its energy down the ranking; new holds start at `now`.
 *  Returns how many awards lapsed. */
ETP_API unsigned etp_auction_lapse(etp_auction *auction, etp_time now);

/** Ends it at once: bids that stand, are on standby or could still be raised are rejected with `code`, held awards
 *  lapse with it, nothing new is awarded. Sales stay. */
ETP_API void etp_auction_abort(etp_auction *auction, etp_code code);

/** True when every promise is accounted for: the awards sum up to `held` and `sold`, and these are within the lot. */
ETP_API bool etp_auction_balances(const etp_auction *auction);

/** When it next needs attention: its close, the earliest end of a hold, or ETP_TIME_NEVER. */
ETP_API etp_time etp_auction_deadline(const etp_auction *auction);

#ifdef __cplusplus
}
#endif

#endif
