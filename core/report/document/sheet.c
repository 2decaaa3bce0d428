/* SPDX-License-Identifier: MIT */
/* The tables of a document. A row is an object with the list of its cells: a text, a number, null, or an interval. */
#include <stdlib.h>

#include "report/document/internal.h"

etp_sheet *etp_document_table(etp_document *document, const char *id, const char *title)
{
    json_t *item = etp_document_take_id(document, id) ? etp_document_item(document, "table") : NULL;
    if (item == NULL)
        return NULL;
    etp_sheet *sheet = calloc(1, sizeof *sheet);
    if (sheet == NULL) {
        etp_document_blame(document, ETP_ENOMEM, "no memory for the report");
        return NULL;
    }
    *sheet = (etp_sheet){.document = document, .json = item, .next = document->sheets};
    document->sheets = sheet;
    etp_document_put(document, item, "id", json_string(id));
    etp_document_put(document, item, "title", etp_document_make_text(title));
    etp_document_put(document, item, "note", json_string(""));
    sheet->columns = etp_document_put_list(document, item, "columns");
    sheet->rows = etp_document_put_list(document, item, "rows");
    return sheet;
}

static bool is_sound(const etp_sheet *sheet)
{
    return sheet != NULL && etp_document_is_sound(sheet->document);
}

static const char *id_of(const etp_sheet *sheet)
{
    return json_string_value(json_object_get(sheet->json, "id"));
}

static bool has_column(const etp_sheet *sheet, const char *key)
{
    size_t index;
    json_t *column;
    json_array_foreach(sheet->columns, index, column)
    {
        json_t *other = json_object_get(column, "key"), *wanted = etp_document_make_text(key);
        bool same = json_equal(other, wanted);
        json_decref(wanted);
        if (same)
            return true;
    }
    return false;
}

static void check_column(const etp_sheet *sheet, const char *key, int digits)
{
    if (json_array_size(sheet->rows) > 0)
        etp_document_blame(sheet->document, ETP_EINVAL, "table %s: a column comes after the first row", id_of(sheet));
    else if (key == NULL || *key == '\0' || has_column(sheet, key))
        etp_document_blame(sheet->document, ETP_EINVAL, "table %s: a column has no key, or that of another",
                           id_of(sheet));
    else if (digits < ETP_DIGITS_AUTO || digits > ETP_DIGITS_MAX)
        etp_document_blame(sheet->document, ETP_EINVAL,
                           "table %s: a column has 0 to %d digits, or %d for as many as "
                           "it takes",
                           id_of(sheet), ETP_DIGITS_MAX, ETP_DIGITS_AUTO);
}

void etp_sheet_column(etp_sheet *sheet, const char *key, const char *label, const char *unit, int digits)
{
    if (is_sound(sheet))
        check_column(sheet, key, digits);
    if (!is_sound(sheet))
        return;
    json_t *column = json_object();
    etp_document_append(sheet->document, sheet->columns, column);
    etp_document_put(sheet->document, column, "key", etp_document_make_text(key));
    etp_document_put(sheet->document, column, "label", etp_document_make_text(label));
    etp_document_put(sheet->document, column, "unit", etp_document_make_text(unit));
    etp_document_put(sheet->document, column, "digits", json_integer(digits));
}

void etp_sheet_note(etp_sheet *sheet, const char *format, ...)
{
    if (!is_sound(sheet))
        return;
    va_list args;
    va_start(args, format);
    etp_document_put(sheet->document, sheet->json, "note", etp_document_make_formatted(sheet->document, format, args));
    va_end(args);
}

static void add_row(etp_sheet *sheet, bool main)
{
    if (!is_sound(sheet))
        return;
    if (json_array_size(sheet->columns) == 0) {
        etp_document_blame(sheet->document, ETP_EINVAL, "table %s: a row comes before the first column", id_of(sheet));
        return;
    }
    json_t *row = json_object();
    etp_document_append(sheet->document, sheet->rows, row);
    if (main)
        etp_document_put(sheet->document, row, "main", json_true());
    sheet->row = etp_document_put_list(sheet->document, row, "cells");
}

void etp_sheet_row(etp_sheet *sheet)
{
    add_row(sheet, false);
}

void etp_sheet_main_row(etp_sheet *sheet)
{
    add_row(sheet, true);
}

/* ---- cells ---- */

static void add_cell(etp_sheet *sheet, json_t *cell)
{
    if (is_sound(sheet) && sheet->row == NULL)
        etp_document_blame(sheet->document, ETP_EINVAL, "table %s: a cell comes before the first row", id_of(sheet));
    else if (is_sound(sheet) && json_array_size(sheet->row) == json_array_size(sheet->columns))
        etp_document_blame(sheet->document, ETP_EINVAL, "table %s: a row has more cells than there are columns",
                           id_of(sheet));
    etp_document_append(sheet->document, sheet->row, cell);
}

void etp_sheet_text(etp_sheet *sheet, const char *text)
{
    if (is_sound(sheet))
        add_cell(sheet, etp_document_make_text(text));
}

void etp_sheet_textf(etp_sheet *sheet, const char *format, ...)
{
    if (!is_sound(sheet))
        return;
    va_list args;
    va_start(args, format);
    add_cell(sheet, etp_document_make_formatted(sheet->document, format, args));
    va_end(args);
}

void etp_sheet_number(etp_sheet *sheet, double value)
{
    if (is_sound(sheet))
        add_cell(sheet, etp_document_make_number(sheet->document, value));
}

void etp_sheet_interval(etp_sheet *sheet, double mean, double low, double high)
{
    if (!is_sound(sheet))
        return;
    json_t *cell = json_object();
    add_cell(sheet, cell);
    etp_document_put(sheet->document, cell, "mean", etp_document_make_number(sheet->document, mean));
    etp_document_put(sheet->document, cell, "low", etp_document_make_number(sheet->document, low));
    etp_document_put(sheet->document, cell, "high", etp_document_make_number(sheet->document, high));
}

void etp_sheet_empty(etp_sheet *sheet)
{
    if (is_sound(sheet))
        add_cell(sheet, json_null());
}
