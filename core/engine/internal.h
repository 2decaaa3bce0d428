/* SPDX-License-Identifier: MIT */
/*
 * What the files of this room share: the engine, its nodes, their sessions.
 *
 *     engine.c              life, intervals, failure, reading
 *     building.c            nodes and links, and the start
 *     inbox.c               a frame's way in: seal, messages, sender, duplicates, delay; then the handler tables; the
 *                           clock, which runs the timers that are due
 *     outbox.c              a message's way out: slots by priority, joined into frames
 *     link.c                links that are lost and come back, and the clocks at their other ends
 *     observe.c             events, and the accounting of hooks
 *     idle.c                what need not be sent between two nodes of one engine
 *     bess.c                a battery's intervals, timers, failure
 *     bess_auction.c        what an auction's turn means in messages
 *     bess_inbox.c          a battery's handlers: [state of the session][type of the message]
 *     aggregator.c          a buyer's intervals, timers, failure
 *     aggregator_round.c    when it queries whom
 *     aggregator_bidding.c  asking the strategy, bids, confirmations, outcomes
 *     aggregator_inbox.c    a buyer's handlers
 *     demand.c              what a buyer wants in steps, and what is taken of each
 *
 * A session is one node's side of its business with one peer. docs/states.md lists every state and message.
 */
#ifndef ETP_ENGINE_INTERNAL_H
#define ETP_ENGINE_INTERNAL_H

#include "base/heap.h"
#include "base/wheel.h"
#include "etp/engine.h"

#define NO_SLOT UINT32_MAX
#define NO_LINK UINT32_MAX

/* The last moment at which a message can still be stamped: ids are microseconds below 2^53. In the year 2255. */
#define ETP_CLOCK_MAX ((etp_time)ETP_ID_MAX * ETP_NS_PER_US)

enum role { ROLE_BESS, ROLE_AGGREGATOR };

/* A slot of the outboxes' pool for so many links, besides a fixed number. */
enum { LINKS_PER_SLOT = 16 };

/* One message that waits to be sent, encoded. Sized to two cache lines. */
struct outbox_slot {
    uint32_t next;
    uint8_t priority;
    uint8_t size;
    uint8_t bytes[122];
};

/* One end of a link. Dirty links are strung together until they are flushed. */
struct link {
    etp_id peer;
    etp_time ahead; /* of the peer's clock */
    uint32_t node, session;
    uint32_t first_slot;
    uint32_t next_dirty;
    bool dirty;
    bool blocked;      /* the transport said ETP_EFULL; etp_engine_link_ready() clears it */
    bool lost;         /* etp_engine_link_up() clears it */
    bool owes_failure; /* the peer has to learn that what was open is given up */
    bool told_end;     /* and that the node is going away, which it has */
};

struct node {
    uint8_t role;
    bool failed;
    uint32_t number;
    uint32_t links, peers; /* in use, and room for */
    etp_id device_id;
    etp_id last_message_id;
    const char *name;
    etp_rng rng;
};

/* ---- a battery ---- */

enum bess_state {
    BESS_IDLE,    /* nothing with this peer in this interval */
    BESS_OFFERED, /* it was told what is for sale */
    BESS_BIDDING, /* its bid stands */
    BESS_OUTBID,  /* its bid was beaten and may be raised */
    BESS_STANDBY, /* the window is closed, its bid waits in case a hold lapses */
    BESS_HELD,    /* energy is held for it until it confirms */
    BESS_SOLD,    /* it confirmed in time */
    BESS_OUT,     /* rejected, lapsed or withdrawn: nothing more in this interval */
    BESS_STATES
};

/* The last request of one type and the answer it got, so that a duplicate gets the same again. */
struct answered {
    etp_id request, id;
    etp_price price;
    etp_energy energy;
    uint32_t closes_in_ms;
    uint8_t type, code;
    bool sold; /* of a Bid: its award was confirmed in time */
};

