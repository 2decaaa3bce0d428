/* SPDX-License-Identifier: MIT */
/* Which texts are taken as a trace, and what is said of those that are not. */
#include "test_trace_tools.h"

#define HEAD "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n"
#define ROW1 "VIC1,2025/01/01 00:05:00,4339,130,TRADE\n"
#define ROW2 "VIC1,2025/01/01 00:10:00,4310.79,125.50,TRADE\n"

/* ---- taken ---- */

static etp_trace take(const char *text)
{
    etp_trace trace;
    etp_error error = {0};
    int rc = etp_trace_parse(&trace, "x.csv", text, strlen(text), NULL, &error);
    if (rc != 0)
        print_error("refused: %s\n", error.text);
    assert_int_equal(rc, 0);
    return trace;
}

static void a_plain_file_is_taken(void **state)
{
    (void)state;
    etp_trace trace = take(HEAD ROW1 ROW2);
    assert_int_equal(trace.count, 2);
    assert_int_equal(trace.starts, INT64_C(1735689600) * ETP_NS_PER_SECOND); /* stamps are ends: 2025-01-01 00:00 */
    assert_int_equal(trace.interval, 300 * ETP_NS_PER_SECOND);
    assert_int_equal(trace.prices[0], 130000);
    assert_int_equal(trace.prices[1], 125500);
    assert_string_equal(trace.source, "AEMO");
    assert_string_equal(trace.region, "VIC1");
    etp_trace_fini(&trace);
}

static void the_same_data_in_other_clothes_are_the_same_trace(void **state)
{
    (void)state;
    static const char *const clothes[] = {
        "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\r\nVIC1,2025/01/01 00:05:00,4339,130,TRADE\r\n"
        "VIC1,2025/01/01 00:10:00,4310.79,125.50,TRADE\r\n",
        "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\r\nVIC1,2025/01/01 00:05:00,4339,130,TRADE\n"
        "VIC1,2025/01/01 00:10:00,4310.79,125.50,TRADE",
        "REGION,SETTLEMENTDATE,RRP\r\nVIC1,2025/01/01 00:05:00,130\r\n\"VIC1\",2025/01/01 00:10:00,\"125.5\"\r\n\r\n",
        "\xef\xbb\xbf" HEAD ROW1 ROW2,
        HEAD ROW1 ROW2 "\n\r\n\n",
        HEAD "VIC1,2025-01-01 00:05:00,,130.0,DISPATCH\nVIC1,2025-01-01T00:10:00,-7,125.500000000000000000001,X\n",
        HEAD "VIC1,\"2025/01/01 00:05:00\",1,\"130\",TRADE\n\"VIC1\",\"2025/01/01 00:10\",\"1,2 \"\"three\"\"\",+125.5,"
             "\"\"\n",
        "RRP,REGION,SETTLEMENTDATE\n130.0004,VIC1,2025/01/01 00:05:00\n125.4995,VIC1,2025/01/01 00:10:00\n",
        " rrp , Region,\"settlementdate\"\n 130. ,VIC1 , 2025/01/01 00:05:00\n0125.5,VIC1,2025/01/01 00:10:00\n",
        "REGION,SETTLEMENTDATE,RRP,\xc3\xa9\xe2\x82\xac\xf0\x9f\x94\x8b\nVIC1,2025/01/01 00:05:00,130,\xc3\xa9\n"
        "VIC1,2025/01/01 00:10:00,125.5,\n",
        /* rows out of order, an interval that is said twice, quotes that are part of the text, NEM time's own zone */
        HEAD ROW2 ROW1,
        HEAD ROW1 ROW2 ROW2,
        HEAD ROW1 "VIC1,\"\"\"2025/01/01 00:10:00\"\"\",4310.79,125.50,TRADE\n",
        HEAD "VIC1,2025-01-01T00:05:00+10:00,4339,130,TRADE\nVIC1,2025-01-01 00:10+1000,4310.79,125.50,TRADE\n",
    };
    etp_trace plain = take(HEAD ROW1 ROW2);
    for (size_t i = 0; i < sizeof clothes / sizeof *clothes; i++) {
        etp_trace trace = take(clothes[i]);
        assert_int_equal(trace.hash, plain.hash);
        assert_string_equal(trace.region, "VIC1");
        etp_trace_fini(&trace);
    }
    etp_trace_fini(&plain);
}

