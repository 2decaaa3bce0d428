/* SPDX-License-Identifier: MIT */
/*
 * The same portfolios in few hands and in many, and the conducts of a single one: what a market shows of them. What the
 * buyers want is worked out here from public functions alone.
 */
#include "unit/test_run_tools.h"

#include "etp/owner.h"
#include "etp/utility.h"

enum { PORTFOLIOS = 8, INTERVALS = 40, OFFERS_MAX = 64 };

static const unsigned owner_counts[] = {1, 2, 4, 8};

/* ---- markets ---- */

/* So many owners with equal shares of the portfolios, each bidding its value. */
static void share_out(market *m, unsigned owners)
{
    m->options.firm_count = owners;
    m->options.portfolios = PORTFOLIOS;
    for (unsigned i = 0; i < owners; i++) {
        m->shaders[i].margin = 0;
        m->firms[i].portfolio = i * (PORTFOLIOS / owners);
        m->firms[i].portfolio_count = PORTFOLIOS / owners;
    }
}

static void merge(market *m, etp_conduct conduct)
{
    m->options.merged = true;
    m->options.conduct = conduct;
    m->options.portfolios = PORTFOLIOS;
    m->options.firm_count = 0;
    m->options.firms = NULL;
}

/* Each sells its whole lot at a price of its own, so that what is paid tells them apart. */
static int own_reserve(void *user, const etp_context *context, const etp_battery_view *battery, etp_reserve *reserve)
{
    (void)user;
    (void)battery;
    reserve->price = ETP_PRICE_PER_CENT + (etp_price)(context->device_id * 7919 % 97) * ETP_PRICE_PER_CENT / 12;
    return 0;
}

static int give_away(void *user, const etp_context *context, const etp_battery_view *battery, etp_reserve *reserve)
{
    (void)user;
    (void)context;
    (void)battery;
    reserve->price = 0;
    return 0;
}

static const etp_bess_hooks own_policy = {.size = sizeof(etp_bess_hooks), .reserve = own_reserve};
static const etp_bess_hooks free_policy = {.size = sizeof(etp_bess_hooks), .reserve = give_away};

static const struct {
    const char *name;
    uint32_t loss, duplicate;
    etp_time delay, jitter;
} weathers[] = {
    {"fair", 0, 0, 20 * ETP_NS_PER_MS, 5 * ETP_NS_PER_MS},
    {"lossy", 150000, 50000, 20 * ETP_NS_PER_MS, 60 * ETP_NS_PER_MS},
    {"late", 0, 0, 350 * ETP_NS_PER_MS, 100 * ETP_NS_PER_MS},
};

static void set_weather(market *m, size_t weather)
{
    m->options.network.loss_ppm = weathers[weather].loss;
    m->options.network.duplicate_ppm = weathers[weather].duplicate;
    m->options.network.delay = weathers[weather].delay;
    m->options.network.jitter = weathers[weather].jitter;
}

/* ---- what portfolios want, worked out apart ---- */

static etp_buyer_spec spec_of(const market *m, unsigned portfolio)
{
    etp_buyer_spec spec = m->options.buyer;
    etp_energy fleet = etp_energy_of(m->options.fleet.inverter, m->trace.interval) * m->options.homes;
    spec.seed = m->options.seed;
    spec.key = portfolio;
    spec.need = fleet / PORTFOLIOS * m->options.need_ppm / 1000000;
    spec.budget = m->options.budget;
    return spec;
}

static unsigned steps_of(const market *m, unsigned first, unsigned count, uint64_t interval, etp_demand_step *steps)
{
    etp_forecast forecast;
    etp_brief briefs[PORTFOLIOS];
    etp_forecast_init(&forecast);
    for (uint64_t k = 0; k < interval; k++)
        etp_forecast_learn(&forecast, m->trace.prices[m->options.first + k]);
    for (unsigned i = 0; i < count; i++) {
        etp_buyer_spec spec = spec_of(m, first + i);
        etp_buyer_brief(&spec, interval, etp_forecast_next(&forecast), &briefs[i]);
    }
    return etp_owner_steps(briefs, count, steps);
}

/* ---- few hands and many ---- */

typedef struct witness {
    etp_energy need[INTERVALS];
    etp_money budget[INTERVALS];
    etp_price best[INTERVALS];
    unsigned present[INTERVALS];
} witness;

