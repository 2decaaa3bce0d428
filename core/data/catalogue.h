/* SPDX-License-Identifier: MIT */
/*
 * What a folder holds, by the content of its files: which is what, and which files together cover a span of prices.
 */
#ifndef ETP_DATA_CATALOGUE_H
#define ETP_DATA_CATALOGUE_H

#include "data/about.h"
#include "data/price_caps.h"
#include "data/prices.h"

typedef struct etp_catalogue_file {
    char *path;
    int code;             /* 0, or why it is not understood: the code of `error` */
    char *error;          /* a sentence, or NULL */
    bool unknown;         /* it is text, and no format fits */
    etp_data_about about; /* without series if `code` is not 0 */
} etp_catalogue_file;

typedef struct etp_catalogue {
    char *folder; /* the first one, or NULL */
    etp_catalogue_file *files;
    size_t count;
    etp_price_caps caps; /* of all tables of them among the files */
} etp_catalogue;

/* Looks at every plain file of the folder (not of folders in it), by name. Files that are something else than data are
 * not entered; a data file that is broken is, with its error, and so is one that promises data by its name (.csv, .gz,
 * .zip) and has no format that we know. */
int etp_catalogue_read(etp_catalogue *catalogue, const char *folder, etp_error *error);

/* The same, behind what is there already. Zero the catalogue before the first. */
int etp_catalogue_add_folder(etp_catalogue *catalogue, const char *folder, etp_error *error);

/* Looks at one file, and enters it whatever it is. */
int etp_catalogue_add_file(etp_catalogue *catalogue, const char *path, etp_error *error);

/* Adds a note to each file of prices that has some outside the limits of their time. */
int etp_catalogue_check_caps(etp_catalogue *catalogue, etp_error *error);

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