static void prices_are_exact_to_the_unit(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        etp_price price;
    } cases[] = {
        {"0", 0},
        {"-0", 0},
        {"0.001", 1},
        {"0.0005", 1},
        {"0.00049999", 0},
        {"-0.0005", -1},
        {"-0.0004", 0},
        {"38", 38000},
        {"-44", -44000},
        {"-1000", -1000000},
        {"25000", 25000000},
        {"17500.00", 17500000},
        {".5", 500},
        {"220.26879", 220269},
        {"-59.88", -59880},
        {"20299.99", 20299990},
        {"0.9999", 1000},
        {"00012.25", 12250},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(text, sizeof text, "%sVIC1,2025/01/01 00:05:00,1,%s,TRADE\n%s", HEAD, cases[i].text, ROW2);
        etp_trace trace = take(text);
        assert_int_equal(trace.prices[0], cases[i].price);
        etp_trace_fini(&trace);
    }
}

static void intervals_and_calendars_are_understood(void **state)
{
    (void)state;
    static const struct {
        const char *first, *second;
        int64_t starts, interval; /* in seconds */
    } cases[] = {
        {"2024/02/29 00:00:00", "2024/02/29 00:30:00", 1709163000, 1800}, /* 2024-02-28 23:30 */
        {"2020/12/31 23:55:00", "2021/01/01 00:00:00", 1609458600, 300},
        {"2000/02/28 00:00:00", "2000/02/29 00:00:00", 951609600, 86400},  /* a leap year, being divisible by 400 */
        {"2100/02/28 00:00:00", "2100/03/01 00:00:00", 4107369600, 86400}, /* not one */
        {"1999/12/31 23:59:59", "2000/01/01 00:00:00", 946684798, 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[256];
        snprintf(text, sizeof text, "REGION,SETTLEMENTDATE,RRP\nSA1,%s,1\nSA1,%s,2\n", cases[i].first, cases[i].second);
        etp_trace trace = take(text);
        assert_int_equal(trace.starts, cases[i].starts * ETP_NS_PER_SECOND);
        assert_int_equal(trace.interval, cases[i].interval * ETP_NS_PER_SECOND);
        etp_trace_fini(&trace);
    }
}

/* ---- refused ---- */

/* Refused with a sentence that holds `part` and, in that order, `more`. */
static void refuse_bytes(const char *text, size_t size, const char *part, const char *more)
{
    etp_trace trace;
    etp_error error = {0};
    int rc = etp_trace_parse(&trace, "x.csv", text, size, NULL, &error);
    const char *found = strstr(error.text, part);
    if (rc != ETP_EFORMAT || found == NULL || strstr(found, more) == NULL)
        print_error("wanted \"%s\" ... \"%s\", got %d \"%s\"\n", part, more, rc, error.text);
    assert_int_equal(rc, ETP_EFORMAT);
    assert_int_equal(error.code, ETP_EFORMAT);
    assert_non_null(found);
    assert_non_null(strstr(found, more));
    assert_int_equal(strncmp(error.text, "x.csv", 5), 0);
    assert_null(trace.prices);
}

typedef struct refusal {
    const char *text, *part, *more;
} refusal;

static void refuse_all(const refusal *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        refuse_bytes(cases[i].text, strlen(cases[i].text), cases[i].part, cases[i].more);
}

#define REFUSE_ALL(cases) refuse_all(cases, sizeof(cases) / sizeof *(cases))

static void whole_files_are_refused(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {"", "empty", ""},
        {"\xef\xbb\xbf", "empty", ""},
        {"\n\n", "line 1", "header"},
        {HEAD, "line 1", "no rows"},
        {HEAD "\n\n", "no rows", ""},
        {HEAD ROW1, "one row", "two are needed"},
        {"\x1f\x8b\x08", "gzip", "cut off or damaged"},
        {"PK\x03\x04", "zip", "unzip"},
        {"\xff\xfeR", "UTF-16", "UTF-8"},
        {"C,SETP.WORLD,DVD_DISPATCHPRICE\nI,DISPATCH,PRICE\n", "line 2", "no column named SETTLEMENTDATE"},
        {"I,DISPATCH,PRICE,4,SETTLEMENTDATE,RRP\n", "line 1", "no column named REGIONID"},
        {"\"D\",TRADING,PRICE\n", "MMS", "no table"},
    };
    REFUSE_ALL(cases);
}

