/* SPDX-License-Identifier: MIT */
/* The same on every transport: bytes both ways, whole and in order, and every kind of end. */
#include "carrier_tools.h"

#include <netinet/tcp.h>

#include "etp/rng.h"
#include "plain_sockets.h"
#include "test_certificates.h"

enum { DESCRIPTORS_LOOKED_AT = 256 };

static etp_tls server_tls, client_tls;

static const etp_tls *tls_of(const char *url, const etp_tls *tls)
{
    return strncmp(url, "tls+", 4) == 0 ? tls : NULL;
}

static unsigned listen_at(struct side *side, const char *url)
{
    return side_listen(side, url, tls_of(url, &server_tls));
}

static unsigned dial_to(struct side *side, const char *url)
{
    return side_dial(side, url, tls_of(url, &client_tls));
}

/* Where one may listen; each time somewhere else where the kernel does not choose. */
static const char *place(const char *transport)
{
    static char url[ETP_CARRIER_ADDRESS_MAX];
    static unsigned count;
    count++;
    if (strcmp(transport, "ipc") == 0)
        snprintf(url, sizeof(url), "ipc://%s/%u", folder, count);
    else if (strcmp(transport, "inproc") == 0)
        snprintf(url, sizeof(url), "inproc://test-%u", count);
    else if (strcmp(transport, "ws") == 0)
        snprintf(url, sizeof(url), "ws://127.0.0.1:0/etp");
    else
        snprintf(url, sizeof(url), "%s://127.0.0.1:0", transport);
    return url;
}

struct pair {
    struct side *server, *client;
    unsigned listener, dialer;
    struct side_connection *at_server, *at_client;
};

static struct pair connect_pair(void **state)
{
    struct pair pair = {side_new(), side_new(), 0, 0, NULL, NULL};
    pair.listener = listen_at(pair.server, place(*state));
    pair.dialer = dial_to(pair.client, etp_carrier_address(pair.server->carrier, pair.listener));
    turn_until(pair.server->opened == 1 && pair.client->opened == 1);
    pair.at_server = &pair.server->connections[0];
    pair.at_client = &pair.client->connections[0];
    return pair;
}

static void free_pair(struct pair *pair)
{
    side_free(pair->client);
    side_free(pair->server);
}

static unsigned char *random_bytes(size_t size)
{
    unsigned char *bytes = malloc(size);
    etp_rng rng;
    assert_non_null(bytes);
    etp_rng_seed(&rng, 7);
    for (size_t i = 0; i < size; i++)
        bytes[i] = (unsigned char)etp_rng_below(&rng, 256);
    return bytes;
}

static void tells_who_is_connected(void **state)
{
    struct pair pair = connect_pair(state);
    const char *url = etp_carrier_address(pair.server->carrier, pair.listener);
    assert_string_equal(pair.at_client->address, url);
    assert_true(pair.at_client->dialed);
    assert_false(pair.at_server->dialed);
    assert_int_equal(pair.at_client->endpoint, pair.dialer);
    assert_int_equal(pair.at_server->endpoint, pair.listener);
    assert_int_equal(strncmp(pair.at_server->address, url, strcspn(url, ":")), 0);
    free_pair(&pair);
}

/* Of the process's sockets of TCP that have another end. */
static unsigned count_connected(bool and_delay)
{
    unsigned count = 0;
    for (int number = 0; number < DESCRIPTORS_LOOKED_AT; number++) {
        struct sockaddr_in peer;
        int no_delay = 0;
        socklen_t size = sizeof peer, option_size = sizeof no_delay;
        if (getpeername(number, (struct sockaddr *)&peer, &size) != 0 || peer.sin_family != AF_INET)
            continue;
        assert_int_equal(getsockopt(number, IPPROTO_TCP, TCP_NODELAY, &no_delay, &option_size), 0);
        count += !and_delay || no_delay == 0;
    }
    return count;
}

/* Else the second of two messages waits until the first is acknowledged: 40 ms. */
static void sends_without_delay(void **state)
{
    struct pair pair = connect_pair(state);
    assert_true(count_connected(false) >= 2);
    assert_int_equal(count_connected(true), 0);
    free_pair(&pair);
}

static void check_both_ways(void **state, size_t size, size_t piece)
{
    struct pair pair = connect_pair(state);
    unsigned char *bytes = random_bytes(size);
    side_send(pair.server, pair.at_server, bytes, size, piece);
    side_send(pair.client, pair.at_client, bytes, size, piece);
    turn_until(pair.at_server->size == size && pair.at_client->size == size);
    assert_memory_equal(pair.at_server->bytes, bytes, size);
    assert_memory_equal(pair.at_client->bytes, bytes, size);
    turn_until(pair.at_server->sends == (size + piece - 1) / piece);
    free(bytes);
    free_pair(&pair);
}

static void carries_single_bytes(void **state)
{
    check_both_ways(state, 300, 1);
}

static void carries_messages(void **state)
{
    check_both_ways(state, 112 * 500, 112);
}

static void carries_much_in_the_largest_sends(void **state)
{
    check_both_ways(state, 3000000, 8192);
}

