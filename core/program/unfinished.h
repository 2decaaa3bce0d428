/* SPDX-License-Identifier: MIT */
/* The one file that must not be left behind when a signal ends the program. */
#ifndef ETP_PROGRAM_UNFINISHED_H
#define ETP_PROGRAM_UNFINISHED_H

/* From here on SIGINT, SIGTERM, SIGHUP and SIGPIPE remove `path` before they end the program as they always do; those
 * that were ignored at the start remain ignored. `path` is borrowed until the next call; NULL is no file. */
void etp_unfinished_set(const char *path);

#endif
