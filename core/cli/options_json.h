/* SPDX-License-Identifier: MIT */
/* What was asked for, as a command's JSON states it. */
#ifndef ETP_CLI_OPTIONS_JSON_H
#define ETP_CLI_OPTIONS_JSON_H

#include <jansson.h>

#include "cli/option_table.h"
#include "program/settings.h"

/* What each option of the vocabulary stands at, by name; `options` is the struct that they are placed in. How many
 * threads there were changes nothing, and is no part of a result. NULL when there is no memory. */
json_t *etp_options_make_json(const etp_vocabulary *vocabulary, const void *options);

/* The arguments of --set: a list of {target, param, value}. */
json_t *etp_settings_make_json(const etp_settings *settings);

#endif
