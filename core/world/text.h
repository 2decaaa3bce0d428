/* SPDX-License-Identifier: MIT */
/*
 * Pieces of text that people or other programs wrote: cut, compared, read as numbers, and shown back in an error. No
 * function here depends on the locale, and none needs a terminating zero.
 */
#ifndef ETP_WORLD_TEXT_H
#define ETP_WORLD_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct etp_span {
    const char *text;
    size_t size;
} etp_span;

/* Without the blanks and tabs at both ends. */
etp_span etp_span_trim(etp_span span);

/* Letters A to Z count as a to z. */
bool etp_span_is(etp_span span, const char *word);

enum { ETP_SHOWN_MAX = 64 };

/* A span made fit for an error message: control characters are shown as '?', what is too long ends in "...". */
typedef struct etp_shown {
    char text[ETP_SHOWN_MAX];
} etp_shown;

etp_shown etp_span_show(etp_span span);

typedef enum etp_decimal_result {
    ETP_DECIMAL_OK = 0,
    ETP_DECIMAL_FORM,  /* not digits with an optional sign and an optional point */
    ETP_DECIMAL_RANGE, /* too large for any limit that we know */
} etp_decimal_result;

/* Reads "-44", "0.5", "17500.000" as the nearest multiple of 10^-places (halves away from zero). `places` is at most 6;
 * more than ten digits before the point are ETP_DECIMAL_RANGE. Exponents, "nan" and "inf" are not numbers here. */
etp_decimal_result etp_decimal_parse(etp_span span, unsigned places, int64_t *value);

/* The same, and an exponent may follow, as in "9.3e-05": some programs write small numbers so. */
etp_decimal_result etp_scientific_parse(etp_span span, unsigned places, int64_t *value);

#endif
