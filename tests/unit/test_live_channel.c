/* SPDX-License-Identifier: MIT */
/* Two ends that mean well: handshake, frames both ways, relays, however the bytes are cut. */
#include "unit/live_channel_pair.h"

static void both_know_each_other_after_the_handshake(void **state)
{
    (void)state;
    pair_connect(&two);
    assert_int_equal(two.dialer.peer.device, BATTERY);
    assert_int_equal(two.dialer.peer.role, ETP_DEVICE_BATTERY);
    assert_string_equal(two.dialer.peer.name, "d1001");
    assert_true(two.dialer.peer.proved && two.listener.peer.proved);
    assert_int_equal(two.listener.peer.device, AGGREGATOR);
    assert_int_equal(two.listener.peer.role, ETP_DEVICE_AGGREGATOR);
    assert_int_equal(two.listener.peer.version, 1);
    assert_int_equal(etp_channel_peer_of(&two.listener.channel).device, AGGREGATOR);
}

static void the_listener_says_nothing_before_it_is_spoken_to(void **state)
{
    (void)state;
    pair_open(&two);
    assert_int_equal(end_flush(&two, &two.listener), 0);
    assert_true(end_flush(&two, &two.dialer) > 0);
}

static void nothing_is_sent_before_both_believe(void **state)
{
    (void)state;
    pair_open(&two);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 10, 1), ETP_ESTATE);
    assert_false(etp_channel_writable(&two.dialer.channel));
    /* HELLO there, HELLO and PROOF back. */
    end_flush(&two, &two.dialer);
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    end_flush(&two, &two.listener);
    deliver(&two, &two.listener, &two.dialer, SIZE_MAX);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 10, 1), ETP_ESTATE);
    assert_int_equal(send_bytes(&two, &two.listener, 0, 10, 1), ETP_ESTATE);
    /* PROOF: the listener knows; the dialer waits for READY. */
    end_flush(&two, &two.dialer);
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    assert_int_equal(two.listener.established, 1);
    assert_int_equal(two.dialer.established, 0);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 10, 1), ETP_ESTATE);
    pair_settle(&two);
    assert_int_equal(two.dialer.established, 1);
    assert_true(etp_channel_writable(&two.dialer.channel));
}

static void frames_go_both_ways(void **state)
{
    (void)state;
    pair_connect(&two);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 100, 0xa1), ETP_OK);
    assert_int_equal(send_bytes(&two, &two.listener, 0, ETP_FRAME_MAX, 0xb2), ETP_OK);
    pair_settle(&two);
    assert_int_equal(two.listener.frames, 1);
    assert_int_equal(two.listener.frame_size, 100);
    assert_int_equal(two.listener.frame[99], 0xa1);
    assert_int_equal(two.listener.frame_device, 0);
    assert_int_equal(two.dialer.frames, 1);
    assert_int_equal(two.dialer.frame_size, ETP_FRAME_MAX);
    assert_int_equal(two.dialer.frame[ETP_FRAME_MAX - 1], 0xb2);
    assert_int_equal(etp_channel_stats_of(&two.dialer.channel)->frames_sent, 1);
    assert_int_equal(etp_channel_stats_of(&two.dialer.channel)->bytes_received, ETP_FRAME_MAX);
}

/* ---- cut into pieces ---- */

/* Bytes of one way arrive `piece` at a time, behind what was not taken yet. */
static void deliver_in_pieces(end *from, end *to, size_t piece)
{
    size_t shown = 0;
    while (shown < from->in_flight) {
        shown += piece;
        size_t used = deliver(&two, from, to, shown);
        shown -= used < shown ? used : shown;
        assert_true(shown < ETP_CHANNEL_RECORD_MAX + piece);
    }
}

static void settle_in_pieces(size_t piece)
{
    for (unsigned i = 0; i < 100; i++) {
        size_t moved = end_flush(&two, &two.dialer) + end_flush(&two, &two.listener);
        deliver_in_pieces(&two.dialer, &two.listener, piece);
        deliver_in_pieces(&two.listener, &two.dialer, piece);
        if (moved == 0)
            return;
    }
    fail_msg("the two ends never come to rest");
}

