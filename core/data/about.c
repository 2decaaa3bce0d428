/* SPDX-License-Identifier: MIT */
/* What a look at a file gathers: series and notes. */
#include "data/about.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/memory.h"

etp_data_series *etp_data_add_series(etp_data_about *about, const char *name, const char *unit)
{
    size_t size = (about->series_count + (size_t)1) * sizeof *about->series;
    etp_data_series *grown = etp_memory_resize(NULL, about->series, size);
    if (grown == NULL)
        return NULL;
    about->series = grown;
    etp_data_series *added = &grown[about->series_count++];
    *added = (etp_data_series){0};
    snprintf(added->name, sizeof added->name, "%s", name);
    snprintf(added->unit, sizeof added->unit, "%s", unit);
    return added;
}

int etp_data_add_note(etp_data_about *about, const char *format, ...)
{
    char(*grown)[ETP_DATA_NOTE_MAX] =
        etp_memory_resize(NULL, about->notes, (about->note_count + (size_t)1) * sizeof *about->notes);
    if (grown == NULL)
        return ETP_ENOMEM;
    about->notes = grown;
    va_list args;
    va_start(args, format);
    vsnprintf(grown[about->note_count++], ETP_DATA_NOTE_MAX, format, args);
    va_end(args);
    return 0;
}

void etp_data_about_fini(etp_data_about *about)
{
    etp_memory_resize(NULL, about->series, 0);
    etp_memory_resize(NULL, about->notes, 0);
    *about = (etp_data_about){0};
}
