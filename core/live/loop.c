/* SPDX-License-Identifier: MIT */
/*
 * The loop. NNG's threads write one byte into a pipe when there is something to fetch; the loop reads it, fetches, and
 * sends what has come of it. One timer stands at the earliest deadline of the engine and of all connections.
 *
 * Deadlines of connections move with nearly every byte, and nearly always to later. So the heap keeps an early one, and
 * asks the channel again when it comes.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "live/internal.h"

/* From any thread. A full pipe is one that the loop has yet to read. */
void etp_live_wake(void *user)
{
    const etp_live *live = user;
    const char byte = 0;
    while (write(live->wake_ends[1], &byte, 1) < 0 && errno == EINTR)
        ;
}

static void drain(int end)
{
    char bytes[64];
    for (;;) {
        ssize_t size = read(end, bytes, sizeof bytes);
        if (size < (ssize_t)sizeof bytes && !(size < 0 && errno == EINTR))
            return;
    }
}

static void on_wake(evutil_socket_t end, short events, void *user)
{
    (void)events;
    etp_live *live = user;
    drain((int)end);
    etp_live_enter(live);
    etp_carrier_dispatch(live->carrier);
    etp_live_leave(live);
}

static void on_timer(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    etp_live *live = user;
    live->timer_at = ETP_TIME_NEVER;
    etp_time now = etp_live_enter(live);
    if (live->rise_at <= now)
        etp_live_rise(live, NULL);
    for (const struct heap_item *first = etp_heap_first(&live->deadlines); first != NULL && first->time <= now;
         first = etp_heap_first(&live->deadlines)) {
        uint32_t slot = first->number;
        etp_heap_set(&live->deadlines, slot, ETP_TIME_NEVER, slot);
        etp_live_connection_due(live, slot, now);
    }
    etp_live_leave(live);
}

/* Rounded up, so that the deadline has come when the timer fires. */
static struct timeval in_microseconds(etp_time wait)
{
    return (struct timeval){.tv_sec = (time_t)(wait / ETP_NS_PER_SECOND),
                            .tv_usec = (suseconds_t)((wait % ETP_NS_PER_SECOND + ETP_NS_PER_US - 1) / ETP_NS_PER_US)};
}

/* As long as etp_live_run_until() was asked to run. */
static void on_pause(evutil_socket_t unused, short events, void *user)
{
    (void)unused;
    (void)events;
    event_base_loopbreak(((etp_live *)user)->base);
}

static void set_timer(etp_live *live)
{
    const struct heap_item *first = etp_heap_first(&live->deadlines);
    etp_time at = etp_engine_deadline(live->engine);
    if (first != NULL && first->time < at)
        at = first->time;
    if (live->rise_at < at)
        at = live->rise_at;
    if (at == live->timer_at)
        return;
    live->timer_at = at;
    if (at == ETP_TIME_NEVER) {
        event_del(live->timer);
        return;
    }
    etp_time wait = at - etp_live_now(live);
    if (wait < 0)
        wait = 0;
    const struct timeval delay = in_microseconds(wait);
    event_add(live->timer, &delay);
}

etp_time etp_live_enter(etp_live *live)
{
    live->busy = true;
    etp_time now = etp_live_now(live);
    etp_engine_advance(live->engine, now);
    return now;
}

void etp_live_leave(etp_live *live)
{
    etp_live_settle_connections(live);
    if (live->started)
        set_timer(live);
    live->busy = false;
}

/* ---- life ---- */

static int open_pipe(int ends[2])
{
    if (pipe(ends) != 0)
        return ETP_EIO;
    for (unsigned i = 0; i < 2; i++)
        if (fcntl(ends[i], F_SETFL, O_NONBLOCK) != 0 || fcntl(ends[i], F_SETFD, FD_CLOEXEC) != 0)
            return ETP_EIO;
    return ETP_OK;
}

int etp_live_open_loop(etp_live *live, etp_error *error)
{
    if (open_pipe(live->wake_ends) != ETP_OK)
        return etp_fail(error, ETP_EIO, "the system gave no pipe for the network's loop: %s", strerror(errno));
    live->base = live->options.event_base;
    if (live->base == NULL)
        live->base = event_base_new();
    if (live->base != NULL) {
        live->woken = event_new(live->base, live->wake_ends[0], EV_READ | EV_PERSIST, on_wake, live);
        live->timer = event_new(live->base, -1, 0, on_timer, live);
        live->pause = event_new(live->base, -1, 0, on_pause, live);
    }
    if (live->woken == NULL || live->timer == NULL || live->pause == NULL)
        return etp_fail(error, ETP_EIO, "libevent gave no loop for the network");
    return ETP_OK;
}

void etp_live_close_loop(etp_live *live)
{
    if (live->woken != NULL)
        event_free(live->woken);
    if (live->timer != NULL)
        event_free(live->timer);
    if (live->pause != NULL)
        event_free(live->pause);
    if (live->base != NULL && live->options.event_base == NULL)
        event_base_free(live->base);
    for (unsigned i = 0; i < 2; i++)
        if (live->wake_ends[i] >= 0)
            close(live->wake_ends[i]);
}

void *etp_live_base(const etp_live *live)
{
    return live != NULL ? live->base : NULL;
}

/* ---- the host's calls ---- */

/* An engine that has not started says so, before it looks at what it is handed. */
static bool engine_has_started(etp_engine *engine)
{
    const etp_interval none = {.starts = -1};
    return etp_engine_begin_interval(engine, &none) == ETP_ERANGE;
}

int etp_live_start(etp_live *live)
{
    if (live == NULL)
        return ETP_EINVAL;
    if (live->busy || live->started || live->engine == NULL || !engine_has_started(live->engine))
        return ETP_ESTATE;
    if (event_add(live->woken, NULL) != 0)
        return ETP_EIO;
    live->started = live->busy = true;
    etp_live_start_finders(live);
    etp_live_leave(live);
    return ETP_OK;
}

int etp_live_changed(etp_live *live)
{
    if (live == NULL)
        return ETP_EINVAL;
    if (live->busy || !live->started)
        return ETP_ESTATE;
    live->busy = true;
    etp_live_leave(live);
    return ETP_OK;
}

int etp_live_run(etp_live *live)
{
    if (live == NULL)
        return ETP_EINVAL;
    if (live->busy || !live->started || live->options.event_base != NULL)
        return ETP_ESTATE;
    return event_base_loop(live->base, EVLOOP_NO_EXIT_ON_EMPTY) >= 0 ? ETP_OK : ETP_EIO;
}

int etp_live_run_until(etp_live *live, etp_time until)
{
    if (live == NULL)
        return ETP_EINVAL;
    if (live->busy || !live->started || live->options.event_base != NULL)
        return ETP_ESTATE;
    etp_time now = etp_live_now(live);
    if (until <= now)
        return event_base_loop(live->base, EVLOOP_NONBLOCK) >= 0 ? ETP_OK : ETP_EIO;
    const struct timeval delay = in_microseconds(until - now);
    if (event_add(live->pause, &delay) != 0)
        return ETP_EIO;
    int result = event_base_loop(live->base, EVLOOP_NO_EXIT_ON_EMPTY);
    event_del(live->pause);
    return result >= 0 ? ETP_OK : ETP_EIO;
}

int etp_live_stop(etp_live *live)
{
    if (live == NULL)
        return ETP_EINVAL;
    if (!live->started || live->options.event_base != NULL)
        return ETP_ESTATE;
    return event_base_loopbreak(live->base) == 0 ? ETP_OK : ETP_EIO;
}
