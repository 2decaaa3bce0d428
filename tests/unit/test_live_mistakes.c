/* SPDX-License-Identifier: MIT */
/*
 * What a host can get wrong with libetp-live: NULL, a size that is not the struct's, calls that come too early or from
 * inside a callback. Every public function of the network stands here; each answers, and changes nothing.
 */
#include "unit/test_mistakes.h"

#include <dirent.h>

#include "unit/live_fixture.h"

static etp_error error;
static const etp_allocator half_allocator = {NULL, NULL, &error};

static void networks_want_whole_options(void **unused)
{
    (void)unused;
    etp_live *live = (etp_live *)&error;
    etp_live_options options;
    QUIET(etp_live_defaults, NULL);
    etp_live_defaults(&options);
    GIVES(ETP_EINVAL, etp_live_new, NULL, &options, &error);
    GIVES(ETP_EINVAL, etp_live_new, &live, NULL, NULL);
    assert_null(live);
#define REFUSES(field, value)                                   \
    do {                                                        \
        etp_live_options wrong = options;                       \
        wrong.field = (value);                                  \
        GIVES(ETP_EINVAL, etp_live_new, &live, &wrong, &error); \
        assert_null(live);                                      \
        assert_true(strlen(error.text) > 20);                   \
    } while (0)
    REFUSES(size, 3);
    REFUSES(allocator, &half_allocator);
    REFUSES(max_peers, 0);
    REFUSES(max_connections, 0);
    REFUSES(max_connections, UINT_MAX);
    REFUSES(max_unauthenticated, 0);
    REFUSES(connect_burst, 0);
    REFUSES(message_burst, 0);
    REFUSES(unacknowledged_bytes, 1);
    REFUSES(unacknowledged_bytes, SIZE_MAX);
    REFUSES(unacknowledged_most_bytes, 4096);
    REFUSES(unacknowledged_most_bytes, SIZE_MAX);
    REFUSES(handshake_limit, 0);
    REFUSES(heartbeat, -1);
    REFUSES(backoff_min, 0);
    REFUSES(backoff_max, 1);
    REFUSES(audit_lines, 0);
#undef REFUSES
    QUIET(etp_live_free, NULL);
}

static void nothing_is_done_without_a_network(void **unused)
{
    (void)unused;
    etp_live_stats stats = {.size = sizeof stats};
    etp_live_peer_info info = {.size = sizeof info};
    const etp_live_node_options node = {.size = sizeof node, .device_id = 1};
    assert_null(etp_live_transport(NULL).send);
    note_call("etp_live_transport");
    GIVES(ETP_EINVAL, etp_live_attach, NULL, NULL);
    GIVES(ETP_EINVAL, etp_live_add_node, NULL, &node, &error);
    GIVES(ETP_EINVAL, etp_live_set_trust, NULL, 0, NULL);
    GIVES(ETP_EINVAL, etp_live_listen, NULL, 0, "tcp://127.0.0.1:0", NULL, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_dial, NULL, 0, "tcp://127.0.0.1:1", 0, NULL, NULL, NULL);
    GIVES(NULL, etp_live_address, NULL, 0);
    GIVES(ETP_EINVAL, etp_live_end, NULL, 0);
    GIVES(ETP_EINVAL, etp_live_set_identity, NULL, 0, NULL);
    GIVES(ETP_EINVAL, etp_live_renew_tls, NULL, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_set_tls, NULL, 0, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_end_discovery, NULL, 0);
    GIVES(ETP_EINVAL, etp_live_get_limits, NULL, NULL);
    GIVES(ETP_EINVAL, etp_live_set_limits, NULL, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_start, NULL);
    GIVES(ETP_EINVAL, etp_live_changed, NULL);
    GIVES(ETP_EINVAL, etp_live_run, NULL);
    GIVES(ETP_EINVAL, etp_live_run_until, NULL, 0);
    GIVES(ETP_EINVAL, etp_live_stop, NULL);
    GIVES(NULL, etp_live_base, NULL);
    GIVES(0, etp_live_now, NULL);
    GIVES(0, etp_live_peers, NULL);
    GIVES(ETP_EINVAL, etp_live_peer, NULL, 0, &info);
    GIVES(NULL, etp_live_round_trips, NULL);
    GIVES(ETP_EINVAL, etp_live_get_stats, NULL, &stats);
    const etp_live_discovery discovery = {.size = sizeof discovery, .listen = "127.0.0.1:0"};
    etp_live_discovery_stats found = {.size = sizeof found};
    GIVES(ETP_EINVAL, etp_live_discover, NULL, 0, &discovery, &error);
    GIVES(ETP_EINVAL, etp_live_announce, NULL, 0, NULL, 0, &error);
    GIVES(ETP_EINVAL, etp_live_get_discovery, NULL, 0, &found);
    NAMES("?", etp_live_refusal_name, (etp_live_refusal_kind)99);
}

