/* SPDX-License-Identifier: MIT */
#include "live/older/seller.h"

/* From a Bid's arrival to its answer at the latest, so that it is there within 500 ms; and after a close, in which the
 * engine says who has won. */
static const etp_time patience = 450 * ETP_NS_PER_MS;
static const etp_time after_close = 50 * ETP_NS_PER_MS;

void etp_older_seller_init(etp_older_seller *seller, const etp_older_calls *calls, etp_older_ids *ids, etp_id self,
                           etp_id peer)
{
    *seller = (etp_older_seller){.calls = *calls, .ids = ids, .self = self, .peer = peer};
}

/* ---- to the engine ---- */

/* Under an id of ours, and the buyer's name. Returns the id. */
static etp_id tell_engine(etp_older_seller *seller, etp_message message, etp_id in_reply_to)
{
    message.message_id = etp_older_next_id(seller->ids, seller->now);
    message.device_id = seller->peer;
    message.in_reply_to = in_reply_to;
    if (message.ttl == 0)
        message.ttl = ETP_TTL_DEFAULT;
    etp_older_to_engine(&seller->calls, &message);
    return message.message_id;
}

/* The id is noted before the engine sees it, for the answer comes from inside the call. */
static void ask(etp_older_seller *seller, const etp_message *query, bool is_theirs)
{
    etp_message message = *query;
    message.message_id = seller->query = etp_older_next_id(seller->ids, seller->now);
    message.device_id = seller->peer;
    seller->query_theirs = query->message_id;
    seller->query_is_theirs = is_theirs;
    etp_older_to_engine(&seller->calls, &message);
}

static void withdraw(etp_older_seller *seller, etp_code code)
{
    seller->open.ours = seller->accept_id = 0;
    seller->offer_closes = 0;
    tell_engine(seller, (etp_message){.type = ETP_TERMINATE, .code = (uint8_t)code}, 0);
}

/* ---- to the buyer ---- */

static void reject(etp_older_seller *seller, etp_id theirs, etp_message reject)
{
    reject.type = ETP_BID_REJECT;
    reject.message_id = theirs;
    if (reject.ttl == 0)
        reject.ttl = ETP_TTL_DEFAULT;
    reject.device_id = seller->self;
    etp_older_to_peer(&seller->calls, &reject);
}

static void reject_bid(etp_older_seller *seller, etp_older_bid *bid, etp_code code)
{
    if (bid->ours == 0)
        return;
    bid->ours = 0;
    reject(seller, bid->theirs, (etp_message){.code = (uint8_t)code});
}

/* ---- records ---- */

static bool same_terms(const etp_older_bid *bid, const etp_message *record)
{
    return bid->theirs == record->message_id && bid->price == record->bid_price &&
           bid->energy == record->required_energy;
}

/* Ids are used again by some, for other bids and in other intervals. Only a bid that still waits for an answer, or whose
 * award waits for its confirmation, can come a second time; its one answer carries the id of both. */
static bool is_repeated(etp_older_seller *seller, const etp_message *record)
{
    if (seller->open.ours != 0 && same_terms(&seller->open, record))
        return true;
    if (seller->accept_id == 0 || seller->now >= seller->won.answer_by || !same_terms(&seller->won, record))
        return false;
    etp_older_to_peer(&seller->calls, &seller->accept);
    return true;
}

/* True if there is an offer that the bid can answer, or the engine has said that there is none. */
static bool find_offer(etp_older_seller *seller)
{
    if (seller->offer != 0 && seller->now < seller->offer_closes)
        return true;
    ask(seller, &(etp_message){.type = ETP_QUERY, .ttl = ETP_TTL_DEFAULT}, false);
    return seller->query == 0;
}

/* The engine refuses a bid before it returns; one that it has not refused then stands, in the place of an earlier one. */
static void place(etp_older_seller *seller, const etp_message *record)
{
    etp_time answer_by = seller->now + patience;
    if (answer_by < seller->offer_closes + after_close)
        answer_by = seller->offer_closes + after_close;
    seller->coming = (etp_older_bid){.ours = etp_older_next_id(seller->ids, seller->now),
                                     .theirs = record->message_id,
                                     .price = record->bid_price,
                                     .energy = record->required_energy,
                                     .answer_by = answer_by};
    etp_message message = *record;
    message.message_id = seller->coming.ours;
    message.device_id = seller->peer;
    message.in_reply_to = seller->offer;
    etp_older_to_engine(&seller->calls, &message);
    if (seller->coming.ours == 0)
        return;
    reject_bid(seller, &seller->open, ETP_CODE_OUTBID);
    seller->open = seller->coming;
    seller->coming.ours = 0;
}

static void take_bid(etp_older_seller *seller, const etp_message *record)
{
    if (is_repeated(seller, record))
        seller->calls.refused(seller->calls.user, ETP_REFUSED_DUPLICATE, record);
    else if (find_offer(seller))
        place(seller, record);
    else
        reject(seller, record->message_id, (etp_message){.code = ETP_CODE_OFFLINE});
}

/* What counts is the BidAccept of this connection: nothing else ties a Confirm to its award. */
static void take_confirm(etp_older_seller *seller, const etp_message *record)
{
    if (seller->accept_id == 0)
        seller->calls.refused(seller->calls.user, ETP_REFUSED_UNEXPECTED, record);
    else
        tell_engine(seller, *record, seller->accept_id);
}

