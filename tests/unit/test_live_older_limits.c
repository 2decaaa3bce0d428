/* SPDX-License-Identifier: MIT */
/* The known faults of the older system, each tried on ours; and guests that send too much, too little, or nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <netinet/tcp.h>
#include <sys/resource.h>

#include "unit/live_fixture.h"
#include "unit/older_client.h"

enum { FIRST = 789, QUERY = ETP_QUERY, SPARES = 4096 };

static void open_default(void)
{
    const etp_live_older_options options = at_any_port();
    open_older(&options);
}

static struct older_listener *listener(void)
{
    return (struct older_listener *)(void *)older;
}

/* Somebody else is served as ever. */
static void expect_service(unsigned number)
{
    client_connect(number);
    client_send(number, QUERY, 4711, FIRST + 100 + number);
    expect_answer(number, 0, ETP_QUERY_RESPONSE, 4711);
    client_close(number);
}

/* ---- the length ---- */

/* What was taken from the allocator at most. */
static size_t taken, most_taken;

static void *count_allocate(void *user, size_t size)
{
    (void)user;
    taken += size;
    most_taken = taken > most_taken ? taken : most_taken;
    return calloc(1, size);
}

static void count_release(void *user, void *memory, size_t size)
{
    (void)user;
    taken -= size;
    free(memory);
}

/* The older server believes the length and takes that much memory before it looks at anything. */
static void a_length_makes_nobody_take_memory(void **state)
{
    (void)state;
    static const etp_allocator counting = {.allocate = count_allocate, .release = count_release};
    static const uint32_t lengths[] = {0, 83, 85, 4096, UINT32_C(0x7fffffff), UINT32_C(0xfffffff0), UINT32_MAX};
    const etp_live_older_options options = at_any_port();
    taken = most_taken = 0;
    prepare(0, BATTERY)->options.allocator = &counting;
    build_battery(&sides[0]);
    turn_on(&options);
    begin_interval(&sides[0]);
    expect_service(0);
    WAIT_FOR(older_stats().connections == 0);
    size_t with_one = most_taken;
    for (unsigned i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        unsigned char bytes[4];
        put_number(bytes, lengths[i], 4);
        client_connect(1);
        assert_true(client_write(1, bytes, sizeof bytes));
        WAIT_FOR(client_is_closed(1));
        assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_MESSAGE);
    }
    assert_int_equal(most_taken, with_one);
    assert_int_equal(older_stats().refused[ETP_REFUSED_TOO_LONG], 5);
    assert_int_equal(older_stats().refused[ETP_REFUSED_NOT_A_MESSAGE], 2);
    expect_service(2);
}

static void garbage_ends_its_own_connection(void **state)
{
    (void)state;
    open_default();
    etp_rng rng;
    etp_rng_seed(&rng, 84);
    for (unsigned i = 0; i < 30; i++) {
        unsigned char bytes[300];
        for (size_t at = 0; at < sizeof bytes; at++)
            bytes[at] = (unsigned char)etp_rng_next(&rng);
        client_connect(0);
        assert_true(client_write(0, bytes, sizeof bytes));
        WAIT_FOR(client_is_closed(0));
        assert_int_equal(clients[0].size, 0);
    }
    expect_service(1);
}

/* ---- numbers ---- */

static void prices_that_are_none_buy_nothing(void **state)
{
    (void)state;
    const double prices[] = {(double)NAN, -(double)NAN, (double)INFINITY, -(double)INFINITY, 1e300,
                             -1e300,      -1.0,         10000.1};
    open_default();
    client_connect(0);
    client_send(0, QUERY, 1, FIRST);
    for (unsigned i = 0; i < sizeof prices / sizeof *prices; i++) {
        client_bid(0, 10 + i, FIRST, prices[i], 0.1);
        expect_rejected(0, 1 + 2 * i, 10 + i, ETP_CODE_POLICY);
        client_bid(0, 30 + i, FIRST, 20.0, prices[i] < 0 || prices[i] < 1e5 ? -1.0 : prices[i]);
        expect_rejected(0, 2 + 2 * i, 30 + i, ETP_CODE_POLICY);
    }
    assert_int_equal(sides[0].events[ETP_EVENT_BID], 0);
    client_bid(0, 99, FIRST, 20.0, 0.1); /* the connection is as good as before */
    expect_answer(0, 17, ETP_BID_ACCEPT, 99);
}

static void an_unknown_type_is_met_with_silence(void **state)
{
    (void)state;
    open_default();
    client_connect(0);
    client_send(0, QUERY, 1, FIRST);
    client_send(0, 10, 2, FIRST);
    client_send(0, 255, 3, FIRST);
    client_send(0, QUERY, 4, FIRST);
    expect_answer(0, 1, ETP_QUERY_RESPONSE, 4);
    assert_int_equal(older_stats().refused[ETP_REFUSED_UNKNOWN_TYPE], 2);
}

