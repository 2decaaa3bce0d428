/* SPDX-License-Identifier: MIT */
/* Files of data: what is read from them by path, where their keys stand, and what they may compute. */
#include "script_tables.h"

static etp_table *open_text(const char *text)
{
    etp_table *table;
    etp_error error = {0};
    if (etp_table_load_text(&table, "study.lua", text, strlen(text), &error) != ETP_OK)
        fail_msg("%s", error.text);
    return table;
}

/* ---- reading ---- */

static void values_are_read_by_path(void **state)
{
    (void)state;
    etp_table *t = open_text(scenario);
    double number = 0;
    int64_t whole = 0;
    const char *text = NULL;
    bool truth = false;
    assert_int_equal(etp_table_number(t, "homes.export_limit", &number, NULL), ETP_OK);
    assert_true(number == 5.5);
    assert_int_equal(etp_table_whole(t, "homes.count", &whole, NULL), ETP_OK);
    assert_int_equal(whole, 40);
    assert_int_equal(etp_table_bool(t, "homes.one", &truth, NULL), ETP_OK);
    assert_true(truth);
    assert_int_equal(etp_table_text(t, "regions[3]", &text, NULL), ETP_OK);
    assert_string_equal(text, "QLD1");
    assert_int_equal(etp_table_text(t, "experiments[2].id", &text, NULL), ETP_OK);
    assert_string_equal(text, "need");
    assert_int_equal(etp_table_number(t, "experiments[2].range[1]", &number, NULL), ETP_OK);
    assert_true(number == 0.25);
    assert_int_equal(etp_table_number(t, "homes[\"solar share\"]", &number, NULL), ETP_OK);
    assert_true(number == 1);
    assert_string_equal(etp_table_name(t), "study.lua");
    etp_table_free(t);
}

static void what_is_there_can_be_walked_through(void **state)
{
    (void)state;
    static const char *const keys[] = {"count", "export_limit", "one", "solar share"};
    etp_table *t = open_text(scenario);
    assert_int_equal(etp_table_kind(t, ""), ETP_VALUE_TABLE);
    assert_int_equal(etp_table_kind(t, "regions"), ETP_VALUE_LIST);
    assert_int_equal(etp_table_kind(t, "regions[1]"), ETP_VALUE_TEXT);
    assert_int_equal(etp_table_kind(t, "homes.one"), ETP_VALUE_BOOL);
    assert_int_equal(etp_table_kind(t, "homes.count"), ETP_VALUE_NUMBER);
    assert_int_equal(etp_table_kind(t, "nothing"), ETP_VALUE_LIST);
    assert_int_equal(etp_table_length(t, "nothing"), 0);
    assert_int_equal(etp_table_length(t, "regions"), 3);
    assert_int_equal(etp_table_length(t, "homes"), 4);
    assert_int_equal(etp_table_length(t, "homes.count"), 0);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(etp_table_key(t, "homes", i), keys[i]);
    assert_null(etp_table_key(t, "homes", 4));
    assert_null(etp_table_key(t, "regions", 0));
    assert_null(etp_table_key(t, "homes.count", 0));
    etp_table_free(t);
}

static void a_path_that_leads_nowhere(void **state)
{
    (void)state;
    static const char *const paths[] = {"home",
                                        "homes.coun",
                                        "homes.counts",
                                        "homes.count.more",
                                        "regions[0]",
                                        "regions[4]",
                                        "regions.a",
                                        "homes[1]",
                                        ".",
                                        "homes.",
                                        "homes..count",
                                        "homes[",
                                        "regions[1",
                                        "regions[]",
                                        "regions[-1]",
                                        "homes[\"count",
                                        ".homes",
                                        "regions[99999999999999999999]",
                                        "regions[1]x",
                                        "homes.[\"a\"]"};
    etp_table *t = open_text(scenario);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        double number = 7;
        etp_error error = {0};
        assert_int_equal(etp_table_kind(t, paths[i]), ETP_VALUE_NONE);
        assert_int_equal(etp_table_number(t, paths[i], &number, &error), ETP_ENOENT);
        assert_contains(error.text, "is missing; it has to be a number");
        assert_contains(error.text, paths[i]);
        assert_true(number == 7);
    }
    etp_table_free(t);
}

