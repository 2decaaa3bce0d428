/* SPDX-License-Identifier: MIT */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/nearest.h"
#include "etp/live_older.h"
#include "node/config/keys.h"

enum { SECTION_KEYS_MAX = 48, PATH_TEXT_MAX = 160 };

/* ---- what it owns ---- */

const char *etp_node_config_keep(etp_node_config *config, const char *text)
{
    size_t size = strlen(text) + 1;
    char **owned = realloc(config->owned, (config->owned_count + 1) * sizeof *owned);
    if (owned == NULL)
        return NULL;
    config->owned = owned;
    char *copy = malloc(size);
    if (copy == NULL)
        return NULL;
    memcpy(copy, text, size);
    return owned[config->owned_count++] = copy;
}

void etp_node_config_fini(etp_node_config *config)
{
    for (unsigned i = 0; i < config->owned_count; i++)
        free(config->owned[i]);
    free(config->owned);
    free(config->listen.list);
    free(config->dial.list);
    free(config->discovery.groups.list);
    free(config->discovery.peers.list);
    free(config->discovery.announce.list);
    free(config->older.dial.list);
    free(config->older.allow.list);
    free(config->file);
    free(config->folder);
    etp_table_free(config->table);
    *config = (etp_node_config){0};
}

void etp_node_config_refuse(const etp_node_config *config, etp_findings *findings, const char *path, const char *format,
                            ...)
{
    char text[ETP_ERROR_TEXT_MAX];
    etp_error error = {0};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    etp_table_fail(config->table, path, &error, ETP_EINVAL, "%s", text);
    etp_findings_take(findings, &error);
}

/* ---- keys that nobody knows ---- */

/* The name of a key inside its section, or NULL if it lies elsewhere or deeper. */
static const char *name_in(const char *section, const char *path)
{
    size_t size = strlen(section);
    if (size > 0 && (strncmp(path, section, size) != 0 || path[size] != '.'))
        return NULL;
    const char *name = size > 0 ? path + size + 1 : path;
    return strchr(name, '.') == NULL ? name : NULL;
}

/* A key that is in its place one section further would be typed at the top, and the other way round. */
static const char *place_of(const char *name)
{
    for (unsigned i = 0; i < etp_node_key_count(); i++) {
        const char *path = etp_node_key_at(i)->path, *dot = strrchr(path, '.');
        if (strcmp(dot != NULL ? dot + 1 : path, name) == 0)
            return path;
    }
    return NULL;
}

/* What lacks its unit is more often meant than what has other letters. */
static const char *nearest_of(const char *key, const char *const *names, unsigned count)
{
    size_t size = strlen(key);
    for (unsigned i = 0; i < count; i++)
        if (strncmp(names[i], key, size) == 0 && names[i][size] == '_')
            return names[i];
    return etp_nearest(key, names, count);
}

static void refuse_unknown(const etp_node_config *config, const char *section, const char *path, const char *key,
                           etp_findings *findings)
{
    const char *names[SECTION_KEYS_MAX];
    unsigned count = 0;
    for (unsigned i = 0; i < etp_node_key_count() && count < SECTION_KEYS_MAX; i++) {
        const char *name = name_in(section, etp_node_key_at(i)->path);
        if (name != NULL && (etp_node_key_at(i)->roles & 1u << config->role) != 0)
            names[count++] = name;
    }
    const char *nearest = nearest_of(key, names, count), *place = place_of(key);
    if (place != NULL)
        etp_node_config_refuse(config, findings, path, "is not known here; did you mean %s?", place);
    else if (nearest != NULL)
        etp_node_config_refuse(config, findings, path, "is not known here; did you mean %s%s%s?", section,
                               section[0] != '\0' ? "." : "", nearest);
    else
        etp_node_config_refuse(config, findings, path,
                               "is not known here; etp-engine node --keys lists the keys there are");
}

static void check_role_of(const etp_node_config *config, const etp_node_key *key, etp_findings *findings)
{
    char list[64] = "";
    if ((key->roles & 1u << config->role) != 0)
        return;
    for (unsigned role = 0; role <= ETP_NODE_RELAY; role++) {
        size_t used = strlen(list);
        if ((key->roles & 1u << role) != 0)
            snprintf(list + used, sizeof list - used, "%s%s", used > 0 ? " or " : "",
                     etp_node_role_name((etp_node_role)role));
    }
    etp_node_config_refuse(config, findings, key->path, "is for the role %s, and this node's role is %s", list,
                           etp_node_role_name((etp_node_role)config->role));
}

