/* SPDX-License-Identifier: MIT */
/*
 * The two ends of live_channel_pair.h with ways between them that take their time: so many nanoseconds for each byte, one
 * after the other, and then a delay. The dialer always has more to say than may be under way; now and then it has something
 * urgent, which goes in front of what waits, as an outbox has it.
 */
#ifndef ETP_TEST_LIVE_SLOW_WAY_H
#define ETP_TEST_LIVE_SLOW_WAY_H

#include "live/channel/internal.h"
#include "unit/live_channel_pair.h"

enum { WAY_PIECE = 500, WAY_PIECES = 1024, URGENT = 0xdf, URGENT_SIZE = 100, BULK = 1 };

/* From one end to the other. */
typedef struct way {
    etp_time each_byte, delay, jitter;
    etp_time free_at, last; /* when the next byte may go; when the last one arrives */
    size_t arrived;         /* and not taken yet: a part of a record */
    unsigned first, count;
    struct {
        etp_time at;
        size_t size;
    } pieces[WAY_PIECES];
} way;

typedef struct slow_link {
    way there, back;
    etp_rng rng;
    size_t frame_size;   /* of what is not urgent */
    bool sends;          /* there is more to say */
    etp_time urgent_at;  /* when it was offered; 0: none waits */
    bool is_urgent_sent; /* it waits no more, and has not arrived */
    unsigned urgent_count;
    etp_time urgent_most; /* that one took, of those since this was last set to 0 */
    size_t most;          /* bytes that were under way, the same */
} slow_link;

static slow_link line;

static inline void slow_frame(void *user, etp_id device, const void *frame, size_t size)
{
    on_frame(user, device, frame, size);
    if (*(const unsigned char *)frame != URGENT)
        return;
    etp_time took = two.now - line.urgent_at;
    if (took > line.urgent_most)
        line.urgent_most = took;
    line.urgent_at = 0;
    line.is_urgent_sent = false;
    line.urgent_count++;
}

static inline void way_push(way *on, end *from)
{
    for (size_t left = end_flush(&two, from); left > 0;) {
        size_t size = left < WAY_PIECE ? left : WAY_PIECE;
        etp_time begins = on->free_at > two.now ? on->free_at : two.now;
        on->free_at = begins + (etp_time)size * on->each_byte;
        etp_time at = on->free_at + on->delay;
        if (on->jitter > 0)
            at += (etp_time)etp_rng_below(&line.rng, (uint64_t)on->jitter);
        on->last = at > on->last ? at : on->last;
        assert_true(on->count < WAY_PIECES);
        unsigned place = (on->first + on->count++) % WAY_PIECES;
        on->pieces[place].at = on->last;
        on->pieces[place].size = size;
        left -= size;
    }
}

static inline etp_time way_next(const way *on)
{
    return on->count > 0 ? on->pieces[on->first].at : ETP_TIME_NEVER;
}

static inline void way_deliver(way *on, end *from, end *to)
{
    while (way_next(on) <= two.now) {
        on->arrived += on->pieces[on->first].size;
        on->first = (on->first + 1) % WAY_PIECES;
        on->count--;
    }
    if (on->arrived > 0)
        on->arrived -= deliver(&two, from, to, on->arrived);
}

/* All that may be said now: the urgent first. */
static inline void slow_say(void)
{
    while (line.urgent_at != 0 || line.sends) {
        bool is_urgent = line.urgent_at != 0 && !line.is_urgent_sent;
        if (!is_urgent && !line.sends)
            break;
        size_t size = is_urgent ? URGENT_SIZE : line.frame_size;
        int result = send_bytes(&two, &two.dialer, 0, size, is_urgent ? URGENT : BULK);
        line.is_urgent_sent = line.is_urgent_sent || (is_urgent && result == ETP_OK);
        if (result == ETP_OK)
            continue;
        assert_int_equal(result, ETP_EFULL);
        size_t before = line.there.count;
        way_push(&line.there, &two.dialer);
        if (line.there.count == before)
            break;
    }
    way_push(&line.there, &two.dialer);
    way_push(&line.back, &two.listener);
    if (etp_channel_outstanding(&two.dialer.channel) > line.most)
        line.most = etp_channel_outstanding(&two.dialer.channel);
}

static inline void slow_run_until(etp_time until)
{
    for (;;) {
        slow_say();
        etp_time next = way_next(&line.there) < way_next(&line.back) ? way_next(&line.there) : way_next(&line.back);
        if (next > until)
            break;
        two.now = next;
        way_deliver(&line.there, &two.dialer, &two.listener);
        way_deliver(&line.back, &two.listener, &two.dialer);
        assert_false(etp_channel_is_over(&two.dialer.channel) || etp_channel_is_over(&two.listener.channel));
    }
    two.now = until;
}

static inline void slow_run(etp_time duration)
{
    slow_run_until(two.now + duration);
}

/* A pair of ends that both take some bytes a second, with delays of the same length there and back. */
static inline void slow_start(uint64_t bytes_per_second, etp_time delay)
{
    memset(&line, 0, sizeof line);
    etp_rng_seed(&line.rng, bytes_per_second + (uint64_t)delay);
    line.there.each_byte = line.back.each_byte = (etp_time)(ETP_NS_PER_SECOND / (etp_time)bytes_per_second);
    line.there.delay = line.back.delay = delay;
    line.frame_size = 1000;
    two.dialer.options.messages_per_second = two.listener.options.messages_per_second = 0;
    two.dialer.options.calls.frame = two.listener.options.calls.frame = slow_frame;
    pair_open(&two);
    slow_run(2 * ETP_NS_PER_SECOND);
    assert_int_equal(two.dialer.established + two.listener.established, 2);
    line.sends = true;
}

/* Something urgent turns up now; how long it took at most, of all since the last call. */
static inline void slow_offer(void)
{
    assert_true(line.urgent_at == 0);
    line.urgent_at = two.now;
}

#endif
