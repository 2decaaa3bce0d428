/* SPDX-License-Identifier: MIT */
/*
 * How the program ends. Functions of this room that can fail return one of these and, unless it is ETP_EXIT_DONE, have
 * filled their etp_error with the sentence that main() prints.
 */
#ifndef ETP_PROGRAM_STATUS_H
#define ETP_PROGRAM_STATUS_H

enum {
    ETP_EXIT_DONE = 0,
    ETP_EXIT_FAILED = 1, /* a file, a script, the run itself */
    ETP_EXIT_USAGE = 2   /* what was asked for cannot be: an option, a value, a name */
};

#endif
