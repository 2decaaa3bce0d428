/* SPDX-License-Identifier: MIT */
/* TCP: connections, each of two pipes. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <unistd.h>

#include "pipe.h"

enum { BACKLOG = 512 };

typedef struct etp_relay_connection {
    etp_relay *relay;
    struct etp_relay_connection *next;
    int client, target; /* -1 once it is closed */
    etp_relay_pipe pipes[ETP_RELAY_WAYS];
    bool abandoned; /* one side is gone, the other is kept and left alone */
} tcp_connection;

/* ---- the end of a connection ---- */

static void close_socket(int *fd, bool fin)
{
    unsigned char rest[ETP_RELAY_SEGMENT];
    if (*fd < 0)
        return;
    if (fin) {
        /* close() answers what was not read with a reset */
        shutdown(*fd, SHUT_WR);
        while (recv(*fd, rest, sizeof rest, 0) > 0)
            ;
    } else {
        const struct linger at_once = {.l_onoff = 1, .l_linger = 0};
        setsockopt(*fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    }
    close(*fd);
    *fd = -1;
}

static void end(tcp_connection *ended, bool fin)
{
    etp_relay *relay = ended->relay;
    tcp_connection **at = &relay->connections;
    while (*at != ended)
        at = &(*at)->next;
    *at = ended->next;
    for (unsigned i = 0; i < ETP_RELAY_WAYS; i++)
        etp_relay_pipe_fini(&ended->pipes[i]);
    close_socket(&ended->client, fin);
    close_socket(&ended->target, fin);
    relay->counts.alive--;
    free(ended);
}

/* ---- what passes ---- */

/* False when the connection is gone. */
static bool pump(etp_relay_pipe *pipe)
{
    tcp_connection *connection = pipe->connection;
    const etp_relay_settings *settings = &connection->relay->settings;
    etp_relay_pipe_rest(pipe);
    if (settings->stalled[pipe->direction] || connection->abandoned)
        return true;
    etp_relay_outcome what = etp_relay_pipe_pump(pipe);
    if (what == ETP_RELAY_BROKE || what == ETP_RELAY_WAS_CUT) {
        end(connection, what == ETP_RELAY_WAS_CUT && settings->fin);
        return false;
    }
    if (connection->pipes[ETP_RELAY_UP].written_all && connection->pipes[ETP_RELAY_DOWN].written_all) {
        end(connection, true);
        return false;
    }
    return true;
}

/* Where the first one ends the connection there is no second one. */
static void pump_both(tcp_connection *connection)
{
    if (pump(&connection->pipes[ETP_RELAY_UP]))
        pump(&connection->pipes[ETP_RELAY_DOWN]);
}

static void on_event(evutil_socket_t fd, short what, void *user)
{
    (void)fd;
    (void)what;
    pump(user);
}

/* ---- the beginning of a connection ---- */

static void make_small(int fd, const etp_relay *relay)
{
    const int bytes = (int)relay->settings.buffer_bytes, segment_bytes = ETP_RELAY_SEGMENT, yes = 1;
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &segment_bytes, sizeof segment_bytes);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
}

static int dial(const etp_relay *relay)
{
    int fd = socket(relay->target.storage.ss_family, SOCK_STREAM, 0);
    if (fd < 0)
        return -1;
    evutil_make_socket_nonblocking(fd);
    evutil_make_socket_closeonexec(fd);
    make_small(fd, relay);
    if (connect(fd, (const struct sockaddr *)&relay->target.storage, relay->target.size) == 0 || errno == EINPROGRESS)
        return fd;
    close(fd);
    return -1;
}

static bool begin_pipe(tcp_connection *owner, etp_relay_way direction)
{
    bool up = direction == ETP_RELAY_UP;
    owner->pipes[direction] = (etp_relay_pipe){.relay = owner->relay,
                                               .connection = owner,
                                               .direction = direction,
                                               .from = up ? owner->client : owner->target,
                                               .to = up ? owner->target : owner->client};
    return etp_relay_pipe_begin(&owner->pipes[direction], on_event);
}

static void begin(etp_relay *relay, int client)
{
    tcp_connection *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL) {
        close_socket(&client, false);
        return;
    }
    *fresh = (tcp_connection){.relay = relay, .next = relay->connections, .client = client, .target = dial(relay)};
    relay->connections = fresh;
    relay->counts.connections++;
    relay->counts.alive++;
    if (fresh->target < 0 || !begin_pipe(fresh, ETP_RELAY_UP) || !begin_pipe(fresh, ETP_RELAY_DOWN))
        end(fresh, false);
    else
        pump_both(fresh);
}

static void on_accept(evutil_socket_t listener, short what, void *user)
{
    etp_relay *relay = user;
    int client = accept(listener, NULL, NULL);
    (void)what;
    if (client < 0)
        return;
    evutil_make_socket_nonblocking(client);
    evutil_make_socket_closeonexec(client);
    make_small(client, relay);
    if (relay->settings.refusing)
        close_socket(&client, false);
    else
        begin(relay, client);
}

int etp_relay_listen_stream(etp_relay *relay)
{
    const int yes = 1;
    relay->listener = socket(relay->listen.storage.ss_family, SOCK_STREAM, 0);
    if (relay->listener < 0)
        return -1;
    evutil_make_socket_nonblocking(relay->listener);
    evutil_make_socket_closeonexec(relay->listener);
    setsockopt(relay->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    make_small(relay->listener, relay); /* what is accepted has the same from its first segment on */
    if (bind(relay->listener, (const struct sockaddr *)&relay->listen.storage, relay->listen.size) != 0 ||
        listen(relay->listener, BACKLOG) != 0)
        return -1;
    relay->listening = event_new(relay->base, relay->listener, EV_READ | EV_PERSIST, on_accept, relay);
    return relay->listening != NULL ? event_add(relay->listening, NULL) : -1;
}

/* ---- commands ---- */

void etp_relay_stir(etp_relay *relay)
{
    tcp_connection *next;
    for (tcp_connection *each = relay->connections; each != NULL; each = next) {
        next = each->next;
        if (!each->abandoned)
            pump_both(each);
    }
}

void etp_relay_cut(etp_relay *relay, bool fin)
{
    while (relay->connections != NULL)
        end(relay->connections, fin);
}

void etp_relay_abandon(etp_relay *relay, etp_relay_way away)
{
    for (tcp_connection *each = relay->connections; each != NULL; each = each->next) {
        if (each->abandoned)
            continue;
        each->abandoned = true;
        for (unsigned i = 0; i < ETP_RELAY_WAYS; i++)
            etp_relay_pipe_fini(&each->pipes[i]);
        close_socket(away == ETP_RELAY_UP ? &each->target : &each->client, false);
    }
}
