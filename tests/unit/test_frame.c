/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "etp/codec.h"
#include "etp/error.h"
#include "fuzz/messages.h"

enum { BODY_MAX = ETP_FRAME_MAX - ETP_SEAL_SIZE, MESSAGES_MAX = 64 };

static int add_message(etp_frame *frame, const etp_message *message)
{
    unsigned char bytes[ETP_MESSAGE_MAX];
    int size = etp_encode(message, bytes, sizeof bytes);
    assert_true(size > 0);
    return etp_frame_add(frame, bytes, (size_t)size);
}

/* As many random messages as fit, at most `limit`. */
static unsigned fill(etp_frame *frame, etp_rng *rng, etp_message *messages, unsigned limit)
{
    *frame = (etp_frame){0};
    unsigned count = 0;
    while (count < limit) {
        messages[count] = random_message(rng);
        if (add_message(frame, &messages[count]) != ETP_OK)
            break;
        count++;
    }
    assert_int_equal(etp_frame_seal(frame), ETP_OK);
    return count;
}

static etp_refusal open_frame(const etp_frame *frame, size_t size)
{
    etp_frame_reader reader;
    return etp_frame_open(&reader, frame->bytes, size);
}

static void test_messages_come_out_in_the_order_they_went_in(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 40);
    for (unsigned limit = 1; limit <= MESSAGES_MAX; limit++) {
        etp_frame frame;
        etp_message messages[MESSAGES_MAX], message;
        unsigned count = fill(&frame, &rng, messages, limit);
        etp_frame_reader reader;
        assert_int_equal(etp_frame_open(&reader, frame.bytes, frame.size), ETP_REFUSED_NONE);
        for (unsigned i = 0; i < count; i++) {
            assert_true(etp_frame_more(&reader));
            assert_int_equal(etp_frame_next(&reader, &message), ETP_REFUSED_NONE);
            assert_null(message_difference(&message, &messages[i]));
        }
        assert_false(etp_frame_more(&reader));
        assert_int_equal(etp_frame_next(&reader, &message), ETP_REFUSED_TRUNCATED);
    }
}

/* The checksum of "123456789" is the standard's own check value. */
static void test_the_seal_is_the_known_checksum(void **state)
{
    (void)state;
    static const unsigned char seal[] = {0xce, 0xcb, 0xf4, 0x39, 0x26};
    etp_frame frame = {0};
    assert_int_equal(etp_frame_add(&frame, "123456789", 9), ETP_OK);
    assert_int_equal(etp_frame_seal(&frame), ETP_OK);
    assert_int_equal(frame.size, 9 + ETP_SEAL_SIZE);
    assert_memory_equal(frame.bytes + 9, seal, sizeof seal);
}

static void test_a_frame_takes_what_fits_beside_its_seal(void **state)
{
    (void)state;
    static const unsigned char zeros[ETP_FRAME_MAX] = {0};
    etp_frame frame = {0};
    assert_int_equal(etp_frame_add(&frame, zeros, BODY_MAX + 1), ETP_ENOSPACE);
    assert_int_equal(frame.size, 0);
    assert_int_equal(etp_frame_add(&frame, zeros, BODY_MAX - 1), ETP_OK);
    assert_int_equal(etp_frame_add(&frame, zeros, 2), ETP_ENOSPACE);
    assert_int_equal(etp_frame_add(&frame, zeros, SIZE_MAX), ETP_ENOSPACE);
    assert_int_equal(frame.size, BODY_MAX - 1);
    assert_int_equal(etp_frame_add(&frame, zeros, 1), ETP_OK);
    assert_int_equal(etp_frame_seal(&frame), ETP_OK);
    assert_int_equal(frame.size, ETP_FRAME_MAX);
    assert_int_equal(open_frame(&frame, frame.size), ETP_REFUSED_NONE);
}

