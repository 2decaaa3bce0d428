/* SPDX-License-Identifier: MIT */
#include "study/scenario.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "program/status.h"
#include "script/table/table.h"

enum { PATH_SIZE = 512, API = 1, POINTS_MAX = 1000, EXPERIMENTS_MAX = 100 };

typedef struct reader {
    etp_table *table;
    etp_error *error;
} reader;

typedef struct path {
    char text[PATH_SIZE];
} path;

static path join(const char *before, const char *key)
{
    path joined;
    snprintf(joined.text, sizeof joined.text, "%s%s%s", before, *before != '\0' ? "." : "", key);
    return joined;
}

static path place(const char *list, unsigned index)
{
    path joined;
    snprintf(joined.text, sizeof joined.text, "%s[%u]", list, index + 1);
    return joined;
}

static int fail_memory(etp_error *error)
{
    return etp_fail(error, ETP_ENOMEM, "no memory for the scenario");
}

/* ---- overrides ---- */

static int add(etp_overrides *overrides, unsigned knob, const etp_knob_value *value, etp_error *error)
{
    etp_override *longer = realloc(overrides->list, (overrides->count + 1) * sizeof *longer);
    if (longer == NULL)
        return fail_memory(error);
    overrides->list = longer;
    overrides->list[overrides->count++] = (etp_override){knob, *value};
    return ETP_OK;
}

void etp_overrides_fini(etp_overrides *overrides)
{
    free(overrides->list);
    *overrides = (etp_overrides){0};
}

void etp_overrides_apply(const etp_overrides *overrides, etp_setup *setup)
{
    for (unsigned i = 0; i < overrides->count; i++)
        setup->values[overrides->list[i].knob] = overrides->list[i].value;
}

static int fail_set(const char *name, etp_error *error)
{
    char nearest[ETP_KNOB_NAME_MAX];
    if (etp_knob_nearest(name, nearest))
        etp_fail(error, ETP_ENOENT, "--set: the scenario has no %s; did you mean %s?", name, nearest);
    else
        etp_fail(error, ETP_ENOENT, "--set: the scenario has no %s; etp-engine help evidence lists what it has", name);
    return ETP_EXIT_USAGE;
}

int etp_overrides_read(etp_overrides *overrides, const char *text, etp_error *error)
{
    char name[ETP_KNOB_NAME_MAX];
    const char *equals = strchr(text, '=');
    etp_error inner = {0};
    etp_knob_value value;
    if (equals == NULL || equals == text || (size_t)(equals - text) >= sizeof name) {
        etp_fail(error, ETP_EFORMAT, "--set takes NAME=VALUE, such as homes.count=20 or world.q=0.8, not '%s'", text);
        return ETP_EXIT_USAGE;
    }
    memcpy(name, text, (size_t)(equals - text));
    name[equals - text] = '\0';
    unsigned knob = etp_knob_find(name);
    if (knob == etp_knob_count())
        return fail_set(name, error);
    int result = etp_knob_read(knob, equals + 1, &value, &inner);
    if (result != ETP_OK) {
        etp_fail(error, result, "--set: %s", inner.text);
        return ETP_EXIT_USAGE;
    }
    return add(overrides, knob, &value, error) == ETP_OK ? ETP_EXIT_DONE : ETP_EXIT_FAILED;
}

/* ---- values of knobs ---- */

/* A list of texts becomes one text with commas: market.strategies. */
static int read_list(const reader *from, const char *at, unsigned knob, etp_knob_value *value, etp_error *inner)
{
    char text[ETP_KNOB_TEXT_MAX] = "";
    for (unsigned i = 0; i < etp_table_length(from->table, at); i++) {
        const char *word;
        size_t used = strlen(text);
        int result = etp_table_text(from->table, place(at, i).text, &word, inner);
        if (result != ETP_OK)
            return result;
        int size = snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? "," : "", word);
        if (size < 0 || (size_t)size >= sizeof text - used)
            return etp_fail(inner, ETP_ERANGE, "the list must have %zu bytes at most", sizeof text - 1);
    }
    return etp_knob_read(knob, text, value, inner);
}

