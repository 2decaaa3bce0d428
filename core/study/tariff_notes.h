/* SPDX-License-Identifier: MIT */
/* Whether the tariffs of a scenario are those of their state and year, as far as the folder of data has tables of them. */
#ifndef ETP_STUDY_TARIFF_NOTES_H
#define ETP_STUDY_TARIFF_NOTES_H

#include "data/catalogue.h"
#include "data/households/tariffs.h"
#include "study/knobs.h"

typedef enum etp_tariff_note {
    ETP_TARIFF_FITS,    /* the table has it, or offers of that year */
    ETP_TARIFF_DIFFERS, /* the table has another one */
    ETP_TARIFF_UNKNOWN  /* no tariff of that state and day is in the tables */
} etp_tariff_note;

/* Loads every table of the folder; one that cannot be read is left out. False when there is none. */
bool etp_tariff_tables_load(etp_tariffs *tariffs, const etp_catalogue *catalogue);

/* Of a setup's feed-in tariff on its first day. */
etp_tariff_note etp_tariff_note_of(const etp_tariffs *tariffs, const etp_setup *setup);

#endif
