/* SPDX-License-Identifier: MIT */
/**
 * @file version.h
 * The library's version (semantic versioning) and the macro that exports its symbols.
 */
#ifndef ETP_VERSION_H
#define ETP_VERSION_H

#define ETP_VERSION_MAJOR  0
#define ETP_VERSION_MINOR  1
#define ETP_VERSION_PATCH  0
#define ETP_VERSION_STRING "0.1.0"

/** The `api` number that scripts and scenario tables declare. */
#define ETP_SCRIPT_API 1

/** The `schema_version` of every JSON text that the program writes. */
#define ETP_SCHEMA_VERSION 1

#if defined(__GNUC__)
#define ETP_API                        __attribute__((visibility("default")))
#define ETP_PRINTF(format_at, args_at) __attribute__((format(printf, format_at, args_at)))
#else
#define ETP_API
#define ETP_PRINTF(format_at, args_at)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/** The version of the library that is running, for example "0.1.0". Static storage. */
ETP_API const char *etp_version(void);

#ifdef __cplusplus
}
#endif

#endif