static int read_value(const reader *from, const char *at, unsigned knob, etp_knob_value *value)
{
    etp_error inner = {0};
    const char *text;
    double number;
    int result;
    switch (etp_table_kind(from->table, at)) {
    case ETP_VALUE_NUMBER:
        result = etp_table_number(from->table, at, &number, &inner);
        if (result == ETP_OK)
            result = etp_knob_read_number(knob, number, value, &inner);
        break;
    case ETP_VALUE_TEXT:
        result = etp_table_text(from->table, at, &text, &inner);
        if (result == ETP_OK && (etp_knob_describe(knob).kind == ETP_KNOB_NUMBER ||
                                 etp_knob_describe(knob).kind == ETP_KNOB_WHOLE))
            result = etp_fail(&inner, ETP_EFORMAT, "a number is wanted, not the text \"%s\"", text);
        if (result == ETP_OK)
            result = etp_knob_read(knob, text, value, &inner);
        break;
    case ETP_VALUE_LIST:
        result = read_list(from, at, knob, value, &inner);
        break;
    case ETP_VALUE_NONE:
    case ETP_VALUE_BOOL:
    case ETP_VALUE_TABLE:
    default:
        result = etp_fail(&inner, ETP_EFORMAT, "a number, a text or a list of texts is wanted");
    }
    return result == ETP_OK ? ETP_OK : etp_table_fail(from->table, at, from->error, result, ": %s", inner.text);
}

static int fail_knob(const reader *from, const char *at, const char *name)
{
    char nearest[ETP_KNOB_NAME_MAX];
    if (etp_knob_nearest(name, nearest))
        return etp_table_fail(from->table, at, from->error, ETP_ENOENT, "is no parameter; did you mean %s?", nearest);
    return etp_table_fail(from->table, at, from->error, ETP_ENOENT,
                          "is no parameter; etp-engine help evidence lists those there are");
}

/* The values of one section, such as `homes`, which stands at `at`. */
static int read_section(const reader *from, const char *at, const char *section, etp_overrides *set)
{
    const char *key;
    int result = ETP_OK;
    etp_value_kind kind = etp_table_kind(from->table, at);
    if (kind != ETP_VALUE_TABLE && !(kind == ETP_VALUE_LIST && etp_table_length(from->table, at) == 0))
        return etp_table_fail(from->table, at, from->error, ETP_EFORMAT, "has to be a table of parameters");
    for (size_t i = 0; result == ETP_OK && (key = etp_table_key(from->table, at, i)) != NULL; i++) {
        etp_knob_value value;
        path name = join(section, key), where = join(at, key);
        unsigned knob = etp_knob_find(name.text);
        if (knob == etp_knob_count())
            return fail_knob(from, where.text, name.text);
        result = read_value(from, where.text, knob, &value);
        if (result == ETP_OK)
            result = add(set, knob, &value, from->error);
    }
    return result;
}

/* `set = { homes = { count = 5 } }`, where it is there. */
static int read_set(const reader *from, const char *at, etp_overrides *set)
{
    const char *key;
    int result = ETP_OK;
    if (etp_table_kind(from->table, at) == ETP_VALUE_NONE)
        return ETP_OK;
    for (size_t i = 0; result == ETP_OK && (key = etp_table_key(from->table, at, i)) != NULL; i++)
        result = read_section(from, join(at, key).text, key, set);
    return result;
}

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
static int read_text(const reader *from, const char *at, const char *key, const char *standard, char **to)
{
    path where = join(at, key);
    const char *text = standard;
    if (standard == NULL || etp_table_kind(from->table, where.text) != ETP_VALUE_NONE) {
        int result = etp_table_text(from->table, where.text, &text, from->error);
        if (result != ETP_OK)
            return result;
    }
    return copy(to, text) ? ETP_OK : fail_memory(from->error);
}

static int read_bool(const reader *from, const char *at, const char *key, bool *value)
{
    path where = join(at, key);
    if (etp_table_kind(from->table, where.text) == ETP_VALUE_NONE)
        return ETP_OK;
    return etp_table_bool(from->table, where.text, value, from->error);
}

