/* SPDX-License-Identifier: MIT */
/* The comparisons, by battery and year and by kWh, and how wide chance makes them. */
#include <math.h>

#include "study/estimate/estimator.h"

/* ---- by battery and year ---- */

/* None for comparisons with a tariff: what its payer makes of the energy is not known here. */
static void write_welfare(etp_estimator *estimator, etp_sheet *sheet, etp_price_world world, etp_comparison comparison)
{
    const etp_comparison_about *about = etp_comparison_about_of(comparison);
    if (comparison == ETP_DYNAMIC || comparison == ETP_AGAINST_TIMED) {
        etp_sheet_empty(sheet);
        return;
    }
    etp_quantity quantity = etp_quantity_welfare(estimator->headline[world], about->arm, about->other);
    etp_estimate welfare = etp_estimator_take(estimator, &quantity);
    etp_sheet_estimate(sheet, &welfare);
    etp_estimator_list(estimator, &welfare, about->label, "A$ per battery and year", "headline.%s.welfare.%s",
                       about->id, etp_price_world_name(world));
}

static void write_comparisons(etp_estimator *estimator)
{
    etp_sheet *sheet =
        etp_document_table(estimator->document, "comparisons", "What owners gain, net, by battery and year");
    char words[ETP_WORDS_MAX];
    etp_sheet_column(sheet, "comparison", "comparison", "", 0);
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++)
        etp_sheet_column(sheet, etp_price_world_name(world), etp_estimator_world_words(estimator, world, words),
                         "A$ per battery and year", 2);
    etp_sheet_column(sheet, "day", "all prices, by day", "c per battery and day", 2);
    etp_sheet_column(sheet, "welfare-all", "welfare, all prices", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "welfare-clipped", "welfare, clipped", "A$ per battery and year", 2);
    for (etp_comparison i = 0; i < ETP_COMPARISONS; i++) {
        const etp_estimate *all = &estimator->comparison[ETP_PRICES_ALL][i];
        if (i == ETP_COMPETITION)
            etp_sheet_main_row(sheet);
        else
            etp_sheet_row(sheet);
        etp_sheet_text(sheet, etp_comparison_about_of(i)->label);
        for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++)
            etp_sheet_estimate(sheet, &estimator->comparison[world][i]);
        etp_sheet_number(sheet, all->known ? 100 * all->value / 365 : NAN);
        for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++)
            write_welfare(estimator, sheet, world, i);
    }
    etp_sheet_note(sheet,
                   "Whole bills: imports, spill, wear and the change of what is stored are all in. A is the sum of its "
                   "three parts, C that of the last two. In brackets the 95 %% interval. Welfare is what owners and "
                   "buyers have together by the same difference; a time-of-day tariff has no buyers whose account is "
                   "kept here. The retailer that sells at retail and pays for spill is outside.");
}

/* The names of markets are the reader's key to every table that follows. */
static void write_markets(etp_estimator *estimator)
{
    static const char *const meanings[ETP_ARMS] = {
        [ETP_ARM_FLAT] = "nothing is sold from the battery; what the sun gives beyond that earns the flat feed-in "
                         "tariff: what all others are compared with",
        [ETP_ARM_TIMED] = "a feed-in tariff by the hour; the home exports from its battery as well as it can, with "
                          "its own load and sun foreseen",
        [ETP_ARM_TIMED_NONE] = "the same tariff, with nothing sold from the battery",
        [ETP_ARM_POSTED] = "the single utility: it owns all portfolios and posts, in each interval, the price that is "
                           "best for it",
        [ETP_ARM_KNOWING] = "a single utility that pays each battery just the reserve it asks",
        [ETP_ARM_ALONE] = "one owner of all portfolios, who bids in the auction as the firms do",
        [ETP_ARM_FIRMS] = "competing aggregators: the auction, each firm with its own portfolio",
        [ETP_ARM_COMPETITIVE] = "the price at which supply meets demand, posted",
    };
    etp_sheet *sheet = etp_document_table(estimator->document, "markets", "The markets that are compared");
    etp_sheet_column(sheet, "market", "market", "", 0);
    etp_sheet_column(sheet, "meaning", "what happens in it", "", 0);
    for (etp_arm arm = 0; arm < ETP_ARMS; arm++) {
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, etp_arm_name(arm));
        etp_sheet_text(sheet, meanings[arm]);
    }
    etp_sheet_note(sheet, "The same homes, weather, prices and values in each.");
}

