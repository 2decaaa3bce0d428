/* SPDX-License-Identifier: MIT */
#include "study/scenario.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "program/status.h"
#include "study/scenario_reader.h"

enum { API = 1, POINTS_MAX = 1000, EXPERIMENTS_MAX = 100 };

/* ---- texts ---- */

static bool copy(char **to, const char *text)
{
    size_t size = strlen(text) + 1;
    *to = malloc(size);
    if (*to != NULL)
        memcpy(*to, text, size);
    return *to != NULL;
}

/* `standard` for a key that is not there; NULL: it has to be. */
static int read_text(const etp_scenario_reader *from, const char *at, const char *key, const char *standard, char **to)
{
    etp_scenario_path where = etp_scenario_join(at, key);
    const char *text = standard;
    if (standard == NULL || etp_table_kind(from->table, where.text) != ETP_VALUE_NONE) {
        int result = etp_table_text(from->table, where.text, &text, from->error);
        if (result != ETP_OK)
            return result;
    }
    return copy(to, text) ? ETP_OK : etp_scenario_fail_memory(from->error);
}

static int read_bool(const etp_scenario_reader *from, const char *at, const char *key, bool *value)
{
    etp_scenario_path where = etp_scenario_join(at, key);
    if (etp_table_kind(from->table, where.text) == ETP_VALUE_NONE)
        return ETP_OK;
    return etp_table_bool(from->table, where.text, value, from->error);
}

/* Refuses keys that are not among `known`, which ends with a NULL. */
static int check_keys(const etp_scenario_reader *from, const char *at, const char *const *known)
{
    const char *key;
    unsigned count = 0;
    while (known[count] != NULL)
        count++;
    for (size_t i = 0; (key = etp_table_key(from->table, at, i)) != NULL; i++) {
        unsigned found = 0;
        while (found < count && strcmp(known[found], key) != 0)
            found++;
        if (found < count)
            continue;
        const char *nearest = etp_nearest(key, known, count);
        return etp_table_fail(from->table, etp_scenario_join(at, key).text, from->error, ETP_ENOENT,
                              "is not known here%s%s%s", nearest != NULL ? "; did you mean " : "",
                              nearest != NULL ? nearest : "", nearest != NULL ? "?" : "");
    }
    return ETP_OK;
}

/* ---- points and experiments ---- */

static int read_point(const etp_scenario_reader *from, const char *at, etp_scenario_point *point)
{
    static const char *const known[] = {"id", "label", "group", "side", "condition", "base", "value", "set", NULL};
    etp_scenario_path value = etp_scenario_join(at, "value"), base = etp_scenario_join(at, "base");
    point->value = NAN;
    int result = check_keys(from, at, known);
    if (result != ETP_OK || (result = read_text(from, at, "id", NULL, &point->id)) != ETP_OK ||
        (result = read_text(from, at, "label", point->id, &point->label)) != ETP_OK ||
        (result = read_text(from, at, "group", "", &point->group)) != ETP_OK ||
        (result = read_text(from, at, "side", "", &point->side)) != ETP_OK ||
        (result = read_text(from, at, "condition", "", &point->condition)) != ETP_OK)
        return result;
    if (etp_table_kind(from->table, base.text) != ETP_VALUE_NONE)
        result = read_text(from, at, "base", NULL, &point->base);
    if (result == ETP_OK && etp_table_kind(from->table, value.text) != ETP_VALUE_NONE)
        result = etp_table_number(from->table, value.text, &point->value, from->error);
    return result == ETP_OK ? etp_scenario_read_set(from, etp_scenario_join(at, "set").text, &point->set) : result;
}

static int check_bases(const etp_scenario_reader *from, const char *list, const etp_scenario_experiment *experiment)
{
    for (unsigned i = 0; i < experiment->point_count; i++) {
        const etp_scenario_point *point = &experiment->points[i];
        unsigned base = 0;
        for (unsigned j = 0; j < i; j++)
            if (strcmp(experiment->points[j].id, point->id) == 0)
                return etp_table_fail(from->table, etp_scenario_place(list, i).text, from->error, ETP_EINVAL,
                                      "has the id \"%s\" of another point", point->id);
        while (point->base != NULL && base < experiment->point_count &&
               strcmp(experiment->points[base].id, point->base) != 0)
            base++;
        if (base == experiment->point_count)
            return etp_table_fail(from->table, etp_scenario_place(list, i).text, from->error, ETP_ENOENT,
                                  "has the base \"%s\", and there is no such point", point->base);
    }
    return ETP_OK;
}

