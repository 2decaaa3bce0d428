/* SPDX-License-Identifier: MIT */
/* Files of prices in every format that is published: what is taken of them, and what is refused with which words. */
#include "test_data_tools.h"

/* ---- reading a text ---- */

static etp_trace trace;
static etp_prices_facts facts;
static etp_error failure;

static int load(const char *text, const etp_prices_wanted *wanted)
{
    put_file("prices.csv", text);
    const char *path = in_folder("prices.csv");
    failure = (etp_error){0};
    facts = (etp_prices_facts){0};
    int rc = etp_prices_load(&trace, &path, 1, wanted, &facts, NULL, &failure);
    take_file("prices.csv");
    return rc;
}

static void take_wanted(const char *text, const etp_prices_wanted *wanted)
{
    int rc = load(text, wanted);
    if (rc != 0)
        print_error("refused: %s\n", failure.text);
    assert_int_equal(rc, 0);
}

static void take(const char *text, const char *region)
{
    take_wanted(text, &(etp_prices_wanted){.region = region});
}

static void has(etp_time starts, etp_time interval, size_t count, const etp_price *prices)
{
    assert_int_equal(trace.starts, starts);
    assert_int_equal(trace.interval, interval);
    assert_int_equal(trace.count, count);
    for (size_t i = 0; i < count; i++)
        assert_int_equal(trace.prices[i], prices[i]);
    etp_trace_fini(&trace);
}

static void refuse(const char *text, const etp_prices_wanted *wanted, const char *part, const char *more)
{
    int rc = load(text, wanted);
    const char *found = strstr(failure.text, part);
    if (rc == 0 || found == NULL || strstr(found, more) == NULL)
        print_error("wanted \"%s\" ... \"%s\", got %d \"%s\"\n", part, more, rc, failure.text);
    assert_true(rc < 0);
    assert_int_equal(failure.code, rc);
    assert_non_null(found);
    assert_non_null(strstr(found, more));
    assert_null(trace.prices);
}

static void refuse_plain(const char *text, const char *part, const char *more)
{
    refuse(text, &(etp_prices_wanted){0}, part, more);
}

/* ---- MMS and NEMWEB ---- */

#define C_ROW "C,SETP.WORLD,DVD_DISPATCHPRICE,AEMO,PUBLIC,2025/02/06,16:15:07,0000000001,,0000000002\r\n"
#define I_ROW "I,DISPATCH,PRICE,4,SETTLEMENTDATE,RUNNO,REGIONID,DISPATCHINTERVAL,INTERVENTION,RRP,EEP\r\n"
#define D_ROW(time, region, intervention, price) \
    "D,DISPATCH,PRICE,4,\"2025/01/01 " time "\",1," region ",1," intervention "," price ",0\n"

static void an_mms_table_is_read_by_the_names_of_its_i_row(void **state)
{
    (void)state;
    static const char text[] = C_ROW I_ROW D_ROW("00:05:00", "NSW1", "0", "80.12345")
        D_ROW("00:05:00", "SA1", "0", "-3") D_ROW("00:10:00", "NSW1", "0", "81")
            D_ROW("00:10:00", "SA1", "0", "-4.0000000000000000000001") "C,\"END OF REPORT\",44643";
    take(text, "NSW1");
    assert_string_equal(trace.region, "NSW1");
    assert_string_equal(trace.source, "AEMO");
    has(NEW_YEAR, 5 * MINUTES, 2, (etp_price[]){80123, 81000});
    take(text, "SA1");
    has(NEW_YEAR, 5 * MINUTES, 2, (etp_price[]){-3000, -4000});
    refuse_plain(text, "2 regions (NSW1, SA1", "--region");
    refuse(text, &(etp_prices_wanted){.region = "QLD1"}, "no prices of the region QLD1", "NSW1, SA1");
}

static void rows_of_an_intervention_are_no_prices(void **state)
{
    (void)state;
    take(I_ROW D_ROW("15:40:00", "NSW1", "1", "667.11") D_ROW("15:40:00", "NSW1", "0", "12769.61")
             D_ROW("15:45:00", "NSW1", "0", "300") D_ROW("15:45:00", "NSW1", "1", "299"),
         NULL);
    assert_int_equal(facts.interventions, 2);
    has(NEW_YEAR + 935 * MINUTES, 5 * MINUTES, 2, (etp_price[]){12769610, 300000});
    refuse_plain(I_ROW D_ROW("15:40:00", "NSW1", "2", "667.11"), "line 2", "INTERVENTION is \"2\"");
}

