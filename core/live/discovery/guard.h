/* SPDX-License-Identifier: MIT */
/**
 * @file guard.h
 * What is remembered of datagrams that came before: of each trusted device the newest announcement, so that none is taken
 * twice, and of each source how much it has sent lately, so that signatures are not checked for whoever sends most.
 * Clocks are handed in. Memory is taken once.
 */
#ifndef ETP_LIVE_DISCOVERY_GUARD_H
#define ETP_LIVE_DISCOVERY_GUARD_H

#include "envelope.h"

enum { ETP_GUARD_SOURCES = 256 };

typedef struct etp_guard_options {
    const etp_allocator *allocator;   /**< borrowed */
    unsigned max_devices;             /**< at least 1 */
    unsigned source_rate, total_rate; /**< a second, at least 1; twice as much at once */
    etp_time skew;                    /**< how far a stamp may be from our clock, either way */
    uint64_t seed;                    /**< of the places of sources, which strangers should not know */
} etp_guard_options;

typedef struct etp_guard_device {
    etp_id device;
    uint64_t time_us, counter;
} etp_guard_device;

typedef struct etp_guard_source {
    uint64_t key;
    etp_time due; /* when its bucket is full again */
} etp_guard_source;

typedef struct etp_guard {
    etp_guard_options options;
    etp_guard_device *devices; /* in the order of their ids */
    unsigned count;
    etp_guard_source sources[ETP_GUARD_SOURCES];
    etp_time total_due;
} etp_guard;

int etp_guard_init(etp_guard *guard, const etp_guard_options *options);
/** Accepts a zeroed one. */
void etp_guard_fini(etp_guard *guard);

/** Before the signature is looked at: CLOCK, DUPLICATE, REPLAYED, RATE or NONE. `wall_us` is our wall clock, `now` one that never goes
 *  back, `source` stands for the address that sent it. Only the count of the source is changed. */
etp_discovery_refusal etp_guard_judge(etp_guard *guard, const etp_envelope *envelope, uint64_t wall_us, etp_time now,
                                      uint64_t source);

/** After it: from now on older ones of this device are refused. FULL where it is one device too many. */
etp_discovery_refusal etp_guard_admit(etp_guard *guard, const etp_envelope *envelope);

/** Forgets the devices that `keep` denies. */
void etp_guard_sweep(etp_guard *guard, bool (*keep)(void *user, etp_id device), void *user);

#endif
