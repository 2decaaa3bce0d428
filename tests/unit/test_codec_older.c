/* SPDX-License-Identifier: MIT */
/* Records of the older wire format, against vectors written by hand from its description. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "etp/error.h"
#include "etp/older.h"
#include "fuzz/messages.h"

/* Where each field lies in a record, its length included. */
enum {
    AT_TYPE = 4,
    AT_ID = 5,
    AT_DEVICE = 13,
    AT_TTL = 21,
    AT_BID_PRICE = 22,
    AT_SALE_PRICE = 30,
    AT_TOTAL = 38,
    AT_FOR_SALE = 46,
    AT_REQUIRED = 54,
    AT_CODE = 62,
    AT_REMAINING = 63,
    AT_HEALTH = 71,
    AT_VOLTAGE = 72,
    AT_RATE = 80
};

/* A Bid of device 789 with the id 0x0102030405060708: 18 c/kWh for 10 kWh. */
static const unsigned char bid_record[ETP_OLDER_RECORD] = {
    0x54, 0,    0,    0,                                        /* 84 */
    0x03,                                                       /* Bid */
    0x08, 0x07, 0x06, 0x05, 0x04, 0x03, 0x02, 0x01,             /* message_id */
    0x15, 0x03, 0,    0,    0,    0,    0,    0,                /* 789 */
    0x05,                                                       /* ttl */
    0,    0,    0,    0,    0,    0,    0x32, 0x40,             /* 18.0 */
    0,    0,    0,    0,    0,    0,    0,    0,                /* */
    0,    0,    0,    0,    0,    0,    0,    0,                /* */
    0,    0,    0,    0,    0,    0,    0,    0,                /* */
    0,    0,    0,    0,    0,    0,    0x24, 0x40,             /* 10.0 */
    0,                                                          /* */
    0,    0,    0,    0,    0,    0,    0,    0,    0,          /* */
    0,    0,    0,    0,    0,    0,    0,    0,    0, 0, 0, 0, /* */
    0,    0,    0,    0};

/* A QueryResponse of device 123: 80.5 kWh, half of it for sale, 12.6 V, 5 kW, health 1. */
static const unsigned char response_record[ETP_OLDER_RECORD] = {
    0x54, 0,    0,    0,                             /* 84 */
    0x02,                                            /* QueryResponse */
    0xc8, 0x01, 0,    0,    0,    0,    0,    0,     /* 456 */
    0x7b, 0,    0,    0,    0,    0,    0,    0,     /* 123 */
    0x05,                                            /* ttl */
    0,    0,    0,    0,    0,    0,    0,    0,     /* */
    0,    0,    0,    0,    0,    0,    0,    0,     /* */
    0,    0,    0,    0,    0,    0x20, 0x54, 0x40,  /* 80.5 */
    0,    0,    0,    0,    0,    0,    0x49, 0x40,  /* 50.0 */
    0,    0,    0,    0,    0,    0,    0,    0,     /* */
    0,                                               /* */
    0,    0,    0,    0,    0,    0,    0x54, 0x40,  /* 80.0 */
    0x01,                                            /* good */
    0x33, 0x33, 0x33, 0x33, 0x33, 0x33, 0x29, 0x40,  /* 12.6 */
    0,    0,    0,    0,    0,    0,    0x14, 0x40}; /* 5.0 */

static etp_refusal decode(const unsigned char *record, etp_message *message)
{
    size_t used = 99;
    etp_refusal refusal = etp_older_decode(record, ETP_OLDER_RECORD, message, &used);
    assert_int_equal(used, ETP_OLDER_RECORD);
    return refusal;
}

static void test_a_bid_is_read_field_by_field(void **state)
{
    (void)state;
    etp_message message;
    assert_int_equal(decode(bid_record, &message), ETP_REFUSED_NONE);
    const etp_message expected = {.type = ETP_BID,
                                  .message_id = UINT64_C(0x0102030405060708),
                                  .device_id = 789,
                                  .ttl = 5,
                                  .bid_price = 18 * ETP_PRICE_PER_CENT,
                                  .required_energy = 10 * ETP_ENERGY_PER_KWH};
    assert_null(message_difference(&message, &expected));
}

