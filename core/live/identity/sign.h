/* SPDX-License-Identifier: MIT */
/*
 * Signatures of an identity. Each says what it is for: the domain is signed with the text, so that a signature that was
 * made for one purpose is worth nothing for another. What is signed by Ed25519 is the domain, a zero byte, and the text.
 */
#ifndef ETP_LIVE_IDENTITY_SIGN_H
#define ETP_LIVE_IDENTITY_SIGN_H

#include "etp/identity.h"

enum { ETP_SIGNATURE_SIZE = 64, ETP_SIGNED_MAX = 2048 };

/* Makes the random numbers and the fastest code ready; to be called before anything that uses libsodium. False where the
 * system has no random numbers. Cheap after the first time. */
bool etp_sodium_ready(void);

/* `domain` and `text` take at most ETP_SIGNED_MAX bytes together: ETP_ERANGE. */
int etp_identity_sign(const etp_identity *identity, const char *domain, const void *text, size_t size,
                      unsigned char signature[ETP_SIGNATURE_SIZE]);

/* The key of `entry` that made the signature, or NULL. */
const etp_public_key *etp_trust_verify(const etp_trust_entry *entry, const char *domain, const void *text, size_t size,
                                       const unsigned char signature[ETP_SIGNATURE_SIZE]);

#endif
