/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <unistd.h>

#include "../bench_time.h"
#include "half.h"

enum { INTERVALS = 4, FAILED_EVERY = 50, TICK_MS = 5, UP_LIMIT_S = 120, REGISTERED_LIMIT_S = 30 };

static const etp_time interval_length = 4 * ETP_NS_PER_SECOND;

/* ---- links come up ---- */

static unsigned peers_up(const etp_half *half)
{
    etp_live_stats stats = {.size = sizeof stats};
    etp_half_expect_ok(etp_live_get_stats(half->live, &stats), NULL, "the network's figures");
    return stats.peers_up;
}

static void dial_some(etp_half *half, unsigned up)
{
    etp_error error = {0};
    for (; half->dialed < half->links && half->dialed - up < HANDSHAKES_AT_ONCE; half->dialed++)
        etp_half_expect_ok(
            etp_live_dial(half->live, half->nodes[half->dialed], half->address, BUYER, NULL, NULL, &error), &error,
            "dialing");
}

static void note_up(etp_half *half)
{
    half->is_up = true;
    half->up_since = bench_clock(CLOCK_MONOTONIC);
    half->seconds_up = half->up_since - half->dial_began;
    half->resident_after = etp_half_resident_kb();
}

/* The batteries' loop goes on until the aggregator has spoken: they have to register. */
static void read_start(etp_half *half)
{
    struct pollfd polled = {half->in, POLLIN, 0};
    if (poll(&polled, 1, 0) > 0)
        etp_half_expect(read(half->in, &half->starts, sizeof half->starts) == sizeof half->starts,
                        "no word of the aggregator");
}

/* All are up: when all have registered, the aggregator says when the first interval begins. */
static void agree_on_the_start(etp_half *half)
{
    const double waited = bench_clock(CLOCK_MONOTONIC) - half->up_since;
    etp_half_expect(waited < 2 * REGISTERED_LIMIT_S, "the aggregator does not begin");
    if (half->sells) {
        read_start(half);
        return;
    }
    etp_half_expect(waited < REGISTERED_LIMIT_S, "not every battery has registered");
    if (half->registered < half->links)
        return;
    half->starts = etp_live_now(half->live) + ETP_NS_PER_SECOND;
    etp_half_expect(write(half->out, &half->starts, sizeof half->starts) == sizeof half->starts,
                    "the batteries are gone");
}

static void come_up(etp_half *half)
{
    if (half->is_up) {
        agree_on_the_start(half);
        return;
    }
    const unsigned up = peers_up(half);
    if (half->sells)
        dial_some(half, up);
    if (up == half->links)
        note_up(half);
    etp_half_expect(bench_clock(CLOCK_MONOTONIC) - half->dial_began < UP_LIMIT_S, "the links do not come up");
}

/* ---- intervals ---- */

static void fail_or_recover(etp_half *half, int (*what)(etp_engine *, etp_node))
{
    for (unsigned i = 1; half->sells && i < half->links; i += FAILED_EVERY)
        what(half->engine, half->nodes[i]);
}

static void note_round(etp_half *half, etp_time began)
{
    if (half->last_receipt > began)
        half->busy += half->last_receipt - began;
    half->last_receipt = 0;
}

static void begin_interval(etp_half *half, etp_time now)
{
    const etp_bess_brief lot = {.lot = ETP_ENERGY_PER_KWH / 10};
    const etp_aggregator_brief need = {.takes_part = true,
                                       .value = 14 * ETP_PRICE_PER_CENT,
                                       .need = MAX_LINKS * ETP_ENERGY_PER_KWH,
                                       .budget = MAX_LINKS * ETP_MONEY_PER_DOLLAR};
    const etp_time starts = half->starts + half->interval * interval_length;
    const etp_interval interval = {.index = half->interval, .starts = starts, .ends = starts + interval_length};
    etp_engine_advance(half->engine, now);
    fail_or_recover(half, etp_engine_recover);
    for (unsigned i = 0; half->sells && i < half->links; i++)
        etp_engine_brief_bess(half->engine, half->nodes[i], &lot);
    if (!half->sells)
        etp_engine_brief_aggregator(half->engine, half->nodes[0], &need);
    etp_half_expect_ok(etp_engine_begin_interval(half->engine, &interval), NULL, "an interval");
    half->has_failed = false;
    half->interval++;
}

static void go_through_intervals(etp_half *half)
{
    const etp_time now = etp_live_now(half->live);
    const etp_time began = half->starts + ((etp_time)half->interval - 1) * interval_length;
    if (half->interval > 0 && !half->has_failed && now >= began + half_window / 2) {
        etp_engine_advance(half->engine, now);
        fail_or_recover(half, etp_engine_fail);
        half->has_failed = true;
    }
    if (now < half->starts + half->interval * interval_length)
        return;
    if (half->interval > 0)
        note_round(half, began);
    if (half->interval < INTERVALS)
        begin_interval(half, now);
    else
        etp_live_stop(half->live);
}

/* ---- the loop ---- */

static void on_timer(evutil_socket_t unused, short events, void *user)
{
    etp_half *half = user;
    (void)unused, (void)events;
    if (half->starts == 0)
        come_up(half);
    else
        go_through_intervals(half);
    etp_live_changed(half->live);
}

void etp_half_run(etp_half *half)
{
    const struct timeval tick = {0, TICK_MS * 1000};
    half->dial_began = bench_clock(CLOCK_MONOTONIC);
    half->resident_before = etp_half_resident_kb();
    half->timer = event_new(etp_live_base(half->live), -1, EV_PERSIST, on_timer, half);
    event_add(half->timer, &tick);
    etp_half_expect_ok(etp_live_run(half->live), NULL, "the loop");
    event_free(half->timer);
}
