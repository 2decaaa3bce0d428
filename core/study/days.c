/* SPDX-License-Identifier: MIT */
#include "study/days.h"

#include <stdio.h>
#include <string.h>

#include "world/calendar.h"

enum { DAY_SIZE = 10 };

bool etp_day_parse(const char *text, etp_time *midnight)
{
    char stamp[DAY_SIZE + sizeof " 00:00"];
    if (strlen(text) != DAY_SIZE || text[4] != '-' || text[7] != '-')
        return false;
    snprintf(stamp, sizeof stamp, "%s 00:00", text);
    return etp_stamp_parse((etp_span){stamp, strlen(stamp)}, midnight) == ETP_STAMP_OK;
}

etp_day_text etp_day_show(etp_time when)
{
    etp_day_text day = {{0}};
    etp_stamp stamp = etp_stamp_show(when);
    memcpy(day.text, stamp.text, DAY_SIZE);
    for (char *at = day.text; *at != '\0'; at++)
        if (*at == '/')
            *at = '-';
    return day;
}
