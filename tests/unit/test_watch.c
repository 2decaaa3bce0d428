/* SPDX-License-Identifier: MIT */
/* Files of scripts change in all the ways in which files do; the clock is the test's own. */
#include "test_files.h"

#include "etp/watch.h"

static const etp_time ms = ETP_NS_PER_MS;
static const etp_time step = 20 * ETP_NS_PER_MS;

typedef struct desk {
    etp_script *script;
    etp_watch *watch;
    etp_time clock;
    int result; /* of the last reload */
    etp_error error;
} desk;

/* Whatever a version is, its number is in it. */
static void write_version(const char *name, int number)
{
    char text[256];
    snprintf(text, sizeof text,
             "-- %03d\nreturn { api = 1, role = 'aggregator', name = 's',\non_offer = function() return 1 end }\n",
             number);
    write_file(in_folder(name), text);
}

static desk open_desk(void)
{
    desk made = {.clock = 1};
    folder_make();
    write_version("s.lua", 0);
    assert_int_equal(etp_script_load(&made.script, in_folder("s.lua"), NULL, &made.error), ETP_OK);
    assert_int_equal(etp_watch_new(&made.watch, NULL), ETP_OK);
    assert_int_equal(etp_watch_add(made.watch, made.script), ETP_OK);
    return made;
}

static void close_desk(desk *it)
{
    etp_watch_free(it->watch);
    etp_script_free(it->script);
    folder_remove();
}

/* Polls for so long and counts what was reported; each is reloaded. */
static unsigned poll(desk *it, etp_time length)
{
    unsigned count = 0;
    for (etp_time end = it->clock + length; it->clock < end; it->clock += step) {
        etp_script *due;
        while ((due = etp_watch_poll(it->watch, it->clock)) != NULL) {
            it->error = (etp_error){0};
            it->result = etp_script_reload(due, 0, &it->error);
            count++;
        }
    }
    return count;
}

static void assert_text(const desk *it, const char *part)
{
    if (strstr(it->error.text, part) == NULL)
        fail_msg("\"%s\" does not contain \"%s\"", it->error.text, part);
}

static void a_save_is_seen_in_time(void **state)
{
    (void)state;
    desk it = open_desk();
    assert_int_equal(poll(&it, 500 * ms), 0);
    write_version("s.lua", 1);
    assert_int_equal(poll(&it, 80 * ms), 0);
    assert_int_equal(poll(&it, 100 * ms), 1);
    assert_int_equal(it.result, ETP_OK);
    assert_int_equal(etp_script_version(it.script), 2);
    assert_int_equal(poll(&it, 5000 * ms), 0);
    close_desk(&it);
}

/* The stamp stays what it was: only the text tells. */
static void an_edit_within_one_tick(void **state)
{
    (void)state;
    desk it = open_desk();
    struct stat facts;
    assert_int_equal(poll(&it, 200 * ms), 0);
    for (int i = 1; i <= 20; i++) {
        assert_int_equal(stat(in_folder("s.lua"), &facts), 0);
        write_version("s.lua", i);
        const struct timespec times[2] = {facts.st_atim, facts.st_mtim};
        assert_int_equal(utimensat(AT_FDCWD, in_folder("s.lua"), times, 0), 0);
        assert_int_equal(poll(&it, 200 * ms), 1);
    }
    assert_int_equal(etp_script_version(it.script), 21);
    close_desk(&it);
}

static void a_touch_is_no_change(void **state)
{
    (void)state;
    desk it = open_desk();
    assert_int_equal(poll(&it, 3000 * ms), 0);
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};
    assert_int_equal(utimensat(AT_FDCWD, in_folder("s.lua"), times, 0), 0);
    assert_int_equal(poll(&it, 3000 * ms), 0);
    char *text = read_text(in_folder("s.lua"));
    write_and_rename(in_folder("s.lua"), text);
    free(text);
    assert_int_equal(poll(&it, 3000 * ms), 0);
    close_desk(&it);
}

static void a_rename_and_a_stamp_from_the_past(void **state)
{
    (void)state;
    desk it = open_desk();
    assert_int_equal(poll(&it, 3000 * ms), 0);
    write_version("other", 5);
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 2000}};
    assert_int_equal(utimensat(AT_FDCWD, in_folder("other"), times, 0), 0);
    assert_int_equal(rename(in_folder("other"), in_folder("s.lua")), 0);
    assert_int_equal(poll(&it, 200 * ms), 1);
    assert_int_equal(it.result, ETP_OK);
    close_desk(&it);
}

