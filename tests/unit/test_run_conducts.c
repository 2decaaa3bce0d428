/* SPDX-License-Identifier: MIT */
/* What the single utility does in a market, by each conduct: what it pays, whom it leaves what, and that books close. */
#include "unit/test_owner_tools.h"

enum { OFFERS_MAX = 64 };

/* Each sells its whole lot at a price of its own, so that what is paid tells them apart. */
static int own_reserve(void *user, const etp_context *context, const etp_battery_view *battery, etp_reserve *reserve)
{
    (void)user;
    (void)battery;
    reserve->price = ETP_PRICE_PER_CENT + (etp_price)(context->device_id * 7919 % 97) * ETP_PRICE_PER_CENT / 12;
    return 0;
}

static const etp_bess_hooks own_policy = {.size = sizeof(etp_bess_hooks), .reserve = own_reserve};

static size_t offers_of(const market *m, uint64_t interval, etp_utility_offer *offers)
{
    size_t count = 0;
    for (size_t i = 0; i < m->chronicle.count; i++) {
        const etp_event *event = &m->chronicle.events[i];
        if (event->kind != ETP_EVENT_RESPONSE || event->interval != interval || event->energy == 0)
            continue;
        assert_true(count < OFFERS_MAX);
        offers[count++] = (etp_utility_offer){event->reserve, event->energy};
    }
    return count;
}

/* What posting `price` would gain, in millionths of a micro-dollar: tries a price, knows no rule. */
static int64_t gain_at(etp_price price, const etp_utility_offer *offers, size_t offer_count,
                       const etp_demand_step *steps, unsigned step_count)
{
    etp_energy supply = 0;
    int64_t gain = 0;
    for (size_t i = 0; i < offer_count; i++)
        supply += offers[i].reserve <= price ? offers[i].energy : 0;
    for (unsigned j = 0; j < step_count && steps[j].value > price; j++) {
        etp_energy share = etp_affordable(steps[j].budget, price);
        share = share < steps[j].need ? share : steps[j].need;
        share = share < supply ? share : supply;
        gain += (steps[j].value - price) * share;
        supply -= share;
    }
    return gain;
}

static void posted_price_is_the_best_of_all_prices(void **state)
{
    (void)state;
    unsigned posted = 0;
    for (int tight = 0; tight < 2; tight++) {
        market m;
        market_init(&m, 30, 1, INTERVALS);
        merge(&m, ETP_CONDUCT_POSTED);
        m.options.policy = &own_policy;
        m.options.need_ppm = tight ? 400000 : 1500000;
        m.options.budget = tight ? 30000 : m.options.budget;
        market_run(&m);
        for (uint64_t k = 0; k < INTERVALS; k++) {
            etp_utility_offer offers[OFFERS_MAX];
            etp_demand_step steps[PORTFOLIOS];
            size_t offer_count = offers_of(&m, k, offers);
            unsigned step_count = steps_of(&m, 0, PORTFOLIOS, k, steps);
            etp_price price = ETP_PRICE_NONE;
            for (size_t i = 0; i < m.chronicle.count; i++)
                if (m.chronicle.events[i].kind == ETP_EVENT_CONFIRM && m.chronicle.events[i].interval == k)
                    price = m.chronicle.events[i].price;
            int64_t gain =
                price != ETP_PRICE_NONE ? gain_at(price, offers, offer_count, steps, step_count) + 8000000 : 8000000;
            for (etp_price other = 0; other < 40 * ETP_PRICE_PER_CENT; other += ETP_PRICE_PER_CENT / 10)
                assert_true(gain_at(other, offers, offer_count, steps, step_count) <= gain);
            posted += price != ETP_PRICE_NONE;
        }
        market_fini(&m);
    }
    assert_true(posted > INTERVALS);
}

/* What an interval's trades gave both sides, at the values that were seen: portfolios are served best value first. */
static int64_t surplus_of(const market *m, uint64_t interval)
{
    etp_demand_step steps[PORTFOLIOS];
    unsigned step_count = steps_of(m, 0, PORTFOLIOS, interval, steps);
    etp_energy bought = 0;
    int64_t surplus = 0;
    for (size_t i = 0; i < m->chronicle.count; i++) {
        const etp_event *event = &m->chronicle.events[i];
        if (event->kind != ETP_EVENT_CONFIRM || event->interval != interval)
            continue;
        bought += event->energy;
        surplus -= event->reserve * event->energy;
    }
    for (unsigned j = 0; j < step_count; j++) {
        etp_energy share = bought < steps[j].need ? bought : steps[j].need;
        surplus += steps[j].value * share;
        bought -= share;
    }
    return surplus;
}

