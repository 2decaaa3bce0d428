/* SPDX-License-Identifier: MIT */
/* Handshakes that must not succeed, each with its reason, at both ends. */
#include "unit/live_channel_pair.h"

static void replace(end *at, etp_id device, etp_device_role role)
{
    end_fini(at);
    end_init(at, device, role, two.trust);
}

/* One end finds the reason, the other is told, and nobody was ever established. */
static void expect_refused(const end *by, const end *told, etp_channel_refusal refusal)
{
    pair_open(&two);
    pair_settle(&two);
    expect_end(by, refusal, false);
    expect_end(told, refusal, true);
    assert_int_equal(by->established + told->established, 0);
    assert_false(etp_channel_end_of(&by->channel).proved);
}

/* ---- who it is ---- */

static void ones_own_id_at_the_other_end(void **state)
{
    (void)state;
    replace(&two.dialer, BATTERY, ETP_DEVICE_AGGREGATOR);
    expect_refused(&two.listener, &two.dialer, ETP_CHANNEL_OWN_ID);
}

static void another_device_than_was_dialed(void **state)
{
    (void)state;
    pair_open(&two);
    two.dialer.channel.expected = 1002;
    pair_settle(&two);
    expect_end(&two.dialer, ETP_CHANNEL_WRONG_PEER, false);
    expect_end(&two.listener, ETP_CHANNEL_WRONG_PEER, true);
}

static void two_batteries(void **state)
{
    (void)state;
    replace(&two.dialer, 1002, ETP_DEVICE_BATTERY);
    expect_refused(&two.listener, &two.dialer, ETP_CHANNEL_UNFIT_ROLE);
}

static void two_aggregators(void **state)
{
    (void)state;
    replace(&two.listener, 2002, ETP_DEVICE_AGGREGATOR);
    expect_refused(&two.listener, &two.dialer, ETP_CHANNEL_UNFIT_ROLE);
}

static void a_role_that_the_trust_list_does_not_give(void **state)
{
    (void)state;
    replace(&two.dialer, 1002, ETP_DEVICE_AGGREGATOR);
    expect_refused(&two.listener, &two.dialer, ETP_CHANNEL_WRONG_ROLE);
}

static void a_dialer_that_nobody_knows(void **state)
{
    (void)state;
    replace(&two.dialer, STRANGER, ETP_DEVICE_AGGREGATOR);
    expect_refused(&two.listener, &two.dialer, ETP_CHANNEL_UNKNOWN_DEVICE);
}

static void a_listener_that_nobody_knows(void **state)
{
    (void)state;
    replace(&two.listener, STRANGER, ETP_DEVICE_BATTERY);
    expect_refused(&two.dialer, &two.listener, ETP_CHANNEL_UNKNOWN_DEVICE);
}

/* Says it is a device whose key it has not. */
static void pretend(end *at, etp_id device)
{
    etp_identity *pretender = NULL;
    static const unsigned char seed[32] = {99};
    assert_int_equal(etp_identity_from_seed(&pretender, device, seed, NULL, NULL), ETP_OK);
    etp_identity_free(at->identity);
    at->identity = pretender;
    at->options.identity = pretender;
}

static void a_dialer_with_another_key(void **state)
{
    (void)state;
    pretend(&two.dialer, AGGREGATOR);
    expect_refused(&two.listener, &two.dialer, ETP_CHANNEL_WRONG_KEY);
}

static void a_listener_with_another_key(void **state)
{
    (void)state;
    pretend(&two.listener, BATTERY);
    expect_refused(&two.dialer, &two.listener, ETP_CHANNEL_WRONG_KEY);
}

static void either_key_proves_a_device_while_it_is_replaced(void **state)
{
    (void)state;
    etp_trust_entry entries[] = {entry_of(BATTERY, ETP_DEVICE_BATTERY, 0),
                                 entry_of(AGGREGATOR, ETP_DEVICE_AGGREGATOR, 0)};
    pretend(&two.dialer, AGGREGATOR);
    entries[1].keys[1] = *etp_identity_public(two.dialer.identity);
    entries[1].key_count = 2;
    etp_trust *both = NULL;
    assert_int_equal(etp_trust_make(&both, entries, 2, NULL, NULL), ETP_OK);
    two.listener.options.trust = both;
    pair_connect(&two);
    assert_int_equal(two.listener.peer.device, AGGREGATOR);
    etp_channel_fini(&two.listener.channel);
    etp_trust_free(both);
}

