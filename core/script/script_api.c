/* SPDX-License-Identifier: MIT */
/* The script API as data: put together from the tables that load scripts and answer them. */
#include "etp/script_api.h"

#include <string.h>

#include "script/internal.h"
#include "script/sandbox/sandbox.h"
#include "script/views/views.h"

/* ---- enumerations ---- */

static const char *role_name(unsigned value)
{
    return value <= ETP_ROLE_AGGREGATOR ? etp_role_name((etp_role)value) : NULL;
}

/* The enumeration of the roles, and after it those of the fields that show names. */
enum { ROLES, FIELD_ENUMERATIONS, ENUMERATIONS = FIELD_ENUMERATIONS + ETP_FIELD_TYPE - ETP_FIELD_OUTCOME + 1 };

static const char *const enumeration_names[ENUMERATIONS] = {
    "role", "outcome", "code", "health", "level", "mechanism", "fault_kind", "message",
};

static const char *value_name(unsigned enumeration, unsigned value)
{
    if (enumeration == ROLES)
        return role_name(value);
    return etp_field_value_name((etp_field_kind)(ETP_FIELD_OUTCOME + enumeration - FIELD_ENUMERATIONS), value);
}

int etp_script_api_enumeration(unsigned index, etp_api_enumeration *enumeration)
{
    if (enumeration == NULL)
        return ETP_EINVAL;
    if (index >= ENUMERATIONS)
        return ETP_ENOENT;
    *enumeration = (etp_api_enumeration){.name = enumeration_names[index]};
    while (value_name(index, enumeration->count) != NULL)
        enumeration->count++;
    return ETP_OK;
}

int etp_script_api_value(unsigned enumeration, unsigned index, const char **name)
{
    if (name == NULL)
        return ETP_EINVAL;
    *name = enumeration < ENUMERATIONS ? value_name(enumeration, index) : NULL;
    return *name != NULL ? ETP_OK : ETP_ENOENT;
}

/* ---- records ---- */

typedef struct record_facts {
    const char *name;                                       /* of a record that is no view */
    bool (*describe)(unsigned index, etp_api_field *field); /* likewise */
    etp_view_kind view;
    bool aggregator, bess;
    const char *doc;
} record_facts;

static const record_facts records[] = {
    {"strategy", etp_shape_describe, 0, true, true, "the table that a script returns; hooks are functions in it"},
    {"parameter", etp_params_describe, 0, true, true, "what a script says of a parameter"},
    {"ctx", etp_context_describe, 0, true, true, "the first argument of every hook: the node that is asked"},
    {NULL, NULL, ETP_VIEW_MARKET, true, false, "a market interval, as it is known when it begins"},
    {NULL, NULL, ETP_VIEW_MARKET_BESS, false, true, "a market interval, as it is known when it begins"},
    {NULL, NULL, ETP_VIEW_OFFER, true, false, "a battery's answer to our query"},
    {NULL, NULL, ETP_VIEW_RESULT, true, false, "how a bid ended"},
    {NULL, NULL, ETP_VIEW_PAST, true, false, "a finished bid of our own"},
    {NULL, NULL, ETP_VIEW_BATTERY, false, true, "the battery whose energy may be sold"},
    {NULL, NULL, ETP_VIEW_BIDS, false, true, "the bids at or above the reserve, best first"},
    {NULL, NULL, ETP_VIEW_BID, false, true, "one of them"},
    {NULL, NULL, ETP_VIEW_SALE, false, true, "what became of an auction"},
    {NULL, NULL, ETP_VIEW_FAULT, true, true, "something that went wrong outside"},
};
enum { RECORDS = sizeof records / sizeof records[0] };

/* What each kind of field is in Lua. */
static void fill_kind(etp_api_field *field, etp_field_kind kind)
{
    static const struct {
        const char *type, *unit;
    } kinds[] = {
        [ETP_FIELD_PRICE] = {"number", "c/kWh"}, [ETP_FIELD_ENERGY] = {"number", "kWh"},
        [ETP_FIELD_POWER] = {"number", "kW"},    [ETP_FIELD_MONEY] = {"number", "$"},
        [ETP_FIELD_TIME] = {"number", "s"},      [ETP_FIELD_COUNT] = {"integer", ""},
        [ETP_FIELD_PERCENT] = {"number", "%"},   [ETP_FIELD_SHARE] = {"number", "0 to 1"},
        [ETP_FIELD_VOLT] = {"number", "V"},      [ETP_FIELD_BOOL] = {"boolean", ""},
    };
    bool named = kind >= ETP_FIELD_OUTCOME;
    field->type = named ? "string" : kinds[kind].type;
    field->unit = named ? "" : kinds[kind].unit;
    field->of = named ? enumeration_names[FIELD_ENUMERATIONS + kind - ETP_FIELD_OUTCOME] : "";
}

