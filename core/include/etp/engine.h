/* SPDX-License-Identifier: MIT */
/**
 * @file engine.h
 * The engine: any number of nodes (batteries and aggregators), their sessions, timers and outboxes, as one plain state
 * machine. Time and bytes are handed in, bytes and events come out. No clock, no thread, no socket in here.
 *
 *     etp_engine_begin_interval()   a market interval begins: hooks are told, aggregators begin to query
 *     etp_engine_advance()          time has passed: timers that are due run
 *     etp_engine_receive()          bytes arrived on a link, at the moment advanced to
 *     etp_engine_deadline()         when it must be advanced next
 *     etp_engine_link_lost()        what carried a link is gone;  etp_engine_link_up()  it is back
 *     transport.send()              called by the engine with a sealed frame for a link
 *
 * Links join two nodes and carry bytes. Each end knows its link by a number that this engine gave, and the device id of
 * the other end; whether that is in the same engine, another process or another country, the engine cannot tell.
 *
 * One engine is used by one thread at a time; several engines may run in several threads. All memory is allocated when
 * nodes and links are added; none per message. Docs: docs/protocol.md (rules), docs/states.md (what each message does
 * in each state of a session).
 *
 * Mistakes: a NULL engine or pointer is ETP_EINVAL, a call that comes too early, too late, or from inside a hook, an
 * observer or a transport is ETP_ESTATE; either changes nothing. Readers of a NULL engine give 0, ETP_TIME_NEVER or NULL.
 */
#ifndef ETP_ENGINE_H
#define ETP_ENGINE_H

#include <stddef.h>

#include "etp/alloc.h"
#include "etp/codec.h"
#include "etp/error.h"
#include "etp/histogram.h"
#include "etp/hooks.h"
#include "etp/log.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque. */
typedef struct etp_engine etp_engine;
typedef uint32_t etp_node; /**< a node of one engine, from 0 in the order they were added */
typedef uint32_t etp_link; /**< one end of a link of one engine, from 0 in the order they were added */

/** Takes frames from the engine. `send` gets sealed bytes that are borrowed until it returns, and may not call the
 *  engine. It returns 0; ETP_EFULL when the link is busy (the messages stay queued, the urgent ones in front, until
 *  etp_engine_link_ready()); or another error, which counts as a frame that was lost: the protocol repeats what
 *  matters. */
typedef struct etp_transport {
    int (*send)(void *user, etp_link link, const void *frame, size_t size); /**< takes a frame */
    void *user;                                                             /**< handed to it */
} etp_transport;

/** Protocol time, all in ns of the engine's clock. etp_timing_defaults() gives the values in brackets. */
typedef struct etp_timing {
    etp_time window;          /**< [2 s] an auction is open for bids */
    etp_time hold;            /**< [1 s] an award waits for its confirmation */
    etp_time query_spread;    /**< [10 s] Queries of an interval are spread over this, see docs/protocol.md */
    etp_time query_repeat;    /**< [400 ms] a Query without an answer is repeated after this, at most twice */
    etp_time confirm_repeat;  /**< [250 ms] a Confirm, or an Accept, without an answer is repeated after this */
    etp_time decide_lead;     /**< [500 ms] before the close, strategies that wait are asked again; a quarter of the
                                   window where that is no longer than this */
    etp_time register_period; /**< [1 h] between Registers, +-10 % */
    etp_time status_period;   /**< [15 min] between a battery's own BESSStatus, +-10 % */
    etp_time doubt_limit;     /**< [10 min] after which an unanswered Confirm is given up as unresolved */
} etp_timing;

/** Sets every time to its default. */
ETP_API void etp_timing_defaults(etp_timing *timing);

/** What a battery tells bidders beyond what the protocol needs. */
enum {
    ETP_DISCLOSE_RESERVE = 1, /**< the reserve, as sale_price of a QueryResponse */
    ETP_DISCLOSE_WINNER = 2   /**< the lowest price that won, as sale_price of a BidReject */
};

