/* SPDX-License-Identifier: MIT */
/* The strategies that come with the program: where they lie, and in what order they are rivals. */
#ifndef ETP_PROGRAM_SHIPPED_H
#define ETP_PROGRAM_SHIPPED_H

#include <stdbool.h>
#include <stddef.h>

#include "etp/error.h"

/* Paths of the shipped strategies of aggregators in the order in which they are taken as rivals. */
typedef struct etp_shipped {
    char **paths;
    unsigned count;
} etp_shipped;

/* Returns an exit status. etp_shipped_fini() accepts a zeroed struct. */
int etp_shipped_list(etp_shipped *shipped, etp_error *error);
void etp_shipped_fini(etp_shipped *shipped);

/* Where a file that a person named is. A name without a folder that is no file here may be a shipped one, with or without
 * ".lua"; `folder` is where such a one lies under the shipped ones ("" or "reserve/"). The result is to be freed; NULL
 * when there is no memory. A file that is nowhere comes back as it was named: whoever opens it says what is wrong. */
char *etp_shipped_find(const char *name, const char *folder);

/* Writes the name of the shipped script that `name`, with or without a path and ".lua", was probably meant to be. False
 * when none is close. */
bool etp_shipped_nearest(const char *name, const char *folder, char *nearest, size_t size);

#endif
