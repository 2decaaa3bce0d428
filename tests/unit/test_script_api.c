/* SPDX-License-Identifier: MIT */
/* The script API as data says what scripts find: it is compared with what scripts are given. */
#include "test_script.h"

#include <stdlib.h>

#include "etp/script_api.h"

static unsigned record_of(const char *name, etp_role role, etp_api_record *record)
{
    for (unsigned i = 0; etp_script_api_record(i, record) == ETP_OK; i++) {
        if (strcmp(record->name, name) == 0 && (role == ETP_ROLE_BESS ? record->bess : record->aggregator))
            return i;
    }
    fail_msg("the role %s has no record %s", etp_role_name(role), name);
    return 0;
}

static etp_api_field field_of(const char *record_name, etp_role role, const char *name)
{
    etp_api_record record;
    etp_api_field field;
    unsigned index = record_of(record_name, role, &record);
    for (unsigned i = 0; etp_script_api_field(index, i, &field) == ETP_OK; i++) {
        if (strcmp(field.name, name) == 0)
            return field;
    }
    fail_msg("%s has no field %s", record_name, name);
    return field;
}

/* ---- every entry is whole ---- */

static bool is_enumeration(const char *name)
{
    etp_api_enumeration enumeration;
    for (unsigned i = 0; etp_script_api_enumeration(i, &enumeration) == ETP_OK; i++) {
        if (strcmp(enumeration.name, name) == 0)
            return true;
    }
    return false;
}

static void check_field(const etp_api_field *field)
{
    static const char *const types = " number integer boolean string table function list ";
    char word[32];
    etp_api_record record;
    snprintf(word, sizeof word, " %s ", field->type);
    assert_non_null(strstr(types, word));
    assert_true(field->name[0] != '\0' && field->doc[0] != '\0');
    if (strcmp(field->type, "list") == 0)
        record_of(field->of, ETP_ROLE_AGGREGATOR, &record);
    else
        assert_true(field->of[0] == '\0' || (strcmp(field->type, "string") == 0 && is_enumeration(field->of)));
    if (field->unit[0] != '\0')
        assert_true(strcmp(field->type, "number") == 0 || strcmp(field->type, "integer") == 0);
}

static void records_are_whole(void **state)
{
    (void)state;
    etp_api_record record, other;
    for (unsigned i = 0; etp_script_api_record(i, &record) == ETP_OK; i++) {
        assert_true(record.doc[0] != '\0' && (record.aggregator || record.bess));
        /* Either fields or elements. */
        assert_true((record.field_count == 0) == (record.element[0] != '\0'));
        if (record.element[0] != '\0')
            record_of(record.element, ETP_ROLE_BESS, &other);
        etp_api_field field;
        for (unsigned j = 0; j < record.field_count; j++) {
            assert_int_equal(etp_script_api_field(i, j, &field), ETP_OK);
            check_field(&field);
        }
        assert_int_equal(etp_script_api_field(i, record.field_count, &field), ETP_ENOENT);
    }
    etp_api_field field;
    assert_int_equal(etp_script_api_record(1000, &record), ETP_ENOENT);
    assert_int_equal(etp_script_api_field(1000, 0, &field), ETP_ENOENT);
}

/* Examples of each kind of field: what they are is told by hand here, since records_are_whole sees only that they are. */
static void units_and_optional_fields(void **state)
{
    (void)state;
    etp_api_field reserve = field_of("offer", ETP_ROLE_AGGREGATOR, "reserve");
    assert_string_equal(reserve.type, "number");
    assert_string_equal(reserve.unit, "c/kWh");
    assert_true(reserve.optional);
    etp_api_field value = field_of("offer", ETP_ROLE_AGGREGATOR, "value");
    assert_false(value.optional);
    etp_api_field battery = field_of("offer", ETP_ROLE_AGGREGATOR, "battery");
    assert_string_equal(battery.type, "integer");
    assert_string_equal(battery.unit, "id");
    assert_string_equal(field_of("offer", ETP_ROLE_AGGREGATOR, "health").of, "health");
    assert_string_equal(field_of("result", ETP_ROLE_AGGREGATOR, "may_rebid").type, "boolean");
    assert_string_equal(field_of("result", ETP_ROLE_BESS, "revenue").unit, "$");
    assert_string_equal(field_of("battery", ETP_ROLE_BESS, "one_way").unit, "0 to 1");
    assert_true(field_of("ctx", ETP_ROLE_BESS, "deadline").optional);
    assert_true(field_of("parameter", ETP_ROLE_BESS, "min").optional);
    assert_false(field_of("parameter", ETP_ROLE_BESS, "default").optional);
    assert_false(field_of("strategy", ETP_ROLE_BESS, "role").optional);
}

/* ---- enumerations ---- */