/* ---- delay ---- */

/* Without it the second of two answers waits for the acknowledgement of the first: 40 ms. */
static void nothing_waits_for_an_acknowledgement(void **state)
{
    (void)state;
    open_default();
    client_connect(0);
    client_send(0, QUERY, 1, FIRST);
    expect_answer(0, 0, ETP_QUERY_RESPONSE, 1);
    int no_delay = 0;
    socklen_t size = sizeof no_delay;
    assert_int_equal(getsockopt(listener()->guests->socket.fd, IPPROTO_TCP, TCP_NODELAY, &no_delay, &size), 0);
    assert_true(no_delay != 0);
}

/* ---- descriptors ---- */

static int spares[SPARES];

static unsigned take_all_descriptors(void)
{
    unsigned count = 0;
    while (count < SPARES && (spares[count] = dup(0)) >= 0)
        count++;
    assert_true(count < SPARES);
    return count;
}

/* The older server tries again at once, for ever, and has no time left for those who are connected. */
static void accepting_rests_when_descriptors_run_out(void **state)
{
    (void)state;
    struct rlimit before, few;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    few = before;
    few.rlim_cur = before.rlim_cur < 1024 ? before.rlim_cur : 1024;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    open_default();
    client_connect(0);
    client_send(0, QUERY, 1, FIRST);
    expect_answer(0, 0, ETP_QUERY_RESPONSE, 1);
    client_connect(1);
    client_send(1, QUERY, 2, FIRST + 1);
    unsigned count = take_all_descriptors();
    etp_time pause = 0;
    for (unsigned i = 0; i < 3; i++) {
        WAIT_FOR(older_stats().accept_failures == i + 1);
        assert_true(listener()->accept_pause > pause);
        pause = listener()->accept_pause;
        assert_int_equal(event_pending(listener()->acceptable, EV_READ, NULL), 0);
        client_send(0, QUERY, 100 + i, FIRST);
        expect_answer(0, 1 + i, ETP_QUERY_RESPONSE, 100 + i);
    }
    while (count > 0)
        close(spares[--count]);
    expect_answer(1, 0, ETP_QUERY_RESPONSE, 2);
    assert_true(event_pending(listener()->acceptable, EV_READ, NULL) != 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

/* ---- how many ---- */

static void connections_have_a_cap(void **state)
{
    (void)state;
    etp_live_older_options options = at_any_port();
    options.max_connections = 2;
    open_older(&options);
    for (unsigned i = 0; i < 2; i++) {
        client_connect(i);
        client_send(i, QUERY, 1, FIRST + i);
        expect_answer(i, 0, ETP_QUERY_RESPONSE, 1);
    }
    client_connect(2);
    WAIT_FOR(client_is_closed(2));
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_CAP);
    client_close(0);
    WAIT_FOR(older_stats().connections == 1);
    expect_service(3);
}

static void one_address_has_a_cap_of_its_own(void **state)
{
    (void)state;
    etp_live_older_options options = at_any_port();
    options.max_per_address = 1;
    open_older(&options);
    client_connect(0);
    client_send(0, QUERY, 1, FIRST);
    expect_answer(0, 0, ETP_QUERY_RESPONSE, 1);
    client_connect(1);
    WAIT_FOR(client_is_closed(1));
    assert_int_equal(older_stats().turned_away, 1);
}

/* ---- how fast ---- */

static void a_fast_guest_waits_and_loses_nothing(void **state)
{
    (void)state;
    enum { SENT = 30 };
    etp_live_older_options options = at_any_port();
    options.messages_per_second = 100;
    options.message_burst = 5;
    open_older(&options);
    client_connect(0);
    for (unsigned i = 0; i < SENT; i++)
        client_send(0, QUERY, i, FIRST);
    WAIT_FOR(client_got(0) == SENT);
    for (unsigned i = 0; i < SENT; i++)
        assert_int_equal(client_answer(0, i).id, i);
    assert_true(older_stats().slowed >= (SENT - 5) / 5);
    assert_int_equal(sides[0].refused_kind, ETP_LIVE_REFUSED_RATE);
    assert_int_equal(sides[0].refusals, 1);
}

/* Queries without end, as far as the system takes them: what it did not take of a record comes first the next time. */
static struct flood {
    unsigned char records[64 * RECORD];
    size_t at;
} flood;

static void begin_flood(uint64_t device)
{
    flood.at = 0;
    for (unsigned i = 0; i < 64; i++)
        fill_record(flood.records + (size_t)i * RECORD, QUERY, i, device);
}

static bool pour(unsigned number)
{
    ssize_t size = send(clients[number].fd, flood.records + flood.at, sizeof flood.records - flood.at, MSG_NOSIGNAL);
    if (size > 0)
        flood.at = (flood.at + (size_t)size) % sizeof flood.records;
    return size > 0;
}

static void a_flood_holds_up_nobody(void **state)
{
    (void)state;
    open_default();
    client_connect(0);
    begin_flood(FIRST);
    for (unsigned i = 0; i < 50; i++) {
        pour(0);
        event_base_loop(base, EVLOOP_NONBLOCK);
        clients[0].size = 0;
        client_read(&clients[0]);
    }
    expect_service(1);
    assert_true(older_stats().slowed > 0);
    assert_false(client_is_closed(0));
}

/* ---- how slow ---- */

static void slow_options(etp_live_older_options *options)
{
    *options = at_any_port();
    options->first_limit = 60 * MS;
    options->idle_limit = 200 * MS;
    options->messages_per_second = 0;
}

static void who_says_nothing_is_closed(void **state)
{
    (void)state;
    etp_live_older_options options;
    slow_options(&options);
    open_older(&options);
    client_connect(0);
    WAIT_FOR(client_is_closed(0));
    client_connect(1); /* one record, and then nothing more */
    client_send(1, QUERY, 1, FIRST);
    WAIT_FOR(client_is_closed(1));
    assert_int_equal(client_got(1), 1);
    assert_string_equal(sides[0].lost_why, "nothing came for a long time");
}

static void half_a_record_is_not_waited_for(void **state)
{
    (void)state;
    etp_live_older_options options;
    slow_options(&options);
    options.idle_limit = 60 * ETP_NS_PER_SECOND;
    open_older(&options);
    client_connect(0);
    client_send(0, QUERY, 1, FIRST);
    expect_answer(0, 0, ETP_QUERY_RESPONSE, 1);
    unsigned char record[RECORD];
    fill_record(record, QUERY, 2, FIRST);
    assert_true(client_write(0, record, 87));
    WAIT_FOR(client_is_closed(0));
    assert_string_equal(sides[0].lost_why, "the rest of a record did not come in time");
}

/* It is not read from while its answers wait, so nothing grows; and after a while it is closed. */
static void who_does_not_read_is_closed(void **state)
{
    (void)state;
    etp_live_older_options options;
    slow_options(&options);
    options.first_limit = 300 * MS;
    options.idle_limit = 60 * ETP_NS_PER_SECOND;
    open_older(&options);
    client_connect(0);
    client_connect(1);
    client_send(1, QUERY, 1, FIRST + 1);
    expect_answer(1, 0, ETP_QUERY_RESPONSE, 1);
    begin_flood(FIRST);
    unsigned asked = 0;
    while (sides[0].lost == 0) {
        while (pour(0))
            ;
        event_base_loop(base, EVLOOP_ONCE);
        if (asked < 100) {
            client_send(1, QUERY, 2 + asked, FIRST + 1);
            WAIT_FOR(client_got(1) > asked + 1);
            asked++;
        }
    }
    assert_string_equal(sides[0].lost_why, "it does not read its answers");
    assert_true(older_stats().records_received > 100 + asked);
    client_send(1, QUERY, 999, FIRST + 1);
    expect_answer(1, asked + 1, ETP_QUERY_RESPONSE, 999);
}

static void the_network_may_end_with_guests_on_it(void **state)
{
    (void)state;
    open_default();
    for (unsigned i = 0; i < 3; i++) {
        client_connect(i);
        client_bid(i, 1, FIRST + i, 20.0, 0.1);
    }
    WAIT_FOR(sides[0].events[ETP_EVENT_BID] == 3);
    free_side(&sides[0]);
    WAIT_FOR(client_is_closed(0) && client_is_closed(1) && client_is_closed(2));
}

int main(void)
{
#define LIVE(test) cmocka_unit_test_setup_teardown(test, open_base, close_clients)
    const struct CMUnitTest tests[] = {
        LIVE(a_length_makes_nobody_take_memory),
        LIVE(garbage_ends_its_own_connection),
        LIVE(prices_that_are_none_buy_nothing),
        LIVE(an_unknown_type_is_met_with_silence),
        LIVE(nothing_waits_for_an_acknowledgement),
        LIVE(accepting_rests_when_descriptors_run_out),
        LIVE(connections_have_a_cap),
        LIVE(one_address_has_a_cap_of_its_own),
        LIVE(a_fast_guest_waits_and_loses_nothing),
        LIVE(a_flood_holds_up_nobody),
        LIVE(who_says_nothing_is_closed),
        LIVE(half_a_record_is_not_waited_for),
        LIVE(who_does_not_read_is_closed),
        LIVE(the_network_may_end_with_guests_on_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
