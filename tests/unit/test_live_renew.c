/* SPDX-License-Identifier: MIT */
/* What changes while a network runs: listeners and dialers that go, certificates, keys, limits, discovery. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "test_certificates.h"
#include "unit/live_fixture.h"

static etp_error error;

/* The battery at side 0 is back at the buyer at side 1, which hears of it anew: else it would not query. */
#define WAIT_UNTIL_BACK()                                                          \
    do {                                                                           \
        const unsigned known = sides[1].events[ETP_EVENT_REGISTER];                \
        WAIT_FOR(sides[1].up == 2 && sides[1].events[ETP_EVENT_REGISTER] > known); \
    } while (0)

/* With windows and holds in which a machine with much else to do gets a trade done. */
static struct side *patient(unsigned number, etp_id device)
{
    struct side *side = prepare(number, device);
    side->engine_options.timing.window = 500 * MS;
    side->engine_options.timing.hold = 10 * ETP_NS_PER_SECOND;
    return side;
}

/* ---- endpoints that go ---- */

/* The other side's dialer goes on trying: nobody answers there any more. */
static void a_listener_that_ends_sends_its_peers_away_in_order(void **unused)
{
    (void)unused;
    etp_live_endpoint first;
    build_battery(patient(0, BATTERY));
    build_buyer(patient(1, BUYER));
    check(etp_live_listen(sides[0].live, sides[0].node, "tcp://127.0.0.1:0", NULL, &first, &error), &error);
    dial_to(&sides[1], etp_live_address(sides[0].live, first), BATTERY);
    WAIT_FOR(sides[1].events[ETP_EVENT_REGISTER] > 0);
    const char *second = listen_at(&sides[0], "tcp://127.0.0.1:0");
    trade_once(&sides[0], &sides[1]);
    assert_int_equal(etp_live_end(sides[0].live, first), ETP_OK);
    WAIT_FOR(sides[0].lost == 1 && sides[1].lost == 1);
    assert_string_equal(sides[1].lost_why, "the connection is closed, and nothing is wrong");
    WAIT_FOR(live_stats(&sides[1]).dials_failed > 0);
    assert_int_equal(sides[0].refusals + sides[1].refusals, 0);
    dial_to(&sides[1], second, BATTERY);
    WAIT_UNTIL_BACK();
    trade_once(&sides[0], &sides[1]);
}

/* ---- certificates ---- */

static etp_live_tls given(const char *trusted, const char *authority, const char *name)
{
    const etp_tls tls = certificates_of(trusted, authority, name);
    return (etp_live_tls){.ca = tls.ca, .certificate = tls.certificate, .key = tls.key, .server_name = "server"};
}

static etp_live_endpoint secure_listener, secure_dialer;

/* A battery that listens with these certificates, and a buyer that dials it with those. */
static void connect_secured(const etp_live_tls *server, const etp_live_tls *client)
{
    build_battery(patient(0, BATTERY));
    build_buyer(patient(1, BUYER));
    check(etp_live_listen(sides[0].live, sides[0].node, "tls+tcp://127.0.0.1:0", server, &secure_listener, &error),
          &error);
    check(etp_live_dial(sides[1].live, sides[1].node, etp_live_address(sides[0].live, secure_listener), BATTERY, client,
                        &secure_dialer, &error),
          &error);
}

/* Both believe another authority from now on, under the names of the old files. */
static void replace_authority(void)
{
    char command[PATH_SIZE * 3];
    snprintf(command, sizeof command, "cp '%s'/theirs/*.pem '%s/ours'", folder, folder);
    assert_int_equal(system(command), 0);
}

static void dial_anew(unsigned times)
{
    check(etp_live_end(sides[1].live, secure_dialer), &error);
    WAIT_FOR(sides[0].lost == times && sides[1].lost == times);
}

static void dial_with(const etp_live_tls *client)
{
    check(etp_live_dial(sides[1].live, sides[1].node, etp_live_address(sides[0].live, secure_listener), BATTERY, client,
                        &secure_dialer, &error),
          &error);
}

