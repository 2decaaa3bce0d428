/* SPDX-License-Identifier: MIT */
#include "etp/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/locale.h"
#include "etp/error.h"

enum { LINE_MAX_BYTES = 2048 };

static const char *const level_names[] = {"error", "warn", "info", "debug"};

void etp_log(const etp_logger *logger, etp_log_level level, const char *component, const char *format, ...)
{
    if (logger == NULL || logger->write == NULL || level > logger->level || component == NULL || format == NULL)
        return;
    char text[LINE_MAX_BYTES];
    locale_t plain = etp_locale_new(), before = uselocale(plain);
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    uselocale(before);
    etp_locale_free(plain);
    logger->write(logger->user, level, component, text);
}

const char *etp_log_level_name(etp_log_level level)
{
    return (unsigned)level <= ETP_LOG_DEBUG ? level_names[level] : "?";
}

int etp_log_level_parse(const char *name, etp_log_level *level)
{
    if (name == NULL || level == NULL)
        return ETP_EINVAL;
    for (int i = ETP_LOG_ERROR; i <= ETP_LOG_DEBUG; i++) {
        if (strcmp(name, level_names[i]) == 0) {
            *level = (etp_log_level)i;
            return ETP_OK;
        }
    }
    return ETP_ENOENT;
}
