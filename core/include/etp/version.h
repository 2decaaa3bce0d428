/* SPDX-License-Identifier: MIT */
/**
 * @file version.h
 * The library's version (semantic versioning) and the macro that exports its symbols.
 */
#ifndef ETP_VERSION_H
#define ETP_VERSION_H

#define ETP_VERSION_MAJOR  0       /**< of the headers */
#define ETP_VERSION_MINOR  1       /**< of the headers; part of the SONAME while the major one is 0 */
#define ETP_VERSION_PATCH  0       /**< of the headers */
#define ETP_VERSION_STRING "0.1.0" /**< of the headers; etp_version() is of the library */

/** The `api` number that scripts and scenario tables declare. */
#define ETP_SCRIPT_API 1

/** The `schema_version` of every JSON text that the program writes. */
#define ETP_SCHEMA_VERSION 1

#if defined(__GNUC__)
/** What the shared libraries show. */
#define ETP_API __attribute__((visibility("default")))
/** A function that takes a format. */
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