static void wrong_columns_are_named(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {"time,price,inter_gen,demand,period\n2019-07-01 00:30:00,54.96,233.68,1700,2\n", "no column named spot_price",
         "found time, price, inter_gen, demand, period"},
        {"month,load\n1,2\n", "no column named REGION", "found month, load"},
        {"REGION,SETTLEMENTDATE,TOTALDEMAND\n" ROW1, "no column named RRP", "REGION SETTLEMENTDATE RRP"},
        {"REGION,RRP,SETTLEMENTDATE,RRP\n" ROW1, "two columns named RRP", "remove"},
        {"VIC1,2025/01/01 00:05:00,4339,130,TRADE\n", "no column", "found VIC1"},
        {"a\tb\x1b[2J\n", "found a?b?[2J", ""},
    };
    REFUSE_ALL(cases);
}

static void long_lists_of_columns_are_cut(void **state)
{
    (void)state;
    char text[3000] = "";
    for (int i = 0; i < 100; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%sCOLUMN_%d", i > 0 ? "," : "", i);
    refuse_bytes(text, strlen(text), "COLUMN_0, COLUMN_1,", ", ...");
    for (int i = 0; i < 200; i++)
        strcat(text, ",C");
    refuse_bytes(text, strlen(text), "line 1", "more than 256 fields");
}

static void rows_that_cannot_be_split_are_refused(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {HEAD ROW1 "VIC1,2025/01/01 00:10:00,4310\n" ROW2, "line 3", "3 fields, where the header has 5"},
        {HEAD ROW1 "VIC1,2025/01/01 00:10:00,1,2,TRADE,6\n", "line 3", "6 fields"},
        {HEAD ROW1 "\n" ROW2, "line 3", "empty"},
        {HEAD "VIC1,\"2025/01/01 00:05:00,1,2,TRADE\n" ROW2, "line 2", "quote"},
        {HEAD "VIC1,\"2025/01/01\" 00:05:00,1,2,TRADE\n", "line 2", "quote"},
        {HEAD "VIC1,\"\"\"2025/01/01\"\"\",1,2,TRADE\n", "line 2", "expected like 2025/01/31 00:05:00"},
        {"REGION,\"", "line 1", "quote"},
    };
    REFUSE_ALL(cases);
}

static void too_long_lines_are_refused(void **state)
{
    (void)state;
    static char text[10000];
    memset(text, 'x', sizeof text);
    refuse_bytes(text, sizeof text, "line 1", "longer than 8192");
    memset(text, ',', sizeof text);
    refuse_bytes(text, 4096, "line 1", "more than 256 fields");
}

#define WITH_PRICE(price) HEAD ROW1 "VIC1,2025/01/01 00:10:00,1," price ",TRADE\n"

static void wrong_prices_are_refused(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {WITH_PRICE(""), "line 3", "RRP is empty"},
        {WITH_PRICE("  "), "line 3", "RRP is empty"},
        {WITH_PRICE("NaN"), "line 3", "\"NaN\""},
        {WITH_PRICE("nan"), "line 3", "decimal"},
        {WITH_PRICE("inf"), "line 3", "decimal"},
        {WITH_PRICE("-Infinity"), "line 3", "decimal"},
        {WITH_PRICE("1e3"), "line 3", "decimal"},
        {WITH_PRICE("0x10"), "line 3", "decimal"},
        {WITH_PRICE("--1"), "line 3", "decimal"},
        {WITH_PRICE("-"), "line 3", "decimal"},
        {WITH_PRICE("."), "line 3", "decimal"},
        {WITH_PRICE("1.2.3"), "line 3", "decimal"},
        {WITH_PRICE("12 3"), "line 3", "decimal"},
        {WITH_PRICE("\"1,5\""), "line 3", "\"1,5\""},
        {WITH_PRICE("25000.001"), "line 3", "outside -1000 to 25000"},
        {WITH_PRICE("-1000.001"), "line 3", "outside"},
        {WITH_PRICE("99999999999999999999999999999999"), "line 3", "outside"},
        {WITH_PRICE("18446744073709551617"), "line 3", "outside"},
    };
    REFUSE_ALL(cases);
}

#define WITH_STAMP(stamp) HEAD ROW1 "VIC1," stamp ",1,2,TRADE\n"