static void enumerations(void **state)
{
    (void)state;
    etp_api_enumeration enumeration;
    const char *name;
    unsigned values = 0;
    for (unsigned i = 0; etp_script_api_enumeration(i, &enumeration) == ETP_OK; i++) {
        assert_true(enumeration.count > 1);
        for (unsigned j = 0; j < enumeration.count; j++) {
            assert_int_equal(etp_script_api_value(i, j, &name), ETP_OK);
            assert_true(name[0] != '\0' && strcmp(name, "?") != 0);
            values++;
        }
        assert_int_equal(etp_script_api_value(i, enumeration.count, &name), ETP_ENOENT);
        assert_null(name);
    }
    /* 2 roles, 5 outcomes, 16 codes, 4 healths, 4 levels, 4 mechanisms, 3 faults, 10 types of messages */
    assert_int_equal(values, 48);
    assert_int_equal(etp_script_api_value(1000, 0, &name), ETP_ENOENT);
}

/* ---- hooks ---- */

/* A script with one hook of interest; on_save alone would be a script that is never called. */
static int load_with(etp_role role, const etp_api_hook *hook, const char *body, etp_script **script)
{
    char source[2048];
    etp_error error = {0};
    snprintf(source, sizeof source,
             "local S = { api = 1, role = '%s' }\nfunction S.%s%s\n%s\nend\n"
             "S.on_start = S.on_start or function() end\nreturn S\n",
             etp_role_name(role), hook->name, hook->arguments, body);
    return etp_script_load_text(script, "test.lua", source, strlen(source), NULL, &error);
}

static void hooks_are_those_that_a_script_may_have(void **state)
{
    (void)state;
    static const etp_role roles[] = {ETP_ROLE_BESS, ETP_ROLE_AGGREGATOR};
    static const unsigned counts[] = {[ETP_ROLE_BESS] = 8, [ETP_ROLE_AGGREGATOR] = 7};
    for (int i = 0; i < 2; i++) {
        etp_api_hook hook;
        unsigned count = 0;
        while (etp_script_api_hook(roles[i], count, &hook) == ETP_OK) {
            etp_script *script;
            assert_true(strncmp(hook.arguments, "(ctx", 4) == 0 && hook.doc[0] != '\0' && hook.returns != NULL);
            assert_int_equal(load_with(roles[i], &hook, "", &script), ETP_OK);
            etp_script_free(script);
            count++;
        }
        assert_int_equal(count, counts[roles[i]]);
    }
    etp_api_hook hook;
    assert_int_equal(etp_script_api_hook((etp_role)7, 0, &hook), ETP_ENOENT);
}

/* Lua that raises what is different between the fields that `pairs` gives and those of the record, in their order. */
static void write_comparison(char *body, size_t size, const char *argument, unsigned record)
{
    size_t used = (size_t)snprintf(body, size, "local list = {");
    etp_api_field field;
    for (unsigned i = 0; etp_script_api_field(record, i, &field) == ETP_OK; i++) {
        const char *type = strcmp(field.type, "integer") == 0 ? "number" : field.type;
        used += (size_t)snprintf(body + used, size - used, "{'%s','%s'},", field.name, type);
    }
    snprintf(body + used, size - used,
             "} local i = 0 for name, value in pairs(%s) do i = i + 1 "
             "if list[i][1] ~= name or list[i][2] ~= type(value) then error('it has ' .. name) end end "
             "if i ~= #list then error('it ends at ' .. i) end",
             argument);
}

/* Calls the hook of that index with data in which every field has a value. */
static int call(etp_script *script, const char *hook)
{
    etp_desk desk = {.script = script};
    const etp_context *context = desk_context(&desk, 0);
    const etp_aggregator_hooks *buyer = etp_script_aggregator_hooks(script);
    const etp_bess_hooks *seller = etp_script_bess_hooks(script);
    const etp_market market = {0};
    const etp_fault fault = {0};
    const etp_result_view result = {0};
    const etp_sale_view sale = {0};
    const etp_battery_view battery = {0};
    const etp_offer offer = {0};
    etp_intent intent = {0};
    etp_reserve reserve = {0};
    if (strcmp(hook, "on_interval") == 0)
        return buyer != NULL ? buyer->on_interval(script, context, &market)
                             : seller->on_interval(script, context, &market);
    if (strcmp(hook, "on_fault") == 0)
        return buyer != NULL ? buyer->on_fault(script, context, &fault) : seller->on_fault(script, context, &fault);
    if (strcmp(hook, "on_result") == 0)
        return buyer != NULL ? buyer->on_result(script, context, &result, &intent)
                             : seller->on_result(script, context, &sale);
    if (strcmp(hook, "on_offer") == 0)
        return buyer->on_offer(script, context, &offer, &intent);
    if (strcmp(hook, "reserve") == 0)
        return seller->reserve(script, context, &battery, &reserve);
    fail_msg("no call of %s", hook);
    return -1;
}

