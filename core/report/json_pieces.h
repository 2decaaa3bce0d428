/* SPDX-License-Identifier: MIT */
/* Small pieces from which results are made into JSON: an object is begun, values are put, and one check at the end finds
 * whatever went wrong on the way. */
#ifndef ETP_REPORT_JSON_PIECES_H
#define ETP_REPORT_JSON_PIECES_H

#include <inttypes.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "etp/error.h"

enum { TEXT_MAX = 64, DIGITS = 15 };

/* Jansson's setters fail on a NULL value and take ownership of the others, so that one check at the end finds whatever
 * went wrong on the way. */
typedef struct builder {
    json_t *object;
    bool failed;
} builder;

static inline builder begin(void)
{
    json_t *object = json_object();
    return (builder){object, object == NULL};
}

static inline void put(builder *to, const char *name, json_t *value)
{
    if (json_object_set_new(to->object, name, value) != 0)
        to->failed = true;
}

/* The object, or NULL when something is missing in it. */
static inline json_t *finish(builder *to)
{
    if (!to->failed)
        return to->object;
    json_decref(to->object);
    return NULL;
}

/* A text that is not UTF-8, such as an odd file name, gets a '?' for each of its bytes that is not ASCII. */
static inline json_t *make_text(const char *text)
{
    char plain[ETP_ERROR_TEXT_MAX];
    json_t *made = json_string(text);
    if (made != NULL)
        return made;
    snprintf(plain, sizeof plain, "%s", text);
    for (char *at = plain; *at != '\0'; at++)
        if ((unsigned char)*at >= 0x80)
            *at = '?';
    return json_string(plain);
}

static inline void put_text(builder *to, const char *name, const char *text)
{
    put(to, name, make_text(text));
}

static inline void put_count(builder *to, const char *name, uint64_t value)
{
    put(to, name, json_integer((json_int_t)value));
}

static inline void put_whole(builder *to, const char *name, int64_t value)
{
    put(to, name, json_integer(value));
}

static inline void put_real(builder *to, const char *name, double value)
{
    put(to, name, json_real(value));
}

/* Ids are texts: a number in JSON is exact up to 2^53 only. */
static inline void put_id(builder *to, const char *name, uint64_t id)
{
    char text[TEXT_MAX];
    snprintf(text, sizeof text, "%" PRIu64, id);
    put_text(to, name, text);
}

static inline void put_bool(builder *to, const char *name, bool value)
{
    put(to, name, json_boolean(value));
}

/* A whole number as such, so that 100 is not written as 100.0. */
static inline json_t *number(double value)
{
    if (value >= -1e15 && value <= 1e15 && (double)(json_int_t)value == value)
        return json_integer((json_int_t)value);
    return json_real(value);
}

/* A list, which takes what is appended as an object takes what is put. */
typedef struct list_builder {
    json_t *array;
    bool failed;
} list_builder;

static inline list_builder begin_list(void)
{
    json_t *array = json_array();
    return (list_builder){array, array == NULL};
}

static inline void append(list_builder *to, json_t *value)
{
    if (json_array_append_new(to->array, value) != 0)
        to->failed = true;
}

static inline json_t *finish_list(list_builder *to)
{
    if (!to->failed)
        return to->array;
    json_decref(to->array);
    return NULL;
}

/* Writes the whole and frees it. ETP_ENOMEM for NULL, ETP_EIO with errno. */
static inline int write_whole(json_t *whole, FILE *out)
{
    if (whole == NULL)
        return ETP_ENOMEM;
    int failed = json_dumpf(whole, out, JSON_INDENT(2) | JSON_REAL_PRECISION(DIGITS));
    json_decref(whole);
    return failed != 0 || fputc('\n', out) == EOF ? ETP_EIO : ETP_OK;
}

#endif
