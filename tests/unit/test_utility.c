/* SPDX-License-Identifier: MIT */
/* The single utility in a market: that it does there what its rules say (test_utility_rule.c). */
#include "unit/test_run_tools.h"

#include "etp/utility.h"
#include "unit/test_memory_tools.h"

static void there_is_room_for_so_many(void **state)
{
    (void)state;
    etp_utility *utility;
    assert_int_equal(etp_utility_new(&utility, ETP_CONDUCT_POSTED, 10, 3, NULL), ETP_OK);
    assert_int_equal(etp_utility_posted(utility), ETP_PRICE_NONE);
    const etp_demand_step four[4] = {{0}};
    assert_int_equal(etp_utility_brief(utility, four, 4), ETP_EFULL);
    assert_int_equal(etp_utility_brief(utility, four, 3), ETP_OK);
    assert_int_equal(etp_utility_brief(utility, NULL, 0), ETP_OK);
    etp_utility_free(utility);
    etp_utility_free(NULL);
}

static void every_failed_allocation_is_told(void **state)
{
    (void)state;
    ledger books;
    const etp_allocator *allocator = ledger_open(&books);
    etp_utility *utility;
    for (uint64_t fail_at = 1; fail_at <= 3; fail_at++) {
        ledger_open(&books);
        books.fail_at = fail_at;
        assert_int_equal(etp_utility_new(&utility, ETP_CONDUCT_POSTED, 10, 3, allocator), ETP_ENOMEM);
        assert_null(utility);
        ledger_close(&books);
    }
    ledger_open(&books);
    assert_int_equal(etp_utility_new(&utility, ETP_CONDUCT_POSTED, 10, 3, allocator), ETP_OK);
    assert_int_equal(books.calls, 3);
    etp_utility_free(utility);
    ledger_close(&books);
}

/* ---- in a market ---- */

typedef struct posting {
    etp_price price;
    etp_energy energy;
    etp_money paid;
} posting;

/* Sums the trades of each interval; all of one must be at one price and at or above the battery's reserve. */
static void read_postings(const chronicle *all, posting *postings, size_t count)
{
    memset(postings, 0, count * sizeof *postings);
    for (size_t i = 0; i < all->count; i++) {
        const etp_event *event = &all->events[i];
        if (event->kind != ETP_EVENT_CONFIRM)
            continue;
        posting *p = &postings[event->interval];
        assert_true(event->price >= event->reserve);
        if (p->energy > 0)
            assert_int_equal(event->price, p->price);
        p->price = event->price;
        p->energy += event->energy;
        p->paid += event->amount;
    }
}

static void merge(market *m, unsigned portfolios)
{
    m->options.merged = true;
    m->options.portfolios = portfolios;
    m->options.firm_count = 0;
    m->options.firms = NULL;
}

/* The same rule, fed with what the batteries answered in the interval. */
static void check_rule(const market *m, const posting *postings, size_t intervals)
{
    static etp_utility_offer offers[64];
    for (uint64_t k = 0; k < intervals; k++) {
        size_t count = 0;
        for (size_t i = 0; i < m->chronicle.count; i++) {
            const etp_event *event = &m->chronicle.events[i];
            if (event->kind == ETP_EVENT_RESPONSE && event->interval == k && event->energy > 0)
                offers[count++] = (etp_utility_offer){event->reserve, event->energy};
        }
        if (postings[k].energy == 0)
            continue;
        assert_in_range(count, 1, 64);
        bool is_a_reserve = false;
        for (size_t i = 0; i < count; i++)
            is_a_reserve = is_a_reserve || offers[i].reserve == postings[k].price;
        assert_true(is_a_reserve);
    }
}

static void one_price_for_all(void **state)
{
    (void)state;
    enum { INTERVALS = 60 };
    static posting postings[INTERVALS];
    for (uint64_t seed = 1; seed <= 5; seed++) {
        for (int mechanism = ETP_FIRST_PRICE; mechanism <= ETP_UNIFORM_PRICE; mechanism++) {
            market m;
            market_init(&m, 30, 1, INTERVALS);
            merge(&m, 4);
            m.options.seed = seed;
            m.options.mechanism = (etp_mechanism)mechanism;
            m.options.need_ppm = 300000;
            etp_run_totals totals = market_run(&m);
            read_postings(&m.chronicle, postings, INTERVALS);
            check_rule(&m, postings, INTERVALS);
            assert_true(totals.trades > 100);
            assert_int_equal(etp_run_firm_count(m.run), 1);
            assert_int_equal(market_firm(&m, 0).energy, totals.sold);
            market_fini(&m);
        }
    }
}

/* Supply without limit: what is bought is what the portfolios need, or can pay, to the last unit or nearly. */
static void needs_and_budgets_bind(void **state)
{
    (void)state;
    enum { INTERVALS = 40 };
    static posting postings[INTERVALS];
    for (int by_budget = 0; by_budget < 2; by_budget++) {
        market m;
        market_init(&m, 60, 1, INTERVALS);
        merge(&m, 3);
        m.options.buyer.participation_ppm = 1000000;
        m.options.failures_ppm = 0;
        m.options.need_ppm = by_budget ? 10000000 : 60000;
        if (by_budget)
            m.options.budget = 15000;
        etp_energy fleet = etp_energy_of(m.options.fleet.inverter, m.trace.interval) * 60;
        etp_energy need = fleet / 3 * m.options.need_ppm / 1000000 * 3;
        market_run(&m);
        read_postings(&m.chronicle, postings, INTERVALS);
        unsigned full = 0;
        for (size_t i = 0; i < INTERVALS; i++) {
            assert_true(postings[i].energy <= need);
            assert_true(postings[i].paid <= 3 * m.options.budget);
            full += by_budget ? postings[i].paid > 3 * m.options.budget - 100 : postings[i].energy == need;
        }
        assert_in_range(full, INTERVALS / 2, INTERVALS);
        market_fini(&m);
    }
}

/* A lost query or answer is made up for; what comes after the decision is bid for at the posted price or not at all. */
static void one_price_on_rough_links_too(void **state)
{
    (void)state;
    enum { INTERVALS = 60 };
    static posting postings[INTERVALS];
    market m;
    market_init(&m, 30, 1, INTERVALS);
    merge(&m, 4);
    m.options.network.loss_ppm = m.options.network.duplicate_ppm = 200000;
    m.options.network.reorder_ppm = m.options.network.flip_ppm = 50000;
    etp_run_totals totals = market_run(&m);
    read_postings(&m.chronicle, postings, INTERVALS);
    assert_true(totals.trades > 100);
    market_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_is_room_for_so_many),
        cmocka_unit_test(every_failed_allocation_is_told),
        cmocka_unit_test(one_price_for_all),
        cmocka_unit_test(needs_and_budgets_bind),
        cmocka_unit_test(one_price_on_rough_links_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
