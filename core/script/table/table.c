/* SPDX-License-Identifier: MIT */
/* Loading a file of data, and reading it by path. */
#include "script/table/table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "script/internal.h"
#include "script/table/tree.h"

/* ---- loading ---- */

static int make(etp_table *table, const etp_origin *origin, const char *source, size_t size, etp_error *error)
{
    table->name = etp_memory_copy(NULL, origin->chunk);
    table->source = etp_memory_resize(NULL, NULL, size + 1);
    if (table->name == NULL || table->source == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory", origin->chunk);
    memcpy(table->source, source, size);
    table->source[size] = '\0';
    table->source_size = size;
    return ETP_OK;
}

/* The script is what a vm asks for its options; it has no hooks and nobody calls it. */
static int run(etp_table *table, const etp_origin *origin, etp_error *error)
{
    etp_script script = {.options = {.size = sizeof script.options}};
    etp_vm *vm;
    etp_script_fill_options(&script, NULL);
    script.plain = etp_locale_new();
    int result = etp_vm_run(&vm, &script, origin, error);
    if (result == ETP_OK) {
        result = etp_tree_take(table, vm, error);
        etp_vm_free(vm);
    }
    etp_locale_free(script.plain);
    return result;
}

static int load(etp_table **table, const etp_origin *origin, const char *source, size_t size, etp_error *error)
{
    etp_table *made = etp_memory_take(NULL, sizeof *made);
    if (made == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory", origin->chunk);
    int result = make(made, origin, source, size, error);
    if (result == ETP_OK)
        result = run(made, origin, error);
    if (result != ETP_OK) {
        etp_table_free(made);
        return result;
    }
    *table = made;
    return ETP_OK;
}

int etp_table_load_text(etp_table **table, const char *chunk, const char *text, size_t size, etp_error *error)
{
    const etp_origin origin = {.chunk = chunk, .text = text, .size = size};
    *table = NULL;
    return load(table, &origin, text, size, error);
}

int etp_table_load(etp_table **table, const char *path, etp_error *error)
{
    const etp_source *source;
    etp_sources sources = {.allocator = NULL};
    const etp_origin origin = etp_origin_of_file(path, &sources);
    *table = NULL;
    int result = etp_sources_read(&sources, path, &source, error);
    if (result == ETP_OK)
        result = load(table, &origin, source->text, source->size, error);
    etp_sources_fini(&sources);
    return result;
}

void etp_table_free(etp_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->count; i++) {
        etp_memory_resize(NULL, table->leaves[i].key, 0);
        etp_memory_resize(NULL, table->leaves[i].text, 0);
    }
    etp_memory_resize(NULL, table->leaves, 0);
    etp_memory_resize(NULL, table->name, 0);
    etp_memory_resize(NULL, table->source, 0);
    etp_memory_give(NULL, table, sizeof *table);
}

const char *etp_table_name(const etp_table *table)
{
    return table->name;
}

/* ---- finding ---- */

static const etp_leaf *find_key(const etp_table *table, const etp_leaf *in, const etp_step *step)
{
    size_t low = in->first, high = in->first + in->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const etp_leaf *leaf = &table->leaves[middle];
        int order = strncmp(leaf->key, step->key, step->size);
        if (order == 0)
            order = leaf->key[step->size] != '\0';
        if (order == 0)
            return leaf;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

static const etp_leaf *find(const etp_table *table, const char *path)
{
    etp_step step;
    const etp_leaf *leaf = table->leaves;
    int taken;
    while (leaf != NULL && (taken = etp_step_next(&path, &step)) != 0) {
        bool in_list = taken == 1 && step.key == NULL && leaf->kind == ETP_VALUE_LIST;
        bool in_table = taken == 1 && step.key != NULL && leaf->kind == ETP_VALUE_TABLE;
        if (in_table)
            leaf = find_key(table, leaf, &step);
        else
            leaf = in_list && step.place <= leaf->count ? &table->leaves[leaf->first + step.place - 1] : NULL;
    }
    return leaf;
}

etp_value_kind etp_table_kind(const etp_table *table, const char *path)
{
    const etp_leaf *leaf = find(table, path);
    return leaf != NULL ? leaf->kind : ETP_VALUE_NONE;
}

const char *etp_value_kind_name(etp_value_kind kind)
{
    static const char *const names[] = {"nothing", "true or false", "a number", "a text", "a list", "a table"};
    return names[kind];
}

size_t etp_table_length(const etp_table *table, const char *path)
{
    const etp_leaf *leaf = find(table, path);
    return leaf != NULL ? leaf->count : 0;
}

const char *etp_table_key(const etp_table *table, const char *path, size_t index)
{
    const etp_leaf *leaf = find(table, path);
    if (leaf == NULL || leaf->kind != ETP_VALUE_TABLE || index >= leaf->count)
        return NULL;
    return table->leaves[leaf->first + index].key;
}

/* ---- failures ---- */

unsigned etp_table_line(const etp_table *table, const char *path)
{
    return etp_lines_find(table->source, table->source_size, path);
}

int etp_table_fail(const etp_table *table, const char *path, etp_error *error, int code, const char *format, ...)
{
    char text[ETP_ERROR_TEXT_MAX], line[16] = "";
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    unsigned number = etp_table_line(table, path);
    if (number > 0)
        snprintf(line, sizeof line, "%u:", number);
    etp_fail(error, code, "%s:%s %s%s%s", table->name, line, path, path[0] != '\0' ? " " : "", text);
    if (error != NULL)
        etp_call_disarm(error->text);
    return code;
}

static int refuse(const etp_table *table, const char *path, const etp_leaf *leaf, etp_value_kind wanted,
                  etp_error *error)
{
    const char *name = etp_value_kind_name(wanted);
    if (leaf == NULL)
        return etp_table_fail(table, path, error, ETP_ENOENT, "is missing; it has to be %s", name);
    if (leaf->kind == ETP_VALUE_TEXT)
        return etp_table_fail(table, path, error, ETP_EFORMAT, "is the text \"%.40s\"; it has to be %s", leaf->text,
                              name);
    return etp_table_fail(table, path, error, ETP_EFORMAT, "is %s; it has to be %s", etp_value_kind_name(leaf->kind),
                          name);
}

/* ---- reading ---- */

static int expect(const etp_table *table, const char *path, etp_value_kind wanted, const etp_leaf **leaf,
                  etp_error *error)
{
    *leaf = find(table, path);
    return *leaf != NULL && (*leaf)->kind == wanted ? ETP_OK : refuse(table, path, *leaf, wanted, error);
}

int etp_table_bool(const etp_table *table, const char *path, bool *value, etp_error *error)
{
    const etp_leaf *leaf;
    int result = expect(table, path, ETP_VALUE_BOOL, &leaf, error);
    if (result == ETP_OK)
        *value = leaf->truth;
    return result;
}

int etp_table_number(const etp_table *table, const char *path, double *value, etp_error *error)
{
    const etp_leaf *leaf;
    int result = expect(table, path, ETP_VALUE_NUMBER, &leaf, error);
    if (result == ETP_OK)
        *value = leaf->number;
    return result;
}

int etp_table_whole(const etp_table *table, const char *path, int64_t *value, etp_error *error)
{
    static const double limit = 9007199254740992.0;
    double number;
    int result = etp_table_number(table, path, &number, error);
    if (result != ETP_OK)
        return result;
    if (number < -limit || number > limit || (double)(int64_t)number != number)
        return etp_table_fail(table, path, error, ETP_EFORMAT, "is %.10g; it has to be a whole number", number);
    *value = (int64_t)number;
    return ETP_OK;
}

int etp_table_text(const etp_table *table, const char *path, const char **value, etp_error *error)
{
    const etp_leaf *leaf;
    int result = expect(table, path, ETP_VALUE_TEXT, &leaf, error);
    if (result == ETP_OK)
        *value = leaf->text;
    return result;
}
