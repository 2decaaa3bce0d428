/* SPDX-License-Identifier: MIT */
/* What hooks return, judged at the border: a decision with numbers in range, or a sentence that names the value. Knows
 * neither scripts nor their limits, so that whoever calls a hook in whichever state judges alike. Raises nothing. */
#include <ctype.h>
#include <float.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/nearest.h"
#include "script/internal.h"

static int refuse(etp_answer *answer, const char *format, ...) ETP_PRINTF(2, 3);

static int refuse(etp_answer *answer, const char *format, ...)
{
    locale_t plain = etp_locale_new(), before = uselocale(plain);
    va_list args;
    va_start(args, format);
    vsnprintf(answer->wrong, ETP_SCRIPT_WRONG_MAX, format, args);
    va_end(args);
    uselocale(before);
    etp_locale_free(plain);
    return ETP_ESCRIPT;
}

static int refuse_value(etp_answer *answer, int index, const char *wanted)
{
    lua_State *L = answer->L;
    int type = lua_type(L, index);
    if (type == LUA_TNUMBER)
        return refuse(answer, "%.14g; %s", lua_tonumber(L, index), wanted);
    if (type == LUA_TSTRING)
        return refuse(answer, "the string \"%.60s\"; %s", lua_tostring(L, index), wanted);
    if (type == LUA_TNIL)
        return refuse(answer, "nothing; %s", wanted);
    return refuse(answer, "a %s; %s", lua_typename(L, type), wanted);
}

/* True for a finite number below 0. */
static bool below_zero(const etp_answer *answer, int index)
{
    lua_State *L = answer->L;
    return lua_type(L, index) == LUA_TNUMBER && lua_tonumber(L, index) < 0 && lua_tonumber(L, index) >= -DBL_MAX;
}

static int refuse_price(etp_answer *answer, int index)
{
    return refuse_value(answer, index, "a price is a number from 0 to 10000 c/kWh");
}

static int read_price(etp_answer *answer, int index, etp_price *price)
{
    bool is_number = lua_type(answer->L, index) == LUA_TNUMBER;
    if (is_number && etp_price_from_cents(lua_tonumber(answer->L, index), 0, ETP_PRICE_MAX, price))
        return ETP_OK;
    return refuse_price(answer, index);
}

static int read_energy(etp_answer *answer, int index, etp_energy *energy)
{
    int type = lua_type(answer->L, index);
    if (type == LUA_TNIL || type == LUA_TNONE)
        return ETP_OK;
    if (type == LUA_TNUMBER && etp_energy_from_kwh(lua_tonumber(answer->L, index), energy))
        return ETP_OK;
    return refuse_value(answer, index, "an energy is a number from 0 to 1000000 kWh");
}

/* ---- on_offer, on_result ---- */

static int pass_because(etp_intent *intent, const char *reason)
{
    intent->reason = reason;
    return ETP_DECIDE_PASS;
}

/* The price is a number. Prices are real numbers until here: a value below the margin, a market below zero. */
static int read_bid(etp_answer *answer, etp_intent *intent)
{
    double price = lua_tonumber(answer->L, answer->first);
    if (price < 0 && price >= -DBL_MAX)
        return pass_because(intent, "a price below 0");
    if (!etp_price_from_cents(price, 0, ETP_PRICE_MAX, &intent->price))
        return refuse_price(answer, answer->first);
    int result = read_energy(answer, answer->first + 1, &intent->energy);
    if (result != ETP_OK)
        return result;
    return intent->energy == 0 ? pass_because(intent, "no energy") : ETP_DECIDE_BID;
}

/* "wait" in other letters, or with one of them amiss. */
static bool is_nearly_wait(const char *text)
{
    static const char *const wait[] = {"wait"};
    char word[16];
    size_t size = 0;
    for (; *text != '\0' && size < sizeof word - 1; text++) {
        if (isalpha((unsigned char)*text))
            word[size++] = (char)tolower((unsigned char)*text);
    }
    word[size] = '\0';
    return etp_nearest(word, wait, 1) != NULL;
}

