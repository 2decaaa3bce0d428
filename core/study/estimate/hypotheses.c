/* SPDX-License-Identifier: MIT */
/* The hypotheses of docs/evidence.md, each answered from its figure by the rule that was written down with it. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "study/estimate/estimator.h"

/* The claims, and the rules by which they fail, as they were written down. */
static const struct {
    const char *id, *claim, *fails;
} hypotheses[ETP_HYPOTHESES] = {
    {"H1",
     "Competition itself pays: owners earn more from several independent firms than from one utility that owns all "
     "their portfolios and posts its best price.",
     "the 95 % interval of the difference does not lie above 0"},
    {"H2", "It does so without the spikes as well.", "the same"},
    {"H3", "More firms, more for owners, with falling increments.",
     "an increment's interval lies below 0, or the last increment is larger than the first"},
    {"H4", "Who owns matters, not how many bids arrive: the same portfolios in the hands of more owners pay more.",
     "8 owners less 1 owner is not above 0"},
    {"H5", "Most of what market access is worth comes from timing, not from competition.",
     "competition is the largest part"},
    {"H6", "A dynamic price beats a time-of-day feed-in tariff to which the home responds as well as it can.",
     "the interval does not lie above 0"},
    {"H7", "Competition moves money more than it makes any: welfare rises by less than owners gain.",
     "welfare rises by as much or more"},
    {"H8", "Firms can live: their realised margin covers the cost of serving a battery.",
     "the margin is below it; below 0 it is the winner's curse, and not competition"},
    {"H9",
     "The gain is not shared equally, but nobody loses by it: no more owners are worse off under competition than "
     "under the utility.",
     "more are"},
    {"H10",
     "Mechanisms with the same allocation pay the same: first and second price differ by less than their intervals.",
     "the interval of the difference excludes 0"},
    {"H11", "The sign of C depends on no single assumption in the tornado, nor on region and year.",
     "any entry whose interval lies below 0"},
    {"H12", "The placebo shows nothing: buyers who all value energy at the feed-in tariff change no owner's bill.",
     "its interval excludes 0"},
};

const char *etp_answer_text(etp_answer answer)
{
    static const char *const texts[] = {
        [ETP_ANSWER_HOLDS] = "holds",
        [ETP_ANSWER_FAILS] = "does not hold",
        [ETP_ANSWER_UNSURE] = "cannot be told from chance",
        [ETP_ANSWER_MISSING] = "not answered",
    };
    return (unsigned)answer <= ETP_ANSWER_MISSING ? texts[answer] : texts[ETP_ANSWER_MISSING];
}

/* ---- helpers ---- */

static void answer(etp_estimator *estimator, unsigned number, etp_answer with, const char *format, ...)
    ETP_PRINTF(4, 5);

static void answer(etp_estimator *estimator, unsigned number, etp_answer with, const char *format, ...)
{
    etp_hypothesis *hypothesis = &estimator->findings.hypothesis[number - 1];
    hypothesis->answer = with;
    va_list list;
    va_start(list, format);
    vsnprintf(hypothesis->figures, sizeof hypothesis->figures, format, list);
    va_end(list);
    etp_words_mend(hypothesis->figures);
}

/* Something is claimed to be above zero. */
static etp_answer is_above(const etp_estimate *estimate)
{
    if (!estimate->known)
        return ETP_ANSWER_MISSING;
    if (etp_estimate_above(estimate, 0))
        return ETP_ANSWER_HOLDS;
    return estimate->bounds.high <= 0 ? ETP_ANSWER_FAILS : ETP_ANSWER_UNSURE;
}

/* Something is claimed to be at least zero: an interval that holds zero, or is zero, leaves it open. */
static etp_answer is_not_below(const etp_estimate *estimate)
{
    if (!estimate->known)
        return ETP_ANSWER_MISSING;
    if (etp_estimate_below(estimate, 0))
        return ETP_ANSWER_FAILS;
    return etp_estimate_above(estimate, 0) ? ETP_ANSWER_HOLDS : ETP_ANSWER_UNSURE;
}

