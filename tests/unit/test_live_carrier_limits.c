/* SPDX-License-Identifier: MIT */
/* What is refused, what is bounded, and that nobody's fault is another's. */
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

static const char *tcp_listener(struct side *side)
{
    return etp_carrier_address(side->carrier, side_listen(side, "tcp://127.0.0.1:0", NULL));
}

static int new_result(const etp_carrier_options *options)
{
    etp_carrier *carrier = NULL;
    int result = etp_carrier_new(&carrier, options, NULL);
    etp_carrier_free(carrier);
    return result;
}

#define check_option(result, change)                          \
    do {                                                      \
        etp_carrier_options options = side_options(&side);    \
        options.change;                                       \
        assert_int_equal(new_result(&options), ETP_##result); \
    } while (0)

static void refuses_wrong_options(void **state)
{
    (void)state;
    struct side side = {0};
    etp_allocator half = {.allocate = etp_default_allocator()->allocate};
    check_option(EINVAL, size = 1);
    check_option(EINVAL, wake = NULL);
    check_option(EINVAL, allocator = &half);
    check_option(EINVAL, calls.opened = NULL);
    check_option(EINVAL, calls.received = NULL);
    check_option(EINVAL, calls.sent = NULL);
    check_option(EINVAL, calls.closed = NULL);
    check_option(EINVAL, calls.trouble = NULL);
    check_option(ERANGE, max_connections = 0);
    check_option(ERANGE, max_connections = 1000001);
    check_option(ERANGE, receive_buffer = 255);
    check_option(ERANGE, send_buffer = (16 << 20) + 1);
    check_option(ERANGE, backoff_min = 1);
    check_option(ERANGE, dial_timeout = -1);
    check_option(ERANGE, silence = -1);
    assert_int_equal(etp_carrier_new(NULL, NULL, NULL), ETP_EINVAL);
    etp_carrier_free(NULL);
}

static void refuses_wrong_urls(void **state)
{
    (void)state;
    const struct {
        const char *url, *words;
        bool dials, listens;
    } rows[] = {
        {"", "not a URL", true, true},
        {"localhost:7700", "not a URL", true, true},
        {"tpc://localhost:7700", "did you mean tcp?", true, true},
        {"carrier-pigeon://roof:1", "there is no transport", true, true},
        {"tcp://localhost", "port is missing", true, true},
        {"tcp://:7700", "whom to dial", true, false},
        {"tcp://*:7700", "whom to dial", true, false},
        {"tcp://localhost:0", "port 0", true, false},
        {"tcp://localhost:port", "", true, true},
        {"tcp://localhost:70000", "", true, true},
        {"tls+tcp://localhost:7700", "TLS needs certificates", true, true},
        {"ipc://", "the path", true, true},
        {"inproc://", "a name", true, true},
    };
    struct side *side = side_new();
    char long_url[400];
    memset(long_url, 'x', sizeof long_url);
    memcpy(long_url, "ipc://", 6);
    long_url[sizeof long_url - 1] = '\0';
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int dials = 0; dials < 2; dials++) {
            etp_error error = {0};
            unsigned endpoint = 0;
            int result = dials ? etp_carrier_dial(side->carrier, rows[i].url, NULL, &endpoint, &error)
                               : etp_carrier_listen(side->carrier, rows[i].url, NULL, &endpoint, &error);
            if (!(dials ? rows[i].dials : rows[i].listens)) {
                assert_int_equal(etp_carrier_end(side->carrier, endpoint), result);
                continue;
            }
            if (result == ETP_OK && dials) /* a name that is looked up when it is dialed */
                continue;
            assert_int_equal(result, ETP_EINVAL);
            assert_non_null(strstr(error.text, rows[i].words));
            assert_non_null(strstr(error.text, rows[i].url));
        }
    unsigned endpoint;
    assert_int_equal(etp_carrier_dial(side->carrier, long_url, NULL, &endpoint, NULL), ETP_EINVAL);
    long_url[150] = '\0';
    assert_int_equal(etp_carrier_dial(side->carrier, long_url, NULL, &endpoint, NULL), ETP_EINVAL);
    memcpy(long_url, "inproc://", 9);
    assert_int_equal(etp_carrier_dial(side->carrier, long_url, NULL, &endpoint, NULL), ETP_EINVAL);
    etp_tls tls = {0};
    assert_int_equal(etp_carrier_dial(side->carrier, "tcp://127.0.0.1:1", &tls, &endpoint, NULL), ETP_EINVAL);
    assert_int_equal(etp_carrier_dial(NULL, "tcp://127.0.0.1:1", NULL, &endpoint, NULL), ETP_EINVAL);
    assert_int_equal(etp_carrier_listen(side->carrier, NULL, NULL, &endpoint, NULL), ETP_EINVAL);
    assert_int_equal(etp_carrier_listen(side->carrier, "inproc://x", NULL, NULL, NULL), ETP_EINVAL);
    side_free(side);
}

