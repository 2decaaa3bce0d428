/* SPDX-License-Identifier: MIT */
/* gzip files: whole ones are read as if they were not packed, others are refused. */
#include "test_data_tools.h"

#define TEXT "REGION,SETTLEMENTDATE,RRP\nVIC1,2025/01/01 00:05:00,1\nVIC1,2025/01/01 00:10:00,2\n"

static unsigned char packed[4096];

static etp_trace trace;
static etp_error failure;

static int parse(const void *bytes, size_t size)
{
    /* Of just that size, so that a sanitizer sees a read past the end. */
    char *exact = malloc(size + (size == 0));
    memcpy(exact, bytes, size);
    failure = (etp_error){0};
    int rc = etp_trace_parse(&trace, "x.csv.gz", exact, size, NULL, &failure);
    free(exact);
    return rc;
}

static void packed_is_as_unpacked(void **state)
{
    (void)state;
    etp_trace plain;
    size_t size = pack(TEXT, sizeof TEXT - 1, packed, sizeof packed);
    assert_int_equal(etp_trace_parse(&plain, "x", TEXT, sizeof TEXT - 1, NULL, NULL), 0);
    assert_int_equal(parse(packed, size), 0);
    assert_int_equal(trace.hash, plain.hash);
    etp_trace_fini(&trace);
    etp_trace_fini(&plain);
}

static void several_members_are_one_file(void **state)
{
    (void)state;
    size_t half = 40;
    size_t size = pack(TEXT, half, packed, sizeof packed);
    size += pack(&TEXT[half], sizeof TEXT - 1 - half, packed + size, sizeof packed - size);
    assert_int_equal(parse(packed, size), 0);
    assert_int_equal(trace.count, 2);
    etp_trace_fini(&trace);
}

static void what_is_cut_off_is_refused_at_every_length(void **state)
{
    (void)state;
    size_t size = pack(TEXT, sizeof TEXT - 1, packed, sizeof packed);
    for (size_t cut = 2; cut < size; cut++) {
        assert_int_equal(parse(packed, cut), ETP_EFORMAT);
        assert_non_null(strstr(failure.text, "cut off or damaged"));
    }
}

static void what_is_damaged_is_refused(void **state)
{
    (void)state;
    size_t size = pack(TEXT, sizeof TEXT - 1, packed, sizeof packed);
    for (size_t i = 10; i < size; i++) { /* the checksum sees whatever the codes do not */
        packed[i] ^= 1;
        assert_int_equal(parse(packed, size), ETP_EFORMAT);
        packed[i] ^= 1;
    }
    memcpy(packed + size, "tail", 4);
    assert_int_equal(parse(packed, size + 4), ETP_EFORMAT);
    assert_non_null(strstr(failure.text, "cut off or damaged"));
}

static void packed_nonsense_is_refused_like_plain(void **state)
{
    (void)state;
    size_t size = pack("", 0, packed, sizeof packed);
    assert_int_equal(parse(packed, size), ETP_EFORMAT);
    assert_non_null(strstr(failure.text, "empty"));
    size = pack("\x7f"
                "ELF\0\0",
                6, packed, sizeof packed);
    assert_int_equal(parse(packed, size), ETP_EFORMAT);
    assert_non_null(strstr(failure.text, "not UTF-8 text"));
}

/* 300 MiB of blanks pack to 300 kB: neither time nor memory is spent on all of it. */
static void what_unpacks_to_too_much_is_refused(void **state)
{
    (void)state;
    const size_t size = (size_t)300 << 20, room = (size_t)2 << 20;
    char *blanks = calloc(1, size);
    unsigned char *small = malloc(room);
    size_t made = pack(blanks, size, small, room);
    free(blanks);
    assert_int_equal(parse(small, made), ETP_EFORMAT);
    assert_non_null(strstr(failure.text, "larger than 256 MiB when unpacked"));
    free(small);
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    size_t size = pack(TEXT, sizeof TEXT - 1, packed, sizeof packed);
    bool whole = false;
    for (unsigned left = 0; !whole; left++) {
        counting c = {.left = left};
        etp_allocator allocator = counting_allocator(&c);
        etp_error error = {0};
        int rc = etp_trace_parse(&trace, "x.gz", (const char *)packed, size, &allocator, &error);
        assert_true(rc == 0 || (rc == ETP_ENOMEM && strstr(error.text, "no memory") != NULL));
        whole = rc == 0;
        etp_trace_fini(&trace);
        assert_int_equal(c.bytes, 0);
        assert_true(left < 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_is_as_unpacked),
        cmocka_unit_test(several_members_are_one_file),
        cmocka_unit_test(what_is_cut_off_is_refused_at_every_length),
        cmocka_unit_test(what_is_damaged_is_refused),
        cmocka_unit_test(packed_nonsense_is_refused_like_plain),
        cmocka_unit_test(what_unpacks_to_too_much_is_refused),
        cmocka_unit_test(every_failing_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