static void test_a_response_is_read_field_by_field(void **state)
{
    (void)state;
    etp_message message;
    assert_int_equal(decode(response_record, &message), ETP_REFUSED_NONE);
    const etp_message expected = {.type = ETP_QUERY_RESPONSE,
                                  .message_id = 456,
                                  .device_id = 123,
                                  .ttl = 5,
                                  .energy_total = 80500000,
                                  .for_sale_ppm = 500000,
                                  .remaining_energy = 80000000,
                                  .health = ETP_HEALTH_GOOD,
                                  .voltage_mv = 12600,
                                  .discharge_rate = 5000000};
    assert_null(message_difference(&message, &expected));
}

static void test_what_was_read_is_written_the_same(void **state)
{
    (void)state;
    const unsigned char *records[] = {bid_record, response_record};
    for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
        etp_message message;
        unsigned char again[ETP_OLDER_RECORD];
        assert_int_equal(decode(records[i], &message), ETP_REFUSED_NONE);
        assert_int_equal(etp_older_encode(&message, again, sizeof again), ETP_OLDER_RECORD);
        assert_memory_equal(again, records[i], ETP_OLDER_RECORD);
    }
}

/* The two last fields have no place in a record. */
static void test_random_messages_come_back(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 84);
    for (int i = 0; i < 20000; i++) {
        etp_message message = random_message(&rng), again;
        unsigned char record[ETP_OLDER_RECORD];
        message.in_reply_to = 0;
        message.closes_in_ms = 0;
        if (i % 3 == 0)
            message.message_id = etp_rng_next(&rng);
        assert_int_equal(etp_older_encode(&message, record, sizeof record), ETP_OLDER_RECORD);
        assert_int_equal(decode(record, &again), ETP_REFUSED_NONE);
        assert_null(message_difference(&message, &again));
    }
}

static void test_a_record_may_come_in_pieces(void **state)
{
    (void)state;
    for (size_t size = 0; size < ETP_OLDER_RECORD; size++) {
        etp_message message;
        size_t used = 99;
        assert_int_equal(etp_older_decode(bid_record, size, &message, &used), ETP_REFUSED_NONE);
        assert_int_equal(used, 0);
    }
}

/* Whatever length is stated: the four bytes are enough to refuse it, and none of what they promise is waited for. */
static void test_any_other_length_is_refused_at_once(void **state)
{
    (void)state;
    static const struct {
        uint32_t length;
        etp_refusal refusal;
    } cases[] = {{0, ETP_REFUSED_NOT_A_MESSAGE},
                 {1, ETP_REFUSED_NOT_A_MESSAGE},
                 {83, ETP_REFUSED_NOT_A_MESSAGE},
                 {85, ETP_REFUSED_TOO_LONG},
                 {1024, ETP_REFUSED_TOO_LONG},
                 {UINT32_C(0x54000000), ETP_REFUSED_TOO_LONG},
                 {UINT32_C(0x7fffffff), ETP_REFUSED_TOO_LONG},
                 {UINT32_MAX, ETP_REFUSED_TOO_LONG}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char bytes[4];
        for (unsigned j = 0; j < sizeof bytes; j++)
            bytes[j] = (unsigned char)(cases[i].length >> 8 * j);
        etp_message message;
        size_t used = 99;
        assert_int_equal(etp_older_decode(bytes, sizeof bytes, &message, &used), cases[i].refusal);
        assert_int_equal(used, 0);
    }
}

static void put_real(unsigned char *at, double real)
{
    uint64_t bits;
    memcpy(&bits, &real, sizeof bits);
    for (unsigned i = 0; i < sizeof bits; i++)
        at[i] = (unsigned char)(bits >> 8 * i);
}