struct bess_session {
    struct aggregator_session *pair;    /* the other side, if it is here and what is idle may be left out; else NULL */
    etp_id query_request, query_answer; /* the answer is 0 once its interval is over */
    struct answered bid, confirm;       /* `bid` is the one that the book took */
    etp_id refused_bid, refusal;        /* the last Bid that it did not take, and the BidReject that it got */
    etp_id last_terminate, last_failure;
    uint32_t link;
    uint8_t state;
    uint8_t refusal_code;
    uint8_t offer_code; /* of the QueryResponse: ETP_CODE_NONE if it offered energy */
    bool heard;         /* the peer has sent something since the start */
};

enum offer_state { OFFER_UNDECIDED, OFFER_OPEN, OFFER_NOTHING };

struct bess {
    struct node node;
    etp_battery *battery;
    const etp_bess_hooks *hooks;
    void *user;
    etp_price base_reserve;
    etp_bess_brief brief;
    etp_auction auction;
    etp_bid *book;
    struct bess_session *sessions;
    /* what the interval's QueryResponses say, fixed when its first Query came */
    struct {
        etp_energy energy_total, lot, remaining;
        etp_power discharge_rate;
        uint32_t for_sale_ppm, voltage_mv;
        uint8_t state, health;
    } offer;
    etp_money revenue;
    etp_price lowest_won;
    uint32_t lapsed;
    bool reported; /* on_result was called for this auction */
    etp_time repeat_at, register_at, status_at;
    etp_time register_wait; /* doubles until every peer was heard */
    etp_time settled_at;    /* when every peer has long learned what became of it */
};

/* ---- an aggregator ---- */

enum aggregator_state {
    AGGREGATOR_UNKNOWN,    /* the battery was never heard of */
    AGGREGATOR_IDLE,       /* registered; nothing in this interval yet */
    AGGREGATOR_QUERIED,    /* a Query waits for its answer */
    AGGREGATOR_WAITING,    /* the strategy wants to be asked again before the close */
    AGGREGATOR_BIDDING,    /* a bid waits for its answer */
    AGGREGATOR_CONFIRMING, /* accepted and confirmed, the receipt is not here: in doubt */
    AGGREGATOR_BOUGHT,     /* the receipt is here */
    AGGREGATOR_OUT,        /* nothing more in this interval */
    AGGREGATOR_GONE,       /* the battery failed or went away */
    AGGREGATOR_STATES
};

/* Types of which a battery sends answers or news, and so the newest id of each is remembered. */
enum { NEWEST_TYPES = 7 };

struct aggregator_session {
    etp_id newest[NEWEST_TYPES];
    etp_id query_id, offer_id;
    etp_energy lot;
    etp_time closes;     /* as we understand it */
    etp_time asks_since; /* what became of a trade in doubt */
    etp_price value;
    union {
        struct { /* until a bid is made */
            etp_energy energy_total, remaining;
            etp_power discharge_rate;
            etp_price reserve;
            uint32_t for_sale_ppm, voltage_mv;
        } offer;
        struct { /* from then on */
            etp_id bid_id, accept_id;
            etp_id confirm_id; /* of our Confirm, or of the Terminate that declined `accept_id` */
            etp_price bid_price, sale_price;
            etp_energy bid_energy, award;
        } trade;
    } u;
    uint32_t link;
    uint32_t interval; /* the market interval (its low 32 bits) that the session is about */
    uint16_t step;     /* of the buyer's demand, against which an open bid counts */
    uint8_t state, health;
    uint8_t tries; /* repeats of what waits for an answer */
    bool has_bid;  /* which side of the union holds */
    bool idle;     /* the other side, which is here, has nothing to sell in this interval */
};

/* One step of a buyer's demand, and what is taken of it: won in this interval, or open. */
struct demand_step {
    etp_demand_step wanted;
    etp_energy energy;
    etp_money money;
};

