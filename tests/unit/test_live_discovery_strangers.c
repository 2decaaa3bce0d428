/* SPDX-License-Identifier: MIT */
/* What strangers can do to nodes that look for each other: nothing. */
#include "discovery_two.h"
#include "etp/rng.h"

/* ---- among strangers ---- */

/* Sends to the buyer from a stranger's socket; it has to be refused for that reason, and nothing else may happen. */
static void expect_refused(int fd, const void *bytes, size_t size, etp_discovery_refusal why)
{
    unsigned heard = buyer.heard_count;
    uint64_t refused = stats_of(&buyer).refused[why];
    assert_true(send_and_wait(base, fd, &buyer, bytes, size));
    assert_int_equal(buyer.heard_count, heard);
    assert_int_equal(stats_of(&buyer).refused[why], refused + 1);
}

static void expect_heard(int fd, const etp_envelope *envelope)
{
    unsigned heard = buyer.heard_count;
    etp_datagram datagram = signed_datagram(envelope);
    assert_true(send_and_wait(base, fd, &buyer, datagram.bytes, datagram.size));
    assert_int_equal(buyer.heard_count, heard + 1);
}

static void test_what_strangers_send_changes_nothing(void **state)
{
    (void)state;
    open_two(NULL, "tcp://127.0.0.1:7701");
    int fd = stranger("127.0.0.1");
    uint64_t now = wall_us();
    etp_envelope envelope = envelope_of(1005, ETP_DEVICE_BATTERY, now, 1);
    etp_datagram datagram = signed_datagram(&envelope), bad = datagram;
    expect_heard(fd, &envelope);
    expect_refused(fd, datagram.bytes, datagram.size, ETP_DISCOVERY_REFUSED_DUPLICATE);
    envelope.time_us--;
    datagram = signed_datagram(&envelope);
    expect_refused(fd, datagram.bytes, datagram.size, ETP_DISCOVERY_REFUSED_REPLAYED);
    envelope.time_us = now + 10;
    datagram = bad = signed_datagram(&envelope);
    expect_refused(fd, bad.bytes, 0, ETP_DISCOVERY_REFUSED_TRUNCATED);
    expect_refused(fd, bad.bytes, bad.size - 1, ETP_DISCOVERY_REFUSED_TRUNCATED);
    expect_refused(fd, bad.bytes, bad.size + 1, ETP_DISCOVERY_REFUSED_MALFORMED);
    bad.bytes[bad.size - 1] ^= 1;
    expect_refused(fd, bad.bytes, bad.size, ETP_DISCOVERY_REFUSED_SIGNATURE);
    bad = datagram;
    bad.bytes[33] ^= 1; /* another scheme */
    expect_refused(fd, bad.bytes, bad.size, ETP_DISCOVERY_REFUSED_SIGNATURE);
    bad.bytes[4] = 9;
    expect_refused(fd, bad.bytes, bad.size, ETP_DISCOVERY_REFUSED_VERSION);
    bad.bytes[0] = 0;
    expect_refused(fd, bad.bytes, bad.size, ETP_DISCOVERY_REFUSED_NOT_ENVELOPE);
    expect_heard(fd, &envelope); /* the forged ones have not used up its time stamp */
    close(fd);
}