static void shows_again_what_was_not_taken(void **state)
{
    enum { SIZE = 20000 };
    struct pair pair = connect_pair(state);
    unsigned char *bytes = random_bytes(SIZE);
    /* At least one byte is left of all that is shown, but for the last ones. */
    pair.server->take_at_most = 100;
    side_send(pair.client, pair.at_client, bytes, SIZE, 99);
    turn_until(pair.at_client->sends == (SIZE + 98) / 99 || !pair.at_server->open);
    turn_until(pair.at_server->size >= SIZE - 4096 || !pair.at_server->open);
    assert_memory_equal(pair.at_server->bytes, bytes, pair.at_server->size);
    free(bytes);
    free_pair(&pair);
}

static size_t takes_none(void *user, etp_connection number, const void *bytes, size_t size)
{
    (void)side_find(user, number);
    (void)bytes;
    (void)size;
    return 0;
}

static void closes_when_a_full_buffer_is_not_taken(void **state)
{
    static unsigned char bytes[8192];
    struct side *server = calloc(1, sizeof(*server)), *client = side_new();
    assert_non_null(server);
    etp_carrier_options options = side_options(server);
    options.calls.received = takes_none;
    options.receive_buffer = 512;
    side_start(server, &options);
    unsigned listener = listen_at(server, place(*state));
    dial_to(client, etp_carrier_address(server->carrier, listener));
    turn_until(server->opened == 1 && client->opened == 1);
    side_send(client, &client->connections[0], bytes, 511, 511);
    turn_until(client->connections[0].sends == 1);
    assert_int_equal(server->closed, 0);
    side_send(client, &client->connections[0], bytes, 1, 1);
    turn_until(server->closed == 1 && client->closed == 1);
    assert_non_null(strstr(server->connections[0].why, "receive buffer"));
    side_free(client);
    side_free(server);
}

static void tells_the_other_side_of_a_close(void **state)
{
    struct pair pair = connect_pair(state);
    etp_connection number = pair.at_client->number;
    etp_carrier_close(pair.client->carrier, number);
    /* Not from inside the call, and nothing more can be done with it. */
    assert_int_equal(pair.client->closed, 0);
    assert_int_equal(etp_carrier_send(pair.client->carrier, number, "x", 1), ETP_ENOENT);
    etp_carrier_close(pair.client->carrier, number);
    turn_until(pair.client->closed == 1 && pair.server->closed == 1);
    assert_string_equal(pair.at_client->why, "closed by us");
    /* The dialer brings up another one; the number of the first is still refused. */
    turn_until(pair.client->opened == 2 && pair.server->opened == 2);
    assert_true(pair.client->connections[1].number != number);
    assert_int_equal(etp_carrier_send(pair.client->carrier, number, "x", 1), ETP_ENOENT);
    assert_int_equal(etp_carrier_sending(pair.client->carrier, number), 0);
    free_pair(&pair);
}

static void delivers_what_left_before_a_close(void **state)
{
    enum { SIZE = 6000 };
    struct pair pair = connect_pair(state);
    unsigned char *bytes = random_bytes(SIZE);
    side_send(pair.client, pair.at_client, bytes, SIZE, SIZE);
    turn_until(pair.at_client->sends == 1 && pair.at_server->size == SIZE);
    etp_carrier_close(pair.client->carrier, pair.at_client->number);
    turn_until(pair.server->closed == 1);
    assert_memory_equal(pair.at_server->bytes, bytes, SIZE);
    free(bytes);
    free_pair(&pair);
}

static void say_and_leave(struct side *side, struct side_connection *connection)
{
    etp_carrier_send(side->carrier, connection->number, "bye", 3);
    etp_carrier_close(side->carrier, connection->number);
}

/* The end may be there before the bytes are looked at, or after: it is told of either way. */
static void notices_an_end_right_behind_bytes(void **state)
{
    struct pair pair = connect_pair(state);
    pair.server->on_received = say_and_leave;
    for (unsigned i = 0; i < 8; i++) {
        turn_until(pair.client->opened == i + 1 && pair.server->opened == i + 1);
        side_send(pair.client, &pair.client->connections[i], "hello", 5, 5);
        turn_until(pair.client->closed == i + 1 && pair.server->closed == i + 1);
    }
    free_pair(&pair);
}

static void a_listener_that_ends_closes_its_connections(void **state)
{
    struct pair pair = connect_pair(state);
    assert_int_equal(etp_carrier_end(pair.server->carrier, pair.listener), ETP_OK);
    assert_string_equal(etp_carrier_address(pair.server->carrier, pair.listener), "");
    assert_int_equal(etp_carrier_end(pair.server->carrier, pair.listener), ETP_ENOENT);
    turn_until(pair.server->closed == 1 && pair.client->closed == 1);
    /* Nobody listens there any more, and the dialer says so again and again. */
    turn_until(pair.client->troubles >= 3);
    assert_int_equal(pair.server->opened, 1);
    free_pair(&pair);
}

