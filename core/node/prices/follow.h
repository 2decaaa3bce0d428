/* SPDX-License-Identifier: MIT */
/*
 * A price file that is appended to. Its first line names the columns, and these are used:
 *
 *     SETTLEMENTDATE   when the interval ends, NEM time (UTC+10)   with   RRP           $/MWh
 *     time             when the interval begins, ISO 8601 with     with   price_c_kwh   c/kWh
 *                      its zone, as in 2026-01-31T14:05:00Z
 *     REGIONID, REGION where it is there and a region is wanted
 */
#ifndef ETP_NODE_PRICES_FOLLOW_H
#define ETP_NODE_PRICES_FOLLOW_H

#include <stddef.h>
#include <sys/types.h>

#include "etp/error.h"
#include "etp/log.h"
#include "etp/units.h"

enum { ETP_FOLLOW_REGION_MAX = 32 };

typedef struct etp_follow {
    const char *path, *region; /* borrowed */
    etp_logger logger;
    dev_t device;
    ino_t inode;
    off_t offset;             /* behind the last whole line */
    size_t line;              /* its number */
    bool missing, said_mixed; /* were said */
    bool knows_columns, is_end;
    unsigned time_at, price_at, region_at, columns;
    char only[ETP_FOLLOW_REGION_MAX]; /* without `region`: that of the first row, which must not be mixed with others */
} etp_follow;

typedef struct etp_follow_row {
    etp_time known; /* from when on it counts, on the market's clock */
    etp_price price;
} etp_follow_row;

/* Reads what is new and calls `take` for each row. `utc_offset` is of the market's clock. ETP_EIO or ETP_EFORMAT with a
 * sentence where the file cannot be read at all; a row that cannot be read is logged and left out. */
int etp_follow_read(etp_follow *follow, etp_time utc_offset, void (*take)(void *user, const etp_follow_row *row),
                    void *user, etp_error *error);

#endif
