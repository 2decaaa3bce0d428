/* SPDX-License-Identifier: MIT */
#include "world/profiles.h"

#include <string.h>

#include "base/memory.h"
#include "world/calendar.h"

static const etp_energy standard_year = INT64_C(16) * ETP_PROFILE_DAYS * ETP_ENERGY_PER_KWH;
static const etp_energy yield_max = 10000 * ETP_ENERGY_PER_KWH;

enum { WEATHER_MAX = 50 * 366 * ETP_PROFILE_SLOTS };

/* ---- the set ---- */

int etp_profiles_new(etp_profiles **made, const etp_allocator *allocator)
{
    if (made == NULL)
        return ETP_EINVAL;
    *made = NULL;
    if (!etp_allocator_is_whole(allocator))
        return ETP_EINVAL;
    etp_profiles *profiles = etp_memory_take(allocator, sizeof *profiles);
    if (profiles == NULL)
        return ETP_ENOMEM;
    profiles->allocator = allocator;
    profiles->years = etp_memory_take(allocator, ETP_PROFILES_MAX * sizeof *profiles->years);
    if (profiles->years == NULL) {
        etp_profiles_free(profiles);
        return ETP_ENOMEM;
    }
    *made = profiles;
    return ETP_OK;
}

static void drop_year(etp_profiles *profiles, etp_profile_year *year)
{
    etp_memory_give(profiles->allocator, year->power, ETP_PROFILE_COUNT * sizeof *year->power);
    *year = (etp_profile_year){0};
}

static void drop_weather(etp_profiles *profiles)
{
    etp_profile_weather *weather = &profiles->weather;
    etp_memory_give(profiles->allocator, weather->power, weather->count * sizeof *weather->power);
    *weather = (etp_profile_weather){0};
}

void etp_profiles_free(etp_profiles *profiles)
{
    if (profiles == NULL)
        return;
    for (unsigned i = 0; i < profiles->count; i++)
        drop_year(profiles, &profiles->years[i]);
    drop_year(profiles, &profiles->sun);
    drop_weather(profiles);
    etp_memory_give(profiles->allocator, profiles->years, ETP_PROFILES_MAX * sizeof *profiles->years);
    etp_memory_give(profiles->allocator, profiles, sizeof *profiles);
}

/* ---- taking a series ---- */

static const char *name_of(const etp_profile_series *series)
{
    return series->name != NULL ? series->name : "a series without a name";
}

static int check_powers(const etp_profile_series *series, size_t least, etp_error *error)
{
    if (series->power == NULL || series->homes == 0)
        return etp_fail(error, ETP_EINVAL, "%s: it has no powers, or is of no home", name_of(series));
    if (series->starts < 0 || series->starts % ETP_NS_PER_DAY != 0)
        return etp_fail(error, ETP_ERANGE, "%s: it does not begin at midnight of a day since 1970", name_of(series));
    if (series->count < least || series->count > WEATHER_MAX)
        return etp_fail(error, ETP_ERANGE, "%s: it has %zu half-hours; there must be %zu, 364 days, or more",
                        name_of(series), series->count, least);
    for (size_t i = 0; i < series->count; i++)
        if (series->power[i] < 0 || series->power[i] > ETP_POWER_MAX)
            return etp_fail(error, ETP_ERANGE, "%s: half-hour %zu has a power below 0 or above 1 GW", name_of(series),
                            i + 1);
    return ETP_OK;
}

/* Energy of half-hours: half of the powers' sum. At most 50 years of 1 GW, which fits. */
static etp_energy energy_of(const etp_power *power, size_t count)
{
    etp_energy sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += power[i] / 2;
    return sum;
}

/* power x wanted / had, rounded down: through floating point, for the product may be larger than 64 bits. */
static void scale(etp_power *to, const etp_power *from, size_t count, etp_energy wanted, etp_energy had)
{
    double factor = (double)wanted / (double)had;
    for (size_t i = 0; i < count; i++)
        to[i] = (etp_power)((double)from[i] * factor);
}

/* More than 3 kW from a panel of 1 kW is a series in which something else is counted. */
static int check_sun(const etp_profile_series *sun, const etp_power *power, size_t count, etp_error *error)
{
    for (size_t i = 0; i < count; i++)
        if (power[i] > 3 * ETP_POWER_PER_KW)
            return etp_fail(error, ETP_ERANGE,
                            "%s: half-hour %zu would give %.3g kW from 1 kW of panels; is it the right series?",
                            name_of(sun), i + 1, etp_power_to_kw(power[i]));
    return ETP_OK;
}

static void take_name(char *name, const char *given)
{
    size_t size = 0;
    while (given != NULL && given[size] != '\0' && size < ETP_PROFILE_NAME_MAX - 1)
        size++;
    if (size == ETP_PROFILE_NAME_MAX - 1)
        while (size > 0 && ((unsigned char)given[size] & 0xc0) == 0x80)
            size--; /* not in the middle of a letter of several bytes */
    if (size > 0)
        memcpy(name, given, size);
    name[size] = '\0';
}

