/* SPDX-License-Identifier: MIT */
/*
 * Connections as streams of bytes, over tcp, tls+tcp, ipc, ws and inproc. All of NNG is behind this header.
 *
 * NNG works on threads of its own. What happens there is queued, and `wake` is called once when the queue stops being
 * empty; the owner then calls etp_carrier_dispatch() on the thread of its loop, from which alone the calls below are made.
 * All functions here belong to that thread too. They may be called from inside a call, but for etp_carrier_free() and
 * etp_carrier_dispatch(). Nothing here waits for the network, but for the name of a listener's host.
 *
 * An endpoint listens, or dials: a dialer keeps one connection up until it is ended. A connection is a slot and its
 * generation, so that the number of one that is gone is refused, whatever has taken its place.
 *
 * What a connection costs: its buffers and less than 400 bytes, taken in one piece when it opens and given back when it is
 * gone. With what NNG and a dialer take it is about 3 kB besides the buffers; over TLS, whose buffers are NNG's and
 * mbedTLS's, 62 kB more.
 */
#ifndef ETP_LIVE_CARRIER_CARRIER_H
#define ETP_LIVE_CARRIER_CARRIER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "etp/alloc.h"
#include "etp/error.h"
#include "etp/units.h"

typedef struct etp_carrier etp_carrier;
typedef uint64_t etp_connection; /* 0 is never one */

/* Longest URL, and longest address that is told, with its terminator. */
enum { ETP_CARRIER_ADDRESS_MAX = 256 };

/* PEM files; read when the endpoint is made, and by etp_carrier_prepare_tls(). Both sides verify each other's certificate against `ca`, which for a dialer
 * must also carry `server_name` (NULL: the host of the URL). With NNG 1.5 nobody can tell which name a client's
 * certificate carries: who it is must be shown above TLS. `insecure`: the other side's certificate is not looked at, and
 * none is asked for; `ca` may be NULL then, and a dialer's `certificate` and `key`. */
typedef struct etp_tls {
    const char *ca, *certificate, *key, *server_name;
    bool insecure;
} etp_tls;

typedef struct etp_carrier_calls {
    /* `address`: of the other end, "tcp://10.0.0.7:51234"; of one that was dialed, the URL. Over TLS the handshake has
     * only begun: it goes on with what is sent and received, and one that fails closes the connection. */
    void (*opened)(void *user, etp_connection connection, unsigned endpoint, const char *address, bool dialed);
    /* Returns how many bytes were taken, from the front; the rest is shown again, with what comes after it. Not to take
     * any of a full receive buffer closes the connection. */
    size_t (*received)(void *user, etp_connection connection, const void *bytes, size_t size);
    /* A send that was still under way when etp_carrier_send() returned has left for the kernel: the next may be made. */
    void (*sent)(void *user, etp_connection connection);
    /* It is gone, by the peer, an error, etp_carrier_close() or etp_carrier_end(). The last call for it, and made for
     * each one that was opened, but not from inside those two, nor by etp_carrier_free(). */
    void (*closed)(void *user, etp_connection connection, const char *why);
    /* A dial or an accept failed, and is tried again later. `what` is a sentence. */
    void (*trouble)(void *user, unsigned endpoint, const char *what);
} etp_carrier_calls;

typedef struct etp_carrier_options {
    size_t size;                    /* sizeof(etp_carrier_options) */
    const etp_allocator *allocator; /* NULL: malloc. Used on the loop's thread only */
    etp_carrier_calls calls;        /* all of them */
    void *user;                     /* handed to the calls and to wake */
    void (*wake)(void *user);       /* from any thread: see to it that etp_carrier_dispatch() is called soon */
    unsigned max_connections;       /* 1 to 1,000,000; beyond it nobody is accepted, until one goes */
    size_t receive_buffer;          /* bytes for each connection, 256 to 16 MiB; 0: 4096 */
    size_t send_buffer;             /* the longest send; the same range; 0: 8192 */
    etp_time backoff_min;  /* of dialers that fail and listeners that cannot accept; at least 1 ms; 0: 100 ms */
    etp_time backoff_max;  /* 0: 30 s, or backoff_min if that is more */
    etp_time dial_timeout; /* a dial that takes longer has failed; 0: 10 s */
    etp_time silence;      /* a peer that has said nothing at all for so long is closed; 0: 10 s */
    uint64_t seed;         /* of the jitter */
    /* Somebody at `address` has connected to a listener: is he let in? Asked before anything is taken for him, and before a
     * handshake of TLS; false closes it at once, and nobody hears of it again. NULL: everybody is. */
    bool (*admit)(void *user, unsigned endpoint, const char *address);
} etp_carrier_options;

