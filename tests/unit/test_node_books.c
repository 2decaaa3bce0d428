/* SPDX-License-Identifier: MIT */
/* The books of a node, and the battery behind its meter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "node/books.h"
#include "node/premises.h"

static etp_event trade(etp_event_kind kind, etp_energy energy)
{
    return (etp_event){.kind = kind,
                       .when = 7,
                       .interval = 3,
                       .device = 1,
                       .peer = 2,
                       .message = 9,
                       .price = 80000,
                       .energy = energy,
                       .amount = etp_amount(80000, energy)};
}

/* ---- books ---- */

static void no_trade_is_forgotten(void **state)
{
    (void)state;
    etp_books books = {0};
    for (int i = 1; i <= 1000; i++) {
        etp_event event = trade(ETP_EVENT_CONFIRM, i);
        const etp_book_trade *written = etp_books_take(&books, &event);
        assert_non_null(written);
        assert_int_equal(written->energy, i);
    }
    assert_int_equal(books.count, 1000);
    assert_int_equal(books.energy, 500500);
    for (int i = 1; i <= 1000; i++)
        assert_int_equal(books.trades[i - 1].energy, i);
    etp_books_fini(&books);
}

static void what_is_no_trade_is_counted(void **state)
{
    (void)state;
    etp_books books = {0};
    static const etp_event_kind kinds[] = {ETP_EVENT_LAPSE,   ETP_EVENT_VOID, ETP_EVENT_UNRESOLVED,
                                           ETP_EVENT_FAILURE, ETP_EVENT_BID,  ETP_EVENT_ACCEPT};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        etp_event event = trade(kinds[i], 5);
        assert_null(etp_books_take(&books, &event));
    }
    assert_int_equal(books.lapses + books.voids + books.unresolved + books.failures, 4);
    assert_int_equal(books.energy, 0);
    etp_books_fini(&books);
}

static void a_buyer_that_counts_otherwise_is_found_out(void **state)
{
    (void)state;
    etp_error error = {0};
    etp_books books = {0};
    etp_event event = trade(ETP_EVENT_RECEIPT, 500000);
    etp_books_take(&books, &event);
    etp_aggregator_totals totals = {.wins = 1, .energy = 500000, .paid = event.amount};
    assert_int_equal(etp_books_check_buyer(&books, &totals, &error), ETP_OK);
    totals.wins = 2;
    assert_int_equal(etp_books_check_buyer(&books, &totals, &error), ETP_ECONSERVATION);
    totals.wins = 1;
    totals.paid++;
    assert_int_equal(etp_books_check_buyer(&books, &totals, &error), ETP_ECONSERVATION);
    assert_non_null(strstr(error.text, "micro-dollars"));
    etp_books_fini(&books);
}

/* ---- the battery, with a home and without ---- */

static etp_node_config config_of(bool home)
{
    etp_node_config config = {
        .device = 7,
        .battery = {.capacity = 10 * ETP_ENERGY_PER_KWH,
                    .power = 5 * ETP_POWER_PER_KW,
                    .export_limit = 5 * ETP_POWER_PER_KW,
                    .voltage_mv = 48000,
                    .rated_cycles = 6000},
        .round_trip_ppm = 890000,
        .stored = 6 * ETP_ENERGY_PER_KWH,
        .home = {.given = home, .number = 7, .pv = 6 * ETP_POWER_PER_KW, .need_factor_ppm = 1500000},
        .market = {.interval = 300 * ETP_NS_PER_SECOND}};
    etp_tariff_flat(&config.home.feed_in, 33000);
    etp_tariff_flat(&config.home.retail, 330000);
    return config;
}

static etp_interval interval_at(uint64_t number)
{
    return (etp_interval){.index = number, .second_of_day = (uint32_t)(number * 300 % 86400)};
}

