/* SPDX-License-Identifier: MIT */
/*
 * What the parts of a report share while it is made: the study, the document, and the figures that more than one part
 * needs. Each part is a file: it takes its figures and writes its section. The first lack of memory is kept, what follows
 * does nothing useful and does no harm.
 */
#ifndef ETP_STUDY_ESTIMATOR_H
#define ETP_STUDY_ESTIMATOR_H

#include <stddef.h>

#include "study/estimate/quantity.h"
#include "study/estimate/spread.h"

/* ---- the comparisons ---- */

typedef enum etp_comparison {
    ETP_ACCESS,         /* A: firms - flat */
    ETP_TIMING,         /* posted - flat */
    ETP_AUCTION,        /* alone - posted */
    ETP_MORE_BUYERS,    /* firms - alone */
    ETP_COMPETITION,    /* C: firms - posted */
    ETP_DYNAMIC,        /* B: (firms - flat) - (timed - timed_none) */
    ETP_AGAINST_TIMED,  /* firms - timed, whole bills */
    ETP_KNOWN_RESERVES, /* knowing - flat */
    ETP_IDEAL,          /* competitive - flat */
    ETP_SHORTFALL,      /* competitive - firms */
    ETP_COMPARISONS
} etp_comparison;

typedef struct etp_comparison_about {
    const char *id, *label, *difference;
    etp_arm arm, other; /* what is compared with what */
    const char *isolates;
} etp_comparison_about;

const etp_comparison_about *etp_comparison_about_of(etp_comparison comparison);
/* Of the headline's point. */
etp_quantity etp_comparison_quantity(etp_place place, etp_comparison comparison);

/* ---- the estimator ---- */

enum { ETP_FIGURE_TEXT_MAX = 96 };

/* An estimate as it is listed for machines. */
typedef struct etp_figure {
    char id[ETP_FIGURE_TEXT_MAX], label[ETP_FIGURE_TEXT_MAX];
    const char *unit;
    etp_estimate estimate;
} etp_figure;

/* Comparison C at a point, and what the market with all firms is worth there. */
typedef struct etp_point_figures {
    etp_place place; /* world: all prices */
    etp_estimate competition[ETP_PRICE_WORLDS];
    etp_estimate
        market[ETP_PRICE_WORLDS]; /* welfare of the firms' market over no sales, before the cost of aggregation */
} etp_point_figures;

typedef struct etp_estimator {
    const etp_study_view *view;
    etp_estimate_how how;
    etp_document *document;
    int result;
    etp_findings findings;
    etp_place headline[ETP_PRICE_WORLDS];
    etp_estimate comparison[ETP_PRICE_WORLDS][ETP_COMPARISONS];
    etp_estimate extra_welfare[ETP_PRICE_WORLDS]; /* welfare under C */
    etp_estimate margin[ETP_PRICE_WORLDS];        /* of the firms */
    etp_spread spread[ETP_PRICE_WORLDS];
    etp_point_figures *point; /* of all experiments, in their order */
    size_t point_count;
    etp_figure *figure;
    size_t figure_count, figure_room;
} etp_estimator;

/* Takes what several parts need, fills `findings` too. */
void etp_estimator_prepare(etp_estimator *estimator);
void etp_estimator_fini(etp_estimator *estimator);

/* An experiment's place; experiment -1 if there is none of that id. */
etp_place etp_estimator_place(const etp_estimator *estimator, const char *experiment, unsigned point,
                              etp_price_world world);
/* NULL if there is none of that id. */
const etp_study_experiment *etp_estimator_experiment(const etp_estimator *estimator, const char *id);

/* True for a case that is held against the headline: not itself, not the placebo, no reserve pegged to the tariff. */
bool etp_estimator_varies(const etp_estimator *estimator, const etp_point_figures *figures);

/* The same less what it costs to serve a battery for a year; not known where the scenario has no such cost. */
etp_estimate etp_estimator_less_cost(const etp_estimator *estimator, const etp_estimate *yearly);

etp_estimate etp_estimator_take(etp_estimator *estimator, const etp_quantity *quantity);
/* Lists it for machines: the id as printf makes it. */
void etp_estimator_list(etp_estimator *estimator, const etp_estimate *estimate, const char *label, const char *unit,
                        const char *id, ...) ETP_PRINTF(5, 6);

/* ---- days ---- */

/* How few of them carry half of the whole. */
typedef struct etp_concentration {
    bool known;           /* the whole is above zero */
    unsigned count, half; /* days or weeks; the fewest that together have half of the whole */
    double first, tenth;  /* the part that the best one has, and the best tenth */
} etp_concentration;

/* Of these values, which get sorted. */
etp_concentration etp_concentration_of(double *values, unsigned count);
/* By days: what owners had above their reserves in the firms' market (`difference` false), or above what they had so from
 * the utility. */
etp_concentration etp_concentration_days(etp_estimator *estimator, etp_price_world world, bool difference);

/* ---- words and cells ---- */

enum { ETP_WORDS_MAX = 160 };
/* "A$ 12.30 (8.10 to 16.20)", "A$ 12.30 (no interval)", "not known (no cells ...)". The result is `words`. */
const char *etp_estimate_words(char words[ETP_WORDS_MAX], const etp_estimate *estimate, const char *before,
                               const char *after, int digits);
void etp_sheet_estimate(etp_sheet *sheet, const etp_estimate *estimate);
/* "5 firms", "wear 13 c/kWh": the point's label, with the axis where that is what it counts. */
const char *etp_estimator_case(const etp_estimator *estimator, etp_place place, char words[ETP_WORDS_MAX]);
/* What was cut off at the end of its room may end within a letter, which a document does not take: drops the rest of it. */
void etp_words_mend(char *words);
/* A note for each lack. */
void etp_estimator_lacks(etp_estimator *estimator, const char *what, const etp_estimate *estimate);
/* "all prices", "spot clipped at A$300/MWh". */
const char *etp_estimator_world_words(const etp_estimator *estimator, etp_price_world world, char words[ETP_WORDS_MAX]);
/* A value of the scenario, or NaN. */
double etp_estimator_value(const etp_estimator *estimator, const char *name);

/* ---- the parts, in the order of the report ---- */

void etp_estimate_hypotheses(etp_estimator *estimator); /* answers them: before the next two */
void etp_write_conclusion(etp_estimator *estimator);
void etp_write_hypotheses(etp_estimator *estimator);
void etp_write_headline(etp_estimator *estimator);
void etp_write_days(etp_estimator *estimator);
void etp_write_rivals(etp_estimator *estimator);
void etp_write_mechanisms(etp_estimator *estimator);
void etp_write_league(etp_estimator *estimator);
void etp_write_hours(etp_estimator *estimator);
void etp_write_fairness(etp_estimator *estimator);
void etp_write_energy(etp_estimator *estimator);
void etp_write_firms(etp_estimator *estimator);
void etp_write_links(etp_estimator *estimator);
void etp_write_regions(etp_estimator *estimator);
void etp_write_tornado(etp_estimator *estimator);
void etp_write_flips(etp_estimator *estimator);
void etp_write_placebo(etp_estimator *estimator);
void etp_write_misleading(etp_estimator *estimator);
void etp_write_methods(etp_estimator *estimator);
void etp_write_sources(etp_estimator *estimator);
void etp_write_figures(etp_estimator *estimator);

#endif
