/* SPDX-License-Identifier: MIT */
/* Batteries and buyers that find each other by datagrams, dial as the rule says, and trade. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <unistd.h>

#include "discovery_fixture.h"
#include "live/discovery/udp.h"
#include "live_fixture.h"

static etp_trust *trust;
static etp_identity *identities[SIDES];

static int setup(void **state)
{
    static const struct {
        etp_id device;
        etp_device_role role;
    } all[] = {{1001, ETP_DEVICE_BATTERY},
               {1002, ETP_DEVICE_BATTERY},
               {2001, ETP_DEVICE_AGGREGATOR},
               {2002, ETP_DEVICE_AGGREGATOR}};
    etp_trust_entry entries[4];
    for (unsigned i = 0; i < 4; i++)
        entries[i] = trusted_with(all[i].device, all[i].role, all[i].device);
    assert_int_equal(etp_trust_make(&trust, entries, 4, NULL, NULL), ETP_OK);
    return open_base(state);
}

static int teardown(void **state)
{
    close_base(state);
    for (unsigned i = 0; i < SIDES; i++) {
        etp_identity_free(identities[i]);
        identities[i] = NULL;
    }
    etp_trust_free(trust);
    return 0;
}

/* A side with an identity. */
static struct side *build(unsigned number, etp_id device)
{
    struct side *side = prepare(number, device);
    etp_identity_free(identities[number]);
    identities[number] = identity_of(device);
    side->node_options.identity = identities[number];
    side->node_options.trust = trust;
    if (device < 2000)
        build_battery(side);
    else
        build_buyer(side);
    return side;
}

static etp_live_discovery_stats discovery_of(const struct side *side)
{
    etp_live_discovery_stats stats = {.size = sizeof stats};
    assert_int_equal(etp_live_get_discovery(side->live, side->node, &stats), ETP_OK);
    return stats;
}

/* Announces `address`, if it is one, and tells it to whoever hears datagrams at `peer`, if that is one. */
static void discover(struct side *side, const char *address, const char *listen, const char *peer)
{
    etp_error error = {0};
    const etp_live_discovery wanted = {.size = sizeof wanted,
                                       .listen = listen,
                                       .peers = &peer,
                                       .peer_count = peer != NULL,
                                       .addresses = &address,
                                       .address_count = address != NULL,
                                       .period = 50 * MS};
    check(etp_live_discover(side->live, side->node, &wanted, &error), &error);
}

static const char *datagrams_of(const struct side *side)
{
    static char text[32];
    snprintf(text, sizeof text, "127.0.0.1:%u", discovery_of(side).port);
    return text;
}

static bool is_up(const struct side *side)
{
    return live_stats(side).peers_up > 0;
}

/* Once all batteries have registered. */
static void trade(struct side *battery, struct side *buyer, unsigned batteries)
{
    WAIT_FOR(buyer->events[ETP_EVENT_REGISTER] >= batteries);
    trade_once(battery, buyer);
}

/* ---- who dials ---- */

static void test_a_battery_behind_a_router_finds_its_buyer_and_trades(void **state)
{
    (void)state;
    struct side *battery = build(0, BATTERY), *buyer = build(1, BUYER);
    discover(buyer, listen_at(buyer, "tcp://127.0.0.1:0"), "127.0.0.1:0", NULL);
    discover(battery, NULL, NULL, datagrams_of(buyer));
    WAIT_FOR(is_up(battery) && is_up(buyer));
    assert_true(peer_of(battery, 0).dialed);
    trade(battery, buyer, 1);
}

static void test_a_buyer_behind_a_router_finds_its_battery_and_trades(void **state)
{
    (void)state;
    struct side *battery = build(0, BATTERY), *buyer = build(1, BUYER);
    discover(battery, listen_at(battery, "tcp://127.0.0.1:0"), "127.0.0.1:0", NULL);
    discover(buyer, NULL, NULL, datagrams_of(battery));
    WAIT_FOR(is_up(battery) && is_up(buyer));
    assert_true(peer_of(buyer, 0).dialed);
    trade(battery, buyer, 1);
}

