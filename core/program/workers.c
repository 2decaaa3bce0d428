/* SPDX-License-Identifier: MIT */
#include "program/workers.h"

#include <pthread.h>
#include <stdbool.h>
#include <unistd.h>

#include "program/status.h"

enum { THREADS_MAX = 256 };

/* What the threads share; all of it under the lock but what is set before they start. */
typedef struct pool {
    pthread_mutex_t lock;
    size_t next;
    const etp_labour *labour;
    etp_progress *progress;
    bool failed;
    size_t failed_at;
    int status;
    etp_error *error;
} pool;

static bool take(pool *all, size_t *index)
{
    pthread_mutex_lock(&all->lock);
    bool more = !all->failed && all->next < all->labour->count;
    *index = all->next;
    all->next += more;
    pthread_mutex_unlock(&all->lock);
    return more;
}

static void finish(pool *all, size_t index, int status, const etp_error *error)
{
    pthread_mutex_lock(&all->lock);
    if (status != ETP_EXIT_DONE && (!all->failed || index < all->failed_at)) {
        all->failed = true;
        all->failed_at = index;
        all->status = status;
        *all->error = *error;
    }
    etp_progress_advance(all->progress,
                         all->labour->weight != NULL ? all->labour->weight(all->labour->user, index) : 1);
    pthread_mutex_unlock(&all->lock);
}

static void *work_on(void *user)
{
    pool *all = user;
    size_t index;
    while (take(all, &index)) {
        etp_error error = {0};
        int status = all->labour->work(all->labour->user, index, &error);
        finish(all, index, status, &error);
    }
    return NULL;
}

/* This thread works too, so that it goes on, slower, where no other can be had. */
int etp_workers_labour(unsigned jobs, const etp_labour *labour, etp_progress *progress, etp_error *error)
{
    pthread_t threads[THREADS_MAX];
    pool shared = {.labour = labour, .progress = progress, .error = error};
    unsigned started = 0;
    pthread_mutex_init(&shared.lock, NULL);
    while (started + 1 < jobs && started < THREADS_MAX && started + 1 < labour->count &&
           pthread_create(&threads[started], NULL, work_on, &shared) == 0)
        started++;
    work_on(&shared);
    for (unsigned i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    pthread_mutex_destroy(&shared.lock);
    return shared.failed ? shared.status : ETP_EXIT_DONE;
}

int etp_workers_run(unsigned jobs, size_t count, etp_work work, void *user, etp_progress *progress, etp_error *error)
{
    const etp_labour labour = {.work = work, .user = user, .count = count};
    return etp_workers_labour(jobs, &labour, progress, error);
}

unsigned etp_workers_available(void)
{
    long count = sysconf(_SC_NPROCESSORS_ONLN);
    return count < 1 ? 1 : count > THREADS_MAX ? THREADS_MAX : (unsigned)count;
}
