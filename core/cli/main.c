/* SPDX-License-Identifier: MIT */
/* etp-engine: which command is meant, and how the program ends. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/output.h"
#include "cli/status.h"
#include "etp/version.h"

/* Standard output may be a full disk or a closed pipe. */
static int printed(etp_error *error)
{
    return fflush(stdout) == 0 ? ETP_EXIT_DONE : etp_output_fail("-", errno, error);
}

static int help(etp_error *error)
{
    etp_command_help();
    return printed(error);
}

static int help_on(int argc, char **argv, etp_error *error)
{
    if (argc == 0 || strcmp(argv[0], "run") == 0)
        return help(error);
    etp_fail(error, ETP_ENOENT, "there is no help on '%s': the one command is run", argv[0]);
    return ETP_EXIT_USAGE;
}

static int version(etp_error *error)
{
    printf("etp-engine %s\n", etp_version());
    return printed(error);
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

/* `argv[0]` is the program's name, or the command, as getopt expects one before the arguments. */
static int parse_and_run(const char *program, int argc, char **argv, etp_error *error)
{
    etp_options options;
    int status = etp_options_parse(&options, argc, argv, error);
    if (status == ETP_EXIT_DONE)
        status = run(&options, program, argc - 1, argv + 1, error);
    etp_options_fini(&options);
    return status;
}

static int dispatch(int argc, char **argv, etp_error *error)
{
    if (argc >= 2 && strcmp(argv[1], "api") == 0)
        return etp_api_start(argv[0], argc - 1, argv + 1, error);
    if (argc >= 2 && strcmp(argv[1], "new") == 0)
        return etp_new_start(argv[0], argc - 1, argv + 1, error);
    if (argc < 2 || strcmp(argv[1], "help") != 0) {
        int skipped = argc >= 2 && strcmp(argv[1], "run") == 0;
        return parse_and_run(argv[0], argc - skipped, argv + skipped, error);
    }
    return help_on(argc - 2, argv + 2, error);
}

int main(int argc, char **argv)
{
    etp_error error = {0};
    if (argc < 1)
        return ETP_EXIT_USAGE;
    int status = dispatch(argc, argv, &error);
    if (status != ETP_EXIT_DONE)
        fprintf(stderr, "etp-engine: %s\n", error.text);
    return status;
}
