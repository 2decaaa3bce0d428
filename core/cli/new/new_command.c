/* SPDX-License-Identifier: MIT */
/* `etp-engine new`: a script to start from, and help for the editor in which it is written. */
#include <ctype.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/new/new_files.h"
#include "cli/option_table.h"
#include "cli/usage.h"
#include "program/output.h"
#include "program/share.h"
#include "program/status.h"

enum { NAME_MAX_BYTES = 64, PATH_MAX_BYTES = ETP_SHARE_PATH_MAX };

static const char head[] =
    "usage: etp-engine new strategy NAME [--spec] [--dir DIR]\n"
    "       etp-engine new reserve NAME [--spec] [--dir DIR]\n"
    "\n"
    "Writes NAME.lua, a commented starting point that runs as it is: a strategy of an aggregator, which\n"
    "buys, or a reserve policy of home batteries, which sell. And .luarc.json, by which editors with\n"
    "lua-language-server know the script API. A file that is there already is never written over.\n";

typedef struct new_options {
    etp_options common;
    const char *folder; /* or NULL */
    bool spec;
} new_options;

static const etp_option own[] = {
    {"Options", "spec", NULL, NULL, "write NAME_spec.lua too, tests of it for busted with the Lua module etp",
     &etp_option_kind_flag, offsetof(new_options, spec), 0, 0},
    {NULL, "dir", "DIR", NULL, "the folder to write in [the current one]", &etp_option_kind_file,
     offsetof(new_options, folder), 0, 0},
    {NULL, "help", NULL, NULL, "print this", &etp_option_kind_flag, offsetof(new_options, common.help), 0, 0},
};
static const char *const shared[] = {NULL};
static const etp_vocabulary vocabulary = {"new", shared, own, sizeof own / sizeof own[0]};

typedef struct kind {
    const char *name;
    const char *template, *spec_template;
    const char *run; /* what stands before the file in the command that tries it */
} kind;

static const kind kinds[] = {
    {"strategy", "templates/strategy.lua", "templates/strategy_spec.lua", "etp-engine"},
    {"reserve", "templates/reserve.lua", "templates/reserve_spec.lua", "etp-engine greedy --reserve"},
};

static const kind *find_kind(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    return NULL;
}

/* ---- names ---- */

static bool is_good_name(const char *name)
{
    size_t size = strlen(name);
    if (size == 0 || size > NAME_MAX_BYTES || name[0] == '-')
        return false;
    for (size_t i = 0; i < size; i++)
        if (!isalnum((unsigned char)name[i]) && name[i] != '_' && name[i] != '-')
            return false;
    return true;
}

/* `--set world.q=1` and `--set reserve.premium=1` are about something else than a script of that name. */
static bool is_taken(const char *name)
{
    return strcmp(name, "world") == 0 || strcmp(name, "reserve") == 0;
}

static int check_name(const char *name, etp_error *error)
{
    size_t size = strlen(name);
    if (size > 4 && strcmp(name + size - 4, ".lua") == 0 && strchr(name, '/') == NULL)
        etp_fail(error, ETP_EINVAL, "name it without .lua: %.*s", (int)size - 4, name);
    else if (strchr(name, '/') != NULL)
        etp_fail(error, ETP_EINVAL, "'%s' has a folder in it: name the script alone, and give the folder to --dir",
                 name);
    else if (!is_good_name(name))
        etp_fail(error, ETP_EINVAL,
                 "'%s' cannot be a script's name: it has 1 to %d letters, digits, _ and -, the first no -", name,
                 NAME_MAX_BYTES);
    else if (is_taken(name))
        etp_fail(error, ETP_EINVAL, "--set %s.NAME=VALUE means something else already: take another name than %s", name,
                 name);
    else
        return ETP_EXIT_DONE;
    return ETP_EXIT_USAGE;
}

/* ---- what is asked for ---- */

static int check_words(const etp_options *options, const kind **asked, etp_error *error)
{
    const char *const *words = options->files;
    unsigned count = options->file_count;
    *asked = count > 0 ? find_kind(words[0]) : NULL;
    if (count == 0)
        etp_fail(error, ETP_EINVAL, "new what? etp-engine new strategy NAME, or etp-engine new reserve NAME");
    else if (*asked == NULL)
        etp_fail(error, ETP_ENOENT,
                 "new writes a strategy or a reserve policy, no '%s': etp-engine new strategy NAME, or etp-engine new "
                 "reserve NAME",
                 words[0]);
    else if (count == 1)
        etp_fail(error, ETP_EINVAL, "the name is missing: etp-engine new %s NAME", words[0]);
    else if (count > 2)
        etp_fail(error, ETP_EINVAL, "one at a time: etp-engine new %s %s", words[0], words[1]);
    else
        return check_name(words[1], error);
    return ETP_EXIT_USAGE;
}