static void renewed_files_are_for_connections_that_begin(void **unused)
{
    (void)unused;
    unsigned renewed = 0;
    make_certificates("", "ours", "server client");
    make_certificates("", "theirs", "server client");
    const etp_live_tls server = given("ours", "ours", "server"), client = given("ours", "ours", "client");
    connect_secured(&server, &client);
    WAIT_FOR(sides[1].events[ETP_EVENT_REGISTER] > 0);
    replace_authority();
    for (unsigned i = 0; i < 2; i++) {
        check(etp_live_renew_tls(sides[i].live, &renewed, &error), &error);
        assert_int_equal(renewed, 1);
    }
    trade_once(&sides[0], &sides[1]);
    assert_int_equal(sides[0].lost + sides[1].lost, 0);
    /* Of the new authority, and of no other: this one's certificates are those of theirs. */
    dial_anew(1);
    const etp_live_tls theirs = given("theirs", "theirs", "client");
    dial_with(&theirs);
    WAIT_UNTIL_BACK();
    trade_once(&sides[0], &sides[1]);
}

static void a_file_that_will_not_do_changes_nothing(void **unused)
{
    (void)unused;
    unsigned renewed = 7;
    make_certificates("", "ours", "server client");
    const etp_live_tls server = given("ours", "ours", "server"), client = given("ours", "ours", "client");
    connect_secured(&server, &client);
    WAIT_FOR(sides[1].up == 1);
    write_file(server.certificate, "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
    assert_int_equal(etp_live_renew_tls(sides[0].live, &renewed, &error), ETP_EINVAL);
    assert_non_null(strstr(error.text, "server.pem"));
    assert_int_equal(renewed, 0);
    assert_int_equal(etp_live_set_tls(sides[0].live, secure_listener, &server, &error), ETP_EINVAL);
    dial_anew(1);
    dial_with(&client);
    WAIT_FOR(sides[0].up == 2 && sides[1].up == 2);
}

/* As when a certificate has expired, and is renewed: whoever waits to dial again does so at once. */
static void other_files_let_a_dialer_in_that_was_refused(void **unused)
{
    (void)unused;
    make_certificates("", "ours", "server client");
    make_certificates("", "theirs", "client");
    const etp_live_tls server = given("ours", "ours", "server"), bad = given("ours", "theirs", "client");
    connect_secured(&server, &bad);
    WAIT_FOR(sides[0].refusals > 0 && sides[1].refusals > 0);
    const etp_live_tls good = given("ours", "ours", "client");
    check(etp_live_set_tls(sides[1].live, secure_dialer, &good, &error), &error);
    WAIT_FOR(sides[0].up == 1 && sides[1].up == 1);
    for (unsigned i = 0; i < 3; i++)
        check(etp_live_set_tls(sides[0].live, secure_listener, &server, &error), &error);
    dial_anew(1);
    dial_with(&good);
    WAIT_FOR(sides[0].up == 2 && sides[1].up == 2);
}

static int open_with_files(void **state)
{
    folder_make();
    return open_base(state);
}

static int close_with_files(void **state)
{
    int result = close_base(state);
    folder_remove();
    return result;
}

/* ---- keys ---- */

static etp_identity *key_of(etp_id device, unsigned char number)
{
    etp_identity *identity;
    const unsigned char seed[32] = {number};
    check(etp_identity_from_seed(&identity, device, seed, NULL, &error), &error);
    return identity;
}

static void a_key_is_replaced_without_an_end(void **unused)
{
    (void)unused;
    etp_identity *keys[] = {key_of(BATTERY, 1), key_of(BATTERY, 2), key_of(BUYER, 3)};
    const etp_trust_entry entries[] = {
        {.device = BATTERY,
         .role = ETP_DEVICE_BATTERY,
         .key_count = 2,
         .keys = {*etp_identity_public(keys[0]), *etp_identity_public(keys[1])}},
        {.device = BUYER, .role = ETP_DEVICE_AGGREGATOR, .key_count = 1, .keys = {*etp_identity_public(keys[2])}},
        {.device = BATTERY, .role = ETP_DEVICE_BATTERY, .key_count = 1, .keys = {*etp_identity_public(keys[1])}}};
    etp_trust *both, *newer;
    check(etp_trust_make(&both, entries, 2, NULL, &error), &error);
    check(etp_trust_make(&newer, &entries[1], 2, NULL, &error), &error);
    for (unsigned i = 0; i < 2; i++) {
        patient(i, i == 0 ? BATTERY : BUYER);
        sides[i].node_options.identity = keys[2 * i];
        sides[i].node_options.trust = both;
    }
    build_battery(&sides[0]);
    build_buyer(&sides[1]);
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BATTERY);
    WAIT_FOR(sides[1].events[ETP_EVENT_REGISTER] > 0);
    assert_int_equal(etp_live_set_identity(sides[0].live, sides[0].node, keys[2]), ETP_EINVAL);
    assert_int_equal(etp_live_set_identity(sides[0].live, sides[0].node, keys[1]), ETP_OK);
    etp_identity_free(keys[1]);
    trade_once(&sides[0], &sides[1]);
    assert_int_equal(sides[1].lost, 0);
    /* The old line goes: what was proved with the old key ends, and comes back with the new one. */
    assert_int_equal(etp_live_set_trust(sides[1].live, sides[1].node, newer), ETP_OK);
    WAIT_FOR(sides[1].lost == 1);
    WAIT_UNTIL_BACK();
    trade_once(&sides[0], &sides[1]);
    for (unsigned i = 0; i < 2; i++)
        free_side(&sides[i]);
    etp_identity_free(keys[0]);
    etp_identity_free(keys[2]);
    etp_trust_free(both);
    etp_trust_free(newer);
}

