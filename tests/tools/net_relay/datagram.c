/* SPDX-License-Identifier: MIT */
/* UDP. Each sender has a flow, a socket of its own towards the target, so that answers find their way back. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net_relay.h"

enum { DATAGRAM_MAX = 65536, FLOWS_MAX = 1024, UNDER_WAY_MAX = 8192, READS_PER_TURN = 64 };

static const etp_time held_back = 20 * ETP_NS_PER_MS;

typedef struct etp_relay_flow {
    etp_relay *relay;
    struct etp_relay_flow *next;
    etp_relay_address client;
    int target;
    struct event *readable;
    etp_relay_lane lanes[ETP_RELAY_WAYS];
    struct datagram *datagrams;
    unsigned under_way;
} client_flow;

typedef struct datagram {
    struct datagram *next, **self; /* among those of its flow, and what points to it there */
    client_flow *flow;
    etp_relay_way direction;
    struct event *timer;
    size_t size;
    unsigned char bytes[];
} datagram;

/* ---- on the way ---- */

static void drop(datagram *gone)
{
    *gone->self = gone->next;
    if (gone->next != NULL)
        gone->next->self = gone->self;
    gone->flow->under_way--;
    event_free(gone->timer);
    free(gone);
}

static void deliver(evutil_socket_t fd, short what, void *user)
{
    datagram *arrived = user;
    client_flow *flow = arrived->flow;
    etp_relay *relay = flow->relay;
    ssize_t sent;
    (void)fd;
    (void)what;
    if (arrived->direction == ETP_RELAY_UP)
        sent = send(flow->target, arrived->bytes, arrived->size, 0);
    else
        sent = sendto(relay->listener, arrived->bytes, arrived->size, 0, (const struct sockaddr *)&flow->client.storage,
                      flow->client.size);
    if (sent < 0)
        relay->counts.lost++;
    else
        relay->counts.bytes[arrived->direction] += (uint64_t)sent;
    drop(arrived);
}

static void put_under_way(client_flow *flow, etp_relay_way direction, const void *bytes, size_t size, etp_time now,
                          etp_time arrives)
{
    datagram *fresh = flow->under_way < UNDER_WAY_MAX ? malloc(sizeof *fresh + size) : NULL;
    struct event *timer = fresh != NULL ? evtimer_new(flow->relay->base, deliver, fresh) : NULL;
    if (timer == NULL) {
        free(fresh);
        flow->relay->counts.lost++;
        return;
    }
    *fresh = (datagram){.next = flow->datagrams,
                        .self = &flow->datagrams,
                        .flow = flow,
                        .direction = direction,
                        .timer = timer,
                        .size = size};
    if (fresh->next != NULL)
        fresh->next->self = &fresh->next;
    flow->datagrams = fresh;
    memcpy(fresh->bytes, bytes, size);
    flow->under_way++;
    etp_relay_wake_at(timer, now, arrives);
}

/* ---- the fate of one ---- */

static bool happens(etp_relay *relay, double chance)
{
    return etp_rng_unit(&relay->rng) < chance;
}

static bool is_lost(etp_relay *relay, const etp_relay_lane *lane, etp_relay_way direction, size_t size, etp_time now)
{
    const etp_relay_settings *settings = &relay->settings;
    bool lost = happens(relay, settings->loss) || settings->stalled[direction];
    if (settings->bandwidth_bps > 0 && etp_relay_lane_waiting(relay, lane, now) + size > settings->queue_bytes)
        lost = true;
    return lost;
}

static void pass(client_flow *flow, etp_relay_way direction, const void *bytes, size_t size)
{
    etp_relay *relay = flow->relay;
    etp_relay_lane *lane = &flow->lanes[direction];
    etp_time now = etp_relay_now();
    if (is_lost(relay, lane, direction, size, now)) {
        relay->counts.lost++;
        return;
    }
    etp_time arrives = etp_relay_lane_enter(relay, lane, now, size);
    if (happens(relay, relay->settings.reorder))
        arrives += relay->settings.delay > held_back ? relay->settings.delay : held_back;
    put_under_way(flow, direction, bytes, size, now, arrives);
    if (happens(relay, relay->settings.duplicate))
        put_under_way(flow, direction, bytes, size, now, arrives);
}

