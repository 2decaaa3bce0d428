/* SPDX-License-Identifier: MIT */
/**
 * @file views.h
 * What a script sees: views of the engine's structs, `ctx`, and `ctx.params`.
 */
#ifndef ETP_SCRIPT_VIEWS_H
#define ETP_SCRIPT_VIEWS_H

#include "script/internal.h"

/* ---- views.c ---- */

/** How one field of a C struct reads in Lua. */
struct etp_field {
    const char *name;
    unsigned short offset;
    unsigned char size;
    unsigned char kind; /**< etp_field_kind */
    bool may_be_nil;
    const char *unit; /**< of a count; others have that of their kind: NULL */
    const char *doc;
};

typedef enum etp_field_kind {
    /* numbers with a fraction: */
    ETP_FIELD_PRICE,   /**< c/kWh; ETP_PRICE_NONE is nil */
    ETP_FIELD_ENERGY,  /**< kWh */
    ETP_FIELD_POWER,   /**< kW */
    ETP_FIELD_MONEY,   /**< dollars */
    ETP_FIELD_TIME,    /**< seconds; ETP_TIME_NEVER is nil */
    ETP_FIELD_PERCENT, /**< from parts per million */
    ETP_FIELD_SHARE,   /**< 0 to 1, from parts per million */
    ETP_FIELD_VOLT,    /**< from millivolts */
    ETP_FIELD_COUNT,   /**< an unsigned integer of any size */
    ETP_FIELD_BOOL,
    /* names of an enumeration: */
    ETP_FIELD_OUTCOME,
    ETP_FIELD_CODE,
    ETP_FIELD_HEALTH,
    ETP_FIELD_LEVEL,
    ETP_FIELD_MECHANISM,
    ETP_FIELD_FAULT,
    ETP_FIELD_TYPE
} etp_field_kind;

/** The fields of a kind, in the order in which `pairs` gives them. */
const etp_field *etp_view_fields(etp_view_kind kind, unsigned *count);
const char *etp_view_name(etp_view_kind kind);
/** Whether a view of any kind has a field of that name. */
bool etp_view_knows(const char *name);
/** Pushes what a value of the engine's is in Lua; creates nothing. False if that is nil. */
bool etp_field_push_raw(lua_State *L, const etp_field *field, uint64_t raw);
/** Pushes a field of `data`. False if it has no value: nil. */
bool etp_field_push(lua_State *L, const etp_field *field, const void *data);
/** Keeps the names of all enumerations alive, so that pushing one creates nothing. */
void etp_field_keep_names(lua_State *L);

/** Fills the slots of the views, their shelves and their metatables. */
void etp_views_make(lua_State *L);
/** Opens the view of `kind` for the call that follows and returns where it is on the stack. Never raises. */
int etp_view_open(etp_vm *vm, etp_view_kind kind, const void *data, unsigned count);
/** Closes the view that was opened last, if it is not one of the call that begins. Never raises. */
void etp_view_close_expired(etp_vm *vm);
/** Pushes the view of one place of a list: `list` is the userdata at index 1, whose views are kept in its user value. */
void etp_view_push_element(lua_State *L, etp_view_kind kind, lua_Integer place, const void *data);

/* ---- shelf.c ---- */

/** Appends a name to the list of keys and returns its place there. */
unsigned etp_shelf_add_key(lua_State *L, const char *name);
/** Pushes a new shelf with room for `count` values, which asks `miss`, whose `upvalues` are taken from the top, for what it
 *  does not have. */
void etp_shelf_push(lua_State *L, int count, lua_CFunction miss, int upvalues);
/** Pushes a key of the list, for a lua_rawset outside a protected call: of a value in the place of another, or of nil.
 *  Such a set creates nothing. */
void etp_shelf_push_key(lua_State *L, unsigned place);
/** Shows in a view's shelf what the script has read so far, of `data`. Never raises. */
void etp_shelf_fill(etp_vm *vm, etp_view_kind kind, const void *data);
/** The field that is called `name`, at that address, if the script has read it before, else NULL. */
etp_learned *etp_shelf_find(etp_shelf *shelf, const char *name);
/** Enters the field at that place of its list; it is not shown yet. */
etp_learned *etp_shelf_learn(etp_shelf *shelf, const etp_field *fields, unsigned place, const char *name);

/* ---- context.c ---- */

/** Fills the slots of `ctx` and of the shelves of ctx and ctx.params. */
void etp_context_make(lua_State *L);
/** Shows what ctx and ctx.params have in the call that follows, as far as the script has read it. Never raises. */
void etp_context_fill(etp_vm *vm, const etp_context *context);
/** Pushes the node's name, or a name for one that has none. */
const char *etp_context_push_name(lua_State *L, const etp_context *context);
/** ctx.rng(): [0, 1); ctx.rng(m): 1 to m; ctx.rng(m, n): m to n. The arguments are all that is on the stack. */
int etp_context_draw(lua_State *L, etp_rng *rng);
/** Writes what ctx.log was given, cut and cleaned. Never raises. */
void etp_context_log(const etp_logger *logger, const char *strategy, const char *node, const char *text, size_t size);
/** A finished bid: 1 is the oldest, -1 the newest; NULL past either end. */
const etp_past_bid *etp_history_at(const etp_history *history, lua_Integer place);
/** Whether ctx has a field of that name. */
bool etp_context_knows(const char *name);

/* ---- params.c ---- */

/** Takes the `params` of the strategy's table at the top of the stack; raises a sentence. */
void etp_params_take(lua_State *L, etp_vm *vm);
/** Pushes the read-only view `ctx.params`, and puts its shelf where it belongs. */
void etp_params_push_view(lua_State *L);
/** Shows what has been set since the last call. Never raises. */
void etp_params_fill(etp_vm *vm);
/** Whether it could be set; `running` when a hook was called already. */
int etp_params_check(etp_vm *vm, const char *name, double value, bool running, etp_error *error);
/** ETP_ENOENT past the end. */
int etp_params_get(const etp_vm *vm, unsigned index, etp_param *param);
int etp_params_set(etp_vm *vm, const char *name, double value, etp_error *error);

/* ---- as data, for script_api.h: false past the end ---- */

bool etp_params_describe(unsigned index, etp_api_field *field);
bool etp_context_describe(unsigned index, etp_api_field *field);
/** A name of the enumeration that fields of `kind` show; NULL past the last, and for a kind that shows none. */
const char *etp_field_value_name(etp_field_kind kind, unsigned value);

#endif
