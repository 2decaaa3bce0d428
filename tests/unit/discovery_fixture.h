/* SPDX-License-Identifier: MIT */
/* Keys and envelopes for tests of discovery. The key of a device is made of its id. */
#ifndef ETP_TESTS_DISCOVERY_FIXTURE_H
#define ETP_TESTS_DISCOVERY_FIXTURE_H

#include <stdio.h>
#include <string.h>

#include "live/discovery/envelope.h"

/* The caller frees it. */
static inline etp_identity *identity_of(etp_id device)
{
    unsigned char seed[32] = {0};
    etp_identity *identity = NULL;
    memcpy(seed, &device, sizeof device);
    return etp_identity_from_seed(&identity, device, seed, NULL, NULL) == ETP_OK ? identity : NULL;
}

/* What a trust list has of a device, with the key of `key`. */
static inline etp_trust_entry trusted_with(etp_id device, etp_device_role role, etp_id key)
{
    etp_identity *identity = identity_of(key);
    etp_trust_entry entry = {.device = device, .role = role, .key_count = 1, .keys = {*etp_identity_public(identity)}};
    etp_identity_free(identity);
    return entry;
}

/* Signed with the key of `key`; of no bytes where it cannot be made. */
static inline etp_datagram signed_with(const etp_envelope *envelope, etp_id key)
{
    etp_datagram datagram = {0};
    etp_identity *identity = identity_of(key);
    if (etp_envelope_encode(envelope, identity, &datagram) != ETP_OK)
        datagram.size = 0;
    etp_identity_free(identity);
    return datagram;
}

static inline etp_datagram signed_datagram(const etp_envelope *envelope)
{
    return signed_with(envelope, envelope->device);
}

/* An announcement with one address, as an honest node would make it. */
static inline etp_envelope envelope_of(etp_id device, etp_device_role role, uint64_t time_us, uint64_t counter)
{
    etp_envelope envelope = {.device = device,
                             .role = role,
                             .time_us = time_us,
                             .counter = counter,
                             .has_message = role != ETP_DEVICE_RELAY,
                             .address_count = 1};
    snprintf(envelope.addresses[0], sizeof envelope.addresses[0], "tcp://10.0.0.7:7701");
    envelope.message = (etp_message){.type = role == ETP_DEVICE_BATTERY ? ETP_REGISTER : ETP_QUERY,
                                     .message_id = time_us,
                                     .device_id = device,
                                     .ttl = ETP_TTL_DEFAULT,
                                     .energy_total = 6 * ETP_ENERGY_PER_KWH};
    if (role == ETP_DEVICE_RELAY)
        envelope.message = (etp_message){0};
    return envelope;
}

#endif
