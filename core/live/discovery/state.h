/* SPDX-License-Identifier: MIT */
/* What the files of discovery share: discovery.c opens and closes, announce.c sends, hearing.c reads. */
#ifndef ETP_LIVE_DISCOVERY_STATE_H
#define ETP_LIVE_DISCOVERY_STATE_H

#include <event2/event.h>

#include "envelope.h"
#include "etp/rng.h"
#include "guard.h"
#include "udp.h"

enum { ETP_DISCOVERY_DOORS = ETP_DISCOVERY_GROUPS + 2, ETP_DISCOVERY_ANSWERS = 8 };

/* A socket. */
typedef struct etp_discovery_door {
    etp_discovery *discovery;
    int fd;
    int family;
    struct event *event;
    bool shared;           /* others may be bound to its port */
    bool is_group;         /* only listens; the plain door of its family sends */
    bool joined;           /* the group */
    etp_udp_address group; /* of a group's door */
} etp_discovery_door;

struct etp_discovery {
    etp_discovery_options options; /* its texts are not kept */
    unsigned interface;
    etp_discovery_door doors[ETP_DISCOVERY_DOORS];
    unsigned door_count;
    etp_udp_address peers[ETP_DISCOVERY_PEERS];
    unsigned peer_count;
    struct event *timer;
    etp_rng rng;
    etp_guard guard;
    etp_envelope own;           /* what is announced */
    bool troubled;              /* and the host was told */
    etp_time announce_at, step; /* by etp_discovery_ticks() */
    etp_udp_address answers[ETP_DISCOVERY_ANSWERS];
    unsigned answer_count;
    etp_time answer_at;
    etp_discovery_stats stats;
};

/* A clock that never goes back: for pauses and rates. */
etp_time etp_discovery_ticks(void);
/* The host's wall clock as it is now. The engine's own stays as it was set at the start, which on a gateway that boots
 * without a clock is long ago. */
uint64_t etp_discovery_wall_us(void);

/* announce.c: events of the loop are etp_discovery_on_... */
void etp_discovery_on_timer(evutil_socket_t fd, short what, void *discovery);
void etp_discovery_announce_soon(etp_discovery *discovery);
void etp_discovery_answer(etp_discovery *discovery, const etp_udp_address *to);

/* hearing.c */
void etp_discovery_on_readable(evutil_socket_t fd, short what, void *door);

#endif
