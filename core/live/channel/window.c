/* SPDX-License-Identifier: MIT */
/*
 * How much a sender has under way, within the credit. What is under way stands before whatever is urgent, so it must be no
 * more than leaves soon; and all of a fast link is used only if it is enough.
 *
 * A window begins at what the options say may be under way however slow the peer is, and never is less. An ASK measures: its
 * bytes under way were consumed in so much time. At that rate
 *
 *     allowed = bytes * (shortest + target) / time
 *
 * take as long as the way there and back with nothing before us, and the target. A window that was full grows up to that,
 * by no more than was measured. It shrinks to it as soon as a measurement takes longer, and while one that is not over
 * already does. After a pause it begins anew. So whatever the rate and the length of the way, what waits in front of an
 * urgent record is the target's worth of what the peer takes in, or the least window, whichever is more.
 *
 * The shortest time is that of the handshake until an ASK or a PING took less. It becomes longer, as when a way is replaced by
 * another, only by those ASKs that had next to nothing before them: of the others nobody can tell a longer way from a
 * longer queue.
 *
 * A peer that acknowledges early or late deceives nobody but itself: what it has not consumed waits in its own buffers.
 */
#include "live/channel/internal.h"

static const etp_time target = 5 * ETP_NS_PER_MS, longest_way = 2 * ETP_NS_PER_SECOND, idle = ETP_NS_PER_SECOND;
enum { FREE_ASKS = 8, BURST = 4 /* a part of the way there and back */, LONGEST = ETP_CHANNEL_RECORD_MAX };

/* Products of both stay far below 2^64. */
_Static_assert(ETP_CHANNEL_CREDIT_MAX <= 1 << 20, "a credit times the longest way fits");

static uint64_t lower(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static uint64_t higher(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static etp_time longest_wait(const etp_channel_window *window)
{
    return window->shortest + target;
}

/* At least the least window, at most the credit. */
static uint64_t allowed(const etp_channel *channel, uint64_t bytes, etp_time time)
{
    const etp_channel_window *window = &channel->window;
    uint64_t at_that_rate = bytes * (uint64_t)longest_wait(window) / (uint64_t)(time > 0 ? time : 1);
    return lower(channel->credit, higher(window->least, at_that_rate));
}

static bool has_paused(const etp_channel *channel)
{
    return channel->now - channel->window.used_at > idle + channel->window.shortest;
}

static void notice_way(etp_channel_window *window, etp_time time)
{
    if (time < window->shortest)
        window->shortest = time;
}

/* ---- life ---- */

void etp_window_begin(etp_channel *channel)
{
    etp_channel_window *window = &channel->window;
    window->least = window->size = window->open = lower(channel->options->unacknowledged, channel->credit);
    window->shortest = window->free_shortest = longest_way;
    window->used_at = channel->now;
    notice_way(window, channel->clock.round_trip);
}

/* Only here and when an ACK comes, so that who was told that there is room finds it. */
void etp_window_tell_time(etp_channel *channel)
{
    etp_channel_window *window = &channel->window;
    etp_time waited = channel->now - window->marked_at;
    window->open = window->size;
    if (window->marked && waited > longest_wait(window))
        window->open = lower(window->size, allowed(channel, window->marked_bytes, waited));
}

void etp_window_use(etp_channel *channel)
{
    etp_channel_window *window = &channel->window;
    if (has_paused(channel))
        window->open = window->size = window->least;
    window->used_at = channel->now;
}

/* ---- asking ---- */

static bool is_full(const etp_channel *channel)
{
    return etp_channel_outstanding(channel) + LONGEST > channel->window.open;
}

/* On a long way all of a window leaves at once: it is the last ASK of it that says how much goes in that time. */
static bool is_better(const etp_channel *channel)
{
    const etp_channel_window *window = &channel->window;
    return !window->marked || (etp_channel_outstanding(channel) > window->marked_bytes &&
                               channel->now - window->marked_at <= window->shortest / BURST);
}

bool etp_window_wants_ask(const etp_channel *channel)
{
    uint64_t news = channel->sent - channel->asked;
    uint64_t of = channel->asked > channel->acknowledged ? channel->window.open : channel->window.least;
    return news > 0 && (news >= of / ETP_WINDOW_ASKS || (is_full(channel) && is_better(channel)));
}

void etp_window_asked(etp_channel *channel)
{
    etp_channel_window *window = &channel->window;
    if (!is_better(channel))
        return;
    window->marked = true;
    window->marked_end = channel->sent;
    window->marked_bytes = etp_channel_outstanding(channel);
    window->marked_at = channel->now;
    window->filled = is_full(channel);
}

/* ---- measuring ---- */

/* Of the last few that waited for nothing the shortest is the way. */
static void notice_free_way(etp_channel_window *window, etp_time time)
{
    if (time < window->free_shortest)
        window->free_shortest = time;
    if (++window->free_count < FREE_ASKS)
        return;
    window->shortest = window->free_shortest;
    window->free_shortest = longest_way;
    window->free_count = 0;
}

/* Beside what is allowed there is room for one record more, or a window of few would not grow at all. */
static uint64_t grown(const etp_channel *channel, uint64_t now_allowed)
{
    const etp_channel_window *window = &channel->window;
    return lower(channel->credit, lower(now_allowed + LONGEST, window->size + window->marked_bytes));
}

static void adapt(etp_channel *channel, etp_time time)
{
    etp_channel_window *window = &channel->window;
    uint64_t now_allowed = allowed(channel, window->marked_bytes, time);
    if (time > longest_wait(window))
        window->size = lower(window->size, now_allowed);
    else if (window->filled)
        window->size = higher(window->size, grown(channel, now_allowed));
}

void etp_window_acknowledged(etp_channel *channel)
{
    etp_channel_window *window = &channel->window;
    etp_time time = channel->now - window->marked_at;
    if (!window->marked || channel->acknowledged < window->marked_end)
        return;
    window->marked = false;
    notice_way(window, time);
    if (window->marked_bytes <= window->least / 2)
        notice_free_way(window, time);
    adapt(channel, time);
    window->open = window->size;
}

void etp_window_round_trip(etp_channel *channel, etp_time time)
{
    notice_way(&channel->window, time);
}
