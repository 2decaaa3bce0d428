/* SPDX-License-Identifier: MIT */
/* Files of households: their clocks, their units, what is missing in them, and what is refused. */
#include "test_household_text.h"

#include "data/about.h"
#include "data/households/profiles_load.h"

static etp_households read_whole(text *t)
{
    etp_households households;
    etp_error error = {0};
    if (text_read(t, &households, &error) != 0)
        fail_msg("%s", error.text);
    return households;
}

/* ---- clocks ---- */

static etp_time at(int year, unsigned month, unsigned day, unsigned hour, unsigned minute)
{
    return etp_days_of(year, month, day) * ETP_NS_PER_DAY + hour * ETP_NS_PER_HOUR + minute * (ETP_NS_PER_HOUR / 60);
}

static void clocks_turn_when_they_do(void **unused)
{
    (void)unused;
    assert_false(etp_wall_is_ahead(ETP_WALL_SYDNEY, at(2011, 10, 2, 1, 59)));
    assert_true(etp_wall_is_ahead(ETP_WALL_SYDNEY, at(2011, 10, 2, 2, 0)));
    assert_true(etp_wall_is_ahead(ETP_WALL_SYDNEY, at(2012, 1, 1, 0, 0)));
    assert_true(etp_wall_is_ahead(ETP_WALL_SYDNEY, at(2012, 4, 1, 1, 59)));
    assert_false(etp_wall_is_ahead(ETP_WALL_SYDNEY, at(2012, 4, 1, 2, 0)));
    assert_true(etp_wall_is_ahead(ETP_WALL_SYDNEY, at(2025, 4, 6, 1, 59)));
    assert_false(etp_wall_is_ahead(ETP_WALL_SYDNEY, at(2025, 4, 6, 2, 0)));
    assert_false(etp_wall_is_ahead(ETP_WALL_CALIFORNIA, at(2017, 3, 12, 1, 59)));
    assert_true(etp_wall_is_ahead(ETP_WALL_CALIFORNIA, at(2017, 3, 12, 2, 0)));
    assert_true(etp_wall_is_ahead(ETP_WALL_CALIFORNIA, at(2016, 11, 6, 0, 59)));
    assert_false(etp_wall_is_ahead(ETP_WALL_CALIFORNIA, at(2016, 11, 6, 1, 0)));
    assert_false(etp_wall_is_ahead(ETP_WALL_CALIFORNIA, at(2017, 1, 1, 0, 0)));
}

/* The made-up files know what was used at each moment of standard time; the reader must find that again. */
static void check_every_slot(const etp_households *all)
{
    const etp_household *home = &all->homes[0];
    assert_int_equal(home->starts, ausgrid_first());
    assert_true(home->count >= 365 * SLOTS);
    for (size_t i = 0; i < home->count; i++) {
        int64_t off = home->load[i] - (int64_t)ausgrid_load((int64_t)i) * 2000;
        if ((i < BACK - 2 || i >= BACK + 2) && (off < -2 || off > 2))
            fail_msg("slot %zu is off by %lld mW", i, (long long)off);
        int64_t sun = home->sun[i] - (int64_t)ausgrid_sun((int64_t)i) * 2000;
        assert_true(sun >= -2 && sun <= 2);
    }
    for (size_t i = BACK - 2; i < BACK; i++) { /* the hour that came twice: each has half of both */
        int64_t half = ((int64_t)ausgrid_load((int64_t)i) + ausgrid_load((int64_t)i + 2)) * 1000;
        assert_true(home->load[i] - half <= 2 && half - home->load[i] <= 2);
        assert_int_equal(home->load[i], home->load[i + 2]);
    }
    assert_int_equal(all->lost, 2);
    assert_int_equal(all->doubled, 2);
    assert_int_equal(home->zeros, 2); /* those that never were */
    assert_int_equal(home->filled, 0);
}

static void a_customers_slots_come_to_their_time(void **unused)
{
    (void)unused;
    text t = ausgrid_text(&(ausgrid){0});
    etp_households all = read_whole(&t);
    check_every_slot(&all);
    assert_int_equal(all.rows, ROWS);
    assert_int_equal(all.homes[0].homes, 1);
    assert_false(all.early_midnights);
    etp_households_fini(&all);
}