/** What can happen. */
typedef enum etp_event_kind {
    ETP_EVENT_REGISTER = 0, /**< an aggregator learned of a battery */
    ETP_EVENT_QUERY,        /**< a battery processed a Query */
    ETP_EVENT_RESPONSE,     /**< an aggregator processed a QueryResponse */
    ETP_EVENT_BID,          /**< a battery processed a Bid (`code` says whether it took it) */
    ETP_EVENT_ACCEPT,       /**< a battery awarded energy and holds it */
    ETP_EVENT_REJECT,       /**< a battery rejected a bid */
    ETP_EVENT_CONFIRM,      /**< a battery processed a Confirm inside the hold: the trade exists from here */
    ETP_EVENT_LAPSE,        /**< a hold ended without a confirmation */
    ETP_EVENT_RECEIPT,      /**< an aggregator learned that its trade exists */
    ETP_EVENT_VOID,         /**< an aggregator learned that its award is void */
    ETP_EVENT_UNRESOLVED,   /**< an aggregator gave up asking what became of its Confirm */
    ETP_EVENT_STATUS,       /**< an aggregator processed a BESSStatus */
    ETP_EVENT_FAILURE,    /**< a device failed (at the node that failed: `peer` 0) or is known to have (at the peer) */
    ETP_EVENT_RECOVERY,   /**< a device came back */
    ETP_EVENT_TERMINATE,  /**< a Terminate was processed */
    ETP_EVENT_HOOK_ERROR, /**< a hook failed; what hooks.h says of that applies */
    ETP_EVENT_REFUSED,    /**< something that arrived was refused, `refusal` says why */
    ETP_EVENT_LATE,       /**< a message was processed after its delay limit: `type`, `delay` */
    ETP_EVENT_LINK_LOST,  /**< the transport lost the peer */
    ETP_EVENT_LINK_UP,    /**< the transport has it back */
    ETP_EVENTS            /* how many there are */
} etp_event_kind;

/** "register", "query", ...; "?" for another number. Static storage. */
ETP_API const char *etp_event_name(etp_event_kind kind);

/** Something happened. Fields that mean nothing for a kind are 0 (prices: ETP_PRICE_NONE). */
typedef struct etp_event {
    etp_event_kind kind; /**< what happened */
    etp_time when;       /**< on the engine's clock */
    uint64_t interval;   /**< index of the market interval; RECEIPT, VOID, UNRESOLVED: that of the bid */
    etp_node node;       /**< where it happened */
    etp_id device;       /**< of that node */
    etp_id peer;         /**< the other side, 0 if none */
    etp_id message;      /**< message_id of the message concerned */
    etp_price price;     /**< offered, or to be paid */
    etp_energy energy;   /**< asked for, offered, awarded, sold */
    etp_money amount;    /**< of a trade: etp_amount(price, energy) */
    etp_price reserve;   /**< RESPONSE (if disclosed), ACCEPT, CONFIRM */
    etp_price value;     /**< RECEIPT: the buyer's private value when it bid */
    etp_time delay;      /**< LATE */
    uint8_t type;        /**< etp_type of the message concerned */
    uint8_t code;        /**< etp_code */
    uint8_t refusal;     /**< etp_refusal */
} etp_event;

/** Sees every event, on the engine's thread, in order. Borrowed until it returns; may not call the engine. */
typedef struct etp_observer {
    void (*on_event)(void *user, const etp_event *event); /**< is told */
    void *user;                                           /**< handed to it */
} etp_observer;

