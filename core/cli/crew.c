/* SPDX-License-Identifier: MIT */
#include "cli/crew.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/status.h"

static int load(etp_script **script, const etp_entrant *entrant, const etp_logger *logger, etp_error *error)
{
    etp_script_options options = {.size = sizeof options,
                                  .suspend_after = ETP_SUSPEND_AFTER,
                                  .suspend_after_overruns = ETP_SUSPEND_AFTER_OVERRUNS,
                                  .logger = logger};
    if (etp_script_load(script, entrant->path, &options, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    if (strcmp(etp_script_hash(*script), entrant->hash) == 0)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ESTATE, "%s was changed while the program ran: start it again", entrant->path);
    return ETP_EXIT_FAILED;
}

/* Who has place `place` in the market holds the portfolios of that share. */
static int load_firm(etp_crew *crew, const etp_entrant *entrant, unsigned place, unsigned share,
                     const etp_settings *settings, const etp_logger *logger, etp_error *error)
{
    etp_script **script = &crew->scripts[crew->count];
    etp_firm *firm = &crew->firms[crew->count];
    int status = load(script, entrant, logger, error);
    crew->count++;
    if (status != ETP_EXIT_DONE)
        return status;
    *firm = (etp_firm){.name = entrant->name,
                       .hooks = etp_script_aggregator_hooks(*script),
                       .user = *script,
                       .portfolio = place * share,
                       .portfolio_count = share};
    return etp_settings_apply(settings, entrant->name, NULL, *script, error);
}

/* The policy shares the names of --set with the firms: one that is called like a firm is reached as "reserve" alone. */
static int load_policy(etp_crew *crew, const etp_lineup *lineup, const etp_settings *settings, const etp_logger *logger,
                       etp_error *error)
{
    const char *alias = lineup->policy.name;
    for (unsigned i = 0; i < lineup->count; i++)
        if (strcmp(lineup->entrants[i].name, lineup->policy.name) == 0)
            alias = NULL;
    int status = load(&crew->policy, &lineup->policy, logger, error);
    return status == ETP_EXIT_DONE ? etp_settings_apply(settings, ETP_SETTING_RESERVE, alias, crew->policy, error)
                                   : status;
}

/* ---- members ---- */

unsigned etp_crew_member_count(const etp_crew *crew)
{
    return crew->count + 1;
}

etp_member etp_crew_member(const etp_crew *crew, unsigned index)
{
    if (index == crew->count)
        return (etp_member){ETP_SETTING_RESERVE, crew->policy, &crew->versions[index]};
    return (etp_member){crew->firms[index].name, crew->scripts[index], &crew->versions[index]};
}

unsigned etp_crew_find(const etp_crew *crew, const char *name)
{
    unsigned i = 0;
    while (i < etp_crew_member_count(crew) && strcmp(etp_crew_member(crew, i).name, name) != 0)
        i++;
    return i;
}

unsigned etp_crew_find_script(const etp_crew *crew, const etp_script *script)
{
    unsigned i = 0;
    while (i < etp_crew_member_count(crew) && etp_crew_member(crew, i).script != script)
        i++;
    return i;
}

int etp_crew_note_version(const etp_member *member)
{
    etp_versions *versions = member->versions;
    char(*hashes)[ETP_HASH_TEXT_MAX] = realloc(versions->hashes, (versions->count + 1) * sizeof *hashes);
    if (hashes == NULL)
        return ETP_ENOMEM;
    versions->hashes = hashes;
    snprintf(hashes[versions->count++], sizeof *hashes, "%s", etp_script_hash(member->script));
    return ETP_OK;
}

static int note_first_versions(const etp_crew *crew, etp_error *error)
{
    for (unsigned i = 0; i < etp_crew_member_count(crew); i++) {
        etp_member member = etp_crew_member(crew, i);
        if (etp_crew_note_version(&member) != ETP_OK) {
            etp_fail(error, ETP_ENOMEM, "no memory for the versions of %s", member.name);
            return ETP_EXIT_FAILED;
        }
    }
    return ETP_EXIT_DONE;
}

/* ---- all of them ---- */

static int begin(etp_crew *crew, unsigned count, etp_error *error)
{
    *crew = (etp_crew){0};
    /* One more, so that a crew without firms is no failure. */
    crew->scripts = calloc(count + 1, sizeof *crew->scripts);
    crew->firms = calloc(count + 1, sizeof *crew->firms);
    crew->versions = calloc(count + 1, sizeof *crew->versions);
    if (crew->scripts != NULL && crew->firms != NULL && crew->versions != NULL)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ENOMEM, "no memory for %u strategies", count);
    return ETP_EXIT_FAILED;
}

int etp_crew_load(etp_crew *crew, const etp_lineup *lineup, unsigned first, unsigned count,
                  const etp_settings *settings, const etp_logger *logger, etp_error *error)
{
    int status = begin(crew, count, error);
    if (status == ETP_EXIT_DONE)
        status = load_policy(crew, lineup, settings, logger, error);
    for (unsigned i = first; i < first + count && status == ETP_EXIT_DONE; i++)
        status = load_firm(crew, &lineup->entrants[i], i, lineup->share, settings, logger, error);
    return status == ETP_EXIT_DONE ? note_first_versions(crew, error) : status;
}

int etp_crew_seat(etp_crew *crew, const etp_lineup *lineup, const unsigned *seated, unsigned count,
                  const etp_settings *settings, etp_error *error)
{
    int status = begin(crew, count, error);
    if (status == ETP_EXIT_DONE)
        status = load_policy(crew, lineup, settings, NULL, error);
    for (unsigned i = 0; i < count && status == ETP_EXIT_DONE; i++)
        status = load_firm(crew, &lineup->entrants[seated[i]], i, 1, settings, NULL, error);
    return status;
}

static void tell_dropped(const char *name, const etp_script *script, const etp_logger *logger)
{
    etp_script_stats stats;
    if (script == NULL) /* it could not be loaded */
        return;
    etp_script_get_stats(script, &stats);
    if (stats.log_dropped > 0)
        etp_log(logger, ETP_LOG_WARN, "script",
                "strategy=%s dropped=%" PRIu64 " text=\"log lines over 100 in 1000 calls\"", name, stats.log_dropped);
}

void etp_crew_tell_dropped(const etp_crew *crew, const etp_logger *logger)
{
    for (unsigned i = 0; i < crew->count; i++)
        tell_dropped(crew->firms[i].name, crew->scripts[i], logger);
    if (crew->policy != NULL)
        tell_dropped(etp_script_name(crew->policy), crew->policy, logger);
}

void etp_crew_fini(etp_crew *crew)
{
    for (unsigned i = 0; i < crew->count; i++)
        etp_script_free(crew->scripts[i]);
    for (unsigned i = 0; crew->versions != NULL && i < etp_crew_member_count(crew); i++)
        free(crew->versions[i].hashes);
    free(crew->versions);
    free(crew->scripts);
    free(crew->firms);
    etp_script_free(crew->policy);
    *crew = (etp_crew){0};
}
