/* SPDX-License-Identifier: MIT */
/*
 * Tables and structs: which field of a C struct is which key of a Lua table, in which unit. One list of fields serves
 * for reading, for writing, and for saying what is wrong.
 */
#ifndef ETP_BINDING_FIELDS_H
#define ETP_BINDING_FIELDS_H

#include <lauxlib.h>
#include <lua.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum etp_lua_kind {
    ETP_LUA_PRICE,      /* c/kWh; ETP_PRICE_NONE is nil */
    ETP_LUA_ENERGY,     /* kWh, rounded down */
    ETP_LUA_POWER,      /* kW, rounded down */
    ETP_LUA_POWER_NEAR, /* kW, rounded to the nearest */
    ETP_LUA_MONEY,      /* dollars */
    ETP_LUA_SECONDS,    /* ETP_TIME_NEVER is nil */
    ETP_LUA_SHARE,      /* from millionths */
    ETP_LUA_ROUND_TRIP, /* the square of a one-way efficiency in millionths */
    ETP_LUA_PERCENT,    /* from millionths */
    ETP_LUA_VOLT,       /* from millivolts */
    ETP_LUA_WHOLE,      /* an unsigned integer of any size */
    ETP_LUA_BOOL,       /* */
    ETP_LUA_WORD        /* a name of an enumeration; a number where a value has no name */
} etp_lua_kind;

/* The name of a value; NULL past the last. */
typedef const char *etp_lua_words(unsigned value);

typedef struct etp_lua_field {
    const char *name;
    etp_lua_kind kind;
    size_t offset, size;
    double low, high; /* in Lua's unit */
    etp_lua_words *words;
} etp_lua_field;

#define ETP_LUA_FIELD(type, name, member, kind, low, high)                                            \
    {                                                                                                 \
        name, ETP_LUA_##kind, offsetof(type, member), sizeof(((type *)NULL)->member), low, high, NULL \
    }
#define ETP_LUA_NAMED(type, name, member, words, high)                                             \
    {                                                                                              \
        name, ETP_LUA_WORD, offsetof(type, member), sizeof(((type *)NULL)->member), 0, high, words \
    }
/* What is only ever shown has no range. */
#define ETP_LUA_SHOWN(type, name, member, kind) ETP_LUA_FIELD(type, name, member, kind, 0, 0)

typedef struct etp_lua_fields {
    const etp_lua_field *list;
    unsigned count;
} etp_lua_fields;

#define ETP_LUA_FIELDS(list)                   \
    {                                          \
        list, sizeof(list) / sizeof((list)[0]) \
    }

/* Reads the keys of the table at `index` that are in the list into `data`; others it leaves alone. True, or false with a
 * sentence at the top of the stack, which begins with `what`. */
bool etp_lua_read(lua_State *L, int index, const char *what, const etp_lua_fields *fields, void *data);
/* The same, and raises the sentence. Keys that are neither in the list nor in `others` (which ends with NULL, or is
 * NULL) are refused with the list of those that there are. */
void etp_lua_take(lua_State *L, int index, const char *what, const etp_lua_fields *fields, const char *const *others,
                  void *data);
/* Pushes a sentence about the first key, in order, that is not known, and returns false; true if there is none. */
bool etp_lua_keys_known(lua_State *L, int index, const char *what, const etp_lua_fields *fields,
                        const char *const *others);

/* Sets the fields of `data` in the table at the top of the stack. */
void etp_lua_show(lua_State *L, const etp_lua_fields *fields, const void *data);

#endif