static const unsigned real_fields[] = {AT_BID_PRICE, AT_SALE_PRICE, AT_TOTAL,   AT_FOR_SALE,
                                       AT_REQUIRED,  AT_REMAINING,  AT_VOLTAGE, AT_RATE};
enum { REAL_FIELDS = sizeof real_fields / sizeof *real_fields };

/* The type and the ids stay readable, so that the sender can be answered. */
static void assert_refused(const unsigned char *record, etp_refusal expected)
{
    etp_message message;
    assert_int_equal(decode(record, &message), expected);
    const etp_message known = {.type = ETP_BID, .message_id = UINT64_C(0x0102030405060708), .device_id = 789};
    assert_null(message_difference(&message, &known));
}

static void test_numbers_that_are_none_are_refused_in_every_field(void **state)
{
    (void)state;
    const struct {
        double value;
        etp_refusal refusal;
    } cases[] = {{(double)NAN, ETP_REFUSED_NOT_FINITE},      {-(double)NAN, ETP_REFUSED_NOT_FINITE},
                 {(double)INFINITY, ETP_REFUSED_NOT_FINITE}, {-(double)INFINITY, ETP_REFUSED_NOT_FINITE},
                 {1e300, ETP_REFUSED_OUT_OF_RANGE},          {-1e300, ETP_REFUSED_OUT_OF_RANGE},
                 {-1.0, ETP_REFUSED_OUT_OF_RANGE},           {-5e-324, ETP_REFUSED_OUT_OF_RANGE}};
    for (unsigned place = 0; place < REAL_FIELDS; place++) {
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            unsigned char record[ETP_OLDER_RECORD];
            memcpy(record, bid_record, sizeof record);
            put_real(record + real_fields[place], cases[i].value);
            assert_refused(record, cases[i].refusal);
        }
    }
}

static void test_limits_are_those_of_the_protocol(void **state)
{
    (void)state;
    static const struct {
        unsigned at;
        double most;
    } cases[] = {{AT_BID_PRICE, 10000.0}, {AT_SALE_PRICE, 10000.0}, {AT_TOTAL, 1e6}, {AT_FOR_SALE, 100.0},
                 {AT_REQUIRED, 1e6},      {AT_REMAINING, 1e6},      {AT_RATE, 1e6}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned char record[ETP_OLDER_RECORD];
        etp_message message;
        memcpy(record, bid_record, sizeof record);
        put_real(record + cases[i].at, cases[i].most);
        assert_int_equal(decode(record, &message), ETP_REFUSED_NONE);
        put_real(record + cases[i].at, cases[i].most * 1.0000001);
        assert_refused(record, ETP_REFUSED_OUT_OF_RANGE);
        put_real(record + cases[i].at, -0.0);
        assert_int_equal(decode(record, &message), ETP_REFUSED_NONE);
    }
}

static void test_unknown_types_are_refused(void **state)
{
    (void)state;
    for (unsigned type = 0; type <= UINT8_MAX; type++) {
        unsigned char record[ETP_OLDER_RECORD];
        etp_message message;
        memcpy(record, bid_record, sizeof record);
        record[AT_TYPE] = (unsigned char)type;
        assert_int_equal(decode(record, &message), type < ETP_TYPES ? ETP_REFUSED_NONE : ETP_REFUSED_UNKNOWN_TYPE);
        assert_int_equal(message.type, type);
    }
}

static void test_whole_numbers_keep_their_ranges(void **state)
{
    (void)state;
    unsigned char record[ETP_OLDER_RECORD];
    etp_message message;
    memcpy(record, bid_record, sizeof record);
    record[AT_HEALTH] = 4;
    assert_refused(record, ETP_REFUSED_OUT_OF_RANGE);
    record[AT_HEALTH] = 3;
    record[AT_CODE] = 255;
    record[AT_TTL] = 0;
    assert_int_equal(decode(record, &message), ETP_REFUSED_NONE);
    assert_int_equal(message.code, 255);
    assert_int_equal(message.ttl, 0);
    record[AT_DEVICE + 6] = 0x20; /* 2^53 */
    assert_int_equal(decode(record, &message), ETP_REFUSED_OUT_OF_RANGE);
    assert_int_equal(message.device_id, (UINT64_C(1) << 53) + 789);
}

