/* SPDX-License-Identifier: MIT */
/* Ways out of a sandbox, each a test that is called after it: first those that are known to work against naive ones, then
 * those that we found by attacking this one. */
#include <stdlib.h>

#include "test_script.h"

static const char over[] = " than it may";

static void all_fail(const char *const *bodies, size_t count, const char *part)
{
    for (size_t i = 0; i < count; i++)
        evaluate_fails(bodies[i], part);
}

#define ALL_FAIL(bodies, part) all_fail(bodies, sizeof(bodies) / sizeof((bodies)[0]), part)

/* ---- known ways ---- */

static void pcall_in_a_loop_swallows_the_hooks_error(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "while true do pcall(function() while true do end end) end",
        "while true do xpcall(function() while true do end end, function() end) end",
        "local function f() while true do end end while true do select('#', pcall(pcall, pcall, f)) end",
        "while true do xpcall(function() while true do end end, function() while true do end end) end",
        "repeat local ok = pcall(function() repeat until false end) until ok",
    };
    ALL_FAIL(bodies, over);
}

static void coroutine_made_before_the_hook_was_set(void **state)
{
    (void)state;
    evaluate_fails("return coroutine", "coroutine is not available in a strategy");
    evaluate_fails("return _G.coroutine", "coroutine is not available");
    assert_lua("rawget(_G, 'coroutine') == nil and not pcall(require, 'coroutine')");
}

static void finalizers_run_with_hooks_off(void **state)
{
    (void)state;
    evaluate_fails("setmetatable({}, { __gc = function() while true do end end })", "__gc is not available");
    /* Set later, it has no effect. */
    assert_lua("(function() local m, n = {}, 0 for i = 1, 100 do setmetatable({}, m) end "
               "m.__gc = function() n = n + 1 end for i = 1, 20000 do local t = {} end return n == 0 end)()");
}

static void patterns_that_backtrack(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "return ('a'):rep(5000):find(('a-'):rep(30) .. 'b')", "return ('a'):rep(5000):match(('.*'):rep(8) .. 'b')",
        "return ('('):rep(60000):gsub('%b()', '')",           "return (('a'):rep(3000) .. 'b'):find('(.-)%1(.-)%2c')",
        "for _ in ('a'):rep(5000):gmatch('.*.*b') do end",    "return ('a'):rep(60000):find('%f[b].-%f[b].-c')",
    };
    ALL_FAIL(bodies, "this pattern could take too long");
}

static void string_rep(void **state)
{
    (void)state;
    evaluate_fails("return string.rep('x', 1e9)", "string.rep: the result would be over");
    evaluate_fails("return string.rep('x', math.maxinteger, ('y'):rep(100))", "string.rep: the result would be over");
    evaluate_fails("return string.rep(('x'):rep(60000), math.maxinteger)", "string.rep: the result would be over");
    evaluate_fails("while true do local s = ('x'):rep(60000) end", over);
}

static void methods_of_strings(void **state)
{
    (void)state;
    evaluate_fails("return ('x'):rep(1e9)", "string.rep: the result would be over");
    evaluate_fails("return ('x').rep('x', 1e9)", "string.rep: the result would be over");
    evaluate_fails("return ('x'):dump()", "string.dump is not available");
}

static void table_concat(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "table.concat({}, 'x', 1, math.maxinteger)",
        "table.concat({}, ('x'):rep(60000), 1, 1e9 // 1 | 0)",
        "table.concat({}, '', math.mininteger, math.maxinteger)",
        "local t = {} for i = 1, 1000 do t[i] = ('x'):rep(1000) end while true do pcall(table.concat, t) end",
    };
    ALL_FAIL(bodies, over);
}

static void sort_with_a_bad_comparator(void **state)
{
    (void)state;
    assert_lua("(function() local t = {} for i = 1, 500 do t[i] = i end table.sort(t, function() return true end) "
               "table.sort(t, function() return ctx.rng() < 0.5 end) local n = 0 for i = 1, 500 do n = n + t[i] end "
               "return n == 125250 end)()");
    evaluate_fails("local t = {} for i = 1, 5000 do t[i] = i end while true do table.sort(t, rawequal) end", over);
    evaluate_fails("table.sort({ 3, 2, 1 }, function() while true do end end)", over);
    /* A comparator that changes what is sorted. */
    assert_lua("(function() local t = { 3, 1, 2 } table.sort(t, function(a, b) t[1], t[9] = nil, 5 return a < b end) "
               "return t[1] == 1 and t[2] == 2 and t[3] == 3 end)()");
}

