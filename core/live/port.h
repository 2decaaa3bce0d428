/* SPDX-License-Identifier: MIT */
/*
 * A port is whatever carries one peer's frames at the moment: a channel over a connection, a connection of the older
 * format, a relay that speaks for the peer. The engine knows links; `live` keeps which port is under which link; what is
 * beneath a port only its owner knows.
 *
 *     the owner makes a port (embedded in a struct of its own), and once it knows who is at the other end:
 *         etp_live_port_join()     the peer's link is found or made in the engine, and is up
 *         etp_live_port_frame()    a frame arrived
 *         etp_live_port_ready()    after a send that gave ETP_EFULL: frames can be taken again
 *         etp_live_port_clock()    the peer's clock is ahead of ours by so much
 *         etp_live_port_lost()     the connection is gone, or the owner takes it away
 *     the engine's frames come through class->send()
 *     a newer port of the same peer takes the link over: class->replaced() of the older, which is no port any more
 *
 * All of it on the loop's thread. None of the etp_live_port_...() may be called from inside send() or describe(). What
 * an owner does in a callback of the loop it does between etp_live_enter() and etp_live_leave().
 */
#ifndef ETP_LIVE_PORT_H
#define ETP_LIVE_PORT_H

#include "etp/live.h"

struct etp_live_peer; /* private to live: one device at the other end of a node, and its link */

typedef struct etp_live_port etp_live_port;

/* What an owner of ports can do. One static const struct for each kind of port. */
typedef struct etp_live_port_class {
    const char *transport; /* for people, where describe() says nothing better: "older", "relay" */
    /* As etp_transport.send: ETP_OK, ETP_EFULL (then etp_live_port_ready() must come), or another error: lost. */
    int (*send)(etp_live_port *port, const void *frame, size_t size);
    /* A newer port has the peer now; `port` is joined to nobody. It is to be closed, though not from inside this call
     * if that would call back into live. */
    void (*replaced)(etp_live_port *port);
    /* Fills in what it knows: transport, address, proved. */
    void (*describe)(const etp_live_port *port, etp_live_peer_info *info);
} etp_live_port_class;

/* Zero it but for its class. */
struct etp_live_port {
    const etp_live_port_class *class;
    struct etp_live_peer *peer; /* NULL before etp_live_port_join(), and from replaced() or etp_live_port_lost() on */
};

/* Who is at the other end. */
typedef struct etp_live_arrival {
    etp_node node;        /* here */
    etp_id device;        /* there */
    etp_device_role role; /* there */
    const char *name;     /* in the trust list; may be NULL */
    bool dialed;          /* by us */
} etp_live_arrival;

/* What a round trip has told. */
typedef struct etp_live_clocks {
    etp_time ahead, uncertainty; /* the peer's clock, against ours */
    etp_time round_trip;         /* the last one */
} etp_live_clocks;

/* Whether etp_live_port_join() would take it, as far as can be told without taking it. */
int etp_live_port_admits(const etp_live *live, const etp_live_arrival *arrival, etp_error *error);
/* ETP_OK; ETP_EEXIST where the peer's other port is to stay (both dialed each other); ETP_EFULL for a peer too many,
 * with the sentence in `error`; other errors of etp_engine_add_link(). On failure the port is joined to nobody. */
int etp_live_port_join(etp_live *live, etp_live_port *port, const etp_live_arrival *arrival, etp_error *error);
void etp_live_port_frame(etp_live *live, etp_live_port *port, const void *frame, size_t size);
void etp_live_port_ready(etp_live *live, etp_live_port *port);
void etp_live_port_clock(etp_live *live, etp_live_port *port, const etp_live_clocks *clocks);
/* Does nothing for a port that is joined to nobody. */
void etp_live_port_lost(etp_live *live, etp_live_port *port, const char *why);

/* Around what is done in a callback of the loop. Entering advances the engine to now, which it returns; leaving hands
 * everything that waits to its connections, and sets the timer anew. In between the host cannot free the network. */
etp_time etp_live_enter(etp_live *live);
void etp_live_leave(etp_live *live);

/* A refusal: counted, and told to the audit within its bounds. `address` and `reason` are borrowed until it returns. */
void etp_live_refuse(etp_live *live, etp_live_refusal_kind kind, etp_id node, etp_id device, const char *address,
                     const char *reason);

/* True while a port of this peer is up. */
bool etp_live_has_peer(const etp_live *live, etp_node node, etp_id device);

#endif