/* ---- limits ---- */

static void limit(struct side *side, unsigned connections, unsigned per_address)
{
    etp_live_limits limits = {.size = sizeof limits};
    assert_int_equal(etp_live_get_limits(side->live, &limits), ETP_OK);
    limits.max_connections = connections;
    limits.max_per_address = per_address;
    check(etp_live_set_limits(side->live, &limits, &error), &error);
    assert_int_equal(etp_live_get_limits(side->live, &limits), ETP_OK);
    assert_int_equal(limits.max_connections, connections);
}

static void more_connections_are_taken_and_fewer(void **unused)
{
    (void)unused;
    patient(0, BUYER)->options.max_connections = 1;
    build_buyer(&sides[0]);
    const char *address = listen_at(&sides[0], "tcp://127.0.0.1:0");
    for (unsigned i = 1; i < SIDES; i++)
        build_battery(patient(i, BATTERY + i));
    dial_to(&sides[1], address, BUYER);
    WAIT_FOR(sides[0].up == 1);
    dial_to(&sides[2], address, BUYER);
    /* More than there was room for. */
    limit(&sides[0], 3, 0);
    WAIT_FOR(sides[0].up == 2);
    dial_to(&sides[3], address, BUYER);
    WAIT_FOR(sides[0].up == 3 && sides[0].last_event[ETP_EVENT_REGISTER].peer == BATTERY + 3);
    trade_once(&sides[3], &sides[0]);
    /* Fewer than there are: those that are there stay. */
    limit(&sides[0], 1, 0);
    dial_to(&sides[4], address, BUYER);
    etp_live_free(sides[1].live);
    sides[1].live = NULL;
    WAIT_FOR(sides[0].lost == 1);
    assert_int_equal(live_stats(&sides[0]).connections, 2);
    assert_int_equal(sides[4].up, 0);
    limit(&sides[0], 4, 0);
    WAIT_FOR(sides[4].up == 1 && sides[0].up == 4);
}

static void a_share_of_connections_and_a_rate_change_at_once(void **unused)
{
    (void)unused;
    build_battery(patient(0, BATTERY));
    build_buyer(patient(1, BUYER));
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), BATTERY);
    WAIT_FOR(sides[0].up == 1 && sides[1].events[ETP_EVENT_REGISTER] > 0);
    etp_live_limits limits = {.size = sizeof limits};
    assert_int_equal(etp_live_get_limits(sides[0].live, &limits), ETP_OK);
    limits.max_per_address = 1;
    check(etp_live_set_limits(sides[0].live, &limits, &error), &error);
    build_buyer(patient(2, BUYER + 1));
    dial_to(&sides[2], peer_of(&sides[1], 0).address, BATTERY);
    WAIT_FOR(sides[0].refusals > 0);
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_CAP);
    /* Nothing of limits that contradict each other. */
    limits.max_per_address = 0;
    limits.message_burst = 0;
    assert_int_equal(etp_live_set_limits(sides[0].live, &limits, &error), ETP_EINVAL);
    assert_int_equal(etp_live_get_limits(sides[0].live, &limits), ETP_OK);
    assert_int_equal(limits.max_per_address, 1);
    limits.messages_per_second = limits.message_burst = 1;
    check(etp_live_set_limits(sides[0].live, &limits, &error), &error);
    unsigned refused = sides[0].refusals;
    WAIT_FOR(
        (begin_interval(&sides[1]), sides[0].refusals > refused && sides[0].refused_kind == ETP_LIVE_REFUSED_RATE));
}

