/* SPDX-License-Identifier: MIT */
/* The readers of households and the real files. Where they are not here, the whole program is skipped and says so: set
 * ETP_DATA_DIR to the folder that has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "data/households/batteries.h"
#include "data/households/profiles_load.h"
#include "data/households/tariffs.h"
#include "test_real_data.h"
#include "world/calendar.h"

static const char customer[] = "ausgrid_customer12_2011-07_2012-06_kW.csv",
                  total[] = "ausgrid_300homes_total_2011-07_2012-06_kWh.csv",
                  hourly[] = "citylearn2022_17homes_hourly_wide.csv.gz";

static etp_households load(const char *file)
{
    etp_households all;
    etp_error error = {0};
    if (etp_households_load(&all, data_path(file), &error) != 0)
        fail_msg("%s", error.text);
    return all;
}

static void assert_near(double value, double known)
{
    if (value < known - 0.5 || value > known + 0.5)
        fail_msg("%.3f is not %.0f", value, known);
}

/* What is used in the lost and the doubled hour must not change the sum by more than what was missing. */
static double sum_kwh(const etp_power *power, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)power[i] / 2e6;
    return sum;
}

static void customer_12_has_its_known_year(void **state)
{
    (void)state;
    etp_households all = load(customer);
    assert_int_equal(all.rows, 17568);
    assert_near(all.homes[0].load_kwh, 5938);
    assert_near(all.homes[0].sun_kwh, 1296);
    assert_int_equal(all.homes[0].zeros, 5);
    assert_int_equal(all.homes[0].filled, 3);
    assert_int_equal(all.lost, 2);
    assert_int_equal(all.doubled, 2);
    assert_near(sum_kwh(all.homes[0].sun, all.homes[0].count), 1296);
    assert_true(sum_kwh(all.homes[0].load, all.homes[0].count) < 5938 + 2);
    etp_households_fini(&all);
}

static void the_300_homes_have_their_known_year(void **state)
{
    (void)state;
    etp_households all = load(total);
    assert_int_equal(all.rows, 17568);
    assert_near(all.homes[0].load_kwh, 5739);
    assert_near(all.homes[0].sun_kwh, 2083);
    assert_int_equal(all.homes[0].zeros, 2);
    assert_int_equal(all.homes[0].filled, 0);
    assert_true(all.early_midnights);
    assert_near(sum_kwh(all.homes[0].load, all.homes[0].count), 5739);
    etp_households_fini(&all);
}

static void four_of_the_17_homes_are_left_out(void **state)
{
    (void)state;
    static const size_t zeros[17] = {0, 21, 119, 156, 118, 267, 1137, 16, 0, 5, 0, 4543, 1, 936, 4367, 0, 0};
    etp_households all = load(hourly);
    assert_int_equal(all.count, 17);
    assert_int_equal(all.rows, 8760);
    for (unsigned i = 0; i < 17; i++) {
        assert_int_equal(all.homes[i].zeros, zeros[i]);
        bool out = i == 6 || i == 11 || i == 13 || i == 14;
        assert_int_equal(all.homes[i].left_out, out);
        assert_true(all.homes[i].load_kwh > 6461.5 && all.homes[i].load_kwh < 14711.5);
    }
    etp_households_fini(&all);
}

/* The sun's middle lies at the same time of standard time before and after a clock is turned. */
static double middle_of_sun(const etp_household *home, size_t day, size_t days)
{
    double sum = 0, moment = 0;
    for (size_t i = day * 48; i < (day + days) * 48; i++) {
        sum += (double)home->sun[i];
        moment += (double)home->sun[i] * ((double)(i % 48) + 0.5) / 2;
    }
    return moment / sum;
}

static void clocks_are_those_of_the_sun(void **state)
{
    (void)state;
    static const char *const files[] = {customer, total, hourly};
    static const size_t turns[3][2] = {{93, 275}, {93, 275}, {97, 223}};
    for (unsigned i = 0; i < 3; i++) {
        etp_households all = load(files[i]);
        for (unsigned j = 0; j < 2; j++) {
            double before = middle_of_sun(&all.homes[0], turns[i][j] - 14, 13);
            double after = middle_of_sun(&all.homes[0], turns[i][j] + 1, 13);
            assert_true(after - before < 0.5 && before - after < 0.5);
        }
        etp_households_fini(&all);
    }
}

