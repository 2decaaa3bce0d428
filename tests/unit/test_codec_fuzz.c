/* SPDX-License-Identifier: MIT */
/* A million damaged and odd messages, the same ones every time, before the decoder and msgpack-c. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "fuzz/oracle.h"
#include "unit/wire_fixture.h"

enum { INPUTS = 1000000, SEED = 50, INPUT_MAX = 700 };

/* First bytes that mean something, and edges of numbers. */
static const unsigned char telling[] = {0x00, 0x01, 0x7f, 0x80, 0x8f, 0x90, 0x9e, 0x9f, 0xa0, 0xbf, 0xc0,
                                        0xc1, 0xc3, 0xc4, 0xc7, 0xca, 0xcb, 0xcc, 0xcd, 0xce, 0xcf, 0xd0,
                                        0xd3, 0xd4, 0xd8, 0xd9, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xe0, 0xff};

static const double edges[] = {0.0, -0.0, 100.0, 1e4, 1e6, 4294967.295, -1e-9, 1e300, (double)NAN, (double)INFINITY};

/* A whole number in any of MessagePack's forms that hold it. */
static void pack_whole(msgpack_packer *packer, etp_rng *rng, uint64_t value)
{
    uint64_t form = etp_rng_below(rng, 12);
    if (form == 0)
        msgpack_pack_fix_uint64(packer, value);
    else if (form == 1)
        msgpack_pack_fix_int64(packer, (int64_t)value);
    else if (form == 2 && value <= UINT32_MAX)
        msgpack_pack_fix_uint32(packer, (uint32_t)value);
    else if (form == 3 && value <= INT32_MAX)
        msgpack_pack_fix_int32(packer, (int32_t)value);
    else if (form == 4 && value <= UINT16_MAX)
        msgpack_pack_fix_uint16(packer, (uint16_t)value);
    else if (form == 5 && value <= INT8_MAX)
        msgpack_pack_fix_int8(packer, (int8_t)value);
    else
        msgpack_pack_uint64(packer, value);
}

static void pack_real(msgpack_packer *packer, etp_rng *rng, uint64_t value, double per)
{
    switch (etp_rng_below(rng, 40)) {
    case 0:
        msgpack_pack_float(packer, (float)((double)value / per));
        break;
    case 1:
        pack_whole(packer, rng, value / (uint64_t)per);
        break;
    case 2:
        msgpack_pack_double(packer, edges[etp_rng_below(rng, sizeof edges / sizeof *edges)]);
        break;
    case 3:
    case 4:
    case 5:
        msgpack_pack_double(packer, ((double)value + etp_rng_unit(rng)) / per);
        break;
    default:
        msgpack_pack_double(packer, (double)value / per);
    }
}

static void pack_tail_element(msgpack_packer *packer, etp_rng *rng, unsigned depth)
{
    static const char body[300] = {0};
    uint64_t count = etp_rng_below(rng, 4);
    switch (etp_rng_below(rng, depth < 10 ? 8 : 5)) {
    case 0:
        msgpack_pack_double(packer, 0.5);
        break;
    case 1:
        msgpack_pack_str_with_body(packer, body, etp_rng_below(rng, 40));
        break;
    case 2:
        msgpack_pack_bin_with_body(packer, body, etp_rng_below(rng, 300));
        break;
    case 3:
        msgpack_pack_ext_with_body(packer, body, etp_rng_below(rng, 20), 3);
        break;
    case 4:
        pack_whole(packer, rng, etp_rng_next(rng) >> etp_rng_below(rng, 64));
        break;
    case 5:
        for (count = etp_rng_below(rng, 12); count > 0; count--)
            msgpack_pack_array(packer, 1);
        msgpack_pack_map(packer, 1);
        msgpack_pack_nil(packer);
        pack_tail_element(packer, rng, depth + 1);
        break;
    default:
        msgpack_pack_array(packer, count);
        while (count-- > 0)
            pack_tail_element(packer, rng, depth + 1);
    }
}

