/* SPDX-License-Identifier: MIT */
/* Prices of a node: files that are replayed, and files that are appended to. */
#include "test_files.h"

#include "node/prices/feed.h"
#include "world/calendar.h"

static char last_line[2048];
static unsigned lines;

static void note_line(void *user, etp_log_level level, const char *component, const char *text)
{
    (void)user;
    (void)level;
    assert_string_equal(component, "prices");
    snprintf(last_line, sizeof last_line, "%s", text);
    lines++;
}

static const etp_logger logger = {note_line, NULL, ETP_LOG_INFO};
static const etp_time minute = 60 * ETP_NS_PER_SECOND;

static etp_time at(const char *text)
{
    etp_time when;
    assert_int_equal(etp_stamp_parse((etp_span){text, strlen(text)}, &when), ETP_STAMP_OK);
    return when;
}

static etp_price_feed *open_feed(const etp_node_config *config, etp_time now)
{
    etp_price_feed *feed;
    etp_error error = {0};
    lines = 0;
    last_line[0] = '\0';
    if (etp_price_feed_open(&feed, config, &logger, now, &error) != ETP_OK)
        fail_msg("%s", error.text);
    return feed;
}

static void append_text(const char *path, const char *text)
{
    write_part(path, "a", text, strlen(text));
}

/* ---- followed ---- */

static etp_node_config followed(void)
{
    static char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s", in_folder("follow.csv"));
    remove(path);
    return (etp_node_config){.prices = {.file = path, .follow = true, .stale_after = 15 * minute},
                             .market = {.utc_offset = 10 * ETP_NS_PER_HOUR}};
}

static void the_newest_row_that_is_not_in_the_future_counts(void **state)
{
    (void)state;
    etp_node_config config = followed();
    write_file(config.prices.file, "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n"
                                   "VIC1,2026/01/05 12:00:00,5000,80.5,TRADE\n"
                                   "VIC1,2026/01/05 12:05:00,5000,90,TRADE\n"
                                   "VIC1,2026/01/05 12:10:00,5000,-20,TRADE\n");
    etp_price_feed *feed = open_feed(&config, at("2026/01/05 12:05:00"));
    etp_known_prices prices = etp_price_feed_look(feed, at("2026/01/05 12:05:01"));
    assert_true(prices.fresh);
    assert_int_equal(prices.spot, 90000);
    prices = etp_price_feed_look(feed, at("2026/01/05 12:09:59"));
    assert_int_equal(prices.spot, 90000);
    prices = etp_price_feed_look(feed, at("2026/01/05 12:10:00"));
    assert_int_equal(prices.spot, -20000);
    assert_int_equal(lines, 0);
    etp_price_feed_close(feed);
}

static void a_line_without_its_end_is_waited_for(void **state)
{
    (void)state;
    etp_node_config config = followed();
    write_file(config.prices.file, "time,price_c_kwh\n2026-01-05T02:00:00Z,8.05\n2026-01-05T02:05:00Z,1");
    etp_price_feed *feed = open_feed(&config, at("2026/01/05 12:06:00"));
    assert_int_equal(etp_price_feed_look(feed, at("2026/01/05 12:06:00")).spot, 80500);
    append_text(config.prices.file, "2.5\n");
    assert_int_equal(etp_price_feed_look(feed, at("2026/01/05 12:06:01")).spot, 125000);
    append_text(config.prices.file, "2026-01-05T12:06:01+10:00,9\r\n\n");
    assert_int_equal(etp_price_feed_look(feed, at("2026/01/05 12:06:02")).spot, 90000);
    assert_int_equal(lines, 0);
    etp_price_feed_close(feed);
}

