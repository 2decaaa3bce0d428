/* SPDX-License-Identifier: MIT */
/* How a document is kept: as the JSON that it is written as, made by document.c, sheet.c and plot.c alone, so that
 * whoever writes it in another form need not check it. */
#ifndef ETP_REPORT_DOCUMENT_INTERNAL_H
#define ETP_REPORT_DOCUMENT_INTERNAL_H

#include <jansson.h>
#include <locale.h>
#include <stdarg.h>

#include "report/document/document.h"

enum { ETP_DOCUMENT_ID_MAX = 64 };

struct etp_sheet {
    etp_document *document;
    json_t *json; /* borrowed from the document's, as are all below */
    json_t *columns, *rows;
    json_t *row; /* NULL before the first */
    etp_sheet *next;
};

struct etp_plot {
    etp_document *document;
    json_t *json;
    json_t *series;
    json_t *points; /* of the series begun last; NULL before the first */
    etp_plot_kind kind;
    etp_plot *next;
};

struct etp_document {
    json_t *root;
    json_t *meta, *sections; /* borrowed from root */
    json_t *items;           /* of the section begun last; NULL before the first */
    json_t *ids;             /* an object: those in use */
    json_t *section_ids;     /* the same of sections */
    etp_sheet *sheets;
    etp_plot *plots;
    locale_t locale; /* the "C" locale, for formats */
    etp_error failure;
};

/* ---- building: after a failure all of these do nothing ---- */

bool etp_document_is_sound(const etp_document *document);
/* Keeps the first mistake. */
void etp_document_blame(etp_document *document, int code, const char *format, ...) ETP_PRINTF(3, 4);
/* Whether the id of a table or plot is as it must be and new; it is in use from here on. */
bool etp_document_take_id(etp_document *document, const char *id);
/* A new item of the current section; borrowed, NULL after a failure. */
json_t *etp_document_item(etp_document *document, const char *type);

/* These take `value` from the caller, and blame the lack of memory if it is NULL. */
void etp_document_put(etp_document *document, json_t *object, const char *name, json_t *value);
void etp_document_append(etp_document *document, json_t *array, json_t *value);
/* The same, and gives `value` back, borrowed. */
json_t *etp_document_put_list(etp_document *document, json_t *object, const char *name);

/* Texts that are not UTF-8 get a '?' for each of their odd bytes; NULL is "". */
json_t *etp_document_make_text(const char *text);
json_t *etp_document_make_formatted(const etp_document *document, const char *format, va_list args);
/* To 15 digits, as it is written; null if it is not finite. */
json_t *etp_document_make_number(const etp_document *document, double value);

/* ---- kinds of plots ---- */

/* Which of the functions that add points a plot takes. */
typedef enum etp_plot_form { ETP_FORM_XY, ETP_FORM_CATEGORY, ETP_FORM_SWING } etp_plot_form;

/* Of "line", "grouped-bars"; ETP_PLOT_KINDS for a name that is none. */
etp_plot_kind etp_plot_kind_find(const char *name);
etp_plot_form etp_plot_form_of(etp_plot_kind kind);

#endif
