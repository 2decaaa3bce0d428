/* SPDX-License-Identifier: MIT */
/**
 * @file network.h
 * A network in a made-up world: it takes bytes for one end of a link and gives them out at the other, later, perhaps
 * twice, perhaps damaged, perhaps never. Bytes are all that crosses it.
 *
 * What happens to a frame is a hash of (seed, sender's device, receiver's device, the moment at which it is sent, how many
 * frames went that way at that moment before): two runs that differ elsewhere share the fate of what they send alike.
 *
 * Where a bandwidth is set, the frames of a direction leave one after another, each in the time that its bits take, and
 * wait for that as long as they must: a frame that would wait for over an hour is lost, and counted as overflowed.
 *
 * Memory is bounded and taken at creation; when it is full, frames are lost and counted. One thread.
 *
 * Mistakes: NULL, and options whose `size` is not their struct's, are ETP_EINVAL and change nothing; readers give 0,
 * ETP_TIME_NEVER or false.
 */
#ifndef ETP_NETWORK_H
#define ETP_NETWORK_H

#include <stddef.h>

#include "etp/alloc.h"
#include "etp/error.h"
#include "etp/units.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque. */
typedef struct etp_network etp_network;

/** What a network is made of. */
typedef struct etp_network_options {
    size_t size;                    /**< sizeof(etp_network_options) */
    const etp_allocator *allocator; /**< borrowed for the network's life; NULL = malloc */
    uint64_t seed;                  /**< of the fate of frames */
    etp_time delay;                 /**< of every frame, one way: 0 to an hour */
    etp_time jitter;                /**< added, uniform from 0 to this: 0 to an hour */
    uint32_t loss_ppm;              /**< chance that a frame is lost, each in millionths */
    uint32_t duplicate_ppm;         /**< chance that it arrives a second time, with a jitter of its own */
    uint32_t reorder_ppm;           /**< chance that it is held back by one or two further delays, at least 20 ms */
    uint32_t flip_ppm;              /**< chance that one of its bits is flipped */
    uint64_t bandwidth;             /**< of each link, each way: bits per second, up to 10^12; 0 = no limit */
    uint32_t max_links;             /**< ends of links, as the engine counts them */
    uint32_t max_frames;            /**< under way at once, up to 10^8; 0 = 4096 and one for 8 links */
} etp_network_options;

/** The longest that a frame can take from being sent to arriving, if it does; ETP_TIME_NEVER where frames may wait for
 *  one another (a bandwidth), and for NULL. */
ETP_API etp_time etp_network_longest(const etp_network_options *options);

/** A network without delay, loss or noise; `max_links` remains to be filled in. */
ETP_API void etp_network_defaults(etp_network_options *options);

/** ETP_ERANGE for options outside their ranges (chances up to 1 000 000), ETP_ENOMEM. */
ETP_API int etp_network_new(etp_network **network, const etp_network_options *options, etp_error *error);
/** Accepts NULL. What is under way is gone. */
ETP_API void etp_network_free(etp_network *network);

/** Joins two ends. `a` and `b` are link numbers below max_links, `device_a` sends on `a`. ETP_ERANGE for others, and for an
 *  end with itself. */
ETP_API int etp_network_join(etp_network *network, uint32_t a, etp_id device_a, uint32_t b, etp_id device_b);

/** Takes a frame (1 to 65 535 bytes, copied; else ETP_ERANGE) that is sent on `link` at `now`. A frame that the network
 *  loses is no error; ETP_ENOENT is a link that was not joined. */
ETP_API int etp_network_send(etp_network *network, etp_time now, uint32_t link, const void *frame, size_t size);

/** When the next frame arrives, or ETP_TIME_NEVER. */
ETP_API etp_time etp_network_next(const etp_network *network);

/** A frame that arrives. */
typedef struct etp_delivery {
    uint32_t link;     /**< the end at which it arrives */
    const void *frame; /**< valid until the next call that takes one */
    size_t size;       /**< of the frame */
} etp_delivery;

/** Gives out the next frame that has arrived at `now`; false when there is none. In order of arrival, then of sending. */
ETP_API bool etp_network_take(etp_network *network, etp_time now, etp_delivery *delivery);

/** Frames since the start. */
typedef struct etp_network_stats {
    uint64_t sent;       /**< frames taken in */
    uint64_t delivered;  /**< frames given out */
    uint64_t lost;       /**< by chance */
    uint64_t duplicated; /**< given out twice */
    uint64_t held_back;  /**< overtaken by others */
    uint64_t flipped;    /**< with a bit flipped */
    uint64_t overflowed; /**< lost for want of room */
    uint64_t bytes;      /**< sent */
    size_t memory_bytes; /**< taken at creation */
} etp_network_stats;
/** Since it was made. */
ETP_API void etp_network_get_stats(const etp_network *network, etp_network_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
