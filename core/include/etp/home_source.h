/* SPDX-License-Identifier: MIT */
/**
 * @file home_source.h
 * Where a run's homes come from: who they are, what they use and make in each interval, and what they expect.
 *
 * A source can serve several runs, one after another or at once: what a run changes (what its homes have learned so far)
 * lies in a state of its own, which the run opens at its start and closes at its end. All else about a source is only
 * read while runs use it.
 *
 * Functions are called on the thread of the run that opened the state. Where runs share a source in several threads, open()
 * is called by several at once, and so is every function of a source that has no open().
 *
 * No function of a source may look ahead: what a home expects at some moment follows from what was learned before, or
 * from what does not depend on the run at all.
 */
#ifndef ETP_HOME_SOURCE_H
#define ETP_HOME_SOURCE_H

#include <stddef.h>

#include "etp/alloc.h"
#include "etp/error.h"
#include "etp/home.h"

#ifdef __cplusplus
extern "C" {
#endif

/** What a source is told of a run that opens it. Borrowed until open() returns, but for the allocator. */
typedef struct etp_home_scene {
    unsigned homes;                 /**< how many will be drawn, keys 0 to this less one */
    const etp_fleet_spec *spec;     /**< with the run's seed */
    etp_time starts;                /**< of the first interval, on the market's clock */
    etp_time interval;              /**< its length: whole seconds, a day at most */
    const etp_allocator *allocator; /**< for the state; lives as long as it */
} etp_home_scene;

/** A source of homes. `user` and the functions' memory are the host's and outlive the runs. */
typedef struct etp_home_source {
    size_t size; /**< sizeof(etp_home_source) */
    void *user;  /**< handed to open(), and to all others where there is no open() */
    /** Makes the state of one run; from then on `*state` is handed to the other functions in place of `user`. May be
     *  NULL, for a source that keeps nothing. An error ends the run before it begins. */
    int (*open)(void *user, const etp_home_scene *scene, void **state, etp_error *error);
    void (*close)(void *state); /**< called once for each open() that was successful; may be NULL */
    /** As etp_home_draw(). */
    int (*draw)(void *state, etp_home *home, const etp_fleet_spec *spec, uint64_t key);
    /** As etp_home_flows(): the interval is number `index` of the run, and starts at `starts` on the market's clock. */
    void (*flows)(void *state, const etp_home *home, uint64_t seed, uint64_t index, etp_time starts, etp_time interval,
                  etp_energy *pv, etp_energy *load);
    /** As etp_home_expected_need(), for the time from `starts` on. */
    etp_energy (*expected_need)(void *state, const etp_home *home, const etp_fleet_spec *spec, etp_time starts);
    /** The interval is over: this is what the home made and used. Called once for each home and interval, in order. May
     *  be NULL. */
    void (*learned)(void *state, const etp_home *home, etp_time starts, etp_time interval, etp_energy pv,
                    etp_energy load);
} etp_home_source;

/** The homes of home.h: made-up profiles of a summer day, with noise. What a run takes where it is given no source.
 *  Static. */
ETP_API const etp_home_source *etp_home_source_built_in(void);

#ifdef __cplusplus
}
#endif

#endif