/* A NEMWEB dispatch report: several tables, columns of the same names in others, a second version of ours. */
static void other_tables_of_a_report_are_passed_over(void **state)
{
    (void)state;
    take("C,NEMP.WORLD,DISPATCHIS,AEMO,PUBLIC,2025/01/01,00:05:05,1,DISPATCHIS,2\r\n"
         "I,DISPATCH,CASE_SOLUTION,2,SETTLEMENTDATE,RUNNO,INTERVENTION\r\n"
         "D,DISPATCH,CASE_SOLUTION,2,\"2025/01/01 00:05:00\",1,0\r\n"
         "I,DISPATCH,LOCAL_PRICE,1,SETTLEMENTDATE,DUID,RRP\r\n"
         "D,DISPATCH,LOCAL_PRICE,1,\"2025/01/01 00:05:00\",AGLHAL,1\r\n"
         "I,DISPATCH,PRICE,5,SETTLEMENTDATE,RUNNO,REGIONID,INTERVENTION,RRP,PRICE_STATUS\r\n"
         "D,DISPATCH,PRICE,5,\"2025/01/01 00:05:00\",1,VIC1,0,220.26879,FIRM\r\n"
         "I,DISPATCH,REGIONSUM,9,SETTLEMENTDATE,RUNNO,REGIONID,INTERVENTION,TOTALDEMAND\r\n"
         "D,DISPATCH,REGIONSUM,9,\"2025/01/01 00:05:00\",1,VIC1,0,4500\r\n"
         "I,DISPATCH,PRICE,6,RRP,REGIONID,SETTLEMENTDATE\r\n"
         "D,DISPATCH,PRICE,6,7.5,VIC1,\"2025/01/01 00:10:00\"\r\n"
         "C,\"END OF REPORT\",12\r\n",
         NULL);
    has(NEW_YEAR, 5 * MINUTES, 2, (etp_price[]){220269, 7500});
}

static void trading_prices_are_put_in_order(void **state)
{
    (void)state;
    take("I,TRADING,PRICE,2,SETTLEMENTDATE,RUNNO,REGIONID,PERIODID,RRP\n"
         "D,TRADING,PRICE,2,2025/01/01 01:30:00,1,SA1,3,3\n"
         "D,TRADING,PRICE,2,2025/01/01 00:30:00,1,SA1,1,1\n"
         "D,TRADING,PRICE,2,2025/01/01 02:00:00,1,SA1,4,4\n"
         "D,TRADING,PRICE,2,2025/01/01 01:00:00,1,SA1,2,2\n",
         NULL);
    assert_int_equal(facts.unsorted, 2);
    assert_int_equal(facts.repeats, 0);
    has(NEW_YEAR, 30 * MINUTES, 4, (etp_price[]){1000, 2000, 3000, 4000});
}

static void mms_files_that_are_damaged_are_refused(void **state)
{
    (void)state;
    refuse_plain(I_ROW D_ROW("00:05:00", "SA1", "0", "1") "D,DISPATCH,PRICE,4,2025/01/01 00:10:00,1,SA1,1,0,13",
                 "line 3", "10 fields, where the header has 11");
    refuse_plain(C_ROW D_ROW("00:05:00", "SA1", "0", "1") I_ROW, "line 2", "before any I row");
    refuse_plain(I_ROW D_ROW("00:05:00", "SA1", "0", "1") "X,DISPATCH,PRICE\n", "line 3", "begins with \"X\"");
    refuse_plain(I_ROW, "a header and no rows", "");
    refuse_plain("I,BID,BIDDAYOFFER_D,3,SETTLEMENTDATE\nD,BID,BIDDAYOFFER_D,3,2025/01/01 00:00:00\n",
                 "without the table DISPATCH PRICE", "found BID BIDDAYOFFER_D");
    refuse_plain(I_ROW D_ROW("00:05:00", "SA1", "0", "1") "I,TRADING,PRICE,2,SETTLEMENTDATE,REGIONID,RRP\n",
                 "both tables", "keep the rows of one");
    refuse_plain("I,DISPATCH,PRICE,4,SETTLEMENTDATE,REGIONID,RRP,RRP\n", "line 1", "two columns named RRP");
}

/* ---- one header, and a time zone that is not that of the stamps ---- */

#define FLAT                           "SETTLEMENTDATE,RUNNO,REGIONID,RRP,LASTCHANGED\n"
#define FLAT_ROW(when, written, price) when ",1,VIC1," price ",\"\"\"" written "\"\"\"\n"

