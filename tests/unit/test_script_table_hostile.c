/* SPDX-License-Identifier: MIT */
/* Files of data that nobody should have written: what is refused, with which sentence, and within which bounds. */
#include "etp/rng.h"
#include "script_tables.h"

static void refuses_bytes(const char *text, size_t size, int code, const char *part)
{
    etp_table *table = (etp_table *)&table;
    etp_error error = {0};
    int result = etp_table_load_text(&table, "study.lua", text, size, &error);
    assert_null(table);
    assert_contains(error.text, part);
    assert_int_equal(result, code);
    assert_int_equal(error.code, code);
}

static void refuses(const char *text, int code, const char *part)
{
    refuses_bytes(text, strlen(text), code, part);
}

/* ---- hostile files ---- */

static void no_plain_data(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } wrong[] = {
        {"", "is empty"},
        {"x = 1", "study.lua: returns nothing; it has to return a table"},
        {"return 5", "returns number"},
        {"return { a = { b = function() end } }", "a.b is a function"},
        {"return {\n a = 0 / 0 }", "study.lua:2: a is not a finite number"},
        {"return { a = 1 / 0 }", "a is not a finite number"},
        {"return { a = 'x\\0y' }", "a is a text with a zero byte, or one that is not UTF-8"},
        {"return { a = '\\xff' }", "a is a text with a zero byte"},
        {"return { a = { 1, 2, b = 3 } }", "a is both a list and a table with names"},
        {"return { a = { 1, nil, 3 } }", "a is a list with holes: it has 2 values and a place [3]"},
        {"return { a = { [0] = 1 } }", "a has a key that is neither a text nor a place of a list"},
        {"return { a = { [1.5] = 1 } }", "a has a key that is neither"},
        {"return { a = { [true] = 1 } }", "a has a key that is neither"},
        {"return { a = { [{}] = 1 } }", "a has a key that is neither"},
        {"return { [2^62] = 1 }", "is a list with holes"},
        {"return { a = { [''] = 1 } }", "a has a key that is no name"},
        {"return { a = { ['x\\0'] = 1 } }", "a has a key that is no name"},
        {"return { [('x'):rep(65)] = 1 }", "has a key that is no name"},
        {"local t = {} t.a = { b = t } return t", "a.b is a table that holds itself"},
        {"local t = {} t[1] = t return t", "[1] is a table that holds itself"},
        {"return setmetatable({}, {})", "has a metatable"},
        {"return { a = setmetatable({}, { __index = {} }) }", "a has a metatable"},
        {"local t = {} for i = 1, 40 do t = { t } end return { deep = t }", "lies more than 32 tables deep"},
        {"local t = {} for i = 1, 100001 do t[i] = i end return t", "is too large: a file holds at most 100000 values"},
        {"local t = {} for i = 1, 25 do t = { t, t } end return t", "is too large"},
        {"local s, t = ('x'):rep(60000), {} for i = 1, 5000 do t[i] = s end return t", "bytes of text"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        refuses(wrong[i].text, ETP_EFORMAT, wrong[i].part);
    }
    refuses("return { ['a.b'] = { ['c d'] = pairs } }", ETP_EFORMAT, "[\"a.b\"][\"c d\"] is a function");
    refuses("return { a = { ['\\27[2J'] = pairs } }", ETP_EFORMAT, "a has a key that is no name");
    refuses("return { a = { ['x\"]'] = 1 } }", ETP_EFORMAT, "a has a key that is no name");
    refuses_bytes("return\0{}", 9, ETP_EFORMAT, "holds a zero byte");
    refuses_bytes("\x1bLuaT", 5, ETP_EFORMAT, "precompiled");
}

