/* SPDX-License-Identifier: MIT */
/**
 * @file internal.h
 * What the files of this room share.
 *
 * Two objects. `etp_script` is what the host holds and what the hooks get as `user`: options, logger, statistics, the
 * last error. `etp_vm` is one loaded version of the source: a Lua state, its limits, its views, its parameters. A script
 * has one vm; another one can take its place between two calls.
 *
 * Which calls may jump: a function that takes a `lua_State *` runs under a protected call and may raise a Lua error,
 * unless its comment says otherwise. A function that takes an `etp_vm *` or `etp_script *` never raises. Between calls
 * of hooks the state's stack holds what the slots below name, so that a hook is called without creating anything: only
 * lua_pushvalue and pushes of numbers happen outside a protected call.
 */
#ifndef ETP_SCRIPT_INTERNAL_H
#define ETP_SCRIPT_INTERNAL_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>

#include "base/locale.h"
#include "etp/script.h"
#include "etp/script_api.h"
#include "versions.h"

/** X(NAME, name in Lua, its arguments, known to aggregators, known to bess). In the order of the documentation. */
#define ETP_HOOK_LIST(X)                                 \
    X(ON_START, "on_start", "(ctx)", 1, 1)               \
    X(ON_INTERVAL, "on_interval", "(ctx, market)", 1, 1) \
    X(ON_OFFER, "on_offer", "(ctx, offer)", 1, 0)        \
    X(ON_RESULT, "on_result", "(ctx, result)", 1, 1)     \
    X(ON_FAULT, "on_fault", "(ctx, fault)", 1, 1)        \
    X(RESERVE, "reserve", "(ctx, battery)", 0, 1)        \
    X(CHOOSE, "choose", "(ctx, bids)", 0, 1)             \
    X(ON_SAVE, "on_save", "(ctx)", 1, 1)                 \
    X(ON_LOAD, "on_load", "(ctx, saved)", 1, 1)

typedef enum etp_hook {
#define ETP_X(NAME, name, arguments, aggregator, bess) ETP_HOOK_##NAME,
    ETP_HOOK_LIST(ETP_X)
#undef ETP_X
        ETP_HOOKS
} etp_hook;

/** "on_start" ... Static storage. */
const char *etp_hook_name(etp_hook hook);
/** "on_offer(ctx, offer)" ... Static storage. */
const char *etp_hook_call(etp_hook hook);
bool etp_hook_known_to(etp_hook hook, etp_role role);

/** The kinds of views; each has one list of fields (fields.c). */
typedef enum etp_view_kind {
    ETP_VIEW_MARKET,      /**< an aggregator's */
    ETP_VIEW_MARKET_BESS, /**< without what only aggregators have */
    ETP_VIEW_OFFER,
    ETP_VIEW_RESULT,
    ETP_VIEW_FAULT,
    ETP_VIEW_BATTERY,
    ETP_VIEW_SALE,
    ETP_VIEW_BIDS, /**< a list, without fields of its own */
    ETP_VIEW_BID,  /**< many: one for each place of the list */
    ETP_VIEW_PAST, /**< many: one for each place of the history */
    ETP_VIEWS,
    ETP_SHELVES = ETP_VIEW_BIDS /**< kinds that have one view and fields: each has a shelf */
} etp_view_kind;

/** Where things lie on the state's own stack between calls. */
enum {
    ETP_SLOT_HANDLER = 1,
    ETP_SLOT_CTX,
    ETP_SLOT_STATES,                                      /**< `ctx.state` of each node, by its number + 1 */
    ETP_SLOT_KEYS,                                        /**< a list of names: keys of the shelves (shelf.c) */
    ETP_SLOT_CTX_SHELF,                                   /**< what `ctx` shows */
    ETP_SLOT_PARAMS_SHELF,                                /**< what `ctx.params` shows */
    ETP_SLOT_SHELVES,                                     /**< what the views show, one per kind below ETP_VIEW_BIDS */
    ETP_SLOT_METATABLES = ETP_SLOT_SHELVES + ETP_SHELVES, /**< of those views */
    ETP_SLOT_VIEWS = ETP_SLOT_METATABLES + ETP_SHELVES,   /**< one per kind up to ETP_VIEW_BIDS */
    ETP_SLOT_HOOKS = ETP_SLOT_VIEWS + ETP_VIEW_BID,       /**< one per hook: a function or nil */
    ETP_SLOTS = ETP_SLOT_HOOKS + ETP_HOOKS - 1
};

