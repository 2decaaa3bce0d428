/* SPDX-License-Identifier: MIT */
/**
 * @file codec.h
 * Messages as MessagePack, and frames that hold several of them. No function here allocates. Thread-safe: no state.
 *
 * A message is one MessagePack array: the 14 fields in order, then `in_reply_to` and `closes_in_ms`. Integers take
 * their shortest form, prices, energies and the like are float64. A decoder takes integers of any width, signed too, and
 * where a float64 belongs also a float32 or an integer.
 *
 * A frame is one or more messages back to back, then its seal: a MessagePack uint 32 (0xce and four bytes, big endian)
 * with the CRC-32 (IEEE 802.3, as in zlib) of all bytes before it. A seal is not an array, so a receiver that knows
 * nothing of seals meets it as an unknown last element. It is there because a flipped bit inside a float64 is a
 * well-formed message with another price.
 *
 * Mistakes: NULL is ETP_EINVAL; where a refusal is returned, it is ETP_REFUSED_TRUNCATED.
 */
#ifndef ETP_CODEC_H
#define ETP_CODEC_H

#include <stddef.h>

#include "etp/message.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Limits of a frame with its seal, and of a message with unknown elements after the 16th (ETP_MESSAGE_MAX holds for the
 *  16): all its bytes, and how deep containers may be nested in containers there. */
enum { ETP_FRAME_MAX = 1400, ETP_SEAL_SIZE = 5, ETP_MESSAGE_GROWN_MAX = 512, ETP_SKIP_DEPTH_MAX = 8 };

/** Encodes `message` into `buffer`. Returns the bytes written (at most ETP_MESSAGE_MAX), ETP_ENOSPACE if `size` is too
 *  small, ETP_ERANGE if a field is outside the range given in message.h. Nothing is written past `size`. */
ETP_API int etp_encode(const etp_message *message, void *buffer, size_t size);

/** Decodes one message from the front of `bytes`. On success returns ETP_REFUSED_NONE, fills `message` and sets `*used`
 *  to the bytes taken; otherwise returns the reason, and neither `message` nor `*used` is to be read. Takes arrays of 14
 *  and more elements: missing extensions are 0, what comes after the 16th is skipped. A ttl of 0 and codes that are not
 *  in our list are taken: they are the session's affair. */
ETP_API etp_refusal etp_decode(const void *bytes, size_t size, etp_message *message, size_t *used);

/** A frame that is being filled. Zero it before use. */
typedef struct etp_frame {
    size_t size;                        /**< bytes in use */
    unsigned char bytes[ETP_FRAME_MAX]; /**< the messages */
} etp_frame;

/** Appends the `size` bytes of an encoded message. ETP_ENOSPACE if the frame, with its seal, would be over its limit:
 *  send it, and begin another. */
ETP_API int etp_frame_add(etp_frame *frame, const void *message, size_t size);

/** Appends the seal. Nothing may be added afterwards. ETP_ESTATE for an empty frame, and for one with no room left. */
ETP_API int etp_frame_seal(etp_frame *frame);

/** Walks over the messages of a frame that arrived. The bytes are borrowed until the walk ends. */
typedef struct etp_frame_reader {
    const unsigned char *at;  /**< the next message */
    const unsigned char *end; /**< before the seal */
} etp_frame_reader;

/** Checks size and seal and places the reader before the first message. Returns ETP_REFUSED_TRUNCATED, _TOO_LONG,
 *  _CHECKSUM, or _NONE. A refused frame is refused whole. */
ETP_API etp_refusal etp_frame_open(etp_frame_reader *reader, const void *bytes, size_t size);

/** True while a message is left. */
ETP_API bool etp_frame_more(const etp_frame_reader *reader);

/** The next message. A refusal ends the walk: what follows a malformed message cannot be trusted. */
ETP_API etp_refusal etp_frame_next(etp_frame_reader *reader, etp_message *message);

/** How many messages a frame seems to hold: they are counted without looking at what they say, and so in a fraction of
 *  the time. At least 1, for what is no message costs the receiver something too. */
ETP_API unsigned etp_frame_messages(const void *frame, size_t size);

#ifdef __cplusplus
}
#endif

#endif
