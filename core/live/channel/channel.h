/* SPDX-License-Identifier: MIT */
/*
 * One connection's protocol as a plain state machine: records, handshake, session tags, credit and window, heartbeat, clock, rate
 * limit. Bytes in, bytes out, time handed in; no socket, no clock, no allocation. docs/protocol.md ("A connection") has
 * it byte for byte.
 *
 *     etp_channel_init()       a connection was opened
 *     etp_channel_receive()    bytes came
 *     etp_channel_send()       a frame is to be sent
 *     etp_channel_output()     bytes to be given to the connection, etp_channel_output_taken() those that were
 *     etp_channel_advance()    time has passed; etp_channel_deadline() when it must be called next
 *
 * ETP_ESTATE from receive or advance means that the channel is over: what is left of the output (a BYE) may be sent, then
 * the connection is to be closed. etp_channel_end_of() says why.
 *
 * One thread at a time. Calls back may call everything here but init, fini, receive and advance of the same channel.
 */
#ifndef ETP_LIVE_CHANNEL_CHANNEL_H
#define ETP_LIVE_CHANNEL_CHANNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "etp/codec.h"
#include "etp/identity.h"
#include "live/channel/refusal.h"

enum {
    ETP_CHANNEL_RECORD_MAX = 1536, /* with its length; a receive buffer must hold one */
    ETP_CHANNEL_OUTPUT_MAX = 6144, /* what waits for the connection, at most: four of the longest frames */
    ETP_CHANNEL_CREDIT_MIN = 4096, /* two of the longest records, so that half of it holds one */
    ETP_CHANNEL_CREDIT_MAX = 1048576,
    ETP_CHANNEL_CREDIT_DEFAULT = 65536,
    ETP_CHANNEL_UNACKNOWLEDGED_DEFAULT = 8192,
    ETP_CHANNEL_RATE_DEFAULT = 1000,
    ETP_CHANNEL_BURST_DEFAULT = 2000,
    ETP_CHANNEL_CLOCK_SAMPLES = 8
};

typedef struct etp_channel etp_channel;

/* Who is at the other end. */
typedef struct etp_channel_peer {
    etp_id device;
    etp_device_role role;
    uint32_t features; /* of both ends */
    unsigned version;  /* that is spoken */
    bool proved;       /* false: identity is off, it says so itself */
    const char *name;  /* of the trust list, "" for none; borrowed for the list's life */
} etp_channel_peer;

/* By how much the peer's clock is ahead of ours: between ahead - uncertainty and ahead + uncertainty, if the peer's
 * clock readings are what it says they are: an honest device with a wrong clock is still a peer. `far`: more than an hour,
 * which its owner should be told. */
typedef struct etp_channel_clock {
    bool known, far;
    etp_time ahead, uncertainty;
    etp_time round_trip; /* the last one */
    uint64_t samples;    /* round trips so far */
    uint64_t unusable;   /* of those, where the peer's readings contradict our own: not used */
} etp_channel_clock;

typedef struct etp_channel_calls {
    /* The other end has proved who it is: may it stay? NONE, or what it is told instead. Asked before it learns that it is
     * believed, so that a peer that is sent away never takes the connection for a good one. May be NULL. */
    etp_channel_refusal (*admit)(void *user, const etp_channel_peer *peer);
    /* Once: the other end has proved who it is, and knows that we have. */
    void (*established)(void *user, const etp_channel_peer *peer);
    /* A frame. `device`: 0, it is the peer's own, for us. From a relay: the device that it comes from. To a relay: the
     * device that it is for. Borrowed until it returns. */
    void (*frame)(void *user, etp_id device, const void *frame, size_t size);
    /* A round trip was measured. May be NULL. */
    void (*clock)(void *user, const etp_channel_clock *clock);
    /* A frame was not handed on, and the channel goes on: NOT_VIA, for `device`. May be NULL. */
    void (*refused)(void *user, etp_channel_refusal refusal, etp_id device);
} etp_channel_calls;

/* What several channels have in common, borrowed for their life. Trust and limits may be changed while channels use them:
 * `unacknowledged` and `credit` count for those that begin later, and after another `trust` etp_channel_check_trust() is due.
 * etp_channel_options_defaults() gives the values in brackets. */
typedef struct etp_channel_options {
    const etp_identity *identity; /* NULL: identity is off */
    const etp_trust *trust;       /* with an identity */
    etp_id device;                /* ours */
    etp_device_role role;         /* ours */
    uint32_t unacknowledged; /* [8192] bytes under way that a peer has not said to have consumed, however slow it is */
    uint32_t credit;         /* [65536] the same at most, to and from a peer that consumes them fast */
    uint32_t messages_per_second; /* [1000] of the peer; 0: no limit */
    uint32_t message_burst;       /* [2000] of the peer at once */
    etp_time handshake_limit;     /* [5 s] */
    etp_time heartbeat;           /* [5 s] */
    etp_time rate_pause;          /* [10 s] that a peer over its limit is told to stay away */
    etp_channel_calls calls;
    void (*random)(void *random_user, void *bytes, size_t size); /* NULL: the system's. Tests hand in their own */
    void *random_user;
} etp_channel_options;

