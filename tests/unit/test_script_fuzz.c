/* SPDX-License-Identifier: MIT */
/* Random Lua from a small grammar, and shipped strategies with bytes changed: nothing crashes, and no limit is exceeded.
 * The seed is fixed; give another as the first argument to look further. */
#include "script/internal.h"
#include "test_script.h"

#include <stdlib.h>

enum { SNIPPETS = 1500, MUTANTS = 1500, ROOM = 4096, DEPTH = 5 };

static uint64_t seed = 20250101;

typedef struct writer {
    etp_rng rng;
    char text[ROOM];
    size_t size;
} writer;

static unsigned draw(writer *w, unsigned bound)
{
    return (unsigned)etp_rng_below(&w->rng, bound);
}

static void put(writer *w, const char *text)
{
    size_t size = strlen(text);
    if (w->size + size + 1 > sizeof w->text)
        return;
    memcpy(w->text + w->size, text, size + 1);
    w->size += size;
}

#define PICK(w, list) put(w, (list)[draw(w, sizeof(list) / sizeof((list)[0]))])

static void put_expression(writer *w, int depth);

static void put_call(writer *w, int depth)
{
    static const char *const functions[] = {
        "pcall",        "xpcall",         "tostring",     "tonumber",     "select",         "setmetatable",
        "next",         "pairs",          "type",         "rawset",       "rawget",         "rawlen",
        "error",        "assert",         "string.rep",   "string.gsub",  "string.find",    "string.format",
        "string.sub",   "string.byte",    "string.char",  "table.concat", "table.sort",     "table.insert",
        "table.remove", "table.unpack",   "table.move",   "table.pack",   "math.max",       "math.floor",
        "math.fmod",    "math.tointeger", "utf8.char",    "utf8.len",     "utf8.codepoint", "ctx.rng",
        "ctx.log",      "ipairs",         "getmetatable", "rawequal",     "string.gmatch",  "f",
    };
    PICK(w, functions);
    put(w, "(");
    for (unsigned i = 0, count = draw(w, 4); i <= count; i++) {
        put(w, i > 0 ? ", " : "");
        put_expression(w, depth - 1);
    }
    put(w, ")");
}

static void put_expression(writer *w, int depth)
{
    static const char *const atoms[] = {
        "1",
        "0",
        "-1",
        "1.5",
        "nil",
        "true",
        "math.huge",
        "math.maxinteger",
        "'x'",
        "'%d'",
        "'.-x'",
        "('x'):rep(9)",
        "a",
        "b",
        "t",
        "math.mininteger",
        "ctx",
        "f",
        "{}",
        "offer",
        "ctx.state",
        "ctx.history",
        "offer.value",
        "ctx.params",
        "...",
        "S",
        "_G",
        "_ENV",
        "'1e5'",
        "offer.reserve",
        "ctx.history[1]",
        "0/0",
    };
    static const char *const operators[] = {" + ", " - ",   " * ",  " / ", " // ", " % ", " .. ", " == ",
                                            " < ", " and ", " or ", " ~ ", " << ", " ^ ", " <= ", " ~= "};
    unsigned kind = depth <= 0 ? 0 : draw(w, 9);
    if (kind < 3) {
        PICK(w, atoms);
    } else if (kind < 5) {
        put(w, "(");
        put_expression(w, depth - 1);
        PICK(w, operators);
        put_expression(w, depth - 1);
        put(w, ")");
    } else if (kind < 7) {
        put_call(w, depth);
    } else if (kind == 7) {
        put(w, "{ [");
        put_expression(w, depth - 1);
        put(w, "] = ");
        put_expression(w, depth - 1);
        put(w, ", __index = t, __close = f, __lt = f }");
    } else {
        put(w, "function(...) return ");
        put_expression(w, depth - 1);
        put(w, " end");
    }
}

