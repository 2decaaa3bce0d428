/* SPDX-License-Identifier: MIT */
#include "live/relay/queue.h"

#include <string.h>

#include "etp/error.h"

static bool comes_before(const etp_relay_slot *one, const etp_relay_slot *other)
{
    return one->priority != other->priority ? one->priority < other->priority : one->number < other->number;
}

static etp_relay_slot *last(etp_relay_queue *queue)
{
    etp_relay_slot *found = &queue->slots[0];
    for (unsigned i = 1; i < queue->count; i++)
        if (comes_before(found, &queue->slots[i]))
            found = &queue->slots[i];
    return found;
}

/* Of one device, or of any with 0. */
static etp_relay_slot *first(etp_relay_queue *queue, etp_id from)
{
    etp_relay_slot *found = NULL;
    for (unsigned i = 0; i < queue->count; i++) {
        etp_relay_slot *slot = &queue->slots[i];
        if ((from == 0 || slot->from == from) && (found == NULL || comes_before(slot, found)))
            found = slot;
    }
    return found;
}

bool etp_relay_queue_add(etp_relay_queue *queue, etp_id from, unsigned priority, const void *message, size_t size)
{
    bool full = queue->count == ETP_RELAY_SLOTS;
    if (size > ETP_MESSAGE_GROWN_MAX)
        return false;
    etp_relay_slot *slot = full ? last(queue) : &queue->slots[queue->count];
    if (full && slot->priority <= priority)
        return false;
    queue->count += !full;
    slot->priority = priority;
    slot->number = queue->next++;
    slot->from = from;
    slot->size = size;
    memcpy(slot->bytes, message, size);
    return !full;
}

bool etp_relay_queue_has(const etp_relay_queue *queue, etp_id from)
{
    for (unsigned i = 0; i < queue->count; i++)
        if (queue->slots[i].from == from)
            return true;
    return false;
}

etp_id etp_relay_queue_take(etp_relay_queue *queue, etp_frame *frame)
{
    etp_relay_slot *slot = first(queue, 0);
    etp_id from = slot != NULL ? slot->from : 0;
    frame->size = 0;
    while (slot != NULL && etp_frame_add(frame, slot->bytes, slot->size) == ETP_OK) {
        *slot = queue->slots[--queue->count];
        slot = first(queue, from);
    }
    return from != 0 && etp_frame_seal(frame) == ETP_OK ? from : 0;
}
