/* SPDX-License-Identifier: MIT */
/* Pieces of a page. It is HTML that is XML too, so that a parser of either kind reads it. */
#ifndef ETP_REPORT_DOCUMENT_HTML_H
#define ETP_REPORT_DOCUMENT_HTML_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* A text as it may stand between tags and in attributes. Characters that XML knows not are shown as U+FFFD. */
void etp_html_text(FILE *out, const char *text);
/* The member `name` of an object, a text; nothing if there is none. */
void etp_html_member(FILE *out, const json_t *object, const char *name);
/* JSON in a <script>; nothing in it ends that. False when there is no memory. */
bool etp_html_json(FILE *out, const json_t *json);

/* A table item, with its caption and note. False when there is no memory, as below. */
bool etp_html_table(FILE *out, const json_t *table);
/* Where a plot is drawn, and below it its numbers. */
bool etp_html_figure(FILE *out, const json_t *plot);

#endif
