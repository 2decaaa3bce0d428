/* SPDX-License-Identifier: MIT */
/* Small tables whose rows stand each for itself: columns by name, every row handed on. */
#ifndef ETP_DATA_HOUSEHOLDS_TABLE_ROWS_H
#define ETP_DATA_HOUSEHOLDS_TABLE_ROWS_H

#include "data/columns.h"
#include "data/format.h"

enum { ETP_TABLE_COLUMNS_MAX = 16 };

/* Gets the row's fields in the order of the wanted columns, without blanks around them. */
typedef int (*etp_table_row)(void *user, const etp_csv *csv, const etp_span *fields, etp_error *error);

/* `columns` ends in NULL, and holds no more than ETP_TABLE_COLUMNS_MAX names. ETP_EFORMAT for a column that is missing, and
 * for a row with more or fewer fields than the header. Returns what `row` returns once that is not 0. */
int etp_table_rows(const etp_data_text *file, const char *const *columns, etp_table_row row, void *user,
                   etp_error *error);

/* A number with `places` digits kept, 0 to `most`. `may_miss`: an empty field gives ETP_PRICE_NONE. */
int etp_row_number(const etp_csv *csv, etp_span field, const char *column, unsigned places, int64_t most, bool may_miss,
                   int64_t *value, etp_error *error);

/* As much of the field as fits, ended by a zero. */
void etp_row_text(etp_span field, char *text, size_t size);

#endif
