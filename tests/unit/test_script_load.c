/* SPDX-License-Identifier: MIT */
/* What cannot be loaded is refused with a sentence: what, where, how to mend it. */
#include "test_script.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[] = "script-test-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) == NULL;
}

static const char *path_of(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *write_file(const char *name, const char *text, size_t size)
{
    const char *path = path_of(name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, size, file), size);
    fclose(file);
    return path;
}

static int remove_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"s.lua", "mod.lua", "loop.lua", "sub/deep.lua", "sub", "noname.lua"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        remove(path_of(names[i]));
    return rmdir(folder);
}

static void refuses_bytes(const char *text, size_t size, int code, const char *part)
{
    etp_script *script = NULL;
    etp_error error = {0};
    assert_int_equal(etp_script_load(&script, write_file("s.lua", text, size), NULL, &error), code);
    assert_null(script);
    assert_int_equal(error.code, code);
    assert_contains(error.text, "s.lua");
    assert_contains(error.text, part);
}

static void refuses(const char *text, const char *part)
{
    refuses_bytes(text, strlen(text), ETP_ESCRIPT, part);
}

static void files(void **state)
{
    (void)state;
    etp_script *script;
    etp_error error = {0};
    assert_int_equal(etp_script_load(&script, path_of("none.lua"), NULL, &error), ETP_ENOENT);
    assert_contains(error.text, "none.lua: there is no such file");
    assert_int_equal(etp_script_load(&script, folder, NULL, &error), ETP_EINVAL);
    assert_contains(error.text, "is a directory");
    assert_int_equal(etp_script_load(&script, path_of("none.lua"), NULL, NULL), ETP_ENOENT);
}

static void no_text(void **state)
{
    (void)state;
    refuses_bytes("", 0, ETP_EFORMAT, "is empty");
    refuses_bytes("\x1bLua\x54", 5, ETP_EFORMAT, "is precompiled Lua code");
    refuses_bytes("\xEF\xBB\xBF\x1bLua", 7, ETP_EFORMAT, "is precompiled Lua code");
    refuses_bytes("-- a\n-- \xff\n", 10, ETP_EFORMAT, "s.lua:2: is not UTF-8 (byte 0xff)");
    refuses_bytes("-- \xc0\xaf", 5, ETP_EFORMAT, "is not UTF-8");
    refuses_bytes("-- \xed\xa0\x80", 6, ETP_EFORMAT, "is not UTF-8");
    refuses_bytes("-- \xe2\x82", 5, ETP_EFORMAT, "is not UTF-8");
    refuses_bytes("-- a\nx = '\0'", 11, ETP_EFORMAT, "s.lua:2: holds a zero byte");
    refuses_bytes("r\0e\0t\0", 6, ETP_EFORMAT, "s.lua:1: holds a zero byte");
    size_t size = ((size_t)1 << 20) + 1;
    char *big = malloc(size);
    assert_non_null(big);
    memset(big, ' ', size);
    refuses_bytes(big, size, ETP_EFORMAT, "is over 1048576 bytes");
    free(big);
}

static void code_that_fails(void **state)
{
    (void)state;
    refuses("local S = {}\nfunction S.on_offer(\n", "s.lua:3:");
    refuses("local S = {}\nS.x.y = 1\nreturn S", "s.lua:2:");
    refuses("local S = {}\nS.x.y = 1\nreturn S", "stack traceback");
    refuses("error({})", "the error is a table, not a text");
    refuses_bytes("while true do end", 17, ETP_ELIMIT, "s.lua:1: it ran more instructions than it may (10000000)");
    const char *hungry = "local t = {} for i = 1, 1e9 do t[i] = ('x'):rep(1000) .. i end";
    refuses_bytes(hungry, strlen(hungry), ETP_ELIMIT, "it needed more memory than it may have (16777216 bytes");
}

static void refuses_cleanly(const char *text, const char *part)
{
    etp_script *script = NULL;
    etp_error error = {0};
    assert_int_equal(etp_script_load_text(&script, "s.lua", text, strlen(text), NULL, &error), ETP_ESCRIPT);
    assert_contains(error.text, part);
    for (const char *at = error.text; *at != '\0'; at++) {
        if (((unsigned char)*at < ' ' && *at != '\n' && *at != '\t') || *at == 127 || (unsigned char)*at == 0x9b)
            fail_msg("byte %d of \"%s\" is a control character", (int)(at - error.text), error.text);
    }
}

