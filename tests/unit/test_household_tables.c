/* SPDX-License-Identifier: MIT */
/* Tables of tariffs and batteries: what held when, and what is refused. */
#include "test_files.h"

#include "data/households/batteries.h"
#include "data/households/tariffs.h"
#include "world/calendar.h"

static const char feed_in[] = "jurisdiction,year_from,year_to,kind,low_c_per_kwh,high_c_per_kwh,status,source\n"
                              "XIC,2023-07-01,2024-06-30,minimum flat,4.9,4.9,final,here\n"
                              "XIC,2024-07-01,2025-06-30,minimum flat,3.3,3.3,final,here\n"
                              "XIC,2024-07-01,2025-06-30,minimum time-varying,2.1,8.4,final,here\n"
                              "XIC,2025-07-01,2026-06-30,no minimum,0,,in force,\"here, and there\"\n"
                              "XIC,2025-07-01,2026-06-30,decided but superseded,0.04,0.04,never applied,here\n"
                              "XLD-south,2023-03-01,,average,5.7,5.7,reported,here\n"
                              "XLD-south,2025-03-01,,average,6,6,draft only,here\n";

static const char retail[] =
    "tariff_id,state,retailer,distributor,customer_type,tariff_type,tariff_year,date_accessed,"
    "daily_charge_aud_per_day,flat_rate_aud_per_kwh,tou_peak_aud_per_kwh,tou_shoulder_aud_per_kwh,"
    "tou_offpeak_aud_per_kwh,fit_aud_per_kwh\n"
    "1,XIC,First,Grid,Residential,Flat_rate,2019,,0.91,0.30,,,,0.113\n"
    "2,XIC,Second,Grid,Residential,Flat_rate,2019,,1,0.20,,,,\n"
    "3,XIC,Third,Grid,Residential,Flat_rate,2019,,1,0.25000000000000004,,,,0.1\n"
    "4,XIC,Fourth,Grid,Residential,TOU,2019,2018-11-28,1,,0.406,,0.216,0.099\n";

static void load(etp_tariffs *tariffs, const char *text)
{
    etp_error error = {0};
    write_file(in_folder("table.csv"), text);
    if (etp_tariffs_load(tariffs, in_folder("table.csv"), &error) != 0)
        fail_msg("%s", error.text);
}

