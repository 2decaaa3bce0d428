/* SPDX-License-Identifier: MIT */
/* The command line: defaults, values, files in between, and the sentence for what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/option_table.h"
#include "program/settings.h"
#include "program/status.h"
#include "program/world_params.h"

enum { WORDS_MAX = 16, TEXT_MAX = 256 };

/* The words of a command line, cut at blanks. */
struct line {
    char text[TEXT_MAX];
    char *words[WORDS_MAX];
    int count;
};

static void cut(struct line *line, const char *text)
{
    char *rest = line->text;
    strcpy(line->text, text);
    line->count = 0;
    line->words[line->count++] = (char *)"etp-engine";
    for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;)
        line->words[line->count++] = word;
    line->words[line->count] = NULL;
}

static int parse(etp_options *options, struct line *line, const char *text, etp_error *error)
{
    cut(line, text);
    memset(error, 0, sizeof *error);
    return etp_options_parse(options, line->count, line->words, error);
}

static void expect_usage(const char *text, const char *sentence)
{
    struct line line;
    etp_options options;
    etp_error error;
    assert_int_equal(parse(&options, &line, text, &error), ETP_EXIT_USAGE);
    etp_options_fini(&options);
    if (strstr(error.text, sentence) == NULL)
        fail_msg("'%s' gave: %s", text, error.text);
}

static void defaults_are_those_of_the_first_run(void **state)
{
    (void)state;
    struct line line;
    etp_options options;
    etp_error error;
    assert_int_equal(parse(&options, &line, "a.lua", &error), ETP_EXIT_DONE);
    assert_int_equal(options.file_count, 1);
    assert_int_equal(options.bess, 100);
    assert_int_equal(options.days, 1);
    assert_int_equal(options.seed, 1);
    assert_true(options.rivals == ETP_RIVALS_FILL);
    assert_int_equal(options.fit.tariff.price[0], 33000);
    assert_int_equal(options.delay, 20 * ETP_NS_PER_MS);
    assert_int_equal(options.failures, 20000);
    assert_int_equal(options.mechanism, ETP_FIRST_PRICE);
    assert_int_equal(options.log, ETP_LOG_WARN);
    assert_false(options.quiet);
    assert_null(options.json);
    etp_options_fini(&options);
}

static void options_and_files_mix(void **state)
{
    (void)state;
    struct line line;
    etp_options options;
    etp_error error;
    const char *text = "a.lua --seed 7 b.lua --loss=20% --set a.b=1 --set c.d=2 --quiet -- --c.lua";
    assert_int_equal(parse(&options, &line, text, &error), ETP_EXIT_DONE);
    assert_int_equal(options.file_count, 3);
    assert_string_equal(options.files[1], "b.lua");
    assert_string_equal(options.files[2], "--c.lua");
    assert_int_equal(options.seed, 7);
    assert_int_equal(options.loss, 200000);
    assert_int_equal(options.set_count, 2);
    assert_string_equal(options.sets[1], "c.d=2");
    assert_true(options.quiet);
    etp_options_fini(&options);
}

/* Some getopts stop at the first file when this variable is set. */
static void the_environment_changes_nothing(void **state)
{
    (void)state;
    struct line line;
    etp_options options;
    etp_error error;
    setenv("POSIXLY_CORRECT", "1", 1);
    assert_int_equal(parse(&options, &line, "a.lua --seed 7", &error), ETP_EXIT_DONE);
    unsetenv("POSIXLY_CORRECT");
    assert_int_equal(options.file_count, 1);
    assert_int_equal(options.seed, 7);
    etp_options_fini(&options);
}

static void each_fault_has_its_sentence(void **state)
{
    (void)state;
    expect_usage("--rivls 2", "did you mean --rivals?");
    expect_usage("--rivls=2", "no option --rivls;");
    expect_usage("--frobnicate", "--help lists");
    expect_usage("-x", "no option -x");
    expect_usage("a.lua --bess", "--bess needs a value");
    expect_usage("a.lua --quiet=1", "--quiet takes no value");
    expect_usage("a.lua --bess 0", "from 1 to 100000, not '0'");
    expect_usage("a.lua --bess 1e3", "whole number");
    expect_usage("a.lua --bess 100001", "from 1 to 100000");
    expect_usage("a.lua --seed -1", "whole number");
    expect_usage("a.lua --interval 7m", "divide a day");
    expect_usage("a.lua --interval 30s", "from 1m to 1d");
    expect_usage("a.lua --delay 20", "with its unit");
    expect_usage("a.lua --loss 1.5", "chance");
    expect_usage("a.lua --flip 101%", "chance");
    expect_usage("a.lua --fit lots", "--fit");
    expect_usage("a.lua --mechanism dutch", "uniform-price");
    expect_usage("a.lua --disclose all", "winner or both");
    expect_usage("a.lua --log loud", "debug");
    expect_usage("a.lua --json=", "file's name");
}