/* A failing script cannot send commands to the terminal on which its error is shown. */
static void errors_without_control_characters(void **state)
{
    (void)state;
    refuses_cleanly("error('\\27[31mred\\r\\127\\u{e9}')", "s.lua:1:  [31mred  \xc3\xa9");
    refuses_cleanly("error('\\u{9b}31m \\x9b31m')", "s.lua:1:   31m  31m");
    refuses_cleanly("x = '\x1b[31m", "unfinished string");
    refuses_cleanly("return { api = 1, role = '\\27[31m' }", "role = \" [31m\"");
    refuses_cleanly("local t = {} t['\\27[1m'] = function() error('no') end t['\\27[1m']()", "stack traceback:\n\t");
}

static void shapes(void **state)
{
    (void)state;
    refuses("return", "returns nothing, not a table; end the file with \"return S\"");
    refuses("return 5", "returns number, not a table");
    refuses("return { role = 'bess', reserve = function() end }", "has no \"api\"; add api = 1");
    refuses("return { api = 2, role = 'bess', reserve = function() end }",
            "api = 2 is not known; this engine has api = 1");
    refuses("return { api = {}, role = 'bess' }", "api = table is not known");
    refuses("return { api = '1', role = 'bess' }", "api = \"1\" is a string; write api = 1");
    refuses("return { api = 1 }", "has no \"role\"; add role = \"aggregator\"");
    refuses("return { api = 1, role = 'buyer' }", "role = \"buyer\" is not known");
    refuses("return { api = 1, role = 'bess', name = 'a b' }", "name must be a string of 1 to 64");
    refuses("return { api = 1, role = 'aggregator' }", "has no hooks, so it would never be called");
    refuses("return { api = 1, role = 'aggregator', on_save = function() end }", "has no hooks");
    refuses("return { api = 1, role = 'aggregator', on_ofer = function() end }",
            "\"on_ofer\" (line 1) is not known; did you mean \"on_offer\"?");
    refuses("return { api = 1, mode = 'x' }", "has no \"role\"");
    refuses("return { api = 1, roll = 'aggregator' }", "\"roll\" is not known; did you mean \"role\"?");
    refuses("return { api = 1, role = 'aggregator', helper = function() end }",
            "\"helper\" (line 1) is not a hook; make it a local");
    refuses("return { api = 1, role = 'bess', on_offer = function() end }", "on_offer is a hook of the other role");
    refuses("return { api = 1, role = 'bess', reserve = 7 }", "reserve must be a function, not a number");
    refuses("local S = { api = 1, role = 'aggregator' }\nfunction S:on_offer(ctx, offer) return 1 end\nreturn S",
            "on_offer is written with a colon; a hook is called as on_offer(ctx, offer), with a dot");
    refuses("return { api = 1, role = 'bess', reserve = function(self) return self end }",
            "reserve is written with a colon; a hook is called as reserve(ctx, battery)");
}

static void refuses_params(const char *params, const char *part)
{
    char text[512];
    snprintf(text, sizeof text, "return { api = 1, role = 'bess', reserve = function() end, params = %s }", params);
    refuses(text, part);
}

static void bad_params(void **state)
{
    (void)state;
    refuses_params("3", "params must be a table of parameters, not a number");
    refuses_params("{ 'x' }", "is no parameter's name");
    refuses_params("{ ['a-b'] = 1 }", "\"a-b\" is no parameter's name");
    refuses_params("{ m = 'x' }", "parameter \"m\" must be a finite number or a table");
    refuses_params("{ m = 0/0 }", "parameter \"m\" must be a finite number");
    refuses_params("{ m = { min = 1 } }", "parameter \"m\" has no default; write m = { default = 1 }");
    refuses_params("{ m = { default = 1, mim = 0 } }", "parameter \"m\": \"mim\" is not known; did you mean \"min\"?");
    refuses_params("{ m = { default = 5, max = 4 } }", "parameter \"m\": the default is outside min and max");
    refuses_params("{ m = { default = 5, min = 9, max = 4 } }", "parameter \"m\": min is above max");
    refuses_params("{ m = { default = '5' } }", "default must be a number, not a string");
    refuses_params("{ m = { default = 1 / 0 } }", "default must be a finite number");
    refuses_params("{ m = { default = 1, doc = 5 } }", "doc must be a string, not a number");
    refuses_params("(function() local t = {} for i = 1, 65 do t['p' .. i] = i end return t end)()", "more than 64");
    refuses_params("{ m = { default = 5, live = 1 } }", "live must be true or false");
    refuses_params("{ m = { default = 5, unit = 'a very long unit, really too long' } }",
                   "unit is longer than 23 bytes");
}

