/* SPDX-License-Identifier: MIT */
/* The conclusion in plain words, made from the figures. Whatever they say is said, in the same place and as large. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "study/estimate/estimator.h"

static const char *money(char words[ETP_WORDS_MAX], const etp_estimate *estimate)
{
    return etp_estimate_words(words, estimate, "A$ ", "", 2);
}

/* ---- the first sentences ---- */

/* Goes wherever the verdict goes: nobody may read the one without the other. */
static void make_caution(etp_estimator *estimator)
{
    bool made_up = estimator->view->illustration, quick = estimator->view->quick;
    snprintf(estimator->findings.caution, sizeof estimator->findings.caution, "%s%s%s",
             made_up ? "This is an illustration on made-up prices. It shows how the study works and is evidence of "
                       "nothing, whatever is said to hold below."
                     : "",
             made_up && quick ? " " : "",
             quick ? "This is the short version, of few homes, seeds and weeks: too little to conclude from." : "");
}

static void make_verdict(etp_estimator *estimator)
{
    const etp_estimate *found = &estimator->findings.competition[ETP_PRICES_ALL];
    char *verdict = estimator->findings.verdict, words[ETP_WORDS_MAX];
    size_t size = sizeof estimator->findings.verdict;
    money(words, found);
    if (!found->known)
        snprintf(verdict, size, "Whether the claim holds was not measured: %s.", found->missing);
    else if (isnan(found->bounds.low))
        snprintf(verdict, size, "Whether the claim holds cannot be told: the difference is %s.", words);
    else if (found->bounds.low > 0)
        snprintf(
            verdict, size,
            "The claim holds here: competing firms leave owners %s more per battery and year than one utility that "
            "posts its best price for the same portfolios.",
            words);
    else if (found->bounds.high < 0)
        snprintf(verdict, size,
                 "The claim does not hold here: competing firms leave owners less than one utility that posts its best "
                 "price for the same portfolios. The difference is %s per battery and year.",
                 words);
    else if (found->bounds.low == 0 && found->bounds.high == 0)
        snprintf(verdict, size,
                 "The claim does not hold here: competing firms and one utility that posts its best price leave owners "
                 "the same, to the cent.");
    else
        snprintf(
            verdict, size,
            "The claim cannot be told from chance here: competing firms less one utility that posts its best price is "
            "%s per battery and year, and zero lies inside.",
            words);
}

/* ---- what else is to be said of it ---- */

static void say_reference(etp_estimator *estimator)
{
    etp_place place = estimator->headline[ETP_PRICES_ALL];
    const etp_study_point *point = etp_place_point(estimator->view, place);
    const etp_cell_result *cell = etp_place_cell(estimator->view, place, ETP_ARM_FIRMS, 0);
    if (point == NULL || cell == NULL || cell->firms == 0)
        return;
    etp_document_point(estimator->document,
                       "The reference market has %u firms and %u batteries in each of %u seeds (draws of homes, values "
                       "and links). Prices: %s%s%u days, %s.",
                       cell->firms, cell->homes, point->seeds, point->region, point->region[0] != '\0' ? ", " : "",
                       point->days, point->span);
}

static void say_clipped(etp_estimator *estimator)
{
    const etp_estimate *all = &estimator->findings.competition[ETP_PRICES_ALL];
    const etp_estimate *clipped = &estimator->findings.competition[ETP_PRICES_CLIPPED];
    char words[ETP_WORDS_MAX], world[ETP_WORDS_MAX];
    if (!clipped->known)
        return;
    etp_estimator_world_words(estimator, ETP_PRICES_CLIPPED, world);
    etp_document_point(estimator->document, "With %s the difference is %s per battery and year.%s", world,
                       money(words, clipped),
                       etp_estimate_above(all, 0) && !etp_estimate_above(clipped, 0)
                           ? " So what holds with all prices does not hold without the spikes."
                       : etp_estimate_above(all, 0) ? " So it does not hang on the spikes."
                                                    : "");
}

static void say_days(etp_estimator *estimator)
{
    etp_concentration difference = etp_concentration_days(estimator, ETP_PRICES_ALL, true);
    etp_concentration all = etp_concentration_days(estimator, ETP_PRICES_ALL, false);
    char rest[ETP_WORDS_MAX] = "";
    if (!all.known)
        return;
    if (difference.known)
        snprintf(rest, sizeof rest, " Of what the firms pay beyond the utility %u of %u days bring half.",
                 difference.half, difference.count);
    etp_document_point(
        estimator->document,
        "How few days carry it: %u of %u days bring half of what owners are paid above their reserves.%s", all.half,
        all.count, rest);
}