static void a_value_of_another_kind(void **state)
{
    (void)state;
    etp_table *t = open_text("return { a = 'forty', b = 1.5, c = {}, d = 1e300, e = true, f = -2 }");
    double number;
    int64_t whole;
    const char *text;
    bool truth;
    etp_error error = {0};
    assert_int_equal(etp_table_number(t, "a", &number, &error), ETP_EFORMAT);
    assert_string_equal(error.text, "study.lua:1: a is the text \"forty\"; it has to be a number");
    assert_int_equal(etp_table_whole(t, "b", &whole, &error), ETP_EFORMAT);
    assert_string_equal(error.text, "study.lua:1: b is 1.5; it has to be a whole number");
    assert_int_equal(etp_table_text(t, "c", &text, &error), ETP_EFORMAT);
    assert_string_equal(error.text, "study.lua:1: c is a list; it has to be a text");
    assert_int_equal(etp_table_whole(t, "d", &whole, &error), ETP_EFORMAT);
    assert_int_equal(etp_table_bool(t, "b", &truth, &error), ETP_EFORMAT);
    assert_string_equal(error.text, "study.lua:1: b is a number; it has to be true or false");
    assert_int_equal(etp_table_number(t, "e", &number, NULL), ETP_EFORMAT);
    assert_int_equal(etp_table_whole(t, "f", &whole, NULL), ETP_OK);
    assert_int_equal(whole, -2);
    etp_table_free(t);
}

static void lines_of_keys(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        unsigned line;
    } places[] = {{"homes", 4},
                  {"homes.one", 4},
                  {"homes[\"solar share\"]", 4},
                  {"regions[2]", 5},
                  {"experiments", 8},
                  {"experiments[1].seeds", 9},
                  {"experiments[2]", 10},
                  {"experiments[2].id", 11},
                  {"experiments[2].range", 12},
                  {"experiments[2].range[2]", 12},
                  {"experiments[2].wide", 13},
                  {"experiments[2].none", 10},
                  {"nothing", 16},
                  {"none", 0},
                  {"", 0}};
    etp_table *t = open_text(scenario);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (etp_table_line(t, places[i].path) != places[i].line)
            fail_msg("%s: line %u, not %u", places[i].path, etp_table_line(t, places[i].path), places[i].line);
    etp_error error = {0};
    assert_int_equal(etp_table_fail(t, "experiments[2].id", &error, ETP_ERANGE, "is %d too many", 3), ETP_ERANGE);
    assert_string_equal(error.text, "study.lua:11: experiments[2].id is 3 too many");
    assert_int_equal(etp_table_fail(t, "", &error, ETP_ERANGE, "has no homes"), ETP_ERANGE);
    assert_string_equal(error.text, "study.lua: has no homes");
    etp_table_free(t);
}

/* Texts in which a careless reader of lines would get lost, or read behind the end. */
static void lines_in_odd_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "local t = { a = { b = 1 } } return (t)",
        "local t = {} t.a = { b = 1 } return t",
        "return setmetatable and { a = { b = #'}\\'' } }",
        "return { ['a'] = { [ [[b]] ] = 1 }, [ [=[ ]] ]=] ] = 2 }",
        "return { a = { b = ({ 1, 2 })[1] } } -- }",
        "return { a = (function() return { b = 1, c = { 1 } } end)() }",
        "return { [1 + 1 == 2 and 'a' or 'b'] = { b = 1 } } --",
        "return { a = { b = [[\n]] .. '\\\n' } }",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        etp_table *t = open_text(texts[i]);
        assert_int_equal(etp_table_length(t, "a"), i == 5 ? 2 : 1);
        assert_true(etp_table_line(t, "a.b") <= 1);
        etp_table_free(t);
    }
}

