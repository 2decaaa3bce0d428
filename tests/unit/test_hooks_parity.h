/* SPDX-License-Identifier: MIT */
/* The hooks of the parity test that every node has, and those of buyers: each in C, and the text of the same in Lua where
 * several rows use it. */
#ifndef ETP_TEST_HOOKS_PARITY_H
#define ETP_TEST_HOOKS_PARITY_H

#include "etp/error.h"
#include "etp/hooks.h"

enum { HOMES = 4, FIRMS = 3, NODES = HOMES + FIRMS };

/* What the C hooks of one row keep. `kept` is by node, as ctx.state is. */
struct desk {
    uint64_t calls;
    int64_t kept[NODES];
};

#define CENTS(x) ((etp_price)((x)*10000))
#define USE                   \
    struct desk *self = user; \
    self->calls++;            \
    (void)context

/* ---- on_start, on_interval, on_fault: nothing is returned, so they leave something for on_offer or reserve ---- */

static inline int start_keeps(void *user, const etp_context *context)
{
    USE;
    self->kept[context->node] = CENTS(1.5);
    return 0;
}

static inline int start_fails(void *user, const etp_context *context)
{
    USE;
    return ETP_ESCRIPT;
}

static inline int interval_keeps(void *user, const etp_context *context, const etp_market *now)
{
    USE;
    self->kept[context->node] = now->index % 2 == 0 ? CENTS(0.25) : now->forecast > CENTS(12) ? CENTS(1) : 0;
    return 0;
}

static inline int interval_fails(void *user, const etp_context *context, const etp_market *now)
{
    (void)now;
    USE;
    return ETP_ESCRIPT;
}

static inline int fault_keeps(void *user, const etp_context *context, const etp_fault *fault)
{
    USE;
    bool away = fault->kind == ETP_FAULT_DEVICE || fault->kind == ETP_FAULT_LINK;
    if (away || fault->delay > 100 * ETP_NS_PER_MS)
        self->kept[context->node] += CENTS(0.5);
    return 0;
}

static inline int fault_fails(void *user, const etp_context *context, const etp_fault *fault)
{
    (void)fault;
    USE;
    return ETP_ESCRIPT;
}

#define LUA_START_KEEPS "function S.on_start(ctx) ctx.state.kept = 1.5 end\n"
#define LUA_START_FAILS "function S.on_start(ctx) error('no') end\n"
#define LUA_INTERVAL_KEEPS                                    \
    "function S.on_interval(ctx, market)\n"                   \
    "  if market.index % 2 == 0 then ctx.state.kept = 0.25\n" \
    "  else ctx.state.kept = market.forecast > 12 and 1 or 0 end\nend\n"
#define LUA_INTERVAL_FAILS "function S.on_interval(ctx) error('no') end\n"
#define LUA_FAULT_KEEPS                                                               \
    "function S.on_fault(ctx, fault)\n"                                               \
    "  if fault.kind == 'device' or fault.kind == 'link' or fault.delay > 0.1 then\n" \
    "    ctx.state.kept = (ctx.state.kept or 0) + 0.5\n  end\nend\n"
#define LUA_FAULT_FAILS "function S.on_fault() error('no') end\n"

/* ---- on_offer ---- */

static inline int offer_less_kept(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    USE;
    intent->price = offer->value - self->kept[context->node];
    return ETP_DECIDE_BID;
}

static inline int offer_price(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    USE;
    intent->price = offer->value - CENTS(0.5);
    return ETP_DECIDE_BID;
}

static inline int offer_price_and_energy(void *user, const etp_context *context, const etp_offer *offer,
                                         etp_intent *intent)
{
    USE;
    intent->price = offer->value;
    intent->energy = offer->energy / 2;
    return ETP_DECIDE_BID;
}

static inline int offer_too_much(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    USE;
    intent->price = offer->value;
    intent->energy = 1000 * ETP_ENERGY_PER_KWH;
    return ETP_DECIDE_BID;
}

static inline int offer_nothing(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)offer;
    (void)intent;
    USE;
    return ETP_DECIDE_PASS;
}

static inline int offer_with_reason(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    USE;
    intent->price = offer->value;
    intent->reason = "too small";
    return offer->energy < 300000 ? ETP_DECIDE_PASS : ETP_DECIDE_BID;
}

static inline int offer_fails(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)offer;
    (void)intent;
    USE;
    return ETP_ESCRIPT;
}

static inline int offer_negative(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)offer;
    USE;
    intent->price = -1;
    return ETP_DECIDE_BID;
}

