/* SPDX-License-Identifier: MIT */
/* Keys and envelopes for tests of discovery. The key of a device is made of its id. */
#ifndef ETP_TESTS_DISCOVERY_FIXTURE_H
#define ETP_TESTS_DISCOVERY_FIXTURE_H

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "live/discovery/envelope.h"

typedef struct key_pair {
    etp_id device;
    unsigned char public_key[crypto_sign_PUBLICKEYBYTES];
    unsigned char secret_key[crypto_sign_SECRETKEYBYTES];
} key_pair;

static inline key_pair key_pair_of(etp_id device)
{
    key_pair pair = {.device = device};
    unsigned char seed[crypto_sign_SEEDBYTES] = {0};
    memcpy(seed, &device, sizeof device);
    crypto_sign_seed_keypair(pair.public_key, pair.secret_key, seed);
    return pair;
}

/* As etp_envelope_sign; `user` is a key_pair. */
static inline bool sign_with(void *user, const void *bytes, size_t size,
                             unsigned char signature[ETP_DISCOVERY_SIGNATURE_SIZE])
{
    const key_pair *pair = user;
    return crypto_sign_detached(signature, NULL, bytes, size, pair->secret_key) == 0;
}

/* An announcement with one address, as an honest node would make it. */
static inline etp_envelope envelope_of(etp_id device, etp_discovery_role role, uint64_t time_us, uint64_t counter)
{
    etp_envelope envelope = {.device = device,
                             .role = role,
                             .time_us = time_us,
                             .counter = counter,
                             .has_message = role != ETP_DISCOVERY_RELAY,
                             .address_count = 1};
    snprintf(envelope.addresses[0], sizeof envelope.addresses[0], "tcp://10.0.0.7:7701");
    envelope.message = (etp_message){.type = role == ETP_DISCOVERY_BATTERY ? ETP_REGISTER : ETP_QUERY,
                                     .message_id = time_us,
                                     .device_id = device,
                                     .ttl = ETP_TTL_DEFAULT,
                                     .energy_total = 6 * ETP_ENERGY_PER_KWH};
    if (role == ETP_DISCOVERY_RELAY)
        envelope.message = (etp_message){0};
    return envelope;
}

#endif
