/* SPDX-License-Identifier: MIT */
/* Nothing is lost: energy and money of a run add up, whoever sums them and whatever the network does. */
#include "unit/test_run_tools.h"

typedef struct weather {
    const char *name;
    etp_time delay, jitter, hold;
    uint32_t loss, duplicate, reorder, flip;
} weather;

static const weather weathers[] = {
    {"calm", 20 * ETP_NS_PER_MS, 5 * ETP_NS_PER_MS, ETP_NS_PER_SECOND, 0, 0, 0, 0},
    {"no delay", 0, 0, ETP_NS_PER_SECOND, 0, 0, 0, 0},
    {"loss", 20 * ETP_NS_PER_MS, 5 * ETP_NS_PER_MS, ETP_NS_PER_SECOND, 200000, 0, 0, 0},
    {"loss and copies", 20 * ETP_NS_PER_MS, 5 * ETP_NS_PER_MS, ETP_NS_PER_SECOND, 200000, 200000, 0, 0},
    {"mixed up", 50 * ETP_NS_PER_MS, 100 * ETP_NS_PER_MS, ETP_NS_PER_SECOND, 0, 100000, 300000, 0},
    {"flips", 20 * ETP_NS_PER_MS, 5 * ETP_NS_PER_MS, ETP_NS_PER_SECOND, 0, 0, 0, 100000},
    {"far", 600 * ETP_NS_PER_MS, 0, 3 * ETP_NS_PER_SECOND, 0, 0, 0, 0},
    {"far and rough", 600 * ETP_NS_PER_MS, 50 * ETP_NS_PER_MS, 3 * ETP_NS_PER_SECOND, 200000, 200000, 100000, 50000},
};

static void set_weather(market *m, const weather *w)
{
    m->options.network.delay = w->delay;
    m->options.network.jitter = w->jitter;
    m->options.network.loss_ppm = w->loss;
    m->options.network.duplicate_ppm = w->duplicate;
    m->options.network.reorder_ppm = w->reorder;
    m->options.network.flip_ppm = w->flip;
    m->options.timing.hold = w->hold;
    /* A Query is asked three times before it is given up: for longer than a round trip. */
    m->options.timing.query_repeat = 400 * one_ms + w->delay / 2;
}

/* ---- an observer's sums ---- */

static void check_home(const market *m, unsigned index)
{
    const etp_home *home = etp_run_home(m->run, index);
    etp_energy energy = 0;
    etp_money amount = 0;
    for (size_t i = 0; i < m->chronicle.count; i++) {
        const etp_event *event = &m->chronicle.events[i];
        if (event->kind != ETP_EVENT_CONFIRM || event->device != etp_run_home_device(index))
            continue;
        energy += event->energy;
        amount += event->amount;
    }
    assert_int_equal(energy, home->sold);
    assert_int_equal(energy, home->battery.sold);
    assert_int_equal(amount, home->sales_income);
}

/* What its batteries confirmed, and what it has receipts for. */
static void check_firm(const market *m, unsigned index)
{
    etp_firm_result firm = market_firm(m, index);
    etp_id device = etp_run_firm_device(m->options.merged ? 0 : m->options.firms[index].portfolio);
    etp_energy confirmed = 0, received = 0;
    etp_money amount = 0, received_amount = 0;
    uint64_t receipts = 0, confirms = 0;
    for (size_t i = 0; i < m->chronicle.count; i++) {
        const etp_event *event = &m->chronicle.events[i];
        if (event->kind == ETP_EVENT_CONFIRM && event->peer == device) {
            confirmed += event->energy;
            amount += event->amount;
            confirms++;
        } else if (event->kind == ETP_EVENT_RECEIPT && event->device == device) {
            received += event->energy;
            received_amount += event->amount;
            receipts++;
        }
    }
    assert_int_equal(confirmed, firm.energy);
    assert_int_equal(amount, firm.paid);
    assert_int_equal(received, firm.totals.energy);
    assert_int_equal(received_amount, firm.totals.paid);
    assert_int_equal(receipts, firm.totals.wins);
    assert_true(confirms - receipts <= firm.totals.in_doubt + firm.totals.unresolved);
}