static inline int offer_above_all(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)offer;
    USE;
    intent->price = ETP_PRICE_MAX + 1;
    return ETP_DECIDE_BID;
}

static inline int offer_negative_energy(void *user, const etp_context *context, const etp_offer *offer,
                                        etp_intent *intent)
{
    USE;
    intent->price = offer->value;
    intent->energy = -1;
    return ETP_DECIDE_BID;
}

static inline int offer_waits(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    USE;
    intent->price = offer->value - CENTS(0.25);
    return offer->asked == 1 ? ETP_DECIDE_WAIT : ETP_DECIDE_BID;
}

static inline int offer_waits_on(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)offer;
    (void)intent;
    USE;
    return ETP_DECIDE_WAIT;
}

static inline int offer_at_random(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    USE;
    double cents = etp_price_to_cents(offer->value) - etp_rng_unit(context->rng);
    return etp_price_from_cents(cents, 0, ETP_PRICE_MAX, &intent->price) ? ETP_DECIDE_BID : ETP_ERANGE;
}

static inline int offer_by_history(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    USE;
    const etp_history *history = context->history;
    intent->price = offer->value - CENTS(1);
    if (history->count > 0) {
        const etp_past_bid *last = &history->bids[(history->first + history->count - 1) % ETP_HISTORY_MAX];
        intent->price = last->outcome == ETP_OUTCOME_ACCEPTED ? last->price : last->bid_price + CENTS(0.125);
    }
    return ETP_DECIDE_BID;
}

static inline int offer_by_terms(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    USE;
    bool good = offer->health == ETP_HEALTH_EXCELLENT && offer->closes > context->now && offer->need > offer->energy &&
                offer->reserve != ETP_PRICE_NONE && offer->discharge_rate == 5 * ETP_POWER_PER_KW;
    intent->price = offer->reserve + CENTS(0.5);
    return good ? ETP_DECIDE_BID : ETP_DECIDE_PASS;
}

#define LUA_OFFER(body)     "function S.on_offer(ctx, offer)\n" body "\nend\n"
#define LUA_OFFER_LESS_KEPT LUA_OFFER("return offer.value - (ctx.state.kept or 0)")
#define LUA_OFFER_PRICE     LUA_OFFER("return offer.value - 0.5")

/* ---- on_result of a buyer ---- */

static inline int result_raises(void *user, const etp_context *context, const etp_result_view *result,
                                etp_intent *intent)
{
    USE;
    if (!result->may_rebid || result->best == ETP_PRICE_NONE)
        return ETP_DECIDE_PASS;
    intent->price = result->best + CENTS(0.25);
    return intent->price <= result->value ? ETP_DECIDE_BID : ETP_DECIDE_PASS;
}

static inline int result_always_bids(void *user, const etp_context *context, const etp_result_view *result,
                                     etp_intent *intent)
{
    USE;
    intent->price = result->bid_price + CENTS(1);
    return ETP_DECIDE_BID;
}

static inline int result_lowers(void *user, const etp_context *context, const etp_result_view *result,
                                etp_intent *intent)
{
    USE;
    intent->price = result->bid_price - CENTS(0.5);
    return ETP_DECIDE_BID;
}

static inline int result_nothing(void *user, const etp_context *context, const etp_result_view *result,
                                 etp_intent *intent)
{
    (void)result;
    (void)intent;
    USE;
    return ETP_DECIDE_PASS;
}

static inline int result_waits(void *user, const etp_context *context, const etp_result_view *result,
                               etp_intent *intent)
{
    (void)result;
    (void)intent;
    USE;
    return ETP_DECIDE_WAIT;
}

static inline int result_fails(void *user, const etp_context *context, const etp_result_view *result,
                               etp_intent *intent)
{
    (void)result;
    (void)intent;
    USE;
    return ETP_ESCRIPT;
}

static inline int result_negative(void *user, const etp_context *context, const etp_result_view *result,
                                  etp_intent *intent)
{
    (void)result;
    USE;
    intent->price = -1;
    return ETP_DECIDE_BID;
}

static inline int result_learns(void *user, const etp_context *context, const etp_result_view *result,
                                etp_intent *intent)
{
    (void)intent;
    USE;
    if (result->outcome == ETP_OUTCOME_ACCEPTED)
        self->kept[context->node] += CENTS(0.25);
    else if (result->code == ETP_CODE_NOT_COMPETITIVE)
        self->kept[context->node] -= CENTS(0.125);
    return ETP_DECIDE_PASS;
}

#define LUA_RESULT(body) "function S.on_result(ctx, result)\n" body "\nend\n"

#endif
