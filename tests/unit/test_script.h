/* SPDX-License-Identifier: MIT */
/* What the tests of the script host share. Each test program is one file, so these are static. */
#ifndef ETP_TEST_SCRIPT_H
#define ETP_TEST_SCRIPT_H

/* cmocka wants these before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "etp/script.h"

#define CENTS(x) ((etp_price)((x)*10000))
#define KWH(x)   ((etp_energy)((x)*1000000))

#define AGGREGATOR "local S = { api = 1, role = 'aggregator' }\n"
#define BESS       "local S = { api = 1, role = 'bess' }\n"

/* An aggregator with two parameters. */
#define WHOLE_SCRIPT                                                                         \
    "return { api = 1, role = 'aggregator', name = 'greedy-2',\n"                            \
    "params = { margin = { default = 0.5, min = 0, max = 30, unit = 'c/kWh', live = true,\n" \
    "doc = 'kept' }, alpha = 3 }, on_offer = function(ctx) return ctx.params.margin end,\n"  \
    "notes = 'data of its own is fine' }"

typedef struct etp_desk {
    etp_script *script;
    etp_rng rng;
    etp_history history;
    etp_context context;
} etp_desk;

static inline void assert_contains(const char *text, const char *part)
{
    if (strstr(text, part) == NULL)
        fail_msg("\"%s\" does not contain \"%s\"", text, part);
}

static inline etp_desk desk_open(const char *source, const etp_script_options *options)
{
    etp_desk made = {0};
    etp_error error = {0};
    if (etp_script_load_text(&made.script, "test.lua", source, strlen(source), options, &error) != ETP_OK)
        fail_msg("%s", error.text);
    return made;
}

/* The context of one node; `desk` must not move while it is in use. */
static inline const etp_context *desk_context(etp_desk *desk, uint32_t node)
{
    if (desk->context.size == 0)
        etp_rng_seed(&desk->rng, 1);
    desk->context = (etp_context){.size = sizeof desk->context,
                                  .now = 1700000000 * ETP_NS_PER_SECOND,
                                  .deadline = ETP_TIME_NEVER,
                                  .node = node,
                                  .device_id = 100 + node,
                                  .name = node == 0 ? "firm-0" : "firm-n",
                                  .rng = &desk->rng,
                                  .history = &desk->history};
    return &desk->context;
}

static inline const etp_offer *an_offer(void)
{
    static const etp_offer offer = {.battery = 7,
                                    .energy = 2500000,
                                    .reserve = ETP_PRICE_NONE,
                                    .value = 125000,
                                    .need = 4000000,
                                    .budget = 3000000,
                                    .energy_total = 8000000,
                                    .remaining = 5500000,
                                    .for_sale_ppm = 312500,
                                    .voltage_mv = 48500,
                                    .discharge_rate = 5000000,
                                    .closes = 1700000002 * INT64_C(1000000000),
                                    .health = ETP_HEALTH_GOOD,
                                    .asked = 1};
    return &offer;
}

/* on_offer of node `node`, as the engine calls it. */
static inline int offer_to(etp_desk *desk, uint32_t node, etp_intent *intent)
{
    *intent = (etp_intent){.energy = KWH(2.5)};
    return etp_script_aggregator_hooks(desk->script)
        ->on_offer(desk->script, desk_context(desk, node), an_offer(), intent);
}

/* Runs `body` inside on_offer and returns the price in whole millionths of a dollar, or fails with the script's error. */
static inline etp_price evaluate(const char *body)
{
    char source[4096];
    snprintf(source, sizeof source, AGGREGATOR "function S.on_offer(ctx, offer)\n%s\nend\nreturn S\n", body);
    etp_desk desk = desk_open(source, NULL);
    etp_intent intent;
    int decision = offer_to(&desk, 0, &intent);
    if (decision != ETP_DECIDE_BID)
        fail_msg("%s: %s", body, decision < 0 ? etp_script_last_error(desk.script) : intent.reason);
    etp_script_free(desk.script);
    return intent.price;
}

/* Runs `body` inside on_offer; it must fail with a text that contains `part`. */
static inline void evaluate_fails(const char *body, const char *part)
{
    char source[4096];
    snprintf(source, sizeof source, AGGREGATOR "function S.on_offer(ctx, offer)\n%s\nend\nreturn S\n", body);
    etp_desk desk = desk_open(source, NULL);
    etp_intent intent;
    if (offer_to(&desk, 0, &intent) >= 0)
        fail_msg("%s: did not fail", body);
    assert_contains(etp_script_last_error(desk.script), part);
    etp_script_free(desk.script);
}

/* True when `body`, a condition, holds inside on_offer. */
static inline void assert_lua(const char *condition)
{
    char body[3000];
    snprintf(body, sizeof body, "return (%s) and 1 or 2", condition);
    if (evaluate(body) != CENTS(1))
        fail_msg("does not hold: %s", condition);
}

#endif