static void test_a_full_frame_that_is_sealed_takes_nothing_more(void **state)
{
    (void)state;
    static const unsigned char zeros[BODY_MAX] = {0};
    etp_frame frame = {0};
    etp_frame_add(&frame, zeros, BODY_MAX);
    etp_frame_seal(&frame);
    assert_int_equal(etp_frame_add(&frame, zeros, 1), ETP_ENOSPACE);
    assert_int_equal(etp_frame_seal(&frame), ETP_ESTATE);
    assert_int_equal(frame.size, ETP_FRAME_MAX);
}

static void test_an_empty_frame_cannot_be_sealed(void **state)
{
    (void)state;
    etp_frame frame = {0};
    assert_int_equal(etp_frame_seal(&frame), ETP_ESTATE);
    assert_int_equal(frame.size, 0);
}

static void test_a_frame_cut_short_is_refused_at_every_length(void **state)
{
    (void)state;
    etp_frame frame = {0};
    etp_message message = typical_message();
    add_message(&frame, &message);
    etp_frame_seal(&frame);
    for (size_t size = 0; size < frame.size; size++)
        assert_int_equal(open_frame(&frame, size),
                         size <= ETP_SEAL_SIZE ? ETP_REFUSED_TRUNCATED : ETP_REFUSED_CHECKSUM);
}

static void test_a_frame_over_the_limit_is_refused(void **state)
{
    (void)state;
    static const unsigned char zeros[ETP_FRAME_MAX + 1] = {0};
    etp_frame_reader reader;
    assert_int_equal(etp_frame_open(&reader, zeros, sizeof zeros), ETP_REFUSED_TOO_LONG);
    assert_int_equal(etp_frame_open(&reader, zeros, SIZE_MAX), ETP_REFUSED_TOO_LONG);
}

static void test_messages_without_a_seal_are_refused(void **state)
{
    (void)state;
    etp_frame frame = {0};
    etp_message message = typical_message();
    add_message(&frame, &message);
    add_message(&frame, &message);
    assert_int_equal(open_frame(&frame, frame.size), ETP_REFUSED_CHECKSUM);
}

static void flip(etp_frame *frame, size_t bit)
{
    frame->bytes[bit / 8] ^= (unsigned char)(1u << bit % 8);
}

/* A full frame, every bit of it, in turn. */
static void test_every_flipped_bit_is_found(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 41);
    etp_frame frame;
    etp_message messages[MESSAGES_MAX];
    fill(&frame, &rng, messages, MESSAGES_MAX);
    for (size_t bit = 0; bit < 8 * frame.size; bit++) {
        flip(&frame, bit);
        assert_int_equal(open_frame(&frame, frame.size), ETP_REFUSED_CHECKSUM);
        flip(&frame, bit);
    }
    assert_int_equal(open_frame(&frame, frame.size), ETP_REFUSED_NONE);
}

/* Every pair of bits of a frame that holds one message. */
static void test_every_two_flipped_bits_are_found(void **state)
{
    (void)state;
    etp_frame frame = {0};
    etp_message message = typical_message();
    add_message(&frame, &message);
    etp_frame_seal(&frame);
    for (size_t first = 0; first < 8 * frame.size; first++) {
        flip(&frame, first);
        for (size_t second = first + 1; second < 8 * frame.size; second++) {
            flip(&frame, second);
            if (open_frame(&frame, frame.size) != ETP_REFUSED_CHECKSUM)
                fail_msg("bits %zu and %zu", first, second);
            flip(&frame, second);
        }
        flip(&frame, first);
    }
}

/* Bits of the messages that lie together, as on a line that was disturbed: up to 32 of them are always found. */
static void test_every_short_burst_is_found(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 42);
    etp_frame frame;
    etp_message messages[MESSAGES_MAX];
    fill(&frame, &rng, messages, MESSAGES_MAX);
    for (int i = 0; i < 50000; i++) {
        size_t length = 2 + etp_rng_below(&rng, 31);
        size_t start = etp_rng_below(&rng, 8 * (frame.size - ETP_SEAL_SIZE) - length);
        uint64_t bits = (etp_rng_next(&rng) & ((UINT64_C(1) << length) - 1)) | 1;
        etp_frame hurt = frame;
        for (size_t j = 0; j < length; j++) {
            if (bits >> j & 1)
                flip(&hurt, start + j);
        }
        assert_int_equal(open_frame(&hurt, hurt.size), ETP_REFUSED_CHECKSUM);
    }
}

