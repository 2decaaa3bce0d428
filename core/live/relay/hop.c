/* SPDX-License-Identifier: MIT */
#include "live/relay/hop.h"

enum { FIELDS_BEFORE = 3, ARRAY_16 = 0xdc, ARRAY_32 = 0xdd, FIXED_MAX = 0x7f };

/* The size of a whole number by its first byte: 0xcc to 0xcf and 0xd0 to 0xd3 are of 1, 2, 4 and 8 bytes. */
static size_t number_size(unsigned char tag)
{
    return tag <= FIXED_MAX ? 1 : 1 + ((size_t)1 << (tag & 3));
}

/* The lowest byte of a number is its last one, in whichever form it was sent. */
void etp_relay_hop(unsigned char *message)
{
    unsigned char *at = message + (*message == ARRAY_16 ? 3 : *message == ARRAY_32 ? 5 : 1);
    for (unsigned i = 0; i < FIELDS_BEFORE; i++)
        at += number_size(*at);
    at[number_size(*at) - 1]--;
}
