/* SPDX-License-Identifier: MIT */
/* Wrong options, addresses and calls are refused, with a sentence where one is asked for. */
#include "carrier_tools.h"

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
            if (!(dials ? rows[i].dials : rows[i].listens))
                continue;
            int result = dials ? etp_carrier_dial(side->carrier, rows[i].url, NULL, &endpoint, &error)
                               : etp_carrier_listen(side->carrier, rows[i].url, NULL, &endpoint, &error);
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

/* What is wrong for a dialer only. */
static void listens_on_every_address_and_any_port(void **state)
{
    (void)state;
    static const char *const urls[] = {"tcp://:0", "tcp://*:0", "tcp://127.0.0.1:0"};
    struct side *side = side_new();
    for (unsigned i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        unsigned endpoint = 0;
        assert_int_equal(etp_carrier_listen(side->carrier, urls[i], NULL, &endpoint, NULL), ETP_OK);
        assert_int_equal(etp_carrier_end(side->carrier, endpoint), ETP_OK);
    }
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

#define test(name) cmocka_unit_test_teardown(name, free_sides)

int main(void)
{
    const struct CMUnitTest tests[] = {
        test(refuses_wrong_options),
        test(refuses_wrong_urls),
        test(listens_on_every_address_and_any_port),
        test(refuses_wrong_calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
