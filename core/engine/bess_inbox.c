/* SPDX-License-Identifier: MIT */
/*
 * What a battery does with each type of message in each state of its session with the sender. The table at the end is
 * the one in docs/states.md.
 */
#include "engine/internal.h"

typedef void (*handler)(etp_engine *engine, struct bess *bess, uint32_t session, const etp_message *message);

/* ---- Query ---- */

static etp_code why_nothing_is_offered(const etp_engine *engine, const struct bess *bess)
{
    if (engine->shutting_down)
        return ETP_CODE_SHUTTING_DOWN;
    return bess->offer.state == OFFER_OPEN ? ETP_CODE_NO_AUCTION : ETP_CODE_NOT_ENOUGH_ENERGY;
}

static void take_query(etp_engine *engine, struct bess *bess, uint32_t number, const etp_message *message)
{
    struct bess_session *session = &bess->sessions[number];
    if (bess->offer.state == OFFER_UNDECIDED && engine->in_interval && !engine->shutting_down)
        etp_bess_open_auction(engine, bess);
    session->query_request = message->message_id;
    session->query_answer = 0;
    bool offered = bess->auction.state == ETP_AUCTION_OPEN && session->state != BESS_OUT;
    session->offer_code = (uint8_t)(offered ? ETP_CODE_NONE : why_nothing_is_offered(engine, bess));
    if (offered && session->state == BESS_IDLE)
        session->state = BESS_OFFERED;
    etp_event event = etp_event_at(engine, &bess->node, ETP_EVENT_QUERY, message->device_id);
    event.message = message->message_id;
    event.energy = offered ? bess->offer.lot : 0;
    etp_observe(engine, &event);
    etp_bess_send_offer(engine, bess, session);
}

/* ---- Bid ---- */

static void send_refusal(etp_engine *engine, struct bess *bess, struct bess_session *session)
{
    struct answered answer = {
        .request = session->refused_bid, .id = session->refusal, .type = ETP_BID_REJECT, .code = session->refusal_code};
    etp_bess_send_answer(engine, bess, session, &answer);
    session->refusal = answer.id;
}

static void report_bid(etp_engine *engine, const struct bess *bess, const etp_message *message, etp_code code)
{
    etp_event event = etp_event_at(engine, &bess->node, ETP_EVENT_BID, message->device_id);
    event.message = message->message_id;
    event.price = message->bid_price;
    event.energy = message->required_energy;
    event.code = (uint8_t)code;
    etp_observe(engine, &event);
}

static void refuse_bid(etp_engine *engine, struct bess *bess, uint32_t number, const etp_message *message,
                       etp_code code)
{
    struct bess_session *session = &bess->sessions[number];
    report_bid(engine, bess, message, code);
    session->refused_bid = message->message_id;
    session->refusal_code = (uint8_t)code;
    session->refusal = 0;
    send_refusal(engine, bess, session);
    etp_event event = etp_event_at(engine, &bess->node, ETP_EVENT_REJECT, message->device_id);
    event.message = message->message_id;
    event.price = message->bid_price;
    event.energy = message->required_energy;
    event.code = (uint8_t)code;
    etp_observe(engine, &event);
}

static void refuse_bid_without_offer(etp_engine *engine, struct bess *bess, uint32_t number, const etp_message *message)
{
    refuse_bid(engine, bess, number, message, ETP_CODE_NO_AUCTION);
}

static void refuse_late_bid(etp_engine *engine, struct bess *bess, uint32_t number, const etp_message *message)
{
    refuse_bid(engine, bess, number, message, ETP_CODE_LATE);
}

static void take_bid(etp_engine *engine, struct bess *bess, uint32_t number, const etp_message *message)
{
    struct bess_session *session = &bess->sessions[number];
    /* A Bid names its auction by the QueryResponse that it answers. 0 is taken for the one that is open. */
    if (message->in_reply_to != 0 && message->in_reply_to != session->query_answer) {
        refuse_bid(engine, bess, number, message,
                   message->in_reply_to < session->query_answer ? ETP_CODE_LATE : ETP_CODE_NO_AUCTION);
        return;
    }
    etp_code code = etp_auction_bid(&bess->auction, number, message->device_id, message->bid_price,
                                    message->required_energy, engine->now);
    if (code != ETP_CODE_NONE && code != ETP_CODE_OUTBID) {
        refuse_bid(engine, bess, number, message, code);
        return;
    }
    report_bid(engine, bess, message, code);
    session->bid = (struct answered){.request = message->message_id};
    session->state = BESS_BIDDING;
    etp_bess_follow_auction(engine, bess);
}

/* ---- BidConfirm ---- */

