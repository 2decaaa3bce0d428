/* SPDX-License-Identifier: MIT */
/* Several nodes of one host that hear one group on its loopback interface. A system that does not allow it skips this. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <net/if.h>
#include <poll.h>

#include "discovery_nodes.h"

enum { BATTERIES = 3, BUYERS = 2, NODES = BATTERIES + BUYERS };

static struct event_base *base;
static test_node nodes[NODES];

static int setup(void **state)
{
    (void)state;
    base = event_base_new();
    return base != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NODES; i++)
        node_fini(&nodes[i]);
    event_base_free(base);
    return 0;
}

/* A port that nobody has at the moment, and a group of this process's own. */
static void choose_group(int family, char group[64])
{
    int fd = -1;
    etp_udp_address any = etp_udp_wildcard(family, 0);
    group[0] = '\0';
    if (etp_udp_open(&any, false, &fd, NULL) != ETP_OK)
        return;
    etp_udp_address name = etp_udp_name(fd);
    close(fd);
    unsigned id = (unsigned)getpid() & 0xffff;
    if (family == AF_INET6)
        snprintf(group, 64, "[ff15::4554:%x]:%u", id, etp_udp_port(&name));
    else
        snprintf(group, 64, "239.255.%u.%u:%u", id >> 8, id & 255, etp_udp_port(&name));
}

/* Whether a datagram to a group comes back on the loopback interface here. */
static bool comes_back(const char *group, int family)
{
    int in = -1, out = -1;
    etp_udp_address to, any = etp_udp_wildcard(family, 0);
    char byte = 'x';
    bool good = false;
    if (etp_udp_parse(group, "test", &to, NULL) != ETP_OK)
        return false;
    unsigned lo = if_nametoindex("lo");
    etp_udp_address bound = etp_udp_wildcard(family, etp_udp_port(&to));
    if (lo != 0 && etp_udp_open(&bound, true, &in, NULL) == ETP_OK && etp_udp_join(in, &to, lo) &&
        etp_udp_open(&any, false, &out, NULL) == ETP_OK && etp_udp_prepare(out, family, lo, 1, NULL) == ETP_OK &&
        sendto(out, &byte, 1, 0, &to.any, etp_udp_size(&to)) == 1) {
        struct pollfd wait = {.fd = in, .events = POLLIN};
        good = poll(&wait, 1, 2000) == 1;
    }
    if (in >= 0)
        close(in);
    if (out >= 0)
        close(out);
    return good;
}

static etp_id device_of(unsigned index)
{
    return index < BATTERIES ? 1001 + index : 2001 + index - BATTERIES;
}

static void open_nodes(const char *group)
{
    for (unsigned i = 0; i < NODES; i++) {
        etp_error error = {0};
        etp_discovery_options options = node_options(&nodes[i], base, device_of(i));
        options.groups[0] = group;
        options.interface = "lo";
        options.source_rate = options.total_rate = 1000; /* all of them are one host */
        options.addresses[0] = i < BATTERIES ? NULL : "tcp://*:7701";
        if (etp_discovery_new(&nodes[i].discovery, &options, &error) != ETP_OK)
            fail_msg("%s", error.text);
    }
    for (unsigned i = 0; i < NODES; i++)
        assert_int_equal(etp_discovery_start(nodes[i].discovery), ETP_OK);
}

static bool has_heard(const test_node *node, etp_id device)
{
    for (unsigned i = 0; i < node->heard_count && i < HEARD_MAX; i++) {
        if (node->heard[i].device == device)
            return true;
    }
    return false;
}

static bool all_have_heard(void *user)
{
    (void)user;
    for (unsigned i = 0; i < NODES; i++) {
        for (unsigned j = 0; j < NODES; j++) {
            bool trades = nodes[i].role != nodes[j].role;
            if (trades && !has_heard(&nodes[i], device_of(j)))
                return false;
        }
    }
    return true;
}

static void expect_only_partners(const test_node *node)
{
    for (unsigned i = 0; i < node->heard_count && i < HEARD_MAX; i++) {
        assert_true(role_of(node->heard[i].device) != node->role);
        assert_int_equal(node->heard[i].dial, node->role == ETP_DEVICE_BATTERY);
        const char *port = strrchr(node->heard[i].url, ':');
        assert_true(!node->heard[i].dial || strcmp(port, ":7701") == 0); /* of some address of this host */
    }
    assert_int_equal(node->refused_count, 0);
    assert_int_equal(node->trouble_count, 0);
}

static void expect_to_meet(int family)
{
    char group[64];
    choose_group(family, group);
    if (!comes_back(group, family)) {
        print_message("skipped: no multicast on this host's loopback interface\n");
        skip();
    }
    open_nodes(group);
    assert_true(run_until(base, all_have_heard, NULL));
    for (unsigned i = 0; i < NODES; i++)
        expect_only_partners(&nodes[i]);
}

static void test_nodes_of_one_host_meet_by_ipv4(void **state)
{
    (void)state;
    expect_to_meet(AF_INET);
}

static void test_nodes_of_one_host_meet_by_ipv6(void **state)
{
    (void)state;
    expect_to_meet(AF_INET6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nodes_of_one_host_meet_by_ipv4, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nodes_of_one_host_meet_by_ipv6, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
