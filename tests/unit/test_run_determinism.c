/* SPDX-License-Identifier: MIT */
/* The same seed gives the same run; what should not matter does not; nobody sees the future. */
#include "unit/test_run_tools.h"

static market *open_market(unsigned homes, unsigned firms, size_t intervals)
{
    market *m = malloc(sizeof *m);
    assert_non_null(m);
    market_init(m, homes, firms, intervals);
    m->options.network.loss_ppm = 100000;
    m->options.network.duplicate_ppm = 100000;
    m->options.failures_ppm = 500000;
    return m;
}

static void close_market(market *m)
{
    market_fini(m);
    free(m);
}

static void the_same_again_and_another_seed(void **state)
{
    (void)state;
    for (int mechanism = ETP_FIRST_PRICE; mechanism <= ETP_UNIFORM_PRICE; mechanism++) {
        market *m = open_market(6, 3, 40);
        m->options.mechanism = (etp_mechanism)mechanism;
        etp_run_totals once = market_run(m);
        etp_run_totals again = market_run(m);
        m->options.seed = 2;
        etp_run_totals other = market_run(m);
        assert_true(once.digest[0] != 0 && once.digest[1] != 0);
        assert_true(same_digest(&once, &again));
        assert_int_equal(once.paid, again.paid);
        assert_false(same_digest(&once, &other));
        close_market(m);
    }
}

/* The digest covers what it is meant to: each of these changes what happens. */
static void what_matters_changes_the_digest(void **state)
{
    (void)state;
    market *m = open_market(6, 3, 40);
    etp_run_totals usual = market_run(m);
    etp_run_totals other;
    m->options.mechanism = ETP_SECOND_PRICE;
    other = market_run(m);
    assert_false(same_digest(&usual, &other));
    m->options.mechanism = ETP_FIRST_PRICE;
    m->shaders[1].margin += 1;
    other = market_run(m);
    assert_false(same_digest(&usual, &other));
    m->shaders[1].margin -= 1;
    m->options.retail.price[0] += 10000;
    other = market_run(m);
    assert_false(same_digest(&usual, &other));
    m->options.retail.price[0] -= 10000;
    other = market_run(m);
    assert_true(same_digest(&usual, &other));
    close_market(m);
}

/* ---- the order of firms ---- */

static void swap_firms(market *m, unsigned a, unsigned b)
{
    etp_firm firm = m->firms[a];
    m->firms[a] = m->firms[b];
    m->firms[b] = firm;
}

static etp_firm_result by_name(const market *m, const char *name)
{
    for (unsigned i = 0; i < etp_run_firm_count(m->run); i++) {
        etp_firm_result firm = market_firm(m, i);
        if (strcmp(firm.name, name) == 0)
            return firm;
    }
    fail_msg("there is no firm %s", name);
    return (etp_firm_result){0};
}

/* Messages of several firms arrive at the same moment when there is no jitter, so this is where order could tell. */
static void the_order_of_firms_does_not_matter(void **state)
{
    (void)state;
    for (int mechanism = ETP_FIRST_PRICE; mechanism <= ETP_UNIFORM_PRICE; mechanism++) {
        for (int jitter = 0; jitter < 2; jitter++) {
            market *m = open_market(6, 4, 40);
            m->options.mechanism = (etp_mechanism)mechanism;
            m->options.network.jitter = jitter * 5 * one_ms;
            m->options.buyer.participation_ppm = 900000;
            etp_run_totals usual = market_run(m);
            etp_firm_result two = by_name(m, "two");
            swap_firms(m, 0, 3);
            swap_firms(m, 1, 2);
            swap_firms(m, 0, 1);
            etp_run_totals shuffled = market_run(m);
            etp_firm_result again = by_name(m, "two");
            assert_true(usual.trades > 20);
            assert_true(same_digest(&usual, &shuffled));
            assert_int_equal(two.paid, again.paid);
            assert_int_equal(two.totals.energy, again.totals.energy);
            /* Results come in the order in which the firms were handed over. */
            for (unsigned i = 0; i < 4; i++)
                assert_string_equal(market_firm(m, i).name, m->firms[i].name);
            close_market(m);
        }
    }
}

