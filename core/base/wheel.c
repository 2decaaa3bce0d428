/* SPDX-License-Identifier: MIT */
#include "base/wheel.h"

#include "etp/error.h"

int etp_wheel_init(struct wheel *wheel, uint32_t capacity, int64_t tick, int64_t now, const etp_allocator *allocator)
{
    *wheel = (struct wheel){.tick = tick, .reached = now / tick, .first = INT64_MAX, .capacity = capacity};
    wheel->entries = allocator->allocate(allocator->user, (size_t)capacity * sizeof *wheel->entries);
    if (wheel->entries == NULL && capacity > 0)
        return ETP_ENOMEM;
    for (uint32_t i = 0; i < capacity; i++)
        wheel->entries[i].slot = WHEEL_NONE;
    for (int i = 0; i < WHEEL_SLOTS; i++)
        wheel->heads[i] = wheel->tails[i] = WHEEL_NONE;
    return ETP_OK;
}

void etp_wheel_fini(struct wheel *wheel, const etp_allocator *allocator)
{
    if (wheel->entries != NULL)
        allocator->release(allocator->user, wheel->entries, (size_t)wheel->capacity * sizeof *wheel->entries);
    *wheel = (struct wheel){0};
}

static int64_t rounded_up(const struct wheel *wheel, int64_t due)
{
    return due / wheel->tick + (due % wheel->tick > 0);
}

/* The tick at which `due` fires: rounded up, after what has fired, within the wheel's span. */
static int64_t tick_of(const struct wheel *wheel, int64_t due)
{
    int64_t tick = rounded_up(wheel, due);
    if (tick <= wheel->reached)
        tick = wheel->reached + 1;
    if (tick >= wheel->reached + WHEEL_SLOTS)
        tick = wheel->reached + WHEEL_SLOTS - 1;
    return tick;
}

static void link_last(struct wheel *wheel, int32_t entry, int32_t slot)
{
    struct wheel_entry *e = &wheel->entries[entry];
    e->slot = slot;
    e->next = WHEEL_NONE;
    e->previous = wheel->tails[slot];
    if (e->previous == WHEEL_NONE)
        wheel->heads[slot] = entry;
    else
        wheel->entries[e->previous].next = entry;
    wheel->tails[slot] = entry;
    wheel->busy[slot / 64] |= UINT64_C(1) << (slot % 64);
}

void etp_wheel_set(struct wheel *wheel, uint32_t entry, int64_t due)
{
    etp_wheel_drop(wheel, entry);
    wheel->entries[entry].due = due;
    int64_t tick = tick_of(wheel, due);
    link_last(wheel, (int32_t)entry, (int32_t)(tick % WHEEL_SLOTS));
    if (wheel->first != WHEEL_UNKNOWN && tick < wheel->first)
        wheel->first = tick;
}

void etp_wheel_drop(struct wheel *wheel, uint32_t entry)
{
    struct wheel_entry *e = &wheel->entries[entry];
    int32_t slot = e->slot;
    if (slot == WHEEL_NONE)
        return;
    if (e->previous == WHEEL_NONE)
        wheel->heads[slot] = e->next;
    else
        wheel->entries[e->previous].next = e->next;
    if (e->next == WHEEL_NONE)
        wheel->tails[slot] = e->previous;
    else
        wheel->entries[e->next].previous = e->previous;
    if (wheel->heads[slot] == WHEEL_NONE) {
        wheel->busy[slot / 64] &= ~(UINT64_C(1) << (slot % 64));
        if (wheel->first % WHEEL_SLOTS == slot)
            wheel->first = WHEEL_UNKNOWN;
    }
    e->slot = WHEEL_NONE;
}

/* The place of the lowest bit that is set. */
static int64_t lowest_bit(uint64_t bits)
{
    int64_t place = 0;
    for (; (bits & 0xff) == 0; bits >>= 8)
        place += 8;
    for (; (bits & 1) == 0; bits >>= 1)
        place++;
    return place;
}

/* The tick of the next busy slot after `reached`; INT64_MAX when the wheel is empty. The slot of `reached` itself is
 * never busy, so that no bit is met twice. */
static int64_t find_busy(const struct wheel *wheel)
{
    for (int64_t ahead = 1; ahead < WHEEL_SLOTS;) {
        int64_t slot = (wheel->reached + ahead) % WHEEL_SLOTS;
        uint64_t rest = wheel->busy[slot / 64] >> (slot % 64);
        if (rest != 0)
            return wheel->reached + ahead + lowest_bit(rest);
        ahead += 64 - slot % 64;
    }
    return INT64_MAX;
}

/* Asked for far more often than it changes. */
static int64_t first_busy(struct wheel *wheel)
{
    if (wheel->first == WHEEL_UNKNOWN)
        wheel->first = find_busy(wheel);
    return wheel->first;
}

int32_t etp_wheel_take(struct wheel *wheel, int64_t now)
{
    int64_t reachable = now / wheel->tick;
    for (;;) {
        int64_t first = first_busy(wheel);
        if (first > reachable) {
            if (reachable > wheel->reached)
                wheel->reached = reachable;
            return WHEEL_NONE;
        }
        int32_t entry = wheel->heads[first % WHEEL_SLOTS];
        int64_t due = wheel->entries[entry].due;
        etp_wheel_drop(wheel, (uint32_t)entry);
        if (rounded_up(wheel, due) <= first)
            return entry;
        /* It was kept in the last slot for want of span: everything before this tick has fired, so move on to it. */
        wheel->reached = first - 1;
        etp_wheel_set(wheel, (uint32_t)entry, due);
    }
}

int64_t etp_wheel_next(struct wheel *wheel)
{
    int64_t first = first_busy(wheel);
    return first == INT64_MAX ? INT64_MAX : first * wheel->tick;
}
