/* SPDX-License-Identifier: MIT */
/* Homes made of profiles: which day serves which, what is scaled, what all have in common, and that nothing is known of
 * the future. */
#include "test_profile_tools.h"

/* ---- which day ---- */

static int weekday(int64_t when)
{
    return (int)((when + 4) % 7); /* 1970-01-01 was a Thursday */
}

static bool near_turn(unsigned i)
{
    return i < 8 || i >= ETP_PROFILE_DAYS - 8;
}

static void a_day_keeps_its_season_and_its_weekday(void **unused)
{
    (void)unused;
    for (int64_t starts = 15156; starts < 15156 + 14; starts++) { /* 2011-07-01 and on */
        etp_profile_year year = {.about = {.starts = starts * day}};
        unsigned last = 0;
        for (int64_t today = 19000; today < 19000 + 4 * 366; today++) {
            unsigned i = etp_profile_day(&year, today);
            assert_true(i < ETP_PROFILE_DAYS);
            if (i + 4 < ETP_PROFILE_DAYS && i >= 4)
                assert_int_equal(weekday(starts + i), weekday(today));
            double turns = (double)(today - starts) / 365.25;
            double off = (turns - (double)(int64_t)turns) * 365.25 - i;
            assert_true((off > -5 && off < 5) || off > 360 || off < -360);
            if (today > 19000 && i != last + 1) /* only at the turn of the year is a day missing or there twice */
                assert_true(near_turn(i) && near_turn(last));
            last = i;
        }
    }
}

/* ---- what is scaled ---- */

static void a_home_uses_what_its_scale_says(void **unused)
{
    (void)unused;
    village v;
    village_init(&v, 12);
    for (unsigned i = 0; i < 12; i++) {
        etp_energy pv = 0, load = 0;
        for (unsigned k = 0; k < ETP_PROFILE_DAYS * 48; k++) {
            etp_energy made, used;
            village_flows(&v, i, k, &made, &used);
            pv += made;
            load += used;
        }
        double wanted = 16e6 * ETP_PROFILE_DAYS * v.home[i].load_scale_ppm / 1e6;
        assert_true((double)load > wanted * 0.98 && (double)load < wanted * 1.02);
        double sun = 1250.0 * (double)v.home[i].pv_peak;
        assert_true((double)pv > sun * 0.98 && (double)pv < sun * 1.02);
        assert_true(v.home[i].profile >= 1 && v.home[i].profile <= 2);
    }
    village_fini(&v);
}

static void the_sun_is_everybodys(void **unused)
{
    (void)unused;
    village v;
    village_init(&v, 8);
    for (unsigned k = 0; k < 48 * 20; k++) {
        etp_energy pv[8], load;
        for (unsigned i = 0; i < 8; i++) {
            village_flows(&v, i, k, &pv[i], &load);
            double share = (double)pv[i] / (double)v.home[i].pv_peak, first = (double)pv[0] / (double)v.home[0].pv_peak;
            assert_true(share - first < 1e-5 && first - share < 1e-5);
        }
    }
    village_fini(&v);
}

static void homes_of_one_household_differ(void **unused)
{
    (void)unused;
    village v;
    village_init(&v, 40);
    unsigned of[3] = {0}, alike = 0;
    for (unsigned i = 0; i < 40; i++) {
        of[v.home[i].profile]++;
        for (unsigned j = 0; j < i; j++) {
            etp_energy pv, one, other;
            village_flows(&v, i, 36, &pv, &one);
            village_flows(&v, j, 36, &pv, &other);
            alike += one == other;
        }
    }
    assert_true(of[1] > 8 && of[2] > 8 && of[1] + of[2] == 40);
    assert_int_equal(alike, 0);
    village_fini(&v);
}