/* Refuses keys that are not among `known`, which ends with a NULL. */
static int check_keys(const reader *from, const char *at, const char *const *known)
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
        return etp_table_fail(from->table, join(at, key).text, from->error, ETP_ENOENT, "is not known here%s%s%s",
                              nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                              nearest != NULL ? "?" : "");
    }
    return ETP_OK;
}

/* ---- points and experiments ---- */

static int read_point(const reader *from, const char *at, etp_scenario_point *point)
{
    static const char *const known[] = {"id", "label", "group", "side", "condition", "base", "value", "set", NULL};
    path value = join(at, "value"), base = join(at, "base");
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
    return result == ETP_OK ? read_set(from, join(at, "set").text, &point->set) : result;
}

static int check_bases(const reader *from, const char *list, const etp_scenario_experiment *experiment)
{
    for (unsigned i = 0; i < experiment->point_count; i++) {
        const etp_scenario_point *point = &experiment->points[i];
        unsigned base = 0;
        for (unsigned j = 0; j < i; j++)
            if (strcmp(experiment->points[j].id, point->id) == 0)
                return etp_table_fail(from->table, place(list, i).text, from->error, ETP_EINVAL,
                                      "has the id \"%s\" of another point", point->id);
        while (point->base != NULL && base < experiment->point_count &&
               strcmp(experiment->points[base].id, point->base) != 0)
            base++;
        if (base == experiment->point_count)
            return etp_table_fail(from->table, place(list, i).text, from->error, ETP_ENOENT,
                                  "has the base \"%s\", and there is no such point", point->base);
    }
    return ETP_OK;
}

static int read_points(const reader *from, const char *at, etp_scenario_experiment *experiment)
{
    path list = join(at, "points");
    size_t count = etp_table_length(from->table, list.text);
    if (etp_table_kind(from->table, list.text) != ETP_VALUE_LIST || count == 0 || count > POINTS_MAX)
        return etp_table_fail(from->table, list.text, from->error, ETP_EFORMAT,
                              "has to be a list of 1 to %d points", (int)POINTS_MAX);
    experiment->points = calloc(count, sizeof *experiment->points);
    if (experiment->points == NULL)
        return fail_memory(from->error);
    experiment->point_count = (unsigned)count;
    for (unsigned i = 0; i < count; i++) {
        int result = read_point(from, place(list.text, i).text, &experiment->points[i]);
        if (result != ETP_OK)
            return result;
    }
    return check_bases(from, list.text, experiment);
}

/* A list of names as bits. */
static int read_names(const reader *from, const char *at, const char *key, const char *(*name_of)(unsigned),
                      unsigned *bits)
{
    path list = join(at, key);
    size_t count = etp_table_length(from->table, list.text);
    if (etp_table_kind(from->table, list.text) != ETP_VALUE_LIST || count == 0)
        return etp_table_fail(from->table, list.text, from->error, ETP_EFORMAT, "has to be a list of names");
    for (unsigned i = 0; i < count; i++) {
        const char *text;
        unsigned found = 0;
        int result = etp_table_text(from->table, place(list.text, i).text, &text, from->error);
        if (result != ETP_OK)
            return result;
        while (name_of(found) != NULL && strcmp(name_of(found), text) != 0)
            found++;
        if (name_of(found) == NULL)
            return etp_table_fail(from->table, place(list.text, i).text, from->error, ETP_ENOENT,
                                  "is \"%s\", which there is not: there are \"%s\", \"%s\" and so on", text, name_of(0),
                                  name_of(1));
        *bits |= 1u << found;
    }
    return ETP_OK;
}

static int read_experiment(const reader *from, const char *at, etp_scenario_experiment *experiment)
{
    static const char *const known[] = {"id",  "title",  "axis", "arms", "prices",
                                        "set", "points", "real", NULL};
    int result = check_keys(from, at, known);
    if (result != ETP_OK || (result = read_text(from, at, "id", NULL, &experiment->id)) != ETP_OK ||
        (result = read_text(from, at, "title", NULL, &experiment->title)) != ETP_OK ||
        (result = read_text(from, at, "axis", "", &experiment->axis)) != ETP_OK ||
        (result = read_names(from, at, "arms", etp_arm_name, &experiment->arms)) != ETP_OK ||
        (result = read_names(from, at, "prices", etp_price_world_name, &experiment->worlds)) != ETP_OK ||
        (result = read_bool(from, at, "real", &experiment->measured)) != ETP_OK ||
        (result = read_set(from, join(at, "set").text, &experiment->set)) != ETP_OK)
        return result;
    return read_points(from, at, experiment);
}

