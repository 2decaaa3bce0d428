/* SPDX-License-Identifier: MIT */
#include "study/cast.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/share.h"
#include "program/shipped.h"
#include "program/status.h"

static const char policy_folder[] = "reserve/";

enum { NAMES_MAX = ETP_SEATS_MAX };

/* A text of the scenario, parted at its commas. */
typedef struct words {
    char text[ETP_KNOB_TEXT_MAX];
    const char *list[NAMES_MAX];
    unsigned count;
} words;

static void part(words *into, const char *text)
{
    snprintf(into->text, sizeof into->text, "%s", text);
    into->count = 0;
    for (char *at = into->text; at != NULL && into->count < NAMES_MAX;) {
        char *comma = strchr(at, ',');
        if (comma != NULL)
            *comma++ = '\0';
        into->list[into->count++] = at;
        at = comma;
    }
}

static int fail_memory(etp_error *error)
{
    etp_fail(error, ETP_ENOMEM, "no memory for the scripts of the study");
    return ETP_EXIT_FAILED;
}

/* ---- the cast ---- */

static const etp_entrant *find(const etp_cast *cast, const char *name)
{
    for (unsigned i = 0; i < cast->count; i++)
        if (strcmp(cast->named[i], name) == 0)
            return &cast->entrants[i];
    return NULL;
}

static bool make_room(etp_cast *cast)
{
    char **names = realloc(cast->named, (cast->count + 1) * sizeof *names);
    if (names != NULL)
        cast->named = names;
    etp_entrant *entrants = realloc(cast->entrants, (cast->count + 1) * sizeof *entrants);
    if (entrants != NULL)
        cast->entrants = entrants;
    return names != NULL && entrants != NULL;
}

static int fail_missing(const char *knob, const char *name, const char *folder, etp_error *error)
{
    char nearest[ETP_SETTING_NAME_MAX];
    if (etp_shipped_nearest(name, folder, nearest, sizeof nearest))
        etp_fail(error, ETP_ENOENT, "%s names %s, which is no file and no shipped script; did you mean %s?", knob, name,
                 nearest);
    else
        etp_fail(error, ETP_ENOENT, "%s names %s, which is no file and no shipped script", knob, name);
    return ETP_EXIT_FAILED;
}

static int add(etp_cast *cast, unsigned knob, const char *name, etp_role role, etp_error *error)
{
    const char *folder = role == ETP_ROLE_BESS ? policy_folder : "";
    if (find(cast, name) != NULL)
        return ETP_EXIT_DONE;
    size_t size = strlen(name) + 1;
    char *copy = malloc(size);
    if (copy == NULL || !make_room(cast)) {
        free(copy);
        return fail_memory(error);
    }
    memcpy(copy, name, size);
    cast->named[cast->count] = copy;
    etp_entrant *entrant = &cast->entrants[cast->count++];
    *entrant = (etp_entrant){0};
    char *path = etp_shipped_find(name, folder);
    if (path != NULL && strcmp(path, name) == 0 && !etp_share_is_there(path)) {
        free(path);
        return fail_missing(etp_knob_describe(knob).name, name, folder, error);
    }
    return etp_entrant_identify(entrant, path, role, error);
}

/* The same settings are given to run with --set; here they stand in the scenario. */
static int fail_settings(const etp_error *inner, int status, etp_error *error)
{
    static const char option[] = "--set";
    const char *text = inner->text;
    if (strncmp(text, option, sizeof option - 1) == 0)
        text += sizeof option - 1 + strspn(text + sizeof option - 1, ": ");
    if (status != ETP_EXIT_DONE)
        etp_fail(error, inner->code, "%s: %s", etp_knob_describe(ETP_KNOB_MARKET_SETTINGS).name, text);
    return status;
}