static int note_interval(void *user, const etp_context *context, const etp_market *view)
{
    (void)context;
    witness *seen = user;
    seen->need[view->index] += view->need;
    seen->budget[view->index] += view->budget;
    if (seen->present[view->index]++ == 0 || view->value > seen->best[view->index])
        seen->best[view->index] = view->value;
    return 0;
}

static void owners_want_the_same_together(void **state)
{
    (void)state;
    static const etp_aggregator_hooks hooks = {.size = sizeof hooks, .on_interval = note_interval};
    static witness seen[4];
    memset(seen, 0, sizeof seen);
    for (unsigned i = 0; i < 4; i++) {
        market m;
        market_init(&m, 20, 1, INTERVALS);
        share_out(&m, owner_counts[i]);
        for (unsigned j = 0; j < owner_counts[i]; j++) {
            m.firms[j].hooks = &hooks;
            m.firms[j].user = &seen[i];
        }
        market_run(&m);
        for (unsigned j = 0; j < owner_counts[i]; j++) {
            etp_firm_result firm = market_firm(&m, j);
            assert_int_equal(firm.portfolio_count, PORTFOLIOS / owner_counts[i]);
            assert_int_equal(firm.portfolio, j * firm.portfolio_count);
        }
        market_fini(&m);
        assert_memory_equal(seen[i].need, seen[0].need, sizeof seen[0].need);
        assert_memory_equal(seen[i].budget, seen[0].budget, sizeof seen[0].budget);
        assert_memory_equal(seen[i].best, seen[0].best, sizeof seen[0].best);
    }
    unsigned alone = 0, all = 0;
    for (unsigned k = 0; k < INTERVALS; k++) {
        alone += seen[0].present[k];
        all += seen[3].present[k];
    }
    /* It takes part if any of its portfolios does. */
    assert_true(alone >= INTERVALS - 1 && all > 2 * alone && all < PORTFOLIOS * INTERVALS);
}

/* Every battery sells for nothing, and there is more of it than anybody wants. Prices stand still, so that what firms see
 * is what it is worth: truthful owners buy all that they need, and it is worth the same in any hands. */
static void the_same_needs_are_filled_at_the_same_worth(void **state)
{
    (void)state;
    static etp_price prices[INTERVALS];
    etp_run_totals totals[4];
    etp_energy need = 0;
    etp_money worth = 0;
    for (unsigned i = 0; i < 4; i++) {
        market m;
        market_init(&m, 60, 1, INTERVALS);
        etp_trace_fini(&m.trace);
        for (unsigned k = 0; k < INTERVALS; k++)
            prices[k] = 8 * ETP_PRICE_PER_CENT;
        m.trace = (etp_trace){.starts = 1735671600 * ETP_NS_PER_SECOND,
                              .interval = 300 * ETP_NS_PER_SECOND,
                              .count = INTERVALS,
                              .prices = prices};
        m.options.first = 0;
        m.options.buyer.noise = 0;
        m.options.need_ppm = 30000;
        m.options.policy = &free_policy;
        m.options.failures_ppm = 0;
        m.options.fleet.start_ppm = 1000000;
        share_out(&m, owner_counts[i]);
        totals[i] = market_run(&m);
        need = 0;
        worth = 0;
        /* Nothing is for sale in a run's first interval. */
        for (uint64_t k = 1; k < INTERVALS; k++) {
            etp_demand_step steps[PORTFOLIOS];
            unsigned count = steps_of(&m, 0, PORTFOLIOS, k, steps);
            for (unsigned j = 0; j < count; j++) {
                etp_buyer_spec spec = spec_of(&m, steps[j].number);
                need += steps[j].need;
                worth += etp_amount(etp_buyer_realised(&spec, k, prices[k]), steps[j].need);
            }
        }
        m.trace.prices = NULL;
        market_fini(&m);
        assert_int_equal(totals[i].sold, need);
        assert_int_equal(totals[i].worth, worth);
    }
    assert_true(need > 0 && worth > 0);
}

static void one_portfolio_is_what_it_was(void **state)
{
    (void)state;
    etp_run_totals totals[2];
    for (unsigned i = 0; i < 2; i++) {
        market m;
        market_init(&m, 12, 4, INTERVALS);
        for (unsigned j = 0; j < 4; j++)
            m.firms[j].portfolio_count = i;
        totals[i] = market_run(&m);
        market_fini(&m);
    }
    assert_true(totals[0].trades > 100);
    assert_true(same_digest(&totals[0], &totals[1]));
    assert_int_equal(totals[0].worth, totals[1].worth);
}