void etp_older_seller_record(etp_older_seller *seller, etp_time now, const etp_message *record)
{
    seller->now = now;
    if (record->ttl == 0) {
        seller->calls.refused(seller->calls.user, ETP_REFUSED_EXPIRED_TTL, record);
        return;
    }
    switch ((etp_type)record->type) {
    case ETP_QUERY:
        ask(seller, record, true);
        break;
    case ETP_BID:
        take_bid(seller, record);
        break;
    case ETP_BID_CONFIRM:
        take_confirm(seller, record);
        break;
    case ETP_TERMINATE:
    case ETP_DEVICE_FAILURE:
        seller->open.ours = seller->accept_id = 0;
        seller->offer_closes = 0;
        tell_engine(seller, *record, 0);
        break;
    default: /* the engine refuses what no buyer sends */
        tell_engine(seller, *record, 0);
        break;
    }
}

void etp_older_seller_refuse(etp_older_seller *seller, etp_refusal refusal, const etp_message *record)
{
    seller->calls.refused(seller->calls.user, refusal, record);
    if (record->type == ETP_BID)
        reject(seller, record->message_id, (etp_message){.code = ETP_CODE_POLICY});
}

/* ---- what the engine says ---- */

static void offered(etp_older_seller *seller, etp_message *message)
{
    if (message->in_reply_to != seller->query || seller->query == 0)
        return;
    seller->query = 0;
    seller->offer = message->message_id;
    seller->offer_closes = seller->now + (etp_time)message->closes_in_ms * ETP_NS_PER_MS;
    if (!seller->query_is_theirs)
        return;
    message->message_id = seller->query_theirs;
    etp_older_to_peer(&seller->calls, message);
}

static etp_older_bid *find_bid(etp_older_seller *seller, etp_id ours)
{
    if (ours != 0 && ours == seller->coming.ours)
        return &seller->coming;
    return ours != 0 && ours == seller->open.ours ? &seller->open : NULL;
}

/* The engine repeats a BidAccept until it is confirmed; on a connection that loses nothing once is enough. */
static void accepted(etp_older_seller *seller, etp_message *message)
{
    etp_older_bid *bid = find_bid(seller, message->in_reply_to);
    if (bid == NULL)
        return;
    seller->won = *bid;
    seller->won.answer_by = seller->now + (etp_time)message->closes_in_ms * ETP_NS_PER_MS;
    bid->ours = 0;
    seller->accept_id = message->message_id;
    message->message_id = seller->won.theirs;
    seller->accept = *message;
    etp_older_to_peer(&seller->calls, message);
}

static void rejected(etp_older_seller *seller, const etp_message *message)
{
    etp_older_bid *bid = find_bid(seller, message->in_reply_to);
    if (bid == NULL)
        return;
    bid->ours = 0;
    reject(seller, bid->theirs, *message);
}

/* The Confirm's answer, which the older buyer does not get: it takes the BidAccept for the trade. */
static void settled(etp_older_seller *seller, const etp_message *message)
{
    if (seller->accept_id == 0 || message->in_reply_to == 0)
        return;
    seller->accept_id = 0;
    seller->confirmed += message->type == ETP_BESS_STATUS;
}

static void gone(etp_older_seller *seller, const etp_message *message)
{
    reject_bid(seller, &seller->coming, (etp_code)message->code);
    reject_bid(seller, &seller->open, (etp_code)message->code);
    seller->offer_closes = 0;
}

static void take_message(etp_older_seller *seller, etp_message *message)
{
    switch ((etp_type)message->type) {
    case ETP_QUERY_RESPONSE:
        offered(seller, message);
        break;
    case ETP_BID_ACCEPT:
        accepted(seller, message);
        break;
    case ETP_BID_REJECT:
        rejected(seller, message);
        break;
    case ETP_BESS_STATUS:
        settled(seller, message);
        break;
    case ETP_TERMINATE:
        if (message->in_reply_to != 0)
            settled(seller, message);
        else
            gone(seller, message);
        break;
    case ETP_DEVICE_FAILURE:
        seller->accept_id = 0;
        gone(seller, message);
        break;
    default:
        break;
    }
}

void etp_older_seller_frame(etp_older_seller *seller, etp_time now, const void *frame, size_t size)
{
    seller->now = now;
    etp_frame_reader reader;
    etp_message message;
    if (etp_frame_open(&reader, frame, size) != ETP_REFUSED_NONE)
        return;
    while (etp_frame_more(&reader) && etp_frame_next(&reader, &message) == ETP_REFUSED_NONE)
        take_message(seller, &message);
}

/* ---- time ---- */

void etp_older_seller_advance(etp_older_seller *seller, etp_time now)
{
    seller->now = now;
    if (seller->open.ours == 0 || now < seller->open.answer_by)
        return;
    reject_bid(seller, &seller->open, ETP_CODE_NOT_COMPETITIVE);
    withdraw(seller, ETP_CODE_WITHDRAWN);
}

etp_time etp_older_seller_deadline(const etp_older_seller *seller)
{
    return seller->open.ours != 0 ? seller->open.answer_by : ETP_TIME_NEVER;
}

void etp_older_seller_lost(etp_older_seller *seller, etp_time now)
{
    seller->now = now;
    bool holds = seller->accept_id != 0 && now < seller->won.answer_by;
    if (seller->open.ours != 0 || holds)
        withdraw(seller, ETP_CODE_OFFLINE);
}
