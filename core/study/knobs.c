/* SPDX-License-Identifier: MIT */
#include "study/knobs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "etp/tariff.h"
#include "program/values.h"
#include "study/days.h"

static const char *const sources[] = {"measured", "built-in", NULL};
static const char *const gap_rules[] = {"refuse", "hold", NULL};
static const char *const mechanisms[] = {"first-price", "second-price", "ascending", "uniform-price", NULL};
static const char *const disclosures[] = {"none", "reserve", "winner", "both", NULL};

/* In the order of etp_knob_index. */
static const etp_knob own[ETP_KNOBS_OWN] = {
    {"homes.count", "", "homes with a battery, in each run", ETP_KNOB_WHOLE, ETP_PART_HOMES, 1, 10000, NULL},
    {"homes.source", "", "what homes are made from: measured households or the built-in generator", ETP_KNOB_WORD,
     ETP_PART_HOMES, 0, 0, sources},
    {"homes.load", "", "all measured loads, times this", ETP_KNOB_NUMBER, ETP_PART_HOMES, 0.1, 10, NULL},
    {"tariffs.feed_in", "c/kWh", "what energy earns that is spilled", ETP_KNOB_TARIFF, ETP_PART_HOMES, 0, 0, NULL},
    {"tariffs.retail", "c/kWh", "what imported energy costs", ETP_KNOB_TARIFF, ETP_PART_HOMES, 0, 0, NULL},
    {"tariffs.timed", "c/kWh", "the time-of-day feed-in tariff of the arms timed and timed_none", ETP_KNOB_TARIFF,
     ETP_PART_TIMED, 0, 0, NULL},
    {"prices.region", "", "whose prices", ETP_KNOB_TEXT, ETP_PART_HOMES, 0, 0, NULL},
    {"prices.from", "", "first day, whose noon is the start", ETP_KNOB_DATE, ETP_PART_SPAN, 0, 0, NULL},
    {"prices.until", "", "the day after the last", ETP_KNOB_DATE, ETP_PART_SPAN, 0, 0, NULL},
    {"prices.interval", "min", "length of the prices' intervals", ETP_KNOB_WHOLE, ETP_PART_HOMES, 1, 60, NULL},
    {"prices.gaps", "", "what is done with a gap: refuse the file, or hold the last price, counted", ETP_KNOB_WORD,
     ETP_PART_SPAN, 0, 0, gap_rules},
    {"prices.cap", "A$/MWh", "spot is cut down to this in the clipped world", ETP_KNOB_NUMBER, ETP_PART_SPAN, 0, 100000,
     NULL},
    {"prices.constant", "c/kWh", "one price in place of all, for the placebo; or none", ETP_KNOB_PRICE, ETP_PART_SPAN,
     0, 100, NULL},
    {"prices.pieces", "", "how many pieces of the span are run, evenly spread", ETP_KNOB_WHOLE, ETP_PART_SPAN, 1, 1000,
     NULL},
    {"prices.piece_days", "d", "length of each: whole weeks", ETP_KNOB_WHOLE, ETP_PART_SPAN, 7, 364, NULL},
    {"seeds.first", "", "the first seed", ETP_KNOB_WHOLE, ETP_PART_STUDY, 0, 1e9, NULL},
    {"seeds.count", "", "how many seeds: it and those that follow", ETP_KNOB_WHOLE, ETP_PART_STUDY, 1, 1000, NULL},
    {"market.firms", "", "owners of portfolios, who bid", ETP_KNOB_WHOLE, ETP_PART_BIDDING, 1, 64, NULL},
    {"market.portfolios", "", "portfolios that they hold in equal shares; 0 is one for each", ETP_KNOB_WHOLE,
     ETP_PART_MARKET, 0, 64, NULL},
    {"market.strategies", "", "what firms play, one after the other and from the first again", ETP_KNOB_TEXT,
     ETP_PART_BIDDING, 0, 0, NULL},
    {"market.reserve", "", "the batteries' reserve policy", ETP_KNOB_TEXT, ETP_PART_MARKET, 0, 0, NULL},
    {"market.settings", "", "parameters of scripts, as NAME.PARAM=VALUE with commas between; none for none",
     ETP_KNOB_TEXT, ETP_PART_MARKET, 0, 0, NULL},
    {"market.mechanism", "", "first-price, second-price, ascending or uniform-price", ETP_KNOB_WORD, ETP_PART_BIDDING,
     0, 0, mechanisms},
    {"market.disclose", "", "what bidders are told: none, reserve, winner or both", ETP_KNOB_WORD, ETP_PART_BIDDING, 0,
     0, disclosures},
    {"market.window", "s", "how long an auction takes bids", ETP_KNOB_NUMBER, ETP_PART_MARKET, 0.001, 3600, NULL},
    {"market.hold", "s", "how long an award waits for its confirmation", ETP_KNOB_NUMBER, ETP_PART_MARKET, 0.001, 3600,
     NULL},
    {"market.spread", "s", "time over which queries are spread", ETP_KNOB_NUMBER, ETP_PART_MARKET, 0, 3600, NULL},
    {"links.delay", "ms", "of every message, one way", ETP_KNOB_NUMBER, ETP_PART_MARKET, 0, 3600000, NULL},
    {"links.jitter", "ms", "added to it at random, from 0 to this", ETP_KNOB_NUMBER, ETP_PART_MARKET, 0, 3600000, NULL},
    {"links.loss", "", "chance that a frame is lost", ETP_KNOB_NUMBER, ETP_PART_MARKET, 0, 1, NULL},
    {"links.bandwidth", "bit/s", "of each link, each way; 0 is no limit", ETP_KNOB_WHOLE, ETP_PART_MARKET, 0, 1e12,
     NULL},
    {"faults.outages", "", "chance of a battery to fail for a while, for each day", ETP_KNOB_NUMBER, ETP_PART_MARKET, 0,
     1, NULL},
    {"aggregation.fixed_cost", "A$ per battery and year", "what a firm has to earn to live", ETP_KNOB_NUMBER,
     ETP_PART_STUDY, 0, 10000, NULL},
    {"estimate.resamples", "", "of each interval's bootstrap", ETP_KNOB_WHOLE, ETP_PART_STUDY, 100, 100000, NULL},
    {"estimate.seed", "", "of the bootstrap's draws", ETP_KNOB_WHOLE, ETP_PART_STUDY, 0, 1e9, NULL},
};

