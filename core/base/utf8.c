/* SPDX-License-Identifier: MIT */
#include "base/utf8.h"

/* How many bytes a character that starts with this byte has; 0 if none does. 0xc0 and 0xc1 could only start a character
 * that is written longer than need be, 0xf5 and above one past U+10FFFF. */
static size_t size_from_lead(unsigned char lead)
{
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

size_t etp_utf8_size(const char *text, size_t size)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t need = size > 0 ? size_from_lead(bytes[0]) : 0;
    if (need < 2 || size < need)
        return need == 1 ? 1 : 0;
    /* RFC 3629, section 4: the second byte's range depends on the first, so that nothing is written longer than need
     * be, and there are no surrogates. */
    unsigned char low = bytes[0] == 0xe0 ? 0xa0 : bytes[0] == 0xf0 ? 0x90 : 0x80;
    unsigned char high = bytes[0] == 0xed ? 0x9f : bytes[0] == 0xf4 ? 0x8f : 0xbf;
    if (bytes[1] < low || bytes[1] > high)
        return 0;
    for (size_t i = 2; i < need; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
    }
    return need;
}
