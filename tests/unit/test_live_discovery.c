/* SPDX-License-Identifier: MIT */
/* Nodes that find each other over real sockets of this host, and what strangers can do to them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "discovery_nodes.h"
#include "etp/rng.h"

static struct event_base *base;
static test_node battery, buyer;

static int setup(void **state)
{
    (void)state;
    base = event_base_new();
    return base != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    node_fini(&battery);
    node_fini(&buyer);
    event_base_free(base);
    return 0;
}

static void open_node(test_node *node, const etp_discovery_options *options)
{
    etp_error error = {0};
    if (etp_discovery_new(&node->discovery, options, &error) != ETP_OK)
        fail_msg("%s", error.text);
}

/* The aggregator listens for datagrams, the battery knows where. `address`es are of their links. */
static void open_two(const char *battery_address, const char *buyer_address)
{
    static char peer[32];
    etp_discovery_options options = node_options(&buyer, base, 2001);
    options.listen = "127.0.0.1:0";
    options.addresses[0] = buyer_address;
    open_node(&buyer, &options);
    snprintf(peer, sizeof peer, "127.0.0.1:%u", etp_discovery_port(buyer.discovery, false));
    options = node_options(&battery, base, 1001);
    options.peers[0] = peer;
    options.addresses[0] = battery_address;
    open_node(&battery, &options);
}

static void start_two(void)
{
    assert_int_equal(etp_discovery_start(battery.discovery), ETP_OK);
    assert_int_equal(etp_discovery_start(buyer.discovery), ETP_OK);
}

static bool both_heard(void *user)
{
    (void)user;
    return battery.heard_count > 0 && buyer.heard_count > 0;
}

static bool buyer_heard_three(void *user)
{
    (void)user;
    return buyer.heard_count >= 3;
}

static etp_discovery_stats stats_of(const test_node *node)
{
    etp_discovery_stats stats;
    etp_discovery_get_stats(node->discovery, &stats);
    return stats;
}

/* ---- among friends ---- */

/* The battery cannot be dialled; the aggregator does not know where it is, and answers to where the datagram came from. */
static void test_a_battery_behind_a_router_learns_whom_to_dial(void **state)
{
    (void)state;
    open_two(NULL, "tcp://127.0.0.1:7701");
    start_two();
    assert_true(run_until(base, both_heard, NULL));
    assert_int_equal(battery.heard[0].device, 2001);
    assert_true(battery.heard[0].dial);
    assert_string_equal(battery.heard[0].url, "tcp://127.0.0.1:7701");
    assert_int_equal(buyer.heard[0].device, 1001);
    assert_false(buyer.heard[0].dial);
    assert_false(buyer.heard[0].has_url);
    assert_true(stats_of(&buyer).answered > 0);
    assert_int_equal(stats_of(&battery).answered, 0);
    assert_int_equal(buyer.heard[0].energy, 6 * ETP_ENERGY_PER_KWH);
    assert_true(buyer.heard[0].message_id > 0);
}

static void test_an_aggregator_behind_a_router_dials_the_battery(void **state)
{
    (void)state;
    open_two("tcp://*:7702", NULL);
    start_two();
    assert_true(run_until(base, buyer_heard_three, NULL));
    assert_true(buyer.heard[0].dial);
    assert_string_equal(buyer.heard[0].url, "tcp://127.0.0.1:7702");
    assert_int_equal(stats_of(&buyer).answered, 0); /* it is for the buyer to dial */
}

static void test_where_both_listen_the_battery_dials(void **state)
{
    (void)state;
    open_two("tcp://*:7702", "tcp://*:7701");
    start_two();
    assert_true(run_until(base, both_heard, NULL));
    assert_true(battery.heard[0].dial);
    assert_false(buyer.heard[0].dial);
    assert_true(buyer.heard[0].has_url);
}

static void test_whoever_is_linked_is_not_answered(void **state)
{
    (void)state;
    open_two(NULL, "tcp://127.0.0.1:7701");
    buyer.is_linked = true;
    start_two();
    assert_true(run_until(base, buyer_heard_three, NULL));
    assert_int_equal(stats_of(&buyer).answered, 0);
    assert_int_equal(battery.heard_count, 0);
}

static void test_announcements_are_repeated_and_each_is_newer(void **state)
{
    (void)state;
    open_two("tcp://*:7702", NULL);
    start_two();
    assert_true(run_until(base, buyer_heard_three, NULL));
    for (unsigned i = 1; i < buyer.heard_count; i++)
        assert_true(buyer.heard[i].message_id > buyer.heard[i - 1].message_id);
    assert_int_equal(buyer.refused_count, 0);
}

static void test_a_new_address_is_told(void **state)
{
    (void)state;
    static const char *const moved[] = {"tcp://127.0.0.1:9", "tcp://0.0.0.0:9"};
    open_two("tcp://*:7702", NULL);
    start_two();
    assert_true(run_until(base, buyer_heard_three, NULL));
    etp_error error = {0};
    assert_int_equal(etp_discovery_set_addresses(battery.discovery, &moved[1], 1, &error), ETP_EINVAL);
    assert_int_equal(etp_discovery_set_addresses(battery.discovery, moved, 1, &error), ETP_OK);
    buyer.heard_count = 0;
    assert_int_equal(etp_discovery_start(battery.discovery), ETP_OK);
    assert_true(run_until(base, buyer_heard_three, NULL));
    assert_string_equal(buyer.heard[2].url, "tcp://127.0.0.1:9");
}

