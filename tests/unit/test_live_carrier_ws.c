/* SPDX-License-Identifier: MIT */
/*
 * A dial of ws that never gets an answer ends once, whether it is ended or its time is out. NNG's own way to cancel one
 * may end it twice: it makes the exchange of HTTP fail, which another thread notices, and both tell the dial's end. Here
 * that other thread always has the time to.
 */
#include "carrier_tools.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

enum { TURNS = 4, REQUEST_MAX = 2048 };

static atomic_bool others_first;

/* In place of the C library's, for NNG as well: a signal gives way to those whom it wakes. */
int pthread_cond_signal(pthread_cond_t *condition)
{
    static const struct timespec moment = {0, 20000000};
    int result = pthread_cond_broadcast(condition);
    if (atomic_load(&others_first))
        nanosleep(&moment, NULL);
    return result;
}

/* ---- a server that says nothing ---- */

static int server = -1;
static char url[64];

static int open_server(void **state)
{
    (void)state;
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    server = socket(AF_INET, SOCK_STREAM, 0);
    if (server < 0 || bind(server, (struct sockaddr *)&at, size) != 0 || listen(server, 8) != 0 ||
        getsockname(server, (struct sockaddr *)&at, &size) != 0)
        return -1;
    snprintf(url, sizeof url, "ws://127.0.0.1:%d/", ntohs(at.sin_port));
    alarm(PATIENCE_S * TURNS); /* a dial whose end is lost is waited for without end */
    return 0;
}

static int close_server(void **state)
{
    alarm(0);
    atomic_store(&others_first, false);
    close(server);
    return free_sides(state);
}

static bool somebody_dials(void)
{
    struct pollfd polled = {server, POLLIN, 0};
    return poll(&polled, 1, 0) > 0;
}

/* The connection of a dial that waits for its answer now. */
static int take_request(void)
{
    char request[REQUEST_MAX] = "";
    size_t held = 0;
    int client = accept(server, NULL, NULL);
    assert_true(client >= 0);
    while (strstr(request, "\r\n\r\n") == NULL) {
        ssize_t size = recv(client, request + held, sizeof request - 1 - held, 0);
        assert_true(size > 0);
        held += (size_t)size;
    }
    return client;
}

/* ---- tests ---- */

static void a_dial_that_is_ended_ends_once(void **state)
{
    (void)state;
    for (unsigned i = 0; i < TURNS; i++) {
        struct side *side = side_new();
        unsigned endpoint = side_dial(side, url, NULL);
        int client = take_request();
        atomic_store(&others_first, true);
        assert_int_equal(etp_carrier_end(side->carrier, endpoint), ETP_OK);
        for (unsigned j = 0; j < 3; j++)
            turn_once(10);
        side_free(side);
        atomic_store(&others_first, false);
        close(client);
    }
}

static void a_dial_whose_time_is_out_is_begun_again(void **state)
{
    (void)state;
    int clients[TURNS];
    struct side *side = calloc(1, sizeof(*side));
    assert_non_null(side);
    etp_carrier_options options = side_options(side);
    options.dial_timeout = 300 * ETP_NS_PER_MS;
    side_start(side, &options);
    side_dial(side, url, NULL);
    for (unsigned i = 0; i < TURNS; i++) {
        turn_until(somebody_dials());
        clients[i] = take_request();
        atomic_store(&others_first, true);
        turn_until(side->troubles > i);
        atomic_store(&others_first, false);
        assert_non_null(strstr(side->trouble, "no answer in time"));
        assert_int_equal(side->troubles, i + 1);
    }
    side_free(side);
    for (unsigned i = 0; i < TURNS; i++)
        close(clients[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_dial_that_is_ended_ends_once, open_server, close_server),
        cmocka_unit_test_setup_teardown(a_dial_whose_time_is_out_is_begun_again, open_server, close_server),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
