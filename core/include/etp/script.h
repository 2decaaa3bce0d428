/* SPDX-License-Identifier: MIT */
/**
 * @file script.h
 * Lua 5.4 strategies and reserve policies: load one, check it, and get the hooks of hooks.h that call it.
 *
 * One script is one Lua state with a whitelist of functions, a memory limit and an instruction limit per call. A script
 * that raises an error or goes over a limit loses that call: the hook returns a negative code and the engine does what
 * hooks.h says of a failure. What was wrong (file, line, traceback) is in etp_script_last_error() and goes to the logger.
 *
 * A script serves any number of nodes, each with a `ctx.state` of its own. One thread per script at a time.
 *
 * A script can be replaced by a newer version of itself between two calls: see etp_script_reload(), and watch.h for
 * when.
 *
 * Mistakes: a NULL script, pointer or text, and options whose `size` is not their struct's, are ETP_EINVAL and change
 * nothing; a hook that is called from inside a hook of the same script, as from its log, is ETP_ESTATE. Readers of a NULL
 * script give NULL or 0.
 */
#ifndef ETP_SCRIPT_H
#define ETP_SCRIPT_H

#include <stddef.h>

#include "etp/alloc.h"
#include "etp/error.h"
#include "etp/hooks.h"
#include "etp/log.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque. */
typedef struct etp_script etp_script;

/** What a script is for. */
typedef enum etp_role { ETP_ROLE_BESS = 0, ETP_ROLE_AGGREGATOR = 1 } etp_role;

/** "bess", "aggregator". */
ETP_API const char *etp_role_name(etp_role role);

/** What a script may take, and where it gets it. */
typedef struct etp_script_options {
    size_t size;                     /**< sizeof(etp_script_options) */
    size_t memory_limit;             /**< bytes the Lua state may take; 0 = 16 MiB */
    uint64_t instruction_limit;      /**< VM instructions per call of a hook; 0 = 1 000 000 */
    uint64_t load_instruction_limit; /**< while loading; 0 = 10 000 000 */
    unsigned suspend_after;   /**< consecutive failed calls after which the script is no longer called; 0 = never */
    const etp_logger *logger; /**< copied; NULL = no log */
    /** Calls stopped by a limit after which the script is no longer called, in a row or not; one is forgiven with each
     *  1000 calls. Each may have taken a large part of a second, while others waited. 0 = never */
    unsigned suspend_after_overruns;
    const etp_allocator *allocator; /**< borrowed for the script's life, of the Lua state too; NULL = malloc */
} etp_script_options;

/** When etp-engine and the Lua module suspend a script: one that fails on so many calls in a row would fail on all of
 *  them; and for one that goes over its limits so often the whole market waits each time. */
enum { ETP_SUSPEND_AFTER = 1000, ETP_SUSPEND_AFTER_OVERRUNS = 10 };

/** Sets everything to its default. */
ETP_API void etp_script_defaults(etp_script_options *options);

/** Loads a file. `options` may be NULL. On failure `*script` is NULL and `error` says what, where, and how to mend it:
 *  no such file, a directory, not UTF-8, precompiled code, a syntax error (file:line), a table without `api` or `role`,
 *  an unknown hook name (with the nearest known one), no hooks at all, a parameter out of its own range. */
ETP_API int etp_script_load(etp_script **script, const char *path, const etp_script_options *options, etp_error *error);

/** The same from text; `chunk` names it in messages. `require` is not available to it. */
ETP_API int etp_script_load_text(etp_script **script, const char *chunk, const char *text, size_t size,
                                 const etp_script_options *options, etp_error *error);

/** Accepts NULL. Does nothing when called from inside one of the script's own hooks, as from its log, or a reload's. */
ETP_API void etp_script_free(etp_script *script);

/** The name it declares, else its file's name without ".lua". Valid until the script is freed. */
ETP_API const char *etp_script_name(const etp_script *script);
/** What it is for. */
ETP_API etp_role etp_script_role(const etp_script *script);
/** A 128-bit XXH3 hash of its source text and of the modules it requires, as 32 hexadecimal digits. Valid until the
 *  script is reloaded or freed. */
ETP_API const char *etp_script_hash(const etp_script *script);
/** 1 as loaded, one more with each version that took over. */
ETP_API unsigned etp_script_version(const etp_script *script);
/** The files that this version was read from: 0 is the script's own, then its modules in the order in which they were
 *  loaded; NULL past the end. None for a text. Valid until the script is reloaded or freed. */
ETP_API const char *etp_script_file(const etp_script *script, unsigned index);

/* ---- a newer version of a script ---- */

