/* SPDX-License-Identifier: MIT */
#include "cli/new/new_files.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "program/output.h"
#include "program/share.h"
#include "program/status.h"

enum { LINE_MAX_BYTES = 1024 };

/* ---- files that must be new ---- */

static int open_new(const char *path, FILE **file, etp_error *error)
{
    *file = fopen(path, "wx");
    if (*file != NULL)
        return ETP_EXIT_DONE;
    if (errno != EEXIST)
        return etp_output_fail(path, errno, error);
    etp_fail(error, ETP_ESTATE, "%s is there already and was left as it is: take another name, or move it away", path);
    return ETP_EXIT_FAILED;
}

static int close_new(const char *path, FILE *file, etp_error *error)
{
    bool failed = ferror(file) != 0;
    errno = 0;
    if (fclose(file) == 0 && !failed)
        return ETP_EXIT_DONE;
    int reason = errno;
    unlink(path);
    return etp_output_fail(path, reason, error);
}

/* ---- scripts ---- */

static void write_line(FILE *file, const char *line, const char *name)
{
    static const char mark[] = "@NAME@";
    for (const char *found; (found = strstr(line, mark)) != NULL; line = found + sizeof mark - 1) {
        fwrite(line, 1, (size_t)(found - line), file);
        fputs(name, file);
    }
    fputs(line, file);
}

static void copy_lines(FILE *from, FILE *to, const char *name)
{
    char line[LINE_MAX_BYTES];
    bool first = true;
    for (; fgets(line, sizeof line, from) != NULL; first = false)
        if (!first)
            write_line(to, line, name);
}

static int open_template(const char *template, FILE **from, etp_error *error)
{
    char folder[ETP_SHARE_PATH_MAX], path[2 * ETP_SHARE_PATH_MAX];
    const char *sources, *installed;
    etp_share_places(ETP_SHARE_STRATEGIES, &sources, &installed);
    bool found = etp_share_find(ETP_SHARE_STRATEGIES, folder, sizeof folder);
    snprintf(path, sizeof path, "%s/%s", folder, template);
    *from = found ? fopen(path, "r") : NULL;
    if (*from != NULL)
        return ETP_EXIT_DONE;
    etp_fail(error, ETP_ENOENT, "the templates that come with etp-engine are neither in %s nor in %s: install them",
             sources, installed);
    return ETP_EXIT_FAILED;
}

int etp_new_script(const char *path, const char *template, const char *name, etp_error *error)
{
    FILE *from, *to;
    int status = open_template(template, &from, error);
    if (status != ETP_EXIT_DONE)
        return status;
    status = open_new(path, &to, error);
    if (status == ETP_EXIT_DONE) {
        copy_lines(from, to, name);
        status = close_new(path, to, error);
    }
    fclose(from);
    return status;
}

/* ---- the editor's settings ---- */

/* What lua-language-server knows of Lua's own library is replaced by annotations of the sandbox. */
static json_t *libraries_off(void)
{
    static const char *const libraries[] = {"basic", "coroutine", "debug",  "io",    "math",
                                            "os",    "package",   "string", "table", "utf8"};
    json_t *off = json_object();
    for (size_t i = 0; i < sizeof libraries / sizeof libraries[0]; i++)
        if (json_object_set_new(off, libraries[i], json_string("disable")) != 0) {
            json_decref(off);
            return NULL;
        }
    return off;
}

/* Specs run in plain Lua, so what is said of scripts does not hold for them. */
static json_t *settings_for(const char *annotations)
{
    return json_pack("{s:s, s:o, s:[s], s:b, s:[s, s], s:s}", "runtime.version", "Lua 5.4", "runtime.builtin",
                     libraries_off(), "workspace.library", annotations, "workspace.checkThirdParty", 0,
                     "workspace.ignoreDir", ".vscode", "*_spec.lua", "diagnostics.ignoredFiles", "Disable");
}

/* Whether the file says `text` somewhere: it may have comments, so it is not parsed. */
static bool says(const char *path, const char *text)
{
    char line[2 * ETP_SHARE_PATH_MAX];
    bool found = false;
    FILE *file = fopen(path, "r");
    while (file != NULL && !found && fgets(line, sizeof line, file) != NULL)
        found = strstr(line, text) != NULL;
    if (file != NULL)
        fclose(file);
    return found;
}

static int write_settings(const char *path, const char *annotations, etp_error *error)
{
    FILE *file;
    int status = open_new(path, &file, error);
    if (status != ETP_EXIT_DONE)
        return status;
    json_t *content = settings_for(annotations);
    bool made = content != NULL && json_dumpf(content, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF;
    json_decref(content);
    status = close_new(path, file, error);
    if (status != ETP_EXIT_DONE || made)
        return status;
    unlink(path);
    return etp_output_fail(path, ENOMEM, error);
}

int etp_new_editor_settings(const char *path, etp_new_settings *settings, etp_error *error)
{
    *settings = (etp_new_settings){.outcome = ETP_NEW_SETTINGS_NO_ANNOTATIONS};
    char *annotations = settings->annotations;
    if (!etp_share_find(ETP_SHARE_META, annotations, sizeof settings->annotations))
        return ETP_EXIT_DONE;
    if (access(path, F_OK) == 0) {
        settings->outcome = says(path, annotations) ? ETP_NEW_SETTINGS_KEPT : ETP_NEW_SETTINGS_LACK;
        return ETP_EXIT_DONE;
    }
    settings->outcome = ETP_NEW_SETTINGS_WRITTEN;
    return write_settings(path, annotations, error);
}
