/* SPDX-License-Identifier: MIT */
#include "etp/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/locale.h"

const char *etp_strerror(int code)
{
    switch (code) {
#define ETP_X(name, number, sentence) \
    case number:                      \
        return sentence;
        ETP_ERROR_LIST(ETP_X)
#undef ETP_X
    default:
        return "unknown error";
    }
}

const char *etp_error_name(int code)
{
    switch (code) {
#define ETP_X(name, number, sentence) \
    case number:                      \
        return "ETP_" #name;
        ETP_ERROR_LIST(ETP_X)
#undef ETP_X
    default:
        return "ETP_E?";
    }
}

int etp_fail(etp_error *error, int code, const char *format, ...)
{
    if (error == NULL)
        return code;
    error->code = code;
    if (format == NULL) {
        snprintf(error->text, sizeof error->text, "%s", etp_strerror(code));
        return code;
    }
    locale_t plain = etp_locale_new(), before = uselocale(plain);
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    uselocale(before);
    etp_locale_free(plain);
    return code;
}
