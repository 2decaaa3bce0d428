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

static void refuse_path(const char *path, int code, const char *part)
{
    etp_trace trace;
    etp_error error = {0};
    assert_int_equal(etp_trace_load(&trace, path, NULL, &error), code);
    if (strstr(error.text, part) == NULL)
        print_error("wanted \"%s\", got \"%s\"\n", part, error.text);
    assert_non_null(strstr(error.text, part));
    assert_non_null(strstr(error.text, path));
    assert_null(trace.prices);
    etp_trace_fini(&trace);
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
    for (unsigned left = 0; left <= 3; left++) {
        counting c = {.left = left};
        etp_allocator allocator = counting_allocator(&c);
        etp_error error = {0};
        etp_trace trace;
        int rc = etp_trace_load(&trace, path, &allocator, &error);
        assert_int_equal(rc, left < 3 ? ETP_ENOMEM : 0);
        etp_trace_fini(&trace);
        assert_int_equal(c.bytes, 0);
    }
    unlink(path);
}

/* ---- AEMO's files ---- */

typedef struct figures {
    const char *file;
    int64_t starts; /* in seconds */
    size_t count, negative, above_300, from_5000;
    double low, high, mean; /* A$/MWh */
} figures;

static void check_figures(const figures *known)
{
    etp_trace trace;
    etp_error error = {0};
    assert_int_equal(etp_trace_load(&trace, data_path(known->file), NULL, &error), 0);
    size_t negative = 0, above = 0, from = 0;
    etp_price low = INT64_MAX, high = INT64_MIN, sum = 0;
    for (size_t i = 0; i < trace.count; i++) {
        etp_price price = trace.prices[i];
        negative += price < 0;
        above += price > 300000;
        from += price >= 5000000;
        low = price < low ? price : low;
        high = price > high ? price : high;
        sum += price;
    }
    assert_int_equal(trace.starts, known->starts * ETP_NS_PER_SECOND);
    assert_int_equal(trace.interval, 300 * ETP_NS_PER_SECOND);
    assert_int_equal(trace.count, known->count);
    assert_int_equal(negative, known->negative);
    assert_int_equal(above, known->above_300);
    assert_int_equal(from, known->from_5000);
    assert_true((double)low / 1000 == known->low && (double)high / 1000 == known->high);
    double off = (double)sum / (double)trace.count / 1000 - known->mean;
    assert_true(off > -0.005001 && off < 0.005001);
    assert_string_equal(trace.region, "VIC1");
    assert_string_equal(trace.source, "AEMO");
    size_t noon = 0;
    assert_int_equal(etp_trace_first_noon(&trace, &noon), 0);
    assert_int_equal(noon, 144);
    etp_trace_fini(&trace);
}

static void january_2025_has_its_known_figures(void **state)
{
    (void)state;
    check_figures(
        &(figures){"aemo_price_and_demand_202501_VIC1.csv", 1735689600, 8928, 2557, 7, 0, -1000, 479.49, 48.35});
}

static void june_2025_has_its_known_figures(void **state)
{
    (void)state;
    check_figures(
        &(figures){"aemo_price_and_demand_202506_VIC1.csv", 1748736000, 8640, 346, 554, 85, -59.88, 17500, 264.60});
}

static void refuse_data(const char *file, const char *part)
{
    refuse_path(data_path(file), ETP_EFORMAT, part);
}

static void five_regions_in_one_file_are_refused(void **state)
{
    (void)state;
    refuse_data("derived_price_5region_5min_20251221-20260103.csv",
                "line 3: REGION is QLD1, and NSW1 in the rows before");
}

static void packed_files_are_refused(void **state)
{
    (void)state;
    refuse_data("aemo_price_and_demand_202407-202506_VIC1.csv.gz", "unpack it first with gunzip");
}

static void other_publications_are_refused(void **state)
{
    (void)state;
    refuse_data("mms_DISPATCHPRICE_202407_NSW1_SA1_slice.csv", "MMS or NEMWEB table");
    refuse_data("mms_MARKET_PRICE_THRESHOLDS_202105.csv", "MMS or NEMWEB table");
    refuse_data("trading_price_30min_SA1_2019-20.csv", "found time, spot_price, inter_gen, demand, period");
    refuse_data("nemweb_dispatchprice_5region_20251228_asfound.csv", "no column named REGION");
    refuse_data("aemo_demand_rooftoppv_30min_5region_202506.csv", "no column named SETTLEMENTDATE");
    refuse_data("ausgrid_customer12_2011-07_2012-06_kW.csv", "no column named REGION");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(a_folder_is_no_file),
        cmocka_unit_test(an_unreadable_file_is_named),
        cmocka_unit_test(an_empty_file_is_refused),
        cmocka_unit_test(a_long_file_is_read_whole),
        cmocka_unit_test(every_failing_allocation_is_survived),
        cmocka_unit_test(january_2025_has_its_known_figures),
        cmocka_unit_test(june_2025_has_its_known_figures),
        cmocka_unit_test(five_regions_in_one_file_are_refused),
        cmocka_unit_test(packed_files_are_refused),
        cmocka_unit_test(other_publications_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