static void put_statement(writer *w, int depth)
{
    static const char *const targets[] = {"a = ",           "b = ",           "t.x = ",      "t[a] = ",
                                          "ctx.state.y = ", "offer.value = ", "local a = ",  "local b <close> = ",
                                          "S.on_offer = ",  "_G.z = ",        "t[#t + 1] = "};
    static const char *const heads[] = {"while true do ", "for i = 1, 20 do ",     "for k, v in pairs(t) do ",
                                        "if a then ",     "repeat until true do ", "for i = 1, 1e9 do "};
    if (depth <= 0 || draw(w, 3) > 0) {
        PICK(w, targets);
        put_expression(w, depth);
    } else {
        PICK(w, heads);
        put_statement(w, depth - 1);
        put(w, "; ");
        put_statement(w, depth - 1);
        put(w, " end");
    }
    put(w, "\n");
}

static void write_snippet(writer *w)
{
    w->size = 0;
    put(w, AGGREGATOR "local a, b, t = 1, 'b', {}\nlocal function f(...) return ... end\n"
                      "function S.on_offer(ctx, offer, ...)\n");
    for (unsigned i = 0, count = 1 + draw(w, 6); i < count; i++)
        put_statement(w, DEPTH);
    put(w, "return offer.value\nend\nreturn S\n");
}

/* Small limits, so that what loops or grows is soon over. */
static const etp_script_options small = {
    .size = sizeof small, .memory_limit = 400000, .instruction_limit = 20000, .load_instruction_limit = 50000};

/* Whether it could be called. */
static bool try(const char *text, size_t size)
{
    etp_desk desk = {0};
    etp_error error = {0};
    if (etp_script_load_text(&desk.script, "fuzz.lua", text, size, &small, &error) != ETP_OK) {
        assert_true(strlen(error.text) > 0);
        return false;
    }
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(desk.script);
    for (uint32_t i = 0; i < 4 && hooks != NULL && hooks->on_offer != NULL; i++) {
        etp_intent intent = {0};
        int decision = offer_to(&desk, i % 2, &intent);
        assert_true(decision >= 0 || strlen(etp_script_last_error(desk.script)) > 0);
        /* Who has used up its budget does not get away with an answer. */
        assert_true(decision < 0 || desk.script->vm->meter.budget > 0);
        if (decision == ETP_DECIDE_BID)
            assert_true(intent.price >= 0 && intent.price <= ETP_PRICE_MAX && intent.energy >= 0);
    }
    etp_script_stats stats;
    etp_script_get_stats(desk.script, &stats);
    assert_true(stats.memory_peak <= small.memory_limit);
    etp_script_free(desk.script);
    return true;
}

static void random_snippets(void **state)
{
    (void)state;
    writer w = {.size = 0};
    etp_rng_seed(&w.rng, seed);
    unsigned called = 0;
    for (int i = 0; i < SNIPPETS; i++) {
        write_snippet(&w);
        called += try(w.text, w.size);
    }
    /* Most must be Lua, or this would test the parser alone. */
    assert_true(called > SNIPPETS / 3);
}

static void mutated_strategies(void **state)
{
    (void)state;
    static const char *const names[] = {"greedy", "adaptive", "conservative", "aggressive", "random", "truthful"};
    static const char bytes[] = " ()[]{}=<>~+-*/%^#.,:;'\"0129aeort\n\xff";
    writer w = {.size = 0};
    etp_rng_seed(&w.rng, seed + 1);
    unsigned called = 0;
    for (int i = 0; i < MUTANTS; i++) {
        char path[512], *text;
        size_t size;
        snprintf(path, sizeof path, ETP_SOURCE_DIR "/strategies/%s.lua", names[i % 6]);
        assert_int_equal(etp_source_read(path, NULL, &text, &size, NULL), ETP_OK);
        for (unsigned changes = 1 + draw(&w, 3); changes > 0; changes--)
            text[draw(&w, (unsigned)size)] = bytes[draw(&w, sizeof bytes - 1)];
        called += try(text, size);
        free(text);
    }
    assert_true(called > MUTANTS / 10);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        seed = strtoull(argv[1], NULL, 10);
    print_message("seed %llu\n", (unsigned long long)seed);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_snippets),
        cmocka_unit_test(mutated_strategies),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
