/* SPDX-License-Identifier: MIT */
/**
 * @file error.h
 * One list of results, and the text a person reads when something outside was wrong.
 *
 * Functions that can fail return 0 or a negative `ETP_E...`. Those that read what a person wrote (a file, an option, a
 * script) also fill an `etp_error` with a sentence: what was wrong, where, and how to mend it.
 *
 * Thread-safe: an etp_error is its owner's, and there is no other state.
 *
 * Mistakes: every function that gets an `etp_error` takes NULL for it; a NULL `format` stands for the sentence of the code.
 */
#ifndef ETP_ERROR_H
#define ETP_ERROR_H

#include "etp/version.h"

#ifdef __cplusplus
extern "C" {
#endif

/** X(name, number, sentence) for every result code. Numbers are stable. */
#define ETP_ERROR_LIST(X)                                          \
    X(OK, 0, "no error")                                           \
    X(EINVAL, -1, "an argument is not valid")                      \
    X(ENOMEM, -2, "memory could not be had")                       \
    X(ERANGE, -3, "a value is outside its range")                  \
    X(EFULL, -4, "a bounded queue or table is full")               \
    X(ESTATE, -5, "the call does not fit the state of its object") \
    X(ENOENT, -6, "there is no such thing")                        \
    X(EEXIST, -7, "there is such a thing already")                 \
    X(EIO, -8, "the operating system reported an error")           \
    X(EFORMAT, -9, "the text does not have the expected format")   \
    X(ESCRIPT, -10, "a script raised an error")                    \
    X(ELIMIT, -11, "a script went over one of its limits")         \
    X(ENOSPACE, -12, "the output buffer is too small")             \
    X(ECONSERVATION, -13, "energy or money is not accounted for")

/** The codes, as constants. */
typedef enum etp_result {
#define ETP_X(name, number, sentence) ETP_##name = (number),
    ETP_ERROR_LIST(ETP_X)
#undef ETP_X
} etp_result;

/** The sentence for `code`; "unknown error" for a number that is not in the list. Static storage. */
ETP_API const char *etp_strerror(int code);

/** The name of `code`, for example "ETP_EINVAL"; "ETP_E?" for a number that is not in the list. Static storage. */
ETP_API const char *etp_error_name(int code);

enum { ETP_ERROR_TEXT_MAX = 1024 };

/** What a person is told. The caller owns it; zero it before use. `text` is always terminated. */
typedef struct etp_error {
    int code;                      /**< of the list above */
    char text[ETP_ERROR_TEXT_MAX]; /**< a sentence */
} etp_error;

/** Fills `error` (which may be NULL) and returns `code`, so that a function can end with `return etp_fail(...)`. A text
 *  that is too long is cut at the end. */
ETP_API int etp_fail(etp_error *error, int code, const char *format, ...) ETP_PRINTF(3, 4);

#ifdef __cplusplus
}
#endif

#endif
