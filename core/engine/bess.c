/* SPDX-License-Identifier: MIT */
#include "engine/internal.h"

static const etp_time first_register_spread = 2 * ETP_NS_PER_SECOND;
static const etp_time first_register_wait = 10 * ETP_NS_PER_SECOND;

/* `period`, +-10 %. */
static etp_time jittered(struct bess *bess, etp_time period)
{
    etp_time tenth = period / 10;
    return period - tenth + (etp_time)etp_rng_below(&bess->node.rng, (uint64_t)(2 * tenth + 1));
}

static bool is_lost(const etp_engine *engine, const struct bess *bess, uint32_t session)
{
    return engine->links[bess->sessions[session].link].lost;
}

static bool all_heard(const etp_engine *engine, const struct bess *bess)
{
    for (uint32_t i = 0; i < bess->node.links; i++)
        if (!bess->sessions[i].heard && !is_lost(engine, bess, i))
            return false;
    return true;
}

/* What a battery says of itself unasked. */
static void send_news(etp_engine *engine, struct bess *bess, uint32_t session, etp_type type)
{
    etp_message message = {.type = (uint8_t)type,
                           .energy_total = bess->battery->stored,
                           .remaining_energy = etp_battery_available(bess->battery),
                           .voltage_mv = etp_battery_voltage_mv(bess->battery),
                           .discharge_rate = bess->battery->spec.power,
                           .health = (uint8_t)etp_battery_health(bess->battery)};
    etp_outbox_send(engine, &bess->node, bess->sessions[session].link, &message);
}

/* Registers go to every peer at the period, and before that, ever more rarely, to those who have not been heard. */
static void send_registers(etp_engine *engine, struct bess *bess)
{
    bool periodic = all_heard(engine, bess);
    for (uint32_t i = 0; i < bess->node.links; i++) {
        if ((!periodic && bess->sessions[i].heard) || is_lost(engine, bess, i) ||
            etp_bess_news_is_idle(engine, bess, i))
            continue;
        send_news(engine, bess, i, ETP_REGISTER);
    }
    etp_time period = engine->options.timing.register_period;
    etp_time wait = periodic || bess->register_wait > period ? period : bess->register_wait;
    bess->register_wait *= bess->register_wait < period ? 2 : 1;
    bess->register_at = engine->now + jittered(bess, wait);
}

static void send_statuses(etp_engine *engine, struct bess *bess)
{
    for (uint32_t i = 0; i < bess->node.links; i++) {
        if (is_lost(engine, bess, i) || etp_bess_news_is_idle(engine, bess, i))
            continue;
        send_news(engine, bess, i, ETP_BESS_STATUS);
    }
    bess->status_at = engine->now + jittered(bess, engine->options.timing.status_period);
}

static void begin_registering(etp_engine *engine, struct bess *bess)
{
    etp_bess_settle(engine, bess);
    bess->register_wait = first_register_wait;
    bess->register_at = engine->now + (etp_time)etp_rng_below(&bess->node.rng, (uint64_t)first_register_spread);
    bess->status_at = engine->now + jittered(bess, engine->options.timing.status_period);
}

void etp_bess_meet(etp_engine *engine, struct bess *bess, uint32_t session)
{
    bess->sessions[session].heard = false;
    etp_bess_say_farewells(engine, bess);
    if (bess->node.failed || engine->shutting_down)
        return;
    send_news(engine, bess, session, ETP_REGISTER);
    bess->register_wait = first_register_wait;
    etp_time again = engine->now + jittered(bess, first_register_wait);
    if (again < bess->register_at)
        bess->register_at = again;
}

void etp_bess_start(etp_engine *engine, struct bess *bess)
{
    begin_registering(engine, bess);
    if (bess->hooks != NULL && bess->hooks->on_start != NULL) {
        etp_context context = etp_context_of(engine, &bess->node, ETP_TIME_NEVER);
        etp_hook_done(engine, &bess->node, bess->hooks->on_start(bess->user, &context));
    }
}

