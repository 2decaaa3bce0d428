/* SPDX-License-Identifier: MIT */
/**
 * @file address.h
 * Link addresses as they are announced: what may be said, and what of it may be dialled.
 */
#ifndef ETP_LIVE_DISCOVERY_ADDRESS_H
#define ETP_LIVE_DISCOVERY_ADDRESS_H

#include <sys/socket.h>

#include "discovery.h"

enum { ETP_URL_MAX = 256 };

/** Whether a node may announce `text`: tcp, tls+tcp or ws, a numeric address, a name or "*", a port. ETP_EINVAL with a
 *  sentence that says what is wrong with it. */
int etp_address_check(const char *text, etp_error *error);

/** Whether an announced address may be dialled by a node that (`tls`) has TLS or has not; the policy is the hearer's, so that
 *  no datagram talks it out of TLS. "*" becomes the address of `source`. Loopback addresses are taken from this host alone.
 *  False leaves `url` empty. */
bool etp_address_resolve(const char *text, bool tls, const struct sockaddr *source, char url[ETP_URL_MAX]);

#endif