/* ---- settling ---- */

static etp_money worth_of_owner(const market *m, unsigned owner)
{
    const etp_firm *firm = &m->firms[owner];
    etp_money worth = 0;
    for (uint64_t k = 0; k < INTERVALS; k++) {
        etp_demand_step steps[PORTFOLIOS];
        etp_energy bought = 0;
        unsigned count = steps_of(m, firm->portfolio, firm->portfolio_count, k, steps);
        for (size_t i = 0; i < m->chronicle.count; i++) {
            const etp_event *event = &m->chronicle.events[i];
            if (event->kind == ETP_EVENT_CONFIRM && event->interval == k &&
                event->peer == etp_run_firm_device(firm->portfolio))
                bought += event->energy;
        }
        for (unsigned i = 0; i < count; i++) {
            etp_buyer_spec spec = spec_of(m, firm->portfolio + steps[i].number);
            etp_energy share = bought < steps[i].need ? bought : steps[i].need;
            worth += etp_amount(etp_buyer_realised(&spec, k, m->trace.prices[m->options.first + k]), share);
            bought -= share;
        }
        assert_int_equal(bought, 0);
    }
    return worth;
}

static void worth_is_settled_best_value_first(void **state)
{
    (void)state;
    for (size_t weather = 0; weather < sizeof weathers / sizeof *weathers; weather++) {
        for (unsigned i = 0; i < 4; i++) {
            market m;
            market_init(&m, 16, 1, INTERVALS);
            set_weather(&m, weather);
            share_out(&m, owner_counts[i]);
            m.options.need_ppm = 700000;
            etp_run_totals totals = market_run(&m);
            etp_money worth = 0;
            for (unsigned j = 0; j < owner_counts[i]; j++) {
                assert_int_equal(market_firm(&m, j).worth, worth_of_owner(&m, j));
                worth += market_firm(&m, j).worth;
            }
            assert_int_equal(worth, totals.worth);
            assert_true(totals.trades > 50);
            market_fini(&m);
        }
    }
}

/* What an owner bids for stays within each portfolio's budget, and so within all of them. */
static void budgets_bind_in_any_hands(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        market m;
        market_init(&m, 40, 1, INTERVALS);
        share_out(&m, owner_counts[i]);
        m.options.buyer.participation_ppm = 1000000;
        m.options.need_ppm = 10000000;
        m.options.budget = 8000;
        market_run(&m);
        etp_money paid[INTERVALS] = {0};
        unsigned bound = 0;
        for (size_t e = 0; e < m.chronicle.count; e++)
            if (m.chronicle.events[e].kind == ETP_EVENT_CONFIRM)
                paid[m.chronicle.events[e].interval] += m.chronicle.events[e].amount;
        for (unsigned k = 0; k < INTERVALS; k++) {
            assert_true(paid[k] <= PORTFOLIOS * m.options.budget);
            bound += paid[k] > PORTFOLIOS * m.options.budget * 9 / 10;
        }
        assert_true(bound > INTERVALS / 4);
        market_fini(&m);
    }
}

/* ---- conducts ---- */

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
    return 0;
}

/* What each owner gains in half an hour of the evening; batteries stay far from empty. */
static etp_money evening_gain(etp_conduct conduct, etp_money *largest)
{
    enum { HOMES = 30, EVENING = 6 };
    static const etp_bess_hooks policy = {.size = sizeof policy, .reserve = true_reserve};
    etp_money without[HOMES], all = 0;
    etp_error error = {0};
    market m;
    market_init(&m, HOMES, 1, EVENING);
    merge(&m, conduct);
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
        cmocka_unit_test(owners_want_the_same_together),
        cmocka_unit_test(the_same_needs_are_filled_at_the_same_worth),
        cmocka_unit_test(one_portfolio_is_what_it_was),
        cmocka_unit_test(worth_is_settled_best_value_first),
        cmocka_unit_test(budgets_bind_in_any_hands),
        cmocka_unit_test(posted_price_is_the_best_of_all_prices),
        cmocka_unit_test(nobody_does_more_good_than_a_price_taker),
        cmocka_unit_test(who_knows_reserves_pays_them),
        cmocka_unit_test(at_true_reserves_who_knows_them_leaves_owners_nothing),
        cmocka_unit_test(a_price_taker_pays_where_supply_meets_demand),
        cmocka_unit_test(books_close_in_every_conduct),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
