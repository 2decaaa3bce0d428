/* SPDX-License-Identifier: MIT */
/* Traces from files: what the system refuses, and AEMO's own files where they are at hand. */
#include <sys/stat.h>
#include <unistd.h>

#include "test_trace_tools.h"

/* A file in the working folder, gone when the test is over. */
static void with_file(const char *text, size_t size, char path[32])
{
    strcpy(path, "trace-test-XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, size), (ssize_t)size);
    close(fd);
}

static void a_missing_file_is_named(void **state)
{
    (void)state;
    refuse_path("no-such-folder/prices.csv", ETP_EIO, "cannot be opened");
}

static void a_folder_is_no_file(void **state)
{
    (void)state;
    refuse_path(".", ETP_EIO, "is a directory");
    refuse_path("/dev/zero", ETP_EIO, "no plain file");
}

static void an_unreadable_file_is_named(void **state)
{
    (void)state;
    char path[32];
    with_file("x", 1, path);
    chmod(path, 0);
    bool may_read_anything = access(path, R_OK) == 0;
    if (!may_read_anything)
        refuse_path(path, ETP_EIO, "cannot be opened");
    unlink(path);
    if (may_read_anything) {
        printf("[  SKIPPED ] this user may read every file\n");
        skip();
    }
}

static void an_empty_file_is_refused(void **state)
{
    (void)state;
    char path[32];
    with_file("", 0, path);
    refuse_path(path, ETP_EFORMAT, "empty");
    unlink(path);
}

/* Longer than the piece in which files are read. */
static void a_long_file_is_read_whole(void **state)
{
    (void)state;
    const size_t rows = 60000, room = 64 + rows * 48;
    char *text = malloc(room), path[32];
    size_t size = (size_t)snprintf(text, room, "REGION,SETTLEMENTDATE,RRP\n");
    for (size_t i = 0; i < rows; i++)
        size += (size_t)snprintf(text + size, room - size, "VIC1,2025/01/%02zu %02zu:%02zu:%02zu,%zu.5\n",
                                 1 + i / 86400, i / 3600 % 24, i / 60 % 60, i % 60, i % 100);
    with_file(text, size, path);
    etp_trace trace, parsed;
    etp_error error = {0};
    int rc = etp_trace_load(&trace, path, NULL, &error);
    unlink(path);
    assert_int_equal(rc, 0);
    assert_int_equal(etp_trace_parse(&parsed, "memory", text, size, NULL, &error), 0);
    assert_int_equal(trace.count, rows);
    assert_int_equal(trace.prices[rows - 1], 99500);
    assert_int_equal(trace.hash, parsed.hash);
    etp_trace_fini(&trace);
    etp_trace_fini(&parsed);
    free(text);
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    static const char text[] = "REGION,SETTLEMENTDATE,RRP\nVIC1,2025/01/01 00:05:00,1\nVIC1,2025/01/01 00:10:00,2\n";
    char path[32];
    with_file(text, sizeof text - 1, path);
    for (unsigned left = 0; left <= 5; left++) {
        counting c = {.left = left};
        etp_allocator allocator = counting_allocator(&c);
        etp_error error = {0};
        etp_trace trace;
        int rc = etp_trace_load(&trace, path, &allocator, &error);
        assert_int_equal(rc, left < 5 ? ETP_ENOMEM : 0);
        etp_trace_fini(&trace);
        assert_int_equal(c.bytes, 0);
    }
    unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_file_is_named),     cmocka_unit_test(a_folder_is_no_file),
        cmocka_unit_test(an_unreadable_file_is_named), cmocka_unit_test(an_empty_file_is_refused),
        cmocka_unit_test(a_long_file_is_read_whole),   cmocka_unit_test(every_failing_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
