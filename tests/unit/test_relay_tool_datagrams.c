/* SPDX-License-Identifier: MIT */
/* The relay does with datagrams what it says. */
#include "relay_sockets.h"

/* ---- UDP ---- */

enum { DATAGRAMS = 400 };

typedef struct relay_post {
    relay_process relay;
    int client, server;
    unsigned came[DATAGRAMS], count, overtaken;
} relay_post;

static void set_up_post(relay_post *post, const char *options)
{
    unsigned port;
    *post = (relay_post){0};
    post->server = open_on(SOCK_DGRAM, &port);
    relay_start(&post->relay, options, port);
    post->client = connect_to(SOCK_DGRAM, post->relay.port);
}

static void tear_down_post(relay_post *post)
{
    assert_int_equal(0, relay_end(&post->relay));
    close(post->client);
    close(post->server);
}

static void take_one(relay_post *post, unsigned *highest)
{
    unsigned number;
    assert_int_equal(sizeof number, recv(post->server, &number, sizeof number, 0));
    assert_true(number < DATAGRAMS);
    post->came[number]++;
    post->count++;
    post->overtaken += number < *highest;
    *highest = number > *highest ? number : *highest;
}

/* Posts all, in portions that no buffer loses, until as many as are expected came or were lost. */
static void send_all(relay_post *post, unsigned copies)
{
    unsigned highest = 0;
    for (unsigned i = 0; i < DATAGRAMS; i++) {
        assert_int_equal(sizeof i, send(post->client, &i, sizeof i, 0));
        while (i % 20 == 19 && post->count + copies * relay_count(&post->relay).lost < (i + 1) * copies) {
            struct pollfd one = {.fd = post->server, .events = POLLIN};
            if (poll(&one, 1, 10) == 1)
                take_one(post, &highest);
        }
    }
}

static void datagrams_all_arrive_on_a_good_link(void **state)
{
    (void)state;
    relay_post post;
    set_up_post(&post, "--udp --delay-ms 1");
    send_all(&post, 1);
    assert_int_equal(DATAGRAMS, post.count);
    assert_int_equal(0, relay_count(&post.relay).lost);
    for (unsigned i = 0; i < DATAGRAMS; i++)
        assert_int_equal(1, post.came[i]);
    tear_down_post(&post);
}

static void datagrams_are_answered(void **state)
{
    (void)state;
    relay_post post;
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    unsigned char byte = 42;
    set_up_post(&post, "--udp");
    assert_int_equal(1, send(post.client, &byte, 1, 0));
    wait_for(post.server, POLLIN);
    assert_int_equal(1, recvfrom(post.server, &byte, 1, 0, (struct sockaddr *)&from, &size));
    assert_int_equal(1, sendto(post.server, &byte, 1, 0, (struct sockaddr *)&from, size));
    wait_for(post.client, POLLIN);
    assert_int_equal(1, recv(post.client, &byte, 1, 0));
    assert_int_equal(42, byte);
    tear_down_post(&post);
}

static void datagrams_are_lost_by_chance_and_counted(void **state)
{
    (void)state;
    relay_post post;
    set_up_post(&post, "--udp --loss 0.3 --seed 7");
    send_all(&post, 1);
    unsigned lost = relay_count(&post.relay).lost;
    assert_int_equal(DATAGRAMS, post.count + lost);
    assert_in_range(lost, DATAGRAMS / 5, DATAGRAMS * 2 / 5);
    relay_do(&post.relay, "loss 1");
    assert_int_equal(sizeof lost, send(post.client, &lost, sizeof lost, 0));
    assert_true(is_silent(post.server));
    tear_down_post(&post);
}

static void datagrams_come_twice(void **state)
{
    (void)state;
    relay_post post;
    set_up_post(&post, "--udp --duplicate 1");
    send_all(&post, 2);
    for (unsigned i = 0; i < DATAGRAMS; i++)
        assert_int_equal(2, post.came[i]);
    tear_down_post(&post);
}

static void datagrams_overtake_each_other(void **state)
{
    (void)state;
    relay_post post;
    set_up_post(&post, "--udp --reorder 0.2");
    send_all(&post, 1);
    assert_int_equal(DATAGRAMS, post.count);
    assert_true(post.overtaken > 0);
    tear_down_post(&post);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(datagrams_all_arrive_on_a_good_link),
        cmocka_unit_test(datagrams_are_answered),
        cmocka_unit_test(datagrams_are_lost_by_chance_and_counted),
        cmocka_unit_test(datagrams_come_twice),
        cmocka_unit_test(datagrams_overtake_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
