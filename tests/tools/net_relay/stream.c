/* SPDX-License-Identifier: MIT */
/*
 * TCP. A connection has two ways; a way reads segments from one socket, keeps each until it arrives, and writes it to the
 * other. pump() does whatever can be done now and says what it waits for: the socket to read from, the one to write to, or
 * a moment. A way that has no room does not read, so that the sender's own kernel holds what it sends.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net_relay.h"

enum { SEGMENT = 1400, UNDER_WAY_MAX = 4 << 20, READS_PER_TURN = 16, DRIPS_PER_SECOND = 50, BACKLOG = 512 };

/* One without bytes is the end of the stream. */
typedef struct segment {
    struct segment *next;
    etp_time arrives;
    size_t size, written;
    unsigned char bytes[SEGMENT];
} segment;

typedef struct one_way {
    struct etp_relay_connection *connection;
    etp_relay_way direction;
    int from, to;
    struct event *readable, *writable, *timer;
    etp_relay_lane lane;
    segment *first, *last;
    size_t under_way;
    etp_time next_drip;
    bool blocked; /* what has arrived cannot be written */
    bool read_all, written_all;
} one_way;

typedef struct etp_relay_connection {
    etp_relay *relay;
    struct etp_relay_connection *next;
    int client, target; /* -1 once it is closed */
    one_way ways[ETP_RELAY_WAYS];
    uint64_t passed_up;
    bool abandoned; /* one side is gone, the other is kept and left alone */
} tcp_connection;

/* ---- the end of a connection ---- */

