/* SPDX-License-Identifier: MIT */
/* gzip, known by its content and not by a name. */
#ifndef ETP_DATA_GUNZIP_H
#define ETP_DATA_GUNZIP_H

#include <stdbool.h>

#include "etp/alloc.h"
#include "etp/error.h"
#include "world/text.h"

/* No file is larger, neither packed nor unpacked. */
#define ETP_DATA_SIZE_MAX ((size_t)256 << 20)

bool etp_gzip_is(etp_span bytes);

/* Unpacks all members of a gzip file into memory for `*room` bytes from the allocator, of which `*size` are used.
 * ETP_EFORMAT with a sentence for one that is cut off, damaged, or larger than ETP_DATA_SIZE_MAX when unpacked; then
 * nothing is owned. `name` stands for the file in messages. */
int etp_gunzip(const char *name, etp_span packed, char **bytes, size_t *size, size_t *room,
               const etp_allocator *allocator, etp_error *error);

#endif
