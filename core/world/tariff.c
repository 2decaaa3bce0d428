/* SPDX-License-Identifier: MIT */
#include "etp/tariff.h"

#include <string.h>

#include "world/text.h"

enum { CENT_PLACES = 4 };
static const etp_price price_max = 200 * ETP_PRICE_PER_CENT;

void etp_tariff_flat(etp_tariff *tariff, etp_price price)
{
    if (tariff == NULL)
        return;
    memset(tariff, 0, sizeof *tariff);
    tariff->steps = 1;
    tariff->price[0] = price;
}

etp_price etp_tariff_at(const etp_tariff *tariff, uint32_t second_of_day)
{
    if (tariff == NULL || tariff->steps == 0 || tariff->steps > ETP_TARIFF_STEPS_MAX)
        return 0;
    unsigned i = tariff->steps - 1;
    while (i > 0 && tariff->from[i] > second_of_day)
        i--;
    return tariff->price[i];
}

/* ---- reading ---- */

static int parse_price(etp_span text, etp_price *price, etp_error *error)
{
    etp_decimal_result result = etp_decimal_parse(text, CENT_PLACES, price);
    if (result == ETP_DECIMAL_FORM)
        return etp_fail(error, ETP_EFORMAT, "tariff: \"%s\" is no price; write c/kWh, such as 3.3",
                        etp_span_show(text).text);
    if (result == ETP_DECIMAL_RANGE || *price < 0 || *price > price_max)
        return etp_fail(error, ETP_ERANGE, "tariff: \"%s\" is outside 0 to 200 c/kWh; write, for example, 3.3",
                        etp_span_show(text).text);
    return 0;
}

static bool two_digits(const char *text, uint32_t *number)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return false;
    *number = (uint32_t)(text[0] - '0') * 10 + (uint32_t)(text[1] - '0');
    return true;
}

static int parse_time(etp_span text, uint32_t *second, etp_error *error)
{
    uint32_t hour, minute;
    if (text.size != 5 || text.text[2] != ':' || !two_digits(text.text, &hour) || !two_digits(text.text + 3, &minute) ||
        hour > 23 || minute > 59)
        return etp_fail(error, ETP_EFORMAT, "tariff: \"%s\" is no time of day; write it like 15:00",
                        etp_span_show(text).text);
    *second = hour * 3600 + minute * 60;
    return 0;
}

/* Step i has its time: does it follow the one before? */
static int check_order(const etp_tariff *tariff, unsigned i, etp_span entry, etp_error *error)
{
    if (i == 0 && tariff->from[0] != 0)
        return etp_fail(error, ETP_EFORMAT,
                        "tariff: it begins with \"%s\"; the first step must be at 00:00, as in 00:00=2.1,15:00=8.4",
                        etp_span_show(entry).text);
    if (i > 0 && tariff->from[i] <= tariff->from[i - 1])
        return etp_fail(error, ETP_EFORMAT,
                        "tariff: \"%s\" is not later than the step before it; write times in order, as in "
                        "00:00=2.1,15:00=8.4,21:00=2.1",
                        etp_span_show(entry).text);
    return 0;
}

static int add_step(etp_tariff *tariff, etp_span entry, etp_error *error)
{
    unsigned i = tariff->steps;
    const char *equals = memchr(entry.text, '=', entry.size);
    if (equals == NULL)
        return etp_fail(error, ETP_EFORMAT, "tariff: \"%s\" is no step; write time=price, such as 15:00=8.4",
                        etp_span_show(entry).text);
    if (i == ETP_TARIFF_STEPS_MAX)
        return etp_fail(error, ETP_ERANGE, "tariff: \"%s\" is step 49; a table has 48 at most",
                        etp_span_show(entry).text);
    etp_span left = {entry.text, (size_t)(equals - entry.text)};
    etp_span right = {equals + 1, entry.size - left.size - 1};
    int rc = parse_time(etp_span_trim(left), &tariff->from[i], error);
    if (rc == 0)
        rc = check_order(tariff, i, entry, error);
    if (rc == 0)
        rc = parse_price(etp_span_trim(right), &tariff->price[i], error);
    tariff->steps += rc == 0;
    return rc;
}

static int parse_table(etp_tariff *tariff, etp_span text, etp_error *error)
{
    for (;;) {
        const char *comma = memchr(text.text, ',', text.size);
        etp_span entry = {text.text, comma != NULL ? (size_t)(comma - text.text) : text.size};
        int rc = add_step(tariff, etp_span_trim(entry), error);
        if (rc != 0 || comma == NULL)
            return rc;
        text.size -= entry.size + 1;
        text.text = comma + 1;
    }
}

int etp_tariff_parse(etp_tariff *tariff, const char *text, etp_error *error)
{
    if (tariff == NULL || text == NULL)
        return etp_fail(error, ETP_EINVAL, "tariff: there is no text to read, or no place for it");
    etp_tariff parsed = {0};
    etp_span span = etp_span_trim((etp_span){text, strlen(text)});
    int rc;
    if (span.size == 0)
        return etp_fail(error, ETP_EFORMAT,
                        "tariff: it is empty; write a price such as 3.3 or a table such as "
                        "00:00=2.1,15:00=8.4,21:00=2.1");
    if (memchr(span.text, '=', span.size) != NULL) {
        rc = parse_table(&parsed, span, error);
    } else {
        parsed.steps = 1;
        rc = parse_price(span, &parsed.price[0], error);
    }
    if (rc == 0)
        *tariff = parsed;
    return rc;
}