/* Both listen and both are told of the other: one connection, which stays. */
static void test_two_that_listen_have_one_connection_and_keep_it(void **state)
{
    (void)state;
    struct side *battery = build(0, BATTERY), *buyer = build(1, BUYER);
    discover(buyer, listen_at(buyer, "tcp://127.0.0.1:0"), "127.0.0.1:0", NULL);
    discover(battery, listen_at(battery, "tcp://127.0.0.1:0"), NULL, datagrams_of(buyer));
    WAIT_FOR(is_up(battery) && is_up(buyer));
    uint64_t heard = discovery_of(buyer).heard;
    WAIT_FOR(discovery_of(buyer).heard >= heard + 10);
    assert_int_equal(peer_of(battery, 0).connections, 1);
    assert_int_equal(peer_of(buyer, 0).connections, 1);
    assert_true(peer_of(battery, 0).dialed);
    assert_int_equal(discovery_of(buyer).dialers, 0);
    assert_int_equal(discovery_of(battery).dialers, 1);
    assert_int_equal(live_stats(buyer).opened, 1);
    trade(battery, buyer, 1);
}

/* One that was configured and one that was found, to the same buyer: no flapping either. */
static void test_a_configured_link_and_a_found_one_do_not_fight(void **state)
{
    (void)state;
    struct side *battery = build(0, BATTERY), *buyer = build(1, BUYER);
    const char *url = listen_at(buyer, "tcp://127.0.0.1:0");
    dial_to(battery, url, BUYER);
    discover(buyer, url, "127.0.0.1:0", NULL);
    discover(battery, listen_at(battery, "tcp://127.0.0.1:0"), NULL, datagrams_of(buyer));
    WAIT_FOR(is_up(battery) && is_up(buyer));
    uint64_t heard = discovery_of(buyer).heard;
    WAIT_FOR(discovery_of(buyer).heard >= heard + 10);
    assert_true(peer_of(buyer, 0).connections <= 2);
    trade(battery, buyer, 1);
}

/* ---- what changes ---- */

static void test_a_buyer_that_comes_back_elsewhere_is_found_again(void **state)
{
    (void)state;
    char port[32];
    struct side *battery = build(0, BATTERY), *buyer = build(1, BUYER);
    discover(buyer, listen_at(buyer, "tcp://127.0.0.1:0"), "127.0.0.1:0", NULL);
    snprintf(port, sizeof port, "%s", datagrams_of(buyer));
    discover(battery, NULL, NULL, port);
    WAIT_FOR(is_up(battery) && is_up(buyer));
    free_side(buyer);
    WAIT_FOR(!is_up(battery));
    buyer = build(1, BUYER);
    discover(buyer, listen_at(buyer, "tcp://127.0.0.1:0"), port, NULL);
    WAIT_FOR(is_up(battery) && is_up(buyer));
    assert_int_equal(discovery_of(battery).dialers, 1);
    trade(battery, buyer, 1);
}

static void test_who_leaves_the_trust_list_is_dialed_no_more(void **state)
{
    (void)state;
    struct side *battery = build(0, BATTERY), *buyer = build(1, BUYER);
    discover(buyer, listen_at(buyer, "tcp://127.0.0.1:0"), "127.0.0.1:0", NULL);
    discover(battery, NULL, NULL, datagrams_of(buyer));
    WAIT_FOR(is_up(battery));
    etp_trust_entry other = trusted_with(2002, ETP_DEVICE_AGGREGATOR, 2002);
    etp_trust *only = NULL;
    assert_int_equal(etp_trust_make(&only, &other, 1, NULL, NULL), ETP_OK);
    assert_int_equal(etp_live_set_trust(battery->live, battery->node, only), ETP_OK);
    WAIT_FOR(!is_up(battery));
    assert_int_equal(discovery_of(battery).dialers, 0);
    uint64_t refused = discovery_of(battery).refused;
    WAIT_FOR(discovery_of(battery).refused > refused); /* it still hears the buyer */
    assert_int_equal(discovery_of(battery).dialers, 0);
    assert_int_equal(battery->refused_kind, ETP_LIVE_REFUSED_DATAGRAM);
    free_side(battery);
    etp_trust_free(only);
}

static void test_a_new_address_is_announced(void **state)
{
    (void)state;
    struct side *battery = build(0, BATTERY), *buyer = build(1, BUYER);
    etp_error error = {0};
    const char *nobody = "tcp://127.0.0.1:1";
    discover(buyer, nobody, "127.0.0.1:0", NULL);
    discover(battery, NULL, NULL, datagrams_of(buyer));
    WAIT_FOR(discovery_of(battery).dialers == 1);
    assert_false(is_up(battery));
    const char *url = listen_at(buyer, "tcp://127.0.0.1:0");
    check(etp_live_announce(buyer->live, buyer->node, &url, 1, &error), &error);
    WAIT_FOR(is_up(battery) && is_up(buyer));
    assert_int_equal(discovery_of(battery).dialers, 1);
}

/* ---- strangers ---- */

