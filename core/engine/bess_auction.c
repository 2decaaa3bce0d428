/* SPDX-License-Identifier: MIT */
/*
 * An auction's turns, as messages. The book says what each bid is; the session says what its bidder was told. Following
 * the auction means telling each bidder what has changed, and keeping the battery's holds in step with the awards.
 */
#include "engine/internal.h"

static etp_battery_view view_of(const etp_engine *engine, const struct bess *bess, etp_energy lot)
{
    const etp_battery *battery = bess->battery;
    return (etp_battery_view){.energy_total = battery->stored,
                              .capacity = battery->spec.capacity,
                              .floor = battery->spec.floor,
                              .available = etp_battery_available(battery),
                              .lot = lot,
                              .level = etp_battery_level(battery),
                              .health = etp_battery_health(battery),
                              .voltage_mv = etp_battery_voltage_mv(battery),
                              .power = battery->spec.power,
                              .one_way_ppm = battery->spec.one_way_ppm,
                              .wear = battery->spec.wear,
                              .feed_in = bess->brief.feed_in,
                              .retail = bess->brief.retail,
                              .expected_need = bess->brief.expected_need,
                              .interval = engine->interval.index,
                              .second_of_day = engine->interval.second_of_day,
                              .spot = engine->interval.spot,
                              .forecast = engine->interval.forecast};
}

static int ask_for_reserve(etp_engine *engine, struct bess *bess, const etp_battery_view *view, etp_reserve *reserve)
{
    etp_context context = etp_context_of(engine, &bess->node, engine->now + engine->options.timing.window);
    int result = bess->hooks->reserve(bess->user, &context, view, reserve);
    bool usable = reserve->price >= 0 && reserve->price <= ETP_PRICE_MAX;
    return result >= 0 && !usable ? ETP_ERANGE : result;
}

/* A policy that fails sells nothing: what its owner wants is not known. */
static etp_reserve decide_reserve(etp_engine *engine, struct bess *bess, etp_energy lot)
{
    etp_battery_view view = view_of(engine, bess, lot);
    etp_reserve reserve = {.energy = lot};
    if (bess->hooks == NULL || bess->hooks->reserve == NULL)
        etp_default_reserve(bess->base_reserve, &view, &reserve);
    else if (!etp_hook_done(engine, &bess->node, ask_for_reserve(engine, bess, &view, &reserve)))
        reserve = (etp_reserve){0};
    if (reserve.energy > lot)
        reserve.energy = lot;
    if (reserve.energy < 0)
        reserve.energy = 0;
    return reserve;
}

static void fix_offer(struct bess *bess, etp_energy lot)
{
    etp_battery *battery = bess->battery;
    etp_energy available = etp_battery_available(battery);
    bess->offer.energy_total = battery->stored;
    bess->offer.lot = lot;
    bess->offer.remaining = available - lot;
    bess->offer.discharge_rate = battery->spec.power;
    bess->offer.for_sale_ppm =
        battery->stored > 0 && lot <= battery->stored ? (uint32_t)(lot * 1000000 / battery->stored) : 0;
    bess->offer.voltage_mv = etp_battery_voltage_mv(battery);
    bess->offer.health = (uint8_t)etp_battery_health(battery);
}

void etp_bess_open_auction(etp_engine *engine, struct bess *bess)
{
    etp_energy lot = etp_bess_lot(bess);
    bess->offer.state = OFFER_NOTHING;
    etp_reserve reserve = {0};
    if (lot > 0)
        reserve = decide_reserve(engine, bess, lot);
    fix_offer(bess, reserve.energy);
    if (reserve.energy <= 0)
        return;
    etp_auction_terms terms = {.mechanism = engine->options.mechanism,
                               .lot = reserve.energy,
                               .reserve = reserve.price,
                               .tick = engine->options.tick,
                               .closes = engine->now + engine->options.timing.window,
                               .hold = engine->options.timing.hold};
    if (etp_auction_open(&bess->auction, &terms, bess->book, bess->node.peers, engine->now) != ETP_OK)
        return;
    bess->offer.state = OFFER_OPEN;
    engine->stats.auctions++;
    engine->stats.offered += reserve.energy;
}

/* ---- what bidders are told ---- */

