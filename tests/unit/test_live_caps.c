/* SPDX-License-Identifier: MIT */
/* Bounds: connections of one address, of those that say nothing, peers; and lines of the audit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "live/port.h"
#include "unit/live_fixture.h"
#include "unit/plain_sockets.h"

static int call_from(unsigned last, const char *url)
{
    int caller = plain_connect_from(last, url);
    assert_true(caller >= 0);
    return caller;
}

static int call_at(const char *url)
{
    return call_from(1, url);
}

static void one_address_has_its_share_of_connections(void **state)
{
    (void)state;
    prepare(0, BUYER)->options.max_per_address = 2;
    build_buyer(&sides[0]);
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    for (unsigned i = 1; i < 3; i++) {
        build_battery(prepare(i, BATTERY + i));
        dial_to(&sides[i], address, BUYER);
    }
    WAIT_FOR(sides[0].up == 2);
    build_battery(prepare(3, BATTERY + 3));
    dial_to(&sides[3], address, BUYER);
    WAIT_FOR(sides[0].refusals > 0 && live_stats(&sides[3]).closed > 0);
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_CAP);
    assert_string_equal(sides[0].refused_reason, "too many connections of one address");
    assert_int_equal(sides[3].up, 0);
    /* One goes: the third has its place. */
    free_side(&sides[1]);
    WAIT_FOR(sides[3].up == 1);
}

static void those_who_say_nothing_do_not_take_all_places(void **state)
{
    (void)state;
    prepare(0, BUYER)->options.max_unauthenticated = 4;
    sides[0].options.handshake_limit = 300 * MS;
    build_buyer(&sides[0]);
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    int mute[3];
    for (unsigned i = 0; i < 3; i++)
        mute[i] = call_at(address);
    /* An address may have half of the places; the third is closed at once. */
    WAIT_FOR(sides[0].refusals > 0);
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_CAP);
    assert_true(live_stats(&sides[0]).unauthenticated <= 2);
    /* The others have had their time. */
    build_battery(prepare(1, BATTERY));
    dial_to(&sides[1], address, BUYER);
    WAIT_FOR(sides[0].up == 1);
    assert_true(live_stats(&sides[0]).refused[ETP_LIVE_REFUSED_HANDSHAKE] > 0);
    for (unsigned i = 0; i < 3; i++)
        close(mute[i]);
    WAIT_FOR(live_stats(&sides[0]).connections == 1);
    assert_int_equal(live_stats(&sides[0]).unauthenticated, 0);
}

static void those_of_many_addresses_make_room_for_who_speaks(void **state)
{
    (void)state;
    enum { MUTE = 4 };
    prepare(0, BUYER)->options.max_unauthenticated = MUTE;
    sides[0].options.handshake_limit = ETP_NS_PER_HOUR;
    build_buyer(&sides[0]);
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    int mute[MUTE];
    for (unsigned i = 0; i < MUTE; i++)
        mute[i] = call_from(2 + i / 2, address);
    WAIT_FOR(live_stats(&sides[0]).unauthenticated == MUTE);
    build_battery(prepare(1, BATTERY));
    dial_to(&sides[1], address, BUYER);
    WAIT_FOR(sides[0].up == 1);
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_CAP);
    assert_string_equal(sides[0].refused_reason, "it had yet to say who it is, and made room for another");
    WAIT_FOR(live_stats(&sides[0]).unauthenticated == MUTE - 1);
    for (unsigned i = 0; i < MUTE; i++)
        close(mute[i]);
    WAIT_FOR(live_stats(&sides[0]).connections == 1);
}

static void nobody_makes_room_for_one_who_has_as_many(void **state)
{
    (void)state;
    enum { MUTE = 4 };
    prepare(0, BUYER)->options.max_unauthenticated = MUTE;
    sides[0].options.handshake_limit = ETP_NS_PER_HOUR;
    build_buyer(&sides[0]);
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    int mute[MUTE + 1];
    for (unsigned i = 0; i < MUTE; i++)
        mute[i] = call_from(2 + i, address);
    WAIT_FOR(live_stats(&sides[0]).unauthenticated == MUTE);
    mute[MUTE] = call_from(2, address);
    WAIT_FOR(sides[0].refusals > 0);
    assert_string_equal(sides[0].refused_reason, "too many connections have yet to say who they are");
    assert_int_equal(live_stats(&sides[0]).unauthenticated, MUTE);
    for (unsigned i = 0; i <= MUTE; i++)
        close(mute[i]);
}

static void those_whom_we_dial_take_no_place_of_those_who_dial_us(void **state)
{
    (void)state;
    prepare(0, BUYER)->options.max_unauthenticated = 1;
    sides[0].options.handshake_limit = ETP_NS_PER_HOUR;
    build_buyer(&sides[0]);
    struct sockaddr_in here = {.sin_family = AF_INET};
    socklen_t size = sizeof here;
    here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int silent = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(silent, (struct sockaddr *)&here, sizeof here), 0);
    assert_int_equal(listen(silent, 4), 0);
    assert_int_equal(getsockname(silent, (struct sockaddr *)&here, &size), 0);
    char url[64];
    snprintf(url, sizeof url, "tcp://127.0.0.1:%u", ntohs(here.sin_port));
    dial_to(&sides[0], url, 0);
    WAIT_FOR(live_stats(&sides[0]).unauthenticated == 1);
    build_battery(prepare(1, BATTERY));
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BUYER);
    WAIT_FOR(sides[0].up == 1);
    close(silent);
}

