/* SPDX-License-Identifier: MIT */
/* Which link addresses may be announced and which may be dialled, and who dials whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "live/discovery/address.h"
#include "live/discovery/udp.h"

static etp_udp_address source_of(const char *text)
{
    etp_udp_address address;
    assert_int_equal(etp_udp_parse(text, "test", &address, NULL), ETP_OK);
    return address;
}

/* What `text`, heard from `source`, is dialled as; "" for not at all. */
static const char *dialled(const char *text, bool tls, const char *source)
{
    static char url[ETP_URL_MAX];
    etp_udp_address from = source_of(source);
    bool fit = etp_address_resolve(text, tls, &from.any, url);
    assert_int_equal(fit, url[0] != '\0');
    return url;
}

static void test_plain_addresses_are_dialled_as_they_are(void **state)
{
    (void)state;
    static const char *const good[] = {
        "tcp://10.0.0.7:7701",         "tcp://[fd00::7]:7701",
        "tcp://battery-17.example:1",  "tcp://a.b-c.example:65535",
        "ws://10.0.0.7:80/etp/node-1", "ws://10.0.0.7:80",
        "tcp://203.0.113.255:7701",    "tcp://xn--bcher-kva.example:7701",
    };
    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        assert_int_equal(etp_address_check(good[i], NULL), ETP_OK);
        assert_string_equal(dialled(good[i], false, "10.0.0.9:4000"), good[i]);
    }
}

static void test_everything_else_is_no_address(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        "tcp",
        "tcp://",
        "tcp://10.0.0.7",
        "tcp://10.0.0.7:",
        "tcp://10.0.0.7:0",
        "tcp://10.0.0.7:65536",
        "tcp://10.0.0.7:077777",
        "tcp://10.0.0.7:+77",
        "tcp://10.0.0.7:77 ",
        "tcp://10.0.0.7:77/",
        "tcp://10.0.0.7:77?x",
        "tcp://user@10.0.0.7:77",
        "TCP://10.0.0.7:77",
        "ipc:///tmp/socket",
        "ipc://run:77",
        "inproc://name:77",
        "abstract://name:77",
        "unix://name:77",
        "udp://10.0.0.7:77",
        "wss://10.0.0.7:77",
        "tls+tcp4://10.0.0.7:77",
        "tcp://10.0.0.256:77",
        "tcp://127.1:77",
        "tcp://2130706433:77",
        "tcp://0x7f000001:77",
        "tcp://a..b:77",
        "tcp://-a.example:77",
        "tcp://a-.example:77",
        "tcp://a_b.example:77",
        "tcp://example.:77",
        "tcp://[fd00::7:77",
        "tcp://[fd00::7]77",
        "tcp://[10.0.0.7]:77",
        "tcp://[fe80::1%eth0]:77",
        "tcp://fd00::7:77",
        "ws://10.0.0.7:77path",
        "ws://10.0.0.7:77/a?b",
        "ws://10.0.0.7:77/a%20b",
        "tcp://0.0.0.0:77",
        "tcp://0.1.2.3:77",
        "tcp://224.0.0.1:77",
        "tcp://239.255.77.77:77",
        "tcp://255.255.255.255:77",
        "tcp://[::]:77",
        "tcp://[ff02::1]:77",
        "tcp://[::ffff:127.0.0.1]:77",
        "tcp://[::127.0.0.1]:77",
        "tcp://[fe80::1]:77",
    };
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        etp_error error = {0};
        assert_int_equal(etp_address_check(bad[i], &error), ETP_EINVAL);
        assert_non_null(strstr(error.text, bad[i]));
        assert_string_equal(dialled(bad[i], false, "127.0.0.1:4000"), "");
    }
    assert_int_equal(etp_address_check(NULL, NULL), ETP_EINVAL);
    char url[ETP_URL_MAX] = "tcp://";
    memset(url + 6, 'a', 130);
    strcpy(url + 136, ":77");
    assert_int_equal(etp_address_check(url, NULL), ETP_EINVAL);
}

/* A node with TLS never hears of an address without, and the other way round: the datagram has no say in it. */
static void test_the_hearer_decides_on_tls(void **state)
{
    (void)state;
    assert_string_equal(dialled("tls+tcp://10.0.0.7:77", true, "10.0.0.9:1"), "tls+tcp://10.0.0.7:77");
    assert_string_equal(dialled("tls+tcp://10.0.0.7:77", false, "10.0.0.9:1"), "");
    assert_string_equal(dialled("tcp://10.0.0.7:77", true, "10.0.0.9:1"), "");
    assert_string_equal(dialled("ws://10.0.0.7:77", true, "10.0.0.9:1"), "");
}

static void test_a_star_is_where_the_datagram_came_from(void **state)
{
    (void)state;
    assert_int_equal(etp_address_check("tcp://*:77", NULL), ETP_OK);
    assert_string_equal(dialled("tcp://*:77", false, "10.0.0.9:4000"), "tcp://10.0.0.9:77");
    assert_string_equal(dialled("tls+tcp://*:77", true, "[fd00::9]:4000"), "tls+tcp://[fd00::9]:77");
    assert_string_equal(dialled("ws://*:77/etp", false, "127.0.0.1:4000"), "ws://127.0.0.1:77/etp");
}