/* All of it follows from what was fixed when the Query first came, so that the same Query gets the same again. */
void etp_bess_send_offer(etp_engine *engine, struct bess *bess, struct bess_session *session)
{
    if (session->query_answer == 0)
        session->query_answer = etp_outbox_next_id(engine, &bess->node);
    etp_message message = {.type = ETP_QUERY_RESPONSE,
                           .message_id = session->query_answer,
                           .in_reply_to = session->query_request,
                           .energy_total = bess->offer.energy_total,
                           .remaining_energy = bess->offer.remaining,
                           .voltage_mv = bess->offer.voltage_mv,
                           .health = bess->offer.health,
                           .discharge_rate = bess->offer.discharge_rate,
                           .code = session->offer_code};
    if (session->offer_code == ETP_CODE_NONE) {
        bool disclosed = (engine->options.disclose & ETP_DISCLOSE_RESERVE) != 0;
        etp_time left = bess->auction.terms.closes - (etp_time)session->query_answer * ETP_NS_PER_US;
        message.required_energy = bess->offer.lot;
        message.for_sale_ppm = bess->offer.for_sale_ppm;
        message.sale_price = disclosed ? bess->auction.terms.reserve : 0;
        message.closes_in_ms = left > 0 ? (uint32_t)(left / ETP_NS_PER_MS) : 0;
    }
    etp_outbox_send(engine, &bess->node, session->link, &message);
}

void etp_bess_send_answer(etp_engine *engine, struct bess *bess, struct bess_session *session, struct answered *answer)
{
    etp_message message = {.type = answer->type,
                           .message_id = answer->id,
                           .in_reply_to = answer->request,
                           .sale_price = answer->price,
                           .required_energy = answer->energy,
                           .closes_in_ms = answer->closes_in_ms,
                           .code = answer->code};
    if (answer->type == ETP_BESS_STATUS || answer->type == ETP_BID_ACCEPT) {
        message.energy_total = bess->battery->stored;
        message.remaining_energy = etp_battery_available(bess->battery);
        message.voltage_mv = etp_battery_voltage_mv(bess->battery);
        message.discharge_rate = bess->battery->spec.power;
        message.health = (uint8_t)etp_battery_health(bess->battery);
    }
    answer->id = etp_outbox_send(engine, &bess->node, session->link, &message);
}

static etp_event about_bid(const etp_engine *engine, const struct bess *bess, unsigned slot, etp_event_kind kind)
{
    const etp_bid *bid = &bess->book[slot];
    etp_event event = etp_event_at(engine, &bess->node, kind, bid->bidder);
    event.message = bess->sessions[slot].bid.request;
    event.price = bid->price;
    event.energy = bid->energy;
    event.code = bid->code;
    event.reserve = bess->auction.terms.reserve;
    return event;
}

static void tell_accepted(etp_engine *engine, struct bess *bess, unsigned slot)
{
    const etp_bid *bid = &bess->book[slot];
    struct bess_session *session = &bess->sessions[slot];
    session->state = BESS_HELD;
    session->bid.type = ETP_BID_ACCEPT;
    session->bid.code = ETP_CODE_NONE;
    session->bid.id = 0;
    session->bid.price = bid->sale_price;
    session->bid.energy = bid->award;
    session->bid.closes_in_ms = (uint32_t)((bid->hold_until - engine->now) / ETP_NS_PER_MS);
    etp_bess_send_answer(engine, bess, session, &session->bid);
    bess->repeat_at = engine->now + engine->options.timing.confirm_repeat;
    if (bess->lowest_won == ETP_PRICE_NONE || bid->price < bess->lowest_won)
        bess->lowest_won = bid->price;
    etp_event event = about_bid(engine, bess, slot, ETP_EVENT_ACCEPT);
    event.message = session->bid.id;
    event.price = bid->sale_price;
    event.energy = bid->award;
    event.amount = etp_amount(bid->sale_price, bid->award);
    etp_observe(engine, &event);
}

/* What a beaten bidder may learn: the price to beat while the window is open, afterwards the lowest that won. */
static etp_price disclosed_price(const etp_engine *engine, const struct bess *bess, const etp_bid *bid)
{
    if (engine->options.mechanism == ETP_ASCENDING && bess->auction.state == ETP_AUCTION_OPEN)
        return etp_auction_to_beat(&bess->auction);
    bool beaten = bid->code == ETP_CODE_NOT_COMPETITIVE || bid->code == ETP_CODE_OUTBID;
    bool disclosed = (engine->options.disclose & ETP_DISCLOSE_WINNER) != 0;
    return beaten && disclosed && bess->lowest_won != ETP_PRICE_NONE ? bess->lowest_won : 0;
}