/* Whoever makes up addresses gets no more lines than a few have. */
static void many_addresses_do_not_make_the_audit_long(void **state)
{
    (void)state;
    enum { CALLS = 5000, LINES_A_SECOND = 2, KIND_FACTOR = 4 };
    prepare(0, BUYER)->options.audit_lines = LINES_A_SECOND;
    build_buyer(&sides[0]);
    etp_time began = monotonic();
    for (unsigned i = 0; i < CALLS; i++) {
        char address[64];
        snprintf(address, sizeof address, "udp://10.0.%u.%u:7700", i / 250, i % 250);
        etp_live_refuse(sides[0].live, ETP_LIVE_REFUSED_DATAGRAM, BUYER, 0, address, "a test");
    }
    unsigned seconds = (unsigned)((monotonic() - began) / ETP_NS_PER_SECOND) + 1;
    assert_in_range(sides[0].refusals, 1, KIND_FACTOR * LINES_A_SECOND * (seconds + 1));
    assert_int_equal(live_stats(&sides[0]).audit_left_out + sides[0].refusals, CALLS);
    /* Who does something else is seen all the same. */
    etp_live_refuse(sides[0].live, ETP_LIVE_REFUSED_HANDSHAKE, BUYER, 0, "tcp://10.1.0.1:7700", "a test");
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_HANDSHAKE);
}

static unsigned lines_of(const char *form)
{
    unsigned before = sides[0].refusals;
    for (unsigned i = 1; i <= 8; i++) {
        char address[64];
        snprintf(address, sizeof address, form, i);
        etp_live_refuse(sides[0].live, ETP_LIVE_REFUSED_CAP, BUYER, 0, address, "a test");
    }
    return sides[0].refusals - before;
}

/* A home has 2^64 addresses of IPv6: they count as one. Those of a cable do not. */
static void addresses_of_one_network_of_ipv6_count_as_one(void **state)
{
    (void)state;
    prepare(0, BUYER)->options.audit_lines = 2;
    build_buyer(&sides[0]);
    assert_in_range(lines_of("tcp://[2001:db8:1:1::%u]:7700"), 1, 4);
    free_side(&sides[0]);
    build_buyer(prepare(0, BUYER));
    assert_int_equal(lines_of("tcp://[2001:db8:1:%u::1]:7700"), 8);
    assert_int_equal(lines_of("tcp://[fe80::%u]:7700"), 8);
}

static void one_peer_too_many_is_told_so(void **state)
{
    (void)state;
    prepare(0, BUYER)->options.max_peers = 1;
    build_buyer(&sides[0]);
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    build_battery(prepare(1, BATTERY));
    dial_to(&sides[1], address, BUYER);
    WAIT_FOR(sides[0].up == 1);
    build_battery(prepare(2, BATTERY + 1));
    dial_to(&sides[2], address, BUYER);
    WAIT_FOR(sides[2].refusals > 0);
    assert_int_equal(sides[2].refused_kind, ETP_LIVE_REFUSED_BY_PEER);
    assert_string_equal(sides[2].refused_reason,
                        "the other side refused this one: the node has as many connections or peers as it may have");
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_PEER);
    assert_int_equal(sides[0].up, 1);
    assert_int_equal(sides[2].up, 0);
    assert_int_equal(etp_live_peers(sides[0].live), 1);
}

static void garbage_is_refused_and_the_audit_stays_short(void **state)
{
    (void)state;
    enum { CALLS = 40, LINES_A_SECOND = 2 };
    static const char request[] = "GET / HTTP/1.1\r\nHost: battery\r\n\r\n";
    prepare(0, BUYER)->options.audit_lines = LINES_A_SECOND;
    build_buyer(&sides[0]);
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    etp_time began = monotonic();
    for (unsigned i = 1; i <= CALLS; i++) {
        int caller = call_at(address);
        assert_int_equal(send(caller, request, sizeof request - 1, MSG_NOSIGNAL), sizeof request - 1);
        WAIT_FOR(live_stats(&sides[0]).refused[ETP_LIVE_REFUSED_HANDSHAKE] == i);
        close(caller);
    }
    unsigned seconds = (unsigned)((monotonic() - began) / ETP_NS_PER_SECOND) + 1;
    assert_in_range(sides[0].refusals, 1, LINES_A_SECOND * (seconds + 1));
    assert_int_equal(live_stats(&sides[0]).audit_left_out + sides[0].refusals, CALLS);
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_HANDSHAKE);
    assert_int_equal(sides[0].refused_device, 0);
    assert_int_equal(etp_live_peers(sides[0].live), 0);
    WAIT_FOR(live_stats(&sides[0]).connections == 0);
}

