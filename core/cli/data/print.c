/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "cli/data/data.h"
#include "program/values.h"
#include "report/table.h"
#include "world/calendar.h"

static void add_span(etp_table *table, const etp_data_series *series)
{
    char every[ETP_VALUE_TEXT_MAX] = "-";
    if (series->interval > 0)
        etp_value_show_duration(series->interval, every, sizeof every);
    if (series->last == 0) {
        etp_table_cell(table, "no dates");
        etp_table_cell(table, "-");
    } else {
        etp_table_cell(table, "%.16s", etp_stamp_show(series->first - series->interval).text);
        etp_table_cell(table, "%.16s", etp_stamp_show(series->last).text);
    }
    etp_table_cell(table, "%s", every);
}

static void add_series(etp_table *table, const etp_data_series *series)
{
    etp_table_cell(table, "%s", series->name[0] != '\0' ? series->name : "-");
    add_span(table, series);
    etp_table_cell(table, "%zu", series->rows);
    etp_table_cell(table, "%zu", series->gaps);
    etp_table_cell(table, "%zu", series->missing);
    etp_table_cell(table, "%zu", series->repeats + series->conflicts);
    etp_table_cell(table, "%.2f", series->low);
    etp_table_cell(table, "%.2f", series->mean);
    etp_table_cell(table, "%.2f", series->high);
    etp_table_cell(table, "%zu", series->negatives);
    etp_table_cell(table, "%s", series->unit);
}

static bool print_series(const etp_data_about *about, FILE *out)
{
    static const char *const names[] = {"series", "from",  "until", "every", "rows",    "gaps", "missing",
                                        "twice",  "least", "mean",  "most",  "below 0", "unit"};
    etp_table table = {0};
    if (about->series_count == 0)
        return true;
    etp_table_begin(&table, "llllrrrrrrrrl");
    etp_table_row(&table, names);
    for (unsigned i = 0; i < about->series_count; i++)
        add_series(&table, &about->series[i]);
    return etp_table_end(&table, 2, out);
}

/* The path, with which most sentences begin, stands above. */
static const char *sentence_of(const etp_catalogue_file *file)
{
    const char *text = file->error != NULL ? file->error : etp_strerror(file->code);
    size_t size = strlen(file->path);
    return strncmp(text, file->path, size) == 0 && strncmp(text + size, ": ", 2) == 0 ? text + size + 2 : text;
}

static bool print_file(const etp_catalogue_file *file, FILE *out)
{
    const etp_data_about *about = &file->about;
    fprintf(out, "%s\n", file->path);
    if (about->format != NULL)
        fprintf(out, "  %s\n", about->format->title);
    if (about->lines > 0)
        fprintf(out, "  %zu bytes%s, %zu lines, XXH3 %016" PRIx64 "\n", about->bytes, about->packed ? " of gzip" : "",
                about->lines, about->hash);
    bool whole = print_series(about, out);
    for (unsigned i = 0; i < about->note_count; i++)
        fprintf(out, "  note: %s\n", about->notes[i]);
    if (file->code != 0)
        fprintf(out, "  %s: %s\n", file->unknown ? "unknown" : "refused", sentence_of(file));
    return whole;
}

bool etp_data_print(const etp_catalogue *catalogue, FILE *out)
{
    bool whole = true;
    for (size_t i = 0; i < catalogue->count; i++) {
        if (i > 0)
            fputc('\n', out);
        whole = print_file(&catalogue->files[i], out) && whole;
    }
    return whole;
}