static void say_split(etp_estimator *estimator)
{
    const etp_estimate *of = estimator->comparison[ETP_PRICES_ALL];
    char words[ETP_WORDS_MAX], rest[2 * ETP_WORDS_MAX] = "";
    if (!of[ETP_ACCESS].known || !of[ETP_TIMING].known)
        return;
    if (of[ETP_AUCTION].known && of[ETP_MORE_BUYERS].known)
        snprintf(rest, sizeof rest,
                 " The auction with a single bidder brings A$ %.2f on top, and several bidders instead of one A$ %.2f.",
                 of[ETP_AUCTION].value, of[ETP_MORE_BUYERS].value);
    etp_document_point(
        estimator->document,
        "To sell in the market at all is worth %s per battery and year, against a home that sells nothing "
        "from its battery. Of that the timing of sales, at the utility's own price, brings A$ %.2f.%s",
        money(words, &of[ETP_ACCESS]), of[ETP_TIMING].value, rest);
}

static void say_timed(etp_estimator *estimator)
{
    const etp_estimate *dynamic = &estimator->comparison[ETP_PRICES_ALL][ETP_DYNAMIC];
    char words[ETP_WORDS_MAX];
    if (!dynamic->known)
        return;
    etp_document_point(
        estimator->document,
        "Against a time-of-day feed-in tariff to which the home responds as well as it can, with its own "
        "load foreseen, the auction is %s: %s per battery and year.",
        etp_estimate_above(dynamic, 0)   ? "better"
        : etp_estimate_below(dynamic, 0) ? "worse"
                                         : "neither better nor worse beyond chance",
        money(words, dynamic));
}

static void say_welfare(etp_estimator *estimator)
{
    const etp_estimate *gain = &estimator->findings.competition[ETP_PRICES_ALL];
    const etp_estimate *welfare = &estimator->extra_welfare[ETP_PRICES_ALL];
    char words[ETP_WORDS_MAX];
    if (!gain->known || !welfare->known)
        return;
    etp_document_point(estimator->document,
                       "Competition changes what owners and buyers have together by %s per battery and year.%s",
                       money(words, welfare),
                       gain->value > 0 && welfare->value < gain->value
                           ? " The rest of what owners gain is money that buyers give up: moved, not made."
                       : gain->value > 0 ? " Owners' gain is not at the buyers' cost."
                                         : "");
}

static void say_owners(etp_estimator *estimator)
{
    const etp_spread *spread = &estimator->spread[ETP_PRICES_ALL];
    if (!spread->known)
        return;
    etp_document_point(estimator->document,
                       "%.1f %% of owners are worse off with the firms than if they sold nothing, %.1f %% with the "
                       "utility. %.1f %% have less from the firms than from the utility.",
                       100 * spread->worse[ETP_SPREAD_FIRMS].value, 100 * spread->worse[ETP_SPREAD_POSTED].value,
                       100 * spread->lose_by_rivals.value);
}

static void say_firms(etp_estimator *estimator)
{
    const etp_estimate *margin = &estimator->margin[ETP_PRICES_ALL];
    double cost = etp_estimator_value(estimator, "aggregation.fixed_cost");
    char words[ETP_WORDS_MAX], rest[ETP_WORDS_MAX] = "";
    if (!margin->known)
        return;
    if (isfinite(cost))
        snprintf(rest, sizeof rest, " To serve a battery is taken to cost A$ %.2f a year, so they %s.", cost,
                 margin->bounds.low > cost    ? "could live on it"
                 : margin->bounds.high < cost ? "could not live on it"
                                              : "may or may not live on it");
    etp_document_point(estimator->document, "The firms keep %s per battery and year.%s%s", money(words, margin),
                       etp_estimate_below(margin, 0)
                           ? " They lose money: what owners gain is the winner's curse, and would not last."
                           : "",
                       rest);
}

/* ---- where it flips ---- */

enum { NAMES_MAX = 6 };

typedef struct flip_count {
    unsigned above, below, unsure;
    char names[ETP_FINDING_TEXT_MAX]; /* of the first that lie below */
} flip_count;

