/* SPDX-License-Identifier: MIT */
/* Our aggregator and servers of the older format over TCP: one of ours, and some that do not behave. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/live_fixture.h"
#include "unit/older_client.h"
#include "unit/test_mistakes.h"

static etp_live_older *dialed;

static void dial_older(unsigned number, const char *address)
{
    etp_error error = {0};
    check(etp_live_older_dial(sides[number].live, sides[number].node, address, BATTERY, &dialed, &error), &error);
}

static etp_live_older_stats dialed_stats(void)
{
    etp_live_older_stats stats = {.size = sizeof stats};
    assert_int_equal(etp_live_older_get_stats(dialed, &stats), ETP_OK);
    return stats;
}

/* HOST:PORT without the scheme. */
static const char *place_of(const etp_live_older *which)
{
    return strstr(etp_live_older_address(which), "://") + 3;
}

/* ---- a server that behaves ---- */

static void both_ends_trade_in_the_older_format(void **state)
{
    (void)state;
    const etp_live_older_options options = at_any_port();
    build_battery(prepare(0, BATTERY));
    turn_on(&options);
    build_buyer(prepare(1, BUYER));
    dial_older(1, place_of(older));
    WAIT_FOR(sides[0].up == 1 && sides[1].up == 1 && sides[1].events[ETP_EVENT_REGISTER] == 1);
    for (unsigned i = 1; i <= 3; i++) {
        trade_once(&sides[0], &sides[1]);
        assert_int_equal(sides[0].last_event[ETP_EVENT_CONFIRM].amount, sides[1].last_event[ETP_EVENT_RECEIPT].amount);
        assert_int_equal(sides[0].last_event[ETP_EVENT_CONFIRM].energy, sides[1].last_event[ETP_EVENT_RECEIPT].energy);
    }
    etp_live_peer_info info = peer_of(&sides[1], 0);
    assert_string_equal(info.transport, "older");
    assert_string_equal(info.address, etp_live_older_address(older));
    assert_true(info.dialed && !info.proved && info.device == BATTERY);
    assert_int_equal(sides[0].refusals + sides[1].refusals, 0);
}

static void a_server_that_comes_back_is_dialed_again(void **state)
{
    (void)state;
    etp_live_older_options options = at_any_port();
    char place[ETP_OLDER_ADDRESS_MAX];
    build_battery(prepare(0, BATTERY));
    turn_on(&options);
    snprintf(place, sizeof place, "%s", place_of(older));
    build_buyer(prepare(1, BUYER));
    dial_older(1, place);
    WAIT_FOR(sides[1].up == 1 && sides[1].events[ETP_EVENT_REGISTER] == 1);
    trade_once(&sides[0], &sides[1]);
    free_side(&sides[0]);
    WAIT_FOR(sides[1].lost == 1);
    build_battery(prepare(0, BATTERY));
    options.address = place;
    turn_on(&options);
    WAIT_FOR(sides[1].up == 2 && sides[1].events[ETP_EVENT_REGISTER] == 2);
    trade_once(&sides[0], &sides[1]);
    assert_int_equal(dialed_stats().opened, 2);
}

static void a_server_that_is_not_there_yet_is_waited_for(void **state)
{
    (void)state;
    etp_live_older_options options = at_any_port();
    char place[ETP_OLDER_ADDRESS_MAX];
    build_battery(prepare(0, BATTERY));
    turn_on(&options);
    snprintf(place, sizeof place, "%s", place_of(older));
    free_side(&sides[0]);
    build_buyer(prepare(1, BUYER));
    dial_older(1, place);
    for (unsigned i = 0; i < 10; i++)
        event_base_loop(base, EVLOOP_ONCE);
    assert_int_equal(sides[1].up, 0);
    build_battery(prepare(0, BATTERY));
    options.address = place;
    turn_on(&options);
    WAIT_FOR(sides[1].up == 1);
}

/* ---- servers that do not ---- */

