/* SPDX-License-Identifier: MIT */
/* Every name and meaning of its keys is in docs/scripting.md. */
#include "cli/api/api_json.h"

#include "etp/script_api.h"
#include "etp/version.h"
#include "report/json_pieces.h"

static json_t *roles_of(const etp_api_record *record)
{
    list_builder roles = begin_list();
    if (record->aggregator)
        append(&roles, json_string(etp_role_name(ETP_ROLE_AGGREGATOR)));
    if (record->bess)
        append(&roles, json_string(etp_role_name(ETP_ROLE_BESS)));
    return finish_list(&roles);
}

static json_t *fields_of(unsigned record)
{
    list_builder fields = begin_list();
    etp_api_field field;
    for (unsigned i = 0; etp_script_api_field(record, i, &field) == ETP_OK; i++)
        append(&fields, json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "name", field.name, "type", field.type, "of",
                                  field.of, "unit", field.unit, "optional", (int)field.optional, "doc", field.doc));
    return finish_list(&fields);
}

static json_t *all_records(void)
{
    list_builder records = begin_list();
    etp_api_record record;
    for (unsigned i = 0; etp_script_api_record(i, &record) == ETP_OK; i++)
        append(&records, json_pack("{s:s, s:o, s:s, s:s, s:o}", "name", record.name, "roles", roles_of(&record),
                                   "element", record.element, "doc", record.doc, "fields", fields_of(i)));
    return finish_list(&records);
}

static json_t *hooks_of(etp_role role)
{
    list_builder hooks = begin_list();
    etp_api_hook hook;
    for (unsigned i = 0; etp_script_api_hook(role, i, &hook) == ETP_OK; i++)
        append(&hooks, json_pack("{s:s, s:s, s:s, s:s}", "name", hook.name, "arguments", hook.arguments, "returns",
                                 hook.returns, "doc", hook.doc));
    return finish_list(&hooks);
}

static json_t *values_of(unsigned enumeration)
{
    list_builder values = begin_list();
    const char *name;
    for (unsigned i = 0; etp_script_api_value(enumeration, i, &name) == ETP_OK; i++)
        append(&values, json_string(name));
    return finish_list(&values);
}

static json_t *all_enumerations(void)
{
    list_builder enumerations = begin_list();
    etp_api_enumeration enumeration;
    for (unsigned i = 0; etp_script_api_enumeration(i, &enumeration) == ETP_OK; i++)
        append(&enumerations, json_pack("{s:s, s:o}", "name", enumeration.name, "values", values_of(i)));
    return finish_list(&enumerations);
}

static void put_word(void *user, const etp_api_word *word)
{
    append(user, json_pack("{s:s, s:s, s:s}", "library", word->library, "name", word->name, "type", word->type));
}

static json_t *all_words(etp_error *error)
{
    list_builder words = begin_list();
    if (etp_script_api_words(put_word, &words, error) != ETP_OK)
        words.failed = true;
    return finish_list(&words);
}

static json_t *all_withheld(void)
{
    list_builder all = begin_list();
    etp_api_withheld withheld;
    for (unsigned i = 0; etp_script_api_withheld(i, &withheld) == ETP_OK; i++)
        append(&all, json_pack("{s:s, s:s, s:s}", "library", withheld.library, "name", withheld.name, "advice",
                               withheld.advice));
    return finish_list(&all);
}

int etp_api_write_json(FILE *file, etp_error *error)
{
    json_t *all = json_pack("{s:i, s:s, s:i, s:o, s:{s:o, s:o}, s:o, s:o, s:o}", "schema_version", 1, "engine",
                            etp_version(), "api", ETP_SCRIPT_API, "records", all_records(), "hooks", "aggregator",
                            hooks_of(ETP_ROLE_AGGREGATOR), "bess", hooks_of(ETP_ROLE_BESS), "enumerations",
                            all_enumerations(), "words", all_words(error), "withheld", all_withheld());
    int result = write_whole(all, file);
    return result == ETP_ENOMEM ? etp_fail(error, result, "no memory for the script API as JSON") : result;
}
