/* SPDX-License-Identifier: MIT */
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "etp/rng.h"
#include "etp/units.h"

enum { RANDOM = 1000000 };

/* The double after `x`, away from 0. */
static double next_double(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    bits++;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* A number up to `max`, as often small as large, and often one of both ends. */
static int64_t random_up_to(etp_rng *rng, int64_t max)
{
    uint64_t range = (uint64_t)max + 1;
    switch (etp_rng_below(rng, 4)) {
    case 0:
        return (int64_t)etp_rng_below(rng, 100);
    case 1:
        return max - (int64_t)etp_rng_below(rng, 100);
    case 2:
        return (int64_t)(etp_rng_below(rng, range) >> etp_rng_below(rng, 40));
    default:
        return (int64_t)etp_rng_below(rng, range);
    }
}

static void check_price(int64_t whole)
{
    etp_price price = -1;
    assert_true(etp_price_from_cents(etp_price_to_cents(whole), INT64_MIN, INT64_MAX, &price));
    assert_true(price == whole);
}

static void check_energy(int64_t whole)
{
    etp_energy energy = -1;
    assert_true(etp_energy_from_kwh(etp_energy_to_kwh(whole), &energy));
    assert_true(energy == whole);
}

static void check_power(int64_t whole)
{
    etp_power power = -1;
    assert_true(etp_power_from_kw(etp_power_to_kw(whole), &power));
    assert_true(power == whole);
}

static void test_whole_numbers_come_back_through_a_double(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 20);
    for (int64_t i = 0; i < 2000; i++) {
        check_price(i);
        check_price(-i);
        check_price(ETP_PRICE_MAX - i);
        check_energy(i);
        check_energy(ETP_ENERGY_MAX - i);
        check_power(ETP_POWER_MAX - i);
    }
    for (int i = 0; i < RANDOM; i++) {
        int64_t price = random_up_to(&rng, ETP_PRICE_MAX);
        check_price(price);
        check_price(-price);
        check_energy(random_up_to(&rng, ETP_ENERGY_MAX));
        check_power(random_up_to(&rng, ETP_POWER_MAX));
    }
}

static void test_prices_round_to_the_nearest(void **state)
{
    (void)state;
    static const struct {
        double cents;
        etp_price price;
    } known[] = {
        {7.47, 74700},          {0.9 * 8.3, 74700}, {8.3, 83000},    {-4.2, -42000},
        {0.00004, 0},           {0.00006, 1},       {0.00005, 1},    {-0.00004, 0},
        {-0.00006, -1},         {-0.00005, -1},     {0.00012499, 1}, {0.49999999999999994e-4, 0},
        {10000, ETP_PRICE_MAX}, {-0.0, 0},          {DBL_MIN, 0},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        etp_price price = -1;
        assert_true(etp_price_from_cents(known[i].cents, -ETP_PRICE_MAX, ETP_PRICE_MAX, &price));
        assert_true(price == known[i].price);
    }
}

static void test_energies_and_powers_round_down(void **state)
{
    (void)state;
    static const struct {
        double millions;
        int64_t whole;
    } known[] = {
        {1.0, 1000000},
        {0.0000019, 1},
        {0.0000010004, 1},
        {0.00000199, 1},
        {0.0000019995, 2},
        {0.0000009, 0},
        {0.0, 0},
        {-0.0, 0},
        {2.5, 2500000},
        {0.1 + 0.2, 300000},
        {1e6, ETP_ENERGY_MAX},
        {DBL_MIN, 0},
        {13.4999999, 13499999},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        etp_energy energy = -1;
        etp_power power = -1;
        assert_true(etp_energy_from_kwh(known[i].millions, &energy));
        assert_true(etp_power_from_kw(known[i].millions, &power));
        assert_true(energy == known[i].whole);
        assert_true(power == known[i].whole);
    }
}

static void test_what_is_no_finite_number_in_range_is_refused(void **state)
{
    (void)state;
    const double bad[] = {(double)NAN, (double)INFINITY, -(double)INFINITY, -DBL_MIN, -1e-9, -1.0, next_double(1e6),
                          1e300};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t untouched = 17;
        assert_false(etp_energy_from_kwh(bad[i], &untouched));
        assert_false(etp_power_from_kw(bad[i], &untouched));
        assert_false(etp_price_from_cents(bad[i], 0, ETP_PRICE_MAX, &untouched));
        assert_true(untouched == 17);
    }
}

static void test_price_limits_are_those_given(void **state)
{
    (void)state;
    etp_price price = 0;
    assert_true(etp_price_from_cents(-100.0, -1000000, 3000000, &price));
    assert_true(price == -1000000);
    assert_true(etp_price_from_cents(300.0, -1000000, 3000000, &price));
    assert_true(price == 3000000);
    assert_false(etp_price_from_cents(next_double(-100.0), -1000000, 3000000, &price));
    assert_false(etp_price_from_cents(next_double(300.0), -1000000, 3000000, &price));
    assert_false(etp_price_from_cents((double)NAN, INT64_MIN, INT64_MAX, &price));
    assert_false(etp_price_from_cents((double)INFINITY, INT64_MIN, INT64_MAX, &price));
    assert_false(etp_price_from_cents(-(double)INFINITY, INT64_MIN, INT64_MAX, &price));
    assert_false(etp_price_from_cents(1e12, INT64_MIN, INT64_MAX, &price));
    assert_false(etp_price_from_cents(-1e12, INT64_MIN, INT64_MAX, &price));
    assert_false(etp_price_from_cents(-1e18, INT64_MIN, INT64_MAX, &price));
    assert_true(price == 3000000);
}

