/* SPDX-License-Identifier: MIT */
/* Every name and meaning of its keys is in docs/scripting.md. */
#include "cli/api_json.h"

#include <jansson.h>
#include <string.h>

#include "etp/script_api.h"
#include "etp/version.h"

/* Jansson's functions take NULL for what could not be made, and fail; one look at the end finds that. */
typedef struct list {
    json_t *array;
    bool failed;
} list;

static list begin(void)
{
    json_t *array = json_array();
    return (list){array, array == NULL};
}

static void put(list *to, json_t *value)
{
    if (json_array_append_new(to->array, value) != 0)
        to->failed = true;
}

/* NULL if anything was amiss. */
static json_t *end(const list *made)
{
    if (!made->failed)
        return made->array;
    json_decref(made->array);
    return NULL;
}

static json_t *roles_of(const etp_api_record *record)
{
    list roles = begin();
    if (record->aggregator)
        put(&roles, json_string(etp_role_name(ETP_ROLE_AGGREGATOR)));
    if (record->bess)
        put(&roles, json_string(etp_role_name(ETP_ROLE_BESS)));
    return end(&roles);
}

static json_t *fields_of(unsigned record)
{
    list fields = begin();
    etp_api_field field;
    for (unsigned i = 0; etp_script_api_field(record, i, &field) == ETP_OK; i++)
        put(&fields, json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "name", field.name, "type", field.type, "of", field.of,
                               "unit", field.unit, "optional", (int)field.optional, "doc", field.doc));
    return end(&fields);
}

static json_t *all_records(void)
{
    list records = begin();
    etp_api_record record;
    for (unsigned i = 0; etp_script_api_record(i, &record) == ETP_OK; i++)
        put(&records, json_pack("{s:s, s:o, s:s, s:s, s:o}", "name", record.name, "roles", roles_of(&record), "element",
                                record.element, "doc", record.doc, "fields", fields_of(i)));
    return end(&records);
}

static json_t *hooks_of(etp_role role)
{
    list hooks = begin();
    etp_api_hook hook;
    for (unsigned i = 0; etp_script_api_hook(role, i, &hook) == ETP_OK; i++)
        put(&hooks, json_pack("{s:s, s:s, s:s, s:s}", "name", hook.name, "arguments", hook.arguments, "returns",
                              hook.returns, "doc", hook.doc));
    return end(&hooks);
}

static json_t *values_of(unsigned enumeration)
{
    list values = begin();
    const char *name;
    for (unsigned i = 0; etp_script_api_value(enumeration, i, &name) == ETP_OK; i++)
        put(&values, json_string(name));
    return end(&values);
}

static json_t *all_enumerations(void)
{
    list enumerations = begin();
    etp_api_enumeration enumeration;
    for (unsigned i = 0; etp_script_api_enumeration(i, &enumeration) == ETP_OK; i++)
        put(&enumerations, json_pack("{s:s, s:o}", "name", enumeration.name, "values", values_of(i)));
    return end(&enumerations);
}

static void put_word(void *user, const etp_api_word *word)
{
    put(user, json_pack("{s:s, s:s, s:s}", "library", word->library, "name", word->name, "type", word->type));
}

static json_t *all_words(etp_error *error)
{
    list words = begin();
    if (etp_script_api_words(put_word, &words, error) != ETP_OK)
        words.failed = true;
    return end(&words);
}

static json_t *all_withheld(void)
{
    list all = begin();
    etp_api_withheld withheld;
    for (unsigned i = 0; etp_script_api_withheld(i, &withheld) == ETP_OK; i++)
        put(&all, json_pack("{s:s, s:s, s:s}", "library", withheld.library, "name", withheld.name, "advice",
                            withheld.advice));
    return end(&all);
}

int etp_api_write_json(FILE *file, etp_error *error)
{
    json_t *all = json_pack("{s:i, s:s, s:i, s:o, s:{s:o, s:o}, s:o, s:o, s:o}", "schema_version", 1, "engine",
                            etp_version(), "api", ETP_SCRIPT_API, "records", all_records(), "hooks", "aggregator",
                            hooks_of(ETP_ROLE_AGGREGATOR), "bess", hooks_of(ETP_ROLE_BESS), "enumerations",
                            all_enumerations(), "words", all_words(error), "withheld", all_withheld());
    if (all == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for the script API as JSON");
    bool written = json_dumpf(all, file, JSON_INDENT(2)) == 0 && fputc('\n', file) != EOF;
    json_decref(all);
    return written ? ETP_OK : ETP_EIO;
}