static void a_wrong_zone_is_known_by_when_the_row_was_written(void **state)
{
    (void)state;
    take(FLAT FLAT_ROW("2025-01-01 00:05:00+11:00", "2025/01/01 00:00:06", "1")
             FLAT_ROW("2025-01-01 00:10:00+11:00", "2025/01/01 00:05:20", "2"),
         NULL);
    assert_true(facts.wrong_zone && !facts.zone_converted);
    has(NEW_YEAR, 5 * MINUTES, 2, (etp_price[]){1000, 2000});
}

static void a_right_zone_is_believed(void **state)
{
    (void)state;
    take(FLAT FLAT_ROW("2025-01-01 01:05:00+11:00", "2025/01/01 00:00:06", "1")
             FLAT_ROW("2024-12-31T14:10:00Z", "2025/01/01 00:05:20", "2"),
         NULL);
    assert_true(facts.zone_converted && !facts.wrong_zone);
    has(NEW_YEAR, 5 * MINUTES, 2, (etp_price[]){1000, 2000});
}

static void a_zone_that_nothing_proves_is_refused(void **state)
{
    (void)state;
    refuse_plain(FLAT FLAT_ROW("2025-01-01 00:05:00+11:00", "2025/01/03 00:00:06", "1"), "line 2", "time zone");
    refuse_plain(FLAT "2025-01-01 00:05:00+11:00,1,VIC1,1,soon\n", "line 2", "LASTCHANGED is \"soon\"");
    refuse_plain("SETTLEMENTDATE,REGIONID,RRP\n2025-01-01 00:05:00+11:00,VIC1,1\n", "line 2", "time zone");
}

/* ---- series of one region ---- */

static void a_series_of_half_hours_has_the_region_of_its_name(void **state)
{
    (void)state;
    static const char text[] = "time,spot_price,inter_gen,demand,period\n2025-01-01 00:30:00,54.96,233.68,1700,9\n"
                               "2025-01-01 01:00:00,40.83,222.85,1661,9\n";
    put_file("spot_SA1_2025.csv", text);
    const char *path = in_folder("spot_SA1_2025.csv");
    assert_int_equal(etp_prices_load(&trace, &path, 1, &(etp_prices_wanted){0}, &facts, NULL, &failure), 0);
    assert_true(facts.region_of_name);
    assert_string_equal(trace.region, "SA1");
    has(NEW_YEAR, 30 * MINUTES, 2, (etp_price[]){54960, 40830});
    assert_int_equal(etp_prices_load(&trace, &path, 1, &(etp_prices_wanted){.region = "VIC1"}, &facts, NULL, &failure),
                     ETP_ENOENT);
    take_file("spot_SA1_2025.csv");
    take(text, NULL);
    assert_string_equal(trace.region, "");
    etp_trace_fini(&trace);
    take(text, "TAS1");
    assert_string_equal(trace.region, "TAS1");
    etp_trace_fini(&trace);
}

#define FORECAST "observed_at,hour_of_day,predicted_rrp_per_mwh,actual_rrp_per_mwh\n"

static void a_forecast_is_brought_from_utc_to_nem_time(void **state)
{
    (void)state;
    take(FORECAST "2024-12-31T14:30:00+00:00,0,63.78,42.49491\n2024-12-31T15:00:00+00:00,1,20300.0,9.3333e-05\n"
                  "2024-12-31T15:30:00+00:00,1,1,-1.25E1\n2024-12-31T16:00:00+00:00,2,1,2.5e+03\n",
         "QLD1");
    assert_true(facts.zone_converted);
    has(NEW_YEAR, 30 * MINUTES, 4, (etp_price[]){42495, 0, -12500, 2500000});
    refuse_plain(FORECAST "2024-12-31T14:30:00+00:00,5,1,1\n", "line 2", "time zone");
    refuse_plain(FORECAST "2024-12-31T14:30:00+00:00,0,1,1e9\n", "line 2", "outside");
    refuse_plain(FORECAST "2024-12-31T14:30:00+00:00,0,1,1e\n", "line 2", "no decimal number");
}

/* ---- what is not regular ---- */

#define HEAD            "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n"
#define AT(when, price) "VIC1,2025/" when ",4000," price ",TRADE\n"

static void gaps_are_refused_or_held(void **state)
{
    (void)state;
    static const char text[] =
        HEAD AT("01/01 00:05:00", "1") AT("01/01 00:10:00", "2") AT("01/01 00:25:00", "5") AT("01/01 00:30:00", "6");
    refuse_plain(text, "line 4: 2025/01/01 00:25:00 comes where 2025/01/01 00:15:00 was expected: a gap",
                 "2 intervals are missing");
    take_wanted(text, &(etp_prices_wanted){.gaps = ETP_GAPS_HOLD});
    assert_int_equal(facts.gaps, 1);
    assert_int_equal(facts.held, 2);
    has(NEW_YEAR, 5 * MINUTES, 6, (etp_price[]){1000, 2000, 2000, 2000, 5000, 6000});
}

