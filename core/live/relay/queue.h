/* SPDX-License-Identifier: MIT */
/*
 * What a relay has for one node that cannot take it yet. The engine's outboxes are at the ends; this one is small and keeps
 * their order: the urgent first, then first come first served, so that a DeviceFailure overtakes all that waits here
 * too. When it is full the least urgent goes, the newest of those: its sender repeats what matters.
 */
#ifndef ETP_LIVE_RELAY_QUEUE_H
#define ETP_LIVE_RELAY_QUEUE_H

#include "etp/codec.h"

enum { ETP_RELAY_SLOTS = 32 };

typedef struct etp_relay_slot {
    unsigned priority; /* lower is sooner */
    uint64_t number;   /* in the order in which they came */
    etp_id from;
    size_t size;
    unsigned char bytes[ETP_MESSAGE_GROWN_MAX];
} etp_relay_slot;

/* Zero it before use. */
typedef struct etp_relay_queue {
    unsigned count;
    uint64_t next;
    etp_relay_slot slots[ETP_RELAY_SLOTS];
} etp_relay_queue;

/* An encoded message of device `from`, of at most ETP_MESSAGE_GROWN_MAX bytes. False if a message was given up for want of a
 * slot: this one or another. */
bool etp_relay_queue_add(etp_relay_queue *queue, etp_id from, unsigned priority, const void *message, size_t size);

/* Whether something of this device waits. */
bool etp_relay_queue_has(const etp_relay_queue *queue, etp_id from);

/* Takes the most urgent message and those of the same device that go into a frame with it. Returns the device; 0 if nothing
 * waits. */
etp_id etp_relay_queue_take(etp_relay_queue *queue, etp_frame *frame);

#endif
