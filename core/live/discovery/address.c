/* SPDX-License-Identifier: MIT */
#include "address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A host as it is written, and what kind it is. */
typedef enum host_kind { HOST_BAD, HOST_ANY, HOST_NAME, HOST_IPV4, HOST_IPV6 } host_kind;

typedef struct url_parts {
    char scheme[8];
    char host[ETP_DISCOVERY_ADDRESS_MAX + 1]; /* without brackets */
    host_kind kind;
    unsigned port;
    const char *path; /* of ws: "" or "/..." */
} url_parts;

static const char DIGITS[] = "0123456789";
static const char LETTERS[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

static bool is_one_of(char c, const char *set)
{
    return c != '\0' && strchr(set, c) != NULL;
}

/* ---- what is written ---- */

/* Labels of letters, digits and hyphens. The last begins with a letter: "127.1" and "0x7f000001" are names that some
 * resolvers take as addresses. */
static bool is_name(const char *text)
{
    const char *label = text;
    for (const char *at = text;; at++) {
        if (*at == '.' || *at == '\0') {
            size_t size = (size_t)(at - label);
            if (size == 0 || size > 63 || label[0] == '-' || at[-1] == '-')
                return false;
            if (*at == '\0')
                return is_one_of(label[0], LETTERS);
            label = at + 1;
        } else if (!is_one_of(*at, LETTERS) && !is_one_of(*at, DIGITS) && *at != '-') {
            return false;
        }
    }
}

static host_kind kind_of_host(const char *host, bool in_brackets)
{
    struct in6_addr six;
    struct in_addr four;
    if (in_brackets)
        return inet_pton(AF_INET6, host, &six) == 1 ? HOST_IPV6 : HOST_BAD;
    if (strcmp(host, "*") == 0)
        return HOST_ANY;
    if (inet_pton(AF_INET, host, &four) == 1)
        return HOST_IPV4;
    return is_name(host) ? HOST_NAME : HOST_BAD;
}

/* From where the host begins to the colon before the port, which is returned; NULL for none. */
static const char *read_host(const char *at, url_parts *parts)
{
    bool in_brackets = *at == '[';
    const char *end = in_brackets ? strchr(at, ']') : strchr(at, ':');
    const char *begin = in_brackets ? at + 1 : at;
    if (end == NULL || (size_t)(end - begin) >= sizeof parts->host)
        return NULL;
    memcpy(parts->host, begin, (size_t)(end - begin));
    parts->host[end - begin] = '\0';
    parts->kind = kind_of_host(parts->host, in_brackets);
    const char *colon = in_brackets ? end + 1 : end;
    return *colon == ':' ? colon : NULL;
}

static const char *read_port(const char *at, url_parts *parts)
{
    size_t digits = strspn(at, DIGITS);
    if (digits == 0 || digits > 5)
        return NULL;
    parts->port = (unsigned)strtoul(at, NULL, 10);
    return parts->port >= 1 && parts->port <= 65535 ? at + digits : NULL;
}

/* Only ws has a path, of plain characters. */
static bool is_path(const char *path, const char *scheme)
{
    if (*path == '\0')
        return true;
    if (strcmp(scheme, "ws") != 0 || *path != '/')
        return false;
    for (const char *at = path; *at != '\0'; at++) {
        if (!is_one_of(*at, LETTERS) && !is_one_of(*at, DIGITS) && !is_one_of(*at, "/-_."))
            return false;
    }
    return true;
}

/* A sentence about what is wrong, or NULL. */
static const char *parse(const char *text, url_parts *parts)
{
    *parts = (url_parts){.path = ""};
    if (strlen(text) > ETP_DISCOVERY_ADDRESS_MAX)
        return "it is longer than 128 characters";
    const char *colon = strstr(text, "://");
    if (colon == NULL || (size_t)(colon - text) >= sizeof parts->scheme)
        return "it does not begin with tcp://, tls+tcp:// or ws://";
    memcpy(parts->scheme, text, (size_t)(colon - text));
    if (strcmp(parts->scheme, "tcp") != 0 && strcmp(parts->scheme, "tls+tcp") != 0 && strcmp(parts->scheme, "ws") != 0)
        return "others can reach tcp://, tls+tcp:// and ws:// addresses only";
    const char *at = read_host(colon + 3, parts);
    if (at == NULL || parts->kind == HOST_BAD)
        return "its host is no address, no name and no \"*\", or no port follows it (write tcp://HOST:PORT)";
    at = read_port(at + 1, parts);
    if (at == NULL)
        return "its port is not a number from 1 to 65535";
    parts->path = at;
    return is_path(at, parts->scheme) ? NULL : "something follows its port";
}

/* ---- what may be dialled ---- */

typedef enum host_reach { REACH_NOWHERE, REACH_OWN_HOST, REACH_ANYWHERE } host_reach;

static host_reach reach_of_ipv4(const struct in_addr *ip)
{
    uint32_t number = ntohl(ip->s_addr);
    unsigned first = number >> 24;
    if (first == 127)
        return REACH_OWN_HOST;
    return first == 0 || first >= 224 ? REACH_NOWHERE : REACH_ANYWHERE;
}

/* Addresses of IPv4 in the clothes of IPv6 are written as what they are, or not at all. */
static host_reach reach_of_ipv6(const struct in6_addr *ip)
{
    if (IN6_IS_ADDR_LOOPBACK(ip))
        return REACH_OWN_HOST;
    bool nowhere = IN6_IS_ADDR_UNSPECIFIED(ip) || IN6_IS_ADDR_MULTICAST(ip) || IN6_IS_ADDR_V4MAPPED(ip) ||
                   IN6_IS_ADDR_V4COMPAT(ip);
    return nowhere ? REACH_NOWHERE : REACH_ANYWHERE;
}

static bool is_localhost(const char *name)
{
    size_t size = strlen(name);
    static const char local[] = "localhost";
    const size_t length = sizeof local - 1;
    if (size < length)
        return false;
    for (size_t i = 0; i < length; i++) {
        if ((name[size - length + i] | 0x20) != local[i])
            return false;
    }
    return size == length || name[size - length - 1] == '.';
}

static host_reach reach_of(const url_parts *parts)
{
    struct in6_addr six;
    struct in_addr four;
    if (parts->kind == HOST_IPV4 && inet_pton(AF_INET, parts->host, &four) == 1)
        return reach_of_ipv4(&four);
    if (parts->kind == HOST_IPV6 && inet_pton(AF_INET6, parts->host, &six) == 1)
        return IN6_IS_ADDR_LINKLOCAL(&six) ? REACH_NOWHERE : reach_of_ipv6(&six);
    if (parts->kind == HOST_NAME)
        return is_localhost(parts->host) ? REACH_OWN_HOST : REACH_ANYWHERE;
    return REACH_NOWHERE;
}

/* Whether the datagram came from this very host, as far as its address tells. */
static bool is_of_this_host(const struct sockaddr *source)
{
    if (source->sa_family == AF_INET)
        return reach_of_ipv4(&((const struct sockaddr_in *)(const void *)source)->sin_addr) == REACH_OWN_HOST;
    if (source->sa_family == AF_INET6)
        return reach_of_ipv6(&((const struct sockaddr_in6 *)(const void *)source)->sin6_addr) == REACH_OWN_HOST;
    return false;
}

/* The source's address as a host of a URL. A link-local one means something only with its interface. */
static bool host_of_source(const struct sockaddr *source, char host[ETP_DISCOVERY_ADDRESS_MAX])
{
    if (source->sa_family == AF_INET)
        return inet_ntop(AF_INET, &((const struct sockaddr_in *)(const void *)source)->sin_addr, host,
                         ETP_DISCOVERY_ADDRESS_MAX) != NULL;
    if (source->sa_family != AF_INET6)
        return false;
    const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)(const void *)source;
    char ip[INET6_ADDRSTRLEN], zone[IF_NAMESIZE];
    if (inet_ntop(AF_INET6, &six->sin6_addr, ip, sizeof ip) == NULL)
        return false;
    if (!IN6_IS_ADDR_LINKLOCAL(&six->sin6_addr))
        return snprintf(host, ETP_DISCOVERY_ADDRESS_MAX, "[%s]", ip) > 0;
    return if_indextoname(six->sin6_scope_id, zone) != NULL &&
           snprintf(host, ETP_DISCOVERY_ADDRESS_MAX, "[%s%%%s]", ip, zone) > 0;
}

