/* SPDX-License-Identifier: MIT */
/* The commands of live nodes in a program that was built without them: they say so. */
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "program/output.h"
#include "program/status.h"

static void help_on(const char *usage)
{
    printf("usage: etp-engine %s\n\nThis etp-engine was built without nodes on a real network, and so without this "
           "command. One that\nwas built with -DETP_LIVE=ON has it.\n",
           usage);
}

static int refuse(const char *command, int argc, char **argv, void (*help)(void), etp_error *error)
{
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        help();
        return etp_output_flush(error);
    }
    etp_fail(error, ETP_EINVAL,
             "%s needs nodes on a real network, and this etp-engine was built without them (ETP_LIVE)", command);
    return ETP_EXIT_USAGE;
}

void etp_node_help(void)
{
    help_on("node [options] FILE.lua");
}

int etp_node_start(const char *program, int argc, char **argv, etp_error *error)
{
    (void)program;
    return refuse("node", argc, argv, etp_node_help, error);
}

void etp_keygen_help(void)
{
    help_on("keygen DEVICE FILE [options]");
}

int etp_keygen_start(const char *program, int argc, char **argv, etp_error *error)
{
    (void)program;
    return refuse("keygen", argc, argv, etp_keygen_help, error);
}
