/* SPDX-License-Identifier: MIT */
/* What the files of a channel share. docs/protocol.md, "A connection", has the bytes. */
#ifndef ETP_LIVE_CHANNEL_INTERNAL_H
#define ETP_LIVE_CHANNEL_INTERNAL_H

#include "live/channel/channel.h"
#include "live/identity/sign.h"

enum {
    ETP_RECORD_LENGTH = 2, /* bytes of the length, which counts what follows it */
    ETP_RECORD_HEAD = 3,   /* length and kind */
    ETP_HELLO_PAYLOAD = ETP_CHANNEL_HELLO - ETP_RECORD_HEAD,
    ETP_HELLO_GROWN_MAX = 256,
    ETP_CLOCK_SIZE = 8,
    ETP_PROOF_PAYLOAD = ETP_SIGNATURE_SIZE + 2 * ETP_CLOCK_SIZE,
    ETP_VERSION_LOW = 1,
    ETP_VERSION_HIGH = 1,
    ETP_FEATURE_RELAYED = 1 /* RELAYED records are understood */
};

typedef enum etp_record_kind {
    ETP_RECORD_HELLO = 1,
    ETP_RECORD_PROOF = 2,
    ETP_RECORD_READY = 3,
    ETP_RECORD_FRAME = 4,
    ETP_RECORD_RELAYED = 5,
    ETP_RECORD_ACK = 6,
    ETP_RECORD_PING = 7,
    ETP_RECORD_PONG = 8,
    ETP_RECORD_BYE = 9,
    ETP_RECORD_ASK = 10
} etp_record_kind;

typedef struct etp_record {
    etp_record_kind kind;
    const unsigned char *payload;
    size_t size;  /* of the payload */
    size_t whole; /* of the record */
} etp_record;

/* ---- numbers, big endian ---- */

static inline uint64_t etp_take_number(const unsigned char *at, unsigned width)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++)
        value = value << 8 | at[i];
    return value;
}

static inline void etp_put_number(unsigned char *at, unsigned width, uint64_t value)
{
    for (unsigned i = width; i > 0; i--, value >>= 8)
        at[i - 1] = (unsigned char)value;
}

/* A clock reading: ns since 1970. False for more than etp_time holds. */
static inline bool etp_take_clock(const unsigned char *at, etp_time *clock)
{
    uint64_t value = etp_take_number(at, ETP_CLOCK_SIZE);
    *clock = (etp_time)(value & INT64_MAX);
    return value <= INT64_MAX;
}

/* ---- records.c ---- */

/* Finds the first record in the bytes, and checks form and tag. ETP_CHANNEL_NONE with `record->whole` 0: more is needed. */
etp_channel_refusal etp_record_take(etp_channel *channel, const unsigned char *bytes, size_t size, etp_record *record);

/* Appends a record of two pieces to the output, with a tag where this direction has them. False, and nothing is changed,
 * where it would leave less than `spare` bytes. */
bool etp_record_put(etp_channel *channel, etp_record_kind kind, const void *one, size_t one_size, const void *other,
                    size_t other_size, size_t spare);
/* What a record of so much payload takes of the output from now on. */
size_t etp_record_size(const etp_channel *channel, size_t payload);
size_t etp_output_room(const etp_channel *channel);

/* What other records leave for a BYE, and what frames leave for the others. */
enum { ETP_SPARE_BYE = 24, ETP_SPARE_CONTROL = 160 };

/* ---- handshake.c, hello.c ---- */

void etp_handshake_begin(etp_channel *channel);
etp_channel_refusal etp_handshake_hello(etp_channel *channel, const etp_record *record);
etp_channel_refusal etp_handshake_proof(etp_channel *channel, const etp_record *record);
etp_channel_refusal etp_handshake_ready(etp_channel *channel);

