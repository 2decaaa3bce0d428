/* SPDX-License-Identifier: MIT */
/*
 * One connection of an older buyer: bytes to records, records to its adapter, and the limits that keep one guest from
 * being everybody's trouble. A guest that does wrong is closed; one that is merely fast waits.
 */
#include "live/older/older.h"

static const size_t least_room = (size_t)ETP_OLDER_ANSWERS_MAX * ETP_OLDER_RECORD;

static struct older_guest *as_guest(etp_live_port *port)
{
    return (struct older_guest *)(void *)port;
}

static etp_live *live_of(const struct older_guest *guest)
{
    return guest->listener->head.live;
}

static etp_id device_of(const struct older_guest *guest)
{
    return guest->device != NULL ? guest->device->id : 0;
}

static void look_again(struct older_guest *guest, etp_time at)
{
    etp_older_set_timer(&guest->listener->head, at);
}

/* ---- the adapter's calls ---- */

static void hand_frame(void *user, const void *frame, size_t size)
{
    struct older_guest *guest = user;
    etp_live_port_frame(live_of(guest), &guest->port, frame, size);
}

static void hand_record(void *user, const void *record, size_t size)
{
    struct older_guest *guest = user;
    guest->listener->head.stats.records_sent++;
    etp_older_socket_put(&guest->socket, record, size);
}

static void note_refused(void *user, etp_refusal refusal, const etp_message *record)
{
    (void)record;
    struct older_guest *guest = user;
    etp_older_note_refused(&guest->listener->head, refusal, device_of(guest), guest->address);
}

/* ---- its port ---- */

static void hand_over(struct older_guest *guest, etp_time now)
{
    etp_older_socket_flush(&guest->socket);
    if (!etp_older_socket_waits(&guest->socket)) {
        guest->stuck = ETP_TIME_NEVER;
    } else if (guest->stuck == ETP_TIME_NEVER) {
        guest->stuck = now;
        look_again(guest, now + guest->listener->options.first_limit);
    }
}

static int take_frame(etp_live_port *port, const void *frame, size_t size)
{
    struct older_guest *guest = as_guest(port);
    if (etp_older_socket_room(&guest->socket) < least_room) {
        guest->waits = true;
        return ETP_EFULL;
    }
    etp_time now = etp_engine_now(live_of(guest)->engine);
    etp_older_seller_frame(&guest->seller, now, frame, size);
    if (!guest->in_hand)
        hand_over(guest, now);
    return ETP_OK;
}

/* Only one that has proved who it is can come between. */
static void replaced(etp_live_port *port)
{
    struct older_guest *guest = as_guest(port);
    guest->over = "a device that proves who it is has come with this device id";
    guest->device->taken = true;
    etp_older_socket_poke(&guest->socket);
}

static void describe(const etp_live_port *port, etp_live_peer_info *info)
{
    info->address = ((const struct older_guest *)(const void *)port)->address;
}

static const etp_live_port_class guest_class = {
    .transport = "older", .send = take_frame, .replaced = replaced, .describe = describe};

/* ---- records ---- */

static void turn_away(struct older_guest *guest, etp_id id, const char *why)
{
    guest->listener->head.stats.turned_away++;
    guest->over = why;
    etp_live_refuse(live_of(guest), ETP_LIVE_REFUSED_HANDSHAKE, guest->listener->head.node->channel.device, id,
                    guest->address, why);
}

static bool admit(struct older_guest *guest, etp_id id, etp_time now)
{
    const etp_older_calls calls = {.frame = hand_frame, .record = hand_record, .refused = note_refused, .user = guest};
    struct older_listener *listener = guest->listener;
    /* Joining lets the engine speak, so the adapter is there before. */
    etp_older_seller_init(&guest->seller, &calls, &listener->head.ids, listener->head.node->channel.device, id);
    const char *why = etp_older_admit(guest, id, now);
    if (why != NULL) {
        turn_away(guest, id, why);
        return false;
    }
    guest->seller.peer = guest->device->id;
    return true;
}

