/* SPDX-License-Identifier: MIT */
/* What is bounded, and that nobody's fault is another's. */
#include "carrier_tools.h"

#include <signal.h>
#include <stdint.h>
#include <sys/wait.h>

#include "plain_sockets.h"

static struct side *new_side_with(void (*change)(etp_carrier_options *options))
{
    struct side *side = calloc(1, sizeof(*side));
    assert_non_null(side);
    etp_carrier_options options = side_options(side);
    change(&options);
    side_start(side, &options);
    return side;
}

/* The delay that was told of, in ms. */
static int told_delay(const struct side *side)
{
    const char *found = strstr(side->trouble, "tried again in ");
    assert_non_null(found);
    return atoi(found + strlen("tried again in "));
}

static void dials_less_and_less_often(void **state)
{
    (void)state;
    const int delays_ms[] = {5, 10, 20, 40, 40, 40};
    struct side *server = side_new(), *client = side_new();
    unsigned listener = side_listen(server, "tcp://127.0.0.1:0", NULL);
    char url[ETP_CARRIER_ADDRESS_MAX];
    snprintf(url, sizeof url, "%s", etp_carrier_address(server->carrier, listener));
    etp_carrier_end(server->carrier, listener);
    turn_once(100);
    side_dial(client, url, NULL);
    for (unsigned i = 0; i < 6; i++) {
        turn_until(client->troubles == i + 1);
        assert_in_range(told_delay(client), delays_ms[i] * 3 / 4, (delays_ms[i] * 5 + 3) / 4);
    }
    side_free(client);
    side_free(server);
}

/* A peer that accepts and hangs up is not one to come back to at once, unless it was called good. */
static void begins_anew_only_after_a_good_connection(void **state)
{
    (void)state;
    for (int good = 0; good < 2; good++) {
        struct side *server = side_new(), *client = side_new();
        client->good = good != 0;
        unsigned listener = side_listen(server, "tcp://127.0.0.1:0", NULL);
        side_dial(client, etp_carrier_address(server->carrier, listener), NULL);
        for (unsigned i = 0; i < 5; i++) {
            turn_until(server->opened == i + 1 && client->opened == i + 1);
            if (i < 4)
                etp_carrier_close(server->carrier, server->connections[i].number);
        }
        etp_carrier_end(server->carrier, listener);
        turn_until(client->troubles == 1);
        /* The delay before this dial was the first one, and it failed: now it is the second. */
        if (good)
            assert_in_range(told_delay(client), 7, 13);
        else
            assert_in_range(told_delay(client), 30, 50);
        side_free(client);
        side_free(server);
    }
}

static void two_connections(etp_carrier_options *options)
{
    options->max_connections = 2;
}

static void accepts_no_more_than_it_may(void **state)
{
    (void)state;
    struct side *server = new_side_with(two_connections), *client = side_new();
    const char *url = tcp_listener(server);
    for (unsigned i = 0; i < 4; i++)
        side_dial(client, url, NULL);
    turn_until(server->opened == 2 && client->opened == 4 && server->troubles == 1);
    assert_non_null(strstr(server->trouble, "all connections are taken"));
    /* The kernel has accepted the other two; they are heard when it is their turn. */
    for (unsigned i = 0; i < 4; i++)
        side_send(client, &client->connections[i], "hello", 5, 5);
    turn_until(server->connections[0].size == 5 && server->connections[1].size == 5);
    assert_int_equal(server->opened, 2);
    etp_carrier_close(server->carrier, server->connections[0].number);
    etp_carrier_close(server->carrier, server->connections[1].number);
    turn_until(server->opened >= 4);
    turn_until(server->connections[2].size == 5 && server->connections[3].size == 5);
    side_free(client);
    side_free(server);
}

static void a_dialer_waits_for_a_slot_too(void **state)
{
    (void)state;
    struct side *server = side_new(), *client = new_side_with(two_connections);
    const char *url = tcp_listener(server);
    unsigned first = side_dial(client, url, NULL);
    side_dial(client, url, NULL);
    turn_until(client->opened == 2);
    side_dial(client, url, NULL);
    turn_until(client->troubles >= 2);
    assert_non_null(strstr(client->trouble, "all connections are taken"));
    etp_carrier_end(client->carrier, first);
    turn_until(client->opened == 3);
    side_free(client);
    side_free(server);
}

static unsigned char flood[1 << 16];

/* A reader that has stopped, a sender that floods, and between them one that is served as if they were not there. */
static void a_slow_reader_and_a_flood_hold_up_nobody(void **state)
{
    (void)state;
    struct side *server = side_new(), *client = side_new();
    const char *url = tcp_listener(server);
    int stopped = plain_connect(url);
    turn_until(server->opened == 1);
    static unsigned char much[32 << 20];
    side_send(server, &server->connections[0], much, sizeof much, 8192);
    int flooding = plain_connect(url);
    turn_until(server->opened == 2);
    side_dial(client, url, NULL);
    turn_until(server->opened == 3 && client->opened == 1);
    struct side_connection *quiet = &server->connections[2];
    assert_false(quiet->number == 0);
    for (size_t i = 1; i <= 200; i++) {
        plain_write_some(flooding, flood, sizeof flood);
        side_send(client, &client->connections[0], "hello", 5, 5);
        turn_until(quiet->size == 5 * i);
        side_send(server, quiet, "world", 5, 5);
        turn_until(client->connections[0].size == 5 * i);
    }
    /* Far from all has left, and what has not is bounded by the kernel's buffers and one send. */
    assert_true(server->connections[0].out_left > 0);
    etp_connection number = server->connections[0].number;
    assert_in_range(etp_carrier_sending(server->carrier, number), 1, 8192);
    assert_int_equal(etp_carrier_send(server->carrier, number, "x", 1), ETP_EFULL);
    assert_int_equal(server->closed, 0);
    close(stopped);
    close(flooding);
    turn_until(server->closed == 2);
    side_free(client);
    side_free(server);
}

