/* SPDX-License-Identifier: MIT */
/* What a script can reach, in what order it sees things, and what it cannot exceed. */
#include "test_script.h"

static void what_is_there(void **state)
{
    (void)state;
    assert_lua("type(assert) == 'function' and type(error) == 'function' and type(select) == 'function'");
    assert_lua("math.floor(2.5) == 2 and math.max(1, 3) == 3 and math.pi > 3.14 and math.tointeger(3.0) == 3");
    assert_lua("string.format('%5.2f|%d|%s', 1.5, 3, 'x') == ' 1.50|3|x' and ('x'):rep(3, '-') == 'x-x-x'");
    assert_lua("('key=value'):match('^(%w+)=') == 'key' and ('a b'):gsub(' ', '_') == 'a_b'");
    assert_lua("('abc'):find('b', 1, true) == 2 and ('abc'):upper() == 'ABC' and ('abc'):byte(2) == 98");
    assert_lua("table.concat({ 1, 2, 3 }, ',') == '1,2,3' and select('#', table.unpack({ 1, 2, 3 })) == 3");
    assert_lua("unpack == table.unpack and utf8.len('\\u{e9}t\\u{e9}') == 3 and tonumber('0x10') == 16");
    assert_lua("_G.math == math and rawlen({ 1, 2 }) == 2 and rawequal(_G, _G) and _VERSION == 'Lua 5.4'");
    assert_lua("(function() local n = 0 for w in ('a b c'):gmatch('%a') do n = n + 1 end return n == 3 end)()");
    assert_lua("(function() local t = { 1, 2, 3 } table.insert(t, 1, 0) table.remove(t) table.move(t, 1, 3, 2) "
               "return table.concat(t) == '0012' end)()");
    assert_lua("setmetatable({}, { __index = function(_, k) return k .. '!' end }).x == 'x!'");
}

static void what_is_not(void **state)
{
    (void)state;
    static const char *const names[] = {
        "io",          "os",          "package",         "debug",           "coroutine", "dofile",
        "load",        "loadstring",  "loadfile",        "collectgarbage",  "print",     "warn",
        "math.acos",   "math.asin",   "math.atan",       "math.cos",        "math.deg",  "math.log10",
        "math.pow",    "math.rad",    "math.random",     "math.randomseed", "math.sin",  "math.tan",
        "string.dump", "string.pack", "string.packsize", "string.unpack",   "table.getn"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char body[64], part[64];
        snprintf(body, sizeof body, "return %s", names[i]);
        snprintf(part, sizeof part, "test.lua:3: %s is not available in a strategy: ", names[i]);
        evaluate_fails(body, part);
    }
    evaluate_fails("return math.sin(2)", "processors differ in its last digit");
    evaluate_fails("return ('x'):dump()", "string.dump is not available in a strategy: code made at run time");
    evaluate_fails("local m = math return m.pow(2, 3)", "write x ^ y");
    assert_lua("math.elephant == nil and table.elephant == nil and (''):len() == 0 and elephant == nil");
    assert_lua("(function() for k in pairs(math) do if k == 'sin' then return false end end return true end)()");
    evaluate_fails("setmetatable({}, { __gc = function() end })", "setmetatable: __gc is not available");
    evaluate_fails("setmetatable({}, { __mode = 'k' })", "setmetatable: __mode is not available");
    assert_lua("getmetatable('') == 'string' and getmetatable(_G) == false and getmetatable(offer) == false");
    assert_lua("getmetatable(ctx) == false and getmetatable(ctx.params) == false and getmetatable(math) == false");
    assert_lua("not pcall(setmetatable, _G, {}) and not pcall(rawset, _G, 'x', 1) and not pcall(setmetatable, '', {})");
    evaluate_fails("return 1 + '1'", "attempt to perform arithmetic on a string value");
}

