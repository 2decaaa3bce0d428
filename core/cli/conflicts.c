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

static int check_live(const etp_options *options, etp_error *error)
{
#ifndef ETP_HAS_LIVE
    return refuse(error, "--live needs nodes on a real network, and this etp-engine was built without them (ETP_LIVE)");
#endif
    if (options->simulated != NULL) {
        etp_fail(error, ETP_EINVAL, "--%s is of simulated links, and --live has real ones: leave one of them out",
                 options->simulated);
        return ETP_EXIT_USAGE;
    }
    if (options->check_determinism || options->digest)
        return refuse(error, options->digest ? "--live cannot go with --digest: what real links do is never the same"
                                             : "--live cannot go with --check-determinism: what real links do is never "
                                               "the same");
    if (options->swap_count > 0)
        return refuse(error,
                      "--live cannot go with --swap: what real links do cannot be repeated, so reload scripts by "
                      "saving them");
    if (is_standard(options->json) || is_standard(options->events))
        return refuse(error, "--live writes what happens to standard output: name a file for --json and --events");
    return ETP_EXIT_DONE;
}

bool etp_options_by_clock(const etp_options *options)
{
    return options->watch || options->live != NULL;
}

/* Only a run that is compared has a utility. */
static int check_utility(const etp_options *options, etp_error *error)
{
    const char *without = options->no_baselines        ? "--no-baselines"
                          : options->live != NULL      ? "--live"
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
    if (options->pace != 0 && !etp_options_by_clock(options) && options->swap_count == 0)
        return refuse(
            error, "--pace is for --watch and --live (or, to repeat a watched run, for --swap): any other run goes as "
                   "fast as it can");
    if (options->skip != 0 && !etp_options_by_clock(options))
        return refuse(error, "--skip is for --watch and --live: any other run goes as fast as it can");
    int status = check_utility(options, error);
    if (status == ETP_EXIT_DONE)
        status = check_owners(options, error);
    if (status == ETP_EXIT_DONE && options->live != NULL)
        status = check_live(options, error);
    if (status == ETP_EXIT_DONE && options->watch)
        status = check_watch(options, error);
    return status;
}
