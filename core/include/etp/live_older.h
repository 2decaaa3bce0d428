/* SPDX-License-Identifier: MIT */
/**
 * @file live_older.h
 * The older wire format (etp/older.h) on plain TCP: our batteries for its buyers, its servers for our aggregators. Off
 * unless one of the two functions is called, for the format knows neither identity nor encryption: whoever reaches the
 * port may bid under any device id that is let in, and whoever sits on the wire reads along and changes what he likes.
 * docs/older-format.md says what each message does, what is filled in, and what "sold" means.
 *
 * Buyers of such systems wait half a second for the answer to a bid. It enters the battery's ordinary auction, so the
 * engine's etp_timing.window must be at most ETP_LIVE_OLDER_WINDOW_MAX while an older listener is on.
 *
 * Threads are those of live.h: all of it on the loop's.
 *
 * Mistakes: a NULL pointer is ETP_EINVAL; readers of NULL give NULL or ETP_EINVAL.
 */
#ifndef ETP_LIVE_OLDER_H
#define ETP_LIVE_OLDER_H

#include "etp/live.h"

#ifdef __cplusplus
extern "C" {
#endif

/** The longest window that leaves time to answer. */
#define ETP_LIVE_OLDER_WINDOW_MAX (400 * ETP_NS_PER_MS)

/** A listener or dialer of the older format. Opaque; it belongs to the network and ends with it. */
typedef struct etp_live_older etp_live_older;

/** A listener. etp_live_older_defaults() gives the values in brackets. */
typedef struct etp_live_older_options {
    size_t size;                  /**< sizeof(etp_live_older_options) */
    const char *address;          /**< "HOST:PORT"; with port 0 the system chooses */
    const etp_id *allow;          /**< the device ids that are let in, copied; NULL: whoever comes first */
    unsigned allow_count;         /**< how many */
    unsigned max_devices;         /**< [32] let in without such a list; each keeps a link of the engine for good */
    unsigned unnamed;             /**< [4] of these are for buyers that leave their device id at 0 */
    unsigned max_connections;     /**< [64] at the same time */
    unsigned max_per_address;     /**< [16] of those, from one address */
    unsigned messages_per_second; /**< [200] of one connection; what comes faster waits. 0 = no limit */
    unsigned message_burst;       /**< [400] at once */
    etp_time first_limit; /**< [5 s] until the first record, for the rest of one, and for a reader that is stuck */
    etp_time idle_limit;  /**< [10 min] of silence */
} etp_live_older_options;

/** Sets everything to its default; `address` remains to be filled in. */
ETP_API void etp_live_older_defaults(etp_live_older_options *options);

/** Lets buyers of the older format trade with the battery `node`. ETP_EINVAL for a node that is no battery, or options
 *  that contradict each other, ETP_ENOENT for no such node, ETP_EIO where the address cannot be listened at; the error
 *  says which. `made` may be NULL. */
ETP_API int etp_live_older_listen(etp_live *live, etp_node node, const etp_live_older_options *options,
                                  etp_live_older **made, etp_error *error);

/** Keeps a connection up between the aggregator `node` and the older server at `address` ("HOST:PORT"), which is the
 *  battery `device`: the format has no way to ask who answers, so it must be known. Host names are looked up here, once.
 *  Errors as above, and ETP_EEXIST for a device that is dialed already. */
ETP_API int etp_live_older_dial(etp_live *live, etp_node node, const char *address, etp_id device,
                                etp_live_older **made, etp_error *error);

/** Where it listens, or what it dials: "older://127.0.0.1:7800". Borrowed for the network's life. */
ETP_API const char *etp_live_older_address(const etp_live_older *older);

/** Totals since the start. */
typedef struct etp_live_older_stats {
    size_t size;                    /**< sizeof(etp_live_older_stats), set by the caller */
    unsigned connections;           /**< open now */
    unsigned devices;               /**< that were let in */
    uint64_t opened;                /**< connections */
    uint64_t closed;                /**< connections */
    uint64_t records_received;      /**< that were whole */
    uint64_t records_sent;          /**< handed to connections */
    uint64_t refused[ETP_REFUSALS]; /**< records, by reason */
    uint64_t turned_away;           /**< connections: too many, or of a device that is not let in */
    uint64_t slowed;                /**< times that a connection had to wait for its rate */
    uint64_t accept_failures;       /**< the system gave no descriptor; accepting rested after each */
    size_t bytes_per_connection;    /**< of ours: what one more takes */
} etp_live_older_stats;
/** Of one listener or dialer. ETP_EINVAL for a `size` that is not its struct's. */
ETP_API int etp_live_older_get_stats(const etp_live_older *older, etp_live_older_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
