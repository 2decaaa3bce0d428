/* SPDX-License-Identifier: MIT */
/**
 * @file locale.h
 * Numbers, letters and the order of texts as in the "C" locale, whatever the host has set. The C library's functions, and
 * Lua's with them, write 0,5 under a German locale and sort as people there do: a script would then run differently.
 *
 * The thread's locale is changed and given back by whoever needs it; the process's is never touched.
 */
#ifndef ETP_BASE_LOCALE_H
#define ETP_BASE_LOCALE_H

#include <locale.h>

/** The "C" locale, to be given to freelocale(); (locale_t)0, with which uselocale() changes nothing, if there is no
 *  memory for it. */
static inline locale_t etp_locale_new(void)
{
    return newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static inline void etp_locale_free(locale_t locale)
{
    if (locale != (locale_t)0)
        freelocale(locale);
}

#endif
