/* SPDX-License-Identifier: MIT */
/* From a path to what the file is. */
#include <stdio.h>
#include <string.h>

#include "data/about.h"
#include "data/head.h"

const etp_data_format *etp_data_recognise(const etp_data_text *file, etp_error *error)
{
    etp_data_head head;
    if (etp_data_head_read(&head, file, error) != 0)
        return NULL;
    for (unsigned i = 0; i < etp_data_format_count; i++)
        if (etp_data_head_fits(&head, etp_data_formats[i]))
            return etp_data_formats[i];
    char list[400];
    etp_column_list(&head.first, list, sizeof list);
    etp_fail(error, ETP_EFORMAT,
             "%s: its content has no format that we know (%s %s); docs/data.md lists those that we do", file->name,
             head.mms ? "its first row:" : "its first line names the columns", list);
    return NULL;
}

static size_t count_lines(etp_span text)
{
    size_t lines = text.size > 0 && text.text[text.size - 1] != '\n';
    for (const char *at = text.text; (at = memchr(at, '\n', text.size - (size_t)(at - text.text))) != NULL; at++)
        lines++;
    return lines;
}

static int look_at(etp_data_about *about, const etp_data_text *file, etp_error *error)
{
    about->packed = file->packed;
    about->bytes = file->file_size;
    about->hash = file->hash;
    about->lines = count_lines(file->text);
    about->format = etp_data_recognise(file, error);
    if (about->format == NULL)
        return ETP_EFORMAT;
    return about->format->look != NULL ? about->format->look(about, file, error) : 0;
}

int etp_data_look(etp_data_about *about, const char *path, etp_error *error)
{
    *about = (etp_data_about){.path = path};
    etp_data_text file;
    int rc = etp_data_text_load(&file, path, NULL, error);
    if (rc != 0)
        return rc;
    rc = look_at(about, &file, error);
    etp_data_text_fini(&file);
    return rc;
}
