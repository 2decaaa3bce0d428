/* SPDX-License-Identifier: MIT */
/**
 * @file live.h
 * The network of one engine: it joins an engine to real sockets. Nodes of the engine listen and dial; whoever connects
 * proves who he is; from then on the frames of that device reach the engine on a link of its own.
 *
 *     etp_live_new()            an empty network, on the host's event_base or its own
 *     etp_live_transport()      what the engine's options want to have
 *     etp_live_attach()         here is the engine
 *     etp_live_add_node()       one of its nodes, with its identity and whom it trusts
 *     etp_live_listen(), etp_live_dial()
 *     etp_live_start()          after etp_engine_start()
 *     etp_live_run()            or the host runs its own event_base
 *     etp_live_changed()        after the host has called the engine: its next deadline may be another
 *
 * A peer is a device at the other end of a node. Its link is made when it is first established, and is the same for the
 * life of the engine, whatever connections come and go. Of two connections with one peer the newer stays, so that a
 * device that was started anew need not wait until somebody notices that its old connection is dead. Where two devices
 * dial each other at the same time, the connection that the smaller device id dialed stays, and the other's dialer
 * rests until the peer is lost.
 *
 * What may change while it runs: whom a node trusts and the key that it proves itself with, certificates, listeners and
 * dialers, discovery, and limits. Each call either does all of what it says, or changes nothing and says why.
 *
 * One thread: all functions are called, and all callbacks come, on the thread that runs the loop. Threads of NNG only
 * move bytes. Memory is taken for connections and peers as they come, up to the bounds of the options, and none for a
 * message. Nothing here is more than a door: docs/protocol.md has what is said on a connection.
 *
 * Mistakes: a NULL network or pointer is ETP_EINVAL, a call that comes too early, too late, or from inside a callback of
 * this network or of its engine is ETP_ESTATE; either changes nothing. Readers of a NULL network give 0 or NULL.
 */
#ifndef ETP_LIVE_H
#define ETP_LIVE_H

#include <stdbool.h>
#include <stddef.h>

#include "etp/engine.h"
#include "etp/identity.h"
#include "etp/live_clock.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Opaque. */
typedef struct etp_live etp_live;

/** One listener or dialer: the least number that none has. So one that was ended may be another's later. */
typedef uint32_t etp_live_endpoint;

/** Why a connection or something on it was refused. */
typedef enum etp_live_refusal_kind {
    ETP_LIVE_REFUSED_CAP =
        0, /**< one connection too many: in all, of one address, of those that have not said who they are; or too soon */
    ETP_LIVE_REFUSED_HANDSHAKE, /**< the other side did not prove who it is, or is nobody we trust */
    ETP_LIVE_REFUSED_CHANNEL,   /**< what came after the handshake was not what an honest peer sends */
    ETP_LIVE_REFUSED_RATE,      /**< more messages than the limit allows */
    ETP_LIVE_REFUSED_MESSAGE,   /**< the engine refused a message: it came under another device's name, or damaged */
    ETP_LIVE_REFUSED_PEER,      /**< one peer too many for the node or the engine */
    ETP_LIVE_REFUSED_DATAGRAM,  /**< a datagram of discovery */
    ETP_LIVE_REFUSED_BY_PEER,   /**< the other side refused us, and told why */
    ETP_LIVE_REFUSALS           /* how many there are */
} etp_live_refusal_kind;

/** "cap", "handshake", ...; "?" for another number. Static storage. */
ETP_API const char *etp_live_refusal_name(etp_live_refusal_kind kind);

/** One line of the audit. */
typedef struct etp_live_refusal {
    etp_time when;              /**< on the network's clock */
    etp_live_refusal_kind kind; /**< what was refused */
    etp_id node;                /**< device id of the node here; 0 where none is concerned */
    etp_id device;              /**< of the other side, if it has proved that; else 0 */
    const char *address;        /**< of the other side, as its transport shows it */
    const char *reason;         /**< a sentence */
    uint64_t left_out;          /**< lines of this address that were left out since its last one */
} etp_live_refusal;

/** Is told of refusals, at most `audit_lines` a second of one address, and four times as many of one kind. Borrowed until it
 * returns. */
typedef struct etp_live_audit {
    void (*on_refusal)(void *user, const etp_live_refusal *refusal); /**< is told; may be NULL */
    void *user;                                                      /**< handed to it */
} etp_live_audit;

