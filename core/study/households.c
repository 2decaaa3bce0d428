/* SPDX-License-Identifier: MIT */
#include "study/households.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/status.h"

enum { FILES_MAX = 64 };

static const struct {
    const char *format, *kind;
} kinds[] = {
    {"ausgrid-customer", "load and sun of one customer in Sydney"},
    {"ausgrid-total", "mean load and sun of 300 homes in Sydney"},
    {"homes-hourly", "loads of homes in California"},
};

static const char weather_format[] = "region-demand";

static bool is_format(const etp_catalogue_file *file, const char *format)
{
    return file->code == ETP_OK && file->about.format != NULL && strcmp(file->about.format->name, format) == 0;
}

const char *etp_households_kind(const etp_catalogue_file *file)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (is_format(file, kinds[i].format))
            return kinds[i].kind;
    return is_format(file, weather_format) ? "rooftop sun of regions" : NULL;
}

static int fail_memory(etp_error *error)
{
    etp_fail(error, ETP_ENOMEM, "no memory for the households");
    return ETP_EXIT_FAILED;
}

/* ---- one region ---- */

static unsigned list_files(const etp_catalogue *catalogue, const char *paths[FILES_MAX])
{
    unsigned count = 0;
    for (size_t i = 0; i < catalogue->count && count < FILES_MAX; i++)
        if (etp_households_kind(&catalogue->files[i]) != NULL && !is_format(&catalogue->files[i], weather_format))
            paths[count++] = catalogue->files[i].path;
    return count;
}

static int load_loads(const etp_catalogue *catalogue, etp_region_households *region, etp_error *error)
{
    const char *paths[FILES_MAX];
    unsigned count = list_files(catalogue, paths);
    if (count > 0)
        return etp_profiles_load(region->profiles, paths, count, 0, &region->facts, error);
    return etp_fail(error, ETP_ENOENT,
                    "%s holds no households: it takes one of Ausgrid's solar home files, or a table of hourly homes "
                    "(docs/data.md says where they are to be had); or say --set homes.source=built-in for made-up ones",
                    catalogue->folder);
}

/* The sun of real days, from each file that has this region. */
static int load_weather(const etp_catalogue *catalogue, etp_region_households *region, etp_error *error)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        if (!is_format(&catalogue->files[i], weather_format))
            continue;
        int result = etp_profiles_load_weather(region->profiles, catalogue->files[i].path, region->region, error);
        if (result != ETP_OK && result != ETP_ENOENT)
            return result;
        region->weather += result == ETP_OK;
    }
    return ETP_OK;
}

static int load(const etp_catalogue *catalogue, etp_region_households *region, etp_error *error)
{
    int result = etp_profiles_new(&region->profiles, NULL);
    if (result != ETP_OK)
        return etp_fail(error, result, "no memory for the households");
    result = load_loads(catalogue, region, error);
    return result == ETP_OK ? load_weather(catalogue, region, error) : result;
}

/* ---- all of them ---- */

static etp_region_households *add(etp_households_list *all, const char *name)
{
    etp_region_households *region = calloc(1, sizeof *region);
    etp_region_households **longer = realloc(all->list, (all->count + 1) * sizeof *longer);
    if (longer != NULL)
        all->list = longer;
    if (region == NULL || longer == NULL) {
        free(region);
        return NULL;
    }
    snprintf(region->region, sizeof region->region, "%s", name);
    all->list[all->count++] = region;
    return region;
}

int etp_households_of(etp_households_list *all, const char *name, const etp_region_households **found, etp_error *error)
{
    for (unsigned i = 0; i < all->count; i++) {
        *found = all->list[i];
        if (strcmp(all->list[i]->region, name) == 0)
            return ETP_EXIT_DONE;
    }
    if (all->catalogue == NULL) {
        etp_fail(error, ETP_ENOENT, "homes.source is measured, and there is no folder of data");
        return ETP_EXIT_FAILED;
    }
    etp_region_households *region = add(all, name);
    if (region == NULL)
        return fail_memory(error);
    *found = region;
    return load(all->catalogue, region, error) == ETP_OK ? ETP_EXIT_DONE : ETP_EXIT_FAILED;
}

void etp_households_list_fini(etp_households_list *all)
{
    for (unsigned i = 0; i < all->count; i++) {
        etp_profiles_free(all->list[i]->profiles);
        free(all->list[i]);
    }
    free(all->list);
    *all = (etp_households_list){0};
}

void etp_households_describe(const etp_households_list *all, FILE *out)
{
    for (size_t i = 0; all->catalogue != NULL && i < all->catalogue->count; i++)
        if (etp_households_kind(&all->catalogue->files[i]) != NULL)
            fprintf(out, "households=%016" PRIx64 "\n", all->catalogue->files[i].about.hash);
}