static int read_points(const etp_scenario_reader *from, const char *at, etp_scenario_experiment *experiment)
{
    etp_scenario_path list = etp_scenario_join(at, "points");
    size_t count = etp_table_length(from->table, list.text);
    if (etp_table_kind(from->table, list.text) != ETP_VALUE_LIST || count == 0 || count > POINTS_MAX)
        return etp_table_fail(from->table, list.text, from->error, ETP_EFORMAT, "has to be a list of 1 to %d points",
                              (int)POINTS_MAX);
    experiment->points = calloc(count, sizeof *experiment->points);
    if (experiment->points == NULL)
        return etp_scenario_fail_memory(from->error);
    experiment->point_count = (unsigned)count;
    for (unsigned i = 0; i < count; i++) {
        int result = read_point(from, etp_scenario_place(list.text, i).text, &experiment->points[i]);
        if (result != ETP_OK)
            return result;
    }
    return check_bases(from, list.text, experiment);
}

/* A list of names as bits. */
static int read_names(const etp_scenario_reader *from, const char *at, const char *key,
                      const char *(*name_of)(unsigned), unsigned *bits)
{
    etp_scenario_path list = etp_scenario_join(at, key);
    size_t count = etp_table_length(from->table, list.text);
    if (etp_table_kind(from->table, list.text) != ETP_VALUE_LIST || count == 0)
        return etp_table_fail(from->table, list.text, from->error, ETP_EFORMAT, "has to be a list of names");
    for (unsigned i = 0; i < count; i++) {
        const char *text;
        unsigned found = 0;
        int result = etp_table_text(from->table, etp_scenario_place(list.text, i).text, &text, from->error);
        if (result != ETP_OK)
            return result;
        while (name_of(found) != NULL && strcmp(name_of(found), text) != 0)
            found++;
        if (name_of(found) == NULL)
            return etp_table_fail(from->table, etp_scenario_place(list.text, i).text, from->error, ETP_ENOENT,
                                  "is \"%s\", which there is not: there are \"%s\", \"%s\" and so on", text, name_of(0),
                                  name_of(1));
        *bits |= 1u << found;
    }
    return ETP_OK;
}

static int read_experiment(const etp_scenario_reader *from, const char *at, etp_scenario_experiment *experiment)
{
    static const char *const known[] = {"id", "title", "axis", "arms", "prices", "set", "points", "real", NULL};
    int result = check_keys(from, at, known);
    if (result != ETP_OK || (result = read_text(from, at, "id", NULL, &experiment->id)) != ETP_OK ||
        (result = read_text(from, at, "title", NULL, &experiment->title)) != ETP_OK ||
        (result = read_text(from, at, "axis", "", &experiment->axis)) != ETP_OK ||
        (result = read_names(from, at, "arms", etp_arm_name, &experiment->arms)) != ETP_OK ||
        (result = read_names(from, at, "prices", etp_price_world_name, &experiment->worlds)) != ETP_OK ||
        (result = read_bool(from, at, "real", &experiment->measured)) != ETP_OK ||
        (result = etp_scenario_read_set(from, etp_scenario_join(at, "set").text, &experiment->set)) != ETP_OK)
        return result;
    return read_points(from, at, experiment);
}

static int read_experiments(const etp_scenario_reader *from, etp_scenario *scenario)
{
    size_t count = etp_table_length(from->table, "experiments");
    if (etp_table_kind(from->table, "experiments") != ETP_VALUE_LIST || count == 0 || count > EXPERIMENTS_MAX)
        return etp_table_fail(from->table, "experiments", from->error, ETP_EFORMAT,
                              "has to be a list of 1 to %d experiments", (int)EXPERIMENTS_MAX);
    scenario->experiments = calloc(count, sizeof *scenario->experiments);
    if (scenario->experiments == NULL)
        return etp_scenario_fail_memory(from->error);
    scenario->experiment_count = (unsigned)count;
    for (unsigned i = 0; i < count; i++) {
        etp_scenario_path at = etp_scenario_place("experiments", i);
        int result = read_experiment(from, at.text, &scenario->experiments[i]);
        if (result != ETP_OK)
            return result;
        for (unsigned j = 0; j < i; j++)
            if (strcmp(scenario->experiments[j].id, scenario->experiments[i].id) == 0)
                return etp_table_fail(from->table, at.text, from->error, ETP_EINVAL,
                                      "has the id \"%s\" of another experiment", scenario->experiments[i].id);
    }
    return ETP_OK;
}

/* ---- the short version ---- */

static int read_quick(const etp_scenario_reader *from, etp_scenario *scenario)
{
    static const char *const known[] = {"experiments", "set", NULL};
    const char list[] = "quick.experiments";
    int result = check_keys(from, "quick", known);
    if (result == ETP_OK)
        result = etp_scenario_read_set(from, "quick.set", &scenario->quick);
    for (unsigned i = 0; result == ETP_OK && i < etp_table_length(from->table, list); i++) {
        const char *id;
        unsigned found = 0;
        result = etp_table_text(from->table, etp_scenario_place(list, i).text, &id, from->error);
        if (result != ETP_OK)
            return result;
        while (found < scenario->experiment_count && strcmp(scenario->experiments[found].id, id) != 0)
            found++;
        if (found == scenario->experiment_count)
            return etp_table_fail(from->table, etp_scenario_place(list, i).text, from->error, ETP_ENOENT,
                                  "names the experiment \"%s\", which there is not", id);
        scenario->experiments[found].quick = true;
    }
    return result;
}

