/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "live/carrier/inside.h"

static int scheme_length(const char *url)
{
    return (int)strcspn(url, ":");
}

static void write_ip4(char *address, const char *url, const nng_sockaddr_in *from)
{
    char host[INET_ADDRSTRLEN];
    if (inet_ntop(AF_INET, &from->sa_addr, host, sizeof(host)) == NULL)
        host[0] = '\0';
    snprintf(address, ETP_CARRIER_ADDRESS_MAX, "%.*s://%s:%u", scheme_length(url), url, host, ntohs(from->sa_port));
}

static void write_ip6(char *address, const char *url, const nng_sockaddr_in6 *from)
{
    char host[INET6_ADDRSTRLEN];
    if (inet_ntop(AF_INET6, from->sa_addr, host, sizeof(host)) == NULL)
        host[0] = '\0';
    snprintf(address, ETP_CARRIER_ADDRESS_MAX, "%.*s://[%s]:%u", scheme_length(url), url, host, ntohs(from->sa_port));
}

void etp_carrier_write_address(char *address, const char *url, const nng_sockaddr *from)
{
    if (from->s_family == NNG_AF_INET)
        write_ip4(address, url, &from->s_in);
    else if (from->s_family == NNG_AF_INET6)
        write_ip6(address, url, &from->s_in6);
    else
        snprintf(address, ETP_CARRIER_ADDRESS_MAX, "%s", url);
}