static void errors_and_limits(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int code;
        const char *part;
    } wrong[] = {
        {"return {\n a = \n}", ETP_ESCRIPT, "study.lua:3: unexpected symbol"},
        {"local t\n\nreturn { a = t.x }", ETP_ESCRIPT, "study.lua:3: attempt to index a nil value"},
        {"error({})", ETP_ESCRIPT, "the error is a table, not a text"},
        {"error('sorry', 0)", ETP_ESCRIPT, "sorry"},
        {"while true do end", ETP_ELIMIT, "study.lua:1: it ran more instructions than it may"},
        {"repeat until pcall(function() while true do end end)", ETP_ELIMIT, "it ran more instructions"},
        {"local t = {} while true do t[#t + 1] = {} end", ETP_ELIMIT, "study.lua"},
        {"local function f() return f() + 1 end f()", ETP_ELIMIT, "deeper"},
        {"local s = 'x' while true do s = s .. s end", ETP_ELIMIT, "it needed more memory"},
        {"return io.open('/etc/passwd')", ETP_ESCRIPT, "study.lua:1: io is not available"},
        {"return require 'other'", ETP_ESCRIPT, "require is not available"},
        {"return load('return {}')()", ETP_ESCRIPT, "load is not available"},
        /* A table that was large once takes long to walk over: a thousand times is too often. */
        {"local t, l = {}, {} for i = 1, 250000 do t['k' .. i % 250000] = i end\n"
         "for k in pairs(t) do t[k] = nil end for i = 1, 50000 do l[i] = t end return l",
         ETP_ELIMIT, "study.lua"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        refuses(wrong[i].text, wrong[i].code, wrong[i].part);
}

/* Of two mistakes the first in the order of keys is named, in whatever order Lua keeps them. */
static void mistakes_have_an_order(void **state)
{
    (void)state;
    for (int i = 0; i < 20; i++)
        refuses("return { zebra = pairs, apple = 0/0, [('m'):rep(50)] = pairs }", ETP_EFORMAT, "apple");
}

/* Walks through everything below `path`, as a reader of an unknown file would. */
static unsigned walk(const etp_table *t, const char *path)
{
    unsigned values = 1;
    char inner[512];
    size_t length = etp_table_length(t, path);
    assert_true(etp_table_kind(t, path) != ETP_VALUE_NONE);
    assert_true(etp_table_line(t, path) < 40);
    for (size_t i = 0; i < length; i++) {
        const char *key = etp_table_key(t, path, i);
        if (key == NULL)
            snprintf(inner, sizeof inner, "%s[%zu]", path, i + 1);
        else
            snprintf(inner, sizeof inner, "%s[\"%s\"]", path, key);
        values += walk(t, inner);
    }
    return values;
}

/* Bytes of a good file changed, lost and doubled at random: it is refused with a sentence, or can be read whole. */
static void files_with_random_mistakes(void **state)
{
    (void)state;
    static const char marks[] = "{}[]()=,;.\"'-\n\\01az _";
    unsigned refused = 0, read = 0;
    etp_rng rng;
    etp_rng_seed(&rng, 20250101);
    for (int i = 0; i < 4000; i++) {
        char text[sizeof scenario + 8];
        size_t size = sizeof scenario - 1;
        memcpy(text, scenario, size);
        for (uint64_t change = etp_rng_below(&rng, 3); change < 3; change++) {
            size_t at = (size_t)etp_rng_below(&rng, size);
            if (etp_rng_below(&rng, 3) == 0)
                memmove(text + at, text + at + 1, --size - at);
            else
                text[at] = marks[etp_rng_below(&rng, sizeof marks - 1)];
        }
        etp_error error = {0};
        etp_table *t;
        int result = etp_table_load_text(&t, "study.lua", text, size, &error);
        assert_true((result == ETP_OK) == (t != NULL) && (result == ETP_OK) == (error.text[0] == '\0'));
        refused += t == NULL;
        read += t != NULL && walk(t, "") > 0;
        etp_table_free(t);
    }
    printf("%u refused, %u read\n", refused, read);
    assert_true(refused > 1000 && read > 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_plain_data),
        cmocka_unit_test(errors_and_limits),
        cmocka_unit_test(mistakes_have_an_order),
        cmocka_unit_test(files_with_random_mistakes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
