/* SPDX-License-Identifier: MIT */
/*
 * Columns of text: cells are added row by row, widths come out by themselves. A table that runs out of memory prints
 * nothing and says so at the end.
 */
#ifndef ETP_REPORT_TABLE_H
#define ETP_REPORT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "etp/version.h"

enum { ETP_TABLE_COLUMNS_MAX = 16 };

/* Zero it before etp_table_begin(). */
typedef struct etp_table {
    unsigned columns;
    bool left[ETP_TABLE_COLUMNS_MAX];
    unsigned width[ETP_TABLE_COLUMNS_MAX];
    char **cells;
    size_t count, room;
    bool failed;
} etp_table;

/* One letter a column: 'l' is flush left, 'r' flush right. */
void etp_table_begin(etp_table *table, const char *columns);

/* Adds the next cell: left to right, then the next row. */
void etp_table_cell(etp_table *table, const char *format, ...) ETP_PRINTF(2, 3);

/* Adds one whole row. `cells` has a text for each column. */
void etp_table_row(etp_table *table, const char *const *cells);

/* Prints it, each row after `indent` spaces, and frees it. False when memory ran out. */
bool etp_table_end(etp_table *table, unsigned indent, FILE *out);

#endif