static void tell_rejected(etp_engine *engine, struct bess *bess, unsigned slot, enum bess_state state)
{
    const etp_bid *bid = &bess->book[slot];
    struct bess_session *session = &bess->sessions[slot];
    session->state = (uint8_t)state;
    session->bid.type = ETP_BID_REJECT;
    session->bid.code = bid->code;
    session->bid.id = 0;
    session->bid.price = disclosed_price(engine, bess, bid);
    session->bid.energy = 0;
    session->bid.closes_in_ms = 0;
    etp_bess_send_answer(engine, bess, session, &session->bid);
    etp_event event = about_bid(engine, bess, slot, ETP_EVENT_REJECT);
    etp_observe(engine, &event);
}

/* A hold ended. The bidder learns it when it confirms after all. */
static void note_lapse(etp_engine *engine, struct bess *bess, unsigned slot)
{
    const etp_bid *bid = &bess->book[slot];
    bess->sessions[slot].state = BESS_OUT;
    bess->lapsed++;
    engine->stats.lapses++;
    etp_event event = about_bid(engine, bess, slot, ETP_EVENT_LAPSE);
    event.price = bid->sale_price;
    event.energy = bid->award;
    etp_observe(engine, &event);
}

static void follow_bid(etp_engine *engine, struct bess *bess, unsigned slot)
{
    enum bess_state told = (enum bess_state)bess->sessions[slot].state;
    switch ((etp_bid_state)bess->book[slot].state) {
    case ETP_BID_HELD:
        if (told != BESS_HELD)
            tell_accepted(engine, bess, slot);
        break;
    case ETP_BID_OUTBID:
        if (told != BESS_OUTBID)
            tell_rejected(engine, bess, slot, BESS_OUTBID);
        break;
    case ETP_BID_REJECTED:
        if (told == BESS_BIDDING || told == BESS_STANDBY || told == BESS_OUTBID)
            tell_rejected(engine, bess, slot, BESS_OUT);
        break;
    case ETP_BID_LAPSED:
        if (told == BESS_HELD)
            note_lapse(engine, bess, slot);
        else if (told == BESS_BIDDING) /* awarded, but the battery could not hold it */
            tell_rejected(engine, bess, slot, BESS_OUT);
        break;
    case ETP_BID_STANDBY:
        bess->sessions[slot].state = BESS_STANDBY;
        break;
    case ETP_BID_STANDING:
        bess->sessions[slot].state = BESS_BIDDING;
        break;
    case ETP_BID_NONE:
    case ETP_BID_SOLD:
        break;
    }
}

static void follow_bids(etp_engine *engine, struct bess *bess, etp_bid_state state)
{
    for (unsigned i = 0; i < bess->node.links; i++)
        if (bess->book[i].state == state)
            follow_bid(engine, bess, i);
}

/* The battery holds just what the auction holds. False if the battery cannot: the host has taken energy meanwhile. */
static bool match_holds(struct bess *bess)
{
    etp_energy difference = bess->auction.held - bess->battery->held;
    if (difference > 0)
        return etp_battery_hold(bess->battery, difference) == ETP_OK;
    if (difference < 0)
        etp_battery_release(bess->battery, -difference);
    return true;
}

static unsigned bidders(const struct bess *bess)
{
    unsigned count = 0;
    for (unsigned i = 0; i < bess->node.peers; i++)
        count += bess->book[i].state != ETP_BID_NONE;
    return count;
}

static void report(etp_engine *engine, struct bess *bess)
{
    bess->reported = true;
    bess->repeat_at = ETP_TIME_NEVER;
    if (bess->hooks == NULL || bess->hooks->on_result == NULL)
        return;
    etp_context context = etp_context_of(engine, &bess->node, ETP_TIME_NEVER);
    etp_sale_view sale = {.lot = bess->auction.terms.lot,
                          .sold = bess->auction.sold,
                          .revenue = bess->revenue,
                          .reserve = bess->auction.terms.reserve,
                          .bids = bidders(bess),
                          .lapsed = bess->lapsed};
    etp_hook_done(engine, &bess->node, bess->hooks->on_result(bess->user, &context, &sale));
}

void etp_bess_follow_auction(etp_engine *engine, struct bess *bess)
{
    if (!match_holds(bess)) {
        etp_auction_abort(&bess->auction, ETP_CODE_NOT_ENOUGH_ENERGY);
        match_holds(bess);
    }
    /* What lapsed is free before it is awarded again, and a rejection may disclose the lowest price that won. */
    follow_bids(engine, bess, ETP_BID_LAPSED);
    follow_bids(engine, bess, ETP_BID_HELD);
    for (unsigned i = 0; i < bess->node.links; i++)
        follow_bid(engine, bess, i);
    if (bess->auction.state == ETP_AUCTION_DONE && !bess->reported)
        report(engine, bess);
    etp_bess_say_farewells(engine, bess);
}

