/* SPDX-License-Identifier: MIT */
/* What files are, and which of a folder's cover a span of prices. */
#include "test_data_tools.h"

#define HEAD "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n"

static etp_error failure;

static etp_data_about look(const char *text)
{
    etp_data_about about;
    put_file("x.csv", text);
    failure = (etp_error){0};
    int rc = etp_data_look(&about, in_folder("x.csv"), &failure);
    assert_int_equal(rc, failure.code);
    take_file("x.csv");
    return about;
}

static void is_a(const char *text, const char *format)
{
    etp_data_about about = look(text);
    assert_int_equal(failure.code, 0);
    assert_string_equal(about.format->name, format);
    etp_data_about_fini(&about);
}

static bool has_note(const etp_data_about *about, const char *part)
{
    for (unsigned i = 0; i < about->note_count; i++)
        if (strstr(about->notes[i], part) != NULL)
            return true;
    return false;
}

/* ---- one file ---- */

static void formats_are_known_by_their_content(void **state)
{
    (void)state;
    is_a(HEAD "VIC1,2025/01/01 00:05:00,1,2,TRADE\n", "price-and-demand");
    is_a("rrp,x,settlementdate,REGION\n1,2,2025-01-01 00:05:00,SA1\n", "price-and-demand");
    is_a("I,DISPATCH,PRICE,4,SETTLEMENTDATE,REGIONID,RRP\nD,DISPATCH,PRICE,4,2025/01/01 00:05:00,SA1,3\n",
         "mms-dispatch-price");
    is_a("\"I\",TRADING,PRICE,4,SETTLEMENTDATE,REGIONID,RRP\nD,TRADING,PRICE,4,2025/01/01 00:30:00,SA1,3\n",
         "mms-trading-price");
    is_a("SETTLEMENTDATE,REGIONID,RRP\n2025/01/01 00:05:00,SA1,3\n", "dispatch-price-flat");
    is_a("time,spot_price\n2025/01/01 00:30:00,3\n", "spot-price-series");
    is_a("observed_at,hour_of_day,predicted_rrp_per_mwh,actual_rrp_per_mwh\n2024-12-31T14:30:00Z,0,1,2\n",
         "price-forecast");
    is_a("effective_from,market_price_cap_aud_mwh,market_floor_aud_mwh\n2020-07-01,100,-10\n", "price-settings");
    is_a("I,MARKET_CONFIG,MARKET_PRICE_THRESHOLDS,1,EFFECTIVEDATE,VOLL,MARKETPRICEFLOOR\n"
         "D,MARKET_CONFIG,MARKET_PRICE_THRESHOLDS,1,2010/07/01 00:00:00,12500,-1000\n",
         "mms-price-thresholds");
    is_a("REGION,INTERVAL_END,DEMAND_ACTUAL_MW,ROOFTOPPV_ACTUAL_MW\nSA1,2025-01-01T00:30+10:00,-20,3\n",
         "region-demand");
    is_a("I,BID,BIDDAYOFFER_D,3,X\n", "mms-bid-day-offer");
    is_a("C,a,b\nI,BID,BIDPEROFFER_D,3,X\n", "mms-bid-per-offer");
    etp_data_about about = look("a,b\n1,2\n");
    assert_null(about.format);
    assert_non_null(strstr(failure.text, "no format that we know"));
    assert_non_null(strstr(failure.text, "a, b"));
    etp_data_about_fini(&about);
}

static void a_look_tells_spans_and_faults(void **state)
{
    (void)state;
    etp_data_about about = look(HEAD "SA1,2025/01/01 00:05:00,1,-0.0004,T\nSA1,2025/01/01 00:15:00,1,0,T\n"
                                     "SA1,2025/01/01 00:10:00,1,9,T\nSA1,2025/01/01 00:10:00,1,9.000,T\n"
                                     "SA1,2025/01/01 00:10:00,1,8,T\nSA1,2025/01/01 00:30:00,1,-3,T\n"
                                     "NSW1,2025/01/01 00:30:00,1,7,T\n");
    assert_int_equal(failure.code, 0);
    assert_int_equal(about.lines, 8);
    assert_int_equal(about.series_count, 2);
    const etp_data_series *s = &about.series[0];
    assert_string_equal(s->name, "SA1");
    assert_string_equal(s->unit, "A$/MWh");
    assert_int_equal(s->interval, 5 * MINUTES);
    assert_int_equal(s->first, NEW_YEAR + 5 * MINUTES);
    assert_int_equal(s->last, NEW_YEAR + 30 * MINUTES);
    assert_int_equal(s->rows, 4);
    assert_int_equal(s->gaps, 1);
    assert_int_equal(s->missing, 2);
    assert_int_equal(s->repeats, 1);
    assert_int_equal(s->conflicts, 1);
    assert_int_equal(s->unsorted, 1);
    assert_int_equal(s->negatives, 2);
    assert_int_equal(s->zeros, 2);
    assert_true(s->low == -3 && s->high == 9 && s->mean == 1.5);
    assert_true(has_note(&about, "another value for an interval that has one, first 2025/01/01 00:10:00 in line 6"));
    assert_true(has_note(&about, "1 gap, the first before 2025/01/01 00:30:00"));
    assert_int_equal(about.series[1].rows, 1);
    assert_int_equal(about.series[1].interval, 0);
    etp_data_about_fini(&about);
}

