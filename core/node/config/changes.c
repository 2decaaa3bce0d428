/* SPDX-License-Identifier: MIT */
/* What SIGHUP finds changed: both files are compared value by value, as they are written. */
#include <stdio.h>
#include <string.h>

#include "node/config/keys.h"

enum { PATH_TEXT_MAX = 160, SHOWN_MAX = 512 };

static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s", more);
}

static void show(const etp_table *table, const char *path, char *text, size_t size);

static void show_members(const etp_table *table, const char *path, bool is_list, char *text, size_t size)
{
    append(text, size, "{");
    for (size_t i = 0; i < etp_table_length(table, path); i++) {
        char member[PATH_TEXT_MAX];
        const char *key = etp_table_key(table, path, i);
        if (is_list)
            snprintf(member, sizeof member, "%s[%zu]", path, i + 1);
        else
            snprintf(member, sizeof member, "%s.%s", path, key);
        append(text, size, i > 0 ? ", " : " ");
        if (!is_list) {
            append(text, size, key);
            append(text, size, " = ");
        }
        show(table, member, text, size);
    }
    append(text, size, " }");
}

/* Appends the value as it could be written. */
static void show(const etp_table *table, const char *path, char *text, size_t size)
{
    double number = 0;
    bool truth = false;
    const char *value = "";
    char piece[40];
    switch (etp_table_kind(table, path)) {
    case ETP_VALUE_BOOL:
        etp_table_bool(table, path, &truth, NULL);
        append(text, size, truth ? "true" : "false");
        break;
    case ETP_VALUE_NUMBER:
        etp_table_number(table, path, &number, NULL);
        snprintf(piece, sizeof piece, "%.15g", number);
        append(text, size, piece);
        break;
    case ETP_VALUE_TEXT:
        etp_table_text(table, path, &value, NULL);
        append(text, size, value);
        break;
    case ETP_VALUE_LIST:
        show_members(table, path, true, text, size);
        break;
    case ETP_VALUE_TABLE:
        show_members(table, path, false, text, size);
        break;
    case ETP_VALUE_NONE:
    default:
        append(text, size, "(not given)");
    }
}

/* What is cut off does not count, and long lists of links are cut. */
static void cut(char to[64], const char *from)
{
    snprintf(to, 64, "%.60s%s", from, strlen(from) > 60 ? "..." : "");
}

/* ---- equal or not ---- */

static bool same(const etp_table *before, const etp_table *after, const char *path);

static bool same_members(const etp_table *before, const etp_table *after, const char *path)
{
    size_t count = etp_table_length(before, path);
    if (count != etp_table_length(after, path))
        return false;
    for (size_t i = 0; i < count; i++) {
        char member[PATH_TEXT_MAX];
        const char *key = etp_table_key(before, path, i);
        if (key == NULL)
            snprintf(member, sizeof member, "%s[%zu]", path, i + 1);
        else
            snprintf(member, sizeof member, "%s.%s", path, key);
        if (!same(before, after, member))
            return false;
    }
    return true;
}

static bool same(const etp_table *before, const etp_table *after, const char *path)
{
    etp_value_kind kind = etp_table_kind(before, path);
    if (kind != etp_table_kind(after, path))
        return false;
    if (kind == ETP_VALUE_LIST || kind == ETP_VALUE_TABLE)
        return same_members(before, after, path);
    char old[SHOWN_MAX] = "", new[SHOWN_MAX] = "";
    show(before, path, old, sizeof old);
    show(after, path, new, sizeof new);
    return strcmp(old, new) == 0;
}

void etp_node_config_compare(const etp_node_config *before, const etp_node_config *after, etp_node_changes *changes)
{
    changes->count = 0;
    for (unsigned i = 0; i < etp_node_key_count() && changes->count < ETP_NODE_CHANGES_MAX; i++) {
        const etp_node_key *key = etp_node_key_at(i);
        char old[SHOWN_MAX] = "", new[SHOWN_MAX] = "";
        if (key->kind == ETP_KEY_SECTION || same(before->table, after->table, key->path))
            continue;
        show(before->table, key->path, old, sizeof old);
        show(after->table, key->path, new, sizeof new);
        etp_node_change *change = &changes->list[changes->count++];
        change->path = key->path;
        change->live = key->live;
        cut(change->before, old);
        cut(change->after, new);
    }
}
