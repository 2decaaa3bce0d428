/* SPDX-License-Identifier: MIT */
/* What homes use and make, and what they expect of the night. */
#include "test_home_tools.h"

static const double kwh = 1e6;
static const uint32_t hour = 3600;

/* ---- load and sun ---- */

typedef struct day {
    etp_energy pv, load;
} day;

/* From noon on, as a run would. */
static day flows_of(const etp_home *home, uint64_t seed, unsigned intervals, etp_time interval)
{
    day total = {0};
    uint64_t seconds = (uint64_t)(interval / ETP_NS_PER_SECOND);
    for (uint64_t i = 0; i < intervals; i++) {
        etp_energy pv, load;
        etp_home_flows(home, seed, i, (uint32_t)((43200 + i * seconds) % 86400), interval, &pv, &load);
        assert_true(load > 0 && load <= etp_energy_of(25 * ETP_POWER_PER_KW, interval));
        assert_true(pv >= 0 && pv <= etp_energy_of(home->pv_peak, interval));
        total.pv += pv;
        total.load += load;
    }
    return total;
}

static void flows_do_not_depend_on_order_or_history(void **state)
{
    (void)state;
    etp_fleet_spec spec = usual();
    etp_home home = draw(&spec, 5);
    etp_energy pv[288], load[288];
    for (uint64_t i = 0; i < 288; i++)
        etp_home_flows(&home, 9, i, (uint32_t)i * 300, five_minutes, &pv[i], &load[i]);
    home.last_pv = 1234;
    home.battery.stored = home.battery.spec.floor;
    for (uint64_t i = 288; i-- > 0;) {
        etp_energy again_pv, again_load;
        etp_home_flows(&home, 9, i, (uint32_t)i * 300, five_minutes, &again_pv, &again_load);
        assert_int_equal(again_pv, pv[i]);
        assert_int_equal(again_load, load[i]);
    }
}

static void a_summer_day_is_plausible(void **state)
{
    (void)state;
    enum { HOMES = 200, DAYS = 20 };
    etp_fleet_spec spec = usual();
    double pv = 0, load = 0;
    for (uint64_t key = 0; key < HOMES; key++) {
        etp_home home = draw(&spec, key);
        day total = flows_of(&home, 1, 288 * DAYS, five_minutes);
        double yield = (double)total.pv / (double)home.pv_peak / DAYS; /* kWh for each kW of peak and day */
        assert_true(yield > 4.5 && yield < 6.2);
        double expected = 16 * home.load_scale_ppm / 1e6;
        double share = (double)total.load / kwh / DAYS / expected;
        assert_true(share > 0.75 && share < 1.25);
        pv += (double)total.pv / kwh / HOMES / DAYS;
        load += (double)total.load / kwh / HOMES / DAYS;
    }
    assert_true(pv > 34 && pv < 46);
    assert_true(load > 15.2 && load < 16.8);
}

static void the_sun_does_not_shine_at_night(void **state)
{
    (void)state;
    etp_fleet_spec spec = usual();
    etp_home home = draw(&spec, 1);
    for (uint64_t i = 0; i < 288; i++) {
        uint32_t second = (uint32_t)i * 300;
        etp_energy pv, load;
        etp_home_flows(&home, 1, i, second, five_minutes, &pv, &load);
        if (second < 19500 || second >= 70200)
            assert_int_equal(pv, 0);
        else if (second >= 7 * hour && second < 18 * hour)
            assert_true(pv > 0);
    }
}

/* Weather is common: on overcast days all homes have little. */
static void homes_share_their_weather(void **state)
{
    (void)state;
    etp_fleet_spec spec = usual();
    etp_home a = draw(&spec, 1), b = draw(&spec, 2);
    unsigned overcast = 0;
    for (uint64_t seed = 0; seed < 300; seed++) {
        double yield_a = (double)flows_of(&a, seed, 24, ETP_NS_PER_HOUR).pv / (double)a.pv_peak;
        double yield_b = (double)flows_of(&b, seed, 24, ETP_NS_PER_HOUR).pv / (double)b.pv_peak;
        assert_true(yield_a / yield_b > 0.7 && yield_a / yield_b < 1.43);
        overcast += yield_a < 3.8;
    }
    assert_true(overcast > 5 && overcast < 60);
}

/* The weather of a calendar day holds from midnight to midnight, not from the run's start. */
static void weather_changes_at_midnight(void **state)
{
    (void)state;
    etp_fleet_spec spec = usual();
    etp_home home = draw(&spec, 1);
    for (uint64_t seed = 0; seed < 100; seed++) {
        etp_energy before, after, load;
        etp_home_flows(&home, seed, 23, 11 * hour, ETP_NS_PER_HOUR, &before, &load); /* a run from noon, next day */
        etp_home_flows(&home, seed, 24, 12 * hour, ETP_NS_PER_HOUR, &after, &load);
        assert_true(after * 2 > before && after < before * 2);
    }
}