static void midnights_that_are_filed_early_come_to_their_time(void **unused)
{
    (void)unused;
    text t = ausgrid_text(&(ausgrid){.total = true});
    etp_households all = read_whole(&t);
    assert_true(all.early_midnights);
    assert_int_equal(all.homes[0].homes, 300);
    check_every_slot(&all);
    etp_households_fini(&all);
    t = ausgrid_text(&(ausgrid){.total = true, .ends_in_line = true});
    all = read_whole(&t);
    assert_false(all.early_midnights);
    check_every_slot(&all);
    etp_households_fini(&all);
}

static void the_homes_of_the_north_are_moved(void **unused)
{
    (void)unused;
    text t = hourly_text(&(hourly){.homes = 3});
    etp_households all = read_whole(&t);
    assert_int_equal(all.count, 3);
    assert_true(all.moved);
    const etp_household *home = &all.homes[2];
    assert_int_equal(home->starts, etp_days_of(2017, 1, 30) * ETP_NS_PER_DAY);
    assert_int_equal(home->starts / ETP_NS_PER_DAY % 7, 4); /* a Monday, as the file says of that day */
    assert_true(home->count >= 364 * SLOTS);
    /* August: the wall clock is an hour ahead, so midnight has what it says at one; half a year on it does not. */
    assert_int_equal(home->load[0], hourly_load(1, 3) * 1000);
    assert_int_equal(home->load[0], home->load[1]);
    assert_int_equal(home->load[150 * SLOTS], hourly_load(0, 3) * 1000);
    assert_int_equal(home->sun[24], 500250);
    assert_int_equal(all.lost, 1);
    assert_int_equal(all.doubled, 1);
    etp_households_fini(&all);
}

/* ---- what is missing ---- */

static void a_missing_half_hour_takes_another_weeks(void **unused)
{
    (void)unused;
    const unsigned late = 100 * SLOTS + 30, early = 3 * SLOTS + 7;
    text t = ausgrid_text(&(ausgrid){.zero = late});
    etp_households all = read_whole(&t);
    assert_int_equal(all.homes[0].zeros, 3);
    assert_int_equal(all.homes[0].filled, 1);
    assert_int_equal(all.homes[0].load[late - 2], all.homes[0].load[late - 2 - 7 * SLOTS]);
    etp_households_fini(&all);
    t = ausgrid_text(&(ausgrid){.zero = early});
    all = read_whole(&t);
    assert_int_equal(all.homes[0].filled, 1);
    assert_int_equal(all.homes[0].load[early], all.homes[0].load[early + 7 * SLOTS]);
    etp_households_fini(&all);
}

static void a_home_that_is_missing_too_often_is_left_out(void **unused)
{
    (void)unused;
    text t = hourly_text(&(hourly){.homes = 3, .missing = 400});
    etp_households all = read_whole(&t);
    assert_false(all.homes[1].left_out);
    assert_int_equal(all.homes[1].zeros, 400);
    assert_true(all.homes[1].filled >= 790 && all.homes[1].filled <= 800);
    for (size_t i = 0; i < all.homes[1].count; i++)
        assert_true(all.homes[1].load[i] > 0);
    etp_households_fini(&all);
    t = hourly_text(&(hourly){.homes = 3, .missing = 450});
    all = read_whole(&t);
    assert_true(all.homes[1].left_out && all.homes[1].load == NULL);
    assert_false(all.homes[0].left_out || all.homes[2].left_out);
    etp_households_fini(&all);
}

/* ---- what is refused ---- */

static void units_that_are_mixed_up_are_refused(void **unused)
{
    (void)unused;
    text t = ausgrid_text(&(ausgrid){.unit = 0.5}); /* kWh where kW are said to be */
    text_refused(&t, "would count half");
    t = ausgrid_text(&(ausgrid){.unit = 10});
    text_refused(&t, "kWh in a year");
    t = ausgrid_text(&(ausgrid){.total = true, .unit = 0.01});
    text_refused(&t, "kWh in a year");
    t = ausgrid_text(&(ausgrid){.total = true, .net = 0.5}); /* all four columns in kWh */
    text_refused(&t, "units or columns");
    t = ausgrid_text(&(ausgrid){.swapped = true});
    text_refused(&t, "sun");
    t = ausgrid_text(&(ausgrid){.total = true, .swapped = true});
    text_refused(&t, "sun");
}

