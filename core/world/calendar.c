/* SPDX-License-Identifier: MIT */
#include "world/calendar.h"

#include <stdio.h>

enum { YEAR_MIN = 1990, YEAR_MAX = 2199 };

/* A year that begins in March has its leap day at its end, and the days before each month are then 30.6 times the
 * months, rounded. Leap years are counted from year 0. */
int64_t etp_days_of(int year, unsigned month, unsigned day)
{
    const int64_t days_to_1970 = 719468; /* from 1 March of year 0 */
    int64_t y = year - (month <= 2);
    int64_t months = (month + 9) % 12; /* since March */
    int64_t leap_days = y / 4 - y / 100 + y / 400;
    return y * 365 + leap_days + (153 * months + 2) / 5 + (int64_t)day - 1 - days_to_1970;
}

static bool is_leap(int year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned days_in(int year, unsigned month)
{
    static const unsigned char days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year) ? 1U : 0U);
}

static bool is_day(unsigned year, unsigned month, unsigned day)
{
    return year >= YEAR_MIN && year <= YEAR_MAX && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in((int)year, month);
}

/* Reads exactly `digits` digits and moves on. */
static bool take_number(etp_span *span, unsigned digits, unsigned *number)
{
    if (span->size < digits)
        return false;
    *number = 0;
    for (unsigned i = 0; i < digits; i++) {
        char c = span->text[i];
        if (c < '0' || c > '9')
            return false;
        *number = *number * 10 + (unsigned)(c - '0');
    }
    span->text += digits;
    span->size -= digits;
    return true;
}

/* Moves past one character that is `a` or `b`, and returns it; else 0. */
static char take_one(etp_span *span, char a, char b)
{
    if (span->size == 0 || (span->text[0] != a && span->text[0] != b))
        return 0;
    char c = span->text[0];
    span->text++;
    span->size--;
    return c;
}

static bool take_date(etp_span *span, unsigned *year, unsigned *month, unsigned *day)
{
    if (!take_number(span, 4, year))
        return false;
    char separator = take_one(span, '/', '-');
    return separator != 0 && take_number(span, 2, month) && take_one(span, separator, separator) &&
           take_number(span, 2, day);
}

static bool take_time(etp_span *span, unsigned *hour, unsigned *minute, unsigned *second)
{
    *second = 0;
    if (!take_number(span, 2, hour) || !take_one(span, ':', ':') || !take_number(span, 2, minute))
        return false;
    return take_one(span, ':', ':') == 0 || take_number(span, 2, second);
}

/* "+10:00", "-0330", "+11" or "Z", and nothing behind it. */
static bool take_zone(etp_span *span, int *zone)
{
    unsigned hours, minutes = 0;
    *zone = ETP_ZONE_NONE;
    if (span->size == 0)
        return true;
    *zone = 0;
    if (take_one(span, 'Z', 'z'))
        return span->size == 0;
    char sign = take_one(span, '+', '-');
    if (sign == 0 || !take_number(span, 2, &hours))
        return false;
    take_one(span, ':', ':');
    if (span->size > 0 && !take_number(span, 2, &minutes))
        return false;
    *zone = (int)(hours * 60 + minutes) * (sign == '-' ? -1 : 1);
    return span->size == 0 && hours <= 14 && minutes <= 59;
}

etp_stamp_result etp_stamp_parse_zone(etp_span span, etp_time *when, int *zone)
{
    unsigned year, month, day, hour, minute, second;
    if (!take_date(&span, &year, &month, &day) || !take_one(&span, ' ', 'T') ||
        !take_time(&span, &hour, &minute, &second) || !take_zone(&span, zone))
        return ETP_STAMP_FORM;
    if (!is_day(year, month, day))
        return ETP_STAMP_IMPOSSIBLE;
    if (hour > 23 || minute > 59 || second > 59)
        return ETP_STAMP_IMPOSSIBLE;
    int64_t seconds = etp_days_of((int)year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
    *when = seconds * ETP_NS_PER_SECOND;
    return ETP_STAMP_OK;
}

etp_stamp_result etp_stamp_parse(etp_span span, etp_time *when)
{
    int zone;
    etp_stamp_result result = etp_stamp_parse_zone(span, when, &zone);
    return result == ETP_STAMP_OK && zone != ETP_ZONE_NONE ? ETP_STAMP_OFFSET : result;
}

etp_stamp_result etp_date_parse(etp_span span, etp_time *when)
{
    unsigned year, month, day;
    if (!take_date(&span, &year, &month, &day) || span.size > 0)
        return ETP_STAMP_FORM;
    if (!is_day(year, month, day))
        return ETP_STAMP_IMPOSSIBLE;
    *when = etp_days_of((int)year, month, day) * ETP_NS_PER_DAY;
    return ETP_STAMP_OK;
}

static int year_of(int64_t days)
{
    int year = (int)(1970 + days / 366); /* never too late; at most one too early for each 1 460 days */
    while (etp_days_of(year + 1, 1, 1) <= days)
        year++;
    return year;
}

etp_stamp etp_stamp_show(etp_time when)
{
    int64_t days = when / ETP_NS_PER_DAY;
    int64_t seconds = when % ETP_NS_PER_DAY / ETP_NS_PER_SECOND;
    int year = year_of(days);
    unsigned month = 1;
    while (month < 12 && etp_days_of(year, month + 1, 1) <= days)
        month++;
    etp_stamp stamp;
    snprintf(stamp.text, sizeof stamp.text, "%04d/%02u/%02d %02d:%02d:%02d", year % 10000, month,
             (int)(days - etp_days_of(year, month, 1) + 1), (int)(seconds / 3600), (int)(seconds / 60 % 60),
             (int)(seconds % 60));
    return stamp;
}
