/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "half.h"

void etp_half_make_keys(etp_half_keys *keys)
{
    etp_trust_entry *entries = calloc(MAX_LINKS, sizeof *entries);
    etp_trust_entry buyer = {.device = BUYER, .role = ETP_DEVICE_AGGREGATOR, .key_count = 1};
    etp_error error = {0};
    etp_half_expect(entries != NULL, "no memory");
    etp_half_expect_ok(etp_identity_generate(&keys->buyer, BUYER, NULL, &error), &error, "a key");
    buyer.keys[0] = *etp_identity_public(keys->buyer);
    for (unsigned i = 0; i < MAX_LINKS; i++) {
        etp_half_expect_ok(etp_identity_generate(&keys->batteries[i], FIRST_BATTERY + i, NULL, &error), &error,
                           "a key");
        entries[i] = (etp_trust_entry){.device = FIRST_BATTERY + i, .role = ETP_DEVICE_BATTERY, .key_count = 1};
        entries[i].keys[0] = *etp_identity_public(keys->batteries[i]);
    }
    etp_half_expect_ok(etp_trust_make(&keys->of_buyer, entries, MAX_LINKS, NULL, &error), &error, "a trust list");
    etp_half_expect_ok(etp_trust_make(&keys->of_batteries, &buyer, 1, NULL, &error), &error, "a trust list");
    free(entries);
}
