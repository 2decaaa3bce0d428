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

/* C changes more than the number of bidders. Nobody may take all of it for rivalry. */
static void add_rivalry(etp_estimator *estimator)
{
    const etp_estimate *of = estimator->comparison[ETP_PRICES_ALL];
    const etp_estimate *found = &estimator->findings.competition[ETP_PRICES_ALL];
    char *verdict = estimator->findings.verdict, words[ETP_WORDS_MAX];
    size_t used = strlen(verdict);
    if (!of[ETP_AUCTION].known || !of[ETP_MORE_BUYERS].known || !etp_estimate_above(found, 0))
        return;
    snprintf(
        verdict + used, sizeof estimator->findings.verdict - used,
        " Several bidders instead of a single one bring %s of it; the rest is how the price is set: by bids, or posted "
        "by a buyer who is told every reserve.",
        money(words, &of[ETP_MORE_BUYERS]));
}

/* ---- what else is to be said of it ---- */

static void say_reference(etp_estimator *estimator)
{
    etp_place place = estimator->headline[ETP_PRICES_ALL];
    const etp_study_point *point = etp_place_point(estimator->view, place);
    const etp_cell_result *cell = etp_place_cell(estimator->view, place, ETP_ARM_FIRMS, 0);
    if (point == NULL || cell == NULL || cell->firms == 0)
        return;
    etp_document_point(
        estimator->document,
        "Here: the reference market has %u firms and %u batteries in each of %u seeds (draws of homes, values "
        "and links). Prices: %s%s%u days, %s.",
        cell->firms, cell->homes, point->seeds, point->region, point->region[0] != '\0' ? ", " : "", point->days,
        point->span);
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
    char words[ETP_WORDS_MAX], timing[ETP_WORDS_MAX];
    if (!of[ETP_ACCESS].known || !of[ETP_TIMING].known)
        return;
    etp_document_point(estimator->document,
                       "To sell in the market at all is worth %s per battery and year, against a home that sells "
                       "nothing from its battery. Of that the timing of sales, at the utility's own price, brings %s.",
                       money(words, &of[ETP_ACCESS]), money(timing, &of[ETP_TIMING]));
}

/* C changes more than the number of bidders: the utility is told every reserve and posts, a bidder is not and bids. The
 * arm with one bidder tells the two apart. */
static void say_what_rivals_bring(etp_estimator *estimator)
{
    const etp_estimate *of = estimator->comparison[ETP_PRICES_ALL];
    const etp_estimate *auction = &of[ETP_AUCTION], *buyers = &of[ETP_MORE_BUYERS];
    char words[ETP_WORDS_MAX], rest[ETP_WORDS_MAX];
    if (!auction->known || !buyers->known)
        return;
    etp_document_point(
        estimator->document,
        "What of it is rivalry: one bidder without a rival brings owners %s more than the posted price. It is not told "
        "every reserve, as who posts is, and bids by the same script as the firms, as if it had rivals: who knew "
        "himself alone could pay less. Several bidders instead of that one bring %s.%s",
        money(words, auction), money(rest, buyers),
        etp_estimate_below(buyers, 0) ? " So rivals as such bring owners less."
        : !etp_estimate_above(buyers, 0)
            ? " So what rivals as such bring with these bidders cannot be told from chance."
        : auction->value > buyers->value
            ? " So with these bidders more of the difference is due to how the price is set than to rivals."
            : " So with these bidders more of the difference is due to rivals than to how the price is set.");
}

