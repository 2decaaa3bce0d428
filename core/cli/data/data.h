/* SPDX-License-Identifier: MIT */
/* `etp-engine data`: what files are. */
#ifndef ETP_CLI_DATA_DATA_H
#define ETP_CLI_DATA_DATA_H

#include <stdio.h>

#include "data/catalogue.h"

/* For people. False when memory ran out. */
bool etp_data_print(const etp_catalogue *catalogue, FILE *out);

/* For programs. ETP_ENOMEM, or ETP_EIO with errno. */
int etp_data_write_json(const etp_catalogue *catalogue, FILE *out);

#endif
