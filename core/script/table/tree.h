/* SPDX-License-Identifier: MIT */
/**
 * @file tree.h
 * What the files of this folder share: the copied data.
 *
 *     take.c    from what the file returned to the tree
 *     table.c   loading, and reading by path
 *     path.c    the steps of a path
 *     lines.c   where in the text a key is written
 */
#ifndef ETP_SCRIPT_TREE_H
#define ETP_SCRIPT_TREE_H

#include "script/table/table.h"

struct etp_vm;

/** One value. Those of a list or table lie next to each other. */
typedef struct etp_leaf {
    etp_value_kind kind;
    char *key;  /**< of a table; NULL in a list */
    char *text; /**< of a text */
    double number;
    bool truth;
    size_t first, count; /**< of a list or table: its values, by their places */
} etp_leaf;

struct etp_table {
    char *name;
    char *source; /**< the text it was made from */
    size_t source_size;
    etp_leaf *leaves; /**< the first is the whole */
    size_t count, room;
};

/** One step of a path. */
typedef struct etp_step {
    const char *key; /**< NULL for a place in a list */
    size_t size;     /**< of the key */
    size_t place;    /**< from 1 */
} etp_step;

/** Takes the next step from `*at` on, and moves it on: 1, 0 at the end, -1 if there is no step to be read. */
int etp_step_next(const char **at, etp_step *step);

/** Copies the value at the top of the vm's stack. */
int etp_tree_take(etp_table *table, struct etp_vm *vm, etp_error *error);

/** See etp_table_line(). */
unsigned etp_lines_find(const char *source, size_t size, const char *path);

#endif