static void test_ids_are_whatever_the_sender_likes(void **state)
{
    (void)state;
    unsigned char record[ETP_OLDER_RECORD];
    etp_message message;
    memcpy(record, bid_record, sizeof record);
    memset(record + AT_ID, 0xff, 8);
    memset(record + AT_DEVICE, 0, 8);
    assert_int_equal(decode(record, &message), ETP_REFUSED_NONE);
    assert_int_equal(message.message_id, UINT64_MAX);
    assert_int_equal(message.device_id, 0);
    memset(record + AT_ID, 0, 8);
    assert_int_equal(decode(record, &message), ETP_REFUSED_NONE);
    assert_int_equal(message.message_id, 0);
}

static void test_nothing_out_of_range_is_written(void **state)
{
    (void)state;
    const etp_message bad[] = {{.type = ETP_TYPES},  {.device_id = ETP_ID_MAX + 1},
                               {.bid_price = -1},    {.sale_price = ETP_PRICE_MAX + 1},
                               {.energy_total = -1}, {.required_energy = ETP_ENERGY_MAX + 1},
                               {.health = 4},        {.for_sale_ppm = 1000001}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        unsigned char record[ETP_OLDER_RECORD] = {0xee};
        assert_int_equal(etp_older_encode(&bad[i], record, sizeof record), ETP_ERANGE);
        assert_int_equal(record[0], 0xee);
    }
    unsigned char small[ETP_OLDER_RECORD - 1];
    assert_int_equal(etp_older_encode(&bad[0], small, sizeof small), ETP_ENOSPACE);
}

/* Any bytes: either refused, or a message within its ranges that is written as the same fields again. */
static void test_random_bytes_do_no_harm(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 85);
    unsigned taken = 0;
    for (int i = 0; i < 50000; i++) {
        unsigned char record[ETP_OLDER_RECORD], again[ETP_OLDER_RECORD];
        memcpy(record, i % 2 == 0 ? bid_record : response_record, sizeof record);
        for (uint64_t changes = 1 + etp_rng_below(&rng, 4); changes > 0; changes--)
            record[4 + etp_rng_below(&rng, ETP_OLDER_BODY)] = (unsigned char)etp_rng_next(&rng);
        etp_message message, same;
        if (decode(record, &message) != ETP_REFUSED_NONE)
            continue;
        taken++;
        assert_int_equal(etp_older_encode(&message, again, sizeof again), ETP_OLDER_RECORD);
        assert_int_equal(decode(again, &same), ETP_REFUSED_NONE);
        assert_null(message_difference(&message, &same));
    }
    assert_true(taken > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_bid_is_read_field_by_field),
        cmocka_unit_test(test_a_response_is_read_field_by_field),
        cmocka_unit_test(test_what_was_read_is_written_the_same),
        cmocka_unit_test(test_random_messages_come_back),
        cmocka_unit_test(test_a_record_may_come_in_pieces),
        cmocka_unit_test(test_any_other_length_is_refused_at_once),
        cmocka_unit_test(test_numbers_that_are_none_are_refused_in_every_field),
        cmocka_unit_test(test_limits_are_those_of_the_protocol),
        cmocka_unit_test(test_unknown_types_are_refused),
        cmocka_unit_test(test_whole_numbers_keep_their_ranges),
        cmocka_unit_test(test_ids_are_whatever_the_sender_likes),
        cmocka_unit_test(test_nothing_out_of_range_is_written),
        cmocka_unit_test(test_random_bytes_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
