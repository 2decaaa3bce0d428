/* SPDX-License-Identifier: MIT */
/* Clients that know nothing of the carrier. */
#ifndef ETP_TESTS_PLAIN_SOCKETS_H
#define ETP_TESTS_PLAIN_SOCKETS_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Connects from 127.0.0.`last` to the port of a URL on this host; -1 if that fails. */
static inline int plain_connect_from(unsigned last, const char *url)
{
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK - 1 + last)};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    to.sin_port = htons((uint16_t)atoi(strrchr(url, ':') + 1));
    int made = socket(AF_INET, SOCK_STREAM, 0);
    if (made >= 0 && bind(made, (struct sockaddr *)&from, sizeof from) == 0 &&
        connect(made, (struct sockaddr *)&to, sizeof to) == 0)
        return made;
    close(made);
    return -1;
}

static inline int plain_connect(const char *url)
{
    return plain_connect_from(1, url);
}

/* As much as the kernel takes at once. */
static inline void plain_write_some(int socket, const void *bytes, size_t size)
{
    if (send(socket, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
        return;
}

#endif