static void a_feed_that_goes_stale_is_said_once_and_so_is_its_return(void **state)
{
    (void)state;
    etp_node_config config = followed();
    write_file(config.prices.file, "time,price_c_kwh\n2026-01-05T02:00:00Z,8\n");
    etp_price_feed *feed = open_feed(&config, at("2026/01/05 12:00:00"));
    assert_true(etp_price_feed_look(feed, at("2026/01/05 12:15:00")).fresh);
    assert_int_equal(lines, 0);
    etp_known_prices prices = etp_price_feed_look(feed, at("2026/01/05 12:15:01"));
    assert_false(prices.fresh);
    assert_int_equal(prices.spot, ETP_PRICE_NONE);
    assert_int_equal(prices.forecast, ETP_PRICE_NONE);
    assert_non_null(strstr(last_line, "is stale"));
    etp_price_feed_look(feed, at("2026/01/05 12:20:00"));
    assert_int_equal(lines, 1);
    append_text(config.prices.file, "2026-01-05T02:20:00Z,9\n");
    assert_true(etp_price_feed_look(feed, at("2026/01/05 12:20:01")).fresh);
    assert_non_null(strstr(last_line, "is up to date again"));
    assert_int_equal(lines, 2);
    etp_price_feed_set_stale_after(feed, minute);
    assert_false(etp_price_feed_look(feed, at("2026/01/05 12:22:00")).fresh);
    etp_price_feed_close(feed);
}

static void a_file_that_comes_later_or_is_replaced_is_read_from_its_beginning(void **state)
{
    (void)state;
    etp_node_config config = followed();
    etp_price_feed *feed = open_feed(&config, at("2026/01/05 12:00:00"));
    assert_non_null(strstr(last_line, "is not there; it is waited for"));
    assert_false(etp_price_feed_look(feed, at("2026/01/05 12:00:00")).fresh);
    write_file(config.prices.file, "time,price_c_kwh\n2026-01-05T02:00:00Z,8\n2026-01-05T02:01:00Z,8\n");
    assert_int_equal(etp_price_feed_look(feed, at("2026/01/05 12:01:00")).spot, 80000);
    write_file(in_folder("new.csv"), "price_c_kwh,time,note\n7,2026-01-05T02:02:00Z,x\n");
    assert_int_equal(rename(in_folder("new.csv"), config.prices.file), 0);
    assert_int_equal(etp_price_feed_look(feed, at("2026/01/05 12:02:00")).spot, 70000);
    write_file(config.prices.file, "time,price_c_kwh\n2026-01-05T02:03:00Z,6\n");
    assert_int_equal(etp_price_feed_look(feed, at("2026/01/05 12:03:00")).spot, 60000);
    etp_price_feed_close(feed);
}

static void rows_that_cannot_be_read_are_said_and_left_out(void **state)
{
    (void)state;
    static const char *const bad[] = {"2026-01-05T02:01:00Z\n",       "yesterday,8\n",
                                      "2026-01-05T02:01:00,8\n",      "2026-01-05T02:01:00Z,nan\n",
                                      "2026-01-05T02:01:00Z,99999\n", "2026-01-05T02:01:00Z,\"8\n"};
    etp_node_config config = followed();
    write_file(config.prices.file, "time,price_c_kwh\n2026-01-05T02:00:00Z,8\n");
    etp_price_feed *feed = open_feed(&config, at("2026/01/05 12:00:00"));
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        append_text(config.prices.file, bad[i]);
        assert_int_equal(etp_price_feed_look(feed, at("2026/01/05 12:02:00")).spot, 80000);
        assert_int_equal(lines, i + 1);
        char line[32];
        snprintf(line, sizeof line, "line=%u ", i + 3);
        assert_non_null(strstr(last_line, line));
    }
    append_text(config.prices.file, "2026-01-05T02:02:00Z,5\n");
    assert_int_equal(etp_price_feed_look(feed, at("2026/01/05 12:02:00")).spot, 50000);
    etp_price_feed_close(feed);
}