/* Something is claimed to be nothing: its interval must hold zero, or come nearer to it than money is rounded. */
static etp_answer is_zero(const etp_estimate *estimate)
{
    if (!estimate->known)
        return ETP_ANSWER_MISSING;
    if (etp_estimate_above(estimate, ETP_SPREAD_NOTHING) || etp_estimate_below(estimate, -ETP_SPREAD_NOTHING))
        return ETP_ANSWER_FAILS;
    return isnan(estimate->bounds.low) ? ETP_ANSWER_UNSURE : ETP_ANSWER_HOLDS;
}

/* Both have to hold. */
static etp_answer both(etp_answer left, etp_answer right)
{
    if (left == ETP_ANSWER_MISSING || right == ETP_ANSWER_MISSING)
        return ETP_ANSWER_MISSING;
    if (left == ETP_ANSWER_FAILS || right == ETP_ANSWER_FAILS)
        return ETP_ANSWER_FAILS;
    return left == ETP_ANSWER_HOLDS && right == ETP_ANSWER_HOLDS ? ETP_ANSWER_HOLDS : ETP_ANSWER_UNSURE;
}

static const char *money_words(char words[ETP_WORDS_MAX], const etp_estimate *estimate)
{
    return etp_estimate_words(words, estimate, "A$ ", "", 2);
}

static void answer_above(etp_estimator *estimator, unsigned number, const char *what, const etp_estimate *estimate)
{
    char words[ETP_WORDS_MAX];
    answer(estimator, number, is_above(estimate), "%s: %s per battery and year.", what, money_words(words, estimate));
}

/* What owners have more at one point than at another of the same experiment, in the firms' market. */
static etp_estimate step(etp_estimator *estimator, etp_place from, unsigned to)
{
    etp_place later = from;
    later.point = to;
    etp_quantity quantity = etp_quantity_between(later, ETP_ARM_FIRMS, from, ETP_ARM_FIRMS);
    return etp_estimator_take(estimator, &quantity);
}

/* ---- C and its split ---- */

static void answer_headline(etp_estimator *estimator)
{
    const etp_estimate *all = estimator->comparison[ETP_PRICES_ALL];
    char words[ETP_WORDS_MAX], what[2 * ETP_WORDS_MAX];
    answer_above(estimator, 1, "Firms less utility, all prices", &all[ETP_COMPETITION]);
    snprintf(what, sizeof what, "Firms less utility, %s",
             etp_estimator_world_words(estimator, ETP_PRICES_CLIPPED, words));
    answer_above(estimator, 2, what, &estimator->comparison[ETP_PRICES_CLIPPED][ETP_COMPETITION]);
    answer_above(estimator, 6, "Auction less time-of-day tariff, each over no sales on its own tariff",
                 &all[ETP_DYNAMIC]);
}

static void answer_split(etp_estimator *estimator)
{
    etp_place place = estimator->headline[ETP_PRICES_ALL];
    etp_quantity timing = etp_comparison_quantity(place, ETP_TIMING);
    etp_quantity auction = etp_comparison_quantity(place, ETP_AUCTION);
    etp_quantity buyers = etp_comparison_quantity(place, ETP_MORE_BUYERS);
    etp_quantity over_buyers = etp_quantity_less(&timing, &buyers), over_auction = etp_quantity_less(&timing, &auction);
    etp_estimate first = etp_estimator_take(estimator, &over_buyers);
    etp_estimate second = etp_estimator_take(estimator, &over_auction);
    const etp_estimate *of = estimator->comparison[ETP_PRICES_ALL];
    char words[ETP_WORDS_MAX], rest[ETP_WORDS_MAX];
    answer(
        estimator, 5, both(is_not_below(&first), is_not_below(&second)),
        "Timing less more buyers: %s per battery and year; timing less auction: %s. Parts: timing A$ %.2f, auction A$ "
        "%.2f, more buyers A$ %.2f.",
        money_words(words, &first), money_words(rest, &second), of[ETP_TIMING].value, of[ETP_AUCTION].value,
        of[ETP_MORE_BUYERS].value);
    if (!first.known || !second.known)
        answer(estimator, 5, ETP_ANSWER_MISSING, "%s.", first.known ? second.missing : first.missing);
}

