/* SPDX-License-Identifier: MIT */
/* Tables and figures of a page. Wide tables scroll within themselves, by the keyboard too. */
#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "report/document/html.h"
#include "report/document/show.h"

static bool is_empty(const json_t *object, const char *name)
{
    return json_string_length(json_object_get(object, name)) == 0;
}

/* Numbers are flush right, and so are their headings; a column with any text in it is flush left. */
static void put_heads(FILE *out, const json_t *table, const etp_column_traits *traits)
{
    size_t i;
    const json_t *column;
    fputs("<thead><tr>", out);
    json_array_foreach(json_object_get(table, "columns"), i, column)
    {
        fprintf(out, "<th scope=\"col\"%s>", traits[i].numeric ? " class=\"n\"" : "");
        etp_html_member(out, column, "label");
        if (!is_empty(column, "unit")) {
            fputs(" <span class=\"unit\">", out);
            etp_html_member(out, column, "unit");
            fputs("</span>", out);
        }
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n", out);
}

static void put_cell_value(FILE *out, const json_t *cell, int digits)
{
    char mean[ETP_SHOWN_MAX], low[ETP_SHOWN_MAX], high[ETP_SHOWN_MAX];
    if (json_is_string(cell)) {
        etp_html_text(out, json_string_value(cell));
    } else if (json_is_number(cell)) {
        etp_show_number(mean, cell, digits);
        fputs(mean, out);
    } else if (json_is_object(cell)) {
        etp_show_number(mean, json_object_get(cell, "mean"), digits);
        fputs(mean, out);
        if (json_is_null(json_object_get(cell, "low")) && json_is_null(json_object_get(cell, "high")))
            return;
        etp_show_number(low, json_object_get(cell, "low"), digits);
        etp_show_number(high, json_object_get(cell, "high"), digits);
        fprintf(out, " <span class=\"ci\">[%s, %s]</span>", low, high);
    } else if (json_is_null(cell)) {
        fputs("<span class=\"none\">\xe2\x80\x93</span>", out);
    }
}

/* Short texts are not broken. */
enum { SHORT_TEXT = 28 };

static const char *class_of(bool numeric, const json_t *cell)
{
    if (numeric)
        return " class=\"n\"";
    if (!json_is_string(cell))
        return "";
    return json_string_length(cell) <= SHORT_TEXT ? " class=\"s\"" : " class=\"t\"";
}

/* A text in the first column names its row. */
static void put_row(FILE *out, const json_t *table, const json_t *row, const etp_column_traits *traits)
{
    size_t i;
    const json_t *column, *cells = json_object_get(row, "cells");
    fputs(json_is_true(json_object_get(row, "main")) ? "<tr class=\"main\">" : "<tr>", out);
    json_array_foreach(json_object_get(table, "columns"), i, column)
    {
        const json_t *cell = json_array_get(cells, i);
        bool head = i == 0 && json_is_string(cell);
        fprintf(out, head ? "<th scope=\"row\"%s>" : "<td%s>", class_of(traits[i].numeric, cell));
        put_cell_value(out, cell, (int)json_integer_value(json_object_get(column, "digits")));
        fputs(head ? "</th>" : "</td>", out);
    }
    fputs("</tr>\n", out);
}

static void put_rows(FILE *out, const json_t *table, const etp_column_traits *traits)
{
    size_t i;
    const json_t *row;
    fputs("<tbody>\n", out);
    json_array_foreach(json_object_get(table, "rows"), i, row) put_row(out, table, row, traits);
    fputs("</tbody>\n</table></div>\n", out);
}

/* Heads and rows, to the end of the element that scrolls. */
static bool put_body(FILE *out, const json_t *table)
{
    etp_column_traits *traits = etp_table_make_traits(table);
    if (traits == NULL)
        return false;
    put_heads(out, table, traits);
    put_rows(out, table, traits);
    free(traits);
    return true;
}

/* Every byte but letters and digits by its number, so that it may stand in a link. */
static void put_encoded(FILE *out, const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        if (isalnum(byte) || strchr("-_.", byte) != NULL)
            fputc(byte, out);
        else
            fprintf(out, "%%%02X", byte);
    }
}

/* The numbers as a file within the page. */
static bool put_download(FILE *out, const json_t *table)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size);
    if (memory == NULL)
        return false;
    bool whole = etp_csv_table(memory, table);
    whole = fclose(memory) == 0 && whole;
    if (whole) {
        fputs("<p class=\"save\"><a download=\"", out);
        etp_html_member(out, table, "id");
        fputs(".csv\" href=\"data:text/csv;charset=utf-8,", out);
        put_encoded(out, text, size);
        fputs("\">Save as CSV</a></p>\n", out);
    }
    free(text);
    return whole;
}

static void put_note(FILE *out, const json_t *item)
{
    if (is_empty(item, "note"))
        return;
    fputs("<p class=\"note\">", out);
    etp_html_member(out, item, "note");
    fputs("</p>\n", out);
}

bool etp_html_table(FILE *out, const json_t *table)
{
    fputs("<div class=\"table\" id=\"", out);
    etp_html_member(out, table, "id");
    fputs("\"><div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"", out);
    etp_html_member(out, table, "title");
    fputs("\"><table><caption>", out);
    etp_html_member(out, table, "title");
    fputs("</caption>\n", out);
    bool whole = put_body(out, table);
    put_note(out, table);
    whole = put_download(out, table) && whole;
    fputs("</div>\n", out);
    return whole;
}

static bool put_numbers(FILE *out, const json_t *plot, const json_t *table)
{
    fputs("<details><summary>Numbers of this figure</summary>\n<div class=\"wide\" role=\"group\" tabindex=\"0\" "
          "aria-label=\"Numbers: ",
          out);
    etp_html_member(out, plot, "title");
    fputs("\"><table><caption class=\"hidden\">Numbers: ", out);
    etp_html_member(out, plot, "title");
    fputs("</caption>\n", out);
    bool whole = put_body(out, table);
    whole = put_download(out, table) && whole;
    fputs("</details>\n", out);
    return whole;
}

bool etp_html_figure(FILE *out, const json_t *plot)
{
    json_t *table = etp_plot_make_table(plot);
    if (table == NULL)
        return false;
    fputs("<figure id=\"", out);
    etp_html_member(out, plot, "id");
    fputs("\"><figcaption>", out);
    etp_html_member(out, plot, "title");
    fputs("</figcaption>\n<div class=\"plot\"><noscript><p class=\"note\">The figure is drawn by a script; its numbers "
          "are below.</p></noscript></div>\n",
          out);
    put_note(out, plot);
    bool whole = put_numbers(out, plot, table);
    fputs("</figure>\n", out);
    json_decref(table);
    return whole;
}
