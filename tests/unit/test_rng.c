/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "etp/rng.h"

enum { DRAWS = 100000 };

/* The first outputs of SplitMix64 from 1234567, as published with the algorithm; they are the state that it seeds. */
static void test_seeding_is_splitmix64(void **state)
{
    (void)state;
    static const uint64_t expected[] = {
        UINT64_C(6457827717110365317),
        UINT64_C(3203168211198807973),
        UINT64_C(9817491932198370423),
        UINT64_C(4593380528125082431),
    };
    etp_rng rng;
    etp_rng_seed(&rng, 1234567);
    assert_memory_equal(rng.state, expected, sizeof expected);
}

/* The known outputs of xoshiro256** from the state 1, 2, 3, 4. */
static void test_the_stream_is_xoshiro256_star_star(void **state)
{
    (void)state;
    static const uint64_t expected[] = {
        UINT64_C(11520),
        UINT64_C(0),
        UINT64_C(1509978240),
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
        UINT64_C(16172922978634559625),
        UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777),
        UINT64_C(2904607092377533576),
    };
    etp_rng rng = {{1, 2, 3, 4}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_true(etp_rng_next(&rng) == expected[i]);
}

/* Computed apart from this code, from the two published algorithms. */
static void test_seeded_streams_give_the_known_numbers(void **state)
{
    (void)state;
    static const struct {
        uint64_t seed;
        uint64_t first[3];
    } known[] = {
        {0, {UINT64_C(0x99ec5f36cb75f2b4), UINT64_C(0xbf6e1f784956452a), UINT64_C(0x1a5f849d4933e6e0)}},
        {1, {UINT64_C(0xb3f2af6d0fc710c5), UINT64_C(0x853b559647364cea), UINT64_C(0x92f89756082a4514)}},
        {42, {UINT64_C(0x15780b2e0c2ec716), UINT64_C(0x6104d9866d113a7e), UINT64_C(0xae17533239e499a1)}},
        {UINT64_MAX, {UINT64_C(0x8f5520d52a7ead08), UINT64_C(0xc476a018caa1802d), UINT64_C(0x81de31c0d260469e)}},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        etp_rng rng;
        etp_rng_seed(&rng, known[i].seed);
        for (int j = 0; j < 3; j++)
            assert_true(etp_rng_next(&rng) == known[i].first[j]);
    }
}

static void test_units_are_the_top_53_bits_of_the_stream(void **state)
{
    (void)state;
    etp_rng bits, units;
    etp_rng_seed(&bits, 7);
    etp_rng_seed(&units, 7);
    for (int i = 0; i < DRAWS; i++) {
        double unit = etp_rng_unit(&units);
        assert_true(unit >= 0.0 && unit < 1.0);
        assert_true((uint64_t)(unit * 0x1p53) == etp_rng_next(&bits) >> 11);
    }
}

static void test_units_are_spread_evenly(void **state)
{
    (void)state;
    enum { BINS = 64 };
    int bins[BINS] = {0};
    double sum = 0.0;
    etp_rng rng;
    etp_rng_seed(&rng, 2024);
    for (int i = 0; i < DRAWS; i++) {
        double unit = etp_rng_unit(&rng);
        sum += unit;
        bins[(int)(unit * BINS)]++;
    }
    double mean = sum / DRAWS, chi_square = 0.0, expected = (double)DRAWS / BINS;
    for (int i = 0; i < BINS; i++)
        chi_square += (bins[i] - expected) * (bins[i] - expected) / expected;
    /* Five standard deviations: of the mean, and of chi-square with 63 degrees of freedom. */
    assert_true(mean > 0.4954 && mean < 0.5046);
    assert_true(chi_square > 63 - 56 && chi_square < 63 + 56);
}