static void answer_confirm(etp_engine *engine, struct bess *bess, struct bess_session *session, uint8_t type,
                           etp_code code)
{
    session->confirm.type = type;
    session->confirm.code = (uint8_t)code;
    session->confirm.price = type == ETP_BESS_STATUS ? session->bid.price : 0;
    session->confirm.energy = type == ETP_BESS_STATUS ? session->bid.energy : 0;
    session->confirm.id = 0;
    etp_bess_send_answer(engine, bess, session, &session->confirm);
}

static bool names_our_accept(const struct bess_session *session, const etp_message *message)
{
    return session->bid.type == ETP_BID_ACCEPT &&
           (message->in_reply_to == session->bid.id || message->in_reply_to == 0);
}

/* What was sold stays sold, whatever interval it is by now and however often it is confirmed. */
static void take_confirm(etp_engine *engine, struct bess *bess, uint32_t number, const etp_message *message)
{
    struct bess_session *session = &bess->sessions[number];
    session->confirm = (struct answered){.request = message->message_id};
    if (!names_our_accept(session, message)) {
        answer_confirm(engine, bess, session, ETP_TERMINATE, ETP_CODE_UNKNOWN_TRADE);
        return;
    }
    etp_code code = session->state == BESS_HELD ? etp_bess_sell(engine, bess, number) : ETP_CODE_EXPIRED;
    if (session->bid.sold)
        answer_confirm(engine, bess, session, ETP_BESS_STATUS, ETP_CODE_NONE);
    else
        answer_confirm(engine, bess, session, ETP_TERMINATE, code);
    if (code == ETP_CODE_NONE)
        etp_bess_follow_auction(engine, bess);
}

/* ---- Terminate and DeviceFailure ---- */

static void withdraw(etp_engine *engine, struct bess *bess, uint32_t number)
{
    etp_auction_withdraw(&bess->auction, number, engine->now);
    if (bess->sessions[number].state != BESS_HELD)
        bess->sessions[number].state = BESS_OUT;
    etp_bess_follow_auction(engine, bess);
    bess->sessions[number].state = BESS_OUT;
    etp_bess_say_farewells(engine, bess);
}

static void report_terminate(etp_engine *engine, const struct bess *bess, const etp_message *message)
{
    etp_event event = etp_event_at(engine, &bess->node, ETP_EVENT_TERMINATE, message->device_id);
    event.message = message->message_id;
    event.code = message->code;
    etp_observe(engine, &event);
}

static void take_terminate(etp_engine *engine, struct bess *bess, uint32_t number, const etp_message *message)
{
    const struct bess_session *session = &bess->sessions[number];
    bool about_bid = session->state != BESS_OFFERED && message->in_reply_to == session->bid.id;
    bool about_this = message->in_reply_to == 0 || about_bid || message->in_reply_to == session->query_answer;
    if (!about_this) {
        etp_refuse(engine, &bess->node, message->device_id, message->type, ETP_REFUSED_UNEXPECTED);
        return;
    }
    report_terminate(engine, bess, message);
    withdraw(engine, bess, number);
}

/* Nothing is open that it could end: it is noted. */
static void note_terminate(etp_engine *engine, struct bess *bess, uint32_t number, const etp_message *message)
{
    (void)number;
    report_terminate(engine, bess, message);
}

static void note_failure(etp_engine *engine, struct bess *bess, uint32_t number, const etp_message *message)
{
    (void)number;
    etp_event event = etp_event_at(engine, &bess->node, ETP_EVENT_FAILURE, message->device_id);
    event.message = message->message_id;
    event.code = message->code;
    etp_observe(engine, &event);
    etp_fault fault = {.kind = ETP_FAULT_DEVICE, .peer = message->device_id, .code = (etp_code)message->code};
    etp_bess_fault(engine, bess, &fault);
}

static void take_failure(etp_engine *engine, struct bess *bess, uint32_t number, const etp_message *message)
{
    note_failure(engine, bess, number, message);
    withdraw(engine, bess, number);
}

/* ---- the table ---- */

