/* SPDX-License-Identifier: MIT */
/* Who is let in: keys, trust lists, and what happens to those that are not in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "unit/live_fixture.h"

static etp_identity *identities[SIDES];
static etp_trust *everybody, *nobody;

/* Keys that are the same in every run; side 0 is the battery, the others are buyers. */
static int make_keys(void **state)
{
    etp_trust_entry entries[3] = {{.device = BATTERY, .role = ETP_DEVICE_BATTERY, .key_count = 1, .name = "home"},
                                  {.device = BUYER, .role = ETP_DEVICE_AGGREGATOR, .key_count = 1, .name = "north"},
                                  {.device = BUYER + 1, .role = ETP_DEVICE_AGGREGATOR, .key_count = 1}};
    etp_error error = {0};
    for (unsigned i = 0; i < 3; i++) {
        unsigned char seed[32] = {(unsigned char)(i + 1)};
        check(etp_identity_from_seed(&identities[i], entries[i].device, seed, NULL, &error), &error);
        entries[i].keys[0] = *etp_identity_public(identities[i]);
    }
    check(etp_trust_make(&everybody, entries, 3, NULL, &error), &error);
    check(etp_trust_make(&nobody, entries, 0, NULL, &error), &error);
    return open_base(state);
}

static int free_keys(void **state)
{
    int result = close_base(state);
    for (unsigned i = 0; i < 3; i++)
        etp_identity_free(identities[i]);
    etp_trust_free(everybody);
    etp_trust_free(nobody);
    return result;
}

static struct side *prepare_proved(unsigned number, etp_id device)
{
    struct side *side = prepare(number, device);
    side->node_options.identity = identities[number];
    side->node_options.trust = everybody;
    return side;
}

static void nothing_reached_the_engines(void)
{
    for (unsigned i = 0; i < 2; i++) {
        etp_engine_stats stats;
        etp_engine_get_stats(sides[i].engine, &stats);
        assert_int_equal(stats.frames_received, 0);
        assert_int_equal(sides[i].up, 0);
        assert_int_equal(etp_live_peers(sides[i].live), 0);
    }
}

static void those_who_trust_each_other_trade(void **state)
{
    (void)state;
    build_battery(prepare_proved(0, BATTERY));
    build_buyer(prepare_proved(1, BUYER));
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BATTERY);
    WAIT_FOR(sides[1].events[ETP_EVENT_REGISTER] > 0);
    assert_true(peer_of(&sides[0], 0).proved && peer_of(&sides[1], 0).proved);
    assert_string_equal(peer_of(&sides[0], 0).name, "north");
    assert_string_equal(peer_of(&sides[1], 0).name, "home");
    trade_once(&sides[0], &sides[1]);
}

static void a_device_that_is_not_trusted_never_reaches_the_engine(void **state)
{
    (void)state;
    prepare_proved(0, BATTERY)->node_options.trust = nobody;
    build_battery(&sides[0]);
    build_buyer(prepare_proved(1, BUYER));
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BATTERY);
    WAIT_FOR(sides[0].refusals > 0 && sides[1].refusals > 0);
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_HANDSHAKE);
    assert_string_equal(sides[0].refused_reason,
                        "the device is not in the trust list (it says that it is device 2001)");
    assert_int_equal(sides[0].refused_device, 0);
    assert_int_equal(sides[1].refused_kind, ETP_LIVE_REFUSED_BY_PEER);
    assert_int_equal(sides[1].refused_device, 0);
    nothing_reached_the_engines();
}

static void a_device_with_another_key_is_refused(void **state)
{
    (void)state;
    build_battery(prepare_proved(0, BATTERY));
    etp_identity *false_one;
    etp_error error = {0};
    const unsigned char seed[32] = {77};
    check(etp_identity_from_seed(&false_one, BUYER, seed, NULL, &error), &error);
    prepare_proved(1, BUYER)->node_options.identity = false_one;
    build_buyer(&sides[1]);
    etp_identity_free(false_one);
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BATTERY);
    WAIT_FOR(sides[0].refusals > 0);
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_HANDSHAKE);
    /* The audit does not blame the device for it. */
    assert_int_equal(sides[0].refused_device, 0);
    assert_non_null(strstr(sides[0].refused_reason, "(it says that it is device 2001)"));
    nothing_reached_the_engines();
}

static void who_has_its_identity_off_is_refused_by_who_has_not(void **state)
{
    (void)state;
    build_battery(prepare_proved(0, BATTERY));
    build_buyer(prepare(1, BUYER));
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BATTERY);
    WAIT_FOR(sides[0].refusals > 0 || sides[1].refusals > 0);
    nothing_reached_the_engines();
}

