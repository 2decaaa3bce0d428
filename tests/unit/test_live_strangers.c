/* SPDX-License-Identifier: MIT */
/* How often those may connect who do not say who they are; and that nobody else pays for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/un.h>

#include "discovery_fixture.h"
#include "live_fixture.h"
#include "plain_sockets.h"

enum { STREET = 200, FIRST = 1001 };

static etp_identity *identities[STREET + 1]; /* the last is the buyer's */
static etp_trust *of_buyer, *of_street;

static int teardown(void **state)
{
    close_base(state);
    for (unsigned i = 0; i <= STREET; i++) {
        etp_identity_free(identities[i]);
        identities[i] = NULL;
    }
    etp_trust_free(of_buyer);
    etp_trust_free(of_street);
    of_buyer = of_street = NULL;
    return 0;
}

static void make_identities(void)
{
    static etp_trust_entry entries[STREET];
    const etp_trust_entry buyer = trusted_with(BUYER, ETP_DEVICE_AGGREGATOR, BUYER);
    for (unsigned i = 0; i < STREET; i++) {
        identities[i] = identity_of(FIRST + i);
        entries[i] = trusted_with(FIRST + i, ETP_DEVICE_BATTERY, FIRST + i);
    }
    identities[STREET] = identity_of(BUYER);
    assert_int_equal(etp_trust_make(&of_buyer, entries, STREET, NULL, NULL), ETP_OK);
    assert_int_equal(etp_trust_make(&of_street, &buyer, 1, NULL, NULL), ETP_OK);
}

/* Side 0, the buyer, where so many may connect. Returns its address. */
static const char *open_to(unsigned a_second, unsigned burst)
{
    struct side *side = prepare(0, BUYER);
    make_identities();
    side->options.connects_per_second = a_second;
    side->options.connect_burst = burst;
    side->options.max_peers = side->engine_options.max_links = STREET;
    side->node_options.identity = identities[STREET];
    side->node_options.trust = of_buyer;
    build_buyer(side);
    return listen_at(side, "tcp://127.0.0.1:0");
}

static struct side *trusted_battery(unsigned number)
{
    struct side *side = prepare(number, FIRST + number);
    side->node_options.identity = identities[number];
    side->node_options.trust = of_street;
    build_battery(side);
    return side;
}

static uint64_t turned_away(void)
{
    return live_stats(&sides[0]).refused[ETP_LIVE_REFUSED_CAP];
}

/* Connects, and hangs up when it was seen. */
static void call_once(unsigned last, const char *url)
{
    const uint64_t seen = live_stats(&sides[0]).opened + turned_away();
    int caller = plain_connect_from(last, url);
    assert_true(caller >= 0);
    WAIT_FOR(live_stats(&sides[0]).opened + turned_away() > seen);
    close(caller);
}

static void a_flood_of_one_address_is_held_and_others_trade(void **state)
{
    (void)state;
    enum { FLOOD = 2000, A_SECOND = 5, BURST = 40, FLOODER = 2 };
    const char *address = open_to(A_SECOND, BURST);
    const etp_time began = monotonic();
    for (unsigned i = 0; i < FLOOD / 2; i++)
        call_once(FLOODER, address);
    struct side *battery = trusted_battery(1);
    dial_to(battery, address, BUYER);
    for (unsigned i = 0; i < FLOOD / 2; i++)
        call_once(FLOODER, address);
    WAIT_FOR(sides[0].events[ETP_EVENT_REGISTER] > 0);
    trade_once(battery, &sides[0]);
    const unsigned seconds = (unsigned)((monotonic() - began) / ETP_NS_PER_SECOND) + 1;
    assert_int_equal(live_stats(&sides[0]).opened + turned_away(), FLOOD + 1);
    assert_in_range(live_stats(&sides[0]).opened, BURST, BURST + A_SECOND * seconds + 1);
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_CAP);
    assert_string_equal(sides[0].refused_reason, "one address connects too often without saying who it is");
    assert_in_range(sides[0].refusals, 1, sides[0].options.audit_lines * (seconds + 1));
    assert_int_equal(battery->lost, 0);
}

