/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <sodium.h>

#include "discovery_fixture.h"
#include "etp/codec.h"
#include "etp/rng.h"
#include "live/identity/sign.h"

#define STAMP UINT64_C(1700000000000000)

static etp_discovery_refusal decode(const etp_datagram *datagram)
{
    etp_envelope envelope;
    return etp_envelope_decode(datagram->bytes, datagram->size, &envelope);
}

static bool is_signed(const etp_datagram *datagram, etp_id device)
{
    etp_trust_entry entry = trusted_with(device, ETP_DEVICE_BATTERY, device);
    return etp_envelope_verify(datagram->bytes, datagram->size, &entry);
}

/* ---- there and back ---- */

static void expect_same(const etp_envelope *one, const etp_envelope *other)
{
    assert_int_equal(one->device, other->device);
    assert_int_equal(one->role, other->role);
    assert_int_equal(one->time_us, other->time_us);
    assert_int_equal(one->counter, other->counter);
    assert_int_equal(one->has_message, other->has_message);
    assert_int_equal(one->message.message_id, other->message.message_id);
    assert_int_equal(one->message.type, other->message.type);
    assert_int_equal(one->message.energy_total, other->message.energy_total);
    assert_int_equal(one->address_count, other->address_count);
    for (unsigned i = 0; i < one->address_count; i++)
        assert_string_equal(one->addresses[i], other->addresses[i]);
}

static void expect_round_trip(const etp_envelope *envelope)
{
    etp_envelope read;
    etp_datagram datagram = signed_datagram(envelope);
    assert_true(datagram.size <= ETP_DISCOVERY_DATAGRAM_MAX);
    assert_int_equal(etp_envelope_decode(datagram.bytes, datagram.size, &read), ETP_DISCOVERY_REFUSED_NONE);
    expect_same(&read, envelope);
    assert_true(is_signed(&datagram, envelope->device));
    assert_false(is_signed(&datagram, envelope->device + 1));
}

static void test_each_role_comes_back_as_it_was(void **state)
{
    (void)state;
    for (int role = ETP_DEVICE_BATTERY; role <= ETP_DEVICE_RELAY; role++) {
        etp_envelope envelope = envelope_of(1001, (etp_device_role)role, STAMP, 7);
        expect_round_trip(&envelope);
    }
}

static void test_any_number_of_addresses_of_any_length_comes_back(void **state)
{
    (void)state;
    for (unsigned count = 0; count <= ETP_DISCOVERY_ADDRESSES; count++) {
        for (size_t length = 1; length <= ETP_DISCOVERY_ADDRESS_MAX; length += 127) {
            etp_envelope envelope = envelope_of(ETP_ID_MAX - 1, ETP_DEVICE_AGGREGATOR, STAMP, 1);
            envelope.address_count = count;
            for (unsigned i = 0; i < count; i++) {
                memset(envelope.addresses[i], 'a' + (int)i, length);
                envelope.addresses[i][length] = '\0';
            }
            expect_round_trip(&envelope);
        }
    }
}

/* Without what the library does around it. */
static void sign_plainly(etp_id device, const void *bytes, size_t size, unsigned char *signature)
{
    unsigned char seed[32] = {0}, public_key[32], secret[64];
    memcpy(seed, &device, sizeof device);
    crypto_sign_seed_keypair(public_key, secret, seed);
    crypto_sign_detached(signature, NULL, bytes, size, secret);
}

/* The bytes of docs/protocol.md, put together by hand. */
static void test_the_layout_is_the_documented_one(void **state)
{
    (void)state;
    static const unsigned char head[] = {
        'E', 'T', 'P',  'D',  1,    3,    2,    1,    /* magic, version, kind, role, addresses */
        0,   0,   0,    0,    0,    0,    0x0b, 0xb9, /* device 3001 */
        0,   6,   0x0a, 0x24, 0x18, 0x1e, 0x40, 0,    /* time */
        0,   0,   0,    0,    0,    0,    0,    5,    /* counter */
        19,  't', 'c',  'p',  ':',  '/',  '/',  '1',  '0', '.', '0',
        '.', '0', '.',  '7',  ':',  '7',  '7',  '0',  '1', 0,   0, /* no frame */
    };
    etp_envelope envelope = envelope_of(3001, ETP_DEVICE_RELAY, STAMP, 5);
    etp_datagram datagram = signed_datagram(&envelope);
    assert_int_equal(datagram.size, sizeof head + 64);
    assert_memory_equal(datagram.bytes, head, sizeof head);
    unsigned char part[25 + sizeof head], signature[64];
    memcpy(part, "ETP discovery envelope 1", 25);
    memcpy(part + 25, head, sizeof head);
    sign_plainly(3001, part, sizeof part, signature);
    assert_memory_equal(datagram.bytes + sizeof head, signature, sizeof signature);
}