static void write_meanings(etp_estimator *estimator)
{
    etp_sheet *sheet = etp_document_table(estimator->document, "isolates", "What each comparison isolates");
    etp_sheet_column(sheet, "comparison", "comparison", "", 0);
    etp_sheet_column(sheet, "difference", "markets", "", 0);
    etp_sheet_column(sheet, "isolates", "isolates", "", 0);
    for (etp_comparison i = 0; i < ETP_COMPARISONS; i++) {
        const etp_comparison_about *about = etp_comparison_about_of(i);
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, about->label);
        etp_sheet_text(sheet, about->difference);
        etp_sheet_text(sheet, about->isolates);
    }
}

static void plot_split(etp_estimator *estimator)
{
    static const etp_comparison shown[] = {ETP_ACCESS, ETP_TIMING, ETP_AUCTION, ETP_MORE_BUYERS, ETP_COMPETITION};
    etp_plot *plot = etp_document_plot(estimator->document, "split", ETP_PLOT_DOTS,
                                       "Where the worth of market access comes from", "A$ per battery and year", "");
    etp_plot_base(plot, 0, "");
    etp_plot_note(plot,
                  "With 95 %% intervals: what reaches over zero cannot be told from nothing. A is timing, auction "
                  "and more buyers together; C, the claim, is auction and more buyers.");
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
        char words[ETP_WORDS_MAX];
        etp_plot_series(plot, etp_estimator_world_words(estimator, world, words));
        for (unsigned i = 0; i < sizeof shown / sizeof shown[0]; i++) {
            const etp_estimate *estimate = &estimator->comparison[world][shown[i]];
            if (estimate->known)
                etp_plot_category(plot, etp_comparison_about_of(shown[i])->label, estimate->value, estimate->bounds.low,
                                  estimate->bounds.high);
        }
    }
}

/* ---- by kWh ---- */

/* A comparison's A$ over the kWh of its first arm. */
static etp_estimate per_kwh(etp_estimator *estimator, etp_price_world world, etp_comparison comparison,
                            etp_measure energy)
{
    etp_place place = estimator->headline[world];
    etp_arm arm = etp_comparison_about_of(comparison)->arm;
    etp_quantity price = etp_quantity_price(place, arm, energy);
    etp_quantity quantity = {.combine = price.combine}, benefit = etp_comparison_quantity(place, comparison);
    for (unsigned i = 0; i < benefit.count; i++) {
        const etp_term *term = &benefit.term[i];
        if (term->total == 0)
            etp_quantity_add(&quantity, 0, term->weight, term->place, term->arm, term->measure);
    }
    etp_quantity_add(&quantity, 1, 1, place, arm, energy);
    return etp_estimator_take(estimator, &quantity);
}

