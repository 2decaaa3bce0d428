/* SPDX-License-Identifier: MIT */
#include "etp/message.h"

#include <limits.h>
#include <stddef.h>

typedef struct type_facts {
    const char *name;
    unsigned priority;
    unsigned limit_ms;
    bool by_bess;
    bool by_aggregator;
} type_facts;

static const type_facts types[ETP_TYPES] = {
#define ETP_X(NAME, number, name, priority, limit_ms, bess, aggregator) \
    [number] = {name, priority, limit_ms, bess, aggregator},
    ETP_TYPE_LIST(ETP_X)
#undef ETP_X
};

/* What is no type is sent by nobody, and after everything else. */
static const type_facts no_type = {"?", UINT_MAX, 0, false, false};

static const type_facts *facts_of(unsigned type)
{
    return type < ETP_TYPES ? &types[type] : &no_type;
}

const char *etp_type_name(unsigned type)
{
    return facts_of(type)->name;
}

unsigned etp_type_priority(unsigned type)
{
    return facts_of(type)->priority;
}

etp_time etp_type_delay_limit(unsigned type)
{
    return facts_of(type)->limit_ms * ETP_NS_PER_MS;
}

bool etp_type_sent_by_bess(unsigned type)
{
    return facts_of(type)->by_bess;
}

bool etp_type_sent_by_aggregator(unsigned type)
{
    return facts_of(type)->by_aggregator;
}

typedef struct entry {
    const char *name;
    const char *meaning;
} entry;

#define ETP_X(NAME, number, name, meaning) [number] = {name, meaning},
static const entry codes[ETP_CODES] = {ETP_CODE_LIST(ETP_X)};
static const entry refusals[ETP_REFUSALS] = {ETP_REFUSAL_LIST(ETP_X)};
#undef ETP_X

static const entry unknown = {"?", "not in the list"};

static const entry *entry_of(const entry *list, size_t count, unsigned number)
{
    return number < count ? &list[number] : &unknown;
}

const char *etp_code_name(unsigned code)
{
    return entry_of(codes, ETP_CODES, code)->name;
}

const char *etp_code_meaning(unsigned code)
{
    return entry_of(codes, ETP_CODES, code)->meaning;
}

const char *etp_refusal_name(unsigned refusal)
{
    return entry_of(refusals, ETP_REFUSALS, refusal)->name;
}

const char *etp_refusal_meaning(unsigned refusal)
{
    return entry_of(refusals, ETP_REFUSALS, refusal)->meaning;
}