static char *read_text(const char *path)
{
    static char text[128 * 1024];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t size = fread(text, 1, sizeof text - 1, file);
    text[size] = '\0';
    fclose(file);
    return text;
}

static void test_the_example_of_the_documentation_is_what_is_sent(void **state)
{
    (void)state;
    unsigned char seed[32];
    char hex[2 * ETP_DISCOVERY_DATAGRAM_MAX + 1];
    etp_identity *identity;
    etp_datagram datagram;
    memset(seed, 0x55, sizeof seed);
    assert_int_equal(etp_identity_from_seed(&identity, 3001, seed, NULL, NULL), ETP_OK);
    etp_envelope envelope = envelope_of(3001, ETP_DEVICE_RELAY, STAMP, 1);
    assert_int_equal(etp_envelope_encode(&envelope, identity, &datagram), ETP_OK);
    etp_identity_free(identity);
    for (size_t i = 0; i < datagram.size; i++)
        snprintf(hex + 2 * i, 3, "%02x", datagram.bytes[i]);
    if (strstr(read_text(ETP_SOURCE_DIR "/docs/protocol.md"), hex) == NULL)
        fail_msg("docs/protocol.md does not have the envelope %s", hex);
}

/* ---- what cannot be announced ---- */

static int encode(const etp_envelope *envelope)
{
    etp_datagram datagram;
    return etp_envelope_encode(envelope, NULL, &datagram);
}

static void test_what_could_not_be_read_back_is_not_written(void **state)
{
    (void)state;
    etp_envelope good = envelope_of(1001, ETP_DEVICE_BATTERY, STAMP, 1), bad[10];
    for (unsigned i = 0; i < 10; i++)
        bad[i] = good;
    bad[0].device = 0;
    bad[1].device = ETP_ID_MAX + 1;
    bad[2].role = (etp_device_role)3;
    bad[3].time_us = ETP_ID_MAX + 1;
    bad[4].counter = 0;
    bad[5].address_count = ETP_DISCOVERY_ADDRESSES + 1;
    bad[6].has_message = false;
    bad[7].message.type = ETP_QUERY;
    bad[8].message.device_id = 1002;
    strcpy(bad[9].addresses[0], "tcp://10.0.0.7:7701\n");
    assert_int_equal(encode(&good), ETP_OK);
    for (unsigned i = 0; i < 10; i++)
        assert_int_equal(encode(&bad[i]), ETP_ERANGE);
    assert_int_equal(etp_envelope_encode(&good, NULL, NULL), ETP_EINVAL);
}

/* ---- what is refused ---- */

static void test_every_flipped_bit_is_noticed(void **state)
{
    (void)state;
    etp_envelope envelope = envelope_of(1001, ETP_DEVICE_BATTERY, STAMP, 1);
    etp_datagram good = signed_datagram(&envelope);
    for (size_t bit = 0; bit < good.size * 8; bit++) {
        etp_datagram bad = good;
        bad.bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_true(decode(&bad) != ETP_DISCOVERY_REFUSED_NONE || !is_signed(&bad, 1001));
        assert_false(is_signed(&bad, 1001));
    }
}

static void test_every_truncation_is_refused(void **state)
{
    (void)state;
    etp_envelope envelope = envelope_of(1001, ETP_DEVICE_AGGREGATOR, STAMP, 1);
    etp_datagram whole = signed_datagram(&envelope), cut = whole;
    for (cut.size = 0; cut.size < whole.size; cut.size++) {
        assert_int_equal(decode(&cut), ETP_DISCOVERY_REFUSED_TRUNCATED);
        assert_false(is_signed(&cut, 1001));
    }
}

static void test_what_follows_the_signature_is_refused(void **state)
{
    (void)state;
    etp_envelope envelope = envelope_of(1001, ETP_DEVICE_BATTERY, STAMP, 1);
    etp_datagram datagram = signed_datagram(&envelope);
    datagram.bytes[datagram.size++] = 0;
    assert_int_equal(decode(&datagram), ETP_DISCOVERY_REFUSED_MALFORMED);
}

