/* SPDX-License-Identifier: MIT */
/* What is under way is bounded, and yet nothing ever stands still; what is over a limit is refused. */
#include "live/channel/internal.h"
#include "unit/live_channel_pair.h"

/* As much as is taken, of one size. Returns how many frames. */
static unsigned saturate(end *from, size_t size)
{
    unsigned count = 0;
    for (;;) {
        int result = send_bytes(&two, from, 0, size, (unsigned char)count);
        if (result == ETP_EFULL && end_flush(&two, from) == 0)
            return count;
        count += result == ETP_OK;
        assert_true(etp_channel_outstanding(&from->channel) <= from->channel.window.open);
    }
}

static void the_bound_is_the_lower_of_both(void **state)
{
    (void)state;
    two.dialer.options.credit = 100000;
    two.listener.options.unacknowledged = two.listener.options.credit = 5000;
    pair_connect(&two);
    saturate(&two.dialer, 100);
    assert_in_range(etp_channel_outstanding(&two.dialer.channel), 5000 - 120, 5000);
    assert_false(etp_channel_writable(&two.dialer.channel));
    saturate(&two.listener, 100);
    assert_in_range(etp_channel_outstanding(&two.listener.channel), 5000 - 120, 5000);
}

static void what_has_been_consumed_makes_room_again(void **state)
{
    (void)state;
    pair_connect(&two);
    unsigned sent = saturate(&two.dialer, 500);
    assert_true(sent > 0);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 500, 1), ETP_EFULL);
    pair_settle(&two);
    assert_int_equal(two.listener.frames, sent);
    assert_true(etp_channel_writable(&two.dialer.channel));
    assert_true(etp_channel_outstanding(&two.dialer.channel) < two.dialer.channel.window.least / ETP_WINDOW_ASKS);
    assert_int_equal(etp_channel_stats_of(&two.dialer.channel)->acks_received,
                     etp_channel_stats_of(&two.listener.channel)->acks_sent);
}

/* Whatever was refused for want of room, the most urgent message is what is asked for next: nothing that waits inside
 * stands before it but what was under way already. */
static void what_is_urgent_waits_for_no_more_than_the_bound(void **state)
{
    (void)state;
    pair_connect(&two);
    const size_t bound = ETP_CHANNEL_UNACKNOWLEDGED_DEFAULT;
    saturate(&two.dialer, 1000);
    size_t ahead = two.dialer.in_flight;
    assert_in_range(ahead, 1, bound + 200);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 100, 0xdf), ETP_EFULL);
    /* The reader takes a few records up to an ASK, and answers it. */
    deliver(&two, &two.dialer, &two.listener, bound / 2 + ETP_CHANNEL_RECORD_MAX);
    end_flush(&two, &two.listener);
    deliver(&two, &two.listener, &two.dialer, SIZE_MAX);
    assert_true(etp_channel_writable(&two.dialer.channel));
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 100, 0xdf), ETP_OK);
    end_flush(&two, &two.dialer);
    assert_in_range(two.dialer.in_flight, 1, bound + 200);
    pair_settle(&two);
    assert_int_equal(two.listener.frame[0], 0xdf);
}

/* An ASK stands behind a quarter of the window, and is answered as soon as it is read. */
static void whoever_is_asked_says_what_it_has_consumed(void **state)
{
    (void)state;
    pair_connect(&two);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(send_bytes(&two, &two.dialer, 0, 1000, 1), ETP_OK);
        end_flush(&two, &two.dialer);
        deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
        assert_int_equal(end_flush(&two, &two.listener), i == 2 ? 3 + 8 + 16 : 0);
    }
    deliver(&two, &two.listener, &two.dialer, SIZE_MAX);
    assert_int_equal(etp_channel_outstanding(&two.dialer.channel), 0);
}

