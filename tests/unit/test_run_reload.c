/* SPDX-License-Identifier: MIT */
/* Hundreds of reloads between the messages of a market: at the same moments they make the same run, however it is cut
 * into steps, and one that is refused makes none at all. */
#include "unit/test_run_tools.h"

#include "etp/script.h"

enum { FIRMS = 2, RELOADS = 300, SOURCE_SIZE = 1024 };

/* Who is given what text when, in the order of time. */
typedef struct change {
    etp_time after;
    unsigned script; /* FIRMS is the policy */
    unsigned number;
} change;

typedef struct theatre {
    market *market;
    etp_script *scripts[FIRMS + 1];
} theatre;

static void make_source(char *text, unsigned script, unsigned number)
{
    if (script < FIRMS)
        snprintf(text, SOURCE_SIZE,
                 "-- %u\nlocal S = { api = 1, role = 'aggregator' }\n"
                 "function S.on_offer(ctx, offer)\n local s = ctx.state s.n = (s.n or 0) + 1\n"
                 "return math.max(1, offer.value) * (0.7 + %u / 100) + s.n %% 100 / 1000 + ctx.rng() / 100 end\n"
                 "%s return S",
                 number, number % 20,
                 number % 2 == 0 ? "function S.on_save(ctx) return { n = ctx.state.n } end\n"
                                   "function S.on_load(ctx, saved) ctx.state.n = saved.n end\n"
                                 : "");
    else
        snprintf(text, SOURCE_SIZE,
                 "-- %u\nlocal S = { api = 1, role = 'bess' }\n"
                 "function S.reserve(ctx, battery) local s = ctx.state s.n = (s.n or 0) + 1\n"
                 "return %u / 10 + s.n %% 10 / 100 end return S",
                 number, number % 9);
}

static void open_theatre(theatre *it, uint64_t seed)
{
    char text[SOURCE_SIZE];
    it->market = malloc(sizeof *it->market);
    assert_non_null(it->market);
    market_init(it->market, 8, FIRMS, 60);
    it->market->options.seed = seed;
    it->market->options.beat = 5 * ETP_NS_PER_SECOND;
    for (unsigned i = 0; i <= FIRMS; i++) {
        make_source(text, i, 0);
        assert_int_equal(etp_script_load_text(&it->scripts[i], "s.lua", text, strlen(text), NULL, NULL), ETP_OK);
    }
    for (unsigned i = 0; i < FIRMS; i++) {
        it->market->firms[i].hooks = etp_script_aggregator_hooks(it->scripts[i]);
        it->market->firms[i].user = it->scripts[i];
    }
    it->market->options.policy = etp_script_bess_hooks(it->scripts[FIRMS]);
    it->market->options.policy_user = it->scripts[FIRMS];
    market_begin(it->market);
}

static void close_theatre(theatre *it)
{
    for (unsigned i = 0; i <= FIRMS; i++)
        etp_script_free(it->scripts[i]);
    market_fini(it->market);
    free(it->market);
}

static void reload(theatre *it, const change *event)
{
    char text[SOURCE_SIZE];
    etp_error error = {0};
    make_source(text, event->script, event->number);
    if (etp_script_reload_text(it->scripts[event->script], "s.lua", text, strlen(text), etp_run_now(it->market->run),
                               &error) != ETP_OK)
        fail_msg("%s", error.text);
}

/* A text that is refused, at any moment. */
static void disturb(theatre *it, unsigned turn)
{
    static const char *const broken[] = {
        "return {", "return { api = 1, role = 'bess', on_start = 1 }",
        "return { api = 1, role = 'aggregator', on_offer = function() error('x') end }"};
    const char *text = broken[turn % 3];
    assert_int_not_equal(etp_script_reload_text(it->scripts[turn % (FIRMS + 1)], "s.lua", text, strlen(text), 0, NULL),
                         ETP_OK);
}

static void advance(theatre *it, etp_time until)
{
    etp_error error = {0};
    if (etp_run_advance(it->market->run, until, &error) < 0)
        fail_msg("%s", error.text);
}

/* `pieces` cuts the time between two reloads; with `disturbed`, broken versions come in between. */
static etp_run_totals play(theatre *it, const change *events, unsigned count, unsigned pieces, bool disturbed)
{
    etp_time begins = etp_run_starts(it->market->run, 0), before = begins;
    for (unsigned i = 0; i < count; i++) {
        etp_time until = begins + events[i].after;
        for (unsigned piece = 1; piece < pieces; piece++) {
            advance(it, before + (until - before) / pieces * piece);
            if (disturbed)
                disturb(it, i + piece);
        }
        advance(it, until);
        reload(it, &events[i]);
        before = until;
    }
    market_finish(it->market);
    return market_totals(it->market);
}

static int by_time(const void *left, const void *right)
{
    const change *a = left, *b = right;
    return a->after < b->after ? -1 : a->after > b->after;
}

static void reloads_are_exact(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        change events[RELOADS];
        for (unsigned i = 0; i < RELOADS; i++)
            events[i] = (change){(etp_time)(etp_hash(seed, i, 1, 0) % UINT64_C(300000000000)),
                                 (unsigned)(etp_hash(seed, i, 2, 0) % (FIRMS + 1)), i + 1};
        qsort(events, RELOADS, sizeof *events, by_time);
        etp_run_totals first = {0};
        for (unsigned pieces = 1; pieces <= 3; pieces++) {
            theatre it;
            open_theatre(&it, seed);
            etp_run_totals totals = play(&it, events, RELOADS, pieces, pieces == 3);
            etp_script_stats stats;
            etp_script_get_stats(it.scripts[0], &stats);
            assert_true(stats.reloads > RELOADS / 5);
            assert_int_equal(stats.errors, 0);
            assert_true(pieces < 3 || stats.reloads_refused > 0);
            assert_true(totals.trades > 20);
            if (pieces == 1)
                first = totals;
            assert_true(same_digest(&first, &totals));
            close_theatre(&it);
        }
        theatre it;
        open_theatre(&it, seed);
        etp_run_totals other = play(&it, events + 100, RELOADS - 100, 1, false);
        assert_false(same_digest(&first, &other));
        close_theatre(&it);
    }
}

/* The same text again carries everything over, so nobody can tell that it came. */
static void the_same_version_changes_nothing(void **state)
{
    (void)state;
    change events[100];
    theatre it;
    for (unsigned i = 0; i < 100; i++)
        events[i] = (change){(etp_time)i * 2900 * one_ms, i % (FIRMS + 1), 0};
    open_theatre(&it, 3);
    etp_run_totals without = play(&it, events, 0, 1, false);
    close_theatre(&it);
    open_theatre(&it, 3);
    etp_run_totals with = play(&it, events, 100, 1, false);
    close_theatre(&it);
    assert_true(without.trades > 20);
    assert_true(same_digest(&without, &with));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reloads_are_exact),
        cmocka_unit_test(the_same_version_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
