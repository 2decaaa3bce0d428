/* SPDX-License-Identifier: MIT */
/* From files of households to a set of profiles (etp/profiles.h), and what a report must say of it. */
#ifndef ETP_DATA_HOUSEHOLDS_PROFILES_LOAD_H
#define ETP_DATA_HOUSEHOLDS_PROFILES_LOAD_H

#include "data/households/household.h"
#include "etp/profiles.h"

/* 1 296 kWh from 1.04 kW of panels in Sydney, July 2011 to June 2012: the one system of which both are known. */
#define ETP_PROFILES_YIELD (1246 * ETP_ENERGY_PER_KWH)

typedef struct etp_profiles_facts {
    unsigned customers, aggregates, abroad; /* profiles: Australian homes, means of many, homes moved from the north */
    unsigned left_out;                      /* homes of which too much is missing */
    size_t filled;                          /* half-hours that took another week's load */
    size_t lost, doubled;                   /* rows: see wall_clock.h */
    char sun[ETP_HOUSEHOLD_NAME_MAX];       /* whose sun all homes have */
    etp_energy yield;                       /* to which it was scaled */
} etp_profiles_facts;

/* Adds the households of these files, in their order, and sets the sun: that of an aggregate if there is one, for it is
 * the weather of a whole town, else of the first home that has one; scaled to `yield` for each kW and year (0:
 * ETP_PROFILES_YIELD). ETP_EFORMAT for a file of something else, ETP_ENOENT if no home is left. `facts` may be NULL. */
int etp_profiles_load(etp_profiles *profiles, const char *const *paths, size_t count, etp_energy yield,
                      etp_profiles_facts *facts, etp_error *error);

/* Sets the weather of real days from a file of a region's rooftop sun ("region-demand"). Days are taken whole; a file
 * with a gap is refused. `region` may be NULL if the file has one only. */
int etp_profiles_load_weather(etp_profiles *profiles, const char *path, const char *region, etp_error *error);

#endif