static const handler handlers[BESS_STATES][ETP_TYPES] = {
    [BESS_IDLE] = {[ETP_QUERY] = take_query,
                   [ETP_BID] = refuse_bid_without_offer,
                   [ETP_BID_CONFIRM] = take_confirm,
                   [ETP_TERMINATE] = note_terminate,
                   [ETP_DEVICE_FAILURE] = note_failure},
    [BESS_OFFERED] = {[ETP_QUERY] = take_query,
                      [ETP_BID] = take_bid,
                      [ETP_BID_CONFIRM] = take_confirm,
                      [ETP_TERMINATE] = take_terminate,
                      [ETP_DEVICE_FAILURE] = take_failure},
    [BESS_BIDDING] = {[ETP_QUERY] = take_query,
                      [ETP_BID] = take_bid,
                      [ETP_BID_CONFIRM] = take_confirm,
                      [ETP_TERMINATE] = take_terminate,
                      [ETP_DEVICE_FAILURE] = take_failure},
    [BESS_OUTBID] = {[ETP_QUERY] = take_query,
                     [ETP_BID] = take_bid,
                     [ETP_BID_CONFIRM] = take_confirm,
                     [ETP_TERMINATE] = take_terminate,
                     [ETP_DEVICE_FAILURE] = take_failure},
    [BESS_STANDBY] = {[ETP_QUERY] = take_query,
                      [ETP_BID] = refuse_late_bid,
                      [ETP_BID_CONFIRM] = take_confirm,
                      [ETP_TERMINATE] = take_terminate,
                      [ETP_DEVICE_FAILURE] = take_failure},
    [BESS_HELD] = {[ETP_QUERY] = take_query,
                   [ETP_BID] = refuse_late_bid,
                   [ETP_BID_CONFIRM] = take_confirm,
                   [ETP_TERMINATE] = take_terminate,
                   [ETP_DEVICE_FAILURE] = take_failure},
    [BESS_SOLD] = {[ETP_QUERY] = take_query,
                   [ETP_BID] = refuse_late_bid,
                   [ETP_BID_CONFIRM] = take_confirm,
                   [ETP_TERMINATE] = note_terminate,
                   [ETP_DEVICE_FAILURE] = note_failure},
    [BESS_OUT] = {[ETP_QUERY] = take_query,
                  [ETP_BID] = refuse_late_bid,
                  [ETP_BID_CONFIRM] = take_confirm,
                  [ETP_TERMINATE] = note_terminate,
                  [ETP_DEVICE_FAILURE] = note_failure},
};

/* ---- duplicates ---- */

/* The newest id of each type is remembered with its answer, of Bids also the one in the book. The same again gets the
 * same answer, a Query within its interval; others that are older are refused. */
static etp_id newest_id(const struct bess_session *session, unsigned type)
{
    switch (type) {
    case ETP_QUERY:
        return session->query_request;
    case ETP_BID:
        return session->refused_bid > session->bid.request ? session->refused_bid : session->bid.request;
    case ETP_BID_CONFIRM:
        return session->confirm.request;
    case ETP_TERMINATE:
        return session->last_terminate;
    case ETP_DEVICE_FAILURE:
        return session->last_failure;
    default:
        return 0;
    }
}

static void repeat_answer(etp_engine *engine, struct bess *bess, struct bess_session *session,
                          const etp_message *message)
{
    if (message->type == ETP_QUERY)
        etp_bess_send_offer(engine, bess, session);
    else if (message->type == ETP_BID && message->message_id == session->refused_bid)
        send_refusal(engine, bess, session);
    else if (message->type == ETP_BID && session->bid.id != 0)
        etp_bess_send_answer(engine, bess, session, &session->bid);
    else if (message->type == ETP_BID_CONFIRM)
        etp_bess_send_answer(engine, bess, session, &session->confirm);
}

etp_refusal etp_bess_judge(etp_engine *engine, struct bess *bess, uint32_t number, const etp_message *message)
{
    struct bess_session *session = &bess->sessions[number];
    etp_id newest = newest_id(session, message->type);
    if (message->message_id > newest)
        return ETP_REFUSED_NONE;
    bool known =
        message->message_id == newest || (message->type == ETP_BID && message->message_id == session->bid.request);
    if (message->type == ETP_QUERY && session->query_answer == 0)
        known = false;
    if (!known)
        return ETP_REFUSED_STALE;
    repeat_answer(engine, bess, session, message);
    return ETP_REFUSED_DUPLICATE;
}

static void remember(struct bess_session *session, const etp_message *message)
{
    session->heard = true;
    if (message->type == ETP_TERMINATE)
        session->last_terminate = message->message_id;
    if (message->type == ETP_DEVICE_FAILURE)
        session->last_failure = message->message_id;
}

void etp_bess_receive(etp_engine *engine, struct bess *bess, uint32_t number, const etp_message *message)
{
    struct bess_session *session = &bess->sessions[number];
    remember(session, message);
    handler handle = handlers[session->state][message->type];
    if (handle == NULL)
        etp_refuse(engine, &bess->node, message->device_id, message->type, ETP_REFUSED_UNEXPECTED);
    else
        handle(engine, bess, number, message);
}