/* ---- flows ---- */

static void on_answer(evutil_socket_t fd, short what, void *user)
{
    static unsigned char bytes[DATAGRAM_MAX];
    client_flow *flow = user;
    (void)what;
    for (unsigned i = 0; i < READS_PER_TURN; i++) {
        ssize_t size = recv(fd, bytes, sizeof bytes, 0);
        if (size < 0)
            return;
        pass(flow, ETP_RELAY_DOWN, bytes, (size_t)size);
    }
}

static void free_flow(client_flow *flow)
{
    while (flow->datagrams != NULL)
        drop(flow->datagrams);
    if (flow->readable != NULL)
        event_free(flow->readable);
    if (flow->target >= 0)
        close(flow->target);
    free(flow);
}

static bool open_target(client_flow *fresh)
{
    etp_relay *relay = fresh->relay;
    fresh->target = socket(relay->target.storage.ss_family, SOCK_DGRAM, 0);
    if (fresh->target < 0)
        return false;
    evutil_make_socket_nonblocking(fresh->target);
    evutil_make_socket_closeonexec(fresh->target);
    if (connect(fresh->target, (const struct sockaddr *)&relay->target.storage, relay->target.size) != 0)
        return false;
    fresh->readable = event_new(relay->base, fresh->target, EV_READ | EV_PERSIST, on_answer, fresh);
    return fresh->readable != NULL && event_add(fresh->readable, NULL) == 0;
}

static client_flow *begin_flow(etp_relay *relay, const etp_relay_address *client)
{
    client_flow *fresh = relay->counts.connections < FLOWS_MAX ? calloc(1, sizeof *fresh) : NULL;
    if (fresh == NULL)
        return NULL;
    *fresh = (client_flow){.relay = relay, .client = *client, .target = -1, .next = relay->flows};
    if (!open_target(fresh)) {
        free_flow(fresh);
        return NULL;
    }
    relay->flows = fresh;
    relay->counts.connections++;
    relay->counts.alive++;
    return fresh;
}

static client_flow *flow_of(etp_relay *relay, const etp_relay_address *client)
{
    for (client_flow *each = relay->flows; each != NULL; each = each->next)
        if (each->client.size == client->size && memcmp(&each->client.storage, &client->storage, client->size) == 0)
            return each;
    return begin_flow(relay, client);
}

static void on_datagram(evutil_socket_t fd, short what, void *user)
{
    static unsigned char bytes[DATAGRAM_MAX];
    etp_relay *relay = user;
    (void)what;
    for (unsigned i = 0; i < READS_PER_TURN; i++) {
        etp_relay_address client = {.size = sizeof client.storage};
        ssize_t size = recvfrom(fd, bytes, sizeof bytes, 0, (struct sockaddr *)&client.storage, &client.size);
        if (size < 0)
            return;
        client_flow *from = relay->settings.refusing ? NULL : flow_of(relay, &client);
        if (from != NULL)
            pass(from, ETP_RELAY_UP, bytes, (size_t)size);
        else
            relay->counts.lost++;
    }
}

int etp_relay_listen_datagrams(etp_relay *relay)
{
    relay->listener = socket(relay->listen.storage.ss_family, SOCK_DGRAM, 0);
    if (relay->listener < 0)
        return -1;
    evutil_make_socket_nonblocking(relay->listener);
    evutil_make_socket_closeonexec(relay->listener);
    if (bind(relay->listener, (const struct sockaddr *)&relay->listen.storage, relay->listen.size) != 0)
        return -1;
    relay->listening = event_new(relay->base, relay->listener, EV_READ | EV_PERSIST, on_datagram, relay);
    return relay->listening != NULL ? event_add(relay->listening, NULL) : -1;
}

void etp_relay_end_datagrams(etp_relay *relay)
{
    while (relay->flows != NULL) {
        client_flow *next = relay->flows->next;
        free_flow(relay->flows);
        relay->flows = next;
    }
}
