/* SPDX-License-Identifier: MIT */
#include "live/older/buyer.h"

#include <string.h>

void etp_older_buyer_init(etp_older_buyer *buyer, const etp_older_calls *calls, etp_older_ids *ids, etp_id self,
                          etp_id peer, etp_time limit)
{
    *buyer = (etp_older_buyer){.calls = *calls, .ids = ids, .self = self, .peer = peer, .limit = limit};
}

/* ---- Queries that wait ---- */

static const etp_older_asked *find_asked(const etp_older_buyer *buyer, etp_id id, etp_id confirm)
{
    for (unsigned i = 0; i < buyer->asked_count; i++)
        if ((id != 0 && buyer->asked[i].id == id) || (confirm != 0 && buyer->asked[i].confirm == confirm))
            return &buyer->asked[i];
    return NULL;
}

/* Without room it is not asked: the engine repeats what matters, and a server this far behind is given up soon. */
static void ask(etp_older_buyer *buyer, const etp_message *query, const etp_older_asked *asked)
{
    if (buyer->asked_count == ETP_OLDER_ASKED_MAX)
        return;
    buyer->asked[buyer->asked_count++] = *asked;
    etp_older_to_peer(&buyer->calls, query);
}

static void ask_ourselves(etp_older_buyer *buyer, etp_id confirm)
{
    etp_message query = {.type = ETP_QUERY,
                         .message_id = etp_older_next_id(buyer->ids, buyer->now),
                         .device_id = buyer->self,
                         .ttl = ETP_TTL_DEFAULT};
    etp_older_asked asked = {.id = query.message_id, .confirm = confirm, .since = buyer->now, .is_ours = true};
    ask(buyer, &query, &asked);
}

/* The one with that id; of a server that numbers its answers anew, the first. Those before it will not be answered any
 * more. False if nothing was asked. */
static bool take_asked(etp_older_buyer *buyer, etp_id id, etp_older_asked *asked)
{
    if (buyer->asked_count == 0)
        return false;
    const etp_older_asked *found = find_asked(buyer, id, 0);
    unsigned place = found != NULL ? (unsigned)(found - buyer->asked) : 0;
    *asked = buyer->asked[place];
    buyer->asked_count -= place + 1;
    memmove(buyer->asked, buyer->asked + place + 1, buyer->asked_count * sizeof *buyer->asked);
    return true;
}

/* ---- to the engine ---- */

static void tell_engine(etp_older_buyer *buyer, etp_message message, etp_id in_reply_to)
{
    message.message_id = etp_older_next_id(buyer->ids, buyer->now);
    message.device_id = buyer->peer;
    message.in_reply_to = in_reply_to;
    etp_older_to_engine(&buyer->calls, &message);
}

static etp_energy lot_of(const etp_message *response)
{
    if (response->required_energy > 0)
        return response->required_energy;
    return response->energy_total / 1000000 * response->for_sale_ppm +
           response->energy_total % 1000000 * response->for_sale_ppm / 1000000;
}

static void tell_offer(etp_older_buyer *buyer, etp_message response, etp_id query)
{
    response.required_energy = lot_of(&response);
    response.closes_in_ms = ETP_OLDER_WINDOW_MS;
    tell_engine(buyer, response, query);
}

/* What a battery says of itself, as a Register or a status. */
static etp_message news_of(const etp_message *response, etp_type type)
{
    return (etp_message){.type = (uint8_t)type,
                         .ttl = ETP_TTL_DEFAULT,
                         .energy_total = response->energy_total,
                         .remaining_energy = response->remaining_energy,
                         .voltage_mv = response->voltage_mv,
                         .discharge_rate = response->discharge_rate,
                         .health = response->health};
}

/* ---- records ---- */

void etp_older_buyer_begin(etp_older_buyer *buyer, etp_time now)
{
    buyer->now = now;
    ask_ourselves(buyer, 0);
}

void etp_older_buyer_register(etp_older_buyer *buyer, const etp_message *record)
{
    buyer->known = true;
    tell_engine(buyer, news_of(record, ETP_REGISTER), 0);
}

