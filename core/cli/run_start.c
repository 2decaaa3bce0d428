/* SPDX-License-Identifier: MIT */
/* The command run, from its arguments to what they ask for. */
#include <stdio.h>

#include "cli/commands.h"
#include "etp/version.h"
#include "program/output.h"
#include "program/status.h"

static int help(etp_error *error)
{
    etp_run_help();
    return etp_output_flush(error);
}

static int version(etp_error *error)
{
    printf("etp-engine %s\n", etp_version());
    return etp_output_flush(error);
}

static int run(const etp_options *options, const char *program, int argc, char **argv, etp_error *error)
{
    if (options->help)
        return help(error);
    if (options->version)
        return version(error);
    if (options->file_count == 0) {
        etp_fail(error, ETP_EINVAL,
                 "no strategy was named: try etp-engine strategies/greedy.lua, or --help for what there is");
        return ETP_EXIT_USAGE;
    }
    if (options->digest)
        return etp_command_digest(options, error);
    if (options->check_determinism)
        return etp_command_check_determinism(options, program, argc, argv, error);
    return etp_command_run(options, error);
}

int etp_run_start(const char *program, int argc, char **argv, etp_error *error)
{
    etp_options options;
    int status = etp_options_parse(&options, argc, argv, error);
    if (status == ETP_EXIT_DONE)
        status = run(&options, program, argc - 1, argv + 1, error);
    etp_options_fini(&options);
    return status;
}