static bool describe_view(etp_view_kind view, unsigned index, etp_api_field *field)
{
    unsigned count;
    const etp_field *fields = etp_view_fields(view, &count);
    if (index >= count)
        return false;
    fill_kind(field, (etp_field_kind)fields[index].kind);
    field->name = fields[index].name;
    field->doc = fields[index].doc;
    field->optional = fields[index].may_be_nil;
    if (fields[index].unit != NULL)
        field->unit = fields[index].unit;
    return true;
}

int etp_script_api_field(unsigned record, unsigned index, etp_api_field *field)
{
    if (field == NULL)
        return ETP_EINVAL;
    *field = (etp_api_field){0};
    if (record >= RECORDS)
        return ETP_ENOENT;
    const record_facts *facts = &records[record];
    bool known = facts->describe != NULL ? facts->describe(index, field) : describe_view(facts->view, index, field);
    if (!known)
        return ETP_ENOENT;
    field->of = field->of != NULL ? field->of : "";
    field->unit = field->unit != NULL ? field->unit : "";
    return ETP_OK;
}

int etp_script_api_record(unsigned index, etp_api_record *record)
{
    if (record == NULL)
        return ETP_EINVAL;
    if (index >= RECORDS)
        return ETP_ENOENT;
    const record_facts *facts = &records[index];
    bool is_list = facts->name == NULL && facts->view == ETP_VIEW_BIDS;
    *record = (etp_api_record){.name = facts->name != NULL ? facts->name : etp_view_name(facts->view),
                               .aggregator = facts->aggregator,
                               .bess = facts->bess,
                               .element = is_list ? etp_view_name(ETP_VIEW_BID) : "",
                               .doc = facts->doc};
    etp_api_field field;
    while (etp_script_api_field(index, record->field_count, &field) == ETP_OK)
        record->field_count++;
    return ETP_OK;
}

/* ---- hooks ---- */

#define PLAIN_DATA "table|string|number|boolean|nil"

typedef struct hook_facts {
    const char *doc, *returns;
} hook_facts;

#define FOR_BOTH(doc, returns)                                                     \
    {                                                                              \
        [ETP_ROLE_BESS] = {doc, returns}, [ETP_ROLE_AGGREGATOR] = { doc, returns } \
    }

static const hook_facts facts_of_hooks[][2] = {
    [ETP_HOOK_ON_START] = FOR_BOTH("once, before anything else", ""),
    [ETP_HOOK_ON_INTERVAL] = {[ETP_ROLE_BESS] = {"a market interval begins", ""},
                              [ETP_ROLE_AGGREGATOR] = {"a market interval begins in which the node takes part", ""}},
    [ETP_HOOK_ON_OFFER] = {[ETP_ROLE_AGGREGATOR] = {"a battery answered our query: a price and an energy, \"wait\", or "
                                                    "nil and a reason",
                                                    "number|\"wait\"|false|nil, number|string|nil"}},
    [ETP_HOOK_ON_RESULT] = {[ETP_ROLE_BESS] = {"the auction is over", ""},
                            [ETP_ROLE_AGGREGATOR] = {"a bid of ours has an outcome: a price to bid again, or nothing",
                                                     "number|false|nil"}},
    [ETP_HOOK_ON_FAULT] = FOR_BOTH("something went wrong outside", ""),
    [ETP_HOOK_RESERVE] =
        {[ETP_ROLE_BESS] = {"the interval's first query came: the lowest price and the most energy, or "
                            "false",
                            "number|false, number|nil"}},
    [ETP_HOOK_CHOOSE] =
        {[ETP_ROLE_BESS] = {"the window closed: places of bids in order, or nil for the mechanism's own "
                            "ranking",
                            "integer[]|nil"}},
    [ETP_HOOK_ON_SAVE] = FOR_BOTH("before a reload: plain data to carry over", PLAIN_DATA),
    [ETP_HOOK_ON_LOAD] = FOR_BOTH("after a reload: the data that was carried over", ""),
};
_Static_assert(sizeof facts_of_hooks / sizeof facts_of_hooks[0] == ETP_HOOKS, "one entry for each hook");

int etp_script_api_hook(etp_role role, unsigned index, etp_api_hook *hook)
{
    if (hook == NULL)
        return ETP_EINVAL;
    if (role != ETP_ROLE_BESS && role != ETP_ROLE_AGGREGATOR)
        return ETP_ENOENT;
    for (int i = 0; i < ETP_HOOKS; i++) {
        const char *name = etp_hook_name((etp_hook)i);
        if (!etp_hook_known_to((etp_hook)i, role) || index-- > 0)
            continue;
        *hook = (etp_api_hook){.name = name,
                               .arguments = etp_hook_call((etp_hook)i) + strlen(name),
                               .returns = facts_of_hooks[i][role].returns,
                               .doc = facts_of_hooks[i][role].doc};
        return ETP_OK;
    }
    return ETP_ENOENT;
}

int etp_script_api_withheld(unsigned index, etp_api_withheld *withheld)
{
    if (withheld == NULL)
        return ETP_EINVAL;
    return etp_sandbox_describe_withheld(index, withheld) ? ETP_OK : ETP_ENOENT;
}
