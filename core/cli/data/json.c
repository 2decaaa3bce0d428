/* SPDX-License-Identifier: MIT */
/* The meaning of the keys is in docs/data.md. */
#include <string.h>

#include "cli/data/data.h"
#include "etp/version.h"
#include "report/json_pieces.h"
#include "world/calendar.h"

/* "2025-01-31T00:05:00+10:00", or null for a moment that is not known. */
static json_t *make_moment(etp_time when, bool known)
{
    if (!known)
        return json_null();
    etp_stamp stamp = etp_stamp_show(when);
    char text[TEXT_MAX];
    snprintf(text, sizeof text, "%.4s-%.2s-%.2sT%.8s+10:00", stamp.text, stamp.text + 5, stamp.text + 8,
             stamp.text + 11);
    return json_string(text);
}

static json_t *make_series(const etp_data_series *series)
{
    builder to = begin();
    bool dated = series->last != 0;
    put_text(&to, "name", series->name);
    put_text(&to, "unit", series->unit);
    put(&to, "interval_s", series->interval > 0 ? json_integer(series->interval / ETP_NS_PER_SECOND) : json_null());
    put(&to, "from", make_moment(series->first - series->interval, dated));
    put(&to, "until", make_moment(series->last, dated));
    put_count(&to, "rows", series->rows);
    put_count(&to, "gaps", series->gaps);
    put_count(&to, "missing", series->missing);
    put_count(&to, "repeats", series->repeats);
    put_count(&to, "conflicts", series->conflicts);
    put_count(&to, "unsorted", series->unsorted);
    put_count(&to, "blanks", series->blanks);
    put_count(&to, "negatives", series->negatives);
    put_count(&to, "zeros", series->zeros);
    put_real(&to, "least", series->low);
    put_real(&to, "mean", series->mean);
    put_real(&to, "most", series->high);
    return finish(&to);
}

static json_t *all_series(const etp_data_about *about)
{
    list_builder list = begin_list();
    for (unsigned i = 0; i < about->series_count; i++)
        append(&list, make_series(&about->series[i]));
    return finish_list(&list);
}

static json_t *all_notes(const etp_data_about *about)
{
    list_builder list = begin_list();
    for (unsigned i = 0; i < about->note_count; i++)
        append(&list, make_text(about->notes[i]));
    return finish_list(&list);
}

static json_t *make_file(const etp_catalogue_file *file)
{
    const etp_data_about *about = &file->about;
    builder to = begin();
    char hash[TEXT_MAX];
    snprintf(hash, sizeof hash, "%016" PRIx64, about->hash);
    put_text(&to, "path", file->path);
    put(&to, "format", about->format != NULL ? json_string(about->format->name) : json_null());
    put(&to, "title", about->format != NULL ? json_string(about->format->title) : json_null());
    put_bool(&to, "gzip", about->packed);
    put_count(&to, "bytes", about->bytes);
    put_count(&to, "lines", about->lines);
    put_text(&to, "xxh3", hash);
    put(&to, "series", all_series(about));
    put(&to, "notes", all_notes(about));
    put(&to, "error", file->code == 0 ? json_null() : make_text(file->error != NULL ? file->error : ""));
    return finish(&to);
}

static json_t *all_files(const etp_catalogue *catalogue)
{
    list_builder list = begin_list();
    for (size_t i = 0; i < catalogue->count; i++)
        append(&list, make_file(&catalogue->files[i]));
    return finish_list(&list);
}

int etp_data_write_json(const etp_catalogue *catalogue, FILE *out)
{
    builder to = begin();
    put_count(&to, "schema_version", 1);
    put_text(&to, "engine", etp_version());
    put(&to, "files", all_files(catalogue));
    return write_whole(finish(&to), out);
}
