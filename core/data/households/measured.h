/* SPDX-License-Identifier: MIT */
/* What readers of measured households share: a file that is taken row by row, and what it says of load and sun. */
#ifndef ETP_DATA_HOUSEHOLDS_MEASURED_H
#define ETP_DATA_HOUSEHOLDS_MEASURED_H

#include "data/csv.h"
#include "data/text_file.h"

typedef struct etp_measured {
    etp_csv csv;
    etp_csv_row row;
    etp_error *error;
    unsigned homes;      /* in each row; set before the first */
    int64_t *load, *sun; /* [row * homes + home], as the reader takes them */
    size_t count, room;  /* rows */
} etp_measured;

/* `size` bytes of zeroes for a reader whose first member is an etp_measured of this file, which is borrowed. NULL when
 * memory ran out; the error says so. */
void *etp_measured_new(size_t size, const etp_data_text *file, etp_error *error);
void etp_measured_free(etp_measured *measured);

/* Room for one row more. */
int etp_measured_make_room(etp_measured *measured);

#endif
