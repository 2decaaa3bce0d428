/* SPDX-License-Identifier: MIT */
/*
 * Results of cells in a folder, one file each: KEY.json. A file appears under its name whole or not at all, so a study that
 * was ended in any way, even by kill -9 or a power cut, goes on where it was. What is not what its name says (cut off,
 * another program's, of another key) is told and computed again.
 *
 * One process at a time works in a folder: a lock on the file `lock` in it says so, and is gone with its process.
 */
#ifndef ETP_STUDY_STORE_H
#define ETP_STUDY_STORE_H

#include "etp/log.h"
#include "study/cell.h"

typedef struct etp_store {
    char *folder;
    int lock; /* -1: none is held */
} etp_store;

/* Makes the folder if there is none (not those around it), takes the lock, and removes what a process that was ended has
 * left half written. Returns an exit status. etp_store_close() is due in any case. */
int etp_store_open(etp_store *store, const char *folder, etp_error *error);
void etp_store_close(etp_store *store);

typedef enum etp_store_found {
    ETP_STORE_NONE,
    ETP_STORE_FOUND, /* `result` is filled */
    ETP_STORE_BAD    /* `error` says what is wrong with the file */
} etp_store_found;

etp_store_found etp_store_load(const etp_store *store, const etp_cell *cell, etp_cell_result *result, etp_error *error);
/* Returns an exit status. From several threads at once, each with another cell. */
int etp_store_save(const etp_store *store, const etp_cell *cell, const etp_ground *ground,
                   const etp_cell_result *result, etp_error *error);
/* Removes every cell: --fresh. Returns an exit status. */
int etp_store_empty(const etp_store *store, etp_error *error);

/* ---- the file's content ---- */

/* ETP_ENOMEM, or ETP_EIO with errno. */
int etp_cell_write(const etp_cell *cell, const etp_ground *ground, const etp_cell_result *result, FILE *out);
/* ETP_EFORMAT with a sentence for anything but the result of this cell. On failure nothing is owned. */
int etp_cell_read(const etp_cell *cell, FILE *in, etp_cell_result *result, etp_error *error);

#endif
