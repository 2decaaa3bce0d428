/* SPDX-License-Identifier: MIT */
/* Numbers and cells as texts, and the numbers of a plot as a table: what pages and CSV have in common. */
#ifndef ETP_REPORT_DOCUMENT_SHOW_H
#define ETP_REPORT_DOCUMENT_SHOW_H

#include "report/document/internal.h"

enum { ETP_SHOWN_MAX = 400 };

/* For people: so many decimals, thousands parted, a true minus; a dash for null. The thread's locale must be "C". */
void etp_show_number(char text[ETP_SHOWN_MAX], const json_t *number, int digits);

/* For programs: all 15 digits; nothing for null. The thread's locale must be "C". */
void etp_show_exact(char text[ETP_SHOWN_MAX], const json_t *number);

/* The numbers of a plot in the form of a table item: columns and rows. To be freed by json_decref(); NULL when there is
 * no memory. */
json_t *etp_plot_make_table(const json_t *plot);

/* What stands in a column of a table. */
typedef struct etp_column_traits {
    bool numeric;   /* numbers and intervals, and no text */
    bool intervals; /* at least one */
} etp_column_traits;

/* Those of each column of a table item, to be freed; NULL when there is no memory. */
etp_column_traits *etp_table_make_traits(const json_t *table);

/* A table item as CSV: a line of heads, a line for each row. False when there is no memory. The thread's locale must be
 * "C". */
bool etp_csv_table(FILE *out, const json_t *table);

#endif