/* All are loaded once with their parameters, so that a wrong one is known now. */
static int try_settings(const etp_cast *cast, const etp_setup *setup, unsigned firms, etp_error *error)
{
    etp_seating seating;
    etp_crew crew = {0};
    etp_error inner = {0};
    int status = etp_seating_make(&seating, cast, setup, firms, error);
    if (status != ETP_EXIT_DONE) {
        etp_seating_fini(&seating);
        return status;
    }
    status = etp_lineup_check_settings(&seating.lineup, &seating.settings, &inner);
    if (status == ETP_EXIT_DONE)
        status = etp_crew_seat(&crew, &seating.lineup, seating.seated, seating.seats, &seating.settings, &inner);
    etp_crew_fini(&crew);
    etp_seating_fini(&seating);
    return fail_settings(&inner, status, error);
}

int etp_cast_add(etp_cast *cast, const etp_setup *setup, etp_error *error)
{
    words names;
    part(&names, etp_setup_text(setup, ETP_KNOB_MARKET_STRATEGIES));
    int status =
        add(cast, ETP_KNOB_MARKET_RESERVE, etp_setup_text(setup, ETP_KNOB_MARKET_RESERVE), ETP_ROLE_BESS, error);
    for (unsigned i = 0; i < names.count && status == ETP_EXIT_DONE; i++)
        status = add(cast, ETP_KNOB_MARKET_STRATEGIES, names.list[i], ETP_ROLE_AGGREGATOR, error);
    return status == ETP_EXIT_DONE ? try_settings(cast, setup, names.count, error) : status;
}

void etp_cast_fini(etp_cast *cast)
{
    for (unsigned i = 0; i < cast->count; i++) {
        free(cast->named[i]);
        free(cast->entrants[i].path);
    }
    free(cast->named);
    free(cast->entrants);
    *cast = (etp_cast){0};
}

/* ---- who sits where ---- */

static int read_settings(etp_settings *settings, const char *text, etp_error *error)
{
    words all;
    etp_error inner = {0};
    *settings = (etp_settings){0};
    if (strcmp(text, "none") == 0)
        return ETP_EXIT_DONE;
    part(&all, text);
    int status = etp_settings_read(settings, all.list, all.count, &inner);
    return fail_settings(&inner, status, error);
}

/* Each strategy stands in the line-up once, however many firms play it: what is set by its name is set for all. */
static void seat(etp_seating *seating, const etp_cast *cast, const words *names, unsigned firms)
{
    etp_lineup *lineup = &seating->lineup;
    unsigned places[NAMES_MAX];
    for (unsigned i = 0; i < names->count; i++) {
        unsigned earlier = 0;
        while (earlier < i && strcmp(names->list[earlier], names->list[i]) != 0)
            earlier++;
        places[i] = earlier < i ? places[earlier] : lineup->count;
        if (earlier == i)
            lineup->entrants[lineup->count++] = *find(cast, names->list[i]);
    }
    for (unsigned i = 0; i < firms; i++)
        seating->seated[i] = places[i % names->count];
    seating->seats = firms;
}

int etp_seating_make(etp_seating *seating, const etp_cast *cast, const etp_setup *setup, unsigned firms,
                     etp_error *error)
{
    words names;
    *seating = (etp_seating){0};
    int status = read_settings(&seating->settings, etp_setup_text(setup, ETP_KNOB_MARKET_SETTINGS), error);
    if (status != ETP_EXIT_DONE)
        return status;
    part(&names, etp_setup_text(setup, ETP_KNOB_MARKET_STRATEGIES));
    seating->lineup.entrants = calloc(names.count, sizeof *seating->lineup.entrants);
    if (seating->lineup.entrants == NULL)
        return fail_memory(error);
    seat(seating, cast, &names, firms);
    seating->lineup.policy = *find(cast, etp_setup_text(setup, ETP_KNOB_MARKET_RESERVE));
    for (unsigned i = 0; i < seating->lineup.count; i++)
        seating->lineup.entrants[i].order = i;
    return ETP_EXIT_DONE;
}

void etp_seating_fini(etp_seating *seating)
{
    free(seating->lineup.entrants);
    etp_settings_fini(&seating->settings);
    *seating = (etp_seating){0};
}
