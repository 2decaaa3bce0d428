/* SPDX-License-Identifier: MIT */
/* Home batteries on the market, and those of measured homes: what a datasheet says, no more. */
#ifndef ETP_DATA_HOUSEHOLDS_BATTERIES_H
#define ETP_DATA_HOUSEHOLDS_BATTERIES_H

#include "etp/error.h"
#include "etp/units.h"

enum { ETP_BATTERY_NAME_MAX = 64, ETP_BATTERY_TABLE_MAX = 1000 };

typedef struct etp_battery_model {
    char name[ETP_BATTERY_NAME_MAX];
    char status[ETP_BATTERY_NAME_MAX]; /* where it is known from: "datasheet text", "weak (blog)" */
    etp_energy capacity;               /* usable */
    etp_power discharge, charge;       /* the most; 0 where the table does not say */
    uint32_t round_trip_ppm;           /* 0 where the table does not say */
    etp_power pv_peak;                 /* of the home that it stands in; 0 for a product */
} etp_battery_model;

typedef struct etp_battery_table {
    etp_battery_model *models;
    unsigned count;
} etp_battery_table;

/* Reads a table of products or of homes' assets, by its content. On failure nothing is owned. */
int etp_batteries_load(etp_battery_table *table, const char *path, etp_error *error);

/* Accepts a zeroed one. */
void etp_batteries_fini(etp_battery_table *table);

#endif
