/* SPDX-License-Identifier: MIT */
#include "cli/options_json.h"

#include <string.h>

#include "report/json_pieces.h"

static bool is_stated(const etp_option *option, etp_option_value *value, const void *options)
{
    *value = (etp_option_value){.kind = ETP_OPTION_NONE};
    if (option->kind->show == NULL || strcmp(option->name, "jobs") == 0)
        return false;
    option->kind->show((const char *)options + option->offset, value);
    return value->kind != ETP_OPTION_ACTION;
}

static json_t *make_value(const etp_option_value *value)
{
    switch (value->kind) {
    case ETP_OPTION_BOOL:
        return json_boolean(value->number != 0);
    case ETP_OPTION_NUMBER:
        return number(value->number);
    case ETP_OPTION_TEXT:
        return make_text(value->text);
    case ETP_OPTION_NONE:
    case ETP_OPTION_ACTION:
    default:
        return json_null();
    }
}

json_t *etp_options_make_json(const etp_vocabulary *vocabulary, const void *options)
{
    const etp_option *list[ETP_OPTIONS_MAX];
    unsigned count = etp_vocabulary_list(vocabulary, list);
    builder to = begin();
    for (unsigned i = 0; i < count; i++) {
        etp_option_value value;
        if (is_stated(list[i], &value, options))
            put(&to, list[i]->name, make_value(&value));
    }
    return finish(&to);
}

json_t *etp_settings_make_json(const etp_settings *settings)
{
    list_builder to = begin_list();
    for (unsigned i = 0; i < settings->count; i++) {
        builder one = begin();
        put_text(&one, "target", settings->list[i].target);
        put_text(&one, "param", settings->list[i].param);
        put_real(&one, "value", settings->list[i].value);
        append(&to, finish(&one));
    }
    return finish_list(&to);
}