static void answer_welfare(etp_estimator *estimator)
{
    etp_place place = estimator->headline[ETP_PRICES_ALL];
    etp_quantity firms = etp_quantity_margin(place, ETP_ARM_FIRMS), posted = etp_quantity_margin(place, ETP_ARM_POSTED);
    etp_quantity lost = etp_quantity_less(&posted, &firms);
    etp_estimate estimate = etp_estimator_take(estimator, &lost);
    char gain[ETP_WORDS_MAX], welfare[ETP_WORDS_MAX], words[ETP_WORDS_MAX];
    answer(estimator, 7, is_above(&estimate), "Owners gain %s, welfare %s. Buyers give up %s.",
           money_words(gain, &estimator->comparison[ETP_PRICES_ALL][ETP_COMPETITION]),
           money_words(welfare, &estimator->extra_welfare[ETP_PRICES_ALL]), money_words(words, &estimate));
}

/* ---- markets ---- */

/* What C has more at one number of firms than at another. The utility's portfolios are as many as the firms', so that its
 * prices change with them: that owners earn more from more firms is not enough. */
static etp_quantity increment(etp_place from, unsigned to)
{
    etp_place later = from;
    later.point = to;
    etp_quantity quantity = etp_comparison_quantity(later, ETP_COMPETITION);
    etp_quantity_add(&quantity, 0, -1, from, ETP_ARM_POSTED, ETP_OF_COST);
    etp_quantity_add(&quantity, 0, 1, from, ETP_ARM_FIRMS, ETP_OF_COST);
    return quantity;
}

static void answer_rivals(etp_estimator *estimator)
{
    const etp_study_experiment *rivals = etp_estimator_experiment(estimator, "rivals");
    if (rivals == NULL || rivals->point_count < 3) {
        answer(estimator, 3, ETP_ANSWER_MISSING, "The study has no experiment with at least three numbers of firms.");
        return;
    }
    unsigned last = rivals->point_count - 1;
    etp_answer rising = ETP_ANSWER_HOLDS;
    for (unsigned i = 0; i < last; i++) {
        etp_quantity more = increment(etp_estimator_place(estimator, "rivals", i, ETP_PRICES_ALL), i + 1);
        etp_estimate estimate = etp_estimator_take(estimator, &more);
        rising = both(rising, is_not_below(&estimate));
    }
    etp_quantity one = increment(etp_estimator_place(estimator, "rivals", 0, ETP_PRICES_ALL), 1);
    etp_quantity other = increment(etp_estimator_place(estimator, "rivals", last - 1, ETP_PRICES_ALL), last);
    etp_quantity falls = etp_quantity_less(&one, &other);
    etp_estimate first = etp_estimator_take(estimator, &one), final = etp_estimator_take(estimator, &other);
    etp_estimate falling = etp_estimator_take(estimator, &falls);
    char words[ETP_WORDS_MAX];
    answer(estimator, 3, both(rising, is_not_below(&falling)),
           "First increment of C A$ %.2f, last A$ %.2f; the first is larger by %s. Increments, each above zero: %s.",
           first.value, final.value, money_words(words, &falling), etp_answer_text(rising));
}

static void answer_owners(etp_estimator *estimator)
{
    const etp_study_experiment *owners = etp_estimator_experiment(estimator, "owners");
    if (owners == NULL || owners->point_count < 2) {
        answer(estimator, 4, ETP_ANSWER_MISSING, "The study has no experiment with several numbers of owners.");
        return;
    }
    unsigned last = owners->point_count - 1;
    etp_estimate more = step(estimator, etp_estimator_place(estimator, "owners", 0, ETP_PRICES_ALL), last);
    char what[2 * ETP_WORDS_MAX];
    snprintf(what, sizeof what, "%s less %s, the same portfolios", owners->points[last].label, owners->points[0].label);
    answer_above(estimator, 4, what, &more);
}

