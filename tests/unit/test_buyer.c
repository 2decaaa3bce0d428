/* SPDX-License-Identifier: MIT */
/* What firms think a kWh is worth, and what it turns out to be worth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "etp/buyer.h"
#include "etp/rng.h"

static const etp_price cent = ETP_PRICE_PER_CENT;

static etp_buyer_spec usual(uint64_t key)
{
    return (etp_buyer_spec){
        .seed = 1,
        .key = key,
        .loss_factor_ppm = 1050000,
        .cost_to_serve = 20000,
        .spread = 30000,
        .noise = 5000,
        .participation_ppm = 600000,
        .need = 5000000,
        .budget = 2000000,
    };
}

static etp_brief brief_of(const etp_buyer_spec *spec, uint64_t interval, etp_price forecast)
{
    etp_brief brief;
    etp_buyer_brief(spec, interval, forecast, &brief);
    return brief;
}

static void without_draws_the_formula_is_exact(void **state)
{
    (void)state;
    etp_buyer_spec spec = usual(1);
    spec.spread = 0;
    spec.noise = 0;
    assert_int_equal(etp_buyer_realised(&spec, 5, 10 * cent), 105000 - 20000);
    assert_int_equal(etp_buyer_realised(&spec, 5, 0), -20000);
    assert_int_equal(etp_buyer_realised(&spec, 5, -10 * cent), -105000 - 20000);
    assert_int_equal(etp_buyer_realised(&spec, 5, 1), 1 - 20000);
    assert_int_equal(etp_buyer_realised(&spec, 5, -1), -2 - 20000); /* rounded down */
    assert_int_equal(brief_of(&spec, 5, 10 * cent).value, 85000);
}

static void seen_and_realised_share_the_own_part(void **state)
{
    (void)state;
    etp_buyer_spec spec = usual(3);
    for (uint64_t i = 0; i < 2000; i++) {
        etp_price spot = (etp_price)(i % 400) * cent / 10 - 5 * cent;
        etp_price noise = brief_of(&spec, i, spot).value - etp_buyer_realised(&spec, i, spot);
        assert_true(llabs(noise) <= 5250 + 1);
    }
    spec.noise = 0;
    for (uint64_t i = 0; i < 200; i++)
        assert_int_equal(brief_of(&spec, i, 8 * cent).value, etp_buyer_realised(&spec, i, 8 * cent));
}

typedef struct moments {
    etp_price low, high;
    double mean, variance;
} moments;

/* Of 20 000 draws of one firm, around what a firm without draws would think. */
static moments measure(const etp_buyer_spec *spec)
{
    enum { DRAWS = 20000 };
    moments m = {INT64_MAX, INT64_MIN, 0, 0};
    for (uint64_t i = 0; i < DRAWS; i++) {
        etp_price value = brief_of(spec, i, 10 * cent).value - 85000;
        m.low = value < m.low ? value : m.low;
        m.high = value > m.high ? value : m.high;
        m.mean += (double)value / DRAWS;
        m.variance += (double)value * (double)value / DRAWS;
    }
    m.variance -= m.mean * m.mean;
    return m;
}

/* A uniform in +-h has variance h^2 / 3; the mean of 20 000 is within 5 of its standard deviations, h / 245. */
static void check_uniform(moments m, double half_width)
{
    assert_true((double)m.low >= -half_width - 1 && (double)m.high <= half_width + 1);
    assert_true((double)m.low < -0.99 * half_width && (double)m.high > 0.99 * half_width);
    assert_true(m.mean > -half_width / 49 && m.mean < half_width / 49);
    double ratio = m.variance / (half_width * half_width / 3);
    assert_true(ratio > 0.95 && ratio < 1.05);
}

static void the_own_part_is_uniform_in_half_the_spread(void **state)
{
    (void)state;
    etp_buyer_spec spec = usual(4);
    spec.noise = 0;
    check_uniform(measure(&spec), 15000);
}

