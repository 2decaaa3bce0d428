/* SPDX-License-Identifier: MIT */
/* Somebody sits on the wire: plays again what it heard, changes it, moves it, leaves some out, puts some in. Nothing of
 * that is delivered. */
#include "live/channel/internal.h"
#include "unit/live_channel_pair.h"

static pair heard;

static etp_channel_refusal give(end *to, const void *bytes, size_t size)
{
    size_t used;
    etp_channel_receive(&to->channel, time_at(&two, to), bytes, size, &used);
    return etp_channel_end_of(&to->channel).refusal;
}

/* Where the next record begins. */
static size_t after(const unsigned char *bytes, size_t at)
{
    return at + 2 + ((size_t)bytes[at] << 8 | bytes[at + 1]);
}

/* ---- a whole conversation, played again ---- */

/* One between the same two, in which each sends a frame. */
static void hear_a_conversation(void)
{
    pair_init(&heard);
    pair_connect(&heard);
    assert_int_equal(send_bytes(&heard, &heard.dialer, 0, 100, 1), ETP_OK);
    assert_int_equal(send_bytes(&heard, &heard.listener, 0, 100, 2), ETP_OK);
    pair_settle(&heard);
    /* The next one has other random numbers. */
    etp_rng_seed(&two.dialer.rng, 5);
    etp_rng_seed(&two.listener.rng, 6);
}

static void what_a_dialer_said_is_worth_nothing_again(void **state)
{
    (void)state;
    hear_a_conversation();
    pair_open(&two);
    assert_int_equal(give(&two.listener, heard.dialer.record, heard.dialer.recorded), ETP_CHANNEL_ALTERED);
    assert_int_equal(two.listener.established + two.listener.frames, 0);
    pair_fini(&heard);
}

static void what_a_listener_said_is_worth_nothing_again(void **state)
{
    (void)state;
    hear_a_conversation();
    pair_open(&two);
    assert_int_equal(give(&two.dialer, heard.listener.record, heard.listener.recorded), ETP_CHANNEL_ALTERED);
    assert_int_equal(two.dialer.established + two.dialer.frames, 0);
    pair_fini(&heard);
}

/* The same when it waits for each answer, as a real dialer does. */
static void not_even_step_by_step(void **state)
{
    (void)state;
    hear_a_conversation();
    pair_open(&two);
    size_t at = 0;
    while (at < heard.dialer.recorded && !etp_channel_is_over(&two.listener.channel)) {
        size_t next = after(heard.dialer.record, at);
        give(&two.listener, heard.dialer.record + at, next - at);
        end_flush(&two, &two.listener);
        at = next;
    }
    expect_end(&two.listener, ETP_CHANNEL_ALTERED, false);
    assert_int_equal(two.listener.established + two.listener.frames, 0);
    pair_fini(&heard);
}

/* Where identity is off nobody proves anything, but what was said once is still worth nothing in another connection. */
static void without_identities_frames_cannot_be_played_again_either(void **state)
{
    (void)state;
    pair_init(&heard);
    heard.dialer.options.identity = heard.listener.options.identity = NULL;
    pair_connect(&heard);
    assert_int_equal(send_bytes(&heard, &heard.dialer, 0, 100, 1), ETP_OK);
    pair_settle(&heard);
    two.dialer.options.identity = two.listener.options.identity = NULL;
    etp_rng_seed(&two.listener.rng, 6);
    pair_open(&two);
    assert_int_equal(give(&two.listener, heard.dialer.record, heard.dialer.recorded), ETP_CHANNEL_ALTERED);
    assert_int_equal(two.listener.established + two.listener.frames, 0);
    pair_fini(&heard);
}

static void ones_own_words_echoed(void **state)
{
    (void)state;
    pair_open(&two);
    end_flush(&two, &two.dialer);
    assert_int_equal(give(&two.dialer, two.dialer.record, two.dialer.recorded), ETP_CHANNEL_OWN_ID);
    /* To the other role: the point and the id are the dialer's, the signature is for whoever listened. */
    pair_fini(&two);
    pair_init(&two);
    pair_connect(&two);
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 100, 1), ETP_OK);
    two.dialer.recorded = 0;
    end_flush(&two, &two.dialer);
    assert_int_equal(give(&two.dialer, two.dialer.record, two.dialer.recorded), ETP_CHANNEL_ALTERED);
    assert_int_equal(two.dialer.frames, 0);
}

/* Two connections at the same time: the proof of one in the other. Whoever sits between two honest ends with points of his
 * own has nothing to sign with. */
