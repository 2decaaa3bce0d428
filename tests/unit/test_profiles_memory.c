/* SPDX-License-Identifier: MIT */
/* Profiles, their homes and their schedules when memory ends at the N-th piece, for every N. */
#include "test_memory_tools.h"

#include "test_profile_tools.h"

static const etp_power *some_powers(void)
{
    static etp_power power[ETP_PROFILE_COUNT];
    for (unsigned i = 0; i < ETP_PROFILE_COUNT; i++)
        power[i] = village_load(i, 30, i) + village_sun(i, i);
    return power;
}

/* All that can be done to a set of profiles, until something fails. */
static int fill(etp_profiles *profiles)
{
    etp_error error = {0};
    etp_profile_series series = {
        .name = "one", .starts = village_year, .count = ETP_PROFILE_COUNT, .power = some_powers(), .homes = 1};
    int rc = etp_profiles_add(profiles, &series, &error);
    for (unsigned i = 0; i < 2 && rc == ETP_OK; i++) /* the second takes the place of the first */
        rc = etp_profiles_set_sun(profiles, &series, 1250 * ETP_ENERGY_PER_KWH, &error);
    series.count = 96;
    for (unsigned i = 0; i < 2 && rc == ETP_OK; i++)
        rc = etp_profiles_set_weather(profiles, &series, &error);
    assert_true((rc == ETP_OK) == (error.text[0] == '\0'));
    return rc;
}

static void profiles_are_whole_or_absent(void **unused)
{
    (void)unused;
    int rc = ETP_ENOMEM;
    for (uint64_t fail_at = 1; rc == ETP_ENOMEM; fail_at++) {
        ledger books;
        etp_profiles *profiles = NULL;
        const etp_allocator *allocator = ledger_open(&books);
        books.fail_at = fail_at;
        rc = etp_profiles_new(&profiles, allocator);
        if (rc == ETP_OK)
            rc = fill(profiles);
        assert_true(rc == ETP_OK || rc == ETP_ENOMEM);
        etp_profiles_free(profiles);
        assert_int_equal(books.live_blocks, 0);
        assert_true(fail_at < 100);
    }
    assert_int_equal(rc, ETP_OK);
}

static void schedules_are_whole_or_absent(void **unused)
{
    (void)unused;
    village v;
    village_init(&v, 1);
    market m;
    market_init(&m, 3, 1, 48);
    m.options.source = &v.source;
    int rc = ETP_ENOMEM;
    for (uint64_t fail_at = 1; rc == ETP_ENOMEM; fail_at++) {
        ledger books;
        etp_money costs[3];
        etp_error error = {0};
        m.options.allocator = ledger_open(&books);
        books.fail_at = fail_at;
        rc = etp_run_timed_tariff(&m.options, 4 * ETP_NS_PER_HOUR * 6, costs, &error);
        assert_true(rc == ETP_OK || (rc == ETP_ENOMEM && error.text[0] != '\0'));
        assert_int_equal(books.live_blocks, 0);
        assert_true(fail_at < 100);
    }
    assert_int_equal(rc, ETP_OK);
    m.options.allocator = NULL;
    market_fini(&m);
    village_fini(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(profiles_are_whole_or_absent),
                                       cmocka_unit_test(schedules_are_whole_or_absent)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