/* However an interval is cut, the flows of its pieces add up, but for what rounding takes. */
static void pieces_of_an_interval_add_up(void **unused)
{
    (void)unused;
    village v;
    village_init(&v, 1);
    for (unsigned k = 0; k < 48 * 3; k += 2) {
        etp_energy pv, load, pv_sum = 0, load_sum = 0;
        etp_time starts = v.scene.starts + k * half_hour;
        v.source.flows(v.state, &v.home[0], 1, k, starts, 2 * half_hour, &pv, &load);
        for (unsigned i = 0; i < 12; i++) {
            etp_energy pv_part, load_part;
            v.source.flows(v.state, &v.home[0], 1, k, starts + i * half_hour / 6, half_hour / 6, &pv_part, &load_part);
            pv_sum += pv_part;
            load_sum += load_part;
        }
        assert_true(pv - pv_sum >= 0 && pv - pv_sum <= 12 && load - load_sum >= 0 && load - load_sum <= 12);
    }
    village_fini(&v);
}

/* ---- the weather of real days ---- */

static void weather_moves_the_sun_and_keeps_its_sum(void **unused)
{
    (void)unused;
    village plain, wet;
    village_init(&plain, 1);
    village_init(&wet, 1);
    static etp_power days[4 * 48];
    for (unsigned i = 0; i < 4 * 48; i++)
        days[i] = i % 48 >= 20 && i % 48 < 28 ? (1 + i / 48) * ETP_POWER_PER_KW : 0;
    etp_profile_series weather = {
        .name = "four days", .starts = plain.scene.starts + day / 2, .count = 4 * 48, .power = days, .homes = 1};
    etp_error error = {0};
    assert_int_equal(etp_profiles_set_weather(wet.profiles, &weather, &error), ETP_OK);
    /* Setting it twice is setting it once. */
    assert_int_equal(etp_profiles_set_weather(wet.profiles, &weather, &error), ETP_OK);
    etp_energy sum[2] = {0}, per_day[7] = {0};
    for (unsigned k = 0; k < 6 * 48; k++) {
        etp_energy usual, real, load, same;
        village_flows(&plain, 0, k, &usual, &load);
        village_flows(&wet, 0, k, &real, &same);
        assert_int_equal(load, same);
        bool inside = k >= 24 && k < 24 + 4 * 48;
        if (!inside)
            assert_int_equal(usual, real);
        sum[0] += usual;
        sum[1] += real;
        per_day[(k + 24) / 48] += real;
    }
    assert_true(sum[1] > sum[0] - 500 && sum[1] < sum[0] + 500);
    double ratio = (double)per_day[4] / (double)per_day[1];
    assert_true(ratio > 3.99 && ratio < 4.01);
    village_fini(&plain);
    village_fini(&wet);
}

/* ---- what a home expects ---- */

static void days_that_are_all_alike_are_expected_exactly(void **unused)
{
    (void)unused;
    village v;
    village_init_alike(&v, 3);
    for (unsigned i = 0; i < 3; i++) {
        etp_energy pv, load, night = 0;
        for (unsigned k = 0; k < 48; k++) { /* from noon to noon: the sun covers the load but for the night */
            village_flows(&v, i, k, &pv, &load);
            night += load > pv ? load - pv : 0;
        }
        etp_fleet_spec plain = v.spec;
        plain.need_factor_ppm = 1000000;
        etp_energy need = v.source.expected_need(v.state, &v.home[i], &plain, v.scene.starts);
        assert_true(need > night - 100 && need <= night + 100);
        plain.need_factor_ppm = 500000;
        etp_energy half = v.source.expected_need(v.state, &v.home[i], &plain, v.scene.starts);
        assert_true(half == need / 2);
    }
    village_fini(&v);
}

static void the_need_shrinks_as_the_night_goes_by(void **unused)
{
    (void)unused;
    village v;
    village_init_alike(&v, 1);
    etp_energy last = INT64_MAX, first = 0;
    for (unsigned k = 6 * 12; k < 18 * 12; k++) { /* from six in the evening to six in the morning */
        etp_time starts = v.scene.starts + k * half_hour / 6;
        etp_energy need = v.source.expected_need(v.state, &v.home[0], &v.spec, starts);
        assert_true(need < last);
        last = need;
        first = first > 0 ? first : need;
    }
    assert_true(first > ETP_ENERGY_PER_KWH && last < first / 20);
    village_fini(&v);
}

