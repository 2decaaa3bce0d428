/* SPDX-License-Identifier: MIT */
/* Where the real data are: the folder that ETP_DATA_DIR names, or else one beside the sources. A program of tests that has
 * none is skipped, and says so. */
#ifndef ETP_TEST_REAL_DATA_H
#define ETP_TEST_REAL_DATA_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { SKIPPED = 77 };

static inline const char *data_folder(void)
{
    const char *named = getenv("ETP_DATA_DIR");
    return named != NULL ? named : ETP_SOURCE_DIR "/../shared/data";
}

/* Stands until the fourth call after this one. */
static inline const char *data_path(const char *file)
{
    static char paths[4][1024];
    static unsigned next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", data_folder(), file);
    return path;
}

static inline bool data_are_here(const char *file)
{
    FILE *there = fopen(data_path(file), "rb");
    if (there != NULL)
        fclose(there);
    else
        printf("skipped: there are no data in %s; set ETP_DATA_DIR to the folder that has them\n", data_folder());
    return there != NULL;
}

#endif
