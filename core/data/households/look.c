/* SPDX-License-Identifier: MIT */
/* What is told of a file of households. */
#include <stdio.h>

#include "data/households/parts.h"

static int add_series(etp_data_about *about, const etp_households *all, const etp_household *home, bool sun)
{
    char name[ETP_DATA_NAME_MAX];
    snprintf(name, sizeof name, "%s of %.36s", sun ? "sun" : "load", home->name);
    etp_data_series *series = etp_data_add_series(about, name, sun && all->moved ? "kW/kW" : "kW");
    if (series == NULL)
        return ETP_ENOMEM;
    series->interval = all->interval;
    series->first = all->moved ? 0 : home->starts + ETP_HALF_HOUR;
    series->last = all->moved ? 0 : home->starts + (etp_time)home->count * ETP_HALF_HOUR;
    series->rows = all->rows;
    series->zeros = sun ? 0 : home->zeros;
    const etp_power *power = sun ? home->sun : home->load;
    double sum = 0;
    series->low = series->high = etp_power_to_kw(power[0]);
    for (size_t i = 0; i < home->count; i++) {
        double kw = etp_power_to_kw(power[i]);
        sum += kw;
        series->low = kw < series->low ? kw : series->low;
        series->high = kw > series->high ? kw : series->high;
    }
    series->mean = sum / (double)home->count;
    return 0;
}

static int note_home(etp_data_about *about, const etp_households *all, const etp_household *home)
{
    int rc = etp_data_add_note(about, "%s: %.0f kWh of load and %.0f kWh of sun%s%s in all rows", home->name,
                               home->load_kwh, home->sun_kwh, all->moved ? " for each kW of panels" : "",
                               home->homes > 1 ? ", per home," : "");
    if (rc == 0 && home->left_out)
        return etp_data_add_note(about, "%s is left out: %zu rows have no load, more than 5 %%", home->name,
                                 home->zeros);
    if (rc == 0 && home->zeros > 0)
        rc = etp_data_add_note(about,
                               "%s: %zu rows have no load; %zu half-hours take that of the same time a week before",
                               home->name, home->zeros, home->filled);
    return rc;
}

static int note_clock(etp_data_about *about, const etp_households *all)
{
    int rc =
        etp_data_add_note(about,
                          "the wall clock has daylight saving: %zu rows are hours that never were and are left out, "
                          "%zu rows stand for two hours each",
                          all->lost, all->doubled);
    if (rc == 0 && all->early_midnights)
        rc = etp_data_add_note(about, "rows of 00:00 stand at the date that they end: they are moved to its end");
    if (rc == 0 && all->moved)
        rc = etp_data_add_note(about, "the homes are Californian: their year is moved by 26 weeks");
    return rc;
}

int etp_households_look(etp_data_about *about, const etp_data_text *file, etp_error *error)
{
    etp_households all;
    int rc = etp_households_read(&all, file, error);
    if (rc != 0)
        return rc;
    for (unsigned i = 0; i < all.count && rc == 0; i++) {
        if (all.homes[i].left_out)
            continue;
        rc = add_series(about, &all, &all.homes[i], false);
        if (rc == 0)
            rc = add_series(about, &all, &all.homes[i], true);
    }
    if (rc == 0)
        rc = note_clock(about, &all);
    for (unsigned i = 0; i < all.count && rc == 0; i++)
        rc = note_home(about, &all, &all.homes[i]);
    etp_households_fini(&all);
    return rc == 0 ? 0 : etp_fail(error, rc, "%s: no memory to tell what it holds", file->name);
}
