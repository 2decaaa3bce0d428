/* SPDX-License-Identifier: MIT */
/* The same portfolios in few hands and in many: what they want together, and what is settled among them. */
#include "unit/test_owner_tools.h"

/* ---- few hands and many ---- */

static int give_away(void *user, const etp_context *context, const etp_battery_view *battery, etp_reserve *reserve)
{
    (void)user;
    (void)context;
    (void)battery;
    reserve->price = 0;
    return 0;
}

static const etp_bess_hooks free_policy = {.size = sizeof(etp_bess_hooks), .reserve = give_away};

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(owners_want_the_same_together), cmocka_unit_test(the_same_needs_are_filled_at_the_same_worth),
        cmocka_unit_test(one_portfolio_is_what_it_was),  cmocka_unit_test(worth_is_settled_best_value_first),
        cmocka_unit_test(budgets_bind_in_any_hands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
