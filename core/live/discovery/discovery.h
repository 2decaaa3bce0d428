/* SPDX-License-Identifier: MIT */
/**
 * @file discovery.h
 * How nodes find each other: each announces itself in signed datagrams (envelope.h), by multicast and to peers that the
 * configuration names, and hears the others. A link is made by whoever etp_discovery_dials() names; discovery itself
 * makes none. It trusts nothing that it hears: the worst that a datagram can do is to have a trusted device dialled at an
 * address that this device itself signed, and there the handshake of the link decides.
 *
 * Runs on an event_base, on its thread. All memory is taken by etp_discovery_new(): for the options' `max_devices` and for
 * a fixed number of sources. A datagram takes none.
 */
#ifndef ETP_LIVE_DISCOVERY_H
#define ETP_LIVE_DISCOVERY_H

#include <stdbool.h>
#include <stddef.h>

#include "etp/alloc.h"
#include "etp/error.h"
#include "etp/identity.h"
#include "etp/message.h"

enum {
    ETP_DISCOVERY_ADDRESSES = 4,     /**< link addresses of a node */
    ETP_DISCOVERY_ADDRESS_MAX = 128, /**< bytes of one of them, without a terminator */
    ETP_DISCOVERY_DATAGRAM_MAX = 1200,
    ETP_DISCOVERY_GROUPS = 4,
    ETP_DISCOVERY_PEERS = 64
};

/** Why a datagram was not acted on. X(NAME, meaning). Each is counted. */
#define ETP_DISCOVERY_REFUSAL_LIST(X)                                   \
    X(NONE, "not refused")                                              \
    X(OVERSIZED, "longer than 1200 bytes")                              \
    X(TRUNCATED, "the bytes end inside the envelope")                   \
    X(NOT_ENVELOPE, "does not begin as an envelope does")               \
    X(VERSION, "a version of the envelope that is not spoken here")     \
    X(MALFORMED, "a field of the envelope is outside its range")        \
    X(MESSAGE, "the ETP message in it is not what the envelope says")   \
    X(OWN, "an announcement of this node itself")                       \
    X(BYSTANDER, "a node of a kind with which this one does not trade") \
    X(UNKNOWN, "a device that is not in the trust list")                \
    X(ROLE, "another role than the trust list has for this device")     \
    X(CLOCK, "stamped too long ago, or too far ahead")                  \
    X(DUPLICATE, "the newest announcement of this device once more")    \
    X(REPLAYED, "older than what was heard from this device")           \
    X(RATE, "more datagrams than are looked at")                        \
    X(SIGNATURE, "the signature is not this device's")                  \
    X(FULL, "no room to remember another device")                       \
    X(ADDRESS, "no address among those announced that we would dial")

/** The reasons, as constants. */
typedef enum etp_discovery_refusal {
#define ETP_X(NAME, meaning) ETP_DISCOVERY_REFUSED_##NAME,
    ETP_DISCOVERY_REFUSAL_LIST(ETP_X)
#undef ETP_X
        ETP_DISCOVERY_REFUSALS
} etp_discovery_refusal;

/** Another node, as it announced itself. Borrowed until the callback returns. */
typedef struct etp_discovery_heard {
    etp_id device;              /**< signed by its key */
    etp_device_role role;       /**< the same as in the trust list */
    const char *url;            /**< the first of its addresses that our policy allows; NULL where there is none */
    bool dial;                  /**< it is for us to dial it: see etp_discovery_dials() */
    const etp_message *message; /**< Register or Query; NULL from a relay */
    bool fresh;                 /**< the first announcement since it was started */
    const char *source;         /**< "10.0.0.7:41234": where the datagram came from */
} etp_discovery_heard;

/** All on the loop's thread; none may free the discovery. */
typedef struct etp_discovery_calls {
    /** Required: a node that is newer than what was heard of it before. */
    void (*heard)(void *user, const etp_discovery_heard *heard);
    /** Whether there is a link with it; then we need not answer. NULL: never. */
    bool (*linked)(void *user, etp_id device);
    /** Fills in what a battery or buyer tells in its Register or Query; type, ids and ttl are set after it. NULL: nothing. */
    void (*describe)(void *user, etp_message *message);
    /** Something was refused that is not etp_discovery_is_ordinary(). `device` is what the datagram says, 0 where it could not be read. NULL: counted only. */
    void (*refused)(void *user, etp_discovery_refusal why, etp_id device, const char *source);
    /** The network did not let us do something, in a sentence; once, until it goes well again. NULL: counted only. */
    void (*trouble)(void *user, const char *what);
} etp_discovery_calls;

