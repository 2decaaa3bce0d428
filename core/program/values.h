/* SPDX-License-Identifier: MIT */
/*
 * What a person writes after an option: numbers, times, chances. A text is read wholly or not at all, and the same under
 * every locale, for the program never calls setlocale. Showing gives the form that reading takes.
 */
#ifndef ETP_PROGRAM_VALUES_H
#define ETP_PROGRAM_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "etp/units.h"

enum { ETP_VALUE_TEXT_MAX = 32 };

/* Digits only. False for anything else, and for more than 64 bits hold. */
bool etp_value_whole(const char *text, uint64_t *value);

/* "12", "-0.5", "1e3". False for anything else: no hexadecimals, no "nan", no "inf", nothing before or after. */
bool etp_value_number(const char *text, double *value);

/* A number of 0 or more with a unit: ns, us, ms, s, m, h or d. A 0 may stand alone. */
bool etp_value_duration(const char *text, etp_time *value);

/* "0.2" or "20%": 0 to 1, in millionths. */
bool etp_value_chance(const char *text, uint32_t *ppm);

/* "5m", "300ms": the largest unit that divides it. */
void etp_value_show_duration(etp_time value, char *text, size_t size);

#endif
