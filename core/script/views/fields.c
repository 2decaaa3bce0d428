/* SPDX-License-Identifier: MIT */
/* What each view shows: one line per field, in the order of the documentation. */
#include <stddef.h>
#include <string.h>

#include "script/internal.h"
#include "script/views/fields.h"
#include "script/views/views.h"

#define ROW(type, lua_name, member, kind, maybe, unit, doc)                                              \
    {                                                                                                    \
        lua_name, (unsigned short)offsetof(type, member), (unsigned char)sizeof(((type *)NULL)->member), \
            ETP_FIELD_##kind, maybe, unit, doc                                                           \
    }
/* Always has a value; one that may be nil; a whole number, which has no unit but what is said here. */
#define FIELD(type, lua_name, member, kind, doc) ROW(type, lua_name, member, kind, false, NULL, doc)
#define MAYBE(type, lua_name, member, kind, doc) ROW(type, lua_name, member, kind, true, NULL, doc)
#define COUNT(type, lua_name, member, unit, doc) ROW(type, lua_name, member, COUNT, false, unit, doc)

static const etp_field market_fields[] = {
    COUNT(etp_market, "index", index, "", "0 for the first interval of the run"),
    FIELD(etp_market, "starts", starts, TIME, "on the engine's clock"),
    FIELD(etp_market, "ends", ends, TIME, "on the engine's clock"),
    COUNT(etp_market, "second_of_day", second_of_day, "s", "of `starts`, on the market's clock, from 0 to 86 399"),
    MAYBE(etp_market, "spot", spot, PRICE, "wholesale price of the last interval that has ended"),
    MAYBE(etp_market, "forecast", forecast, PRICE, "public forecast of this interval's spot price"),
    FIELD(etp_market, "mechanism", mechanism, MECHANISM, "how the auctions set their prices"),
    /* for aggregators: */
    FIELD(etp_market, "value", value, PRICE, "what a kWh is worth to us in this interval, as far as we know"),
    FIELD(etp_market, "need", need, ENERGY, "the most that we want in this interval"),
    FIELD(etp_market, "budget", budget, MONEY, "the most that we may spend in this interval"),
};

enum { MARKET_AGGREGATOR_ONLY = 3 };

static const etp_field offer_fields[] = {
    COUNT(etp_offer, "battery", battery, "id", "who offers"),
    FIELD(etp_offer, "energy", energy, ENERGY, "the most that can be had"),
    MAYBE(etp_offer, "reserve", reserve, PRICE, "lowest price the owner takes; not disclosed as a rule"),
    FIELD(etp_offer, "value", value, PRICE, "what a kWh is worth to us; nobody else knows it; may be negative"),
    FIELD(etp_offer, "need", need, ENERGY, "ours, neither won nor bid for yet"),
    FIELD(etp_offer, "budget", budget, MONEY, "ours, neither spent nor bid yet"),
    FIELD(etp_offer, "energy_total", energy_total, ENERGY, "stored in the battery now"),
    FIELD(etp_offer, "remaining", remaining, ENERGY,
          "what could still be sold after this lot: at the meter, above the floor"),
    FIELD(etp_offer, "for_sale", for_sale_ppm, PERCENT, "share of `energy_total`"),
    FIELD(etp_offer, "voltage", voltage_mv, VOLT, "of the battery"),
    FIELD(etp_offer, "discharge_rate", discharge_rate, POWER, "the most that it gives"),
    FIELD(etp_offer, "closes", closes, TIME, "when the window ends"),
    FIELD(etp_offer, "health", health, HEALTH, "of the battery"),
    COUNT(etp_offer, "asked", asked, "", "1, or 2 when asked again after \"wait\""),
};

static const etp_field result_fields[] = {
    COUNT(etp_result_view, "battery", battery, "id", "whose auction it was"),
    FIELD(etp_result_view, "outcome", outcome, OUTCOME, "how the bid ended"),
    FIELD(etp_result_view, "code", code, CODE, "why"),
    MAYBE(etp_result_view, "price", price, PRICE, "paid, when accepted"),
    FIELD(etp_result_view, "energy", energy, ENERGY, "bought, when accepted; else 0"),
    FIELD(etp_result_view, "bid_price", bid_price, PRICE, "what we had bid"),
    FIELD(etp_result_view, "bid_energy", bid_energy, ENERGY, "what we had bid for"),
    MAYBE(etp_result_view, "best", best, PRICE, "the price to beat, or the lowest that won; not disclosed as a rule"),
    FIELD(etp_result_view, "value", value, PRICE, "what a kWh is worth to us"),
    FIELD(etp_result_view, "closes", closes, TIME, "when the window ends"),
    FIELD(etp_result_view, "may_rebid", may_rebid, BOOL, "the window is open: a price that is returned is bid"),
};

static const etp_field fault_fields[] = {
    FIELD(etp_fault, "kind", kind, FAULT, "what went wrong"),
    COUNT(etp_fault, "peer", peer, "id", "where"),
    FIELD(etp_fault, "type", type, TYPE, "of the late message, for \"delay\""),
    FIELD(etp_fault, "delay", delay, TIME, "how long it took, for \"delay\""),
    FIELD(etp_fault, "code", code, CODE, "why, for \"device\""),
};

