/* SPDX-License-Identifier: MIT */
/*
 * Every link has a queue of encoded messages, most urgent first and first come first among equals. Queues are strings
 * of slots from one pool. A link with something to send is on the dirty list; flushing joins what waits into frames.
 * A link whose transport is busy keeps its queue: what is urgent overtakes there, until the link is ready again. Busy
 * links together never take the last quarter of the slots, so that a peer that reads nothing costs no other its answers.
 */
#include "engine/internal.h"

_Static_assert(sizeof(struct outbox_slot) == 128, "a slot is two cache lines");

enum { SLOTS_MIN = 256 };

int etp_outbox_init(etp_engine *engine)
{
    uint32_t count = engine->options.outbox_slots;
    if (count == 0)
        count = SLOTS_MIN + engine->options.max_links / LINKS_PER_SLOT;
    engine->outbox.slots = engine->allocator->allocate(engine->allocator->user, count * sizeof(struct outbox_slot));
    if (engine->outbox.slots == NULL)
        return ETP_ENOMEM;
    engine->outbox.count = count;
    for (uint32_t i = 0; i < count; i++)
        engine->outbox.slots[i].next = i + 1 < count ? i + 1 : NO_SLOT;
    engine->outbox.free = 0;
    engine->outbox.first_dirty = engine->outbox.last_dirty = NO_LINK;
    return ETP_OK;
}

void etp_outbox_fini(etp_engine *engine)
{
    if (engine->outbox.slots != NULL)
        engine->allocator->release(engine->allocator->user, engine->outbox.slots,
                                   engine->outbox.count * sizeof(struct outbox_slot));
}

static void mark_dirty(etp_engine *engine, uint32_t number)
{
    struct link *link = &engine->links[number];
    if (link->dirty || link->blocked)
        return;
    link->dirty = true;
    link->next_dirty = NO_LINK;
    if (engine->outbox.last_dirty == NO_LINK)
        engine->outbox.first_dirty = number;
    else
        engine->links[engine->outbox.last_dirty].next_dirty = number;
    engine->outbox.last_dirty = number;
}

static void insert_by_priority(etp_engine *engine, struct link *link, uint32_t number)
{
    struct outbox_slot *slots = engine->outbox.slots;
    uint32_t *at = &link->first_slot;
    while (*at != NO_SLOT && slots[*at].priority <= slots[number].priority)
        at = &slots[*at].next;
    slots[number].next = *at;
    *at = number;
}

static void give_back(etp_engine *engine, uint32_t number)
{
    engine->outbox.slots[number].next = engine->outbox.free;
    engine->outbox.free = number;
    engine->outbox.used--;
}

/* Gives up the last message of a queue if it is less urgent than `priority`. */
static bool drop_less_urgent(etp_engine *engine, struct link *link, unsigned priority)
{
    struct outbox_slot *slots = engine->outbox.slots;
    uint32_t *last = &link->first_slot;
    while (*last != NO_SLOT && slots[*last].next != NO_SLOT)
        last = &slots[*last].next;
    if (*last == NO_SLOT || slots[*last].priority <= priority)
        return false;
    uint32_t number = *last;
    *last = NO_SLOT;
    give_back(engine, number);
    engine->stats.outbox_full++;
    return true;
}

/* A free slot for a message on a link, or NO_SLOT. */
static uint32_t find_room(etp_engine *engine, struct link *link, unsigned priority)
{
    if (engine->outbox.free == NO_SLOT)
        etp_outbox_flush(engine);
    uint32_t for_busy_links = engine->outbox.count - engine->outbox.count / 4;
    if (link->blocked && engine->outbox.used >= for_busy_links && !drop_less_urgent(engine, link, priority))
        return NO_SLOT;
    return engine->outbox.free;
}

etp_id etp_outbox_next_id(const etp_engine *engine, struct node *node)
{
    etp_id id = (etp_id)(engine->now / ETP_NS_PER_US);
    if (id <= node->last_message_id)
        id = node->last_message_id + 1;
    node->last_message_id = id;
    return id;
}

