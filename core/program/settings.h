/* SPDX-License-Identifier: MIT */
/* What scripts and the world are set to, as in --set: NAME.PARAM=VALUE, where NAME is a strategy's instance, "reserve" or "world". */
#ifndef ETP_PROGRAM_SETTINGS_H
#define ETP_PROGRAM_SETTINGS_H

#include "etp/run.h"
#include "etp/script.h"

enum { ETP_SETTING_NAME_MAX = 96 };

/* Names that no strategy's instance is reached by. */
#define ETP_SETTING_WORLD   "world"
#define ETP_SETTING_RESERVE "reserve"

typedef struct etp_setting {
    char target[ETP_SETTING_NAME_MAX];
    char param[ETP_SETTING_NAME_MAX];
    double value;
} etp_setting;

typedef struct etp_settings {
    etp_setting *list;
    unsigned count;
} etp_settings;

/* Reads all of them. Returns an exit status. etp_settings_fini() accepts a zeroed struct. */
int etp_settings_read(etp_settings *settings, const char *const *texts, unsigned count, etp_error *error);
void etp_settings_fini(etp_settings *settings);

/* Sets those of `target` (or of `alias`, which may be NULL) in a script, or those of the world in the run's options.
 * Returns an exit status. A setting that fails ends the program before anything is run, so that several are set at once
 * or not at all. */
int etp_settings_apply(const etp_settings *settings, const char *target, const char *alias, etp_script *script,
                       etp_error *error);
int etp_settings_apply_world(const etp_settings *settings, etp_run_options *run, etp_error *error);

/* Refuses a setting whose target is none of the `names`. Returns an exit status. */
int etp_settings_check_targets(const etp_settings *settings, const char *const *names, unsigned count,
                               etp_error *error);

#endif
