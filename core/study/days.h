/* SPDX-License-Identifier: MIT */
/* Days of a scenario: "2024-07-01". */
#ifndef ETP_STUDY_DAYS_H
#define ETP_STUDY_DAYS_H

#include <stdbool.h>

#include "etp/units.h"

typedef struct etp_day_text {
    char text[16];
} etp_day_text;

/* Its midnight on the market's clock. False for anything that is no such day. */
bool etp_day_parse(const char *text, etp_time *midnight);
etp_day_text etp_day_show(etp_time when);

#endif