void etp_bess_begin_interval(etp_engine *engine, struct bess *bess)
{
    for (uint32_t i = 0; i < bess->node.links; i++) {
        bess->sessions[i].state = BESS_IDLE;
        bess->sessions[i].query_answer = 0;
    }
    bess->auction.state = ETP_AUCTION_IDLE;
    bess->auction.sold = 0;
    bess->offer.state = OFFER_UNDECIDED;
    bess->revenue = 0;
    bess->lowest_won = ETP_PRICE_NONE;
    bess->lapsed = 0;
    bess->reported = false;
    etp_bess_tell_pairs(bess);
    if (!bess->node.failed && bess->hooks != NULL && bess->hooks->on_interval != NULL) {
        etp_context context = etp_context_of(engine, &bess->node, ETP_TIME_NEVER);
        etp_market market = etp_market_of(engine);
        etp_hook_done(engine, &bess->node, bess->hooks->on_interval(bess->user, &context, &market));
    }
}

void etp_bess_tick(etp_engine *engine, struct bess *bess)
{
    if (bess->auction.state == ETP_AUCTION_OPEN && engine->now >= bess->auction.terms.closes)
        etp_bess_close_auction(engine, bess);
    if (bess->auction.state == ETP_AUCTION_HOLDING && etp_auction_deadline(&bess->auction) <= engine->now) {
        etp_auction_lapse(&bess->auction, engine->now);
        etp_bess_follow_auction(engine, bess);
    }
    if (engine->now >= bess->repeat_at)
        etp_bess_repeat_accepts(engine, bess);
    if (engine->now >= bess->register_at)
        send_registers(engine, bess);
    if (engine->now >= bess->status_at)
        send_statuses(engine, bess);
}

static etp_time earlier(etp_time a, etp_time b)
{
    return a < b ? a : b;
}

etp_time etp_bess_deadline(const struct bess *bess)
{
    if (bess->node.failed)
        return ETP_TIME_NEVER;
    etp_time own = earlier(bess->register_at, bess->status_at);
    return earlier(earlier(own, bess->repeat_at), etp_auction_deadline(&bess->auction));
}

void etp_bess_fail(etp_engine *engine, struct bess *bess)
{
    etp_bess_abort_auction(engine, bess, ETP_CODE_OFFLINE);
    for (uint32_t i = 0; i < bess->node.links; i++) {
        etp_outbox_clear(engine, &engine->links[bess->sessions[i].link]);
        etp_message message = {
            .type = ETP_DEVICE_FAILURE, .code = ETP_CODE_OFFLINE, .health = (uint8_t)etp_battery_health(bess->battery)};
        etp_outbox_send(engine, &bess->node, bess->sessions[i].link, &message);
    }
    bess->repeat_at = ETP_TIME_NEVER;
}

void etp_bess_recover(etp_engine *engine, struct bess *bess)
{
    for (uint32_t i = 0; i < bess->node.links; i++)
        bess->sessions[i].heard = false;
    begin_registering(engine, bess);
    if (engine->shutting_down)
        bess->register_at = bess->status_at = ETP_TIME_NEVER;
    etp_bess_say_farewells(engine, bess);
}

/* A buyer would decline for it what it may still be awarded. */
void etp_bess_say_farewells(etp_engine *engine, struct bess *bess)
{
    for (uint32_t i = 0; engine->shutting_down && i < bess->node.links; i++)
        if (bess->sessions[i].state != BESS_HELD && bess->sessions[i].state != BESS_STANDBY)
            etp_link_say_farewell(engine, bess->sessions[i].link);
}

void etp_bess_shut_down(etp_engine *engine, struct bess *bess)
{
    bool busy = bess->auction.state == ETP_AUCTION_HOLDING;
    if (!busy)
        etp_bess_abort_auction(engine, bess, ETP_CODE_SHUTTING_DOWN);
    bess->offer.state = OFFER_NOTHING;
    for (uint32_t i = 0; i < bess->node.links; i++)
        if (bess->sessions[i].state == BESS_OFFERED)
            bess->sessions[i].state = BESS_OUT;
    etp_bess_say_farewells(engine, bess);
    bess->register_at = bess->status_at = ETP_TIME_NEVER;
}

void etp_bess_fault(etp_engine *engine, struct bess *bess, const etp_fault *fault)
{
    if (bess->hooks == NULL || bess->hooks->on_fault == NULL)
        return;
    etp_context context = etp_context_of(engine, &bess->node, ETP_TIME_NEVER);
    etp_hook_done(engine, &bess->node, bess->hooks->on_fault(bess->user, &context, fault));
}