/* Writes our HELLO, a whole record, into channel->hello. */
void etp_hello_compose(etp_channel *channel);
/* Reads and judges the other's; fills `peer`, `credit` and `hello_clock` and finds the peer's point. */
etp_channel_refusal etp_hello_judge(etp_channel *channel, const etp_record *record, etp_time *clock);
/* What the trust list says of the peer, which claims a device id and a role. */
etp_channel_refusal etp_hello_judge_trust(const etp_channel *channel, const etp_trust_entry **entry);
/* Whether the bytes may be the beginning of a HELLO. */
bool etp_hello_is_begun(const unsigned char *bytes, size_t size);
const unsigned char *etp_hello_point(const etp_record *record);

/* ---- keys.c: all of libsodium that channels use ---- */

bool etp_keys_begin(etp_channel *channel);
/* Hashes both HELLOs, agrees on the keys of both ways, and wipes the secret. False for a point that gives a secret which
 * everybody knows. */
bool etp_keys_agree(etp_channel *channel, const unsigned char *theirs, size_t size, const unsigned char *their_point);
void etp_keys_wipe(etp_channel *channel);
/* The signature that proves who we are; zeros where identity is off. */
int etp_keys_prove(const etp_channel *channel, unsigned char signature[ETP_SIGNATURE_SIZE]);
/* Whether a key of `entry` made it; that key is kept. */
bool etp_keys_check(etp_channel *channel, const etp_trust_entry *entry,
                    const unsigned char signature[ETP_SIGNATURE_SIZE]);
/* Of a record without its tag; counts the sequence number. */
void etp_keys_tag(etp_channel_way *way, const unsigned char *record, size_t size, unsigned char tag[ETP_CHANNEL_TAG]);
/* Counts only where it holds. */
bool etp_keys_tag_holds(etp_channel_way *way, const unsigned char *record, size_t size, const unsigned char *tag);

/* ---- traffic.c ---- */

etp_channel_refusal etp_traffic_frame(etp_channel *channel, const etp_record *record);
etp_channel_refusal etp_traffic_relayed(etp_channel *channel, const etp_record *record);
etp_channel_refusal etp_traffic_ack(etp_channel *channel, const etp_record *record);
etp_channel_refusal etp_traffic_ask(etp_channel *channel);
/* Appends the ACK and the ASK that are due, if they are. */
void etp_traffic_write(etp_channel *channel);

/* ---- window.c ---- */

enum { ETP_WINDOW_ASKS = 4 }; /* in a window */

void etp_window_begin(etp_channel *channel);
/* Time has passed: an answer may be late. */
void etp_window_tell_time(etp_channel *channel);
/* A frame is sent. */
void etp_window_use(etp_channel *channel);
/* An ASK is due: a part of the window after the last; if that was answered a part of the least window after it, so that a
 * sender that has stopped knows of nearly all; and where a full window is to be measured. */
bool etp_window_wants_ask(const etp_channel *channel);
/* An ASK was put. */
void etp_window_asked(etp_channel *channel);
/* An ACK came. */
void etp_window_acknowledged(etp_channel *channel);
/* A PONG came: there and back. */
void etp_window_round_trip(etp_channel *channel, etp_time time);

/* ---- rate.c ---- */

/* False where so many messages now are more than the limit allows. */
bool etp_rate_allows(etp_channel *channel, unsigned messages);

/* ---- heartbeat.c ---- */

void etp_heartbeat_begin(etp_channel *channel);
etp_channel_refusal etp_heartbeat_tick(etp_channel *channel);
etp_channel_refusal etp_heartbeat_ping(etp_channel *channel, const etp_record *record);
etp_channel_refusal etp_heartbeat_pong(etp_channel *channel, const etp_record *record);
/* Appends the PING and PONG that are due. */
void etp_heartbeat_write(etp_channel *channel);

/* ---- clock.c ---- */

/* A question that we sent at `asked` came there at `arrived`; the answer was sent at `answered` and is here now. The two in
 * the middle are of the peer's clock. */
void etp_clock_add(etp_channel *channel, etp_time asked, etp_time arrived, etp_time answered);

#endif
