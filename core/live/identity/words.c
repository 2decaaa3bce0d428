/* SPDX-License-Identifier: MIT */
#include "live/identity/words.h"

#include <stddef.h>

enum { DIGITS_MAX = 16 };

bool etp_device_parse(const char *text, etp_id *device)
{
    etp_id value = 0;
    size_t digits = 0;
    for (; text[digits] >= '0' && text[digits] <= '9' && digits <= DIGITS_MAX; digits++)
        value = value * 10 + (etp_id)(text[digits] - '0');
    if (digits == 0 || digits > DIGITS_MAX || text[digits] != '\0' || value == 0 || value > ETP_ID_MAX)
        return false;
    *device = value;
    return true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

unsigned etp_words_cut(char *line, char *words[], unsigned most)
{
    unsigned count = 0;
    while (*line != '\0') {
        while (is_blank(*line))
            *line++ = '\0';
        if (*line == '\0' || *line == '#')
            break;
        if (count == most)
            return most + 1;
        words[count++] = line;
        while (*line != '\0' && !is_blank(*line))
            line++;
    }
    /* What is left may be a comment behind the last word, which ends it. */
    *line = '\0';
    return count;
}

char *etp_line_cut(char **rest, const char *end)
{
    char *line = *rest;
    if (line >= end)
        return NULL;
    char *at = line;
    while (at < end && *at != '\n')
        at++;
    *at = '\0';
    *rest = at + 1;
    return line;
}