struct aggregator {
    struct node node;
    const etp_aggregator_hooks *hooks;
    void *user;
    etp_aggregator_brief brief;
    struct aggregator_session *sessions;
    struct demand_step *steps;
    uint32_t step_count, step_room;
    /* Queries: sessions in order of their battery's offset within the spread, and where the interval's round stands */
    uint32_t *order;
    uint32_t *offset_us;
    uint32_t first, asked; /* place in `order` where the round began, and how many have had their turn */
    uint32_t turn_us;      /* by how much the interval's round is turned */
    bool asking;           /* it takes part in the interval's round, which may be over for all that it knows */
    struct wheel wheel;
    etp_energy open_energy; /* bid for or awarded, without an outcome */
    etp_money open_money;
    etp_time round_trip; /* smoothed */
    uint32_t loss_hint;  /* above 0 while the links have lately lost something: bids are then repeated */
    etp_history history;
    etp_aggregator_totals totals;
};

/* ---- the engine ---- */

struct etp_engine {
    etp_engine_options options;
    const etp_allocator *allocator;
    etp_time now;
    etp_interval interval;
    bool started, in_interval, shutting_down;
    bool busy; /* inside one of its own calls: a hook, an observer or a transport may not begin another */
    uint32_t node_count, link_count;
    struct node **nodes;
    struct link *links;
    struct heap timers;
    struct {
        struct outbox_slot *slots;
        uint32_t count, used, free;
        uint32_t first_dirty, last_dirty;
    } outbox;
    unsigned *order; /* room for the bids of the largest book */
    etp_bid *ranked;
    unsigned order_room;
    etp_engine_stats stats;
    etp_histogram delays[ETP_TYPES];
};

static inline struct bess *as_bess(struct node *node)
{
    return (struct bess *)(void *)node;
}

static inline struct aggregator *as_aggregator(struct node *node)
{
    return (struct aggregator *)(void *)node;
}

/* engine.c */
/* Every call that changes a running engine begins with the first, which refuses NULL and what is called from inside
 * another call, and ends with the second, which hands `result` on. */
int etp_engine_enter(etp_engine *engine);
int etp_engine_leave(etp_engine *engine, int result);
void *etp_take_memory(const etp_engine *engine, size_t size);
/* Accepts NULL. */
void etp_give_memory(const etp_engine *engine, void *memory, size_t size);

/* inbox.c */
void etp_tell_fault(etp_engine *engine, struct node *node, const etp_fault *fault);
/* Puts the next deadline of a node where the clock finds it. */
void etp_reschedule(etp_engine *engine, struct node *node);

/* outbox.c */
int etp_outbox_init(etp_engine *engine);
void etp_outbox_fini(etp_engine *engine);
/* The id of the node's next message, which is also the moment of its creation. */
etp_id etp_outbox_next_id(const etp_engine *engine, struct node *node);
/* Fills in message_id (unless it has one), device_id and ttl, and queues the message. Returns its id. */
etp_id etp_outbox_send(etp_engine *engine, struct node *node, uint32_t link, etp_message *message);
void etp_outbox_flush(etp_engine *engine);
/* Forgets what waits on a link. Returns how many messages that were. */
uint32_t etp_outbox_clear(etp_engine *engine, struct link *link);
/* Whether a DeviceFailure waits there. */
bool etp_outbox_has_failure(const etp_engine *engine, const struct link *link);

/* link.c */
/* Of a node that shuts down: tells the peer so, once, if its link is up. To be called when nothing is open with it any
 * more that the peer would give up for it. */
void etp_link_say_farewell(etp_engine *engine, etp_link link);
/* When a message of the peer's was created, on our clock. */
etp_time etp_link_created(const struct link *link, etp_id message);

/* observe.c */
/* An event at `node` about `peer`; the caller fills in the rest and hands it to etp_observe(). */
etp_event etp_event_at(const etp_engine *engine, const struct node *node, etp_event_kind kind, etp_id peer);
void etp_observe(etp_engine *engine, const etp_event *event);
etp_context etp_context_of(etp_engine *engine, struct node *node, etp_time deadline);
/* Counts a call of a hook, and its failure if `result` is negative. Returns false for a failure. */
bool etp_hook_done(etp_engine *engine, struct node *node, int result);
etp_market etp_market_of(const etp_engine *engine);
void etp_refuse(etp_engine *engine, struct node *node, etp_id peer, unsigned type, etp_refusal refusal);