static unsigned seen_in_turn;

static void count_one(struct side *side, struct side_connection *connection)
{
    (void)side;
    (void)connection;
    seen_in_turn++;
}

/* More than one where more is there, so that a fast link is; few, so that the others have their turn. */
static void shows_few_buffers_in_a_turn(void **state)
{
    (void)state;
    struct side *server = side_new();
    server->on_received = count_one;
    int flooding = plain_connect(tcp_listener(server));
    turn_until(server->opened == 1);
    unsigned most = 0;
    for (unsigned i = 0; i < 200; i++) {
        plain_write_some(flooding, flood, sizeof flood);
        seen_in_turn = 0;
        turn_once(10);
        most = seen_in_turn > most ? seen_in_turn : most;
    }
    assert_in_range(most, 2, 4);
    assert_true(server->connections[0].size > 4096);
    close(flooding);
    side_free(server);
}

static void three_ticks_of_silence(etp_carrier_options *options)
{
    options->silence = 300 * ETP_NS_PER_MS;
}

static void closes_who_says_nothing(void **state)
{
    (void)state;
    struct side *server = new_side_with(three_ticks_of_silence);
    const char *url = tcp_listener(server);
    int silent = plain_connect(url);
    turn_until(server->opened == 1);
    int speaking = plain_connect(url);
    turn_until(server->opened == 2);
    assert_int_equal(write(speaking, "x", 1), 1);
    turn_until(server->connections[1].size == 1 && server->closed == 1);
    assert_non_null(strstr(server->connections[0].why, "said nothing"));
    /* Who has spoken once may be silent for as long as he likes. */
    for (unsigned i = 0; i < 40; i++)
        turn_once(20);
    assert_true(server->connections[1].open);
    close(silent);
    close(speaking);
    side_free(server);
}

static void notices_how_a_peer_goes(void **state)
{
    (void)state;
    struct side *server = side_new();
    const char *url = tcp_listener(server);
    int half = plain_connect(url);
    turn_until(server->opened == 1);
    assert_int_equal(write(half, "last words", 10), 10);
    shutdown(half, SHUT_WR);
    turn_until(server->closed == 1);
    assert_int_equal(server->connections[0].size, 10);
    int reset = plain_connect(url);
    turn_until(server->opened == 2);
    struct linger at_once = {.l_onoff = 1, .l_linger = 0};
    setsockopt(reset, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(reset);
    turn_until(server->closed == 2);
    int parent[2]; /* the child goes when its parent does, however that happens */
    assert_int_equal(pipe(parent), 0);
    pid_t child = fork();
    if (child == 0) {
        char byte;
        close(parent[1]);
        plain_connect(url);
        _exit(read(parent[0], &byte, 1) == 0 ? 0 : 1);
    }
    turn_until(server->opened == 3);
    kill(child, SIGKILL);
    turn_until(server->closed == 3);
    assert_int_equal(waitpid(child, NULL, 0), child);
    close(parent[0]);
    close(parent[1]);
    close(half);
    side_free(server);
}

struct purse {
    etp_allocator allocator;
    long left, held;
};

static void *take(void *user, size_t size)
{
    struct purse *purse = user;
    if (purse->left-- <= 0)
        return NULL;
    purse->held += (long)size;
    return calloc(1, size);
}

static void give(void *user, void *memory, size_t size)
{
    struct purse *purse = user;
    if (memory != NULL)
        purse->held -= (long)size;
    free(memory);
}

/* True if it came to a connection. Each allocation is the one that fails, in turn. */
static bool try_with(struct purse *purse, const char *url)
{
    struct side *side = calloc(1, sizeof(*side));
    unsigned listener, dialer;
    bool connected = false;
    assert_non_null(side);
    etp_carrier_options options = side_options(side);
    options.allocator = &purse->allocator;
    etp_carrier *probe;
    if (etp_carrier_new(&probe, &options, NULL) != ETP_OK) {
        free(side);
        return false;
    }
    etp_carrier_free(probe);
    purse->left += 2;
    side_start(side, &options);
    if (etp_carrier_listen(side->carrier, url, NULL, &listener, NULL) == ETP_OK &&
        etp_carrier_dial(side->carrier, etp_carrier_address(side->carrier, listener), NULL, &dialer, NULL) == ETP_OK) {
        turn_until(side->opened >= 2 || side->troubles >= 1);
        connected = side->troubles == 0;
    }
    side_free(side);
    return connected;
}

static void survives_without_memory(void **state)
{
    (void)state;
    const char *const urls[] = {"tcp://127.0.0.1:0", "inproc://memory"};
    for (unsigned i = 0; i < 2; i++) {
        struct purse purse = {.allocator = {take, give, &purse}};
        long steps = 0;
        do {
            purse.left = steps++;
            assert_true(steps < 100);
        } while (!try_with(&purse, urls[i]) && purse.held == 0);
        assert_int_equal(purse.held, 0);
        assert_true(steps > 5);
    }
}

#define test(name) cmocka_unit_test_teardown(name, free_sides)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(dials_less_and_less_often),
        test(begins_anew_only_after_a_good_connection),
        test(accepts_no_more_than_it_may),
        test(a_dialer_waits_for_a_slot_too),
        test(a_slow_reader_and_a_flood_hold_up_nobody),
        test(shows_few_buffers_in_a_turn),
        test(closes_who_says_nothing),
        test(notices_how_a_peer_goes),
        test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
