/* SPDX-License-Identifier: MIT */
#include "live/older/socket.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool etp_older_prepare(evutil_socket_t fd)
{
    const int on = 1;
    return fcntl(fd, F_SETFL, O_NONBLOCK) == 0 && fcntl(fd, F_SETFD, FD_CLOEXEC) == 0 &&
           setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on) == 0;
}

bool etp_older_socket_open(etp_older_socket *socket, struct event_base *base, evutil_socket_t fd,
                           event_callback_fn call, void *user)
{
    socket->fd = fd;
    socket->reads = socket->writes = socket->broken = false;
    socket->in_size = socket->out_start = socket->out_end = 0;
    socket->readable = event_new(base, fd, EV_READ | EV_PERSIST, call, user);
    socket->writable = event_new(base, fd, EV_WRITE | EV_PERSIST, call, user);
    if (socket->readable != NULL && socket->writable != NULL)
        return true;
    etp_older_socket_close(socket);
    return false;
}

void etp_older_socket_close(etp_older_socket *socket)
{
    if (socket->fd < 0)
        return;
    if (socket->readable != NULL)
        event_free(socket->readable);
    if (socket->writable != NULL)
        event_free(socket->writable);
    close(socket->fd);
    socket->fd = -1;
    socket->readable = socket->writable = NULL;
}

/* ---- in ---- */

bool etp_older_socket_fill(etp_older_socket *socket)
{
    size_t room = sizeof socket->in - socket->in_size;
    if (room == 0)
        return true;
    ssize_t size = recv(socket->fd, socket->in + socket->in_size, room, 0);
    if (size > 0)
        socket->in_size += (size_t)size;
    return size > 0 || (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR));
}

void etp_older_socket_drop(etp_older_socket *socket, size_t size)
{
    socket->in_size -= size;
    if (size > 0 && socket->in_size > 0)
        memmove(socket->in, socket->in + size, socket->in_size);
}

static void set_pending(struct event *event, bool *pending, bool on)
{
    if (*pending == on)
        return;
    *pending = on;
    if (on)
        event_add(event, NULL);
    else
        event_del(event);
}

void etp_older_socket_read_on(etp_older_socket *socket, bool on)
{
    set_pending(socket->readable, &socket->reads, on);
}

void etp_older_socket_poke(etp_older_socket *socket)
{
    event_active(socket->readable, EV_READ, 1);
}

/* ---- out ---- */

size_t etp_older_socket_room(const etp_older_socket *socket)
{
    return sizeof socket->out - (socket->out_end - socket->out_start);
}

bool etp_older_socket_waits(const etp_older_socket *socket)
{
    return socket->out_end > socket->out_start;
}

void etp_older_socket_put(etp_older_socket *socket, const void *bytes, size_t size)
{
    if (size > sizeof socket->out - socket->out_end) {
        socket->out_end -= socket->out_start;
        memmove(socket->out, socket->out + socket->out_start, socket->out_end);
        socket->out_start = 0;
    }
    memcpy(socket->out + socket->out_end, bytes, size);
    socket->out_end += size;
}

static bool send_some(etp_older_socket *socket)
{
    ssize_t size = send(socket->fd, socket->out + socket->out_start, socket->out_end - socket->out_start, MSG_NOSIGNAL);
    if (size >= 0)
        socket->out_start += (size_t)size;
    return size >= 0 || errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

void etp_older_socket_flush(etp_older_socket *socket)
{
    if (etp_older_socket_waits(socket) && !socket->broken && !send_some(socket)) {
        socket->broken = true;
        etp_older_socket_poke(socket);
    }
    if (!etp_older_socket_waits(socket))
        socket->out_start = socket->out_end = 0;
    set_pending(socket->writable, &socket->writes, etp_older_socket_waits(socket) && !socket->broken);
}

/* ---- addresses ---- */

/* Splits HOST:PORT at its last colon; [::1]:7800 loses its brackets. */
static bool split(const char *text, char *host, size_t room, const char **port)
{
    const char *colon = strrchr(text, ':');
    if (colon == NULL || colon[1] == '\0')
        return false;
    size_t size = (size_t)(colon - text);
    if (size >= 2 && text[0] == '[' && text[size - 1] == ']') {
        text++;
        size -= 2;
    }
    if (size >= room)
        return false;
    memcpy(host, text, size);
    host[size] = '\0';
    *port = colon + 1;
    return true;
}

bool etp_older_resolve(const char *text, bool to_listen, struct sockaddr_storage *address, socklen_t *size,
                       char why[ETP_OLDER_ADDRESS_MAX])
{
    char host[256];
    const char *port;
    if (!split(text, host, sizeof host, &port)) {
        snprintf(why, ETP_OLDER_ADDRESS_MAX, "an address is HOST:PORT");
        return false;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | (to_listen ? AI_PASSIVE : 0)};
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(host[0] != '\0' ? host : NULL, port, &hints, &found);
    if (failure != 0) {
        snprintf(why, ETP_OLDER_ADDRESS_MAX, "%s", gai_strerror(failure));
        return false;
    }
    memcpy(address, found->ai_addr, found->ai_addrlen);
    *size = found->ai_addrlen;
    freeaddrinfo(found);
    return true;
}

void etp_older_show(const struct sockaddr_storage *address, socklen_t size, char text[ETP_OLDER_ADDRESS_MAX])
{
    char host[56], port[8];
    if (getnameinfo((const struct sockaddr *)(const void *)address, size, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
        strcpy(host, "?");
        strcpy(port, "?");
    }
    bool six = strchr(host, ':') != NULL;
    snprintf(text, ETP_OLDER_ADDRESS_MAX, "older://%s%s%s:%s", six ? "[" : "", host, six ? "]" : "", port);
}