/* Nobody is told of a file that is being written, however long its beginning stays empty within a second. */
static void a_file_in_the_making(void **state)
{
    (void)state;
    desk it = open_desk();
    assert_int_equal(poll(&it, 200 * ms), 0);
    write_file(in_folder("s.lua"), "");
    assert_int_equal(poll(&it, 900 * ms), 0);
    for (int i = 0; i < 10; i++) {
        write_part(in_folder("s.lua"), "a", "-- a line\n", 10);
        assert_int_equal(poll(&it, 60 * ms), 0);
    }
    char text[256] = "return { api = 1, role = 'aggregator', name = 's', on_offer = function() return 2 end }\n";
    write_part(in_folder("s.lua"), "a", text, strlen(text));
    assert_int_equal(poll(&it, 200 * ms), 1);
    assert_int_equal(it.result, ETP_OK);
    write_file(in_folder("s.lua"), "");
    assert_int_equal(poll(&it, 5000 * ms), 1);
    assert_text(&it, "is empty");
    close_desk(&it);
}

static void a_fault_is_told_once(void **state)
{
    (void)state;
    desk it = open_desk();
    write_file(in_folder("s.lua"), "return {\n");
    assert_int_equal(poll(&it, 5000 * ms), 1);
    assert_text(&it, "s.lua:2:");
    write_file(in_folder("s.lua"), "return {\n\n");
    assert_int_equal(poll(&it, 5000 * ms), 1);
    assert_text(&it, "s.lua:3:");
    assert_int_equal(etp_script_version(it.script), 1);
    write_version("s.lua", 0);
    assert_int_equal(poll(&it, 5000 * ms), 1);
    assert_int_equal(it.result, ETP_OK);
    close_desk(&it);
}

static void deleted_and_made_again(void **state)
{
    (void)state;
    desk it = open_desk();
    assert_int_equal(poll(&it, 200 * ms), 0);
    assert_int_equal(unlink(in_folder("s.lua")), 0);
    assert_int_equal(poll(&it, 500 * ms), 0);
    write_version("s.lua", 0);
    assert_int_equal(poll(&it, 3000 * ms), 0);
    assert_int_equal(unlink(in_folder("s.lua")), 0);
    assert_int_equal(poll(&it, 3000 * ms), 1);
    assert_int_equal(it.result, ETP_ENOENT);
    assert_int_equal(etp_script_version(it.script), 1);
    write_version("s.lua", 1);
    assert_int_equal(poll(&it, 200 * ms), 1);
    assert_int_equal(it.result, ETP_OK);
    /* Not a file any more, and one again. */
    assert_int_equal(unlink(in_folder("s.lua")), 0);
    assert_int_equal(mkdir(in_folder("s.lua"), 0777), 0);
    assert_int_equal(poll(&it, 3000 * ms), 1);
    assert_text(&it, "is a directory");
    assert_int_equal(rmdir(in_folder("s.lua")), 0);
    write_version("s.lua", 2);
    assert_int_equal(poll(&it, 200 * ms), 1);
    assert_int_equal(it.result, ETP_OK);
    close_desk(&it);
}

static const char with_modules[] = "local m = require 'lib.m'\nlocal ok = pcall(require, 'maybe')\n"
                                   "return { api = 1, role = 'aggregator', name = 's',\n"
                                   "on_offer = function() return m + (ok and 1 or 0) end }\n";

static int bid_of(const etp_script *script)
{
    etp_rng rng;
    etp_rng_seed(&rng, 1);
    const etp_context context = {.size = sizeof context, .name = "n", .rng = &rng, .deadline = ETP_TIME_NEVER};
    const etp_offer offer = {.energy = 1000000, .reserve = ETP_PRICE_NONE};
    etp_intent intent = {.energy = 1000000};
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(script);
    assert_int_equal(hooks->on_offer((void *)(uintptr_t)script, &context, &offer, &intent), ETP_DECIDE_BID);
    return (int)(intent.price / 10000);
}

