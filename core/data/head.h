/* SPDX-License-Identifier: MIT */
/* The first glance at a text: the columns of its first line and, where rows begin with C, I and D, the tables in it. */
#ifndef ETP_DATA_HEAD_H
#define ETP_DATA_HEAD_H

#include "data/columns.h"
#include "data/format.h"

enum { ETP_HEAD_TABLES_MAX = 32 };

typedef struct etp_data_head {
    etp_csv_row first;
    bool mms;             /* rows begin with C, I or D */
    unsigned table_count; /* different ones; more than ETP_HEAD_TABLES_MAX are not looked at */
    char tables[ETP_HEAD_TABLES_MAX][ETP_SHOWN_MAX * 2]; /* "DISPATCH PRICE" */
} etp_data_head;

/* ETP_EFORMAT if the first line cannot be split. */
int etp_data_head_read(etp_data_head *head, const etp_data_text *file, etp_error *error);

/* True if all of the format's columns are there, or its table is. */
bool etp_data_head_fits(const etp_data_head *head, const etp_data_format *format);

/* How many of the format's columns are there; 0 for a format that is known by a table. `missing`, if it is not NULL,
 * gets the first that is not. */
unsigned etp_data_head_shared(const etp_data_head *head, const etp_data_format *format, etp_span *missing);

/* Cuts the next word off a list with blanks between its words. False at its end. */
bool etp_word_next(const char **list, etp_span *word);

#endif