static void test_the_own_host_is_dialled_for_the_own_host_alone(void **state)
{
    (void)state;
    static const char *const own[] = {"tcp://127.0.0.1:77", "tcp://127.9.9.9:77", "tcp://[::1]:77",
                                      "tcp://localhost:77", "tcp://LocalHost:77", "tcp://a.localhost:77"};
    for (unsigned i = 0; i < sizeof own / sizeof *own; i++) {
        assert_int_equal(etp_address_check(own[i], NULL), ETP_OK);
        assert_string_equal(dialled(own[i], false, "127.0.0.1:4000"), own[i]);
        assert_string_equal(dialled(own[i], false, "[::1]:4000"), own[i]);
        assert_string_equal(dialled(own[i], false, "10.0.0.9:4000"), "");
        assert_string_equal(dialled(own[i], false, "[fd00::9]:4000"), "");
    }
    assert_string_equal(dialled("tcp://notlocalhost:77", false, "10.0.0.9:1"), "tcp://notlocalhost:77");
}

/* ---- addresses of datagrams ---- */

static void test_addresses_of_datagrams_are_numbers(void **state)
{
    (void)state;
    static const char *const good[] = {"10.0.0.9:7700", "[fd00::9]:7700", "0.0.0.0:0", "[ff15::4554]:65535"};
    static const char *const bad[] = {"",           "10.0.0.9", "10.0.0.9:",       ":7700",      "host.example:7700",
                                      "fd00::9:77", "[fd00::9", "10.0.0.9:77777x", "[10.0.0.9]", "10.0.0.9:7700 "};
    for (unsigned i = 0; i < sizeof good / sizeof *good; i++) {
        char text[ETP_UDP_TEXT_MAX];
        etp_udp_address address = source_of(good[i]);
        etp_udp_text(&address, text);
        assert_string_equal(text, good[i]);
        etp_udp_address other = source_of(good[(i + 1) % 4]);
        assert_true(etp_udp_same(&address, &address));
        assert_false(etp_udp_same(&address, &other));
    }
    for (unsigned i = 0; i < sizeof bad / sizeof *bad; i++) {
        etp_udp_address address;
        etp_error error = {0};
        assert_int_equal(etp_udp_parse(bad[i], "peers", &address, &error), ETP_EINVAL);
        assert_non_null(strstr(error.text, "discovery.peers"));
    }
}

/* Who owns a /64 of IPv6 has as many addresses as he likes. */
static void test_a_host_is_counted_once(void **state)
{
    (void)state;
    static const struct {
        const char *one, *other;
        bool same;
    } rows[] = {
        {"10.0.0.9:1", "10.0.0.9:2", true},       {"10.0.0.9:1", "10.0.0.8:1", false},
        {"[fd00::1]:1", "[fd00::2:3:4]:2", true}, {"[fd00::1]:1", "[fd00:0:0:1::1]:1", false},
        {"[fe80::1]:1", "[fe80::2]:1", false},    {"[fe80::1]:1", "[fe80::1]:2", true},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        etp_udp_address one = source_of(rows[i].one), other = source_of(rows[i].other);
        assert_int_equal(etp_udp_host_key(&one) == etp_udp_host_key(&other), rows[i].same);
    }
}

/* ---- who dials ---- */

static void test_exactly_one_of_two_dials(void **state)
{
    (void)state;
    for (int one = 0; one <= 2; one++) {
        for (int other = 0; other <= 2; other++) {
            for (unsigned listens = 0; listens < 4; listens++) {
                bool one_has = listens & 1, other_has = listens & 2;
                bool dials = etp_discovery_dials((etp_device_role)one, one_has, (etp_device_role)other, other_has);
                bool dialled_by = etp_discovery_dials((etp_device_role)other, other_has, (etp_device_role)one, one_has);
                assert_int_equal(dials + dialled_by, one != other && listens != 0 ? 1 : 0);
                assert_true(!dials || other_has);
            }
        }
    }
}

static void test_batteries_dial_relays_and_both_dial_aggregators(void **state)
{
    (void)state;
    assert_true(etp_discovery_dials(ETP_DEVICE_BATTERY, true, ETP_DEVICE_AGGREGATOR, true));
    assert_true(etp_discovery_dials(ETP_DEVICE_BATTERY, true, ETP_DEVICE_RELAY, true));
    assert_true(etp_discovery_dials(ETP_DEVICE_RELAY, true, ETP_DEVICE_AGGREGATOR, true));
    assert_true(etp_discovery_dials(ETP_DEVICE_AGGREGATOR, false, ETP_DEVICE_BATTERY, true));
    assert_true(etp_discovery_dials(ETP_DEVICE_AGGREGATOR, true, ETP_DEVICE_BATTERY, false) == false);
    assert_false(etp_discovery_dials((etp_device_role)7, true, ETP_DEVICE_BATTERY, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_addresses_are_dialled_as_they_are),
        cmocka_unit_test(test_everything_else_is_no_address),
        cmocka_unit_test(test_the_hearer_decides_on_tls),
        cmocka_unit_test(test_a_star_is_where_the_datagram_came_from),
        cmocka_unit_test(test_the_own_host_is_dialled_for_the_own_host_alone),
        cmocka_unit_test(test_addresses_of_datagrams_are_numbers),
        cmocka_unit_test(test_a_host_is_counted_once),
        cmocka_unit_test(test_exactly_one_of_two_dials),
        cmocka_unit_test(test_batteries_dial_relays_and_both_dial_aggregators),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
