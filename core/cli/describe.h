/* SPDX-License-Identifier: MIT */
/* What was asked for, as a report states it: options as they stood in the end, the world's parameters, the prices. */
#ifndef ETP_CLI_DESCRIBE_H
#define ETP_CLI_DESCRIBE_H

#include "cli/option_table.h"
#include "cli/stage.h"

enum { ETP_WORLD_PARAMS_MAX = 32 };

/* Room for it. Belongs beside the report for as long as that is used. */
typedef struct etp_description {
    etp_options options; /* with what was left open filled in; owns nothing */
    etp_report_setting settings[ETP_OPTIONS_MAX];
    etp_report_setting world[ETP_WORLD_PARAMS_MAX];
} etp_description;

/* Begins a report. The stage is borrowed for as long as the report is used. */
void etp_describe(etp_report *report, etp_description *description, const etp_stage *stage);

#endif