static int read_experiments(const reader *from, etp_scenario *scenario)
{
    size_t count = etp_table_length(from->table, "experiments");
    if (etp_table_kind(from->table, "experiments") != ETP_VALUE_LIST || count == 0 || count > EXPERIMENTS_MAX)
        return etp_table_fail(from->table, "experiments", from->error, ETP_EFORMAT,
                              "has to be a list of 1 to %d experiments", (int)EXPERIMENTS_MAX);
    scenario->experiments = calloc(count, sizeof *scenario->experiments);
    if (scenario->experiments == NULL)
        return fail_memory(from->error);
    scenario->experiment_count = (unsigned)count;
    for (unsigned i = 0; i < count; i++) {
        path at = place("experiments", i);
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

static int read_quick(const reader *from, etp_scenario *scenario)
{
    static const char *const known[] = {"experiments", "set", NULL};
    const char list[] = "quick.experiments";
    int result = check_keys(from, "quick", known);
    if (result == ETP_OK)
        result = read_set(from, "quick.set", &scenario->quick);
    for (unsigned i = 0; result == ETP_OK && i < etp_table_length(from->table, list); i++) {
        const char *id;
        unsigned found = 0;
        result = etp_table_text(from->table, place(list, i).text, &id, from->error);
        if (result != ETP_OK)
            return result;
        while (found < scenario->experiment_count && strcmp(scenario->experiments[found].id, id) != 0)
            found++;
        if (found == scenario->experiment_count)
            return etp_table_fail(from->table, place(list, i).text, from->error, ETP_ENOENT,
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

static int fail_section(const reader *from, const char *key)
{
    static const char *const names[] = {"api",   "title",  "experiments", "quick",  "homes",       "world",   "tariffs",
                                        "seeds", "prices", "market",      "faults", "aggregation", "links",
                                        "estimate"};
    const char *nearest = etp_nearest(key, names, sizeof names / sizeof names[0]);
    return etp_table_fail(from->table, key, from->error, ETP_ENOENT, "is no part of a scenario%s%s%s",
                          nearest != NULL ? "; did you mean " : "", nearest != NULL ? nearest : "",
                          nearest != NULL ? "?" : "");
}

static int read_base(const reader *from, etp_scenario *scenario)
{
    const char *key;
    etp_overrides set = {0};
    int result = ETP_OK;
    for (size_t i = 0; result == ETP_OK && (key = etp_table_key(from->table, "", i)) != NULL; i++) {
        if (is_frame(key))
            continue;
        result = is_section(key) ? read_section(from, key, key, &set) : fail_section(from, key);
    }
    etp_overrides_apply(&set, &scenario->base);
    etp_overrides_fini(&set);
    for (unsigned i = 0; result == ETP_OK && i < etp_knob_count(); i++) {
        etp_knob knob = etp_knob_describe(i);
        if (!scenario->base.values[i].set)
            return etp_fail(from->error, ETP_ENOENT,
                            "%s has no %s (%s%s%s): a scenario has a value for every parameter",
                            etp_table_name(from->table), knob.name, knob.doc, *knob.unit != '\0' ? ", in " : "",
                            knob.unit);
    }
    return result;
}

static int check_api(const reader *from)
{
    int64_t api;
    int result = etp_table_whole(from->table, "api", &api, from->error);
    if (result == ETP_OK && api != API)
        return etp_table_fail(from->table, "api", from->error, ETP_ERANGE, "is %lld; this program knows %d",
                              (long long)api, (int)API);
    return result;
}

static int read_all(const reader *from, etp_scenario *scenario)
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
    reader from = {.error = error};
    *scenario = (etp_scenario){0};
    int result = copy(&scenario->path, file) ? etp_table_load(&from.table, file, error) : fail_memory(error);
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
