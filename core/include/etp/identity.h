/* SPDX-License-Identifier: MIT */
/**
 * @file identity.h
 * Who a device is on the network, and whom it believes. A device has an Ed25519 key pair; its private half lies in a
 * file that nobody else can read. A trust list says which public key, role and name belong to which device. Both are
 * plain text, and made with `etp-engine keygen`.
 *
 *     1001 battery    HxAa...fQ= name=home-17 via=3001
 *     2001 aggregator q83v...0k= name=north
 *     3001 relay      5Yb1...cM=
 *
 * A device may stand on two lines with two keys: while a key is being replaced, either is believed. docs/security.md says
 * how, and against whom all this helps.
 *
 * Private keys are wiped from memory when they are freed. Nothing here changes after it was made, so that several threads
 * may read one identity or one trust list; making and freeing belong to one thread.
 *
 * Mistakes: NULL is ETP_EINVAL, or 0, false or NULL from readers.
 */
#ifndef ETP_IDENTITY_H
#define ETP_IDENTITY_H

#include <stdbool.h>
#include <stddef.h>

#include "etp/alloc.h"
#include "etp/error.h"
#include "etp/units.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a device is in the market. The numbers are those of the handshake. */
typedef enum etp_device_role {
    ETP_DEVICE_BATTERY = 0,    /**< sells */
    ETP_DEVICE_AGGREGATOR = 1, /**< buys */
    ETP_DEVICE_RELAY = 2       /**< hands on what the others say to each other */
} etp_device_role;
enum { ETP_DEVICE_ROLES = 3 };

/** "battery", "aggregator", "relay". Static storage; "?" for a number that is none. */
ETP_API const char *etp_device_role_name(etp_device_role role);
/** The role of that name; ETP_ENOENT if there is none. */
ETP_API int etp_device_role_parse(const char *name, etp_device_role *role);
/** Whether devices of these two roles have anything to say to each other: all but two of the same kind have. */
ETP_API bool etp_device_role_meets(etp_device_role one, etp_device_role other);

/** An Ed25519 public key. */
typedef struct etp_public_key {
    unsigned char bytes[32]; /**< as RFC 8032 writes it */
} etp_public_key;

/** Longest text of a public key, terminated: base64 with its padding. */
enum { ETP_PUBLIC_KEY_TEXT_MAX = 48 };

/** The key as base64. */
ETP_API int etp_public_key_show(const etp_public_key *key, char text[ETP_PUBLIC_KEY_TEXT_MAX]);
/** The key of a text. ETP_EFORMAT where it is not base64 of 32 bytes, or is no point that a key may be. */
ETP_API int etp_public_key_parse(etp_public_key *key, const char *text);
/** Whether both are the same. */
ETP_API bool etp_public_key_equal(const etp_public_key *one, const etp_public_key *other);

/* ---- who we are ---- */

/** A device id and its key pair. Opaque. */
typedef struct etp_identity etp_identity;

/** A new key pair from the system's random numbers. ETP_ERANGE for a device id that is none, ETP_EIO where the system gives
 *  no such numbers, ETP_ENOMEM. NULL `allocator` is malloc, here and below; it is borrowed for the identity's life. */
ETP_API int etp_identity_generate(etp_identity **identity, etp_id device, const etp_allocator *allocator,
                                  etp_error *error);
/** The key pair that RFC 8032 makes of 32 secret bytes, which are copied: for those who keep them elsewhere. Errors as
 *  above. */
ETP_API int etp_identity_from_seed(etp_identity **identity, etp_id device, const unsigned char seed[32],
                                   const etp_allocator *allocator, etp_error *error);
/** Reads a private key file. ETP_EIO where it cannot be read or can be read by others than its owner, ETP_EFORMAT where
 *  it is no key file or its keys do not fit together; the error says what to do. */
ETP_API int etp_identity_load(etp_identity **identity, const char *path, const etp_allocator *allocator,
                              etp_error *error);
/** Writes a private key file that only its owner can read. It appears whole or not at all; one that is there already is
 *  never written over: ETP_EEXIST. ETP_EIO where the system refuses; the error says what. */
ETP_API int etp_identity_save(const etp_identity *identity, const char *path, etp_error *error);
/** Another one with the same keys. ETP_ENOMEM. */
ETP_API int etp_identity_copy(etp_identity **copy, const etp_identity *identity, const etp_allocator *allocator);
/** Wipes it. Accepts NULL. */
ETP_API void etp_identity_free(etp_identity *identity);

/** Its device id. */
ETP_API etp_id etp_identity_device(const etp_identity *identity);
/** Its public key, borrowed for the identity's life. */
ETP_API const etp_public_key *etp_identity_public(const etp_identity *identity);

/* ---- whom we believe ---- */

enum { ETP_TRUST_KEYS_MAX = 2, ETP_TRUST_NAME_MAX = 32 };

/** One device that is believed. */
typedef struct etp_trust_entry {
    etp_id device;                           /**< its id */
    etp_device_role role;                    /**< what it is */
    unsigned key_count;                      /**< 1; 2 while a key is being replaced */
    etp_public_key keys[ETP_TRUST_KEYS_MAX]; /**< any of these proves it */
    char name[ETP_TRUST_NAME_MAX];           /**< for people; "" for none */
    etp_id via; /**< the relay that may speak for it; 0: nobody may. With a relay in between it is the relay that is
                     believed: it could say anything in this device's name */
} etp_trust_entry;

/** A trust list. Opaque. */
typedef struct etp_trust etp_trust;

/** Reads a trust list: one device a line, as above; '#' begins a comment. ETP_EIO where it cannot be read, or could be
 *  written by everybody; ETP_EFORMAT, with file and line, for what is no such list; ETP_ENOMEM. On failure `*trust` is not
 *  to be used. */
ETP_API int etp_trust_load(etp_trust **trust, const char *path, const etp_allocator *allocator, etp_error *error);
/** The same of a text of `size` bytes; `name` stands for the file's in errors. */
ETP_API int etp_trust_parse(etp_trust **trust, const char *text, size_t size, const char *name,
                            const etp_allocator *allocator, etp_error *error);
/** A list of the given devices. ETP_EEXIST for a device or a key that is there twice, ETP_ERANGE for an entry that is
 *  none. */
ETP_API int etp_trust_make(etp_trust **trust, const etp_trust_entry *entries, size_t count,
                           const etp_allocator *allocator, etp_error *error);
/** Accepts NULL. */
ETP_API void etp_trust_free(etp_trust *trust);

/** What is known of a device, or NULL. Borrowed for the list's life, as below. */
ETP_API const etp_trust_entry *etp_trust_find(const etp_trust *trust, etp_id device);
/** How many devices there are. */
ETP_API size_t etp_trust_count(const etp_trust *trust);
/** One of them, from 0 in the order of their ids; NULL beyond the end. */
ETP_API const etp_trust_entry *etp_trust_at(const etp_trust *trust, size_t index);

/** Whether this may be a name in a trust list: 1 to 31 letters, digits and - _ . : @ +. */
ETP_API bool etp_trust_name_fits(const char *name);

/** The line of a trust list for `key` number `index` of `entry`, without a line end. Returns its length; ETP_ENOSPACE
 *  where `size` is too small, ETP_EINVAL where the entry has no such key. */
ETP_API int etp_trust_show(const etp_trust_entry *entry, unsigned index, char *text, size_t size);
enum { ETP_TRUST_LINE_MAX = 160 /**< longest such line, terminated */ };

#ifdef __cplusplus
}
#endif

#endif
