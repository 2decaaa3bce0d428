/* SPDX-License-Identifier: MIT */
/**
 * @file alloc.h
 * Memory is handed in. A host that passes no allocator gets malloc and free.
 *
 * The core allocates when things are created or registered, never per message.
 *
 * Mistakes: an allocator that lacks one of its functions is ETP_EINVAL wherever it is handed in.
 */
#ifndef ETP_ALLOC_H
#define ETP_ALLOC_H

#include <stddef.h>

#include "etp/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/** `allocate` returns zeroed memory aligned for any type, or NULL. `release` takes the same size again, and NULL with 0.
 *  Both are called on the thread of the object that uses them. */
typedef struct etp_allocator {
    void *(*allocate)(void *user, size_t size);             /**< zeroed memory, or NULL */
    void (*release)(void *user, void *memory, size_t size); /**< gives it back */
    void *user;                                             /**< handed to both */
} etp_allocator;

/** The allocator over calloc and free. Static storage. */
ETP_API const etp_allocator *etp_default_allocator(void);

#ifdef __cplusplus
}
#endif

#endif
