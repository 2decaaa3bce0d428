/* SPDX-License-Identifier: MIT */
/**
 * @file script_api.h
 * What a Lua script meets, as data: the hooks of each role, the fields of what hooks see, and the functions there are.
 *
 * For tools: documentation, annotations for editors, a linter's list of names. It is read from the tables by which the
 * engine itself loads scripts and answers them, so it cannot tell anything else than what a script finds.
 *
 * All functions may be called at any time and from any thread; texts are never NULL and live for ever, but for those of
 * etp_script_api_words().
 *
 * Mistakes: NULL is ETP_EINVAL, and an index past the end ETP_ENOENT; nothing is written then.
 */
#ifndef ETP_SCRIPT_API_H
#define ETP_SCRIPT_API_H

#include <stdbool.h>

#include "etp/error.h"
#include "etp/script.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One field of a record. */
typedef struct etp_api_field {
    const char *name; /**< as scripts write it */
    const char *type; /**< "number", "integer", "boolean", "string", "table", "function" or "list" */
    const char *of;   /**< of a string the enumeration that its value is from, of a list the record; or "" */
    const char *unit; /**< "c/kWh", "kWh", ...; "" if it has none */
    bool optional;    /**< may be nil; of what a script writes: may be left out */
    const char *doc;  /**< a few words */
} etp_api_field;

/** A table or an object with fields. Two have one name where the roles see different ones: market, result. */
typedef struct etp_api_record {
    const char *name;     /**< "strategy" and "parameter", which a script writes; "ctx", "offer", ..., which it reads */
    bool aggregator;      /**< buyers' scripts meet it */
    bool bess;            /**< reserve policies meet it */
    unsigned field_count; /**< how many fields it has */
    const char *element;  /**< of a list, which has no fields: the record of its elements; else "" */
    const char *doc;      /**< a few words */
} etp_api_record;

/** One hook of a role. */
typedef struct etp_api_hook {
    const char *name;      /**< as scripts define it */
    const char *arguments; /**< "(ctx, offer)": ctx, and the record of that name which the role sees; `saved` is data */
    const char *returns;   /**< in the notation of type annotations: "number|nil, number|nil"; "" for nothing */
    const char *doc;       /**< when it is called */
} etp_api_hook;

/** A set of names of which a field has one. */
typedef struct etp_api_enumeration {
    const char *name; /**< "outcome", "code", ... */
    unsigned count;   /**< how many names it has */
} etp_api_enumeration;

/** A name in the environment of a script. */
typedef struct etp_api_word {
    const char *library; /**< "" for globals, else "math", "string", "table" or "utf8" */
    const char *name;    /**< as scripts write it */
    const char *type;    /**< Lua's: "function", "number", "string", "table" */
} etp_api_word;

/** A name of Lua's that is not there. */
typedef struct etp_api_withheld {
    const char *library; /**< as of a word */
    const char *name;    /**< as plain Lua has it */
    const char *advice;  /**< what to use instead, or why it is not there */
} etp_api_withheld;

/* Each fills its last argument. */

/** A record. They are counted from 0. */
ETP_API int etp_script_api_record(unsigned index, etp_api_record *record);
/** A field of the record of that index, in the order of the documentation. */
ETP_API int etp_script_api_field(unsigned record, unsigned index, etp_api_field *field);
/** The hooks that a role has. */
ETP_API int etp_script_api_hook(etp_role role, unsigned index, etp_api_hook *hook);
/** An enumeration. */
ETP_API int etp_script_api_enumeration(unsigned index, etp_api_enumeration *enumeration);
/** One of the names that an enumeration has. */
ETP_API int etp_script_api_value(unsigned enumeration, unsigned index, const char **name);
/** A name that is withheld. */
ETP_API int etp_script_api_withheld(unsigned index, etp_api_withheld *withheld);

/** Hands every name in a script's environment to `take`, by library and name in the order of their bytes. The texts are
 *  borrowed until `take` returns. It sets up a sandbox for that: ETP_ENOMEM. */
ETP_API int etp_script_api_words(void (*take)(void *user, const etp_api_word *word), void *user, etp_error *error);

#ifdef __cplusplus
}
#endif

#endif
