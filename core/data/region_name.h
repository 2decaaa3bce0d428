/* SPDX-License-Identifier: MIT */
#ifndef ETP_DATA_REGION_NAME_H
#define ETP_DATA_REGION_NAME_H

#include <stdbool.h>

/* Some files name no region; then that of the file's name stands, if it has just one: "..._SA1_2019.csv". False, and an
 * empty name, if it has none or two. */
bool etp_region_of_name(const char *path, char name[16]);

#endif
