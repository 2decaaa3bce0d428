/* SPDX-License-Identifier: MIT */
/* What the files of the trace share among themselves. */
#ifndef ETP_WORLD_TRACE_PARTS_H
#define ETP_WORLD_TRACE_PARTS_H

#include "etp/trace.h"

enum { ETP_TRACE_COUNT_MAX = 1 << 28 };

/* Zeroes `trace` and gives it room for `count` prices. ETP_ERANGE for 0 and for more than ETP_TRACE_COUNT_MAX. */
int etp_trace_allocate(etp_trace *trace, size_t count, const etp_allocator *allocator);

uint64_t etp_trace_hash(const etp_trace *trace);

#endif