/* ---- the scenario ---- */

static bool is_frame(const char *key)
{
    static const char *const keys[] = {"api", "title", "experiments", "quick"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

static bool is_section(const char *key)
{
    size_t size = strlen(key);
    for (unsigned i = 0; i < etp_knob_count(); i++) {
        etp_knob knob = etp_knob_describe(i);
        if (strncmp(knob.name, key, size) == 0 && knob.name[size] == '.')
            return true;
    }
    return false;
}

static int fail_section(const etp_scenario_reader *from, const char *key)
{
    static const char *const names[] = {"api",   "title",  "experiments", "quick",  "homes",       "world", "tariffs",
                                        "seeds", "prices", "market",      "faults", "aggregation", "links", "estimate"};
    const char *nearest = etp_nearest(key, names, sizeof names / sizeof names[0]);
    return etp_table_fail(from->table, key, from->error, ETP_ENOENT, "is no part of a scenario%s%s%s",
                          nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                          nearest != NULL ? "?" : "");
}

static int read_base(const etp_scenario_reader *from, etp_scenario *scenario)
{
    const char *key;
    etp_overrides set = {0};
    int result = ETP_OK;
    for (size_t i = 0; result == ETP_OK && (key = etp_table_key(from->table, "", i)) != NULL; i++) {
        if (is_frame(key))
            continue;
        result = is_section(key) ? etp_scenario_read_section(from, key, key, &set) : fail_section(from, key);
    }
    etp_overrides_apply(&set, &scenario->base);
    etp_overrides_fini(&set);
    for (unsigned i = 0; result == ETP_OK && i < etp_knob_count(); i++) {
        etp_knob knob = etp_knob_describe(i);
        if (!scenario->base.values[i].set)
            return etp_fail(
                from->error, ETP_ENOENT, "%s has no %s (%s%s%s): a scenario has a value for every parameter",
                etp_table_name(from->table), knob.name, knob.doc, *knob.unit != '\0' ? ", in " : "", knob.unit);
    }
    return result;
}

static int check_api(const etp_scenario_reader *from)
{
    int64_t api;
    int result = etp_table_whole(from->table, "api", &api, from->error);
    if (result == ETP_OK && api != API)
        return etp_table_fail(from->table, "api", from->error, ETP_ERANGE, "is %lld; this program knows %d",
                              (long long)api, (int)API);
    return result;
}

static int read_all(const etp_scenario_reader *from, etp_scenario *scenario)
{
    int result = check_api(from);
    if (result == ETP_OK)
        result = read_text(from, "", "title", NULL, &scenario->title);
    if (result == ETP_OK)
        result = read_base(from, scenario);
    if (result == ETP_OK)
        result = read_experiments(from, scenario);
    return result == ETP_OK ? read_quick(from, scenario) : result;
}

int etp_scenario_load(etp_scenario *scenario, const char *file, etp_error *error)
{
    etp_scenario_reader from = {.error = error};
    *scenario = (etp_scenario){0};
    int result =
        copy(&scenario->path, file) ? etp_table_load(&from.table, file, error) : etp_scenario_fail_memory(error);
    if (result == ETP_OK)
        result = read_all(&from, scenario);
    etp_table_free(from.table);
    return result == ETP_OK ? ETP_EXIT_DONE : ETP_EXIT_FAILED;
}

static void free_point(etp_scenario_point *point)
{
    free(point->id);
    free(point->label);
    free(point->group);
    free(point->side);
    free(point->condition);
    free(point->base);
    etp_overrides_fini(&point->set);
}

static void free_experiment(etp_scenario_experiment *experiment)
{
    for (unsigned i = 0; experiment->points != NULL && i < experiment->point_count; i++)
        free_point(&experiment->points[i]);
    free(experiment->points);
    free(experiment->id);
    free(experiment->title);
    free(experiment->axis);
    etp_overrides_fini(&experiment->set);
}

void etp_scenario_fini(etp_scenario *scenario)
{
    for (unsigned i = 0; scenario->experiments != NULL && i < scenario->experiment_count; i++)
        free_experiment(&scenario->experiments[i]);
    free(scenario->experiments);
    free(scenario->path);
    free(scenario->title);
    etp_overrides_fini(&scenario->quick);
    *scenario = (etp_scenario){0};
}
