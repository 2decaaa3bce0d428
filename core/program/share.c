/* SPDX-License-Identifier: MIT */
#include "program/share.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct {
    const char *sources, *installed;
    const char *name; /* under share/etp-engine */
} places[] = {
    [ETP_SHARE_STRATEGIES] = {ETP_STRATEGY_DIR, ETP_INSTALLED_STRATEGY_DIR, "strategies"},
    [ETP_SHARE_SCENARIOS] = {ETP_SCENARIO_DIR, ETP_INSTALLED_SCENARIO_DIR, "scenarios"},
    [ETP_SHARE_META] = {ETP_META_DIR, ETP_INSTALLED_META_DIR, "meta/script"},
};

bool etp_share_is_there(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0;
}

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

/* The running program's own path, with room for ETP_SHARE_PATH_MAX bytes; "" if the system does not tell. */
static void own_path(char *program)
{
    ssize_t length = readlink("/proc/self/exe", program, ETP_SHARE_PATH_MAX - 1);
    program[length > 0 ? length : 0] = '\0';
}

static bool is_in_build_folder(void)
{
    char program[ETP_SHARE_PATH_MAX];
    own_path(program);
    return strncmp(program, ETP_BUILD_DIR "/", sizeof ETP_BUILD_DIR) == 0;
}

/* ../share/etp-engine, seen from the folder of the running program: an installed tree may be moved. */
static bool beside_program(const char *name, char *path, size_t size)
{
    char program[ETP_SHARE_PATH_MAX];
    own_path(program);
    if (!go_up(program) || !go_up(program))
        return false;
    int needed = snprintf(path, size, "%s/share/etp-engine/%s", program, name);
    return needed > 0 && (size_t)needed < size && etp_share_is_folder(path);
}

/* An installed program uses what was installed with it, though the sources that it was built from may still be there, and
 * be newer. One in the build folder tests what lies in the sources. */
bool etp_share_find(etp_share what, char *path, size_t size)
{
    if (beside_program(places[what].name, path, size))
        return true;
    if (is_in_build_folder() && copy_folder(places[what].sources, path, size))
        return true;
    return copy_folder(places[what].installed, path, size) || copy_folder(places[what].sources, path, size);
}

void etp_share_places(etp_share what, const char **sources, const char **installed)
{
    *sources = places[what].sources;
    *installed = places[what].installed;
}
