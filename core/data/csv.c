/* SPDX-License-Identifier: MIT */
#include "data/csv.h"

#include <string.h>

static etp_span take_line(etp_csv *csv)
{
    etp_span line = csv->rest;
    const char *end = memchr(line.text, '\n', line.size);
    if (end != NULL)
        line.size = (size_t)(end - line.text);
    size_t taken = line.size + (end != NULL);
    csv->rest.text += taken;
    csv->rest.size -= taken;
    csv->line++;
    if (line.size > 0 && line.text[line.size - 1] == '\r')
        line.size--;
    return line;
}

/* Where a line is being read, and where its next field goes. */
typedef struct splitter {
    etp_span line;
    size_t at;
    char *out;
} splitter;

static void copy_plain(splitter *s)
{
    while (s->at < s->line.size && s->line.text[s->at] != ',')
        *s->out++ = s->line.text[s->at++];
}

/* Starts behind the opening quote. False if the closing one is missing. */
static bool copy_quoted(splitter *s)
{
    while (s->at < s->line.size) {
        char c = s->line.text[s->at++];
        if (c == '"') {
            if (s->at == s->line.size || s->line.text[s->at] != '"')
                return true;
            s->at++;
        }
        *s->out++ = c;
    }
    return false;
}

static const char *split_field(splitter *s, etp_span *field)
{
    field->text = s->out;
    if (s->at < s->line.size && s->line.text[s->at] == '"') {
        s->at++;
        if (!copy_quoted(s))
            return "a double quote is opened and not closed; close it, or remove it";
        if (s->at < s->line.size && s->line.text[s->at] != ',')
            return "text follows a closing double quote; double the quotes that are part of the text";
    } else {
        copy_plain(s);
    }
    field->size = (size_t)(s->out - field->text);
    return NULL;
}

static const char *split(etp_span line, etp_csv_row *row)
{
    splitter s = {line, 0, row->buffer};
    row->count = 0;
    if (line.size == 0)
        return NULL;
    if (line.size > sizeof row->buffer)
        return "the line is longer than 8192 bytes; is this a CSV file with line ends?";
    for (;;) {
        if (row->count == ETP_CSV_FIELDS_MAX)
            return "the line has more than 256 fields; is this the right file?";
        const char *wrong = split_field(&s, &row->fields[row->count++]);
        if (wrong != NULL || s.at == s.line.size)
            return wrong;
        s.at++; /* the comma */
    }
}

int etp_csv_next(etp_csv *csv, etp_csv_row *row, etp_error *error)
{
    if (csv->rest.size == 0)
        return 0;
    const char *wrong = split(take_line(csv), row);
    if (wrong != NULL)
        return etp_fail(error, ETP_EFORMAT, "%s: line %zu: %s", csv->name, csv->line, wrong);
    return 1;
}

bool etp_csv_only_blank(const etp_csv *csv)
{
    for (size_t i = 0; i < csv->rest.size; i++)
        if (csv->rest.text[i] != '\n' && csv->rest.text[i] != '\r')
            return false;
    return true;
}
