/* SPDX-License-Identifier: MIT */
/* Kinds of options: how the value of one is read from what was written, and how it is shown. */
#include "cli/option_table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "world/calendar.h"

static const etp_time day = 24 * ETP_NS_PER_HOUR;
static const double one_ppm = 1e6;
static const double per_mwh = 1e3; /* 1 A$/MWh is so many units of a price */

/* ---- reading ---- */

static int read_flag(void *field, const etp_option *option, const char *text, etp_error *error)
{
    (void)option;
    (void)text;
    (void)error;
    *(bool *)field = true;
    return ETP_OK;
}

static int read_file(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (*text == '\0')
        return etp_fail(error, ETP_EINVAL, "--%s needs a file's name, not an empty text", option->name);
    *(const char **)field = text;
    return ETP_OK;
}

static int read_name(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (*text == '\0')
        return etp_fail(error, ETP_EINVAL, "--%s needs a name, not an empty text", option->name);
    *(const char **)field = text;
    return ETP_OK;
}

static int read_whole(void *field, const etp_option *option, const char *text, etp_error *error)
{
    uint64_t value;
    if (!etp_value_whole(text, &value) || value < option->low || value > option->high)
        return etp_fail(error, ETP_ERANGE, "--%s takes a whole number from %" PRIu64 " to %" PRIu64 ", not '%s'",
                        option->name, option->low, option->high, text);
    *(uint64_t *)field = value;
    return ETP_OK;
}

static int read_duration(void *field, const etp_option *option, const char *text, etp_error *error)
{
    etp_time value = 0, low = (etp_time)option->low, high = (etp_time)option->high;
    if (etp_value_duration(text, &value) && value >= low && value <= high) {
        *(etp_time *)field = value;
        return ETP_OK;
    }
    char from[ETP_VALUE_TEXT_MAX], to[ETP_VALUE_TEXT_MAX];
    etp_value_show_duration(low, from, sizeof from);
    etp_value_show_duration(high, to, sizeof to);
    return etp_fail(error, ETP_ERANGE,
                    "--%s takes a time from %s to %s with its unit, such as 20ms, 2s or 5m, not '%s'", option->name,
                    from, to, text);
}

static int read_interval(void *field, const etp_option *option, const char *text, etp_error *error)
{
    etp_time value = 0;
    int result = read_duration(&value, option, text, error);
    if (result != ETP_OK)
        return result;
    if (day % value != 0)
        return etp_fail(error, ETP_ERANGE,
                        "--%s must divide a day into equal parts, as 5m, 30m or 1h do; '%s' does not", option->name,
                        text);
    *(etp_time *)field = value;
    return ETP_OK;
}

static int read_chance(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (!etp_value_chance(text, field))
        return etp_fail(error, ETP_ERANGE, "--%s takes a chance from 0 to 1, such as 0.2 or 20%%, not '%s'",
                        option->name, text);
    return ETP_OK;
}

static int read_pace(void *field, const etp_option *option, const char *text, etp_error *error)
{
    double value;
    if (!etp_value_number(text, &value) || value < (double)option->low || value > (double)option->high)
        return etp_fail(error, ETP_ERANGE, "--%s takes a number from %" PRIu64 " to %" PRIu64 ", such as 60, not '%s'",
                        option->name, option->low, option->high, text);
    *(double *)field = value;
    return ETP_OK;
}

static int read_tariff(void *field, const etp_option *option, const char *text, etp_error *error)
{
    etp_tariff_option *tariff = field;
    etp_error inner = {0};
    tariff->text = text;
    int result = etp_tariff_parse(&tariff->tariff, text, &inner);
    return result == ETP_OK ? ETP_OK : etp_fail(error, result, "--%s: %s", option->name, inner.text);
}

static int read_mechanism(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (etp_mechanism_parse(text, field) != ETP_OK)
        return etp_fail(error, ETP_EINVAL, "--%s takes first-price, second-price, ascending or uniform-price, not '%s'",
                        option->name, text);
    return ETP_OK;
}