enum {
    ETP_SCRIPT_SOURCE_MAX = 1 << 20,
    ETP_SCRIPT_NUMERALS_MAX = 20000, /**< numbers in one source text */
    ETP_SCRIPT_STRING_MAX = 1 << 16, /**< bytes of one string in a script */
    ETP_SCRIPT_STACK_MAX = 1 << 17,  /**< bytes of Lua's stack: 8192 values, which Lua counts in steps of its own */
    ETP_SCRIPT_NAME_MAX = 64,
    ETP_SCRIPT_UNIT_MAX = 24,
    ETP_SCRIPT_DOC_MAX = 256,
    ETP_SCRIPT_PARAMS_MAX = 64,
    ETP_SCRIPT_ERROR_MAX = 4096,
    ETP_VIEW_FIELDS_MAX = 24,
    ETP_SCRIPT_WRONG_MAX = 200,
    ETP_SCRIPT_LOG_LINE_MAX = 500,
    ETP_SCRIPT_LOG_WINDOW = 1000, /**< calls */
    ETP_SCRIPT_FORGIVES = 1000,   /**< calls with which one overrun is forgiven */
    ETP_SCRIPT_LOG_LINES = 100    /**< in each window */
};

typedef struct etp_vm_param {
    char name[ETP_SCRIPT_NAME_MAX];
    char unit[ETP_SCRIPT_UNIT_MAX];
    char doc[ETP_SCRIPT_DOC_MAX];
    double value, low, high, standard;
    double shown; /**< what ctx.params shows */
    bool live;
    bool given; /**< by the host: it outlives a reload */
} etp_vm_param;

/** A block that Lua has allocated. */
typedef struct etp_block {
    const void *start;
    size_t size;
} etp_block;

/** What a state may take. */
typedef struct etp_meter {
    size_t memory_limit, memory_now, memory_peak;
    uint64_t churn_left;    /**< bytes that this call may still allocate, freed or not */
    bool exact;             /**< looks at every instruction: slow, for who wants to know how many there were */
    int slice;              /**< instructions between two looks at the budget */
    int64_t budget;         /**< VM instructions that this call may still run */
    unsigned blocks;        /**< allocated since the state was begun; counts no further than 2 */
    etp_block newest;       /**< the block that was allocated last */
    etp_block stack;        /**< the one that holds Lua's stack */
    size_t longest_string;  /**< of all that the state has had */
    size_t largest_hash;    /**< places in the largest hash part of a table that it has had */
    size_t largest_vector;  /**< bytes of the largest block that it has had for anything but one object */
    unsigned longest_chain; /**< of __index tables */
    int weight;             /**< what one instruction counts for */
    bool compiling;         /**< the tables of Lua's compiler are not the script's */
    bool over_memory;       /**< an allocation was refused in this call */
    bool over_hash;         /**< and that was because a table has too many keys */
    bool over_stack;        /**< the stack has grown too large in this call */
    bool over_instructions;
} etp_meter;

/** A global variable that was written: once for each name and hook. */
typedef struct etp_written_global {
    char name[ETP_SCRIPT_NAME_MAX];
    char place[LUA_IDSIZE + 16]; /**< file:line */
    int hook;                    /**< etp_hook, or -1 while loading */
} etp_written_global;

enum { ETP_WRITTEN_GLOBALS_MAX = 16 };

typedef struct etp_field etp_field;

typedef struct etp_view {
    const void *data;
    uint64_t epoch; /**< in which it may be read */
    unsigned count; /**< of a list */
} etp_view;

/** A value that a shelf may show. */
typedef struct etp_shown {
    uint64_t raw; /**< the value, as the engine keeps it */
    bool is_set;  /**< the shelf has it */
} etp_shown;

