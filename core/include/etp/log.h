/* SPDX-License-Identifier: MIT */
/**
 * @file log.h
 * Log lines: a level, a component, a text of key=value pairs. A log line never changes behaviour. It is written on the
 * thread of the object that logs.
 *
 * Mistakes: NULL writes nothing, or is ETP_EINVAL where an error is returned.
 */
#ifndef ETP_LOG_H
#define ETP_LOG_H

#include "etp/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/** How much a line matters. */
typedef enum etp_log_level { ETP_LOG_ERROR = 0, ETP_LOG_WARN = 1, ETP_LOG_INFO = 2, ETP_LOG_DEBUG = 3 } etp_log_level;

/** Where log lines go. A zeroed logger drops everything. `write` gets a finished line without its line end; the texts
 *  are borrowed until it returns. */
typedef struct etp_logger {
    void (*write)(void *user, etp_log_level level, const char *component, const char *text); /**< takes a line */
    void *user;                                                                              /**< handed to it */
    etp_log_level level; /**< lines above this level are not formatted at all */
} etp_logger;

/** Writes one line if `logger` is not NULL, has a `write`, and `level` is at or below its level. */
ETP_API void etp_log(const etp_logger *logger, etp_log_level level, const char *component, const char *format, ...)
    ETP_PRINTF(4, 5);

/** "error", "warn", "info", "debug"; "?" for another number. Static storage. */
ETP_API const char *etp_log_level_name(etp_log_level level);

/** The level of that name in `level`; ETP_ENOENT if there is none. */
ETP_API int etp_log_level_parse(const char *name, etp_log_level *level);

#ifdef __cplusplus
}
#endif

#endif