/* ---- discovery ---- */

static etp_live_discovery_stats discovery_of(const struct side *side)
{
    etp_live_discovery_stats stats = {.size = sizeof stats};
    assert_int_equal(etp_live_get_discovery(side->live, side->node, &stats), ETP_OK);
    return stats;
}

static int discover(struct side *side, const char *address, const char *listen, const char *peer)
{
    const etp_live_discovery wanted = {.size = sizeof wanted,
                                       .listen = listen,
                                       .peers = &peer,
                                       .peer_count = peer != NULL,
                                       .addresses = &address,
                                       .address_count = address != NULL,
                                       .period = 50 * MS};
    return etp_live_discover(side->live, side->node, &wanted, &error);
}

static void discovery_changes_and_what_it_found_stays(void **unused)
{
    (void)unused;
    char datagrams[64];
    build_battery(patient(0, BATTERY));
    build_buyer(patient(1, BUYER));
    const char *address = listen_at(&sides[1], "tcp://127.0.0.1:0");
    check(discover(&sides[1], address, "127.0.0.1:0", NULL), &error);
    snprintf(datagrams, sizeof datagrams, "127.0.0.1:%u", discovery_of(&sides[1]).port);
    check(discover(&sides[0], NULL, NULL, datagrams), &error);
    WAIT_FOR(sides[0].up == 1 && sides[1].up == 1);
    assert_int_equal(discovery_of(&sides[0]).dialers, 1);
    /* At the port that it has, which nobody else may be bound to. */
    check(discover(&sides[1], address, datagrams, NULL), &error);
    check(discover(&sides[1], address, datagrams, datagrams), &error);
    assert_int_equal(discover(&sides[0], NULL, datagrams, NULL), ETP_EIO);
    assert_int_equal(discovery_of(&sides[0]).dialers, 1);
    check(discover(&sides[0], NULL, "127.0.0.1:0", datagrams), &error);
    assert_int_equal(discovery_of(&sides[0]).dialers, 1);
    unsigned heard = (unsigned)discovery_of(&sides[1]).received;
    WAIT_FOR(discovery_of(&sides[1]).received > heard);
    assert_int_equal(sides[0].lost, 0);
}

static void discovery_ends_with_what_it_found(void **unused)
{
    (void)unused;
    char datagrams[64];
    build_battery(patient(0, BATTERY));
    build_buyer(patient(1, BUYER));
    const char *address = listen_at(&sides[1], "tcp://127.0.0.1:0");
    check(discover(&sides[1], address, "127.0.0.1:0", NULL), &error);
    snprintf(datagrams, sizeof datagrams, "127.0.0.1:%u", discovery_of(&sides[1]).port);
    for (unsigned i = 1; i <= 2; i++) {
        check(discover(&sides[0], NULL, NULL, datagrams), &error);
        WAIT_FOR(sides[0].up == i && sides[1].up == i);
        assert_int_equal(etp_live_end_discovery(sides[0].live, sides[0].node), ETP_OK);
        assert_int_equal(etp_live_end_discovery(sides[0].live, sides[0].node), ETP_ENOENT);
        WAIT_FOR(sides[0].lost == i && sides[1].lost == i);
    }
    assert_string_equal(sides[1].lost_why, "the connection is closed, and nothing is wrong");
}

#define PLAIN(test)   cmocka_unit_test_setup_teardown(test, open_base, close_base)
#define SECURED(test) cmocka_unit_test_setup_teardown(test, open_with_files, close_with_files)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLAIN(a_listener_that_ends_sends_its_peers_away_in_order),
        SECURED(renewed_files_are_for_connections_that_begin),
        SECURED(a_file_that_will_not_do_changes_nothing),
        SECURED(other_files_let_a_dialer_in_that_was_refused),
        PLAIN(a_key_is_replaced_without_an_end),
        PLAIN(more_connections_are_taken_and_fewer),
        PLAIN(a_share_of_connections_and_a_rate_change_at_once),
        PLAIN(discovery_changes_and_what_it_found_stays),
        PLAIN(discovery_ends_with_what_it_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
