/* SPDX-License-Identifier: MIT */
/**
 * @file message.h
 * ETP's message and the facts of the protocol: types, priorities, delay limits, termination codes, refusals.
 * docs/protocol.md is the same for people. Thread-safe: no state.
 *
 * Mistakes: a number that is in none of the lists has the name "?".
 */
#ifndef ETP_MESSAGE_H
#define ETP_MESSAGE_H

#include "etp/units.h"

#ifdef __cplusplus
extern "C" {
#endif

/** X(NAME, number, "Name", priority (lower is sooner), delay limit in ms, sent by a BESS, sent by an aggregator). */
#define ETP_TYPE_LIST(X)                                 \
    X(REGISTER, 0, "Register", 80, 5000, 1, 0)           \
    X(QUERY, 1, "Query", 50, 1000, 0, 1)                 \
    X(QUERY_RESPONSE, 2, "QueryResponse", 50, 500, 1, 0) \
    X(BID, 3, "Bid", 50, 1000, 0, 1)                     \
    X(BID_ACCEPT, 4, "BidAccept", 5, 500, 1, 0)          \
    X(BID_CONFIRM, 5, "BidConfirm", 5, 500, 0, 1)        \
    X(BID_REJECT, 6, "BidReject", 5, 500, 1, 0)          \
    X(TERMINATE, 7, "Terminate", 50, 1000, 1, 1)         \
    X(DEVICE_FAILURE, 8, "DeviceFailure", 0, 200, 1, 1)  \
    X(BESS_STATUS, 9, "BESSStatus", 60, 2000, 1, 0)

/** The types, as constants. */
typedef enum etp_type {
#define ETP_X(NAME, number, name, priority, limit_ms, bess, aggregator) ETP_##NAME = (number),
    ETP_TYPE_LIST(ETP_X)
#undef ETP_X
} etp_type;

enum { ETP_TYPES = 10, ETP_TTL_DEFAULT = 5, ETP_MESSAGE_MAX = 128 };

/** X(NAME, number, "name", meaning). Codes 1 to 3 are in use elsewhere with the same meaning; the rest are ours. */
#define ETP_CODE_LIST(X)                                                                                   \
    X(NONE, 0, "none", "no reason given")                                                                  \
    X(BELOW_RESERVE, 1, "below_reserve", "the price is below the battery's reserve")                       \
    X(NOT_ENOUGH_ENERGY, 2, "not_enough_energy", "the battery has not enough energy, or nothing for sale") \
    X(OFFLINE, 3, "offline", "the device is off or out of order")                                          \
    X(NOT_COMPETITIVE, 4, "not_competitive", "other bids filled the lot")                                  \
    X(OUTBID, 5, "outbid", "a higher bid came while the window is open; the bid may be raised")            \
    X(EXPIRED, 6, "expired", "the hold ended before the confirmation was processed")                       \
    X(LATE, 7, "late", "the bid was processed at or after the close")                                      \
    X(NOT_RAISED, 8, "not_raised", "a further bid must be higher than the one that stands")                \
    X(NO_AUCTION, 9, "no_auction", "no auction is open for this bid")                                      \
    X(POLICY, 10, "policy", "the owner's policy or the buyer's check refuses it")                          \
    X(RATE_LIMITED, 11, "rate_limited", "too many messages")                                               \
    X(CANNOT_RECORD, 12, "cannot_record", "the trade could not be recorded")                               \
    X(SHUTTING_DOWN, 13, "shutting_down", "the node is going away")                                        \
    X(UNKNOWN_TRADE, 14, "unknown_trade", "no award is known that this could confirm")                     \
    X(WITHDRAWN, 15, "withdrawn", "the sender gives up its bid or award")

/** The termination codes, as constants. */
typedef enum etp_code {
#define ETP_X(NAME, number, name, meaning) ETP_CODE_##NAME = (number),
    ETP_CODE_LIST(ETP_X)
#undef ETP_X
} etp_code;

enum { ETP_CODES = 16 };

/** Why something that arrived was not acted on. X(NAME, number, "name", meaning). Each is counted. */
#define ETP_REFUSAL_LIST(X)                                                                    \
    X(NONE, 0, "none", "not refused")                                                          \
    X(TRUNCATED, 1, "truncated", "the bytes end inside a message")                             \
    X(CHECKSUM, 2, "checksum", "the frame's checksum is missing or does not match its bytes")  \
    X(NOT_A_MESSAGE, 3, "not_a_message", "not a MessagePack array of at least 14 elements")    \
    X(WRONG_TYPE, 4, "wrong_type", "a field has another MessagePack type than the protocol's") \
    X(NOT_FINITE, 5, "not_finite", "a number is NaN or infinite")                              \
    X(OUT_OF_RANGE, 6, "out_of_range", "a number is outside its field's range")                \
    X(UNKNOWN_TYPE, 7, "unknown_type", "message_type is above 9")                              \
    X(TOO_LONG, 8, "too_long", "a message or frame is over its limit")                         \
    X(TOO_DEEP, 9, "too_deep", "an unknown trailing element is nested too deeply")             \
    X(EXPIRED_TTL, 10, "expired_ttl", "the time to live is 0")                                 \
    X(WRONG_ROLE, 11, "wrong_role", "this type is not sent by, or not meant for, such a node") \
    X(WRONG_DEVICE, 12, "wrong_device", "device_id is not the link's peer")                    \
    X(DUPLICATE, 13, "duplicate", "the message was processed before; its answer was repeated") \
    X(STALE, 14, "stale", "older than the window in which duplicates are known")               \
    X(UNEXPECTED, 15, "unexpected", "the message does not fit the session's state")            \
    X(UNKNOWN_LINK, 16, "unknown_link", "bytes for a link that does not exist")

/** The reasons, as constants. */
typedef enum etp_refusal {
#define ETP_X(NAME, number, name, meaning) ETP_REFUSED_##NAME = (number),
    ETP_REFUSAL_LIST(ETP_X)
#undef ETP_X
} etp_refusal;

enum { ETP_REFUSALS = 17 };

/** How worn a battery is. */
typedef enum etp_health {
    ETP_HEALTH_EXCELLENT = 0,
    ETP_HEALTH_GOOD = 1,
    ETP_HEALTH_FAIR = 2,
    ETP_HEALTH_POOR = 3
} etp_health;

/** One message, in the project's integers. The numbers in the comments are the field's place on the wire. */
typedef struct etp_message {
    etp_id message_id;           /**< 2: max(microseconds since 1970, last + 1), below 2^53 */
    etp_id device_id;            /**< 3: who sent it, below 2^53 */
    etp_id in_reply_to;          /**< 15: the message that this answers, 0 = none */
    etp_price bid_price;         /**< 5: 0 to ETP_PRICE_MAX; on the wire c/kWh */
    etp_price sale_price;        /**< 6: 0 to ETP_PRICE_MAX; on the wire c/kWh */
    etp_energy energy_total;     /**< 7: stored now; on the wire kWh */
    etp_energy required_energy;  /**< 9: wanted, offered or awarded; on the wire kWh */
    etp_energy remaining_energy; /**< 11: left in the battery; on the wire kWh */
    etp_power discharge_rate;    /**< 14: on the wire kW */
    uint32_t closes_in_ms;       /**< 16: left of the window (QueryResponse) or of the hold (BidAccept) */
    uint32_t for_sale_ppm;       /**< 8: share of energy_total for sale, 0 to 1 000 000; on the wire 0-100 % */
    uint32_t voltage_mv;         /**< 13: millivolts; on the wire V */
    uint8_t type;                /**< 1: etp_type */
    uint8_t ttl;                 /**< 4: hops left */
    uint8_t code;                /**< 10: etp_code */
    uint8_t health;              /**< 12: etp_health */
} etp_message;

/** "Register" ...; "?" for a number that is no type. Static storage, as all names below. */
ETP_API const char *etp_type_name(unsigned type);
/** Lower is sooner; UINT_MAX for no type. */
ETP_API unsigned etp_type_priority(unsigned type);
/** The delay limit of a type: from creation by the sender to processing by the receiver. 0 for no type. */
ETP_API etp_time etp_type_delay_limit(unsigned type);
/** Whether batteries send it. */
ETP_API bool etp_type_sent_by_bess(unsigned type);
/** Whether aggregators send it. */
ETP_API bool etp_type_sent_by_aggregator(unsigned type);

/** "?" and "not in the list" for a number that is not in the list. */
ETP_API const char *etp_code_name(unsigned code);
/** A sentence without its full stop. */
ETP_API const char *etp_code_meaning(unsigned code);
/** The name in the list above. */
ETP_API const char *etp_refusal_name(unsigned refusal);
/** A sentence without its full stop. */
ETP_API const char *etp_refusal_meaning(unsigned refusal);

#ifdef __cplusplus
}
#endif

#endif