static void what_it_tells(void **state)
{
    (void)state;
    etp_script *script;
    assert_int_equal(etp_script_load(&script, write_file("noname.lua", WHOLE_SCRIPT, strlen(WHOLE_SCRIPT)), NULL, NULL),
                     ETP_OK);
    assert_string_equal(etp_script_name(script), "greedy-2");
    assert_int_equal(etp_script_role(script), ETP_ROLE_AGGREGATOR);
    assert_string_equal(etp_role_name(etp_script_role(script)), "aggregator");
    assert_null(etp_script_bess_hooks(script));
    const etp_aggregator_hooks *hooks = etp_script_aggregator_hooks(script);
    assert_non_null(hooks->on_offer);
    assert_null(hooks->on_start);
    assert_null(hooks->on_interval);
    assert_null(hooks->on_result);
    assert_null(hooks->on_fault);
    assert_string_equal(etp_script_last_error(script), "");
    etp_script_free(script);
    etp_script_free(NULL);
}

static void name_from_file(void **state)
{
    (void)state;
    static const char text[] = "\xEF\xBB\xBFreturn { api = 1, role = 'bess', reserve = function() return 8 end }";
    etp_script *script;
    assert_int_equal(etp_script_load(&script, write_file("noname.lua", text, sizeof text - 1), NULL, NULL), ETP_OK);
    assert_string_equal(etp_script_name(script), "noname");
    assert_null(etp_script_aggregator_hooks(script));
    assert_non_null(etp_script_bess_hooks(script)->reserve);
    assert_null(etp_script_bess_hooks(script)->choose);
    etp_script_free(script);
}

/* XXH3, 128 bits, no seed, in canonical form: computed with the xxHash library by a program of its own. */
static void hash(void **state)
{
    (void)state;
    static const char text[] = "return { api = 1, role = 'bess', reserve = function() return 8 end }";
    etp_script *script;
    assert_int_equal(etp_script_load_text(&script, "t", text, sizeof text - 1, NULL, NULL), ETP_OK);
    assert_string_equal(etp_script_hash(script), "a8a2ca7e8a84e67dc169c074cd6d3ed9");
    etp_script_free(script);
}

static etp_script *load_with_module(const char *module, etp_error *error)
{
    static const char main_text[] = "local m = require('mod')\nassert(m == require 'mod')\n"
                                    "return { api = 1, role = 'aggregator', on_offer = function() return m.price end }";
    write_file("mod.lua", module, strlen(module));
    etp_script *script;
    etp_script_load(&script, write_file("s.lua", main_text, sizeof main_text - 1), NULL, error);
    return script;
}

static void modules(void **state)
{
    (void)state;
    etp_error error = {0};
    etp_desk desk = {.script = load_with_module("return { price = 4 }", &error)};
    etp_intent intent;
    assert_non_null(desk.script);
    assert_int_equal(offer_to(&desk, 0, &intent), ETP_DECIDE_BID);
    assert_int_equal(intent.price, CENTS(4));
    char first[33];
    snprintf(first, sizeof first, "%s", etp_script_hash(desk.script));
    etp_script_free(desk.script);
    desk.script = load_with_module("return { price = 5 }", &error);
    assert_string_not_equal(first, etp_script_hash(desk.script));
    etp_script_free(desk.script);
}