static void code_at_run_time(void **state)
{
    (void)state;
    static const char *const names[] = {"load", "loadstring", "loadfile", "dofile", "string.dump"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char body[64];
        snprintf(body, sizeof body, "return %s('\\27Lua')", names[i]);
        evaluate_fails(body, " is not available in a strategy");
    }
}

static void precompiled_source(void **state)
{
    (void)state;
    etp_script *script;
    etp_error error = {0};
    assert_true(etp_script_load_text(&script, "x", "\033LuaT\0\x19\x93", 8, NULL, &error) < 0);
    assert_null(script);
}

/* Constants that all collide in the compiler's own table, where no instruction is counted. */
static void constants_that_collide(void **state)
{
    (void)state;
    enum { NUMBERS = 30000, ROOM = NUMBERS * 14 };
    char *text = malloc(ROOM);
    assert_non_null(text);
    size_t size = (size_t)snprintf(text, ROOM, "local t = { ");
    for (unsigned i = 1; i <= NUMBERS; i++)
        size += (size_t)snprintf(text + size, ROOM - size, "%llu, ", 65535ULL * i);
    size += (size_t)snprintf(text + size, ROOM - size, "}");
    etp_script *script;
    etp_error error = {0};
    assert_int_equal(etp_script_load_text(&script, "x.lua", text, size, NULL, &error), ETP_ESCRIPT);
    assert_contains(error.text, "x.lua: more than 20000 numbers in one text");
    free(text);
}

static void the_metatable_of_strings(void **state)
{
    (void)state;
    assert_lua("getmetatable('') == 'string' and not pcall(setmetatable, '', {})");
    evaluate_fails("getmetatable('').__index.rep = nil", "attempt to index a nil value");
    /* The library is the script's own, and what it writes there meets nobody else. */
    assert_lua("(function() string.rep = nil return pcall(function() return ('x'):rep(2) end) == false end)()");
    assert_lua("('x'):rep(2) == 'xx'");
}

static void walks_through_the_environment(void **state)
{
    (void)state;
    assert_lua("next(_G) == nil and getmetatable(_G) == false and _ENV == _G");
    evaluate_fails("setmetatable(_G, nil)", "protected");
    evaluate_fails("rawset(_G, 'pcall', 1)", "the environment is not open to it");
    assert_lua("(function() local _ENV = {} return print == nil end)()");
    evaluate_fails("local _ENV = { pcall = pcall } while true do pcall(function() while true do end end) end", over);
    assert_lua("not pcall(require, '../../etc/passwd') and not pcall(require, 'lfs')");
    assert_lua("(function() for k, v in pairs(_G) do return false end return true end)()");
}

static void deep_recursion(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "local function f(n) return 1 + f(n) end return f(1)",
        "local function f() return pcall(f) end while true do f() end",
        "local function f() pcall(f) f() end f()",
        "local t = setmetatable({}, {}) setmetatable(t, { __index = function(t, k) return t[k] end }) "
        "while true do pcall(function() return t.x end) end",
        "local m = {} m.__concat = function(a, b) return a .. b end local a = setmetatable({}, m) "
        "while true do pcall(function() return a .. a end) end",
        "local m = {} m.__eq = function(a, b) return a == b end local a, b = setmetatable({}, m), setmetatable({}, m) "
        "while true do pcall(function() return a == b end) end",
        "local m = {} m.__tostring = function(a) return tostring(a) end local a = setmetatable({}, m) "
        "while true do pcall(tostring, a) end",
        "local function f(a, b) table.sort({ 1, 2 }, f) end while true do pcall(f) end",
        "local m = {} m.__pairs = function(t) return pairs(t) end local t = setmetatable({}, m) "
        "while true do pcall(pairs, t) end",
        "local m = {} m.__close = function() local x <close> = setmetatable({}, m) end "
        "while true do pcall(function() local x <close> = setmetatable({}, m) end) end",
    };
    ALL_FAIL(bodies, over);
    evaluate_fails("local function f() xpcall(f, f) f() end f()", "C stack overflow");
    evaluate_fails("local function f(s) return (s:gsub('.', f)) .. f(s) end return f('x')", "C stack overflow");
    evaluate_fails("local s = ('('):rep(60000) return s:find(s)", "");
    evaluate_fails("return string.find(('x'):rep(300), ('(.'):rep(300))", "");
}