/** A peer comes or goes. Borrowed until it returns. */
typedef struct etp_live_peer_info etp_live_peer_info;
/** Is told of it. `why` is a sentence where a peer is lost, else NULL; transport and address are then those of the
 *  connection that is gone. */
typedef struct etp_live_watch {
    void (*on_peer)(void *user, const etp_live_peer_info *peer, const char *why); /**< is told; may be NULL */
    void *user;                                                                   /**< handed to it */
} etp_live_watch;

/** What a network is made of. etp_live_defaults() gives the values in brackets. */
typedef struct etp_live_options {
    size_t size;                    /**< sizeof(etp_live_options) */
    const etp_allocator *allocator; /**< borrowed for the network's life; NULL = malloc */
    etp_logger logger;              /**< copied; zeroed = no log */
    void *event_base;               /**< a `struct event_base *` that the host runs, borrowed; NULL = one of its own */
    const etp_live_clock *clock;    /**< borrowed; NULL = one that is set here. The engine must go by the same */
    uint64_t seed;                  /**< of the jitter of dialers */
    unsigned max_peers;             /**< [1024] links of the engine that it may make */
    unsigned max_connections;       /**< [2048] at the same time */
    unsigned max_per_address;       /**< [256] of those, from one address that dialed us; 0 = no bound */
    unsigned
        max_unauthenticated; /**< [128] that dialed us and have not said who they are; an address has half of them */
    unsigned connects_per_second; /**< [20] of one address, by those who do not say who they are; 0 = no bound. Of all
                                       addresses eight times as many, but for those from which a peer has come */
    unsigned connect_burst;       /**< [256] of those at once */
    unsigned messages_per_second; /**< [1000] of one peer; 0 = no limit */
    unsigned message_burst;       /**< [2000] of one peer at once */
    size_t
        unacknowledged_bytes; /**< [8192] under way to one peer, at least 4096; what is more waits, the urgent first */
    /** [65536] may be under way to a peer that takes in so much within 5 ms, and from one. No less than
     *  unacknowledged_bytes, which are under way however slow the peer is. */
    size_t unacknowledged_most_bytes;
    etp_time handshake_limit; /**< [5 s] to say who one is */
    etp_time heartbeat;       /**< [5 s] of silence after which a peer is asked; after three it is lost */
    etp_time backoff_min;     /**< [500 ms] before a dialer tries again, doubled each time, +-25 % */
    etp_time backoff_max;     /**< [30 s] between two tries */
    unsigned audit_lines;     /**< [5] a second, of one address */
    etp_live_audit audit;     /**< copied */
    etp_live_watch watch;     /**< copied */
} etp_live_options;

/** Sets everything to its default. */
ETP_API void etp_live_defaults(etp_live_options *options);

/** ETP_EINVAL for options that contradict each other (the error says which), ETP_ENOMEM, ETP_EIO where the system has no
 *  descriptor left. */
ETP_API int etp_live_new(etp_live **live, const etp_live_options *options, etp_error *error);

/** Closes everything, and waits for NNG's threads to be done with it. Accepts NULL. At any time but from inside a
 *  callback of this network or of its engine, where it does nothing. Before the engine is freed or after; the engine
 *  must not run without it. */
ETP_API void etp_live_free(etp_live *live);

/** For etp_engine_options.transport. */
ETP_API etp_transport etp_live_transport(etp_live *live);

/** The engine whose transport this network is. It is borrowed for the network's life. ETP_EEXIST if there is one. */
ETP_API int etp_live_attach(etp_live *live, etp_engine *engine);

/** One node on the network. */
typedef struct etp_live_node_options {
    size_t size;                  /**< sizeof(etp_live_node_options) */
    etp_node node;                /**< of the engine; for a relay any number that no other node here has */
    etp_id device_id;             /**< the node's */
    etp_device_role role;         /**< the node's */
    const etp_identity *identity; /**< copied. NULL: open, it proves nothing and believes everybody */
    const etp_trust *trust;       /**< borrowed until etp_live_set_trust(); required with an identity */
} etp_live_node_options;

/** ETP_ESTATE without an engine, ETP_EEXIST for a node or device id that is here, ETP_EINVAL for an identity of another
 *  device or without trust, ETP_ERANGE for a device id or role that is none. */
