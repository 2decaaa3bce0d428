/* SPDX-License-Identifier: MIT */
/* The steps of a path: name, .name, [2], ["two words"]. */
#include <string.h>

#include "script/table/tree.h"

static int take_place(const char **at, etp_step *step)
{
    const char *digit = *at;
    size_t place = 0;
    for (; *digit >= '0' && *digit <= '9' && place <= ETP_TABLE_VALUES_MAX; digit++)
        place = place * 10 + (size_t)(*digit - '0');
    if (place == 0 || *digit != ']')
        return -1;
    *step = (etp_step){.place = place};
    *at = digit + 1;
    return 1;
}

static int take_quoted(const char **at, etp_step *step)
{
    const char *end = strstr(*at + 1, "\"]");
    if (end == NULL)
        return -1;
    *step = (etp_step){.key = *at + 1, .size = (size_t)(end - *at - 1)};
    *at = end + 2;
    return 1;
}

static int take_name(const char **at, etp_step *step)
{
    size_t size = strcspn(*at, ".[");
    if (size == 0)
        return -1;
    *step = (etp_step){.key = *at, .size = size};
    *at += size;
    return 1;
}

/* What follows a step begins with a dot or a bracket; a dot is taken with the step before it. */
static int end_step(const char **at)
{
    if (**at == '\0' || **at == '[')
        return 1;
    if (**at != '.' || (*at)[1] == '\0' || (*at)[1] == '.' || (*at)[1] == '[')
        return -1;
    ++*at;
    return 1;
}

int etp_step_next(const char **at, etp_step *step)
{
    int taken;
    if (**at == '\0')
        return 0;
    if (**at != '[') {
        taken = take_name(at, step);
    } else {
        ++*at;
        taken = **at == '"' ? take_quoted(at, step) : take_place(at, step);
    }
    return taken == 1 ? end_step(at) : taken;
}