static void another_device_than_the_dialed_one_is_refused(void **state)
{
    (void)state;
    build_battery(prepare_proved(0, BATTERY));
    build_buyer(prepare_proved(1, BUYER));
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BATTERY + 5);
    WAIT_FOR(sides[1].refusals > 0);
    assert_int_equal(sides[1].refused_kind, ETP_LIVE_REFUSED_HANDSHAKE);
    assert_string_equal(sides[1].refused_reason,
                        "another device answered than the one that was dialed (it says that it is device 1001)");
    nothing_reached_the_engines();
}

static int listen_by_hand(uint16_t *port)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(*port)};
    socklen_t size = sizeof here;
    const int yes = 1;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&here, sizeof here), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&here, &size), 0);
    *port = ntohs(here.sin_port);
    return listener;
}

/* Says HELLO as the battery, which anybody can, and takes its leave. */
static void pose_as_the_battery(int listener)
{
    unsigned char hello[67] = {
        0, 65, 1, 'E', 'T', 'P', 'L', 1, 1, 0, 1, [17] = 32, [25] = BATTERY >> 8, [26] = BATTERY & 255, [35] = 9};
    static const unsigned char bye[] = {0, 6, 9, 1, 0, 0, 0, 0};
    int caller = accept(listener, NULL, NULL);
    assert_true(caller >= 0);
    assert_int_equal(send(caller, hello, sizeof hello, MSG_NOSIGNAL), sizeof hello);
    assert_int_equal(send(caller, bye, sizeof bye, MSG_NOSIGNAL), sizeof bye);
    uint64_t before = live_stats(&sides[1]).closed;
    WAIT_FOR(live_stats(&sides[1]).closed > before);
    close(caller);
}

/* A dialer rests while its peer is up by another connection. Who only says that he is that peer must not make it rest. */
static void who_poses_as_a_peer_keeps_no_dialer_from_dialing(void **state)
{
    (void)state;
    uint16_t port = 0;
    char url[64];
    build_battery(prepare_proved(0, BATTERY));
    build_buyer(prepare_proved(1, BUYER));
    dial_to(&sides[0], listen_at(&sides[1], "tcp://127.0.0.1:0"), BUYER);
    WAIT_FOR(sides[1].up == 1);
    int listener = listen_by_hand(&port);
    snprintf(url, sizeof url, "tcp://127.0.0.1:%u", port);
    dial_to(&sides[1], url, 0);
    WAIT_FOR(live_stats(&sides[1]).opened == 2);
    pose_as_the_battery(listener);
    uint64_t opened = live_stats(&sides[1]).opened;
    WAIT_FOR(live_stats(&sides[1]).opened > opened);
    close(listener);
}

static void a_newer_trust_list_closes_what_it_does_not_name(void **state)
{
    (void)state;
    build_battery(prepare_proved(0, BATTERY));
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    build_buyer(prepare_proved(1, BUYER));
    build_buyer(prepare_proved(2, BUYER + 1));
    dial_to(&sides[1], address, BATTERY);
    dial_to(&sides[2], address, BATTERY);
    WAIT_FOR(sides[0].up == 2);
    assert_int_equal(etp_live_set_trust(sides[0].live, sides[0].node, everybody), ETP_OK);
    assert_int_equal(sides[0].lost, 0);
    etp_trust *less;
    etp_error error = {0};
    check(etp_trust_make(&less, etp_trust_find(everybody, BUYER + 1), 1, NULL, &error), &error);
    assert_int_equal(etp_live_set_trust(sides[0].live, sides[0].node, less), ETP_OK);
    assert_int_equal(sides[0].lost, 1);
    WAIT_FOR(sides[1].lost == 1);
    assert_false(peer_of(&sides[1], 0).up);
    assert_int_equal(live_stats(&sides[0]).peers_up, 1);
    assert_int_equal(sides[2].lost, 0);
    free_side(&sides[0]);
    etp_trust_free(less);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(those_who_trust_each_other_trade, make_keys, free_keys),
        cmocka_unit_test_setup_teardown(a_device_that_is_not_trusted_never_reaches_the_engine, make_keys, free_keys),
        cmocka_unit_test_setup_teardown(a_device_with_another_key_is_refused, make_keys, free_keys),
        cmocka_unit_test_setup_teardown(who_has_its_identity_off_is_refused_by_who_has_not, make_keys, free_keys),
        cmocka_unit_test_setup_teardown(another_device_than_the_dialed_one_is_refused, make_keys, free_keys),
        cmocka_unit_test_setup_teardown(who_poses_as_a_peer_keeps_no_dialer_from_dialing, make_keys, free_keys),
        cmocka_unit_test_setup_teardown(a_newer_trust_list_closes_what_it_does_not_name, make_keys, free_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