static void say_reserves(etp_estimator *estimator)
{
    const etp_estimate *paid = &estimator->comparison[ETP_PRICES_ALL][ETP_KNOWN_RESERVES];
    char words[ETP_WORDS_MAX];
    if (!paid->known)
        return;
    etp_document_point(
        estimator->document,
        "A check of the reserves, which are our own assumption: owners who are paid just what they ask are left with "
        "%s per battery and year over selling nothing.%s",
        money(words, paid),
        etp_estimate_above(paid, 0) ? " They ask for more than selling costs them."
        : etp_estimate_below(paid, 0)
            ? " They ask for less than selling costs them, and what competition brings makes up for a part of that."
            : " The interval holds zero, as it should.");
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
    /* H7 asks whether buyers give up more than nothing. */
    etp_answer moved = estimator->findings.hypothesis[7 - 1].answer;
    char words[ETP_WORDS_MAX];
    if (!gain->known || !welfare->known)
        return;
    etp_document_point(estimator->document,
                       "Competition changes what owners and buyers have together by %s per battery and year.%s",
                       money(words, welfare),
                       !(gain->value > 0)          ? ""
                       : moved == ETP_ANSWER_HOLDS ? " The rest of what owners gain is money that buyers give up: "
                                                     "moved, not made."
                       : moved == ETP_ANSWER_FAILS ? " Owners' gain is not at the buyers' cost."
                                                   : " Whether buyers pay for what owners gain cannot be told from "
                                                     "chance.");
}

static void say_owners(etp_estimator *estimator)
{
    const etp_spread *spread = &estimator->spread[ETP_PRICES_ALL];
    if (!spread->known)
        return;
    etp_document_point(estimator->document,
                       "%.1f %% of owners are worse off with the firms than if they sold nothing, %.1f %% with the "
                       "utility: %.1f points more (95 %% interval %.1f to %.1f). %.1f %% have less from the firms than "
                       "from the utility.",
                       100 * spread->worse[ETP_SPREAD_FIRMS].value, 100 * spread->worse[ETP_SPREAD_POSTED].value,
                       100 * spread->more_worse.value, 100 * spread->more_worse.bounds.low,
                       100 * spread->more_worse.bounds.high, 100 * spread->lose_by_rivals.value);
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

static void say_market(etp_estimator *estimator)
{
    for (size_t i = 0; i < estimator->point_count; i++) {
        const etp_point_figures *figures = &estimator->point[i];
        const etp_estimate *market = &figures->market[ETP_PRICES_ALL];
        etp_estimate left = etp_estimator_less_cost(estimator, market);
        char words[ETP_WORDS_MAX];
        if (figures->place.experiment != estimator->headline[ETP_PRICES_ALL].experiment || !left.known)
            continue;
        etp_document_point(estimator->document,
                           "Owners and firms together have %s per battery and year from it, against homes that sell "
                           "nothing: %s.",
                           money(words, market),
                           etp_estimate_above(&left, 0)   ? "more than it costs to serve a battery"
                           : etp_estimate_below(&left, 0) ? "less than it costs to serve a battery, whoever gets it"
                                                          : "whether that covers what it costs to serve a battery "
                                                            "cannot be told");
        return;
    }
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

static flip_count count_cases(const etp_estimator *estimator, etp_price_world world)
{
    flip_count count = {0};
    for (size_t i = 0; i < estimator->point_count; i++) {
        const etp_point_figures *figures = &estimator->point[i];
        const etp_estimate *estimate = &figures->competition[world];
        char words[ETP_WORDS_MAX];
        if (etp_estimator_varies(estimator, figures) && estimate->known)
            count_case(&count, estimate, etp_estimator_case(estimator, figures->place, words));
    }
    return count;
}

static void say_flips(etp_estimator *estimator)
{
    flip_count count = count_cases(estimator, ETP_PRICES_ALL), clipped = count_cases(estimator, ETP_PRICES_CLIPPED);
    if (count.above + count.below + count.unsure == 0)
        return;
    etp_document_point(
        estimator->document,
        "Over all that was varied, C lies above zero in %u cases, below zero in %u, and cannot be told from "
        "zero in %u; with spot clipped in %u, %u and %u.%s%s%s",
        count.above, count.below, count.unsure, clipped.above, clipped.below, clipped.unsure,
        count.below > 0 ? " It lies below zero with: " : "", count.names,
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
    add_rivalry(estimator);
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
    say_what_rivals_bring(estimator);
    say_split(estimator);
    say_timed(estimator);
    say_welfare(estimator);
    say_owners(estimator);
    say_firms(estimator);
    say_market(estimator);
    say_reserves(estimator);
    say_flips(estimator);
    say_chance(estimator);
    say_facts(estimator);
}
