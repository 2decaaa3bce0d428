/* SPDX-License-Identifier: MIT */
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "etp/rng.h"
#include "etp/tariff.h"

static etp_tariff take(const char *text)
{
    etp_tariff tariff;
    etp_error error = {0};
    int rc = etp_tariff_parse(&tariff, text, &error);
    if (rc != 0)
        print_error("\"%s\" was refused: %s\n", text, error.text);
    assert_int_equal(rc, 0);
    return tariff;
}

static void one_price_holds_all_day(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        etp_price price;
    } cases[] = {{"3.3", 33000}, {"0", 0},      {"200", 2000000},   {" 33 ", 330000},   {"0.00005", 1},
                 {".5", 5000},   {"+4", 40000}, {"8.30000", 83000}, {"1.23456", 12346}, {"00:00=3.3", 33000}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        etp_tariff tariff = take(cases[i].text);
        assert_int_equal(tariff.steps, 1);
        assert_int_equal(etp_tariff_at(&tariff, 0), cases[i].price);
        assert_int_equal(etp_tariff_at(&tariff, 86399), cases[i].price);
    }
    etp_tariff flat;
    etp_tariff_flat(&flat, 33000);
    assert_int_equal(etp_tariff_at(&flat, 50000), 33000);
}

static void a_table_changes_at_its_times(void **state)
{
    (void)state;
    etp_tariff tariff = take("00:00=2.1, 15:00 = 8.4 ,21:00=2.2");
    assert_int_equal(tariff.steps, 3);
    assert_int_equal(etp_tariff_at(&tariff, 0), 21000);
    assert_int_equal(etp_tariff_at(&tariff, 15 * 3600 - 1), 21000);
    assert_int_equal(etp_tariff_at(&tariff, 15 * 3600), 84000);
    assert_int_equal(etp_tariff_at(&tariff, 21 * 3600 - 1), 84000);
    assert_int_equal(etp_tariff_at(&tariff, 21 * 3600), 22000);
    assert_int_equal(etp_tariff_at(&tariff, 86399), 22000);
}

static void a_table_has_48_steps_at_most(void **state)
{
    (void)state;
    char text[1024] = "";
    for (unsigned i = 0; i < 48; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%02u:%02u=%u", i > 0 ? "," : "", i / 2, i % 2 * 30,
                 i);
    etp_tariff tariff = take(text);
    for (uint32_t i = 0; i < 48; i++)
        assert_int_equal(etp_tariff_at(&tariff, i * 1800), (etp_price)i * ETP_PRICE_PER_CENT);
    strcat(text, ",23:59=1");
    etp_error error = {0};
    assert_int_equal(etp_tariff_parse(&tariff, text, &error), ETP_ERANGE);
    assert_non_null(strstr(error.text, "\"23:59=1\""));
    assert_non_null(strstr(error.text, "48"));
}

/* What is wrong is quoted, what would be right is shown, and the tariff stays as it was. */
static void what_is_wrong_is_quoted(void **state)
{
    (void)state;
    static const struct {
        const char *text, *quoted, *right;
        int code;
    } cases[] = {
        {"", "empty", "3.3", ETP_EFORMAT},
        {"   ", "empty", "3.3", ETP_EFORMAT},
        {"abc", "\"abc\"", "3.3", ETP_EFORMAT},
        {"3,3", "\"3,3\"", "3.3", ETP_EFORMAT},
        {"nan", "\"nan\"", "3.3", ETP_EFORMAT},
        {"1e2", "\"1e2\"", "3.3", ETP_EFORMAT},
        {"-1", "\"-1\"", "0 to 200", ETP_ERANGE},
        {"200.0001", "\"200.0001\"", "0 to 200", ETP_ERANGE},
        {"99999999999999999999", "\"99999999999999999999\"", "0 to 200", ETP_ERANGE},
        {"00:00=2.1,8.4", "\"8.4\"", "15:00=8.4", ETP_EFORMAT},
        {"00:00=2.1,", "\"\"", "15:00=8.4", ETP_EFORMAT},
        {"00:00=2.1,,15:00=8.4", "\"\"", "15:00=8.4", ETP_EFORMAT},
        {"00:00=", "\"\"", "3.3", ETP_EFORMAT},
        {"=2.1", "\"\"", "15:00", ETP_EFORMAT},
        {"01:00=2.1", "\"01:00=2.1\"", "00:00=2.1", ETP_EFORMAT},
        {"00:00=2.1,15:00=8.4,15:00=9", "\"15:00=9\"", "21:00=2.1", ETP_EFORMAT},
        {"00:00=2.1,15:00=8.4,14:59=9", "\"14:59=9\"", "21:00=2.1", ETP_EFORMAT},
        {"00:00=2.1,24:00=8.4", "\"24:00\"", "15:00", ETP_EFORMAT},
        {"00:00=2.1,12:60=8.4", "\"12:60\"", "15:00", ETP_EFORMAT},
        {"00:00=2.1,9:00=8.4", "\"9:00\"", "15:00", ETP_EFORMAT},
        {"00:00=2.1,ab:cd=8.4", "\"ab:cd\"", "15:00", ETP_EFORMAT},
        {"00:00=2.1,15:00=8.4=9", "\"8.4=9\"", "3.3", ETP_EFORMAT},
        {"00:00=2.1,15:00=201", "\"201\"", "0 to 200", ETP_ERANGE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        etp_tariff tariff;
        etp_error error = {0};
        etp_tariff_flat(&tariff, 77);
        assert_int_equal(etp_tariff_parse(&tariff, cases[i].text, &error), cases[i].code);
        assert_non_null(strstr(error.text, cases[i].quoted));
        assert_non_null(strstr(error.text, cases[i].right));
        assert_int_equal(etp_tariff_at(&tariff, 0), 77);
    }
}

static void the_locale_changes_nothing(void **state)
{
    (void)state;
    static const char *const locales[] = {"de_DE.UTF-8", "fr_FR.UTF-8", "C"};
    for (size_t i = 0; i < 3; i++) {
        setlocale(LC_ALL, locales[i]); /* where it is not installed the last one stays, which is tested too */
        etp_tariff tariff = take("3.3");
        assert_int_equal(tariff.price[0], 33000);
    }
}

/* What is printed from random tables comes back as it was. */
static void random_tables_come_back(void **state)
{
    (void)state;
    etp_rng rng;
    etp_rng_seed(&rng, 48);
    for (unsigned round = 0; round < 2000; round++) {
        char text[1024] = "";
        uint32_t from[48], minute = 0;
        etp_price price[48];
        unsigned steps = 0;
        for (; steps < 48 && minute < 1440; steps++) {
            from[steps] = minute * 60;
            price[steps] = (etp_price)etp_rng_below(&rng, 2000001);
            snprintf(text + strlen(text), sizeof text - strlen(text), "%s%02u:%02u=%d.%04d", steps > 0 ? "," : "",
                     minute / 60, minute % 60, (int)(price[steps] / 10000), (int)(price[steps] % 10000));
            minute += 1 + (uint32_t)etp_rng_below(&rng, 60);
        }
        etp_tariff tariff = take(text);
        assert_int_equal(tariff.steps, steps);
        assert_memory_equal(tariff.from, from, steps * sizeof *from);
        assert_memory_equal(tariff.price, price, steps * sizeof *price);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_price_holds_all_day),      cmocka_unit_test(a_table_changes_at_its_times),
        cmocka_unit_test(a_table_has_48_steps_at_most), cmocka_unit_test(what_is_wrong_is_quoted),
        cmocka_unit_test(the_locale_changes_nothing),   cmocka_unit_test(random_tables_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
