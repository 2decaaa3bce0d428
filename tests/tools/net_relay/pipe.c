/* SPDX-License-Identifier: MIT */
#include "pipe.h"

#include <errno.h>
#include <stdlib.h>

enum { UNDER_WAY_MAX = 4 << 20, READS_PER_TURN = 16, DRIPS_PER_SECOND = 50 };

/* One without bytes is the end of the stream. */
struct etp_relay_segment {
    struct etp_relay_segment *next;
    etp_time arrives;
    size_t size, written;
    unsigned char bytes[ETP_RELAY_SEGMENT];
};

typedef struct etp_relay_segment segment;

/* ---- life ---- */

bool etp_relay_pipe_begin(etp_relay_pipe *pipe, event_callback_fn on_event)
{
    struct event_base *base = pipe->relay->base;
    pipe->readable = event_new(base, pipe->from, EV_READ, on_event, pipe);
    pipe->writable = event_new(base, pipe->to, EV_WRITE, on_event, pipe);
    pipe->timer = evtimer_new(base, on_event, pipe);
    return pipe->readable != NULL && pipe->writable != NULL && pipe->timer != NULL;
}

void etp_relay_pipe_fini(etp_relay_pipe *pipe)
{
    struct event *const events[] = {pipe->readable, pipe->writable, pipe->timer};
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (events[i] != NULL)
            event_free(events[i]);
    while (pipe->first != NULL) {
        segment *next = pipe->first->next;
        free(pipe->first);
        pipe->first = next;
    }
    pipe->readable = pipe->writable = pipe->timer = NULL;
    pipe->last = NULL;
}

/* ---- writing ---- */

static void drop_first(etp_relay_pipe *pipe)
{
    segment *done = pipe->first;
    pipe->first = done->next;
    if (pipe->first == NULL)
        pipe->last = NULL;
    pipe->under_way -= done->size;
    free(done);
}

static bool is_cut_here(const etp_relay_pipe *pipe)
{
    uint64_t cut_after = pipe->relay->settings.cut_after;
    return cut_after > 0 && pipe->direction == ETP_RELAY_UP && pipe->passed >= cut_after;
}

/* How much of a segment may go: no more than up to the place of the cut. */
static size_t sendable(const etp_relay_pipe *pipe)
{
    const etp_relay_settings *settings = &pipe->relay->settings;
    size_t left = pipe->first->size - pipe->first->written;
    if (settings->cut_after == 0 || pipe->direction != ETP_RELAY_UP)
        return left;
    uint64_t until_cut = settings->cut_after - pipe->passed;
    return until_cut < left ? (size_t)until_cut : left;
}

static etp_relay_outcome write_first(etp_relay_pipe *pipe)
{
    etp_relay *relay = pipe->relay;
    segment *first = pipe->first;
    if (first->size == 0) {
        shutdown(pipe->to, SHUT_WR);
        pipe->written_all = true;
        drop_first(pipe);
        return ETP_RELAY_WENT;
    }
    ssize_t sent = send(pipe->to, first->bytes + first->written, sendable(pipe), MSG_NOSIGNAL);
    if (sent < 0)
        return errno == EAGAIN || errno == EINTR || errno == ENOTCONN ? ETP_RELAY_MUST_WAIT : ETP_RELAY_BROKE;
    first->written += (size_t)sent;
    relay->counts.bytes[pipe->direction] += (uint64_t)sent;
    pipe->passed += (uint64_t)sent;
    if (is_cut_here(pipe))
        return ETP_RELAY_WAS_CUT;
    if (first->written == first->size)
        drop_first(pipe);
    return ETP_RELAY_WENT;
}

static etp_relay_outcome write_due(etp_relay_pipe *pipe, etp_time now)
{
    etp_relay_outcome what = ETP_RELAY_WENT;
    while (what == ETP_RELAY_WENT && pipe->first != NULL && pipe->first->arrives <= now)
        what = write_first(pipe);
    pipe->blocked = what == ETP_RELAY_MUST_WAIT;
    if (pipe->blocked)
        event_add(pipe->writable, NULL);
    return what;
}

/* ---- reading ---- */

