/* SPDX-License-Identifier: MIT */
/* What the files of trust lists share. */
#ifndef ETP_LIVE_IDENTITY_TRUST_H
#define ETP_LIVE_IDENTITY_TRUST_H

#include "etp/identity.h"

struct etp_trust {
    const etp_allocator *allocator;
    etp_trust_entry *entries; /* in the order of their devices */
    size_t count, room;
};

typedef struct etp_trust_key {
    etp_public_key key;
    etp_id device;
} etp_trust_key;

/* An empty one with room for so many, or NULL. */
etp_trust *etp_trust_new(size_t room, const etp_allocator *allocator);
/* Sorts what was filled in, and finds devices and keys that are there twice. */
int etp_trust_settle(etp_trust *trust, etp_error *error);

#endif
