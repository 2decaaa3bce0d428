/* SPDX-License-Identifier: MIT */
#include "program/settings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "program/status.h"
#include "program/values.h"
#include "program/world_params.h"

/* The part of `text` up to `end`; false when it is empty or too long for a name. */
static bool copy_part(char *part, const char *text, const char *end)
{
    size_t size = (size_t)(end - text);
    if (size == 0 || size >= ETP_SETTING_NAME_MAX)
        return false;
    memcpy(part, text, size);
    part[size] = '\0';
    return true;
}

static int read_one(etp_setting *setting, const char *text, etp_error *error)
{
    const char *equals = strchr(text, '=');
    const char *dot = strchr(text, '.');
    bool whole = equals != NULL && dot != NULL && dot < equals && copy_part(setting->target, text, dot) &&
                 copy_part(setting->param, dot + 1, equals);
    if (!whole) {
        etp_fail(error, ETP_EFORMAT, "--set takes NAME.PARAM=VALUE, such as greedy.margin=1 or world.q=0.8, not '%s'",
                 text);
        return ETP_EXIT_USAGE;
    }
    if (!etp_value_number(equals + 1, &setting->value)) {
        etp_fail(error, ETP_EFORMAT, "--set %s: '%s' is not a number; write it as in 1.5", text, equals + 1);
        return ETP_EXIT_USAGE;
    }
    return ETP_EXIT_DONE;
}

int etp_settings_read(etp_settings *settings, const char *const *texts, unsigned count, etp_error *error)
{
    *settings = (etp_settings){0};
    if (count == 0)
        return ETP_EXIT_DONE;
    settings->list = calloc(count, sizeof *settings->list);
    if (settings->list == NULL) {
        etp_fail(error, ETP_ENOMEM, "no memory for the arguments of --set");
        return ETP_EXIT_FAILED;
    }
    int status = ETP_EXIT_DONE;
    for (unsigned i = 0; i < count && status == ETP_EXIT_DONE; i++)
        status = read_one(&settings->list[settings->count++], texts[i], error);
    return status;
}

void etp_settings_fini(etp_settings *settings)
{
    free(settings->list);
    *settings = (etp_settings){0};
}

int etp_settings_apply(const etp_settings *settings, const char *target, const char *alias, etp_script *script,
                       etp_error *error)
{
    for (unsigned i = 0; i < settings->count; i++) {
        const etp_setting *setting = &settings->list[i];
        bool meant = strcmp(setting->target, target) == 0 || (alias != NULL && strcmp(setting->target, alias) == 0);
        if (!meant)
            continue;
        etp_error inner = {0};
        int result = etp_script_set(script, setting->param, setting->value, &inner);
        if (result != ETP_OK) {
            etp_fail(error, result, "--set %s.%s: %s", setting->target, setting->param, inner.text);
            return ETP_EXIT_USAGE;
        }
    }
    return ETP_EXIT_DONE;
}

int etp_settings_apply_world(const etp_settings *settings, etp_run_options *run, etp_error *error)
{
    int status = ETP_EXIT_DONE;
    for (unsigned i = 0; i < settings->count && status == ETP_EXIT_DONE; i++) {
        const etp_setting *setting = &settings->list[i];
        if (strcmp(setting->target, ETP_SETTING_WORLD) == 0)
            status = etp_world_param_set(run, setting->param, setting->value, error);
    }
    return status == ETP_EXIT_DONE ? etp_world_params_check(run, error) : status;
}

static bool is_among(const char *word, const char *const *names, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        if (strcmp(names[i], word) == 0)
            return true;
    return false;
}

/* "a, b and c", as far as there is room. */
static void join_names(const char *const *names, unsigned count, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (unsigned i = 0; i < count && used < size; i++) {
        const char *before = i == 0 ? "" : i + 1 == count ? " and " : ", ";
        used += (size_t)snprintf(text + used, size - used, "%s%s", before, names[i]);
    }
}

static int fail_unknown(const char *target, const char *const *names, unsigned count, etp_error *error)
{
    char list[ETP_ERROR_TEXT_MAX / 2];
    const char *nearest = etp_nearest(target, names, count);
    join_names(names, count, list, sizeof list);
    if (nearest != NULL)
        etp_fail(error, ETP_ENOENT, "--set: nothing here is called %s; did you mean %s?", target, nearest);
    else
        etp_fail(error, ETP_ENOENT, "--set: nothing here is called %s; there are %s", target, list);
    return ETP_EXIT_USAGE;
}

int etp_settings_check_targets(const etp_settings *settings, const char *const *names, unsigned count, etp_error *error)
{
    for (unsigned i = 0; i < settings->count; i++) {
        const char *target = settings->list[i].target;
        if (!is_among(target, names, count))
            return fail_unknown(target, names, count, error);
    }
    return ETP_EXIT_DONE;
}
