/* SPDX-License-Identifier: MIT */
/* An announcement goes to groups and peers. An answer goes to the one who announced himself, a moment later, so that not
 * all who heard him answer at once; who comes while as many as there is room for wait makes all of them one announcement. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "etp/live_clock.h"
#include "state.h"

enum { ANSWER_WITHIN_MS = 200, FIRST_STEP_MS = 1000 };

/* ---- clocks ---- */

etp_time etp_discovery_ticks(void)
{
    static const etp_live_clock since_boot = {0};
    return etp_live_clock_now(&since_boot);
}

uint64_t etp_discovery_wall_us(void)
{
    etp_live_clock clock;
    etp_live_clock_set(&clock);
    return (uint64_t)(etp_live_clock_now(&clock) / ETP_NS_PER_US);
}

static etp_time jittered(etp_discovery *d, etp_time pause)
{
    return pause * 3 / 4 + (etp_time)etp_rng_below(&d->rng, (uint64_t)pause / 2 + 1);
}

static void set_timer(etp_discovery *d)
{
    etp_time at = d->answer_count > 0 && d->answer_at < d->announce_at ? d->answer_at : d->announce_at;
    etp_time pause = at - etp_discovery_ticks();
    if (pause < 0)
        pause = 0;
    struct timeval wait = {.tv_sec = (time_t)(pause / ETP_NS_PER_SECOND),
                           .tv_usec = (suseconds_t)(pause % ETP_NS_PER_SECOND / ETP_NS_PER_US)};
    evtimer_add(d->timer, &wait);
}

/* ---- sending ---- */

static void tell_trouble(etp_discovery *d, const char *doing, const etp_udp_address *address, int code)
{
    char where[ETP_UDP_TEXT_MAX], reason[128], text[384];
    if (d->troubled || d->options.calls.trouble == NULL)
        return;
    d->troubled = true;
    etp_udp_text(address, where);
    if (strerror_r(code, reason, sizeof reason) != 0)
        reason[0] = '\0';
    snprintf(text, sizeof text,
             "cannot %s %s: %s; it is tried again (a host without multicast can ask others directly)", doing, where,
             reason);
    d->options.calls.trouble(d->options.user, text);
}

static const etp_discovery_door *plain_door(const etp_discovery *d, int family)
{
    for (unsigned i = 0; i < d->door_count; i++) {
        if (!d->doors[i].is_group && d->doors[i].family == family)
            return &d->doors[i];
    }
    return NULL;
}

static void send_to(etp_discovery *d, const etp_datagram *datagram, const etp_udp_address *to)
{
    const etp_discovery_door *door = plain_door(d, to->any.sa_family);
    if (door != NULL &&
        sendto(door->fd, datagram->bytes, datagram->size, 0, &to->any, etp_udp_size(to)) == (ssize_t)datagram->size) {
        d->stats.sent++;
        return;
    }
    d->stats.unsent++;
    tell_trouble(d, "send to", to, errno);
}

/* Counter and time rise with each envelope, whatever becomes of the wall clock. */
static void stamp(etp_discovery *d)
{
    etp_envelope *own = &d->own;
    uint64_t now = etp_discovery_wall_us();
    own->time_us = now > own->time_us ? now : own->time_us + 1;
    own->counter++;
    if (!own->has_message)
        return;
    own->message = (etp_message){0};
    if (d->options.calls.describe != NULL)
        d->options.calls.describe(d->options.user, &own->message);
    own->message.type = own->role == ETP_DEVICE_BATTERY ? ETP_REGISTER : ETP_QUERY;
    own->message.message_id = own->time_us;
    own->message.device_id = own->device;
    own->message.in_reply_to = 0;
    own->message.ttl = ETP_TTL_DEFAULT;
}

static bool make_datagram(etp_discovery *d, etp_datagram *datagram)
{
    stamp(d);
    if (etp_envelope_encode(&d->own, d->options.identity, datagram) == ETP_OK)
        return true;
    d->stats.unsent++;
    return false;
}

/* False if there is one that cannot be joined now. */
static bool join_groups(etp_discovery *d)
{
    bool all = true;
    for (unsigned i = 0; i < d->door_count; i++) {
        etp_discovery_door *door = &d->doors[i];
        if (!door->is_group || door->joined)
            continue;
        door->joined = etp_udp_join(door->fd, &door->group, d->interface);
        if (!door->joined)
            tell_trouble(d, "join", &door->group, errno);
        all = all && door->joined;
    }
    return all;
}

static void announce(etp_discovery *d)
{
    etp_datagram datagram;
    bool joined = join_groups(d);
    if (!make_datagram(d, &datagram))
        return;
    uint64_t unsent = d->stats.unsent;
    for (unsigned i = 0; i < d->door_count; i++) {
        if (d->doors[i].is_group)
            send_to(d, &datagram, &d->doors[i].group);
    }
    for (unsigned i = 0; i < d->peer_count; i++)
        send_to(d, &datagram, &d->peers[i]);
    d->troubled = d->troubled && (!joined || d->stats.unsent > unsent);
}

static void answer(etp_discovery *d)
{
    etp_datagram datagram;
    if (make_datagram(d, &datagram)) {
        for (unsigned i = 0; i < d->answer_count; i++)
            send_to(d, &datagram, &d->answers[i]);
        d->stats.answered += d->answer_count;
    }
    d->answer_count = 0;
}

void etp_discovery_on_timer(evutil_socket_t fd, short what, void *user)
{
    (void)fd, (void)what;
    etp_discovery *d = user;
    etp_time now = etp_discovery_ticks();
    if (d->answer_count > 0 && d->answer_at <= now)
        answer(d);
    if (d->announce_at <= now) {
        announce(d);
        d->announce_at = now + jittered(d, d->step);
        d->step = d->step * 2 < d->options.period ? d->step * 2 : d->options.period;
    }
    set_timer(d);
}

void etp_discovery_answer(etp_discovery *d, const etp_udp_address *to)
{
    for (unsigned i = 0; i < d->answer_count; i++) {
        if (etp_udp_same(&d->answers[i], to))
            return;
    }
    etp_time at = etp_discovery_ticks() + (etp_time)etp_rng_below(&d->rng, ANSWER_WITHIN_MS) * ETP_NS_PER_MS;
    if (d->answer_count == ETP_DISCOVERY_ANSWERS) {
        d->announce_at = at < d->announce_at ? at : d->announce_at;
    } else {
        if (d->answer_count == 0)
            d->answer_at = at;
        d->answers[d->answer_count++] = *to;
    }
    set_timer(d);
}

void etp_discovery_announce_soon(etp_discovery *d)
{
    d->announce_at = etp_discovery_ticks();
    d->step = FIRST_STEP_MS * ETP_NS_PER_MS;
    if (d->step > d->options.period)
        d->step = d->options.period;
    set_timer(d);
}