/* When the next bytes may be read; ETP_TIME_NEVER where that depends on what is under way. */
static etp_time may_read_at(const etp_relay_pipe *pipe, etp_time now)
{
    const etp_relay *relay = pipe->relay;
    uint64_t half = relay->settings.queue_bytes / 2;
    if (pipe->under_way >= (pipe->blocked ? relay->settings.queue_bytes : UNDER_WAY_MAX))
        return ETP_TIME_NEVER;
    etp_time when =
        etp_relay_lane_room_at(relay, &pipe->lane, now, half < ETP_RELAY_SEGMENT ? half + 1 : ETP_RELAY_SEGMENT);
    if (relay->settings.drip[pipe->direction] > 0 && pipe->next_drip > when)
        when = pipe->next_drip;
    return when;
}

static size_t readable_size(const etp_relay_pipe *pipe, etp_time now)
{
    const etp_relay *relay = pipe->relay;
    uint64_t drip = relay->settings.drip[pipe->direction], size = ETP_RELAY_SEGMENT;
    uint64_t waiting = etp_relay_lane_waiting(relay, &pipe->lane, now), queue = relay->settings.queue_bytes;
    uint64_t room = queue > waiting ? queue - waiting : 1;
    if (relay->settings.bandwidth_bps > 0 && room < size)
        size = room;
    if (drip > 0 && drip / DRIPS_PER_SECOND + 1 < size)
        size = drip / DRIPS_PER_SECOND + 1;
    return (size_t)size;
}

static void note_read(etp_relay_pipe *pipe, segment *read, etp_time now)
{
    etp_relay *relay = pipe->relay;
    uint64_t drip = relay->settings.drip[pipe->direction];
    read->arrives = etp_relay_lane_enter_in_order(relay, &pipe->lane, now, read->size);
    if (pipe->last != NULL)
        pipe->last->next = read;
    else
        pipe->first = read;
    pipe->last = read;
    pipe->under_way += read->size;
    if (drip > 0)
        pipe->next_drip = now + (etp_time)((double)read->size / (double)drip * (double)ETP_NS_PER_SECOND);
}

static etp_relay_outcome read_one(etp_relay_pipe *pipe, etp_time now)
{
    segment *fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return ETP_RELAY_BROKE;
    ssize_t got = recv(pipe->from, fresh->bytes, readable_size(pipe, now), 0);
    if (got < 0) {
        free(fresh);
        return errno == EAGAIN || errno == EINTR || errno == ENOTCONN ? ETP_RELAY_MUST_WAIT : ETP_RELAY_BROKE;
    }
    fresh->size = (size_t)got;
    pipe->read_all = got == 0;
    note_read(pipe, fresh, now);
    return ETP_RELAY_WENT;
}

static etp_relay_outcome read_some(etp_relay_pipe *pipe, etp_time now)
{
    etp_relay_outcome what = ETP_RELAY_WENT;
    for (unsigned i = 0; i < READS_PER_TURN && what == ETP_RELAY_WENT && !pipe->read_all; i++) {
        if (may_read_at(pipe, now) > now)
            return ETP_RELAY_WENT;
        what = read_one(pipe, now);
    }
    if (what != ETP_RELAY_BROKE && !pipe->read_all)
        event_add(pipe->readable, NULL);
    return what;
}

/* ---- both ---- */

static void wait_for_time(etp_relay_pipe *pipe, etp_time now)
{
    etp_time when = pipe->first != NULL && pipe->first->arrives > now ? pipe->first->arrives : ETP_TIME_NEVER;
    etp_time read = pipe->read_all ? ETP_TIME_NEVER : may_read_at(pipe, now);
    if (read > now && read < when)
        when = read;
    if (when != ETP_TIME_NEVER)
        etp_relay_wake_at(pipe->timer, now, when);
}

void etp_relay_pipe_rest(etp_relay_pipe *pipe)
{
    event_del(pipe->readable);
    event_del(pipe->writable);
    event_del(pipe->timer);
}

etp_relay_outcome etp_relay_pipe_pump(etp_relay_pipe *pipe)
{
    etp_time now = etp_relay_now();
    etp_relay_outcome what = write_due(pipe, now);
    if (what != ETP_RELAY_BROKE && what != ETP_RELAY_WAS_CUT && read_some(pipe, now) == ETP_RELAY_BROKE)
        what = ETP_RELAY_BROKE;
    /* what has just been read may be there already */
    if (what == ETP_RELAY_WENT)
        what = write_due(pipe, now);
    if (what != ETP_RELAY_BROKE && what != ETP_RELAY_WAS_CUT)
        wait_for_time(pipe, now);
    return what;
}
