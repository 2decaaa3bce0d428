/* SPDX-License-Identifier: MIT */
/* What real links did, in the JSON of a run. */
#ifndef ETP_REPORT_JSON_LIVE_H
#define ETP_REPORT_JSON_LIVE_H

#include "report/json_pieces.h"
#include "report/report.h"

/* null where there were none. */
json_t *etp_report_make_live(const etp_report_live *live);

#endif