ETP_API int etp_live_add_node(etp_live *live, const etp_live_node_options *options, etp_error *error);

/** Whom a node trusts from now on, borrowed. Connections with devices that it trusts no more are closed. ETP_ENOENT for no
 *  such node, ETP_EINVAL for one without an identity. */
ETP_API int etp_live_set_trust(etp_live *live, etp_node node, const etp_trust *trust);

/** The key with which a node proves from now on that it is the same device; copied. Connections that are up stay; what is
 *  announced is signed with it from the next announcement on. Whoever trusts the node has to have the new public key on a line
 *  of its own before: see docs/security.md. ETP_EINVAL for an identity of another device, and for a node that has none. */
ETP_API int etp_live_set_identity(etp_live *live, etp_node node, const etp_identity *identity);

/** TLS on a listener or dialer. Paths of PEM files; both sides verify each other's certificate against `ca`. */
typedef struct etp_live_tls {
    const char *ca;          /**< of the authority that signed the other side's certificate */
    const char *certificate; /**< ours */
    const char *key;         /**< ours; may be NULL where it is in the same file */
    const char *server_name; /**< that a dialer expects in the other's certificate; NULL = the host of the address */
    bool insecure;           /**< the other's certificate is not asked for */
} etp_live_tls;

/** Listens at "tcp://HOST:PORT", "tls+tcp://...", "ws://...", "ipc://PATH" or "inproc://NAME". With port 0 the system
 *  chooses: etp_live_address() tells which. `tls` is copied; only tls+tcp has it. `endpoint` may be NULL. ETP_EINVAL for an
 *  address or files of TLS that cannot be used, ETP_ENOENT for no such node, ETP_EEXIST where somebody listens there, ETP_EIO
 *  where the system refuses, ETP_ENOMEM; the error says which. */
ETP_API int etp_live_listen(etp_live *live, etp_node node, const char *url, const etp_live_tls *tls,
                            etp_live_endpoint *endpoint, etp_error *error);

/** Keeps one connection up with whoever listens there: `expected`, or with 0 whoever is trusted. That nobody is there yet is
 *  no error. Errors as above, and ETP_ERANGE for a device id that is none. */
ETP_API int etp_live_dial(etp_live *live, etp_node node, const char *url, etp_id expected, const etp_live_tls *tls,
                          etp_live_endpoint *endpoint, etp_error *error);

/** Reads the files of all listeners and dialers again, as when certificates were renewed under the same names, and tells of how
 *  many; `renewed` may be NULL. What connects from now on has them, what is up keeps those it has. A dialer that waits
 *  dials at once; a listener is closed for a moment, in which whoever connects has to try again. ETP_EINVAL for a file that will not
 *  do: then nothing is changed at any of them. */
ETP_API int etp_live_renew_tls(etp_live *live, unsigned *renewed, etp_error *error);

/** The same for one listener or dialer, with other files. ETP_ENOENT, also for one without TLS. */
ETP_API int etp_live_set_tls(etp_live *live, etp_live_endpoint endpoint, const etp_live_tls *tls, etp_error *error);

/** How a node finds others, and is found. Texts are copied. Zero is the default in brackets. */
typedef struct etp_live_discovery {
    size_t size;               /**< sizeof(etp_live_discovery) */
    const char *const *groups; /**< of multicast: "239.255.77.77:7700", "[ff15::4554:5000]:7700" */
    unsigned group_count;      /**< at most 4 */
    const char *const *peers;  /**< "10.0.0.9:7700": told besides, or where there is no multicast */
    unsigned peer_count;       /**< at most 64 */
    const char *interface;     /**< of multicast, by name [the system's choice] */
    const char
        *listen; /**< "0.0.0.0:7700": where datagrams for this node alone are heard [any port; that of a group too] */
    /** What others may dial: "tcp://10.0.0.7:7701". A host of "*" stands for the address from which announcements come. */
    const char *const *addresses;
    unsigned address_count;  /**< at most 4; 0: this node cannot be dialed, it dials */
    const etp_live_tls *tls; /**< given: only tls+tcp addresses are dialed, with it. NULL: only tcp and ws */
    unsigned hops;           /**< of multicast [1] */
    etp_time period;         /**< between announcements [30 s], +-25 %; sooner after the start */
    void (*describe)(void *user,
                     etp_message *message); /**< fills in what the announced Register or Query tells; may be NULL */
    void *user;                             /**< handed to it */
} etp_live_discovery;

