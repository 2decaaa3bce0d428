/* SPDX-License-Identifier: MIT */
/* "Did you mean": which known word a person probably wanted. */
#ifndef ETP_BASE_NEAREST_H
#define ETP_BASE_NEAREST_H

/* The one of `names` that `word` was probably meant to be, or NULL when none is close. */
const char *etp_nearest(const char *word, const char *const *names, unsigned count);

#endif
