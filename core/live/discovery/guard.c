/* SPDX-License-Identifier: MIT */
#include "guard.h"

#include <string.h>

#include "base/memory.h"
#include "etp/rng.h"
#include "live/bucket.h"

enum { BURST = 2 };

int etp_guard_init(etp_guard *guard, const etp_guard_options *options)
{
    *guard = (etp_guard){.options = *options};
    guard->devices = etp_memory_take(options->allocator, options->max_devices * sizeof *guard->devices);
    return guard->devices != NULL ? ETP_OK : ETP_ENOMEM;
}

void etp_guard_fini(etp_guard *guard)
{
    size_t size = guard->options.max_devices * sizeof *guard->devices;
    etp_memory_give(guard->options.allocator, guard->devices, size);
    guard->devices = NULL;
    guard->count = 0;
}

/* The place of the device, or where it would be put in. */
static unsigned place_of(const etp_guard *guard, etp_id device)
{
    unsigned low = 0, high = guard->count;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (guard->devices[middle].device < device)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static etp_guard_device *find(const etp_guard *guard, etp_id device)
{
    unsigned place = place_of(guard, device);
    bool here = place < guard->count && guard->devices[place].device == device;
    return here ? &guard->devices[place] : NULL;
}

static bool is_near(uint64_t time_us, uint64_t wall_us, etp_time skew)
{
    uint64_t apart = time_us > wall_us ? time_us - wall_us : wall_us - time_us;
    return apart <= (uint64_t)(skew / ETP_NS_PER_US);
}

static etp_discovery_refusal judge_order(const etp_envelope *envelope, const etp_guard_device *known)
{
    if (known == NULL || envelope->time_us > known->time_us)
        return ETP_DISCOVERY_REFUSED_NONE;
    if (envelope->time_us < known->time_us || envelope->counter < known->counter)
        return ETP_DISCOVERY_REFUSED_REPLAYED;
    return envelope->counter > known->counter ? ETP_DISCOVERY_REFUSED_NONE : ETP_DISCOVERY_REFUSED_DUPLICATE;
}

static bool has_token(etp_time due, etp_time now, unsigned rate)
{
    const etp_time each = ETP_NS_PER_SECOND / rate;
    return etp_bucket_has(due, now, each, BURST * (etp_time)rate * each);
}

static void take_token(etp_time *due, etp_time now, unsigned rate)
{
    *due = etp_bucket_after(*due, now, ETP_NS_PER_SECOND / rate);
}

/* Sources that meet in one place share its bucket while it is in use. So nobody gets more by making up sources. */
static etp_guard_source *source_at(etp_guard *guard, uint64_t key, etp_time now)
{
    etp_guard_source *source = &guard->sources[etp_hash(guard->options.seed, key, 0, 0) % ETP_GUARD_SOURCES];
    if (source->key != key && source->due <= now)
        *source = (etp_guard_source){key, now};
    return source;
}

static bool within_rate(etp_guard *guard, uint64_t key, etp_time now)
{
    const etp_guard_options *options = &guard->options;
    etp_guard_source *source = source_at(guard, key, now);
    if (!has_token(source->due, now, options->source_rate) || !has_token(guard->total_due, now, options->total_rate))
        return false;
    take_token(&source->due, now, options->source_rate);
    take_token(&guard->total_due, now, options->total_rate);
    return true;
}

etp_discovery_refusal etp_guard_judge(etp_guard *guard, const etp_envelope *envelope, uint64_t wall_us, etp_time now,
                                      uint64_t source)
{
    if (!is_near(envelope->time_us, wall_us, guard->options.skew))
        return ETP_DISCOVERY_REFUSED_CLOCK;
    etp_discovery_refusal refusal = judge_order(envelope, find(guard, envelope->device));
    if (refusal != ETP_DISCOVERY_REFUSED_NONE)
        return refusal;
    return within_rate(guard, source, now) ? ETP_DISCOVERY_REFUSED_NONE : ETP_DISCOVERY_REFUSED_RATE;
}

etp_discovery_refusal etp_guard_admit(etp_guard *guard, const etp_envelope *envelope)
{
    unsigned place = place_of(guard, envelope->device);
    etp_guard_device *at = &guard->devices[place];
    if (place == guard->count || at->device != envelope->device) {
        if (guard->count == guard->options.max_devices)
            return ETP_DISCOVERY_REFUSED_FULL;
        memmove(at + 1, at, (guard->count - place) * sizeof *at);
        guard->count++;
    }
    *at = (etp_guard_device){envelope->device, envelope->time_us, envelope->counter};
    return ETP_DISCOVERY_REFUSED_NONE;
}

void etp_guard_sweep(etp_guard *guard, bool (*keep)(void *user, etp_id device), void *user)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < guard->count; i++) {
        if (keep(user, guard->devices[i].device))
            guard->devices[kept++] = guard->devices[i];
    }
    guard->count = kept;
}
