/* SPDX-License-Identifier: MIT */
/*
 * From a path, or from bytes in memory, to text that is worth splitting into rows: read, unpacked if it is gzip, found to
 * be UTF-8 without NUL, and freed of a byte order mark. What is no such text is refused with a sentence.
 */
#ifndef ETP_DATA_TEXT_FILE_H
#define ETP_DATA_TEXT_FILE_H

#include "data/gunzip.h"

typedef struct etp_data_text {
    const char *name; /* of the file, for messages; borrowed */
    etp_span text;    /* never empty */
    bool packed;      /* it was gzip */
    size_t file_size; /* in bytes, as it lies on the disk */
    uint64_t hash;    /* XXH3 of those bytes */
    char *bytes;      /* what `text` lies in, if that is ours */
    size_t room;
    const etp_allocator *allocator;
} etp_data_text;

/* Reads a file. On failure nothing is owned. `allocator` may be NULL. */
int etp_data_text_load(etp_data_text *file, const char *path, const etp_allocator *allocator, etp_error *error);

/* The same from memory, which `file` borrows. */
int etp_data_text_open(etp_data_text *file, const char *name, etp_span bytes, const etp_allocator *allocator,
                       etp_error *error);

/* Accepts a zeroed one. */
void etp_data_text_fini(etp_data_text *file);

#endif