static void close_socket(int *fd, bool fin)
{
    unsigned char rest[SEGMENT];
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

static void free_way(one_way *way)
{
    struct event *const events[] = {way->readable, way->writable, way->timer};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (events[i] != NULL)
            event_free(events[i]);
    while (way->first != NULL) {
        segment *next = way->first->next;
        free(way->first);
        way->first = next;
    }
    way->readable = way->writable = way->timer = NULL;
    way->last = NULL;
}

static void end(tcp_connection *ended, bool fin)
{
    etp_relay *relay = ended->relay;
    tcp_connection **at = &relay->connections;
    while (*at != ended)
        at = &(*at)->next;
    *at = ended->next;
    for (unsigned i = 0; i < ETP_RELAY_WAYS; i++)
        free_way(&ended->ways[i]);
    close_socket(&ended->client, fin);
    close_socket(&ended->target, fin);
    relay->counts.alive--;
    free(ended);
}

/* ---- writing ---- */

static void drop_first(one_way *way)
{
    segment *done = way->first;
    way->first = done->next;
    if (way->first == NULL)
        way->last = NULL;
    way->under_way -= done->size;
    free(done);
}

/* How much of a segment may go: no more than up to the place of the cut. */
static size_t sendable(const one_way *way)
{
    const etp_relay_settings *settings = &way->connection->relay->settings;
    size_t left = way->first->size - way->first->written;
    if (settings->cut_after == 0 || way->direction != ETP_RELAY_UP)
        return left;
    uint64_t until_cut = settings->cut_after - way->connection->passed_up;
    return until_cut < left ? (size_t)until_cut : left;
}

typedef enum outcome { WENT, MUST_WAIT, BROKE, WAS_CUT } outcome;

static outcome write_first(one_way *way)
{
    tcp_connection *connection = way->connection;
    etp_relay *relay = connection->relay;
    segment *first = way->first;
    if (first->size == 0) {
        shutdown(way->to, SHUT_WR);
        way->written_all = true;
        drop_first(way);
        return WENT;
    }
    ssize_t sent = send(way->to, first->bytes + first->written, sendable(way), MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR || errno == ENOTCONN ? MUST_WAIT : BROKE;
    first->written += (size_t)sent;
    relay->counts.bytes[way->direction] += (uint64_t)sent;
    if (way->direction == ETP_RELAY_UP)
        connection->passed_up += (uint64_t)sent;
    if (relay->settings.cut_after > 0 && connection->passed_up >= relay->settings.cut_after)
        return WAS_CUT;
    if (first->written == first->size)
        drop_first(way);
    return WENT;
}

static outcome write_due(one_way *way, etp_time now)
{
    outcome what = WENT;
    while (what == WENT && way->first != NULL && way->first->arrives <= now)
        what = write_first(way);
    way->blocked = what == MUST_WAIT;
    if (way->blocked)
        event_add(way->writable, NULL);
    return what;
}

/* ---- reading ---- */

/* When the next bytes may be read; ETP_TIME_NEVER where that depends on what is under way. */
static etp_time may_read_at(const one_way *way, etp_time now)
{
    const etp_relay *relay = way->connection->relay;
    uint64_t half = relay->settings.queue_bytes / 2;
    if (way->under_way >= (way->blocked ? relay->settings.queue_bytes : UNDER_WAY_MAX))
        return ETP_TIME_NEVER;
    etp_time when = etp_relay_lane_room_at(relay, &way->lane, now, half < SEGMENT ? half + 1 : SEGMENT);
    if (relay->settings.drip[way->direction] > 0 && way->next_drip > when)
        when = way->next_drip;
    return when;
}

static size_t readable_size(const one_way *way, etp_time now)
{
    const etp_relay *relay = way->connection->relay;
    uint64_t drip = relay->settings.drip[way->direction], size = SEGMENT;
    uint64_t waiting = etp_relay_lane_waiting(relay, &way->lane, now), queue = relay->settings.queue_bytes;
    uint64_t room = queue > waiting ? queue - waiting : 1;
    if (relay->settings.bandwidth_bps > 0 && room < size)
        size = room;
    if (drip > 0 && drip / DRIPS_PER_SECOND + 1 < size)
        size = drip / DRIPS_PER_SECOND + 1;
    return (size_t)size;
}

static void note_read(one_way *way, segment *read, etp_time now)
{
    etp_relay *relay = way->connection->relay;
    uint64_t drip = relay->settings.drip[way->direction];
    read->arrives = etp_relay_lane_enter_in_order(relay, &way->lane, now, read->size);
    if (way->last != NULL)
        way->last->next = read;
    else
        way->first = read;
    way->last = read;
    way->under_way += read->size;
    if (drip > 0)
        way->next_drip = now + (etp_time)((double)read->size / (double)drip * (double)ETP_NS_PER_SECOND);
}

static outcome read_one(one_way *way, etp_time now)
{
    segment *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return BROKE;
    ssize_t got = recv(way->from, fresh->bytes, readable_size(way, now), 0);
    if (got < 0) {
        free(fresh);
        return errno == EAGAIN || errno == EINTR || errno == ENOTCONN ? MUST_WAIT : BROKE;
    }
    fresh->size = (size_t)got;
    way->read_all = got == 0;
    note_read(way, fresh, now);
    return WENT;
}

static outcome read_some(one_way *way, etp_time now)
{
    outcome what = WENT;
    for (unsigned i = 0; i < READS_PER_TURN && what == WENT && !way->read_all; i++) {
        if (may_read_at(way, now) > now)
            return WENT;
        what = read_one(way, now);
    }
    if (what != BROKE && !way->read_all)
        event_add(way->readable, NULL);
    return what;
}

/* ---- both ---- */

static void wait_for_time(one_way *way, etp_time now)
{
    etp_time when = way->first != NULL && way->first->arrives > now ? way->first->arrives : ETP_TIME_NEVER;
    etp_time read = way->read_all ? ETP_TIME_NEVER : may_read_at(way, now);
    if (read > now && read < when)
        when = read;
    if (when != ETP_TIME_NEVER)
        etp_relay_wake_at(way->timer, now, when);
}

static void rest(one_way *way)
{
    event_del(way->readable);
    event_del(way->writable);
    event_del(way->timer);
}

/* False when the connection is gone. */
static bool pump(one_way *way)
{
    tcp_connection *connection = way->connection;
    const etp_relay_settings *settings = &connection->relay->settings;
    rest(way);
    if (settings->stalled[way->direction] || connection->abandoned)
        return true;
    etp_time now = etp_relay_now();
    outcome what = write_due(way, now);
    if (what != BROKE && what != WAS_CUT && read_some(way, now) == BROKE)
        what = BROKE;
    /* what has just been read may be there already */
    if (what == WENT)
        what = write_due(way, now);
    if (what == BROKE || what == WAS_CUT) {
        end(connection, what == WAS_CUT && settings->fin);
        return false;
    }
    wait_for_time(way, now);
    if (connection->ways[ETP_RELAY_UP].written_all && connection->ways[ETP_RELAY_DOWN].written_all) {
        end(connection, true);
        return false;
    }
    return true;
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
    const int bytes = (int)relay->settings.buffer_bytes, segment_bytes = SEGMENT, yes = 1;
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

static bool begin_way(tcp_connection *owner, etp_relay_way direction)
{
    struct event_base *base = owner->relay->base;
    one_way *begun = &owner->ways[direction];
    bool up = direction == ETP_RELAY_UP;
    *begun = (one_way){.connection = owner,
                       .direction = direction,
                       .from = up ? owner->client : owner->target,
                       .to = up ? owner->target : owner->client};
    begun->readable = event_new(base, begun->from, EV_READ, on_event, begun);
    begun->writable = event_new(base, begun->to, EV_WRITE, on_event, begun);
    begun->timer = evtimer_new(base, on_event, begun);
    return begun->readable != NULL && begun->writable != NULL && begun->timer != NULL;
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
    if (fresh->target < 0 || !begin_way(fresh, ETP_RELAY_UP) || !begin_way(fresh, ETP_RELAY_DOWN))
        end(fresh, false);
    else if (pump(&fresh->ways[ETP_RELAY_UP]))
        pump(&fresh->ways[ETP_RELAY_DOWN]);
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
        if (!each->abandoned && pump(&each->ways[ETP_RELAY_UP]))
            pump(&each->ways[ETP_RELAY_DOWN]);
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
            free_way(&each->ways[i]);
        close_socket(away == ETP_RELAY_UP ? &each->target : &each->client, false);
    }
}