static int make_year(etp_profiles *profiles, etp_profile_year *year, const etp_profile_series *series,
                     etp_energy wanted, etp_error *error)
{
    int rc = check_powers(series, ETP_PROFILE_COUNT, error);
    if (rc != ETP_OK)
        return rc;
    etp_profile_year made = {.about = {.homes = series->homes,
                                       .a_year = energy_of(series->power, ETP_PROFILE_COUNT),
                                       .starts = series->starts}};
    if (made.about.a_year < ETP_ENERGY_PER_KWH)
        return etp_fail(error, ETP_ERANGE, "%s: less than 1 kWh in a year; is it the right series?", name_of(series));
    made.power = etp_memory_take(profiles->allocator, ETP_PROFILE_COUNT * sizeof *made.power);
    if (made.power == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for the year of %s", name_of(series));
    take_name(made.about.name, series->name);
    scale(made.power, series->power, ETP_PROFILE_COUNT, wanted, made.about.a_year);
    *year = made;
    return ETP_OK;
}

int etp_profiles_add(etp_profiles *profiles, const etp_profile_series *load, etp_error *error)
{
    if (profiles == NULL || load == NULL)
        return etp_fail(error, ETP_EINVAL, "there is no series to add, or no set to add it to");
    if (profiles->count == ETP_PROFILES_MAX)
        return etp_fail(error, ETP_EFULL, "there are %d households already", (int)ETP_PROFILES_MAX);
    int rc = make_year(profiles, &profiles->years[profiles->count], load, standard_year, error);
    profiles->count += rc == ETP_OK;
    return rc;
}

int etp_profiles_set_sun(etp_profiles *profiles, const etp_profile_series *sun, etp_energy yield, etp_error *error)
{
    if (profiles == NULL || sun == NULL)
        return etp_fail(error, ETP_EINVAL, "there is no sun to set, or no set to put it in");
    if (yield < ETP_ENERGY_PER_KWH || yield > yield_max)
        return etp_fail(error, ETP_ERANGE, "%s: a yield of %.10g kWh for each kW and year; it is 1 to 10 000",
                        name_of(sun), etp_energy_to_kwh(yield));
    etp_profile_year made = {0};
    int rc = make_year(profiles, &made, sun, yield, error);
    if (rc == ETP_OK)
        rc = check_sun(sun, made.power, ETP_PROFILE_COUNT, error);
    drop_year(profiles, rc == ETP_OK ? &profiles->sun : &made);
    if (rc == ETP_OK)
        profiles->sun = made;
    return rc;
}

/* What the common sun gives in the same span. */
static etp_energy usual_sun(const etp_profiles *profiles, const etp_profile_series *weather)
{
    etp_energy sum = 0;
    for (size_t i = 0; i < weather->count; i++)
        sum += etp_profiles_sun_at(profiles, weather->starts / ETP_PROFILE_SLOT + (int64_t)i) / 2;
    return sum;
}

int etp_profiles_set_weather(etp_profiles *profiles, const etp_profile_series *weather, etp_error *error)
{
    if (profiles == NULL || weather == NULL)
        return etp_fail(error, ETP_EINVAL, "there is no weather to set, or no set to put it in");
    if (profiles->sun.power == NULL)
        return etp_fail(error, ETP_ESTATE, "%s: set the sun of a year before the weather of some days",
                        name_of(weather));
    int rc = check_powers(weather, 1, error);
    if (rc != ETP_OK)
        return rc;
    etp_energy had = energy_of(weather->power, weather->count);
    if (had == 0)
        return etp_fail(error, ETP_ERANGE, "%s: no sun at all in these days", name_of(weather));
    drop_weather(profiles); /* else it would count as usual */
    etp_profile_weather made = {weather->starts, weather->count,
                                etp_memory_take(profiles->allocator, weather->count * sizeof *weather->power)};
    if (made.power == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for the weather of %s", name_of(weather));
    scale(made.power, weather->power, weather->count, usual_sun(profiles, weather), had);
    rc = check_sun(weather, made.power, made.count, error);
    profiles->weather = made;
    if (rc != ETP_OK)
        drop_weather(profiles);
    return rc;
}

/* ---- reading ---- */

unsigned etp_profiles_count(const etp_profiles *profiles)
{
    return profiles != NULL ? profiles->count : 0;
}

int etp_profiles_about(const etp_profiles *profiles, unsigned number, etp_profile_about *about)
{
    if (profiles == NULL || about == NULL)
        return ETP_EINVAL;
    if (number == 0 || number > profiles->count)
        return ETP_ENOENT;
    *about = profiles->years[number - 1].about;
    return ETP_OK;
}

/* A year has 1 461 quarters of a day. Where the anniversary falls on another day of the week, the nearest that does not:
 * from one anniversary to the next that is always the same move, so days follow each other. */
unsigned etp_profile_day(const etp_profile_year *year, int64_t market_day)
{
    int64_t since = market_day - year->about.starts / ETP_NS_PER_DAY;
    int64_t quarters = (since * 4 % 1461 + 1461) % 1461;
    int64_t anniversary = quarters / 4;
    int64_t later = ((since - anniversary) % 7 + 7) % 7;
    int64_t day = anniversary + (later <= 3 ? later : later - 7);
    return (unsigned)((day + ETP_PROFILE_DAYS) % ETP_PROFILE_DAYS);
}

etp_power etp_profiles_sun_at(const etp_profiles *profiles, int64_t half_hour)
{
    const etp_profile_weather *weather = &profiles->weather;
    int64_t into = half_hour - weather->starts / ETP_PROFILE_SLOT;
    if (into >= 0 && (uint64_t)into < weather->count)
        return weather->power[into];
    unsigned day = etp_profile_day(&profiles->sun, half_hour / ETP_PROFILE_SLOTS);
    return profiles->sun.power[day * ETP_PROFILE_SLOTS + (unsigned)(half_hour % ETP_PROFILE_SLOTS)];
}
