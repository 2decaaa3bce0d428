/* SPDX-License-Identifier: MIT */
/*
 * Dates to seconds and back, in the Gregorian calendar, on one clock without time zones: nothing here asks the system
 * for its own.
 */
#ifndef ETP_WORLD_CALENDAR_H
#define ETP_WORLD_CALENDAR_H

#include "etp/units.h"
#include "world/text.h"

#define ETP_NS_PER_DAY (24 * ETP_NS_PER_HOUR)

typedef enum etp_stamp_result {
    ETP_STAMP_OK = 0,
    ETP_STAMP_FORM,       /* not written like a stamp */
    ETP_STAMP_IMPOSSIBLE, /* no such day or time, or a year outside 1990 to 2199 */
    ETP_STAMP_OFFSET,     /* a time zone follows */
} etp_stamp_result;

/* Reads "2025/01/31 00:05:00": '/' or '-' in the date, a blank or 'T' before the time, seconds may be missing. */
etp_stamp_result etp_stamp_parse(etp_span span, etp_time *when);

/* The beginning of a day, "2025-01-31" or "2025/01/31". Never ETP_STAMP_OFFSET. */
etp_stamp_result etp_date_parse(etp_span span, etp_time *when);

/* No zone is as far from UTC as this many minutes. */
enum { ETP_ZONE_NONE = 10000 };

/* The same, of a stamp that may have a time zone behind it: `zone` gets its minutes east of UTC ("+10:00" is 600, "Z" is
 * 0), or ETP_ZONE_NONE, and `when` what the clock of that zone shows. Never ETP_STAMP_OFFSET. */
etp_stamp_result etp_stamp_parse_zone(etp_span span, etp_time *when, int *zone);

typedef struct etp_stamp {
    char text[24];
} etp_stamp;

/* "2025/01/31 00:05:00" */
etp_stamp etp_stamp_show(etp_time when);

/* Days from 1970-01-01 to a day that exists. */
int64_t etp_days_of(int year, unsigned month, unsigned day);

#endif