int etp_address_check(const char *text, etp_error *error)
{
    url_parts parts;
    const char *wrong = text != NULL ? parse(text, &parts) : "it is missing";
    if (wrong == NULL && parts.kind != HOST_ANY && reach_of(&parts) == REACH_NOWHERE)
        wrong = "nobody can dial that host (\"*\" stands for the address from which announcements are sent)";
    if (wrong == NULL)
        return ETP_OK;
    return etp_fail(error, ETP_EINVAL, "the address to be announced, \"%s\", is not fit: %s", text ? text : "", wrong);
}

bool etp_address_resolve(const char *text, bool tls, const struct sockaddr *source, char url[ETP_URL_MAX])
{
    url[0] = '\0';
    url_parts parts;
    if (parse(text, &parts) != NULL || (strcmp(parts.scheme, "tls+tcp") == 0) != tls)
        return false;
    if (parts.kind == HOST_ANY) {
        char host[ETP_DISCOVERY_ADDRESS_MAX];
        if (!host_of_source(source, host))
            return false;
        snprintf(url, ETP_URL_MAX, "%s://%s:%u%s", parts.scheme, host, parts.port, parts.path);
        return true;
    }
    host_reach reach = reach_of(&parts);
    if (reach == REACH_NOWHERE || (reach == REACH_OWN_HOST && !is_of_this_host(source)))
        return false;
    snprintf(url, ETP_URL_MAX, "%s", text);
    return true;
}
