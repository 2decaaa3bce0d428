/* SPDX-License-Identifier: MIT */
/*
 * Uniform numbers from the bits of etp_hash(), by multiplication instead of division: off from uniform by less than one
 * part in 2^32 / span. Each purpose has a constant of its own, so that draws for different ends share no bits.
 */
#ifndef ETP_WORLD_DRAW_H
#define ETP_WORLD_DRAW_H

#include "etp/rng.h"

#define ETP_DRAW_HOME        UINT64_C(0x686f6d6500000001)
#define ETP_DRAW_WEATHER     UINT64_C(0x686f6d6500000002)
#define ETP_DRAW_DAY         UINT64_C(0x686f6d6500000003)
#define ETP_DRAW_HALF_HOUR   UINT64_C(0x686f6d6500000004)
#define ETP_DRAW_INTERVAL    UINT64_C(0x686f6d6500000005)
#define ETP_DRAW_PROFILE     UINT64_C(0x686f6d6500000006)
#define ETP_DRAW_OWN_PART    UINT64_C(0x6275796500000001)
#define ETP_DRAW_SIGNAL      UINT64_C(0x6275796500000002)
#define ETP_DRAW_TAKES_PART  UINT64_C(0x6275796500000003)
#define ETP_DRAW_TRACE_NOISE UINT64_C(0x7472616300000001)

/* 0 to span - 1, from 32 bits; span is at most 2^32. */
static inline uint64_t etp_draw_below(uint32_t bits, uint64_t span)
{
    return ((uint64_t)bits * span) >> 32;
}

/* low to high, both included; at most 2^32 - 1 apart. */
static inline int64_t etp_draw_between(uint32_t bits, int64_t low, int64_t high)
{
    return low + (int64_t)etp_draw_below(bits, (uint64_t)(high - low) + 1);
}

static inline uint32_t etp_draw_high(uint64_t hash)
{
    return (uint32_t)(hash >> 32);
}

static inline uint32_t etp_draw_low(uint64_t hash)
{
    return (uint32_t)hash;
}

#endif