void etp_channel_options_defaults(etp_channel_options *options);
/* ETP_EINVAL, ETP_ERANGE: what etp_channel_init() would say. */
int etp_channel_options_check(const etp_channel_options *options);

/* How it ended. */
typedef struct etp_channel_end {
    etp_channel_refusal refusal;
    bool by_peer;   /* the peer said so in a BYE; before it had proved who it is anybody could have */
    bool proved;    /* the peer had proved to be `device` */
    etp_id device;  /* that the peer has, or claimed; 0 if it said nothing */
    etp_time pause; /* not to be dialed before this has passed, at most 5 minutes; 0 for none */
} etp_channel_end;

typedef struct etp_channel_stats {
    uint64_t frames_sent, frames_received; /* with those of relays */
    uint64_t bytes_sent, bytes_received;   /* of frames alone */
    uint64_t messages_received;            /* counted where there is a limit */
    uint64_t wire_sent, wire_received;     /* everything */
    uint64_t acks_sent, acks_received;
    uint64_t not_via; /* frames of a relay that were not handed on */
} etp_channel_stats;

/* Begins. `expected`: the device that was dialed, 0 for any. ETP_EINVAL, ETP_ERANGE for options that do not fit; ETP_EIO
 * where the system has no random numbers. A channel that was not begun needs no end. */
int etp_channel_init(etp_channel *channel, const etp_channel_options *options, void *user, bool dialed, etp_id expected,
                     etp_time now);
/* Wipes what is secret. Accepts a zeroed one. */
void etp_channel_fini(etp_channel *channel);

/* Takes what is whole of the bytes; the rest is to be shown again with what follows. ETP_OK, or ETP_ESTATE: it is over. */
int etp_channel_receive(etp_channel *channel, etp_time now, const void *bytes, size_t size, size_t *used);

/* Sends a sealed frame: to the peer, or with `device` to a device behind the relay that the peer is; a relay names the
 * device from which it comes. ETP_EFULL: as much is under way as may be, or the output is full: nothing was taken, and etp_channel_writable()
 * turns true when it is worth another try. ETP_ESTATE: not established, or over, or the peer does not take relayed
 * frames. ETP_ERANGE: empty, or over ETP_FRAME_MAX. */
int etp_channel_send(etp_channel *channel, etp_time now, etp_id device, const void *frame, size_t size);
/* A frame of any size would be taken now. */
bool etp_channel_writable(const etp_channel *channel);

/* What is to be given to the connection, joined. Borrowed until the next call. To be called when it can be given away, also
 * after something was received or refused: clock readings, questions and answers are written here. */
size_t etp_channel_output(etp_channel *channel, etp_time now, const void **bytes);
/* So much of it was taken. */
void etp_channel_output_taken(etp_channel *channel, size_t size);

/* ETP_OK, or ETP_ESTATE: it is over. There may be output afterwards. */
int etp_channel_advance(etp_channel *channel, etp_time now);
etp_time etp_channel_deadline(const etp_channel *channel);

/* Ends it, and tells the other end why where that is fit: whoever has not begun with the protocol is told nothing. */
void etp_channel_bye(etp_channel *channel, etp_channel_refusal refusal, etp_time pause);

/* To be called after the trust list of the options was exchanged: ETP_ESTATE, and over, if it does not name the peer any
 * more, or not with the role and the key with which it proved itself. */
int etp_channel_check_trust(etp_channel *channel);

/* The rate limit is the peer's, and not of one connection: the next one goes on where the one before was. To begin a
 * connection takes as much of it as a hundredth of the burst. False: that is more than is left, and the channel is to be
 * ended. */
etp_time etp_channel_rate_of(const etp_channel *channel);
bool etp_channel_go_on_from(etp_channel *channel, etp_time rate);

bool etp_channel_is_established(const etp_channel *channel);
bool etp_channel_is_over(const etp_channel *channel);
etp_channel_end etp_channel_end_of(const etp_channel *channel);
etp_channel_peer etp_channel_peer_of(const etp_channel *channel);
etp_channel_clock etp_channel_clock_of(const etp_channel *channel);
const etp_channel_stats *etp_channel_stats_of(const etp_channel *channel);
/* Bytes of frames that the peer has not said to have consumed. */
size_t etp_channel_outstanding(const etp_channel *channel);

#include "live/channel/state.h"

#endif
