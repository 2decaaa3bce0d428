/* SPDX-License-Identifier: MIT */
/*
 * Nodes that speak with each other through a relay: both have a connection with it, and none with each other.
 *
 *     forward.c   at the relay: frames go from one connection to another
 *     pairs.c     at the relay: who speaks with whom, and the notes that wait for them
 *     through.c   at the ends: each device behind a relay has a port of its own, on the connection with the relay
 *
 * Besides frames there are notes, of one byte each: HELLO and WELCOME are from end to end, GONE comes from the relay itself.
 * So a link through a relay is up while both ends are there. All of it is called by connections.c.
 */
#ifndef ETP_LIVE_RELAY_RELAY_H
#define ETP_LIVE_RELAY_RELAY_H

#include "live/internal.h"

enum {
    ETP_RELAY_GONE = 0,    /* that device has no connection with this relay, or has none any more */
    ETP_RELAY_HELLO = 1,   /* I am here, and you? */
    ETP_RELAY_WELCOME = 2, /* so am I */
};

/* The connection is established. ETP_ENOMEM. */
int etp_relay_begin(struct live_connection *connection);
/* A frame or a note for a device (at a relay), or from one (at the ends). */
void etp_relay_take(struct live_connection *connection, etp_id device, const void *frame, size_t size);
/* The channel may have room again. True if there is more to send than went in. */
bool etp_relay_settle(struct live_connection *connection);
/* The connection is lost. With NULL the whole network ends: nobody is told, and the engine may be gone. */
void etp_relay_end(struct live_connection *connection, const char *why);

/* forward.c */
int etp_forward_begin(struct live_connection *connection);
void etp_forward_take(struct live_connection *from, etp_id device, const void *frame, size_t size);
bool etp_forward_settle(struct live_connection *connection);
void etp_forward_end(struct live_connection *connection, const char *why);

/* through.c */
void etp_through_begin(struct live_connection *connection);
void etp_through_take(struct live_connection *connection, etp_id device, const void *frame, size_t size);
bool etp_through_settle(struct live_connection *connection);
void etp_through_judge(struct live_connection *connection); /* the trust list is another */
void etp_through_end(struct live_connection *connection, const char *why);

#endif
