/* SPDX-License-Identifier: MIT */
/* Files that the program writes. One that is written whole appears under its name at the end, or not at all. */
#ifndef ETP_PROGRAM_OUTPUT_H
#define ETP_PROGRAM_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

#include "etp/error.h"

typedef struct etp_output {
    FILE *file;       /* NULL when there is nothing to write */
    const char *path; /* borrowed; "-" is standard output */
    char *temporary;  /* under which it is written until it is whole, or NULL */
} etp_output;

/* NULL `path` opens nothing. `whole` writes under another name first, unless `path` is a device or the like. Returns an
 * exit status. etp_output_drop() is due in any case. */
int etp_output_open(etp_output *output, const char *path, bool whole, etp_error *error);

/* Writes out what is buffered, closes, and gives the file its name. Returns an exit status. */
int etp_output_finish(etp_output *output, etp_error *error);

/* The same after a result of JSON was written with `result`: ETP_OK, ETP_EIO with errno, or ETP_ENOMEM. */
int etp_output_finish_json(etp_output *output, int result, etp_error *error);

/* Closes without keeping what is not whole. Accepts a zeroed or finished one. */
void etp_output_drop(etp_output *output);

/* Whether both paths name one file that is there. NULL and "-" name none. */
bool etp_output_is_file(const char *path, const char *other);

/* Writes out what was printed on standard output, which may be a full disk or a closed pipe. Returns an exit status. */
int etp_output_flush(etp_error *error);

/* The sentence for a write that failed. Returns an exit status. */
int etp_output_fail(const char *path, int reason, etp_error *error);

#endif