/* ---- the future ---- */

static bool same_event(const etp_event *a, const etp_event *b)
{
    return a->kind == b->kind && a->when == b->when && a->interval == b->interval && a->node == b->node &&
           a->device == b->device && a->peer == b->peer && a->message == b->message && a->price == b->price &&
           a->energy == b->energy && a->amount == b->amount && a->reserve == b->reserve && a->value == b->value &&
           a->delay == b->delay && a->type == b->type && a->code == b->code && a->refusal == b->refusal;
}

/* How many events both have in common from the start. */
static size_t common(const chronicle *a, const chronicle *b)
{
    size_t i = 0;
    while (i < a->count && i < b->count && same_event(&a->events[i], &b->events[i]))
        i++;
    return i;
}

static void check_no_future(bool merged)
{
    enum { INTERVALS = 40 };
    unsigned changed = 0;
    for (size_t k = 0; k < INTERVALS; k += 4) {
        market *usual = open_market(6, 3, INTERVALS), *altered = open_market(6, 3, INTERVALS);
        usual->options.merged = altered->options.merged = merged;
        for (size_t i = usual->options.first + k; i < altered->trace.count; i++)
            altered->trace.prices[i] = 60 * ETP_PRICE_PER_CENT - altered->trace.prices[i];
        market_run(usual);
        market_run(altered);
        size_t same = common(&usual->chronicle, &altered->chronicle);
        /* The price of interval k is known to nobody before it has ended. */
        if (same < usual->chronicle.count) {
            assert_true(usual->chronicle.events[same].interval > k);
            changed++;
        }
        close_market(usual);
        close_market(altered);
    }
    /* Once the batteries are empty, a price changes nothing any more. */
    printf("%u of 10 altered prices changed something\n", changed);
    assert_in_range(changed, 3, 10);
}

static void nobody_sees_the_future(void **state)
{
    (void)state;
    check_no_future(false);
    check_no_future(true);
}

/* A shorter run is the beginning of a longer one. */
static void a_run_does_not_know_how_long_it_is(void **state)
{
    (void)state;
    market *shorter = open_market(6, 3, 100), *longer = open_market(6, 3, 140);
    /* Outages fall anywhere into a day: all of them must be the same in both. */
    shorter->options.failures_ppm = longer->options.failures_ppm = 1000000;
    market_run(shorter);
    market_run(longer);
    assert_int_equal(common(&shorter->chronicle, &longer->chronicle), shorter->chronicle.count);
    assert_true(longer->chronicle.count > shorter->chronicle.count);
    assert_true(count_events(&shorter->chronicle, ETP_EVENT_FAILURE) > 0);
    close_market(shorter);
    close_market(longer);
}

/* ---- common random numbers ---- */

/* A firm alone has the values, needs and chances that it has among rivals. */
static void a_firm_alone_draws_the_same(void **state)
{
    (void)state;
    market *together = open_market(6, 4, 40), *alone = open_market(6, 4, 40);
    together->options.network.loss_ppm = alone->options.network.loss_ppm = 0;
    together->options.need_ppm = alone->options.need_ppm = 100000000;
    alone->options.firms = &alone->firms[2];
    alone->options.firm_count = 1;
    market_run(together);
    market_run(alone);
    etp_firm_result among = market_firm(together, 2), single = market_firm(alone, 0);
    assert_int_equal(among.intervals, single.intervals);
    assert_int_equal(among.totals.queries, single.totals.queries);
    assert_true(single.energy > among.energy);
    close_market(together);
    close_market(alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_again_and_another_seed),    cmocka_unit_test(what_matters_changes_the_digest),
        cmocka_unit_test(the_order_of_firms_does_not_matter), cmocka_unit_test(nobody_sees_the_future),
        cmocka_unit_test(a_run_does_not_know_how_long_it_is), cmocka_unit_test(a_firm_alone_draws_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
