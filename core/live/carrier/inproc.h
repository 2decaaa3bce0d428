/* SPDX-License-Identifier: MIT */
/*
 * Connections within a process. NNG has no streams there, only sockets that carry messages. A connection is two sockets of
 * its pair protocol, known to nobody else; the message's bytes are the stream's.
 *
 * A listener has a hall: a pull socket at the URL. A dialer makes its half of the pair, which listens at a name of its own,
 * and pushes that name into the hall. Whoever accepts takes the name and dials it with the other half.
 *
 * A half (carrier_pair) tells of its end by `lost`, which NNG's reaper puts when the pipe is gone. So it may have to outlive
 * its connection: it is freed when it is closed and its event, if it was put, has been taken. nng_close() returns when no
 * callback of the socket runs or will run.
 */
#ifndef ETP_LIVE_CARRIER_INPROC_H
#define ETP_LIVE_CARRIER_INPROC_H

#include <stdatomic.h>

#include "live/carrier/inside.h"

struct carrier_pair {
    struct etp_carrier *carrier;
    struct carrier_connection *connection;
    nng_socket socket;
    nng_msg *rest; /* of a message that did not fit into the buffer: from `rest_from` on */
    size_t rest_from;
    struct carrier_hall *hall; /* of the dialer that waits for the other half */
    struct carrier_event lost;
    atomic_bool lost_put;
    bool lost_seen, is_closed;
};

enum hall_state { HALL_QUIET, HALL_WAITING };

struct carrier_hall {
    struct carrier_endpoint *endpoint;
    nng_socket socket;         /* a listener's pull, a dialer's push */
    struct carrier_pair *pair; /* a dialer's half */
    atomic_int state;          /* whoever takes it from WAITING to QUIET ends the dial */
    bool is_open;
};

/* inproc_pair.c */

/* Opens the socket. NULL without memory. */
struct carrier_pair *etp_carrier_pair_new(struct etp_carrier *carrier);
void etp_carrier_pair_close(struct carrier_pair *pair);

#endif
