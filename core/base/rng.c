/* SPDX-License-Identifier: MIT */
#include "etp/rng.h"

#include <stddef.h>

static uint64_t finalise(uint64_t x)
{
    x ^= x >> 30;
    x *= UINT64_C(0xbf58476d1ce4e5b9);
    x ^= x >> 27;
    x *= UINT64_C(0x94d049bb133111eb);
    x ^= x >> 31;
    return x;
}

static const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15);

void etp_rng_seed(etp_rng *rng, uint64_t seed)
{
    if (rng == NULL)
        return;
    for (int i = 0; i < 4; i++) {
        seed += golden;
        rng->state[i] = finalise(seed);
    }
}

static uint64_t rotate(uint64_t x, int bits)
{
    return (x << bits) | (x >> (64 - bits));
}

uint64_t etp_rng_next(etp_rng *rng)
{
    if (rng == NULL)
        return 0;
    uint64_t *s = rng->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

static double to_unit(uint64_t bits)
{
    return (double)(bits >> 11) * 0x1.0p-53;
}

double etp_rng_unit(etp_rng *rng)
{
    return to_unit(etp_rng_next(rng));
}

uint64_t etp_rng_below(etp_rng *rng, uint64_t bound)
{
    if (bound == 0)
        return 0;
    uint64_t uneven = (UINT64_MAX % bound + 1) % bound;
    uint64_t bits;
    do {
        bits = etp_rng_next(rng);
    } while (uneven != 0 && bits > UINT64_MAX - uneven);
    return bits % bound;
}

uint64_t etp_hash(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    uint64_t x = finalise(a + golden);
    x = finalise(x + b + golden);
    x = finalise(x + c + golden);
    return finalise(x + d + golden);
}

double etp_hash_unit(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    return to_unit(etp_hash(a, b, c, d));
}
