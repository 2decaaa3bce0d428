/* SPDX-License-Identifier: MIT */
/*
 * Where in a text a key is written. Lua does not keep it, so the text is read once more, when something is wrong: the
 * table constructor behind the last `return` (or behind the name that it returns) is walked along the path. What is
 * computed elsewhere is not found, and the line is then that of the nearest table around it that is.
 */
#include <ctype.h>
#include <string.h>

#include "script/table/tree.h"

typedef enum token_kind { END, NAME, NUMBER, TEXT, SIGN } token_kind;

typedef struct token {
    token_kind kind;
    const char *start; /* of a text: behind its quotation mark */
    size_t size;
    unsigned line;
} token;

typedef struct reader {
    const char *at, *end;
    unsigned line;
    token now;
} reader;

/* ---- tokens ---- */

/* The level of a long bracket that opens at `at`, or -1. */
static int long_level(const reader *from, const char *at)
{
    int level = 0;
    if (at >= from->end || *at != '[')
        return -1;
    for (at++; at < from->end && *at == '='; at++)
        level++;
    return at < from->end && *at == '[' ? level : -1;
}

static void pass(reader *from)
{
    from->line += *from->at++ == '\n';
}

/* To behind the closing bracket of that level. */
static void pass_long(reader *from, int level)
{
    int equals = -1;
    for (from->at += level + 2; from->at < from->end; pass(from)) {
        if (*from->at == ']' && equals == level)
            break;
        if (*from->at == ']')
            equals = 0;
        else if (*from->at == '=' && equals >= 0)
            equals++;
        else
            equals = -1;
    }
    if (from->at < from->end)
        from->at++;
}

static bool pass_comment(reader *from)
{
    if (from->end - from->at < 2 || from->at[0] != '-' || from->at[1] != '-')
        return false;
    from->at += 2;
    int level = long_level(from, from->at);
    if (level >= 0)
        pass_long(from, level);
    while (level < 0 && from->at < from->end && *from->at != '\n')
        from->at++;
    return true;
}

static void take_quoted(reader *from)
{
    char mark = *from->at++;
    from->now.kind = TEXT;
    from->now.start = from->at;
    while (from->at < from->end && *from->at != mark) {
        if (*from->at == '\\' && from->at + 1 < from->end)
            pass(from);
        pass(from);
    }
    from->now.size = (size_t)(from->at - from->now.start);
    if (from->at < from->end)
        from->at++;
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static void take_word(reader *from)
{
    bool number = isdigit((unsigned char)*from->at);
    from->now.kind = number ? NUMBER : NAME;
    while (from->at < from->end && (is_word(*from->at) || (number && *from->at == '.')))
        from->at++;
    from->now.size = (size_t)(from->at - from->now.start);
}

static void take_sign(reader *from)
{
    int level = long_level(from, from->at);
    from->now.kind = level >= 0 ? TEXT : SIGN;
    if (level >= 0)
        pass_long(from, level);
    else
        from->at++;
    from->now.size = (size_t)(from->at - from->now.start);
}

static void next(reader *from)
{
    while (from->at < from->end && (isspace((unsigned char)*from->at) || pass_comment(from))) {
        if (from->at < from->end && isspace((unsigned char)*from->at))
            pass(from);
    }
    from->now = (token){.kind = END, .start = from->at, .line = from->line};
    if (from->at >= from->end)
        return;
    if (*from->at == '"' || *from->at == '\'')
        take_quoted(from);
    else if (is_word(*from->at))
        take_word(from);
    else
        take_sign(from);
}

static bool is_sign(const token *now, char sign)
{
    return now->kind == SIGN && *now->start == sign;
}

static bool same(const token *now, const char *text, size_t size)
{
    return now->size == size && memcmp(now->start, text, size) == 0;
}

/* ---- the constructor that is returned ---- */

/* The reader behind the last `return`: at the constructor, or at the name that is returned. */
static bool find_return(reader *from)
{
    reader found = {0};
    for (next(from); from->now.kind != END; next(from))
        if (from->now.kind == NAME && same(&from->now, "return", 6))
            found = *from;
    if (found.at == NULL)
        return false;
    *from = found;
    next(from);
    return true;
}

/* The reader at the constructor in NAME = {. */
static bool find_assignment(reader *from, const token *name)
{
    for (next(from); from->now.kind != END; next(from)) {
        if (from->now.kind != NAME || !same(&from->now, name->start, name->size))
            continue;
        reader after = *from;
        next(&after);
        if (!is_sign(&after.now, '='))
            continue;
        next(&after);
        *from = after;
        return is_sign(&after.now, '{');
    }
    return false;
}

static bool find_constructor(reader *from, const char *source, size_t size)
{
    const reader begin = {.at = source, .end = source + size, .line = 1};
    *from = begin;
    if (!find_return(from))
        return false;
    if (is_sign(&from->now, '{'))
        return true;
    token name = from->now;
    *from = begin;
    return name.kind == NAME && find_assignment(from, &name);
}

/* ---- the way along the path ---- */

/* To the comma, or the closing brace, behind the value that begins here. */
static void pass_value(reader *from)
{
    unsigned depth = 0;
    for (; from->now.kind != END; next(from)) {
        bool opens = from->now.kind == SIGN && strchr("({[", *from->now.start) != NULL;
        bool closes = from->now.kind == SIGN && strchr(")}]", *from->now.start) != NULL;
        if (depth == 0 && (closes || is_sign(&from->now, ',') || is_sign(&from->now, ';')))
            return;
        depth += opens;
        depth -= closes;
    }
}

/* The key of the field that begins here; the reader is then at its value. A value without a key has the next place. */
static token take_key(reader *from, size_t *place, bool *named)
{
    reader after = *from;
    token key = from->now;
    bool bracket = is_sign(&key, '[');
    next(&after);
    if (bracket) {
        key.kind = after.now.kind;
        key.start = after.now.start;
        key.size = after.now.size;
        next(&after);
        next(&after);
    }
    *named = is_sign(&after.now, '=') && (bracket || key.kind == NAME);
    if (*named) {
        next(&after);
        *from = after;
    } else {
        ++*place;
    }
    return key;
}

static bool matches(const etp_step *step, const token *key, bool named, size_t place)
{
    if (step->key == NULL)
        return !named && step->place == place;
    return named && same(key, step->key, step->size);
}

/* From the brace on; the line of the step's key, with the reader at its value, or 0. */
static unsigned find_step(reader *from, const etp_step *step)
{
    size_t place = 0;
    bool named;
    next(from);
    while (from->now.kind != END && !is_sign(&from->now, '}')) {
        const token key = take_key(from, &place, &named);
        if (matches(step, &key, named, place))
            return key.line;
        pass_value(from);
        if (is_sign(&from->now, ',') || is_sign(&from->now, ';'))
            next(from);
    }
    return 0;
}

unsigned etp_lines_find(const char *source, size_t size, const char *path)
{
    reader from;
    etp_step step;
    unsigned line = 0;
    if (!find_constructor(&from, source, size))
        return 0;
    while (etp_step_next(&path, &step) == 1 && is_sign(&from.now, '{')) {
        unsigned found = find_step(&from, &step);
        if (found == 0)
            break;
        line = found;
    }
    return line;
}
