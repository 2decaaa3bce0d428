/* SPDX-License-Identifier: MIT */
/*
 * A TCP connection that carries records: a socket on the loop, with a buffer of fixed size each way. What comes in is
 * read in one go, what goes out is joined and handed to the system in one go, with TCP_NODELAY: an answer never waits for
 * the acknowledgement of the one before it. Nothing grows: without room for answers nothing more is read, and the other
 * side's own system stops it.
 */
#ifndef ETP_LIVE_OLDER_SOCKET_H
#define ETP_LIVE_OLDER_SOCKET_H

#include <event2/event.h>
#include <sys/socket.h>

#include "live/older/adapter.h"

enum { ETP_OLDER_IN = 48 * ETP_OLDER_RECORD, ETP_OLDER_OUT = 96 * ETP_OLDER_RECORD, ETP_OLDER_ADDRESS_MAX = 80 };

typedef struct etp_older_socket {
    evutil_socket_t fd; /* -1: closed */
    struct event *readable, *writable;
    bool reads, writes; /* the events are pending */
    bool broken;        /* a send failed: to be closed */
    size_t in_size, out_start, out_end;
    unsigned char in[ETP_OLDER_IN];
    unsigned char out[ETP_OLDER_OUT];
} etp_older_socket;

/* Options of every socket of this format: not blocking, not inherited, no delay, kept alive. */
bool etp_older_prepare(evutil_socket_t fd);

/* Takes `fd`, also when it fails. `call` gets EV_READ and EV_WRITE; reading begins with etp_older_socket_read_on(). */
bool etp_older_socket_open(etp_older_socket *socket, struct event_base *base, evutil_socket_t fd,
                           event_callback_fn call, void *user);
void etp_older_socket_close(etp_older_socket *socket);

/* Reads what there is, as far as there is room. False when the other side has closed, or on an error. */
bool etp_older_socket_fill(etp_older_socket *socket);
/* The first `size` bytes are done with. */
void etp_older_socket_drop(etp_older_socket *socket, size_t size);
void etp_older_socket_read_on(etp_older_socket *socket, bool on);

/* Room for so many bytes more. */
size_t etp_older_socket_room(const etp_older_socket *socket);
/* There must be room. */
void etp_older_socket_put(etp_older_socket *socket, const void *bytes, size_t size);
/* Hands over what the system takes, and has EV_WRITE called for the rest. */
void etp_older_socket_flush(etp_older_socket *socket);
/* Something waits to be taken by the system. */
bool etp_older_socket_waits(const etp_older_socket *socket);
/* Has `call` called with EV_READ as soon as the loop comes round. */
void etp_older_socket_poke(etp_older_socket *socket);

/* ---- addresses ---- */

/* The first address that HOST:PORT stands for. False, with a sentence, where there is none. */
bool etp_older_resolve(const char *text, bool to_listen, struct sockaddr_storage *address, socklen_t *size,
                       char why[ETP_OLDER_ADDRESS_MAX]);
/* "older://10.0.0.7:51234" */
void etp_older_show(const struct sockaddr_storage *address, socklen_t size, char text[ETP_OLDER_ADDRESS_MAX]);

#endif
