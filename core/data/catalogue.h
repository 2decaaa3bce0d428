/* SPDX-License-Identifier: MIT */
/*
 * What a folder holds, by the content of its files: which is what, and which files together cover a span of prices.
 */
#ifndef ETP_DATA_CATALOGUE_H
#define ETP_DATA_CATALOGUE_H

#include "data/about.h"
#include "data/prices.h"

typedef struct etp_catalogue_file {
    char *path;
    int code;             /* 0, or why it is not understood: the code of `error` */
    char *error;          /* a sentence, or NULL */
    etp_data_about about; /* without series if `code` is not 0 */
} etp_catalogue_file;

typedef struct etp_catalogue {
    char *folder;
    etp_catalogue_file *files; /* by name */
    size_t count;
} etp_catalogue;

/* Looks at every plain file of the folder (not of folders in it) that could be data: .csv, .gz, and others whose content
 * is known. Files that are something else are not entered; a data file that is broken is, with its error. */
int etp_catalogue_read(etp_catalogue *catalogue, const char *folder, etp_error *error);

/* Accepts a zeroed one. */
void etp_catalogue_fini(etp_catalogue *catalogue);

/* The first file of that format, by name of the file, or NULL. */
const etp_catalogue_file *etp_catalogue_find(const etp_catalogue *catalogue, const char *format);

enum { ETP_CATALOGUE_JOINED_MAX = 64 };

/* Files that together hold the region's prices from `from` until `until`, at that interval. */
typedef struct etp_catalogue_prices {
    const etp_catalogue_file *files[ETP_CATALOGUE_JOINED_MAX];
    unsigned count;
} etp_catalogue_prices;

/* One file that covers the span without a gap if there is one, else as few as there are that join. ETP_ENOENT with a
 * sentence that says what there is of that region. */
int etp_catalogue_find_prices(const etp_catalogue *catalogue, const char *region, etp_time from, etp_time until,
                              etp_time interval, etp_catalogue_prices *found, etp_error *error);

/* Finds and loads them. */
int etp_catalogue_load_prices(const etp_catalogue *catalogue, const char *region, etp_time from, etp_time until,
                              etp_time interval, etp_gap_rule gaps, etp_trace *trace, etp_prices_facts *facts,
                              etp_error *error);

#endif