static void an_empty_network_answers(void **unused)
{
    (void)unused;
    struct side *side = prepare(0, BATTERY);
    etp_live_stats stats = {.size = 1};
    etp_live_node_options node = {.size = sizeof node, .device_id = 1};
    assert_int_equal(etp_live_new(&side->live, &side->options, &error), ETP_OK);
    GIVES(ETP_EINVAL, etp_live_attach, side->live, NULL);
    GIVES(ETP_ESTATE, etp_live_add_node, side->live, &node, &error);
    GIVES(ETP_ESTATE, etp_live_start, side->live);
    GIVES(ETP_ESTATE, etp_live_changed, side->live);
    GIVES(ETP_ESTATE, etp_live_run, side->live);
    GIVES(ETP_ESTATE, etp_live_run_until, side->live, ETP_TIME_NEVER);
    GIVES(ETP_ESTATE, etp_live_stop, side->live);
    GIVES(ETP_ENOENT, etp_live_listen, side->live, 0, "tcp://127.0.0.1:0", NULL, NULL, &error);
    GIVES(ETP_ENOENT, etp_live_dial, side->live, 0, "tcp://127.0.0.1:1", 0, NULL, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_get_stats, side->live, &stats);
    GIVES(ETP_EINVAL, etp_live_get_stats, side->live, NULL);
}

static void the_engine_starts_first(void **unused)
{
    (void)unused;
    struct side *side = prepare(0, BUYER);
    build_engine(side);
    etp_aggregator_options options = {.size = sizeof options, .device_id = side->device, .peers = 1};
    assert_int_equal(etp_engine_add_aggregator(side->engine, &options, &side->node), ETP_OK);
    GIVES(ETP_ESTATE, etp_live_start, side->live);
    assert_int_equal(etp_engine_start(side->engine), ETP_OK);
    GIVES(ETP_OK, etp_live_start, side->live);
}