static void blanks_of_demand_are_counted(void **state)
{
    (void)state;
    etp_data_about about = look("REGION,INTERVAL_END,DEMAND_ACTUAL_MW,ROOFTOPPV_ACTUAL_MW\n"
                                "SA1,2025-01-01T00:30+10:00,-20,3\nSA1,2025-01-01T01:00+10:00,,5\n"
                                "SA1,2025-01-01T01:30+10:00,10,4\n");
    assert_int_equal(about.series_count, 2);
    assert_string_equal(about.series[0].name, "SA1 demand");
    assert_string_equal(about.series[1].name, "SA1 rooftop sun");
    assert_int_equal(about.series[0].rows, 2);
    assert_int_equal(about.series[0].blanks, 1);
    assert_int_equal(about.series[1].rows, 3);
    etp_data_about_fini(&about);
}

static void what_may_be_another_file_than_it_seems_is_noted(void **state)
{
    (void)state;
    static const char mms[] = "I,DISPATCH,PRICE,4,SETTLEMENTDATE,REGIONID,RRP\n"
                              "D,DISPATCH,PRICE,4,2025/01/01 00:00:00,SA1,8.3\n"
                              "D,DISPATCH,PRICE,4,2025/01/08 00:00:00,SA1,-2.1\n";
    char whole[sizeof mms + 32];
    etp_data_about about = look(mms);
    assert_true(has_note(&about, "the file may be cut off"));
    assert_true(has_note(&about, "SA1: all 2 prices lie from -25 to 25 A$/MWh, as in no week of the market"));
    etp_data_about_fini(&about);
    char low[4096] = "REGION,SETTLEMENTDATE,RRP\n";
    for (int day = 1; day <= 28; day++)
        snprintf(low + strlen(low), sizeof low - strlen(low), "SA1,2025/01/%02d 00:00:00,%d\n", day,
                 day <= 4 ? 31 : 28);
    about = look(low);
    assert_true(has_note(&about, "SA1: only 4 of 28 prices are above 30 A$/MWh"));
    etp_data_about_fini(&about);
    char demand[4096] = "REGION,SETTLEMENTDATE,RRP\n";
    for (int i = 1; i <= 24; i++)
        snprintf(demand + strlen(demand), sizeof demand - strlen(demand), "SA1,2025/01/%02d %02d:00:00,1400\n",
                 1 + i / 24, i % 24);
    about = look(demand);
    assert_true(has_note(&about, "24 prices are above 1000 A$/MWh; were the columns"));
    etp_data_about_fini(&about);
    snprintf(whole, sizeof whole, "%sC,\"END OF REPORT\",3\n", mms);
    about = look(whole);
    assert_false(has_note(&about, "cut off"));
    etp_data_about_fini(&about);
}

/* ---- caps ---- */

static void a_price_above_the_cap_of_its_time_is_pointed_out(void **state)
{
    (void)state;
    put_file("caps.csv", "effective_from,market_price_cap_aud_mwh,market_floor_aud_mwh\n2025-07-01,20300,-1000\n"
                         "2024-07-01,17500,-1000\n2026-07-01,,-1000\n");
    put_file("p.csv", HEAD "SA1,2025/07/01 00:00:00,1,17500,T\nSA1,2025/07/01 00:05:00,1,20300,T\n"
                           "SA1,2026/07/01 00:05:00,1,24000,T\nSA1,2024/06/30 23:55:00,1,24000,T\n");
    put_file("q.csv", HEAD "SA1,2025/07/01 00:00:00,1,17500.001,T\nSA1,2025/07/01 00:05:00,1,20301,T\n");
    etp_catalogue catalogue;
    assert_int_equal(etp_catalogue_read(&catalogue, test_folder, &failure), 0);
    assert_int_equal(catalogue.count, 3);
    assert_int_equal(catalogue.caps.count, 3);
    assert_int_equal(etp_catalogue_check_caps(&catalogue, &failure), 0);
    assert_false(has_note(&catalogue.files[1].about, "outside the limits"));
    assert_true(has_note(&catalogue.files[2].about,
                         "2 prices are outside the limits of their time, the first at 2025/07/01 00:00:00: 17500.001, "
                         "where the cap is 17500 A$/MWh from 2024/07/01 on"));
    etp_catalogue_fini(&catalogue);
    take_file("caps.csv");
    take_file("p.csv");
    take_file("q.csv");
}