static void of_several_regions_one_is_taken(void **state)
{
    (void)state;
    etp_node_config config = followed();
    config.prices.region = "SA1";
    write_file(config.prices.file, "SETTLEMENTDATE,REGIONID,RRP\n2026/01/05 12:00:00,SA1,10\n"
                                   "2026/01/05 12:00:00,VIC1,20\n");
    etp_price_feed *feed = open_feed(&config, at("2026/01/05 12:00:00"));
    assert_int_equal(etp_price_feed_look(feed, at("2026/01/05 12:00:00")).spot, 10000);
    etp_price_feed_close(feed);
}

static void rows_of_two_regions_are_not_mixed(void **state)
{
    (void)state;
    etp_node_config config = followed();
    write_file(config.prices.file, "SETTLEMENTDATE,REGIONID,RRP\n2026/01/05 12:00:00,SA1,10\n"
                                   "2026/01/05 12:00:00,VIC1,20\n");
    etp_price_feed *feed = open_feed(&config, at("2026/01/05 12:00:00"));
    assert_int_equal(etp_price_feed_look(feed, at("2026/01/05 12:00:00")).spot, 10000);
    assert_int_equal(lines, 1);
    assert_non_null(strstr(last_line, "prices.region"));
    etp_price_feed_close(feed);
}

static void a_region_needs_a_column(void **state)
{
    (void)state;
    etp_price_feed *feed;
    etp_error error = {0};
    etp_node_config config = followed();
    config.prices.region = "SA1";
    write_file(config.prices.file, "SETTLEMENTDATE,RRP\n2026/01/05 12:00:00,10\n");
    assert_int_equal(etp_price_feed_open(&feed, &config, &logger, 0, &error), ETP_EFORMAT);
    assert_non_null(strstr(error.text, "prices.region"));
}

static void what_is_no_price_file_is_refused_at_once(void **state)
{
    (void)state;
    etp_price_feed *feed;
    etp_error error = {0};
    etp_node_config config = followed();
    write_file(config.prices.file, "when,what\n1,2\n");
    assert_int_equal(etp_price_feed_open(&feed, &config, &logger, 0, &error), ETP_EFORMAT);
    assert_null(feed);
    assert_non_null(strstr(error.text, "follow.csv: line 1: there is no column named time (found when, what)"));
    config.prices.file = folder;
    assert_int_equal(etp_price_feed_open(&feed, &config, &logger, 0, &error), ETP_EIO);
}

static void a_correction_of_the_newest_row_counts(void **state)
{
    (void)state;
    etp_node_config config = followed();
    write_file(config.prices.file, "time,price_c_kwh\n2026-01-05T02:00:00Z,8\n2026-01-05T02:00:00Z,9\n"
                                   "2026-01-05T01:00:00Z,1\n");
    etp_price_feed *feed = open_feed(&config, at("2026/01/05 12:00:00"));
    assert_int_equal(etp_price_feed_look(feed, at("2026/01/05 12:00:00")).spot, 90000);
    etp_price_feed_close(feed);
}

/* ---- replayed ---- */

/* Two days of half-hours from midnight on; the price is the number of the half-hour in the series, in A$/MWh. */
static etp_node_config replayed(void)
{
    static char path[PATH_SIZE], text[8192];
    size_t used = (size_t)snprintf(text, sizeof text, "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n");
    etp_time midnight = at("2025/03/01 00:00:00");
    for (int i = 0; i < 96; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "VIC1,%s,5000,%d,TRADE\n",
                                 etp_stamp_show(midnight + (i + 1) * 30 * minute).text, i);
    snprintf(path, sizeof path, "%s", in_folder("replay.csv"));
    write_file(path, text);
    return (etp_node_config){.prices = {.file = path}, .market = {.utc_offset = 10 * ETP_NS_PER_HOUR}};
}

