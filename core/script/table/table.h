/* SPDX-License-Identifier: MIT */
/**
 * @file table.h
 * A Lua file that holds data alone: a scenario, a configuration. It is run in the sandbox of strategies (no input or
 * output but `require` of modules beside it, the limits of loading), and the table that it returns is copied; then Lua is
 * gone, and what is left is plain data to be read by path.
 *
 * Plain data: booleans, finite numbers, texts in UTF-8 without zero bytes, lists (1, 2, ... without holes) and tables
 * whose keys are texts without quotation marks and control characters. No functions, no metatables, no table that holds
 * itself, no list with names in it.
 *
 * A path names a value: "homes.count", "experiments[2].id", "regions[\"New South Wales\"]"; "" is the whole table. Places
 * in lists count from 1, as in Lua.
 *
 * Errors name the file, the line where the key is written as far as that can be told from the text, and the key:
 *
 *     study.lua:12: homes.count is the text "forty"; it has to be a number
 *
 * A table is never changed after it was loaded: any number of threads may read it.
 */
#ifndef ETP_SCRIPT_TABLE_H
#define ETP_SCRIPT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "etp/error.h"

/** Opaque. */
typedef struct etp_table etp_table;

/** What a value is. */
typedef enum etp_value_kind {
    ETP_VALUE_NONE, /**< there is no such key */
    ETP_VALUE_BOOL,
    ETP_VALUE_NUMBER,
    ETP_VALUE_TEXT,
    ETP_VALUE_LIST, /**< a table without keys is one, too */
    ETP_VALUE_TABLE
} etp_value_kind;

/** Most values in one file, tables included; tables in tables; bytes of a key. */
enum { ETP_TABLE_VALUES_MAX = 100000, ETP_TABLE_DEPTH_MAX = 32, ETP_TABLE_KEY_MAX = 64 };

/** Runs the file and takes what it returns. On failure `*table` is NULL and `error` says what, where, and how to mend it:
 *  ETP_ENOENT, ETP_EIO, ETP_EFORMAT (no source text, or no plain data), ETP_ESCRIPT (it raised an error: with traceback),
 *  ETP_ELIMIT, ETP_ENOMEM. */
int etp_table_load(etp_table **table, const char *path, etp_error *error);
/** The same from text, to which `require` is not available; `chunk` names it in messages. */
int etp_table_load_text(etp_table **table, const char *chunk, const char *text, size_t size, etp_error *error);
/** Accepts NULL. */
void etp_table_free(etp_table *table);

/** The name that messages give it: the path it was loaded from. */
const char *etp_table_name(const etp_table *table);

/* ---- reading: 0 and the value, or ETP_ENOENT for a key that is not there, ETP_EFORMAT for a value of another kind,
 *      with `error` (which may be NULL) filled and the value untouched ---- */

int etp_table_bool(const etp_table *table, const char *path, bool *value, etp_error *error);
int etp_table_number(const etp_table *table, const char *path, double *value, etp_error *error);
/** A number without a fraction, of at most 2^53: other numbers are not exact. */
int etp_table_whole(const etp_table *table, const char *path, int64_t *value, etp_error *error);
/** Valid until the table is freed. */
int etp_table_text(const etp_table *table, const char *path, const char **value, etp_error *error);

etp_value_kind etp_table_kind(const etp_table *table, const char *path);
/** "a number", "a table", ... Static storage. */
const char *etp_value_kind_name(etp_value_kind kind);
/** Values in a list, or keys of a table; 0 for everything else. */
size_t etp_table_length(const etp_table *table, const char *path);
/** The keys of a table in order (byte by byte), the first is 0; NULL past the last, and for everything that is no table.
 *  Valid until the table is freed. */
const char *etp_table_key(const etp_table *table, const char *path, size_t index);

/** The line in which the value's key is written, or that of the nearest table around it; 0 if the text does not show it,
 *  as when it was computed or comes from a module. */
unsigned etp_table_line(const etp_table *table, const char *path);
/** Fills `error` with "FILE:LINE: PATH TEXT" and returns `code`: for what the reader of a value finds wrong with it. */
int etp_table_fail(const etp_table *table, const char *path, etp_error *error, int code, const char *format, ...)
    ETP_PRINTF(5, 6);

#endif