static void wrong_stamps_are_refused(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {WITH_STAMP(""), "line 3", "expected like"},
        {WITH_STAMP("2025/02/31 00:10:00"), "line 3", "no such day"},
        {WITH_STAMP("2025/02/29 00:10:00"), "line 3", "no such day"},
        {WITH_STAMP("2100/02/29 00:10:00"), "line 3", "no such day"},
        {WITH_STAMP("2025/13/01 00:10:00"), "line 3", "no such day"},
        {WITH_STAMP("2025/00/01 00:10:00"), "line 3", "no such day"},
        {WITH_STAMP("2025/01/00 00:10:00"), "line 3", "no such day"},
        {WITH_STAMP("2025/01/01 24:00:00"), "line 3", "no such day"},
        {WITH_STAMP("2025/01/01 00:60:00"), "line 3", "no such day"},
        {WITH_STAMP("2025/01/01 00:10:60"), "line 3", "no such day"},
        {WITH_STAMP("0000/01/01 00:10:00"), "line 3", "no such day"},
        {WITH_STAMP("2200/01/01 00:10:00"), "line 3", "1990 to 2199"},
        {WITH_STAMP("1/01/2025 0:10"), "line 3", "spreadsheet"},
        {WITH_STAMP("2025/01-01 00:10:00"), "line 3", "expected like"},
        {WITH_STAMP("2025/1/1 00:10:00"), "line 3", "expected like"},
        {WITH_STAMP("2025/01/01"), "line 3", "expected like"},
        {WITH_STAMP("2025/01/01 00:10:"), "line 3", "expected like"},
        {WITH_STAMP("2025/01/01 00:10:00.5"), "line 3", "expected like"},
        {WITH_STAMP("2025/01/01 00:10:00 AM"), "line 3", "expected like"},
        {WITH_STAMP("2025-01-01 00:10:00+11:00"), "line 3", "time zone"},
        {WITH_STAMP("2025-01-01T00:10+09:30"), "line 3", "UTC+10"},
        {WITH_STAMP("2025-01-01T00:10:00Z"), "line 3", "time zone"},
        {WITH_STAMP("2025-01-01T00:10:00-05:00"), "line 3", "time zone"},
        {WITH_STAMP("2025-01-01T00:10:00+15:00"), "line 3", "expected like"},
        {WITH_STAMP("2025-01-01T00:10:00+1"), "line 3", "expected like"},
        {WITH_STAMP("2025-01-01T00:10:00+10:60"), "line 3", "expected like"},
        {WITH_STAMP("2025-01-01T00:10:00Zulu"), "line 3", "expected like"},
    };
    REFUSE_ALL(cases);
}

#define AT(time) "VIC1,2025/01/01 " time ",1,2,TRADE\n"

static void series_that_are_not_regular_are_refused(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {HEAD AT("00:05:00") AT("00:10:00") AT("00:20:00"), "line 4",
         "2025/01/01 00:20:00 comes where 2025/01/01 00:15:00 was expected: a gap"},
        {HEAD AT("00:05:00") AT("00:10:00") "VIC1,2025/01/01 00:10:00,1,3,TRADE\n" AT("00:15:00"), "line 4",
         "00:10:00 is there twice, with 3 A$/MWh, and with 2 in line 3"},
        {HEAD AT("00:05:00") AT("00:05:00"), "one row", "two are needed"},
        {HEAD AT("00:05:00") AT("00:15:00") AT("00:20:00"), "line 3",
         "00:15:00 comes where 2025/01/01 00:10:00 was expected: a gap"},
        {HEAD AT("00:05:00") AT("00:10:00") AT("00:15:00") AT("00:17:00"), "line 5", "comes 120 s after"},
        {HEAD AT("00:30:00") AT("01:00:00") AT("01:30:00") AT("02:00:00") AT("02:05:00") AT("02:10:00") AT("02:15:00")
             AT("02:20:00") AT("02:25:00"),
         "line 3", "most rows are 300 s apart: the intervals change"},
        {HEAD AT("00:05:00") AT("00:12:00"), "420 s apart", "does not divide a day"},
    };
    REFUSE_ALL(cases);
}

