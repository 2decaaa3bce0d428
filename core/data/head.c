/* SPDX-License-Identifier: MIT */
#include "data/head.h"

#include <stdio.h>
#include <string.h>

/* ---- lists of names ---- */

bool etp_word_next(const char **list, etp_span *word)
{
    *list += strspn(*list, " ");
    *word = (etp_span){*list, strcspn(*list, " ")};
    *list += word->size;
    return word->size > 0;
}

static bool has_column(const etp_csv_row *header, etp_span word)
{
    char name[ETP_SHOWN_MAX];
    unsigned at;
    snprintf(name, sizeof name, "%.*s", (int)word.size, word.text);
    return etp_column_count(header, name, &at) > 0;
}

unsigned etp_data_head_shared(const etp_data_head *head, const etp_data_format *format, etp_span *missing)
{
    unsigned shared = 0;
    bool whole = true;
    const char *list = format->columns;
    etp_span word;
    while (list != NULL && etp_word_next(&list, &word)) {
        if (has_column(&head->first, word)) {
            shared++;
        } else if (whole && missing != NULL) {
            *missing = word;
            whole = false;
        }
    }
    return shared;
}

bool etp_data_head_fits(const etp_data_head *head, const etp_data_format *format)
{
    etp_span missing = {NULL, 0};
    if (format->table == NULL)
        return !head->mms && etp_data_head_shared(head, format, &missing) > 0 && missing.size == 0;
    for (unsigned i = 0; i < head->table_count; i++)
        if (strcmp(head->tables[i], format->table) == 0)
            return true;
    return false;
}

/* ---- tables ---- */

static void add_table(etp_data_head *head, const etp_csv_row *row)
{
    char name[sizeof head->tables[0]];
    snprintf(name, sizeof name, "%s %s", etp_span_show(etp_span_trim(row->fields[1])).text,
             etp_span_show(etp_span_trim(row->fields[2])).text);
    for (unsigned i = 0; i < head->table_count; i++)
        if (strcmp(head->tables[i], name) == 0)
            return;
    if (head->table_count < ETP_HEAD_TABLES_MAX)
        memcpy(head->tables[head->table_count++], name, sizeof name);
}

static bool begins_table(etp_span rest)
{
    return rest.size > 3 && (memcmp(rest.text, "I,", 2) == 0 || memcmp(rest.text, "\"I\"", 3) == 0);
}

/* Only lines that begin with an I are split. */
static void find_tables(etp_data_head *head, etp_span text)
{
    while (text.size > 0) {
        if (begins_table(text)) {
            etp_csv csv = {"", text, 0};
            etp_csv_row row;
            if (etp_csv_next(&csv, &row, NULL) > 0 && row.count >= 3)
                add_table(head, &row);
        }
        const char *end = memchr(text.text, '\n', text.size);
        size_t line = end != NULL ? (size_t)(end - text.text) + 1 : text.size;
        text = (etp_span){text.text + line, text.size - line};
    }
}

static bool is_mms(const etp_csv_row *row)
{
    return row->count > 1 &&
           (etp_span_is(row->fields[0], "C") || etp_span_is(row->fields[0], "I") || etp_span_is(row->fields[0], "D"));
}

int etp_data_head_read(etp_data_head *head, const etp_data_text *file, etp_error *error)
{
    etp_csv csv = {file->name, file->text, 0};
    int rc = etp_csv_next(&csv, &head->first, error);
    if (rc < 0)
        return rc;
    head->mms = is_mms(&head->first);
    head->table_count = 0;
    if (head->first.count == 0)
        return etp_csv_refuse(&csv, error, "the line is empty where a header, the names of the columns, should be");
    if (head->mms)
        find_tables(head, file->text);
    return 0;
}
