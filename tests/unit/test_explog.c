/* SPDX-License-Identifier: MIT */
/* Our own exp and log: known values, special values, the distance from long double, order, and each other's inverse. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <float.h>
#include <math.h>
#include <string.h>

#include "base/explog.h"
#include "etp/rng.h"

enum { SAMPLES = 200000 };

static const uint64_t seed = 20260301;

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double draw(etp_rng *rng, double low, double high)
{
    return low + etp_rng_unit(rng) * (high - low);
}

/* Bit patterns: the same on every machine, whatever its C library thinks. */
static void test_the_bits_are_these(void **state)
{
    (void)state;
    assert_int_equal(bits_of(etp_math_exp(1)), UINT64_C(0x4005bf0a8b145769));
    assert_int_equal(bits_of(etp_math_exp(-1)), UINT64_C(0x3fd78b56362cef38));
    assert_int_equal(bits_of(etp_math_exp(10)), UINT64_C(0x40d5829dcf950560));
    assert_int_equal(bits_of(etp_math_log(2)), UINT64_C(0x3fe62e42fefa39ef));
    assert_int_equal(bits_of(etp_math_log(10)), UINT64_C(0x40026bb1bbb55516));
    assert_int_equal(bits_of(etp_math_log(0.1)), UINT64_C(0xc0026bb1bbb55515));
}

/* A digest of many results: a difference in any bit of any of them shows. */
static void test_the_digest_is_this(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, seed);
    uint64_t digest = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double power = etp_math_exp(draw(&rng, -745, 710));
        digest = etp_hash(digest, bits_of(power), bits_of(etp_math_log(power + DBL_TRUE_MIN)),
                          bits_of(etp_math_log(draw(&rng, 0, 9))));
    }
    assert_int_equal(digest, UINT64_C(0x5b9b5918986f6a41));
}

static void test_special_values_are_those_of_c(void **state)
{
    (void)state;
    assert_true(isnan(etp_math_exp(NAN)) && isnan(etp_math_log(NAN)));
    assert_true(etp_math_exp(INFINITY) == INFINITY && etp_math_log(INFINITY) == INFINITY);
    assert_int_equal(bits_of(etp_math_exp(-INFINITY)), 0);
    assert_true(isnan(etp_math_log(-INFINITY)) && isnan(etp_math_log(-1)) && isnan(etp_math_log(-DBL_TRUE_MIN)));
    assert_true(etp_math_log(0.0) == -INFINITY && etp_math_log(-0.0) == -INFINITY);
    assert_true(etp_math_exp(0.0) == 1 && etp_math_exp(-0.0) == 1 && etp_math_exp(DBL_TRUE_MIN) == 1);
    assert_int_equal(bits_of(etp_math_log(1)), 0);
}

static void test_the_ends_of_the_range(void **state)
{
    (void)state;
    double most = 0x1.62e42fefa39efp+9; /* the greatest double below ln(2^1024) */
    assert_true(etp_math_exp(most) < INFINITY && etp_math_exp(most) > 0x1.ffffffffffp+1023);
    assert_true(etp_math_exp(nextafter(most, INFINITY)) == INFINITY && etp_math_exp(DBL_MAX) == INFINITY);
    double least = -0x1.74910d52d3051p+9; /* just above ln(2^-1075), half of the least number */
    assert_true(etp_math_exp(least) == DBL_TRUE_MIN);
    assert_int_equal(bits_of(etp_math_exp(-746)), 0);
    assert_int_equal(bits_of(etp_math_exp(-DBL_MAX)), 0);
}

static void test_powers_of_two_and_subnormals(void **state)
{
    (void)state;
    for (int k = -1074; k <= 1023; k++) {
        long double exact = k * 0.693147180559945309417232121458176568L;
        assert_true(fabsl(etp_math_log(ldexp(1, k)) - exact) <=
                    0.51L * fabs(nextafter((double)exact, INFINITY) - (double)exact));
    }
    assert_true(etp_math_exp(-740) > 0 && etp_math_exp(-740) < DBL_MIN);
}

/* How many units in the last place of `exact` lie between. Below DBL_MIN the unit is the least number. */
static long double units_between(double x, long double exact)
{
    int exponent;
    frexpl(exact, &exponent);
    if (exponent < DBL_MIN_EXP)
        exponent = DBL_MIN_EXP;
    return fabsl(x - exact) / ldexpl(1, exponent - DBL_MANT_DIG);
}

static void test_less_than_a_unit_from_the_exact_value(void **state)
{
    (void)state;
    if (LDBL_MANT_DIG <= DBL_MANT_DIG)
        skip(); /* nothing more exact here to compare with */
    etp_rng rng;
    etp_rng_seed(&rng, seed);
    long double exp_worst = 0, log_worst = 0;
    for (int i = 0; i < SAMPLES; i++) {
        double x = i % 2 ? draw(&rng, -745, 709.7) : draw(&rng, -2, 2);
        exp_worst = fmaxl(exp_worst, units_between(etp_math_exp(x), expl(x)));
        double y = i % 3 == 0   ? draw(&rng, 0, 20)
                   : i % 3 == 1 ? draw(&rng, 0.7, 1.42)
                                : ldexp(1 + etp_rng_unit(&rng), i % 2000 - 1074);
        log_worst = fmaxl(log_worst, units_between(etp_math_log(y), logl(y)));
    }
    print_message("seed %d: exp within %.3Lf, log within %.3Lf units in the last place\n", (int)seed, exp_worst,
                  log_worst);
    assert_true(exp_worst < 1 && log_worst < 1);
}

/* Neighbours and near neighbours never change places. */
static void test_both_rise(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, seed);
    for (int i = 0; i < SAMPLES; i++) {
        double x = i % 2 ? draw(&rng, -745, 709) : draw(&rng, -1, 1);
        double next = i % 3 ? nextafter(x, INFINITY) : x + fabs(x) * 1e-14;
        assert_true(etp_math_exp(x) <= etp_math_exp(next));
        double y = i % 2 ? draw(&rng, 0, 3) : ldexp(1 + etp_rng_unit(&rng), i % 2000 - 1074);
        double above = i % 3 ? nextafter(y, INFINITY) : y * (1 + 1e-14);
        assert_true(etp_math_log(y) <= etp_math_log(above));
    }
}

static void test_each_is_the_inverse_of_the_other(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, seed);
    for (int i = 0; i < SAMPLES; i++) {
        double x = draw(&rng, 0.001, 1000);
        assert_true(fabs(etp_math_exp(etp_math_log(x)) / x - 1) < 1e-14);
        double y = draw(&rng, -700, 700);
        assert_true(fabs(etp_math_log(etp_math_exp(y)) - y) <= 2e-16 + fabs(y) * 2e-16);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_bits_are_these),
        cmocka_unit_test(test_the_digest_is_this),
        cmocka_unit_test(test_special_values_are_those_of_c),
        cmocka_unit_test(test_the_ends_of_the_range),
        cmocka_unit_test(test_powers_of_two_and_subnormals),
        cmocka_unit_test(test_less_than_a_unit_from_the_exact_value),
        cmocka_unit_test(test_both_rise),
        cmocka_unit_test(test_each_is_the_inverse_of_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
