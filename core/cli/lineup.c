/* SPDX-License-Identifier: MIT */
#include "cli/lineup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "program/shipped.h"
#include "program/status.h"

enum { AGGREGATORS = 5 };

static const char default_policy[] = "two_tier.lua";
static const char policy_folder[] = "reserve/";

/* ---- one entrant ---- */

static int refuse_word(const char *word, const char *kind, const char *meant, const char *example, etp_error *error)
{
    if (meant != NULL)
        etp_fail(error, ETP_ENOENT, "there is no %s called '%s'; did you mean %s?", kind, word, meant);
    else
        etp_fail(error, ETP_ENOENT, "there is no %s called '%s': name a file, such as %s", kind, word, example);
    return ETP_EXIT_USAGE;
}

/* What stands behind --live with a blank between is taken for a strategy. */
static const char *transport_of(const char *word)
{
    static const char *const given[] = {"--live=inproc", "--live=ipc", "--live=tcp", "--live=ws"};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++)
        if (strcmp(strchr(given[i], '=') + 1, word) == 0)
            return given[i];
    return NULL;
}

static int refuse_command(const char *word, etp_error *error)
{
    etp_fail(error, ETP_ENOENT, "'%s' is a command and stands first: etp-engine %s ...", word, word);
    return ETP_EXIT_USAGE;
}

/* What is nowhere was perhaps misspelt. A word that does not look like a file may have been meant to be a command. */
static int check_there(const char *path, etp_role role, etp_error *error)
{
    char shipped[ETP_SETTING_NAME_MAX];
    bool bidder = role == ETP_ROLE_AGGREGATOR, word = strpbrk(path, "/.") == NULL;
    if (access(path, F_OK) == 0)
        return ETP_EXIT_DONE;
    const char *meant = bidder && word ? etp_command_nearest(path) : NULL;
    if (bidder && etp_command_find(path) != NULL)
        return refuse_command(path, error);
    if (meant == NULL && etp_shipped_nearest(path, bidder ? "" : policy_folder, shipped, sizeof shipped))
        meant = shipped;
    char file[ETP_SETTING_NAME_MAX + sizeof ".lua"];
    int size = snprintf(file, sizeof file, "%s.lua", path);
    if (word && size > 0 && (size_t)size < sizeof file && access(file, F_OK) == 0)
        meant = file;
    if (word && bidder && meant == NULL)
        meant = transport_of(path);
    if (word && bidder)
        return refuse_word(path, "command and no strategy", meant, "strategies/greedy.lua", error);
    if (word)
        return refuse_word(path, "reserve policy", meant, "strategies/reserve/fixed.lua", error);
    if (meant == NULL)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ENOENT, "%s: there is no such file; did you mean the shipped %s?", path, meant);
    return ETP_EXIT_FAILED;
}

/* Loads a script to learn what it is. `path` belongs to the entrant from here on. */
static int identify(etp_entrant *entrant, char *path, etp_role role, etp_error *error)
{
    entrant->path = path;
    if (path == NULL)
        return etp_lineup_fail_memory(error);
    int status = check_there(path, role, error);
    return status == ETP_EXIT_DONE ? etp_entrant_identify(entrant, path, role, error) : status;
}

/* ---- who is named ---- */

static int take_named(etp_lineup *lineup, const etp_options *options, etp_error *error)
{
    for (unsigned i = 0; i < options->file_count; i++) {
        etp_entrant entrant = {0};
        int status = identify(&entrant, etp_shipped_find(options->files[i], ""), ETP_ROLE_AGGREGATOR, error);
        if (status != ETP_EXIT_DONE) {
            free(entrant.path);
            return status;
        }
        etp_lineup_join(lineup, &entrant);
    }
    return ETP_EXIT_DONE;
}

/* ---- who fills up ---- */

static bool has_source(const etp_lineup *lineup, const char *hash)
{
    for (unsigned i = 0; i < lineup->count; i++)
        if (strcmp(lineup->entrants[i].hash, hash) == 0)
            return true;
    return false;
}