/* Our own, so to the last bit; what they are worth is tested in test_explog.c. */
static void exp_and_log(void **state)
{
    (void)state;
    assert_lua("math.exp(1) == 0x1.5bf0a8b145769p+1 and math.exp(0) == 1 and math.exp(-1e9) == 0");
    assert_lua("math.log(2) == 0x1.62e42fefa39efp-1 and math.log(1) == 0 and math.log(0) == -math.huge");
    assert_lua("math.log(-1) ~= math.log(-1) and math.exp(1000) == math.huge and math.log(math.huge) == math.huge");
    assert_lua("math.log(8, 2) == 3 and math.log(1000, 10) == 3 and math.log(0.001, 10) == -3 and math.log(5, 5) == 1");
    assert_lua("math.abs(math.log(2, 10) - 0.3010299956639812) < 1e-15 and math.log(1000, nil) == math.log(1000)");
    assert_lua("math.log(0, 10) == -math.huge and math.log(2, 1) == math.huge and math.log(1 / 1024, 2) == -10");
    assert_lua(
        "(function() local power = 1.0 for n = 0, 60 do if math.log(power, 3) ~= n or math.log(1 / power, 3) ~= -n "
        "then return false end power = power * 3 end return true end)()");
    evaluate_fails("return math.exp('much')", "bad argument #1 to 'exp' (number expected, got string)");
    evaluate_fails("return math.log()", "bad argument #1 to 'log' (number expected, got no value)");
    evaluate_fails("return math.log(2, {})", "bad argument #2 to 'log' (number expected, got table)");
}

static void no_addresses(void **state)
{
    (void)state;
    assert_lua("tostring({}) == 'table' and tostring(print_nothing) == 'nil' and tostring(tostring) == 'function'");
    assert_lua("tostring(offer) == 'offer' and tostring(ctx) == 'ctx' and tostring(ctx.history) == 'history'");
    assert_lua("tostring(setmetatable({}, { __tostring = function() return 'mine' end })) == 'mine'");
    assert_lua("string.format('%s %q %5s', {}, 'a', tostring) == 'table \"a\" function'");
    evaluate_fails("return string.format('%p', {})", "%p is not available");
    evaluate_fails("return string.format('\\0%-9p', {})", "%p is not available");
    evaluate_fails("return string.format('%%%p', {})", "%p is not available");
    assert_lua("string.format('%%p') == '%p'");
    evaluate_fails("return tostring(setmetatable({}, { __tostring = function() return 1 end }))",
                   "__tostring must return a string");
}

static void pairs_have_an_order(void **state)
{
    (void)state;
    assert_lua("(function() local t, s = { [3] = 1, b = 1, [true] = 1, [-1] = 1, a = 1, [2.5] = 1, [false] = 1, "
               "ab = 1, [1] = 1 }, '' for k in pairs(t) do s = s .. tostring(k) .. ' ' end "
               "return s == '-1 1 2.5 3 a ab b false true ' end)()");
    assert_lua("(function() local t, s = { 5, 6, x = 7 }, '' local k, v = next(t) while k do s = s .. k .. v .. ' ' "
               "k, v = next(t, k) end return s == '15 26 x7 ' and next({}) == nil end)()");
    assert_lua("(function() local t, n = { a = 1, b = 2, c = 3 }, 0 for k in pairs(t) do t.b = nil n = n + 1 end "
               "return n == 2 end)()");
    evaluate_fails("for k in pairs({ [{}] = 1 }) do end", "a table with a table as a key has no defined order");
    evaluate_fails("next({ [tostring] = 1 })", "a table with a function as a key has no defined order");
    assert_lua("(function() local s = '' for k, v in pairs(offer) do s = s .. k .. ' ' end return s == 'battery energy "
               "value need budget energy_total remaining for_sale voltage discharge_rate closes health asked ' end)()");
}