/* A random message as somebody else might write it: any form, extensions missing, unknown elements after them. */
static void foreign_message(etp_rng *rng, wire *made)
{
    made->size = 0;
    msgpack_packer packer = wire_packer(made);
    etp_message message = random_message(rng);
    uint64_t count = etp_rng_below(rng, 4) > 0 ? FIELDS : 13 + etp_rng_below(rng, 8);
    msgpack_pack_array(&packer, count);
    for (uint64_t i = 0; i < count; i++) {
        if (i >= FIELDS)
            pack_tail_element(&packer, rng, 1);
        else if (fields[i].per == 0)
            pack_whole(&packer, rng, field_get(&message, &fields[i]));
        else
            pack_real(&packer, rng, field_get(&message, &fields[i]), fields[i].per);
    }
    made->size = made->size < INPUT_MAX ? made->size : INPUT_MAX;
}

/* Takes out `count` bytes at `at`, or doubles them. */
static void shift(wire *made, size_t at, size_t count, bool out)
{
    size_t from = out ? at + count : at, to = out ? at : at + count;
    if (at + count > made->size)
        return;
    memmove(made->bytes + to, made->bytes + from, made->size - from);
    made->size = out ? made->size - count : made->size + count;
}

static void damage(wire *made, etp_rng *rng)
{
    size_t at = etp_rng_below(rng, made->size);
    switch (etp_rng_below(rng, 6)) {
    case 0:
        made->bytes[at] ^= (unsigned char)(1u << etp_rng_below(rng, 8));
        break;
    case 1:
        made->bytes[at] = telling[etp_rng_below(rng, sizeof telling)];
        break;
    case 2:
        made->bytes[at] = (unsigned char)etp_rng_next(rng);
        break;
    case 3:
        made->size = at + 1;
        break;
    default:
        shift(made, at, 1 + etp_rng_below(rng, 9), etp_rng_below(rng, 2) == 0);
    }
    if (made->size == 0)
        made->size = 1;
}

static void fail_with(const wire *made, const char *complaint)
{
    static const char digits[] = "0123456789abcdef";
    char hex[2 * INPUT_MAX * 2 + 1] = {0};
    for (size_t i = 0; i < made->size && i < 2 * INPUT_MAX; i++) {
        hex[2 * i] = digits[made->bytes[i] >> 4];
        hex[2 * i + 1] = digits[made->bytes[i] & 15];
    }
    fail_msg("%s: %s", complaint, hex);
}

static void test_the_decoder_and_msgpack_agree(void **state)
{
    (void)state;
    print_message("seed %d\n", SEED);
    oracle judge;
    etp_rng rng;
    etp_rng_seed(&rng, SEED);
    assert_true(oracle_init(&judge));
    int refused[ETP_REFUSALS] = {0};
    for (int i = 0; i < INPUTS; i++) {
        static wire made;
        foreign_message(&rng, &made);
        for (uint64_t j = etp_rng_below(&rng, 4); j > 0; j--)
            damage(&made, &rng);
        const char *complaint = oracle_disagrees(&judge, made.bytes, made.size);
        if (complaint != NULL)
            fail_with(&made, complaint);
        etp_message message;
        size_t used;
        refused[etp_decode(made.bytes, made.size, &message, &used)]++;
    }
    oracle_fini(&judge);
    /* Every outcome that the decoder has was met often enough to mean something. */
    for (int i = 0; i <= ETP_REFUSED_TOO_DEEP; i++) {
        if (i != ETP_REFUSED_CHECKSUM)
            assert_true(refused[i] > INPUTS / 2000);
    }
    assert_true(refused[ETP_REFUSED_NONE] > INPUTS / 4);
}

static void test_random_bytes_do_no_harm(void **state)
{
    (void)state;
    oracle judge;
    etp_rng rng;
    etp_rng_seed(&rng, SEED + 1);
    assert_true(oracle_init(&judge));
    for (int i = 0; i < INPUTS / 10; i++) {
        static wire made;
        made.size = 1 + etp_rng_below(&rng, 200);
        for (size_t j = 0; j < made.size; j++)
            made.bytes[j] = etp_rng_below(&rng, 2) ? telling[etp_rng_below(&rng, sizeof telling)]
                                                   : (unsigned char)etp_rng_below(&rng, 10);
        if (etp_rng_below(&rng, 2) == 0)
            memcpy(made.bytes, "\xdc\0\x10", made.size < 3 ? made.size : 3);
        const char *complaint = oracle_disagrees(&judge, made.bytes, made.size);
        if (complaint != NULL)
            fail_with(&made, complaint);
    }
    oracle_fini(&judge);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_decoder_and_msgpack_agree),
        cmocka_unit_test(test_random_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