/* Sends to the buyer and waits until it has been looked at. */
static void send_to_buyer(const struct side *buyer, int fd, const etp_datagram *datagram, size_t size)
{
    etp_udp_address to = etp_udp_wildcard(AF_INET, discovery_of(buyer).port);
    to.four.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    uint64_t received = discovery_of(buyer).received;
    assert_int_equal(sendto(fd, datagram->bytes, size, 0, &to.any, etp_udp_size(&to)), (ssize_t)size);
    WAIT_FOR(discovery_of(buyer).received > received);
}

static uint64_t wall_us(void)
{
    etp_live_clock clock;
    etp_live_clock_set(&clock);
    return (uint64_t)(etp_live_clock_now(&clock) / ETP_NS_PER_US);
}

static void test_forged_oversized_and_replayed_datagrams_change_nothing(void **state)
{
    (void)state;
    struct side *buyer = build(0, BUYER);
    int fd = -1;
    etp_udp_address any = etp_udp_wildcard(AF_INET, 0);
    discover(buyer, NULL, "127.0.0.1:0", NULL);
    assert_int_equal(etp_udp_open(&any, false, &fd, NULL), ETP_OK);
    etp_envelope envelope = envelope_of(1001, ETP_DEVICE_BATTERY, wall_us(), 1);
    snprintf(envelope.addresses[0], sizeof envelope.addresses[0], "tcp://127.0.0.1:1");
    etp_datagram good = signed_datagram(&envelope), forged = signed_with(&envelope, 1002);
    send_to_buyer(buyer, fd, &forged, forged.size);
    forged = good;
    forged.bytes[40] ^= 1;
    send_to_buyer(buyer, fd, &forged, forged.size);
    send_to_buyer(buyer, fd, &good, sizeof good.bytes);
    send_to_buyer(buyer, fd, &good, good.size - 1);
    assert_int_equal(discovery_of(buyer).refused, 4);
    assert_int_equal(discovery_of(buyer).dialers, 0);
    assert_int_equal(buyer->refusals, 4);
    assert_int_equal(buyer->refused_kind, ETP_LIVE_REFUSED_DATAGRAM);
    assert_int_equal(buyer->refused_device, 0); /* nobody has proved anything */
    send_to_buyer(buyer, fd, &good, good.size);
    assert_int_equal(discovery_of(buyer).dialers, 1);
    send_to_buyer(buyer, fd, &good, good.size);
    assert_int_equal(discovery_of(buyer).heard, 1);
    assert_int_equal(discovery_of(buyer).ordinary, 1);
    assert_int_equal(discovery_of(buyer).dialers, 1);
    close(fd);
}

/* ---- a whole neighbourhood ---- */

static void test_all_find_all_where_each_knows_one(void **state)
{
    (void)state;
    struct side *north = build(0, 2001), *south = build(1, 2002);
    discover(north, listen_at(north, "tcp://127.0.0.1:0"), "127.0.0.1:0", NULL);
    discover(south, listen_at(south, "tcp://127.0.0.1:0"), "127.0.0.1:0", NULL);
    char hubs[2][32];
    snprintf(hubs[0], sizeof hubs[0], "%s", datagrams_of(north));
    snprintf(hubs[1], sizeof hubs[1], "%s", datagrams_of(south));
    const char *peers[] = {hubs[0], hubs[1]};
    for (unsigned i = 2; i < 4; i++) {
        struct side *battery = build(i, 999 + i);
        etp_error error = {0};
        const etp_live_discovery wanted = {.size = sizeof wanted, .peers = peers, .peer_count = 2, .period = 50 * MS};
        check(etp_live_discover(battery->live, battery->node, &wanted, &error), &error);
    }
    for (unsigned i = 0; i < 4; i++)
        WAIT_FOR(live_stats(&sides[i]).peers_up == 2);
    trade(&sides[2], north, 2);
    trade(&sides[3], south, 2);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_battery_behind_a_router_finds_its_buyer_and_trades),
        TEST(test_a_buyer_behind_a_router_finds_its_battery_and_trades),
        TEST(test_two_that_listen_have_one_connection_and_keep_it),
        TEST(test_a_configured_link_and_a_found_one_do_not_fight),
        TEST(test_a_buyer_that_comes_back_elsewhere_is_found_again),
        TEST(test_who_leaves_the_trust_list_is_dialed_no_more),
        TEST(test_a_new_address_is_announced),
        TEST(test_forged_oversized_and_replayed_datagrams_change_nothing),
        TEST(test_all_find_all_where_each_knows_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