static void test_money_becomes_dollars(void **state)
{
    (void)state;
    assert_true(etp_money_to_dollars(1234567) == 1.234567);
    assert_true(etp_money_to_dollars(-500000) == -0.5);
    assert_true(etp_money_to_dollars(0) == 0.0);
}

/* 128 bits, to hold the products that 64 bits cannot. */
typedef struct wide {
    uint64_t high, low;
} wide;

static wide wide_product(uint64_t a, uint64_t b)
{
    const uint64_t mask = UINT32_MAX;
    uint64_t low = (a & mask) * (b & mask);
    uint64_t middle = (a >> 32) * (b & mask) + (low >> 32);
    uint64_t cross = (a & mask) * (b >> 32) + (middle & mask);
    return (wide){(a >> 32) * (b >> 32) + (middle >> 32) + (cross >> 32), cross << 32 | (low & mask)};
}

static bool wide_at_most(wide a, wide b)
{
    return a.high < b.high || (a.high == b.high && a.low <= b.low);
}

/* quotient x divisor <= a x b < (quotient + 1) x divisor */
static bool is_quotient(int64_t quotient, int64_t a, int64_t b, int64_t divisor)
{
    wide product = wide_product((uint64_t)a, (uint64_t)b);
    return quotient >= 0 && wide_at_most(wide_product((uint64_t)quotient, (uint64_t)divisor), product) &&
           !wide_at_most(wide_product((uint64_t)quotient + 1, (uint64_t)divisor), product);
}

static void test_amounts_are_exact_and_rounded_down(void **state)
{
    (void)state;
    assert_true(etp_amount(83000, 1000000) == 83000);
    assert_true(etp_amount(83000, 12) == 0);
    assert_true(etp_amount(83000, 13) == 1);
    assert_true(etp_amount(-83000, 12) == -1);
    assert_true(etp_amount(-83000, 1000000) == -83000);
    assert_true(etp_amount(-1, 1000001) == -2);
    assert_true(etp_amount(ETP_PRICE_MAX, ETP_ENERGY_MAX) == INT64_C(100000000000000));
    assert_true(etp_amount(-ETP_PRICE_MAX, ETP_ENERGY_MAX) == -INT64_C(100000000000000));
    assert_true(etp_amount(ETP_PRICE_MAX, 0) == 0);
}

static void test_amounts_hold_for_random_prices_and_energies(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 21);
    for (int i = 0; i < RANDOM; i++) {
        etp_price price = random_up_to(&rng, ETP_PRICE_MAX);
        etp_energy energy = random_up_to(&rng, ETP_ENERGY_MAX);
        etp_money amount = etp_amount(price, energy);
        assert_true(is_quotient(amount, price, energy, ETP_ENERGY_PER_KWH));
        bool whole = wide_at_most(wide_product((uint64_t)price, (uint64_t)energy),
                                  wide_product((uint64_t)amount, (uint64_t)ETP_ENERGY_PER_KWH));
        assert_true(etp_amount(-price, energy) == -amount - (whole ? 0 : 1));
    }
}

static void test_energy_of_power_over_time(void **state)
{
    (void)state;
    assert_true(etp_energy_of(5 * ETP_POWER_PER_KW, ETP_NS_PER_HOUR) == 5 * ETP_ENERGY_PER_KWH);
    assert_true(etp_energy_of(5 * ETP_POWER_PER_KW, 300 * ETP_NS_PER_SECOND) == 416666);
    assert_true(etp_energy_of(3600, ETP_NS_PER_SECOND) == 1);
    assert_true(etp_energy_of(3599, ETP_NS_PER_SECOND) == 0);
    assert_true(etp_energy_of(3600, ETP_NS_PER_SECOND - 1) == 0);
    assert_true(etp_energy_of(0, ETP_NS_PER_HOUR) == 0);
    assert_true(etp_energy_of(ETP_POWER_MAX, 0) == 0);
    assert_true(etp_energy_of(ETP_POWER_MAX, 168 * ETP_NS_PER_HOUR) == 168 * ETP_ENERGY_MAX);
}

static void test_energy_of_random_power_and_time(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 22);
    for (int i = 0; i < RANDOM; i++) {
        etp_power power = random_up_to(&rng, ETP_POWER_MAX);
        etp_time duration = random_up_to(&rng, 168 * ETP_NS_PER_HOUR);
        assert_true(is_quotient(etp_energy_of(power, duration), power, duration, ETP_NS_PER_HOUR));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_numbers_come_back_through_a_double),
        cmocka_unit_test(test_prices_round_to_the_nearest),
        cmocka_unit_test(test_energies_and_powers_round_down),
        cmocka_unit_test(test_what_is_no_finite_number_in_range_is_refused),
        cmocka_unit_test(test_price_limits_are_those_given),
        cmocka_unit_test(test_money_becomes_dollars),
        cmocka_unit_test(test_amounts_are_exact_and_rounded_down),
        cmocka_unit_test(test_amounts_hold_for_random_prices_and_energies),
        cmocka_unit_test(test_energy_of_power_over_time),
        cmocka_unit_test(test_energy_of_random_power_and_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