static unsigned compare_hook(etp_role role, const etp_api_hook *hook)
{
    char argument[32] = "", body[1800];
    etp_api_record record;
    sscanf(hook->arguments, "(ctx, %31[a-z])", argument);
    if (argument[0] == '\0' || strcmp(argument, "saved") == 0)
        return 0;
    unsigned index = record_of(argument, role, &record);
    if (record.element[0] != '\0')
        return 0;
    etp_script *script;
    write_comparison(body, sizeof body, argument, index);
    strcat(body, role == ETP_ROLE_BESS || strcmp(hook->name, "on_offer") == 0 ? " return 1" : "");
    assert_int_equal(load_with(role, hook, body, &script), ETP_OK);
    if (call(script, hook->name) < 0)
        fail_msg("%s", etp_script_last_error(script));
    etp_script_free(script);
    return 1;
}

static void hooks_see_what_the_records_say(void **state)
{
    (void)state;
    unsigned compared = 0;
    for (int role = ETP_ROLE_BESS; role <= ETP_ROLE_AGGREGATOR; role++) {
        etp_api_hook hook;
        for (unsigned i = 0; etp_script_api_hook((etp_role)role, i, &hook) == ETP_OK; i++)
            compared += compare_hook((etp_role)role, &hook);
    }
    assert_int_equal(compared, 8);
}

static void ctx_has_what_its_record_says(void **state)
{
    (void)state;
    etp_api_record record;
    etp_api_field field;
    unsigned index = record_of("ctx", ETP_ROLE_AGGREGATOR, &record);
    for (unsigned i = 0; i < record.field_count; i++) {
        char condition[256];
        assert_int_equal(etp_script_api_field(index, i, &field), ETP_OK);
        const char *type = strcmp(field.type, "integer") == 0 ? "number" : field.type;
        snprintf(condition, sizeof condition, "type(ctx.%s) == '%s'", field.name, field.optional ? "nil" : type);
        if (strcmp(field.type, "list") != 0 && strcmp(field.name, "params") != 0)
            assert_lua(condition);
    }
    evaluate_fails("return ctx.price", "ctx");
}

/* ---- names of the environment ---- */

typedef struct word_check {
    unsigned count;
    char last[64];
    bool has_sqrt;
} word_check;

static void check_word(void *user, const etp_api_word *word)
{
    word_check *check = user;
    char path[64], condition[160];
    bool global = word->library[0] == '\0';
    snprintf(path, sizeof path, "%s%s%s", word->library, global ? "" : ".", word->name);
    snprintf(condition, sizeof condition, "type(%s) == '%s'", path, word->type);
    assert_lua(condition);
    snprintf(path, sizeof path, "%s %s", word->library, word->name);
    assert_true(strcmp(check->last, path) < 0);
    snprintf(check->last, sizeof check->last, "%s", path);
    check->has_sqrt = check->has_sqrt || strcmp(path, "math sqrt") == 0;
    check->count++;
}

static void words_are_there_in_order(void **state)
{
    (void)state;
    word_check check = {0};
    etp_error error = {0};
    assert_int_equal(etp_script_api_words(check_word, &check, &error), ETP_OK);
    assert_true(check.has_sqrt);
    assert_true(check.count > 60);
}

static void withheld_names_say_why(void **state)
{
    (void)state;
    etp_api_withheld withheld;
    unsigned count = 0;
    for (; etp_script_api_withheld(count, &withheld) == ETP_OK; count++) {
        char body[128];
        bool global = withheld.library[0] == '\0';
        snprintf(body, sizeof body, "local x = %s%s%s return 1", withheld.library, global ? "" : ".", withheld.name);
        evaluate_fails(body, withheld.advice);
    }
    assert_true(count > 20);
}

static void nowhere_to_write_is_an_error(void **state)
{
    (void)state;
    etp_error error = {0};
    assert_int_equal(etp_script_api_record(0, NULL), ETP_EINVAL);
    assert_int_equal(etp_script_api_field(0, 0, NULL), ETP_EINVAL);
    assert_int_equal(etp_script_api_hook(ETP_ROLE_BESS, 0, NULL), ETP_EINVAL);
    assert_int_equal(etp_script_api_enumeration(0, NULL), ETP_EINVAL);
    assert_int_equal(etp_script_api_value(0, 0, NULL), ETP_EINVAL);
    assert_int_equal(etp_script_api_withheld(0, NULL), ETP_EINVAL);
    assert_int_equal(etp_script_api_words(NULL, NULL, &error), ETP_EINVAL);
    assert_true(error.text[0] != '\0');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_are_whole),
        cmocka_unit_test(units_and_optional_fields),
        cmocka_unit_test(enumerations),
        cmocka_unit_test(hooks_are_those_that_a_script_may_have),
        cmocka_unit_test(hooks_see_what_the_records_say),
        cmocka_unit_test(ctx_has_what_its_record_says),
        cmocka_unit_test(words_are_there_in_order),
        cmocka_unit_test(withheld_names_say_why),
        cmocka_unit_test(nowhere_to_write_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