static int read_word(etp_answer *answer)
{
    const char *word = lua_tostring(answer->L, answer->first);
    if (strcmp(word, "wait") == 0)
        return ETP_DECIDE_WAIT;
    if (is_nearly_wait(word))
        return refuse(answer, "the string \"%.60s\"; did you mean \"wait\"?", word);
    return refuse_price(answer, answer->first);
}

int etp_answer_offer(etp_answer *answer, etp_intent *intent)
{
    lua_State *L = answer->L;
    int type = lua_type(L, answer->first);
    if (type == LUA_TNUMBER)
        return read_bid(answer, intent);
    /* A path without a return is easily left in by mistake, and would silently never bid. */
    if (type == LUA_TNONE)
        return refuse(answer, "nothing; end it with \"return nil\" for no bid");
    if (!lua_toboolean(L, answer->first)) {
        /* The reason stays on the stack, and so alive, as long as the answer does. */
        bool reason = lua_type(L, answer->first + 1) == LUA_TSTRING;
        return pass_because(intent, reason ? lua_tostring(L, answer->first + 1) : NULL);
    }
    return type == LUA_TSTRING ? read_word(answer) : refuse_price(answer, answer->first);
}

int etp_answer_result(etp_answer *answer, etp_intent *intent)
{
    if (!lua_toboolean(answer->L, answer->first))
        return ETP_DECIDE_PASS;
    if (below_zero(answer, answer->first))
        return pass_because(intent, "a price below 0");
    int result = read_price(answer, answer->first, &intent->price);
    return result == ETP_OK ? ETP_DECIDE_BID : result;
}

/* ---- reserve, choose ---- */

int etp_answer_reserve(etp_answer *answer, etp_reserve *reserve)
{
    lua_State *L = answer->L;
    if (lua_type(L, answer->first) == LUA_TBOOLEAN && !lua_toboolean(L, answer->first)) {
        reserve->energy = 0;
        return ETP_OK;
    }
    etp_reserve read = *reserve;
    int result = read_price(answer, answer->first, &read.price);
    /* Below 0 is what is left when the home needs more than there is: nothing is sold. */
    if (result == ETP_OK && below_zero(answer, answer->first + 1))
        read.energy = 0;
    else if (result == ETP_OK)
        result = read_energy(answer, answer->first + 1, &read.energy);
    if (result == ETP_OK)
        *reserve = read;
    return result;
}

/* Reads places 1 to `count` from the list, each at most once. Raises nothing: raw reads create nothing. */
static int read_order(etp_answer *answer, unsigned count, unsigned *order)
{
    lua_State *L = answer->L;
    lua_Unsigned size = lua_rawlen(L, answer->first);
    if (size > count)
        return refuse(answer, "%llu places; there are %u bids", (unsigned long long)size, count);
    for (unsigned i = 0; i < (unsigned)size; i++) {
        lua_rawgeti(L, answer->first, (lua_Integer)i + 1);
        lua_Integer place = lua_type(L, -1) == LUA_TNUMBER ? lua_tointeger(L, -1) : 0;
        lua_pop(L, 1);
        if (place < 1 || place > (lua_Integer)count)
            return refuse(answer, "a list whose entry %u is no place from 1 to %u", i + 1, count);
        order[i] = (unsigned)place - 1;
        for (unsigned j = 0; j < i; j++) {
            if (order[j] == order[i])
                return refuse(answer, "a list that names bid %u twice", order[i] + 1);
        }
    }
    return (int)size;
}

int etp_answer_choose(etp_answer *answer, unsigned count, unsigned *order)
{
    int type = lua_type(answer->L, answer->first);
    if (type == LUA_TNIL)
        return 0;
    if (type != LUA_TTABLE)
        return refuse(answer, "a %s; it returns a list of places such as { 2, 1 }, or nil",
                      lua_typename(answer->L, type));
    return read_order(answer, count, order);
}
