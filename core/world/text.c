/* SPDX-License-Identifier: MIT */
#include "world/text.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

etp_span etp_span_trim(etp_span span)
{
    while (span.size > 0 && is_blank(span.text[0])) {
        span.text++;
        span.size--;
    }
    while (span.size > 0 && is_blank(span.text[span.size - 1]))
        span.size--;
    return span;
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool etp_span_is(etp_span span, const char *word)
{
    if (span.size != strlen(word))
        return false;
    for (size_t i = 0; i < span.size; i++)
        if (lower(span.text[i]) != lower(word[i]))
            return false;
    return true;
}

etp_shown etp_span_show(etp_span span)
{
    etp_shown shown;
    size_t room = sizeof shown.text - sizeof "...";
    size_t size = span.size < room ? span.size : room;
    /* A cut must not leave half a character of several bytes: those after the first are 10xxxxxx. */
    while (size > 0 && size < span.size && ((unsigned char)span.text[size] & 0xc0) == 0x80)
        size--;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)span.text[i];
        shown.text[i] = c < 0x20 || c == 0x7f ? '?' : (char)c;
    }
    strcpy(shown.text + size, size < span.size ? "..." : "");
    return shown;
}

/* The digits behind the point, of which the one after the last place rounds. Returns what it read of `text`. */
static size_t read_fraction(etp_span text, unsigned places, int64_t *value)
{
    size_t i = 0;
    bool up = false;
    for (unsigned place = 0; place < places; place++) {
        bool more = i < text.size && is_digit(text.text[i]);
        *value = *value * 10 + (more ? text.text[i] - '0' : 0);
        i += more;
    }
    if (i == places && i < text.size && is_digit(text.text[i]))
        up = text.text[i] >= '5';
    while (i < text.size && is_digit(text.text[i]))
        i++;
    *value += up;
    return i;
}

static etp_span skip(etp_span span, size_t size)
{
    return (etp_span){span.text + size, span.size - size};
}

/* The digits before the point; false if there are too many. Zeros in front do not count. */
static bool read_whole(etp_span *text, size_t *digits, int64_t *value)
{
    const int64_t limit = INT64_C(1000000000);
    bool fits = true;
    *digits = 0;
    while (text->size > 0 && is_digit(text->text[0])) {
        if (*value > limit)
            fits = false;
        else
            *value = *value * 10 + (text->text[0] - '0');
        *text = skip(*text, 1);
        (*digits)++;
    }
    return fits;
}

etp_decimal_result etp_decimal_parse(etp_span span, unsigned places, int64_t *value)
{
    int64_t number = 0;
    size_t digits;
    bool negative = span.size > 0 && span.text[0] == '-';
    if (negative || (span.size > 0 && span.text[0] == '+'))
        span = skip(span, 1);
    bool fits = read_whole(&span, &digits, &number);
    if (span.size > 0 && span.text[0] == '.')
        span = skip(span, 1);
    size_t behind = read_fraction(span, places, &number);
    if (digits + behind == 0 || behind != span.size)
        return ETP_DECIMAL_FORM;
    *value = negative ? -number : number;
    return fits ? ETP_DECIMAL_OK : ETP_DECIMAL_RANGE;
}

/* "-05", "+3", "12": at most two digits that count. */
static bool read_exponent(etp_span text, int *exponent)
{
    int sign = text.size > 0 && text.text[0] == '-' ? -1 : 1;
    if (text.size > 0 && (text.text[0] == '-' || text.text[0] == '+'))
        text = skip(text, 1);
    *exponent = 0;
    if (text.size == 0)
        return false;
    for (size_t i = 0; i < text.size; i++) {
        if (!is_digit(text.text[i]) || *exponent > 9)
            return false;
        *exponent = *exponent * 10 + (text.text[i] - '0');
    }
    *exponent *= sign;
    return true;
}

/* To the nearest multiple of 10^places, halves away from zero. */
static int64_t drop_places(int64_t value, int places)
{
    for (; places > 1; places--)
        value /= 10;
    return places == 0 ? value : (value + (value < 0 ? -5 : 5)) / 10;
}

etp_decimal_result etp_scientific_parse(etp_span span, unsigned places, int64_t *value)
{
    const char *e = memchr(span.text, 'e', span.size);
    if (e == NULL)
        e = memchr(span.text, 'E', span.size);
    if (e == NULL)
        return etp_decimal_parse(span, places, value);
    etp_span mantissa = {span.text, (size_t)(e - span.text)};
    int exponent;
    if (!read_exponent(skip(span, mantissa.size + 1), &exponent))
        return ETP_DECIMAL_FORM;
    int shifted = (int)places + exponent;
    if (shifted > 6)
        return ETP_DECIMAL_RANGE;
    etp_decimal_result result = etp_decimal_parse(mantissa, shifted > 0 ? (unsigned)shifted : 0, value);
    if (result == ETP_DECIMAL_OK && shifted < 0)
        *value = drop_places(*value, -shifted);
    return result;
}
