/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "etp/identity.h"

static const char *const names[ETP_ROLES] = {"battery", "aggregator", "relay"};

const char *etp_role_name(etp_role role)
{
    return (unsigned)role < ETP_ROLES ? names[role] : "?";
}

int etp_role_parse(const char *name, etp_role *role)
{
    if (name == NULL || role == NULL)
        return ETP_EINVAL;
    for (unsigned i = 0; i < ETP_ROLES; i++) {
        if (strcmp(name, names[i]) == 0) {
            *role = (etp_role)i;
            return ETP_OK;
        }
    }
    return ETP_ENOENT;
}

bool etp_role_meets(etp_role one, etp_role other)
{
    return (unsigned)one < ETP_ROLES && (unsigned)other < ETP_ROLES && one != other;
}
