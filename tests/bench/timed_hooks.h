/* SPDX-License-Identifier: MIT */
/*
 * Hooks around hooks, which find out how many seconds of CPU are spent in them: by one call in eight, for that clock is
 * slow to read.
 */
#ifndef ETP_BENCH_TIMED_HOOKS_H
#define ETP_BENCH_TIMED_HOOKS_H

#include "bench_time.h"
#include "etp/hooks.h"

enum { TIMED_ONE_IN = 8 };

typedef struct timed_hooks {
    etp_aggregator_hooks buyer, timed_buyer; /* those that are called, and those that call them */
    etp_bess_hooks seller, timed_seller;
    void *user;
    double seconds; /* of the calls that were timed */
    uint64_t calls, timed;
} timed_hooks;

static inline double timed_begin(timed_hooks *self)
{
    return self->calls++ % TIMED_ONE_IN == 0 ? bench_clock(CLOCK_PROCESS_CPUTIME_ID) : -1;
}

static inline int timed_end(timed_hooks *self, double start, int result)
{
    if (start >= 0) {
        self->seconds += bench_clock(CLOCK_PROCESS_CPUTIME_ID) - start;
        self->timed++;
    }
    return result;
}

static inline int timed_start(void *user, const etp_context *context)
{
    timed_hooks *self = user;
    double start = timed_begin(self);
    return timed_end(self, start, self->buyer.on_start(self->user, context));
}

static inline int timed_interval(void *user, const etp_context *context, const etp_market *market)
{
    timed_hooks *self = user;
    double start = timed_begin(self);
    return timed_end(self, start, self->buyer.on_interval(self->user, context, market));
}

static inline int timed_offer(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    timed_hooks *self = user;
    double start = timed_begin(self);
    return timed_end(self, start, self->buyer.on_offer(self->user, context, offer, intent));
}

static inline int timed_result(void *user, const etp_context *context, const etp_result_view *view, etp_intent *intent)
{
    timed_hooks *self = user;
    double start = timed_begin(self);
    return timed_end(self, start, self->buyer.on_result(self->user, context, view, intent));
}

static inline int timed_fault(void *user, const etp_context *context, const etp_fault *fault)
{
    timed_hooks *self = user;
    double start = timed_begin(self);
    return timed_end(self, start, self->buyer.on_fault(self->user, context, fault));
}

static inline int timed_policy_start(void *user, const etp_context *context)
{
    timed_hooks *self = user;
    double start = timed_begin(self);
    return timed_end(self, start, self->seller.on_start(self->user, context));
}

static inline int timed_policy_interval(void *user, const etp_context *context, const etp_market *market)
{
    timed_hooks *self = user;
    double start = timed_begin(self);
    return timed_end(self, start, self->seller.on_interval(self->user, context, market));
}

static inline int timed_reserve(void *user, const etp_context *context, const etp_battery_view *battery,
                                etp_reserve *reserve)
{
    timed_hooks *self = user;
    double start = timed_begin(self);
    return timed_end(self, start, self->seller.reserve(self->user, context, battery, reserve));
}

static inline int timed_choose(void *user, const etp_context *context, const etp_bid *bids, unsigned count,
                               unsigned *order)
{
    timed_hooks *self = user;
    double start = timed_begin(self);
    return timed_end(self, start, self->seller.choose(self->user, context, bids, count, order));
}

static inline int timed_sale(void *user, const etp_context *context, const etp_sale_view *sale)
{
    timed_hooks *self = user;
    double start = timed_begin(self);
    return timed_end(self, start, self->seller.on_result(self->user, context, sale));
}

static inline int timed_policy_fault(void *user, const etp_context *context, const etp_fault *fault)
{
    timed_hooks *self = user;
    double start = timed_begin(self);
    return timed_end(self, start, self->seller.on_fault(self->user, context, fault));
}

/* The same hooks, timed; `*user` becomes what they are to be given. */
static inline const etp_aggregator_hooks *timed_buyer(timed_hooks *self, const etp_aggregator_hooks *hooks, void **user)
{
    *self = (timed_hooks){.buyer = *hooks, .user = *user};
    self->timed_buyer = (etp_aggregator_hooks){.size = sizeof(etp_aggregator_hooks),
                                               .on_start = hooks->on_start != NULL ? timed_start : NULL,
                                               .on_interval = hooks->on_interval != NULL ? timed_interval : NULL,
                                               .on_offer = hooks->on_offer != NULL ? timed_offer : NULL,
                                               .on_result = hooks->on_result != NULL ? timed_result : NULL,
                                               .on_fault = hooks->on_fault != NULL ? timed_fault : NULL};
    *user = self;
    return &self->timed_buyer;
}

static inline const etp_bess_hooks *timed_seller(timed_hooks *self, const etp_bess_hooks *hooks, void **user)
{
    *self = (timed_hooks){.seller = *hooks, .user = *user};
    self->timed_seller = (etp_bess_hooks){.size = sizeof(etp_bess_hooks),
                                          .on_start = hooks->on_start != NULL ? timed_policy_start : NULL,
                                          .on_interval = hooks->on_interval != NULL ? timed_policy_interval : NULL,
                                          .reserve = hooks->reserve != NULL ? timed_reserve : NULL,
                                          .choose = hooks->choose != NULL ? timed_choose : NULL,
                                          .on_result = hooks->on_result != NULL ? timed_sale : NULL,
                                          .on_fault = hooks->on_fault != NULL ? timed_policy_fault : NULL};
    *user = self;
    return &self->timed_seller;
}

/* What one reading of the clock takes. */
static inline double timed_clock_cost(void)
{
    enum { READINGS = 100000 };
    double start = bench_clock(CLOCK_PROCESS_CPUTIME_ID), last = start;
    for (int i = 0; i < READINGS; i++)
        last = bench_clock(CLOCK_PROCESS_CPUTIME_ID);
    return (last - start) / READINGS;
}

#endif
