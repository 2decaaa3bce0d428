/* SPDX-License-Identifier: MIT */
#include "etp/version.h"

const char *etp_version(void)
{
    return ETP_VERSION_STRING;
}