/* What is left when a sender stops is little, and known to be so: it asks once more when it is answered. */
static void who_has_stopped_knows_of_nearly_all(void **state)
{
    (void)state;
    for (unsigned count = 1; count < 60; count++) {
        pair_fini(&two);
        pair_init(&two);
        pair_connect(&two);
        two.dialer.channel.window.size = two.dialer.channel.window.open = ETP_CHANNEL_CREDIT_DEFAULT;
        for (unsigned i = 0; i < count; i++) {
            assert_int_equal(send_bytes(&two, &two.dialer, 0, 1000, 1), ETP_OK);
            end_flush(&two, &two.dialer);
        }
        pair_settle(&two);
        assert_true(etp_channel_outstanding(&two.dialer.channel) <
                    ETP_CHANNEL_UNACKNOWLEDGED_DEFAULT / ETP_WINDOW_ASKS);
    }
}

/* Another implementation may have a fixed window, and rely on the credit alone. */
static void whoever_never_asks_is_told_at_half_of_the_credit(void **state)
{
    (void)state;
    two.listener.options.credit = 8192;
    pair_connect(&two);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(end_flush(&two, &two.listener), i == 5 ? 1 : 0);
        two.dialer.channel.asked = two.dialer.channel.sent + 1000;
        assert_int_equal(send_bytes(&two, &two.dialer, 0, 1000, 1), ETP_OK);
        two.dialer.channel.asked = two.dialer.channel.sent;
        end_flush(&two, &two.dialer);
        deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    }
    assert_int_equal(end_flush(&two, &two.listener), 3 + 8 + 16);
    deliver(&two, &two.listener, &two.dialer, SIZE_MAX);
    assert_int_equal(etp_channel_outstanding(&two.dialer.channel), 0);
}

/* ---- any sizes, any pauses ---- */

typedef struct journey {
    etp_rng rng;
    unsigned wanted, sent[2];
} journey;

static void try_to_send(journey *on, end *from, unsigned which)
{
    if (on->sent[which] == on->wanted)
        return;
    size_t size = 1 + etp_rng_below(&on->rng, ETP_FRAME_MAX);
    int result = send_bytes(&two, from, 0, size, (unsigned char)on->sent[which]);
    assert_true(result == ETP_OK || result == ETP_EFULL);
    assert_false(result == ETP_EFULL && etp_channel_writable(&from->channel));
    on->sent[which] += result == ETP_OK;
}

static void step(journey *on)
{
    end *ends[] = {&two.dialer, &two.listener};
    unsigned which = (unsigned)etp_rng_below(&on->rng, 2);
    end *from = ends[which], *to = ends[1 - which];
    switch (etp_rng_below(&on->rng, 5)) {
    case 4: /* a moment, or so long that a window shrinks, or begins anew */
        two.now += (etp_time)etp_rng_below(&on->rng, (uint64_t)ETP_NS_PER_MS << etp_rng_below(&on->rng, 13));
        break;
    case 0:
    case 1:
        try_to_send(on, from, which);
        break;
    case 2:
        end_flush(&two, from);
        break;
    default:
        deliver(&two, from, to, etp_rng_below(&on->rng, 4000));
        break;
    }
    for (unsigned i = 0; i < 2; i++)
        assert_true(etp_channel_outstanding(&ends[i]->channel) <= ends[i]->channel.credit);
}

static void travel(uint64_t seed)
{
    journey on = {.wanted = 60};
    etp_rng_seed(&on.rng, seed);
    pair_init(&two);
    two.dialer.options.messages_per_second = two.listener.options.messages_per_second = 0;
    end *ends[] = {&two.dialer, &two.listener};
    for (unsigned i = 0; i < 2; i++) {
        ends[i]->options.unacknowledged = 4096 + (uint32_t)etp_rng_below(&on.rng, 8192);
        ends[i]->options.credit = ends[i]->options.unacknowledged + (uint32_t)etp_rng_below(&on.rng, 40000);
    }
    pair_connect(&two);
    /* One that tells what it has consumed when it is asked, and never else. */
    if (etp_rng_below(&on.rng, 2) == 0)
        two.listener.channel.credit = UINT32_MAX;
    for (unsigned i = 0; i < 3000; i++)
        step(&on);
    /* Whatever state they are in: with time they get through. */
    for (unsigned i = 0; i < 1000 && on.sent[0] + on.sent[1] < 2 * on.wanted; i++) {
        pair_settle(&two);
        try_to_send(&on, &two.dialer, 0);
        try_to_send(&on, &two.listener, 1);
    }
    pair_settle(&two);
    if (two.listener.frames != on.wanted || two.dialer.frames != on.wanted)
        fail_msg("seed %u: %u and %u frames of %u arrived", (unsigned)seed, two.listener.frames, two.dialer.frames,
                 on.wanted);
    pair_fini(&two);
}

