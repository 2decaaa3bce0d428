/* SPDX-License-Identifier: MIT */
/*
 * A host that has set a German locale, under which the C library writes 0,5 and sorts a before B: everything reads and
 * writes the same numbers as under "C". Where the system has no such locale, the test makes one with localedef.
 */
#define _POSIX_C_SOURCE 200809L

#include <locale.h>
#include <unistd.h>

#include "unit/test_run_tools.h"

#include "etp/script.h"
#include "report/document/document.h"

static const char name[] = "de_DE.UTF-8";

static const char text[] =
    "local S = { api = 1, role = 'aggregator', params = { margin = { default = 0.5, min = 0.25, max = 9.5, live = true "
    "} } }\n"
    "local function same(a, b) if a ~= b then error(tostring(a) .. ' is not ' .. tostring(b), 2) end end\n"
    "local function check()\n"
    "  same(tostring(0.5), '0' .. '.' .. '5')\n"
    "  same(1.5 .. '', '1.5')\n"
    "  same(('%.2f|%5.1f|%g'):format(1.25, 0.5, 1e-5), '1.25|  0.5|1e-05')\n"
    "  same(table.concat({ 0.5, 1 }, ' '), '0.5 1')\n"
    "  same(tonumber('1.5'), 3 / 2)\n"
    "  same(tonumber('1,5'), nil)\n"
    "  same('a' < 'B', false)\n"
    "  same(('\\xe4'):find('%a'), nil)\n"
    "end\n"
    "check()\n"
    "function S.on_offer(ctx, offer)\n"
    "  check()\n"
    "  ctx.log(('margin %.2f'):format(ctx.params.margin))\n"
    "  return offer.value - ctx.params.margin\n"
    "end\n"
    "return S\n";

static char logged[256];

static void keep_line(void *user, etp_log_level level, const char *component, const char *line)
{
    (void)user;
    (void)level;
    (void)component;
    snprintf(logged, sizeof logged, "%s", line);
}

static const etp_logger logger = {.write = keep_line, .level = ETP_LOG_DEBUG};

static void expect_host_untouched(void)
{
    char half[16];
    snprintf(half, sizeof half, "%.1f", 0.5);
    assert_string_equal(half, "0,5");
    assert_string_equal(setlocale(LC_ALL, NULL), name);
}

/* ---- what is read and written ---- */

static void sentences_have_points(void **unused)
{
    (void)unused;
    etp_error error = {0};
    etp_fail(&error, ETP_ERANGE, "%.2f", 0.25);
    assert_string_equal(error.text, "0.25");
    etp_log(&logger, ETP_LOG_INFO, "test", "x=%.3f", 1.5);
    assert_string_equal(logged, "x=1.500");
    expect_host_untouched();
}

static void texts_are_read_with_points(void **unused)
{
    (void)unused;
    etp_error error = {0};
    etp_tariff tariff;
    assert_int_equal(etp_tariff_parse(&tariff, "00:00=2.1,15:00=8.4", &error), ETP_OK);
    assert_int_equal(etp_tariff_at(&tariff, 16 * 3600), 84000);
    assert_int_equal(etp_tariff_parse(&tariff, "2,1", &error), ETP_EFORMAT);
    static const char csv[] = "REGION,SETTLEMENTDATE,TOTALDEMAND,RRP,PERIODTYPE\n"
                              "VIC1,2025/01/01 00:05:00,4000.5,101.25,TRADE\n"
                              "VIC1,2025/01/01 00:10:00,4000.5,-1.5,TRADE\n";
    etp_trace trace;
    assert_int_equal(etp_trace_parse(&trace, "x.csv", csv, sizeof csv - 1, NULL, &error), ETP_OK);
    assert_int_equal(trace.prices[0], 101250);
    assert_int_equal(trace.prices[1], -1500);
    etp_trace_fini(&trace);
    expect_host_untouched();
}

static etp_script *load(void)
{
    etp_error error = {0};
    etp_script *script = NULL;
    etp_script_options options = {.size = sizeof options, .logger = &logger};
    if (etp_script_load_text(&script, "x", text, sizeof text - 1, &options, &error) != ETP_OK)
        print_error("%s\n", error.text);
    assert_non_null(script);
    return script;
}

static void scripts_see_points(void **unused)
{
    (void)unused;
    etp_script *script = load();
    etp_rng rng;
    etp_rng_seed(&rng, 1);
    etp_history history = {0};
    etp_context context = {.size = sizeof context, .name = "x", .rng = &rng, .history = &history};
    etp_offer offer = {.value = 12 * ETP_PRICE_PER_CENT, .energy = 1000, .reserve = ETP_PRICE_NONE, .asked = 1};
    etp_intent intent = {.energy = 1000};
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(script);
    int result = hooks->on_offer(script, &context, &offer, &intent);
    assert_string_equal(etp_script_last_error(script), "");
    assert_int_equal(result, ETP_DECIDE_BID);
    assert_int_equal(intent.price, 115000);
    assert_non_null(strstr(logged, "0.50"));
    etp_error error = {0};
    assert_int_equal(etp_script_set(script, "margin", 10.5, &error), ETP_ERANGE);
    assert_non_null(strstr(error.text, "10.5"));
    assert_non_null(strstr(error.text, "0.25 to 9.5"));
    etp_script_free(script);
    expect_host_untouched();
}