static void other_regions_are_refused(void **state)
{
    (void)state;
    static const refusal cases[] = {
        {HEAD ROW1 "NSW1,2025/01/01 00:05:00,1,2,TRADE\n", "2 regions (VIC1, NSW1; the second from line 3 on)",
         "--region"},
        {HEAD ROW1 "vic1,2025/01/01 00:10:00,1,2,TRADE\n", "VIC1, vic1", "line 3"},
        {HEAD ",2025/01/01 00:10:00,1,2,TRADE\n", "line 2", "REGION is \"\""},
        {HEAD ROW1 ROW2 HEAD, "line 4", "header is there again"},
        {HEAD "ABCDEFGHIJKLMNOP,2025/01/01 00:10:00,1,2,TRADE\n", "line 2", "1 to 15"},
    };
    REFUSE_ALL(cases);
}

#define BYTES(text, part, more)                            \
    do {                                                   \
        static const char bytes[] = text;                  \
        refuse_bytes(bytes, sizeof bytes - 1, part, more); \
    } while (0)

static void what_is_not_utf8_is_refused(void **state)
{
    (void)state;
    BYTES(HEAD ROW1 "VIC1,2025\xff/01", "line 3, byte 10", "0xff");
    BYTES(HEAD "\0", "line 2, byte 1", "0x00");
    BYTES(HEAD ROW1 "VIC1\0", "line 3, byte 5", "0x00");
    BYTES("\xc0\x80", "line 1, byte 1", "0xc0");         /* NUL, written too long */
    BYTES("a\xed\xa0\x80", "line 1, byte 2", "0xed");    /* a surrogate */
    BYTES("\xf4\x90\x80\x80", "line 1, byte 1", "0xf4"); /* above the last character */
    BYTES("\xe0\x9f\xbf", "line 1, byte 1", "0xe0");     /* written too long */
    BYTES("\xf0\x8f\xbf\xbf", "line 1, byte 1", "0xf0"); /* written too long */
    BYTES("\xe2\x82", "line 1, byte 1", "0xe2");         /* cut off */
    BYTES("\xe2\x82z", "line 1, byte 1", "0xe2");        /* broken */
    BYTES("\x80", "line 1, byte 1", "0x80");             /* the middle of a character */
    BYTES("\xf5\x80\x80\x80", "line 1, byte 1", "0xf5"); /* never starts one */
}

static void long_texts_are_shown_cut_between_characters(void **state)
{
    (void)state;
    char text[600] = HEAD "VIC1,";
    for (int i = 0; i < 40; i++)
        strcat(text, "\xc3\xa9\xe2\x82\xac");
    strcat(text, ",1,2,TRADE\n");
    refuse_bytes(text, strlen(text), "\xc3\xa9\xe2\x82\xac...\"", "");
}

static void every_failing_allocation_is_survived(void **state)
{
    (void)state;
    static const char text[] = HEAD ROW1 ROW2;
    enum { NEEDED = 4 };
    for (unsigned left = 0; left <= NEEDED; left++) {
        counting c = {.left = left};
        etp_allocator allocator = counting_allocator(&c);
        etp_error error = {0};
        etp_trace trace;
        int rc = etp_trace_parse(&trace, "x.csv", text, sizeof text - 1, &allocator, &error);
        assert_int_equal(rc, left < NEEDED ? ETP_ENOMEM : 0);
        assert_int_equal(c.bytes, left < NEEDED ? 0 : 2 * sizeof(etp_price));
        assert_true(left == NEEDED || strstr(error.text, "no memory") != NULL);
        etp_trace_fini(&trace);
        assert_int_equal(c.bytes, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_file_is_taken),
        cmocka_unit_test(the_same_data_in_other_clothes_are_the_same_trace),
        cmocka_unit_test(prices_are_exact_to_the_unit),
        cmocka_unit_test(intervals_and_calendars_are_understood),
        cmocka_unit_test(whole_files_are_refused),
        cmocka_unit_test(wrong_columns_are_named),
        cmocka_unit_test(long_lists_of_columns_are_cut),
        cmocka_unit_test(rows_that_cannot_be_split_are_refused),
        cmocka_unit_test(too_long_lines_are_refused),
        cmocka_unit_test(wrong_prices_are_refused),
        cmocka_unit_test(wrong_stamps_are_refused),
        cmocka_unit_test(series_that_are_not_regular_are_refused),
        cmocka_unit_test(other_regions_are_refused),
        cmocka_unit_test(what_is_not_utf8_is_refused),
        cmocka_unit_test(long_texts_are_shown_cut_between_characters),
        cmocka_unit_test(every_failing_allocation_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