static void nothing_ever_stands_still(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 100; seed++)
        travel(seed);
}

/* ---- ends that do not keep to it ---- */

static void more_than_the_credit_is_refused(void **state)
{
    (void)state;
    pair_connect(&two);
    two.dialer.channel.window.open = two.dialer.channel.window.size = 100000;
    saturate(&two.dialer, 1000);
    /* A reader that hands out no ACK: nothing of it is flushed. */
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    expect_end(&two.listener, ETP_CHANNEL_CREDIT, false);
    assert_int_equal(two.listener.frames, two.listener.channel.credit / 1019);
}

/* The dialer's records are under way, so many bytes of them. */
static void send_in_all(uint64_t bytes)
{
    enum { LARGE = 1400, SMALL = 600, AROUND = 19 };
    two.dialer.channel.window.open = two.dialer.channel.window.size = 2 * bytes;
    while (two.dialer.channel.sent < bytes) {
        size_t left = (size_t)(bytes - two.dialer.channel.sent);
        if (send_bytes(&two, &two.dialer, 0, left > LARGE ? SMALL : left - AROUND, 0) == ETP_EFULL)
            end_flush(&two, &two.dialer);
    }
    end_flush(&two, &two.dialer);
    assert_int_equal(two.dialer.channel.sent, bytes);
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
}

static void the_credit_is_taken_to_the_last_byte(void **state)
{
    (void)state;
    pair_connect(&two);
    send_in_all(two.listener.channel.credit);
    assert_true(etp_channel_is_established(&two.listener.channel));
}

static void a_byte_more_than_the_credit_is_refused(void **state)
{
    (void)state;
    pair_connect(&two);
    send_in_all(two.listener.channel.credit + 1);
    expect_end(&two.listener, ETP_CHANNEL_CREDIT, false);
}

/* Writes a record of the dialer's with a tag that is right. */
static void put(etp_record_kind kind, uint64_t number)
{
    unsigned char payload[8];
    etp_put_number(payload, sizeof payload, number);
    assert_true(etp_record_put(&two.dialer.channel, kind, payload, sizeof payload, NULL, 0, 0));
    end_flush(&two, &two.dialer);
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
}

static void an_ack_of_what_was_never_sent_is_refused(void **state)
{
    (void)state;
    pair_connect(&two);
    put(ETP_RECORD_ACK, 1);
    expect_end(&two.listener, ETP_CHANNEL_CREDIT, false);
}

static void an_ack_that_says_nothing_new_is_refused(void **state)
{
    (void)state;
    pair_connect(&two);
    assert_int_equal(send_bytes(&two, &two.listener, 0, 100, 1), ETP_OK);
    put(ETP_RECORD_ACK, 50);
    assert_false(etp_channel_is_over(&two.listener.channel));
    put(ETP_RECORD_ACK, 50);
    expect_end(&two.listener, ETP_CHANNEL_CREDIT, false);
}