static void test_below_stays_below_and_reaches_everything(void **state)
{
    (void)state;
    static const uint64_t bounds[] = {1, 2, 3, 7, 10, 1000, UINT64_C(1) << 33, UINT64_MAX};
    etp_rng rng;
    etp_rng_seed(&rng, 3);
    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++) {
        for (int j = 0; j < 1000; j++)
            assert_true(etp_rng_below(&rng, bounds[i]) < bounds[i]);
    }
    int seen[10] = {0};
    for (int i = 0; i < DRAWS; i++)
        seen[etp_rng_below(&rng, 10)]++;
    for (int i = 0; i < 10; i++)
        assert_in_range(seen[i], DRAWS / 10 - 500, DRAWS / 10 + 500);
    assert_true(etp_rng_below(&rng, 0) == 0);
}

/* With a bound of 3 x 2^62 a plain remainder would give numbers below 2^62 half of the time, not a third. */
static void test_below_has_no_bias_at_large_bounds(void **state)
{
    (void)state;
    const uint64_t quarter = UINT64_C(1) << 62;
    int low = 0;
    etp_rng rng;
    etp_rng_seed(&rng, 5);
    for (int i = 0; i < DRAWS; i++)
        low += etp_rng_below(&rng, 3 * quarter) < quarter;
    assert_in_range(low, DRAWS / 3 - 750, DRAWS / 3 + 750);
}

/* Computed apart from this code: the finaliser of SplitMix64 after each key. */
static void test_hash_gives_the_known_numbers(void **state)
{
    (void)state;
    assert_true(etp_hash(0, 0, 0, 0) == UINT64_C(0x2130748aaac80268));
    assert_true(etp_hash(1, 2, 3, 4) == UINT64_C(0x336c3255cbcc01fe));
    assert_true(etp_hash(UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX) == UINT64_C(0xa4a73720451a0c00));
}

static int count_ones(uint64_t bits)
{
    int ones = 0;
    for (; bits != 0; bits &= bits - 1)
        ones++;
    return ones;
}

/* One bit of any key changes half of the result's bits, so every key counts, and so does its place. */
static void test_hash_mixes_every_bit_of_every_key(void **state)
{
    (void)state;
    uint64_t plain = etp_hash(11, 22, 33, 44);
    int changed = 0;
    for (int key = 0; key < 4; key++) {
        for (int bit = 0; bit < 64; bit++) {
            uint64_t keys[] = {11, 22, 33, 44};
            keys[key] ^= UINT64_C(1) << bit;
            int ones = count_ones(plain ^ etp_hash(keys[0], keys[1], keys[2], keys[3]));
            assert_in_range(ones, 8, 56);
            changed += ones;
        }
    }
    assert_in_range(changed, 256 * 31, 256 * 33);
    assert_true(etp_hash(22, 11, 33, 44) != plain);
}

static void test_hash_unit_is_the_hash_as_a_number(void **state)
{
    (void)state;
    double sum = 0.0;
    for (uint64_t i = 0; i < DRAWS; i++) {
        double unit = etp_hash_unit(9, i, 0, 1);
        assert_true(unit >= 0.0 && unit < 1.0);
        assert_true((uint64_t)(unit * 0x1p53) == etp_hash(9, i, 0, 1) >> 11);
        sum += unit;
    }
    assert_true(sum / DRAWS > 0.4954 && sum / DRAWS < 0.5046);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seeding_is_splitmix64),
        cmocka_unit_test(test_the_stream_is_xoshiro256_star_star),
        cmocka_unit_test(test_seeded_streams_give_the_known_numbers),
        cmocka_unit_test(test_units_are_the_top_53_bits_of_the_stream),
        cmocka_unit_test(test_units_are_spread_evenly),
        cmocka_unit_test(test_below_stays_below_and_reaches_everything),
        cmocka_unit_test(test_below_has_no_bias_at_large_bounds),
        cmocka_unit_test(test_hash_gives_the_known_numbers),
        cmocka_unit_test(test_hash_mixes_every_bit_of_every_key),
        cmocka_unit_test(test_hash_unit_is_the_hash_as_a_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
