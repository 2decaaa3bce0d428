/* SPDX-License-Identifier: MIT */
/* What the files that read a scenario share: where in its table they are, and values of parameters. */
#ifndef ETP_STUDY_SCENARIO_READER_H
#define ETP_STUDY_SCENARIO_READER_H

#include "script/table/table.h"
#include "study/scenario.h"

typedef struct etp_scenario_reader {
    etp_table *table;
    etp_error *error;
} etp_scenario_reader;

/* A path in the table. */
enum { ETP_SCENARIO_PATH_SIZE = 512 };

typedef struct etp_scenario_path {
    char text[ETP_SCENARIO_PATH_SIZE];
} etp_scenario_path;

/* "before.key", and "list[index + 1]". */
etp_scenario_path etp_scenario_join(const char *before, const char *key);
etp_scenario_path etp_scenario_place(const char *list, unsigned index);

/* The values of one section, such as `homes`, which stands at `at`. Returns ETP_OK or an error. */
int etp_scenario_read_section(const etp_scenario_reader *from, const char *at, const char *section, etp_overrides *set);
/* `set = { homes = { count = 5 } }` at `at`; nothing where there is none. */
int etp_scenario_read_set(const etp_scenario_reader *from, const char *at, etp_overrides *set);

int etp_scenario_fail_memory(etp_error *error);

#endif