/* Nor are there more of them than of frames, which the limit on messages bounds. */
static void an_ask_about_nothing_new_is_refused(void **state)
{
    (void)state;
    pair_connect(&two);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 100, 1), ETP_OK);
    for (unsigned i = 0; i < 2; i++) {
        assert_false(etp_channel_is_over(&two.listener.channel));
        assert_true(etp_record_put(&two.dialer.channel, ETP_RECORD_ASK, NULL, 0, NULL, 0, 0));
        end_flush(&two, &two.dialer);
        deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
        two.listener.recorded = 0;
        end_flush(&two, &two.listener);
        assert_int_equal(two.listener.record[2], i == 0 ? ETP_RECORD_ACK : ETP_RECORD_BYE);
    }
    expect_end(&two.listener, ETP_CHANNEL_CREDIT, false);
}

static void one_who_only_asks_is_answered_once_at_a_time(void **state)
{
    (void)state;
    pair_connect(&two);
    for (unsigned i = 0; i < 50; i++)
        put(ETP_RECORD_PING, i);
    two.listener.recorded = 0;
    assert_int_equal(end_flush(&two, &two.listener), 3 + 24 + 16);
    assert_int_equal(two.listener.record[2], ETP_RECORD_PONG);
}

/* ---- what may be sent ---- */

static void frames_that_cannot_be(void **state)
{
    (void)state;
    unsigned char frame[ETP_FRAME_MAX + 1] = {0};
    pair_connect(&two);
    etp_channel *channel = &two.dialer.channel;
    assert_int_equal(etp_channel_send(channel, two.now, 0, frame, 0), ETP_ERANGE);
    assert_int_equal(etp_channel_send(channel, two.now, 0, frame, sizeof frame), ETP_ERANGE);
    assert_int_equal(etp_channel_send(channel, two.now, ETP_ID_MAX + 1, frame, 10), ETP_ERANGE);
    assert_int_equal(etp_channel_send(channel, two.now, 0, NULL, 10), ETP_EINVAL);
    assert_int_equal(etp_channel_send(NULL, two.now, 0, frame, 10), ETP_EINVAL);
    assert_int_equal(etp_channel_send(channel, two.now, 0, frame, ETP_FRAME_MAX), ETP_OK);
}

/* ---- the limit on messages ---- */

/* A frame of so many messages; what they say is of no concern here. */
static int send_messages(end *from, unsigned count)
{
    unsigned char frame[ETP_FRAME_MAX];
    for (unsigned i = 0; i < count; i++) {
        frame[2 * i] = 0x91;
        frame[2 * i + 1] = 1;
    }
    memset(frame + 2 * count, 0, ETP_SEAL_SIZE);
    return etp_channel_send(&from->channel, time_at(&two, from), 0, frame, 2 * count + ETP_SEAL_SIZE);
}

static void limit(uint32_t rate, uint32_t burst)
{
    two.listener.options.messages_per_second = rate;
    two.listener.options.message_burst = burst;
    pair_connect(&two);
}

static void a_burst_is_taken_and_one_more_is_refused(void **state)
{
    (void)state;
    limit(10, 20);
    assert_int_equal(send_messages(&two.dialer, 15), ETP_OK);
    assert_int_equal(send_messages(&two.dialer, 5), ETP_OK);
    pair_settle(&two);
    assert_int_equal(two.listener.frames, 2);
    assert_int_equal(etp_channel_stats_of(&two.listener.channel)->messages_received, 20);
    assert_int_equal(send_messages(&two.dialer, 1), ETP_OK);
    pair_settle(&two);
    assert_int_equal(two.listener.frames, 2);
    expect_end(&two.listener, ETP_CHANNEL_RATE_LIMITED, false);
    expect_end(&two.dialer, ETP_CHANNEL_RATE_LIMITED, true);
    /* It is told how long to stay away. */
    assert_true(etp_channel_end_of(&two.dialer.channel).pause == two.listener.options.rate_pause);
}

static void whoever_keeps_to_the_rate_is_never_refused(void **state)
{
    (void)state;
    limit(100, 10);
    for (unsigned i = 0; i < 1000; i++) {
        assert_int_equal(send_messages(&two.dialer, 1), ETP_OK);
        pair_settle(&two);
        two.now += 10 * ETP_NS_PER_MS;
    }
    assert_int_equal(two.listener.frames, 1000);
}

