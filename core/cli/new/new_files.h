/* SPDX-License-Identifier: MIT */
/* The files that `new` writes. None is ever written over. */
#ifndef ETP_CLI_NEW_FILES_H
#define ETP_CLI_NEW_FILES_H

#include "etp/error.h"
#include "program/share.h"

/* Writes `path` from a template that comes with the program: without its first line, which is about the template, and
 * with `name` for every @NAME@. Returns an exit status; what could not be written whole is taken away again. */
int etp_new_script(const char *path, const char *template, const char *name, etp_error *error);

/* What became of an editor's settings. */
typedef struct etp_new_settings {
    enum {
        ETP_NEW_SETTINGS_WRITTEN,
        ETP_NEW_SETTINGS_KEPT,          /* they are there and name the annotations */
        ETP_NEW_SETTINGS_LACK,          /* they are there and do not name `annotations` */
        ETP_NEW_SETTINGS_NO_ANNOTATIONS /* nothing that they could name was installed */
    } outcome;
    char annotations[ETP_SHARE_PATH_MAX]; /* the folder */
} etp_new_settings;

/* Writes `path`, the settings of lua-language-server for a folder of scripts. Returns an exit status. */
int etp_new_editor_settings(const char *path, etp_new_settings *settings, etp_error *error);

#endif
