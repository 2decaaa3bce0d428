/* SPDX-License-Identifier: MIT */
/* What the files of identities share. */
#ifndef ETP_LIVE_IDENTITY_INTERNAL_H
#define ETP_LIVE_IDENTITY_INTERNAL_H

#include <sys/types.h>

#include "etp/identity.h"

enum { ETP_SEED_SIZE = 32, ETP_SECRET_SIZE = 64 };

struct etp_identity {
    const etp_allocator *allocator;
    etp_id device;
    etp_public_key public_key;
    unsigned char secret[ETP_SECRET_SIZE]; /* the seed, then the public key, as libsodium has it */
};

/* Reads all of a plain file into a terminated block of the allocator's. `forbidden`: bits of its mode that must not be
 * set; `advice` says what to do then. The block is `*room` bytes, to be given back by etp_memory_give(). */
int etp_small_file_read(const char *path, size_t limit, mode_t forbidden, const char *advice,
                        const etp_allocator *allocator, char **text, size_t *size, size_t *room, etp_error *error);

#endif