static void every_option_has_words_and_shows_its_default(void **state)
{
    (void)state;
    struct line line;
    etp_options options;
    etp_error error;
    assert_int_equal(parse(&options, &line, "a.lua", &error), ETP_EXIT_DONE);
    for (unsigned i = 0; i < etp_option_count(); i++) {
        const etp_option *option = &etp_option_table[i];
        etp_option_value value;
        etp_option_value_of(&options, i, &value);
        assert_true(strlen(option->doc) > 5);
        /* What has no default of its own is settled by what else was asked for. */
        if (option->standard == NULL)
            continue;
        if (value.kind == ETP_OPTION_TEXT)
            assert_string_equal(value.text, option->standard);
        if (value.kind == ETP_OPTION_NUMBER)
            assert_true(value.number == strtod(option->standard, NULL));
    }
    etp_options_fini(&options);
}

/* ---- --set ---- */

static void settings_are_read_wholly(void **state)
{
    (void)state;
    const char *good[] = {"greedy.margin=1.5", "greedy#2.margin=-2"};
    const char *bad[] = {"", "a", "a.b", "a=1", ".b=1", "a.=1", "a.b=", "a.b=x", "a.b=1x", "a.b=nan", "a=b.1"};
    etp_settings settings;
    etp_error error = {0};
    etp_options options = {.sets = good, .set_count = 2};
    assert_int_equal(etp_settings_read(&settings, options.sets, options.set_count, &error), ETP_EXIT_DONE);
    assert_string_equal(settings.list[1].target, "greedy#2");
    assert_string_equal(settings.list[1].param, "margin");
    assert_true(settings.list[0].value == 1.5);
    etp_settings_fini(&settings);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        options = (etp_options){.sets = &bad[i], .set_count = 1};
        assert_int_equal(etp_settings_read(&settings, options.sets, options.set_count, &error), ETP_EXIT_USAGE);
        assert_non_null(strstr(error.text, "--set"));
        etp_settings_fini(&settings);
    }
}

static void unknown_targets_are_refused_with_those_there_are(void **state)
{
    (void)state;
    const char *names[] = {"greedy", "world"};
    const char *sets[] = {"gredy.margin=1", "elephant.x=1"};
    etp_settings settings;
    etp_error error = {0};
    etp_options options = {.sets = sets, .set_count = 1};
    etp_settings_read(&settings, options.sets, options.set_count, &error);
    assert_int_equal(etp_settings_check_targets(&settings, names, 2, &error), ETP_EXIT_USAGE);
    assert_non_null(strstr(error.text, "did you mean greedy?"));
    etp_settings_fini(&settings);
    options.sets = sets + 1;
    etp_settings_read(&settings, options.sets, options.set_count, &error);
    assert_int_equal(etp_settings_check_targets(&settings, names, 2, &error), ETP_EXIT_USAGE);
    assert_non_null(strstr(error.text, "greedy and world"));
    etp_settings_fini(&settings);
}

/* Both ends of each range can be set and come back; beyond them is refused. */
static void world_parameters_keep_their_ranges(void **state)
{
    (void)state;
    for (unsigned i = 0; i < etp_world_param_count(); i++) {
        etp_world_param param = etp_world_param_describe(i);
        const double ends[] = {param.low, param.high};
        etp_run_options run;
        etp_error error = {0};
        etp_run_defaults(&run);
        double standard = etp_world_param_get(&run, i);
        assert_true(standard >= param.low && standard <= param.high);
        for (int end = 0; end < 2; end++) {
            assert_int_equal(etp_world_param_set(&run, param.name, ends[end], &error), ETP_EXIT_DONE);
            assert_true(etp_world_param_get(&run, i) == ends[end]);
        }
        assert_int_equal(etp_world_param_set(&run, param.name, param.high * 1.01 + 1, &error), ETP_EXIT_USAGE);
        assert_int_equal(etp_world_param_set(&run, param.name, param.low - 1, &error), ETP_EXIT_USAGE);
        assert_non_null(strstr(error.text, param.name));
        assert_true(etp_world_param_get(&run, i) == param.high);
    }
}

static void world_parameters_must_fit_each_other(void **state)
{
    (void)state;
    etp_run_options run;
    etp_error error = {0};
    etp_run_defaults(&run);
    assert_int_equal(etp_world_params_check(&run, &error), ETP_EXIT_DONE);
    etp_world_param_set(&run, "pv_low", 20, &error);
    assert_int_equal(etp_world_params_check(&run, &error), ETP_EXIT_USAGE);
    etp_run_defaults(&run);
    etp_world_param_set(&run, "wear_spread", 5, &error);
    assert_int_equal(etp_world_params_check(&run, &error), ETP_EXIT_USAGE);
    assert_int_equal(etp_world_param_set(&run, "pv_hihg", 5, &error), ETP_EXIT_USAGE);
    assert_non_null(strstr(error.text, "pv_high"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_first_run),
        cmocka_unit_test(options_and_files_mix),
        cmocka_unit_test(the_environment_changes_nothing),
        cmocka_unit_test(each_fault_has_its_sentence),
        cmocka_unit_test(every_option_has_words_and_shows_its_default),
        cmocka_unit_test(settings_are_read_wholly),
        cmocka_unit_test(unknown_targets_are_refused_with_those_there_are),
        cmocka_unit_test(world_parameters_keep_their_ranges),
        cmocka_unit_test(world_parameters_must_fit_each_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
