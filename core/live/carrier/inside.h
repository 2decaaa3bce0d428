/* SPDX-License-Identifier: MIT */
/*
 * What the files of the carrier share.
 *
 * Who may call. Two kinds of threads meet here: the loop's, and NNG's. NNG's run nothing of ours but the callback of an
 * operation, which puts the operation's event into the hand-over, and those of inproc's pipes, which do the same. All else,
 * every call of NNG among it, is done by the loop's thread, in etp_carrier_dispatch() or in a call of the owner. So there
 * is one lock, that of the hand-over, and no other state is shared.
 *
 * An operation (carrier_op) is an aio of NNG with its event. The loop begins it and sets `busy`; NNG ends it and puts the
 * event; the loop takes the event and clears `busy`. While it is busy, what it works on stays. No operation is begun from
 * a callback: a peer that floods gets four receive buffers in each turn of the loop.
 *
 * A connection:
 *
 *     OPEN      `receive` is busy but while the owner looks at the bytes; `send` is busy from etp_carrier_send() until
 *               all has left.
 *     CLOSING   its line is closed, which makes NNG end what is busy. When nothing is, `closed` is called, and it is freed.
 *               `gone` is an event that takes it there if nothing was busy, so that this never happens inside a call of
 *               the owner.
 *
 * An endpoint:
 *
 *     TRYING    `trying` is busy: an accept, or a dial, which has a time-out.
 *     WAITING   `waiting` is busy: a sleep after a failure or, of a dialer, a connection that has gone. Then TRYING.
 *     UP        a dialer whose connection is there. When that has gone: WAITING.
 *     FULL      a listener while there is no slot for a connection. When one is given back: TRYING.
 *     RENEWED   a listener that is closed, and listens again with other certificates when its accept has ended.
 *     ENDED     by etp_carrier_end(). What is busy is made to end; then, and after its `gone`, it is freed.
 *
 * Who frees: only the two functions that look whether nothing is busy any more, etp_carrier_connection_settle() and
 * settle() in endpoint.c. etp_carrier_free() ends and closes everything, then does what etp_carrier_dispatch() does, without
 * calls, until nothing is left.
 *
 * What NNG 1.5.2 does, as found in its sources and by trial, and what follows here:
 *  - Closing a stream ends its operations on every transport; aborting them does not over TLS, when the one that waits is not
 *    the one that NNG itself has under way. So operations of streams are never aborted: streams are closed.
 *  - A stream may be freed at once after it is closed: NNG's reaper does it. nng_aio_free() waits for the callback only,
 *    since the operation has ended.
 *  - An accept or a dial over TLS is done before the handshake has begun. That goes on inside sends and receives, whose errors
 *    tell of its failure. A client that says nothing holds up no other, and is closed after `silence`.
 *  - Over TLS and ws, NNG reads ahead. If the connection ends while no receive is waiting, one that is begun later
 *    waits forever. So such connections are looked at in every tick.
 *  - What is done at once is told by way of two more threads, which takes about 50 us of two processors. An aio without a
 *    callback is done when the call that began it returns, if it could be done at once; if not, over tcp and ipc it can be
 *    aborted without harm. So sends are tried that way first, and so are receives when more is likely to be there. What
 *    has to wait is begun again with a callback.
 *  - A send may end with a part of its bytes: the rest is sent again.
 *  - Without descriptors left, an accept fails at once, and would again: it is begun again only after a sleep.
 *  - For ws it is NNG's HTTP server that accepts, however many connections there are, and it spins when no descriptors are
 *    left. So what is too much is closed at once, and when descriptors run out such a listener is closed for a while. Its
 *    endpoints may wait in vain when they are freed while they still tidy up: they are given a moment.
 *  - A dial of ws that is aborted, or whose time-out comes, may end twice: one thread of NNG has no lock in common with the
 *    other. The second end finds the aio in NNG's queue, which ends the process, or its event in ours. So such a dial has
 *    no time-out of NNG's and is not aborted: its dialer is closed.
 *  - The listener's host is looked up inside nng_stream_listener_alloc(), which waits; a dialer's on a thread of NNG.
 */
#ifndef ETP_LIVE_CARRIER_INSIDE_H
#define ETP_LIVE_CARRIER_INSIDE_H

#include <nng/nng.h>
#include <nng/supplemental/tls/tls.h>

#include "etp/rng.h"
#include "live/carrier/carrier.h"
#include "live/carrier/handover.h"

enum { CARRIER_TICK_MS = 250, CARRIER_NO_SLOT = -1, CARRIER_MAX_CONNECTIONS = 1000000 };

