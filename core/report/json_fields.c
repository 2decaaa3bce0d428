/* SPDX-License-Identifier: MIT */
#include "report/json_fields.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>

void etp_fields_place(etp_fields *from, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(from->place, sizeof from->place, format, args);
    va_end(args);
}

void etp_fields_refuse(etp_fields *from, const char *what, const char *name)
{
    if (from->result == ETP_OK)
        from->result = etp_fail(from->error, ETP_EFORMAT, "%s: its %s is no %s", from->place, name, what);
}

const char *etp_fields_text(etp_fields *from, const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    if (text == NULL)
        etp_fields_refuse(from, "text", name);
    return text != NULL ? text : "";
}

const json_t *etp_fields_list(etp_fields *from, const json_t *object, const char *name)
{
    const json_t *list = json_object_get(object, name);
    if (json_is_array(list))
        return list;
    etp_fields_refuse(from, "list", name);
    return NULL;
}

const json_t *etp_fields_object(etp_fields *from, const json_t *object, const char *name)
{
    const json_t *member = json_object_get(object, name);
    if (json_is_object(member))
        return member;
    etp_fields_refuse(from, "object", name);
    return NULL;
}

double etp_fields_number(etp_fields *from, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (json_is_number(value))
        return json_number_value(value);
    if (!json_is_null(value))
        etp_fields_refuse(from, "number", name);
    return NAN;
}

double etp_fields_number_if(etp_fields *from, const json_t *object, const char *name)
{
    return json_object_get(object, name) != NULL ? etp_fields_number(from, object, name) : NAN;
}

bool etp_fields_bool(etp_fields *from, const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_boolean(value))
        etp_fields_refuse(from, "true or false", name);
    return json_is_true(value);
}
