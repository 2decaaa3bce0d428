/* SPDX-License-Identifier: MIT */
/* What a folder of data holds that nothing can be made of: whoever put a file there must be told that it does not count. */
#ifndef ETP_CLI_UNUSABLE_H
#define ETP_CLI_UNUSABLE_H

#include "data/catalogue.h"

enum { ETP_UNUSABLE_MAX = ETP_ERROR_TEXT_MAX + 300 };

/* A sentence of the file's name and what is wrong with it; false if nothing is. */
bool etp_file_unusable(const etp_catalogue_file *file, char text[ETP_UNUSABLE_MAX]);

/* Without its folder. */
const char *etp_file_name(const etp_catalogue_file *file);

#endif
