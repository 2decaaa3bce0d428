/* SPDX-License-Identifier: MIT */
/* Documents to JSON, and back: a document that is read is built by the same calls as any other, so that what is wrong with
 * it is found in one place. */
#include <errno.h>
#include <string.h>

#include "etp/run.h"
#include "report/document/document_json.h"
#include "report/document/internal.h"
#include "report/json_fields.h"
#include "report/json_pieces.h"

/* ---- out ---- */

json_t *etp_document_json(const etp_document *document)
{
    return etp_document_is_sound(document) ? document->root : NULL;
}

int etp_document_write_json(const etp_document *document, const char *command, FILE *out, etp_error *error)
{
    int result = etp_document_check(document, error);
    if (result != ETP_OK)
        return result;
    builder to = begin();
    put_whole(&to, "schema_version", ETP_SCHEMA_VERSION);
    put_text(&to, "version", etp_version());
    put_text(&to, "command", command);
    put(&to, "document", json_incref(document->root));
    errno = 0;
    result = write_whole(finish(&to), out);
    if (result == ETP_ENOMEM)
        return etp_fail(error, result, "no memory for the report as JSON");
    return result == ETP_OK ? ETP_OK : etp_fail(error, result, "the report cannot be written as JSON");
}

/* ---- in ---- */

typedef struct reader {
    etp_document *document;
    etp_fields fields;
} reader;

static int digits_of(reader *from, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    json_int_t digits = json_integer_value(value);
    if (json_is_integer(value) && digits >= ETP_DIGITS_AUTO && digits <= ETP_DIGITS_MAX)
        return (int)digits;
    etp_fields_refuse(&from->fields, "number of digits", name);
    return ETP_DIGITS_AUTO;
}

/* ---- tables ---- */

static void read_cell(reader *from, etp_sheet *sheet, const json_t *cell)
{
    if (json_is_string(cell))
        etp_sheet_text(sheet, json_string_value(cell));
    else if (json_is_number(cell))
        etp_sheet_number(sheet, json_number_value(cell));
    else if (json_is_null(cell))
        etp_sheet_empty(sheet);
    else if (json_is_object(cell))
        etp_sheet_interval(sheet, etp_fields_number(&from->fields, cell, "mean"),
                           etp_fields_number(&from->fields, cell, "low"),
                           etp_fields_number(&from->fields, cell, "high"));
    else
        etp_fields_refuse(&from->fields, "text, number or interval", "cell");
}

static void read_rows(reader *from, etp_sheet *sheet, const json_t *rows)
{
    size_t i, j;
    const json_t *row, *cell;
    json_array_foreach(rows, i, row)
    {
        if (json_is_true(json_object_get(row, "main")))
            etp_sheet_main_row(sheet);
        else
            etp_sheet_row(sheet);
        const json_t *cells = etp_fields_list(&from->fields, row, "cells");
        json_array_foreach(cells, j, cell) read_cell(from, sheet, cell);
    }
}

static void read_table(reader *from, const json_t *item)
{
    size_t i;
    const json_t *column;
    etp_sheet *sheet = etp_document_table(from->document, etp_fields_text(&from->fields, item, "id"),
                                          etp_fields_text(&from->fields, item, "title"));
    etp_sheet_note(sheet, "%s", etp_fields_text(&from->fields, item, "note"));
    const json_t *columns = etp_fields_list(&from->fields, item, "columns");
    json_array_foreach(columns, i, column) etp_sheet_column(
        sheet, etp_fields_text(&from->fields, column, "key"), etp_fields_text(&from->fields, column, "label"),
        etp_fields_text(&from->fields, column, "unit"), digits_of(from, column, "digits"));
    read_rows(from, sheet, etp_fields_list(&from->fields, item, "rows"));
}

/* ---- plots ---- */

static void read_point(reader *from, etp_plot *plot, etp_plot_kind kind, const json_t *point)
{
    double low = etp_fields_number_if(&from->fields, point, "low");
    double high = etp_fields_number_if(&from->fields, point, "high");
    if (etp_plot_form_of(kind) == ETP_FORM_SWING)
        etp_plot_swing(plot, etp_fields_text(&from->fields, point, "label"),
                       etp_fields_text(&from->fields, point, "low_text"), low,
                       etp_fields_text(&from->fields, point, "high_text"), high);
    else if (etp_plot_form_of(kind) == ETP_FORM_CATEGORY)
        etp_plot_category(plot, etp_fields_text(&from->fields, point, "label"),
                          etp_fields_number(&from->fields, point, "y"), low, high);
    else
        etp_plot_interval(plot, etp_fields_number(&from->fields, point, "x"),
                          etp_fields_number(&from->fields, point, "y"), low, high);
}