static void an_identity_on_one_end_only(void **state)
{
    (void)state;
    two.dialer.options.identity = NULL;
    two.dialer.options.trust = NULL;
    expect_refused(&two.listener, &two.dialer, ETP_CHANNEL_IDENTITY);
}

static void an_identity_on_the_other_end_only(void **state)
{
    (void)state;
    two.listener.options.identity = NULL;
    two.listener.options.trust = NULL;
    expect_refused(&two.listener, &two.dialer, ETP_CHANNEL_IDENTITY);
}

/* ---- what it says: the dialer's HELLO, changed before it leaves ---- */

enum {
    AT_LOW = 7,
    AT_HIGH = 8,
    AT_ROLE = 9,
    AT_SIGNS = 10,
    AT_WINDOW = 15,
    AT_DEVICE = 19,
    AT_CLOCK = 27,
    AT_POINT = 35
};

typedef struct hello_change {
    size_t at, size;
    unsigned char bytes[40];
    etp_channel_refusal refusal;
} hello_change;

static void send_changed(const hello_change *change)
{
    pair_init(&two);
    pair_open(&two);
    end_flush(&two, &two.dialer);
    memcpy(two.dialer.flight + change->at, change->bytes, change->size);
    deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
}

static void a_hello_that_cannot_be(void **state)
{
    (void)state;
    static const hello_change changes[] = {
        {AT_LOW, 2, {2, 9}, ETP_CHANNEL_VERSION},
        {AT_LOW, 2, {0, 1}, ETP_CHANNEL_MALFORMED},
        {AT_LOW, 2, {2, 1}, ETP_CHANNEL_MALFORMED},
        {AT_ROLE, 1, {3}, ETP_CHANNEL_MALFORMED},
        {AT_SIGNS, 1, {2}, ETP_CHANNEL_MALFORMED},
        {AT_WINDOW, 4, {0, 0, 0x0f, 0xff}, ETP_CHANNEL_MALFORMED},
        {AT_WINDOW, 4, {0, 0x10, 0, 1}, ETP_CHANNEL_MALFORMED},
        {AT_DEVICE, 8, {0}, ETP_CHANNEL_MALFORMED},
        {AT_DEVICE, 8, {0, 0x20, 0, 0, 0, 0, 0, 0}, ETP_CHANNEL_MALFORMED},
        {AT_CLOCK, 8, {0x80}, ETP_CHANNEL_MALFORMED},
        {AT_POINT, 32, {0}, ETP_CHANNEL_WEAK_KEY},
        {AT_POINT, 32, {1}, ETP_CHANNEL_WEAK_KEY},
        {0, 2, {0, 64}, ETP_CHANNEL_MALFORMED},
        {0, 2, {1, 2}, ETP_CHANNEL_OVERSIZE},
        {0, 2, {0xff, 0xff}, ETP_CHANNEL_OVERSIZE},
    };
    pair_stop_unheard(NULL);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        send_changed(&changes[i]);
        expect_end(&two.listener, changes[i].refusal, false);
        pair_fini(&two);
    }
    pair_init(&two);
}

static void a_newer_peer_that_speaks_our_version_too(void **state)
{
    (void)state;
    static const hello_change change = {AT_HIGH, 1, {7}, ETP_CHANNEL_NONE};
    pair_stop_unheard(NULL);
    send_changed(&change);
    assert_false(etp_channel_is_over(&two.listener.channel));
    assert_int_equal(etp_channel_peer_of(&two.listener.channel).version, 1);
    /* And yet the dialer, which did not say so, does not accept that it was changed on its way. */
    pair_settle(&two);
    expect_end(&two.dialer, ETP_CHANNEL_ALTERED, false);
}

