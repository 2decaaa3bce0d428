/* SPDX-License-Identifier: MIT */
/* Documents that are built wrongly: the first mistake is kept, and nothing that follows is harmful. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "report/document/document_json.h"

static void no_section(etp_document *document)
{
    etp_document_text(document, "lost");
}

static void bad_id(etp_document *document)
{
    etp_document_section(document, "A b", "x");
}

static void no_id(etp_document *document)
{
    etp_document_section(document, "s", "x");
    etp_document_table(document, "../x", "x");
}

static void same_id(etp_document *document)
{
    etp_document_section(document, "s", "x");
    etp_document_table(document, "t", "x");
    etp_document_plot(document, "t", ETP_PLOT_LINE, "x", "", "");
}

static void same_column(etp_document *document)
{
    etp_document_section(document, "s", "x");
    etp_sheet *sheet = etp_document_table(document, "t", "x");
    etp_sheet_column(sheet, "a", "A", "", 0);
    etp_sheet_column(sheet, "a", "A", "", 0);
}

static void too_many_cells(etp_document *document)
{
    etp_document_section(document, "s", "x");
    etp_sheet *sheet = etp_document_table(document, "t", "x");
    etp_sheet_column(sheet, "a", "A", "", 0);
    etp_sheet_row(sheet);
    etp_sheet_number(sheet, 1);
    etp_sheet_number(sheet, 2);
}

static void cell_before_row(etp_document *document)
{
    etp_document_section(document, "s", "x");
    etp_sheet *sheet = etp_document_table(document, "t", "x");
    etp_sheet_column(sheet, "a", "A", "", 0);
    etp_sheet_interval(sheet, 1, 0, 2);
}

static void row_before_column(etp_document *document)
{
    etp_document_section(document, "s", "x");
    etp_sheet_row(etp_document_table(document, "t", "x"));
}

static void column_after_row(etp_document *document)
{
    etp_document_section(document, "s", "x");
    etp_sheet *sheet = etp_document_table(document, "t", "x");
    etp_sheet_column(sheet, "a", "A", "", 0);
    etp_sheet_row(sheet);
    etp_sheet_column(sheet, "b", "B", "", 0);
}

static void wrong_point(etp_document *document)
{
    etp_document_section(document, "s", "x");
    etp_plot_point(etp_document_plot(document, "p", ETP_PLOT_BARS, "x", "", ""), 1, 2);
}

static void wrong_kind(etp_document *document)
{
    etp_document_section(document, "s", "x");
    etp_document_plot(document, "p", ETP_PLOT_KINDS, "x", "", "");
}

static void wrong_digits(etp_document *document)
{
    etp_document_section(document, "s", "x");
    etp_plot_digits(etp_document_plot(document, "p", ETP_PLOT_BARS, "x", "", ""), 0, ETP_DIGITS_MAX + 1);
}

static void mistakes_are_kept(void **unused)
{
    (void)unused;
    static const struct {
        void (*make)(etp_document *document);
        const char *says;
    } mistakes[] = {
        {no_section, "before the first section"},
        {bad_id, "is no id"},
        {no_id, "is no id"},
        {same_id, "there twice"},
        {same_column, "that of"},
        {too_many_cells, "more cells"},
        {cell_before_row, "before the first"},
        {row_before_column, "before"},
        {column_after_row, "after the first row"},
        {wrong_point, "does not belong"},
        {wrong_kind, "of no kind"},
        {wrong_digits, "digits"},
    };
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        etp_document *document = etp_document_new("x");
        etp_error error = {0};
        mistakes[i].make(document);
        etp_document_section(document, "later", "x");
        etp_document_text(document, "%s", "later");
        assert_int_equal(etp_document_check(document, &error), ETP_EINVAL);
        assert_non_null(strstr(error.text, mistakes[i].says));
        assert_null(etp_document_json(document));
        assert_int_equal(etp_document_write_json(document, "x", stdout, NULL), ETP_EINVAL);
        assert_int_equal(etp_document_write_html(document, stdout, NULL), ETP_EINVAL);
        assert_int_equal(etp_document_write_csv(document, "nowhere", NULL), ETP_EINVAL);
        etp_document_free(document);
    }
}

static void null_is_taken_everywhere(void **unused)
{
    (void)unused;
    etp_document_free(NULL);
    etp_document_lead(NULL, "x");
    etp_document_meta(NULL, "x", "y");
    etp_document_section(NULL, "x", "y");
    etp_document_heading(NULL, "x");
    etp_document_text(NULL, "x");
    etp_document_point(NULL, "x");
    etp_document_note(NULL, "x");
    etp_document_key_figure(NULL, "x", "y", NULL);
    assert_null(etp_document_table(NULL, "x", "y"));
    assert_null(etp_document_plot(NULL, "x", ETP_PLOT_LINE, "y", "", ""));
    etp_sheet_column(NULL, "x", "y", "", 0);
    etp_sheet_note(NULL, "x");
    etp_sheet_row(NULL);
    etp_sheet_main_row(NULL);
    etp_sheet_text(NULL, "x");
    etp_sheet_textf(NULL, "x");
    etp_sheet_number(NULL, 1);
    etp_sheet_interval(NULL, 1, 2, 3);
    etp_sheet_empty(NULL);
    etp_plot_note(NULL, "x");
    etp_plot_digits(NULL, 0, 0);
    etp_plot_base(NULL, 0, "");
    etp_plot_series(NULL, "x");
    etp_plot_point(NULL, 1, 2);
    etp_plot_interval(NULL, 1, 2, 3, 4);
    etp_plot_category(NULL, "x", 1, 2, 3);
    etp_plot_swing(NULL, "x", "y", 1, "z", 2);
    etp_plot_lorenz(NULL, (double[]){1}, 1);
    assert_int_equal(etp_document_check(NULL, NULL), ETP_ENOMEM);
    assert_null(etp_document_json(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_kept),
        cmocka_unit_test(null_is_taken_everywhere),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