/* idle.c */
/* The most that it could offer in this interval. */
etp_energy etp_bess_lot(const struct bess *bess);
/* An interval begins: the other sides that are here get to know whether there is anything to ask for in it. */
void etp_bess_tell_pairs(struct bess *bess);
/* Whether a periodic Register or BESSStatus in this session would change nothing. */
bool etp_bess_news_is_idle(const etp_engine *engine, const struct bess *bess, uint32_t session);
/* The battery starts, or is back. */
void etp_bess_settle(const etp_engine *engine, struct bess *bess);

/* bess.c */
void etp_bess_start(etp_engine *engine, struct bess *bess);
void etp_bess_begin_interval(etp_engine *engine, struct bess *bess);
void etp_bess_tick(etp_engine *engine, struct bess *bess);
etp_time etp_bess_deadline(const struct bess *bess);
void etp_bess_fail(etp_engine *engine, struct bess *bess);
void etp_bess_recover(etp_engine *engine, struct bess *bess);
void etp_bess_shut_down(etp_engine *engine, struct bess *bess);
/* While it shuts down: tells those whose bids are neither held nor on standby. */
void etp_bess_say_farewells(etp_engine *engine, struct bess *bess);
void etp_bess_fault(etp_engine *engine, struct bess *bess, const etp_fault *fault);
/* The peer is there, and has yet to be heard. */
void etp_bess_meet(etp_engine *engine, struct bess *bess, uint32_t session);

/* bess_auction.c */
void etp_bess_open_auction(etp_engine *engine, struct bess *bess);
void etp_bess_close_auction(etp_engine *engine, struct bess *bess);
/* After the book has changed: sends what follows for each bidder, keeps the battery's holds in step, and reports the
 * auction once it is over. */
void etp_bess_follow_auction(etp_engine *engine, struct bess *bess);
void etp_bess_abort_auction(etp_engine *engine, struct bess *bess, etp_code code);
void etp_bess_repeat_accepts(etp_engine *engine, struct bess *bess);
void etp_bess_send_answer(etp_engine *engine, struct bess *bess, struct bess_session *session, struct answered *answer);
void etp_bess_send_offer(etp_engine *engine, struct bess *bess, struct bess_session *session);
/* ETP_CODE_NONE once it is sold; the session's `confirm` is what sold it. */
etp_code etp_bess_sell(etp_engine *engine, struct bess *bess, unsigned slot);

/* bess_inbox.c */
/* Whether the message was seen before (its answer is then repeated), or is older than what is remembered. */
etp_refusal etp_bess_judge(etp_engine *engine, struct bess *bess, uint32_t session, const etp_message *message);
void etp_bess_receive(etp_engine *engine, struct bess *bess, uint32_t session, const etp_message *message);

/* aggregator.c */
int etp_aggregator_init(etp_engine *engine, struct aggregator *aggregator);
void etp_aggregator_fini(etp_engine *engine, struct aggregator *aggregator);
void etp_aggregator_start(etp_engine *engine, struct aggregator *aggregator);
void etp_aggregator_begin_interval(etp_engine *engine, struct aggregator *aggregator);
void etp_aggregator_tick(etp_engine *engine, struct aggregator *aggregator);
etp_time etp_aggregator_deadline(const etp_engine *engine, struct aggregator *aggregator);
void etp_aggregator_fail(etp_engine *engine, struct aggregator *aggregator);
void etp_aggregator_recover(etp_engine *engine, struct aggregator *aggregator);
void etp_aggregator_shut_down(etp_engine *engine, struct aggregator *aggregator);
void etp_aggregator_fault(etp_engine *engine, struct aggregator *aggregator, const etp_fault *fault);
/* Returns whether something was open that the battery may still wait for. */
bool etp_aggregator_link_lost(etp_engine *engine, struct aggregator *aggregator, uint32_t session);
void etp_aggregator_link_up(etp_engine *engine, struct aggregator *aggregator, uint32_t session);
/* Begins with the battery in this interval, if there is anything to ask for. */
void etp_aggregator_begin_session(etp_engine *engine, struct aggregator *aggregator, uint32_t session);
etp_id etp_session_peer(const etp_engine *engine, uint32_t link);

