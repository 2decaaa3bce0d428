/* SPDX-License-Identifier: MIT */
/* Columns found by their names in a header, in any order and case. */
#ifndef ETP_DATA_COLUMNS_H
#define ETP_DATA_COLUMNS_H

#include "data/csv.h"

/* Where the column is, in 0 .. row->count - 1. ETP_EFORMAT with a sentence if it is missing, or there twice. `hint` says
 * what file is wanted. */
int etp_column_find(const etp_csv *csv, const etp_csv_row *header, const char *name, const char *hint, unsigned *at,
                    etp_error *error);

/* How often the column is there. */
unsigned etp_column_count(const etp_csv_row *header, const char *name, unsigned *at);

/* As many of the names as there is room for, with commas between them. */
void etp_column_list(const etp_csv_row *header, char *list, size_t size);

/* "FILE: line N: " and the sentence. */
int etp_csv_refuse(const etp_csv *csv, etp_error *error, const char *format, ...) ETP_PRINTF(3, 4);

#endif