/* A path as a shell takes it: quoted where it has to be. */
static void print_path(const char *path)
{
    if (strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./") == strlen(path)) {
        fputs(path, stdout);
        return;
    }
    putchar('\'');
    for (; *path != '\0'; path++)
        fputs(*path == '\'' ? "'\\''" : (const char[]){*path, '\0'}, stdout);
    putchar('\'');
}

static void print_settings(const etp_new_settings *settings, const char *path)
{
    switch (settings->outcome) {
    case ETP_NEW_SETTINGS_WRITTEN:
        printf("wrote %s, for editors with lua-language-server\n", path);
        break;
    case ETP_NEW_SETTINGS_LACK:
        printf("%s is there already and was left as it is; to know the script API an editor needs in it:\n"
               "  \"workspace.library\": [\"%s\"]\n",
               path, settings->annotations);
        break;
    case ETP_NEW_SETTINGS_NO_ANNOTATIONS:
        printf("no %s was written: the annotations that come with etp-engine are not installed\n", path);
        break;
    default:
        break;
    }
}

/* ---- what is written ---- */

/* Paths of what is written; `spec` is empty where none is asked for. */
typedef struct new_paths {
    char script[PATH_MAX_BYTES + NAME_MAX_BYTES], spec[PATH_MAX_BYTES + NAME_MAX_BYTES];
    char settings[PATH_MAX_BYTES + NAME_MAX_BYTES];
} new_paths;

static void make_paths(new_paths *paths, const char *folder, const char *name, bool with_spec)
{
    const char *slash = folder[0] != '\0' && folder[strlen(folder) - 1] != '/' ? "/" : "";
    snprintf(paths->script, sizeof paths->script, "%s%s%s.lua", folder, slash, name);
    snprintf(paths->settings, sizeof paths->settings, "%s%s.luarc.json", folder, slash);
    paths->spec[0] = '\0';
    if (with_spec)
        snprintf(paths->spec, sizeof paths->spec, "%s%s%s_spec.lua", folder, slash, name);
}

static void print_next(const kind *asked, const new_paths *paths)
{
    fputs("next: etp-engine check ", stdout);
    print_path(paths->script);
    if (paths->spec[0] != '\0') {
        fputs(" && busted ", stdout);
        print_path(paths->spec);
    }
    printf(" && %s ", asked->run);
    print_path(paths->script);
    putchar('\n');
}

static void print_written(const kind *asked, const new_paths *paths, const etp_new_settings *settings)
{
    printf("wrote %s\n", paths->script);
    if (paths->spec[0] != '\0')
        printf("wrote %s\n", paths->spec);
    print_settings(settings, paths->settings);
    print_next(asked, paths);
}

/* The spec and the settings; what of them was written is gone again if one cannot be. */
static int write_companions(const kind *asked, const new_paths *paths, const char *name, etp_new_settings *settings,
                            etp_error *error)
{
    bool with_spec = paths->spec[0] != '\0';
    int status = with_spec ? etp_new_script(paths->spec, asked->spec_template, name, error) : ETP_EXIT_DONE;
    if (status != ETP_EXIT_DONE)
        return status;
    status = etp_new_editor_settings(paths->settings, settings, error);
    if (status != ETP_EXIT_DONE && with_spec)
        unlink(paths->spec);
    return status;
}

static int write_files(const kind *asked, const char *folder, const char *name, bool with_spec, etp_error *error)
{
    new_paths paths;
    etp_new_settings settings;
    make_paths(&paths, folder, name, with_spec);
    int status = etp_new_script(paths.script, asked->template, name, error);
    if (status != ETP_EXIT_DONE)
        return status;
    status = write_companions(asked, &paths, name, &settings, error);
    if (status != ETP_EXIT_DONE) {
        unlink(paths.script);
        return status;
    }
    print_written(asked, &paths, &settings);
    return etp_output_flush(error);
}

/* ---- the command ---- */

void etp_new_help(void)
{
    fputs(head, stdout);
    etp_usage_options(&vocabulary);
}

static int run(const new_options *options, etp_error *error)
{
    const char *folder = options->folder != NULL ? options->folder : "";
    const kind *asked;
    if (options->common.help) {
        etp_new_help();
        return etp_output_flush(error);
    }
    int status = check_words(&options->common, &asked, error);
    if (status != ETP_EXIT_DONE)
        return status;
    if (strlen(folder) < PATH_MAX_BYTES && (folder[0] == '\0' || etp_share_is_folder(folder)))
        return write_files(asked, folder, options->common.files[1], options->spec, error);
    etp_fail(error, ETP_ENOENT, "there is no folder %s: make it first", folder);
    return ETP_EXIT_USAGE;
}

int etp_new_start(const char *program, int argc, char **argv, etp_error *error)
{
    (void)program;
    new_options options = {.folder = NULL};
    int status = etp_options_parse_as(&options.common, &vocabulary, argc, argv, error);
    if (status == ETP_EXIT_DONE)
        status = run(&options, error);
    etp_options_fini(&options.common);
    return status;
}
