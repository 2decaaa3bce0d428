/* SPDX-License-Identifier: MIT */
/* Pieces of help texts. */
#ifndef ETP_CLI_USAGE_H
#define ETP_CLI_USAGE_H

#include "cli/option_table.h"

/* The commands, a line each. */
void etp_usage_commands(void);
/* The options of a command, under the headings of their groups. */
void etp_usage_options(const etp_vocabulary *vocabulary);
/* One entry of a list: a name, and what it is. */
void etp_usage_entry(const char *name, const char *doc);
/* A text in lines of at most 100 columns, each from column `indent` on; the first stands at `column` already. */
void etp_usage_text(const char *text, int column, int indent);
/* The parameters of the world. */
void etp_usage_world(void);

#endif
