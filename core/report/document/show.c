/* SPDX-License-Identifier: MIT */
#include "report/document/show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/json_pieces.h"

#define MINUS "\xe2\x88\x92"
#define DASH  "\xe2\x80\x93"

/* From this on digits are parted by threes: years and counts of days are read more easily as they are. */
static const double parted_from = 10000;
/* Beyond these a number is shown by its power of ten. */
static const double longest = 1e15, shortest = 1e-4;

enum { DIGITS_SHOWN = 4 };

/* So many decimals that four digits show. */
static int digits_for(double size)
{
    int digits = 0;
    for (double limit = 1000; size < limit && digits < ETP_DIGITS_MAX; limit /= 10)
        digits++;
    return digits;
}

static void drop_zeros(char *text)
{
    size_t size = strlen(text);
    if (strchr(text, '.') == NULL)
        return;
    while (text[size - 1] == '0')
        size--;
    text[size - (text[size - 1] == '.')] = '\0';
}

static bool is_zero(const char *text)
{
    return strspn(text, "0.") == strlen(text);
}

/* Copies digits with commas between thousands. */
static void part_thousands(char *to, size_t room, const char *digits)
{
    size_t whole = strcspn(digits, "."), used = 0;
    for (size_t i = 0; digits[i] != '\0' && used + 2 < room; i++) {
        if (i > 0 && i < whole && (whole - i) % 3 == 0)
            to[used++] = ',';
        to[used++] = digits[i];
    }
    to[used] = '\0';
}

void etp_show_number(char text[ETP_SHOWN_MAX], const json_t *number, int digits)
{
    char plain[ETP_SHOWN_MAX / 2], parted[ETP_SHOWN_MAX - 8];
    if (!json_is_number(number)) {
        snprintf(text, ETP_SHOWN_MAX, DASH);
        return;
    }
    double value = json_number_value(number), size = fabs(value);
    if (size >= longest || (digits == ETP_DIGITS_AUTO && size > 0 && size < shortest))
        snprintf(plain, sizeof plain, "%.*g", DIGITS_SHOWN, size);
    else
        snprintf(plain, sizeof plain, "%.*f", digits == ETP_DIGITS_AUTO ? digits_for(size) : digits, size);
    if (digits == ETP_DIGITS_AUTO && strchr(plain, 'e') == NULL)
        drop_zeros(plain);
    if (size >= parted_from && size < longest)
        part_thousands(parted, sizeof parted, plain);
    else
        snprintf(parted, sizeof parted, "%s", plain);
    snprintf(text, ETP_SHOWN_MAX, "%s%s", value < 0 && !is_zero(plain) ? MINUS : "", parted);
}

void etp_show_exact(char text[ETP_SHOWN_MAX], const json_t *number)
{
    text[0] = '\0';
    if (json_is_number(number))
        snprintf(text, ETP_SHOWN_MAX, "%.*g", DIGITS, json_number_value(number));
}

/* ---- a plot as a table ---- */

