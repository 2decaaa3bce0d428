/* SPDX-License-Identifier: MIT */
/*
 * What the files of `live` share. One etp_live has
 *
 *     nodes         the devices that live here, each with its identity and whom it trusts             nodes.c
 *     endpoints     listeners and dialers, each of one node, with certificates                        endpoints.c, tls.c
 *     connections   a carrier's connection with the channel that speaks on it, and a port             connections.c,
 *                   conversation.c, how many there may be in caps.c, how often strangers come in strangers.c
 *     peers         the devices that have been established, each with its link and its present port   peers.c
 *     loop          one event for the carrier's wake, one timer for everything that has a deadline    loop.c
 *     relays        frames that go on through us, or come to us through a relay                       relay/
 *     finders       discovery of a node, and the dialers that came of it                              discover.c
 *     audit         refusals, counted and told                                                        audit.c
 *     older         listeners and dialers of the older format, where it is switched on                older/
 *
 * Peers and nodes stay for the network's life. A connection is freed when the carrier says that it is closed.
 */
#ifndef ETP_LIVE_INTERNAL_H
#define ETP_LIVE_INTERNAL_H

#include "base/heap.h"
#include "live/carrier/carrier.h"
#include "live/channel/channel.h"
#include "live/port.h"

enum {
    AUDIT_ADDRESSES = 64,
    AUDIT_KIND_FACTOR = 4, /* of one kind, from all addresses, so many times what one address may cause */
    ROUND_TRIPS = 64,
    STRANGERS = 256,      /* networks whose connects are counted */
    SILENT_HEARTBEATS = 3 /* after so many a peer is lost */
};

#define LIVE_NO_LINK UINT32_MAX /* of relays, and of those that speak through one */

/* Of two connections with one peer that both sides dialed within this, one is kept by rule, and not the newer. */
#define LIVE_CROSSING (10 * ETP_NS_PER_SECOND)

/* What is ending may take so long to say why. */
#define LIVE_LAST_WORDS  ETP_NS_PER_SECOND
#define LIVE_NO_ENDPOINT UINT32_MAX

struct event;
struct event_base;

struct live_node {
    etp_node number;
    etp_identity *identity;      /* a copy; NULL: it proves nothing, and believes everybody */
    etp_channel_options channel; /* of all its connections, with device, role and trust */
};

/* Texts of TLS are kept, for a dialer that rests must be able to dial again. */
struct live_endpoint {
    struct live_node *node; /* NULL: not in use */
    bool listens, secured;
    unsigned carried; /* the carrier's number */
    char url[ETP_CARRIER_ADDRESS_MAX];
    etp_tls tls;     /* its texts are copies */
    etp_id expected; /* by a dialer, 0 for whoever is trusted */
    /* A dialer rests while its peer is up by another connection, or until a moment that the peer named. */
    const struct etp_live_peer *rests_for;
    etp_time rests_until; /* 0 when it does not */
    bool failing;         /* that was told, and no connection was good since */
};

struct etp_live_peer {
    uint32_t index;
    etp_node node;
    etp_id device;
    etp_device_role role;
    etp_link link;
    char name[ETP_TRUST_NAME_MAX];
    etp_live_port *port; /* NULL while it is lost */
    bool dialed;
    etp_time since;
    etp_time rate, away_until; /* what its last connection left of the rate limit; and until when it is to stay away */
    unsigned connections;
    uint64_t frames_sent, frames_received, bytes_sent, bytes_received, refused;
    etp_live_clocks clocks;
    bool clock_told; /* that it is far from ours */
    unsigned round_trip_count;
    uint32_t round_trips[ROUND_TRIPS]; /* the last ones, in microseconds */
    struct etp_live_peer *next;        /* in its bucket */
    struct live_pair *pairs;           /* at a relay: those with whom it speaks */
    unsigned pair_count, notes_due;
};