static void count_case(flip_count *count, const etp_estimate *estimate, const char *label)
{
    size_t used = strlen(count->names);
    if (etp_estimate_above(estimate, 0))
        count->above++;
    else if (!etp_estimate_below(estimate, 0))
        count->unsure++;
    else if (count->below++ < NAMES_MAX)
        snprintf(count->names + used, sizeof count->names - used, "%s%s", used > 0 ? "; " : "", label);
    etp_words_mend(count->names);
}

static void say_flips(etp_estimator *estimator)
{
    flip_count count = {0};
    for (size_t i = 0; i < estimator->point_count; i++) {
        const etp_point_figures *figures = &estimator->point[i];
        const etp_estimate *estimate = &figures->competition[ETP_PRICES_ALL];
        char words[ETP_WORDS_MAX];
        if (etp_estimator_varies(estimator, figures) && estimate->known)
            count_case(&count, estimate, etp_estimator_case(estimator, figures->place, words));
    }
    if (count.above + count.below + count.unsure == 0)
        return;
    etp_document_point(
        estimator->document,
        "Over all that was varied, C lies above zero in %u cases, below zero in %u, and cannot be told from "
        "zero in %u.%s%s%s",
        count.above, count.below, count.unsure, count.below > 0 ? " It lies below zero with: " : "", count.names,
        count.below > NAMES_MAX ? "; and others, in the table of where it flips."
        : count.below > 0       ? "."
                                : "");
}

/* ---- what it rests on ---- */

static void say_chance(etp_estimator *estimator)
{
    const etp_estimate *found = &estimator->findings.competition[ETP_PRICES_ALL];
    if (!found->known || isnan(found->seeds.low) || isnan(found->bounds.low))
        return;
    etp_document_point(
        estimator->document,
        "The interval comes from resampling weeks, real households and seeds together. Seeds alone would "
        "give %.2f to %.2f, which says nothing of other weeks and other homes. One year of prices is one "
        "year: other years are in the table of regions and years.",
        found->seeds.low, found->seeds.high);
}

static void say_facts(etp_estimator *estimator)
{
    const etp_study_view *view = estimator->view;
    etp_document_heading(estimator->document, "What this rests on");
    for (unsigned i = 0; i < view->fact_count; i++)
        etp_document_point(estimator->document, "%s", view->facts[i]);
    if (view->fact_count == 0)
        etp_document_point(estimator->document, "The study does not say which of its households are real.");
    for (unsigned i = 0; i < view->left_out_count; i++)
        etp_document_point(estimator->document, "Left out: %s", view->left_out[i]);
}

static void show_figures(etp_estimator *estimator)
{
    const struct {
        const char *label;
        const etp_estimate *estimate;
    } figures[] = {
        {"C: competition, all prices", &estimator->findings.competition[ETP_PRICES_ALL]},
        {"C: competition, clipped", &estimator->findings.competition[ETP_PRICES_CLIPPED]},
        {"A: market access", &estimator->comparison[ETP_PRICES_ALL][ETP_ACCESS]},
        {"B: against a time-of-day tariff", &estimator->comparison[ETP_PRICES_ALL][ETP_DYNAMIC]},
    };
    for (unsigned i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        const etp_estimate *estimate = figures[i].estimate;
        char large[ETP_WORDS_MAX], note[ETP_WORDS_MAX];
        if (!estimate->known)
            continue;
        snprintf(large, sizeof large, "A$ %.2f", estimate->value);
        snprintf(note, sizeof note, "per battery and year; 95 %% interval %.2f to %.2f", estimate->bounds.low,
                 estimate->bounds.high);
        etp_document_key_figure(estimator->document, figures[i].label, large,
                                isnan(estimate->bounds.low) ? "per battery and year; no interval" : note);
    }
}

void etp_write_conclusion(etp_estimator *estimator)
{
    etp_document *document = estimator->document;
    make_caution(estimator);
    make_verdict(estimator);
    etp_document_lead(document,
                      "The claim: battery owners get fairer prices when several aggregators compete for their "
                      "energy than when a single utility sets the price.");
    etp_document_section(document, "conclusion", "In plain words");
    if (estimator->findings.caution[0] != '\0')
        etp_document_text(document, "%s", estimator->findings.caution);
    etp_document_text(document, "%s", estimator->findings.verdict);
    show_figures(estimator);
    say_reference(estimator);
    say_clipped(estimator);
    say_days(estimator);
    say_split(estimator);
    say_timed(estimator);
    say_welfare(estimator);
    say_owners(estimator);
    say_firms(estimator);
    say_flips(estimator);
    say_chance(estimator);
    say_facts(estimator);
}
