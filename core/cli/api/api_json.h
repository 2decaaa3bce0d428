/* SPDX-License-Identifier: MIT */
/* The script API as JSON, for tools. */
#ifndef ETP_CLI_API_JSON_H
#define ETP_CLI_API_JSON_H

#include <stdio.h>

#include "etp/error.h"

/* 0, ETP_EIO with errno set, or another code when there was no memory; `error` is set only by the latter. */
int etp_api_write_json(FILE *file, etp_error *error);

#endif
