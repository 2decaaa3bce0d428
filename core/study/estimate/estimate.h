/* SPDX-License-Identifier: MIT */
/*
 * From the cells of a study to its report: every figure, interval, answer and sentence. Nothing is run here; the same
 * cells and the same seed give the same document, to the last byte.
 *
 * What it makes of a study depends on what is in it. An experiment, a point or a cell that is missing is named in its
 * section and leaves a gap there; it is never an error. What the parts of a study are told by, besides result.h:
 *
 * | experiment | points                                                                             | arms that are used    |
 * |------------|------------------------------------------------------------------------------------|-----------------------|
 * | headline   | the first one                                                                      | all                   |
 * | rivals     | value: number of firms                                                             | flat, posted, firms   |
 * | owners     | value: number of owners of the same portfolios                                     | flat, posted, firms   |
 * | mechanism  | id begins with the mechanism's name, group: what is disclosed                      | flat, posted, firms   |
 * | reserve    | group "pegged" marks a reserve that is tied to the feed-in tariff                  | flat, posted, firms   |
 * | strategies | one each; alone where it is there                                                  | flat, posted, firms   |
 * | league     | the first one: a market of firms of different names                                | flat, posted, firms   |
 * | regions    | group: region, span: the year                                                      | flat, posted, firms   |
 * | links      | group: what is disturbed, value: by how much, base: the undisturbed point          | flat, posted, firms   |
 * | tornado    | group: the assumption, side: "low" or "high", base: the point without any override | flat, posted, firms   |
 * | placebo    | the first one; others are shown, and answer nothing                                | flat, posted, firms   |
 *
 * `facts` are shown as they are: which households are real, what was scaled, and that load and prices come from different
 * years. Values of the scenario that are used where they are there: "aggregation.fixed_cost" (A$ per battery and year that a
 * firm has to earn), "prices.cap" (A$/MWh, of the clipped world), "world.need" (all firms' need over the power of
 * the fleet), "world.q" (chance of a firm to take part in an interval).
 */
#ifndef ETP_STUDY_ESTIMATE_H
#define ETP_STUDY_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "etp/error.h"
#include "report/document/document.h"
#include "study/result.h"

/* ---- one figure ---- */

typedef struct etp_range {
    double low, high; /* NaN where the source cannot be resampled: there is only one of it */
} etp_range;

/* A figure with its 95 % interval. */
typedef struct etp_estimate {
    bool known;        /* false: nothing else is to be read but `missing` */
    double value;      /* over all weeks, homes and seeds that there are */
    etp_range bounds;  /* weeks, homes and seeds resampled together; none of a single week */
    etp_range weeks;   /* ... weeks alone */
    etp_range homes;   /* ... real households alone */
    etp_range seeds;   /* ... seeds alone: far too narrow, shown to say so */
    char missing[128]; /* what is not there */
} etp_estimate;

/* True where the interval is there and lies above 0, or below. */
bool etp_estimate_above(const etp_estimate *estimate, double level);
bool etp_estimate_below(const etp_estimate *estimate, double level);

/* ---- what was found ---- */

typedef enum etp_answer {
    ETP_ANSWER_HOLDS,
    ETP_ANSWER_FAILS,   /* does not hold */
    ETP_ANSWER_UNSURE,  /* cannot be told from chance */
    ETP_ANSWER_MISSING, /* the study lacks what it is answered from */
} etp_answer;

/* "holds", "does not hold", "cannot be told from chance", "not answered". */
const char *etp_answer_text(etp_answer answer);

enum { ETP_HYPOTHESES = 12, ETP_FINDING_TEXT_MAX = 512 };

typedef struct etp_hypothesis {
    const char *id;    /* "H1" */
    const char *claim; /* in a sentence */
    etp_answer answer;
    char figures[ETP_FINDING_TEXT_MAX]; /* what the answer rests on */
} etp_hypothesis;

/* What a terminal shows when the study is done, and what tests read. All of it is in the document too. */
typedef struct etp_findings {
    etp_estimate competition[ETP_PRICE_WORLDS]; /* comparison C, A$ per battery and year: the headline */
    etp_hypothesis hypothesis[ETP_HYPOTHESES];
    char caution[ETP_FINDING_TEXT_MAX]; /* what goes before it: made-up data, the short version; "" */
    char verdict[ETP_FINDING_TEXT_MAX]; /* the first sentence of the conclusion */
} etp_findings;

typedef struct etp_estimate_how {
    unsigned resamples; /* 2,000 for a report; at least 100 */
    uint64_t seed;
} etp_estimate_how;

/* Adds all sections to `document`. `findings` may be NULL. ETP_ENOMEM; ETP_EINVAL for a view whose cells contradict each
 * other (homes or blocks that differ between arms of one point), with a sentence. */
int etp_study_estimate(const etp_study_view *view, const etp_estimate_how *how, etp_document *document,
                       etp_findings *findings, etp_error *error);

#endif