static void together_they_are_fifteen_profiles(void **state)
{
    (void)state;
    const char *paths[] = {data_path(customer), data_path(total), data_path(hourly)};
    etp_profiles *profiles = NULL;
    etp_profiles_facts facts;
    etp_error error = {0};
    assert_int_equal(etp_profiles_new(&profiles, NULL), ETP_OK);
    if (etp_profiles_load(profiles, paths, 3, 0, &facts, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(etp_profiles_count(profiles), 15);
    assert_true(facts.customers == 1 && facts.aggregates == 1 && facts.abroad == 13 && facts.left_out == 4);
    static const char *const weather[] = {"aemo_demand_rooftoppv_30min_5region_202506.csv",
                                          "aemo_demand_rooftoppv_30min_5region_20251221-20260103.csv"};
    static const char *const regions[] = {"NSW1", "QLD1", "SA1", "TAS1", "VIC1"};
    for (unsigned i = 0; i < 10; i++)
        if (etp_profiles_load_weather(profiles, data_path(weather[i / 5]), regions[i % 5], &error) != 0)
            fail_msg("%s", error.text);
    etp_profiles_free(profiles);
}

static void tariffs_are_those_of_their_state_and_year(void **state)
{
    (void)state;
    etp_tariffs tariffs = {0};
    etp_error error = {0};
    const etp_tariff_entry *found = NULL;
    assert_int_equal(etp_tariffs_load(&tariffs, data_path("fact_feed_in_tariffs.csv"), &error), 0);
    assert_int_equal(etp_tariffs_load(&tariffs, data_path("retail_tariffs_residential_2019_ceem.csv"), &error), 0);
    assert_int_equal(tariffs.count, 20 + 39);
    etp_time in_2025 = etp_days_of(2025, 1, 1) * ETP_NS_PER_DAY, in_2019 = etp_days_of(2019, 1, 1) * ETP_NS_PER_DAY;
    assert_int_equal(etp_tariffs_find(&tariffs, "VIC", in_2025, ETP_TARIFF_FEED_IN, &found, &error), 0);
    assert_int_equal(found->low, 33000);
    assert_int_equal(etp_tariffs_find(&tariffs, "VIC", in_2025, ETP_TARIFF_FEED_IN_TIMED, &found, &error), 0);
    assert_true(found->low == 21000 && found->high == 84000);
    assert_int_equal(
        etp_tariffs_find(&tariffs, "VIC", in_2025 + 365 * ETP_NS_PER_DAY, ETP_TARIFF_FEED_IN, &found, &error), 0);
    assert_int_equal(found->low, 0); /* from July 2025 on there is no minimum */
    assert_int_equal(etp_tariffs_find(&tariffs, "VIC", in_2025, ETP_TARIFF_RETAIL, &found, &error), ETP_ENOENT);
    assert_int_equal(etp_tariffs_find(&tariffs, "SA", in_2019, ETP_TARIFF_RETAIL, &found, &error), 0);
    assert_true(found->low == 368500 && found->feed_in == 68000);
    etp_tariffs_fini(&tariffs);
}

static void batteries_have_their_sizes(void **state)
{
    (void)state;
    etp_battery_table table;
    etp_error error = {0};
    assert_int_equal(etp_batteries_load(&table, data_path("fact_home_batteries.csv"), &error), 0);
    assert_true(table.count == 4 && table.models[0].capacity == 13500000);
    etp_batteries_fini(&table);
    assert_int_equal(etp_batteries_load(&table, data_path("citylearn2022_17homes_assets.csv"), &error), 0);
    assert_true(table.count == 17 && table.models[16].capacity == 6400000 && table.models[16].pv_peak == 5000000);
    etp_batteries_fini(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(customer_12_has_its_known_year),
        cmocka_unit_test(the_300_homes_have_their_known_year),
        cmocka_unit_test(four_of_the_17_homes_are_left_out),
        cmocka_unit_test(clocks_are_those_of_the_sun),
        cmocka_unit_test(together_they_are_fifteen_profiles),
        cmocka_unit_test(tariffs_are_those_of_their_state_and_year),
        cmocka_unit_test(batteries_have_their_sizes),
    };
    if (!data_are_here(customer))
        return SKIPPED;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
