/* SPDX-License-Identifier: MIT */
/*
 * A connection of ours to an older server. It is dialed again when it is lost, at growing pauses; the pause begins anew
 * once the server has answered something, so that one which only accepts connections is not hammered.
 */
#include <errno.h>
#include <string.h>

#include "live/older/older.h"

/* A server answers at once; one that has not for so long is stuck, or its host is gone. */
static const etp_time answer_limit = 5 * ETP_NS_PER_SECOND;
static const size_t least_room = (size_t)ETP_OLDER_ANSWERS_MAX * ETP_OLDER_RECORD;

enum dialer_state { RESTING, CONNECTING, CONNECTED };

struct older_dialer {
    struct etp_live_older head; /* first: what the network has a list of */
    etp_live_port port;
    enum dialer_state state;
    const char *over; /* why the connection is to be closed */
    bool waits, in_hand;
    etp_time since; /* it has tried to connect */
    etp_time dials_at;
    etp_time pause;
    etp_rng rng;
    etp_id device;
    struct sockaddr_storage address;
    socklen_t address_size;
    etp_older_buyer buyer;
    etp_older_socket socket;
};

static struct older_dialer *of_port(const etp_live_port *port)
{
    return (struct older_dialer *)(void *)((uintptr_t)port - offsetof(struct older_dialer, port));
}

/* ---- the adapter's calls ---- */

static void hand_frame(void *user, const void *frame, size_t size)
{
    struct older_dialer *dialer = user;
    etp_live_port_frame(dialer->head.live, &dialer->port, frame, size);
}

static void hand_record(void *user, const void *record, size_t size)
{
    struct older_dialer *dialer = user;
    dialer->head.stats.records_sent++;
    etp_older_socket_put(&dialer->socket, record, size);
}

static void note_refused(void *user, etp_refusal refusal, const etp_message *record)
{
    (void)record;
    struct older_dialer *dialer = user;
    etp_older_note_refused(&dialer->head, refusal, dialer->device, dialer->head.address);
}

/* ---- its port ---- */

static void look_again(struct older_dialer *dialer)
{
    etp_time at = dialer->dials_at;
    if (dialer->state == CONNECTING)
        at = dialer->since + answer_limit;
    else if (dialer->state == CONNECTED)
        at = etp_older_buyer_deadline(&dialer->buyer);
    if (at != ETP_TIME_NEVER)
        etp_older_set_timer(&dialer->head, at);
}

static int take_frame(etp_live_port *port, const void *frame, size_t size)
{
    struct older_dialer *dialer = of_port(port);
    if (etp_older_socket_room(&dialer->socket) < 2 * least_room) {
        dialer->waits = true;
        return ETP_EFULL;
    }
    etp_older_buyer_frame(&dialer->buyer, etp_engine_now(dialer->head.live->engine), frame, size);
    if (!dialer->in_hand)
        etp_older_socket_flush(&dialer->socket);
    look_again(dialer);
    return ETP_OK;
}

static void replaced(etp_live_port *port)
{
    struct older_dialer *dialer = of_port(port);
    dialer->over = "the battery has come by itself, and proves who it is";
    etp_older_socket_poke(&dialer->socket);
}

static void describe(const etp_live_port *port, etp_live_peer_info *info)
{
    info->address = of_port(port)->head.address;
}

static const etp_live_port_class dialer_class = {
    .transport = "older", .send = take_frame, .replaced = replaced, .describe = describe};

/* ---- records ---- */

static void join(struct older_dialer *dialer, const etp_message *record)
{
    const etp_live_arrival arrival = {
        .node = dialer->head.node->number, .device = dialer->device, .role = ETP_DEVICE_BATTERY, .dialed = true};
    if (etp_live_has_peer(dialer->head.live, arrival.node, arrival.device) ||
        etp_live_port_join(dialer->head.live, &dialer->port, &arrival, NULL) != ETP_OK) {
        dialer->over = "the battery is here by another connection, or there is no link for it";
        return;
    }
    dialer->pause = dialer->head.live->options.backoff_min;
    dialer->head.stats.devices = 1;
    etp_older_buyer_register(&dialer->buyer, record);
}

static bool take_next(struct older_dialer *dialer, etp_time now, size_t *at)
{
    etp_message record;
    size_t used;
    if (dialer->over != NULL || etp_older_socket_room(&dialer->socket) < least_room)
        return false;
    etp_refusal refusal = etp_older_decode(dialer->socket.in + *at, dialer->socket.in_size - *at, &record, &used);
    if (used == 0 && refusal == ETP_REFUSED_NONE)
        return false;
    *at += used;
    dialer->head.stats.records_received += used > 0;
    if (used == 0)
        dialer->over = "a record does not begin with the length 84";
    if (refusal != ETP_REFUSED_NONE)
        etp_older_note_refused(&dialer->head, refusal, dialer->device, dialer->head.address);
    else if (etp_older_buyer_record(&dialer->buyer, now, &record))
        join(dialer, &record);
    return true;
}