/* Learns what the shipped ones are, and puts those that the command line names behind the others. */
static int identify_shipped(const etp_lineup *lineup, const etp_shipped *shipped, etp_entrant *others, etp_error *error)
{
    int status = ETP_EXIT_DONE;
    unsigned done = 0, fresh = 0, repeated = 0;
    etp_entrant *repeats = calloc(shipped->count, sizeof *repeats);
    if (repeats == NULL)
        return etp_lineup_fail_memory(error);
    for (; done < shipped->count && status == ETP_EXIT_DONE; done++) {
        etp_entrant entrant = {0};
        status = identify(&entrant, shipped->paths[done], ETP_ROLE_AGGREGATOR, error);
        if (has_source(lineup, entrant.hash))
            repeats[repeated++] = entrant;
        else
            others[fresh++] = entrant;
    }
    memcpy(others + fresh, repeats, repeated * sizeof *repeats);
    free(repeats);
    return status;
}

static int fill_up_from(etp_lineup *lineup, const etp_shipped *shipped, etp_error *error)
{
    etp_entrant *others = calloc(shipped->count, sizeof *others);
    if (others == NULL)
        return etp_lineup_fail_memory(error);
    int status = identify_shipped(lineup, shipped, others, error);
    for (unsigned i = 0; i < lineup->rivals && status == ETP_EXIT_DONE; i++) {
        etp_entrant entrant = others[i % shipped->count];
        entrant.path = etp_shipped_find(entrant.path, "");
        if (entrant.path == NULL)
            status = etp_lineup_fail_memory(error);
        else
            etp_lineup_join(lineup, &entrant);
    }
    free(others);
    return status;
}

static int fill_up(etp_lineup *lineup, etp_error *error)
{
    etp_shipped shipped = {0};
    if (lineup->rivals == 0)
        return ETP_EXIT_DONE;
    int status = etp_shipped_list(&shipped, error);
    if (status == ETP_EXIT_DONE && shipped.count == 0) {
        etp_fail(error, ETP_ENOENT, "the folder of shipped strategies is empty: say --rivals 0");
        status = ETP_EXIT_FAILED;
    }
    if (status == ETP_EXIT_DONE)
        status = fill_up_from(lineup, &shipped, error);
    etp_shipped_fini(&shipped);
    return status;
}

/* ---- the line-up ---- */

static int take_policy(etp_lineup *lineup, const etp_options *options, etp_error *error)
{
    const char *name = options->reserve != NULL ? options->reserve : default_policy;
    return identify(&lineup->policy, etp_shipped_find(name, policy_folder), ETP_ROLE_BESS, error);
}

/* No owner is larger than another: what differs is how many there are. */
static int share_out(etp_lineup *lineup, const etp_options *options, etp_error *error)
{
    unsigned portfolios = options->portfolios != 0 ? (unsigned)options->portfolios : lineup->count;
    lineup->share = portfolios / lineup->count;
    if (portfolios % lineup->count == 0)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_EINVAL,
             "%u portfolios cannot be shared equally by %u aggregators: say --portfolios %u, or another number of "
             "--owners",
             portfolios, lineup->count, (lineup->share + 1) * lineup->count);
    return ETP_EXIT_USAGE;
}

int etp_lineup_make(etp_lineup *lineup, const etp_options *options, etp_error *error)
{
    *lineup = (etp_lineup){0};
    unsigned wanted = options->owners != 0 ? (unsigned)options->owners : AGGREGATORS;
    if (options->rivals != ETP_RIVALS_FILL)
        lineup->rivals = (unsigned)options->rivals;
    else if (options->file_count < wanted)
        lineup->rivals = wanted - options->file_count;
    lineup->entrants = calloc(options->file_count + lineup->rivals, sizeof *lineup->entrants);
    if (lineup->entrants == NULL)
        return etp_lineup_fail_memory(error);
    int status = take_named(lineup, options, error);
    if (status == ETP_EXIT_DONE)
        status = fill_up(lineup, error);
    if (status == ETP_EXIT_DONE)
        status = take_policy(lineup, options, error);
    if (status != ETP_EXIT_DONE)
        return status;
    etp_lineup_sort(lineup);
    return share_out(lineup, options, error);
}

int etp_lineup_check_swaps(const etp_lineup *lineup, const etp_swaps *swaps, etp_time end, etp_error *error)
{
    const char **names = calloc(lineup->count + 1, sizeof *names);
    if (names == NULL)
        return etp_lineup_fail_memory(error);
    for (unsigned i = 0; i < lineup->count; i++)
        names[i] = lineup->entrants[i].name;
    names[lineup->count] = ETP_SETTING_RESERVE;
    int status = etp_swaps_check(swaps, names, lineup->count + 1, end, error);
    free(names);
    return status;
}
