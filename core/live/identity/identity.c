/* SPDX-License-Identifier: MIT */
#include <sodium.h>
#include <string.h>

#include "base/memory.h"
#include "live/identity/internal.h"
#include "live/identity/sign.h"

/* ---- making ---- */

static int make(etp_identity **identity, etp_id device, const unsigned char seed[ETP_SEED_SIZE],
                const etp_allocator *allocator, etp_error *error)
{
    etp_identity *made = etp_memory_take(allocator, sizeof *made);
    if (made == NULL)
        return etp_fail(error, ETP_ENOMEM, NULL);
    made->allocator = allocator;
    made->device = device;
    crypto_sign_seed_keypair(made->public_key.bytes, made->secret, seed);
    *identity = made;
    return ETP_OK;
}

static int check(etp_identity *const *identity, etp_id device, const etp_allocator *allocator, etp_error *error)
{
    if (identity == NULL || !etp_allocator_is_whole(allocator))
        return etp_fail(error, ETP_EINVAL, NULL);
    if (device == 0 || device > ETP_ID_MAX)
        return etp_fail(error, ETP_ERANGE, "a device id is a whole number from 1 to 9007199254740991 (2^53 - 1)");
    if (!etp_sodium_ready())
        return etp_fail(error, ETP_EIO, "the system has no random numbers to make keys from");
    return ETP_OK;
}

int etp_identity_from_seed(etp_identity **identity, etp_id device, const unsigned char seed[ETP_SEED_SIZE],
                           const etp_allocator *allocator, etp_error *error)
{
    if (seed == NULL)
        return etp_fail(error, ETP_EINVAL, NULL);
    int result = check(identity, device, allocator, error);
    return result == ETP_OK ? make(identity, device, seed, allocator, error) : result;
}

int etp_identity_generate(etp_identity **identity, etp_id device, const etp_allocator *allocator, etp_error *error)
{
    unsigned char seed[ETP_SEED_SIZE];
    int result = check(identity, device, allocator, error);
    if (result != ETP_OK)
        return result;
    randombytes_buf(seed, sizeof seed);
    result = make(identity, device, seed, allocator, error);
    sodium_memzero(seed, sizeof seed);
    return result;
}

int etp_identity_copy(etp_identity **copy, const etp_identity *identity, const etp_allocator *allocator)
{
    if (copy == NULL || identity == NULL || !etp_allocator_is_whole(allocator))
        return ETP_EINVAL;
    etp_identity *made = etp_memory_take(allocator, sizeof *made);
    if (made == NULL)
        return ETP_ENOMEM;
    *made = *identity;
    made->allocator = allocator;
    *copy = made;
    return ETP_OK;
}

void etp_identity_free(etp_identity *identity)
{
    if (identity == NULL)
        return;
    const etp_allocator *allocator = identity->allocator;
    sodium_memzero(identity, sizeof *identity);
    etp_memory_give(allocator, identity, sizeof *identity);
}

/* ---- reading ---- */

etp_id etp_identity_device(const etp_identity *identity)
{
    return identity != NULL ? identity->device : 0;
}

const etp_public_key *etp_identity_public(const etp_identity *identity)
{
    return identity != NULL ? &identity->public_key : NULL;
}

/* ---- signatures ---- */

/* The domain with its zero byte, then the text. Returns the size of both, 0 if it is too much. */
static size_t compose(unsigned char signed_text[ETP_SIGNED_MAX], const char *domain, const void *text, size_t size)
{
    size_t front = strlen(domain) + 1;
    if (front > ETP_SIGNED_MAX || size > ETP_SIGNED_MAX - front)
        return 0;
    memcpy(signed_text, domain, front);
    memcpy(signed_text + front, text, size);
    return front + size;
}

int etp_identity_sign(const etp_identity *identity, const char *domain, const void *text, size_t size,
                      unsigned char signature[ETP_SIGNATURE_SIZE])
{
    unsigned char signed_text[ETP_SIGNED_MAX];
    if (identity == NULL || domain == NULL || text == NULL || signature == NULL)
        return ETP_EINVAL;
    size_t whole = compose(signed_text, domain, text, size);
    if (whole == 0)
        return ETP_ERANGE;
    crypto_sign_detached(signature, NULL, signed_text, whole, identity->secret);
    return ETP_OK;
}

const etp_public_key *etp_trust_verify(const etp_trust_entry *entry, const char *domain, const void *text, size_t size,
                                       const unsigned char signature[ETP_SIGNATURE_SIZE])
{
    unsigned char signed_text[ETP_SIGNED_MAX];
    if (entry == NULL || domain == NULL || text == NULL || signature == NULL || !etp_sodium_ready())
        return NULL;
    size_t whole = compose(signed_text, domain, text, size);
    for (unsigned i = 0; whole > 0 && i < entry->key_count && i < ETP_TRUST_KEYS_MAX; i++)
        if (crypto_sign_verify_detached(signature, signed_text, whole, entry->keys[i].bytes) == 0)
            return &entry->keys[i];
    return NULL;
}