static void write_per_kwh(etp_estimator *estimator)
{
    static const etp_comparison shown[] = {ETP_COMPETITION, ETP_ACCESS, ETP_TIMING, ETP_DYNAMIC};
    etp_sheet *sheet = etp_document_table(estimator->document, "per-kwh", "The same by kWh, net of wear and own use");
    etp_sheet_column(sheet, "comparison", "comparison", "", 0);
    etp_sheet_column(sheet, "sold-all", "per kWh sold, all prices", "c/kWh", 2);
    etp_sheet_column(sheet, "sold-clipped", "per kWh sold, clipped", "c/kWh", 2);
    etp_sheet_column(sheet, "offered-all", "per kWh offered, all prices", "c/kWh", 3);
    etp_sheet_column(sheet, "offered-clipped", "per kWh offered, clipped", "c/kWh", 3);
    for (unsigned i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        etp_sheet_row(sheet);
        etp_sheet_text(sheet, etp_comparison_about_of(shown[i])->label);
        for (unsigned column = 0; column < 4; column++) {
            etp_price_world world = column % 2 == 0 ? ETP_PRICES_ALL : ETP_PRICES_CLIPPED;
            etp_estimate estimate = per_kwh(estimator, world, shown[i], column < 2 ? ETP_OF_SOLD : ETP_OF_OFFERED);
            etp_sheet_estimate(sheet, &estimate);
            etp_estimator_list(estimator, &estimate, etp_comparison_about_of(shown[i])->label, "c/kWh",
                               "headline.%s.per-%s.%s", etp_comparison_about_of(shown[i])->id,
                               column < 2 ? "sold" : "offered", etp_price_world_name(world));
        }
    }
    etp_sheet_note(sheet,
                   "Over the energy that the first arm sells or offers. Figures by kWh say nothing of how much is "
                   "sold, and are never to be read alone.");
}

/* ---- by arm ---- */

static void take_cell(etp_estimator *estimator, etp_sheet *sheet, const etp_quantity *quantity)
{
    etp_estimate estimate = etp_estimator_take(estimator, quantity);
    etp_sheet_estimate(sheet, &estimate);
}

static void write_arm(etp_estimator *estimator, etp_sheet *sheet, etp_arm arm, etp_price_world world)
{
    etp_place place = estimator->headline[world];
    const etp_quantity quantities[] = {
        etp_quantity_benefit(place, arm, ETP_ARM_FLAT),
        etp_quantity_welfare(place, arm, ETP_ARM_FLAT),
        etp_quantity_margin(place, arm),
        etp_quantity_yearly(place, arm, ETP_OF_SOLD),
        etp_quantity_price(place, arm, ETP_OF_SOLD),
        etp_quantity_price(place, arm, ETP_OF_OFFERED),
    };
    etp_sheet_row(sheet);
    etp_sheet_text(sheet, etp_arm_name(arm));
    etp_sheet_text(sheet, etp_price_world_name(world));
    for (unsigned i = 0; i < sizeof quantities / sizeof quantities[0]; i++)
        take_cell(estimator, sheet, &quantities[i]);
}

static const etp_arm market_arms[] = {ETP_ARM_POSTED, ETP_ARM_KNOWING, ETP_ARM_ALONE, ETP_ARM_FIRMS,
                                      ETP_ARM_COMPETITIVE};
enum { MARKET_ARMS = sizeof market_arms / sizeof market_arms[0] };

static void write_arms(etp_estimator *estimator)
{
    etp_sheet *sheet = etp_document_table(estimator->document, "arms", "Each market by itself: transfer and welfare");
    etp_sheet_column(sheet, "arm", "market", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "benefit", "owners' net benefit", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "welfare", "welfare", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "margin", "buyers' realised margin", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "sold", "sold", "kWh per battery and year", 0);
    etp_sheet_column(sheet, "price", "paid per kWh sold", "c/kWh", 2);
    etp_sheet_column(sheet, "price-offered", "paid per kWh offered", "c/kWh", 3);
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
        for (unsigned i = 0; i < MARKET_ARMS; i++)
            write_arm(estimator, sheet, market_arms[i], world);
    }
    etp_sheet_note(sheet,
                   "Welfare is owners' net benefit and buyers' realised margin together, over the home that sells "
                   "nothing from its battery. What one side pays the other is not in it.");
}

/* ---- D ---- */

