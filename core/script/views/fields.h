/* SPDX-License-Identifier: MIT */
/* How the engine's values become Lua's: the part that runs for each field of each call, so it is compiled into its
 * callers. */
#ifndef ETP_SCRIPT_FIELDS_H
#define ETP_SCRIPT_FIELDS_H

#include <string.h>

#include "script/internal.h"
#include "script/views/views.h"

/** How much of the engine's unit is one of Lua's, for the kinds that are numbers with a fraction. */
extern const double etp_field_per_unit[ETP_FIELD_VOLT + 1];

/** A field of `data` as the engine keeps it. */
static inline uint64_t etp_field_load(const etp_field *field, const void *data)
{
    const void *at = (const char *)data + field->offset;
    uint32_t word;
    uint64_t wide;
    if (field->size == sizeof wide) {
        memcpy(&wide, at, sizeof wide);
        return wide;
    }
    if (field->size == sizeof word) {
        memcpy(&word, at, sizeof word);
        return word;
    }
    return *(const uint8_t *)at;
}

/** False if that is nil in Lua. */
static inline bool etp_field_has_value(const etp_field *field, uint64_t raw)
{
    if (field->kind == ETP_FIELD_PRICE)
        return (int64_t)raw != ETP_PRICE_NONE;
    return field->kind != ETP_FIELD_TIME || (int64_t)raw != ETP_TIME_NEVER;
}

/** A number with a fraction. */
static inline double etp_field_number(const etp_field *field, uint64_t raw)
{
    return (double)(int64_t)raw / etp_field_per_unit[field->kind];
}

#endif
