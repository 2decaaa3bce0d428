/* SPDX-License-Identifier: MIT */
/* Documents: how they are built, what is written, and that they are the same after having been JSON. */
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>

#include <cmocka.h>

#include "report/document/document_json.h"

/* ---- a small document with everything in it ---- */

static void add_table(etp_document *document)
{
    etp_sheet *sheet = etp_document_table(document, "prices", "Prices <b>");
    etp_sheet_column(sheet, "region", "Region", "", ETP_DIGITS_AUTO);
    etp_sheet_column(sheet, "price", "Price", "c/kWh", 2);
    etp_sheet_column(sheet, "gain", "Gain", "A$", 1);
    etp_sheet_row(sheet);
    etp_sheet_textf(sheet, "%s%.1f", "VIC", 1.0);
    etp_sheet_number(sheet, 12345.678);
    etp_sheet_interval(sheet, -0.04, -2, 1.5);
    etp_sheet_main_row(sheet);
    etp_sheet_text(sheet, "=1+1,\"x\"");
    etp_sheet_empty(sheet);
    etp_sheet_number(sheet, NAN);
    etp_sheet_note(sheet, "over %d days", 364);
}

static void add_plots(etp_document *document)
{
    static const double shares[] = {3, 0, 1};
    etp_plot *plot = etp_document_plot(document, "by-n", ETP_PLOT_BAND, "Gain", "firms", "A$");
    etp_plot_series(plot, "all");
    etp_plot_interval(plot, 1, 0.1, -1, 1);
    etp_plot_point(plot, 2, NAN);
    etp_plot_base(plot, 0, "none");
    etp_plot_digits(plot, 0, 2);
    plot = etp_document_plot(document, "sizes", ETP_PLOT_BARS, "Sizes", "kWh", "A$");
    etp_plot_category(plot, "6.4", 1.5, NAN, NAN);
    plot = etp_document_plot(document, "swings", ETP_PLOT_TORNADO, "Swings", "A$", "");
    etp_plot_swing(plot, "wear", "-1", 2, "+13", 0.5);
    plot = etp_document_plot(document, "shares", ETP_PLOT_LORENZ, "Shares", "owners", "gain");
    etp_plot_lorenz(plot, shares, 3);
    etp_plot_note(plot, "%s", "A note.");
}

static etp_document *make(void)
{
    etp_document *document = etp_document_new("A title");
    etp_document_lead(document, "%d firms", 5);
    etp_document_meta(document, "Version", "%s", "0.1.0");
    etp_document_section(document, "found", "What was found");
    etp_document_heading(document, "A heading");
    etp_document_text(document, "One.\n\nTwo.");
    etp_document_point(document, "%s", "first");
    etp_document_point(document, "%s", "second");
    etp_document_key_figure(document, "gain", "A$ 1", NULL);
    etp_document_note(document, "%s", "small print");
    etp_document_section(document, "prices", "A section may have a table's name");
    add_table(document);
    add_plots(document);
    return document;
}

static char *html_of(const etp_document *document)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_int_equal(etp_document_write_html(document, out, NULL), ETP_OK);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* ---- building ---- */

static void a_document_is_built(void **unused)
{
    (void)unused;
    etp_document *document = make();
    etp_error error = {0};
    assert_int_equal(etp_document_check(document, &error), ETP_OK);
    const json_t *sections = json_object_get(etp_document_json(document), "sections");
    assert_int_equal(json_array_size(sections), 2);
    const json_t *items = json_object_get(json_array_get(sections, 1), "items");
    assert_int_equal(json_array_size(items), 5);
    const json_t *rows = json_object_get(json_array_get(items, 0), "rows");
    const json_t *second = json_object_get(json_array_get(rows, 1), "cells");
    assert_true(json_is_null(json_array_get(second, 1)));
    assert_true(json_is_null(json_array_get(second, 2)));
    etp_document_free(document);
}

static void a_curve_is_of_sorted_values(void **unused)
{
    (void)unused;
    static const double expected[][2] = {{0, 0}, {1.0 / 3, 0}, {2.0 / 3, 0.25}, {1, 1}};
    etp_document *document = make();
    const json_t *section = json_array_get(json_object_get(etp_document_json(document), "sections"), 1);
    const json_t *plot = json_array_get(json_object_get(section, "items"), 4);
    const json_t *points = json_object_get(json_array_get(json_object_get(plot, "series"), 0), "points");
    assert_int_equal(json_array_size(points), 4);
    for (size_t i = 0; i < 4; i++) {
        const json_t *point = json_array_get(points, i);
        assert_true(fabs(json_number_value(json_object_get(point, "x")) - expected[i][0]) < 1e-14);
        assert_true(fabs(json_number_value(json_object_get(point, "y")) - expected[i][1]) < 1e-14);
    }
    etp_document_free(document);
}

