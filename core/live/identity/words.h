/* SPDX-License-Identifier: MIT */
/* Lines of words: key files and trust lists are made of them. The text is cut where it stands. */
#ifndef ETP_LIVE_IDENTITY_WORDS_H
#define ETP_LIVE_IDENTITY_WORDS_H

#include "etp/units.h"

/* Digits only, 1 to ETP_ID_MAX. */
bool etp_device_parse(const char *text, etp_id *device);

/* The next line, terminated, or NULL at `end`, where there is room for a terminator. */
char *etp_line_cut(char **rest, const char *end);

/* The words of a line up to a '#' at the beginning of one, terminated. Returns how many; most + 1 for too many. */
unsigned etp_words_cut(char *line, char *words[], unsigned most);

#endif