/** A field of a view that the script has read. */
typedef struct etp_learned {
    const etp_field *field;
    const char *name; /**< as Lua keeps it: compared by address */
    unsigned key;     /**< place of the name in the list of keys */
    etp_shown shown;
} etp_learned;

/** What the shelf of a view shows. */
typedef struct etp_shelf {
    unsigned first_key; /**< place of the first field's name in the list of keys */
    unsigned count;
    etp_learned fields[ETP_VIEW_FIELDS_MAX]; /**< `count`, in order of their first use */
} etp_shelf;

/** What the shelf of ctx shows of the current call. */
typedef struct etp_context_shelf {
    unsigned first_key;
    etp_shown now, deadline, device_id, name;
    const void *state; /**< the node's table, or NULL */
} etp_context_shelf;

typedef struct etp_vm {
    lua_State *state;
    etp_script *script;
    etp_meter meter;
    uint64_t epoch;                /**< of the current call: a view of another epoch has expired */
    const etp_context *context;    /**< of the current call, else NULL */
    etp_hook hook;                 /**< of the current call */
    const etp_field *nil_field;    /**< read last in the current call without having a value, or NULL */
    etp_view_kind nil_kind;        /**< of the view that it was read from */
    etp_view *views[ETP_VIEW_BID]; /**< those in the slots, which keep them alive */
    etp_shelf shelves[ETP_SHELVES];
    etp_context_shelf context_shelf;
    unsigned first_param_key, index_key; /**< places in the list of keys */
    int open;                            /**< the kind of the view that can be read, or -1 */
    char chunk[256];                     /**< the source's name in messages */
    char folder[4096];                   /**< of the file, with the slash; "" for a text: no require */
    etp_sources *sources;                /**< while it is loaded from files, else NULL */
    bool loading;
    char error_place[LUA_IDSIZE + 16]; /**< file:line of the current call's error, or "" */
    char name[ETP_SCRIPT_NAME_MAX + 1];
    bool named; /**< by itself, not after its file */
    char hash[33];
    etp_role role;
    bool has_hook[ETP_HOOKS];
    etp_vm_param *params; /**< sorted by name */
    unsigned param_count;
    etp_written_global globals[ETP_WRITTEN_GLOBALS_MAX]; /**< the first of them */
    unsigned global_count;
    bool watched;         /**< dry calls look on (rehearse_watch.c) */
    uint64_t params_read; /**< since then: bit i is parameter i */
} etp_vm;

/** How many lines were written in which window of calls. */
typedef struct etp_script_rate {
    uint64_t window;
    unsigned lines;
} etp_script_rate;

struct etp_script {
    etp_script_options options; /**< every default filled in */
    locale_t plain;             /**< in which every call into Lua runs */
    etp_logger logger;
    etp_vm *vm;
    unsigned version;
    char name[ETP_SCRIPT_NAME_MAX + 1];
    char *path;          /**< that it was loaded from; NULL for a text */
    etp_sources files;   /**< of the version that runs */
    etp_sources refused; /**< of the last that was to take its place and could not; empty if it could */
    etp_nodes nodes;
    bool busy; /**< it is reloaded, or its log is told of it: no call, no end */
    etp_script_stats stats;
    unsigned failed_in_a_row;
    unsigned overruns_held;     /**< not forgiven yet */
    uint64_t overruns_forgiven; /**< thousands of calls at the last overrun */
    etp_script_rate log_rate, error_rate;
    etp_aggregator_hooks aggregator_hooks;
    etp_bess_hooks bess_hooks;
    char last_error[ETP_SCRIPT_ERROR_MAX];
};

/** What a hook has returned. */
typedef struct etp_answer {
    lua_State *L;
    int first;   /**< where the first value lies on the stack; nothing lies above the last */
    char *wrong; /**< room for ETP_SCRIPT_WRONG_MAX bytes: what cannot be used of it */
} etp_answer;

/* ---- source.c ---- */

