/* SPDX-License-Identifier: MIT */
/*
 * One way of a TCP connection: it reads segments from one socket, keeps each until it arrives, and writes it to the other.
 * A pipe that has no room does not read, so that the sender's own kernel holds what it sends.
 */
#ifndef ETP_NET_RELAY_PIPE_H
#define ETP_NET_RELAY_PIPE_H

#include "net_relay.h"

enum { ETP_RELAY_SEGMENT = 1400 /* bytes */ };

struct etp_relay_segment;

typedef struct etp_relay_pipe {
    etp_relay *relay;
    struct etp_relay_connection *connection; /* whose it is; nothing to the pipe */
    etp_relay_way direction;
    int from, to; /* sockets, borrowed */
    struct event *readable, *writable, *timer;
    etp_relay_lane lane;
    struct etp_relay_segment *first, *last;
    size_t under_way;
    uint64_t passed; /* bytes that were written */
    etp_time next_drip;
    bool blocked; /* what has arrived cannot be written */
    bool read_all, written_all;
} etp_relay_pipe;

typedef enum etp_relay_outcome {
    ETP_RELAY_WENT,
    ETP_RELAY_MUST_WAIT,
    ETP_RELAY_BROKE,
    ETP_RELAY_WAS_CUT /* where --cut-after says */
} etp_relay_outcome;

/* Of one whose relay, direction and sockets are set, and nothing else. `on_event` gets the pipe when it is to be pumped.
 * False when memory ran out; etp_relay_pipe_fini() is due in any case. */
bool etp_relay_pipe_begin(etp_relay_pipe *pipe, event_callback_fn on_event);
/* Of zeroes too. The sockets stay open. */
void etp_relay_pipe_fini(etp_relay_pipe *pipe);
/* Nothing more happens by itself. */
void etp_relay_pipe_rest(etp_relay_pipe *pipe);
/* Does whatever can be done now, and waits for what the rest needs: the socket to read from, the one to write to, or a
 * moment. Where it broke or was cut the connection is over. */
etp_relay_outcome etp_relay_pipe_pump(etp_relay_pipe *pipe);

#endif
