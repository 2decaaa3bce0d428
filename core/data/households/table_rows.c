/* SPDX-License-Identifier: MIT */
#include "data/households/table_rows.h"

#include <assert.h>
#include <string.h>

static int find_columns(const etp_csv *csv, const etp_csv_row *header, const char *const *columns, unsigned *at,
                        etp_error *error)
{
    for (unsigned i = 0; columns[i] != NULL; i++) {
        assert(i < ETP_TABLE_COLUMNS_MAX);
        int rc = etp_column_find(csv, header, columns[i], "take the original file", &at[i], error);
        if (rc != 0)
            return rc;
    }
    return 0;
}

static int hand_on(const etp_csv *csv, const etp_csv_row *row, const char *const *columns, const unsigned *at,
                   etp_table_row take, void *user, etp_error *error)
{
    etp_span fields[ETP_TABLE_COLUMNS_MAX];
    for (unsigned i = 0; columns[i] != NULL; i++)
        fields[i] = etp_span_trim(row->fields[at[i]]);
    return take(user, csv, fields, error);
}

int etp_table_rows(const etp_data_text *file, const char *const *columns, etp_table_row row, void *user,
                   etp_error *error)
{
    etp_csv csv = {file->name, file->text, 0};
    etp_csv_row line;
    unsigned at[ETP_TABLE_COLUMNS_MAX], width = 0;
    int rc = 0;
    while (rc == 0 && (rc = etp_csv_next(&csv, &line, error)) > 0) {
        rc = 0;
        if (line.count == 0)
            continue;
        if (width == 0)
            rc = find_columns(&csv, &line, columns, at, error);
        else if (line.count != width)
            rc = etp_csv_refuse(&csv, error, "%u fields, where the header has %u; is the line cut off?", line.count,
                                width);
        else
            rc = hand_on(&csv, &line, columns, at, row, user, error);
        width = width == 0 ? line.count : width;
    }
    return rc;
}

int etp_row_number(const etp_csv *csv, etp_span field, const char *column, unsigned places, int64_t most, bool may_miss,
                   int64_t *value, etp_error *error)
{
    if (may_miss && field.size == 0) {
        *value = ETP_PRICE_NONE;
        return 0;
    }
    if (etp_decimal_parse(field, places, value) == ETP_DECIMAL_OK && *value >= 0 && *value <= most)
        return 0;
    return etp_csv_refuse(csv, error,
                          "%s is \"%s\", which is no number that it can have; are columns or units mixed up?", column,
                          etp_span_show(field).text);
}

void etp_row_text(etp_span field, char *text, size_t size)
{
    size_t used = field.size < size - 1 ? field.size : size - 1;
    while (used > 0 && used < field.size && ((unsigned char)field.text[used] & 0xc0) == 0x80)
        used--; /* not in the middle of a letter of several bytes */
    memcpy(text, field.text, used);
    text[used] = '\0';
}
