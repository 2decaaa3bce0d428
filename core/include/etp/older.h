/* SPDX-License-Identifier: MIT */
/**
 * @file older.h
 * The older wire format: a message as a record of fixed width, for talking with implementations that came before
 * MessagePack. docs/older-format.md says what such a system does with them. No function here allocates. Thread-safe: no
 * state.
 *
 * A record is a little-endian u32 length, always 84, and the 14 fields in the protocol's order, little-endian and without
 * padding: u8, u64, u64, u8, five f64, u8, f64, u8, f64, f64. It has no place for `in_reply_to` and `closes_in_ms`.
 *
 * Older systems number their messages as they like (0, small, random, twice the same), and some leave their device id at
 * 0. So a message_id is taken whatever it is, and a device_id from 0 to ETP_ID_MAX: what they mean is for the one who
 * asked. All other fields have the ranges of message.h.
 *
 * Mistakes: NULL is ETP_EINVAL; where a refusal is returned, it is ETP_REFUSED_TRUNCATED.
 */
#ifndef ETP_OLDER_H
#define ETP_OLDER_H

#include <stddef.h>

#include "etp/message.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The length that a record states, and its size with the length in front. */
enum { ETP_OLDER_BODY = 84, ETP_OLDER_RECORD = 88 };

/** Writes `message` as a record of ETP_OLDER_RECORD bytes and returns that size. ETP_ENOSPACE if `size` is smaller,
 *  ETP_ERANGE if a field is outside its range: then nothing is written. */
ETP_API int etp_older_encode(const etp_message *message, void *buffer, size_t size);

/** Takes one record from the front of `bytes`, which may end anywhere: they are what a stream has given so far.
 *
 *  Returns ETP_REFUSED_NONE with `*used` 0 while the record is not whole, with `*used` ETP_OLDER_RECORD and `message`
 *  filled when it was taken. A length other than 84 is refused as soon as its four bytes are there, with `*used` 0
 *  (ETP_REFUSED_TOO_LONG or _NOT_A_MESSAGE): where the next record begins is not known, and the stream is of no more use.
 *  A record with a bad field is refused with `*used` ETP_OLDER_RECORD: the stream goes on behind it. Of such a record
 *  `message` holds the type, message_id and device_id, so that it can be answered, and nothing else. */
ETP_API etp_refusal etp_older_decode(const void *bytes, size_t size, etp_message *message, size_t *used);

#ifdef __cplusplus
}
#endif

#endif
