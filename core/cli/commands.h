/* SPDX-License-Identifier: MIT */
/* What the program can be asked to do. Functions that return an int return an exit status. */
#ifndef ETP_CLI_COMMANDS_H
#define ETP_CLI_COMMANDS_H

#include "cli/options.h"

/* ---- the table of commands ---- */

typedef struct etp_command {
    const char *name;
    const char *purpose; /* one line of the help */
    /* Reads the arguments and does what they ask for. `argv[0]` is the program's name or the command's. */
    int (*run)(const char *program, int argc, char **argv, etp_error *error);
    void (*help)(void); /* prints the command's own help */
} etp_command;

/* The first one is what the program does when no command is named. */
extern const etp_command etp_commands[];
unsigned etp_command_count(void);

/* The command of that name, or NULL. */
const etp_command *etp_command_find(const char *name);
/* The name of the command that `word` was probably meant to be, or NULL. */
const char *etp_command_nearest(const char *word);

/* ---- its entries, a file or a folder each ---- */

int etp_run_start(const char *program, int argc, char **argv, etp_error *error);
void etp_run_help(void);
int etp_check_start(const char *program, int argc, char **argv, etp_error *error);
void etp_check_help(void);
int etp_tournament_start(const char *program, int argc, char **argv, etp_error *error);
void etp_tournament_help(void);

/* Makes a page of a result. */
int etp_report_start(const char *program, int argc, char **argv, etp_error *error);
void etp_report_help(void);

/* Runs the study. */
int etp_evidence_start(const char *program, int argc, char **argv, etp_error *error);
void etp_evidence_help(void);

/* Measures what a market needs of its network. */
int etp_bench_start(const char *program, int argc, char **argv, etp_error *error);
void etp_bench_help(void);

/* Writes a script to start from. */
int etp_new_start(const char *program, int argc, char **argv, etp_error *error);
void etp_new_help(void);

/* Says what files of data are. */
int etp_data_start(const char *program, int argc, char **argv, etp_error *error);
void etp_data_help(void);

/* Makes a key pair for a device. Only says so in a program that was built without live nodes. */
int etp_keygen_start(const char *program, int argc, char **argv, etp_error *error);
void etp_keygen_help(void);

/* Prints the script API. */
int etp_api_start(const char *program, int argc, char **argv, etp_error *error);
void etp_api_help(void);

/* Is a node on a real network. Only says so in a program that was built without live nodes. */
int etp_node_start(const char *program, int argc, char **argv, etp_error *error);
void etp_node_help(void);

/* ---- the parts of run ---- */

/* Runs the market and what it is compared with, and writes the results. */
int etp_command_run(const etp_options *options, etp_error *error);

/* Prints the digest of the market's result. */
int etp_command_digest(const etp_options *options, etp_error *error);

/* Runs `--digest` with the arguments that follow the command in two processes, and compares. */
int etp_command_check_determinism(const etp_options *options, const char *program, int argc, char **argv,
                                  etp_error *error);

#endif
