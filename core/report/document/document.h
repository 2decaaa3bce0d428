/* SPDX-License-Identifier: MIT */
/*
 * A report as data: sections of text, key figures, tables and plots, from which pages (HTML), files of numbers (CSV) and
 * JSON are written. It knows nothing of energy.
 *
 * It is built from top to bottom: what is added belongs to the section that was begun last. Nothing has to be checked on
 * the way: the first mistake or lack of memory is kept, all that follows is ignored, and whatever is to be written says
 * so. So every function takes NULL for a document, a sheet or a plot, and does nothing.
 *
 * Texts are UTF-8 and plain: what looks like HTML in them is shown as it is. Formats print numbers as in the "C" locale. An
 * `id` has the letters a to z, digits, - and _, is no longer than 64, and is used once among sections, and once among tables
 * and plots: it is the name of a link, and of a CSV file. A number that is not finite stands for one that there is not, and is shown as a dash.
 *
 * The same calls give the same bytes.
 */
#ifndef ETP_REPORT_DOCUMENT_H
#define ETP_REPORT_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "etp/error.h"

typedef struct etp_document etp_document;
typedef struct etp_sheet etp_sheet; /* a table of a document, which owns it */
typedef struct etp_plot etp_plot;   /* a plot of a document, which owns it */

/* NULL when there is no memory. */
etp_document *etp_document_new(const char *title);
/* Accepts NULL. Frees the document's sheets and plots too. */
void etp_document_free(etp_document *document);

/* What went wrong first while it was built: ETP_OK, ETP_ENOMEM, or ETP_EINVAL for a call that is not as above. */
int etp_document_check(const etp_document *document, etp_error *error);

/* ---- head and foot ---- */

/* The sentence below the title. */
void etp_document_lead(etp_document *document, const char *format, ...) ETP_PRINTF(2, 3);
/* A line of the colophon at the end: version, seeds, hashes, the command. */
void etp_document_meta(etp_document *document, const char *name, const char *format, ...) ETP_PRINTF(3, 4);

/* ---- sections and what they hold ---- */

void etp_document_section(etp_document *document, const char *id, const char *title);
/* A heading within the section. */
void etp_document_heading(etp_document *document, const char *title);
/* A paragraph; empty lines in it part it into several. */
void etp_document_text(etp_document *document, const char *format, ...) ETP_PRINTF(2, 3);
/* An entry of a list; those that follow each other are one list. */
void etp_document_point(etp_document *document, const char *format, ...) ETP_PRINTF(2, 3);
/* A paragraph in small print: a caution, a source. */
void etp_document_note(etp_document *document, const char *format, ...) ETP_PRINTF(2, 3);
/* A figure that is shown large: "network uplift", "A$ 12.30", "95 % interval 8.10 to 16.20". `note` may be NULL. Those that
 * follow each other stand side by side. */
void etp_document_key_figure(etp_document *document, const char *label, const char *text, const char *note);

/* ---- tables ---- */

/* As many decimals as it takes to show four digits. */
enum { ETP_DIGITS_AUTO = -1, ETP_DIGITS_MAX = 9 };

etp_sheet *etp_document_table(etp_document *document, const char *id, const char *title);
/* All columns come before the first row. `key` names the column in CSV; `unit` may be ""; `digits` is how many decimals a
 * number is shown with (CSV has all of them). */
void etp_sheet_column(etp_sheet *sheet, const char *key, const char *label, const char *unit, int digits);
/* A sentence under the table. */
void etp_sheet_note(etp_sheet *sheet, const char *format, ...) ETP_PRINTF(2, 3);
/* Begins a row. Its cells are added from left to right; cells that are missing at its end are empty. */
void etp_sheet_row(etp_sheet *sheet);
/* Begins a row that stands out: a sum, the case that the others are compared with. */
void etp_sheet_main_row(etp_sheet *sheet);
void etp_sheet_text(etp_sheet *sheet, const char *text);
void etp_sheet_textf(etp_sheet *sheet, const char *format, ...) ETP_PRINTF(2, 3);
void etp_sheet_number(etp_sheet *sheet, double value);
/* An estimate and its interval, in one cell: 12.3 [8.1, 16.2]. */
void etp_sheet_interval(etp_sheet *sheet, double mean, double low, double high);
void etp_sheet_empty(etp_sheet *sheet);

/* ---- plots ---- */

typedef enum etp_plot_kind {
    ETP_PLOT_LINE,   /* y over x, a line for each series */
    ETP_PLOT_BAND,   /* the same with intervals: a band around each line, whiskers where there are few points */
    ETP_PLOT_AREA,   /* the same, filled down to zero */
    ETP_PLOT_LORENZ, /* shares of the total over shares of those who have it, both 0 to 1, with the line of equality */
    ETP_PLOT_BARS,   /* a bar for each category; one series; whiskers where there are intervals */
    ETP_PLOT_GROUPED_BARS, /* the same, series side by side */
    ETP_PLOT_DOTS,         /* a row for each category, a dot with its interval for each series */
    ETP_PLOT_TORNADO, /* a row for each assumption, a bar from the low to the high outcome; the longest at the top */
    ETP_PLOT_KINDS    /* how many there are */
} etp_plot_kind;

/* Labels name what is on the axis, with its unit: "A$ per battery and year". For dots and tornado the values' axis is x. */
etp_plot *etp_document_plot(etp_document *document, const char *id, etp_plot_kind kind, const char *title,
                            const char *x_label, const char *y_label);
/* The sentence under the plot: what to see in it. */
void etp_plot_note(etp_plot *plot, const char *format, ...) ETP_PRINTF(2, 3);
/* Decimals of the numbers in the table that belongs to the plot; ETP_DIGITS_AUTO unless given. */
void etp_plot_digits(etp_plot *plot, int x_digits, int y_digits);
/* A line across at that value, with a short label or "": where a tornado starts from, what a result is compared with. */
void etp_plot_base(etp_plot *plot, double value, const char *label);

/* What follows belongs to this series. A plot of one series needs none. */
void etp_plot_series(etp_plot *plot, const char *name);
/* Line, band, area. */
void etp_plot_point(etp_plot *plot, double x, double y);
void etp_plot_interval(etp_plot *plot, double x, double y, double low, double high);
/* Bars, grouped bars, dots: `low` and `high` NAN where there is no interval. */
void etp_plot_category(etp_plot *plot, const char *label, double y, double low, double high);
/* Tornado: the outcome with the assumption at its low value and at its high one, and these values as texts. */
void etp_plot_swing(etp_plot *plot, const char *label, const char *low_text, double low, const char *high_text,
                    double high);
/* Lorenz: the curve of these values, in any order. Adds nothing unless their sum is above 0. */
void etp_plot_lorenz(etp_plot *plot, const double *values, size_t count);

/* ---- writing and reading ---- */

/* As JSON: {"schema_version", "version", "command", "document"}. `command` is the one whose result it is. ETP_ENOMEM,
 * ETP_EINVAL, or ETP_EIO when it could not be written, with errno. */
int etp_document_write_json(const etp_document *document, const char *command, FILE *out, etp_error *error);

/* Whether the program was built with what pages need. */
bool etp_document_has_pages(void);

/* As one page that needs nothing else. The same results; ETP_ENOENT if the program was built without pages. */
int etp_document_write_html(const etp_document *document, FILE *out, etp_error *error);

/* One file for each table and plot, `folder`/ID.csv; the folder is made if there is none. Files of these names are
 * written over. The same results. */
int etp_document_write_csv(const etp_document *document, const char *folder, etp_error *error);

#endif