static void long_gaps_are_not_held(void **state)
{
    (void)state;
    etp_prices_wanted hold = {.gaps = ETP_GAPS_HOLD};
    take_wanted(HEAD AT("01/01 00:05:00", "1") AT("01/01 00:10:00", "2") AT("01/01 02:15:00", "3")
                    AT("01/01 02:20:00", "4"),
                &hold);
    assert_int_equal(facts.held, 24);
    etp_trace_fini(&trace);
    refuse(HEAD AT("01/01 00:05:00", "1") AT("01/01 00:10:00", "2") AT("01/01 02:20:00", "3") AT("01/01 02:25:00", "4"),
           &hold, "a gap", "held over 2 hours at most");
}

/* A clock with daylight saving: an hour that is there twice in April, one that is not there in October. */
static void clocks_with_daylight_saving_are_refused(void **state)
{
    (void)state;
    etp_prices_wanted hold = {.gaps = ETP_GAPS_HOLD};
    refuse(HEAD AT("04/06 02:00:00", "1") AT("04/06 02:30:00", "2") AT("04/06 03:00:00", "3") AT("04/06 02:30:00", "4")
               AT("04/06 03:00:00", "5") AT("04/06 03:30:00", "6"),
           &hold, "line 5: 2025/04/06 02:30:00 is there twice, with 4 A$/MWh, and with 2 in line 3",
           "a clock that was set back");
    refuse_plain(HEAD AT("10/05 01:30:00", "1") AT("10/05 02:00:00", "2") AT("10/05 03:30:00", "3")
                     AT("10/05 04:00:00", "4"),
                 "line 4: 2025/10/05 03:30:00 comes where 2025/10/05 02:30:00 was expected", "a gap");
}

static void intervals_that_change_are_refused(void **state)
{
    (void)state;
    etp_prices_wanted hold = {.gaps = ETP_GAPS_HOLD};
    refuse(HEAD AT("01/01 00:30:00", "1") AT("01/01 01:00:00", "1") AT("01/01 01:30:00", "1") AT("01/01 02:00:00", "1")
               AT("01/01 02:05:00", "1") AT("01/01 02:10:00", "1") AT("01/01 02:15:00", "1") AT("01/01 02:20:00", "1")
                   AT("01/01 02:25:00", "1"),
           &hold, "the intervals change", "cut the file there");
    refuse(HEAD AT("01/01 00:05:00", "1") AT("01/01 00:10:00", "1") AT("01/01 00:12:00", "1") AT("01/01 00:15:00", "1")
               AT("01/01 00:20:00", "1") AT("01/01 00:25:00", "1"),
           &hold, "line 4: 2025/01/01 00:12:00 comes 120 s after", "a stamp is wrong");
}

/* The columns of price and demand were swapped: 4 000 MW would be 4 000 A$/MWh all day. */
static void demand_is_no_price(void **state)
{
    (void)state;
    char text[8192] = "REGION,SETTLEMENTDATE,RRP,TOTALDEMAND\n";
    for (int i = 1; i <= 48; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "VIC1,2025/01/%02d %02d:%02d:00,4%03d,%d\n",
                 i < 48 ? 1 : 2, i / 2 % 24, i % 2 * 30, i, i);
    refuse_plain(text, "48 of 48 prices are above 1000 A$/MWh", "swapped");
    char *swapped = strstr(text, "RRP,TOTALDEMAND");
    memcpy(swapped, "TOTALDEMAND,RRP", 15);
    take(text, NULL);
    assert_int_equal(trace.count, 48);
    etp_trace_fini(&trace);
    refuse_plain("SETTLEMENTDATE,REGION,RRP\nVIC1,2025/01/01 00:05:00,3\n", "line 2", "REGION is");
}

static void forecasts_are_no_prices(void **state)
{
    (void)state;
    refuse_plain(HEAD AT("01/01 00:05:00", "1") "VIC1,2025/01/01 00:10:00,4000,2,PD\n", "line 3",
                 "PERIODTYPE is PD: a forecast");
}