/* What lies around an event or an operation. */
#define CARRIER_AROUND(part, type, member) ((type *)(void *)((char *)(part)-offsetof(type, member)))

struct carrier_op {
    struct carrier_event event;
    struct carrier_handover *handover;
    nng_aio *aio;
    bool busy;
};

struct carrier_connection;
struct carrier_endpoint;

/* What a connection runs over. */
struct carrier_line {
    const struct carrier_line_kind *kind;
    nng_stream *stream;
    struct carrier_pair *pair; /* of inproc */
};

struct carrier_line_kind {
    /* Begins `receive`, into the free part of the buffer. */
    void (*receive)(struct carrier_connection *connection);
    /* It has ended well: how many bytes are new in the buffer. */
    size_t (*received)(struct carrier_connection *connection);
    /* Begins `send`, of what is left. */
    void (*send)(struct carrier_connection *connection);
    /* It has ended well: how many bytes have left. */
    size_t (*sent)(struct carrier_connection *connection);
    /* Makes what is busy end, and gives the line back to NNG. Once. */
    void (*close)(struct carrier_line *line);
    /* Whether the connection is there; NULL where `receive` always tells. */
    bool (*is_there)(const struct carrier_line *line);
    /* It is closed and nothing is busy: the last call. NULL where there is nothing to do. */
    void (*finish)(struct carrier_connection *connection);
    /* What can be sent and received without waiting: how many bytes, 0 if none or there is an error. NULL where NNG cannot
     * be asked that. */
    size_t (*send_now)(struct carrier_connection *connection, const void *bytes, size_t size);
    size_t (*receive_now)(struct carrier_connection *connection);
};

enum connection_state { CONNECTION_OPEN, CONNECTION_CLOSING };

struct carrier_connection {
    struct etp_carrier *carrier;
    struct carrier_endpoint *endpoint; /* NULL once that is ended */
    struct carrier_line line;
    struct carrier_op receive, send;
    struct carrier_event gone;
    const char *why; /* of CLOSING; static storage */
    etp_connection number;
    size_t held;             /* bytes in `in` that the owner has not taken */
    size_t early;            /* bytes behind them that were there at once; their event is put */
    size_t sending, left;    /* of `out`: all of the send, and what has not left */
    unsigned char *in, *out; /* behind this struct */
    unsigned age;            /* ticks without a byte of the peer */
    enum connection_state state;
    bool gone_seen, has_spoken, is_watched;
};

enum endpoint_state { ENDPOINT_TRYING, ENDPOINT_WAITING, ENDPOINT_UP, ENDPOINT_FULL, ENDPOINT_RENEWED, ENDPOINT_ENDED };

struct carrier_endpoint_kind {
    /* Makes its NNG object, with `tls` if there is one; a listener listens when it returns. */
    int (*open)(struct carrier_endpoint *endpoint, etp_error *error);
    /* Begins `trying`. */
    void (*begin)(struct carrier_endpoint *endpoint);
    /* It has ended: gives the line, and the address of its other end, of ETP_CARRIER_ADDRESS_MAX. An error of NNG, if it
     * did not end well or the line cannot be had after all. */
    int (*take)(struct carrier_endpoint *endpoint, struct carrier_line *line, char *address);
    /* Makes `trying` end if it is busy, and begins no more. Once. */
    void (*shut)(struct carrier_endpoint *endpoint);
    /* Accepts what open() has left behind, however far it came. */
    void (*release)(struct carrier_endpoint *endpoint);
};

struct carrier_endpoint {
    struct etp_carrier *carrier;
    const struct carrier_endpoint_kind *kind;
    struct carrier_connection *connection; /* of a dialer that is UP */
    struct carrier_op trying, waiting;
    struct carrier_op limit; /* of a dial of ws; ws_dialer.c */
    struct carrier_event gone;
    nng_stream_listener *listener;
    nng_stream_dialer *dialer;
    nng_tls_config *tls, *prepared; /* the second waits for etp_carrier_take_tls() */
    struct carrier_hall *hall;      /* of inproc */
    etp_time backoff;
    unsigned number;
    enum endpoint_state state;
    bool dials, has_lingered, gone_seen;
    bool is_ws;      /* NNG's HTTP server accepts for it, whatever we do */
    bool is_resting; /* its NNG listener, or dialer, is closed, and is made anew when it begins */
    bool is_stuck;   /* and NNG would wait without end for what it was about */
    bool has_told_full;
    char address[ETP_CARRIER_ADDRESS_MAX];
};

struct connection_slot {
    struct carrier_connection *connection;
    uint32_t generation;
    int32_t next_free;
};

struct endpoint_slot {
    struct carrier_endpoint *endpoint;
    uint16_t generation;
};