/** Copied, and so are the texts. Zero stands for the default. */
typedef struct etp_discovery_options {
    size_t size;                    /**< sizeof(etp_discovery_options) */
    const etp_allocator *allocator; /**< borrowed; NULL = malloc */
    void *base;                     /**< the event_base */
    etp_id device;                  /**< of this node */
    etp_device_role role;           /**< of this node */
    etp_discovery_calls calls;
    void *user; /**< handed to each call */
    const etp_identity *
        identity; /**< borrowed until etp_discovery_set_identity(); NULL: nothing is signed, and whoever announces himself is believed */
    const etp_trust *trust; /**< borrowed until etp_discovery_set_trust(); required with an identity */
    const char *groups[ETP_DISCOVERY_GROUPS]; /**< "239.255.77.77:7700", "[ff15::4554:5000]:7700" */
    const char *peers[ETP_DISCOVERY_PEERS];   /**< "10.0.0.9:7700": told besides, or where there is no multicast */
    const char *interface;                    /**< by name: for multicast; NULL = the system's choice */
    const char *listen;                       /**< "0.0.0.0:7700": where unicast is heard; NULL = any port */
    /** What others may dial: "tcp://10.0.0.7:7701". A host of "*" is filled in by the hearer with the address from which the
     *  datagram came. None: this node cannot be dialled. */
    const char *addresses[ETP_DISCOVERY_ADDRESSES];
    bool tls;      /**< only tls+tcp addresses are heard; else only tcp and ws ones */
    unsigned hops; /**< of multicast; default 1: the own network */
    /** Between announcements, +-25 %; default 30 s. The first comes at once, others after 1 s, 2 s, 4 s, ... */
    etp_time period;
    etp_time skew;        /**< how far apart clocks may be; default 300 s */
    unsigned max_devices; /**< remembered at most; default 1024 */
    unsigned source_rate; /**< datagrams a second of one address that may cost a signature check; default 20 */
    unsigned total_rate;  /**< the same, of all; default 400. Twice as much at once, here and above. */
    uint64_t seed;        /**< of the jitter */
    /** Another of the same device, whose place it is to take: for that time both may be bound to the same ports. */
    struct etp_discovery *before;
} etp_discovery_options;

typedef struct etp_discovery etp_discovery;

/** Opens the sockets. Announces nothing yet. ETP_EINVAL, ETP_EIO with a sentence. */
int etp_discovery_new(etp_discovery **discovery, const etp_discovery_options *options, etp_error *error);
/** Accepts NULL. */
void etp_discovery_free(etp_discovery *discovery);
/** Announces at once and from then on; a further call announces at once again, as when an address has changed. */
int etp_discovery_start(etp_discovery *discovery);
/** Others may dial these from now on, as in the options. */
int etp_discovery_set_addresses(etp_discovery *discovery, const char *const *addresses, unsigned count,
                                etp_error *error);
/** Whom it believes from now on. What it remembers of others is forgotten. ETP_EINVAL for NULL, and without an identity. */
int etp_discovery_set_trust(etp_discovery *discovery, const etp_trust *trust);
/** Signs with this key from now on, borrowed; of the same device. ETP_EINVAL for NULL, and where nothing is signed. */
int etp_discovery_set_identity(etp_discovery *discovery, const etp_identity *identity);
/** The port on which unicast is heard; 0 for no such family. */
unsigned etp_discovery_port(const etp_discovery *discovery, bool ipv6);

/** Who dials whom. Batteries dial relays, and both dial aggregators, since a battery's home router lets nobody in; where the
 *  one that should be dialled has no address, it dials instead. So exactly one of the two dials, and both know who. False
 *  too for two that do not trade (battery and battery). */
bool etp_discovery_dials(etp_device_role own, bool own_address, etp_device_role other, bool other_address);

/** Since it was made. */
typedef struct etp_discovery_stats {
    uint64_t sent;     /**< datagrams */
    uint64_t unsent;   /**< that the system did not take */
    uint64_t received; /**< datagrams */
    uint64_t heard;    /**< of these, announcements that were told to the host */
    uint64_t answered; /**< announcements that were answered at once */
    uint64_t refused[ETP_DISCOVERY_REFUSALS];
} etp_discovery_stats;
void etp_discovery_get_stats(const etp_discovery *discovery, etp_discovery_stats *stats);

/** OWN, BYSTANDER or DUPLICATE: what honest nodes send in the ordinary way of things. */
bool etp_discovery_is_ordinary(unsigned refusal);
/** A sentence; also for a number that is not in the list. */
const char *etp_discovery_refusal_meaning(unsigned refusal);

#endif