/* A listening socket, and what connects to it. */
static int bare_listener(char place[ETP_OLDER_ADDRESS_MAX])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (const struct sockaddr *)(const void *)&address, size), 0);
    assert_int_equal(listen(fd, 8), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&address, &size), 0);
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    snprintf(place, ETP_OLDER_ADDRESS_MAX, "127.0.0.1:%u", ntohs(address.sin_port));
    return fd;
}

static bool take_connection(int listener, unsigned number)
{
    int fd = accept(listener, NULL, NULL);
    if (fd < 0)
        return false;
    assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
    clients[number] = (struct client){.fd = fd};
    return true;
}

/* The first Query has come: answers it as another device would, or not as the format has it. */
static void answer_wrongly(unsigned number, unsigned how)
{
    unsigned char record[RECORD];
    WAIT_FOR(client_got(number) == 1);
    fill_record(record, ETP_QUERY_RESPONSE, get_number(clients[number].bytes + 5, 8), BATTERY);
    if (how == 0)
        put_number(record, UINT32_MAX, 4);
    else if (how == 1)
        put_number(record + 13, BATTERY + 1, 8);
    else
        put_double(record + 38, 1e300);
    client_write(number, record, sizeof record);
}

static void a_server_that_speaks_nonsense_is_no_battery(void **state)
{
    (void)state;
    char place[ETP_OLDER_ADDRESS_MAX];
    int fd = bare_listener(place);
    build_buyer(prepare(1, BUYER));
    dial_older(1, place);
    for (unsigned how = 0; how < 3; how++) {
        WAIT_FOR(take_connection(fd, how));
        answer_wrongly(how, how);
        WAIT_FOR(sides[1].refusals > how);
        if (how == 0)
            WAIT_FOR(client_is_closed(how)); /* it cannot be read any further */
        else
            client_close(how);
    }
    assert_int_equal(sides[1].up, 0);
    assert_int_equal(sides[1].events[ETP_EVENT_REGISTER], 0);
    assert_int_equal(dialed_stats().refused[ETP_REFUSED_TOO_LONG], 1);
    assert_int_equal(dialed_stats().refused[ETP_REFUSED_WRONG_DEVICE], 1);
    assert_int_equal(dialed_stats().refused[ETP_REFUSED_OUT_OF_RANGE], 1);
    close(fd);
}

/* Its host froze: what it was asked is not answered, so the connection is given up and dialed again. */
static void a_server_that_is_silent_is_given_up(void **state)
{
    (void)state;
    char place[ETP_OLDER_ADDRESS_MAX];
    int fd = bare_listener(place);
    build_buyer(prepare(1, BUYER));
    dial_older(1, place);
    WAIT_FOR(take_connection(fd, 0));
    WAIT_FOR(client_is_closed(0));
    assert_int_equal(client_got(0), 1);
    WAIT_FOR(take_connection(fd, 1));
    close(fd);
}

/* ---- what a host can get wrong ---- */