/* opening -> established -> ending -> gone. What is ending has said BYE, and is closed once that has left. */
struct live_connection {
    etp_live_port port; /* first: a port of this class is a connection */
    etp_live *live;
    etp_connection carried;
    uint32_t slot; /* of live->connections, and number of its deadline */
    struct live_node *node;
    etp_live_endpoint endpoint;
    etp_time due; /* what its deadline is set to */
    bool dialed, established, ending;
    bool waits;       /* the engine met ETP_EFULL */
    bool listed;      /* to be settled */
    uint64_t host;    /* hash of the address without its port; 0 for one on this machine that has none */
    uint64_t network; /* the same of the network that one subscriber has: of IPv6 the first half of the address */
    bool mute;        /* dialed us, and has yet to say who it is */
    struct live_connection *next_mute;
    struct live_connection *next_listed, *next; /* `next` in its bucket */
    struct etp_relay_queue *queue;              /* at a relay: what waits for the other end */
    struct live_behind *behind;                 /* with a relay: the devices behind it */
    char address[ETP_CARRIER_ADDRESS_MAX];
    etp_channel channel;
};

/* How many lines were given out. */
struct audit_window {
    etp_time second; /* when its present second began */
    unsigned lines;  /* in that */
};

struct audit_address {
    bool used;
    uint64_t hash;
    struct audit_window window;
    uint64_t left_out;
};

/* One network, and when its bucket of connects is full again. */
struct stranger {
    uint64_t network;
    etp_time full_at;
};

struct etp_live {
    etp_live_options options;
    const etp_allocator *allocator;
    etp_live_clock own_clock;
    const etp_live_clock *clock;
    etp_engine *engine;
    etp_carrier *carrier;
    bool started, busy;

    struct live_node **nodes;
    uint32_t node_count, node_room;
    struct live_endpoint *endpoints;
    uint32_t endpoint_count, endpoint_room;
    etp_time rise_at; /* when the next dialer that rests for a time is to dial */

    struct live_connection **connections; /* by slot; options.max_connections says how many of them there are */
    unsigned connection_limit;            /* that many of them may be in use */
    uint32_t *free_slots, free_count;
    struct live_connection **connection_buckets;
    uint32_t bucket_mask;
    struct live_connection *listed; /* to be settled, the last one first */
    struct live_connection *mute;   /* those that dialed us and have yet to say who they are, the oldest first */
    unsigned mute_count;
    struct stranger strangers[STRANGERS];
    etp_time strangers_full_at; /* the bucket of all of them */
    uint64_t *homes;            /* networks from which a peer has proved itself; as many as peer_buckets */

    struct etp_live_peer **peers, **links; /* by index, and by link */
    struct etp_live_peer **peer_buckets;
    uint32_t peer_count, peer_mask;

    struct event_base *base;
    struct event *woken, *timer, *pause; /* the last ends etp_live_run_until() */
    int wake_ends[2];
    etp_time timer_at;
    struct heap deadlines; /* of connections, by slot */

    struct etp_live_older *older; /* the first of them */
    struct live_finder *finders;

    struct audit_address audit[AUDIT_ADDRESSES];
    struct audit_window audit_kinds[ETP_LIVE_REFUSALS];
    uint64_t engine_refused[ETP_REFUSALS]; /* as last seen */
    etp_histogram round_trips;             /* in microseconds */
    etp_live_stats stats;
};

/* live.c */
int etp_live_check_options(const etp_live_options *options, etp_error *error);
void *etp_live_take(etp_live *live, size_t size);
void etp_live_give(etp_live *live, void *memory, size_t size);

/* relay/pairs.c */
void etp_pairs_free(etp_live *live, struct etp_live_peer *peer);

/* nodes.c */
struct live_node *etp_live_node_of(const etp_live *live, etp_node number);
void etp_live_limit_channel(const etp_live *live, etp_channel_options *channel); /* by the network's options */
void etp_live_free_nodes(etp_live *live);

