/* SPDX-License-Identifier: MIT */
/* Reads JSON that others have written: the first thing that is not as it should be is kept as a sentence with its place,
 * and after it all is empty, so that one check at the end finds it. */
#ifndef ETP_REPORT_JSON_FIELDS_H
#define ETP_REPORT_JSON_FIELDS_H

#include <jansson.h>
#include <stdbool.h>

#include "etp/error.h"

enum { ETP_FIELDS_PLACE_MAX = 160 };

typedef struct etp_fields {
    char place[ETP_FIELDS_PLACE_MAX]; /* of what is being read: "the document", "runs.market" */
    etp_error *error;
    int result; /* ETP_OK, or ETP_EFORMAT from the first mistake on */
} etp_fields;

void etp_fields_place(etp_fields *from, const char *format, ...) ETP_PRINTF(2, 3);
/* The place's `name` is not a `what`. */
void etp_fields_refuse(etp_fields *from, const char *what, const char *name);

/* Members of `object`. What is missing or of another kind is refused, and is "", NULL, NAN, false. */
const char *etp_fields_text(etp_fields *from, const json_t *object, const char *name);
const json_t *etp_fields_list(etp_fields *from, const json_t *object, const char *name);
const json_t *etp_fields_object(etp_fields *from, const json_t *object, const char *name);
/* Null is a number that there is not: NAN. */
double etp_fields_number(etp_fields *from, const json_t *object, const char *name);
bool etp_fields_bool(etp_fields *from, const json_t *object, const char *name);

/* The same for what need not be there: then NAN. */
double etp_fields_number_if(etp_fields *from, const json_t *object, const char *name);

#endif
