/* SPDX-License-Identifier: MIT */
/* From a path to households, and what to say of such a file. */
#include "data/about.h"
#include "data/households/parts.h"

int etp_households_read(etp_households *households, const etp_data_text *file, etp_error *error)
{
    const etp_data_format *format = etp_data_recognise(file, error);
    if (format == NULL)
        return ETP_EFORMAT;
    int rc;
    *households = (etp_households){.format = format};
    if (format == &etp_format_ausgrid_customer || format == &etp_format_ausgrid_total)
        rc = etp_ausgrid_read(households, file, error);
    else if (format == &etp_format_homes_hourly)
        rc = etp_homes_hourly_read(households, file, error);
    else
        rc = etp_fail(error, ETP_EFORMAT, "%s holds no households; it is: %s", file->name, format->title);
    if (rc != 0)
        etp_households_fini(households);
    return rc;
}

int etp_households_load(etp_households *households, const char *path, etp_error *error)
{
    *households = (etp_households){0};
    etp_data_text file;
    int rc = etp_data_text_load(&file, path, NULL, error);
    if (rc != 0)
        return rc;
    rc = etp_households_read(households, &file, error);
    etp_data_text_fini(&file);
    return rc;
}
