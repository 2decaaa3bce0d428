/* SPDX-License-Identifier: MIT */
/* The made-up network's bytes, its bounded memory, and what it refuses. */
#include "unit/test_memory_tools.h"
#include "unit/test_network_tools.h"

/* ---- bytes ---- */

static void fill(unsigned char *frame, size_t size, uint32_t key)
{
    for (size_t i = 0; i < size; i++)
        frame[i] = (unsigned char)etp_hash(key, i, 0, 0);
}

/* Many sizes under way at once, so that the chunks of frames are mixed, and come back in another order. */
static void frames_of_all_sizes_come_out_intact(void **state)
{
    (void)state;
    static unsigned char frame[65535];
    etp_network_options options = usual();
    options.jitter = second;
    options.max_frames = 30000;
    etp_network *network = open_network(&options);
    for (int round = 0; round < 2; round++) {
        for (uint32_t size = 1; size <= 1500; size++) {
            fill(frame, size, size);
            assert_int_equal(etp_network_send(network, start, 0, frame, size), ETP_OK);
        }
        fill(frame, sizeof frame, 65535);
        assert_int_equal(etp_network_send(network, start, 0, frame, sizeof frame), ETP_OK);
        etp_delivery delivery;
        unsigned arrived = 0;
        while (etp_network_take(network, start + 3 * second, &delivery)) {
            fill(frame, delivery.size, (uint32_t)delivery.size);
            assert_memory_equal(delivery.frame, frame, delivery.size);
            arrived++;
        }
        assert_int_equal(arrived, 1501);
    }
    etp_network_free(network);
}

static unsigned bits_that_differ(const unsigned char *a, const unsigned char *b, size_t size)
{
    unsigned count = 0;
    for (size_t i = 0; i < size; i++)
        for (unsigned bits = a[i] ^ b[i]; bits != 0; bits &= bits - 1)
            count++;
    return count;
}

/* One bit, anywhere, and of a frame that comes twice in one copy only. */
static void exactly_one_bit_is_flipped(void **state)
{
    (void)state;
    unsigned char frame[1400];
    etp_network_options options = usual();
    options.flip_ppm = options.duplicate_ppm = 1000000;
    etp_network *network = open_network(&options);
    unsigned places[8] = {0};
    for (uint32_t i = 0; i < 2000; i++) {
        size_t size = 1 + etp_hash(i, 0, 0, 1) % sizeof frame;
        fill(frame, size, i);
        assert_int_equal(etp_network_send(network, start, 0, frame, size), ETP_OK);
        unsigned flipped = 0;
        etp_delivery delivery;
        for (int copies = 0; copies < 2; copies++) {
            assert_true(etp_network_take(network, start + second, &delivery));
            assert_int_equal(delivery.size, size);
            const unsigned char *got = delivery.frame;
            flipped += bits_that_differ(got, frame, size);
            for (size_t j = 0; j < size; j++)
                places[j * 8 / size] += got[j] != frame[j];
        }
        assert_int_equal(flipped, 1);
    }
    for (int i = 0; i < 8; i++)
        assert_in_range(places[i], 170, 330);
    etp_network_free(network);
}

static void sizes_that_are_no_frame(void **state)
{
    (void)state;
    static unsigned char frame[65536];
    etp_network_options options = usual();
    etp_network *network = open_network(&options);
    assert_int_equal(etp_network_send(network, start, 0, frame, 0), ETP_ERANGE);
    assert_int_equal(etp_network_send(network, start, 0, frame, 65536), ETP_ERANGE);
    assert_int_equal(etp_network_send(network, start, 2, frame, 1), ETP_ENOENT);
    assert_int_equal(etp_network_send(network, start, LINKS, frame, 1), ETP_ENOENT);
    assert_int_equal(stats_of(network).sent, 0);
    assert_int_equal(etp_network_next(network), ETP_TIME_NEVER);
    etp_network_free(network);
}

/* ---- memory ---- */

static void a_full_network_loses_and_counts(void **state)
{
    (void)state;
    etp_network_options options = usual();
    options.max_frames = 10;
    etp_network *network = open_network(&options);
    for (uint32_t i = 0; i < 25; i++)
        send_number(network, start, 0, i);
    assert_int_equal(stats_of(network).overflowed, 15);
    etp_delivery delivery;
    for (uint32_t i = 0; i < 10; i++) {
        assert_true(etp_network_take(network, start + second, &delivery));
        assert_int_equal(number_of(&delivery), i);
    }
    assert_false(etp_network_take(network, start + second, &delivery));
    send_number(network, start, 0, 99);
    assert_true(etp_network_take(network, start + second, &delivery));
    assert_int_equal(number_of(&delivery), 99);
    etp_network_free(network);
}

/* Large frames run out of bytes before they run out of places. Nothing is stored by half. */
static void a_network_without_bytes_loses_and_counts(void **state)
{
    (void)state;
    unsigned char frame[1400];
    etp_network_options options = usual();
    options.max_frames = 100;
    etp_network *network = open_network(&options);
    for (uint32_t i = 0; i < 100; i++) {
        fill(frame, sizeof frame, i);
        assert_int_equal(etp_network_send(network, start, 0, frame, sizeof frame), ETP_OK);
    }
    etp_network_stats stats = stats_of(network);
    assert_in_range(stats.overflowed, 1, 99);
    etp_delivery delivery;
    for (uint32_t i = 0; i < 100 - stats.overflowed; i++) {
        assert_true(etp_network_take(network, start + second, &delivery));
        fill(frame, sizeof frame, i);
        assert_memory_equal(delivery.frame, frame, sizeof frame);
    }
    assert_false(etp_network_take(network, start + second, &delivery));
    etp_network_free(network);
}

