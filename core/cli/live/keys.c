/* SPDX-License-Identifier: MIT */
#include "cli/live/keys.h"

#include <stdio.h>
#include <stdlib.h>

#include "program/status.h"

static etp_id device_of(const etp_live_keys *keys, const etp_run *run, unsigned index)
{
    etp_firm_result firm;
    if (index < keys->homes)
        return etp_run_home_device(index);
    etp_run_firm(run, index - keys->homes, &firm);
    return etp_run_firm_device(firm.portfolio);
}

static etp_device_role role_of(const etp_live_keys *keys, unsigned index)
{
    return index < keys->homes ? ETP_DEVICE_BATTERY : ETP_DEVICE_AGGREGATOR;
}

static int make_all(etp_live_keys *keys, etp_trust_entry *entries, const etp_run *run, etp_error *error)
{
    for (unsigned i = 0; i < keys->homes + keys->firms; i++) {
        bool home = i < keys->homes;
        etp_id device = device_of(keys, run, i);
        int result = etp_identity_generate(&keys->identities[i], device, NULL, error);
        if (result != ETP_OK)
            return result;
        entries[i] = (etp_trust_entry){.device = device, .role = role_of(keys, i), .key_count = 1};
        entries[i].keys[0] = *etp_identity_public(keys->identities[i]);
        snprintf(entries[i].name, sizeof entries[i].name, "%s-%u", home ? "home" : "aggregator",
                 home ? i : i - keys->homes);
    }
    return etp_trust_make(&keys->trust, entries, keys->homes + keys->firms, NULL, error);
}

int etp_live_keys_make(etp_live_keys *keys, const etp_run *run, unsigned homes, etp_error *error)
{
    *keys = (etp_live_keys){.homes = homes, .firms = etp_run_firm_count(run)};
    unsigned count = homes + keys->firms;
    etp_trust_entry *entries = calloc(count, sizeof *entries);
    keys->identities = calloc(count, sizeof(etp_identity *));
    int result = ETP_ENOMEM;
    if (entries == NULL || keys->identities == NULL)
        etp_fail(error, result, "no memory for the keys of %u nodes", count);
    else
        result = make_all(keys, entries, run, error);
    free(entries);
    return result == ETP_OK ? ETP_EXIT_DONE : ETP_EXIT_FAILED;
}

void etp_live_keys_fini(etp_live_keys *keys)
{
    for (unsigned i = 0; keys->identities != NULL && i < keys->homes + keys->firms; i++)
        etp_identity_free(keys->identities[i]);
    free(keys->identities);
    etp_trust_free(keys->trust);
    *keys = (etp_live_keys){0};
}

int etp_live_keys_add_nodes(const etp_live_keys *keys, etp_live *live, const etp_run *run, etp_error *error)
{
    for (unsigned i = 0; i < keys->homes + keys->firms; i++) {
        etp_node node = i;
        if (i >= keys->homes)
            etp_run_firm_node(run, i - keys->homes, &node);
        const etp_live_node_options options = {.size = sizeof options,
                                               .node = node,
                                               .device_id = device_of(keys, run, i),
                                               .role = role_of(keys, i),
                                               .identity = keys->identities[i],
                                               .trust = keys->trust};
        if (etp_live_add_node(live, &options, error) != ETP_OK)
            return ETP_EXIT_FAILED;
    }
    return ETP_EXIT_DONE;
}