etp_id etp_outbox_send(etp_engine *engine, struct node *node, uint32_t number, etp_message *message)
{
    if (message->message_id == 0)
        message->message_id = etp_outbox_next_id(engine, node);
    message->device_id = node->device_id;
    message->ttl = ETP_TTL_DEFAULT;
    struct link *link = &engine->links[number];
    if (link->lost) {
        engine->stats.link_lost++;
        return message->message_id;
    }
    unsigned priority = etp_type_priority(message->type);
    uint32_t free = find_room(engine, link, priority);
    if (free == NO_SLOT) {
        engine->stats.outbox_full++;
        return message->message_id;
    }
    struct outbox_slot *slot = &engine->outbox.slots[free];
    int size = etp_encode(message, slot->bytes, sizeof slot->bytes);
    if (size < 0) {
        etp_log(&engine->options.logger, ETP_LOG_ERROR, "engine", "cannot encode type=%u device=%llu error=%s",
                message->type, (unsigned long long)node->device_id, etp_error_name(size));
        return message->message_id;
    }
    engine->outbox.free = slot->next;
    engine->outbox.used++;
    slot->size = (uint8_t)size;
    slot->priority = (uint8_t)priority;
    insert_by_priority(engine, link, free);
    engine->stats.sent[message->type]++;
    mark_dirty(engine, number);
    return message->message_id;
}

/* Fills a frame from the front of the queue; returns the slot after the last one taken. */
static uint32_t fill(const etp_engine *engine, const struct link *link, etp_frame *frame)
{
    uint32_t at = link->first_slot;
    frame->size = 0;
    while (at != NO_SLOT) {
        const struct outbox_slot *slot = &engine->outbox.slots[at];
        if (etp_frame_add(frame, slot->bytes, slot->size) != ETP_OK)
            break;
        at = slot->next;
    }
    etp_frame_seal(frame);
    return at;
}

static uint32_t drop_until(etp_engine *engine, struct link *link, uint32_t end)
{
    uint32_t count = 0;
    for (; link->first_slot != end; count++) {
        uint32_t sent = link->first_slot;
        link->first_slot = engine->outbox.slots[sent].next;
        give_back(engine, sent);
    }
    return count;
}

static void flush_link(etp_engine *engine, uint32_t number)
{
    struct link *link = &engine->links[number];
    etp_frame frame;
    while (link->first_slot != NO_SLOT && !link->blocked) {
        uint32_t end = fill(engine, link, &frame);
        int result = engine->options.transport.send(engine->options.transport.user, number, frame.bytes, frame.size);
        if (result == ETP_EFULL) {
            link->blocked = true;
            return;
        }
        drop_until(engine, link, end);
        if (result == ETP_OK) {
            engine->stats.frames_sent++;
            engine->stats.bytes_sent += frame.size;
        } else {
            engine->stats.frames_unsent++;
        }
    }
}

void etp_outbox_flush(etp_engine *engine)
{
    while (engine->outbox.first_dirty != NO_LINK) {
        uint32_t number = engine->outbox.first_dirty;
        struct link *link = &engine->links[number];
        engine->outbox.first_dirty = link->next_dirty;
        if (engine->outbox.first_dirty == NO_LINK)
            engine->outbox.last_dirty = NO_LINK;
        link->dirty = false;
        flush_link(engine, number);
    }
}

uint32_t etp_outbox_clear(etp_engine *engine, struct link *link)
{
    return drop_until(engine, link, NO_SLOT);
}

bool etp_outbox_has_failure(const etp_engine *engine, const struct link *link)
{
    uint32_t first = link->first_slot;
    return first != NO_SLOT && engine->outbox.slots[first].priority == etp_type_priority(ETP_DEVICE_FAILURE);
}

static int link_ready(etp_engine *engine, etp_link number)
{
    if (number >= engine->link_count)
        return ETP_ENOENT;
    if (!engine->links[number].blocked)
        return ETP_OK;
    engine->links[number].blocked = false;
    if (engine->links[number].first_slot != NO_SLOT)
        mark_dirty(engine, number);
    etp_outbox_flush(engine);
    return ETP_OK;
}

int etp_engine_link_ready(etp_engine *engine, etp_link link)
{
    int result = etp_engine_enter(engine);
    return result == ETP_OK ? etp_engine_leave(engine, link_ready(engine, link)) : result;
}