/* aggregator_round.c */
/* Puts a new session where it belongs, also while a round is under way. */
void etp_round_add(const etp_engine *engine, struct aggregator *aggregator, uint32_t session, etp_id battery);
/* Takes the turns that need not wait. */
void etp_round_begin(etp_engine *engine, struct aggregator *aggregator);
/* When the next turn is due, or ETP_TIME_NEVER. */
etp_time etp_round_time(const etp_engine *engine, const struct aggregator *aggregator);
/* Takes the turns that are due. */
void etp_round_run(etp_engine *engine, struct aggregator *aggregator);

/* aggregator_bidding.c */
void etp_aggregator_ask(etp_engine *engine, struct aggregator *aggregator, uint32_t session, unsigned asked);
void etp_aggregator_accepted(etp_engine *engine, struct aggregator *aggregator, uint32_t session,
                             const etp_message *message);
void etp_aggregator_confirm(etp_engine *engine, struct aggregator *aggregator, uint32_t session);
void etp_aggregator_repeat_bid(etp_engine *engine, struct aggregator *aggregator, uint32_t session);
/* Ends what is open in the session with an outcome, tells the strategy, and bids again if it wants to and may. */
void etp_aggregator_conclude(etp_engine *engine, struct aggregator *aggregator, uint32_t session, etp_outcome outcome,
                             etp_code code, etp_price best);
void etp_aggregator_set_state(struct aggregator *aggregator, uint32_t session, enum aggregator_state state);
/* What the session's bid or award takes of need and budget until it has an outcome. */
void etp_aggregator_open_of(const struct aggregator_session *session, etp_energy *energy, etp_money *money);
/* News of the session's trade. It is about the interval of the bid, however late it comes, as it is at the battery. */
etp_event etp_aggregator_trade_event(const etp_engine *engine, const struct aggregator *aggregator, uint32_t number,
                                     etp_event_kind kind);
/* Answers an award that we do not want with a Terminate, the same for the same award. */
void etp_aggregator_decline(etp_engine *engine, struct aggregator *aggregator, uint32_t session,
                            const etp_message *accept);
/* How long to wait for an answer before asking again: `least`, or twice the round trip if that is longer. */
etp_time etp_aggregator_patience(const struct aggregator *aggregator, etp_time least);

/* demand.c: for a buyer without steps all that is left is its whole need */
int etp_demand_set(struct aggregator *aggregator, const etp_demand_step *steps, unsigned count);
/* Nothing is won yet; what is open since an earlier interval counts against the first steps with room. */
void etp_demand_begin_interval(struct aggregator *aggregator);
/* Whether anything is left of any step. */
bool etp_demand_has_room(const struct aggregator *aggregator);
/* Puts the session on the first step with room and gives it that step's value. False where there is none. */
bool etp_demand_place(struct aggregator *aggregator, struct aggregator_session *session);
/* What a bid may take, given what is left of need and budget in all: no more than the session's step has left. */
etp_energy etp_demand_energy(const struct aggregator *aggregator, const struct aggregator_session *session,
                             etp_energy left);
etp_money etp_demand_money(const struct aggregator *aggregator, const struct aggregator_session *session,
                           etp_money left);
void etp_demand_take(struct aggregator *aggregator, const struct aggregator_session *session, etp_energy energy,
                     etp_money money);

/* aggregator_inbox.c */
etp_refusal etp_aggregator_judge(etp_engine *engine, struct aggregator *aggregator, uint32_t session,
                                 const etp_message *message);
void etp_aggregator_receive(etp_engine *engine, struct aggregator *aggregator, uint32_t session,
                            const etp_message *message);

#endif
