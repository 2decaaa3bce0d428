/* SPDX-License-Identifier: MIT */
/* What a channel consists of: here only so that its owner can make room for it. channel.h has what is to be used. */
#ifndef ETP_LIVE_CHANNEL_STATE_H
#define ETP_LIVE_CHANNEL_STATE_H

#include "live/channel/channel.h"

enum {
    ETP_CHANNEL_KEY = 16,
    ETP_CHANNEL_TAG = 16,
    ETP_CHANNEL_TRANSCRIPT = 64,
    ETP_CHANNEL_POINT = 32,
    ETP_CHANNEL_HELLO = 67 /* the record that this version sends */
};

/* What is awaited from the other end. */
typedef enum etp_channel_state {
    ETP_CHANNEL_AWAITS_HELLO,
    ETP_CHANNEL_AWAITS_PROOF,
    ETP_CHANNEL_AWAITS_READY, /* only by whoever dialed */
    ETP_CHANNEL_OPEN,
    ETP_CHANNEL_OVER
} etp_channel_state;

/* One direction of the connection. */
typedef struct etp_channel_way {
    unsigned char key[ETP_CHANNEL_KEY];
    uint64_t sequence; /* of the next record with a tag */
    bool tagged;       /* PROOF has gone this way: from it on all records have tags */
} etp_channel_way;

/* A round trip. */
typedef struct etp_channel_sample {
    etp_time when, ahead, round_trip;
} etp_channel_sample;

/* What a sender has under way, and the measurement that goes on; window.c. */
typedef struct etp_channel_window {
    uint64_t least, size, open;        /* bytes; open: `size`, or less while an answer is late */
    bool marked, filled;               /* a measurement goes on; of a full window */
    uint64_t marked_end, marked_bytes; /* `sent` then, and what was under way */
    etp_time marked_at, used_at;       /* used: the last frame */
    etp_time shortest;                 /* there and back */
    etp_time free_shortest;            /* of those measurements that had nothing before them */
    unsigned free_count;
} etp_channel_window;

struct etp_channel {
    const etp_channel_options *options;
    void *user;
    bool dialed;
    bool greeted; /* the other end speaks this protocol, or we are to speak first */
    etp_channel_state state;
    etp_id expected;
    etp_time now;

    /* the handshake */
    etp_time began;
    etp_time hello_written, hello_arrived;
    unsigned char secret[ETP_CHANNEL_POINT], point[ETP_CHANNEL_POINT]; /* of X25519, for this connection alone */
    unsigned char hello[ETP_CHANNEL_HELLO];                            /* that we sent */
    unsigned char transcript[ETP_CHANNEL_TRANSCRIPT];                  /* hash of both */
    etp_channel_way in, out;

    etp_channel_peer peer;
    etp_public_key peer_key; /* that proved it */
    etp_channel_end end;

    /* credit, in bytes of records that carry frames */
    uint64_t offered, credit;           /* what our HELLO says; the lower of both */
    uint64_t sent, asked, acknowledged; /* of ours; for the second an ASK was sent */
    uint64_t consumed, acknowledging;   /* of the peer's; the second is what it was told */
    uint64_t answering;                 /* `consumed` at its last ASK */
    etp_channel_window window;

    /* heartbeat */
    etp_time tick_at;
    unsigned silent, ticks_since_ping;
    bool heard, spoke; /* since the last tick */
    bool ping_due, pong_due;
    bool ping_sent; /* and has no answer yet */
    etp_time ping_written;
    etp_time pinged, ping_arrived;

    etp_time full_at; /* the bucket of the rate limit */

    etp_channel_sample samples[ETP_CHANNEL_CLOCK_SAMPLES];
    etp_channel_clock clock;

    etp_channel_stats stats;
    size_t out_start, out_end;
    unsigned char output[ETP_CHANNEL_OUTPUT_MAX];
};

#endif
