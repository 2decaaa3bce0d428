/* SPDX-License-Identifier: MIT */
/* What a run's market was good for, and for whom, as fields of the run's JSON. */
#ifndef ETP_REPORT_JSON_WELFARE_H
#define ETP_REPORT_JSON_WELFARE_H

#include "report/json_pieces.h"
#include "report/report.h"

void etp_report_put_welfare(builder *to, const etp_report_run *run);

#endif