static void modules_are_watched(void **state)
{
    (void)state;
    desk it = open_desk();
    write_file(in_folder("s.lua"), with_modules);
    assert_int_equal(poll(&it, 2000 * ms), 1);
    assert_text(&it, "lib/m.lua: there is no such file");
    assert_null(etp_script_file(it.script, 1));
    /* What was missing comes: that alone mends it. */
    assert_int_equal(mkdir(in_folder("lib"), 0777), 0);
    write_file(in_folder("lib/m.lua"), "return 5\n");
    assert_int_equal(poll(&it, 200 * ms), 1);
    assert_int_equal(it.result, ETP_OK);
    assert_int_equal(bid_of(it.script), 5);
    assert_string_equal(etp_script_file(it.script, 0), in_folder("s.lua"));
    assert_string_equal(etp_script_file(it.script, 1), in_folder("lib/m.lua"));
    assert_null(etp_script_file(it.script, 2));
    /* It changes; it breaks; it is mended. */
    write_and_rename(in_folder("lib/m.lua"), "return 6\n");
    assert_int_equal(poll(&it, 200 * ms), 1);
    assert_int_equal(bid_of(it.script), 6);
    write_file(in_folder("lib/m.lua"), "return +\n");
    assert_int_equal(poll(&it, 3000 * ms), 1);
    assert_text(&it, "lib/m.lua:1:");
    assert_int_equal(bid_of(it.script), 6);
    write_file(in_folder("lib/m.lua"), "return 7\n");
    assert_int_equal(poll(&it, 200 * ms), 1);
    assert_int_equal(bid_of(it.script), 7);
    /* One that the script does without is missed too. */
    write_file(in_folder("maybe.lua"), "return true\n");
    assert_int_equal(poll(&it, 200 * ms), 1);
    assert_int_equal(bid_of(it.script), 8);
    /* A module that is not required any more is of no interest. */
    write_version("s.lua", 9);
    assert_int_equal(poll(&it, 200 * ms), 1);
    write_file(in_folder("lib/m.lua"), "return 10\n");
    assert_int_equal(poll(&it, 2000 * ms), 0);
    close_desk(&it);
}

static void several_at_once(void **state)
{
    (void)state;
    desk it = open_desk();
    etp_script *other;
    write_version("t.lua", 0);
    assert_int_equal(etp_script_load(&other, in_folder("t.lua"), NULL, &it.error), ETP_OK);
    assert_int_equal(etp_watch_add(it.watch, other), ETP_OK);
    assert_int_equal(etp_watch_add(it.watch, other), ETP_EEXIST);
    for (int i = 1; i < 20; i++) {
        write_version("s.lua", i);
        write_version("t.lua", i);
        assert_int_equal(poll(&it, 200 * ms), 2);
    }
    assert_int_equal(etp_script_version(other), 20);
    assert_int_equal(etp_watch_remove(it.watch, other), ETP_OK);
    assert_int_equal(etp_watch_remove(it.watch, other), ETP_ENOENT);
    write_version("t.lua", 30);
    assert_int_equal(poll(&it, 2000 * ms), 0);
    etp_script_free(other);
    close_desk(&it);
}

static void a_version_from_elsewhere_is_left_alone(void **state)
{
    (void)state;
    desk it = open_desk();
    write_version("elsewhere.lua", 7);
    assert_int_equal(etp_script_reload_from(it.script, in_folder("elsewhere.lua"), 0, &it.error), ETP_OK);
    assert_string_equal(etp_script_file(it.script, 0), in_folder("elsewhere.lua"));
    assert_int_equal(poll(&it, 2000 * ms), 0);
    assert_int_equal(etp_script_reload(it.script, 0, &it.error), ETP_OK);
    assert_string_equal(etp_script_file(it.script, 0), in_folder("s.lua"));
    write_version("s.lua", 8);
    assert_int_equal(poll(&it, 200 * ms), 1);
    close_desk(&it);
}