static void a_trace_is_replayed_by_the_time_of_day(void **state)
{
    (void)state;
    etp_node_config config = replayed();
    /* An even number of days after the trace's first: its first day. */
    etp_price_feed *feed = open_feed(&config, at("2026/03/01 10:00:00"));
    etp_price even = etp_price_feed_look(feed, at("2026/03/01 10:00:00")).spot;
    etp_price odd = etp_price_feed_look(feed, at("2026/03/02 10:00:00")).spot;
    assert_int_equal(even + odd, (19 + 67) * 1000);
    assert_true(even == 19000 || odd == 19000);
    /* Within the half-hour nothing is known of it. */
    assert_int_equal(etp_price_feed_look(feed, at("2026/03/02 10:29:59")).spot, odd);
    assert_int_equal(etp_price_feed_look(feed, at("2026/03/02 10:30:00")).spot, odd + 1000);
    /* A wall clock that was set back. */
    assert_int_equal(etp_price_feed_look(feed, at("2026/03/01 10:00:00")).spot, even);
    etp_price_feed_close(feed);
}

static void a_trace_of_today_is_at_its_place(void **state)
{
    (void)state;
    char text[512];
    etp_node_config config = replayed();
    etp_price_feed *feed = open_feed(&config, at("2025/03/01 12:00:00"));
    assert_int_equal(etp_price_feed_look(feed, at("2025/03/01 12:00:00")).spot, 23000);
    assert_int_equal(etp_price_feed_look(feed, at("2025/03/02 23:59:59")).spot, 94000);
    assert_int_equal(etp_price_feed_look(feed, at("2025/03/03 00:00:00")).spot, 95000);
    assert_int_equal(etp_price_feed_look(feed, at("2025/03/03 00:30:00")).spot, 0);
    etp_price_feed_describe(feed, text, sizeof text);
    assert_non_null(strstr(text, "96 prices from 2025/03/01 00:00:00 to 2025/03/03 00:00:00 of VIC1"));
    etp_price_feed_close(feed);
}

static void two_nodes_that_start_at_other_times_see_the_same(void **state)
{
    (void)state;
    etp_node_config config = replayed();
    etp_price_feed *one = open_feed(&config, at("2026/03/01 10:00:00"));
    for (int i = 0; i < 200; i++)
        etp_price_feed_look(one, at("2026/03/01 10:00:00") + i * 17 * minute);
    etp_time now = at("2026/03/01 10:00:00") + 200 * 17 * minute;
    etp_price_feed *other = open_feed(&config, now);
    assert_int_equal(etp_price_feed_look(one, now).spot, etp_price_feed_look(other, now).spot);
    /* What is longer ago than the warm-up weighs nothing that counts. */
    etp_price difference = etp_price_feed_look(one, now).forecast - etp_price_feed_look(other, now).forecast;
    assert_in_range((uint64_t)(difference + 50), 0, 100);
    etp_price_feed_close(one);
    etp_price_feed_close(other);
}

static void nothing_is_known_without_prices(void **state)
{
    (void)state;
    etp_node_config config = {.device = 1};
    etp_price_feed *feed = open_feed(&config, 0);
    assert_null(feed);
    assert_int_equal(etp_price_feed_look(feed, 0).spot, ETP_PRICE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_newest_row_that_is_not_in_the_future_counts),
        cmocka_unit_test(a_line_without_its_end_is_waited_for),
        cmocka_unit_test(a_feed_that_goes_stale_is_said_once_and_so_is_its_return),
        cmocka_unit_test(a_file_that_comes_later_or_is_replaced_is_read_from_its_beginning),
        cmocka_unit_test(rows_that_cannot_be_read_are_said_and_left_out),
        cmocka_unit_test(of_several_regions_one_is_taken),
        cmocka_unit_test(rows_of_two_regions_are_not_mixed),
        cmocka_unit_test(a_region_needs_a_column),
        cmocka_unit_test(what_is_no_price_file_is_refused_at_once),
        cmocka_unit_test(a_correction_of_the_newest_row_counts),
        cmocka_unit_test(a_trace_is_replayed_by_the_time_of_day),
        cmocka_unit_test(a_trace_of_today_is_at_its_place),
        cmocka_unit_test(two_nodes_that_start_at_other_times_see_the_same),
        cmocka_unit_test(nothing_is_known_without_prices),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
