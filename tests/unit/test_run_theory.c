/* SPDX-License-Identifier: MIT */
/*
 * Revenue against the textbook. N bidders whose values are independent and uniform on [floor, floor + W] pay, in
 * equilibrium, floor + W (N - 1) / (N + 1) on average, in a first-price auction with the bid floor + (v - floor)
 * (N - 1) / N, and in a second-price auction with the bid v (Vickrey 1961; Krishna, "Auction Theory", chapters 2 and 3).
 *
 * Prices are flat and noise, costs and losses are off, so that a value is its firm's own part alone. All batteries of an
 * interval meet the same values: an interval is one draw.
 */
#include "unit/test_run_tools.h"

enum { INTERVALS = 6000 };

static const etp_price spot = 10 * ETP_PRICE_PER_CENT;
static const etp_price width = 3 * ETP_PRICE_PER_CENT;
static const etp_price lowest = 10 * ETP_PRICE_PER_CENT - 3 * ETP_PRICE_PER_CENT / 2;

struct bidder {
    bool shades;
    unsigned rivals;
};

static int on_offer(void *user, const etp_context *context, const etp_offer *offer, etp_intent *intent)
{
    (void)context;
    const struct bidder *self = user;
    etp_price margin = self->shades ? (offer->value - lowest) / self->rivals : 0;
    intent->price = offer->value - margin;
    return ETP_DECIDE_BID;
}

static int reserve(void *user, const etp_context *context, const etp_battery_view *battery, etp_reserve *answer)
{
    (void)user;
    (void)context;
    (void)battery;
    answer->price = lowest;
    answer->energy = 1000;
    return 0;
}

static void build(market *m, etp_price *prices, struct bidder *bidder, unsigned firms)
{
    static const etp_aggregator_hooks hooks = {.size = sizeof hooks, .on_offer = on_offer};
    static const etp_bess_hooks policy = {.size = sizeof policy, .reserve = reserve};
    market_init(m, 2, firms, INTERVALS);
    for (size_t i = 0; i < INTERVALS; i++)
        prices[i] = spot;
    etp_trace_fini(&m->trace);
    m->trace = (etp_trace){.starts = 1735671600 * ETP_NS_PER_SECOND,
                           .interval = 10 * ETP_NS_PER_SECOND,
                           .count = INTERVALS,
                           .prices = prices};
    m->options.first = 0;
    m->options.timing.query_spread = ETP_NS_PER_SECOND;
    m->options.policy = &policy;
    m->options.buyer.loss_factor_ppm = 1000000;
    m->options.buyer.participation_ppm = 1000000;
    m->options.buyer.cost_to_serve = m->options.buyer.noise = 0;
    m->options.buyer.spread = width;
    m->options.need_ppm = 100000000;
    m->options.failures_ppm = 0;
    for (unsigned i = 0; i < firms; i++) {
        m->firms[i].hooks = &hooks;
        m->firms[i].user = bidder;
    }
}

/* The price of each interval in which something was sold: one draw each. */
static unsigned draw_prices(const market *m, double *draws)
{
    unsigned count = 0;
    uint64_t last = UINT64_MAX;
    for (size_t i = 0; i < m->chronicle.count; i++) {
        const etp_event *event = &m->chronicle.events[i];
        /* Before anything is known, the forecast is not the flat price. */
        if (event->kind != ETP_EVENT_CONFIRM || event->interval == 0)
            continue;
        if (event->interval != last)
            draws[count++] = (double)event->price;
        else
            assert_int_equal(event->price, (etp_price)draws[count - 1]);
        last = event->interval;
    }
    return count;
}

/* 2.576 standard errors hold 99 % of the means of a normal distribution. */
static void check_mean(const double *draws, unsigned count, double expected, const char *name)
{
    double sum = 0, squares = 0;
    for (unsigned i = 0; i < count; i++)
        sum += draws[i];
    double mean = sum / count;
    for (unsigned i = 0; i < count; i++)
        squares += (draws[i] - mean) * (draws[i] - mean);
    double error_squared = 2.576 * 2.576 * squares / (count - 1) / count;
    double distance = mean - expected;
    printf("%s: %.4f c/kWh in %u intervals, theory %.4f\n", name, mean / 1e4, count, expected / 1e4);
    /* The interval is narrow enough to tell one N from the next. */
    assert_true(error_squared < 300.0 * 300.0);
    assert_true(distance * distance <= error_squared);
}

static void revenue(etp_mechanism mechanism)
{
    static etp_price prices[INTERVALS];
    static double draws[INTERVALS];
    static const unsigned sizes[] = {2, 3, 5};
    for (int i = 0; i < 3; i++) {
        unsigned n = sizes[i];
        struct bidder bidder = {.shades = mechanism == ETP_FIRST_PRICE, .rivals = n};
        market m;
        build(&m, prices, &bidder, n);
        m.options.mechanism = mechanism;
        market_run(&m);
        unsigned count = draw_prices(&m, draws);
        assert_true(count > INTERVALS / 2);
        char name[64];
        snprintf(name, sizeof name, "%s, N = %u", etp_mechanism_name(mechanism), n);
        check_mean(draws, count, (double)lowest + (double)width * (n - 1) / (n + 1), name);
        m.trace.prices = NULL;
        market_fini(&m);
    }
}

static void first_price(void **state)
{
    (void)state;
    revenue(ETP_FIRST_PRICE);
}

static void second_price(void **state)
{
    (void)state;
    revenue(ETP_SECOND_PRICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_price),
        cmocka_unit_test(second_price),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