/* endpoints.c */
struct live_endpoint *etp_live_endpoint_of(etp_live *live, unsigned carried, etp_live_endpoint *number);
/* For a peer that is up, or with NULL until a moment. */
void etp_live_rest(etp_live *live, etp_live_endpoint endpoint, const struct etp_live_peer *peer, etp_time until);
/* Dialers that rested for this peer, or with NULL those whose time has come, dial again. */
void etp_live_rise(etp_live *live, const struct etp_live_peer *lost);
struct live_endpoint *etp_live_endpoint_at(const etp_live *live, etp_live_endpoint number); /* NULL: there is none */
bool etp_live_rests(const struct live_endpoint *endpoint); /* then the carrier does not have it */
/* As etp_live_end(), from inside a callback too. */
void etp_live_end_endpoint(etp_live *live, etp_live_endpoint number);
void etp_live_free_endpoints(etp_live *live);

/* tls.c */
bool etp_live_keep_tls(etp_live *live, etp_tls *kept, const etp_live_tls *tls);
void etp_live_forget_tls(etp_live *live, etp_tls *tls);

/* unheard.c */
void etp_live_endpoint_failed(etp_live *live, struct live_endpoint *endpoint, const char *what); /* NULL: it is gone */
void etp_live_endpoint_works(etp_live *live, const struct live_connection *connection);
void etp_live_closed_unheard(etp_live *live, const struct live_connection *connection, const char *why);

/* discover.c */
void etp_live_start_finders(etp_live *live);
void etp_live_judge_finders(etp_live *live, const struct live_node *node); /* its trust is another */
void etp_live_sign_announcements(etp_live *live, const struct live_node *node, const etp_identity *identity);
void etp_live_free_finders(etp_live *live);

/* connections.c */
extern const etp_carrier_calls etp_live_carrier_calls;
bool etp_live_admit(void *user, unsigned endpoint, const char *address);           /* the carrier's */
void etp_live_end_connection(etp_live *live, struct live_connection *connection);  /* its channel is over */
void etp_live_drop_connection(etp_live *live, struct live_connection *connection); /* at once, without a word */
/* Those of an endpoint that is ended: each says so, and belongs to none from here on. */
void etp_live_end_connections_of(etp_live *live, etp_live_endpoint endpoint);
void etp_live_list(etp_live *live, struct live_connection *connection);
struct live_connection *etp_live_connection_of(etp_live_port *port); /* NULL for a port of another class */
void etp_live_settle_connections(etp_live *live);
void etp_live_connection_due(etp_live *live, uint32_t slot, etp_time now);
void etp_live_judge_connections(etp_live *live, const struct live_node *node); /* its trust is another */
void etp_live_free_connections(etp_live *live);

/* conversation.c */
extern const etp_channel_calls etp_live_channel_calls;
extern const etp_live_port_class etp_live_connected;

/* caps.c */
/* Why one more of this address is too many, or comes too soon; NULL: it is counted. May send away one that has yet to say
 * who it is. */
const char *etp_live_keeps_out(etp_live *live, const char *address);
void etp_live_is_mute(etp_live *live, struct live_connection *connection);
void etp_live_is_mute_no_more(etp_live *live, struct live_connection *connection);

/* strangers.c */
/* Why somebody of this network may not connect now, or NULL. */
const char *etp_live_comes_too_often(etp_live *live, uint64_t network);
void etp_live_has_come(etp_live *live, uint64_t network);
/* He has said who he is, and with `proved` has proved it. */
void etp_live_is_no_stranger(etp_live *live, uint64_t network, bool proved);

/* peers.c */
struct etp_live_peer *etp_live_find_peer(const etp_live *live, etp_node node, etp_id device);
int etp_live_send(void *user, etp_link link, const void *frame, size_t size); /* the engine's transport */
void etp_live_free_peers(etp_live *live);

/* older/older.c */
void etp_live_older_judge(etp_live *live, const struct live_node *node); /* its trust is another */
void etp_live_older_free(etp_live *live);

/* audit.c */
uint64_t etp_live_hash_host(const char *address);
uint64_t etp_live_hash_network(const char *address);

/* loop.c */
int etp_live_open_loop(etp_live *live, etp_error *error);
void etp_live_close_loop(etp_live *live);
void etp_live_wake(void *user);

#endif