static void test_one_byte_too_many_is_oversized(void **state)
{
    (void)state;
    unsigned char bytes[ETP_DISCOVERY_DATAGRAM_MAX + 1];
    memset(bytes, 'E', sizeof bytes);
    etp_envelope envelope;
    assert_int_equal(etp_envelope_decode(bytes, sizeof bytes, &envelope), ETP_DISCOVERY_REFUSED_OVERSIZED);
    assert_int_equal(etp_envelope_decode(bytes, sizeof bytes - 1, &envelope), ETP_DISCOVERY_REFUSED_NOT_ENVELOPE);
    etp_trust_entry entry = trusted_with(1001, ETP_DEVICE_BATTERY, 1001);
    assert_false(etp_envelope_verify(bytes, sizeof bytes, &entry));
    assert_false(etp_envelope_verify(NULL, 100, &entry));
    assert_false(etp_envelope_verify(bytes, 100, NULL));
}

/* One changed byte, and the reason for which it is refused. */
static void test_each_field_has_its_refusal(void **state)
{
    (void)state;
    static const struct {
        size_t at;
        unsigned char value;
        etp_discovery_refusal refusal;
    } rows[] = {
        {0, 'e', ETP_DISCOVERY_REFUSED_NOT_ENVELOPE},
        {4, 0, ETP_DISCOVERY_REFUSED_VERSION},
        {4, 2, ETP_DISCOVERY_REFUSED_VERSION},
        {5, 2, ETP_DISCOVERY_REFUSED_MALFORMED}, /* a Query of a battery */
        {5, 0, ETP_DISCOVERY_REFUSED_MALFORMED},
        {6, 1, ETP_DISCOVERY_REFUSED_MALFORMED},
        {6, 255, ETP_DISCOVERY_REFUSED_MALFORMED},
        {7, 5, ETP_DISCOVERY_REFUSED_MALFORMED},
        {8, 1, ETP_DISCOVERY_REFUSED_MALFORMED},    /* a device beyond 2^53 */
        {15, 0, ETP_DISCOVERY_REFUSED_MESSAGE},     /* another device than the message's */
        {16, 1, ETP_DISCOVERY_REFUSED_MALFORMED},   /* a time beyond 2^53 */
        {31, 0, ETP_DISCOVERY_REFUSED_MALFORMED},   /* counter 0 */
        {32, 0, ETP_DISCOVERY_REFUSED_MALFORMED},   /* an address of no bytes */
        {32, 255, ETP_DISCOVERY_REFUSED_MALFORMED}, /* of too many */
        {33, ' ', ETP_DISCOVERY_REFUSED_MALFORMED}, /* of bytes that cannot be shown */
        {33, 0x1b, ETP_DISCOVERY_REFUSED_MALFORMED},
        {33, 0xc3, ETP_DISCOVERY_REFUSED_MALFORMED},
        {53, 0, ETP_DISCOVERY_REFUSED_MESSAGE}, /* a shorter frame */
        {60, 0, ETP_DISCOVERY_REFUSED_MESSAGE}, /* within the frame */
    };
    etp_envelope envelope = envelope_of(0x3e9, ETP_DEVICE_BATTERY, STAMP, 1);
    etp_datagram good = signed_datagram(&envelope);
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        etp_datagram bad = good;
        assert_true(bad.bytes[rows[i].at] != rows[i].value);
        bad.bytes[rows[i].at] = rows[i].value;
        assert_int_equal(decode(&bad), rows[i].refusal);
    }
}

/* Puts `frame` in the place of the one that is there; what is signed does not matter to etp_envelope_decode(). */
static etp_discovery_refusal decode_with_frame(const etp_envelope *envelope, const etp_frame *frame)
{
    etp_datagram datagram = signed_datagram(envelope);
    size_t at = ETP_ENVELOPE_HEAD + 1 + strlen(envelope->addresses[0]);
    datagram.bytes[at] = (unsigned char)(frame->size >> 8);
    datagram.bytes[at + 1] = (unsigned char)frame->size;
    memcpy(datagram.bytes + at + 2, frame->bytes, frame->size);
    datagram.size = at + 2 + frame->size + ETP_SIGNATURE_SIZE;
    return decode(&datagram);
}

static etp_frame frame_of(const etp_message *message, unsigned times)
{
    etp_frame frame = {0};
    unsigned char bytes[ETP_MESSAGE_MAX];
    int size = etp_encode(message, bytes, sizeof bytes);
    assert_true(size > 0);
    for (unsigned i = 0; i < times; i++)
        assert_int_equal(etp_frame_add(&frame, bytes, (size_t)size), ETP_OK);
    assert_int_equal(etp_frame_seal(&frame), ETP_OK);
    return frame;
}

