/* SPDX-License-Identifier: MIT */
/* The relay that live tests stand on does what it says: what comes out, in what order, and never sooner than it may. That
 * something takes no longer than it should is not asserted: the machine may be busy. */
#include "relay_sockets.h"

/* ---- bytes that are known by their place ---- */

static unsigned char byte_at(size_t place)
{
    return (unsigned char)(place * 2654435761U >> 24);
}

/* Sends `size` bytes from `from` and reads them at `to`, both at once. */
static void carry(int from, int to, size_t size)
{
    unsigned char piece[PIECE];
    size_t sent = 0, got = 0;
    while (got < size) {
        struct pollfd both[] = {{.fd = to, .events = POLLIN}, {.fd = sent < size ? from : -1, .events = POLLOUT}};
        assert_true(poll(both, 2, PATIENCE_MS) > 0);
        if (both[1].revents != 0) {
            size_t count = size - sent < PIECE ? size - sent : PIECE;
            for (size_t i = 0; i < count; i++)
                piece[i] = byte_at(sent + i);
            ssize_t went = send(from, piece, count, MSG_NOSIGNAL | MSG_DONTWAIT);
            sent += went > 0 ? (size_t)went : 0;
        }
        if (both[0].revents != 0) {
            ssize_t came = recv(to, piece, sizeof piece, 0);
            assert_true(came > 0);
            for (ssize_t i = 0; i < came; i++)
                assert_int_equal(byte_at(got + (size_t)i), piece[i]);
            got += (size_t)came;
        }
    }
}

/* Sends until the kernel takes no more for a while; how much it took. */
static size_t fill(int fd)
{
    unsigned char piece[PIECE];
    size_t sent = 0;
    struct pollfd one = {.fd = fd, .events = POLLOUT};
    while (poll(&one, 1, 300) == 1) {
        for (size_t i = 0; i < sizeof piece; i++)
            piece[i] = byte_at(sent + i);
        ssize_t went = send(fd, piece, sizeof piece, MSG_NOSIGNAL | MSG_DONTWAIT);
        assert_true(went > 0);
        sent += (size_t)went;
        assert_true(sent < LOST_AT_MOST);
    }
    return sent;
}

/* What recv() says once something has happened: 0 for an orderly end, or an errno. */
static int how_it_ended(int fd)
{
    unsigned char piece[PIECE];
    ssize_t got;
    do {
        wait_for(fd, POLLIN);
        got = recv(fd, piece, sizeof piece, 0);
    } while (got > 0);
    return got == 0 ? 0 : errno;
}

/* ---- TCP ---- */

static void passes_everything_in_order_on_many_connections(void **state)
{
    (void)state;
    static const char *const kinds[] = {"", "--delay-ms 5 --jitter-ms 10",
                                        "--bandwidth-bps 20000000 --queue-bytes 600"};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        relay_stage stage;
        set_up(&stage, kinds[i]);
        for (unsigned j = 0; j < 8; j++) {
            int client = connect_to(SOCK_STREAM, stage.relay.port), server = accept_one(stage.listener);
            carry(client, server, 30000);
            carry(server, client, 30000);
            close(client);
            assert_int_equal(0, how_it_ended(server));
            close(server);
        }
        relay_counts counts = relay_count(&stage.relay);
        assert_int_equal(9, counts.connections);
        assert_int_equal(8 * 30000, counts.up);
        assert_int_equal(8 * 30000, counts.down);
        tear_down(&stage);
    }
}

static void passes_an_orderly_end_one_way_at_a_time(void **state)
{
    (void)state;
    relay_stage stage;
    set_up(&stage, "--delay-ms 2");
    shutdown(stage.client, SHUT_WR);
    assert_int_equal(0, how_it_ended(stage.server));
    carry(stage.server, stage.client, 5000);
    close(stage.server);
    assert_int_equal(0, how_it_ended(stage.client));
    stage.server = -1;
    tear_down(&stage);
}

static void nothing_is_sooner_than_its_delay(void **state)
{
    (void)state;
    relay_stage stage;
    set_up(&stage, "--delay-ms 30");
    int64_t began = now_ms();
    carry(stage.client, stage.server, 1);
    assert_true(now_ms() - began >= 29);
    relay_do(&stage.relay, "delay 60");
    began = now_ms();
    carry(stage.server, stage.client, 1);
    assert_true(now_ms() - began >= 59);
    tear_down(&stage);
}

/* 20 kB at 800 kbit/s are 200 ms, less what may wait for its time when the last byte arrives. */
static void nothing_is_faster_than_its_rate(void **state)
{
    (void)state;
    relay_stage stage;
    set_up(&stage, "--bandwidth-bps 800000");
    int64_t began = now_ms();
    carry(stage.client, stage.server, 20000);
    assert_true(now_ms() - began >= 199);
    relay_do(&stage.relay, "bandwidth 0");
    relay_do(&stage.relay, "drip 50000 down");
    began = now_ms();
    carry(stage.server, stage.client, 10000);
    assert_true(now_ms() - began >= 150);
    tear_down(&stage);
}

