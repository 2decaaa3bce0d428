/* SPDX-License-Identifier: MIT */
/*
 * Whether prices are in the unit in which they are read, A$/MWh: those in c/kWh or $/kWh are a tenth or a thousandth. Asked
 * wherever prices are read, by what is counted here.
 */
#ifndef ETP_DATA_PRICE_UNIT_H
#define ETP_DATA_PRICE_UNIT_H

#include <stdbool.h>

#include "etp/error.h"
#include "etp/trace.h"

typedef struct etp_price_levels {
    size_t count;
    size_t usual; /* prices above 30 A$/MWh */
    bool wide;    /* some lie outside -25 to 25 A$/MWh */
} etp_price_levels;

/* Begins with zeroes. */
void etp_price_levels_add(etp_price_levels *levels, etp_price price);

/*
 * ETP_ERANGE with a sentence that begins with `what` where a series looks like another unit, each price of one `interval`:
 * a week or more in which no price leaves -25 to 25 A$/MWh, or four weeks or more in which fewer than 15 % are above 30.
 * Of all four weeks in seven years of three regions the fewest had 25 %; read as c/kWh the most had 7 %. Of all weeks in
 * twelve years of three regions each had a price beyond 46. A shorter series is not judged.
 */
int etp_price_levels_check(const etp_price_levels *levels, etp_time interval, const char *what, etp_error *error);

/* The same of a trace. */
int etp_price_unit_check(const etp_trace *trace, const char *what, etp_error *error);

#endif