static void how_often_they_may_is_changed_while_it_runs(void **state)
{
    (void)state;
    enum { FLOODER = 2 };
    const char *address = open_to(1, 1);
    while (turned_away() == 0)
        call_once(FLOODER, address);
    etp_live_limits limits = {.size = sizeof limits};
    etp_error error = {0};
    assert_int_equal(etp_live_get_limits(sides[0].live, &limits), ETP_OK);
    assert_int_equal(limits.connects_per_second, 1);
    limits.connect_burst = 0;
    assert_int_equal(etp_live_set_limits(sides[0].live, &limits, &error), ETP_EINVAL);
    limits.connects_per_second = 0;
    check(etp_live_set_limits(sides[0].live, &limits, &error), &error);
    const uint64_t before = turned_away();
    for (unsigned i = 0; i < 20; i++)
        call_once(FLOODER, address);
    assert_int_equal(turned_away(), before);
}

/* Of a bucket that was larger, or filled more slowly, nothing is owed to the one that takes its place. */
static void who_was_held_by_another_rate_is_let_in_by_the_new_one(void **state)
{
    (void)state;
    enum { FLOODER = 2, FLOOD = 200, SLOW_BURST = 1000, FAST = 1000 };
    const char *address = open_to(1, SLOW_BURST);
    for (unsigned i = 0; i < FLOOD; i++)
        call_once(FLOODER, address);
    etp_live_limits limits = {.size = sizeof limits};
    etp_error error = {0};
    assert_int_equal(etp_live_get_limits(sides[0].live, &limits), ETP_OK);
    limits.connects_per_second = FAST;
    limits.connect_burst = 1;
    check(etp_live_set_limits(sides[0].live, &limits, &error), &error);
    const uint64_t before = live_stats(&sides[0]).opened;
    for (unsigned i = 0; i < 20; i++)
        call_once(FLOODER, address);
    assert_true(live_stats(&sides[0]).opened > before);
}

/* All of a street, behind one address, with one node's room for connects; then once more, as after a power cut. */
static void a_street_behind_one_address_comes_in_and_comes_back(void **state)
{
    (void)state;
    enum { A_SECOND = 1, BURST = 64 };
    const char *address = open_to(A_SECOND, BURST);
    static etp_battery batteries[STREET];
    static etp_live_endpoint dialers[STREET];
    etp_error error = {0};
    struct side *street = prepare(1, 0);
    street->engine_options.max_nodes = street->engine_options.max_links = street->options.max_peers = STREET;
    build_engine(street);
    for (unsigned i = 0; i < STREET; i++) {
        const etp_bess_options bess = {
            .size = sizeof bess, .device_id = FIRST + i, .battery = &batteries[i], .peers = 1};
        etp_live_node_options node = {.size = sizeof node,
                                      .device_id = FIRST + i,
                                      .role = ETP_DEVICE_BATTERY,
                                      .identity = identities[i],
                                      .trust = of_street};
        assert_int_equal(etp_battery_init(&batteries[i], &home_battery, 8000000), ETP_OK);
        assert_int_equal(etp_engine_add_bess(street->engine, &bess, &node.node), ETP_OK);
        check(etp_live_add_node(street->live, &node, &error), &error);
    }
    assert_int_equal(etp_engine_start(street->engine), ETP_OK);
    assert_int_equal(etp_live_start(street->live), ETP_OK);
    for (unsigned time = 1; time <= 2; time++) {
        for (etp_node i = 0; i < STREET; i++)
            check(etp_live_dial(street->live, i, address, BUYER, NULL, &dialers[i], &error), &error);
        WAIT_FOR(live_stats(&sides[0]).peers_up == STREET && live_stats(street).peers_up == STREET);
        for (unsigned i = 0; i < STREET; i++)
            assert_int_equal(etp_live_end(street->live, dialers[i]), ETP_OK);
        WAIT_FOR(live_stats(&sides[0]).connections == 0 && live_stats(street).connections == 0);
    }
    assert_true(live_stats(&sides[0]).established >= 2 * STREET);
}

