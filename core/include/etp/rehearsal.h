/* SPDX-License-Identifier: MIT */
/**
 * @file rehearsal.h
 * Dry calls: every hook of a script on made-up inputs, without a market, to find out before it counts that one of them
 * raises an error, returns what cannot be used, or goes over a limit.
 *
 * The calls come in an order that a market could give them: a result follows a bid of the script's own, at the price
 * that it bid; a sale follows the question for a reserve. They hold what real markets sometimes hold: prices that are
 * not told, values below zero, offers that are asked about twice, every outcome, every fault, long records. They are the
 * same each time. `on_save` and `on_load` are not called: a reload calls them, with what there really is. All is on the
 * caller's thread, which must be the script's.
 *
 * Mistakes: a NULL script, and a report whose `size` is not its struct's, are ETP_EINVAL; a rehearsal from inside one of the
 * script's own hooks, as from its log, is ETP_ESTATE. Nothing is called then.
 */
#ifndef ETP_REHEARSAL_H
#define ETP_REHEARSAL_H

#include "etp/script.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ETP_REHEARSAL_HOOKS_MAX = 16 };

/** What one hook did. */
typedef struct etp_rehearsal_hook {
    const char *name;               /**< "on_offer" ...; static storage */
    uint64_t calls;                 /**< made; a hook that went over a limit is not called again */
    uint64_t failures;              /**< of them */
    uint64_t instructions;          /**< of all calls together; 0 when they are timed */
    uint64_t most_instructions;     /**< of one call */
    etp_time duration;              /**< of all calls together; 0 without a clock */
    const char *input;              /**< what the first failure was called with, or NULL; static storage */
    char error[ETP_ERROR_TEXT_MAX]; /**< of the first failure: file, line, traceback; else "" */
} etp_rehearsal_hook;

/** A global variable that the script wrote. */
typedef struct etp_rehearsal_global {
    char name[64];    /**< of the variable */
    char place[96];   /**< file:line */
    const char *hook; /**< in which hook; NULL while it was loaded; static storage */
} etp_rehearsal_global;

enum { ETP_REHEARSAL_GLOBALS_MAX = 16 };

/** How to rehearse, and what was found. */
typedef struct etp_rehearsal {
    size_t size; /**< sizeof(etp_rehearsal); set before the call, as are `clock` and `watch` */
    /** A clock in ns by which each call is timed; reading it is part of what is measured. NULL counts instructions
     *  instead, one by one, which is slow: the two would disturb each other. */
    etp_time (*clock)(void *user);
    void *clock_user; /**< handed to it */
    /** Looks on at what the calls read and write, for the end of this struct. Errors in reading parameters then lose their
     *  line, and calls take longer: what they report of failures and cost is to be had from a rehearsal of its own. */
    bool watch;
    /* filled in: */
    uint64_t calls;      /**< of all hooks */
    uint64_t failures;   /**< of them */
    uint64_t offers;     /**< how many times it was asked for a bid */
    uint64_t bids;       /**< how many times it bid */
    unsigned hook_count; /**< how many hooks it has */
    etp_rehearsal_hook
        hooks[ETP_REHEARSAL_HOOKS_MAX]; /**< those that the script has, in the order of the documentation */
    uint64_t params_read;               /**< bit i: parameter i was read; watched only */
    unsigned global_count;              /**< how many lines there are of them */
    /** Written while it was loaded, and, if watched, in an aggregator's hooks: one line for each name and hook. In a
     *  reserve policy's hooks it is an error. */
    etp_rehearsal_global globals[ETP_REHEARSAL_GLOBALS_MAX];
    unsigned unused_count;                       /**< how many hooks it could have besides */
    const char *unused[ETP_REHEARSAL_HOOKS_MAX]; /**< hooks of its role that it does not have; static storage */
} etp_rehearsal;

/** Calls each hook that the script has. 0, or the code of the first failure, with input, hook, file, line and traceback
 *  in `error`, which may be NULL.
 *
 *  Without a `report` (NULL) it ends with the first failure, and, so that a slow script cannot hold up its host, without
 *  one after ten times the instructions that one call may run. With a report all calls are made.
 *
 *  It changes what the script knows: states, its own variables, statistics. Call it on a script that is thrown away
 *  afterwards. Nothing reaches the script's log. */
ETP_API int etp_script_rehearse(etp_script *script, etp_rehearsal *report, etp_error *error);

#ifdef __cplusplus
}
#endif

#endif