static void refuse(etp_older_buyer *buyer, etp_refusal refusal, const etp_message *record)
{
    buyer->calls.refused(buyer->calls.user, refusal, record);
}

static bool take_response(etp_older_buyer *buyer, const etp_message *record)
{
    etp_older_asked asked;
    if (!take_asked(buyer, record->message_id, &asked)) {
        refuse(buyer, ETP_REFUSED_UNEXPECTED, record);
        return false;
    }
    if (!buyer->known)
        return true;
    if (!asked.is_ours)
        tell_offer(buyer, *record, asked.id);
    else if (asked.confirm != 0)
        tell_engine(buyer, news_of(record, ETP_BESS_STATUS), asked.confirm);
    return false;
}

static void take_answer(etp_older_buyer *buyer, etp_message record)
{
    if (buyer->bid == 0 || record.message_id != buyer->bid) {
        refuse(buyer, ETP_REFUSED_UNEXPECTED, &record);
        return;
    }
    etp_id bid = buyer->bid;
    buyer->bid = 0;
    if (record.type == ETP_BID_ACCEPT)
        record.closes_in_ms = ETP_OLDER_HOLD_MS;
    tell_engine(buyer, record, bid);
}

static etp_refusal judge(const etp_older_buyer *buyer, const etp_message *record)
{
    if (record->device_id != buyer->peer)
        return ETP_REFUSED_WRONG_DEVICE;
    if (record->ttl == 0)
        return ETP_REFUSED_EXPIRED_TTL;
    return etp_type_sent_by_bess(record->type) ? ETP_REFUSED_NONE : ETP_REFUSED_WRONG_ROLE;
}

bool etp_older_buyer_record(etp_older_buyer *buyer, etp_time now, const etp_message *record)
{
    buyer->now = now;
    etp_refusal refusal = judge(buyer, record);
    if (refusal != ETP_REFUSED_NONE)
        refuse(buyer, refusal, record);
    else if (record->type == ETP_QUERY_RESPONSE)
        return take_response(buyer, record);
    else if (!buyer->known)
        refuse(buyer, ETP_REFUSED_UNEXPECTED, record);
    else if (record->type == ETP_BID_ACCEPT || record->type == ETP_BID_REJECT)
        take_answer(buyer, *record);
    else
        tell_engine(buyer, *record, 0);
    return false;
}

/* ---- what the engine says ---- */

static void take_message(etp_older_buyer *buyer, const etp_message *message)
{
    const etp_older_asked asked = {.id = message->message_id, .since = buyer->now};
    switch ((etp_type)message->type) {
    case ETP_QUERY:
        /* Repeated by the engine, it is still on its way: a connection that lives loses nothing. */
        if (find_asked(buyer, message->message_id, 0) == NULL)
            ask(buyer, message, &asked);
        break;
    case ETP_BID:
        if (buyer->bid == message->message_id)
            break;
        buyer->bid = message->message_id;
        buyer->bid_since = buyer->now;
        etp_older_to_peer(&buyer->calls, message);
        break;
    case ETP_BID_CONFIRM:
        if (find_asked(buyer, 0, message->message_id) != NULL)
            break;
        etp_older_to_peer(&buyer->calls, message);
        ask_ourselves(buyer, message->message_id);
        break;
    default:
        etp_older_to_peer(&buyer->calls, message);
        break;
    }
}

void etp_older_buyer_frame(etp_older_buyer *buyer, etp_time now, const void *frame, size_t size)
{
    buyer->now = now;
    etp_frame_reader reader;
    etp_message message;
    if (etp_frame_open(&reader, frame, size) != ETP_REFUSED_NONE)
        return;
    while (etp_frame_more(&reader) && etp_frame_next(&reader, &message) == ETP_REFUSED_NONE)
        take_message(buyer, &message);
}

/* ---- time ---- */

etp_time etp_older_buyer_deadline(const etp_older_buyer *buyer)
{
    etp_time since = buyer->asked_count > 0 ? buyer->asked[0].since : ETP_TIME_NEVER;
    if (buyer->bid != 0 && buyer->bid_since < since)
        since = buyer->bid_since;
    return since == ETP_TIME_NEVER ? ETP_TIME_NEVER : since + buyer->limit;
}