/* Whoever has many addresses gets no more than eight have. Where a peer has come from is let in all the same. */
static void many_addresses_lock_out_no_peer(void **state)
{
    (void)state;
    enum { BURST = 4, TIMES = 8, ADDRESSES = 20, FIRST_ADDRESS = 10, NEW_ADDRESS = 200 };
    const char *address = open_to(1, BURST);
    etp_live_endpoint dialer = dial_to(trusted_battery(1), address, BUYER);
    WAIT_FOR(sides[0].up == 1);
    etp_live_end(sides[1].live, dialer);
    WAIT_FOR(live_stats(&sides[0]).connections == 0);
    const etp_time began = monotonic();
    const uint64_t opened = live_stats(&sides[0]).opened;
    for (unsigned i = 0; i < ADDRESSES * BURST; i++)
        call_once(FIRST_ADDRESS + i % ADDRESSES, address);
    const unsigned seconds = (unsigned)((monotonic() - began) / ETP_NS_PER_SECOND) + 1;
    assert_in_range(live_stats(&sides[0]).opened - opened, TIMES * BURST, TIMES * (BURST + seconds));
    assert_string_equal(sides[0].refused_reason, "too many connect without saying who they are");
    do
        call_once(NEW_ADDRESS, address);
    while (turned_away() == 0);
    const uint64_t before = turned_away();
    dial_to(&sides[1], address, BUYER);
    WAIT_FOR(sides[0].up == 2);
    assert_int_equal(turned_away(), before);
    WAIT_FOR(sides[0].events[ETP_EVENT_REGISTER] > 0);
    trade_once(&sides[1], &sides[0]);
}

/* What is on this machine needs no connection to take its processor. */
static void ipc_has_no_address_and_no_bound(void **state)
{
    (void)state;
    enum { CALLS = 8 };
    char url[64];
    int callers[CALLS];
    struct sockaddr_un path = {.sun_family = AF_UNIX};
    snprintf(url, sizeof url, "ipc:///tmp/etp_strangers_%ld.sock", (long)getpid());
    snprintf(path.sun_path, sizeof path.sun_path, "%s", url + strlen("ipc://"));
    open_to(1, 1);
    listen_at(&sides[0], url);
    for (unsigned i = 0; i < CALLS; i++) {
        callers[i] = socket(AF_UNIX, SOCK_STREAM, 0);
        assert_int_equal(connect(callers[i], (struct sockaddr *)&path, sizeof path), 0);
    }
    WAIT_FOR(live_stats(&sides[0]).unauthenticated == CALLS);
    assert_int_equal(turned_away(), 0);
    for (unsigned i = 0; i < CALLS; i++)
        close(callers[i]);
}

static void without_a_bound_nobody_is_turned_away(void **state)
{
    (void)state;
    enum { CALLS = 50 };
    const char *address = open_to(0, 0);
    for (unsigned i = 0; i < CALLS; i++)
        call_once(2, address);
    assert_int_equal(live_stats(&sides[0]).opened, CALLS);
    assert_int_equal(turned_away(), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_base, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_flood_of_one_address_is_held_and_others_trade),
        TEST(how_often_they_may_is_changed_while_it_runs),
        TEST(who_was_held_by_another_rate_is_let_in_by_the_new_one),
        TEST(a_street_behind_one_address_comes_in_and_comes_back),
        TEST(many_addresses_lock_out_no_peer),
        TEST(ipc_has_no_address_and_no_bound),
        TEST(without_a_bound_nobody_is_turned_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