static void take_record(struct older_guest *guest, etp_time now, etp_refusal refusal, const etp_message *record)
{
    if (guest->device == NULL && (refusal != ETP_REFUSED_NONE || !admit(guest, record->device_id, now))) {
        if (refusal != ETP_REFUSED_NONE) {
            etp_older_note_refused(&guest->listener->head, refusal, 0, guest->address);
            guest->over = "its first record was refused";
        }
        return;
    }
    bool is_another = record->device_id != 0 && record->device_id != guest->device->id;
    if (refusal == ETP_REFUSED_NONE && is_another)
        refusal = ETP_REFUSED_WRONG_DEVICE;
    if (refusal == ETP_REFUSED_NONE)
        etp_older_seller_record(&guest->seller, now, record);
    else
        etp_older_seller_refuse(&guest->seller, refusal, record);
}

/* True if its rate allows one more record now; else reading rests until it does. */
static bool may_go_on(struct older_guest *guest, etp_time now)
{
    const etp_live_older_options *options = &guest->listener->options;
    if (options->messages_per_second == 0)
        return true;
    etp_time each = ETP_NS_PER_SECOND / options->messages_per_second;
    if (guest->paid_until < now)
        guest->paid_until = now;
    if (guest->paid_until - now <= each * (etp_time)(options->message_burst - 1)) {
        guest->paid_until += each;
        return true;
    }
    guest->resumes = guest->paid_until - each * (etp_time)(options->message_burst - 1);
    guest->listener->head.stats.slowed++;
    if (!guest->was_slowed)
        etp_live_refuse(live_of(guest), ETP_LIVE_REFUSED_RATE, guest->listener->head.node->channel.device,
                        device_of(guest), guest->address, "more records than its rate allows: they wait");
    guest->was_slowed = true;
    look_again(guest, guest->resumes);
    return false;
}

/* One record, if a whole one is there and there is room for what it may bring. */
static bool take_next(struct older_guest *guest, etp_time now, size_t *at)
{
    const etp_older_socket *socket = &guest->socket;
    etp_message record;
    size_t used;
    if (guest->over != NULL || etp_older_socket_room(socket) < least_room)
        return false;
    etp_refusal refusal = etp_older_decode(socket->in + *at, socket->in_size - *at, &record, &used);
    if (used == 0) {
        if (refusal == ETP_REFUSED_NONE)
            return false;
        etp_older_note_refused(&guest->listener->head, refusal, device_of(guest), guest->address);
        guest->over = "a record does not begin with the length 84";
        return false;
    }
    if (!may_go_on(guest, now))
        return false;
    *at += used;
    guest->heard = now;
    guest->listener->head.stats.records_received++;
    take_record(guest, now, refusal, &record);
    return true;
}

static void note_partial(struct older_guest *guest, etp_time now)
{
    bool is_partial = guest->socket.in_size > 0 && guest->socket.in_size < ETP_OLDER_RECORD;
    if (!is_partial)
        guest->partial = ETP_TIME_NEVER;
    else if (guest->partial == ETP_TIME_NEVER || guest->heard == now)
        guest->partial = now;
    if (is_partial)
        look_again(guest, guest->partial + guest->listener->options.first_limit);
}

/* Reading goes on when nothing whole is left behind: for want of room, or of rate, the other side has to wait. */
static void work_through(struct older_guest *guest, etp_time now)
{
    size_t at = 0;
    guest->in_hand = true;
    guest->resumes = ETP_TIME_NEVER;
    while (take_next(guest, now, &at))
        ;
    etp_older_socket_drop(&guest->socket, at);
    guest->in_hand = false;
    hand_over(guest, now);
    note_partial(guest, now);
    etp_older_socket_read_on(&guest->socket, guest->over == NULL && guest->socket.in_size < ETP_OLDER_RECORD);
    etp_time deadline = etp_older_seller_deadline(&guest->seller);
    if (deadline != ETP_TIME_NEVER)
        look_again(guest, deadline);
}

/* ---- the loop's calls ---- */

static void on_socket(evutil_socket_t fd, short events, void *user)
{
    (void)fd;
    struct older_guest *guest = user;
    etp_live *live = live_of(guest);
    etp_time now = etp_live_enter(live);
    if ((events & EV_WRITE) != 0) {
        guest->stuck = ETP_TIME_NEVER;
        hand_over(guest, now);
        if (guest->waits && etp_older_socket_room(&guest->socket) >= least_room) {
            guest->waits = false;
            etp_live_port_ready(live, &guest->port);
        }
    }
    bool fills = (events & EV_READ) != 0 && guest->socket.reads;
    if (guest->over == NULL && fills && !etp_older_socket_fill(&guest->socket))
        guest->over = "the other side has closed the connection";
    if (guest->over == NULL)
        work_through(guest, now);
    if (guest->socket.broken)
        guest->over = "the connection is gone";
    if (guest->over != NULL)
        etp_older_guest_close(guest, guest->over);
    etp_live_leave(live);
}

