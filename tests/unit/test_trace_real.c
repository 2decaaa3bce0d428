/* SPDX-License-Identifier: MIT */
/* The loader and real files: AEMO's own, and others that must be refused by name. Where the files are not here, the
 * whole program is skipped and says so: set ETP_DATA_DIR to the folder that has them. */
#include "test_real_data.h"
#include "test_trace_tools.h"

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

static void a_packed_year_is_the_months_in_it(void **state)
{
    (void)state;
    etp_trace year, june;
    etp_error error = {0};
    assert_int_equal(etp_trace_load(&year, data_path("aemo_price_and_demand_202407-202506_VIC1.csv.gz"), NULL, &error),
                     0);
    assert_int_equal(etp_trace_load(&june, data_path("aemo_price_and_demand_202506_VIC1.csv"), NULL, &error), 0);
    assert_int_equal(year.count, 105120);
    assert_memory_equal(year.prices + year.count - june.count, june.prices, june.count * sizeof *june.prices);
    etp_trace_fini(&year);
    etp_trace_fini(&june);
}

static void several_regions_need_a_name(void **state)
{
    (void)state;
    refuse_data("derived_price_5region_5min_20251221-20260103.csv", "5 regions (NSW1, QLD1, SA1, TAS1, VIC1");
    refuse_data("mms_DISPATCHPRICE_202407_NSW1_SA1_slice.csv", "2 regions (NSW1, SA1");
}

static void what_has_no_prices_is_refused(void **state)
{
    (void)state;
    refuse_data("mms_MARKET_PRICE_THRESHOLDS_202105.csv", "found MARKET_CONFIG MARKET_PRICE_THRESHOLDS");
    refuse_data("aemo_demand_rooftoppv_30min_5region_202506.csv", "no column named SETTLEMENTDATE");
    refuse_data("ausgrid_customer12_2011-07_2012-06_kW.csv", "no column named REGION");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(january_2025_has_its_known_figures), cmocka_unit_test(june_2025_has_its_known_figures),
        cmocka_unit_test(a_packed_year_is_the_months_in_it),  cmocka_unit_test(several_regions_need_a_name),
        cmocka_unit_test(what_has_no_prices_is_refused),
    };
    if (!data_are_here("aemo_price_and_demand_202501_VIC1.csv"))
        return SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