static void the_noise_is_uniform_and_goes_through_the_loss_factor(void **state)
{
    (void)state;
    etp_buyer_spec spec = usual(4);
    spec.spread = 0;
    check_uniform(measure(&spec), 5250);
}

static double share_taking_part(uint32_t ppm)
{
    etp_buyer_spec spec = usual(9);
    spec.participation_ppm = ppm;
    unsigned taking = 0;
    for (uint64_t i = 0; i < 20000; i++) {
        etp_brief brief = brief_of(&spec, i, 8 * cent);
        assert_int_equal(brief.need, brief.takes_part ? spec.need : 0);
        assert_int_equal(brief.budget, brief.takes_part ? spec.budget : 0);
        taking += brief.takes_part;
    }
    return taking / 20000.0;
}

static void firms_take_part_as_often_as_told(void **state)
{
    (void)state;
    assert_true(share_taking_part(0) == 0.0);
    assert_true(share_taking_part(1000000) == 1.0);
    double share = share_taking_part(600000);
    assert_true(share > 0.58 && share < 0.62);
}

/* The own part has nothing in common with the neighbour's, with the next interval's, or with the firm's other draws. */
static void draws_do_not_go_together(void **state)
{
    (void)state;
    enum { DRAWS = 20000 };
    double firms = 0, intervals = 0, part = 0, noise = 0;
    etp_buyer_spec noisy = usual(1), a = usual(1), b = usual(2);
    a.noise = b.noise = 0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        etp_brief now = brief_of(&a, i, 10 * cent);
        double own = (double)(now.value - 85000) / 15000;
        firms += own * (double)(brief_of(&b, i, 10 * cent).value - 85000) / 15000;
        intervals += own * (double)(brief_of(&a, i + 1, 10 * cent).value - 85000) / 15000;
        part += own * (now.takes_part ? 0.4 : -0.6);
        noise += own * (double)(brief_of(&noisy, i, 10 * cent).value - now.value) / 5250;
    }
    /* Products of two uniforms in +-1 have variance 1/9: five standard deviations of a mean of 20 000 are 0.012. */
    assert_true(firms / DRAWS > -0.012 && firms / DRAWS < 0.012);
    assert_true(intervals / DRAWS > -0.012 && intervals / DRAWS < 0.012);
    assert_true(part / DRAWS > -0.012 && part / DRAWS < 0.012);
    assert_true(noise / DRAWS > -0.012 && noise / DRAWS < 0.012);
}

static void draws_depend_on_their_keys_alone(void **state)
{
    (void)state;
    etp_buyer_spec spec = usual(7), other = usual(7);
    other.loss_factor_ppm = 1000000;
    other.participation_ppm = 1000000;
    other.need = 1;
    other.cost_to_serve = 0;
    for (uint64_t i = 200; i-- > 0;) {
        etp_brief first = brief_of(&spec, i, 8 * cent), again = brief_of(&spec, i, 8 * cent);
        assert_int_equal(first.value, again.value);
        assert_int_equal(first.takes_part, again.takes_part);
        etp_price own = etp_buyer_realised(&spec, i, 0) + 20000;
        assert_int_equal(etp_buyer_realised(&other, i, 0), own);
    }
}

static void extreme_specs_and_prices_stay_in_range(void **state)
{
    (void)state;
    etp_buyer_spec spec = usual(7);
    spec.loss_factor_ppm = UINT32_MAX;
    spec.cost_to_serve = INT64_MIN;
    spec.spread = INT64_MAX;
    spec.noise = INT64_MAX;
    static const etp_price prices[] = {INT64_MIN, INT64_MAX, ETP_PRICE_NONE, ETP_PRICE_MAX, -ETP_PRICE_MAX, 0};
    for (size_t i = 0; i < sizeof prices / sizeof *prices; i++) {
        etp_price seen = brief_of(&spec, i, prices[i]).value, real = etp_buyer_realised(&spec, i, prices[i]);
        assert_true(llabs(seen) < INT64_C(1) << 45 && llabs(real) < INT64_C(1) << 45);
    }
    assert_true(etp_buyer_realised(&spec, 1, INT64_MAX) > etp_buyer_realised(&spec, 1, INT64_MIN));
}