static void huge_error_values(void **state)
{
    (void)state;
    evaluate_fails("error(('x'):rep(60000))", "xxxx");
    evaluate_fails("local t = {} for i = 1, 100000 do t[i] = i end error(t)", "the error is a table, not a text");
    evaluate_fails("local s = ('x'):rep(60000) return s.x.y", "");
    evaluate_fails("error(setmetatable({}, { __name = ('x'):rep(60000) }) < 1)", "");
}

static void error_objects_that_misbehave(void **state)
{
    (void)state;
    evaluate_fails("error(setmetatable({}, { __tostring = function() while true do end end }))", "not a text");
    evaluate_fails("error(setmetatable({}, { __tostring = function() error('again') end }))", "not a text");
    evaluate_fails("error(setmetatable({}, { __index = function() while true do end end }))", "not a text");
    evaluate_fails("error(nil)", "the error is a nil");
    evaluate_fails("error(offer)", "the error is a userdata");
    evaluate_fails("ctx.log(setmetatable({}, { __tostring = function() while true do end end }))", over);
}

static void views_written_kept_or_given_away(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "offer.value = 1", "offer[1] = 1", "ctx.now = 1", "ctx.params.x = 1", "ctx.history[1] = 1", "ctx.state = {}",
    };
    ALL_FAIL(bodies, "read-only");
    assert_lua("not pcall(rawset, offer, 'value', 1) and not pcall(next, offer) and not pcall(rawget, ctx, 'now')");
    assert_lua("not pcall(setmetatable, offer, {}) and not pcall(table.insert, ctx.history, 1) and "
               "not pcall(table.move, { 1 }, 1, 1, 1, offer) and not pcall(rawlen, ctx.history)");
    /* The step of pairs reads the view it was made for, and no other object's memory. */
    assert_lua("(function() local step = pairs(offer) return not pcall(step, ctx) and not pcall(step, ctx.params) "
               "and not pcall(step, ctx.history) and not pcall(step, 1) and step(offer) == 'battery' end)()");
}

static void memory_errors_never_reach_the_handler(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "local s = 'x' xpcall(function() while true do s = s .. s end end, function() return 1 end) return 1",
        "local t = {} pcall(function() for i = 1, 1e9 do t[i] = { i } end end) return 1",
        "while true do pcall(function() local t = {} for i = 1, 1e9 do t[i] = { i } end end) end",
    };
    ALL_FAIL(bodies, over);
}

/* ---- ways of our own ---- */

static void to_be_closed_variables_that_loop_after_death(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "local x <close> = setmetatable({}, { __close = function() while true do end end }) while true do end",
        "for _ in function() end, nil, nil, setmetatable({}, { __close = function() while true do end end }) do end",
        "local x <close> = setmetatable({}, { __close = function() error('late') end }) while true do end",
    };
    ALL_FAIL(bodies, over);
    evaluate_fails("local m = { __close = function() while true do pcall(error) end end } "
                   "pcall(function() local x <close> = setmetatable({}, m) while true do end end) return 1",
                   over);
}

static void loops_of_goto_and_tail_calls(void **state)
{
    (void)state;
    evaluate_fails("::again:: goto again", over);
    evaluate_fails("local function f() return f() end return f()", over);
    evaluate_fails("local a, b function a() return b() end function b() return a() end return a()", over);
}