static void a_stalled_way_takes_little_and_loses_nothing(void **state)
{
    (void)state;
    relay_stage stage;
    const int small = 4096;
    set_up(&stage, "--bandwidth-bps 1000000");
    relay_do(&stage.relay, "stall up");
    setsockopt(stage.client, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    size_t sent = fill(stage.client);
    assert_true(sent > 0 && sent < 64000);
    assert_true(is_silent(stage.server));
    carry(stage.server, stage.client, 3000); /* the other way goes on */
    relay_do(&stage.relay, "go");
    unsigned char piece[PIECE];
    for (size_t got = 0; got < sent;) {
        wait_for(stage.server, POLLIN);
        ssize_t came = recv(stage.server, piece, sizeof piece, 0);
        assert_true(came > 0);
        for (ssize_t i = 0; i < came; i++)
            assert_int_equal(byte_at(got + (size_t)i), piece[i]);
        got += (size_t)came;
    }
    tear_down(&stage);
}

/* A reader that does not read holds its sender up, and no other connection. */
static void a_slow_reader_holds_up_nobody_else(void **state)
{
    (void)state;
    relay_stage stage;
    set_up(&stage, "");
    const int small = 4096;
    setsockopt(stage.client, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    setsockopt(stage.server, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    assert_true(fill(stage.client) > 0);
    int client = connect_to(SOCK_STREAM, stage.relay.port), server = accept_one(stage.listener);
    carry(client, server, 100000);
    close(client);
    close(server);
    tear_down(&stage);
}

static void cuts_by_reset_or_in_order_and_takes_new_ones(void **state)
{
    (void)state;
    static const struct {
        const char *command;
        int end;
    } cases[] = {{"cut", ECONNRESET}, {"cut rst", ECONNRESET}, {"cut fin", 0}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        relay_stage stage;
        set_up(&stage, "");
        carry(stage.client, stage.server, 100);
        relay_do(&stage.relay, cases[i].command);
        assert_int_equal(cases[i].end, how_it_ended(stage.client));
        assert_int_equal(cases[i].end, how_it_ended(stage.server));
        int client = connect_to(SOCK_STREAM, stage.relay.port), server = accept_one(stage.listener);
        carry(client, server, 100);
        assert_int_equal(1, relay_count(&stage.relay).now);
        close(client);
        close(server);
        tear_down(&stage);
    }
}

static void refuses_until_it_accepts(void **state)
{
    (void)state;
    relay_stage stage;
    set_up(&stage, "");
    relay_do(&stage.relay, "refuse");
    assert_int_equal(ECONNRESET, how_it_ended(stage.client));
    int client = connect_to(SOCK_STREAM, stage.relay.port);
    assert_int_equal(ECONNRESET, how_it_ended(client));
    close(client);
    relay_do(&stage.relay, "accept");
    client = connect_to(SOCK_STREAM, stage.relay.port);
    int server = accept_one(stage.listener);
    carry(server, client, 100);
    close(client);
    close(server);
    tear_down(&stage);
}

static void cuts_at_an_exact_place(void **state)
{
    (void)state;
    relay_stage stage;
    unsigned char piece[PIECE];
    size_t got = 0;
    set_up(&stage, "--cut-after 1234 --fin");
    memset(piece, 7, sizeof piece);
    assert_int_equal(2000, send(stage.client, piece, 2000, 0));
    for (ssize_t came = 1; came > 0; got += came > 0 ? (size_t)came : 0) {
        wait_for(stage.server, POLLIN);
        came = recv(stage.server, piece, sizeof piece, 0);
        assert_true(came >= 0);
    }
    assert_int_equal(1234, got);
    tear_down(&stage);
}

static void abandons_one_side(void **state)
{
    (void)state;
    for (unsigned target = 0; target < 2; target++) {
        relay_stage stage;
        set_up(&stage, "");
        carry(stage.client, stage.server, 100);
        relay_do(&stage.relay, target ? "abandon target" : "abandon client");
        int gone = target ? stage.server : stage.client, left = target ? stage.client : stage.server;
        assert_int_equal(ECONNRESET, how_it_ended(gone));
        assert_int_equal(100, send(left, (unsigned char[100]){0}, 100, MSG_NOSIGNAL));
        assert_true(is_silent(left));
        assert_int_equal(1, relay_count(&stage.relay).now);
        tear_down(&stage);
    }
}

/* ---- commands ---- */

static void wrong_commands_get_a_sentence_and_change_nothing(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "dance",       "delay",      "delay -1", "delay soon",   "loss 2",     "drip",        "drip 5 left",
        "stall twice", "cut gently", "abandon",  "count slowly", "go up down", "a b c d e f", ""};
    relay_stage stage;
    set_up(&stage, "");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_memory_equal("error: ", relay_ask(&stage.relay, wrong[i]), strlen("error: "));
    carry(stage.client, stage.server, 1000);
    tear_down(&stage);
}

static void wrong_options_end_it(void **state)
{
    (void)state;
    static const char *const wrong[] = {"--dance",       "--delay-ms",          "--delay-ms x",
                                        "--loss 3",      "--queue-bytes 0",     "127.0.0.1:0",
                                        "one two three", "127.0.0.1:0 nowhere", "somewhere 1.2.3:4"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char command[512];
        snprintf(command, sizeof command, "'%s' %s </dev/null >/dev/null 2>&1", ETP_NET_RELAY, wrong[i]);
        int status = system(command);
        assert_true(WIFEXITED(status));
        assert_int_equal(2, WEXITSTATUS(status));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(passes_everything_in_order_on_many_connections),
        cmocka_unit_test(passes_an_orderly_end_one_way_at_a_time),
        cmocka_unit_test(nothing_is_sooner_than_its_delay),
        cmocka_unit_test(nothing_is_faster_than_its_rate),
        cmocka_unit_test(a_stalled_way_takes_little_and_loses_nothing),
        cmocka_unit_test(a_slow_reader_holds_up_nobody_else),
        cmocka_unit_test(cuts_by_reset_or_in_order_and_takes_new_ones),
        cmocka_unit_test(refuses_until_it_accepts),
        cmocka_unit_test(cuts_at_an_exact_place),
        cmocka_unit_test(abandons_one_side),
        cmocka_unit_test(wrong_commands_get_a_sentence_and_change_nothing),
        cmocka_unit_test(wrong_options_end_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