/** What an engine is made of. */
typedef struct etp_engine_options {
    size_t size;                    /**< sizeof(etp_engine_options) */
    const etp_allocator *allocator; /**< borrowed for the engine's life; NULL = malloc */
    etp_logger logger;              /**< copied; zeroed = no log */
    etp_transport transport;        /**< required */
    etp_observer observer;          /**< `on_event` may be NULL */
    etp_time now;                   /**< the clock's first reading */
    uint64_t seed;                  /**< of the nodes' random streams and of jitter */
    etp_timing timing;              /**< of the protocol */
    etp_mechanism mechanism;        /**< of every auction */
    etp_price tick;                 /**< least raise of a re-bid; 0 = 0.1 c/kWh */
    unsigned disclose;              /**< ETP_DISCLOSE_... or-ed */
    unsigned max_nodes;             /**< bound; memory for the table is taken at once */
    unsigned max_links;             /**< bound; memory for the table is taken at once */
    unsigned outbox_slots;          /**< messages waiting in all outboxes together; 0 = 256 and one for 16 links */
} etp_engine_options;

/** Sets everything to its default; `transport` and the two bounds remain to be filled in. */
ETP_API void etp_engine_defaults(etp_engine_options *options);

/** ETP_EINVAL for options that contradict each other (the error says which). */
ETP_API int etp_engine_new(etp_engine **engine, const etp_engine_options *options, etp_error *error);
/** Accepts NULL. Does not send anything: see etp_engine_shut_down(). Does nothing when called from inside a hook, an
 *  observer or a transport of this engine. */
ETP_API void etp_engine_free(etp_engine *engine);

/* ---- building ---- */

/** A battery, as it is added. */
typedef struct etp_bess_options {
    size_t size;                 /**< sizeof(etp_bess_options) */
    etp_id device_id;            /**< 1 to ETP_ID_MAX, not in use in this engine */
    const char *name;            /**< borrowed for the engine's life; may be NULL */
    etp_battery *battery;        /**< borrowed for the engine's life. The host may change it between calls. */
    const etp_bess_hooks *hooks; /**< borrowed; NULL = defaults */
    void *hooks_user;            /**< handed to each hook */
    etp_price base_reserve;      /**< of the default policy; 8.3 c/kWh if 0 */
    unsigned peers;              /**< how many links it will have: memory is taken for them now */
} etp_bess_options;

/** A buyer, as it is added. */
typedef struct etp_aggregator_options {
    size_t size;                       /**< sizeof(etp_aggregator_options) */
    etp_id device_id;                  /**< 1 to ETP_ID_MAX, not in use in this engine */
    const char *name;                  /**< borrowed for the engine's life; may be NULL */
    const etp_aggregator_hooks *hooks; /**< borrowed; NULL = defaults */
    void *hooks_user;                  /**< handed to each hook */
    unsigned peers;                    /**< how many links it will have: memory is taken for them now */
    unsigned steps;                    /**< most steps of a brief, up to 65 535: memory is taken for them now */
} etp_aggregator_options;

/** Set everything to its default; device id, battery and peers remain to be filled in. */
ETP_API void etp_bess_defaults(etp_bess_options *options);
/** The same for a buyer. */
ETP_API void etp_aggregator_defaults(etp_aggregator_options *options);

/** ETP_EINVAL for a `size` that is not its struct's (the hooks' too), ETP_EEXIST for a device id in use, ETP_ERANGE (also
 *  for a battery that etp_battery_init() has not set up), ETP_EFULL over max_nodes, ETP_ENOMEM, ETP_ESTATE after the
 *  start. */
ETP_API int etp_engine_add_bess(etp_engine *engine, const etp_bess_options *options, etp_node *node);
/** The same for a buyer. */
ETP_API int etp_engine_add_aggregator(etp_engine *engine, const etp_aggregator_options *options, etp_node *node);

/** One end of a link: `node` here, the device `peer` there. It is there for the engine's life, whatever connections come
 *  and go under it: see etp_engine_link_lost(). Links may be added after the start too, and take no memory then. Such a
 *  link counts as lost until etp_engine_link_up(), so that the transport knows its number before anything is sent on it.
 *  ETP_EFULL over `peers` or max_links, ETP_EEXIST if a battery has a link to that peer (an aggregator's many peers are
 *  the host's to keep apart), ETP_ENOENT for no such node. */
