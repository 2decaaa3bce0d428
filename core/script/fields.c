/* SPDX-License-Identifier: MIT */
/* What each view shows: one line per field, in the order of the documentation. */
#include <stddef.h>
#include <string.h>

#include "internal.h"

#define FIELD(type, lua_name, member, kind)                                                              \
    {                                                                                                    \
        lua_name, (unsigned short)offsetof(type, member), (unsigned char)sizeof(((type *)NULL)->member), \
            ETP_FIELD_##kind                                                                             \
    }

static const etp_field market_fields[] = {
    FIELD(etp_market, "index", index, COUNT),
    FIELD(etp_market, "starts", starts, TIME),
    FIELD(etp_market, "ends", ends, TIME),
    FIELD(etp_market, "second_of_day", second_of_day, COUNT),
    FIELD(etp_market, "spot", spot, PRICE),
    FIELD(etp_market, "forecast", forecast, PRICE),
    FIELD(etp_market, "mechanism", mechanism, MECHANISM),
    /* for aggregators: */
    FIELD(etp_market, "value", value, PRICE),
    FIELD(etp_market, "need", need, ENERGY),
    FIELD(etp_market, "budget", budget, MONEY),
};

enum { MARKET_AGGREGATOR_ONLY = 3 };

static const etp_field offer_fields[] = {
    FIELD(etp_offer, "battery", battery, COUNT),
    FIELD(etp_offer, "energy", energy, ENERGY),
    FIELD(etp_offer, "reserve", reserve, PRICE),
    FIELD(etp_offer, "value", value, PRICE),
    FIELD(etp_offer, "need", need, ENERGY),
    FIELD(etp_offer, "budget", budget, MONEY),
    FIELD(etp_offer, "energy_total", energy_total, ENERGY),
    FIELD(etp_offer, "remaining", remaining, ENERGY),
    FIELD(etp_offer, "for_sale", for_sale_ppm, PERCENT),
    FIELD(etp_offer, "voltage", voltage_mv, VOLT),
    FIELD(etp_offer, "discharge_rate", discharge_rate, POWER),
    FIELD(etp_offer, "closes", closes, TIME),
    FIELD(etp_offer, "health", health, HEALTH),
    FIELD(etp_offer, "asked", asked, COUNT),
};

static const etp_field result_fields[] = {
    FIELD(etp_result_view, "battery", battery, COUNT),
    FIELD(etp_result_view, "outcome", outcome, OUTCOME),
    FIELD(etp_result_view, "code", code, CODE),
    FIELD(etp_result_view, "price", price, PRICE),
    FIELD(etp_result_view, "energy", energy, ENERGY),
    FIELD(etp_result_view, "bid_price", bid_price, PRICE),
    FIELD(etp_result_view, "bid_energy", bid_energy, ENERGY),
    FIELD(etp_result_view, "best", best, PRICE),
    FIELD(etp_result_view, "value", value, PRICE),
    FIELD(etp_result_view, "closes", closes, TIME),
    FIELD(etp_result_view, "may_rebid", may_rebid, BOOL),
};

static const etp_field fault_fields[] = {
    FIELD(etp_fault, "kind", kind, FAULT),  FIELD(etp_fault, "peer", peer, COUNT), FIELD(etp_fault, "type", type, TYPE),
    FIELD(etp_fault, "delay", delay, TIME), FIELD(etp_fault, "code", code, CODE),
};

static const etp_field battery_fields[] = {
    FIELD(etp_battery_view, "energy_total", energy_total, ENERGY),
    FIELD(etp_battery_view, "capacity", capacity, ENERGY),
    FIELD(etp_battery_view, "floor", floor, ENERGY),
    FIELD(etp_battery_view, "available", available, ENERGY),
    FIELD(etp_battery_view, "lot", lot, ENERGY),
    FIELD(etp_battery_view, "level", level, LEVEL),
    FIELD(etp_battery_view, "health", health, HEALTH),
    FIELD(etp_battery_view, "voltage", voltage_mv, VOLT),
    FIELD(etp_battery_view, "power", power, POWER),
    FIELD(etp_battery_view, "one_way", one_way_ppm, SHARE),
    FIELD(etp_battery_view, "wear", wear, PRICE),
    FIELD(etp_battery_view, "feed_in", feed_in, PRICE),
    FIELD(etp_battery_view, "retail", retail, PRICE),
    FIELD(etp_battery_view, "expected_need", expected_need, ENERGY),
    FIELD(etp_battery_view, "interval", interval, COUNT),
    FIELD(etp_battery_view, "second_of_day", second_of_day, COUNT),
    FIELD(etp_battery_view, "spot", spot, PRICE),
    FIELD(etp_battery_view, "forecast", forecast, PRICE),
};

static const etp_field sale_fields[] = {
    FIELD(etp_sale_view, "lot", lot, ENERGY),        FIELD(etp_sale_view, "sold", sold, ENERGY),
    FIELD(etp_sale_view, "revenue", revenue, MONEY), FIELD(etp_sale_view, "reserve", reserve, PRICE),
    FIELD(etp_sale_view, "bids", bids, COUNT),       FIELD(etp_sale_view, "lapsed", lapsed, COUNT),
};

static const etp_field bid_fields[] = {
    FIELD(etp_bid, "bidder", bidder, COUNT),
    FIELD(etp_bid, "price", price, PRICE),
    FIELD(etp_bid, "energy", energy, ENERGY),
    FIELD(etp_bid, "arrival", arrival, TIME),
};