static void work_through(struct older_dialer *dialer, etp_time now)
{
    size_t at = 0;
    dialer->in_hand = true;
    while (take_next(dialer, now, &at))
        ;
    etp_older_socket_drop(&dialer->socket, at);
    dialer->in_hand = false;
    etp_older_socket_flush(&dialer->socket);
    etp_older_socket_read_on(&dialer->socket, dialer->over == NULL && dialer->socket.in_size < ETP_OLDER_RECORD);
}

/* ---- the connection ---- */

/* +-25 %, so that many dialers of one server do not come together. */
static etp_time jittered(struct older_dialer *dialer)
{
    etp_time quarter = dialer->pause / 4;
    return dialer->pause - quarter + (etp_time)etp_rng_below(&dialer->rng, (uint64_t)(2 * quarter + 1));
}

static void give_up(struct older_dialer *dialer, etp_time now, const char *why)
{
    etp_live *live = dialer->head.live;
    etp_log(&live->options.logger, ETP_LOG_INFO, "live", "older server lost address=%s device=%llu reason=\"%s\"",
            dialer->head.address, (unsigned long long)dialer->device, why);
    etp_live_port_lost(live, &dialer->port, why);
    etp_older_socket_close(&dialer->socket);
    dialer->head.stats.closed += dialer->state == CONNECTED;
    dialer->head.stats.connections = 0;
    dialer->state = RESTING;
    dialer->over = NULL;
    dialer->waits = false;
    dialer->dials_at = now + jittered(dialer);
    dialer->pause *= 2;
    if (dialer->pause > live->options.backoff_max)
        dialer->pause = live->options.backoff_max;
}

