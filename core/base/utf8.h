/* SPDX-License-Identifier: MIT */
/* UTF-8 as RFC 3629 has it: what files and texts from outside must be. */
#ifndef ETP_BASE_UTF8_H
#define ETP_BASE_UTF8_H

#include <stddef.h>

/* How many bytes the well-formed character at the start of `text` has: 1 to 4. 0 if there is none, or `size` is 0. A
 * zero byte is a character of one byte. */
size_t etp_utf8_size(const char *text, size_t size);

#endif
