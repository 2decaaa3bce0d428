/* SPDX-License-Identifier: MIT */
/* A small market for the tests of runs: an evening of a few homes and firms whose hooks are C, and what it told. */
#ifndef ETP_TEST_RUN_TOOLS_H
#define ETP_TEST_RUN_TOOLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "etp/run.h"

enum { FIRMS_MAX = 8 };

static const etp_time one_ms = ETP_NS_PER_MS;

/* Every event of a run, in order. */
typedef struct chronicle {
    etp_event *events;
    size_t count, room;
} chronicle;

static inline void chronicle_add(void *user, const etp_event *event)
{
    chronicle *all = user;
    if (all->count == all->room) {
        all->room = all->room == 0 ? 1024 : 2 * all->room;
        all->events = realloc(all->events, all->room * sizeof *all->events);
        assert_non_null(all->events);
    }
    all->events[all->count++] = *event;
}

static inline void chronicle_clear(chronicle *all)
{
    free(all->events);
    *all = (chronicle){0};
}

/* ---- hooks ---- */

/* Bids its value less a margin; where it is outbid, raises to just above the price to beat as far as its value goes. */
typedef struct shader {
    etp_price margin;
    uint64_t offers, results;
} shader;

static inline int shader_on_offer(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)context;
    shader *self = user;
    self->offers++;
    intent->price = offer->value - self->margin;
    return intent->price >= 0 ? ETP_DECIDE_BID : ETP_DECIDE_PASS;
}

static inline int shader_on_result(void *user, const etp_context *context, const etp_result_view *result,
                                   etp_intent *intent)
{
    (void)context;
    shader *self = user;
    self->results++;
    if (!result->may_rebid || result->best == ETP_PRICE_NONE)
        return ETP_DECIDE_PASS;
    intent->price = result->best + ETP_PRICE_PER_CENT / 5;
    return intent->price <= result->value ? ETP_DECIDE_BID : ETP_DECIDE_PASS;
}

static const etp_aggregator_hooks shader_hooks = {
    .size = sizeof(etp_aggregator_hooks), .on_offer = shader_on_offer, .on_result = shader_on_result};

/* ---- the market ---- */

typedef struct market {
    etp_trace trace;
    etp_firm firms[FIRMS_MAX];
    shader shaders[FIRMS_MAX];
    etp_run_options options;
    chronicle chronicle;
    etp_run *run;
} market;

/* From six in the evening on, `intervals` of five minutes. `m` must not move while it is in use. */
static inline void market_init(market *m, unsigned homes, unsigned firms, size_t intervals)
{
    static const char *const names[FIRMS_MAX] = {"one", "two", "three", "four", "five", "six", "seven", "eight"};
    *m = (market){0};
    assert_int_equal(etp_trace_generate(&m->trace, 1, 300 * ETP_NS_PER_SECOND, 1, NULL), ETP_OK);
    for (unsigned i = 0; i < FIRMS_MAX; i++) {
        m->shaders[i].margin = (1 + (etp_price)i) * ETP_PRICE_PER_CENT / 4;
        m->firms[i] = (etp_firm){.name = names[i], .hooks = &shader_hooks, .user = &m->shaders[i], .portfolio = i};
    }
    etp_run_defaults(&m->options);
    m->options.trace = &m->trace;
    m->options.first = 72;
    m->options.intervals = intervals;
    m->options.homes = homes;
    m->options.fleet.start_ppm = 950000;
    m->options.firms = m->firms;
    m->options.firm_count = m->options.portfolios = firms;
    m->options.observer = (etp_observer){chronicle_add, &m->chronicle};
}

static inline void market_begin(market *m)
{
    etp_error error = {0};
    etp_run_free(m->run);
    chronicle_clear(&m->chronicle);
    if (etp_run_new(&m->run, &m->options, &error) != ETP_OK)
        fail_msg("%s", error.text);
}

static inline void market_check(const market *m)
{
    etp_error error = {0};
    if (etp_run_check(m->run, &error) != ETP_OK)
        fail_msg("seed %llu: %s", (unsigned long long)m->options.seed, error.text);
}

static inline void market_finish(market *m)
{
    etp_error error = {0};
    int result;
    while ((result = etp_run_step(m->run, &error)) > 0)
        market_check(m);
    if (result != ETP_OK)
        fail_msg("%s", error.text);
    market_check(m);
}

static inline etp_run_totals market_totals(const market *m)
{
    etp_run_totals totals;
    etp_run_get_totals(m->run, &totals);
    return totals;
}

static inline etp_run_totals market_run(market *m)
{
    market_begin(m);
    market_finish(m);
    return market_totals(m);
}

static inline void market_fini(market *m)
{
    etp_run_free(m->run);
    chronicle_clear(&m->chronicle);
    etp_trace_fini(&m->trace);
}

static inline etp_engine_stats market_stats(const market *m)
{
    etp_engine_stats stats;
    etp_run_engine_stats(m->run, &stats);
    return stats;
}

static inline etp_firm_result market_firm(const market *m, unsigned index)
{
    etp_firm_result result;
    assert_int_equal(etp_run_firm(m->run, index, &result), ETP_OK);
    return result;
}

static inline bool same_digest(const etp_run_totals *a, const etp_run_totals *b)
{
    return a->digest[0] == b->digest[0] && a->digest[1] == b->digest[1];
}

static inline size_t count_events(const chronicle *all, etp_event_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < all->count; i++)
        count += all->events[i].kind == kind;
    return count;
}

#endif
