/* SPDX-License-Identifier: MIT */
/* Whether the values of a setup fit each other, which no range of one alone can say. */
#ifndef ETP_STUDY_SETUP_H
#define ETP_STUDY_SETUP_H

#include "study/knobs.h"

/* ETP_EINVAL or ETP_ERANGE with a sentence that names the knobs. */
int etp_setup_check(const etp_setup *setup, etp_error *error);

#endif
