/* SPDX-License-Identifier: MIT */
/* The list of commands: a new one is a line here. */
#include <string.h>

#include "base/nearest.h"
#include "cli/commands.h"

const etp_command etp_commands[] = {
    {"run", "runs a market, when no command is named too", etp_run_start, etp_run_help},
    {"check", "looks at scripts without a market: mistakes, and what a call costs", etp_check_start, etp_check_help},
    {"tournament", "lets strategies play against each other and prints a league", etp_tournament_start,
     etp_tournament_help},
    {"evidence", "runs the study on real prices and households, and writes its report", etp_evidence_start,
     etp_evidence_help},
    {"bench", "measures: `bench network` asks what a market needs of its network", etp_bench_start, etp_bench_help},
    {"report", "makes a page of a result that was written as JSON", etp_report_start, etp_report_help},
    {"new", "writes a strategy or a reserve policy to start from", etp_new_start, etp_new_help},
    {"data", "says what files of prices, homes and tariffs are: span, gaps, extremes", etp_data_start, etp_data_help},
    {"node", "runs a battery or an aggregator as a process of its own, on a real network", etp_node_start,
     etp_node_help},
    {"keygen", "makes the key by which a device proves who it is", etp_keygen_start, etp_keygen_help},
    {"api", "prints what a script meets: hooks, fields, functions", etp_api_start, etp_api_help},
};
enum { COMMANDS = sizeof etp_commands / sizeof etp_commands[0] };

unsigned etp_command_count(void)
{
    return COMMANDS;
}

const etp_command *etp_command_find(const char *name)
{
    for (unsigned i = 0; i < COMMANDS; i++)
        if (strcmp(etp_commands[i].name, name) == 0)
            return &etp_commands[i];
    return NULL;
}

const char *etp_command_nearest(const char *word)
{
    const char *names[COMMANDS + 1];
    for (unsigned i = 0; i < COMMANDS; i++)
        names[i] = etp_commands[i].name;
    names[COMMANDS] = "help";
    return etp_nearest(word, names, COMMANDS + 1);
}