/** Reads a whole file, with a zero after its end, into a block of etp_memory_resize(). */
int etp_source_read(const char *path, const etp_allocator *allocator, char **text, size_t *size, etp_error *error);
/** Refuses what is no Lua source text: empty, too long, precompiled, not UTF-8, with a zero byte. */
int etp_source_check(const char *chunk, const char *text, size_t size, etp_error *error);
/** Length of a leading byte order mark: 3 or 0. */
size_t etp_source_mark(const char *text, size_t size);
/** Writes the hash of a text into `hash` (33 bytes). If `hash` is not empty, of what it stands for and then the text. */
void etp_source_hash(char *hash, const char *text, size_t size);

/* ---- script.c ---- */

/** A script of its own from `origin`, with all its options. */
int etp_script_make(etp_script **script, const etp_origin *origin, const etp_script_options *options, etp_error *error);
/** Fills the table of hooks with those of the vm. */
void etp_script_fill_hooks(etp_script *script);
etp_origin etp_origin_of_file(const char *path, etp_sources *sources);

/* ---- load.c ---- */

int etp_vm_new(etp_vm **vm, etp_script *script, const etp_origin *origin, etp_error *error);
/** Accepts NULL. */
void etp_vm_free(etp_vm *vm);
/** The vm that `L` belongs to. Never raises. */
etp_vm *etp_vm_of(lua_State *L);

/* ---- shape.c ---- */

/** Checks the table on the top of the stack and takes name, role and hooks from it; raises a sentence. Leaves the table
 *  and above it one value per hook. `implied`: `api` and `role` may be left out, and the vm's role stays as it is. */
void etp_shape_take(lua_State *L, etp_vm *vm, bool implied);

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

/* ---- sandbox.c and its parts ---- */

/** Pushes the environment in which the source and its modules run. */
void etp_sandbox_push(lua_State *L);
/** After loading: what a script may no longer do. Takes the environment at the top of the stack. */
void etp_sandbox_seal(lua_State *L);
/** Pushes that environment again. */
void etp_sandbox_push_environment(lua_State *L);
/** Pushes the `__newindex` that writes down which globals are written, and then does what the table at the top of the
 *  stack would do as such. The table is taken. */
void etp_sandbox_push_noter(lua_State *L);
/** Set functions in the table at the top of the stack. */
void etp_sandbox_base(lua_State *L);
void etp_sandbox_metatable(lua_State *L);
void etp_sandbox_order(lua_State *L);
/** Push a library's table. */
void etp_sandbox_string(lua_State *L);
void etp_sandbox_utf8(lua_State *L);
void etp_sandbox_table(lua_State *L);
void etp_sandbox_math(lua_State *L);
/** Names of `library` ("" for globals) that are left out of the table at the top of the stack raise a sentence. */
void etp_sandbox_withhold(lua_State *L, const char *library);
/** Pushes `require` with the environment at the top of the stack as its modules' own, or its refusal. */
void etp_sandbox_push_require(lua_State *L);
/** Pushes what `tostring` gives for the value at `index`: no addresses. */
const char *etp_sandbox_tostring(lua_State *L, int index);
/** Pushes a closure that runs `check` first; `check` ends with etp_sandbox_inner(). The function that is guarded is at
 *  the top of the stack and is taken. */
void etp_sandbox_guard(lua_State *L, lua_CFunction check);
/** Guards each function in the table at the top of the stack: what is charged is the number of its arguments, and the
 *  texts that it may have to read as numbers. */
void etp_sandbox_guard_arguments(lua_State *L);
/** Runs the guarded C function in the same frame, so that its errors name the script's line. */
int etp_sandbox_inner(lua_State *L);
/** Sorts `count` values of the table at `index` into a new table, which is pushed. Stable; `below` compares the two
 *  values on the top and leaves them. */
void etp_sandbox_merge_sort(lua_State *L, int index, lua_Integer count, bool (*below)(lua_State *L));

/* ---- limits.c ---- */

void *etp_meter_allocate(void *user, void *memory, size_t old_size, size_t new_size);
/** Before each call: full budgets. Never raises. */
void etp_meter_reset(etp_vm *vm, uint64_t instructions);
/** Counts work that the instruction hook does not see; raises when the budget is used up. */
void etp_meter_charge(lua_State *L, uint64_t instructions);
/** luaL_loadbufferx of text, under the meter. */
int etp_meter_compile(lua_State *L, const char *text, size_t size, const char *chunk);
/** Counts a walk over a table whose room is not known. */
void etp_meter_charge_walk(lua_State *L);
/** Counts a key at `index` in a walk by lua_next(), which looks it up: number keys can be chosen such that this takes long.
 *  `before`: keys before it. */
