/* SPDX-License-Identifier: MIT */
/**
 * @file trace.h
 * A series of wholesale prices, one per market interval, from the built-in generator or from a file.
 *
 * A file is one of the kinds in which AEMO's prices are published, known by its content: aggregated price and demand, MMS
 * and NEMWEB tables with a dispatch or trading price, series of 30 minutes; gzip-compressed or not. Prices are A$/MWh
 * without GST, stamps are at the END of the interval in NEM time (UTC+10 all year, no daylight saving). Rows are put in
 * order, and a row that says the same once more is left out. Gaps, two prices for one interval, several regions, NaN, prices
 * outside -1 000 to 25 000 A$/MWh are refused with the line's number: nothing is filled in, nothing averaged.
 * docs/data.md has the rules.
 *
 * A host that has prices of its own fills the struct and leaves `allocator` NULL: etp_trace_fini() then frees nothing.
 *
 * Nothing is kept between calls: a trace is read by any number of threads as long as none changes it.
 *
 * Mistakes: NULL is ETP_EINVAL and changes nothing.
 */
#ifndef ETP_TRACE_H
#define ETP_TRACE_H

#include <stddef.h>

#include "etp/alloc.h"
#include "etp/error.h"
#include "etp/units.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A series of prices. */
typedef struct etp_trace {
    etp_time starts;                /**< of the first interval, on the market's clock as if it were UTC */
    etp_time interval;              /**< length of each */
    size_t count;                   /**< of intervals */
    etp_price *prices;              /**< owned, if there is an allocator */
    char source[64];                /**< "AEMO" when the data carry AEMO's attribution, else "built-in" or "" */
    char region[16];                /**< "VIC1", or "" */
    uint64_t hash;                  /**< of starts, interval and prices */
    const etp_allocator *allocator; /**< of the prices; NULL = they are the host's own */
} etp_trace;

/** Reads a file. On failure nothing is owned: ETP_EIO where it cannot be read, ETP_EFORMAT for what it holds, with a sentence
 *  and the line, ETP_ENOMEM. `allocator` is borrowed until etp_trace_fini(); NULL = malloc, here and below. */
ETP_API int etp_trace_load(etp_trace *trace, const char *path, const etp_allocator *allocator, etp_error *error);

/** The same from memory; `name` stands for the file in messages. */
ETP_API int etp_trace_parse(etp_trace *trace, const char *name, const char *text, size_t size,
                            const etp_allocator *allocator, etp_error *error);

/** A made-up price of `days` summer days from noon to noon: two-hour means of about 0, 4, 14, 17, 13, 10, 12, 10, 11, 9,
 *  3, 0 c/kWh from noon on, interpolated, with noise drawn from `seed`. The first day is 2025-01-01, the means are ours, no
 *  market's. ETP_ERANGE for less than a day or more than a hundred years of them, and for an interval that is not whole
 *  seconds or does not divide a day; ETP_ENOMEM. */
ETP_API int etp_trace_generate(etp_trace *trace, unsigned days, etp_time interval, uint64_t seed,
                               const etp_allocator *allocator);

/** A trace of `count` prices, which are copied; the first is of the interval that begins at `starts`, on the market's
 *  clock as if it were UTC. ETP_ERANGE with a sentence for no prices or too many, for an interval that is not whole
 *  seconds up to a day, and for a price outside -100 to 2 500 c/kWh. */
ETP_API int etp_trace_from_prices(etp_trace *trace, etp_time starts, etp_time interval, const etp_price *prices,
                                  size_t count, const etp_allocator *allocator, etp_error *error);

/** Changes the length of the intervals: a multiple of the trace's own takes means, a divisor repeats. ETP_ERANGE for
 *  another, or if a whole number does not result, ETP_ENOMEM: the trace is as it was then. */
ETP_API int etp_trace_resample(etp_trace *trace, etp_time interval, etp_error *error);

/** Lowers every price above `cap` to it, and returns how many there were; prices below 0 stay. A trace whose prices are
 *  the host's own is changed too. 0 for NULL. */
ETP_API size_t etp_trace_clip(etp_trace *trace, etp_price cap);

/** The index of the interval that starts at the first noon (12:00 on the market's clock) of the trace; ETP_ENOENT. */
ETP_API int etp_trace_first_noon(const etp_trace *trace, size_t *index);

/** Accepts a zeroed trace. */
ETP_API void etp_trace_fini(etp_trace *trace);

#ifdef __cplusplus
}
#endif

#endif