/** Announces the node from etp_live_start() on, and dials whom it hears where that is for it to do: docs/protocol.md says who
 *  dials whom. With an identity only devices of the trust list are heard. Once more for the same node it changes its
 *  discovery: dialers that came of it stay, unless TLS was switched on or off; where it cannot be as wanted it goes on as it
 *  was. ETP_ERANGE for more groups, peers or addresses than there may be, ETP_ENOENT for no such node, ETP_EINVAL for a text
 *  that cannot be read, ETP_EIO where the system refuses. */
ETP_API int etp_live_discover(etp_live *live, etp_node node, const etp_live_discovery *discovery, etp_error *error);

/** Announces and hears no more; dialers that came of it end as by etp_live_end(). ETP_ENOENT for a node without discovery. */
ETP_API int etp_live_end_discovery(etp_live *live, etp_node node);

/** Announces these addresses from now on, and at once; NULL: those that it announces, at once. ETP_ENOENT for a node without
 *  discovery. */
ETP_API int etp_live_announce(etp_live *live, etp_node node, const char *const *addresses, unsigned address_count,
                              etp_error *error);

/** What discovery of a node has done. */
typedef struct etp_live_discovery_stats {
    size_t size;       /**< sizeof(etp_live_discovery_stats), set by the caller */
    unsigned port;     /**< on which datagrams for this node alone are heard, by IPv4 */
    uint64_t sent;     /**< datagrams */
    uint64_t unsent;   /**< that the system did not take */
    uint64_t received; /**< datagrams */
    uint64_t heard;    /**< of those, announcements that counted */
    uint64_t answered; /**< of those, answered at once */
    uint64_t ordinary; /**< of nodes of no concern, or heard twice */
    uint64_t refused;  /**< all the rest */
    unsigned dialers;  /**< that discovery has now */
} etp_live_discovery_stats;
/** Of one node. ETP_ENOENT for one without discovery. */
ETP_API int etp_live_get_discovery(const etp_live *live, etp_node node, etp_live_discovery_stats *stats);

/** Where a listener is to be reached, or what a dialer dials. Borrowed until it is ended; NULL for no such endpoint. */
ETP_API const char *etp_live_address(const etp_live *live, etp_live_endpoint endpoint);

/** No longer listens or dials there. Its connections end in order: what was handed to them goes out, the other side is told
 *  that nothing is wrong, and they are closed. For the engine their links are lost: what is in doubt stays so until the peer
 *  is back by another way. ETP_ENOENT. */
ETP_API int etp_live_end(etp_live *live, etp_live_endpoint endpoint);

/** What of the options can be changed while it runs. */
typedef struct etp_live_limits {
    size_t size;                      /**< sizeof(etp_live_limits) */
    unsigned max_connections;         /**< where there are more already, they stay, and nobody new comes */
    unsigned max_per_address;         /**< the same */
    unsigned connects_per_second;     /**< counts at once */
    unsigned connect_burst;           /**< counts at once */
    unsigned messages_per_second;     /**< counts at once */
    unsigned message_burst;           /**< counts at once */
    size_t unacknowledged_bytes;      /**< of connections that begin from now on */
    size_t unacknowledged_most_bytes; /**< the same */
    etp_time heartbeat;               /**< from the next one on */
} etp_live_limits;

/** Those that hold now. ETP_EINVAL for a `size` that is not its struct's. */
ETP_API int etp_live_get_limits(const etp_live *live, etp_live_limits *limits);
/** All of them, or none: ETP_EINVAL for limits that the options would not take, ETP_ENOMEM. */
ETP_API int etp_live_set_limits(etp_live *live, const etp_live_limits *limits, etp_error *error);

/** Once, after etp_engine_start(): from here on the loop serves connections. ETP_ESTATE without an engine that has started. */
ETP_API int etp_live_start(etp_live *live);

/** To be called after the host has called the engine, for its deadline may be another. Else nothing is sent before the
 *  loop comes round by itself. Before it calls, the host brings the engine to now by etp_engine_advance(engine,
 *  etp_live_now(live)): what is sent bears the engine's time, which is else that of what was served last. */
ETP_API int etp_live_changed(etp_live *live);