static void nodes_and_endpoints_answer(void **unused)
{
    (void)unused;
    struct side *side = prepare(0, BATTERY);
    build_battery(side);
    etp_live *live = side->live;
    etp_live_node_options node = {.size = sizeof node, .node = 7, .device_id = 7};
    etp_live_peer_info info = {.size = sizeof info};
    etp_live_limits limits = {.size = 0};
    const etp_live_tls tls = {.ca = "ca.pem"};
    etp_identity *identity;
    etp_trust *trust;
    assert_int_equal(etp_identity_generate(&identity, 8, NULL, &error), ETP_OK);
    assert_int_equal(etp_trust_parse(&trust, "", 0, "none", NULL, &error), ETP_OK);
    GIVES(ETP_EINVAL, etp_live_add_node, live, NULL, &error);
    GIVES(ETP_EEXIST, etp_live_attach, live, side->engine);
    GIVES(ETP_ESTATE, etp_live_start, live);
    GIVES(ETP_ESTATE, etp_live_run, live);
    GIVES(ETP_ESTATE, etp_live_stop, live);
    node.size--;
    GIVES(ETP_EINVAL, etp_live_add_node, live, &node, &error);
    node.size++;
    node.device_id = 0;
    GIVES(ETP_ERANGE, etp_live_add_node, live, &node, &error);
    node.device_id = BATTERY;
    GIVES(ETP_EEXIST, etp_live_add_node, live, &node, &error);
    node.device_id = 7;
    node.role = (etp_device_role)9;
    GIVES(ETP_ERANGE, etp_live_add_node, live, &node, &error);
    node.role = ETP_DEVICE_RELAY;
    node.trust = trust;
    GIVES(ETP_EINVAL, etp_live_add_node, live, &node, &error);
    node.identity = identity;
    GIVES(ETP_EINVAL, etp_live_add_node, live, &node, &error);
    node.trust = NULL;
    node.device_id = 8;
    GIVES(ETP_EINVAL, etp_live_add_node, live, &node, &error);
    GIVES(ETP_EINVAL, etp_live_set_trust, live, side->node, NULL);
    GIVES(ETP_EINVAL, etp_live_set_trust, live, side->node, trust);
    GIVES(ETP_ENOENT, etp_live_set_trust, live, 7, trust);
    GIVES(ETP_EINVAL, etp_live_set_identity, live, side->node, NULL);
    GIVES(ETP_EINVAL, etp_live_set_identity, live, side->node, identity);
    GIVES(ETP_ENOENT, etp_live_set_identity, live, 7, identity);
    GIVES(ETP_EINVAL, etp_live_listen, live, side->node, NULL, NULL, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_listen, live, side->node, "smoke://signals", NULL, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_listen, live, side->node, "tls+tcp://127.0.0.1:0", NULL, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_dial, live, side->node, "", 0, NULL, NULL, &error);
    GIVES(ETP_ERANGE, etp_live_dial, live, side->node, "tcp://127.0.0.1:1", ETP_ID_MAX + 1, NULL, NULL, &error);
    GIVES(NULL, etp_live_address, live, 0);
    GIVES(ETP_ENOENT, etp_live_end, live, 0);
    GIVES(ETP_OK, etp_live_renew_tls, live, NULL, &error);
    GIVES(ETP_ENOENT, etp_live_set_tls, live, 0, &tls, &error);
    assert_non_null(listen_at(side, "tcp://127.0.0.1:0"));
    GIVES(ETP_ENOENT, etp_live_set_tls, live, 0, &tls, &error); /* it has none */
    GIVES(ETP_EINVAL, etp_live_get_limits, live, &limits);
    GIVES(ETP_EINVAL, etp_live_set_limits, live, &limits, &error);
    limits.size = sizeof limits;
    GIVES(ETP_EINVAL, etp_live_set_limits, live, &limits, &error); /* all of them 0 */
    GIVES(ETP_ENOENT, etp_live_peer, live, 0, &info);
    info.size = 0;
    GIVES(ETP_EINVAL, etp_live_peer, live, 0, &info);
    etp_trust_free(trust);
    etp_identity_free(identity);
}

static void discovery_answers(void **unused)
{
    (void)unused;
    struct side *side = prepare(0, BATTERY);
    build_battery(side);
    etp_live *live = side->live;
    const char *texts[5] = {"tcp://0.0.0.0:1", "udp://10.0.0.1:1", "nonsense", "", "tcp://10.0.0.1:1"};
    etp_live_discovery discovery = {.size = sizeof discovery, .addresses = texts};
    etp_live_discovery_stats stats = {.size = sizeof stats};
    GIVES(ETP_ENOENT, etp_live_announce, live, side->node, NULL, 0, &error);
    GIVES(ETP_ENOENT, etp_live_end_discovery, live, side->node);
    GIVES(ETP_ENOENT, etp_live_get_discovery, live, side->node, &stats);
    GIVES(ETP_EINVAL, etp_live_discover, live, side->node, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_discover, live, side->node, &discovery, &error); /* nothing to do */
    discovery.listen = "127.0.0.1:0";
    GIVES(ETP_ENOENT, etp_live_discover, live, 7, &discovery, &error);
    discovery.size--;
    GIVES(ETP_EINVAL, etp_live_discover, live, side->node, &discovery, &error);
    discovery.size++;
    discovery.address_count = 5;
    GIVES(ETP_ERANGE, etp_live_discover, live, side->node, &discovery, &error);
    for (discovery.address_count = 1; discovery.address_count <= 4; discovery.address_count++)
        GIVES(ETP_EINVAL, etp_live_discover, live, side->node, &discovery, &error);
    discovery.address_count = 0;
    assert_int_equal(etp_live_discover(live, side->node, &discovery, &error), ETP_OK);
    GIVES(ETP_EINVAL, etp_live_announce, live, side->node, NULL, 1, &error);
    GIVES(ETP_EINVAL, etp_live_announce, live, side->node, texts, 1, &error);
    GIVES(ETP_EINVAL, etp_live_announce, live, side->node, texts, 5, &error);
    stats.size--;
    GIVES(ETP_EINVAL, etp_live_get_discovery, live, side->node, &stats);
}