static void another_clock_is_refused(void **unused)
{
    (void)unused;
    text t = ausgrid_text(&(ausgrid){.standard = true});
    text_refused(&t, "clock");
}

static void rows_that_do_not_follow_are_refused(void **unused)
{
    (void)unused;
    text t = ausgrid_text(&(ausgrid){.skip = 500});
    text_refused(&t, "line 502");
    t = ausgrid_text(&(ausgrid){.skip = ROWS - 1});
    etp_households all = read_whole(&t); /* the last row's day is not whole, and is left out */
    assert_int_equal(all.homes[0].count, 365 * SLOTS);
    etp_households_fini(&all);
    t = hourly_text(&(hourly){.homes = 2, .skip = 1000});
    text_refused(&t, "line 1002");
    t = (text){0};
    text_add(&t, ",GC,GG\n2011-07-01 00:00:00,1,0\n2011-07-01 00:30:00,1,0\n2011-07-01 00:30:00,1,0\n");
    text_refused(&t, "there twice");
    t = (text){0};
    text_add(&t, ",GC,GG\n2011-07-01 00:00:00,nan,0\n");
    text_refused(&t, "no number");
    t = (text){0};
    text_add(&t, ",GC,GG\n2011-07-01 00:00:00,-1,0\n");
    text_refused(&t, "below 0");
    t = (text){0};
    text_add(&t, ",GC,GG\n2011-07-01 00:00:00,1\n");
    text_refused(&t, "GG is missing");
    t = (text){0};
    text_add(&t, ",GC,GG\n2011-07-01 00:00:00+10:00,1,0\n");
    text_refused(&t, "wall clock");
    t = (text){0};
    text_add(&t, ",GC,GG\n2011-07-01 00:30:00,1,0\n");
    text_refused(&t, "begins at");
    t = (text){0};
    text_add(&t, ",GC,GG\n2011-07-01 00:00:00,1,0\n");
    text_refused(&t, "not even a day");
}

static void files_of_something_else_are_named(void **unused)
{
    (void)unused;
    text t = {0};
    text_add(&t, "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\nVIC1,2025/01/01 00:05:00,1,2,TRADE\n");
    text_refused(&t, "holds no households");
    text_add(&t, "a,b\n1,2\n");
    text_refused(&t, "no format that we know");
}

/* ---- from a file to profiles, and what is told ---- */

static const char *write_text(text *t, const char *name)
{
    FILE *file = fopen(name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(t->bytes, 1, t->size, file), t->size);
    assert_int_equal(fclose(file), 0);
    free(t->bytes);
    return name;
}

static void files_become_profiles(void **unused)
{
    (void)unused;
    text customer = ausgrid_text(&(ausgrid){.zero = 5000}), total = ausgrid_text(&(ausgrid){.total = true}),
         homes = hourly_text(&(hourly){.homes = 4, .missing = 900});
    const char *paths[] = {write_text(&customer, "profiles_a.csv"), write_text(&homes, "profiles_b.csv"),
                           write_text(&total, "profiles_c.csv")};
    etp_profiles *profiles = NULL;
    etp_profiles_facts facts;
    etp_error error = {0};
    assert_int_equal(etp_profiles_new(&profiles, NULL), ETP_OK);
    if (etp_profiles_load(profiles, paths, 3, 0, &facts, &error) != 0)
        fail_msg("%s", error.text);
    assert_int_equal(etp_profiles_count(profiles), 5);
    assert_true(facts.customers == 1 && facts.aggregates == 1 && facts.abroad == 3 && facts.left_out == 1);
    assert_true(facts.filled == 1 && facts.lost == 2 + 1 + 2 && facts.yield == ETP_PROFILES_YIELD);
    assert_string_equal(facts.sun, "mean of 300 Ausgrid homes");
    etp_profile_about about;
    assert_int_equal(etp_profiles_about(profiles, 1, &about), ETP_OK);
    assert_string_equal(about.name, "Ausgrid customer");
    etp_profiles_free(profiles);
    etp_data_about looked;
    assert_int_equal(etp_data_look(&looked, paths[1], &error), 0);
    assert_string_equal(looked.format->name, "homes-hourly");
    assert_int_equal(looked.series_count, 6); /* two of each home that is not left out */
    assert_true(looked.series[0].rows == HOURS && looked.series[0].interval == ETP_NS_PER_HOUR);
    assert_true(looked.series[0].first == 0 && looked.series[0].low >= 0.4 && looked.series[0].high < 1.6);
    bool told = false;
    for (unsigned i = 0; i < looked.note_count; i++)
        told = told || strstr(looked.notes[i], "home 2 is left out: 900 rows") != NULL;
    assert_true(told);
    etp_data_about_fini(&looked);
    for (unsigned i = 0; i < 3; i++)
        remove(paths[i]);
}