static void anything_changed_in_either_hello_is_noticed(void **state)
{
    (void)state;
    enum { HELLO = 67 };
    pair_stop_unheard(NULL);
    for (size_t i = 0; i < 2 * HELLO; i++) {
        pair_init(&two);
        pair_open(&two);
        end_flush(&two, &two.dialer);
        if (i < HELLO)
            two.dialer.flight[i] ^= 1;
        deliver(&two, &two.dialer, &two.listener, SIZE_MAX);
        end_flush(&two, &two.listener);
        if (i >= HELLO)
            two.listener.flight[i - HELLO] ^= 1;
        deliver(&two, &two.listener, &two.dialer, SIZE_MAX);
        pair_settle(&two);
        assert_int_equal(two.dialer.established + two.listener.established, 0);
        pair_fini(&two);
    }
    pair_init(&two);
}

/* ---- options ---- */

static void options_that_cannot_be(void **state)
{
    (void)state;
    etp_channel channel = {0};
    const etp_channel_options good = two.dialer.options;
    etp_channel_options bad = good;
    assert_int_equal(etp_channel_init(&channel, &bad, NULL, true, 0, two.now), ETP_OK);
#define EXPECT(result, change)                                                                \
    do {                                                                                      \
        bad = good;                                                                           \
        change;                                                                               \
        assert_int_equal(etp_channel_init(&channel, &bad, NULL, true, 0, two.now), (result)); \
    } while (0)
    EXPECT(ETP_EINVAL, bad.trust = NULL);
    EXPECT(ETP_EINVAL, bad.calls.frame = NULL);
    EXPECT(ETP_EINVAL, bad.calls.established = NULL);
    EXPECT(ETP_EINVAL, bad.device = BATTERY);
    EXPECT(ETP_ERANGE, bad.role = (etp_device_role)3);
    EXPECT(ETP_ERANGE, bad.unacknowledged = ETP_CHANNEL_CREDIT_MIN - 1);
    EXPECT(ETP_ERANGE, bad.unacknowledged = bad.credit + 1);
    EXPECT(ETP_ERANGE, bad.credit = bad.unacknowledged - 1);
    EXPECT(ETP_ERANGE, bad.credit = ETP_CHANNEL_CREDIT_MAX + 1);
    EXPECT(ETP_ERANGE, bad.message_burst = 0);
    EXPECT(ETP_ERANGE, bad.handshake_limit = 0);
    EXPECT(ETP_ERANGE, bad.heartbeat = 0);
    EXPECT(ETP_ERANGE, bad.rate_pause = -1);
#undef EXPECT
    assert_int_equal(etp_channel_init(NULL, &good, NULL, true, 0, two.now), ETP_EINVAL);
    assert_int_equal(etp_channel_init(&channel, NULL, NULL, true, 0, two.now), ETP_EINVAL);
    assert_int_equal(etp_channel_init(&channel, &good, NULL, true, ETP_ID_MAX + 1, two.now), ETP_ERANGE);
    assert_int_equal(etp_channel_init(&channel, &good, NULL, true, 0, -1), ETP_ERANGE);
    etp_channel_fini(NULL);
}

static void every_refusal_has_a_name_and_a_sentence(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ETP_CHANNEL_REFUSALS; i++) {
        assert_non_null(etp_channel_refusal_name((etp_channel_refusal)i));
        assert_non_null(etp_channel_refusal_sentence((etp_channel_refusal)i));
    }
    assert_string_equal(etp_channel_refusal_name((etp_channel_refusal)ETP_CHANNEL_REFUSALS), "unknown");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, pair_start, pair_stop_unheard)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(ones_own_id_at_the_other_end),
        TEST(another_device_than_was_dialed),
        TEST(two_batteries),
        TEST(two_aggregators),
        TEST(a_role_that_the_trust_list_does_not_give),
        TEST(a_dialer_that_nobody_knows),
        TEST(a_listener_that_nobody_knows),
        TEST(a_dialer_with_another_key),
        TEST(a_listener_with_another_key),
        TEST(either_key_proves_a_device_while_it_is_replaced),
        TEST(an_identity_on_one_end_only),
        TEST(an_identity_on_the_other_end_only),
        TEST(a_hello_that_cannot_be),
        TEST(a_newer_peer_that_speaks_our_version_too),
        TEST(anything_changed_in_either_hello_is_noticed),
        TEST(options_that_cannot_be),
        TEST(every_refusal_has_a_name_and_a_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