static void refuse(const char *text, const char *part)
{
    etp_tariffs tariffs = {0};
    etp_error error = {0};
    write_file(in_folder("table.csv"), text);
    assert_int_equal(etp_tariffs_load(&tariffs, in_folder("table.csv"), &error), ETP_EFORMAT);
    if (strstr(error.text, part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", part, error.text);
    assert_int_equal(tariffs.count, 0);
}

static etp_time on(int year, unsigned month, unsigned day)
{
    return etp_days_of(year, month, day) * ETP_NS_PER_DAY;
}

static const etp_tariff_entry *find(const etp_tariffs *tariffs, const char *state, etp_time when, etp_tariff_kind kind)
{
    const etp_tariff_entry *found = NULL;
    etp_error error = {0};
    if (etp_tariffs_find(tariffs, state, when, kind, &found, &error) != 0)
        fail_msg("%s", error.text);
    return found;
}

static void find_none(const etp_tariffs *tariffs, const char *state, etp_time when, etp_tariff_kind kind,
                      const char *part)
{
    const etp_tariff_entry *found = NULL;
    etp_error error = {0};
    assert_int_equal(etp_tariffs_find(tariffs, state, when, kind, &found, &error), ETP_ENOENT);
    assert_null(found);
    if (strstr(error.text, part) == NULL)
        fail_msg("\"%s\" is not in \"%s\"", part, error.text);
}

static void a_feed_in_tariff_is_that_of_its_day(void **unused)
{
    (void)unused;
    etp_tariffs tariffs = {0};
    load(&tariffs, feed_in);
    assert_int_equal(find(&tariffs, "XIC", on(2024, 6, 30), ETP_TARIFF_FEED_IN)->low, 49000);
    assert_int_equal(find(&tariffs, "XIC", on(2024, 7, 1), ETP_TARIFF_FEED_IN)->low, 33000);
    assert_int_equal(find(&tariffs, "XIC", on(2025, 6, 30) + ETP_NS_PER_DAY - 1, ETP_TARIFF_FEED_IN)->high, 33000);
    const etp_tariff_entry *timed = find(&tariffs, "XIC", on(2025, 1, 1), ETP_TARIFF_FEED_IN_TIMED);
    assert_true(timed->low == 21000 && timed->high == 84000);
    const etp_tariff_entry *zero = find(&tariffs, "XIC", on(2025, 7, 1), ETP_TARIFF_FEED_IN);
    assert_true(zero->low == 0 && zero->high == 0);
    etp_tariffs_fini(&tariffs);
}

static void another_years_tariff_is_not_given(void **unused)
{
    (void)unused;
    etp_tariffs tariffs = {0};
    load(&tariffs, feed_in);
    find_none(&tariffs, "XIC", on(2023, 6, 30), ETP_TARIFF_FEED_IN, "2023/07/01 to 2024/06/30, 2024/07/01");
    find_none(&tariffs, "XIC", on(2026, 7, 1), ETP_TARIFF_FEED_IN, "2025/07/01 to 2026/06/30");
    find_none(&tariffs, "XIC", on(2025, 8, 1), ETP_TARIFF_FEED_IN_TIMED, "2024/07/01 to 2025/06/30");
    find_none(&tariffs, "XIC", on(2025, 1, 1), ETP_TARIFF_RETAIL, "no retail tariff of XIC is known");
    find_none(&tariffs, "XAS", on(2025, 1, 1), ETP_TARIFF_FEED_IN, "XAS");
    /* Without an end it holds for a year; a draft never does. */
    assert_int_equal(find(&tariffs, "XLD-south", on(2024, 2, 28), ETP_TARIFF_FEED_IN)->low, 57000);
    find_none(&tariffs, "XLD-south", on(2024, 3, 1), ETP_TARIFF_FEED_IN, "2023/03/01");
    find_none(&tariffs, "XLD-south", on(2025, 4, 1), ETP_TARIFF_FEED_IN, "2023/03/01");
    find_none(&tariffs, "XLD", on(2023, 4, 1), ETP_TARIFF_FEED_IN, "XLD");
    etp_tariffs_fini(&tariffs);
}

static void of_many_offers_the_middle_one_is_taken(void **unused)
{
    (void)unused;
    etp_tariffs tariffs = {0};
    load(&tariffs, feed_in);
    load(&tariffs, retail);
    const etp_tariff_entry *flat = find(&tariffs, "XIC", on(2018, 7, 1), ETP_TARIFF_RETAIL);
    assert_string_equal(flat->name, "Third, Grid");
    assert_true(flat->low == 250000 && flat->high == 250000 && flat->feed_in == 100000 && flat->a_day == 1000000);
    const etp_tariff_entry *timed = find(&tariffs, "XIC", on(2019, 6, 30), ETP_TARIFF_RETAIL_TIMED);
    assert_true(timed->high == 406000 && timed->low == 216000 && timed->shoulder == ETP_PRICE_NONE);
    find_none(&tariffs, "XIC", on(2019, 7, 1), ETP_TARIFF_RETAIL, "2018/07/01 to 2019/06/30");
    etp_tariffs_fini(&tariffs);
}

static void tables_that_are_wrong_are_refused(void **unused)
{
    (void)unused;
    refuse(
        "jurisdiction,year_from,year_to,kind,low_c_per_kwh,high_c_per_kwh,status,source\nX,2024-07-01,2023-06-30,k,1,"
        "1,final,s\n",
        "swapped");
    refuse(
        "jurisdiction,year_from,year_to,kind,low_c_per_kwh,high_c_per_kwh,status,source\nX,2024-07-01,,k,8,1,final,s\n",
        "swapped");
    refuse("jurisdiction,year_from,year_to,kind,low_c_per_kwh,high_c_per_kwh,status,source\nX,2024,,k,1,1,final,s\n",
           "year_from");
    refuse("jurisdiction,year_from,year_to,kind,low_c_per_kwh,high_c_per_kwh,status,source\nX,2024-07-01,,k,330,"
           "330,final,s\n",
           "units");
    refuse("jurisdiction,year_from,year_to,kind,low_c_per_kwh,high_c_per_kwh,status,source\nX,2024-07-01,,k\n",
           "cut off");
    refuse("jurisdiction,year_from,year_to,kind,low_c_per_kwh,high_c_per_kwh,status,source\n", "no rows");
    refuse("product,usable_kwh,max_discharge_kw,max_charge_kw,round_trip_efficiency,status\nP,1,1,1,0.9,s\n",
           "holds no tariffs");
}

/* ---- batteries ---- */

static void batteries_are_read(void **unused)
{
    (void)unused;
    etp_battery_table table;
    etp_error error = {0};
    write_file(in_folder("batteries.csv"),
               "product,usable_kwh,max_discharge_kw,max_charge_kw,round_trip_efficiency,warranty_years,note,status\n"
               "Box,13.5,11.04,5,0.89,10,\"a, b\",datasheet\nOther,10,5,,,,,weak\n");
    assert_int_equal(etp_batteries_load(&table, in_folder("batteries.csv"), &error), 0);
    assert_int_equal(table.count, 2);
    assert_true(table.models[0].capacity == 13500000 && table.models[0].discharge == 11040000 &&
                table.models[0].round_trip_ppm == 890000);
    assert_true(table.models[1].charge == 0 && table.models[1].round_trip_ppm == 0);
    assert_string_equal(table.models[1].status, "weak");
    etp_batteries_fini(&table);
    write_file(in_folder("assets.csv"),
               "building,pv_kW,battery_kWh,battery_kW,battery_efficiency\n1,4.0,6.4,5.0,0.9\n2,5.0,6.4,5.0,0.9\n");
    assert_int_equal(etp_batteries_load(&table, in_folder("assets.csv"), &error), 0);
    assert_true(table.count == 2 && table.models[1].pv_peak == 5000000 && table.models[1].charge == 5000000);
    assert_string_equal(table.models[1].name, "home 2");
    etp_batteries_fini(&table);
}

static void batteries_that_are_none_are_refused(void **unused)
{
    (void)unused;
    static const char *const rows[] = {"1,4.0,0,5.0,0.9\n", "1,4.0,6400,5.0,0.9\n", "1,4.0,6.4,5.0,90\n",
                                       "1,4.0,,5.0,0.9\n", ""};
    etp_battery_table table;
    for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[200];
        etp_error error = {0};
        snprintf(text, sizeof text, "building,pv_kW,battery_kWh,battery_kW,battery_efficiency\n%s", rows[i]);
        write_file(in_folder("assets.csv"), text);
        assert_int_equal(etp_batteries_load(&table, in_folder("assets.csv"), &error), ETP_EFORMAT);
        assert_true(table.count == 0 && table.models == NULL);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_feed_in_tariff_is_that_of_its_day),
        cmocka_unit_test(another_years_tariff_is_not_given),
        cmocka_unit_test(of_many_offers_the_middle_one_is_taken),
        cmocka_unit_test(tables_that_are_wrong_are_refused),
        cmocka_unit_test(batteries_are_read),
        cmocka_unit_test(batteries_that_are_none_are_refused),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