static void the_same_arrives_however_it_is_cut(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 112, 700, ETP_FRAME_MAX};
    for (size_t piece = 1; piece <= ETP_CHANNEL_RECORD_MAX + 2; piece += piece < 200 ? 1 : 7) {
        pair_init(&two);
        pair_open(&two);
        settle_in_pieces(piece);
        assert_int_equal(two.dialer.established + two.listener.established, 2);
        for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            assert_int_equal(send_bytes(&two, &two.dialer, 0, sizes[i], (unsigned char)i), ETP_OK);
            assert_int_equal(send_bytes(&two, &two.listener, 0, sizes[i], (unsigned char)~i), ETP_OK);
        }
        settle_in_pieces(piece);
        assert_int_equal(two.dialer.frames, 4);
        assert_int_equal(two.listener.frames, 4);
        assert_int_equal(two.dialer.bytes, 1 + 112 + 700 + ETP_FRAME_MAX);
        assert_int_equal(two.dialer.frame[0], 0xfc);
        pair_fini(&two);
    }
}

/* ---- identity off ---- */

static void without_identities_they_talk_and_prove_nothing(void **state)
{
    (void)state;
    two.dialer.options.identity = two.listener.options.identity = NULL;
    two.dialer.options.trust = two.listener.options.trust = NULL;
    pair_connect(&two);
    assert_false(two.dialer.peer.proved || two.listener.peer.proved);
    assert_int_equal(two.dialer.peer.device, BATTERY);
    assert_string_equal(two.dialer.peer.name, "");
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 100, 1), ETP_OK);
    pair_settle(&two);
    assert_int_equal(two.listener.frames, 1);
    /* No trust list can end what was never proved. */
    assert_int_equal(etp_channel_check_trust(&two.dialer.channel), ETP_OK);
}

/* ---- relays ---- */

static void make_listener_a_relay(void)
{
    end_fini(&two.listener);
    end_init(&two.listener, RELAY, ETP_DEVICE_RELAY, two.trust);
}

static void a_relay_speaks_for_the_devices_that_the_trust_list_gives_it(void **state)
{
    (void)state;
    make_listener_a_relay();
    pair_connect(&two);
    assert_int_equal(send_bytes(&two, &two.listener, 1002, 100, 7), ETP_OK);
    pair_settle(&two);
    assert_int_equal(two.dialer.frames, 1);
    assert_int_equal(two.dialer.frame_device, 1002);
    /* The other way the device is the one that it is for. */
    assert_int_equal(send_bytes(&two, &two.dialer, 1002, 200, 8), ETP_OK);
    pair_settle(&two);
    assert_int_equal(two.listener.frame_device, 1002);
    assert_int_equal(two.listener.frame_size, 200);
}

static void a_relay_that_speaks_for_another_device_is_not_heard(void **state)
{
    (void)state;
    static const etp_id others[] = {BATTERY, 2002, STRANGER, AGGREGATOR, RELAY};
    make_listener_a_relay();
    pair_connect(&two);
    for (unsigned i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_int_equal(send_bytes(&two, &two.listener, others[i], 100, 7), ETP_OK);
        pair_settle(&two);
        assert_int_equal(two.dialer.frames, 0);
        assert_int_equal(two.dialer.refused, i + 1);
        assert_int_equal(two.dialer.refused_device, others[i]);
    }
    /* Others behind it are still heard. */
    assert_int_equal(send_bytes(&two, &two.listener, 1002, 100, 7), ETP_OK);
    pair_settle(&two);
    assert_int_equal(two.dialer.frames, 1);
}

