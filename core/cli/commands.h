/* SPDX-License-Identifier: MIT */
/* What the program can be asked to do. Each returns an exit status. */
#ifndef ETP_CLI_COMMANDS_H
#define ETP_CLI_COMMANDS_H

#include "cli/options.h"

/* Runs the market and what it is compared with, and writes the results. */
int etp_command_run(const etp_options *options, etp_error *error);

/* Prints the digest of the market's result. */
int etp_command_digest(const etp_options *options, etp_error *error);

/* Runs `--digest` with the arguments that follow the command in two processes, and compares. */
int etp_command_check_determinism(const etp_options *options, const char *program, int argc, char **argv,
                                  etp_error *error);

/* `argv[0]` is the command's name in these. */

/* Prints the script API. */
int etp_api_start(const char *program, int argc, char **argv, etp_error *error);
void etp_api_help(void);

/* Writes a script to start from. */
int etp_new_start(const char *program, int argc, char **argv, etp_error *error);
void etp_new_help(void);

/* Prints the help. */
void etp_command_help(void);

#endif