static void refuses_wrong_calls(void **state)
{
    (void)state;
    struct side *server = side_new(), *client = side_new();
    side_dial(client, tcp_listener(server), NULL);
    turn_until(client->opened == 1 && server->opened == 1);
    static unsigned char bytes[8193];
    etp_connection number = client->connections[0].number;
    assert_int_equal(etp_carrier_send(client->carrier, number, bytes, 0), ETP_ERANGE);
    assert_int_equal(etp_carrier_send(client->carrier, number, bytes, sizeof bytes), ETP_ERANGE);
    assert_int_equal(etp_carrier_send(client->carrier, number, NULL, 1), ETP_EINVAL);
    assert_int_equal(etp_carrier_send(client->carrier, number, bytes, 100), ETP_OK);
    assert_int_equal(etp_carrier_sending(client->carrier, number), 0);
    for (unsigned i = 0; i < 64; i++) {
        etp_connection other = number ^ (etp_connection)1 << i;
        assert_int_equal(etp_carrier_send(client->carrier, other, bytes, 1), ETP_ENOENT);
        assert_int_equal(etp_carrier_sending(client->carrier, other), 0);
        etp_carrier_close(client->carrier, other);
        etp_carrier_good(client->carrier, other);
    }
    for (unsigned i = 0; i < 32; i++) {
        assert_int_equal(etp_carrier_end(client->carrier, client->connections[0].endpoint ^ 1u << i), ETP_ENOENT);
        assert_string_equal(etp_carrier_address(client->carrier, client->connections[0].endpoint ^ 1u << i), "");
    }
    assert_int_equal(etp_carrier_send(NULL, number, bytes, 1), ETP_ENOENT);
    assert_int_equal(etp_carrier_end(NULL, 1), ETP_ENOENT);
    etp_carrier_dispatch(NULL);
    turn_until(server->connections[0].size == 100);
    assert_int_equal(client->closed + server->closed, 0);
    side_free(client);
    side_free(server);
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

static void shows_one_buffer_in_a_turn(void **state)
{
    (void)state;
    struct side *server = side_new();
    server->on_received = count_one;
    int flooding = plain_connect(tcp_listener(server));
    turn_until(server->opened == 1);
    for (unsigned i = 0; i < 200; i++) {
        plain_write_some(flooding, flood, sizeof flood);
        seen_in_turn = 0;
        turn_once(10);
        assert_true(seen_in_turn <= 1);
    }
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
        test(refuses_wrong_options),
        test(refuses_wrong_urls),
        test(refuses_wrong_calls),
        test(dials_less_and_less_often),
        test(begins_anew_only_after_a_good_connection),
        test(accepts_no_more_than_it_may),
        test(a_dialer_waits_for_a_slot_too),
        test(a_slow_reader_and_a_flood_hold_up_nobody),
        test(shows_one_buffer_in_a_turn),
        test(closes_who_says_nothing),
        test(notices_how_a_peer_goes),
        test(survives_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
