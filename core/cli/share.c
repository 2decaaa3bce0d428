/* SPDX-License-Identifier: MIT */
#include "cli/share.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *sources, *installed;
    const char *name; /* under share/etp-engine */
} places[] = {
    [ETP_SHARE_STRATEGIES] = {ETP_STRATEGY_DIR, ETP_INSTALLED_STRATEGY_DIR, "strategies"},
    [ETP_SHARE_META] = {ETP_META_DIR, ETP_INSTALLED_META_DIR, "meta"},
};

bool etp_share_is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

static bool copy_folder(const char *folder, char *path, size_t size)
{
    return etp_share_is_folder(folder) && (size_t)snprintf(path, size, "%s", folder) < size;
}

/* Takes the last name off a path. */
static bool go_up(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
    return slash != NULL;
}

/* The file of the running program, or "" where the system does not say. */
static void find_program(char *path, size_t size)
{
    ssize_t length = readlink("/proc/self/exe", path, size - 1);
    path[length > 0 ? length : 0] = '\0';
}

/* ../share/etp-engine, seen from the folder of the program: an installed tree may be moved. */
static bool beside_program(char *program, const char *name, char *path, size_t size)
{
    if (!go_up(program) || !go_up(program))
        return false;
    int needed = snprintf(path, size, "%s/share/etp-engine/%s", program, name);
    return needed > 0 && (size_t)needed < size && etp_share_is_folder(path);
}

static bool is_build(const char *program)
{
    size_t length = strlen(ETP_BUILD_DIR);
    return strncmp(program, ETP_BUILD_DIR, length) == 0 && program[length] == '/';
}

/* An installed program takes what was installed with it, though its sources may still lie where it was made, edited since.
 * A program in the build folder takes the sources' own, so that a build tests what lies beside it. */
bool etp_share_find(etp_share what, char *path, size_t size)
{
    char program[ETP_SHARE_PATH_MAX];
    find_program(program, sizeof program);
    bool build = is_build(program);
    const char *first = build ? places[what].sources : places[what].installed;
    const char *second = build ? places[what].installed : places[what].sources;
    return beside_program(program, places[what].name, path, size) || copy_folder(first, path, size) ||
           copy_folder(second, path, size);
}

void etp_share_places(etp_share what, const char **sources, const char **installed)
{
    *sources = places[what].sources;
    *installed = places[what].installed;
}