static void integers_that_overflow(void **state)
{
    (void)state;
    static const char *const limits[] = {
        "table.move({}, math.mininteger, math.maxinteger - 1, 1)",
        "table.move({ 1 }, 1, math.maxinteger - 1, 2)",
        "table.unpack({}, math.mininteger, math.maxinteger)",
        "select('#', table.unpack({}, 1, 1e8 // 1 | 0))",
        "table.concat({}, '', 1, math.maxinteger)",
    };
    ALL_FAIL(limits, "");
    evaluate_fails("return ('x'):rep(math.maxinteger // 2 + 1, 'yy')", "would be over");
    evaluate_fails("return string.format('%' .. ('9'):rep(60) .. 'd', 1)", "invalid");
    evaluate_fails("return string.format('%999d', 1)", "invalid");
    evaluate_fails("return ctx.rng(2, 1)", "no whole number");
    assert_lua(
        "ctx.rng(math.mininteger, math.maxinteger) ~= nil and ('x'):sub(math.mininteger, math.maxinteger) == 'x'");
    assert_lua("select('#', ('x'):byte(math.mininteger, math.maxinteger)) == 1");
    assert_lua("not pcall(utf8.char, -1) and not pcall(utf8.char, math.maxinteger) and not pcall(string.char, 256)");
    assert_lua("not pcall(utf8.codepoint, 'x', 1, math.maxinteger) and not pcall(utf8.offset, 'x', 1, 9)");
}

static void metamethods_during_sort_and_concat(void **state)
{
    (void)state;
    evaluate_fails("local m = { __lt = function() while true do end end } "
                   "table.sort({ setmetatable({}, m), setmetatable({}, m) })",
                   over);
    evaluate_fails("local m = { __len = function() return math.maxinteger end } table.unpack(setmetatable({}, m))",
                   "no table with __len");
    evaluate_fails("local t = setmetatable({}, { __index = function() return 'x' end }) "
                   "return table.concat(t, '', 1, math.maxinteger)",
                   over);
    evaluate_fails("local t = setmetatable({}, { __newindex = function() while true do end end }) table.insert(t, 1)",
                   over);
}

static void gsub_with_a_table_or_function(void **state)
{
    (void)state;
    assert_lua("('abc'):gsub('.', { a = '1' }) == '1bc' and ('abc'):gsub('.', function() end) == 'abc'");
    evaluate_fails("local s = ('x'):rep(1000) while true do s:gsub('.', function() end) end", over);
    evaluate_fails(
        "local t = setmetatable({}, { __index = function() while true do end end }) return ('x'):gsub('.', t)", over);
    evaluate_fails("local s = ('x'):rep(60000) s:gsub('x', s)", over);
}

static void hooks_defined_again_later(void **state)
{
    (void)state;
    etp_desk desk = desk_open(AGGREGATOR "function S.on_offer() S.on_offer = function() while true do end end return 1 "
                                         "end return S",
                              NULL);
    etp_intent intent;
    for (int i = 0; i < 3; i++)
        assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
    etp_script_free(desk.script);
}

/* `next` and `pairs` walk over the room that a table once took. */
static void tables_that_were_large(void **state)
{
    (void)state;
    static const char emptied[] = "local t = {} for i = 1, 60000 do t[i] = i end for i = 1, 60000 do t[i] = nil end ";
    char body[512];
    snprintf(body, sizeof body, "%s for i = 1, 12000 do next(t) end", emptied);
    evaluate_fails(body, over);
    snprintf(body, sizeof body, "%s for i = 1, 12000 do pairs(t) end", emptied);
    evaluate_fails(body, over);
    /* So does making room in one, when its keys are chosen for it. */
    evaluate_fails("local t = {} for i = 1, 60000 do t[i] = i end t[-1] = 1 local k = 1 << 40 "
                   "for i = 1, 12000 do k = k + 3 t[k] = 1 t[k] = nil end",
                   over);
    /* Small ones are as cheap as they look. */
    assert_lua("(function() local t = { 1, 2, 3, x = 4 } for i = 1, 12000 do next(t) end return true end)()");
}