static void sort_is_stable_and_sound(void **state)
{
    (void)state;
    assert_lua("(function() local t = { 5, 2, 8, 1, 9, 3 } table.sort(t) return table.concat(t) == '123589' end)()");
    assert_lua("(function() local t = {} for i = 1, 100 do t[i] = { key = i % 3, i = i } end "
               "table.sort(t, function(a, b) return a.key < b.key end) for i = 2, 100 do local a, b = t[i - 1], t[i] "
               "if a.key > b.key or a.key == b.key and a.i > b.i then return false end end return true end)()");
    /* Comparators that no order satisfies: some order, every value still there. */
    assert_lua("(function() local t, n = {}, 0 for i = 1, 50 do t[i] = i end table.sort(t, function() return true end) "
               "for i = 1, 50 do n = n + t[i] end return n == 1275 and #t == 50 end)()");
    assert_lua("(function() local t = { 3, 1, 2 } local ok = pcall(table.sort, t, function() error('no') end) "
               "return not ok and table.concat(t) == '312' end)()");
    evaluate_fails("table.sort({ 1, 'a' })", "attempt to compare");
    evaluate_fails("table.sort(setmetatable({}, { __len = function() return 1e9 // 1 | 0 end }))",
                   "no table with __len");
}

/* Each of these would run for hours, or for ever. */
static void nothing_runs_for_ever(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "while true do end",
        "local function f() return f() end f()",
        "while true do pcall(error) end",
        "while true do pcall(function() while true do end end) end",
        "local function f() pcall(f) f() end f()",
        "xpcall(function() while true do end end, function() while true do end end)",
        "while true do xpcall(error, function() error() end) end",
        "while true do local x <close> = setmetatable({}, { __close = function() while true do end end }) end",
        "table.sort({ 3, 2, 1 }, function() while true do end end)",
        "local t = setmetatable({}, { __index = function(t, k) while true do end end }) return t.x",
        "for i = 1, 1e9 do table.concat({ 'x', i }) end",
        "local s = ('x'):rep(60000) while true do s:reverse() end",
        "local s = ('x'):rep(60000) while true do pcall(s.byte, s, 1, -1) end",
        "local s = ('x'):rep(60000) while true do utf8.len(s) end",
        "table.move({}, 1, math.maxinteger - 1, 2)",
        "while true do pcall(table.unpack, {}, 1, 900000) end",
        "local t = {} for i = 1, 10000 do t[i] = i end while true do table.insert(t, 1, 0) end",
        "local t = {} for i = 1, 10000 do t[i] = i end for k in next, t do end",
        "string.rep('', math.maxinteger) while true do end",
        "while true do string.format('%99.99f', 1e308) end",
        "local a, b = ('x'):rep(60000), ('x'):rep(59999) .. 'x' while a == b do end",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        evaluate_fails(bodies[i], " than it may");
}

static void nothing_takes_all_memory(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "local t = {} for i = 1, 1e9 do t[i] = i end",
        "local s = 'x' while #s < 70000 do s = s .. s end",
        "local t = {} for i = 1, 1000 do t[i] = ('x'):rep(60000 + i) end",
        "for i = 1, 100000 do local s = ('x'):rep(60000) .. i end",
        "local s = 'x' while true do pcall(function() s = s .. s end) end",
        "local s = ('x'):rep(60000) while true do local r = s .. s end",
        "local s = ('x'):rep(60000) pcall(string.gsub, s, '', s)",
        "local t = {} for i = 1, 20 do t[i] = ('x'):rep(60000) end table.concat(t)",
    };
    for (size_t i = 0; i < sizeof bodies / sizeof bodies[0]; i++)
        evaluate_fails(bodies[i], " than it may");
    evaluate_fails("return ('x'):rep(1e9)", "string.rep: the result would be over 65536 bytes");
    assert_lua("('').rep('', math.maxinteger) == '' and ('x'):rep(-1) == ''");
}

