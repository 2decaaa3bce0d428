/* SPDX-License-Identifier: MIT */
#include "data/households/batteries.h"

#include <stdio.h>
#include <stdlib.h>

#include "data/about.h"
#include "data/households/formats.h"
#include "data/households/table_rows.h"

enum { MICRO = 6 };
static const int64_t kwh_most = 200 * ETP_ENERGY_PER_KWH, kw_most = 100 * ETP_POWER_PER_KW, ppm_most = 1000000;

void etp_batteries_fini(etp_battery_table *table)
{
    free(table->models);
    *table = (etp_battery_table){0};
}

static int add(etp_battery_table *table, const etp_csv *csv, const etp_battery_model *model, etp_error *error)
{
    if (model->capacity == 0)
        return etp_csv_refuse(csv, error, "a battery of 0 kWh is none");
    if (table->count == ETP_BATTERY_TABLE_MAX)
        return etp_csv_refuse(csv, error, "there are more than %d batteries", (int)ETP_BATTERY_TABLE_MAX);
    etp_battery_model *models = realloc(table->models, (table->count + 1) * sizeof *models);
    if (models == NULL)
        return etp_fail(error, ETP_ENOMEM, "%s: no memory for its batteries", csv->name);
    table->models = models;
    table->models[table->count++] = *model;
    return 0;
}

/* A number that a table may leave out; 0 then. */
static int read_number(const etp_csv *csv, etp_span field, const char *column, int64_t most, int64_t *value,
                       etp_error *error)
{
    int rc = etp_row_number(csv, field, column, MICRO, most, true, value, error);
    if (rc == 0 && *value == ETP_PRICE_NONE)
        *value = 0;
    return rc;
}

/* ---- products ---- */

enum { SHOP_NAME, SHOP_KWH, SHOP_DISCHARGE, SHOP_CHARGE, SHOP_ROUND, SHOP_STATUS };
static const char *const shop_columns[] = {
    "product", "usable_kwh", "max_discharge_kw", "max_charge_kw", "round_trip_efficiency", "status", NULL};

static int take_product(void *user, const etp_csv *csv, const etp_span *fields, etp_error *error)
{
    etp_battery_model model = {.capacity = 0};
    int64_t ppm = 0;
    etp_row_text(fields[SHOP_NAME], model.name, sizeof model.name);
    etp_row_text(fields[SHOP_STATUS], model.status, sizeof model.status);
    int rc = etp_row_number(csv, fields[SHOP_KWH], "usable_kwh", MICRO, kwh_most, false, &model.capacity, error);
    if (rc == 0)
        rc = read_number(csv, fields[SHOP_DISCHARGE], "max_discharge_kw", kw_most, &model.discharge, error);
    if (rc == 0)
        rc = read_number(csv, fields[SHOP_CHARGE], "max_charge_kw", kw_most, &model.charge, error);
    if (rc == 0)
        rc = read_number(csv, fields[SHOP_ROUND], "round_trip_efficiency", ppm_most, &ppm, error);
    model.round_trip_ppm = (uint32_t)ppm;
    return rc == 0 ? add(user, csv, &model, error) : rc;
}

/* ---- the assets of measured homes ---- */

enum { HOME_NUMBER, HOME_PV, HOME_KWH, HOME_KW, HOME_ROUND };
static const char *const home_columns[] = {"building",           "pv_kW", "battery_kWh", "battery_kW",
                                           "battery_efficiency", NULL};

static int take_home(void *user, const etp_csv *csv, const etp_span *fields, etp_error *error)
{
    etp_battery_model model = {.capacity = 0};
    int64_t ppm = 0;
    snprintf(model.name, sizeof model.name, "home %.50s", etp_span_show(fields[HOME_NUMBER]).text);
    int rc = etp_row_number(csv, fields[HOME_PV], "pv_kW", MICRO, kw_most, false, &model.pv_peak, error);
    if (rc == 0)
        rc = etp_row_number(csv, fields[HOME_KWH], "battery_kWh", MICRO, kwh_most, false, &model.capacity, error);
    if (rc == 0)
        rc = etp_row_number(csv, fields[HOME_KW], "battery_kW", MICRO, kw_most, false, &model.discharge, error);
    if (rc == 0)
        rc = etp_row_number(csv, fields[HOME_ROUND], "battery_efficiency", MICRO, ppm_most, false, &ppm, error);
    model.charge = model.discharge;
    model.round_trip_ppm = (uint32_t)ppm;
    return rc == 0 ? add(user, csv, &model, error) : rc;
}

/* ---- files ---- */

static int read_text(etp_battery_table *table, const etp_data_text *file, etp_error *error)
{
    const etp_data_format *format = etp_data_recognise(file, error);
    if (format == NULL)
        return ETP_EFORMAT;
    if (format != &etp_format_batteries && format != &etp_format_home_assets)
        return etp_fail(error, ETP_EFORMAT, "%s holds no batteries; it is: %s", file->name, format->title);
    bool products = format == &etp_format_batteries;
    int rc =
        etp_table_rows(file, products ? shop_columns : home_columns, products ? take_product : take_home, table, error);
    if (rc == 0 && table->count == 0)
        rc = etp_fail(error, ETP_EFORMAT, "%s: the table has no rows", file->name);
    if (rc != 0)
        etp_batteries_fini(table);
    return rc;
}

int etp_batteries_load(etp_battery_table *table, const char *path, etp_error *error)
{
    *table = (etp_battery_table){0};
    etp_data_text file;
    int rc = etp_data_text_load(&file, path, NULL, error);
    if (rc != 0)
        return rc;
    rc = read_text(table, &file, error);
    etp_data_text_fini(&file);
    return rc;
}

static int look(etp_data_about *about, const etp_data_text *file, etp_error *error)
{
    etp_battery_table table = {0};
    int rc = read_text(&table, file, error);
    if (rc != 0)
        return rc;
    etp_energy low = INT64_MAX, high = 0;
    for (unsigned i = 0; i < table.count; i++) {
        low = table.models[i].capacity < low ? table.models[i].capacity : low;
        high = table.models[i].capacity > high ? table.models[i].capacity : high;
    }
    rc = etp_data_add_note(about, "%u batteries of %.6g to %.6g kWh", table.count, etp_energy_to_kwh(low),
                           etp_energy_to_kwh(high));
    etp_batteries_fini(&table);
    return rc == 0 ? 0 : etp_fail(error, rc, "%s: no memory to look at it", file->name);
}

const etp_data_format etp_format_batteries = {
    .name = "home-batteries",
    .title = "home batteries: capacity, power, efficiency",
    .columns = "product usable_kwh max_discharge_kw max_charge_kw round_trip_efficiency status",
    .look = look};

const etp_data_format etp_format_home_assets = {.name = "home-assets",
                                                .title = "panels and batteries of measured homes",
                                                .columns = "building pv_kW battery_kWh battery_kW battery_efficiency",
                                                .look = look};
