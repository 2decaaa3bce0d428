/* SPDX-License-Identifier: MIT */
/**
 * @file rng.h
 * Random numbers that are the same on every machine: integers only inside, no libm.
 *
 * Two kinds. A *stream* (`etp_rng`) is for whoever draws in an order of his own, such as a strategy. A *hash draw*
 * (`etp_hash`) is a pure function of its keys: what it gives does not depend on what was drawn before, so that two runs
 * that differ in one thing share all the other draws (common random numbers).
 *
 * The stream is xoshiro256** (Blackman and Vigna 2018), seeded through SplitMix64 (Steele, Lea and Flood 2014), whose
 * finaliser is also the hash's mixing step.
 *
 * A stream belongs to one thread at a time; hash draws have no state and are thread-safe.
 *
 * Mistakes: a NULL stream gives 0.
 */
#ifndef ETP_RNG_H
#define ETP_RNG_H

#include <stdint.h>

#include "etp/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A stream of random numbers. */
typedef struct etp_rng {
    uint64_t state[4]; /**< of the stream */
} etp_rng;

/** Seeds a stream. Any seed is good, 0 too. */
ETP_API void etp_rng_seed(etp_rng *rng, uint64_t seed);

/** The next 64 random bits. */
ETP_API uint64_t etp_rng_next(etp_rng *rng);

/** Uniform in [0, 1), a multiple of 2^-53. */
ETP_API double etp_rng_unit(etp_rng *rng);

/** Uniform in [0, bound), without bias; 0 if `bound` is 0. */
ETP_API uint64_t etp_rng_below(etp_rng *rng, uint64_t bound);

/** 64 well mixed bits from up to four keys. */
ETP_API uint64_t etp_hash(uint64_t a, uint64_t b, uint64_t c, uint64_t d);

/** The same bits as a number uniform in [0, 1). */
ETP_API double etp_hash_unit(uint64_t a, uint64_t b, uint64_t c, uint64_t d);

#ifdef __cplusplus
}
#endif

#endif
