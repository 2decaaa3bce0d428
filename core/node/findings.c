/* SPDX-License-Identifier: MIT */
#include "node/findings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void add(etp_findings *findings, bool is_error, const char *text)
{
    if (is_error)
        findings->errors++;
    else
        findings->warnings++;
    if (findings->count == ETP_FINDINGS_MAX)
        return;
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    if (copy == NULL)
        return;
    memcpy(copy, text, size);
    findings->list[findings->count++] = (etp_finding){is_error, copy};
}

void etp_findings_error(etp_findings *findings, const char *format, ...)
{
    char text[ETP_ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add(findings, true, text);
}

void etp_findings_warning(etp_findings *findings, const char *format, ...)
{
    char text[ETP_ERROR_TEXT_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    add(findings, false, text);
}

void etp_findings_take(etp_findings *findings, etp_error *error)
{
    if (error->text[0] != '\0')
        add(findings, true, error->text);
    *error = (etp_error){0};
}

void etp_findings_fini(etp_findings *findings)
{
    for (unsigned i = 0; i < findings->count; i++)
        free(findings->list[i].text);
    *findings = (etp_findings){.count = 0};
}
