/* SPDX-License-Identifier: MIT */
#include "etp/trace.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/memory.h"
#include "world/calendar.h"
#include "world/trace_parts.h"

int etp_trace_allocate(etp_trace *trace, size_t count, const etp_allocator *allocator)
{
    memset(trace, 0, sizeof *trace);
    if (!etp_allocator_is_whole(allocator))
        return ETP_EINVAL;
    if (count == 0 || count > ETP_TRACE_COUNT_MAX)
        return ETP_ERANGE;
    trace->allocator = allocator != NULL ? allocator : etp_default_allocator();
    trace->prices = trace->allocator->allocate(trace->allocator->user, count * sizeof *trace->prices);
    if (trace->prices == NULL)
        return ETP_ENOMEM;
    trace->count = count;
    return 0;
}

void etp_trace_fini(etp_trace *trace)
{
    if (trace == NULL)
        return;
    /* Without an allocator the prices are the host's own. */
    if (trace->prices != NULL && trace->allocator != NULL)
        trace->allocator->release(trace->allocator->user, trace->prices, trace->count * sizeof *trace->prices);
    memset(trace, 0, sizeof *trace);
}

/* Little-endian on every machine. */
static void hash_number(XXH3_state_t *state, int64_t number)
{
    unsigned char bytes[8];
    for (unsigned i = 0; i < 8; i++)
        bytes[i] = (unsigned char)((uint64_t)number >> (8 * i));
    XXH3_64bits_update(state, bytes, sizeof bytes);
}

uint64_t etp_trace_hash(const etp_trace *trace)
{
    XXH3_state_t state;
    XXH3_INITSTATE(&state);
    XXH3_64bits_reset(&state);
    hash_number(&state, trace->starts);
    hash_number(&state, trace->interval);
    for (size_t i = 0; i < trace->count; i++)
        hash_number(&state, trace->prices[i]);
    return XXH3_64bits_digest(&state);
}

static int check_given(etp_time interval, const etp_price *prices, size_t count, etp_error *error)
{
    static const etp_price low = -100 * ETP_PRICE_PER_CENT, high = 2500 * ETP_PRICE_PER_CENT;
    if (interval <= 0 || interval > ETP_NS_PER_DAY || interval % ETP_NS_PER_SECOND != 0)
        return etp_fail(error, ETP_ERANGE, "an interval of %.12g s: it must be whole seconds, a day at most",
                        (double)interval / (double)ETP_NS_PER_SECOND);
    for (size_t i = 0; i < count; i++)
        if (prices[i] < low || prices[i] > high)
            return etp_fail(error, ETP_ERANGE, "price %zu is %g c/kWh, outside -100 to 2500; is the unit right?", i + 1,
                            etp_price_to_cents(prices[i]));
    return ETP_OK;
}

int etp_trace_from_prices(etp_trace *trace, etp_time starts, etp_time interval, const etp_price *prices, size_t count,
                          const etp_allocator *allocator, etp_error *error)
{
    if (trace == NULL)
        return etp_fail(error, ETP_EINVAL, "prices are copied to a place for a trace");
    *trace = (etp_trace){0};
    if (prices == NULL && count > 0)
        return etp_fail(error, ETP_EINVAL, "%zu prices, and no list of them", count);
    int result = check_given(interval, prices, count, error);
    if (result != ETP_OK)
        return result;
    result = etp_trace_allocate(trace, count, allocator);
    if (result != ETP_OK)
        return etp_fail(error, result, "a trace of %zu prices: %s", count, etp_strerror(result));
    memcpy(trace->prices, prices, count * sizeof *prices);
    trace->starts = starts;
    trace->interval = interval;
    trace->hash = etp_trace_hash(trace);
    return ETP_OK;
}

