/* SPDX-License-Identifier: MIT */
/**
 * @file watch.h
 * Watches the files of scripts, so that a host learns when a script is to be reloaded.
 *
 *     while ((script = etp_watch_poll(watch, clock)) != NULL)
 *         etp_script_reload(script, etp_engine_now(engine), &error);
 *
 * Polling, so that it needs no loop, no thread and no more than stat() of the system: call it every 20 to 25 ms, and a
 * save is seen and settled within 150 ms. It looks at the script's own file and at the modules that it requires, also at
 * a module that the last version wanted and that was not there. Texts are compared, not times: a touch is no change,
 * and a change that leaves time and size as they were is found, for a file is read again at each poll until its stamp
 * has been the same for two seconds.
 *
 * A change is reported once all of the script's files have been at rest for a tenth of a second, so that a save in
 * several steps (truncate and write, a module and its user, another file moved into place) is seen whole. A file that is
 * empty or gone is given a second. Each text is reported once, whether the script takes it or not. A script that runs
 * a version from elsewhere (etp_script_reload_from()) is left alone until it is reloaded from its own file.
 *
 * One watch, its scripts and their engine belong to one thread at a time.
 *
 * Mistakes: NULL is ETP_EINVAL and changes nothing; a poll of a NULL watch gives NULL.
 */
#ifndef ETP_WATCH_H
#define ETP_WATCH_H

#include "etp/script.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque. */
typedef struct etp_watch etp_watch;

/** `allocator` is borrowed for the watch's life; NULL = malloc. ETP_ENOMEM. */
ETP_API int etp_watch_new(etp_watch **watch, const etp_allocator *allocator);
/** Accepts NULL. */
ETP_API void etp_watch_free(etp_watch *watch);

/** The script is borrowed until it is removed or the watch is freed. ETP_EINVAL for one that was loaded from a text,
 *  ETP_EEXIST for one that is watched, ETP_ENOMEM. */
ETP_API int etp_watch_add(etp_watch *watch, etp_script *script);
/** ETP_ENOENT for one that is not watched. */
ETP_API int etp_watch_remove(etp_watch *watch, const etp_script *script);

/** Looks at all files and returns a script that has changed on disk and is to be reloaded now, or NULL. `clock` is any
 *  clock in nanoseconds that does not go back. Ask again until it is NULL, for several may have changed at once. */
ETP_API etp_script *etp_watch_poll(etp_watch *watch, etp_time clock);

#ifdef __cplusplus
}
#endif

#endif
