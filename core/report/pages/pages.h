/* SPDX-License-Identifier: MIT */
/* Documents from the results that the program's commands write as JSON. */
#ifndef ETP_REPORT_PAGES_H
#define ETP_REPORT_PAGES_H

#include <jansson.h>

#include "report/document/document.h"

/*
 * A document from the JSON of `run`, of `tournament`, or of whatever has a document in it. What is none of these is
 * refused with a sentence that says what it lacks. ETP_EFORMAT, ETP_ENOMEM.
 */
int etp_document_from_result(etp_document **document, const json_t *result, etp_error *error);

#endif
