/* SPDX-License-Identifier: MIT */
/* Nodes that find each other over real sockets of this host. */
#include "discovery_two.h"

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
        TEST(test_wrong_options_are_refused_with_a_sentence),
        TEST(test_missing_options_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
