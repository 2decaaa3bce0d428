/* SPDX-License-Identifier: MIT */
/* Whether prices are in the unit in which they are read. */
#ifndef ETP_CLI_PRICE_UNIT_H
#define ETP_CLI_PRICE_UNIT_H

#include <stdbool.h>

#include "etp/error.h"
#include "etp/trace.h"

/*
 * False for four weeks or more in which fewer than 15 % of the prices are above 30 A$/MWh: they look like c/kWh or $/kWh
 * that are read as A$/MWh. Of all four weeks in seven years of three regions the fewest had 25 %; read as c/kWh the most had
 * 7 %. A shorter series is not judged, nor one that a file does not stand behind.
 */
bool etp_price_unit_is_plausible(const etp_trace *trace);

/* ETP_ERANGE with a sentence that begins with `what` where it is not. */
int etp_price_unit_check(const etp_trace *trace, const char *what, etp_error *error);

#endif