static const char world_section[] = "world.";

unsigned etp_knob_count(void)
{
    return ETP_KNOBS_OWN + etp_world_param_count();
}

etp_knob etp_knob_describe(unsigned index)
{
    if (index < ETP_KNOBS_OWN)
        return own[index];
    etp_world_param param = etp_world_param_describe(index - ETP_KNOBS_OWN);
    etp_knob knob = {.unit = param.unit,
                     .doc = param.doc,
                     .kind = ETP_KNOB_NUMBER,
                     .part = param.of_fleet ? ETP_PART_HOMES : ETP_PART_MARKET,
                     .low = param.low,
                     .high = param.high};
    snprintf(knob.name, sizeof knob.name, "%s%s", world_section, param.name);
    return knob;
}

unsigned etp_knob_find(const char *name)
{
    unsigned index = 0;
    while (index < etp_knob_count() && strcmp(etp_knob_describe(index).name, name) != 0)
        index++;
    return index;
}

/* ---- reading a value ---- */

static int fail_text(const etp_knob *knob, const char *text, const char *wanted, etp_error *error)
{
    return etp_fail(error, ETP_EFORMAT, "%s has to be %s, not '%s'", knob->name, wanted, text);
}

static int check_number(const etp_knob *knob, double number, etp_error *error)
{
    const char *gap = *knob->unit != '\0' ? " " : "";
    if (!(number >= knob->low && number <= knob->high))
        return etp_fail(error, ETP_ERANGE, "%s must be from %.12g to %.12g%s%s, not %.12g", knob->name, knob->low,
                        knob->high, gap, knob->unit, number);
    if (knob->kind == ETP_KNOB_WHOLE && floor(number) != number)
        return etp_fail(error, ETP_ERANGE, "%s must be a whole number, not %.12g", knob->name, number);
    return ETP_OK;
}