static const char *const disclosures[] = {"none", "reserve", "winner", "both"};

static int read_disclose(void *field, const etp_option *option, const char *text, etp_error *error)
{
    /* The place in the list is the set of ETP_DISCLOSE_ bits. */
    for (unsigned i = 0; i < sizeof disclosures / sizeof disclosures[0]; i++) {
        if (strcmp(text, disclosures[i]) == 0) {
            *(unsigned *)field = i;
            return ETP_OK;
        }
    }
    return etp_fail(error, ETP_EINVAL, "--%s takes none, reserve, winner or both, not '%s'", option->name, text);
}

static int read_conduct(void *field, const etp_option *option, const char *text, etp_error *error)
{
    etp_conduct_option *utility = field;
    if (etp_conduct_parse(text, &utility->conduct) != ETP_OK)
        return etp_fail(error, ETP_EINVAL, "--%s takes posted, knowing or competitive, not '%s'", option->name, text);
    utility->given = true;
    return ETP_OK;
}

static int read_date(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (etp_date_parse((etp_span){text, strlen(text)}, field) != ETP_STAMP_OK)
        return etp_fail(error, ETP_EINVAL, "--%s takes a day, such as 2025-01-31, not '%s'", option->name, text);
    return ETP_OK;
}

static int read_spot(void *field, const etp_option *option, const char *text, etp_error *error)
{
    double value;
    if (!etp_value_number(text, &value) || value < (double)option->low || value > (double)option->high)
        return etp_fail(error, ETP_ERANGE,
                        "--%s takes a price in A$/MWh from %" PRIu64 " to %" PRIu64 ", such as 300, not '%s'",
                        option->name, option->low, option->high, text);
    *(etp_price *)field = (etp_price)(value * per_mwh + 0.5);
    return ETP_OK;
}

static const char *const gap_rules[] = {"refuse", "hold"};

static int read_gaps(void *field, const etp_option *option, const char *text, etp_error *error)
{
    for (unsigned i = 0; i < sizeof gap_rules / sizeof gap_rules[0]; i++) {
        if (strcmp(text, gap_rules[i]) == 0) {
            *(etp_gap_rule *)field = (etp_gap_rule)i;
            return ETP_OK;
        }
    }
    return etp_fail(error, ETP_EINVAL, "--%s takes refuse or hold, not '%s'", option->name, text);
}

static const char *const transports[] = {"tcp", "ipc", "ws", "inproc"};

/* Without a value they are sockets as between two hosts. */
static int read_live(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (text == NULL)
        text = transports[0];
    for (unsigned i = 0; i < sizeof transports / sizeof transports[0]; i++) {
        if (strcmp(text, transports[i]) == 0) {
            *(const char **)field = transports[i];
            return ETP_OK;
        }
    }
    return etp_fail(error, ETP_EINVAL, "--%s takes tcp, ipc, ws or inproc, as in --%s=ipc, not '%s'", option->name,
                    option->name, text);
}

static int read_level(void *field, const etp_option *option, const char *text, etp_error *error)
{
    if (etp_log_level_parse(text, field) != ETP_OK)
        return etp_fail(error, ETP_EINVAL, "--%s takes error, warn, info or debug, not '%s'", option->name, text);
    return ETP_OK;
}

/* ---- showing ---- */

static void show_action(const void *field, etp_option_value *value)
{
    (void)field;
    value->kind = ETP_OPTION_ACTION;
}

static void show_flag(const void *field, etp_option_value *value)
{
    value->kind = ETP_OPTION_BOOL;
    value->number = *(const bool *)field;
}

static void show_words(const char *text, etp_option_value *value)
{
    if (text == NULL)
        return;
    value->kind = ETP_OPTION_TEXT;
    value->text = text;
}

static void show_text(const void *field, etp_option_value *value)
{
    show_words(*(const char *const *)field, value);
}

static void show_whole(const void *field, etp_option_value *value)
{
    value->kind = ETP_OPTION_NUMBER;
    value->number = (double)*(const uint64_t *)field;
}

