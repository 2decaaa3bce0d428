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
    [ETP_SHARE_META] = {ETP_META_DIR, ETP_INSTALLED_META_DIR, "meta/script"},
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

/* ../share/etp-engine, seen from the folder of the running program: an installed tree may be moved. */
static bool beside_program(const char *name, char *path, size_t size)
{
    char program[ETP_SHARE_PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return false;
    program[length] = '\0';
    if (!go_up(program) || !go_up(program))
        return false;
    int needed = snprintf(path, size, "%s/share/etp-engine/%s", program, name);
    return needed > 0 && (size_t)needed < size && etp_share_is_folder(path);
}

/* The sources' own folder comes first, so that a build tests what lies beside it. */
bool etp_share_find(etp_share what, char *path, size_t size)
{
    return copy_folder(places[what].sources, path, size) || copy_folder(places[what].installed, path, size) ||
           beside_program(places[what].name, path, size);
}

void etp_share_places(etp_share what, const char **sources, const char **installed)
{
    *sources = places[what].sources;
    *installed = places[what].installed;
}