/**
 * Reads the file that the script was loaded from again, with the modules it requires, and lets the new version take
 * over. Call it between two calls of the engine; `now` is the engine's clock.
 *
 * The new version is loaded into a state of its own, checked like a script that is loaded for the first time, and
 * rehearsed there: its hooks are called on made-up data. Then it is loaded afresh, gets the parameters that the host has
 * set (the others take their new defaults), and what the old version knows: for each node that the script has served,
 * what the old `on_save(ctx)` returns (without on_save: `ctx.state`) is handed to the new `on_load(ctx, saved)` (without
 * on_load it becomes `ctx.state`). That must be plain data: tables without metatables and cycles, strings, numbers,
 * booleans. on_start is not called again, `ctx.now` is `now`, and ctx.rng and ctx.history are not there. Both hooks have
 * the limits of every call, and all calls of a reload together end too.
 *
 * Tables of hooks that the host was given stay where they are; a hook that the new version lacks becomes NULL. A script
 * that was suspended is called again. What changes neither: its name and role.
 *
 * On any failure the old version goes on, and nothing of it has changed: ETP_ESCRIPT, ETP_ELIMIT, ETP_ENOENT, ...; the
 * error says file, line and traceback. ETP_ESTATE from within a hook of the script, and for a script that was loaded
 * from a text.
 */
ETP_API int etp_script_reload(etp_script *script, etp_time now, etp_error *error);
/** The same from another file; etp_script_reload() still reads the first. A version without a name of its own keeps the
 *  script's. */
ETP_API int etp_script_reload_from(etp_script *script, const char *path, etp_time now, etp_error *error);
/** The same from another file, which is the script's own from then on: etp_script_reload() reads it, and a watch looks
 *  there. One that is refused leaves the script with the file that it had. */
ETP_API int etp_script_move(etp_script *script, const char *path, etp_time now, etp_error *error);
/** The same from a text, to which `require` is not available. */
ETP_API int etp_script_reload_text(etp_script *script, const char *chunk, const char *text, size_t size, etp_time now,
                                   etp_error *error);

/* ---- parameters ---- */

/** One parameter of a script. */
typedef struct etp_param {
    const char *name; /**< as the script declares it */
    const char *unit; /**< or "" */
    const char *doc;  /**< or "" */
    double value;     /**< now */
    double low;       /**< least it may be */
    double high;      /**< most it may be */
    double standard;  /**< its default */
    bool live;        /**< may be changed after the first call of a hook */
} etp_param;

/** How many parameters it has. */
ETP_API unsigned etp_script_param_count(const etp_script *script);
/** Parameters in order of their names. Texts are valid until the script is reloaded or freed. ETP_ENOENT past the
 *  end. */
ETP_API int etp_script_param(const etp_script *script, unsigned index, etp_param *param);
/** Sets one. ETP_ENOENT (the error names the parameters there are), ETP_ERANGE (the error names the range), ETP_ESTATE
 *  for one that is not `live` once a hook was called. */
ETP_API int etp_script_set(etp_script *script, const char *name, double value, etp_error *error);
/** Sets `count` of them, all or none. */
ETP_API int etp_script_set_many(etp_script *script, const char *const *names, const double *values, unsigned count,
                                etp_error *error);

/* ---- hooks ---- */

/** The hooks that call this script, with the script itself as `user`. NULL if its role is the other one. Hooks that the
 *  script does not define are NULL. Valid until the script is freed; a reload changes what is in the table. */
ETP_API const etp_aggregator_hooks *etp_script_aggregator_hooks(const etp_script *script);
/** The same for a reserve policy. */
ETP_API const etp_bess_hooks *etp_script_bess_hooks(const etp_script *script);

/** What a script did so far. */
typedef struct etp_script_stats {
    uint64_t calls;           /**< of hooks, from C into Lua; not those of a reload */
    uint64_t errors;          /**< calls that raised an error or returned what cannot be used */
    uint64_t overruns;        /**< calls stopped by a limit, counted in `errors` too */
    uint64_t log_lines;       /**< written by ctx.log */
    uint64_t log_dropped;     /**< over its rate */
    size_t memory_now;        /**< bytes the Lua state takes */
    size_t memory_peak;       /**< the most it ever took */
    bool suspended;           /**< it is no longer called */
    uint64_t reloads;         /**< versions that took over */
    uint64_t reloads_refused; /**< versions that did not */
} etp_script_stats;

/** As they stand. */
ETP_API void etp_script_get_stats(const etp_script *script, etp_script_stats *stats);
/** The text of the last error with its traceback; "" if there was none. Valid until the next call into the script. */
ETP_API const char *etp_script_last_error(const etp_script *script);

#ifdef __cplusplus
}
#endif

#endif
