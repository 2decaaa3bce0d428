/* SPDX-License-Identifier: MIT */
/* Multicast is in no version of POSIX; the systems show it beside their own. */
#define _DEFAULT_SOURCE
#include "udp.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "etp/rng.h"

/* ---- addresses ---- */

/* "HOST:PORT" or "[HOST]:PORT" in two. */
static bool split(const char *text, char host[ETP_UDP_TEXT_MAX], const char **port)
{
    const char *begin = text, *end = strrchr(text, ':');
    if (end == NULL)
        return false;
    *port = end + 1;
    if (*begin == '[') {
        begin++;
        end--;
        if (end < begin || *end != ']')
            return false;
    } else if (strchr(text, ':') != end) {
        return false;
    }
    if (end == begin || end - begin >= ETP_UDP_TEXT_MAX)
        return false;
    memcpy(host, begin, (size_t)(end - begin));
    host[end - begin] = '\0';
    return **port != '\0' && strspn(*port, "0123456789") == strlen(*port) && strlen(*port) <= 5;
}

int etp_udp_parse(const char *text, const char *what, etp_udp_address *address, etp_error *error)
{
    char host[ETP_UDP_TEXT_MAX];
    const char *port = NULL;
    struct addrinfo *found = NULL;
    struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_DGRAM};
    *address = (etp_udp_address){.any = {0}};
    if (split(text, host, &port) && getaddrinfo(host, port, &hints, &found) == 0 &&
        found->ai_addrlen <= sizeof *address)
        memcpy(address, found->ai_addr, found->ai_addrlen);
    if (found != NULL)
        freeaddrinfo(found);
    if (address->any.sa_family == AF_INET || address->any.sa_family == AF_INET6)
        return ETP_OK;
    return etp_fail(error, ETP_EINVAL,
                    "discovery.%s: \"%s\" is no address with a port, as 10.0.0.9:7700 or [fd00::9]:7700 (names are not "
                    "looked up here)",
                    what, text);
}

socklen_t etp_udp_size(const etp_udp_address *address)
{
    return address->any.sa_family == AF_INET6 ? sizeof address->six : sizeof address->four;
}

bool etp_udp_is_group(const etp_udp_address *address)
{
    if (address->any.sa_family == AF_INET)
        return IN_MULTICAST(ntohl(address->four.sin_addr.s_addr));
    return address->any.sa_family == AF_INET6 && IN6_IS_ADDR_MULTICAST(&address->six.sin6_addr);
}

bool etp_udp_same(const etp_udp_address *a, const etp_udp_address *b)
{
    if (a->any.sa_family != b->any.sa_family || etp_udp_port(a) != etp_udp_port(b))
        return false;
    if (a->any.sa_family == AF_INET)
        return a->four.sin_addr.s_addr == b->four.sin_addr.s_addr;
    return a->six.sin6_scope_id == b->six.sin6_scope_id &&
           memcmp(&a->six.sin6_addr, &b->six.sin6_addr, sizeof a->six.sin6_addr) == 0;
}

etp_udp_address etp_udp_wildcard(int family, unsigned port)
{
    if (family == AF_INET6)
        return (etp_udp_address){.six = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)}};
    return (etp_udp_address){.four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)}};
}

unsigned etp_udp_port(const etp_udp_address *address)
{
    return ntohs(address->any.sa_family == AF_INET6 ? address->six.sin6_port : address->four.sin_port);
}

void etp_udp_text(const etp_udp_address *address, char text[ETP_UDP_TEXT_MAX])
{
    char host[ETP_UDP_TEXT_MAX - 10], port[8];
    if (getnameinfo(&address->any, etp_udp_size(address), host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV | NI_DGRAM) != 0)
        snprintf(text, ETP_UDP_TEXT_MAX, "?");
    else
        snprintf(text, ETP_UDP_TEXT_MAX, address->any.sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}

uint64_t etp_udp_host_key(const etp_udp_address *address)
{
    uint64_t parts[2];
    if (address->any.sa_family != AF_INET6)
        return etp_hash(4, address->four.sin_addr.s_addr, 0, 0);
    memcpy(parts, &address->six.sin6_addr, sizeof parts);
    bool is_local = IN6_IS_ADDR_LINKLOCAL(&address->six.sin6_addr);
    return etp_hash(6, parts[0], is_local ? parts[1] : 0, 0);
}

/* ---- sockets ---- */

static bool set(int fd, int level, int name, int value)
{
    return setsockopt(fd, level, name, &value, sizeof value) == 0;
}

/* Several nodes of one host hear the same group; the systems differ in which of the two allows it. */
static bool share_port(int fd)
{
    if (!set(fd, SOL_SOCKET, SO_REUSEADDR, 1))
        return false;
#if !defined(__linux__) && defined(SO_REUSEPORT)
    if (!set(fd, SOL_SOCKET, SO_REUSEPORT, 1))
        return false;
#endif
    return true;
}

bool etp_udp_share(int fd, bool shared)
{
    return shared ? share_port(fd) : set(fd, SOL_SOCKET, SO_REUSEADDR, 0);
}

static bool set_up(int fd, const etp_udp_address *bound, bool shared)
{
    int flags = fcntl(fd, F_GETFL);
    if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) != 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0)
        return false;
    if (bound->any.sa_family == AF_INET6 && !set(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1))
        return false;
#ifdef IP_MULTICAST_ALL
    /* Else a socket hears every group that any program of the host has joined on this port. */
    if (bound->any.sa_family == AF_INET && !set(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0))
        return false;
#endif
    if (shared && !share_port(fd))
        return false;
    return bind(fd, &bound->any, etp_udp_size(bound)) == 0;
}

int etp_udp_open(const etp_udp_address *bound, bool shared, int *fd, etp_error *error)
{
    char text[ETP_UDP_TEXT_MAX], reason[128];
    *fd = socket(bound->any.sa_family, SOCK_DGRAM, 0);
    if (*fd >= 0 && set_up(*fd, bound, shared))
        return ETP_OK;
    int code = errno;
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
    etp_udp_text(bound, text);
    if (strerror_r(code, reason, sizeof reason) != 0)
        reason[0] = '\0';
    return etp_fail(error, ETP_EIO, "discovery cannot listen for datagrams at %s: %s", text, reason);
}

int etp_udp_prepare(int fd, int family, unsigned interface, unsigned hops, etp_error *error)
{
    bool good = true;
    if (family == AF_INET6) {
        good = set(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, (int)hops) && set(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1) &&
               (interface == 0 || set(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)interface));
    } else {
        struct ip_mreqn by = {.imr_ifindex = (int)interface};
        good = set(fd, IPPROTO_IP, IP_MULTICAST_TTL, (int)hops) && set(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 1) &&
               (interface == 0 || setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &by, sizeof by) == 0);
    }
    return good ? ETP_OK : etp_fail(error, ETP_EIO, "discovery cannot send to groups by this interface");
}

bool etp_udp_join(int fd, const etp_udp_address *group, unsigned interface)
{
    struct group_req request = {.gr_interface = interface};
    memcpy(&request.gr_group, group, etp_udp_size(group));
    int level = group->any.sa_family == AF_INET6 ? IPPROTO_IPV6 : IPPROTO_IP;
    return setsockopt(fd, level, MCAST_JOIN_GROUP, &request, sizeof request) == 0 || errno == EADDRINUSE;
}

etp_udp_address etp_udp_name(int fd)
{
    etp_udp_address name = {.any = {0}};
    socklen_t size = sizeof name;
    if (getsockname(fd, &name.any, &size) != 0)
        name = (etp_udp_address){.any = {0}};
    return name;
}