static void test_without_identity_nothing_is_signed_and_everybody_believed(void **state)
{
    (void)state;
    char peer[32];
    etp_discovery_options options = node_options(&buyer, base, 2001);
    options.listen = "127.0.0.1:0";
    options.identity = NULL;
    options.addresses[0] = "tcp://*:7701";
    open_node(&buyer, &options);
    snprintf(peer, sizeof peer, "127.0.0.1:%u", etp_discovery_port(buyer.discovery, false));
    options = node_options(&battery, base, 9001);
    options.role = ETP_DEVICE_BATTERY;
    options.identity = NULL;
    options.peers[0] = peer;
    open_node(&battery, &options);
    start_two();
    assert_true(run_until(base, both_heard, NULL));
    assert_true(battery.heard[0].dial);
}

/* A battery that has an identity takes nothing from one that has none. */
static void test_what_is_not_signed_is_refused_by_whoever_has_an_identity(void **state)
{
    (void)state;
    char peer[32];
    open_two(NULL, "tcp://127.0.0.1:7701");
    node_fini(&battery);
    etp_discovery_options options = node_options(&battery, base, 1001);
    snprintf(peer, sizeof peer, "127.0.0.1:%u", etp_discovery_port(buyer.discovery, false));
    options.peers[0] = peer;
    options.identity = NULL;
    open_node(&battery, &options);
    arrivals expected = {&buyer, 2};
    start_two();
    assert_true(run_until(base, has_received, &expected));
    assert_int_equal(buyer.heard_count, 0);
    assert_true(stats_of(&buyer).refused[ETP_DISCOVERY_REFUSED_SIGNATURE] >= 2);
}

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

/* ---- what a host may do wrong ---- */

static void test_wrong_options_are_refused_with_a_sentence(void **state)
{
    (void)state;
    static const struct {
        const char *group, *peer, *listen, *interface, *address, *says;
    } rows[] = {
        {NULL, NULL, NULL, NULL, NULL, "nothing to do"},
        {"10.0.0.1:7700", NULL, NULL, NULL, NULL, "no multicast group"},
        {"239.255.77.77", NULL, NULL, NULL, NULL, "discovery.group"},
        {"239.255.77.77:0", NULL, NULL, NULL, NULL, "no multicast group"},
        {NULL, "239.255.77.77:7700", NULL, NULL, NULL, "discovery.peers"},
        {NULL, "10.0.0.1:0", NULL, NULL, NULL, "discovery.peers"},
        {NULL, "host.example:7700", NULL, NULL, NULL, "names are not"},
        {NULL, NULL, "7700", NULL, NULL, "discovery.listen"},
        {NULL, NULL, "192.0.2.77:7700", NULL, NULL, "192.0.2.77:7700"},
        {NULL, NULL, "127.0.0.1:0", "no-such-if0", NULL, "no-such-if0"},
        {NULL, NULL, "127.0.0.1:0", NULL, "ipc:///tmp/x", "ipc:///tmp/x"},
        {NULL, NULL, "127.0.0.1:0", NULL, "tcp://0.0.0.0:7701", "nobody can dial"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        test_node node;
        etp_error error = {0};
        etp_discovery *none = NULL;
        etp_discovery_options options = node_options(&node, base, 1001);
        options.groups[0] = rows[i].group;
        options.peers[0] = rows[i].peer;
        options.listen = rows[i].listen;
        options.interface = rows[i].interface;
        options.addresses[0] = rows[i].address;
        assert_true(etp_discovery_new(&none, &options, &error) < 0);
        assert_null(none);
        assert_non_null(strstr(error.text, rows[i].says));
        node_fini(&node);
    }
}

static void test_missing_options_are_refused(void **state)
{
    (void)state;
    test_node node;
    etp_discovery *none = NULL;
    etp_discovery_options good = node_options(&node, base, 1001), bad[8];
    good.listen = "127.0.0.1:0";
    for (unsigned i = 0; i < 8; i++)
        bad[i] = good;
    bad[0].size--;
    bad[1].base = NULL;
    bad[2].device = 0;
    bad[3].calls.heard = NULL;
    bad[4].device = 1002; /* and the identity of 1001 */
    bad[5].trust = NULL;
    bad[6].hops = 256;
    bad[7].period = -1;
    for (unsigned i = 0; i < 8; i++)
        assert_int_equal(etp_discovery_new(&none, &bad[i], NULL), ETP_EINVAL);
    assert_int_equal(etp_discovery_new(&none, NULL, NULL), ETP_EINVAL);
    assert_int_equal(etp_discovery_new(NULL, &good, NULL), ETP_EINVAL);
    assert_int_equal(etp_discovery_start(NULL), ETP_EINVAL);
    assert_int_equal(etp_discovery_set_addresses(NULL, NULL, 0, NULL), ETP_EINVAL);
    etp_discovery_free(NULL);
    node_fini(&node);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_battery_behind_a_router_learns_whom_to_dial),
        TEST(test_an_aggregator_behind_a_router_dials_the_battery),
        TEST(test_where_both_listen_the_battery_dials),
        TEST(test_whoever_is_linked_is_not_answered),
        TEST(test_announcements_are_repeated_and_each_is_newer),
        TEST(test_a_new_address_is_told),
        TEST(test_without_identity_nothing_is_signed_and_everybody_believed),
        TEST(test_what_is_not_signed_is_refused_by_whoever_has_an_identity),
        TEST(test_what_strangers_send_changes_nothing),
        TEST(test_who_is_not_expected_changes_nothing),
        TEST(test_ordinary_datagrams_are_counted_but_not_reported),
        TEST(test_a_datagram_cannot_talk_a_node_out_of_tls),
        TEST(test_the_older_of_two_keys_is_still_believed),
        TEST(test_whoever_leaves_the_trust_list_is_unknown),
        TEST(test_shuffled_datagrams_only_ever_make_it_newer),
        TEST(test_a_flood_of_one_source_does_not_drown_others),
        TEST(test_wrong_options_are_refused_with_a_sentence),
        TEST(test_missing_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
