/* SPDX-License-Identifier: MIT */
/* Where a format has its region, its stamp and its value, and how its stamps are to be taken. */
#ifndef ETP_DATA_VALUE_LAYOUT_H
#define ETP_DATA_VALUE_LAYOUT_H

#include "data/format.h"

/* What in a row tells on which clock its stamp is, if a time zone stands behind it. */
typedef enum etp_zone_proof {
    ETP_ZONE_NO_PROOF = 0,
    ETP_ZONE_OF_CHANGE, /* when the row was written, in NEM time: shortly before its interval ends */
    ETP_ZONE_OF_HOUR,   /* the hour of the stamp, in NEM time */
} etp_zone_proof;

/* Columns that a format does not have are NULL; stamp, value, and region if it is named, must be in the file. */
typedef struct etp_value_layout {
    etp_data_format format;
    const char *stamp, *value, *region;
    const char *what; /* the series are, besides a region's name; NULL for prices */
    const char *unit;
    int64_t low, high; /* of values, in thousandths of the unit */
    bool scientific;   /* values may have an exponent */
    bool may_be_blank; /* a row without a value is counted and left out, and not refused */
    const char *intervention;
    const char *period; /* says what kind of price a row has; those that are forecasts are refused */
    etp_zone_proof proof;
    const char *proof_column;
    const char *remark; /* a note on every such file, or NULL */
} etp_value_layout;

#endif