static void tables_of_caps_that_are_wrong_are_refused(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"not a day,100,-10\n", "\"not a day\" is no day"},
        {"2020-07-01,many,-10\n", "\"many\" is no limit"},
        {"2020-07-01,-10,100\n", "were the columns swapped"},
        {"2020-07-01,100\n", "2 fields, where the header has 3"},
        {"", "no rows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(text, sizeof text, "effective_from,market_price_cap_aud_mwh,market_floor_aud_mwh\n%s", cases[i][0]);
        etp_data_about about = look(text);
        assert_int_equal(failure.code, ETP_EFORMAT);
        assert_non_null(strstr(failure.text, cases[i][1]));
        etp_data_about_fini(&about);
    }
}

/* ---- a folder ---- */

/* A file of `count` prices from `from` minutes of the year on. */
static void put_prices(const char *name, const char *region, int from, int count)
{
    char text[4096] = HEAD;
    for (int i = 1; i <= count; i++) {
        int minute = from + 5 * i;
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s,2025/01/01 %02d:%02d:00,1,%d,T\n", region,
                 minute / 60, minute % 60, minute);
    }
    put_file(name, text);
}

static void a_span_is_covered_by_one_file_or_by_several(void **state)
{
    (void)state;
    put_prices("a.csv", "SA1", 0, 12);
    put_prices("b.csv", "SA1", 60, 12);
    put_prices("c.csv", "SA1", 30, 12);
    put_prices("d.csv", "VIC1", 0, 24);
    put_file("broken.csv", HEAD "SA1,yesterday,1,2,T\n");
    put_file("readme.txt", "no data\n");
    etp_catalogue catalogue;
    etp_catalogue_prices found;
    assert_int_equal(etp_catalogue_read(&catalogue, test_folder, &failure), 0);
    assert_int_equal(catalogue.count, 5);
    assert_int_equal(catalogue.files[2].code, ETP_EFORMAT);
    assert_non_null(strstr(catalogue.files[2].error, "line 2"));
    assert_ptr_equal(etp_catalogue_find(&catalogue, "price-and-demand"), &catalogue.files[0]);
    assert_null(etp_catalogue_find(&catalogue, "region-demand"));
    etp_time five = 5 * MINUTES;
    assert_int_equal(etp_catalogue_find_prices(&catalogue, "SA1", NEW_YEAR + 35 * MINUTES, NEW_YEAR + 85 * MINUTES,
                                               five, &found, &failure),
                     0);
    assert_int_equal(found.count, 1);
    assert_ptr_equal(found.files[0], &catalogue.files[3]);
    etp_trace trace;
    etp_prices_facts facts;
    assert_int_equal(etp_catalogue_load_prices(&catalogue, "SA1", NEW_YEAR, NEW_YEAR + 120 * MINUTES, five,
                                               ETP_GAPS_REFUSE, &trace, &facts, &failure),
                     0);
    assert_int_equal(trace.count, 24);
    assert_int_equal(trace.prices[23], 120 * 1000);
    etp_trace_fini(&trace);
    assert_int_equal(
        etp_catalogue_find_prices(&catalogue, "SA1", NEW_YEAR, NEW_YEAR + 121 * MINUTES, five, &found, &failure),
        ETP_ENOENT);
    assert_non_null(strstr(failure.text, "2025/01/01 00:00 to 2025/01/01 01:00 every 300 s"));
    assert_int_equal(etp_catalogue_find_prices(&catalogue, "SA1", NEW_YEAR, NEW_YEAR, five, &found, &failure),
                     ETP_EINVAL);
    etp_catalogue_fini(&catalogue);
    static const char *const names[] = {"a.csv", "b.csv", "c.csv", "d.csv", "broken.csv", "readme.txt"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        take_file(names[i]);
}

static void what_is_no_folder_is_told(void **state)
{
    (void)state;
    etp_catalogue catalogue;
    assert_int_equal(etp_catalogue_read(&catalogue, in_folder("nothing"), &failure), ETP_EIO);
    assert_non_null(strstr(failure.text, "cannot be read as a folder"));
    etp_catalogue_fini(&catalogue);
    etp_catalogue_fini(&(etp_catalogue){0});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(formats_are_known_by_their_content),
        cmocka_unit_test(a_look_tells_spans_and_faults),
        cmocka_unit_test(what_may_be_another_file_than_it_seems_is_noted),
        cmocka_unit_test(blanks_of_demand_are_counted),
        cmocka_unit_test(a_price_above_the_cap_of_its_time_is_pointed_out),
        cmocka_unit_test(tables_of_caps_that_are_wrong_are_refused),
        cmocka_unit_test(a_span_is_covered_by_one_file_or_by_several),
        cmocka_unit_test(what_is_no_folder_is_told),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