/** Runs its own loop until etp_live_stop(). ETP_ESTATE on a loop of the host's. */
ETP_API int etp_live_run(etp_live *live);
/** The same, but no longer than until that reading of the network's clock: for a host that has other things to do in
 *  between. With one that has passed what is ready is served, and no more. */
ETP_API int etp_live_run_until(etp_live *live, etp_time until);
/** Ends etp_live_run() after the callback that is being served. From callbacks too. */
ETP_API int etp_live_stop(etp_live *live);

/** The `struct event_base` of its loop, for events of the host's own, such as the timer of market intervals. */
ETP_API void *etp_live_base(const etp_live *live);

/** The network's clock now: what etp_engine_options.now should begin with. */
ETP_API etp_time etp_live_now(const etp_live *live);

/* ---- reading ---- */

/** One peer. Strings are borrowed until the next call of the network or the loop. */
struct etp_live_peer_info {
    size_t size;              /**< sizeof(etp_live_peer_info), set by the caller */
    etp_node node;            /**< the node here */
    etp_link link;            /**< of the engine */
    etp_id device;            /**< of the peer */
    etp_device_role role;     /**< of the peer */
    const char *name;         /**< in the trust list, "" for none */
    const char *transport;    /**< "tcp", "tls+tcp", ..., "older", "relay"; "" while it is lost */
    const char *address;      /**< of the other end; "" while it is lost */
    bool up;                  /**< there is a connection */
    bool dialed;              /**< that we dialed */
    bool proved;              /**< the peer has proved who it is */
    etp_time since;           /**< it is up or lost */
    unsigned connections;     /**< that it has had */
    bool clock_known;         /**< the three below mean something */
    etp_time ahead;           /**< by how much its clock is ahead of ours */
    etp_time uncertainty;     /**< of that, either way */
    etp_time round_trip_p50;  /**< median of its last 64 */
    etp_time round_trip_max;  /**< longest of its last 64 */
    uint64_t frames_sent;     /**< over all its connections */
    uint64_t frames_received; /**< over all its connections */
    uint64_t bytes_sent;      /**< of frames */
    uint64_t bytes_received;  /**< of frames */
    uint64_t refused;         /**< messages that the engine refused, and connections closed for what came on them */
};

/** How many peers there are, up or lost. */
ETP_API unsigned etp_live_peers(const etp_live *live);
/** Peer `index`, from 0 in the order in which they were first established. ETP_ENOENT. */
ETP_API int etp_live_peer(const etp_live *live, unsigned index, etp_live_peer_info *info);

/** Round trips to all peers, in microseconds. Borrowed for the network's life. */
ETP_API const etp_histogram *etp_live_round_trips(const etp_live *live);

/** Totals since the start. */
typedef struct etp_live_stats {
    size_t size;                         /**< sizeof(etp_live_stats), set by the caller */
    unsigned connections;                /**< open now */
    unsigned unauthenticated;            /**< of those, that have not said who they are */
    unsigned peers_up;                   /**< now */
    uint64_t opened;                     /**< connections */
    uint64_t closed;                     /**< connections */
    uint64_t established;                /**< handshakes that came to a good end */
    uint64_t replaced;                   /**< connections closed for a newer one of the same peer */
    uint64_t dials_failed;               /**< tries of dialers, and accepts that the system refused */
    uint64_t frames_sent;                /**< handed to connections */
    uint64_t frames_received;            /**< handed to the engine */
    uint64_t bytes_sent;                 /**< handed to the system, everything counted */
    uint64_t bytes_received;             /**< from the system */
    uint64_t sends;                      /**< in how many pieces they left */
    uint64_t relayed;                    /**< by a relay: messages handed on */
    uint64_t relay_expired;              /**< by a relay: messages whose time to live has ended */
    uint64_t relay_dropped;              /**< by a relay: messages for nobody who is there, or for want of room */
    uint64_t relay_refused;              /**< by a relay: messages of another device, or malformed */
    uint64_t refused[ETP_LIVE_REFUSALS]; /**< by kind */
    uint64_t audit_left_out;             /**< refusals of which no line was given out */
    size_t bytes_per_connection;         /**< of ours: what one more connection takes */
    size_t bytes_per_peer;               /**< of ours, beside the engine's: what one more peer takes */
} etp_live_stats;
/** Of the whole network. ETP_EINVAL for a `size` that is not its struct's. */
ETP_API int etp_live_get_stats(const etp_live *live, etp_live_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