/* The first interval in which anything is for sale finds the same batteries whoever buys: each conduct meets the same
 * offers. */
static void nobody_does_more_good_than_a_price_taker(void **state)
{
    (void)state;
    unsigned better = 0;
    for (uint64_t seed = 1; seed <= 25; seed++) {
        int64_t surplus[3 + 4];
        etp_utility_offer offers[OFFERS_MAX];
        for (unsigned i = 0; i < 3 + 4; i++) {
            market m;
            market_init(&m, 20, 1, 2);
            m.options.seed = seed;
            m.options.policy = &own_policy;
            m.options.failures_ppm = 0;
            m.options.need_ppm = seed % 3 == 0 ? 300000 : 1000000;
            if (i < 3)
                merge(&m, (etp_conduct)i);
            else
                share_out(&m, owner_counts[i - 3]);
            market_run(&m);
            assert_int_equal(offers_of(&m, 0, offers), 0);
            surplus[i] = surplus_of(&m, 1);
            market_fini(&m);
        }
        assert_int_equal(surplus[ETP_CONDUCT_KNOWING], surplus[ETP_CONDUCT_COMPETITIVE]);
        for (unsigned i = 0; i < 3 + 4; i++)
            assert_true(surplus[i] <= surplus[ETP_CONDUCT_COMPETITIVE]);
        better += surplus[ETP_CONDUCT_POSTED] < surplus[ETP_CONDUCT_COMPETITIVE];
    }
    assert_true(better > 5);
}

static void who_knows_reserves_pays_them(void **state)
{
    (void)state;
    for (size_t weather = 0; weather < sizeof weathers / sizeof *weathers; weather++) {
        market m;
        market_init(&m, 30, 1, INTERVALS);
        merge(&m, ETP_CONDUCT_KNOWING);
        set_weather(&m, weather);
        m.options.policy = &own_policy;
        etp_run_totals totals = market_run(&m);
        etp_price low = ETP_PRICE_MAX, high = 0;
        for (size_t i = 0; i < m.chronicle.count; i++) {
            const etp_event *event = &m.chronicle.events[i];
            if (event->kind != ETP_EVENT_CONFIRM)
                continue;
            assert_int_equal(event->price, event->reserve);
            low = event->price < low ? event->price : low;
            high = event->price > high ? event->price : high;
        }
        assert_true(totals.trades > 50);
        assert_true(high > low + ETP_PRICE_PER_CENT);
        market_fini(&m);
    }
}

/* What a kWh costs that is neither needed nor refilled before the run ends: its wear, and what it would be worth stored. */
static int true_reserve(void *user, const etp_context *context, const etp_battery_view *battery, etp_reserve *reserve)
{
    (void)user;
    (void)context;
    etp_price stored = battery->feed_in * 1000000 / battery->one_way_ppm;
    reserve->price = battery->wear + stored * 1000000 / battery->one_way_ppm;
    reserve->energy = 50000;
    return 0;
}

/* What each owner gains in half an hour after sunset. Lots are small: neither does the inverter have too little left for
 * the home, nor do batteries run low. */
static etp_money evening_gain(etp_conduct conduct, etp_money *largest)
{
    enum { HOMES = 30, EVENING = 6 };
    static const etp_bess_hooks policy = {.size = sizeof policy, .reserve = true_reserve};
    etp_money without[HOMES], all = 0;
    etp_error error = {0};
    market m;
    market_init(&m, HOMES, 1, EVENING);
    merge(&m, conduct);
    m.options.first = 108;
    m.options.policy = &policy;
    m.options.failures_ppm = 0;
    assert_int_equal(etp_run_without_market(&m.options, without, &error), ETP_OK);
    assert_true(market_run(&m).trades > HOMES);
    *largest = 0;
    for (unsigned i = 0; i < HOMES; i++) {
        etp_money gain = without[i] - etp_run_home_cost(m.run, i);
        *largest = llabs(gain) > *largest ? llabs(gain) : *largest;
        all += gain;
    }
    market_fini(&m);
    return all;
}