static void only_a_relay_may_speak_for_others(void **state)
{
    (void)state;
    pair_connect(&two);
    assert_int_equal(send_bytes(&two, &two.listener, 1002, 100, 7), ETP_ESTATE);
    /* One that does it all the same. */
    two.listener.channel.peer.role = ETP_DEVICE_RELAY;
    assert_int_equal(send_bytes(&two, &two.listener, 1002, 100, 7), ETP_OK);
    pair_settle(&two);
    assert_int_equal(two.dialer.frames, 0);
    expect_end(&two.dialer, ETP_CHANNEL_NOT_A_RELAY, false);
    expect_end(&two.listener, ETP_CHANNEL_NOT_A_RELAY, true);
}

/* ---- the end ---- */

static void a_bye_tells_the_other_end_why_and_for_how_long(void **state)
{
    (void)state;
    pair_connect(&two);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 100, 7), ETP_OK);
    etp_channel_bye(&two.dialer.channel, ETP_CHANNEL_REPLACED, 2 * ETP_NS_PER_SECOND);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 100, 7), ETP_ESTATE);
    pair_settle(&two);
    assert_int_equal(two.listener.frames, 1);
    expect_end(&two.dialer, ETP_CHANNEL_REPLACED, false);
    expect_end(&two.listener, ETP_CHANNEL_REPLACED, true);
    etp_channel_end how = etp_channel_end_of(&two.listener.channel);
    assert_true(how.proved);
    assert_int_equal(how.device, AGGREGATOR);
    assert_true(how.pause == 2 * ETP_NS_PER_SECOND);
    assert_true(etp_channel_deadline(&two.listener.channel) == ETP_TIME_NEVER);
}

static void nobody_is_kept_away_for_long(void **state)
{
    (void)state;
    pair_connect(&two);
    etp_channel_bye(&two.dialer.channel, ETP_CHANNEL_FULL, 24 * ETP_NS_PER_HOUR * 365);
    pair_settle(&two);
    assert_true(etp_channel_end_of(&two.listener.channel).pause == 300 * ETP_NS_PER_SECOND);
}

static void whoever_is_sent_away_never_thought_it_was_welcome(void **state)
{
    (void)state;
    two.listener.sends_away = ETP_CHANNEL_FULL;
    pair_open(&two);
    pair_settle(&two);
    assert_int_equal(two.dialer.established + two.listener.established, 0);
    expect_end(&two.listener, ETP_CHANNEL_FULL, false);
    expect_end(&two.dialer, ETP_CHANNEL_FULL, true);
}

static void a_dialer_may_send_away_too(void **state)
{
    (void)state;
    two.dialer.sends_away = ETP_CHANNEL_NOT_WANTED;
    pair_open(&two);
    pair_settle(&two);
    assert_int_equal(two.dialer.established + two.listener.established, 0);
    expect_end(&two.listener, ETP_CHANNEL_NOT_WANTED, true);
    assert_false(etp_channel_end_of(&two.listener.channel).proved);
}

static void a_full_node_says_so_before_anybody_has_spoken(void **state)
{
    (void)state;
    pair_open(&two);
    etp_channel_bye(&two.listener.channel, ETP_CHANNEL_FULL, ETP_NS_PER_SECOND);
    pair_settle(&two);
    expect_end(&two.dialer, ETP_CHANNEL_FULL, true);
    /* Anybody on the wire could have said this: it keeps nobody away. */
    assert_true(etp_channel_end_of(&two.dialer.channel).pause == 0);
}

static void trust_that_has_ended_ends_the_connection(void **state)
{
    (void)state;
    etp_trust *less = NULL;
    const etp_trust_entry other_role = entry_of(BATTERY, ETP_DEVICE_RELAY, 0);
    pair_connect(&two);
    assert_int_equal(etp_channel_check_trust(&two.dialer.channel), ETP_OK);
    assert_int_equal(etp_trust_make(&less, &other_role, 1, NULL, NULL), ETP_OK);
    two.dialer.options.trust = less;
    assert_int_equal(etp_channel_check_trust(&two.dialer.channel), ETP_ESTATE);
    pair_settle(&two);
    expect_end(&two.listener, ETP_CHANNEL_TRUST_ENDED, true);
    etp_trust_free(less);
}

