/* SPDX-License-Identifier: MIT */
/* Heartbeats, dead peers, and by how much the other end's clock is ahead. */
#include "live/channel/internal.h"
#include "unit/live_channel_pair.h"

static const etp_time ms = ETP_NS_PER_MS, s = ETP_NS_PER_SECOND;

static void advance(etp_time by)
{
    two.now += by;
    etp_channel_advance(&two.dialer.channel, time_at(&two, &two.dialer));
    etp_channel_advance(&two.listener.channel, time_at(&two, &two.listener));
}

/* ---- heartbeat ---- */

static void an_idle_connection_stays_up(void **state)
{
    (void)state;
    pair_connect(&two);
    for (unsigned i = 0; i < 1000; i++) {
        advance(s);
        pair_settle(&two);
    }
    assert_true(etp_channel_is_established(&two.dialer.channel) && etp_channel_is_established(&two.listener.channel));
    assert_in_range(two.dialer.clocks, 190, 202);
    assert_in_range(two.listener.clocks, 190, 202);
}

static void a_busy_connection_is_asked_less_often(void **state)
{
    (void)state;
    pair_connect(&two);
    for (unsigned i = 0; i < 1000; i++) {
        advance(s);
        assert_int_equal(send_bytes(&two, &two.dialer, 0, 10, 1), ETP_OK);
        assert_int_equal(send_bytes(&two, &two.listener, 0, 10, 1), ETP_OK);
        pair_settle(&two);
    }
    assert_in_range(two.dialer.clocks, 45, 55);
    assert_in_range(two.listener.clocks, 45, 55);
}

static void a_peer_that_is_not_heard_is_given_up(void **state)
{
    (void)state;
    pair_connect(&two);
    etp_time began = two.now;
    while (!etp_channel_is_over(&two.dialer.channel)) {
        etp_time deadline = etp_channel_deadline(&two.dialer.channel);
        assert_true(deadline > two.now);
        two.now = deadline;
        etp_channel_advance(&two.dialer.channel, two.now);
        end_flush(&two, &two.dialer);
        assert_true(two.now - began <= 20 * s);
    }
    expect_end(&two.dialer, ETP_CHANNEL_SILENT, false);
    assert_true(two.now - began >= 15 * s);
}

static void a_byte_now_and_then_is_no_sign_of_life(void **state)
{
    (void)state;
    pair_connect(&two);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 100, 1), ETP_OK);
    end_flush(&two, &two.dialer);
    for (size_t shown = 1; shown < 30; shown++) {
        deliver(&two, &two.dialer, &two.listener, shown);
        two.now += s;
        etp_channel_advance(&two.listener.channel, two.now);
    }
    expect_end(&two.listener, ETP_CHANNEL_SILENT, false);
}

/* It slept, not its peers: it takes three heartbeats that it has seen to give one up. */
static void a_node_that_was_stopped_does_not_take_its_peers_for_dead(void **state)
{
    (void)state;
    pair_connect(&two);
    for (unsigned i = 0; i < 5; i++) {
        advance(10 * ETP_NS_PER_HOUR);
        assert_false(etp_channel_is_over(&two.dialer.channel));
        pair_settle(&two);
    }
}

static void time_does_not_go_back(void **state)
{
    (void)state;
    pair_connect(&two);
    etp_time deadline = etp_channel_deadline(&two.dialer.channel);
    assert_int_equal(etp_channel_advance(&two.dialer.channel, 0), ETP_OK);
    assert_int_equal(etp_channel_advance(&two.dialer.channel, INT64_MIN), ETP_OK);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 10, 1), ETP_OK);
    assert_true(etp_channel_deadline(&two.dialer.channel) == deadline);
    assert_true(two.dialer.channel.now == two.now);
}

/* ---- clocks ---- */

/* A conversation over ways that take so long there and back: handshake and `pings` questions of the dialer. */
static void talk(etp_time there, etp_time back, unsigned pings)
{
    pair_open(&two);
    for (unsigned i = 0; i < 2; i++) {
        end_flush(&two, &two.dialer);
        two.now += there;
        deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
        end_flush(&two, &two.listener);
        two.now += back;
        deliver(&two, &two.listener, &two.dialer, SIZE_MAX);
    }
    assert_int_equal(two.dialer.established + two.listener.established, 2);
    for (unsigned i = 0; i < pings; i++) {
        two.dialer.channel.ping_due = two.listener.channel.ping_due = true;
        end_flush(&two, &two.dialer);
        two.now += there;
        deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
        end_flush(&two, &two.listener);
        two.now += back;
        deliver(&two, &two.listener, &two.dialer, SIZE_MAX);
        end_flush(&two, &two.dialer);
        two.now += there;
        deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    }
}

