/* SPDX-License-Identifier: MIT */
/* Values of parameters: in a scenario's table, and in the arguments of --set. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "program/status.h"
#include "study/scenario_reader.h"

/* ---- paths ---- */

/* A path that is too long is cut; then there is nothing at it, and the table says so. */
static etp_scenario_path cut(int size, etp_scenario_path made)
{
    if (size < 0 || size >= ETP_SCENARIO_PATH_SIZE)
        made.text[0] = '\0';
    return made;
}

etp_scenario_path etp_scenario_join(const char *before, const char *key)
{
    etp_scenario_path joined;
    int size = snprintf(joined.text, sizeof joined.text, "%s%s%s", before, *before != '\0' ? "." : "", key);
    return cut(size, joined);
}

etp_scenario_path etp_scenario_place(const char *list, unsigned index)
{
    etp_scenario_path joined;
    int size = snprintf(joined.text, sizeof joined.text, "%s[%u]", list, index + 1);
    return cut(size, joined);
}

int etp_scenario_fail_memory(etp_error *error)
{
    return etp_fail(error, ETP_ENOMEM, "no memory for the scenario");
}

/* ---- overrides ---- */

static int add(etp_overrides *overrides, unsigned knob, const etp_knob_value *value, etp_error *error)
{
    etp_override *longer = realloc(overrides->list, (overrides->count + 1) * sizeof *longer);
    if (longer == NULL)
        return etp_scenario_fail_memory(error);
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
static int read_list(const etp_scenario_reader *from, const char *at, unsigned knob, etp_knob_value *value,
                     etp_error *inner)
{
    char text[ETP_KNOB_TEXT_MAX] = "";
    for (unsigned i = 0; i < etp_table_length(from->table, at); i++) {
        const char *word;
        size_t used = strlen(text);
        int result = etp_table_text(from->table, etp_scenario_place(at, i).text, &word, inner);
        if (result != ETP_OK)
            return result;
        int size = snprintf(text + used, sizeof text - used, "%s%s", i > 0 ? "," : "", word);
        if (size < 0 || (size_t)size >= sizeof text - used)
            return etp_fail(inner, ETP_ERANGE, "the list must have %zu bytes at most", sizeof text - 1);
    }
    return etp_knob_read(knob, text, value, inner);
}

static int read_value(const etp_scenario_reader *from, const char *at, unsigned knob, etp_knob_value *value)
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
        if (result == ETP_OK &&
            (etp_knob_describe(knob).kind == ETP_KNOB_NUMBER || etp_knob_describe(knob).kind == ETP_KNOB_WHOLE))
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

static int fail_knob(const etp_scenario_reader *from, const char *at, const char *name)
{
    char nearest[ETP_KNOB_NAME_MAX];
    if (etp_knob_nearest(name, nearest))
        return etp_table_fail(from->table, at, from->error, ETP_ENOENT, "is no parameter; did you mean %s?", nearest);
    return etp_table_fail(from->table, at, from->error, ETP_ENOENT,
                          "is no parameter; etp-engine help evidence lists those there are");
}

/* The values of one section, such as `homes`, which stands at `at`. */
int etp_scenario_read_section(const etp_scenario_reader *from, const char *at, const char *section, etp_overrides *set)
{
    const char *key;
    int result = ETP_OK;
    etp_value_kind kind = etp_table_kind(from->table, at);
    if (kind != ETP_VALUE_TABLE && !(kind == ETP_VALUE_LIST && etp_table_length(from->table, at) == 0))
        return etp_table_fail(from->table, at, from->error, ETP_EFORMAT, "has to be a table of parameters");
    for (size_t i = 0; result == ETP_OK && (key = etp_table_key(from->table, at, i)) != NULL; i++) {
        etp_knob_value value;
        etp_scenario_path name = etp_scenario_join(section, key), where = etp_scenario_join(at, key);
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
int etp_scenario_read_set(const etp_scenario_reader *from, const char *at, etp_overrides *set)
{
    const char *key;
    int result = ETP_OK;
    if (etp_table_kind(from->table, at) == ETP_VALUE_NONE)
        return ETP_OK;
    for (size_t i = 0; result == ETP_OK && (key = etp_table_key(from->table, at, i)) != NULL; i++)
        result = etp_scenario_read_section(from, etp_scenario_join(at, key).text, key, set);
    return result;
}