static void a_script_that_moved_is_watched_where_it_went(void **state)
{
    (void)state;
    desk it = open_desk();
    write_version("new.lua", 7);
    assert_int_equal(poll(&it, 200 * ms), 0);
    assert_int_equal(etp_script_move(it.script, in_folder("new.lua"), 0, &it.error), ETP_OK);
    assert_string_equal(etp_script_file(it.script, 0), in_folder("new.lua"));
    assert_string_equal(etp_script_name(it.script), "s");
    write_version("s.lua", 8);
    assert_int_equal(poll(&it, 2000 * ms), 0);
    write_version("new.lua", 9);
    assert_int_equal(poll(&it, 200 * ms), 1);
    assert_int_equal(it.result, ETP_OK);
    assert_string_equal(etp_script_file(it.script, 0), in_folder("new.lua"));
    assert_int_equal(etp_script_version(it.script), 3);
    close_desk(&it);
}

static void a_move_that_is_refused_leaves_the_script_where_it_was(void **state)
{
    (void)state;
    desk it = open_desk();
    write_file(in_folder("new.lua"), "return { api = 1, role = 'aggregator', on_offer = ");
    assert_int_equal(etp_script_move(it.script, in_folder("new.lua"), 0, &it.error), ETP_ESCRIPT);
    assert_text(&it, "new.lua:1");
    assert_int_equal(etp_script_move(it.script, in_folder("none.lua"), 0, &it.error), ETP_ENOENT);
    assert_int_equal(poll(&it, 2000 * ms), 0);
    write_version("s.lua", 8);
    assert_int_equal(poll(&it, 200 * ms), 1);
    assert_int_equal(it.result, ETP_OK);
    assert_string_equal(etp_script_file(it.script, 0), in_folder("s.lua"));
    close_desk(&it);
}

/* The host reads what is there by then; what it was told of is an edit again when it comes back. */
static void a_text_that_changes_before_it_is_read(void **state)
{
    (void)state;
    desk it = open_desk();
    write_version("s.lua", 1);
    for (int i = 0; i < 100 && etp_watch_poll(it.watch, it.clock) == NULL; i++)
        it.clock += step;
    write_version("s.lua", 2);
    assert_int_equal(etp_script_reload(it.script, 0, &it.error), ETP_OK);
    assert_int_equal(poll(&it, 500 * ms), 0);
    write_version("s.lua", 1);
    assert_int_equal(poll(&it, 500 * ms), 1);
    close_desk(&it);
}

static void a_host_need_not_obey(void **state)
{
    (void)state;
    desk it = open_desk();
    unsigned count = 0;
    write_version("s.lua", 1);
    for (int i = 0; i < 100; i++, it.clock += step)
        count += etp_watch_poll(it.watch, it.clock) != NULL;
    assert_int_equal(count, 1);
    close_desk(&it);
}

static void texts_cannot_be_watched(void **state)
{
    (void)state;
    desk it = open_desk();
    assert_int_equal(etp_watch_new(NULL, NULL), ETP_EINVAL);
    assert_int_equal(etp_watch_add(NULL, it.script), ETP_EINVAL);
    assert_int_equal(etp_watch_add(it.watch, NULL), ETP_EINVAL);
    assert_int_equal(etp_watch_remove(NULL, it.script), ETP_EINVAL);
    assert_null(etp_watch_poll(NULL, 1));
    etp_watch_free(NULL);
    static const char text[] = "return { api = 1, role = 'aggregator', on_offer = function() return 1 end }";
    etp_script *script;
    assert_int_equal(etp_script_load_text(&script, "t.lua", text, strlen(text), NULL, NULL), ETP_OK);
    assert_int_equal(etp_watch_add(it.watch, script), ETP_EINVAL);
    etp_script_free(script);
    close_desk(&it);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_save_is_seen_in_time),
        cmocka_unit_test(an_edit_within_one_tick),
        cmocka_unit_test(a_touch_is_no_change),
        cmocka_unit_test(a_rename_and_a_stamp_from_the_past),
        cmocka_unit_test(a_file_in_the_making),
        cmocka_unit_test(a_fault_is_told_once),
        cmocka_unit_test(deleted_and_made_again),
        cmocka_unit_test(modules_are_watched),
        cmocka_unit_test(several_at_once),
        cmocka_unit_test(a_version_from_elsewhere_is_left_alone),
        cmocka_unit_test(a_script_that_moved_is_watched_where_it_went),
        cmocka_unit_test(a_move_that_is_refused_leaves_the_script_where_it_was),
        cmocka_unit_test(a_text_that_changes_before_it_is_read),
        cmocka_unit_test(a_host_need_not_obey),
        cmocka_unit_test(texts_cannot_be_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
