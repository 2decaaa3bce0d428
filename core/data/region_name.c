/* SPDX-License-Identifier: MIT */
#include "data/region_name.h"

#include <stdio.h>
#include <string.h>

#include "world/text.h"

static const char *const regions[] = {"NSW1", "QLD1", "SA1", "TAS1", "VIC1"};

static bool is_part(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* The next run of letters and digits of `text`. False at its end. */
static bool next_part(const char **text, etp_span *part)
{
    while (**text != '\0' && !is_part(**text))
        (*text)++;
    *part = (etp_span){*text, 0};
    while (is_part(**text)) {
        (*text)++;
        part->size++;
    }
    return part->size > 0;
}

bool etp_region_of_name(const char *path, char name[16])
{
    const char *base = strrchr(path, '/');
    const char *text = base != NULL ? base + 1 : path, *found = NULL;
    etp_span part;
    name[0] = '\0';
    while (next_part(&text, &part)) {
        for (unsigned i = 0; i < sizeof regions / sizeof *regions; i++) {
            if (!etp_span_is(part, regions[i]))
                continue;
            if (found != NULL && found != regions[i])
                return false;
            found = regions[i];
        }
    }
    if (found != NULL)
        snprintf(name, 16, "%s", found);
    return found != NULL;
}