static void at_true_reserves_who_knows_them_leaves_owners_nothing(void **state)
{
    (void)state;
    etp_money largest;
    evening_gain(ETP_CONDUCT_KNOWING, &largest);
    assert_in_range(largest, 0, 30);
    etp_money posted = evening_gain(ETP_CONDUCT_POSTED, &largest);
    assert_true(posted > 10000);
    assert_true(evening_gain(ETP_CONDUCT_COMPETITIVE, &largest) > posted);
}

/* On links that lose nothing the market does what the rule says, battery by battery. */
static bool check_price_taker(const market *m, uint64_t interval, bool *priced_by_value)
{
    etp_utility_offer offers[OFFERS_MAX];
    etp_demand_step steps[PORTFOLIOS];
    etp_utility_plan plan;
    etp_energy bought = 0, below = 0, offered_below = 0;
    size_t offer_count = offers_of(m, interval, offers);
    unsigned step_count = steps_of(m, 0, PORTFOLIOS, interval, steps);
    assert_int_equal(etp_utility_decide(ETP_CONDUCT_COMPETITIVE, offers, offer_count, steps, step_count, &plan),
                     ETP_OK);
    for (size_t i = 0; i < m->chronicle.count; i++) {
        const etp_event *event = &m->chronicle.events[i];
        if (event->kind != ETP_EVENT_CONFIRM || event->interval != interval)
            continue;
        assert_int_equal(event->price, plan.price);
        bought += event->energy;
        below += event->reserve < plan.highest ? event->energy : 0;
    }
    for (size_t i = 0; i < offer_count; i++)
        offered_below += offers[i].reserve < plan.highest ? offers[i].energy : 0;
    assert_int_equal(bought, plan.quantity);
    assert_true(bought == 0 || below == offered_below);
    *priced_by_value = false;
    for (unsigned j = 0; j < step_count; j++)
        *priced_by_value = *priced_by_value || plan.price == steps[j].value;
    return bought > 0;
}

static void a_price_taker_pays_where_supply_meets_demand(void **state)
{
    (void)state;
    unsigned by_value = 0, by_reserve = 0;
    for (int tight = 0; tight < 2; tight++) {
        market m;
        market_init(&m, 30, 1, INTERVALS);
        merge(&m, ETP_CONDUCT_COMPETITIVE);
        m.options.policy = &own_policy;
        m.options.need_ppm = tight ? 300000 : 1500000;
        m.options.failures_ppm = 0;
        market_run(&m);
        for (uint64_t k = 0; k < INTERVALS; k++) {
            bool value;
            if (!check_price_taker(&m, k, &value))
                continue;
            by_value += value;
            by_reserve += !value;
        }
        market_fini(&m);
    }
    assert_true(by_reserve > 5 && by_value > 5);
}

/* Whatever is lost or late, nothing is lost from the books: market_run() checks them after each interval. */
static void books_close_in_every_conduct(void **state)
{
    (void)state;
    for (size_t weather = 0; weather < sizeof weathers / sizeof *weathers; weather++) {
        for (unsigned conduct = 0; conduct < 3; conduct++) {
            market m;
            market_init(&m, 16, 1, INTERVALS);
            merge(&m, (etp_conduct)conduct);
            set_weather(&m, weather);
            m.options.failures_ppm = 1000000;
            m.options.budget = conduct == 0 ? 20000 : m.options.budget;
            etp_run_totals totals = market_run(&m);
            etp_energy need = spec_of(&m, 0).need * PORTFOLIOS * INTERVALS;
            assert_true(totals.trades > 50);
            assert_true(totals.sold <= need && totals.sold <= totals.offered);
            assert_true(totals.worth > 0);
            market_fini(&m);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(posted_price_is_the_best_of_all_prices),
        cmocka_unit_test(nobody_does_more_good_than_a_price_taker),
        cmocka_unit_test(who_knows_reserves_pays_them),
        cmocka_unit_test(at_true_reserves_who_knows_them_leaves_owners_nothing),
        cmocka_unit_test(a_price_taker_pays_where_supply_meets_demand),
        cmocka_unit_test(books_close_in_every_conduct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