static void a_long_curve_has_few_points_and_both_ends(void **unused)
{
    (void)unused;
    enum { VALUES = 1001 };
    double values[VALUES];
    for (size_t i = 0; i < VALUES; i++)
        values[i] = (double)(i * 37 % VALUES);
    etp_document *document = etp_document_new("x");
    etp_document_section(document, "s", "s");
    etp_plot *plot = etp_document_plot(document, "p", ETP_PLOT_LORENZ, "p", "x", "y");
    etp_plot_lorenz(plot, values, VALUES);
    etp_plot_lorenz(plot, (double[]){-1, 0.5}, 2); /* a sum below 0 has no shares */
    const json_t *section = json_array_get(json_object_get(etp_document_json(document), "sections"), 0);
    const json_t *item = json_array_get(json_object_get(section, "items"), 0);
    const json_t *points = json_object_get(json_array_get(json_object_get(item, "series"), 0), "points");
    assert_int_equal(json_array_size(points), 201);
    assert_true(json_number_value(json_object_get(json_array_get(points, 0), "x")) == 0);
    assert_true(json_number_value(json_object_get(json_array_get(points, 200), "x")) == 1);
    assert_true(json_number_value(json_object_get(json_array_get(points, 200), "y")) == 1);
    etp_document_free(document);
}

/* ---- JSON ---- */

static void json_gives_the_same_document(void **unused)
{
    (void)unused;
    etp_document *document = make(), *again = NULL;
    etp_error error = {0};
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(etp_document_write_json(document, "evidence", out, &error), ETP_OK);
    fclose(out);
    json_t *whole = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(whole);
    assert_string_equal(json_string_value(json_object_get(whole, "command")), "evidence");
    assert_int_equal(json_integer_value(json_object_get(whole, "schema_version")), 1);
    assert_int_equal(etp_document_from_json(&again, json_object_get(whole, "document"), &error), ETP_OK);
    assert_true(json_equal(etp_document_json(document), etp_document_json(again)));
    char *first = html_of(document), *second = html_of(again);
    assert_string_equal(first, second);
    free(first);
    free(second);
    free(text);
    json_decref(whole);
    etp_document_free(again);
    etp_document_free(document);
}

static void expect_refused(const json_t *root)
{
    etp_document *document = NULL;
    etp_error error = {0};
    assert_int_equal(etp_document_from_json(&document, root, &error), ETP_EFORMAT);
    assert_true(strlen(error.text) > 10);
    assert_null(document);
}

static bool may_be_absent(const char *name)
{
    static const char *const optional[] = {"base", "low", "high", "main"};
    for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++)
        if (strcmp(name, optional[i]) == 0)
            return true;
    return false;
}

/* Takes each member of an object away, one by one, and puts something else in its place. */
static void spoil(const json_t *root, json_t *at, int *refused)
{
    const char *name;
    json_t *value, *members = json_copy(at);
    json_object_foreach(members, name, value)
    {
        if (!may_be_absent(name)) {
            json_object_del(at, name);
            expect_refused(root);
            (*refused)++;
        }
        if (strcmp(name, "main") != 0) {
            json_object_set_new(at, name, json_true());
            expect_refused(root);
        }
        json_object_set(at, name, value);
    }
    json_decref(members);
}

static void spoil_all(const json_t *root, json_t *at, int *refused)
{
    size_t i;
    const char *name;
    json_t *value;
    if (json_is_object(at))
        spoil(root, at, refused);
    json_array_foreach(at, i, value) spoil_all(root, value, refused);
    json_object_foreach(at, name, value) spoil_all(root, value, refused);
}

static void spoiled_json_is_refused(void **unused)
{
    (void)unused;
    int refused = 0;
    etp_document *document = make();
    json_t *copy = json_deep_copy(etp_document_json(document));
    spoil_all(copy, copy, &refused);
    assert_true(refused > 50);
    json_decref(copy);
    etp_document_free(document);
}

/* ---- what is written ---- */