ETP_API int etp_engine_add_link(etp_engine *engine, etp_node node, etp_id peer, etp_link *link);

/** Both ends of a link between a battery and an aggregator are in this engine, and what is sent on it arrives within a
 *  minute and its delay limit, if at all. From then on messages that nobody would act on are not sent: Queries to a
 *  battery that has nothing to sell as an interval begins, Registers and BESSStatus to a buyer that knows the battery. Trades,
 *  and what hooks are told, are the same with and without, if no battery fails for less than the query spread; events
 *  and counts of messages are fewer. ETP_ENOENT for links
 *  that are no such ends, ETP_ERANGE for two that are not each other's, ETP_ESTATE after the start. */
ETP_API int etp_engine_pair_links(etp_engine *engine, etp_link at_bess, etp_link at_aggregator);

/** Once, after building: calls on_start hooks, begins to send Registers. ETP_ESTATE the second time. */
ETP_API int etp_engine_start(etp_engine *engine);

/* ---- running ---- */

/** A battery's facts for the interval that begins; what its policy sees besides the battery itself. */
typedef struct etp_bess_brief {
    etp_energy lot;           /**< the most that may be sold in this interval; 0 offers nothing */
    etp_price feed_in;        /**< what spilled energy earns now */
    etp_price retail;         /**< what imported energy costs now */
    etp_energy expected_need; /**< own use expected from the battery until the sun covers the load again */
} etp_bess_brief;

/** One part of what a buyer wants: energy that is worth so much to it, and no more of it than this. */
typedef struct etp_demand_step {
    etp_price value;  /**< per kWh, may be negative */
    etp_energy need;  /**< most energy at that value */
    etp_money budget; /**< most money that may be spent on it */
    unsigned number;  /**< whose it is, for the host: the engine does not look at it */
} etp_demand_step;

/** An aggregator's facts for the interval that begins.
 *
 *  Without steps all that it wants is worth the same. With steps, best value first, its value goes down as needs are
 *  filled: an offer shows the value of the first step that has need and budget left, the engine lets through no more
 *  than that step has left, and the bid counts against it. `value`, `need` and `budget` are then the first step's value
 *  and the totals, which bind besides. Energy that is still in doubt from an earlier interval counts against the first
 *  step with room. What steps have taken stays with their places when the brief changes in mid-interval. */
typedef struct etp_aggregator_brief {
    bool takes_part;              /**< false: it sends no Query in this interval */
    etp_price value;              /**< per kWh, may be negative */
    etp_energy need;              /**< most energy it wants in this interval */
    etp_money budget;             /**< most money it may spend in this interval */
    const etp_demand_step *steps; /**< copied; NULL for none */
    unsigned step_count;          /**< how many; at most the node's etp_aggregator_options.steps */
} etp_aggregator_brief;

/** Kept until changed. ETP_EINVAL for no such node, or one of the other role. */
ETP_API int etp_engine_brief_bess(etp_engine *engine, etp_node node, const etp_bess_brief *brief);
/** The same for a buyer. ETP_EFULL for more steps than the node has room for, ETP_ERANGE for steps that are not in the
 *  order of their values, or with a need or budget below 0. */
ETP_API int etp_engine_brief_aggregator(etp_engine *engine, etp_node node, const etp_aggregator_brief *brief);

/** A market interval, as it is begun. */
typedef struct etp_interval {
    uint64_t index;         /**< 0 for the first */
    etp_time starts;        /**< on the engine's clock */
    etp_time ends;          /**< after the query spread, window and holds fit in */
    uint32_t second_of_day; /**< of `starts`, on the market's clock */
    etp_price spot;         /**< see etp_market */
    etp_price forecast;     /**< see etp_market */
} etp_interval;

