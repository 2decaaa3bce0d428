/* SPDX-License-Identifier: MIT */
/**
 * @file tariff.h
 * What a home pays for imported energy and earns for spilled energy, by time of day. The caller owns the struct; nothing is
 * allocated. Thread-safe: no state.
 *
 * Mistakes: NULL is ETP_EINVAL where an error is returned, else the price is 0, as it is of a tariff without steps.
 */
#ifndef ETP_TARIFF_H
#define ETP_TARIFF_H

#include "etp/error.h"
#include "etp/units.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ETP_TARIFF_STEPS_MAX = 48 };

/** A price by time of day: step i holds from `from[i]` (seconds of the day) to the next step. `from[0]` is 0. */
typedef struct etp_tariff {
    unsigned steps;                        /**< in use */
    uint32_t from[ETP_TARIFF_STEPS_MAX];   /**< seconds of the day */
    etp_price price[ETP_TARIFF_STEPS_MAX]; /**< per kWh */
} etp_tariff;

/** One price all day. */
ETP_API void etp_tariff_flat(etp_tariff *tariff, etp_price price);

/** Reads "3.3" (c/kWh) or a table "00:00=2.1,15:00=8.4,21:00=2.1": times ascending, the first 00:00, prices 0 to 200
 *  c/kWh. ETP_EFORMAT for what cannot be read, ETP_ERANGE for a price outside and for too many steps: the error quotes the
 *  part that is wrong and shows a right one, and the tariff stays as it was. Reads numbers the same under every locale. */
ETP_API int etp_tariff_parse(etp_tariff *tariff, const char *text, etp_error *error);

/** The price at a second of the day (0 to 86 399). */
ETP_API etp_price etp_tariff_at(const etp_tariff *tariff, uint32_t second_of_day);

#ifdef __cplusplus
}
#endif

#endif