int etp_knob_read_number(unsigned index, double number, etp_knob_value *value, etp_error *error)
{
    etp_knob knob = etp_knob_describe(index);
    etp_knob_value read = {.set = true, .number = number};
    snprintf(read.text, sizeof read.text, "%.15g", number);
    if (knob.kind == ETP_KNOB_TARIFF)
        return etp_knob_read(index, read.text, value, error);
    if (knob.kind != ETP_KNOB_NUMBER && knob.kind != ETP_KNOB_WHOLE && knob.kind != ETP_KNOB_PRICE)
        return fail_text(&knob, read.text, "a text", error);
    int result = check_number(&knob, number, error);
    if (result == ETP_OK)
        *value = read;
    return result;
}

static int check_word(const etp_knob *knob, const char *text, etp_error *error)
{
    unsigned count = 0;
    while (knob->words[count] != NULL && strcmp(knob->words[count], text) != 0)
        count++;
    if (knob->words[count] != NULL)
        return ETP_OK;
    char list[ETP_KNOB_TEXT_MAX] = "";
    for (unsigned i = 0; i < count; i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i > 0 ? " or " : "", knob->words[i]);
    }
    return fail_text(knob, text, list, error);
}

static int check_tariff(const etp_knob *knob, const char *text, etp_error *error)
{
    etp_tariff tariff;
    etp_error inner = {0};
    if (etp_tariff_parse(&tariff, text, &inner) == ETP_OK)
        return ETP_OK;
    return etp_fail(error, ETP_EFORMAT, "%s: %s", knob->name, inner.text);
}

static int read_text(const etp_knob *knob, const char *text, etp_knob_value *value, etp_error *error)
{
    etp_knob_value read = {.set = true, .number = NAN};
    int size = snprintf(read.text, sizeof read.text, "%s", text);
    etp_time day;
    if (size < 1 || (size_t)size >= sizeof read.text)
        return etp_fail(error, ETP_ERANGE, "%s must have 1 to %zu bytes", knob->name, sizeof read.text - 1);
    int result = ETP_OK;
    if (knob->kind == ETP_KNOB_WORD)
        result = check_word(knob, text, error);
    else if (knob->kind == ETP_KNOB_TARIFF)
        result = check_tariff(knob, text, error);
    else if (knob->kind == ETP_KNOB_DATE && !etp_day_parse(text, &day))
        result = fail_text(knob, text, "a date such as 2024-07-01", error);
    if (knob->kind == ETP_KNOB_TARIFF && !etp_value_number(text, &read.number))
        read.number = NAN;
    if (result == ETP_OK)
        *value = read;
    return result;
}

int etp_knob_read(unsigned index, const char *text, etp_knob_value *value, etp_error *error)
{
    etp_knob knob = etp_knob_describe(index);
    double number;
    bool numeric = knob.kind == ETP_KNOB_NUMBER || knob.kind == ETP_KNOB_WHOLE;
    if (knob.kind == ETP_KNOB_PRICE)
        numeric = strcmp(text, "none") != 0;
    if (!numeric)
        return read_text(&knob, text, value, error);
    if (!etp_value_number(text, &number))
        return fail_text(&knob, text, knob.kind == ETP_KNOB_PRICE ? "a number or none" : "a number", error);
    return etp_knob_read_number(index, number, value, error);
}

double etp_setup_number(const etp_setup *setup, unsigned index)
{
    return setup->values[index].number;
}

const char *etp_setup_text(const etp_setup *setup, unsigned index)
{
    return setup->values[index].text;
}

/* ---- the nearest name ---- */

bool etp_knob_nearest(const char *name, char nearest[ETP_KNOB_NAME_MAX])
{
    const char *names[ETP_KNOBS_MAX];
    char texts[ETP_KNOBS_MAX][ETP_KNOB_NAME_MAX];
    unsigned count = etp_knob_count();
    for (unsigned i = 0; i < count; i++) {
        memcpy(texts[i], etp_knob_describe(i).name, ETP_KNOB_NAME_MAX);
        names[i] = texts[i];
    }
    const char *found = etp_nearest(name, names, count);
    if (found != NULL)
        memcpy(nearest, found, ETP_KNOB_NAME_MAX);
    return found != NULL;
}