static void what_talks_too_fast_is_sent_away(void **state)
{
    (void)state;
    prepare(0, BUYER)->options.messages_per_second = 1;
    sides[0].options.message_burst = 8;
    build_buyer(&sides[0]);
    build_battery(prepare(1, BATTERY));
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BUYER);
    WAIT_FOR(sides[0].up == 1 && sides[1].up == 1);
    while (sides[0].refusals == 0) {
        etp_engine_fail(sides[1].engine, sides[1].node);
        etp_engine_recover(sides[1].engine, sides[1].node);
        etp_live_changed(sides[1].live);
        event_base_loop(base, EVLOOP_ONCE);
    }
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_RATE);
    assert_int_equal(sides[0].refused_device, BATTERY);
    WAIT_FOR(sides[1].refusals > 0 && sides[0].lost == 1 && sides[1].lost == 1);
    assert_int_equal(sides[1].refused_kind, ETP_LIVE_REFUSED_BY_PEER);
    assert_int_equal(peer_of(&sides[0], 0).refused, 1);
    /* It was told to stay away for a while, and does. */
    WAIT_FOR(live_stats(&sides[1]).connections == 0);
    assert_int_equal(live_stats(&sides[1]).opened, 1);
}

/* Over the limit once, it is over it in its next connection too, whatever it was told about staying away. */
/* However soon its bucket is full again. */
static void who_was_sent_away_is_refused_until_the_pause_is_over(void **state)
{
    (void)state;
    enum { BURST = 8, FULL_AGAIN_MS = 50 };
    prepare(0, BUYER)->options.messages_per_second = 1000;
    sides[0].options.message_burst = BURST;
    build_buyer(&sides[0]);
    build_battery(prepare(1, BATTERY));
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    dial_to(&sides[1], address, BUYER);
    WAIT_FOR(sides[0].up == 1 && sides[1].up == 1);
    for (unsigned i = 0; i < 2 * BURST; i++) {
        etp_engine_fail(sides[1].engine, sides[1].node);
        etp_engine_recover(sides[1].engine, sides[1].node);
    }
    etp_live_changed(sides[1].live);
    WAIT_FOR(sides[0].lost == 1);
    const etp_time full_again = monotonic() + FULL_AGAIN_MS * ETP_NS_PER_MS;
    WAIT_FOR(monotonic() > full_again);
    const unsigned refusals = sides[0].refusals;
    dial_to(&sides[1], address, BUYER);
    WAIT_FOR(sides[0].refusals > refusals || sides[0].up > 1);
    assert_int_equal(sides[0].up, 1);
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_RATE);
}

static void a_new_connection_is_no_new_limit(void **state)
{
    (void)state;
    enum { TIMES = 20 };
    prepare(0, BUYER)->options.messages_per_second = 1;
    sides[0].options.message_burst = TIMES;
    build_buyer(&sides[0]);
    build_battery(prepare(1, BATTERY));
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    for (unsigned i = 0; i <= 2 * TIMES && sides[0].refusals == 0; i++) {
        uint64_t opened = live_stats(&sides[0]).opened;
        etp_live_endpoint dialer = dial_to(&sides[1], address, BUYER);
        WAIT_FOR(live_stats(&sides[0]).opened == opened + 1);
        WAIT_FOR(live_stats(&sides[0]).unauthenticated == 0);
        etp_live_end(sides[1].live, dialer);
        WAIT_FOR(live_stats(&sides[0]).connections == 0);
    }
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_RATE);
    unsigned up = sides[0].up, refusals = sides[0].refusals;
    dial_to(&sides[1], address, BUYER);
    WAIT_FOR(sides[0].refusals > refusals);
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_RATE);
    assert_int_equal(sides[0].up, up);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(one_address_has_its_share_of_connections, open_base, close_base),
        cmocka_unit_test_setup_teardown(those_who_say_nothing_do_not_take_all_places, open_base, close_base),
        cmocka_unit_test_setup_teardown(those_of_many_addresses_make_room_for_who_speaks, open_base, close_base),
        cmocka_unit_test_setup_teardown(nobody_makes_room_for_one_who_has_as_many, open_base, close_base),
        cmocka_unit_test_setup_teardown(those_whom_we_dial_take_no_place_of_those_who_dial_us, open_base, close_base),
        cmocka_unit_test_setup_teardown(many_addresses_do_not_make_the_audit_long, open_base, close_base),
        cmocka_unit_test_setup_teardown(addresses_of_one_network_of_ipv6_count_as_one, open_base, close_base),
        cmocka_unit_test_setup_teardown(one_peer_too_many_is_told_so, open_base, close_base),
        cmocka_unit_test_setup_teardown(garbage_is_refused_and_the_audit_stays_short, open_base, close_base),
        cmocka_unit_test_setup_teardown(what_talks_too_fast_is_sent_away, open_base, close_base),
        cmocka_unit_test_setup_teardown(who_was_sent_away_is_refused_until_the_pause_is_over, open_base, close_base),
        cmocka_unit_test_setup_teardown(a_new_connection_is_no_new_limit, open_base, close_base),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