static void expect_within(const end *at, etp_time truth, etp_time round_trip)
{
    const etp_channel_clock clock = etp_channel_clock_of(&at->channel);
    assert_true(clock.known);
    assert_true(clock.ahead - clock.uncertainty <= truth && truth <= clock.ahead + clock.uncertainty);
    assert_in_range(clock.uncertainty, round_trip / 2, round_trip / 2 + ms);
    assert_true(clock.round_trip == round_trip);
    assert_int_equal(clock.unusable, 0);
}

static void the_truth_lies_within_the_uncertainty(void **state)
{
    (void)state;
    static const etp_time delays[] = {0, 1, 30000, 20000000, 150000000};
    static const etp_time aheads[] = {0, -1, 777, 50000000, -3000000000, 3500000000000, -1000000000000000};
    enum { DELAYS = sizeof delays / sizeof delays[0], AHEADS = sizeof aheads / sizeof aheads[0] };
    pair_stop(NULL);
    for (unsigned i = 0; i < DELAYS * DELAYS * AHEADS; i++) {
        etp_time there = delays[i % DELAYS], back = delays[i / DELAYS % DELAYS], ahead = aheads[i / DELAYS / DELAYS];
        pair_init(&two);
        two.listener.ahead = ahead;
        talk(there, back, i % 12);
        expect_within(&two.dialer, ahead, there + back);
        expect_within(&two.listener, -ahead, there + back);
        pair_fini(&two);
    }
    pair_init(&two);
}

static void the_best_round_trip_counts(void **state)
{
    (void)state;
    two.listener.ahead = 5 * s;
    talk(100 * ms, 0, 0);
    assert_true(etp_channel_clock_of(&two.dialer.channel).ahead == 5 * s + 50 * ms);
    two.dialer.channel.ping_due = true;
    pair_settle(&two);
    assert_true(etp_channel_clock_of(&two.dialer.channel).ahead == 5 * s);
    /* A slow one after it makes nothing worse. */
    two.dialer.channel.ping_due = true;
    end_flush(&two, &two.dialer);
    two.now += 300 * ms;
    pair_settle(&two);
    const etp_channel_clock clock = etp_channel_clock_of(&two.dialer.channel);
    assert_true(clock.ahead == 5 * s);
    assert_true(clock.round_trip == 300 * ms);
    assert_true(clock.uncertainty < ms);
}

/* An estimate of long ago is worth less than one of now. */
static void the_best_one_grows_old(void **state)
{
    (void)state;
    talk(0, 0, 0);
    two.listener.ahead = 20 * ms;
    two.now += ETP_NS_PER_HOUR;
    two.dialer.channel.ping_due = true;
    end_flush(&two, &two.dialer);
    two.now += 10 * ms;
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    pair_settle(&two);
    expect_within(&two.dialer, 20 * ms, 10 * ms);
}

/* ---- clocks that are not honest ---- */

static void a_clock_that_is_far_off_is_shown_and_the_peer_stays(void **state)
{
    (void)state;
    two.listener.ahead = 3 * 24 * ETP_NS_PER_HOUR;
    talk(ms, ms, 1);
    const etp_channel_clock clock = etp_channel_clock_of(&two.dialer.channel);
    assert_true(clock.known && clock.far);
    assert_true(clock.ahead == 3 * 24 * ETP_NS_PER_HOUR);
    assert_true(etp_channel_is_established(&two.dialer.channel));
}

static void answer(uint64_t asked, uint64_t arrived, uint64_t answered)
{
    unsigned char clocks[24];
    etp_put_number(clocks, 8, asked);
    etp_put_number(clocks + 8, 8, arrived);
    etp_put_number(clocks + 16, 8, answered);
    assert_true(etp_record_put(&two.listener.channel, ETP_RECORD_PONG, clocks, sizeof clocks, NULL, 0, 0));
    end_flush(&two, &two.listener);
    deliver(&two, &two.listener, &two.dialer, SIZE_MAX);
}

