/* SPDX-License-Identifier: MIT */
/* Rows of values as they stand in files of any layout: each is checked for itself, none is compared with another. */
#ifndef ETP_DATA_VALUE_ROWS_H
#define ETP_DATA_VALUE_ROWS_H

#include "data/value_layout.h"

enum { ETP_REGION_NAME_MAX = 16, ETP_REGIONS_MAX = 32 };

typedef struct etp_value_row {
    etp_time end;  /* of the interval, NEM time */
    int64_t value; /* in thousandths of its unit; A$/MWh make an etp_price */
    uint32_t line;
    uint16_t file; /* in the order in which they were read */
    uint8_t region;
    bool negative; /* as written, before it is rounded */
} etp_value_row;

typedef struct etp_value_rows {
    const etp_allocator *allocator;
    etp_value_row *rows;
    size_t count, room;
    char regions[ETP_REGIONS_MAX][ETP_REGION_NAME_MAX];
    size_t interventions[ETP_REGIONS_MAX]; /* rows with INTERVENTION=1: no prices, left out */
    size_t blanks[ETP_REGIONS_MAX];        /* rows without a value, left out */
    unsigned region_count;
    unsigned file_count;
    bool wrong_zone;     /* a zone behind the stamps is not that of their clock, as the rows prove */
    bool zone_converted; /* stamps were brought from another zone to NEM time */
    bool ended;          /* the last file with C, I and D rows has its last row */
    bool region_of_name; /* the rows name no region; the file's name does */
} etp_value_rows;

/* Adds the rows of a file. ETP_EFORMAT with a sentence for the first one that cannot be taken. */
int etp_value_rows_read(etp_value_rows *rows, const etp_value_layout *layout, const etp_data_text *file,
                        etp_error *error);

/* Accepts a zeroed one. */
void etp_value_rows_fini(etp_value_rows *rows);

#endif