static void a_dialer_that_ends_does_not_come_back(void **state)
{
    struct pair pair = connect_pair(state);
    assert_int_equal(etp_carrier_end(pair.client->carrier, pair.dialer), ETP_OK);
    turn_until(pair.client->closed == 1 && pair.server->closed == 1);
    /* The next one that comes is another dialer's. */
    dial_to(pair.client, etp_carrier_address(pair.server->carrier, pair.listener));
    turn_until(pair.server->opened == 2 && pair.client->opened == 2);
    assert_true(pair.client->connections[1].endpoint != pair.dialer);
    free_pair(&pair);
}

static void dials_until_somebody_listens(void **state)
{
    struct side *server = side_new(), *client = side_new();
    char url[ETP_CARRIER_ADDRESS_MAX];
    unsigned listener = listen_at(server, place(*state));
    snprintf(url, sizeof(url), "%s", etp_carrier_address(server->carrier, listener));
    assert_int_equal(etp_carrier_end(server->carrier, listener), ETP_OK);
    dial_to(client, url);
    turn_until(client->troubles >= 2);
    assert_non_null(strstr(client->trouble, "tried again in"));
    assert_int_equal(client->opened, 0);
    /* The address is free again a moment after its listener has ended. */
    unsigned again = 0;
    turn_until(etp_carrier_listen(server->carrier, url, tls_of(url, &server_tls), &again, NULL) == ETP_OK);
    turn_until(client->opened == 1 && server->opened == 1);
    side_free(client);
    side_free(server);
}

static void refuses_an_address_that_is_taken(void **state)
{
    struct side *server = side_new();
    etp_error error = {0};
    unsigned first = listen_at(server, place(*state)), second = 0;
    const char *url = etp_carrier_address(server->carrier, first);
    assert_int_equal(etp_carrier_listen(server->carrier, url, tls_of(url, &server_tls), &second, &error), ETP_EEXIST);
    assert_non_null(strstr(error.text, "listens there already"));
    side_free(server);
}

static void close_inside(struct side *side, struct side_connection *connection)
{
    etp_carrier_close(side->carrier, connection->number);
}

static void end_inside(struct side *side, struct side_connection *connection)
{
    etp_carrier_end(side->carrier, connection->endpoint);
}

static void may_be_closed_and_ended_inside_a_call(void **state)
{
    struct pair pair = connect_pair(state);
    pair.server->on_received = close_inside;
    side_send(pair.client, pair.at_client, "close", 5, 5);
    turn_until(pair.server->closed == 1 && pair.client->closed == 1 && pair.server->opened == 2);
    turn_until(pair.client->opened == 2);
    pair.server->on_received = end_inside;
    side_send(pair.client, &pair.client->connections[1], "end", 3, 3);
    turn_until(pair.server->closed == 2 && pair.client->closed == 2);
    assert_string_equal(etp_carrier_address(pair.server->carrier, pair.listener), "");
    free_pair(&pair);
}

/* Freed at every moment of connecting and sending, with whatever is under way then. */
static void may_be_freed_at_any_moment(void **state)
{
    static unsigned char bytes[8192];
    for (unsigned turns = 0; turns < 24; turns++) {
        struct side *server = side_new(), *client = side_new();
        unsigned listener = listen_at(server, place(*state));
        dial_to(client, etp_carrier_address(server->carrier, listener));
        for (unsigned i = 0; i < turns; i++) {
            turn_once(1);
            for (unsigned j = 0; j < server->opened && turns % 2 == 0; j++)
                if (server->connections[j].open)
                    etp_carrier_send(server->carrier, server->connections[j].number, bytes, sizeof(bytes));
        }
        side_free(turns % 3 == 0 ? server : client);
        side_free(turns % 3 == 0 ? client : server);
    }
}

#define on(transport, test)                                                        \
    {                                                                              \
        transport ": " #test, test, NULL, free_sides, (void *)(uintptr_t)transport \
    }
#define on_each(transport)                                                                                       \
    on(transport, tells_who_is_connected), on(transport, carries_single_bytes), on(transport, carries_messages), \
        on(transport, carries_much_in_the_largest_sends), on(transport, shows_again_what_was_not_taken),         \
        on(transport, closes_when_a_full_buffer_is_not_taken), on(transport, tells_the_other_side_of_a_close),   \
        on(transport, delivers_what_left_before_a_close), on(transport, notices_an_end_right_behind_bytes),      \
        on(transport, a_listener_that_ends_closes_its_connections),                                              \
        on(transport, a_dialer_that_ends_does_not_come_back), on(transport, dials_until_somebody_listens),       \
        on(transport, refuses_an_address_that_is_taken), on(transport, may_be_closed_and_ended_inside_a_call),   \
        on(transport, may_be_freed_at_any_moment)

static int make_folder(void **state)
{
    (void)state;
    folder_make();
    make_certificates("", "ours", "server client");
    server_tls = certificates_of("ours", "ours", "server");
    client_tls = certificates_of("ours", "ours", "client");
    client_tls.server_name = "server";
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    folder_remove();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        on_each("tcp"),
        on_each("ipc"),
        on_each("ws"),
        on_each("inproc"),
        on_each("tls+tcp"),
        on("tcp", sends_without_delay),
        on("ws", sends_without_delay),
        on("tls+tcp", sends_without_delay),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