static void check_keys(const etp_node_config *config, const char *section, etp_findings *findings)
{
    const char *name;
    for (size_t i = 0; (name = etp_table_key(config->table, section, i)) != NULL; i++) {
        char path[PATH_TEXT_MAX];
        snprintf(path, sizeof path, "%s%s%s", section, section[0] != '\0' ? "." : "", name);
        const etp_node_key *key = etp_node_key_find(path);
        if (key == NULL)
            refuse_unknown(config, section, path, name, findings);
        else
            check_role_of(config, key, findings);
        if (key != NULL && key->kind == ETP_KEY_SECTION && section[0] == '\0' && (key->roles & 1u << config->role) != 0)
            check_keys(config, path, findings);
    }
}

/* ---- keys that somebody knows ---- */

static bool is_there(const etp_node_config *config, const char *path)
{
    return etp_table_kind(config->table, path) != ETP_VALUE_NONE;
}

/* A key that has to be there has to be there if its section is, and some sections have to be. */
static bool is_wanted(const etp_node_config *config, const etp_node_key *key)
{
    char section[PATH_TEXT_MAX];
    const char *dot = strrchr(key->path, '.');
    if (dot == NULL)
        return true;
    snprintf(section, sizeof section, "%.*s", (int)(dot - key->path), key->path);
    return is_there(config, section) || strcmp(section, "battery") == 0 || strcmp(section, "demand") == 0;
}

static void refuse_missing(const etp_node_config *config, const etp_node_key *key, etp_findings *findings)
{
    char range[160];
    etp_node_key_range(key, range, sizeof range);
    etp_node_config_refuse(config, findings, key->path, "is missing (%s); it has to be %s%s%s", key->doc,
                           etp_node_key_kind_name(key), range[0] != '\0' ? ", " : "", range);
}

static void read_key(const etp_node_key *key, etp_node_config *config, etp_findings *findings)
{
    etp_node_kind_default(key, config);
    if ((key->roles & 1u << config->role) == 0)
        return;
    if (is_there(config, key->path))
        etp_node_kind_read(key, config, findings);
    else if (key->standard == NULL && is_wanted(config, key))
        refuse_missing(config, key, findings);
}

/* What else is known follows from the role, so it is read first. */
static bool read_role(etp_node_config *config, etp_findings *findings)
{
    unsigned before = findings->errors;
    read_key(etp_node_key_find("api"), config, findings);
    read_key(etp_node_key_find("role"), config, findings);
    return findings->errors == before;
}

static void name_after_file(etp_node_config *config)
{
    char name[PATH_TEXT_MAX];
    const char *base = config->file + strlen(config->folder);
    size_t size = strlen(base), end = strlen(".lua");
    if (size > end && strcmp(base + size - end, ".lua") == 0)
        size -= end;
    snprintf(name, sizeof name, "%.*s", (int)size, base);
    config->name = etp_node_config_keep(config, name);
}

/* Clients of the older format wait half a second for an answer. A window that somebody chose is not changed: see
 * rules.c. */
static void cap_window(etp_node_config *config)
{
    if (config->older.listen != NULL && !is_there(config, "market.window_ms"))
        config->market.window = ETP_LIVE_OLDER_WINDOW_MAX;
}

static void read_all(etp_node_config *config, etp_findings *findings)
{
    for (unsigned i = 2; i < etp_node_key_count(); i++)
        read_key(etp_node_key_at(i), config, findings);
    config->tls.given = is_there(config, "tls");
    config->discovery.given = is_there(config, "discovery");
    config->home.given = is_there(config, "home");
    config->demand.value_given = is_there(config, "demand.value_c_per_kwh");
    cap_window(config);
    if (config->name == NULL)
        name_after_file(config);
    if (!is_there(config, "home.number"))
        config->home.number = config->device;
    check_keys(config, "", findings);
}

/* ---- the file ---- */

static bool set_names(etp_node_config *config, const char *file)
{
    const char *slash = strrchr(file, '/');
    size_t folder = slash != NULL ? (size_t)(slash - file) + 1 : 0, size = strlen(file) + 1;
    config->file = malloc(size);
    config->folder = malloc(folder + 1);
    if (config->file == NULL || config->folder == NULL)
        return false;
    memcpy(config->file, file, size);
    memcpy(config->folder, file, folder);
    config->folder[folder] = '\0';
    return true;
}

bool etp_node_config_load(etp_node_config *config, const char *file, etp_findings *findings)
{
    etp_error error = {0};
    *config = (etp_node_config){0};
    if (!set_names(config, file))
        etp_findings_error(findings, "no memory for %s", file);
    else if (etp_table_load(&config->table, file, &error) != ETP_OK)
        etp_findings_take(findings, &error);
    else if (read_role(config, findings)) {
        unsigned before = findings->errors;
        read_all(config, findings);
        if (findings->errors == before)
            etp_node_rules_check(config, findings);
    }
    return findings->errors == 0;
}
