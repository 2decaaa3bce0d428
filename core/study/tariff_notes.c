/* SPDX-License-Identifier: MIT */
#include "study/tariff_notes.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study/days.h"

static const char feed_in_format[] = "feed-in-tariffs", retail_format[] = "retail-tariffs";

bool etp_tariff_tables_load(etp_tariffs *tariffs, const etp_catalogue *catalogue)
{
    for (size_t i = 0; i < catalogue->count; i++) {
        const etp_catalogue_file *file = &catalogue->files[i];
        etp_error unused = {0};
        if (file->code != ETP_OK || file->about.format == NULL)
            continue;
        const char *format = file->about.format->name;
        if (strcmp(format, feed_in_format) == 0 || strcmp(format, retail_format) == 0)
            etp_tariffs_load(tariffs, file->path, &unused);
    }
    return tariffs->count > 0;
}

/* "VIC1" is Victoria: the market's regions are named after states. */
static void name_state(const char *region, char state[ETP_TARIFF_STATE_MAX])
{
    size_t size = strcspn(region, "0123456789");
    snprintf(state, ETP_TARIFF_STATE_MAX, "%.*s", (int)size, region);
}

etp_tariff_note etp_tariff_note_of(const etp_tariffs *tariffs, const etp_setup *setup)
{
    char state[ETP_TARIFF_STATE_MAX];
    const etp_tariff_entry *entry;
    etp_error unused = {0};
    etp_time day = 0;
    double cents = etp_setup_number(setup, ETP_KNOB_TARIFFS_FEED_IN);
    name_state(etp_setup_text(setup, ETP_KNOB_PRICES_REGION), state);
    etp_day_parse(etp_setup_text(setup, ETP_KNOB_PRICES_FROM), &day);
    if (etp_tariffs_find(tariffs, state, day, ETP_TARIFF_FEED_IN, &entry, &unused) == ETP_OK) {
        bool within = !isnan(cents) && cents >= etp_price_to_cents(entry->low) - 0.005 &&
                      cents <= etp_price_to_cents(entry->high) + 0.005;
        return within ? ETP_TARIFF_FITS : ETP_TARIFF_DIFFERS;
    }
    bool offered = etp_tariffs_find(tariffs, state, day, ETP_TARIFF_RETAIL, &entry, &unused) == ETP_OK;
    return offered ? ETP_TARIFF_FITS : ETP_TARIFF_UNKNOWN;
}