/* What runs for half an hour is the same in intervals of any length, but for a flicker of a tenth. */
static void load_hardly_depends_on_the_interval(void **state)
{
    (void)state;
    etp_fleet_spec spec = usual();
    for (uint64_t key = 0; key < 50; key++) {
        etp_home home = draw(&spec, key);
        etp_energy fine = flows_of(&home, 1, 288, five_minutes).load;
        etp_energy coarse = flows_of(&home, 1, 48, 1800 * ETP_NS_PER_SECOND).load;
        assert_true(llabs(fine - coarse) * 10 < fine);
    }
}

/* ---- expected need ---- */

/* Load less sun, added up from flows of many seeds: the mean of their noise is the profile. */
static double mean_deficit(const etp_home *home, uint32_t from, uint32_t until)
{
    enum { SEEDS = 300 };
    double sum = 0;
    for (uint64_t seed = 0; seed < SEEDS; seed++)
        for (uint32_t second = from; second < until; second += 300) {
            etp_energy pv, load;
            etp_home_flows(home, seed, second / 300, second % 86400, five_minutes, &pv, &load);
            sum += (double)(load - pv) / SEEDS;
        }
    return sum;
}

static void the_need_is_the_mean_of_the_night(void **state)
{
    (void)state;
    etp_fleet_spec spec = usual();
    spec.need_factor_ppm = 1000000;
    for (uint64_t key = 0; key < 6; key++) {
        etp_home home = draw(&spec, key);
        double measured = mean_deficit(&home, home.sun_until, home.sun_from + 86400);
        double expected = (double)etp_home_expected_need(&home, &spec, home.sun_until);
        assert_true(expected / measured > 0.95 && expected / measured < 1.05);
    }
}

static void the_need_falls_through_the_night_and_is_the_nights_by_day(void **state)
{
    (void)state;
    etp_fleet_spec spec = usual();
    for (uint64_t key = 0; key < 100; key++) {
        etp_home home = draw(&spec, key);
        assert_true(home.sun_from > 5 * hour && home.sun_from < 11 * hour);
        assert_true(home.sun_until > 14 * hour && home.sun_until < 20 * hour);
        etp_energy night = etp_home_expected_need(&home, &spec, home.sun_until), last = night;
        for (uint32_t second = home.sun_from; second < home.sun_until; second += 900)
            assert_int_equal(etp_home_expected_need(&home, &spec, second), night);
        for (uint32_t second = home.sun_until; second < home.sun_from + 86400; second += 900) {
            etp_energy need = etp_home_expected_need(&home, &spec, second % 86400);
            assert_true(need <= last);
            last = need;
        }
        assert_true(last * 20 < night);
    }
}

static void the_need_scales_with_its_factor(void **state)
{
    (void)state;
    etp_fleet_spec spec = usual(), none = usual(), all = usual();
    none.need_factor_ppm = 0;
    all.need_factor_ppm = 1000000;
    etp_home home = draw(&spec, 3);
    etp_energy whole = etp_home_expected_need(&home, &all, 72000);
    assert_int_equal(etp_home_expected_need(&home, &none, 72000), 0);
    assert_int_equal(etp_home_expected_need(&home, &spec, 72000), whole * 15 / 10);
}

static void a_home_without_sun_looks_a_day_ahead(void **state)
{
    (void)state;
    etp_fleet_spec spec = usual();
    spec.pv_low = spec.pv_high = 0;
    spec.need_factor_ppm = 1000000;
    etp_home home = draw(&spec, 3);
    assert_int_equal(home.sun_from, 0);
    assert_int_equal(home.sun_until, 0);
    double wanted = 16e6 * home.load_scale_ppm / 1e6;
    for (uint32_t second = 0; second < 86400; second += hour) {
        double need = (double)etp_home_expected_need(&home, &spec, second);
        assert_true(need > wanted - 10 && need < wanted + 10);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flows_do_not_depend_on_order_or_history),
        cmocka_unit_test(a_summer_day_is_plausible),
        cmocka_unit_test(the_sun_does_not_shine_at_night),
        cmocka_unit_test(homes_share_their_weather),
        cmocka_unit_test(weather_changes_at_midnight),
        cmocka_unit_test(load_hardly_depends_on_the_interval),
        cmocka_unit_test(the_need_is_the_mean_of_the_night),
        cmocka_unit_test(the_need_falls_through_the_night_and_is_the_nights_by_day),
        cmocka_unit_test(the_need_scales_with_its_factor),
        cmocka_unit_test(a_home_without_sun_looks_a_day_ahead),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
