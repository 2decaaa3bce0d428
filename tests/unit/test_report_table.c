/* SPDX-License-Identifier: MIT */
/* Columns of text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report/table.h"

/* Prints the table into a text of its own and compares. */
static void expect(etp_table *table, unsigned indent, const char *wanted)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    assert_true(etp_table_end(table, indent, out));
    fclose(out);
    assert_string_equal(text, wanted);
    free(text);
}

static void columns_are_as_wide_as_their_widest_cell(void **state)
{
    (void)state;
    etp_table table = {0};
    etp_table_begin(&table, "lrl");
    etp_table_row(&table, (const char *const[]){"name", "n", "why"});
    etp_table_cell(&table, "%s", "a longer one");
    etp_table_cell(&table, "%d", 12345);
    etp_table_cell(&table, "%s", "x");
    expect(&table, 2,
           "  name              n  why\n"
           "  a longer one  12345  x\n");
}

static void no_line_ends_in_blanks(void **state)
{
    (void)state;
    etp_table table = {0};
    etp_table_begin(&table, "llr");
    etp_table_row(&table, (const char *const[]){"a", "", ""});
    etp_table_row(&table, (const char *const[]){"", "bb", ""});
    etp_table_row(&table, (const char *const[]){"", "", "ccc"});
    expect(&table, 0, "a\n   bb\n       ccc\n");
}

static void an_empty_table_prints_nothing(void **state)
{
    (void)state;
    etp_table table = {0};
    etp_table_begin(&table, "lr");
    expect(&table, 4, "");
}

static void many_rows_are_kept_in_order(void **state)
{
    (void)state;
    etp_table table = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    etp_table_begin(&table, "r");
    for (int i = 1; i <= 1000; i++)
        etp_table_cell(&table, "%d", i);
    assert_true(etp_table_end(&table, 0, out));
    fclose(out);
    assert_int_equal(size, 1000 * 5);
    assert_memory_equal(text, "   1\n   2\n", 10);
    assert_memory_equal(text + size - 5, "1000\n", 5);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_cell),
        cmocka_unit_test(no_line_ends_in_blanks),
        cmocka_unit_test(an_empty_table_prints_nothing),
        cmocka_unit_test(many_rows_are_kept_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
