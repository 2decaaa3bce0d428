/* SPDX-License-Identifier: MIT */
/**
 * @file envelope.h
 * The datagram in which a node announces itself, to bytes and back. No socket, no clock, no memory of what came before.
 * docs/protocol.md has the layout byte for byte.
 *
 * Reading is in two steps, since a signature costs hundreds of times what the rest does: etp_envelope_decode() looks at the
 * bytes, etp_envelope_verify() at the signature. Nothing of an envelope is true before the second.
 */
#ifndef ETP_LIVE_ENVELOPE_H
#define ETP_LIVE_ENVELOPE_H

#include "discovery.h"

enum {
    ETP_ENVELOPE_VERSION = 1,
    ETP_ENVELOPE_HEAD = 32,
    ETP_ENVELOPE_REGISTER = 1, /**< a battery's: carries a Register */
    ETP_ENVELOPE_QUERY = 2,    /**< a buyer's: carries a Query */
    ETP_ENVELOPE_RELAY = 3     /**< a relay's: carries no message */
};

/** What is announced. */
typedef struct etp_envelope {
    etp_id device;
    etp_device_role role;
    uint64_t time_us;       /**< since 1970 on the sender's wall clock */
    uint64_t counter;       /**< 1 for the first since the sender's start; (time, counter) only rises */
    bool has_message;       /**< all but a relay's have one */
    etp_message message;    /**< Register or Query */
    unsigned address_count; /**< the sender prefers the first */
    char addresses[ETP_DISCOVERY_ADDRESSES][ETP_DISCOVERY_ADDRESS_MAX + 1];
} etp_envelope;

/** As it is sent. */
typedef struct etp_datagram {
    size_t size;
    unsigned char bytes[ETP_DISCOVERY_DATAGRAM_MAX];
} etp_datagram;

/** ETP_ERANGE for a field that could not be read back. Without an identity the signature is zeros. */
int etp_envelope_encode(const etp_envelope *envelope, const etp_identity *identity, etp_datagram *datagram);

/** The bytes mean something: OVERSIZED, TRUNCATED, NOT_ENVELOPE, VERSION, MALFORMED or MESSAGE where they do not. A
 *  `device` that could be read is told of a refused one too; it is 0 otherwise. */
etp_discovery_refusal etp_envelope_decode(const void *bytes, size_t size, etp_envelope *envelope);

/** Whether a datagram that etp_envelope_decode() took was signed with a key of `entry`. */
bool etp_envelope_verify(const void *bytes, size_t size, const etp_trust_entry *entry);

#endif
