/* SPDX-License-Identifier: MIT */
/*
 * The numbers of a document as CSV (RFC 4180, with plain line ends): one file for each table and plot. An interval takes
 * three columns. A text that a spreadsheet would take for a formula gets an apostrophe before it.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "report/document/show.h"

static const char formula_signs[] = "=+-@\t\r";

static bool is_formula(const char *text)
{
    char *end;
    if (*text == '\0' || strchr(formula_signs, *text) == NULL)
        return false;
    strtod(text, &end);
    return *end != '\0' || end == text;
}

/* One field, made of several texts. */
static void put_joined(FILE *out, const char *const *parts, size_t count)
{
    bool formula = is_formula(parts[0]), quoted = formula;
    for (size_t i = 0; i < count; i++)
        quoted = quoted || strpbrk(parts[i], ",\"\r\n") != NULL;
    fputs(formula ? "\"'" : quoted ? "\"" : "", out);
    for (size_t i = 0; i < count; i++) {
        for (const char *at = parts[i]; *at != '\0'; at++) {
            if (*at == '"')
                fputc('"', out);
            fputc(*at, out);
        }
    }
    fputs(quoted ? "\"" : "", out);
}

static void put_text(FILE *out, const char *text)
{
    put_joined(out, &text, 1);
}

static void put_number(FILE *out, const json_t *number)
{
    char text[ETP_SHOWN_MAX];
    etp_show_exact(text, number);
    fputs(text, out);
}

static void put_head(FILE *out, const json_t *column, const char *ending)
{
    const char *key = json_string_value(json_object_get(column, "key"));
    const char *unit = json_string_value(json_object_get(column, "unit"));
    const char *const parts[] = {key, ending, " [", unit, "]"};
    put_joined(out, parts, *unit != '\0' ? 5 : 2);
}

static void put_cell(FILE *out, const json_t *cell, bool intervals)
{
    if (json_is_string(cell))
        put_text(out, json_string_value(cell));
    else
        put_number(out, json_is_object(cell) ? json_object_get(cell, "mean") : cell);
    if (!intervals)
        return;
    fputc(',', out);
    put_number(out, json_object_get(cell, "low"));
    fputc(',', out);
    put_number(out, json_object_get(cell, "high"));
}

static void put_heads(FILE *out, const json_t *table, const etp_column_traits *traits)
{
    size_t i;
    const json_t *column;
    json_array_foreach(json_object_get(table, "columns"), i, column)
    {
        fputs(i > 0 ? "," : "", out);
        put_head(out, column, "");
        if (traits[i].intervals) {
            fputc(',', out);
            put_head(out, column, "_low");
            fputc(',', out);
            put_head(out, column, "_high");
        }
    }
    fputc('\n', out);
}

bool etp_csv_table(FILE *out, const json_t *table)
{
    size_t i, columns = json_array_size(json_object_get(table, "columns"));
    const json_t *row;
    etp_column_traits *traits = etp_table_make_traits(table);
    if (traits == NULL)
        return false;
    put_heads(out, table, traits);
    json_array_foreach(json_object_get(table, "rows"), i, row)
    {
        const json_t *cells = json_object_get(row, "cells");
        for (size_t j = 0; j < columns; j++) {
            fputs(j > 0 ? "," : "", out);
            put_cell(out, json_array_get(cells, j), traits[j].intervals);
        }
        fputc('\n', out);
    }
    free(traits);
    return true;
}

/* ---- files ---- */

/* The errno of what went wrong, or 0. */
static int write_file(const json_t *table, const char *path)
{
    FILE *out = fopen(path, "w");
    if (out == NULL)
        return errno;
    errno = 0;
    bool failed = !etp_csv_table(out, table) || ferror(out) != 0;
    failed = fclose(out) != 0 || failed;
    return !failed ? 0 : errno != 0 ? errno : EIO;
}

static int write_table(const json_t *table, const char *folder, etp_error *error)
{
    const char *id = json_string_value(json_object_get(table, "id"));
    size_t size = strlen(folder) + strlen(id) + sizeof "/.csv";
    char *path = malloc(size);
    if (path == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for a file's name");
    snprintf(path, size, "%s/%s.csv", folder, id);
    int reason = write_file(table, path), result = ETP_OK;
    if (reason != 0)
        result = etp_fail(error, ETP_EIO, "%s cannot be written: %s", path, strerror(reason));
    free(path);
    return result;
}

static int write_item(const json_t *item, const char *folder, etp_error *error)
{
    const char *type = json_string_value(json_object_get(item, "type"));
    if (strcmp(type, "table") == 0)
        return write_table(item, folder, error);
    if (strcmp(type, "plot") != 0)
        return ETP_OK;
    json_t *table = etp_plot_make_table(item);
    int result = table != NULL ? write_table(table, folder, error)
                               : etp_fail(error, ETP_ENOMEM, "no memory for the numbers of a plot");
    json_decref(table);
    return result;
}

static int write_all(const etp_document *document, const char *folder, etp_error *error)
{
    size_t i, j;
    const json_t *section, *item;
    json_array_foreach(document->sections, i, section)
    {
        json_array_foreach(json_object_get(section, "items"), j, item)
        {
            int result = write_item(item, folder, error);
            if (result != ETP_OK)
                return result;
        }
    }
    return ETP_OK;
}

int etp_document_write_csv(const etp_document *document, const char *folder, etp_error *error)
{
    int result = etp_document_check(document, error);
    if (result != ETP_OK)
        return result;
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return etp_fail(error, ETP_EIO, "the folder %s cannot be made: %s", folder, strerror(errno));
    locale_t before = uselocale(document->locale);
    result = write_all(document, folder, error);
    uselocale(before);
    return result;
}
