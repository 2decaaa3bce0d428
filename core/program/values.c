/* SPDX-License-Identifier: MIT */
#include "program/values.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct unit {
    const char *name;
    etp_time length;
} unit;

/* Longest first. */
static const unit units[] = {
    {"d", 24 * ETP_NS_PER_HOUR},
    {"h", ETP_NS_PER_HOUR},
    {"m", 60 * ETP_NS_PER_SECOND},
    {"s", ETP_NS_PER_SECOND},
    {"ms", ETP_NS_PER_MS},
    {"us", ETP_NS_PER_US},
    {"ns", 1},
};
enum { UNITS = sizeof units / sizeof units[0], NUMBER_MAX = 48 };

static const double one_ppm = 1e6;
static const double duration_max_ns = 9e18;

bool etp_value_whole(const char *text, uint64_t *value)
{
    uint64_t sum = 0;
    if (*text == '\0')
        return false;
    for (const char *at = text; *at != '\0'; at++) {
        if (*at < '0' || *at > '9')
            return false;
        uint64_t digit = (uint64_t)(*at - '0');
        if (sum > (UINT64_MAX - digit) / 10)
            return false;
        sum = sum * 10 + digit;
    }
    *value = sum;
    return true;
}

/* Reads the number that `text` begins with and says where it ends; NULL if it begins with none. strtod knows more
 * kinds of numbers than we want, so only plain ones reach it. */
static const char *leading_number(const char *text, double *value)
{
    char *end;
    size_t plain = strspn(text, "+-.0123456789eE");
    if (plain == 0 || plain >= NUMBER_MAX || strspn(text, "+-.0123456789") == 0)
        return NULL;
    char copy[NUMBER_MAX];
    memcpy(copy, text, plain);
    copy[plain] = '\0';
    *value = strtod(copy, &end);
    if (end == copy || *value - *value != 0)
        return NULL;
    return text + (end - copy);
}

bool etp_value_number(const char *text, double *value)
{
    const char *end = leading_number(text, value);
    return end != NULL && *end == '\0';
}

bool etp_value_duration(const char *text, etp_time *value)
{
    double number;
    const char *end = leading_number(text, &number);
    if (end == NULL || number < 0)
        return false;
    if (*end == '\0' && number <= 0) {
        *value = 0;
        return true;
    }
    for (size_t i = 0; i < UNITS; i++) {
        if (strcmp(end, units[i].name) != 0)
            continue;
        double ns = number * (double)units[i].length + 0.5;
        if (ns > duration_max_ns)
            return false;
        *value = (etp_time)ns;
        return true;
    }
    return false;
}

bool etp_value_chance(const char *text, uint32_t *ppm)
{
    double number;
    const char *end = leading_number(text, &number);
    if (end == NULL)
        return false;
    if (strcmp(end, "%") == 0)
        number /= 100;
    else if (*end != '\0')
        return false;
    if (number < 0 || number > 1)
        return false;
    *ppm = (uint32_t)(number * one_ppm + 0.5);
    return true;
}

void etp_value_show_duration(etp_time value, char *text, size_t size)
{
    size_t i = 0;
    while (i + 1 < UNITS && value % units[i].length != 0)
        i++;
    if (value == 0)
        snprintf(text, size, "0s");
    else
        snprintf(text, size, "%" PRId64 "%s", value / units[i].length, units[i].name);
}