static void read_series(reader *from, etp_plot *plot, etp_plot_kind kind, const json_t *item)
{
    size_t i, j;
    const json_t *series, *point;
    const json_t *list = etp_fields_list(&from->fields, item, "series");
    json_array_foreach(list, i, series)
    {
        etp_plot_series(plot, etp_fields_text(&from->fields, series, "name"));
        const json_t *points = etp_fields_list(&from->fields, series, "points");
        json_array_foreach(points, j, point) read_point(from, plot, kind, point);
    }
}

static void read_plot(reader *from, const json_t *item)
{
    etp_plot_kind kind = etp_plot_kind_find(etp_fields_text(&from->fields, item, "kind"));
    const json_t *base = json_object_get(item, "base");
    if (kind == ETP_PLOT_KINDS)
        etp_fields_refuse(&from->fields, "kind of plot", "kind");
    if (from->fields.result != ETP_OK)
        return;
    etp_plot *plot = etp_document_plot(
        from->document, etp_fields_text(&from->fields, item, "id"), kind, etp_fields_text(&from->fields, item, "title"),
        etp_fields_text(&from->fields, item, "x_label"), etp_fields_text(&from->fields, item, "y_label"));
    etp_plot_note(plot, "%s", etp_fields_text(&from->fields, item, "note"));
    etp_plot_digits(plot, digits_of(from, item, "x_digits"), digits_of(from, item, "y_digits"));
    if (base != NULL)
        etp_plot_base(plot, etp_fields_number(&from->fields, base, "value"),
                      etp_fields_text(&from->fields, base, "label"));
    read_series(from, plot, kind, item);
}

/* ---- the rest ---- */

static void read_text(reader *from, const json_t *item, const char *type)
{
    const char *text = etp_fields_text(&from->fields, item, "text");
    if (strcmp(type, "heading") == 0)
        etp_document_heading(from->document, text);
    else if (strcmp(type, "text") == 0)
        etp_document_text(from->document, "%s", text);
    else if (strcmp(type, "point") == 0)
        etp_document_point(from->document, "%s", text);
    else if (strcmp(type, "note") == 0)
        etp_document_note(from->document, "%s", text);
    else
        etp_fields_refuse(&from->fields, "kind of item that this version knows", "type");
}

static void read_item(reader *from, const json_t *item)
{
    const char *type = etp_fields_text(&from->fields, item, "type");
    if (strcmp(type, "table") == 0)
        read_table(from, item);
    else if (strcmp(type, "plot") == 0)
        read_plot(from, item);
    else if (strcmp(type, "key-figure") == 0)
        etp_document_key_figure(from->document, etp_fields_text(&from->fields, item, "label"),
                                etp_fields_text(&from->fields, item, "text"),
                                etp_fields_text(&from->fields, item, "note"));
    else
        read_text(from, item, type);
}

static bool is_going_well(const reader *from)
{
    return from->fields.result == ETP_OK && etp_document_is_sound(from->document);
}

static void read_section(reader *from, const json_t *section)
{
    size_t i;
    const json_t *item;
    const char *id = etp_fields_text(&from->fields, section, "id");
    etp_document_section(from->document, id, etp_fields_text(&from->fields, section, "title"));
    const json_t *items = etp_fields_list(&from->fields, section, "items");
    json_array_foreach(items, i, item)
    {
        etp_fields_place(&from->fields, "section %.80s, item %zu", id, i + 1);
        if (is_going_well(from))
            read_item(from, item);
    }
}

static void read_document(reader *from, const json_t *json)
{
    size_t i;
    const json_t *entry;
    const json_t *meta = etp_fields_list(&from->fields, json, "meta");
    const json_t *sections = etp_fields_list(&from->fields, json, "sections");
    etp_document_lead(from->document, "%s", etp_fields_text(&from->fields, json, "lead"));
    json_array_foreach(meta, i, entry) etp_document_meta(from->document, etp_fields_text(&from->fields, entry, "name"),
                                                         "%s", etp_fields_text(&from->fields, entry, "value"));
    json_array_foreach(sections, i, entry)
    {
        etp_fields_place(&from->fields, "section %zu", i + 1);
        if (is_going_well(from))
            read_section(from, entry);
    }
}

/* What the builder found is a mistake in the file too, unless it lacked memory. */
static int finish_reading(reader *from, etp_error *error)
{
    etp_error reason = {0};
    if (from->fields.result != ETP_OK)
        return from->fields.result;
    if (etp_document_check(from->document, &reason) == ETP_OK)
        return ETP_OK;
    return etp_fail(error, reason.code == ETP_ENOMEM ? ETP_ENOMEM : ETP_EFORMAT, "%s", reason.text);
}

int etp_document_from_json(etp_document **document, const json_t *json, etp_error *error)
{
    reader from = {.fields = {.place = "the document", .error = error}};
    *document = NULL;
    from.document = etp_document_new(etp_fields_text(&from.fields, json, "title"));
    read_document(&from, json);
    int result = finish_reading(&from, error);
    if (result == ETP_OK)
        *document = from.document;
    else
        etp_document_free(from.document);
    return result;
}
