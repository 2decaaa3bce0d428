/* SPDX-License-Identifier: MIT */
/*
 * What the sandbox adds by itself: the same body of code as a hook in its sandbox, with the sandbox's allocator, limits
 * and functions, and in a plain Lua state with Lua's own, both under the same count hook. The shortest call of each side
 * counts.
 */
#include <stdlib.h>
#include <string.h>

#include "bench_lua.h"
#include "etp/script.h"

enum { ROUNDS = 60 };

static const struct {
    const char *name;
    const char *body;
} parts[] = {
    {"arithmetic", "local x = 0 for i = 1, 1000 do x = x + i * 0.5 end"},
    {"new tables", "for i = 1, 1000 do local t = { i } end"},
    {"new texts", "for i = 1, 1000 do local s = 'x' .. i end"},
    {"math.min", "local min = math.min for i = 1, 1000 do local x = min(i, 500) end"},
    {"math.floor", "local floor = math.floor for i = 1, 1000 do local x = floor(i / 3) end"},
    {"string.format %.2f", "for i = 1, 1000 do local s = string.format('%.2f', i) end"},
    {"pairs of 10 keys", "local t = { a = 1, b = 1, c = 1, d = 1, e = 1, f = 1, g = 1, h = 1, i = 1, j = 1 } "
                         "for i = 1, 100 do for k in pairs(t) do end end"},
    {"table.sort of 100", "local t = {} for i = 1, 100 do t[i] = i * 7919 % 100 end table.sort(t)"},
    {"pcall", "for i = 1, 1000 do pcall(math.abs, 1) end"},
};

enum { PARTS = sizeof parts / sizeof parts[0] };

static bool run_sandbox(etp_script *script)
{
    static const etp_context context = {.size = sizeof context};
    return etp_script_aggregator_hooks(script)->on_start(script, &context) == ETP_OK;
}

static bool run_plain(lua_State *L)
{
    lua_pushvalue(L, 2);
    return lua_pcall(L, 0, 0, 0) == LUA_OK;
}

static double now_us(void)
{
    return bench_clock(CLOCK_PROCESS_CPUTIME_ID) * 1e6;
}

static bool compare(const char *name, etp_script *script, lua_State *L)
{
    double sandbox = 1e9, plain = 1e9;
    for (int i = 0; i < ROUNDS; i++) {
        double start = now_us();
        bool good = run_sandbox(script);
        double between = now_us();
        good = run_plain(L) && good;
        double end = now_us();
        if (!good)
            return false;
        sandbox = between - start < sandbox ? between - start : sandbox;
        plain = end - between < plain ? end - between : plain;
    }
    printf("%-30s %7.1f %7.1f %7.2f\n", name, sandbox, plain, sandbox / plain);
    return true;
}

static bool measure(const char *name, const char *body)
{
    char text[1024];
    etp_script *script;
    etp_error error = {0};
    snprintf(text, sizeof text, "local S = { api = 1, role = 'aggregator' } function S.on_start() %s end return S",
             body);
    if (etp_script_load_text(&script, "bench", text, strlen(text), NULL, &error) != ETP_OK) {
        fprintf(stderr, "%s: %s\n", name, error.text);
        return false;
    }
    lua_State *L = bench_lua_open(text);
    bool good = L != NULL;
    if (good) {
        lua_getfield(L, 1, "on_start");
        good = compare(name, script, L);
        lua_close(L);
    }
    etp_script_free(script);
    return good;
}

int main(void)
{
    bool good = true;
    printf("us of CPU a body of code: \"sandbox\" with its allocator, limits and functions; \"plain\" with Lua's own, "
           "under\nthe same count hook; their ratio\n\n%-30s %7s %7s %7s\n",
           "body", "sandbox", "plain", "ratio");
    for (unsigned i = 0; i < PARTS && good; i++)
        good = measure(parts[i].name, parts[i].body);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