size_t etp_trace_clip(etp_trace *trace, etp_price cap)
{
    size_t clipped = 0;
    if (trace == NULL || trace->prices == NULL)
        return 0;
    for (size_t i = 0; i < trace->count; i++) {
        if (trace->prices[i] <= cap)
            continue;
        trace->prices[i] = cap;
        clipped++;
    }
    if (clipped > 0)
        trace->hash = etp_trace_hash(trace);
    return clipped;
}

int etp_trace_first_noon(const etp_trace *trace, size_t *index)
{
    if (trace == NULL || index == NULL)
        return ETP_EINVAL;
    for (size_t i = 0; i < trace->count; i++) {
        etp_time starts = trace->starts + (etp_time)i * trace->interval;
        if (starts % ETP_NS_PER_DAY == ETP_NS_PER_DAY / 2) {
            *index = i;
            return 0;
        }
    }
    return ETP_ENOENT;
}

/* ---- resampling ---- */

/* The mean of `count` prices to the nearest unit, halves up. */
static etp_price mean_of(const etp_price *prices, size_t count)
{
    int64_t sum = 0, n = (int64_t)count;
    for (size_t i = 0; i < count; i++)
        sum += prices[i];
    int64_t twice = 2 * sum + n;
    return twice / (2 * n) - (twice % (2 * n) < 0);
}

/* Puts `made`, which has its prices, into the place of `trace`. */
static int replace(etp_trace *trace, etp_trace *made, etp_time interval)
{
    made->starts = trace->starts;
    made->interval = interval;
    memcpy(made->source, trace->source, sizeof made->source);
    memcpy(made->region, trace->region, sizeof made->region);
    made->hash = etp_trace_hash(made);
    etp_trace_fini(trace);
    *trace = *made;
    return 0;
}

static int make_longer(etp_trace *trace, etp_time interval, etp_error *error)
{
    etp_trace made;
    uint64_t times = (uint64_t)(interval / trace->interval);
    if (trace->count % times != 0)
        return etp_fail(error, ETP_ERANGE, "%zu intervals do not join into a whole number, %llu at a time",
                        trace->count, (unsigned long long)times);
    int rc = etp_trace_allocate(&made, trace->count / (size_t)times, trace->allocator);
    if (rc != 0)
        return etp_fail(error, rc, "no memory for the resampled trace");
    for (size_t i = 0; i < made.count; i++)
        made.prices[i] = mean_of(&trace->prices[i * (size_t)times], (size_t)times);
    return replace(trace, &made, interval);
}

static int make_shorter(etp_trace *trace, etp_time interval, etp_error *error)
{
    etp_trace made;
    uint64_t times = (uint64_t)(trace->interval / interval);
    if (times > ETP_TRACE_COUNT_MAX / trace->count)
        return etp_fail(error, ETP_ERANGE, "%zu intervals become too many when each is cut into %llu", trace->count,
                        (unsigned long long)times);
    int rc = etp_trace_allocate(&made, trace->count * (size_t)times, trace->allocator);
    if (rc != 0)
        return etp_fail(error, rc, "no memory for the resampled trace");
    for (size_t i = 0; i < made.count; i++)
        made.prices[i] = trace->prices[i / (size_t)times];
    return replace(trace, &made, interval);
}

int etp_trace_resample(etp_trace *trace, etp_time interval, etp_error *error)
{
    if (trace == NULL || trace->count == 0 || trace->interval <= 0)
        return etp_fail(error, ETP_EINVAL, "there is no trace to resample");
    if (interval == trace->interval)
        return 0;
    if (interval > 0 && interval % trace->interval == 0)
        return make_longer(trace, interval, error);
    if (interval > 0 && trace->interval % interval == 0)
        return make_shorter(trace, interval, error);
    return etp_fail(error, ETP_ERANGE,
                    "intervals of %lld s cannot be made from the trace's %lld s: take a multiple or a divisor",
                    (long long)(interval / ETP_NS_PER_SECOND), (long long)(trace->interval / ETP_NS_PER_SECOND));
}
