/* SPDX-License-Identifier: MIT */
#include <sodium.h>

#include "live/identity/sign.h"

bool etp_sodium_ready(void)
{
    /* 1 where it was called before, from whichever thread. */
    return sodium_init() >= 0;
}
