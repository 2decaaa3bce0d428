/* SPDX-License-Identifier: MIT */
/*
 * A program that has Lua in it already. Its own functions, in its own lua_State, with its own globals and libraries, bid
 * for it: no script file, no sandbox, and what they learn is there for the program to read.
 */
#include <stdio.h>

#include <etp/etp.h>
#include <etp/lua.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

/* What such a program's Lua may hold. */
static const char code[] = "prices = {}\n"
                           "return {\n"
                           "  params = { margin = { default = 1, min = 0, max = 10 } },\n"
                           "  on_offer = function(ctx, offer) return offer.value - ctx.params.margin end,\n"
                           "  on_result = function(ctx, result) prices[#prices + 1] = result.price end,\n"
                           "}\n";

/* Makes the hooks of the table on top of the stack, and leaves there what keeps them alive. */
static int make_hooks(lua_State *L, etp_lua_hooks **hooks, etp_error *error)
{
    if (luaL_dostring(L, code) != LUA_OK)
        return etp_fail(error, ETP_ESCRIPT, "%s", lua_tostring(L, -1));
    int result = etp_lua_hooks_new(hooks, L, -1, ETP_ROLE_AGGREGATOR, "ours", NULL, error);
    return result == ETP_OK ? etp_lua_hooks_set(*hooks, "margin", 0.5, error) : result;
}

static int run_market(etp_lua_hooks *hooks, const etp_trace *trace, etp_error *error)
{
    const etp_firm firm = {
        .name = etp_lua_hooks_name(hooks), .hooks = etp_lua_hooks_aggregator(hooks), .user = hooks, .portfolio = 0};
    etp_run_options options;
    etp_run_defaults(&options);
    options.homes = 20;
    options.firms = &firm;
    options.firm_count = options.portfolios = 1;
    options.trace = trace;
    options.intervals = trace->count;
    etp_run *run;
    int result = etp_run_new(&run, &options, error);
    while (result >= 0 && (result = etp_run_step(run, error)) == 1)
        continue;
    etp_run_free(run);
    return result;
}

/* Failed calls cost the firm its bid, and nobody else anything: the market has gone on, and this is where it is told. */
static void report(lua_State *L, const etp_lua_hooks *hooks)
{
    etp_script_stats stats;
    etp_lua_hooks_get_stats(hooks, &stats);
    if (stats.errors > 0)
        printf("%llu calls failed, the last: %s\n", (unsigned long long)stats.errors, etp_lua_hooks_last_error(hooks));
    lua_getglobal(L, "prices");
    printf("%s paid %llu times\n", etp_lua_hooks_name(hooks), (unsigned long long)lua_rawlen(L, -1));
    lua_pop(L, 1);
}

int main(void)
{
    lua_State *L = luaL_newstate();
    if (L == NULL)
        return 1;
    luaL_openlibs(L);
    etp_error error = {0};
    etp_trace trace = {0};
    etp_lua_hooks *hooks = NULL;
    int result = make_hooks(L, &hooks, &error);
    if (result == ETP_OK)
        result = etp_trace_generate(&trace, 1, 300 * ETP_NS_PER_SECOND, 1, NULL);
    if (result == ETP_OK)
        result = run_market(hooks, &trace, &error);
    if (result == ETP_OK)
        report(L, hooks);
    else
        fprintf(stderr, "%s\n", error.text[0] != '\0' ? error.text : etp_strerror(result));
    etp_trace_fini(&trace);
    lua_close(L); /* the hooks go with it: after the engine that used them */
    return result == ETP_OK ? 0 : 1;
}