/* ---- the close ---- */

/* Whether each of the chosen bids is there, and chosen once. Marks them in `bids`, which are of no use afterwards. */
static bool is_ranking(etp_bid *bids, unsigned count, const unsigned *chosen, unsigned chosen_count)
{
    if (chosen_count > count)
        return false;
    for (unsigned i = 0; i < chosen_count; i++) {
        if (chosen[i] >= count || bids[chosen[i]].state == ETP_BID_NONE)
            return false;
        bids[chosen[i]].state = ETP_BID_NONE;
    }
    return true;
}

/* Asks the policy for a ranking of its own. Returns how many slots stand in engine->order, 0 for the mechanism's. */
static unsigned ask_for_order(etp_engine *engine, struct bess *bess)
{
    if (bess->hooks == NULL || bess->hooks->choose == NULL)
        return 0;
    unsigned *ranked = engine->order, *chosen = engine->order + engine->order_room;
    unsigned count = etp_auction_rank(&bess->auction, ranked);
    if (count == 0)
        return 0;
    for (unsigned i = 0; i < count; i++)
        engine->ranked[i] = bess->book[ranked[i]];
    etp_context context = etp_context_of(engine, &bess->node, ETP_TIME_NEVER);
    int result = bess->hooks->choose(bess->user, &context, engine->ranked, count, chosen);
    if (result > 0 && !is_ranking(engine->ranked, count, chosen, (unsigned)result))
        result = ETP_ERANGE;
    if (!etp_hook_done(engine, &bess->node, result))
        return 0;
    /* From places in the ranking to slots of the book. */
    for (int i = 0; i < result; i++)
        chosen[i] = ranked[chosen[i]];
    return (unsigned)result;
}

void etp_bess_close_auction(etp_engine *engine, struct bess *bess)
{
    unsigned count = ask_for_order(engine, bess);
    const unsigned *order = count > 0 ? engine->order + engine->order_room : NULL;
    etp_auction_close(&bess->auction, order, count, engine->now);
    etp_bess_follow_auction(engine, bess);
}

void etp_bess_abort_auction(etp_engine *engine, struct bess *bess, etp_code code)
{
    if (bess->auction.state != ETP_AUCTION_OPEN && bess->auction.state != ETP_AUCTION_HOLDING)
        return;
    etp_auction_abort(&bess->auction, code);
    etp_bess_follow_auction(engine, bess);
}

void etp_bess_repeat_accepts(etp_engine *engine, struct bess *bess)
{
    bess->repeat_at = ETP_TIME_NEVER;
    for (unsigned i = 0; i < bess->node.links; i++) {
        if (bess->sessions[i].state != BESS_HELD)
            continue;
        etp_bess_send_answer(engine, bess, &bess->sessions[i], &bess->sessions[i].bid);
        bess->repeat_at = engine->now + engine->options.timing.confirm_repeat;
    }
}

/* ---- the sale ---- */

etp_code etp_bess_sell(etp_engine *engine, struct bess *bess, unsigned slot)
{
    const etp_bid *bid = &bess->book[slot];
    if (bid->state != ETP_BID_HELD || engine->now >= bid->hold_until)
        return ETP_CODE_EXPIRED;
    /* Only if the host has changed the battery behind its promises: then none of them can be kept. */
    if (etp_battery_sell(bess->battery, bid->award) != ETP_OK) {
        etp_bess_abort_auction(engine, bess, ETP_CODE_NOT_ENOUGH_ENERGY);
        return ETP_CODE_NOT_ENOUGH_ENERGY;
    }
    etp_auction_confirm(&bess->auction, slot, engine->now);
    etp_money amount = etp_amount(bid->sale_price, bid->award);
    bess->revenue += amount;
    bess->sessions[slot].state = BESS_SOLD;
    bess->sessions[slot].bid.sold = true;
    engine->stats.trades++;
    etp_event event = about_bid(engine, bess, slot, ETP_EVENT_CONFIRM);
    event.message = bess->sessions[slot].confirm.request;
    event.price = bid->sale_price;
    event.energy = bid->award;
    event.amount = amount;
    etp_observe(engine, &event);
    return ETP_CODE_NONE;
}