static void a_pause_fills_no_more_than_the_bucket(void **state)
{
    (void)state;
    limit(10, 20);
    two.now += ETP_NS_PER_HOUR;
    assert_int_equal(send_messages(&two.dialer, 21), ETP_OK);
    pair_settle(&two);
    expect_end(&two.listener, ETP_CHANNEL_RATE_LIMITED, false);
}

static void questions_count_as_messages(void **state)
{
    (void)state;
    limit(10, 20);
    for (unsigned i = 0; i < 20; i++)
        put(ETP_RECORD_PING, i);
    assert_false(etp_channel_is_over(&two.listener.channel));
    put(ETP_RECORD_PING, 20);
    expect_end(&two.listener, ETP_CHANNEL_RATE_LIMITED, false);
}

/* Answers to nothing say nothing, and cost what they cost. */
static void answers_count_as_messages(void **state)
{
    static const unsigned char clocks[3 * ETP_CLOCK_SIZE] = {0};
    (void)state;
    limit(10, 20);
    for (unsigned i = 0; i <= 20; i++) {
        assert_false(etp_channel_is_over(&two.listener.channel));
        etp_record_put(&two.dialer.channel, ETP_RECORD_PONG, clocks, sizeof clocks, NULL, 0, 0);
        pair_settle(&two);
    }
    expect_end(&two.listener, ETP_CHANNEL_RATE_LIMITED, false);
}

static void what_is_left_of_the_limit_passes_to_the_next_connection(void **state)
{
    (void)state;
    limit(1, 200);
    assert_int_equal(send_messages(&two.dialer, 150), ETP_OK);
    pair_settle(&two);
    etp_time rate = etp_channel_rate_of(&two.listener.channel);
    two.dialer.established = two.listener.established = 0;
    pair_connect(&two);
    assert_true(etp_channel_go_on_from(&two.listener.channel, rate));
    assert_int_equal(send_messages(&two.dialer, 47), ETP_OK);
    pair_settle(&two);
    assert_false(etp_channel_is_over(&two.listener.channel));
    assert_false(etp_channel_go_on_from(&two.listener.channel, rate));
    assert_int_equal(send_messages(&two.dialer, 3), ETP_OK);
    pair_settle(&two);
    expect_end(&two.listener, ETP_CHANNEL_RATE_LIMITED, false);
}

static void without_a_limit_there_is_none(void **state)
{
    (void)state;
    limit(0, 0);
    for (unsigned i = 0; i < 200; i++) {
        assert_int_equal(send_messages(&two.dialer, 600), ETP_OK);
        pair_settle(&two);
    }
    assert_int_equal(two.listener.frames, 200);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_start, pair_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_bound_is_the_lower_of_both),
        TEST(what_has_been_consumed_makes_room_again),
        TEST(what_is_urgent_waits_for_no_more_than_the_bound),
        TEST(whoever_is_asked_says_what_it_has_consumed),
        TEST(who_has_stopped_knows_of_nearly_all),
        TEST(whoever_never_asks_is_told_at_half_of_the_credit),
        cmocka_unit_test(nothing_ever_stands_still),
        TEST(more_than_the_credit_is_refused),
        TEST(the_credit_is_taken_to_the_last_byte),
        TEST(a_byte_more_than_the_credit_is_refused),
        TEST(an_ack_of_what_was_never_sent_is_refused),
        TEST(an_ack_that_says_nothing_new_is_refused),
        TEST(an_ask_about_nothing_new_is_refused),
        TEST(one_who_only_asks_is_answered_once_at_a_time),
        TEST(frames_that_cannot_be),
        TEST(a_burst_is_taken_and_one_more_is_refused),
        TEST(whoever_keeps_to_the_rate_is_never_refused),
        TEST(a_pause_fills_no_more_than_the_bucket),
        TEST(questions_count_as_messages),
        TEST(answers_count_as_messages),
        TEST(what_is_left_of_the_limit_passes_to_the_next_connection),
        TEST(without_a_limit_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