static const char *judge(const struct older_guest *guest, etp_time now)
{
    const etp_live_older_options *options = &guest->listener->options;
    if (guest->device == NULL && now >= guest->opened + options->first_limit)
        return "no whole record came in time";
    if (guest->partial != ETP_TIME_NEVER && now >= guest->partial + options->first_limit)
        return "the rest of a record did not come in time";
    if (guest->stuck != ETP_TIME_NEVER && now >= guest->stuck + options->first_limit)
        return "it does not read its answers";
    return now >= guest->heard + options->idle_limit ? "nothing came for a long time" : NULL;
}

static etp_time earlier(etp_time a, etp_time b)
{
    return a < b ? a : b;
}

static etp_time next_look(const struct older_guest *guest)
{
    const etp_live_older_options *options = &guest->listener->options;
    etp_time at = guest->heard + options->idle_limit;
    if (guest->device == NULL)
        at = earlier(at, guest->opened + options->first_limit);
    if (guest->partial != ETP_TIME_NEVER)
        at = earlier(at, guest->partial + options->first_limit);
    if (guest->stuck != ETP_TIME_NEVER)
        at = earlier(at, guest->stuck + options->first_limit);
    return earlier(at, earlier(guest->resumes, etp_older_seller_deadline(&guest->seller)));
}

etp_time etp_older_guest_tick(struct older_guest *guest, etp_time now)
{
    if (guest->over == NULL)
        guest->over = judge(guest, now);
    if (guest->over == NULL && guest->device != NULL && now >= etp_older_seller_deadline(&guest->seller)) {
        guest->in_hand = true;
        etp_older_seller_advance(&guest->seller, now);
        guest->in_hand = false;
        hand_over(guest, now);
    }
    if (now >= guest->resumes) {
        guest->resumes = ETP_TIME_NEVER;
        etp_older_socket_poke(&guest->socket);
    }
    if (guest->over != NULL) {
        etp_older_guest_close(guest, guest->over);
        return ETP_TIME_NEVER;
    }
    return next_look(guest);
}

/* ---- life ---- */

void etp_older_guest_open(struct older_listener *listener, evutil_socket_t fd, const char *address, etp_time now)
{
    etp_live *live = listener->head.live;
    struct older_guest *guest = etp_live_take(live, sizeof *guest);
    if (guest == NULL || !etp_older_socket_open(&guest->socket, live->base, fd, on_socket, guest)) {
        if (guest == NULL)
            evutil_closesocket(fd);
        etp_live_give(live, guest, sizeof *guest);
        return;
    }
    guest->port.class = &guest_class;
    guest->listener = listener;
    guest->opened = guest->heard = guest->paid_until = now;
    guest->partial = guest->stuck = guest->resumes = ETP_TIME_NEVER;
    guest->host = etp_live_hash_host(address);
    for (unsigned i = 0; i + 1 < sizeof guest->address && address[i] != '\0'; i++)
        guest->address[i] = address[i];
    guest->next = listener->guests;
    listener->guests = guest;
    listener->head.stats.connections++;
    listener->head.stats.opened++;
    etp_older_socket_read_on(&guest->socket, true);
    look_again(guest, now + listener->options.first_limit);
}

/* What it has in the engine is withdrawn first; its answers have nowhere to go. */
void etp_older_guest_close(struct older_guest *guest, const char *why)
{
    struct older_listener *listener = guest->listener;
    etp_live *live = listener->head.live;
    etp_time now = etp_live_now(live);
    guest->over = why;
    if (guest->port.peer != NULL) {
        guest->in_hand = true;
        etp_older_seller_lost(&guest->seller, now);
        etp_live_port_lost(live, &guest->port, why);
    }
    etp_older_leave(guest, now);
    struct older_guest **at = &listener->guests;
    while (*at != guest)
        at = &(*at)->next;
    *at = guest->next;
    listener->head.stats.connections--;
    listener->head.stats.closed++;
    etp_older_socket_flush(&guest->socket);
    etp_older_socket_close(&guest->socket);
    etp_live_give(live, guest, sizeof *guest);
}
