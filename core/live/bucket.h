/* SPDX-License-Identifier: MIT */
/*
 * A bucket that fills at a rate up to a brim. Instead of what is in it, the moment is kept at which it is full again: what is
 * taken moves that moment by the time in which it flows in, and at most a bucketful ahead of now. All of it is time.
 */
#ifndef ETP_LIVE_BUCKET_H
#define ETP_LIVE_BUCKET_H

#include <stdbool.h>

#include "etp/units.h"

static inline etp_time etp_bucket_after(etp_time full_at, etp_time now, etp_time amount)
{
    return (full_at > now ? full_at : now) + amount;
}

/* When it may have been a larger bucket until now, or one that filled more slowly: it cannot be more than empty. */
static inline etp_time etp_bucket_within(etp_time full_at, etp_time now, etp_time brim)
{
    return full_at - now > brim ? now + brim : full_at;
}

/* Whether `amount` is in a bucket that holds `brim`. */
static inline bool etp_bucket_has(etp_time full_at, etp_time now, etp_time amount, etp_time brim)
{
    return etp_bucket_after(etp_bucket_within(full_at, now, brim), now, amount) - now <= brim;
}

/* Takes it, if it is there. */
static inline bool etp_bucket_take(etp_time *full_at, etp_time now, etp_time amount, etp_time brim)
{
    *full_at = etp_bucket_within(*full_at, now, brim);
    if (!etp_bucket_has(*full_at, now, amount, brim))
        return false;
    *full_at = etp_bucket_after(*full_at, now, amount);
    return true;
}

#endif
