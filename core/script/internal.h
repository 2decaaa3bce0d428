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
#include "script/reload/versions.h"

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
    bool watched;         /**< dry calls look on (rehearsal/onlooker.c) */
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
/** Every default filled in; NULL gives nothing but defaults. */
void etp_script_fill_options(etp_script *script, const etp_script_options *given);
/** Fills the table of hooks with those of the vm. */
void etp_script_fill_hooks(etp_script *script);
etp_origin etp_origin_of_file(const char *path, etp_sources *sources);

/* ---- load.c ---- */

int etp_vm_new(etp_vm **vm, etp_script *script, const etp_origin *origin, etp_error *error);
/** A vm that has run its file, and is still under the limits of loading. On its stack are the environment and what the
 *  file returned, and nothing else: it has no hooks to be called. */
int etp_vm_run(etp_vm **vm, etp_script *script, const etp_origin *origin, etp_error *error);
/** Accepts NULL. */
void etp_vm_free(etp_vm *vm);
/** The vm that `L` belongs to. Never raises. */
etp_vm *etp_vm_of(lua_State *L);

/* ---- shape.c ---- */

/** Checks the table on the top of the stack and takes name, role and hooks from it; raises a sentence. Leaves the table
 *  and above it one value per hook. `implied`: `api` and `role` may be left out, and the vm's role stays as it is. */
void etp_shape_take(lua_State *L, etp_vm *vm, bool implied);
/** The same as data, for script_api.h: false past the end. */
bool etp_shape_describe(unsigned index, etp_api_field *field);

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

/* ---- hooks ---- */

/** In the tables of both roles. */
int etp_hook_on_start(void *user, const etp_context *context);
int etp_hook_on_fault(void *user, const etp_context *context, const etp_fault *fault);
/** Fill the tables with the hooks that the vm defines. */
void etp_aggregator_hooks_fill(etp_script *script);
void etp_bess_hooks_fill(etp_script *script);

#endif