/* What a call carries is copied by one instruction, however much it is. */
static void calls_carry_few_values(void **state)
{
    (void)state;
    static const char deep[] = "it called deeper or with more values than it may";
    assert_lua("select('#', table.unpack({}, 1, 1000)) == 1000 and #{ ('x'):rep(1000):byte(1, -1) } == 1000");
    assert_lua("(function() local function f(n) return n == 0 and 0 or 1 + f(n - 1) end return f(500) == 500 end)()");
    evaluate_fails("local function f() end local function g(...) while true do f(...) end end "
                   "g(table.unpack({}, 1, 100000))",
                   deep);
    evaluate_fails("local function f() end while true do f(('x'):rep(60000):byte(1, -1)) end", deep);
    evaluate_fails("local function f(n) return 1 + f(n) end return f(1)", deep);
    evaluate_fails("local function more(n, ...) return more(n + 1, n, n, n, n, n, n, n, n, n, ...) end more(1)", deep);
    evaluate_fails("local function more() return 1, 1, 1, 1, 1, 1, 1, 1, more() end more()", deep);
    evaluate_fails("local function f(n) return 1 + f(n) end while true do pcall(f, 1) end", deep);
}

/* The stack that one call has left behind does not serve the next. */
static void a_deep_call_leaves_nothing(void **state)
{
    (void)state;
    etp_desk desk = desk_open(AGGREGATOR "local function f() end\n"
                                         "local function g(...) while true do f(...) end end\n"
                                         "local n = 0\n"
                                         "function S.on_offer()\n"
                                         "n = n + 1 if n == 3 then return 7 end g(table.unpack({}, 1, 100000)) end\n"
                                         "return S",
                              NULL);
    etp_intent intent;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(offer_to(&desk, 0, &intent), ETP_ELIMIT);
        assert_contains(etp_script_last_error(desk.script), "more values than it may");
        assert_contains(etp_script_last_error(desk.script), "test.lua:6:");
    }
    assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
    assert_int_equal(intent.price, CENTS(7));
    etp_script_free(desk.script);
}

/* One instruction follows a whole chain of tables. */
static void chains_are_short(void **state)
{
    (void)state;
    static const char chain[] = "a chain of more than 16 __index tables";
    assert_lua("(function() local t = { x = 5 } for i = 1, 16 do t = setmetatable({}, { __index = t }) end "
               "return t.x == 5 end)()");
    evaluate_fails("local t = {} for i = 1, 17 do t = setmetatable({}, { __index = t }) end", chain);
    evaluate_fails("local t = {} for i = 1, 18 do t[i] = {} end "
                   "for i = 1, 17 do setmetatable(t[i], { __index = t[i + 1] }) end",
                   chain);
    evaluate_fails("local t = {} for i = 1, 18 do t[i] = {} end "
                   "for i = 1, 17, 2 do setmetatable(t[i], { __index = t[i + 1] }) end "
                   "for i = 2, 17, 2 do setmetatable(t[i], { __index = t[i + 1] }) end",
                   chain);
    evaluate_fails("setmetatable({}, { __call = setmetatable({}, { __call = tostring }) })",
                   "__call must be a function, not a table");
    evaluate_fails("setmetatable({}, { __newindex = {} })", "__newindex must be a function, not a table");
    /* What is changed afterwards has no effect. */
    assert_lua("(function() local m = {} local t = setmetatable({}, m) m.__index = { x = 1 } m.__call = {} "
               "return t.x == nil and not pcall(t) and getmetatable(t) == m end)()");
}

static void metatables_are_lua_s(void **state)
{
    (void)state;
    assert_lua("(function() local C = {} C.__index = C function C.get(o) return o.v end "
               "local o = setmetatable({ v = 3 }, C) return o:get() == 3 and getmetatable(o) == C end)()");
    assert_lua("(function() local m = { __add = function() return 7 end, __eq = function() return true end, "
               "__call = function(_, x) return x end, __len = function() return 9 end } "
               "local a, b = setmetatable({}, m), setmetatable({}, m) "
               "return a + b == 7 and a == b and a(4) == 4 and #a == 9 end)()");
    assert_lua(
        "(function() local t = setmetatable({}, { __index = { x = 1 } }) setmetatable(t, { __index = { x = 2 } }) "
        "local two = t.x setmetatable(t, nil) return two == 2 and t.x == nil and getmetatable(t) == nil end)()");
    assert_lua("(function() local t = setmetatable({}, { __metatable = 'mine' }) "
               "return getmetatable(t) == 'mine' and not pcall(setmetatable, t, {}) end)()");
    assert_lua(
        "(function() local n, t = 0, setmetatable({}, { __newindex = function(t, k, v) rawset(t, k, v + 1) end }) "
        "t.x = 1 return t.x == 2 end)()");
    evaluate_fails("setmetatable({})", "nil or table expected");
    evaluate_fails("setmetatable({}, 1)", "nil or table expected");
}