/* A region's sun with a cloudy second day. */
static void weather_is_read_from_rooftops(void **unused)
{
    (void)unused;
    text t = {0};
    text_add(&t, "REGION,INTERVAL_END,DEMAND_ACTUAL_MW,ROOFTOPPV_ACTUAL_MW\n");
    for (unsigned i = 0; i < 4 * SLOTS; i++) {
        etp_time end = at(2025, 6, 1, 0, 30) + (int64_t)i * ETP_HALF_HOUR;
        etp_stamp stamp = etp_stamp_show(end);
        stamp.text[4] = stamp.text[7] = '-';
        unsigned sun = i % SLOTS >= 16 && i % SLOTS < 32 ? (i / SLOTS == 1 ? 500 : 2000) : 0;
        text_add(&t, "VIC1,%.10sT%.5s+10:00,5000.0,%u.0\n", stamp.text, stamp.text + 11, sun);
    }
    const char *path = write_text(&t, "weather.csv");
    text total = ausgrid_text(&(ausgrid){.total = true});
    const char *homes = write_text(&total, "weather_homes.csv");
    etp_profiles *profiles = NULL;
    etp_error error = {0};
    assert_int_equal(etp_profiles_new(&profiles, NULL), ETP_OK);
    assert_int_equal(etp_profiles_load_weather(profiles, path, "VIC1", &error), ETP_ESTATE);
    assert_int_equal(etp_profiles_load(profiles, &homes, 1, 0, NULL, &error), 0);
    assert_int_equal(etp_profiles_load_weather(profiles, path, "SA1", &error), ETP_ENOENT);
    assert_int_equal(etp_profiles_load_weather(profiles, homes, "VIC1", &error), ETP_EFORMAT);
    assert_int_equal(etp_profiles_load_weather(profiles, path, NULL, &error), 0);
    etp_profile_homes options = {.profiles = profiles};
    etp_profile_homes_defaults(&options);
    etp_home_source source = etp_profile_homes_source(&options);
    etp_fleet_spec spec;
    etp_fleet_defaults(&spec);
    etp_home_scene scene = {.homes = 1, .spec = &spec, .starts = at(2025, 6, 1, 0, 0), .interval = ETP_HALF_HOUR};
    void *state;
    etp_home home;
    assert_int_equal(source.open(source.user, &scene, &state, &error), ETP_OK);
    assert_int_equal(source.draw(state, &home, &spec, 0), ETP_OK);
    etp_energy day[4] = {0}, pv, load;
    for (unsigned i = 0; i < 4 * SLOTS; i++) {
        source.flows(state, &home, 1, i, scene.starts + (int64_t)i * ETP_HALF_HOUR, ETP_HALF_HOUR, &pv, &load);
        assert_true(i % SLOTS >= 16 && i % SLOTS < 32 ? pv > 0 : pv == 0);
        day[i / SLOTS] += pv;
    }
    assert_true(day[0] == day[2] && day[0] == day[3] && day[0] > 4 * day[1] - 100 && day[0] < 4 * day[1] + 100);
    source.close(state);
    etp_profiles_free(profiles);
    remove(path);
    remove(homes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clocks_turn_when_they_do),
        cmocka_unit_test(a_customers_slots_come_to_their_time),
        cmocka_unit_test(midnights_that_are_filed_early_come_to_their_time),
        cmocka_unit_test(the_homes_of_the_north_are_moved),
        cmocka_unit_test(a_missing_half_hour_takes_another_weeks),
        cmocka_unit_test(a_home_that_is_missing_too_often_is_left_out),
        cmocka_unit_test(units_that_are_mixed_up_are_refused),
        cmocka_unit_test(another_clock_is_refused),
        cmocka_unit_test(rows_that_do_not_follow_are_refused),
        cmocka_unit_test(files_of_something_else_are_named),
        cmocka_unit_test(files_become_profiles),
        cmocka_unit_test(weather_is_read_from_rooftops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