static json_t *make_column(const char *key, const char *label, int digits)
{
    builder to = begin();
    put_text(&to, "key", key);
    put_text(&to, "label", label);
    put_text(&to, "unit", "");
    put_whole(&to, "digits", digits);
    return finish(&to);
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static const char *or_else(const char *text, const char *other)
{
    return *text != '\0' ? text : other;
}

static bool is_named(const json_t *plot)
{
    const json_t *series = json_object_get(plot, "series");
    return json_array_size(series) > 1 ||
           (json_array_size(series) == 1 && *text_of(json_array_get(series, 0), "name") != '\0');
}

static json_t *make_columns(const json_t *plot, etp_plot_kind kind)
{
    int x_digits = (int)json_integer_value(json_object_get(plot, "x_digits"));
    int y_digits = (int)json_integer_value(json_object_get(plot, "y_digits"));
    const char *x = text_of(plot, "x_label"), *y = text_of(plot, "y_label");
    /* Of plots whose rows are categories the values' axis is x. */
    bool lying = kind == ETP_PLOT_DOTS || kind == ETP_PLOT_TORNADO;
    list_builder to = begin_list();
    if (is_named(plot))
        append(&to, make_column("series", "Series", 0));
    if (etp_plot_form_of(kind) == ETP_FORM_SWING) {
        append(&to, make_column("label", or_else(y, "Assumption"), 0));
        append(&to, make_column("low_text", "Low value", 0));
        append(&to, make_column("low", "Outcome at low", y_digits));
        append(&to, make_column("high_text", "High value", 0));
        append(&to, make_column("high", "Outcome at high", y_digits));
    } else if (etp_plot_form_of(kind) == ETP_FORM_CATEGORY) {
        append(&to, make_column("label", or_else(lying ? y : x, "Category"), 0));
        append(&to, make_column("value", or_else(lying ? x : y, "Value"), y_digits));
    } else {
        append(&to, make_column("x", or_else(x, "x"), x_digits));
        append(&to, make_column("y", or_else(y, "y"), y_digits));
    }
    return finish_list(&to);
}

/* A value, or an interval where the point has one. */
static json_t *make_value(const json_t *point)
{
    const json_t *y = json_object_get(point, "y"), *low = json_object_get(point, "low");
    if (low == NULL)
        return json_deep_copy(y);
    builder to = begin();
    put(&to, "mean", json_deep_copy(y));
    put(&to, "low", json_deep_copy(low));
    put(&to, "high", json_deep_copy(json_object_get(point, "high")));
    return finish(&to);
}

static json_t *make_row(const char *series, const json_t *point, etp_plot_form form)
{
    static const char *const swing[] = {"label", "low_text", "low", "high_text", "high"};
    list_builder cells = begin_list();
    if (series != NULL)
        append(&cells, json_string(series));
    if (form == ETP_FORM_SWING) {
        for (size_t i = 0; i < sizeof swing / sizeof swing[0]; i++)
            append(&cells, json_deep_copy(json_object_get(point, swing[i])));
    } else {
        append(&cells, json_deep_copy(json_object_get(point, form == ETP_FORM_CATEGORY ? "label" : "x")));
        append(&cells, make_value(point));
    }
    builder row = begin();
    put(&row, "cells", finish_list(&cells));
    return finish(&row);
}

static json_t *make_rows(const json_t *plot, etp_plot_kind kind)
{
    size_t i, j;
    const json_t *series, *point;
    list_builder to = begin_list();
    json_array_foreach(json_object_get(plot, "series"), i, series)
    {
        json_array_foreach(json_object_get(series, "points"), j, point)
            append(&to, make_row(is_named(plot) ? text_of(series, "name") : NULL, point, etp_plot_form_of(kind)));
    }
    return finish_list(&to);
}

json_t *etp_plot_make_table(const json_t *plot)
{
    etp_plot_kind kind = etp_plot_kind_find(text_of(plot, "kind"));
    builder to = begin();
    put(&to, "id", json_deep_copy(json_object_get(plot, "id")));
    put(&to, "columns", make_columns(plot, kind));
    put(&to, "rows", make_rows(plot, kind));
    return finish(&to);
}

/* ---- what stands in columns ---- */

static void note_cell(etp_column_traits *traits, bool *has_text, const json_t *cell)
{
    traits->numeric = traits->numeric || json_is_number(cell) || json_is_object(cell);
    traits->intervals = traits->intervals || json_is_object(cell);
    *has_text = *has_text || json_is_string(cell);
}

static void note_column(etp_column_traits *traits, const json_t *rows, size_t column)
{
    size_t i;
    const json_t *row;
    bool has_text = false;
    json_array_foreach(rows, i, row)
        note_cell(traits, &has_text, json_array_get(json_object_get(row, "cells"), column));
    traits->numeric = traits->numeric && !has_text;
}

etp_column_traits *etp_table_make_traits(const json_t *table)
{
    size_t columns = json_array_size(json_object_get(table, "columns"));
    etp_column_traits *traits = calloc(columns + 1, sizeof *traits);
    for (size_t i = 0; i < columns && traits != NULL; i++)
        note_column(&traits[i], json_object_get(table, "rows"), i);
    return traits;
}
