/* SPDX-License-Identifier: MIT */
/* What a file is, by its content: its format, its span, its gaps, its extremes, and what is odd in it. */
#ifndef ETP_DATA_ABOUT_H
#define ETP_DATA_ABOUT_H

#include "data/format.h"

/* Fills `about`. ETP_EFORMAT with a sentence for a file that has no format of the table, or that its format's reader
 * refuses; `about->format` says which. Free it with etp_data_about_fini() in either case. `path` is borrowed. */
int etp_data_look(etp_data_about *about, const char *path, etp_error *error);

/* The format of a text, or NULL with a sentence that names the columns that were found. */
const etp_data_format *etp_data_recognise(const etp_data_text *file, etp_error *error);

/* Accepts a zeroed one. */
void etp_data_about_fini(etp_data_about *about);

#endif
