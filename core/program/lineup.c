/* SPDX-License-Identifier: MIT */
#include "program/lineup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/status.h"

int etp_lineup_fail_memory(etp_error *error)
{
    etp_fail(error, ETP_ENOMEM, "no memory for the list of strategies");
    return ETP_EXIT_FAILED;
}

/* ---- one entrant ---- */

static int check_role(const char *path, etp_role role, etp_role wanted, etp_error *error)
{
    if (role == wanted)
        return ETP_EXIT_DONE;
    if (wanted == ETP_ROLE_AGGREGATOR)
        etp_fail(error, ETP_ESCRIPT, "%s has the role \"bess\", so it is a reserve policy: give it to --reserve", path);
    else
        etp_fail(error, ETP_ESCRIPT,
                 "%s has the role \"aggregator\", and --reserve takes a policy of role \"bess\": name the file without "
                 "--reserve",
                 path);
    return ETP_EXIT_FAILED;
}

int etp_lineup_check_name(const char *path, const char *name, etp_error *error)
{
    if (strcmp(name, ETP_SETTING_WORLD) != 0 && strcmp(name, ETP_SETTING_RESERVE) != 0)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ESCRIPT, "%s calls itself \"%s\", which means something else in --set: give it another name",
             path, name);
    return ETP_EXIT_FAILED;
}

int etp_entrant_identify(etp_entrant *entrant, char *path, etp_role role, etp_error *error)
{
    etp_script *script = NULL;
    entrant->path = path;
    if (path == NULL)
        return etp_lineup_fail_memory(error);
    if (etp_script_load(&script, path, NULL, error) != ETP_OK)
        return ETP_EXIT_FAILED;
    snprintf(entrant->declared, sizeof entrant->declared, "%s", etp_script_name(script));
    snprintf(entrant->name, sizeof entrant->name, "%s", entrant->declared);
    snprintf(entrant->hash, sizeof entrant->hash, "%s", etp_script_hash(script));
    int status = check_role(path, etp_script_role(script), role, error);
    etp_script_free(script);
    return status == ETP_EXIT_DONE ? etp_lineup_check_name(path, entrant->declared, error) : status;
}

/* ---- the line-up ---- */

static bool is_taken(const etp_lineup *lineup, const char *name)
{
    for (unsigned i = 0; i < lineup->count; i++)
        if (strcmp(lineup->entrants[i].name, name) == 0)
            return true;
    return false;
}

void etp_lineup_join(etp_lineup *lineup, const etp_entrant *entrant)
{
    etp_entrant *place = &lineup->entrants[lineup->count];
    *place = *entrant;
    place->order = lineup->count;
    for (unsigned number = 2; is_taken(lineup, place->name); number++)
        snprintf(place->name, sizeof place->name, "%.*s#%u", ETP_SETTING_NAME_MAX - 16, place->declared, number);
    lineup->count++;
}

static int by_name_and_source(const void *left, const void *right)
{
    const etp_entrant *a = left, *b = right;
    int order = strcmp(a->declared, b->declared);
    if (order == 0)
        order = strcmp(a->hash, b->hash);
    if (order == 0)
        order = a->order < b->order ? -1 : 1;
    return order;
}

void etp_lineup_sort(etp_lineup *lineup)
{
    qsort(lineup->entrants, lineup->count, sizeof *lineup->entrants, by_name_and_source);
    lineup->first = 0;
    while (lineup->entrants[lineup->first].order != 0)
        lineup->first++;
}

void etp_lineup_fini(etp_lineup *lineup)
{
    for (unsigned i = 0; i < lineup->count; i++)
        free(lineup->entrants[i].path);
    free(lineup->entrants);
    free(lineup->policy.path);
    *lineup = (etp_lineup){0};
}

int etp_lineup_check_settings(const etp_lineup *lineup, const etp_settings *settings, etp_error *error)
{
    const char **names = calloc(lineup->count + 3, sizeof *names);
    if (names == NULL)
        return etp_lineup_fail_memory(error);
    unsigned count = 0;
    for (unsigned i = 0; i < lineup->count; i++)
        names[count++] = lineup->entrants[i].name;
    names[count++] = lineup->policy.name;
    names[count++] = ETP_SETTING_RESERVE;
    names[count++] = ETP_SETTING_WORLD;
    int status = etp_settings_check_targets(settings, names, count, error);
    free(names);
    return status;
}
