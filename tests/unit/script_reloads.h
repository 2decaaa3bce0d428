/* SPDX-License-Identifier: MIT */
/* A script that is reloaded from texts. Each test program is one file: all is static. */
#ifndef ETP_TEST_SCRIPT_RELOADS_H
#define ETP_TEST_SCRIPT_RELOADS_H

#include "test_script.h"

static const etp_time now = 1700000001 * INT64_C(1000000000);

static inline int reload(etp_desk *desk, const char *source, etp_error *error)
{
    *error = (etp_error){0};
    return etp_script_reload_text(desk->script, "test.lua", source, strlen(source), now, error);
}

static inline void reload_well(etp_desk *desk, const char *source)
{
    etp_error error;
    if (reload(desk, source, &error) != ETP_OK)
        fail_msg("%s", error.text);
}

/* What node `node` bids, in whole cents. */
static inline int bid_of(etp_desk *desk, uint32_t node)
{
    etp_intent intent;
    if (offer_to(desk, node, &intent) != ETP_DECIDE_BID)
        fail_msg("%s", etp_script_last_error(desk->script));
    return (int)(intent.price / 10000);
}

static inline void refuses(etp_desk *desk, const char *source, int code, const char *part)
{
    etp_error error;
    etp_script_stats before, after;
    char hash[33];
    unsigned version = etp_script_version(desk->script);
    snprintf(hash, sizeof hash, "%s", etp_script_hash(desk->script));
    etp_script_get_stats(desk->script, &before);
    int result = reload(desk, source, &error);
    if (result != code)
        fail_msg("%d, not %d: %s", result, code, error.text);
    assert_contains(error.text, part);
    assert_int_equal(etp_script_version(desk->script), version);
    assert_string_equal(etp_script_hash(desk->script), hash);
    etp_script_get_stats(desk->script, &after);
    assert_int_equal(after.reloads_refused, before.reloads_refused + 1);
    assert_int_equal(after.reloads, before.reloads);
    assert_int_equal(after.calls, before.calls);
    assert_int_equal(after.errors, before.errors);
}

/* Bids 1 cent the first time, 2 the second, ...: what it knows shows in its bid. */
#define COUNTS \
    AGGREGATOR "function S.on_offer(ctx, offer) local s = ctx.state s.n = (s.n or 0) + 1 return s.n end return S"
#define COUNTS_IN_TENS \
    AGGREGATOR         \
    "function S.on_offer(ctx, offer) local s = ctx.state s.n = (s.n or 0) + 1 return 10 * s.n end return S"

typedef struct lines {
    char text[4][600];
    etp_log_level level[4];
    unsigned count;
    etp_script *script; /* reloaded as a line is written: twice at most, for a reload writes one itself */
    unsigned turns;
    bool frees; /* and tries to free it */
    int result;
} lines;

static inline void note(void *user, etp_log_level level, const char *component, const char *text)
{
    lines *to = user;
    if (strcmp(component, "reload") == 0 && to->count < 4) {
        to->level[to->count] = level;
        snprintf(to->text[to->count++], sizeof to->text[0], "%s", text);
    }
    if (to->frees)
        etp_script_free(to->script);
    if (to->script != NULL && to->turns++ < 2)
        to->result = etp_script_reload_text(to->script, "test.lua", COUNTS, strlen(COUNTS), now, NULL);
}

#endif