static void wrong_calls_are_answered(void **state)
{
    (void)state;
    etp_error error = {0};
    etp_live_older_options options = at_any_port();
    etp_live_older_stats stats = {.size = 3};
    build_battery(prepare(0, BATTERY));
    build_buyer(prepare(1, BUYER));
    etp_live *sells = sides[0].live, *buys = sides[1].live;
    QUIET(etp_live_older_defaults, NULL);
    GIVES(ETP_EINVAL, etp_live_older_listen, NULL, 0, &options, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_older_listen, sells, 0, NULL, NULL, &error);
    GIVES(ETP_ENOENT, etp_live_older_listen, sells, 9, &options, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_older_listen, buys, sides[1].node, &options, NULL, &error);
#define REFUSES(code, field, value)                                                       \
    do {                                                                                  \
        etp_live_older_options wrong = options;                                           \
        wrong.field = (value);                                                            \
        error.text[0] = '\0';                                                             \
        GIVES(code, etp_live_older_listen, sells, sides[0].node, &wrong, &older, &error); \
        assert_true(strlen(error.text) > 20);                                             \
    } while (0)
    const etp_id none[] = {0};
    REFUSES(ETP_EINVAL, size, 3);
    REFUSES(ETP_EINVAL, address, NULL);
    REFUSES(ETP_EINVAL, address, "nowhere");
    REFUSES(ETP_EINVAL, address, "127.0.0.1:");
    REFUSES(ETP_EINVAL, address, "127.0.0.1:http");
    REFUSES(ETP_EINVAL, allow_count, 1);
    REFUSES(ETP_EINVAL, allow, none);
    REFUSES(ETP_EINVAL, max_devices, 0);
    REFUSES(ETP_EINVAL, unnamed, 33);
    REFUSES(ETP_EINVAL, max_connections, 0);
    REFUSES(ETP_EINVAL, max_per_address, 0);
    REFUSES(ETP_EINVAL, message_burst, 0);
    REFUSES(ETP_EINVAL, first_limit, 0);
    REFUSES(ETP_EINVAL, idle_limit, 1);
    options.allow = none;
    options.allow_count = 1;
    GIVES(ETP_ERANGE, etp_live_older_listen, sells, sides[0].node, &options, NULL, &error);
    options = at_any_port();
    turn_on(&options);
    options.address = place_of(older);
    GIVES(ETP_EIO, etp_live_older_listen, sells, sides[0].node, &options, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_older_dial, NULL, 0, "127.0.0.1:1", 1, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_older_dial, buys, sides[1].node, NULL, 1, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_older_dial, buys, sides[1].node, "nowhere", 1, NULL, &error);
    GIVES(ETP_ENOENT, etp_live_older_dial, buys, 9, "127.0.0.1:1", 1, NULL, &error);
    GIVES(ETP_ERANGE, etp_live_older_dial, buys, sides[1].node, "127.0.0.1:1", 0, NULL, &error);
    GIVES(ETP_ERANGE, etp_live_older_dial, buys, sides[1].node, "127.0.0.1:1", BUYER, NULL, &error);
    GIVES(ETP_EINVAL, etp_live_older_dial, sells, sides[0].node, "127.0.0.1:1", 5, NULL, &error);
    dial_older(1, place_of(older));
    GIVES(ETP_EEXIST, etp_live_older_dial, buys, sides[1].node, "127.0.0.1:1", BATTERY, NULL, &error);
    GIVES(NULL, etp_live_older_address, NULL);
    GIVES(ETP_EINVAL, etp_live_older_get_stats, NULL, &stats);
    GIVES(ETP_EINVAL, etp_live_older_get_stats, older, NULL);
    GIVES(ETP_EINVAL, etp_live_older_get_stats, older, &stats);
    assert_int_equal(expect_all_called("live_older.h"), 5);
}

static void a_long_window_is_refused(void **state)
{
    (void)state;
    etp_error error = {0};
    const etp_live_older_options options = at_any_port();
    prepare(0, BATTERY)->engine_options.timing.window = ETP_LIVE_OLDER_WINDOW_MAX + 1;
    build_battery(&sides[0]);
    assert_int_equal(etp_live_older_listen(sides[0].live, sides[0].node, &options, &older, &error), ETP_EINVAL);
    assert_non_null(strstr(error.text, "window"));
}

int main(void)
{
#define LIVE(test) cmocka_unit_test_setup_teardown(test, open_base, close_clients)
    const struct CMUnitTest tests[] = {
        LIVE(both_ends_trade_in_the_older_format),
        LIVE(a_server_that_comes_back_is_dialed_again),
        LIVE(a_server_that_is_not_there_yet_is_waited_for),
        LIVE(a_server_that_speaks_nonsense_is_no_battery),
        LIVE(a_server_that_is_silent_is_given_up),
        LIVE(wrong_calls_are_answered),
        LIVE(a_long_window_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