/* One instruction may meet a long text, a full stack, a hash whose keys all collide, a chain: it then counts for more. */
static void instructions_that_take_long(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "local a, b = ('x'):rep(60000), ('x'):rep(59999) .. 'x' for i = 1, 100000 do local c = a == b end",
        "local function f() end local function g(...) for i = 1, 100000 do f(...) end end "
        "g(table.unpack({}, 1, 2400))",
        "local t = {} for i = 1, 1000 do t[i * 1023] = i end for i = 1, 100000 do local a = t[1023] end",
        "local t = { x = 1 } for i = 1, 200 do t[i * 511] = i end for i = 1, 15 do "
        "t = setmetatable({}, { __index = t }) end for i = 1, 100000 do local a = t.x end",
    };
    ALL_FAIL(bodies, "each counted for ");
    assert_lua("(function() local a, b = ('x'):rep(4000), ('x'):rep(3999) .. 'x' for i = 1, 100000 do "
               "local c = a == b end return true end)()");
}

static void arguments_in_thousands(void **state)
{
    (void)state;
    evaluate_fails("local function f(...) while true do math.max(...) end end f(table.unpack({ 1 }, 1, 2000))", "");
    evaluate_fails("local t = {} for i = 1, 2000 do t[i] = 65 end local function f(...) while true do "
                   "string.char(...) end end f(table.unpack(t))",
                   over);
    evaluate_fails("local s = ('0'):rep(60000) while true do math.tointeger(s) math.abs(s) end", over);
}

static void holes_and_lengths(void **state)
{
    (void)state;
    assert_lua("(function() local t = {} for i = 1, 100 do t[2 ^ i] = i end return #t >= 0 and #t <= 2 ^ 62 end)()");
    assert_lua("(function() local t = { n = 1 } t[math.maxinteger] = 1 t[math.mininteger] = 1 return #t == 0 end)()");
    assert_lua("not pcall(table.insert, {}, 5, 1) and not pcall(table.remove, { 1 }, 7)");
    assert_lua("not pcall(function() local t = {} t[0 / 0] = 1 end) and not pcall(function() local t = {} t[nil] = 1 "
               "end)");
}

static void addresses_in_texts(void **state)
{
    (void)state;
    assert_lua("tostring(offer) == 'offer' and ('%s'):format(ctx) == 'ctx' and tostring({}) == 'table'");
    evaluate_fails("return string.format('%p', offer)", "%p is not available");
    evaluate_fails("return string.format('%-20p', ctx)", "%p is not available");
    assert_lua("(function() local _, e = pcall(function() return {} .. 'x' end) return not e:find('0x') end)()");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pcall_in_a_loop_swallows_the_hooks_error),
        cmocka_unit_test(coroutine_made_before_the_hook_was_set),
        cmocka_unit_test(finalizers_run_with_hooks_off),
        cmocka_unit_test(patterns_that_backtrack),
        cmocka_unit_test(string_rep),
        cmocka_unit_test(methods_of_strings),
        cmocka_unit_test(table_concat),
        cmocka_unit_test(sort_with_a_bad_comparator),
        cmocka_unit_test(code_at_run_time),
        cmocka_unit_test(precompiled_source),
        cmocka_unit_test(constants_that_collide),
        cmocka_unit_test(the_metatable_of_strings),
        cmocka_unit_test(walks_through_the_environment),
        cmocka_unit_test(deep_recursion),
        cmocka_unit_test(huge_error_values),
        cmocka_unit_test(error_objects_that_misbehave),
        cmocka_unit_test(views_written_kept_or_given_away),
        cmocka_unit_test(memory_errors_never_reach_the_handler),
        cmocka_unit_test(to_be_closed_variables_that_loop_after_death),
        cmocka_unit_test(loops_of_goto_and_tail_calls),
        cmocka_unit_test(integers_that_overflow),
        cmocka_unit_test(metamethods_during_sort_and_concat),
        cmocka_unit_test(gsub_with_a_table_or_function),
        cmocka_unit_test(hooks_defined_again_later),
        cmocka_unit_test(tables_that_were_large),
        cmocka_unit_test(instructions_that_take_long),
        cmocka_unit_test(arguments_in_thousands),
        cmocka_unit_test(holes_and_lengths),
        cmocka_unit_test(addresses_in_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