/** Begins a market interval: on_interval hooks, then Queries over the query spread. ETP_ERANGE if the interval is shorter
 *  than spread + window + two holds, begins before 1970 or ends after 2255; ETP_ESTATE before the start. After
 *  etp_engine_shut_down() nothing opens in it. */
ETP_API int etp_engine_begin_interval(etp_engine *engine, const etp_interval *interval);

/** Bytes arrived on `link`, at the engine's now: advance it to the moment of arrival first, or a bid counts as processed
 *  when the engine last looked at the clock. Never fails on what the bytes are: refusals are counted and told to the
 *  observer. ETP_ENOENT for an unknown link, which is counted too; ETP_ESTATE before the start, and for a link that is lost. */
ETP_API int etp_engine_receive(etp_engine *engine, etp_link link, const void *frame, size_t size);

/** A link whose transport was busy can take frames again. ETP_ENOENT for an unknown link. */
ETP_API int etp_engine_link_ready(etp_engine *engine, etp_link link);

/** The transport has lost the peer. What waited on the link is given up, and so is what would be sent until
 *  etp_engine_link_up(): both are counted. Hooks get ETP_FAULT_LINK.
 *
 *  A buyer gives up its bid with that battery and queries it no more until it is heard of again. What is in doubt stays
 *  so, and is asked for as soon as the link is up; after a day it is given up as unresolved. A battery keeps the bid that
 *  stands, for the buyer may be back in time; its holds end as ever. docs/states.md has it state by state. A link that is
 *  lost already stays so. ETP_ENOENT for an unknown link, ETP_ESTATE before the start. */
ETP_API int etp_engine_link_lost(etp_engine *engine, etp_link link);

/** The peer is back, or another connection has taken the place of the one that carried the link: what was under way may be
 *  lost. What is owed goes out first: a DeviceFailure (offline) to a battery that may still wait for what the buyer gave
 *  up, the BidConfirm of a trade in doubt; a battery registers at once and, until it is heard, ever more rarely. ETP_ENOENT for an
 *  unknown link, ETP_ESTATE before the start. */
ETP_API int etp_engine_link_up(etp_engine *engine, etp_link link);

/** The peer's clock is ahead of this engine's by so much (below 0: behind), as far as the transport can tell; 0 until it is
 *  told. Delays and what is left of windows and holds are measured by it. ETP_ENOENT for an unknown link, ETP_ERANGE for
 *  more than the clock's whole range. */
ETP_API int etp_engine_link_clock(etp_engine *engine, etp_link link, etp_time ahead);

/** Sets the clock (never back: an earlier `now` is taken as the last) and runs the timers that are due. ETP_ERANGE for a
 *  moment after the year 2255, when messages can no longer be stamped; so ETP_TIME_NEVER is no time to advance to. */
ETP_API int etp_engine_advance(etp_engine *engine, etp_time now);
/** The next moment at which a timer is due, or ETP_TIME_NEVER. */
ETP_API etp_time etp_engine_deadline(const etp_engine *engine);

/** The reserve of a battery's default policy, from its next auction on; 8.3 c/kWh if 0. ETP_ERANGE for one below 0 or above
 *  10 000 c/kWh, ETP_EINVAL for a node that is no battery. */
ETP_API int etp_engine_set_base_reserve(etp_engine *engine, etp_node node, etp_price base_reserve);

/** The device of `node` fails: it sends DeviceFailure to its peers, its auctions end, holds lapse, and it ignores all
 *  that arrives until it recovers. ETP_ENOENT for no such node. */
ETP_API int etp_engine_fail(etp_engine *engine, etp_node node);
/** It is back. ETP_ESTATE if it has not failed, ETP_ENOENT for no such node. */
ETP_API int etp_engine_recover(etp_engine *engine, etp_node node);

/** Sends Terminate (shutting_down) to every peer whose link is up, once; no new auctions, queries or bids. Open holds go on
 *  until confirmed or lapsed: a peer whose bid is held or on standby, or whose trade is in doubt, is told when that is
 *  settled, and one whose link is lost when it is back. ETP_ESTATE before the start. */