/* ETP_EINVAL, ETP_ERANGE, ETP_ENOMEM. */
int etp_carrier_new(etp_carrier **carrier, const etp_carrier_options *options, etp_error *error);

/* Closes all there is, and waits for NNG's callbacks to end. Makes no calls but `wake`. Accepts NULL. */
void etp_carrier_free(etp_carrier *carrier);

/* URLs: tcp://HOST:PORT, tls+tcp://HOST:PORT, ipc://PATH, ws://HOST:PORT/PATH, inproc://NAME; a listener's HOST may be *,
 * its PORT 0 (but for ws): etp_carrier_address() tells which it became. Names of hosts are looked up here by a listener, for
 * each dial by a dialer. `tls`: for tls+tcp, and only for it. `endpoint` is set before any call is made for it.
 * ETP_EINVAL: no such URL, or a file of TLS that will not do; ETP_EEXIST: the address is taken; ETP_EIO, ETP_ENOMEM. */
int etp_carrier_listen(etp_carrier *carrier, const char *url, const etp_tls *tls, unsigned *endpoint, etp_error *error);

/* Dials, and dials again when the connection has gone: after backoff_min, doubled after each try up to backoff_max, all
 * with a jitter of a quarter either way. The delay begins anew when etp_carrier_good() was called for a connection. */
int etp_carrier_dial(etp_carrier *carrier, const char *url, const etp_tls *tls, unsigned *endpoint, etp_error *error);

/* Stops listening or dialing, and closes its connections. ETP_ENOENT. */
int etp_carrier_end(etp_carrier *carrier, unsigned endpoint);

/* The same, but its connections stay, and are closed by etp_carrier_close(). */
int etp_carrier_retire(etp_carrier *carrier, unsigned endpoint);

/* Reads the files for an endpoint that has TLS. ETP_ENOENT, ETP_EINVAL: a file that will not do, ETP_ENOMEM; nothing is
 * changed before etp_carrier_take_tls(), with which what begins has them, if they are `wanted`; else they are forgotten.
 * Connections that are there keep theirs. */
int etp_carrier_prepare_tls(etp_carrier *carrier, unsigned endpoint, const etp_tls *tls, etp_error *error);
void etp_carrier_take_tls(etp_carrier *carrier, unsigned endpoint, bool wanted);

/* As max_connections of the options, from now on; those that are there stay. ETP_ERANGE, ETP_ENOMEM. */
int etp_carrier_set_max(etp_carrier *carrier, unsigned max_connections);
/* As silence of the options, at least 1 ms. */
void etp_carrier_set_silence(etp_carrier *carrier, etp_time silence);

/* The URL with the port that the kernel chose, or "" if there is no such endpoint. Valid until it is ended. */
const char *etp_carrier_address(const etp_carrier *carrier, unsigned endpoint);

/* Sends what the kernel takes at once; the rest is copied, and is under way until `sent` is called. If nothing is,
 * etp_carrier_sending() is 0 when it returns, `sent` is not called, and the next send may be made. ETP_EFULL: one is under way; ETP_ERANGE: none, or more than send_buffer; ETP_ENOENT: it is gone
 * or going. */
int etp_carrier_send(etp_carrier *carrier, etp_connection connection, const void *bytes, size_t size);

/* Bytes that are under way; 0 if none are. */
size_t etp_carrier_sending(const etp_carrier *carrier, etp_connection connection);

/* The peer is one to stay with: its dialer's backoff begins anew. */
void etp_carrier_good(etp_carrier *carrier, etp_connection connection);

/* What is being sent may be lost. */
void etp_carrier_close(etp_carrier *carrier, etp_connection connection);

/* Makes the calls for what has happened. Of each connection at most one receive buffer and one send: none starves. */
void etp_carrier_dispatch(etp_carrier *carrier);

#endif
