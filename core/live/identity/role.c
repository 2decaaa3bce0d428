/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "etp/identity.h"

static const char *const names[ETP_DEVICE_ROLES] = {"battery", "aggregator", "relay"};

const char *etp_device_role_name(etp_device_role role)
{
    return (unsigned)role < ETP_DEVICE_ROLES ? names[role] : "?";
}

int etp_device_role_parse(const char *name, etp_device_role *role)
{
    if (name == NULL || role == NULL)
        return ETP_EINVAL;
    for (unsigned i = 0; i < ETP_DEVICE_ROLES; i++) {
        if (strcmp(name, names[i]) == 0) {
            *role = (etp_device_role)i;
            return ETP_OK;
        }
    }
    return ETP_ENOENT;
}

bool etp_device_role_meets(etp_device_role one, etp_device_role other)
{
    return (unsigned)one < ETP_DEVICE_ROLES && (unsigned)other < ETP_DEVICE_ROLES && one != other;
}