static void csv_has_all_digits(void **unused)
{
    (void)unused;
    char folder[] = "etp-document-XXXXXX", path[64];
    assert_non_null(mkdtemp(folder));
    etp_document *document = make();
    assert_int_equal(etp_document_write_csv(document, folder, NULL), ETP_OK);
    static const char *const files[][2] = {
        {"prices", "region,price [c/kWh],gain [A$],gain_low [A$],gain_high [A$]\nVIC1.0,12345.678,-0.04,-2,1.5\n"
                   "\"'=1+1,\"\"x\"\"\",,,,\n"},
        {"by-n", "series,x,y,y_low,y_high\nall,1,0.1,-1,1\nall,2,,,\n"},
        {"sizes", "label,value\n6.4,1.5\n"},
        {"swings", "label,low_text,low,high_text,high\nwear,-1,2,+13,0.5\n"},
        {"shares", "x,y\n0,0\n0.333333333333333,0\n0.666666666666667,0.25\n1,1\n"},
    };
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
        char text[256] = "";
        snprintf(path, sizeof path, "%s/%s.csv", folder, files[i][0]);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        text[fread(text, 1, sizeof text - 1, file)] = '\0';
        fclose(file);
        assert_string_equal(text, files[i][1]);
        unlink(path);
    }
    assert_int_equal(rmdir(folder), 0); /* there are no others */
    etp_error error = {0};
    assert_int_equal(etp_document_write_csv(document, "no/such/folder", &error), ETP_EIO);
    assert_non_null(strstr(error.text, "no/such/folder"));
    etp_document_free(document);
}

static void pages_show_numbers_as_people_read_them(void **unused)
{
    (void)unused;
    etp_document *document = make();
    char *page = html_of(document);
    assert_non_null(strstr(page, ">12,345.68</td>"));
    assert_non_null(strstr(page, ">0.0 <span class=\"ci\">[\xe2\x88\x92"
                                 "2.0, 1.5]</span></td>"));
    assert_non_null(strstr(page, "<p>One.</p>\n<p>Two.</p>"));
    assert_non_null(strstr(page, "<ul>\n<li>first</li>\n<li>second</li>\n</ul>\n<dl class=\"keys\">"));
    assert_non_null(strstr(page, "<caption>Prices &lt;b&gt;</caption>"));
    assert_null(strstr(page, ">nan"));
    free(page);
    etp_document_free(document);
}

static void an_interval_that_is_not_there_has_no_brackets(void **unused)
{
    (void)unused;
    etp_document *document = etp_document_new("A page");
    etp_document_section(document, "one", "One");
    etp_sheet *sheet = etp_document_table(document, "gains", "Gains");
    etp_sheet_column(sheet, "gain", "Gain", "A$", 1);
    etp_sheet_row(sheet);
    etp_sheet_interval(sheet, 1.5, NAN, NAN);
    char *page = html_of(document);
    assert_non_null(strstr(page, ">1.5</td>"));
    free(page);
    etp_document_free(document);
}

static void odd_texts_are_shown_and_do_no_harm(void **unused)
{
    (void)unused;
    static const char hostile[] = "</script><script>alert(1)</script>&\"'\x01\x7f\xc2\x85\xef\xbf\xbf\xff \xe2\x82\xac";
    etp_document *document = etp_document_new(hostile);
    etp_document_section(document, "s", hostile);
    etp_plot *plot = etp_document_plot(document, "p", ETP_PLOT_BARS, hostile, hostile, hostile);
    etp_plot_series(plot, hostile);
    etp_plot_category(plot, hostile, 1, NAN, NAN);
    etp_document_text(document, "%s", hostile);
    char *page = html_of(document);
    assert_null(strstr(page, "alert(1)</script>"));
    assert_null(strstr(page, "<script>alert"));
    assert_null(strchr(page, '\x01'));
    assert_non_null(strstr(page, "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&amp;&quot;&#39;"));
    assert_non_null(strstr(page, "? \xe2\x82\xac")); /* what is no UTF-8 became a ? when it came in */
    free(page);
    etp_document_free(document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_built),
        cmocka_unit_test(a_curve_is_of_sorted_values),
        cmocka_unit_test(a_long_curve_has_few_points_and_both_ends),
        cmocka_unit_test(json_gives_the_same_document),
        cmocka_unit_test(spoiled_json_is_refused),
        cmocka_unit_test(csv_has_all_digits),
        cmocka_unit_test(pages_show_numbers_as_people_read_them),
        cmocka_unit_test(an_interval_that_is_not_there_has_no_brackets),
        cmocka_unit_test(odd_texts_are_shown_and_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