static bool begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static void answer_mechanism(etp_estimator *estimator)
{
    const etp_study_experiment *mechanisms = etp_estimator_experiment(estimator, "mechanism");
    etp_place place = etp_estimator_place(estimator, "mechanism", 0, ETP_PRICES_ALL);
    unsigned count = mechanisms != NULL ? mechanisms->point_count : 0;
    for (unsigned i = 0; i < count * count; i++) {
        const etp_study_point *first = &mechanisms->points[i / count], *second = &mechanisms->points[i % count];
        if (!begins(first->id, "first-price") || !begins(second->id, "second-price") ||
            strcmp(first->group, second->group) != 0)
            continue;
        place.point = i % count;
        etp_estimate less = step(estimator, place, i / count);
        char words[ETP_WORDS_MAX];
        answer(estimator, 10, is_zero(&less), "%s less %s: %s per battery and year.", first->label, second->label,
               money_words(words, &less));
        return;
    }
    answer(estimator, 10, ETP_ANSWER_MISSING, "The study has not both mechanisms with the same disclosure.");
}

/* At the first point; others show what else such buyers do. */
static void answer_placebo(etp_estimator *estimator)
{
    etp_place place = etp_estimator_place(estimator, "placebo", 0, ETP_PRICES_ALL);
    etp_quantity quantity = etp_quantity_benefit(place, ETP_ARM_FIRMS, ETP_ARM_FLAT);
    etp_quantity competition = etp_comparison_quantity(place, ETP_COMPETITION);
    etp_quantity energy = etp_quantity_yearly(place, ETP_ARM_FIRMS, ETP_OF_SOLD);
    etp_estimate bill = etp_estimator_take(estimator, &quantity), c = etp_estimator_take(estimator, &competition);
    etp_estimate sold = etp_estimator_take(estimator, &energy);
    char words[ETP_WORDS_MAX], rest[ETP_WORDS_MAX];
    etp_estimator_list(estimator, &bill, "placebo", "A$ per battery and year", "placebo.benefit");
    answer(estimator, 12, c.known ? both(is_zero(&bill), is_zero(&c)) : is_zero(&bill),
           "Firms less no sales among such buyers: %s per battery and year; C: %s.%s", money_words(words, &bill),
           money_words(rest, &c),
           sold.known && sold.value == 0 ? " Nothing is sold: owners ask for more than that." : "");
}

/* ---- who has it, and who pays ---- */

static void answer_firms(etp_estimator *estimator)
{
    double cost = etp_estimator_value(estimator, "aggregation.fixed_cost");
    etp_estimate left = estimator->margin[ETP_PRICES_ALL];
    char words[ETP_WORDS_MAX];
    if (!isfinite(cost) || !left.known) {
        answer(estimator, 8, ETP_ANSWER_MISSING, "%s.",
               left.known ? "The scenario has no cost of aggregation" : left.missing);
        return;
    }
    money_words(words, &left);
    bool cursed = etp_estimate_below(&left, 0);
    left.value -= cost, left.bounds.low -= cost, left.bounds.high -= cost;
    answer(estimator, 8, is_above(&left), "Margin %s per battery and year, against a fixed cost of A$ %.2f.%s", words,
           cost, cursed ? " A margin below zero is the winner's curse, and no competition that can last." : "");
}

static void answer_fairness(etp_estimator *estimator)
{
    const etp_spread *spread = &estimator->spread[ETP_PRICES_ALL];
    if (!spread->known) {
        answer(estimator, 9, ETP_ANSWER_MISSING, "%s.", spread->missing);
        return;
    }
    const etp_estimate *more = &spread->more_worse;
    etp_answer with = etp_estimate_above(more, 0) ? ETP_ANSWER_FAILS
                      : more->bounds.high <= 0    ? ETP_ANSWER_HOLDS
                                                  : ETP_ANSWER_UNSURE;
    answer(estimator, 9, with,
           "Worse off than without sales: %.1f %% of owners under competition, %.1f %% under the utility (difference "
           "%.1f to %.1f points). Gini of net benefit: %.2f and %.2f. %.1f %% have less from the firms than from the "
           "utility.",
           100 * spread->worse[ETP_SPREAD_FIRMS].value, 100 * spread->worse[ETP_SPREAD_POSTED].value,
           100 * more->bounds.low, 100 * more->bounds.high, spread->gini[ETP_SPREAD_FIRMS].value,
           spread->gini[ETP_SPREAD_POSTED].value, 100 * spread->lose_by_rivals.value);
}