/* ---- the public forecast ---- */

static void the_forecast_starts_at_its_prior(void **state)
{
    (void)state;
    etp_forecast forecast;
    etp_forecast_init(&forecast);
    assert_int_equal(etp_forecast_next(&forecast), 8 * cent);
    etp_forecast_learn(&forecast, 3 * cent);
    assert_int_equal(forecast.mean, 3 * cent);
    assert_int_equal(etp_forecast_next(&forecast), 3 * cent);
}

static void the_forecast_keeps_part_of_the_distance(void **state)
{
    (void)state;
    etp_forecast forecast;
    etp_forecast_init(&forecast);
    etp_forecast_learn(&forecast, 10 * cent);
    etp_forecast_learn(&forecast, 30 * cent);
    assert_int_equal(forecast.mean, 102000); /* 10 + 0.01 x 20 */
    assert_int_equal(etp_forecast_next(&forecast), 102000 + 188100);
    etp_forecast_learn(&forecast, -10 * cent);
    assert_int_equal(forecast.mean, 99980);
    assert_int_equal(etp_forecast_next(&forecast), 99980 - 189981);
}

/* Two series that are alike up to some moment have the same forecasts up to that moment. */
static void the_forecast_knows_nothing_of_the_future(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 11);
    for (unsigned round = 0; round < 200; round++) {
        etp_forecast a, b;
        etp_forecast_init(&a);
        etp_forecast_init(&b);
        unsigned same = (unsigned)etp_rng_below(&rng, 50);
        for (unsigned i = 0; i < same; i++) {
            etp_price price = (etp_price)etp_rng_below(&rng, 400000) - 50000;
            assert_int_equal(etp_forecast_next(&a), etp_forecast_next(&b));
            etp_forecast_learn(&a, price);
            etp_forecast_learn(&b, price);
        }
        assert_int_equal(etp_forecast_next(&a), etp_forecast_next(&b));
        etp_forecast_learn(&a, 0);
        etp_forecast_learn(&b, 17500 * INT64_C(1000));
        assert_true(etp_forecast_next(&a) < etp_forecast_next(&b));
    }
}

static void the_forecast_stays_among_the_prices(void **state)
{
    (void)state;
    etp_forecast forecast;
    etp_forecast_init(&forecast);
    forecast.keep_ppm = UINT32_MAX;
    forecast.learn_ppm = UINT32_MAX;
    for (unsigned i = 0; i < 1000; i++) {
        etp_forecast_learn(&forecast, i % 2 ? INT64_MAX : INT64_MIN);
        assert_true(llabs(etp_forecast_next(&forecast)) <= 10 * ETP_PRICE_MAX);
    }
    etp_forecast_init(&forecast);
    for (unsigned i = 0; i < 2000; i++)
        etp_forecast_learn(&forecast, i == 0 ? 0 : 12 * cent);
    assert_true(llabs(forecast.mean - 12 * cent) <= 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_draws_the_formula_is_exact),
        cmocka_unit_test(seen_and_realised_share_the_own_part),
        cmocka_unit_test(the_own_part_is_uniform_in_half_the_spread),
        cmocka_unit_test(the_noise_is_uniform_and_goes_through_the_loss_factor),
        cmocka_unit_test(firms_take_part_as_often_as_told),
        cmocka_unit_test(draws_do_not_go_together),
        cmocka_unit_test(draws_depend_on_their_keys_alone),
        cmocka_unit_test(extreme_specs_and_prices_stay_in_range),
        cmocka_unit_test(the_forecast_starts_at_its_prior),
        cmocka_unit_test(the_forecast_keeps_part_of_the_distance),
        cmocka_unit_test(the_forecast_knows_nothing_of_the_future),
        cmocka_unit_test(the_forecast_stays_among_the_prices),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