static void patterns_are_bounded(void **state)
{
    (void)state;
    evaluate_fails("return ('a'):rep(5000):find(('a-'):rep(30) .. 'b')", "this pattern could take too long");
    evaluate_fails("return ('a'):rep(5000):match('.-.-.-b')", "this pattern could take too long on a text of 5000");
    evaluate_fails("for _ in ('a'):rep(5000):gmatch('.*.*b') do end", "this pattern could take too long");
    evaluate_fails("return ('('):rep(60000):gsub('%b()', '')", "this pattern could take too long");
    /* gmatch gives ^ no meaning of its own. */
    evaluate_fails("for _ in ('^'):rep(65000):gmatch('^.-x') do end", "this pattern could take too long");
    assert_lua("('a'):rep(5000):find('^[-*+?]*b') == nil and ('a'):rep(5000):find('b', 1, true) == nil");
    assert_lua("('a'):rep(5000):find('^[^]*]$') == nil and ('a]b'):find('[]]') == 2");
    assert_lua("('margin = 1.5'):match('^(%a+)%s*=%s*([%d.]+)$') == 'margin'");
}

static void errors_that_misbehave(void **state)
{
    (void)state;
    evaluate_fails("error()", "the error is a nil, not a text");
    evaluate_fails("error(setmetatable({}, { __tostring = function() while true do end end }))",
                   "the error is a table, not a text");
    evaluate_fails("error(('x'):rep(60000))", "xxxxxxxx");
    evaluate_fails("error('plain', 0)", "on_offer: plain\nstack traceback:\n");
    evaluate_fails("error(42)", "on_offer: 42");
    assert_lua("(function() local ok, e = pcall(error, { 1 }) return not ok and e[1] == 1 end)()");
    assert_lua("(function() local ok, e = xpcall(error, function(m) return m .. '!' end, 'a', 0) "
               "return not ok and e == 'a!' end)()");
    assert_lua("(function() local ok, a, b = xpcall(function(...) return ... end, tostring, 1, 2) "
               "return ok and a == 1 and b == 2 end)()");
    assert_lua("select('#', pcall(function() return 1, nil, nil end)) == 4");
}

static void libraries_are_the_scripts_own(void **state)
{
    (void)state;
    etp_desk first = desk_open(
        "string.rep = nil math.max = nil x = 1\n" AGGREGATOR "function S.on_offer() return x end return S", NULL);
    assert_lua("string.rep ~= nil and math.max ~= nil and x == nil");
    etp_intent intent;
    assert_int_equal(offer_to(&first, 0, &intent), ETP_DECIDE_BID);
    assert_int_equal(intent.price, CENTS(1));
    etp_script_free(first.script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_there),
        cmocka_unit_test(what_is_not),
        cmocka_unit_test(exp_and_log),
        cmocka_unit_test(no_addresses),
        cmocka_unit_test(pairs_have_an_order),
        cmocka_unit_test(sort_is_stable_and_sound),
        cmocka_unit_test(nothing_runs_for_ever),
        cmocka_unit_test(nothing_takes_all_memory),
        cmocka_unit_test(calls_carry_few_values),
        cmocka_unit_test(a_deep_call_leaves_nothing),
        cmocka_unit_test(chains_are_short),
        cmocka_unit_test(metatables_are_lua_s),
        cmocka_unit_test(patterns_are_bounded),
        cmocka_unit_test(errors_that_misbehave),
        cmocka_unit_test(libraries_are_the_scripts_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