static void write_pass_through(etp_estimator *estimator)
{
    etp_sheet *sheet = etp_document_table(estimator->document, "pass-through", "D: the middleman's cut");
    etp_sheet_column(sheet, "arm", "market", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "spot", "paid, of the spot value of what was sold", "", 3);
    etp_sheet_column(sheet, "price", "price, of the competitive price", "", 3);
    etp_sheet_column(sheet, "benefit", "net benefit, of that at the competitive price", "", 3);
    for (etp_price_world world = 0; world < ETP_PRICE_WORLDS; world++) {
        etp_place place = estimator->headline[world];
        etp_quantity ideal = etp_quantity_price(place, ETP_ARM_COMPETITIVE, ETP_OF_SOLD);
        for (unsigned i = 0; i < MARKET_ARMS; i++) {
            etp_quantity price = etp_quantity_price(place, market_arms[i], ETP_OF_SOLD);
            const etp_quantity quantities[] = {
                etp_quantity_ratio(place, market_arms[i], ETP_OF_PAID, ETP_OF_SPOT),
                etp_quantity_over(&price, &ideal),
                etp_quantity_share(place, market_arms[i], ETP_ARM_COMPETITIVE),
            };
            etp_sheet_row(sheet);
            etp_sheet_text(sheet, etp_arm_name(market_arms[i]));
            etp_sheet_text(sheet, etp_price_world_name(world));
            for (unsigned j = 0; j < 3; j++)
                take_cell(estimator, sheet, &quantities[j]);
        }
    }
    etp_sheet_note(sheet,
                   "Spot is the price of the interval in which energy was sold, before what losses add to a kWh at "
                   "home and what it costs to serve. Markets sell different energy at different times, so that "
                   "shares of prices say nothing of how much: the last column does.");
}

/* ---- chance ---- */

static void write_width(etp_sheet *sheet, const char *source, etp_range interval)
{
    etp_sheet_text(sheet, source);
    etp_sheet_number(sheet, interval.low);
    etp_sheet_number(sheet, interval.high);
}

static void write_widths(const etp_estimator *estimator, etp_sheet *sheet, etp_comparison comparison,
                         etp_price_world world)
{
    const etp_estimate *estimate = &estimator->comparison[world][comparison];
    const struct {
        const char *source;
        etp_range interval;
    } from[] = {{"weeks, real households and seeds", estimate->bounds},
                {"weeks alone", estimate->weeks},
                {"real households alone", estimate->homes},
                {"seeds alone: not the interval", estimate->seeds}};
    for (unsigned i = 0; estimate->known && i < sizeof from / sizeof from[0]; i++) {
        if (i == 0)
            etp_sheet_main_row(sheet);
        else
            etp_sheet_row(sheet);
        etp_sheet_text(sheet, etp_comparison_about_of(comparison)->label);
        etp_sheet_text(sheet, etp_price_world_name(world));
        write_width(sheet, from[i].source, from[i].interval);
    }
}

static void write_chance(etp_estimator *estimator)
{
    static const etp_comparison shown[] = {ETP_ACCESS, ETP_DYNAMIC, ETP_COMPETITION};
    etp_sheet *sheet = etp_document_table(estimator->document, "chance", "Where the width of an interval comes from");
    etp_sheet_column(sheet, "comparison", "comparison", "", 0);
    etp_sheet_column(sheet, "prices", "prices", "", 0);
    etp_sheet_column(sheet, "resampled", "resampled", "", 0);
    etp_sheet_column(sheet, "low", "from", "A$ per battery and year", 2);
    etp_sheet_column(sheet, "high", "to", "A$ per battery and year", 2);
    for (unsigned i = 0; i < sizeof shown / sizeof shown[0] * ETP_PRICE_WORLDS; i++)
        write_widths(estimator, sheet, shown[i / ETP_PRICE_WORLDS], (etp_price_world)(i % ETP_PRICE_WORLDS));
}

void etp_write_headline(etp_estimator *estimator)
{
    etp_document_section(estimator->document, "headline", "What competition is worth");
    write_markets(estimator);
    write_comparisons(estimator);
    write_meanings(estimator);
    for (etp_comparison i = 0; i < ETP_COMPARISONS; i++)
        etp_estimator_lacks(estimator, etp_comparison_about_of(i)->label, &estimator->comparison[ETP_PRICES_ALL][i]);
    etp_estimator_lacks(estimator, "C at clipped prices", &estimator->comparison[ETP_PRICES_CLIPPED][ETP_COMPETITION]);
    plot_split(estimator);
    write_per_kwh(estimator);
    write_arms(estimator);
    write_pass_through(estimator);
    write_chance(estimator);
}
