/* SPDX-License-Identifier: MIT */
/* The end of a study's report: by what it can be made again. */
#ifndef ETP_STUDY_COLOPHON_H
#define ETP_STUDY_COLOPHON_H

#include "study/result.h"

struct etp_document;

/* Sections with every value of the scenario, the experiments with their seeds and spans, and the files that were read, with
 * their hashes; lines of the colophon with version, command and attribution. */
void etp_study_colophon(const etp_study_view *view, struct etp_document *document);

#endif
