/* SPDX-License-Identifier: MIT */
#include <stddef.h>

#include "etp/error.h"
#include "live/carrier/handover.h"

int etp_carrier_handover_init(struct carrier_handover *handover, void (*wake)(void *user), void *user)
{
    if (pthread_mutex_init(&handover->lock, NULL) != 0)
        return ETP_ENOMEM;
    if (pthread_cond_init(&handover->filled, NULL) != 0) {
        pthread_mutex_destroy(&handover->lock);
        return ETP_ENOMEM;
    }
    handover->first = NULL;
    handover->end = &handover->first;
    handover->wake = wake;
    handover->user = user;
    return ETP_OK;
}

void etp_carrier_handover_fini(struct carrier_handover *handover)
{
    pthread_cond_destroy(&handover->filled);
    pthread_mutex_destroy(&handover->lock);
}

void etp_carrier_handover_put(struct carrier_handover *handover, struct carrier_event *event)
{
    event->next = NULL;
    pthread_mutex_lock(&handover->lock);
    bool was_empty = handover->first == NULL;
    *handover->end = event;
    handover->end = &event->next;
    if (was_empty)
        pthread_cond_signal(&handover->filled);
    pthread_mutex_unlock(&handover->lock);
    if (was_empty)
        handover->wake(handover->user);
}

struct carrier_event *etp_carrier_handover_take(struct carrier_handover *handover, bool wait)
{
    pthread_mutex_lock(&handover->lock);
    while (wait && handover->first == NULL)
        pthread_cond_wait(&handover->filled, &handover->lock);
    struct carrier_event *first = handover->first;
    handover->first = NULL;
    handover->end = &handover->first;
    pthread_mutex_unlock(&handover->lock);
    return first;
}