/* Two villages whose households are the same up to a moment, and strangers after it. */
static void what_comes_later_changes_no_expectation(void **unused)
{
    (void)unused;
    for (uint64_t seed = 1; seed <= 5; seed++) {
        village one, other;
        etp_time change = 9 * day + (etp_time)seed * 7 * half_hour;
        village_init_changed(&one, 10, seed, 0);
        village_init_changed(&other, 10, seed, change);
        bool parted = false;
        for (unsigned k = 0; k < 14 * 48; k++) {
            etp_time starts = one.scene.starts + k * half_hour;
            for (unsigned i = 0; i < 10; i++) {
                etp_energy need = one.source.expected_need(one.state, &one.home[i], &one.spec, starts);
                etp_energy same = other.source.expected_need(other.state, &other.home[i], &other.spec, starts);
                if (k * half_hour <= change)
                    assert_int_equal(need, same);
                parted = parted || need != same;
                village_live(&one, i, k);
                village_live(&other, i, k);
            }
        }
        assert_true(parted);
        village_fini(&one);
        village_fini(&other);
    }
}

/* ---- in a run ---- */

static void a_run_of_profile_homes_accounts_for_everything(void **unused)
{
    (void)unused;
    village v;
    village_init(&v, 1);
    market m;
    market_init(&m, 15, 3, 96);
    m.options.source = &v.source;
    etp_run_totals first = market_run(&m);
    assert_true(first.sold > 0);
    etp_run_totals again = market_run(&m);
    assert_true(same_digest(&first, &again));
    etp_money costs[15];
    etp_error error = {0};
    assert_int_equal(etp_run_without_market(&m.options, costs, &error), ETP_OK);
    for (unsigned i = 0; i < 15; i++)
        assert_true(etp_run_home(m.run, i)->profile > 0 && costs[i] != 0);
    market_fini(&m);
    village_fini(&v);
}

/* ---- mistakes ---- */

static void series_that_are_no_year_are_refused(void **unused)
{
    (void)unused;
    village v;
    village_init(&v, 1);
    etp_error error = {0};
    static etp_power year[ETP_PROFILE_COUNT];
    etp_profile_series series = {
        .name = "short", .starts = 0, .count = ETP_PROFILE_COUNT - 1, .power = year, .homes = 1};
    assert_int_equal(etp_profiles_add(v.profiles, &series, &error), ETP_ERANGE);
    assert_non_null(strstr(error.text, "364 days"));
    series.count++;
    assert_int_equal(etp_profiles_add(v.profiles, &series, &error), ETP_ERANGE);
    assert_non_null(strstr(error.text, "less than 1 kWh"));
    year[5] = -1;
    assert_int_equal(etp_profiles_add(v.profiles, &series, &error), ETP_ERANGE);
    assert_non_null(strstr(error.text, "half-hour 6"));
    year[5] = 100 * ETP_POWER_PER_KW;
    series.starts = half_hour;
    assert_int_equal(etp_profiles_add(v.profiles, &series, &error), ETP_ERANGE);
    assert_non_null(strstr(error.text, "midnight"));
    series.starts = 0;
    assert_int_equal(etp_profiles_set_sun(v.profiles, &series, 0, &error), ETP_ERANGE);
    assert_int_equal(etp_profiles_set_sun(v.profiles, &series, 1250 * ETP_ENERGY_PER_KWH, &error), ETP_ERANGE);
    assert_non_null(strstr(error.text, "kW from 1 kW of panels"));
    assert_int_equal(etp_profiles_count(v.profiles), 2);
    etp_profile_about about;
    assert_int_equal(etp_profiles_about(v.profiles, 1, &about), ETP_OK);
    assert_string_equal(about.name, "early");
    assert_int_equal(etp_profiles_about(v.profiles, 0, &about), ETP_ENOENT);
    assert_int_equal(etp_profiles_about(v.profiles, 3, &about), ETP_ENOENT);
    village_fini(&v);
}