static const etp_field battery_fields[] = {
    FIELD(etp_battery_view, "energy_total", energy_total, ENERGY, "stored now"),
    FIELD(etp_battery_view, "capacity", capacity, ENERGY, "usable"),
    FIELD(etp_battery_view, "floor", floor, ENERGY, "kept in any case"),
    FIELD(etp_battery_view, "available", available, ENERGY, "at the meter, above the floor"),
    FIELD(etp_battery_view, "lot", lot, ENERGY, "the most that this auction could sell"),
    FIELD(etp_battery_view, "level", level, LEVEL, "how full it is: below 10, 25, 75 % of capacity, or above"),
    FIELD(etp_battery_view, "health", health, HEALTH, "by its cycles"),
    FIELD(etp_battery_view, "voltage", voltage_mv, VOLT, "of the battery"),
    FIELD(etp_battery_view, "power", power, POWER, "the most that it gives"),
    FIELD(etp_battery_view, "one_way", one_way_ppm, SHARE, "efficiency of one way; its square is the round trip's"),
    FIELD(etp_battery_view, "wear", wear, PRICE, "of discharging a kWh"),
    FIELD(etp_battery_view, "feed_in", feed_in, PRICE, "what spilled energy earns now"),
    FIELD(etp_battery_view, "retail", retail, PRICE, "what imported energy costs now"),
    FIELD(etp_battery_view, "expected_need", expected_need, ENERGY,
          "own use expected from the battery until the sun covers the load again"),
    COUNT(etp_battery_view, "interval", interval, "", "index of the market interval"),
    COUNT(etp_battery_view, "second_of_day", second_of_day, "s", "on the market's clock, from 0 to 86 399"),
    MAYBE(etp_battery_view, "spot", spot, PRICE, "wholesale price of the last interval that has ended"),
    MAYBE(etp_battery_view, "forecast", forecast, PRICE, "public forecast of this interval's spot price"),
};

static const etp_field sale_fields[] = {
    FIELD(etp_sale_view, "lot", lot, ENERGY, "what was for sale"),
    FIELD(etp_sale_view, "sold", sold, ENERGY, "what was sold of it"),
    FIELD(etp_sale_view, "revenue", revenue, MONEY, "what it earned"),
    FIELD(etp_sale_view, "reserve", reserve, PRICE, "lowest price we took"),
    COUNT(etp_sale_view, "bids", bids, "", "how many bidders there were"),
    COUNT(etp_sale_view, "lapsed", lapsed, "", "awards that were not confirmed in time"),
};

static const etp_field bid_fields[] = {
    COUNT(etp_bid, "bidder", bidder, "id", "who bids"),
    FIELD(etp_bid, "price", price, PRICE, "the bid"),
    FIELD(etp_bid, "energy", energy, ENERGY, "the most that the bidder takes"),
    FIELD(etp_bid, "arrival", arrival, TIME, "when it came"),
};

static const etp_field past_fields[] = {
    FIELD(etp_past_bid, "when", when, TIME, "when the outcome was learned"),
    COUNT(etp_past_bid, "battery", battery, "id", "whose auction it was"),
    FIELD(etp_past_bid, "bid_price", bid_price, PRICE, "what we had bid"),
    FIELD(etp_past_bid, "bid_energy", bid_energy, ENERGY, "what we had bid for"),
    MAYBE(etp_past_bid, "price", price, PRICE, "paid, when accepted"),
    FIELD(etp_past_bid, "energy", energy, ENERGY, "bought, when accepted; else 0"),
    MAYBE(etp_past_bid, "best", best, PRICE, "the price that had to be beaten; not disclosed as a rule"),
    FIELD(etp_past_bid, "outcome", outcome, OUTCOME, "how the bid ended"),
    FIELD(etp_past_bid, "code", code, CODE, "why"),
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

/* A table, since a branch for each kind would be guessed wrong. */
const double etp_field_per_unit[ETP_FIELD_VOLT + 1] = {
    [ETP_FIELD_PRICE] = (double)ETP_PRICE_PER_CENT,
    [ETP_FIELD_ENERGY] = (double)ETP_ENERGY_PER_KWH,
    [ETP_FIELD_POWER] = (double)ETP_POWER_PER_KW,
    [ETP_FIELD_MONEY] = (double)ETP_MONEY_PER_DOLLAR,
    [ETP_FIELD_TIME] = (double)ETP_NS_PER_SECOND,
    [ETP_FIELD_PERCENT] = 1e4,
    [ETP_FIELD_SHARE] = 1e6,
    [ETP_FIELD_VOLT] = 1e3,
};

bool etp_field_push_raw(lua_State *L, const etp_field *field, uint64_t raw)
{
    unsigned kind = field->kind;
    if (!etp_field_has_value(field, raw)) {
        lua_pushnil(L);
        return false;
    }
    if (kind <= ETP_FIELD_VOLT)
        lua_pushnumber(L, etp_field_number(field, raw));
    else if (kind == ETP_FIELD_COUNT)
        lua_pushinteger(L, (lua_Integer)raw);
    else if (kind == ETP_FIELD_BOOL)
        lua_pushboolean(L, raw != 0);
    else
        lua_pushstring(L, enum_name(kind, (unsigned)raw));
    return true;
}

bool etp_field_push(lua_State *L, const etp_field *field, const void *data)
{
    return etp_field_push_raw(L, field, etp_field_load(field, data));
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

const char *etp_field_value_name(etp_field_kind kind, unsigned value)
{
    static const unsigned counts[] = {[ETP_FIELD_OUTCOME] = ETP_OUTCOME_FAILED + 1,
                                      [ETP_FIELD_CODE] = ETP_CODES,
                                      [ETP_FIELD_HEALTH] = ETP_HEALTH_POOR + 1,
                                      [ETP_FIELD_LEVEL] = ETP_LEVEL_HIGH + 1,
                                      [ETP_FIELD_MECHANISM] = ETP_UNIFORM_PRICE + 1,
                                      [ETP_FIELD_FAULT] = ETP_FAULT_DELAY + 1,
                                      [ETP_FIELD_TYPE] = ETP_TYPES};
    return (unsigned)kind < sizeof counts / sizeof counts[0] && value < counts[kind] ? enum_name(kind, value) : NULL;
}
