/* SPDX-License-Identifier: MIT */
/* A document as JSON in memory, for those who have more to say in the same file, or have read one. */
#ifndef ETP_REPORT_DOCUMENT_JSON_H
#define ETP_REPORT_DOCUMENT_JSON_H

#include <jansson.h>

#include "report/document/document.h"

/* What stands under "document". Borrowed; NULL after a failure. */
json_t *etp_document_json(const etp_document *document);

/* Builds the document anew from what stands under "document". What is no document is refused with a sentence that says
 * where. ETP_EFORMAT, ETP_ENOMEM. */
int etp_document_from_json(etp_document **document, const json_t *json, etp_error *error);

#endif
