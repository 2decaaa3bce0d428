/* SPDX-License-Identifier: MIT */
/* "Did you mean": the known name with the fewest edits (Damerau's: insert, delete, replace, swap neighbours). */
#include "base/nearest.h"

#include <stdbool.h>
#include <string.h>

enum { WORD_MAX = 32 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned edits(const char *a, size_t a_size, const char *b, size_t b_size)
{
    unsigned table[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= a_size; i++) {
        for (size_t j = 0; j <= b_size; j++) {
            if (i == 0 || j == 0) {
                table[i][j] = (unsigned)(i + j);
                continue;
            }
            unsigned replaced = table[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            table[i][j] = least(replaced, 1 + least(table[i - 1][j], table[i][j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                table[i][j] = least(table[i][j], table[i - 2][j - 2] + 1);
        }
    }
    return table[a_size][b_size];
}

const char *etp_nearest(const char *word, const char *const *names, unsigned count)
{
    size_t size = strlen(word);
    const char *best = NULL;
    unsigned fewest = 0;
    for (unsigned i = 0; i < count && size <= WORD_MAX; i++) {
        size_t name_size = strlen(names[i]);
        if (name_size > WORD_MAX)
            continue;
        unsigned distance = edits(word, size, names[i], name_size);
        bool close = distance * 3 < least((unsigned)size, (unsigned)name_size) + 2;
        if (close && (best == NULL || distance < fewest)) {
            best = names[i];
            fewest = distance;
        }
    }
    return best;
}
