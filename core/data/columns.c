/* SPDX-License-Identifier: MIT */
#include "data/columns.h"

#include <stdarg.h>
#include <stdio.h>

int etp_csv_refuse(const etp_csv *csv, etp_error *error, const char *format, ...)
{
    char sentence[ETP_ERROR_TEXT_MAX];
    va_list args;
    va_start(args, format);
    vsnprintf(sentence, sizeof sentence, format, args);
    va_end(args);
    return etp_fail(error, ETP_EFORMAT, "%s: line %zu: %s", csv->name, csv->line, sentence);
}

void etp_column_list(const etp_csv_row *header, char *list, size_t size)
{
    size_t used = 0;
    list[0] = '\0';
    for (unsigned i = 0; i < header->count; i++) {
        bool fits = size - used > ETP_SHOWN_MAX + sizeof ", ...";
        etp_shown shown = etp_span_show(etp_span_trim(header->fields[i]));
        used += (size_t)snprintf(list + used, size - used, "%s%s", i > 0 ? ", " : "", fits ? shown.text : "...");
        if (!fits)
            return;
    }
}

unsigned etp_column_count(const etp_csv_row *header, const char *name, unsigned *at)
{
    unsigned found = 0;
    for (unsigned i = 0; i < header->count; i++)
        if (etp_span_is(etp_span_trim(header->fields[i]), name) && found++ == 0)
            *at = i;
    return found;
}

int etp_column_find(const etp_csv *csv, const etp_csv_row *header, const char *name, const char *hint, unsigned *at,
                    etp_error *error)
{
    unsigned found = etp_column_count(header, name, at);
    if (found == 1)
        return 0;
    if (found > 1)
        return etp_csv_refuse(csv, error, "there are two columns named %s; remove one", name);
    char list[400];
    etp_column_list(header, list, sizeof list);
    return etp_csv_refuse(csv, error, "there is no column named %s (found %s); %s", name, list, hint);
}
