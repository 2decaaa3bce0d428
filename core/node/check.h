/* SPDX-License-Identifier: MIT */
/* `etp-engine node --check`: everything that can be known without a network. */
#ifndef ETP_NODE_CHECK_H
#define ETP_NODE_CHECK_H

#include <stdbool.h>
#include <stdio.h>

#include "etp/log.h"
#include "node/findings.h"

/* Reads the configuration and all that it names, rehearses the script, and, when nothing is wrong, says on `out` what the
 * node would do. */
bool etp_node_check(const char *file, const etp_logger *logger, FILE *out, etp_findings *findings);

#endif
