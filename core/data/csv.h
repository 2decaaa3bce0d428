/* SPDX-License-Identifier: MIT */
/*
 * Rows and fields of a CSV text, one line at a time; what they mean is somebody else's business.
 *
 * Lines end in LF or CRLF, also mixed, the last one may lack its end. A field may stand in double quotes, where commas
 * count as text and a doubled quote as one; it may not go on in the next line. Nothing allocates.
 */
#ifndef ETP_DATA_CSV_H
#define ETP_DATA_CSV_H

#include "etp/error.h"
#include "world/text.h"

enum { ETP_CSV_FIELDS_MAX = 256, ETP_CSV_LINE_MAX = 8192 };

typedef struct etp_csv {
    const char *name; /* of the file, for messages */
    etp_span rest;    /* what was not read yet */
    size_t line;      /* number of the last line read, from 1 */
} etp_csv;

typedef struct etp_csv_row {
    unsigned count; /* 0 for an empty line */
    etp_span fields[ETP_CSV_FIELDS_MAX];
    char buffer[ETP_CSV_LINE_MAX]; /* what the fields point into */
} etp_csv_row;

/* Reads the next line into `row`. 1 when there was one, 0 at the end, ETP_EFORMAT if it cannot be split. */
int etp_csv_next(etp_csv *csv, etp_csv_row *row, etp_error *error);

/* True when nothing but empty lines is left. */
bool etp_csv_only_blank(const etp_csv *csv);

#endif