static void the_proof_of_another_connection(void **state)
{
    (void)state;
    pair_init(&heard);
    etp_rng_seed(&two.dialer.rng, 5);
    etp_rng_seed(&two.listener.rng, 6);
    pair_open(&two);
    pair_open(&heard);
    end_flush(&two, &two.dialer);
    end_flush(&heard, &heard.dialer);
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    deliver(&heard, &heard.dialer, &heard.listener, SIZE_MAX);
    end_flush(&two, &two.listener);
    end_flush(&heard, &heard.listener);
    /* HELLO of one, PROOF of the other. */
    give(&two.dialer, two.listener.record, after(two.listener.record, 0));
    size_t proof = after(heard.listener.record, 0);
    assert_int_equal(give(&two.dialer, heard.listener.record + proof, heard.listener.recorded - proof),
                     ETP_CHANNEL_ALTERED);
    pair_fini(&heard);
}

/* Signs with the right key what another would have to sign: the domains keep the roles apart. */
static void the_signature_of_the_other_role(void **state)
{
    (void)state;
    unsigned char proof[2 + 1 + 64 + 16 + 16];
    pair_open(&two);
    end_flush(&two, &two.dialer);
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
    end_flush(&two, &two.listener);
    two.dialer.recorded = 0;
    deliver(&two, &two.listener, &two.dialer, SIZE_MAX);
    end_flush(&two, &two.dialer);
    assert_int_equal(two.dialer.recorded, sizeof proof);
    /* A dialer that hands back the listener's own signature, under a tag that is right. */
    memcpy(proof, two.dialer.record, sizeof proof);
    memcpy(proof + 3, two.listener.record + after(two.listener.record, 0) + 3, 64);
    two.dialer.channel.out.sequence = 0;
    etp_keys_tag(&two.dialer.channel.out, proof, sizeof proof - 16, proof + sizeof proof - 16);
    assert_int_equal(give(&two.listener, proof, sizeof proof), ETP_CHANNEL_WRONG_KEY);
    assert_int_equal(two.listener.established, 0);
}

/* ---- frames of this connection ---- */

/* Three frames of the dialer, whose bytes are in its record from 0 on. */
static void send_three(void)
{
    pair_connect(&two);
    two.dialer.recorded = two.dialer.in_flight = 0;
    for (unsigned char i = 1; i <= 3; i++)
        assert_int_equal(send_bytes(&two, &two.dialer, 0, 100, i), ETP_OK);
    end_flush(&two, &two.dialer);
}

static void a_frame_played_again_at_once(void **state)
{
    (void)state;
    send_three();
    size_t second = after(two.dialer.record, 0);
    assert_int_equal(give(&two.listener, two.dialer.record, second), ETP_CHANNEL_NONE);
    assert_int_equal(give(&two.listener, two.dialer.record, second), ETP_CHANNEL_ALTERED);
    assert_int_equal(two.listener.frames, 1);
}

static void all_frames_played_again_later(void **state)
{
    (void)state;
    send_three();
    assert_int_equal(give(&two.listener, two.dialer.record, two.dialer.recorded), ETP_CHANNEL_NONE);
    assert_int_equal(two.listener.frames, 3);
    assert_int_equal(give(&two.listener, two.dialer.record, two.dialer.recorded), ETP_CHANNEL_ALTERED);
    assert_int_equal(two.listener.frames, 3);
}

static void frames_in_another_order(void **state)
{
    (void)state;
    send_three();
    size_t second = after(two.dialer.record, 0), third = after(two.dialer.record, second);
    assert_int_equal(give(&two.listener, two.dialer.record + second, third - second), ETP_CHANNEL_ALTERED);
    assert_int_equal(two.listener.frames, 0);
}

static void a_frame_left_out(void **state)
{
    (void)state;
    send_three();
    size_t second = after(two.dialer.record, 0), third = after(two.dialer.record, second);
    assert_int_equal(give(&two.listener, two.dialer.record, second), ETP_CHANNEL_NONE);
    assert_int_equal(give(&two.listener, two.dialer.record + third, two.dialer.recorded - third), ETP_CHANNEL_ALTERED);
    assert_int_equal(two.listener.frames, 1);
}

