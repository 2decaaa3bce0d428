/* SPDX-License-Identifier: MIT */
/*
 * What a relay does to a message: one hop less to live, and nothing else. The bytes stay as the sender wrote them, with
 * fields that this version does not know.
 */
#ifndef ETP_LIVE_RELAY_HOP_H
#define ETP_LIVE_RELAY_HOP_H

#include <stdbool.h>
#include <stddef.h>

/* Takes one hop from a message that etp_decode() has taken, and whose ttl is at least 1. */
void etp_relay_hop(unsigned char *message);

#endif