static void test_who_is_not_expected_changes_nothing(void **state)
{
    (void)state;
    open_two(NULL, "tcp://127.0.0.1:7701");
    int fd = stranger("127.0.0.1");
    uint64_t now = wall_us(), hour = UINT64_C(3600000000);
    const struct {
        etp_id device;
        etp_device_role role;
        uint64_t time_us;
        etp_discovery_refusal why;
    } rows[] = {
        {9001, ETP_DEVICE_BATTERY, now, ETP_DISCOVERY_REFUSED_UNKNOWN},
        {2001, ETP_DEVICE_AGGREGATOR, now, ETP_DISCOVERY_REFUSED_OWN},
        {2001, ETP_DEVICE_BATTERY, now, ETP_DISCOVERY_REFUSED_OWN},
        {2002, ETP_DEVICE_AGGREGATOR, now, ETP_DISCOVERY_REFUSED_BYSTANDER},
        {2002, ETP_DEVICE_BATTERY, now, ETP_DISCOVERY_REFUSED_ROLE},
        {1001, ETP_DEVICE_RELAY, now, ETP_DISCOVERY_REFUSED_ROLE},
        {1001, ETP_DEVICE_BATTERY, now - hour, ETP_DISCOVERY_REFUSED_CLOCK},
        {1001, ETP_DEVICE_BATTERY, now + hour, ETP_DISCOVERY_REFUSED_CLOCK},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        etp_envelope envelope = envelope_of(rows[i].device, rows[i].role, rows[i].time_us, 1);
        etp_datagram datagram = signed_datagram(&envelope);
        expect_refused(fd, datagram.bytes, datagram.size, rows[i].why);
    }
    unsigned char oversized[1400] = "ETPD";
    expect_refused(fd, oversized, sizeof oversized, ETP_DISCOVERY_REFUSED_OVERSIZED);
    expect_refused(fd, oversized, 1201, ETP_DISCOVERY_REFUSED_OVERSIZED);
    close(fd);
}

/* The usual traffic of a network is not worth a line of the audit. */
static void test_ordinary_datagrams_are_counted_but_not_reported(void **state)
{
    (void)state;
    open_two(NULL, "tcp://127.0.0.1:7701");
    int fd = stranger("127.0.0.1");
    etp_envelope envelope = envelope_of(2001, ETP_DEVICE_AGGREGATOR, wall_us(), 1);
    etp_datagram datagram = signed_datagram(&envelope);
    expect_refused(fd, datagram.bytes, datagram.size, ETP_DISCOVERY_REFUSED_OWN);
    assert_int_equal(buyer.refused_count, 0);
    expect_refused(fd, "x", 1, ETP_DISCOVERY_REFUSED_TRUNCATED);
    assert_int_equal(buyer.refused_count, 1);
    assert_int_equal(buyer.last_refusal, ETP_DISCOVERY_REFUSED_TRUNCATED);
    close(fd);
}

static void test_a_datagram_cannot_talk_a_node_out_of_tls(void **state)
{
    (void)state;
    etp_discovery_options options = node_options(&buyer, base, 2001);
    options.listen = "127.0.0.1:0";
    options.tls = true;
    open_node(&buyer, &options);
    int fd = stranger("127.0.0.1");
    etp_envelope envelope = envelope_of(1001, ETP_DEVICE_BATTERY, wall_us(), 1);
    expect_heard(fd, &envelope);
    assert_false(buyer.heard[0].dial);
    assert_false(buyer.heard[0].has_url);
    assert_int_equal(buyer.last_refusal, ETP_DISCOVERY_REFUSED_ADDRESS);
    envelope.time_us++;
    envelope.address_count = 2;
    strcpy(envelope.addresses[1], "tls+tcp://10.0.0.7:7702");
    expect_heard(fd, &envelope);
    assert_true(buyer.heard[1].dial);
    assert_string_equal(buyer.heard[1].url, "tls+tcp://10.0.0.7:7702");
    close(fd);
}

static void test_the_older_of_two_keys_is_still_believed(void **state)
{
    (void)state;
    open_two(NULL, "tcp://127.0.0.1:7701");
    int fd = stranger("127.0.0.1");
    etp_envelope envelope = envelope_of(1001, ETP_DEVICE_BATTERY, wall_us(), 1);
    etp_datagram datagram = signed_with(&envelope, 1501);
    assert_true(send_and_wait(base, fd, &buyer, datagram.bytes, datagram.size));
    assert_int_equal(buyer.heard_count, 1);
    close(fd);
}

static void test_whoever_leaves_the_trust_list_is_unknown(void **state)
{
    (void)state;
    open_two(NULL, "tcp://127.0.0.1:7701");
    int fd = stranger("127.0.0.1");
    etp_envelope envelope = envelope_of(1001, ETP_DEVICE_BATTERY, wall_us(), 1);
    expect_heard(fd, &envelope);
    assert_true(buyer.heard[0].fresh);
    etp_trust_entry only = trusted_with(1002, ETP_DEVICE_BATTERY, 1002);
    etp_trust *trust = NULL;
    assert_int_equal(etp_trust_make(&trust, &only, 1, NULL, NULL), ETP_OK);
    assert_int_equal(etp_discovery_set_trust(buyer.discovery, trust), ETP_OK);
    etp_trust_free(buyer.trust);
    buyer.trust = trust;
    envelope.time_us++;
    envelope.counter++;
    etp_datagram datagram = signed_datagram(&envelope);
    expect_refused(fd, datagram.bytes, datagram.size, ETP_DISCOVERY_REFUSED_UNKNOWN);
    assert_int_equal(etp_discovery_set_trust(buyer.discovery, NULL), ETP_EINVAL);
    assert_int_equal(etp_discovery_set_trust(NULL, trust), ETP_EINVAL);
    close(fd);
}