static void test_a_malformed_message_ends_the_walk(void **state)
{
    (void)state;
    etp_frame frame = {0};
    etp_message message = typical_message();
    add_message(&frame, &message);
    assert_int_equal(etp_frame_add(&frame, "\xc0", 1), ETP_OK);
    add_message(&frame, &message);
    etp_frame_seal(&frame);
    etp_frame_reader reader;
    assert_int_equal(etp_frame_open(&reader, frame.bytes, frame.size), ETP_REFUSED_NONE);
    assert_int_equal(etp_frame_next(&reader, &message), ETP_REFUSED_NONE);
    assert_true(etp_frame_more(&reader));
    assert_int_equal(etp_frame_next(&reader, &message), ETP_REFUSED_NOT_A_MESSAGE);
    assert_false(etp_frame_more(&reader));
}

/* The last message may not reach into the seal. */
static void test_a_message_ends_before_the_seal(void **state)
{
    (void)state;
    unsigned char bytes[ETP_MESSAGE_MAX];
    etp_message message = typical_message();
    int size = etp_encode(&message, bytes, sizeof bytes);
    etp_frame frame = {0};
    etp_frame_add(&frame, bytes, (size_t)size - 3);
    etp_frame_seal(&frame);
    etp_frame_reader reader;
    assert_int_equal(etp_frame_open(&reader, frame.bytes, frame.size), ETP_REFUSED_NONE);
    assert_int_equal(etp_frame_next(&reader, &message), ETP_REFUSED_TRUNCATED);
}

static void test_messages_are_counted_without_being_read(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 44);
    for (unsigned limit = 1; limit <= MESSAGES_MAX; limit++) {
        etp_frame frame;
        etp_message messages[MESSAGES_MAX];
        unsigned count = fill(&frame, &rng, messages, limit);
        assert_int_equal(etp_frame_messages(frame.bytes, frame.size), count);
        /* What is cut short counts too: somebody has to find out what is wrong with it. */
        assert_in_range(etp_frame_messages(frame.bytes, frame.size - 1), 1, count);
    }
    static const unsigned char bids[] = {0x91, 1, 0xdc, 0, 1, 2, 0xdd, 0, 0, 0, 1, 3, 0xce, 0, 0, 0, 0};
    assert_int_equal(etp_frame_messages(bids, sizeof bids), 3);
    static const unsigned char endless[] = {0xdd, 0xff, 0xff, 0xff, 0xff, 0x91, 0xce, 0, 0, 0, 0};
    assert_int_equal(etp_frame_messages(endless, sizeof endless), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages_are_counted_without_being_read),
        cmocka_unit_test(test_messages_come_out_in_the_order_they_went_in),
        cmocka_unit_test(test_the_seal_is_the_known_checksum),
        cmocka_unit_test(test_a_frame_takes_what_fits_beside_its_seal),
        cmocka_unit_test(test_a_full_frame_that_is_sealed_takes_nothing_more),
        cmocka_unit_test(test_an_empty_frame_cannot_be_sealed),
        cmocka_unit_test(test_a_frame_cut_short_is_refused_at_every_length),
        cmocka_unit_test(test_a_frame_over_the_limit_is_refused),
        cmocka_unit_test(test_messages_without_a_seal_are_refused),
        cmocka_unit_test(test_every_flipped_bit_is_found),
        cmocka_unit_test(test_every_two_flipped_bits_are_found),
        cmocka_unit_test(test_every_short_burst_is_found),
        cmocka_unit_test(test_a_malformed_message_ends_the_walk),
        cmocka_unit_test(test_a_message_ends_before_the_seal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