/* Asks, and throws the question away. Returns when it was asked. */
static uint64_t ask(void)
{
    two.dialer.channel.ping_due = true;
    end_flush(&two, &two.dialer);
    two.dialer.in_flight = 0;
    two.listener.channel.in.sequence++;
    uint64_t asked = (uint64_t)two.now;
    two.now += 10 * ms;
    return asked;
}

static void what_the_peer_takes_to_answer_is_no_part_of_the_way(void **state)
{
    (void)state;
    talk(50 * ms, 50 * ms, 0);
    const uint64_t asked = ask(), way = (uint64_t)ms, thought = 8 * way;
    answer(asked, asked + way, asked + way + thought);
    const etp_channel_clock clock = etp_channel_clock_of(&two.dialer.channel);
    assert_true(clock.ahead == 0);
    assert_true(clock.round_trip == 2 * ms);
    assert_in_range(clock.uncertainty, ms, ms + 1000);
}

static void readings_that_contradict_our_own_are_not_used(void **state)
{
    (void)state;
    talk(ms, ms, 0);
    const etp_channel_clock before = etp_channel_clock_of(&two.dialer.channel);
    static const struct {
        uint64_t arrived, answered;
    } lies[] = {
        {1000, 999},                     /* answered before it arrived */
        {1000, 1000 + 10 * 1000000 + 1}, /* thought for longer than it took in all */
        {0, INT64_MAX},                  /* by far */
        {INT64_MAX, 0},
    };
    for (unsigned i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        answer(ask(), lies[i].arrived, lies[i].answered);
        const etp_channel_clock clock = etp_channel_clock_of(&two.dialer.channel);
        assert_int_equal(clock.unusable, i + 1);
        assert_true(clock.ahead == before.ahead);
        assert_true(clock.round_trip == 10 * ms);
    }
    assert_true(etp_channel_is_established(&two.dialer.channel));
}

static void absurd_readings_do_no_harm(void **state)
{
    (void)state;
    talk(ms, ms, 0);
    for (unsigned i = 0; i < 2 * ETP_CHANNEL_CLOCK_SAMPLES; i++)
        answer(ask(), INT64_MAX - 5, INT64_MAX - 5 + i % 2);
    etp_channel_clock clock = etp_channel_clock_of(&two.dialer.channel);
    assert_true(clock.far);
    assert_true(clock.uncertainty >= 0 && clock.uncertainty <= ETP_NS_PER_HOUR);
    for (unsigned i = 0; i < 2 * ETP_CHANNEL_CLOCK_SAMPLES; i++)
        answer(ask(), 0, 0);
    clock = etp_channel_clock_of(&two.dialer.channel);
    assert_true(clock.far && clock.ahead < 0);
    answer(ask(), UINT64_MAX, UINT64_MAX);
    expect_end(&two.dialer, ETP_CHANNEL_MALFORMED, false);
}

static void answers_that_nobody_asked_for_tell_nothing(void **state)
{
    (void)state;
    talk(ms, ms, 0);
    unsigned before = two.dialer.clocks;
    answer((uint64_t)two.now, 5, 5);
    answer(0, 5, 5);
    uint64_t asked = ask();
    answer(asked - 1, 5, 5);
    assert_int_equal(two.dialer.clocks, before);
    answer(asked, 5, 5);
    assert_int_equal(two.dialer.clocks, before + 1);
    answer(asked, 7, 7);
    assert_int_equal(two.dialer.clocks, before + 1);
    assert_true(etp_channel_is_established(&two.dialer.channel));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_start, pair_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_idle_connection_stays_up),
        TEST(a_busy_connection_is_asked_less_often),
        TEST(a_peer_that_is_not_heard_is_given_up),
        TEST(a_byte_now_and_then_is_no_sign_of_life),
        TEST(a_node_that_was_stopped_does_not_take_its_peers_for_dead),
        TEST(time_does_not_go_back),
        TEST(the_truth_lies_within_the_uncertainty),
        TEST(the_best_round_trip_counts),
        TEST(the_best_one_grows_old),
        TEST(a_clock_that_is_far_off_is_shown_and_the_peer_stays),
        TEST(what_the_peer_takes_to_answer_is_no_part_of_the_way),
        TEST(readings_that_contradict_our_own_are_not_used),
        TEST(absurd_readings_do_no_harm),
        TEST(answers_that_nobody_asked_for_tell_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
