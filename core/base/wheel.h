/* SPDX-License-Identifier: MIT */
/*
 * A timing wheel: many deadlines that are set, moved and dropped often, each in constant time.
 *
 * Entries are numbers below a capacity that the owner gives. A deadline is rounded up to the wheel's tick, so it fires
 * never early and at most a tick late. One that lies beyond the wheel's span is kept in the last slot and put back when
 * that comes round. Firing order is by tick, however far time jumps, and within a tick by the order in which entries came
 * into its slot: the same on every machine.
 *
 * One owner, one thread. All memory is taken at init.
 */
#ifndef ETP_BASE_WHEEL_H
#define ETP_BASE_WHEEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "etp/alloc.h"

enum { WHEEL_SLOTS = 2048, WHEEL_NONE = -1, WHEEL_UNKNOWN = -1 };

struct wheel_entry {
    int64_t due;
    int32_t next, previous;
    int32_t slot; /* WHEEL_NONE when not set */
};

struct wheel {
    int64_t tick;    /* length of a slot */
    int64_t reached; /* number of the tick up to which all has fired */
    int64_t first;   /* of the earliest busy slot, if that is known: WHEEL_UNKNOWN where it must be looked for */
    uint32_t capacity;
    struct wheel_entry *entries;
    int32_t heads[WHEEL_SLOTS], tails[WHEEL_SLOTS];
    uint64_t busy[WHEEL_SLOTS / 64]; /* one bit for each slot that is not empty */
};

/* `now` is where the wheel stands. ETP_ENOMEM. */
int etp_wheel_init(struct wheel *wheel, uint32_t capacity, int64_t tick, int64_t now, const etp_allocator *allocator);
/* Accepts a zeroed wheel. */
void etp_wheel_fini(struct wheel *wheel, const etp_allocator *allocator);

/* Sets or moves the deadline of `entry`. One that has passed already fires at the next tick. */
void etp_wheel_set(struct wheel *wheel, uint32_t entry, int64_t due);
void etp_wheel_drop(struct wheel *wheel, uint32_t entry);

/* The next entry that is due at `now`, dropped from the wheel, or WHEEL_NONE. Call until it returns that. */
int32_t etp_wheel_take(struct wheel *wheel, int64_t now);
/* When etp_wheel_take() may next return one: never later than the earliest deadline's tick. INT64_MAX when empty. */
int64_t etp_wheel_next(struct wheel *wheel);

#endif