/* Datagrams that are lost, come twice and in any order: the newest is what counts. */
static void test_shuffled_datagrams_only_ever_make_it_newer(void **state)
{
    (void)state;
    enum { COUNT = 300 };
    etp_discovery_options options = node_options(&buyer, base, 2001);
    options.listen = "127.0.0.1:0";
    options.source_rate = options.total_rate = 100000;
    open_node(&buyer, &options);
    int fd = stranger("127.0.0.1");
    uint64_t now = wall_us();
    etp_rng rng;
    etp_rng_seed(&rng, 9);
    uint64_t newest = 0;
    for (unsigned i = 0; i < COUNT; i++) {
        uint64_t stamp = i + etp_rng_below(&rng, 20); /* late by up to 20, some twice, some never */
        etp_envelope envelope = envelope_of(1001, ETP_DEVICE_BATTERY, now + stamp, 1 + stamp);
        etp_datagram datagram = signed_datagram(&envelope);
        unsigned heard = buyer.heard_count;
        assert_true(send_and_wait(base, fd, &buyer, datagram.bytes, datagram.size));
        assert_int_equal(buyer.heard_count - heard, envelope.time_us > newest);
        newest = envelope.time_us > newest ? envelope.time_us : newest;
    }
    etp_discovery_stats stats = stats_of(&buyer);
    assert_true(stats.refused[ETP_DISCOVERY_REFUSED_DUPLICATE] > 0);
    assert_true(stats.refused[ETP_DISCOVERY_REFUSED_REPLAYED] > 0);
    assert_int_equal(buyer.heard[buyer.heard_count - 1].message_id, newest);
    close(fd);
}

/* A flood of forged announcements from one address: few cost a signature check, and another address is still heard. */
static void test_a_flood_of_one_source_does_not_drown_others(void **state)
{
    (void)state;
    enum { FLOOD = 2000, AT_ONCE = 40 };
    open_two(NULL, "tcp://127.0.0.1:7701");
    int fd = stranger("127.0.0.2"), other = stranger("127.0.0.3");
    if (fd < 0 || other < 0)
        skip(); /* a system whose loopback has one address */
    etp_envelope envelope = envelope_of(1005, ETP_DEVICE_BATTERY, wall_us(), 1);
    etp_datagram forged = signed_datagram(&envelope);
    forged.bytes[forged.size - 1] ^= 1;
    for (unsigned i = 0; i < FLOOD; i++)
        assert_true(send_and_wait(base, fd, &buyer, forged.bytes, forged.size));
    etp_discovery_stats stats = stats_of(&buyer);
    assert_int_equal(stats.refused[ETP_DISCOVERY_REFUSED_SIGNATURE] + stats.refused[ETP_DISCOVERY_REFUSED_RATE], FLOOD);
    assert_true(stats.refused[ETP_DISCOVERY_REFUSED_SIGNATURE] >= AT_ONCE);
    assert_true(stats.refused[ETP_DISCOVERY_REFUSED_RATE] > 0);
    expect_heard(other, &envelope);
    close(fd);
    close(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_strangers_send_changes_nothing),
        TEST(test_who_is_not_expected_changes_nothing),
        TEST(test_ordinary_datagrams_are_counted_but_not_reported),
        TEST(test_a_datagram_cannot_talk_a_node_out_of_tls),
        TEST(test_the_older_of_two_keys_is_still_believed),
        TEST(test_whoever_leaves_the_trust_list_is_unknown),
        TEST(test_shuffled_datagrams_only_ever_make_it_newer),
        TEST(test_a_flood_of_one_source_does_not_drown_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
