/* SPDX-License-Identifier: MIT */
#include "report/document/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/locale.h"
#include "base/utf8.h"
#include "report/json_pieces.h"

/* ---- what went wrong ---- */

bool etp_document_is_sound(const etp_document *document)
{
    return document != NULL && document->failure.code == ETP_OK;
}

void etp_document_blame(etp_document *document, int code, const char *format, ...)
{
    if (!etp_document_is_sound(document))
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(document->failure.text, sizeof document->failure.text, format, args);
    va_end(args);
    document->failure.code = code;
}

static void blame_memory(etp_document *document)
{
    etp_document_blame(document, ETP_ENOMEM, "no memory for the report");
}

int etp_document_check(const etp_document *document, etp_error *error)
{
    if (document == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for the report");
    if (document->failure.code == ETP_OK)
        return ETP_OK;
    return etp_fail(error, document->failure.code, "%s", document->failure.text);
}

/* ---- values ---- */

json_t *etp_document_make_text(const char *text)
{
    json_t *made = json_string(text != NULL ? text : "");
    if (made != NULL || text == NULL)
        return made;
    size_t size = strlen(text);
    char *plain = malloc(size + 1);
    if (plain == NULL)
        return NULL;
    memcpy(plain, text, size + 1);
    for (size_t at = 0, step; at<size; at += step> 0 ? step : 1) {
        step = etp_utf8_size(plain + at, size - at);
        if (step == 0)
            plain[at] = '?';
    }
    made = json_string(plain);
    free(plain);
    return made;
}

json_t *etp_document_make_formatted(const etp_document *document, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    locale_t before = uselocale(document->locale);
    int size = vsnprintf(NULL, 0, format, args);
    char *text = size >= 0 ? malloc((size_t)size + 1) : NULL;
    if (text != NULL)
        vsnprintf(text, (size_t)size + 1, format, again);
    uselocale(before);
    va_end(again);
    json_t *made = text != NULL ? etp_document_make_text(text) : NULL;
    free(text);
    return made;
}

/* Rounded here, so that a document which was written as JSON and read again is the same to the last digit. */
json_t *etp_document_make_number(const etp_document *document, double value)
{
    char text[64];
    if (!(value - value == 0))
        return json_null();
    locale_t before = uselocale(document->locale);
    snprintf(text, sizeof text, "%.*g", DIGITS, value);
    double rounded = strtod(text, NULL);
    uselocale(before);
    /* The largest numbers round to more than there is. */
    return number(rounded - rounded == 0 ? rounded : value);
}

/* ---- building ---- */

void etp_document_put(etp_document *document, json_t *object, const char *name, json_t *value)
{
    if (!etp_document_is_sound(document))
        json_decref(value);
    else if (json_object_set_new(object, name, value) != 0)
        blame_memory(document);
}

void etp_document_append(etp_document *document, json_t *array, json_t *value)
{
    if (!etp_document_is_sound(document))
        json_decref(value);
    else if (json_array_append_new(array, value) != 0)
        blame_memory(document);
}

json_t *etp_document_put_list(etp_document *document, json_t *object, const char *name)
{
    json_t *list = json_array();
    etp_document_put(document, object, name, list);
    return etp_document_is_sound(document) ? list : NULL;
}

static bool is_good_id(const char *id)
{
    size_t size = strlen(id);
    return size > 0 && size <= ETP_DOCUMENT_ID_MAX && strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789-_") == size;
}

static bool take_id(etp_document *document, json_t *used, const char *id)
{
    if (id == NULL || !is_good_id(id))
        etp_document_blame(document, ETP_EINVAL,
                           "'%.80s' is no id: it has 1 to %d of the letters a to z, digits, - and _",
                           id != NULL ? id : "", ETP_DOCUMENT_ID_MAX);
    else if (json_object_get(used, id) != NULL)
        etp_document_blame(document, ETP_EINVAL, "the id %s is there twice", id);
    else
        etp_document_put(document, used, id, json_true());
    return etp_document_is_sound(document);
}

bool etp_document_take_id(etp_document *document, const char *id)
{
    return etp_document_is_sound(document) && take_id(document, document->ids, id);
}

json_t *etp_document_item(etp_document *document, const char *type)
{
    if (etp_document_is_sound(document) && document->items == NULL)
        etp_document_blame(document, ETP_EINVAL, "a %s comes before the first section", type);
    if (!etp_document_is_sound(document))
        return NULL;
    json_t *item = json_object();
    etp_document_append(document, document->items, item);
    etp_document_put(document, item, "type", json_string(type));
    return etp_document_is_sound(document) ? item : NULL;
}

static void add_text(etp_document *document, const char *type, json_t *text)
{
    json_t *item = etp_document_item(document, type);
    etp_document_put(document, item, "text", text);
}

/* ---- the head ---- */

etp_document *etp_document_new(const char *title)
{
    etp_document *document = calloc(1, sizeof *document);
    if (document == NULL)
        return NULL;
    document->locale = etp_locale_new();
    document->root = json_object();
    document->ids = json_object();
    document->section_ids = json_object();
    if (document->root == NULL || document->ids == NULL || document->section_ids == NULL)
        blame_memory(document);
    etp_document_put(document, document->root, "title", etp_document_make_text(title));
    etp_document_put(document, document->root, "lead", json_string(""));
    document->meta = etp_document_put_list(document, document->root, "meta");
    document->sections = etp_document_put_list(document, document->root, "sections");
    return document;
}

void etp_document_free(etp_document *document)
{
    if (document == NULL)
        return;
    for (etp_sheet *sheet = document->sheets, *next; sheet != NULL; sheet = next) {
        next = sheet->next;
        free(sheet);
    }
    for (etp_plot *plot = document->plots, *next; plot != NULL; plot = next) {
        next = plot->next;
        free(plot);
    }
    json_decref(document->root);
    json_decref(document->ids);
    json_decref(document->section_ids);
    etp_locale_free(document->locale);
    free(document);
}

void etp_document_lead(etp_document *document, const char *format, ...)
{
    if (!etp_document_is_sound(document))
        return;
    va_list args;
    va_start(args, format);
    etp_document_put(document, document->root, "lead", etp_document_make_formatted(document, format, args));
    va_end(args);
}

void etp_document_meta(etp_document *document, const char *name, const char *format, ...)
{
    if (!etp_document_is_sound(document))
        return;
    json_t *entry = json_object();
    va_list args;
    va_start(args, format);
    etp_document_append(document, document->meta, entry);
    etp_document_put(document, entry, "name", etp_document_make_text(name));
    etp_document_put(document, entry, "value", etp_document_make_formatted(document, format, args));
    va_end(args);
}

/* ---- sections and what they hold ---- */

void etp_document_section(etp_document *document, const char *id, const char *title)
{
    if (!etp_document_is_sound(document) || !take_id(document, document->section_ids, id))
        return;
    json_t *section = json_object();
    etp_document_append(document, document->sections, section);
    etp_document_put(document, section, "id", json_string(id));
    etp_document_put(document, section, "title", etp_document_make_text(title));
    document->items = etp_document_put_list(document, section, "items");
}

void etp_document_heading(etp_document *document, const char *title)
{
    add_text(document, "heading", etp_document_make_text(title));
}

void etp_document_text(etp_document *document, const char *format, ...)
{
    if (!etp_document_is_sound(document))
        return;
    va_list args;
    va_start(args, format);
    add_text(document, "text", etp_document_make_formatted(document, format, args));
    va_end(args);
}

void etp_document_point(etp_document *document, const char *format, ...)
{
    if (!etp_document_is_sound(document))
        return;
    va_list args;
    va_start(args, format);
    add_text(document, "point", etp_document_make_formatted(document, format, args));
    va_end(args);
}

void etp_document_note(etp_document *document, const char *format, ...)
{
    if (!etp_document_is_sound(document))
        return;
    va_list args;
    va_start(args, format);
    add_text(document, "note", etp_document_make_formatted(document, format, args));
    va_end(args);
}

void etp_document_key_figure(etp_document *document, const char *label, const char *text, const char *note)
{
    json_t *item = etp_document_item(document, "key-figure");
    etp_document_put(document, item, "label", etp_document_make_text(label));
    etp_document_put(document, item, "text", etp_document_make_text(text));
    etp_document_put(document, item, "note", etp_document_make_text(note));
}
