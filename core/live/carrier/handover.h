/* SPDX-License-Identifier: MIT */
/*
 * From NNG's threads to the loop's. An event lies in what it is about, and is in the queue at most once: so the queue needs
 * no memory and cannot overflow. The lock is held for a few instructions; `wake` is called outside it, when the queue was
 * empty, so once for each batch that the loop takes.
 */
#ifndef ETP_LIVE_CARRIER_HANDOVER_H
#define ETP_LIVE_CARRIER_HANDOVER_H

#include <pthread.h>
#include <stdbool.h>

struct carrier_event {
    struct carrier_event *next;
    void (*happened)(struct carrier_event *event); /* on the loop's thread */
};

struct carrier_handover {
    pthread_mutex_t lock;
    pthread_cond_t filled;
    struct carrier_event *first, **end;
    void (*wake)(void *user);
    void *user;
};

/* ETP_ENOMEM when the system has no lock to give. */
int etp_carrier_handover_init(struct carrier_handover *handover, void (*wake)(void *user), void *user);
void etp_carrier_handover_fini(struct carrier_handover *handover);

/* From any thread. The event must not be in the queue. */
void etp_carrier_handover_put(struct carrier_handover *handover, struct carrier_event *event);

/* All there is, in the order in which it came; NULL if there is none. `wait`: until there is one. */
struct carrier_event *etp_carrier_handover_take(struct carrier_handover *handover, bool wait);

#endif