static void check_sums(const market *m)
{
    etp_run_totals totals = market_totals(m);
    etp_energy energy = 0;
    etp_money amount = 0;
    uint64_t trades = 0;
    for (size_t i = 0; i < m->chronicle.count; i++) {
        const etp_event *event = &m->chronicle.events[i];
        if (event->kind != ETP_EVENT_CONFIRM)
            continue;
        assert_int_equal(event->amount, etp_amount(event->price, event->energy));
        assert_true(event->price >= event->reserve);
        energy += event->energy;
        amount += event->amount;
        trades++;
    }
    assert_int_equal(energy, totals.sold);
    assert_int_equal(amount, totals.paid);
    assert_int_equal(trades, totals.trades);
    assert_int_equal(market_stats(m).trades, trades);
    assert_true(totals.sold <= totals.offered);
    for (unsigned i = 0; i < m->options.homes; i++)
        check_home(m, i);
    for (unsigned i = 0; i < etp_run_firm_count(m->run); i++)
        check_firm(m, i);
}

/* A trade is confirmed once: no battery sells the same award twice however often the Confirm arrives. */
static void check_confirmed_once(const market *m)
{
    const chronicle *all = &m->chronicle;
    for (size_t i = 0; i < all->count; i++) {
        if (all->events[i].kind != ETP_EVENT_CONFIRM)
            continue;
        for (size_t j = i + 1; j < all->count && all->events[j].interval == all->events[i].interval; j++)
            assert_false(all->events[j].kind == ETP_EVENT_CONFIRM && all->events[j].device == all->events[i].device &&
                         all->events[j].peer == all->events[i].peer);
    }
}

/* Whoever replays the events one by one never sees more of a lot held and sold than there is of it. */
static void check_promises(const market *m, unsigned index)
{
    etp_energy lot = 0, held = 0, sold = 0;
    uint64_t interval = UINT64_MAX;
    for (size_t i = 0; i < m->chronicle.count; i++) {
        const etp_event *event = &m->chronicle.events[i];
        if (event->device != etp_run_home_device(index))
            continue;
        if (event->interval != interval) {
            lot = held = sold = 0;
            interval = event->interval;
        }
        if (event->kind == ETP_EVENT_QUERY && lot == 0)
            lot = event->energy;
        held += event->kind == ETP_EVENT_ACCEPT ? event->energy : 0;
        held -= event->kind == ETP_EVENT_LAPSE || event->kind == ETP_EVENT_CONFIRM ? event->energy : 0;
        sold += event->kind == ETP_EVENT_CONFIRM ? event->energy : 0;
        assert_true(held >= 0 && held + sold <= lot);
    }
}

static void the_same_energy_is_never_promised_twice(void **state)
{
    (void)state;
    market m;
    market_init(&m, 6, 4, 80);
    const weather rough = {"rough", 20 * ETP_NS_PER_MS, 5 * ETP_NS_PER_MS, ETP_NS_PER_SECOND, 400000, 200000, 100000,
                           0};
    set_weather(&m, &rough);
    m.options.failures_ppm = 500000;
    size_t lapses = 0;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        m.options.seed = seed;
        market_run(&m);
        lapses += count_events(&m.chronicle, ETP_EVENT_LAPSE);
        for (unsigned i = 0; i < m.options.homes; i++)
            check_promises(&m, i);
    }
    assert_true(lapses > 10);
    market_fini(&m);
}