struct etp_carrier {
    etp_carrier_options options;
    struct carrier_handover handover;
    nng_aio *quick;         /* without a callback: ends inside the call that begins it, or is aborted */
    struct carrier_op tick; /* runs while any connection is watched, or ws is listened for */
    struct connection_slot *slots;
    struct endpoint_slot *endpoints;
    unsigned endpoint_capacity, endpoint_count, full_listeners;
    unsigned limit; /* of connections; there may be more slots */
    unsigned connection_count, pair_count, watched, ws_listeners, slots_touched;
    int32_t first_free;
    etp_rng rng;
    bool is_dispatching, is_freed;
};

/* carrier.c */
int etp_carrier_op_init(struct carrier_op *op, struct etp_carrier *carrier,
                        void (*happened)(struct carrier_event *event));
void etp_carrier_op_fini(struct carrier_op *op); /* accepts a zeroed one; it must not be busy */
void etp_carrier_op_sleep(struct carrier_op *op, etp_time duration);
void etp_carrier_watch(struct carrier_connection *connection);
void etp_carrier_start_tick(struct etp_carrier *carrier);
void etp_carrier_chain_slots(struct etp_carrier *carrier, unsigned first);

/* connection.c */

/* Takes the line over, whatever it returns. ETP_EFULL, ETP_ENOMEM. */
int etp_carrier_connection_open(struct carrier_endpoint *endpoint, struct carrier_line line, const char *address);
void etp_carrier_connection_close(struct carrier_connection *connection, const char *why);
/* Frees it if it is closing and nothing is busy. */
void etp_carrier_connection_settle(struct carrier_connection *connection);
/* A tick has passed. */
void etp_carrier_connection_tick(struct carrier_connection *connection);
struct carrier_connection *etp_carrier_find(const struct etp_carrier *carrier, etp_connection number);

/* change.c */
bool etp_carrier_is_full(const struct etp_carrier *carrier);

/* endpoint.c */
struct carrier_endpoint *etp_carrier_find_endpoint(const struct etp_carrier *carrier, unsigned number);
void etp_carrier_endpoint_lost(struct carrier_endpoint *endpoint);
void etp_carrier_endpoint_end(struct carrier_endpoint *endpoint);
/* Frees it if it is ended and nothing is busy; those of ws a moment later. */
void etp_carrier_endpoint_settle(struct carrier_endpoint *endpoint);
void etp_carrier_resume_listeners(struct etp_carrier *carrier);
/* Closes those of ws for a while. */
void etp_carrier_rest_listeners(struct etp_carrier *carrier);

/* stream.c */
extern const struct carrier_line_kind etp_carrier_stream, etp_carrier_ahead_stream;

/* address.c */

/* Writes the address of the other end, of ETP_CARRIER_ADDRESS_MAX, as a URL of the same transport as `url`. */
void etp_carrier_write_address(char *address, const char *url, const nng_sockaddr *from);

/* listener.c, dialer.c, ws_dialer.c */
extern const struct carrier_endpoint_kind etp_carrier_stream_listener, etp_carrier_stream_dialer, etp_carrier_ws_dialer;
void etp_carrier_set_dial_timeout(struct carrier_endpoint *endpoint);
/* An error of NNG. */
int etp_carrier_make_dialer(struct carrier_endpoint *endpoint);
int etp_carrier_open_dialer(struct carrier_endpoint *endpoint, etp_error *error);
int etp_carrier_take_dialed(struct carrier_endpoint *endpoint, struct carrier_line *line, char *address);

/* inproc.c, inproc_pair.c */
extern const struct carrier_endpoint_kind etp_carrier_inproc_listener, etp_carrier_inproc_dialer;
extern const struct carrier_line_kind etp_carrier_pair;

/* url.c */
struct etp_url {
    const struct carrier_endpoint_kind *listener, *dialer;
};

/* ETP_EINVAL, with a sentence. */
int etp_carrier_read_url(struct etp_url *parts, const char *url, bool dials, bool has_tls, etp_error *error);
/* Whether NNG reads ahead of what is asked for: TLS and ws. */
bool etp_carrier_reads_ahead(const char *url);

/* tls.c */
int etp_carrier_tls_load(nng_tls_config **config, const etp_tls *tls, const char *url, bool dials, etp_error *error);

/* pem.c */

/* Whether the private key is known not to be that of the first certificate; both are the texts of files. */
bool etp_carrier_is_other_key(const char *certificate, const char *key);

/* reasons.c */

/* What NNG's error means for a connection. Static storage. */
const char *etp_carrier_reason(int error);
/* Of a connection that there was. */
const char *etp_carrier_broken(const struct carrier_connection *connection, int error);

#endif