/* As a text: a number in JSON is exact up to 2^53 only. */
static void show_seed(const void *field, etp_option_value *value)
{
    snprintf(value->buffer, sizeof value->buffer, "%" PRIu64, *(const uint64_t *)field);
    show_words(value->buffer, value);
}

static void show_duration(const void *field, etp_option_value *value)
{
    etp_value_show_duration(*(const etp_time *)field, value->buffer, sizeof value->buffer);
    show_words(value->buffer, value);
}

static void show_chance(const void *field, etp_option_value *value)
{
    value->kind = ETP_OPTION_NUMBER;
    value->number = *(const uint32_t *)field / one_ppm;
}

static void show_pace(const void *field, etp_option_value *value)
{
    value->number = *(const double *)field;
    if (value->number != 0)
        value->kind = ETP_OPTION_NUMBER;
}

static void show_tariff(const void *field, etp_option_value *value)
{
    show_words(((const etp_tariff_option *)field)->text, value);
}

static void show_mechanism(const void *field, etp_option_value *value)
{
    show_words(etp_mechanism_name(*(const etp_mechanism *)field), value);
}

static void show_disclose(const void *field, etp_option_value *value)
{
    show_words(disclosures[*(const unsigned *)field], value);
}

static void show_conduct(const void *field, etp_option_value *value)
{
    show_words(etp_conduct_name(((const etp_conduct_option *)field)->conduct), value);
}

static void show_date(const void *field, etp_option_value *value)
{
    etp_time day_begins = *(const etp_time *)field;
    if (day_begins == 0)
        return;
    etp_stamp stamp = etp_stamp_show(day_begins);
    snprintf(value->buffer, sizeof value->buffer, "%.4s-%.2s-%.2s", stamp.text, stamp.text + 5, stamp.text + 8);
    show_words(value->buffer, value);
}

static void show_spot(const void *field, etp_option_value *value)
{
    value->number = (double)*(const etp_price *)field / per_mwh;
    if (value->number != 0)
        value->kind = ETP_OPTION_NUMBER;
}

static void show_gaps(const void *field, etp_option_value *value)
{
    show_words(gap_rules[*(const etp_gap_rule *)field], value);
}

static void show_level(const void *field, etp_option_value *value)
{
    show_words(etp_log_level_name(*(const etp_log_level *)field), value);
}

/* ---- the kinds ---- */

const etp_option_kind etp_option_kind_action = {read_flag, show_action};
const etp_option_kind etp_option_kind_file = {read_file, show_text};
const etp_option_kind etp_option_kind_name = {read_name, show_text};
const etp_option_kind etp_option_kind_seed = {read_whole, show_seed};
const etp_option_kind etp_option_kind_interval = {read_interval, show_duration};
const etp_option_kind etp_option_kind_tariff = {read_tariff, show_tariff};
const etp_option_kind etp_option_kind_mechanism = {read_mechanism, show_mechanism};
const etp_option_kind etp_option_kind_disclose = {read_disclose, show_disclose};
const etp_option_kind etp_option_kind_level = {read_level, show_level};
const etp_option_kind etp_option_kind_pace = {read_pace, show_pace};
const etp_option_kind etp_option_kind_date = {read_date, show_date};
const etp_option_kind etp_option_kind_spot = {read_spot, show_spot};
const etp_option_kind etp_option_kind_gaps = {read_gaps, show_gaps};
const etp_option_kind etp_option_kind_conduct = {read_conduct, show_conduct};
const etp_option_kind etp_option_kind_live = {read_live, show_text};
const etp_option_kind etp_option_kind_set = {NULL, show_action};
const etp_option_kind etp_option_kind_swap = {NULL, show_action};
const etp_option_kind etp_option_kind_whole = {read_whole, show_whole};
const etp_option_kind etp_option_kind_flag = {read_flag, show_flag};
const etp_option_kind etp_option_kind_duration = {read_duration, show_duration};
const etp_option_kind etp_option_kind_chance = {read_chance, show_chance};
