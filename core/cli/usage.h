/* SPDX-License-Identifier: MIT */
/* Pieces of help texts. */
#ifndef ETP_CLI_USAGE_H
#define ETP_CLI_USAGE_H

#include "cli/option_table.h"

/* The commands, a line each. */
void etp_usage_commands(void);
/* The options of a command, under the headings of their groups. */
void etp_usage_options(const etp_vocabulary *vocabulary);
/* The parameters of the world. */
void etp_usage_world(void);

#endif