static void a_key_that_was_replaced_ends_the_connection_that_it_proved(void **state)
{
    (void)state;
    etp_trust *next = NULL;
    etp_trust_entry entry = entry_of(BATTERY, ETP_DEVICE_BATTERY, 0);
    etp_trust_entry other = entry_of(STRANGER, ETP_DEVICE_BATTERY, 0);
    pair_connect(&two);
    entry.keys[1] = other.keys[0];
    entry.key_count = 2;
    assert_int_equal(etp_trust_make(&next, &entry, 1, NULL, NULL), ETP_OK);
    two.dialer.options.trust = next;
    assert_int_equal(etp_channel_check_trust(&two.dialer.channel), ETP_OK);
    etp_trust_free(next);
    entry.keys[0] = other.keys[0];
    entry.key_count = 1;
    assert_int_equal(etp_trust_make(&next, &entry, 1, NULL, NULL), ETP_OK);
    two.dialer.options.trust = next;
    assert_int_equal(etp_channel_check_trust(&two.dialer.channel), ETP_ESTATE);
    expect_end(&two.dialer, ETP_CHANNEL_TRUST_ENDED, false);
    etp_trust_free(next);
}

static void a_list_that_changes_during_the_handshake_counts(void **state)
{
    (void)state;
    pair_open(&two);
    end_flush(&two, &two.dialer);
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    etp_trust *less = NULL;
    assert_int_equal(etp_trust_make(&less, NULL, 0, NULL, NULL), ETP_OK);
    two.listener.options.trust = less;
    assert_int_equal(etp_channel_check_trust(&two.listener.channel), ETP_OK);
    pair_settle(&two);
    expect_end(&two.listener, ETP_CHANNEL_UNKNOWN_DEVICE, false);
    assert_int_equal(two.dialer.established + two.listener.established, 0);
    etp_trust_free(less);
}

static void secrets_are_wiped(void **state)
{
    (void)state;
    static const unsigned char zeros[ETP_CHANNEL_POINT];
    pair_connect(&two);
    assert_memory_equal(two.dialer.channel.secret, zeros, ETP_CHANNEL_POINT);
    assert_memory_not_equal(two.dialer.channel.in.key, zeros, ETP_CHANNEL_KEY);
    etp_channel_bye(&two.dialer.channel, ETP_CHANNEL_CLOSING, 0);
    etp_channel_fini(&two.listener.channel);
    assert_memory_equal(two.dialer.channel.in.key, zeros, ETP_CHANNEL_KEY);
    assert_memory_equal(two.dialer.channel.out.key, zeros, ETP_CHANNEL_KEY);
    assert_memory_equal(two.listener.channel.in.key, zeros, ETP_CHANNEL_KEY);
    assert_memory_equal(two.listener.channel.out.key, zeros, ETP_CHANNEL_KEY);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_start, pair_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_know_each_other_after_the_handshake),
        TEST(the_listener_says_nothing_before_it_is_spoken_to),
        TEST(nothing_is_sent_before_both_believe),
        TEST(frames_go_both_ways),
        cmocka_unit_test(the_same_arrives_however_it_is_cut),
        TEST(without_identities_they_talk_and_prove_nothing),
        TEST(a_relay_speaks_for_the_devices_that_the_trust_list_gives_it),
        TEST(a_relay_that_speaks_for_another_device_is_not_heard),
        TEST(only_a_relay_may_speak_for_others),
        TEST(a_bye_tells_the_other_end_why_and_for_how_long),
        TEST(nobody_is_kept_away_for_long),
        TEST(whoever_is_sent_away_never_thought_it_was_welcome),
        TEST(a_dialer_may_send_away_too),
        TEST(a_full_node_says_so_before_anybody_has_spoken),
        TEST(trust_that_has_ended_ends_the_connection),
        TEST(a_key_that_was_replaced_ends_the_connection_that_it_proved),
        TEST(a_list_that_changes_during_the_handshake_counts),
        TEST(secrets_are_wiped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
