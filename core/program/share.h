/* SPDX-License-Identifier: MIT */
/* What comes with the program: where it lies, in the sources or where it was installed. */
#ifndef ETP_PROGRAM_SHARE_H
#define ETP_PROGRAM_SHARE_H

#include <stdbool.h>
#include <stddef.h>

enum { ETP_SHARE_PATH_MAX = 4096 };

typedef enum etp_share {
    ETP_SHARE_STRATEGIES, /* strategies, in "reserve" policies, in "templates" what `new` writes */
    ETP_SHARE_SCENARIOS,  /* of the study */
    ETP_SHARE_META        /* annotations of the script API for editors */
} etp_share;

/* Writes the folder's path. False when it is nowhere. */
bool etp_share_find(etp_share what, char *path, size_t size);

/* Where it was looked for besides: for a sentence that says that it is in neither place. */
void etp_share_places(etp_share what, const char **sources, const char **installed);

/* Whether there is anything of that name. */
bool etp_share_is_there(const char *path);

/* Whether there is a folder of that name. */
bool etp_share_is_folder(const char *path);

#endif