static void what_is_sent_is_accounted_for(void **state)
{
    (void)state;
    etp_network_options options = rough();
    options.max_frames = 60;
    etp_network *network = open_network(&options);
    etp_delivery delivery;
    for (uint32_t i = 0; i < 5000; i++) {
        send_number(network, start + i * ms, i % 2, i);
        while (etp_network_take(network, start + i * ms, &delivery))
            assert_int_equal(delivery.size, sizeof i);
    }
    uint64_t under_way = 0, taken = stats_of(network).delivered;
    while (etp_network_take(network, start + 100 * second, &delivery))
        under_way++;
    etp_network_stats stats = stats_of(network);
    assert_true(stats.overflowed > 0 && under_way > 0);
    assert_int_equal(stats.sent - stats.lost + stats.duplicated - stats.overflowed, taken + under_way);
    etp_network_free(network);
}

static void no_allocation_per_frame(void **state)
{
    (void)state;
    ledger books;
    etp_network_options options = rough();
    options.allocator = ledger_open(&books);
    etp_network *network = open_network(&options);
    uint64_t calls = books.calls;
    assert_int_equal(books.live_bytes, stats_of(network).memory_bytes);
    etp_delivery delivery;
    for (uint32_t i = 0; i < 5000; i++) {
        send_number(network, start + i * ms, i % 2, i);
        while (etp_network_take(network, start + i * ms, &delivery))
            assert_int_equal(delivery.size, sizeof i);
    }
    assert_int_equal(books.calls, calls);
    etp_network_free(network);
    ledger_close(&books);
}

static void every_failed_allocation_is_told(void **state)
{
    (void)state;
    ledger books;
    etp_network_options options = usual();
    options.allocator = ledger_open(&books);
    etp_network *network = NULL;
    int result = ETP_ENOMEM;
    for (uint64_t fail_at = 1; result == ETP_ENOMEM && fail_at < 100; fail_at++) {
        ledger_open(&books);
        books.fail_at = fail_at;
        etp_error error = {0};
        result = etp_network_new(&network, &options, &error);
        if (result == ETP_ENOMEM) {
            assert_null(network);
            assert_true(error.text[0] != '\0');
            ledger_close(&books);
        }
    }
    assert_int_equal(result, ETP_OK);
    assert_true(books.calls > 5);
    etp_network_free(network);
    etp_network_free(NULL);
    ledger_close(&books);
}

/* ---- options ---- */

static void refuse_options(const etp_network_options *options, int expected)
{
    etp_network *network;
    etp_error error = {0};
    assert_int_equal(etp_network_new(&network, options, &error), expected);
    assert_null(network);
    assert_true(error.text[0] != '\0');
}

static void options_out_of_range(void **state)
{
    (void)state;
    etp_network_options options = usual();
    options.size--;
    refuse_options(&options, ETP_EINVAL);
    options = usual();
    options.delay = -1;
    refuse_options(&options, ETP_ERANGE);
    options.delay = ETP_NS_PER_HOUR + 1;
    refuse_options(&options, ETP_ERANGE);
    options = usual();
    options.jitter = ETP_NS_PER_HOUR + 1;
    refuse_options(&options, ETP_ERANGE);
    uint32_t *const chances[] = {&options.loss_ppm, &options.duplicate_ppm, &options.reorder_ppm, &options.flip_ppm};
    for (int i = 0; i < 4; i++) {
        options = usual();
        *chances[i] = 1000001;
        refuse_options(&options, ETP_ERANGE);
    }
    options = usual();
    options.max_links = 0;
    refuse_options(&options, ETP_ERANGE);
    options = usual();
    options.max_frames = UINT32_MAX;
    refuse_options(&options, ETP_ERANGE);
}

static void links_out_of_range(void **state)
{
    (void)state;
    etp_network_options options = usual();
    options.max_frames = 0;
    etp_network *network = open_network(&options);
    assert_int_equal(etp_network_join(network, 2, 1, LINKS, 2), ETP_ERANGE);
    assert_int_equal(etp_network_join(network, LINKS, 1, 2, 2), ETP_ERANGE);
    assert_int_equal(etp_network_join(network, 2, 1, 2, 2), ETP_ERANGE);
    assert_int_equal(etp_network_send(network, start, 2, "x", 1), ETP_ENOENT);
    etp_network_free(network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_of_all_sizes_come_out_intact),
        cmocka_unit_test(exactly_one_bit_is_flipped),
        cmocka_unit_test(sizes_that_are_no_frame),
        cmocka_unit_test(a_full_network_loses_and_counts),
        cmocka_unit_test(a_network_without_bytes_loses_and_counts),
        cmocka_unit_test(what_is_sent_is_accounted_for),
        cmocka_unit_test(no_allocation_per_frame),
        cmocka_unit_test(every_failed_allocation_is_told),
        cmocka_unit_test(options_out_of_range),
        cmocka_unit_test(links_out_of_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