void etp_meter_charge_key(lua_State *L, int index, uint64_t before);
/** A chain of so many __index tables exists. */
void etp_meter_note_chain(lua_State *L, unsigned length);
/** True once the call has gone over a limit: nothing in the script may catch that. */
bool etp_meter_dead(const etp_vm *vm);
/** `pcall` and `xpcall` that cannot catch it. */
int etp_meter_pcall(lua_State *L);
int etp_meter_xpcall(lua_State *L);

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
/** Raises unless the userdata at index 1 may be read. */
const etp_view *etp_view_check(lua_State *L);

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

/* ---- what script_api.c asks of those who know: false past the end ---- */

bool etp_shape_describe(unsigned index, etp_api_field *field);
bool etp_params_describe(unsigned index, etp_api_field *field);
bool etp_context_describe(unsigned index, etp_api_field *field);
bool etp_sandbox_describe_withheld(unsigned index, etp_api_withheld *described);
/** A name of the enumeration that fields of `kind` show; NULL past the last, and for a kind that shows none. */
const char *etp_field_value_name(etp_field_kind kind, unsigned value);

/* ---- explain.c ---- */

/** The message handler: text, file:line and traceback, bounded. */
int etp_call_explain(lua_State *L);
/* ---- call.c ---- */

/** lua_pcall in the C locale, as every call into Lua is made. */
int etp_call_plainly(etp_vm *vm, int arguments, int results, int handler);
/** Around each call of a hook: what `ctx` and the views show, and then nothing any more. The stack holds the slots, and may
 *  hold more. Never raise. */
void etp_call_enter(etp_vm *vm, etp_hook hook, const etp_context *context);
void etp_call_leave(etp_vm *vm);

/** Calls a hook with ctx and, if `argument` is not 0, the value at that place of the stack. 0 and `results` values
 *  (LUA_MULTRET: as many as it returned) above ETP_SLOTS, or a negative code. */
int etp_call_hook(etp_script *script, etp_hook hook, const etp_context *context, int argument, int results);
/** The same for a hook that returns nothing. */
int etp_call_tell(etp_script *script, etp_hook hook, const etp_context *context, int argument);
/** What became of judging what a hook returned: counted if it cannot be used. Returns `result`, or a negative code. */
int etp_call_judged(etp_script *script, etp_hook hook, int result, const etp_answer *answer);
/** What a hook returned was understood. Returns `result`. */
int etp_call_done(etp_script *script, int result);
/** Turns the failed call's error value, at the top of the stack, into text. Never raises. */
void etp_call_failure_text(etp_vm *vm, int status, const char *what, char *text, size_t size);
/** One more line to the log, if the rate allows. Never raises. */
bool etp_call_may_log(const etp_script *script, etp_script_rate *rate);
/** Makes spaces of what a terminal might obey: control characters but newline and tab, and what is not UTF-8. */
void etp_call_disarm(char *text);
/** Copies at most `room` - 1 bytes of a text, disarmed and in one line, so that no script can forge lines. */
void etp_call_clean(char *line, size_t room, const char *text, size_t size);

/* ---- results of hooks ---- */

/** Judge what a hook has returned: on success an etp_decision, 0, or the number of places in `order`; a negative code
 *  and the sentence in `wrong` if it cannot be used. Raise nothing and know no script: own_state.c calls them too. */
int etp_answer_offer(etp_answer *answer, etp_intent *intent);
int etp_answer_result(etp_answer *answer, etp_intent *intent);
int etp_answer_reserve(etp_answer *answer, etp_reserve *reserve);
int etp_answer_choose(etp_answer *answer, unsigned count, unsigned *order);
/** Fill the tables with the hooks that the vm defines. */
void etp_aggregator_hooks_fill(etp_script *script);
void etp_bess_hooks_fill(etp_script *script);

#endif
