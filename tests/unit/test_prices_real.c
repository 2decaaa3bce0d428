/* SPDX-License-Identifier: MIT */
/* Every real file of prices has the figures that were counted apart from this program. Where the files are not here, the
 * whole program is skipped and says so: set ETP_DATA_DIR to the folder that has them. */
#include "test_data_tools.h"
#include "test_real_data.h"
#include "world/calendar.h"

/* What is known of one region of a file; stamps are those of the first and last row, which are ends. */
typedef struct known {
    const char *file, *region;
    size_t rows;
    const char *first, *last;
    size_t gaps;
    bool sorted;
    double low, mean, high;
    size_t negatives;
} known;

#define FLAT  "nemweb_dispatchprice_5region_20251228_asfound.csv"
#define FIVE  "derived_price_5region_5min_20251221-20260103.csv"
#define JULY  "mms_DISPATCHPRICE_202407_NSW1_SA1_slice.csv"
#define DEC   "mms_DISPATCHPRICE_202412_NSW1_SA1_slice.csv.gz"
#define TRADE "mms_TRADINGPRICE_202001_NSW1_SA1_slice.csv"
#define QLD   "qld1_rrp_forecast_vs_actual_30min_202604-202606.csv"
#define HALF  "trading_price_30min_"
#define YEARS "2018/01/01 00:00:00", "2021/08/15 00:00:00"
#define DAY   "2025/12/28 00:05:00", "2025/12/29 00:00:00"
#define WEEKS "2025/12/21 00:05:00", "2026/01/04 00:00:00"

static const known all[] = {
    {"aemo_price_and_demand_202501_VIC1.csv", "VIC1", 8928, "2025/01/01 00:05:00", "2025/02/01 00:00:00", 0, true,
     -1000, 48.35, 479.49, 2557},
    {"aemo_price_and_demand_202506_VIC1.csv", "VIC1", 8640, "2025/06/01 00:05:00", "2025/07/01 00:00:00", 0, true,
     -59.88, 264.60, 17500, 346},
    {"aemo_price_and_demand_202407-202506_VIC1.csv.gz", "VIC1", 105120, "2024/07/01 00:05:00", "2025/07/01 00:00:00", 0,
     true, -1000, 86.84, 17500, 24070},
    {FLAT, "NSW1", 288, DAY, 0, true, -27, 18.03, 74.34, 131},
    {FLAT, "QLD1", 288, DAY, 0, true, -20.75, 17.88, 71.90, 131},
    {FLAT, "SA1", 288, DAY, 0, true, -89, 97.53, 20299.99, 117},
    {FLAT, "TAS1", 288, DAY, 0, true, -15.05, 32.96, 65.69, 1},
    {FLAT, "VIC1", 288, DAY, 0, true, -80.02, 0.91, 64.51, 135},
    {FIVE, "NSW1", 4032, WEEKS, 0, true, -999.99, 42.75, 299.99, 859},
    {FIVE, "QLD1", 4032, WEEKS, 0, true, -23.70, 47.78, 348.73, 846},
    {FIVE, "SA1", 4032, WEEKS, 0, true, -325, -0.99, 20299.99, 2253},
    {FIVE, "TAS1", 4032, WEEKS, 0, true, -107.18, 36.10, 350.02, 274},
    {FIVE, "VIC1", 4032, WEEKS, 0, true, -253.60, -4.71, 248.62, 2166},
    {JULY, "NSW1", 1440, "2024/07/01 00:05:00", "2024/08/01 00:00:00", 1, true, -11.90, 192.44, 17289.83, 1},
    {JULY, "SA1", 1440, "2024/07/01 00:05:00", "2024/08/01 00:00:00", 1, true, -47, 490.96, 17500, 63},
    {DEC, "NSW1", 1440, "2024/12/01 00:05:00", "2025/01/01 00:00:00", 1, true, -1000, 254.74, 17499.89, 65},
    {DEC, "SA1", 1440, "2024/12/01 00:05:00", "2025/01/01 00:00:00", 1, true, -211.58, 58.64, 391.99, 519},
    {TRADE, "NSW1", 240, "2020/01/01 00:30:00", "2020/02/01 00:00:00", 1, false, 6.62, 377.71, 13063.52, 0},
    {TRADE, "SA1", 240, "2020/01/01 00:30:00", "2020/02/01 00:00:00", 1, false, 6.40, 251.48, 12217.13, 0},
    {HALF "NSW1_20180101-20210815.csv.gz", "NSW1", 63457, YEARS, 0, true, -139.93, 76.49, 14700, 91},
    {HALF "SA1_20180101-20210815.csv.gz", "SA1", 63457, YEARS, 0, true, -919.78, 77.17, 14700, 4114},
    {HALF "VIC1_20180101-20210815.csv.gz", "VIC1", 63457, YEARS, 0, true, -676.37, 78.75, 14700, 1973},
    {HALF "SA1_2019-20.csv", "SA1", 17568, "2019/07/01 00:30:00", "2020/07/01 00:00:00", 0, true, -919.78, 62.04, 14700,
     1187},
    /* its stamps are UTC in the file */
    {QLD, "QLD1", 2865, "2026/04/10 07:30:00", "2026/06/08 23:30:00", 0, true, -19.32, 66.57, 278.14, 270},
};
enum { ALL = sizeof all / sizeof *all };