static bool is_of(const etp_estimator *estimator, const etp_point_figures *figures, const char *experiment)
{
    return strcmp(estimator->view->experiments[figures->place.experiment].id, experiment) == 0;
}

typedef struct sign_count {
    unsigned above, below, unsure;
} sign_count;

static void count_sign(sign_count *count, const etp_estimate *estimate)
{
    if (!estimate->known)
        return;
    if (etp_estimate_above(estimate, 0))
        count->above++;
    else if (etp_estimate_below(estimate, 0))
        count->below++;
    else
        count->unsure++;
}

static sign_count count_signs(const etp_estimator *estimator, etp_price_world world)
{
    sign_count count = {0};
    for (size_t i = 0; i < estimator->point_count; i++) {
        const etp_point_figures *figures = &estimator->point[i];
        if (is_of(estimator, figures, "tornado") || is_of(estimator, figures, "regions"))
            count_sign(&count, &figures->competition[world]);
    }
    return count;
}

/* At all prices and clipped: the table of where it flips has both. */
static void answer_robustness(etp_estimator *estimator)
{
    sign_count all = count_signs(estimator, ETP_PRICES_ALL), clipped = count_signs(estimator, ETP_PRICES_CLIPPED);
    unsigned below = all.below + clipped.below, unsure = all.unsure + clipped.unsure;
    if (all.above + clipped.above + below + unsure == 0) {
        answer(estimator, 11, ETP_ANSWER_MISSING, "The study has neither the tornado nor regions and years.");
        return;
    }
    answer(estimator, 11,
           below > 0    ? ETP_ANSWER_FAILS
           : unsure > 0 ? ETP_ANSWER_UNSURE
                        : ETP_ANSWER_HOLDS,
           "Of %u assumptions, regions and years C lies above zero in %u, below in %u, and cannot be told from zero in "
           "%u; "
           "clipped, of %u above in %u, below in %u, not told in %u.",
           all.above + all.below + all.unsure, all.above, all.below, all.unsure,
           clipped.above + clipped.below + clipped.unsure, clipped.above, clipped.below, clipped.unsure);
}

void etp_estimate_hypotheses(etp_estimator *estimator)
{
    for (unsigned i = 0; i < ETP_HYPOTHESES; i++)
        estimator->findings.hypothesis[i] = (etp_hypothesis){.id = hypotheses[i].id, .claim = hypotheses[i].claim};
    answer_headline(estimator);
    answer_rivals(estimator);
    answer_owners(estimator);
    answer_split(estimator);
    answer_welfare(estimator);
    answer_firms(estimator);
    answer_fairness(estimator);
    answer_mechanism(estimator);
    answer_robustness(estimator);
    answer_placebo(estimator);
}

void etp_write_hypotheses(etp_estimator *estimator)
{
    etp_document_section(estimator->document, "hypotheses", "The hypotheses, answered");
    etp_document_text(estimator->document,
                      "Written down before the study was run for the first time, with the rules by which they fail "
                      "(docs/evidence.md); each with the figures that answer it.");
    etp_sheet *sheet = etp_document_table(estimator->document, "hypotheses-answered", "Hypotheses and answers");
    etp_sheet_column(sheet, "id", "", "", 0);
    etp_sheet_column(sheet, "claim", "hypothesis", "", 0);
    etp_sheet_column(sheet, "fails", "it fails when", "", 0);
    etp_sheet_column(sheet, "answer", "answer", "", 0);
    etp_sheet_column(sheet, "figures", "figures", "", 0);
    for (unsigned i = 0; i < ETP_HYPOTHESES; i++) {
        const etp_hypothesis *hypothesis = &estimator->findings.hypothesis[i];
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, hypothesis->id);
        etp_sheet_text(sheet, hypothesis->claim);
        etp_sheet_text(sheet, hypotheses[i].fails);
        etp_sheet_text(sheet, etp_answer_text(hypothesis->answer));
        etp_sheet_text(sheet, hypothesis->figures);
    }
}