/* Sells half of each lot, as the engine would. Returns what was sold in all. */
static etp_energy live_a_day(etp_premises *premises, etp_books *books)
{
    etp_battery *battery = &premises->home.battery;
    etp_energy all = 0;
    for (uint64_t i = 0; i < 288; i++) {
        etp_bess_brief brief;
        etp_interval interval = interval_at(i);
        etp_premises_begin(premises, &interval, &brief);
        assert_true(brief.lot >= 0 && brief.retail == 330000 && brief.feed_in == 33000);
        etp_energy energy = brief.lot / 2;
        if (energy > 0) {
            assert_int_equal(etp_battery_hold(battery, energy), ETP_OK);
            assert_int_equal(etp_battery_sell(battery, energy), ETP_OK);
            etp_event event = trade(ETP_EVENT_CONFIRM, energy);
            etp_books_take(books, &event);
        }
        all += energy;
        if (i == 287)
            etp_premises_stop(premises, energy, etp_amount(80000, energy));
        else
            etp_premises_settle(premises, energy, etp_amount(80000, energy));
    }
    return all;
}

static void every_mwh_is_accounted_for(void **state)
{
    (void)state;
    for (int home = 0; home < 2; home++) {
        etp_error error = {0};
        etp_premises premises;
        etp_books books = {0};
        etp_node_config config = config_of(home != 0);
        assert_int_equal(etp_premises_init(&premises, &config, &error), ETP_OK);
        assert_int_equal(premises.home.battery.spec.one_way_ppm, 943398);
        etp_energy sold = live_a_day(&premises, &books);
        assert_true(sold > 0);
        assert_int_equal(premises.home.sold, sold);
        assert_int_equal(etp_premises_check(&premises, &error), ETP_OK);
        assert_int_equal(etp_books_check_battery(&books, &premises.home.battery, config.stored, &error), ETP_OK);
        assert_int_equal(premises.home.load > 0, home);
        /* And what is not accounted for is found out. */
        premises.home.battery.stored++;
        assert_int_equal(etp_premises_check(&premises, &error), ETP_ECONSERVATION);
        assert_int_equal(etp_books_check_battery(&books, &premises.home.battery, config.stored, &error),
                         ETP_ECONSERVATION);
        premises.home.battery.stored--;
        books.energy++;
        assert_int_equal(etp_books_check_battery(&books, &premises.home.battery, config.stored, &error),
                         ETP_ECONSERVATION);
        etp_books_fini(&books);
    }
}

static void a_home_is_not_settled_twice(void **state)
{
    (void)state;
    etp_error error = {0};
    etp_premises premises;
    etp_bess_brief brief;
    etp_node_config config = config_of(true);
    etp_interval interval = interval_at(0);
    assert_int_equal(etp_premises_init(&premises, &config, &error), ETP_OK);
    etp_premises_settle(&premises, 0, 0);
    assert_int_equal(premises.home.load, 0);
    etp_premises_begin(&premises, &interval, &brief);
    etp_premises_settle(&premises, 0, 0);
    etp_energy load = premises.home.load;
    assert_true(load > 0);
    etp_premises_settle(&premises, 0, 0);
    etp_premises_stop(&premises, 0, 0);
    assert_int_equal(premises.home.load, load);
}

static void a_battery_that_cannot_be_is_refused(void **state)
{
    (void)state;
    etp_error error = {0};
    etp_premises premises;
    etp_node_config config = config_of(false);
    config.stored = 11 * ETP_ENERGY_PER_KWH;
    assert_int_equal(etp_premises_init(&premises, &config, &error), ETP_ERANGE);
    assert_non_null(strstr(error.text, "cannot be set up"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_trade_is_forgotten),
        cmocka_unit_test(what_is_no_trade_is_counted),
        cmocka_unit_test(a_buyer_that_counts_otherwise_is_found_out),
        cmocka_unit_test(every_mwh_is_accounted_for),
        cmocka_unit_test(a_home_is_not_settled_twice),
        cmocka_unit_test(a_battery_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