static const etp_field past_fields[] = {
    FIELD(etp_past_bid, "when", when, TIME),
    FIELD(etp_past_bid, "battery", battery, COUNT),
    FIELD(etp_past_bid, "bid_price", bid_price, PRICE),
    FIELD(etp_past_bid, "bid_energy", bid_energy, ENERGY),
    FIELD(etp_past_bid, "price", price, PRICE),
    FIELD(etp_past_bid, "energy", energy, ENERGY),
    FIELD(etp_past_bid, "best", best, PRICE),
    FIELD(etp_past_bid, "outcome", outcome, OUTCOME),
    FIELD(etp_past_bid, "code", code, CODE),
};

#define LIST(fields) fields, (unsigned)(sizeof(fields) / sizeof((fields)[0]))

static const struct {
    const char *name;
    const etp_field *fields;
    unsigned count;
} views[ETP_VIEWS] = {
    [ETP_VIEW_MARKET] = {"market", LIST(market_fields)},
    [ETP_VIEW_MARKET_BESS] = {"market", market_fields,
                              sizeof market_fields / sizeof market_fields[0] - MARKET_AGGREGATOR_ONLY},
    [ETP_VIEW_OFFER] = {"offer", LIST(offer_fields)},
    [ETP_VIEW_RESULT] = {"result", LIST(result_fields)},
    [ETP_VIEW_FAULT] = {"fault", LIST(fault_fields)},
    [ETP_VIEW_BATTERY] = {"battery", LIST(battery_fields)},
    [ETP_VIEW_SALE] = {"result", LIST(sale_fields)},
    [ETP_VIEW_BIDS] = {"bids", NULL, 0},
    [ETP_VIEW_BID] = {"bid", LIST(bid_fields)},
    [ETP_VIEW_PAST] = {"past bid", LIST(past_fields)},
};

const etp_field *etp_view_fields(etp_view_kind kind, unsigned *count)
{
    *count = views[kind].count;
    return views[kind].fields;
}

const char *etp_view_name(etp_view_kind kind)
{
    return views[kind].name;
}

bool etp_view_knows(const char *name)
{
    for (unsigned kind = 0; kind < ETP_VIEWS; kind++) {
        for (unsigned i = 0; i < views[kind].count; i++) {
            if (strcmp(views[kind].fields[i].name, name) == 0)
                return true;
        }
    }
    return false;
}

static const char *health_name(unsigned health)
{
    static const char *const names[] = {"excellent", "good", "fair", "poor"};
    return health <= ETP_HEALTH_POOR ? names[health] : "?";
}

static const char *enum_name(unsigned kind, unsigned value)
{
    switch (kind) {
    case ETP_FIELD_OUTCOME:
        return etp_outcome_name((etp_outcome)value);
    case ETP_FIELD_CODE:
        return etp_code_name(value);
    case ETP_FIELD_HEALTH:
        return health_name(value);
    case ETP_FIELD_LEVEL:
        return etp_level_name((etp_level)value);
    case ETP_FIELD_MECHANISM:
        return etp_mechanism_name((etp_mechanism)value);
    case ETP_FIELD_FAULT:
        return etp_fault_name((etp_fault_kind)value);
    default:
        return etp_type_name(value);
    }
}

static uint64_t load_unsigned(const void *at, unsigned size)
{
    uint8_t byte;
    uint32_t word;
    uint64_t wide;
    switch (size) {
    case sizeof byte:
        return *(const uint8_t *)at;
    case sizeof word:
        memcpy(&word, at, sizeof word);
        return word;
    default:
        memcpy(&wide, at, sizeof wide);
        return wide;
    }
}

static bool push_unless(lua_State *L, int64_t value, int64_t none, double number)
{
    if (value == none)
        lua_pushnil(L);
    else
        lua_pushnumber(L, number);
    return value != none;
}

bool etp_field_push(lua_State *L, const etp_field *field, const void *data)
{
    uint64_t raw = load_unsigned((const char *)data + field->offset, field->size);
    int64_t value = (int64_t)raw;
    switch ((etp_field_kind)field->kind) {
    case ETP_FIELD_PRICE:
        return push_unless(L, value, ETP_PRICE_NONE, etp_price_to_cents(value));
    case ETP_FIELD_ENERGY:
        lua_pushnumber(L, etp_energy_to_kwh(value));
        break;
    case ETP_FIELD_POWER:
        lua_pushnumber(L, etp_power_to_kw(value));
        break;
    case ETP_FIELD_MONEY:
        lua_pushnumber(L, etp_money_to_dollars(value));
        break;
    case ETP_FIELD_TIME:
        return push_unless(L, value, ETP_TIME_NEVER, (double)value / (double)ETP_NS_PER_SECOND);
    case ETP_FIELD_COUNT:
        lua_pushinteger(L, (lua_Integer)value);
        break;
    case ETP_FIELD_PERCENT:
        lua_pushnumber(L, (double)raw / 1e4);
        break;
    case ETP_FIELD_SHARE:
        lua_pushnumber(L, (double)raw / 1e6);
        break;
    case ETP_FIELD_VOLT:
        lua_pushnumber(L, (double)raw / 1e3);
        break;
    case ETP_FIELD_BOOL:
        lua_pushboolean(L, raw != 0);
        break;
    default:
        lua_pushstring(L, enum_name(field->kind, (unsigned)raw));
        break;
    }
    return true;
}

const char *etp_field_word(unsigned kind, unsigned value)
{
    return enum_name(kind, value);
}

void etp_field_keep_names(lua_State *L)
{
    lua_newtable(L);
    lua_Integer count = 0;
    for (unsigned kind = ETP_FIELD_OUTCOME; kind <= ETP_FIELD_TYPE; kind++) {
        for (unsigned value = 0; value < ETP_CODES; value++) {
            lua_pushstring(L, enum_name(kind, value));
            lua_rawseti(L, -2, ++count);
        }
    }
    luaL_ref(L, LUA_REGISTRYINDEX);
}
