/* SPDX-License-Identifier: MIT */
#include "cli/unusable.h"

#include <stdio.h>
#include <string.h>

const char *etp_file_name(const etp_catalogue_file *file)
{
    const char *slash = strrchr(file->path, '/');
    return slash != NULL ? slash + 1 : file->path;
}

/* Most sentences begin with the path, of which the name is enough. */
static void tell_broken(const etp_catalogue_file *file, char text[ETP_UNUSABLE_MAX])
{
    const char *reason = file->error != NULL ? file->error : etp_strerror(file->code);
    size_t size = strlen(file->path);
    bool begins = strncmp(reason, file->path, size) == 0;
    snprintf(text, ETP_UNUSABLE_MAX, "%.255s%s%s", etp_file_name(file), begins ? "" : ": ",
             begins ? reason + size : reason);
}

bool etp_file_unusable(const etp_catalogue_file *file, char text[ETP_UNUSABLE_MAX])
{
    if (file->code != 0) {
        tell_broken(file, text);
        return true;
    }
    for (unsigned i = 0; i < file->about.series_count; i++) {
        const etp_data_series *series = &file->about.series[i];
        if (series->conflicts == 0)
            continue;
        snprintf(
            text, ETP_UNUSABLE_MAX,
            "%.255s: %s: %zu intervals have two prices, as a clock makes that is set back, or two publications that "
            "are mixed; remove the rows that are wrong",
            etp_file_name(file), series->name, series->conflicts);
        return true;
    }
    return false;
}