/* ---- a whole market ---- */

static void run_digest(uint64_t digest[2])
{
    etp_script *script = load();
    etp_trace trace;
    assert_int_equal(etp_trace_generate(&trace, 1, 300 * ETP_NS_PER_SECOND, 1, NULL), ETP_OK);
    const etp_firm firms[] = {
        {.name = "script", .hooks = etp_script_aggregator_hooks(script), .user = script, .portfolio = 0},
        {.name = "plain", .portfolio = 1},
    };
    etp_run_options options;
    etp_run_defaults(&options);
    options.homes = 4;
    options.firms = firms;
    options.firm_count = options.portfolios = 2;
    options.trace = &trace;
    options.first = 72; /* in the evening */
    options.intervals = 24;
    etp_run *run;
    assert_int_equal(etp_run_new(&run, &options, NULL), ETP_OK);
    while (etp_run_step(run, NULL) == 1)
        continue;
    etp_run_totals totals;
    etp_run_get_totals(run, &totals);
    assert_true(totals.trades > 0);
    memcpy(digest, totals.digest, sizeof totals.digest);
    etp_run_free(run);
    etp_trace_fini(&trace);
    etp_script_free(script);
}

static void a_market_runs_the_same(void **unused)
{
    (void)unused;
    uint64_t here[2], plain[2];
    run_digest(here);
    expect_host_untouched();
    assert_non_null(setlocale(LC_ALL, "C"));
    run_digest(plain);
    assert_non_null(setlocale(LC_ALL, name));
    assert_memory_equal(here, plain, sizeof here);
}

/* ---- documents ---- */

static etp_document *make_document(void)
{
    etp_document *document = etp_document_new("x");
    etp_document_section(document, "s", "s");
    etp_document_text(document, "%.2f", 0.25);
    etp_sheet *sheet = etp_document_table(document, "t", "t");
    etp_sheet_column(sheet, "x", "x", "", 2);
    etp_sheet_row(sheet);
    etp_sheet_interval(sheet, 12345.5, 0.125, 1e-7);
    return document;
}

static void documents_have_points(void **unused)
{
    (void)unused;
    static char json[4096];
    etp_document *document = make_document();
    FILE *out = fmemopen(json, sizeof json, "w");
    assert_non_null(out);
    assert_int_equal(etp_document_write_json(document, "x", out, NULL), ETP_OK);
    fclose(out);
    assert_non_null(strstr(json, "\"text\": \"0.25\""));
    assert_non_null(strstr(json, "\"mean\": 12345.5"));
    assert_non_null(strstr(json, "\"high\": 1e-7"));
    etp_document_free(document);
    expect_host_untouched();
}

static void their_numbers_have_points(void **unused)
{
    (void)unused;
    char folder[] = "etp-numbers-XXXXXX", path[64], numbers[128];
    etp_document *document = make_document();
    assert_non_null(mkdtemp(folder));
    assert_int_equal(etp_document_write_csv(document, folder, NULL), ETP_OK);
    snprintf(path, sizeof path, "%s/t.csv", folder);
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    numbers[fread(numbers, 1, sizeof numbers - 1, in)] = '\0';
    fclose(in);
    assert_string_equal(numbers, "x,x_low,x_high\n12345.5,0.125,1e-07\n");
    unlink(path);
    rmdir(folder);
    etp_document_free(document);
    expect_host_untouched();
}

/* ---- the locale ---- */

static bool make_locale(void)
{
    static char folder[] = "etp-locale-XXXXXX";
    char command[256];
    if (mkdtemp(folder) == NULL)
        return false;
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 ./%s/%s 2>/dev/null", folder, name);
    bool made = system(command) == 0 && setenv("LOCPATH", folder, 1) == 0 && setlocale(LC_ALL, name) != NULL;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) == 0 && made;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sentences_have_points), cmocka_unit_test(texts_are_read_with_points),
        cmocka_unit_test(scripts_see_points),    cmocka_unit_test(a_market_runs_the_same),
        cmocka_unit_test(documents_have_points), cmocka_unit_test(their_numbers_have_points),
    };
    if (setlocale(LC_ALL, name) == NULL && !make_locale()) {
        puts("Skipped: there is no German locale here, and localedef (package locales) makes none.");
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