/* They are known to the cent. */
static bool is_near(double value, double cents)
{
    return value > cents - 0.00501 && value < cents + 0.00501;
}

static const etp_data_series *series_of(const etp_data_about *about, const char *region)
{
    for (unsigned i = 0; i < about->series_count; i++)
        if (strcmp(about->series[i].name, region) == 0)
            return &about->series[i];
    fail_msg("%s has no %s", about->path, region);
    return NULL;
}

static void a_look_finds_the_known_figures(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALL; i++) {
        const known *k = &all[i];
        etp_data_about about;
        etp_error error = {0};
        int rc = etp_data_look(&about, data_path(k->file), &error);
        if (rc != 0)
            print_error("%s\n", error.text);
        assert_int_equal(rc, 0);
        const etp_data_series *s = series_of(&about, k->region);
        print_message("%s %s\n", k->file, k->region);
        assert_int_equal(s->rows, k->rows);
        assert_string_equal(etp_stamp_show(s->first).text, k->first);
        assert_string_equal(etp_stamp_show(s->last).text, k->last);
        assert_int_equal(s->gaps, k->gaps);
        assert_int_equal(s->repeats + s->conflicts + s->blanks, 0);
        assert_int_equal(s->unsorted == 0, k->sorted);
        assert_int_equal(s->negatives, k->negatives);
        assert_true(is_near(s->low, k->low) && is_near(s->mean, k->mean) && is_near(s->high, k->high));
        etp_data_about_fini(&about);
    }
}

static void what_has_no_gap_can_be_loaded_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < ALL; i++) {
        const known *k = &all[i];
        const char *path = data_path(k->file);
        etp_trace trace;
        etp_error error = {0};
        etp_prices_wanted wanted = {.region = k->region};
        int rc = etp_prices_load(&trace, &path, 1, &wanted, NULL, NULL, &error);
        assert_int_equal(rc, k->gaps > 0 ? ETP_EFORMAT : 0);
        if (k->gaps > 0)
            assert_non_null(strstr(error.text, "a gap"));
        else
            assert_int_equal(trace.count, k->rows);
        etp_trace_fini(&trace);
    }
}

/* The wrong zone of one publication hides the same prices as another has; so do two tables of the operator's own. */
static void publications_agree_with_each_other(void **state)
{
    (void)state;
    const char *flat = data_path(FLAT);
    etp_trace found, derived;
    etp_error error = {0};
    etp_prices_facts facts;
    etp_prices_wanted wanted = {.region = "SA1"};
    assert_int_equal(etp_prices_load(&found, &flat, 1, &wanted, &facts, NULL, &error), 0);
    assert_true(facts.wrong_zone);
    const char *five = data_path(FIVE);
    wanted.from = found.starts;
    wanted.until = found.starts + (etp_time)found.count * found.interval;
    assert_int_equal(etp_prices_load(&derived, &five, 1, &wanted, NULL, NULL, &error), 0);
    assert_int_equal(found.hash, derived.hash);
    etp_trace_fini(&found);
    etp_trace_fini(&derived);
}

static void a_folder_is_searched_by_content(void **state)
{
    (void)state;
    etp_catalogue catalogue;
    etp_catalogue_prices found;
    etp_error error = {0};
    assert_int_equal(etp_catalogue_read(&catalogue, data_folder(), &error), 0);
    const etp_time from = INT64_C(1751328000) * ETP_NS_PER_SECOND - 7 * ETP_NS_PER_DAY; /* a week before July 2025 */
    assert_int_equal(
        etp_catalogue_find_prices(&catalogue, "VIC1", from, from + 7 * ETP_NS_PER_DAY, 5 * MINUTES, &found, &error), 0);
    assert_int_equal(found.count, 1);
    assert_int_equal(
        etp_catalogue_find_prices(&catalogue, "VIC1", from, from + 8 * ETP_NS_PER_DAY, 5 * MINUTES, &found, &error),
        ETP_ENOENT);
    assert_int_equal(etp_catalogue_check_caps(&catalogue, &error), 0);
    for (size_t i = 0; i < catalogue.count; i++)
        for (unsigned j = 0; j < catalogue.files[i].about.note_count; j++)
            assert_null(strstr(catalogue.files[i].about.notes[j], "outside the limits"));
    etp_catalogue_fini(&catalogue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_look_finds_the_known_figures),
        cmocka_unit_test(what_has_no_gap_can_be_loaded_whole),
        cmocka_unit_test(publications_agree_with_each_other),
        cmocka_unit_test(a_folder_is_searched_by_content),
    };
    if (!data_are_here(all[0].file))
        return SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
