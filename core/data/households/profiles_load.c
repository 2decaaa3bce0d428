/* SPDX-License-Identifier: MIT */
#include "data/households/profiles_load.h"

#include <string.h>

/* ---- households ---- */

static void count_home(etp_profiles_facts *facts, const etp_households *file, const etp_household *home)
{
    facts->left_out += home->left_out;
    if (home->left_out)
        return;
    facts->filled += home->filled;
    if (home->homes > 1)
        facts->aggregates++;
    else if (file->moved)
        facts->abroad++;
    else
        facts->customers++;
}

static int add_home(etp_profiles *profiles, const etp_household *home, etp_error *error)
{
    etp_profile_series series = {
        .name = home->name, .starts = home->starts, .count = home->count, .power = home->load, .homes = home->homes};
    return home->left_out ? 0 : etp_profiles_add(profiles, &series, error);
}

/* Whose sun is best so far: an aggregate's is better than a home's, and the first of each is taken. */
typedef struct sun_choice {
    unsigned homes;
    char name[ETP_HOUSEHOLD_NAME_MAX];
} sun_choice;

static int consider_sun(etp_profiles *profiles, sun_choice *best, const etp_household *home, etp_energy yield,
                        etp_error *error)
{
    if (home->sun == NULL || home->homes <= best->homes)
        return 0;
    etp_profile_series series = {
        .name = home->name, .starts = home->starts, .count = home->count, .power = home->sun, .homes = home->homes};
    int rc = etp_profiles_set_sun(profiles, &series, yield, error);
    if (rc == 0) {
        best->homes = home->homes;
        memcpy(best->name, home->name, sizeof best->name);
    }
    return rc;
}

static int load_file(etp_profiles *profiles, const char *path, etp_profiles_facts *facts, sun_choice *best,
                     etp_error *error)
{
    etp_households file;
    int rc = etp_households_load(&file, path, error);
    for (unsigned i = 0; rc == 0 && i < file.count; i++) {
        const etp_household *home = &file.homes[i];
        rc = add_home(profiles, home, error);
        if (rc == 0)
            rc = consider_sun(profiles, best, home, facts->yield, error);
        count_home(facts, &file, home);
    }
    facts->lost += rc == 0 ? file.lost : 0;
    facts->doubled += rc == 0 ? file.doubled : 0;
    etp_households_fini(&file);
    return rc;
}

int etp_profiles_load(etp_profiles *profiles, const char *const *paths, size_t count, etp_energy yield,
                      etp_profiles_facts *facts, etp_error *error)
{
    etp_profiles_facts found = {.yield = yield != 0 ? yield : ETP_PROFILES_YIELD};
    sun_choice best = {0};
    for (size_t i = 0; i < count; i++) {
        int rc = load_file(profiles, paths[i], &found, &best, error);
        if (rc != 0)
            return rc;
    }
    if (etp_profiles_count(profiles) == 0 || best.homes == 0)
        return etp_fail(
            error, ETP_ENOENT,
            "no household with sun was found: give a file of households, such as Ausgrid's (docs/data.md says "
            "which are known)");
    memcpy(found.sun, best.name, sizeof found.sun);
    if (facts != NULL)
        *facts = found;
    return 0;
}