static void only_the_span_that_is_wanted_must_be_regular(void **state)
{
    (void)state;
    static const char text[] = HEAD AT("01/01 00:05:00", "1") AT("01/01 00:10:00", "2") AT("01/01 00:15:00", "3")
        AT("01/02 00:00:00", "4") AT("01/02 00:05:00", "5") AT("01/02 00:05:00", "6");
    take_wanted(text, &(etp_prices_wanted){.from = NEW_YEAR + 5 * MINUTES, .until = NEW_YEAR + 15 * MINUTES});
    has(NEW_YEAR + 5 * MINUTES, 5 * MINUTES, 2, (etp_price[]){2000, 3000});
    refuse(text, &(etp_prices_wanted){.from = NEW_YEAR, .until = NEW_YEAR + 20 * MINUTES},
           "prices from 2025/01/01 00:00:00 to 2025/01/01 00:20:00 are wanted", "to 2025/01/01 00:15:00");
    refuse(text, &(etp_prices_wanted){.from = NEW_YEAR + 60 * MINUTES, .until = NEW_YEAR + 90 * MINUTES},
           "there are no prices from", "2025/01/01 01:00:00");
}

/* ---- several files ---- */

static void months_are_joined_in_any_order(void **state)
{
    (void)state;
    put_file("b.csv", HEAD AT("01/01 00:15:00", "3") AT("01/01 00:20:00", "4"));
    put_file("a.csv", HEAD AT("01/01 00:05:00", "1") AT("01/01 00:10:00", "2") AT("01/01 00:15:00", "3"));
    char first[PATH_SIZE], second[PATH_SIZE];
    strcpy(first, in_folder("b.csv"));
    strcpy(second, in_folder("a.csv"));
    const char *paths[] = {first, second};
    assert_int_equal(etp_prices_load(&trace, paths, 2, &(etp_prices_wanted){0}, &facts, NULL, &failure), 0);
    assert_int_equal(facts.repeats, 1);
    assert_int_equal(facts.unsorted, 0);
    has(NEW_YEAR, 5 * MINUTES, 4, (etp_price[]){1000, 2000, 3000, 4000});
    put_file("b.csv", HEAD AT("01/01 00:15:00", "30") AT("01/01 00:20:00", "4"));
    assert_int_equal(etp_prices_load(&trace, paths, 2, &(etp_prices_wanted){0}, NULL, NULL, &failure), ETP_EFORMAT);
    assert_non_null(strstr(failure.text, first));
    assert_non_null(strstr(failure.text, second));
    take_file("a.csv");
    take_file("b.csv");
    assert_int_equal(etp_prices_load(&trace, paths, 0, &(etp_prices_wanted){0}, NULL, NULL, &failure), ETP_EINVAL);
}

/* ---- clipping ---- */

static void clipping_lowers_and_counts(void **state)
{
    (void)state;
    take(HEAD AT("01/01 00:05:00", "-1000") AT("01/01 00:10:00", "300") AT("01/01 00:15:00", "300.001")
             AT("01/01 00:20:00", "17500"),
         NULL);
    uint64_t hash = trace.hash;
    assert_int_equal(etp_trace_clip(&trace, 20000 * 1000), 0);
    assert_int_equal(trace.hash, hash);
    assert_int_equal(etp_trace_clip(&trace, 300 * 1000), 2);
    assert_true(trace.hash != hash);
    has(NEW_YEAR, 5 * MINUTES, 4, (etp_price[]){-1000000, 300000, 300000, 300000});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_mms_table_is_read_by_the_names_of_its_i_row),
        cmocka_unit_test(rows_of_an_intervention_are_no_prices),
        cmocka_unit_test(other_tables_of_a_report_are_passed_over),
        cmocka_unit_test(trading_prices_are_put_in_order),
        cmocka_unit_test(mms_files_that_are_damaged_are_refused),
        cmocka_unit_test(a_wrong_zone_is_known_by_when_the_row_was_written),
        cmocka_unit_test(a_right_zone_is_believed),
        cmocka_unit_test(a_zone_that_nothing_proves_is_refused),
        cmocka_unit_test(a_series_of_half_hours_has_the_region_of_its_name),
        cmocka_unit_test(a_forecast_is_brought_from_utc_to_nem_time),
        cmocka_unit_test(gaps_are_refused_or_held),
        cmocka_unit_test(long_gaps_are_not_held),
        cmocka_unit_test(clocks_with_daylight_saving_are_refused),
        cmocka_unit_test(intervals_that_change_are_refused),
        cmocka_unit_test(demand_is_no_price),
        cmocka_unit_test(forecasts_are_no_prices),
        cmocka_unit_test(only_the_span_that_is_wanted_must_be_regular),
        cmocka_unit_test(months_are_joined_in_any_order),
        cmocka_unit_test(clipping_lowers_and_counts),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
