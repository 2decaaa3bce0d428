/* SPDX-License-Identifier: MIT */
/* What does not belong where it comes: garbage, records at the wrong time or of a wrong size, ends that are too slow. */
#include "unit/live_channel_pair.h"

/* ---- what does not belong there ---- */

static void give(end *to, const void *bytes, size_t size)
{
    size_t used;
    etp_channel_receive(&to->channel, time_at(&two, to), bytes, size, &used);
}

static void garbage_is_not_answered(void **state)
{
    (void)state;
    static const char *const strangers[] = {"GET / HTTP/1.1\r\n\r\n", "\x16\x03\x01\x02\x00", "SSH-2.0-OpenSSH",
                                            "\x01\x02\x03"};
    pair_stop_unheard(NULL);
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++) {
        pair_init(&two);
        pair_open(&two);
        give(&two.listener, strangers[i], strlen(strangers[i]));
        expect_end(&two.listener, ETP_CHANNEL_GARBAGE, false);
        assert_int_equal(end_flush(&two, &two.listener), 0);
        /* A dialer has reached something else than a node. */
        end_flush(&two, &two.dialer);
        give(&two.dialer, strangers[i], strlen(strangers[i]));
        expect_end(&two.dialer, ETP_CHANNEL_GARBAGE, false);
        assert_int_equal(end_flush(&two, &two.dialer), 0);
        pair_fini(&two);
    }
    pair_init(&two);
}

static void random_garbage_establishes_nothing(void **state)
{
    (void)state;
    unsigned char bytes[300];
    etp_rng rng;
    etp_rng_seed(&rng, 71);
    pair_stop_unheard(NULL);
    for (unsigned i = 0; i < 2000; i++) {
        pair_init(&two);
        pair_open(&two);
        on_random(&rng, bytes, sizeof bytes);
        if (i % 2 == 0)
            memcpy(bytes, two.dialer.channel.output, i % 70);
        give(&two.listener, bytes, 1 + etp_rng_below(&rng, sizeof bytes));
        assert_int_equal(two.listener.established, 0);
        pair_fini(&two);
    }
    pair_init(&two);
}

static void a_second_hello(void **state)
{
    (void)state;
    pair_open(&two);
    end_flush(&two, &two.dialer);
    memcpy(two.dialer.flight + two.dialer.in_flight, two.dialer.flight, two.dialer.in_flight);
    two.dialer.in_flight *= 2;
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    expect_end(&two.listener, ETP_CHANNEL_SECOND_HELLO, false);
}

static void a_hello_when_all_is_done(void **state)
{
    (void)state;
    pair_connect(&two);
    give(&two.listener, two.dialer.record, 67);
    expect_end(&two.listener, ETP_CHANNEL_SECOND_HELLO, false);
}

static void a_frame_before_its_time(void **state)
{
    (void)state;
    static const unsigned char early[] = {0, 20, 4, 1, 2, 3};
    unsigned char frame[22] = {0};
    memcpy(frame, early, sizeof early);
    pair_open(&two);
    give(&two.listener, frame, sizeof frame);
    expect_end(&two.listener, ETP_CHANNEL_GARBAGE, false);
    end_flush(&two, &two.dialer);
    give(&two.dialer, frame, sizeof frame);
    expect_end(&two.dialer, ETP_CHANNEL_GARBAGE, false);
}

static void a_frame_in_place_of_the_proof(void **state)
{
    (void)state;
    static const unsigned char frame[22] = {0, 20, 4, 1, 2, 3};
    pair_open(&two);
    end_flush(&two, &two.dialer);
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    give(&two.listener, frame, sizeof frame);
    expect_end(&two.listener, ETP_CHANNEL_UNEXPECTED, false);
}

static void a_proof_before_the_hello(void **state)
{
    (void)state;
    pair_open(&two);
    end_flush(&two, &two.dialer);
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    end_flush(&two, &two.listener);
    give(&two.dialer, two.listener.record + 67, two.listener.recorded - 67);
    expect_end(&two.dialer, ETP_CHANNEL_GARBAGE, false);
}

static void kinds_that_do_not_exist(void **state)
{
    (void)state;
    static const unsigned kinds[] = {0, 11, 99, 255};
    pair_stop_unheard(NULL);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        pair_init(&two);
        pair_connect(&two);
        const unsigned char record[] = {0, 2, (unsigned char)kinds[i], 0};
        give(&two.listener, record, sizeof record);
        expect_end(&two.listener, ETP_CHANNEL_UNEXPECTED, false);
        pair_fini(&two);
    }
    pair_init(&two);
}