static void bad_modules(void **state)
{
    (void)state;
    etp_error error = {0};
    assert_null(load_with_module("\x1bLua", &error));
    assert_contains(error.text, "mod.lua: is precompiled");
    assert_null(load_with_module("return 1 +", &error));
    assert_contains(error.text, "mod.lua:1:");
    assert_null(load_with_module("require('mod')", &error));
    assert_contains(error.text, "\"mod\" requires itself");
    refuses("require('../mod')", "\"../mod\" is no module's name");
    refuses("require('/etc/passwd')", "is no module's name");
    refuses("require('.mod')", "is no module's name");
    refuses("require('a..b')", "is no module's name");
    refuses("require('')", "is no module's name");
    refuses("require('absent')", "absent.lua: there is no such file");
    evaluate_fails("return require('mod').price", "require is not available to a script given as text");
    write_file("mod.lua", "local unused = 1", 16);
    refuses("assert(require('mod') == true) return { api = 1, role = 'bess' }", "has no hooks");
    mkdir(path_of("sub"), 0700);
    write_file("sub/deep.lua", "return 1", 8);
    refuses("assert(require('sub.deep') == 1) return { api = 1, role = 'bess' }", "has no hooks");
}

/* One text may hold 20000 numbers, which Lua's compiler keeps in a table; many such texts count towards the limit. */
static void modules_full_of_numbers(void **state)
{
    (void)state;
    enum { MODULES = 20, NUMBERS = 18000 };
    static char text[2 * NUMBERS + 16];
    size_t size = (size_t)snprintf(text, sizeof text, "return {");
    for (unsigned i = 0; i < NUMBERS; i++)
        size += (size_t)snprintf(text + size, sizeof text - size, "1,");
    size += (size_t)snprintf(text + size, sizeof text - size, "}");
    char name[16];
    for (unsigned i = 0; i < MODULES; i++) {
        snprintf(name, sizeof name, "n%u.lua", i);
        write_file(name, text, size);
    }
    refuses("assert(#require('n0') == 18000) return { api = 1, role = 'bess' }", "has no hooks");
    static const char all[] = "for i = 0, 19 do require('n' .. i) end return { api = 1, role = 'bess' }";
    refuses_bytes(all, sizeof all - 1, ETP_ELIMIT, "more instructions than it may");
    for (unsigned i = 0; i < MODULES; i++) {
        snprintf(name, sizeof name, "n%u.lua", i);
        remove(path_of(name));
    }
}

static void no_module_in_a_hook(void **state)
{
    (void)state;
    static const char text[] =
        "return { api = 1, role = 'aggregator',\non_offer = function() return require('mod') end }";
    etp_desk desk = {0};
    etp_intent intent;
    write_file("mod.lua", "return 1", 8);
    assert_int_equal(etp_script_load(&desk.script, write_file("s.lua", text, sizeof text - 1), NULL, NULL), ETP_OK);
    assert_true(offer_to(&desk, 0, &intent) < 0);
    assert_contains(etp_script_last_error(desk.script), "modules are loaded while the script loads");
    etp_script_free(desk.script);
}

/* However little memory there is, loading fails with a sentence or works; it never ends the process. */
static void every_memory_limit(void **state)
{
    (void)state;
    unsigned loaded = 0, refused = 0;
    for (size_t limit = 1; limit < 80000; limit += 97) {
        etp_script_options options = {.size = sizeof options, .memory_limit = limit};
        etp_script *script;
        etp_error error = {0};
        int result = etp_script_load_text(&script, "test.lua", WHOLE_SCRIPT, strlen(WHOLE_SCRIPT), &options, &error);
        loaded += result == ETP_OK;
        refused += result == ETP_ELIMIT || result == ETP_ENOMEM;
        if (result != ETP_OK)
            assert_contains(error.text, "memory");
        etp_script_free(script);
    }
    assert_true(loaded > 0 && refused > 0);
    assert_int_equal(loaded + refused, 825);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files),
        cmocka_unit_test(no_text),
        cmocka_unit_test(code_that_fails),
        cmocka_unit_test(errors_without_control_characters),
        cmocka_unit_test(shapes),
        cmocka_unit_test(bad_params),
        cmocka_unit_test(what_it_tells),
        cmocka_unit_test(name_from_file),
        cmocka_unit_test(hash),
        cmocka_unit_test(modules),
        cmocka_unit_test(bad_modules),
        cmocka_unit_test(modules_full_of_numbers),
        cmocka_unit_test(no_module_in_a_hook),
        cmocka_unit_test(every_memory_limit),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
