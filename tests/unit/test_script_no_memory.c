/* SPDX-License-Identifier: MIT */
/* The N-th allocation fails, for every N: a load fails cleanly, and a reload succeeds whole or changes nothing. The linker
 * sends all allocations of the libraries here. */
#include "test_files.h"

#include "etp/watch.h"
#include "script/table/table.h"

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *memory, size_t size);
char *__real_strdup(const char *text);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *memory, size_t size);
char *__wrap_strdup(const char *text);

static uint64_t calls, fail_at; /* 0: none fails */

static bool fails(void)
{
    return ++calls == fail_at;
}

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *memory, size_t size)
{
    return fails() ? NULL : __real_realloc(memory, size);
}

char *__wrap_strdup(const char *text)
{
    return fails() ? NULL : __real_strdup(text);
}

static const char source[] =
    "local m = require 'm'\n"
    "local S = { api = 1, role = 'aggregator', params = { p = { default = 0, live = true } } }\n"
    "function S.on_offer(ctx)\n local s = ctx.state\n s.n = (s.n or 0) + m\n"
    " s.list = s.list or {}\n s.list[s.n] = 'text ' .. s.n\n return s.n\nend\n"
    "function S.on_save(ctx) return ctx.state end\n"
    "function S.on_load(ctx, saved) ctx.state.n = saved.n ctx.state.list = saved.list end\n"
    "return S\n";

static int bid(etp_script *script, uint32_t node)
{
    etp_rng rng;
    etp_rng_seed(&rng, 1);
    const etp_context context = {
        .size = sizeof context, .node = node, .name = "n", .rng = &rng, .deadline = ETP_TIME_NEVER};
    const etp_offer offer = {.energy = 1000000, .reserve = ETP_PRICE_NONE};
    etp_intent intent = {.energy = 1000000};
    int decision = etp_script_aggregator_hooks(script)->on_offer(script, &context, &offer, &intent);
    assert_int_equal(decision, ETP_DECIDE_BID);
    return (int)(intent.price / 10000);
}

static void every_allocation_of_a_load(void **state)
{
    (void)state;
    int result = ETP_ENOMEM;
    uint64_t n = 1;
    for (; result != ETP_OK && n < 20000; n++) {
        etp_error error = {0};
        etp_script *script;
        calls = 0;
        fail_at = n;
        result = etp_script_load(&script, in_folder("s.lua"), NULL, &error);
        fail_at = 0;
        assert_true((result == ETP_OK) == (script != NULL));
        assert_true(result == ETP_OK || error.text[0] != '\0');
        etp_script_free(script);
    }
    printf("a load survives the failure of each of its first %llu allocations\n", (unsigned long long)n);
    assert_true(n > 30 && n < 20000);
}

/* Lua collects its garbage and tries again when an allocation fails, so most failures in it change nothing. */
static void every_allocation_of_a_reload(void **state)
{
    (void)state;
    unsigned refused = 0, taken = 0;
    bool reached = true;
    for (uint64_t n = 1; reached; n += n < 60 ? 1 : 7) {
        etp_error error = {0};
        etp_script *script;
        assert_int_equal(etp_script_load(&script, in_folder("s.lua"), NULL, NULL), ETP_OK);
        assert_int_equal(etp_script_set(script, "p", 5, NULL), ETP_OK);
        for (uint32_t node = 0; node < 40; node++)
            assert_int_equal(bid(script, node), 1);
        calls = 0;
        fail_at = n;
        int result = etp_script_reload(script, 0, &error);
        reached = calls >= n;
        fail_at = 0;
        assert_int_equal(etp_script_version(script), result == ETP_OK ? 2 : 1);
        assert_true(result == ETP_OK || error.text[0] != '\0');
        for (uint32_t node = 0; node < 40; node++)
            assert_int_equal(bid(script, node), 2);
        etp_param param;
        assert_int_equal(etp_script_param(script, 0, &param), ETP_OK);
        assert_true(param.value == 5);
        taken += result == ETP_OK;
        refused += result != ETP_OK;
        etp_script_free(script);
    }
    printf("%u reloads refused, %u taken\n", refused, taken);
    assert_true(refused > 5 && taken > 5);
}

static void every_allocation_of_a_watch(void **state)
{
    (void)state;
    etp_script *script;
    assert_int_equal(etp_script_load(&script, in_folder("s.lua"), NULL, NULL), ETP_OK);
    bool reached = true;
    for (uint64_t n = 1; reached; n++) {
        etp_watch *watch = NULL;
        calls = 0;
        fail_at = n;
        int result = etp_watch_new(&watch, NULL);
        if (result == ETP_OK)
            result = etp_watch_add(watch, script);
        for (etp_time clock = 0; result == ETP_OK && clock < 5 * ETP_NS_PER_SECOND / 10; clock += 20000000)
            assert_true(etp_watch_poll(watch, clock) == NULL || fail_at <= calls);
        reached = calls >= n;
        fail_at = 0;
        etp_watch_free(watch);
    }
    etp_script_free(script);
}

/* A table is loaded whole, or not at all. */
static void every_allocation_of_a_table(void **state)
{
    (void)state;
    int result = ETP_ENOMEM;
    uint64_t n = 1;
    for (; result != ETP_OK && n < 20000; n++) {
        etp_error error = {0};
        etp_table *table;
        calls = 0;
        fail_at = n;
        result = etp_table_load(&table, in_folder("t.lua"), &error);
        bool reached = calls >= n;
        fail_at = 0;
        assert_true((result == ETP_OK) == (table != NULL));
        assert_true(result == ETP_OK || error.text[0] != '\0');
        assert_true(table == NULL || etp_table_length(table, "list") == 3);
        etp_table_free(table);
        result = reached ? ETP_ENOMEM : result;
    }
    printf("a table survives the failure of each of its first %llu allocations\n", (unsigned long long)n);
    assert_true(n > 30 && n < 20000);
}

int main(void)
{
    folder_make();
    write_file(in_folder("s.lua"), source);
    write_file(in_folder("m.lua"), "return 1\n");
    write_file(in_folder("t.lua"), "local m = require 'm'\nreturn { list = { m, 'two', {} }, name = 'x' .. m }\n");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_of_a_load),
        cmocka_unit_test(every_allocation_of_a_reload),
        cmocka_unit_test(every_allocation_of_a_watch),
        cmocka_unit_test(every_allocation_of_a_table),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    folder_remove();
    return failed;
}
