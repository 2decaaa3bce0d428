/* SPDX-License-Identifier: MIT */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "report/document/html.h"
#include "report/json_pieces.h"

#define REPLACEMENT "\xef\xbf\xbd"

static const char *entity_of(char character)
{
    switch (character) {
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '&':
        return "&amp;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* XML has neither most of the control characters nor U+FFFE and U+FFFF; those from U+0080 to U+009F HTML has not. */
static bool is_allowed(const unsigned char *text, size_t size)
{
    if (size == 1)
        return (*text >= ' ' && *text != 0x7f) || *text == '\n' || *text == '\t';
    if (size == 2 && text[0] == 0xc2)
        return text[1] >= 0xa0;
    return !(size == 3 && text[0] == 0xef && text[1] == 0xbf && text[2] >= 0xbe);
}

void etp_html_text(FILE *out, const char *text)
{
    for (size_t left = strlen(text), size; left > 0; text += size, left -= size) {
        size = etp_utf8_size(text, left);
        const char *entity = entity_of(*text);
        if (entity != NULL)
            fputs(entity, out);
        else if (size > 0 && is_allowed((const unsigned char *)text, size))
            fwrite(text, 1, size, out);
        else
            fputs(REPLACEMENT, out);
        size = size > 0 ? size : 1;
    }
}

void etp_html_member(FILE *out, const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    if (text != NULL)
        etp_html_text(out, text);
}

bool etp_html_json(FILE *out, const json_t *json)
{
    char *text = json_dumps(json, JSON_COMPACT | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(DIGITS));
    if (text == NULL)
        return false;
    /* These stand in texts alone, where an escape means the same. */
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '<' || *at == '>' || *at == '&')
            fprintf(out, "\\u%04x", (unsigned)*at);
        else
            fputc(*at, out);
    }
    free(text);
    return true;
}