static void a_long_name_is_cut_between_two_letters(void **unused)
{
    (void)unused;
    static const struct {
        const char *given, *kept;
    } cases[] = {
        {"the house at the corner of the street of the 4 \u2026", "the house at the corner of the street of the 4 "},
        {"the house at the corner of the street of the 4\u2026 .", "the house at the corner of the street of the 4"},
        {"the house at the corner of the street of the \u2026 .", "the house at the corner of the street of the "},
        {"the house at the corner of the street of the4\u2026", "the house at the corner of the street of the4"},
        {"the house at the corner of the street of th \u2026 .", "the house at the corner of the street of th \u2026"},
    };
    village v;
    village_init(&v, 1);
    static etp_power year[ETP_PROFILE_COUNT];
    for (unsigned i = 0; i < ETP_PROFILE_COUNT; i++)
        year[i] = ETP_POWER_PER_KW;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        etp_error error = {0};
        etp_profile_about about;
        const etp_profile_series series = {
            .name = cases[i].given, .starts = 0, .count = ETP_PROFILE_COUNT, .power = year, .homes = 1};
        assert_int_equal(etp_profiles_add(v.profiles, &series, &error), ETP_OK);
        assert_int_equal(etp_profiles_about(v.profiles, etp_profiles_count(v.profiles), &about), ETP_OK);
        assert_string_equal(about.name, cases[i].kept);
    }
    village_fini(&v);
}

static void a_stranger_uses_and_expects_nothing(void **unused)
{
    (void)unused;
    village v;
    village_init(&v, 2);
    etp_home stranger = v.home[1];
    stranger.key = 2;
    etp_energy pv = 7, load = 7;
    v.source.flows(v.state, &stranger, 1, 0, v.scene.starts, half_hour, &pv, &load);
    assert_true(pv == 0 && load == 0);
    v.source.learned(v.state, &stranger, v.scene.starts, half_hour, 1, 1);
    assert_int_equal(v.source.expected_need(v.state, &stranger, &v.spec, v.scene.starts), 0);
    assert_int_equal(v.source.draw(v.state, &stranger, &v.spec, 2), ETP_ERANGE);
    village_fini(&v);
}

static void homes_without_households_are_refused(void **unused)
{
    (void)unused;
    village v;
    village_init(&v, 1);
    market m;
    market_init(&m, 2, 1, 2);
    m.options.source = &v.source;
    etp_error error = {0};
    v.options.warm_up_days = 0;
    assert_int_equal(etp_run_new(&m.run, &m.options, &error), ETP_ERANGE);
    v.options.warm_up_days = 14;
    v.options.load_ppm = 0;
    assert_int_equal(etp_run_new(&m.run, &m.options, &error), ETP_ERANGE);
    etp_profiles *empty = NULL;
    assert_int_equal(etp_profiles_new(&empty, NULL), ETP_OK);
    const etp_profiles *full = v.options.profiles;
    etp_profile_homes_defaults(&v.options);
    v.options.profiles = empty;
    assert_int_equal(etp_run_new(&m.run, &m.options, &error), ETP_EINVAL);
    v.options.profiles = full;
    etp_profiles_free(empty);
    market_run(&m);
    market_fini(&m);
    village_fini(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_day_keeps_its_season_and_its_weekday),
        cmocka_unit_test(a_home_uses_what_its_scale_says),
        cmocka_unit_test(the_sun_is_everybodys),
        cmocka_unit_test(homes_of_one_household_differ),
        cmocka_unit_test(pieces_of_an_interval_add_up),
        cmocka_unit_test(weather_moves_the_sun_and_keeps_its_sum),
        cmocka_unit_test(days_that_are_all_alike_are_expected_exactly),
        cmocka_unit_test(the_need_shrinks_as_the_night_goes_by),
        cmocka_unit_test(what_comes_later_changes_no_expectation),
        cmocka_unit_test(a_run_of_profile_homes_accounts_for_everything),
        cmocka_unit_test(series_that_are_no_year_are_refused),
        cmocka_unit_test(a_long_name_is_cut_between_two_letters),
        cmocka_unit_test(a_stranger_uses_and_expects_nothing),
        cmocka_unit_test(homes_without_households_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