static void a_frame_cut_short(void **state)
{
    (void)state;
    send_three();
    size_t second = after(two.dialer.record, 0);
    for (size_t cut = 1; cut < second - 2; cut++) {
        /* The connection is as it was before: what is tried on a copy changes nothing in the other. */
        static etp_channel copy;
        unsigned char bytes[2048];
        copy = two.listener.channel;
        memcpy(bytes, two.dialer.record, second - cut);
        memcpy(bytes + second - cut, two.dialer.record + second, two.dialer.recorded - second);
        size_t used, size = two.dialer.recorded - cut;
        /* With the length that it had, and with one that fits. */
        assert_int_equal(etp_channel_receive(&copy, two.now, bytes, size, &used), ETP_ESTATE);
        copy = two.listener.channel;
        bytes[0] = (unsigned char)((second - cut - 2) >> 8);
        bytes[1] = (unsigned char)(second - cut - 2);
        assert_int_equal(etp_channel_receive(&copy, two.now, bytes, size, &used), ETP_ESTATE);
        assert_int_equal(two.listener.frames, 0);
    }
}

static void a_record_put_in_without_a_key(void **state)
{
    (void)state;
    unsigned char forged[] = {0, 20, 4, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    static const unsigned char bye[] = {0, 6, 9, 1, 0, 0, 0, 0};
    send_three();
    static etp_channel before;
    before = two.listener.channel;
    assert_int_equal(give(&two.listener, forged, sizeof forged), ETP_CHANNEL_ALTERED);
    /* A BYE without a tag, as it was fit before the handshake. */
    two.listener.channel = before;
    assert_int_equal(give(&two.listener, bye, sizeof bye), ETP_CHANNEL_MALFORMED);
    assert_int_equal(two.listener.frames, 0);
}

/* ---- each bit of each record of a conversation ---- */

/* Plays what the dialer said to a listener of which nothing is known but what it said before, with one bit changed. What
 * comes after shows that a longer length is no way to hide. */
static void try_bit(const etp_channel *before, size_t at, size_t next, size_t bit)
{
    static etp_channel copy;
    unsigned char bytes[4096] = {0};
    copy = *before;
    memcpy(bytes, two.dialer.record + at, two.dialer.recorded - at);
    bytes[bit / 8] ^= (unsigned char)(1U << bit % 8);
    unsigned frames = two.listener.frames, established = two.listener.established;
    size_t used;
    assert_int_equal(etp_channel_receive(&copy, two.now, bytes, sizeof bytes, &used), ETP_ESTATE);
    assert_false(etp_channel_end_of(&copy).by_peer);
    assert_int_equal(two.listener.frames, frames);
    assert_int_equal(two.listener.established, established);
    assert_true(bit / 8 < next - at);
}

static void any_bit_of_any_record(void **state)
{
    (void)state;
    static etp_channel before;
    pair_connect(&two);
    /* A record of each kind. */
    assert_int_equal(send_bytes(&two, &two.dialer, 0, 60, 1), ETP_OK);
    two.dialer.channel.ping_due = true;
    two.dialer.channel.pong_due = true;
    two.dialer.channel.consumed = two.dialer.channel.answering = 5000;
    two.listener.channel.sent = 5000;
    two.dialer.channel.window.least = 64;
    two.dialer.recorded = two.dialer.in_flight = 0;
    end_flush(&two, &two.dialer);
    etp_channel_bye(&two.dialer.channel, ETP_CHANNEL_CLOSING, 0);
    end_flush(&two, &two.dialer);
    unsigned kinds = 0;
    for (size_t at = 0; at < two.dialer.recorded;) {
        size_t next = after(two.dialer.record, at);
        kinds |= 1U << two.dialer.record[at + 2];
        before = two.listener.channel;
        for (size_t bit = 0; bit < (next - at) * 8; bit++)
            try_bit(&before, at, next, bit);
        give(&two.listener, two.dialer.record + at, next - at);
        at = next;
    }
    assert_int_equal(kinds, 1U << 4 | 1U << 6 | 1U << 7 | 1U << 8 | 1U << 9 | 1U << 10);
    expect_end(&two.listener, ETP_CHANNEL_CLOSING, true);
    assert_int_equal(two.listener.frames, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_start, pair_stop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_dialer_said_is_worth_nothing_again),
        TEST(what_a_listener_said_is_worth_nothing_again),
        TEST(not_even_step_by_step),
        TEST(without_identities_frames_cannot_be_played_again_either),
        TEST(ones_own_words_echoed),
        TEST(the_proof_of_another_connection),
        TEST(the_signature_of_the_other_role),
        TEST(a_frame_played_again_at_once),
        TEST(all_frames_played_again_later),
        TEST(frames_in_another_order),
        TEST(a_frame_left_out),
        TEST(a_frame_cut_short),
        TEST(a_record_put_in_without_a_key),
        TEST(any_bit_of_any_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