static const char *why_not_connected(const struct older_dialer *dialer)
{
    int error = 0;
    socklen_t size = sizeof error;
    if (getsockopt(dialer->socket.fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
        error = errno;
    return error != 0 ? strerror(error) : NULL;
}

static void connected(struct older_dialer *dialer, etp_time now)
{
    const etp_older_calls calls = {.frame = hand_frame, .record = hand_record, .refused = note_refused, .user = dialer};
    dialer->over = why_not_connected(dialer);
    if (dialer->over != NULL)
        return;
    dialer->state = CONNECTED;
    dialer->head.stats.opened++;
    dialer->head.stats.connections = 1;
    etp_older_buyer_init(&dialer->buyer, &calls, &dialer->head.ids, dialer->head.node->channel.device, dialer->device,
                         answer_limit);
    etp_older_buyer_begin(&dialer->buyer, now);
    etp_older_socket_read_on(&dialer->socket, true);
    etp_older_socket_flush(&dialer->socket);
}

static void on_connected_socket(struct older_dialer *dialer, short events, etp_time now)
{
    if ((events & EV_WRITE) != 0) {
        etp_older_socket_flush(&dialer->socket);
        if (dialer->waits && etp_older_socket_room(&dialer->socket) >= 2 * least_room) {
            dialer->waits = false;
            etp_live_port_ready(dialer->head.live, &dialer->port);
        }
    }
    bool fills = (events & EV_READ) != 0 && dialer->socket.reads;
    if (dialer->over == NULL && fills && !etp_older_socket_fill(&dialer->socket))
        dialer->over = "the server has closed the connection";
    if (dialer->over == NULL)
        work_through(dialer, now);
    if (dialer->over == NULL && dialer->socket.broken)
        dialer->over = "the connection is gone";
}

static void on_socket(evutil_socket_t fd, short events, void *user)
{
    (void)fd;
    struct older_dialer *dialer = user;
    etp_time now = etp_live_enter(dialer->head.live);
    if (dialer->state == CONNECTING)
        connected(dialer, now);
    else
        on_connected_socket(dialer, events, now);
    if (dialer->over != NULL)
        give_up(dialer, now, dialer->over);
    look_again(dialer);
    etp_live_leave(dialer->head.live);
}

static void dial(struct older_dialer *dialer, etp_time now)
{
    dialer->dials_at = ETP_TIME_NEVER;
    dialer->since = now;
    evutil_socket_t fd = socket(dialer->address.ss_family, SOCK_STREAM, 0);
    if (fd >= 0 && !etp_older_prepare(fd)) {
        evutil_closesocket(fd);
        fd = -1;
    }
    if (fd < 0 || !etp_older_socket_open(&dialer->socket, dialer->head.live->base, fd, on_socket, dialer)) {
        give_up(dialer, now, "the system has no descriptor for a connection");
        return;
    }
    dialer->state = CONNECTING;
    const struct sockaddr *address = (const struct sockaddr *)(const void *)&dialer->address;
    if (connect(fd, address, dialer->address_size) != 0 && errno != EINPROGRESS && errno != EINTR) {
        give_up(dialer, now, strerror(errno));
        return;
    }
    dialer->socket.writes = true;
    event_add(dialer->socket.writable, NULL);
}

static void on_timer(evutil_socket_t fd, short events, void *user)
{
    (void)fd;
    (void)events;
    struct older_dialer *dialer = user;
    etp_time now = etp_live_enter(dialer->head.live);
    dialer->head.timer_at = ETP_TIME_NEVER;
    if (dialer->state == RESTING && now >= dialer->dials_at)
        dial(dialer, now);
    else if (dialer->state == CONNECTING && now >= dialer->since + answer_limit)
        give_up(dialer, now, "no connection came about in time");
    else if (dialer->state == CONNECTED && now >= etp_older_buyer_deadline(&dialer->buyer))
        give_up(dialer, now, "the server has left something unanswered for too long");
    look_again(dialer);
    etp_live_leave(dialer->head.live);
}

/* ---- life ---- */

static bool is_dialed(const etp_live *live, const struct live_node *node, etp_id device)
{
    for (const struct etp_live_older *head = live->older; head != NULL; head = head->next)
        if (!head->listens && head->node == node && ((const struct older_dialer *)(const void *)head)->device == device)
            return true;
    return false;
}

static int build(struct older_dialer *dialer, etp_node node, const char *address, etp_error *error)
{
    etp_live *live = dialer->head.live;
    int result = etp_older_begin(live, node, ETP_DEVICE_AGGREGATOR, &dialer->head, error);
    if (result != ETP_OK)
        return result;
    if (dialer->device == 0 || dialer->device > ETP_ID_MAX || dialer->device == dialer->head.node->channel.device)
        return etp_fail(error, ETP_ERANGE, "the device id of an older server is 1 to 2^53 - 1, and not our own");
    if (is_dialed(live, dialer->head.node, dialer->device))
        return etp_fail(error, ETP_EEXIST, "device %llu is dialed already", (unsigned long long)dialer->device);
    char why[ETP_OLDER_ADDRESS_MAX];
    if (!etp_older_resolve(address, false, &dialer->address, &dialer->address_size, why))
        return etp_fail(error, ETP_EINVAL, "%s is no address to dial: %s", address, why);
    if (!etp_older_start_timer(&dialer->head, on_timer, dialer))
        return etp_fail(error, ETP_EIO, "libevent has no timer for a dialer");
    return ETP_OK;
}

int etp_live_older_dial(etp_live *live, etp_node node, const char *address, etp_id device, etp_live_older **made,
                        etp_error *error)
{
    if (live == NULL || address == NULL)
        return etp_fail(error, ETP_EINVAL, "a dialer needs a network and an address");
    struct older_dialer *dialer = etp_live_take(live, sizeof *dialer);
    if (dialer == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for a dialer of the older format");
    dialer->head.live = live;
    dialer->head.stats.bytes_per_connection = sizeof *dialer;
    dialer->port.class = &dialer_class;
    dialer->socket.fd = -1;
    dialer->device = device;
    dialer->pause = live->options.backoff_min;
    etp_rng_seed(&dialer->rng, etp_hash(live->options.seed, device, node, 0));
    int result = build(dialer, node, address, error);
    if (result != ETP_OK) {
        etp_older_dialer_free(&dialer->head);
        return result;
    }
    etp_older_show(&dialer->address, dialer->address_size, dialer->head.address);
    etp_older_add(&dialer->head);
    etp_log(&live->options.logger, ETP_LOG_WARN, "live",
            "older format on server=%s device=%llu: no identity, no encryption", dialer->head.address,
            (unsigned long long)device);
    dialer->dials_at = etp_live_now(live);
    look_again(dialer);
    if (made != NULL)
        *made = &dialer->head;
    return ETP_OK;
}

void etp_older_dialer_free(struct etp_live_older *head)
{
    struct older_dialer *dialer = (struct older_dialer *)(void *)head;
    etp_older_socket_close(&dialer->socket);
    if (head->timer != NULL)
        event_free(head->timer);
    etp_live_give(head->live, dialer, sizeof *dialer);
}