ETP_API int etp_engine_shut_down(etp_engine *engine);

/* ---- reading ---- */

/** The engine's clock. */
ETP_API etp_time etp_engine_now(const etp_engine *engine);

/** Its times, as its options gave them. Borrowed for the engine's life. */
ETP_API const etp_timing *etp_engine_timing(const etp_engine *engine);

/** What a battery has sold in the current interval, at the meter, and for how much. ETP_EINVAL for a node that is no
 *  battery. */
ETP_API int etp_engine_sold(const etp_engine *engine, etp_node node, etp_energy *energy, etp_money *revenue);

/** What a battery has offered in the current interval: the lot of its auction and the reserve that its policy asked. An
 *  energy of 0, and no price (ETP_PRICE_NONE), where it has opened no auction. ETP_EINVAL for a node that is no battery. */
ETP_API int etp_engine_offered(const etp_engine *engine, etp_node node, etp_energy *energy, etp_price *reserve);

/** Totals of one aggregator since the start. A trade is counted when its receipt is here. */
typedef struct etp_aggregator_totals {
    uint64_t queries;           /**< sent */
    uint64_t offers;            /**< received, with something for sale */
    uint64_t bids;              /**< sent, the first to each battery in an interval */
    uint64_t rebids;            /**< raised bids */
    uint64_t wins;              /**< trades whose receipt is here */
    uint64_t rejected;          /**< bids that got a BidReject */
    uint64_t expired;           /**< bids and awards that came to nothing in time */
    uint64_t in_doubt;          /**< awards confirmed, whose receipt is not here yet */
    uint64_t unresolved;        /**< of those, given up */
    etp_energy energy;          /**< bought */
    etp_money paid;             /**< for it */
    uint64_t hook_calls;        /**< calls of its hooks */
    uint64_t hook_errors;       /**< of those, failed */
    etp_energy interval_energy; /**< won in the current interval */
    etp_money interval_paid;    /**< for it */
} etp_aggregator_totals;
/** Of one buyer; ETP_EINVAL for a battery. */
ETP_API int etp_engine_aggregator_totals(const etp_engine *engine, etp_node node, etp_aggregator_totals *totals);

/** Totals of the engine since the start. */
typedef struct etp_engine_stats {
    uint64_t auctions;              /**< opened */
    uint64_t trades;                /**< confirmed at batteries here */
    uint64_t lapses;                /**< holds that ended without a confirmation */
    etp_energy offered;             /**< lots of all auctions */
    uint64_t frames_sent;           /**< taken by the transport */
    uint64_t frames_received;       /**< handed in */
    uint64_t frames_unsent;         /**< that the transport answered with an error */
    uint64_t bytes_sent;            /**< of the frames sent */
    uint64_t sent[ETP_TYPES];       /**< messages, by type */
    uint64_t received[ETP_TYPES];   /**< messages that were acted on, by type */
    uint64_t late[ETP_TYPES];       /**< messages over their delay limit, by type */
    uint64_t refused[ETP_REFUSALS]; /**< by reason */
    uint64_t outbox_full;           /**< messages given up because no slot was free */
    uint64_t link_lost;             /**< messages given up because their link was lost */
    uint64_t hook_calls;            /**< of all nodes */
    uint64_t hook_errors;           /**< of those, failed */
    size_t bytes_per_bess;          /**< of ours: what one more battery takes */
    size_t bytes_per_session;       /**< of ours: what one more side of a session takes */
} etp_engine_stats;
/** Of the whole engine. */
ETP_API void etp_engine_get_stats(const etp_engine *engine, etp_engine_stats *stats);

/** Delays of one type, creation to first processing, in microseconds. Borrowed for the engine's life. */
ETP_API const etp_histogram *etp_engine_delays(const etp_engine *engine, etp_type type);

#ifdef __cplusplus
}
#endif

#endif
