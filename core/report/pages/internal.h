/* SPDX-License-Identifier: MIT */
#ifndef ETP_REPORT_PAGES_INTERNAL_H
#define ETP_REPORT_PAGES_INTERNAL_H

#include "report/document/document.h"
#include "report/json_fields.h"

/* The runs that a result of `run` may hold, in the order in which they are shown. */
enum { ETP_PAGE_RUNS_MAX = 3 };

typedef struct etp_page_run {
    const char *key;  /* in the JSON: "market" */
    char name[128];   /* for people: "market, 5 aggregators" */
    const json_t *of; /* the run itself */
} etp_page_run;

/* A result that is being made into a document. */
typedef struct etp_page {
    etp_document *document;
    etp_fields from;
    const json_t *result;
    double homes, days;
    etp_page_run runs[ETP_PAGE_RUNS_MAX];
    unsigned run_count;
    etp_error *error;
} etp_page;

/* ---- what each kind of result shows: each begins page->document and blames page->from for what it cannot read ---- */

void etp_page_of_run(etp_page *page);
void etp_page_of_league(etp_page *page);

/* ---- parts of a run's page ---- */

void etp_page_run_owners(etp_page *page);
void etp_page_run_day(etp_page *page);
void etp_page_run_energy(etp_page *page);
void etp_page_run_firms(etp_page *page);
void etp_page_run_traffic(etp_page *page);
void etp_page_run_scripts(etp_page *page);

/* ---- tools ---- */

/* Version, command and seed as lines of the colophon. */
void etp_page_meta(etp_page *page);
/* A table of the members of `object`: options, parameters. */
void etp_page_settings(etp_page *page, const char *id, const char *title, const json_t *object);
/* Dollars of micro-dollars, kWh of milliwatt-hours. */
double etp_page_dollars(etp_page *page, const json_t *object, const char *name);
double etp_page_kwh(etp_page *page, const json_t *object, const char *name);

#endif
