/* SPDX-License-Identifier: MIT */
/*
 * etp-net-relay: a bad network between two real sockets. For tests only.
 *
 *     etp-net-relay [options] LISTEN TARGET
 *
 * LISTEN and TARGET are ADDRESS:PORT, numeric (127.0.0.1:0, [::1]:7700); port 0 lets the kernel choose, and the first line
 * that the relay prints says which it is: `listen 40123`. Whoever connects there is connected with TARGET, on a connection
 * of its own. "Up" is the way from whoever connected to TARGET, "down" the way back.
 *
 *     --udp               datagrams, in place of TCP; each sender has a socket of its own towards TARGET
 *     --delay-ms N        each way
 *     --jitter-ms N       added, drawn from 0 to N; TCP keeps its order, datagrams overtake each other
 *     --bandwidth-bps N   bits per second, each way, of each connection: bytes leave one after another, each in the time
 *                         that its bits take; 0 is no limit
 *     --queue-bytes N     how many bytes may wait for that in the relay, each way [4096]. TCP is then not read until there
 *                         is room; a datagram is lost
 *     --buffer-bytes N    asked of the kernel for each of the relay's own sockets, each way [4096]
 *     --loss P            chance that a datagram is lost, 0 to 1
 *     --duplicate P       chance that it arrives twice
 *     --reorder P         chance that it is held back by a further delay, at least 20 ms
 *     --drip N            reads so many bytes a second, each way: a slow reader; 0 is no limit. TCP only
 *     --cut-after N       a connection is cut once so many bytes of it have been passed on upwards
 *     --fin               that cut is orderly (FIN) in place of RST
 *     --stall             begins stalled
 *     --seed N            of what is drawn [1]
 *
 * Commands, a line each on standard input; each is answered by `ok`, or by `error: ` and a sentence. They concern all
 * connections that there are and those to come. The end of standard input ends the relay.
 *
 *     delay MS   jitter MS   bandwidth BPS   loss P   duplicate P   reorder P
 *     drip N [up|down]    reads so many bytes a second from now on, one way or both
 *     stall [up|down]     stops reading and writing that way; connections stay, what is under way waits. Datagrams are lost
 *     go [up|down]        goes on; a drip ends too
 *     cut [rst|fin]       ends all connections; new ones are taken. What was under way is gone
 *     refuse              ends all connections by RST, and new ones as soon as they come
 *     accept              takes new ones again
 *     abandon client      the client's side is reset, TARGET hears nothing of it: its connection is half open
 *     abandon target      the same the other way round
 *     count               one line: `connections N now N up BYTES down BYTES lost N`: taken so far, alive, passed on each
 *                         way, datagrams that were lost
 *     quit
 *
 * Little hides in the kernel: the relay's own sockets have small buffers and segments of at most 1400 bytes, so what a
 * sender got rid of and the receiver has not got is the sender's own buffer, the relay's two (what the kernel makes of
 * --buffer-bytes, twice that), --queue-bytes, and what is under way where there is a delay.
 *
 *     net_relay.c    options, the start
 *     commands.c     what comes on standard input
 *     lane.c         when bytes that enter a link leave it, and arrive
 *     stream.c       TCP
 *     pipe.c         one way of one of its connections
 *     datagram.c     UDP
 */
#ifndef ETP_NET_RELAY_H
#define ETP_NET_RELAY_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "etp/rng.h"
#include "etp/units.h"

typedef enum etp_relay_way { ETP_RELAY_UP, ETP_RELAY_DOWN, ETP_RELAY_WAYS } etp_relay_way;

typedef struct etp_relay_settings {
    etp_time delay, jitter;
    uint64_t bandwidth_bps;
    uint64_t queue_bytes, buffer_bytes, cut_after, seed;
    uint64_t drip[ETP_RELAY_WAYS]; /* bytes a second; 0 is no limit */
    bool stalled[ETP_RELAY_WAYS];
    double loss, duplicate, reorder;
    bool udp, fin, refusing;
} etp_relay_settings;

typedef struct etp_relay_counts {
    uint64_t connections, alive, lost, bytes[ETP_RELAY_WAYS];
} etp_relay_counts;

typedef struct etp_relay_address {
    struct sockaddr_storage storage;
    socklen_t size;
} etp_relay_address;

struct etp_relay_connection;
struct etp_relay_flow;

typedef struct etp_relay {
    etp_relay_settings settings;
    etp_relay_counts counts;
    etp_rng rng;
    etp_relay_address listen, target;
    struct event_base *base;
    int listener;
    struct event *listening, *input;
    struct etp_relay_connection *connections; /* TCP */
    struct etp_relay_flow *flows;             /* UDP */
} etp_relay;

/* ---- lane.c: one way of one link ---- */

typedef struct etp_relay_lane {
    etp_time free;         /* when the last bit that has entered will have left */
    etp_time last_arrival; /* of what must not be overtaken */
} etp_relay_lane;

etp_time etp_relay_now(void);
/* How many of the bytes that have entered have not left yet. */
uint64_t etp_relay_lane_waiting(const etp_relay *relay, const etp_relay_lane *lane, etp_time now);
/* When so few are waiting that `room` more may enter. */
etp_time etp_relay_lane_room_at(const etp_relay *relay, const etp_relay_lane *lane, etp_time now, uint64_t room);
/* `size` bytes enter; says when they arrive. */
etp_time etp_relay_lane_enter(etp_relay *relay, etp_relay_lane *lane, etp_time now, size_t size);
/* The same, never before what entered earlier. */
etp_time etp_relay_lane_enter_in_order(etp_relay *relay, etp_relay_lane *lane, etp_time now, size_t size);
/* Sets a timer to a moment. */
void etp_relay_wake_at(struct event *timer, etp_time now, etp_time when);

/* ---- stream.c and datagram.c: 0, or -1 with errno ---- */

int etp_relay_listen_stream(etp_relay *relay);
int etp_relay_listen_datagrams(etp_relay *relay);
void etp_relay_end_datagrams(etp_relay *relay);

/* The settings have changed: all connections look at them again. */
void etp_relay_stir(etp_relay *relay);
void etp_relay_cut(etp_relay *relay, bool fin);
/* The side towards `away` is reset, the other one stays and hears nothing. */
void etp_relay_abandon(etp_relay *relay, etp_relay_way away);

/* ---- commands.c ---- */

/* Carries out a line. What is wrong with it is written to `trouble`, which stays empty where nothing is. */
void etp_relay_command(etp_relay *relay, const char *line, char *trouble, size_t size);
/* Takes commands from standard input. */
int etp_relay_take_commands(etp_relay *relay);

#endif