static void records_of_a_size_that_their_kind_has_not(void **state)
{
    (void)state;
    static const struct {
        unsigned char head[3];
        etp_channel_refusal refusal;
    } records[] = {
        {{0, 17, 4}, ETP_CHANNEL_MALFORMED}, /* a frame of nothing */
        {{0, 0, 4}, ETP_CHANNEL_MALFORMED},   {{0, 1, 4}, ETP_CHANNEL_MALFORMED},
        {{5, 0x8a, 4}, ETP_CHANNEL_OVERSIZE}, {{0xff, 0xff, 4}, ETP_CHANNEL_OVERSIZE},
        {{5, 0x92, 5}, ETP_CHANNEL_OVERSIZE}, {{0, 25, 5}, ETP_CHANNEL_MALFORMED},
        {{0, 24, 6}, ETP_CHANNEL_MALFORMED},  {{0, 26, 6}, ETP_CHANNEL_OVERSIZE},
        {{0, 24, 7}, ETP_CHANNEL_MALFORMED},  {{0, 26, 7}, ETP_CHANNEL_OVERSIZE},
        {{0, 40, 8}, ETP_CHANNEL_MALFORMED},  {{0, 42, 8}, ETP_CHANNEL_OVERSIZE},
        {{0, 21, 9}, ETP_CHANNEL_MALFORMED},  {{0, 23, 9}, ETP_CHANNEL_OVERSIZE},
    };
    pair_stop_unheard(NULL);
    for (size_t i = 0; i < sizeof records / sizeof records[0]; i++) {
        pair_init(&two);
        pair_connect(&two);
        give(&two.listener, records[i].head, 3);
        expect_end(&two.listener, records[i].refusal, false);
        pair_fini(&two);
    }
    pair_init(&two);
}

/* ---- too slow ---- */

static void an_end_that_says_nothing(void **state)
{
    (void)state;
    pair_open(&two);
    etp_time limit = two.now + two.listener.options.handshake_limit;
    assert_true(etp_channel_deadline(&two.listener.channel) == limit);
    assert_int_equal(etp_channel_advance(&two.listener.channel, limit - 1), ETP_OK);
    assert_int_equal(etp_channel_advance(&two.listener.channel, limit), ETP_ESTATE);
    expect_end(&two.listener, ETP_CHANNEL_SLOW, false);
    /* It does not know who it was talking to. */
    assert_int_equal(end_flush(&two, &two.listener), 0);
}

static void an_end_that_stops_in_the_middle(void **state)
{
    (void)state;
    pair_open(&two);
    end_flush(&two, &two.dialer);
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    end_flush(&two, &two.listener);
    two.now += two.listener.options.handshake_limit;
    assert_int_equal(etp_channel_advance(&two.listener.channel, two.now), ETP_ESTATE);
    expect_end(&two.listener, ETP_CHANNEL_SLOW, false);
    assert_true(end_flush(&two, &two.listener) > 0);
    assert_int_equal(etp_channel_end_of(&two.listener.channel).device, AGGREGATOR);
    assert_false(etp_channel_end_of(&two.listener.channel).proved);
}

/* One byte now and then does not keep it open. */
static void an_end_that_is_slow_on_purpose(void **state)
{
    (void)state;
    pair_open(&two);
    end_flush(&two, &two.dialer);
    for (size_t shown = 1; shown < 60 && !etp_channel_is_over(&two.listener.channel); shown++) {
        deliver(&two, &two.dialer, &two.listener, shown);
        two.now += ETP_NS_PER_SECOND;
        etp_channel_advance(&two.listener.channel, two.now);
        assert_true(shown <= 5);
    }
    expect_end(&two.listener, ETP_CHANNEL_SLOW, false);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_start, pair_stop_unheard)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(garbage_is_not_answered),
        TEST(random_garbage_establishes_nothing),
        TEST(a_second_hello),
        TEST(a_hello_when_all_is_done),
        TEST(a_frame_before_its_time),
        TEST(a_frame_in_place_of_the_proof),
        TEST(a_proof_before_the_hello),
        TEST(kinds_that_do_not_exist),
        TEST(records_of_a_size_that_their_kind_has_not),
        TEST(an_end_that_says_nothing),
        TEST(an_end_that_stops_in_the_middle),
        TEST(an_end_that_is_slow_on_purpose),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
