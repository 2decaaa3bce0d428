/* SPDX-License-Identifier: MIT */
/*
 * A table of wrong calls: each names a public function, what it is handed, and what must come back. What is in the table
 * is noted, so that a public function that nobody has called wrongly is found.
 */
#ifndef ETP_TEST_MISTAKES_H
#define ETP_TEST_MISTAKES_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { CALLED_MAX = 400 };

static const char *called[CALLED_MAX];
static unsigned called_count;

static inline void note_call(const char *function)
{
    for (unsigned i = 0; i < called_count; i++)
        if (strcmp(called[i], function) == 0)
            return;
    assert_true(called_count < CALLED_MAX);
    called[called_count++] = function;
}

static inline void check_given(const char *function, const char *arguments, bool as_expected)
{
    note_call(function);
    if (!as_expected)
        print_error("%s%s did not give what it must\n", function, arguments);
    assert_true(as_expected);
}

/* It gives `expected`; it does nothing, as far as can be seen from outside. */
#define GIVES(expected, function, ...) \
    check_given(#function, "(" #__VA_ARGS__ ")", (function(__VA_ARGS__)) == (expected))
#define QUIET(function, ...) (function(__VA_ARGS__), check_given(#function, "(" #__VA_ARGS__ ")", true))

#define NAMES(expected, function, number)                \
    do {                                                 \
        note_call(#function);                            \
        assert_string_equal(function(number), expected); \
    } while (0)

/* ---- every function of a header must have been called ---- */

static inline char *read_header(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/core/include/etp/%s", ETP_SOURCE_DIR, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        print_error("%s cannot be read\n", path);
    assert_non_null(file);
    size_t room = 1 << 17;
    char *text = calloc(1, room);
    assert_non_null(text);
    size_t size = fread(text, 1, room - 1, file);
    fclose(file);
    assert_true(size > 0 && size < room - 1);
    return text;
}

static inline bool was_called(const char *name, size_t size)
{
    for (unsigned i = 0; i < called_count; i++)
        if (strlen(called[i]) == size && strncmp(called[i], name, size) == 0)
            return true;
    return false;
}

/* The name before the first bracket after each ETP_API that begins a line. Returns how many there were. */
static inline unsigned expect_all_called(const char *header)
{
    char *text = read_header(header);
    unsigned count = 0, missing = 0;
    for (const char *at = strstr(text, "\nETP_API "); at != NULL; at = strstr(at + 1, "\nETP_API ")) {
        const char *end = strchr(at, '(');
        assert_non_null(end);
        const char *start = end;
        while (start[-1] != ' ' && start[-1] != '*')
            start--;
        count++;
        if (was_called(start, (size_t)(end - start)))
            continue;
        missing++;
        print_error("%s: %.*s stands in no row of wrong calls\n", header, (int)(end - start), start);
    }
    free(text);
    assert_int_equal(missing, 0);
    return count;
}

#endif
