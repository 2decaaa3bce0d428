/* SPDX-License-Identifier: MIT */
/* Options that make no sense together. */
#include "cli/options.h"

#include <string.h>

#include "program/status.h"

static int refuse(etp_error *error, const char *sentence)
{
    etp_fail(error, ETP_EINVAL, "%s", sentence);
    return ETP_EXIT_USAGE;
}

static bool is_standard(const char *path)
{
    return path != NULL && strcmp(path, "-") == 0;
}

static int check_watch(const etp_options *options, etp_error *error)
{
    if (options->check_determinism || options->digest)
        return refuse(error, options->digest
                                 ? "--watch cannot go with --digest: what is run depends on when files are saved"
                                 : "--watch cannot go with --check-determinism: what is run depends on when files are "
                                   "saved; repeat such a run with --swap");
    if (options->swap_count > 0)
        return refuse(error,
                      "--watch cannot go with --swap: either the files decide which version runs, or the schedule");
    if (is_standard(options->json) || is_standard(options->events))
        return refuse(error, "--watch writes what happens to standard output: name a file for --json and --events");
    return ETP_EXIT_DONE;
}

/* Only a run that is compared has a utility. */
static int check_utility(const etp_options *options, etp_error *error)
{
    const char *without = options->no_baselines        ? "--no-baselines"
                          : options->watch             ? "--watch"
                          : options->digest            ? "--digest"
                          : options->check_determinism ? "--check-determinism"
                                                       : NULL;
    if (!options->utility.given || without == NULL)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_EINVAL,
             "--utility says what the market is compared with, and %s runs the market alone: leave one of them out",
             without);
    return ETP_EXIT_USAGE;
}

static int check_owners(const etp_options *options, etp_error *error)
{
    if (options->owners == 0)
        return ETP_EXIT_DONE;
    if (options->rivals != ETP_RIVALS_FILL)
        return refuse(error, "--owners says how many aggregators there are in all, and --rivals how many there are "
                             "besides the named ones: leave one of them out");
    if (options->file_count <= options->owners)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_EINVAL, "--owners %u is fewer than the %u strategies that are named: each is one aggregator",
             (unsigned)options->owners, options->file_count);
    return ETP_EXIT_USAGE;
}

int etp_options_check(const etp_options *options, etp_error *error)
{
    if (options->help || options->version)
        return ETP_EXIT_DONE;
    if (options->pace != 0 && !options->watch && options->swap_count == 0)
        return refuse(error,
                      "--pace is for --watch (or, to repeat such a run, for --swap): any other run goes as fast as "
                      "it can");
    if (options->skip != 0 && !options->watch)
        return refuse(error, "--skip is for --watch: any other run goes as fast as it can");
    int status = check_utility(options, error);
    if (status == ETP_EXIT_DONE)
        status = check_owners(options, error);
    if (status == ETP_EXIT_DONE && options->watch)
        status = check_watch(options, error);
    return status;
}
