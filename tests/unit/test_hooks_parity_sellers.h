/* SPDX-License-Identifier: MIT */
/* The hooks of the parity test that sellers have: as in test_hooks_parity.h. */
#ifndef ETP_TEST_HOOKS_PARITY_SELLERS_H
#define ETP_TEST_HOOKS_PARITY_SELLERS_H

#include "test_hooks_parity.h"

/* ---- reserve ---- */

static inline int reserve_less_kept(void *user, const etp_context *context, const etp_battery_view *battery,
                                    etp_reserve *reserve)
{
    (void)battery;
    USE;
    reserve->price = CENTS(13) + self->kept[context->node];
    return 0;
}

static inline int reserve_by_default(void *user, const etp_context *context, const etp_battery_view *battery,
                                     etp_reserve *reserve)
{
    USE;
    etp_default_reserve(CENTS(8.3), battery, reserve);
    return 0;
}

static inline int reserve_by_cost(void *user, const etp_context *context, const etp_battery_view *battery,
                                  etp_reserve *reserve)
{
    USE;
    reserve->price = 2 * (battery->wear + battery->feed_in) + (battery->level == ETP_LEVEL_HIGH ? 0 : CENTS(1));
    return 0;
}

static inline int reserve_half(void *user, const etp_context *context, const etp_battery_view *battery,
                               etp_reserve *reserve)
{
    USE;
    reserve->price = CENTS(7);
    reserve->energy = battery->lot / 2;
    return 0;
}

static inline int reserve_more_than_all(void *user, const etp_context *context, const etp_battery_view *battery,
                                        etp_reserve *reserve)
{
    (void)battery;
    USE;
    reserve->price = CENTS(14);
    reserve->energy = 1000 * ETP_ENERGY_PER_KWH;
    return 0;
}

static inline int reserve_nothing(void *user, const etp_context *context, const etp_battery_view *battery,
                                  etp_reserve *reserve)
{
    (void)battery;
    USE;
    reserve->energy = 0;
    return 0;
}

static inline int reserve_fails(void *user, const etp_context *context, const etp_battery_view *battery,
                                etp_reserve *reserve)
{
    (void)battery;
    (void)reserve;
    USE;
    return ETP_ESCRIPT;
}

static inline int reserve_negative(void *user, const etp_context *context, const etp_battery_view *battery,
                                   etp_reserve *reserve)
{
    (void)battery;
    USE;
    reserve->price = -1;
    return 0;
}

static inline int reserve_negative_energy(void *user, const etp_context *context, const etp_battery_view *battery,
                                          etp_reserve *reserve)
{
    (void)battery;
    USE;
    reserve->price = CENTS(7);
    reserve->energy = -1;
    return 0;
}

static inline int reserve_at_random(void *user, const etp_context *context, const etp_battery_view *battery,
                                    etp_reserve *reserve)
{
    (void)battery;
    USE;
    return etp_price_from_cents(10 + 4 * etp_rng_unit(context->rng), 0, ETP_PRICE_MAX, &reserve->price) ? 0
                                                                                                        : ETP_ERANGE;
}

#define LUA_RESERVE(body)     "function S.reserve(ctx, battery)\n" body "\nend\n"
#define LUA_RESERVE_LESS_KEPT LUA_RESERVE("return 13 + (ctx.state.kept or 0)")

/* ---- choose ---- */

static inline int choose_reversed(void *user, const etp_context *context, const etp_bid *bids, unsigned count,
                                  unsigned *order)
{
    (void)bids;
    USE;
    for (unsigned i = 0; i < count; i++)
        order[i] = count - 1 - i;
    return (int)count;
}

static inline int choose_last(void *user, const etp_context *context, const etp_bid *bids, unsigned count,
                              unsigned *order)
{
    (void)bids;
    USE;
    order[0] = count - 1;
    return 1;
}

static inline int choose_lowest_device(void *user, const etp_context *context, const etp_bid *bids, unsigned count,
                                       unsigned *order)
{
    USE;
    order[0] = 0;
    for (unsigned i = 1; i < count; i++)
        if (bids[i].bidder < bids[order[0]].bidder)
            order[0] = i;
    return 1;
}

static inline int choose_nothing(void *user, const etp_context *context, const etp_bid *bids, unsigned count,
                                 unsigned *order)
{
    (void)bids;
    (void)count;
    (void)order;
    USE;
    return 0;
}

static inline int choose_fails(void *user, const etp_context *context, const etp_bid *bids, unsigned count,
                               unsigned *order)
{
    (void)bids;
    (void)count;
    (void)order;
    USE;
    return ETP_ESCRIPT;
}

static inline int choose_twice(void *user, const etp_context *context, const etp_bid *bids, unsigned count,
                               unsigned *order)
{
    (void)bids;
    USE;
    for (unsigned i = 0; i < count; i++)
        order[i] = 0;
    return count > 1 ? (int)count : ETP_ESCRIPT;
}

static inline int choose_past_the_end(void *user, const etp_context *context, const etp_bid *bids, unsigned count,
                                      unsigned *order)
{
    (void)bids;
    USE;
    order[0] = count;
    return 1;
}

static inline int choose_too_many(void *user, const etp_context *context, const etp_bid *bids, unsigned count,
                                  unsigned *order)
{
    (void)bids;
    USE;
    for (unsigned i = 0; i < count; i++)
        order[i] = i;
    return (int)count + 1;
}

#define LUA_CHOOSE(body) "function S.choose(ctx, bids)\n" body "\nend\n"

/* ---- on_result of a seller ---- */

static inline int sale_learns(void *user, const etp_context *context, const etp_sale_view *sale)
{
    USE;
    self->kept[context->node] += sale->sold == sale->lot && sale->bids > 1 ? CENTS(0.5) : -CENTS(0.25);
    return 0;
}

static inline int sale_fails(void *user, const etp_context *context, const etp_sale_view *sale)
{
    (void)sale;
    USE;
    return ETP_ESCRIPT;
}

#endif