static void everything_adds_up(void **state)
{
    (void)state;
    for (size_t w = 0; w < sizeof weathers / sizeof *weathers; w++) {
        uint64_t trades = 0, lapses = 0;
        for (int mechanism = ETP_FIRST_PRICE; mechanism <= ETP_UNIFORM_PRICE; mechanism++) {
            for (uint64_t seed = 1; seed <= 4; seed++) {
                market m;
                market_init(&m, 8, 4, 40);
                set_weather(&m, &weathers[w]);
                m.options.seed = seed;
                m.options.mechanism = (etp_mechanism)mechanism;
                m.options.failures_ppm = 1000000;
                m.options.disclose = ETP_DISCLOSE_WINNER;
                m.options.need_ppm = 300000;
                etp_run_totals totals = market_run(&m);
                trades += totals.trades;
                lapses += totals.lapses;
                check_sums(&m);
                check_confirmed_once(&m);
                market_fini(&m);
            }
        }
        printf("%s: %llu trades, %llu lapses\n", weathers[w].name, (unsigned long long)trades,
               (unsigned long long)lapses);
        assert_true(trades > 200);
        /* Where nothing is lost or late, every winner confirms in time. */
        if (w < 2)
            assert_int_equal(lapses, 0);
    }
}

static void merged_and_alone(void **state)
{
    (void)state;
    for (size_t w = 0; w < sizeof weathers / sizeof *weathers; w++) {
        for (int merged = 0; merged < 2; merged++) {
            market m;
            market_init(&m, 8, 1, 40);
            set_weather(&m, &weathers[w]);
            m.options.portfolios = 5;
            m.options.merged = merged;
            m.options.failures_ppm = 1000000;
            etp_run_totals totals = market_run(&m);
            assert_true(totals.trades > 20);
            check_sums(&m);
            market_fini(&m);
        }
    }
}

/* ---- worth ---- */

/* What each firm's energy was worth, from the confirmations and the buyer's public formula. */
static void worth_is_at_realised_values(void **state)
{
    (void)state;
    market m;
    market_init(&m, 8, 4, 40);
    etp_run_totals totals = market_run(&m);
    etp_money all = 0;
    for (unsigned i = 0; i < 4; i++) {
        etp_buyer_spec spec = m.options.buyer;
        spec.seed = m.options.seed;
        spec.key = i;
        etp_money worth = 0;
        for (uint64_t k = 0; k < m.options.intervals; k++) {
            etp_energy energy = 0;
            for (size_t e = 0; e < m.chronicle.count; e++) {
                const etp_event *event = &m.chronicle.events[e];
                if (event->kind == ETP_EVENT_CONFIRM && event->interval == k && event->peer == etp_run_firm_device(i))
                    energy += event->energy;
            }
            worth += etp_amount(etp_buyer_realised(&spec, k, m.trace.prices[m.options.first + k]), energy);
        }
        assert_int_equal(market_firm(&m, i).worth, worth);
        all += worth;
    }
    assert_int_equal(totals.worth, all);
    market_fini(&m);
}

/* ---- without a market ---- */

/* A run in which nobody ever buys costs each owner what the same home costs alone. */
static void without_trades_a_run_costs_what_no_market_costs(void **state)
{
    (void)state;
    etp_money costs[12];
    market m;
    market_init(&m, 12, 2, 288);
    m.options.first = 0;
    m.options.buyer.participation_ppm = 0;
    etp_run_totals totals = market_run(&m);
    assert_int_equal(totals.trades, 0);
    assert_int_equal(etp_run_without_market(&m.options, costs, NULL), ETP_OK);
    etp_money sum = 0;
    for (unsigned i = 0; i < 12; i++) {
        assert_int_equal(costs[i], etp_run_home_cost(m.run, i));
        sum += costs[i];
    }
    assert_int_equal(totals.owners_cost, sum);
    assert_null(etp_run_home(m.run, 12));
    assert_int_equal(etp_run_home_cost(m.run, 12), 0);
    market_fini(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_energy_is_never_promised_twice),
        cmocka_unit_test(everything_adds_up),
        cmocka_unit_test(merged_and_alone),
        cmocka_unit_test(worth_is_at_realised_values),
        cmocka_unit_test(without_trades_a_run_costs_what_no_market_costs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
