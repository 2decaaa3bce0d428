/* SPDX-License-Identifier: MIT */
/**
 * @file udp.h
 * UDP sockets of discovery: opened, joined to groups, and addresses as text. Nothing blocks, no name is resolved.
 */
#ifndef ETP_LIVE_DISCOVERY_UDP_H
#define ETP_LIVE_DISCOVERY_UDP_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "etp/error.h"

enum { ETP_UDP_TEXT_MAX = 80 };

typedef union etp_udp_address {
    struct sockaddr any;
    struct sockaddr_in four;
    struct sockaddr_in6 six;
} etp_udp_address;

/** "10.0.0.9:7700", "[fd00::9]:7700": numbers only. ETP_EINVAL with a sentence in which `what` names the option. */
int etp_udp_parse(const char *text, const char *what, etp_udp_address *address, etp_error *error);
socklen_t etp_udp_size(const etp_udp_address *address);
bool etp_udp_is_group(const etp_udp_address *address);
bool etp_udp_same(const etp_udp_address *a, const etp_udp_address *b);
/** All addresses of the family, with this port. */
etp_udp_address etp_udp_wildcard(int family, unsigned port);
unsigned etp_udp_port(const etp_udp_address *address);
/** As etp_udp_parse() reads it. */
void etp_udp_text(const etp_udp_address *address, char text[ETP_UDP_TEXT_MAX]);
/** One number for all that one host can send from: an address of IPv4, a /64 of IPv6, a link-local address. */
uint64_t etp_udp_host_key(const etp_udp_address *address);

/** A socket that does not block, in `fd`. `shared`: other sockets may be bound to the same port. ETP_EIO. */
int etp_udp_open(const etp_udp_address *bound, bool shared, int *fd, etp_error *error);
/** Whether others may be bound to its port from now on. */
bool etp_udp_share(int fd, bool shared);
/** What it sends to groups leaves by that interface (0 = the system's choice), goes so many hops, and is heard on this host
 *  too. ETP_EIO. */
int etp_udp_prepare(int fd, int family, unsigned interface, unsigned hops, etp_error *error);
/** False, with errno, where the group cannot be joined, now. */
bool etp_udp_join(int fd, const etp_udp_address *group, unsigned interface);
/** What it is bound to. */
etp_udp_address etp_udp_name(int fd);

#endif
