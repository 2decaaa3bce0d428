/* SPDX-License-Identifier: MIT */
/* A run takes its memory when it is made: none per message, none left behind, and a sentence when there is none. */
#include "unit/test_run_tools.h"

#include "unit/test_memory_tools.h"

static void nothing_is_allocated_after_the_start(void **state)
{
    (void)state;
    for (int merged = 0; merged < 2; merged++) {
        ledger books;
        market m;
        market_init(&m, 10, 4, 60);
        m.options.allocator = ledger_open(&books);
        m.options.merged = merged;
        m.options.mechanism = ETP_ASCENDING;
        m.options.network.loss_ppm = m.options.network.duplicate_ppm = 200000;
        m.options.network.flip_ppm = m.options.network.reorder_ppm = 50000;
        m.options.failures_ppm = 1000000;
        market_begin(&m);
        uint64_t calls = books.calls;
        size_t bytes = books.live_bytes;
        market_finish(&m);
        assert_true(market_totals(&m).trades > 20);
        assert_int_equal(books.calls, calls);
        assert_int_equal(books.live_bytes, bytes);
        market_fini(&m);
        ledger_close(&books);
    }
}

/* What the run says that it takes is what it takes, its network aside. */
static void memory_is_told_as_it_is(void **state)
{
    (void)state;
    ledger books;
    market m;
    market_init(&m, 10, 4, 10);
    m.options.allocator = ledger_open(&books);
    etp_run_totals totals = market_run(&m);
    etp_network_stats network;
    etp_run_network_stats(m.run, &network);
    size_t rest = books.live_bytes - network.memory_bytes;
    /* The run's own block is in the host's books alone. */
    assert_in_range(rest - totals.memory_bytes, 0, 64 * 1024);
    market_fini(&m);
    ledger_close(&books);
}

/* Makes a run with each allocation failing in turn. Returns how many there were. */
static uint64_t fail_each(market *m, ledger *books)
{
    for (uint64_t fail_at = 1; fail_at < 1000; fail_at++) {
        ledger_open(books);
        books->fail_at = fail_at;
        etp_error error = {0};
        int result = etp_run_new(&m->run, &m->options, &error);
        if (result == ETP_OK) {
            assert_true(books->calls < fail_at);
            return books->calls;
        }
        assert_int_equal(result, ETP_ENOMEM);
        assert_null(m->run);
        assert_int_equal(error.code, ETP_ENOMEM);
        assert_true(error.text[0] != '\0');
        ledger_close(books);
    }
    fail_msg("there is no end of allocations");
    return 0;
}

static void every_failed_allocation_is_told(void **state)
{
    (void)state;
    for (int merged = 0; merged < 2; merged++) {
        ledger books;
        market m;
        market_init(&m, 3, 2, 10);
        m.options.allocator = ledger_open(&books);
        m.options.merged = merged;
        m.options.failures_ppm = 1000000;
        m.options.outage = ETP_NS_PER_HOUR;
        m.options.intervals = 200;
        uint64_t calls = fail_each(&m, &books);
        printf("%llu allocations\n", (unsigned long long)calls);
        assert_true(calls > 20);
        market_finish(&m);
        market_fini(&m);
        ledger_close(&books);
    }
}

/* At most 1 kB for a battery, and 256 B for each side of a session. */
static void ten_thousand_batteries(void **state)
{
    (void)state;
    ledger books;
    market m;
    market_init(&m, 10000, 5, 1);
    m.options.allocator = ledger_open(&books);
    m.options.observer.on_event = NULL;
    etp_run_totals totals = market_run(&m);
    assert_in_range(totals.bytes_per_home, 1, 1024);
    assert_in_range(totals.bytes_per_session, 1, 256);
    printf("%zu bytes a home, %zu bytes a session's side\n", totals.bytes_per_home, totals.bytes_per_session);
    /* The sizes told are those allocated: both together are all there is, but for what does not grow. */
    size_t told = 10000 * totals.bytes_per_home + 100000 * totals.bytes_per_session;
    assert_true(totals.memory_bytes < told + 1024 * 1024);
    market_fini(&m);
    ledger_close(&books);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_allocated_after_the_start),
        cmocka_unit_test(memory_is_told_as_it_is),
        cmocka_unit_test(every_failed_allocation_is_told),
        cmocka_unit_test(ten_thousand_batteries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