/* Every beginning of a text, in memory that ends where it does: nothing is read behind it. */
static void lines_in_texts_that_break_off(void **state)
{
    (void)state;
    for (size_t size = 0; size < sizeof scenario; size++) {
        char *text = malloc(size > 0 ? size : 1);
        assert_non_null(text);
        memcpy(text, scenario, size);
        unsigned line = etp_lines_find(text, size, "experiments[2].wide");
        assert_true(line <= 13);
        free(text);
    }
    assert_int_equal(etp_lines_find(scenario, sizeof scenario - 1, "experiments[2].wide"), 13);
}

/* ---- what is computed ---- */

static void a_file_may_compute(void **state)
{
    (void)state;
    etp_table *t = open_text("local t = {}\n"
                             "for i = 1, 300 do t[i] = { n = i, label = string.format('%03d', i) } end\n"
                             "local shared = { 1, 2 }\n"
                             "return { list = t, a = shared, b = shared, third = 1 / 3, [('x'):rep(64)] = 1 }\n");
    int64_t n;
    const char *label;
    assert_int_equal(etp_table_length(t, "list"), 300);
    assert_int_equal(etp_table_whole(t, "list[217].n", &n, NULL), ETP_OK);
    assert_int_equal(etp_table_text(t, "list[217].label", &label, NULL), ETP_OK);
    assert_int_equal(n, 217);
    assert_string_equal(label, "217");
    assert_int_equal(etp_table_length(t, "a"), 2);
    assert_int_equal(etp_table_length(t, "b"), 2);
    etp_table_free(t);
}

static void files_and_modules(void **state)
{
    (void)state;
    etp_table *t = NULL;
    etp_error error = {0};
    folder_make();
    write_file(in_folder("base.lua"), "\xEF\xBB\xBFreturn { homes = { count = 40 } }\n");
    write_file(in_folder("mine.lua"), "local base = require('base')\nbase.homes.count = 20\nreturn base\n");
    write_file(in_folder("bad.lua"), "return {\n  homes = {\n    count = print,\n  },\n}\n");
    assert_int_equal(etp_table_load(&t, in_folder("mine.lua"), &error), ETP_OK);
    int64_t count = 0;
    assert_int_equal(etp_table_whole(t, "homes.count", &count, NULL), ETP_OK);
    assert_int_equal(count, 20);
    etp_table_free(t);
    assert_int_equal(etp_table_load(&t, in_folder("none.lua"), &error), ETP_ENOENT);
    assert_null(t);
    assert_contains(error.text, "none.lua: there is no such file");
    assert_int_equal(etp_table_load(&t, folder, &error), ETP_EINVAL);
    assert_contains(error.text, "is a directory");
    assert_int_equal(etp_table_load(&t, in_folder("bad.lua"), &error), ETP_ESCRIPT);
    assert_contains(error.text, "bad.lua:3: print is not available");
    write_file(in_folder("bad.lua"), "return {\n  homes = {\n    count = pairs,\n  },\n}\n");
    assert_int_equal(etp_table_load(&t, in_folder("bad.lua"), &error), ETP_EFORMAT);
    assert_contains(error.text, "bad.lua:3: homes.count is a function; only tables, texts, numbers and true or false");
    folder_remove();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_read_by_path),
        cmocka_unit_test(what_is_there_can_be_walked_through),
        cmocka_unit_test(a_path_that_leads_nowhere),
        cmocka_unit_test(a_value_of_another_kind),
        cmocka_unit_test(lines_of_keys),
        cmocka_unit_test(lines_in_odd_texts),
        cmocka_unit_test(lines_in_texts_that_break_off),
        cmocka_unit_test(a_file_may_compute),
        cmocka_unit_test(files_and_modules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