/* From inside a callback: all that would change something is refused, and freeing does nothing. */
static void meddle(void *user, const etp_live_peer_info *peer, const char *why)
{
    (void)why;
    struct side *side = user;
    side->up++;
    assert_true(peer->up);
    etp_live_node_options node = {.size = sizeof node, .node = 7, .device_id = 7};
    GIVES(ETP_ESTATE, etp_live_attach, side->live, side->engine);
    GIVES(ETP_ESTATE, etp_live_add_node, side->live, &node, &error);
    GIVES(ETP_ESTATE, etp_live_changed, side->live);
    GIVES(ETP_ESTATE, etp_live_start, side->live);
    GIVES(ETP_ESTATE, etp_live_set_trust, side->live, side->node, (const etp_trust *)(const void *)&error);
    GIVES(ETP_ESTATE, etp_live_set_identity, side->live, side->node, (const etp_identity *)(const void *)&error);
    GIVES(ETP_ESTATE, etp_live_end, side->live, 0);
    GIVES(ETP_ESTATE, etp_live_end_discovery, side->live, side->node);
    GIVES(ETP_ESTATE, etp_live_set_limits, side->live, &(etp_live_limits){.size = sizeof(etp_live_limits)}, &error);
    GIVES(ETP_ESTATE, etp_live_run, side->live);
    GIVES(ETP_ESTATE, etp_live_run_until, side->live, ETP_TIME_NEVER);
    QUIET(etp_live_free, side->live);
}

static void callbacks_may_not_meddle(void **unused)
{
    (void)unused;
    build_battery(prepare(0, BATTERY));
    prepare(1, BUYER)->options.watch.on_peer = meddle;
    build_buyer(&sides[1]);
    dial_to(&sides[1], listen_at(&sides[0], "tcp://127.0.0.1:0"), 0);
    WAIT_FOR(sides[0].up == 1 && sides[1].up == 1);
}

/* identity.h, live_clock.h and live_older.h have rows in test_live_identity.c, _clock.c and _older_dial.c. */
static void every_function_was_called(void **unused)
{
    (void)unused;
    assert_true(expect_all_called("live.h") > 15);
    DIR *folder = opendir(ETP_SOURCE_DIR "/core/include/etp");
    assert_non_null(folder);
    unsigned headers = 0;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        headers += strncmp(entry->d_name, "live", 4) == 0;
    closedir(folder);
    assert_int_equal(headers, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(networks_want_whole_options, open_base, close_base),
        cmocka_unit_test_setup_teardown(nothing_is_done_without_a_network, open_base, close_base),
        cmocka_unit_test_setup_teardown(an_empty_network_answers, open_base, close_base),
        cmocka_unit_test_setup_teardown(the_engine_starts_first, open_base, close_base),
        cmocka_unit_test_setup_teardown(nodes_and_endpoints_answer, open_base, close_base),
        cmocka_unit_test_setup_teardown(discovery_answers, open_base, close_base),
        cmocka_unit_test_setup_teardown(callbacks_may_not_meddle, open_base, close_base),
        cmocka_unit_test(every_function_was_called),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