static void test_the_message_has_to_be_the_announced_one(void **state)
{
    (void)state;
    etp_envelope envelope = envelope_of(1001, ETP_DEVICE_BATTERY, STAMP, 1);
    etp_frame frame = frame_of(&envelope.message, 1);
    assert_int_equal(decode_with_frame(&envelope, &frame), ETP_DISCOVERY_REFUSED_NONE);
    frame = frame_of(&envelope.message, 2); /* two messages */
    assert_int_equal(decode_with_frame(&envelope, &frame), ETP_DISCOVERY_REFUSED_MESSAGE);
    etp_message message = envelope.message;
    message.type = ETP_BID;
    frame = frame_of(&message, 1);
    assert_int_equal(decode_with_frame(&envelope, &frame), ETP_DISCOVERY_REFUSED_MESSAGE);
    message = envelope.message;
    message.device_id++;
    frame = frame_of(&message, 1);
    assert_int_equal(decode_with_frame(&envelope, &frame), ETP_DISCOVERY_REFUSED_MESSAGE);
    message = envelope.message;
    message.ttl = 0;
    frame = frame_of(&message, 1);
    assert_int_equal(decode_with_frame(&envelope, &frame), ETP_DISCOVERY_REFUSED_MESSAGE);
    frame = (etp_frame){0};
    assert_int_equal(decode_with_frame(&envelope, &frame), ETP_DISCOVERY_REFUSED_MESSAGE);
    envelope = envelope_of(3001, ETP_DEVICE_RELAY, STAMP, 1); /* which has none */
    frame = frame_of(&message, 1);
    assert_int_equal(decode_with_frame(&envelope, &frame), ETP_DISCOVERY_REFUSED_MESSAGE);
}

static void test_a_signature_for_something_else_is_none(void **state)
{
    (void)state;
    etp_envelope envelope = envelope_of(1001, ETP_DEVICE_BATTERY, STAMP, 1);
    etp_datagram datagram = signed_datagram(&envelope);
    size_t body = datagram.size - ETP_SIGNATURE_SIZE;
    sign_plainly(1001, datagram.bytes, body, datagram.bytes + body);
    assert_int_equal(decode(&datagram), ETP_DISCOVERY_REFUSED_NONE);
    assert_false(is_signed(&datagram, 1001)); /* signed without the domain */
    memset(datagram.bytes + body, 0, ETP_SIGNATURE_SIZE);
    assert_false(is_signed(&datagram, 1001));
}

static void test_random_bytes_are_refused(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 77);
    etp_envelope envelope = envelope_of(1001, ETP_DEVICE_BATTERY, STAMP, 1);
    etp_datagram good = signed_datagram(&envelope);
    for (unsigned i = 0; i < 20000; i++) {
        etp_datagram bad = good;
        size_t from = (size_t)etp_rng_below(&rng, good.size);
        bad.size = from + (size_t)etp_rng_below(&rng, sizeof bad.bytes - from + 1);
        for (size_t at = from; at < bad.size; at++)
            bad.bytes[at] = (unsigned char)etp_rng_next(&rng);
        if (bad.size == good.size && memcmp(bad.bytes, good.bytes, good.size) == 0)
            continue;
        assert_true(decode(&bad) != ETP_DISCOVERY_REFUSED_NONE || !is_signed(&bad, 1001));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_role_comes_back_as_it_was),
        cmocka_unit_test(test_any_number_of_addresses_of_any_length_comes_back),
        cmocka_unit_test(test_the_layout_is_the_documented_one),
        cmocka_unit_test(test_the_example_of_the_documentation_is_what_is_sent),
        cmocka_unit_test(test_what_could_not_be_read_back_is_not_written),
        cmocka_unit_test(test_every_flipped_bit_is_noticed),
        cmocka_unit_test(test_every_truncation_is_refused),
        cmocka_unit_test(test_what_follows_the_signature_is_refused),
        cmocka_unit_test(test_one_byte_too_many_is_oversized),
        cmocka_unit_test(test_each_field_has_its_refusal),
        cmocka_unit_test(test_the_message_has_to_be_the_announced_one),
        cmocka_unit_test(test_a_signature_for_something_else_is_none),
        cmocka_unit_test(test_random_bytes_are_refused),
    };
    return !etp_sodium_ready() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
