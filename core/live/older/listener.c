/* SPDX-License-Identifier: MIT */
/*
 * Where older buyers connect. When the system has no descriptor left, accept() fails at once and the connection stays in
 * the queue, so that a loop which tries again would spin; this one rests, longer each time, and then tries once.
 */
#include <errno.h>
#include <string.h>

#include "live/older/older.h"

enum { BACKLOG = 64, ACCEPTS_AT_ONCE = 16 };

static const etp_time first_pause = 50 * ETP_NS_PER_MS;
static const etp_time longest_pause = 2 * ETP_NS_PER_SECOND;

/* ---- accepting ---- */

static unsigned count_of_host(const struct older_listener *listener, uint64_t host)
{
    unsigned count = 0;
    for (const struct older_guest *guest = listener->guests; guest != NULL; guest = guest->next)
        count += guest->host == host;
    return count;
}

static const char *why_not(const struct older_listener *listener, const char *address)
{
    if (listener->head.stats.connections >= listener->options.max_connections)
        return "one connection too many in the older format";
    if (count_of_host(listener, etp_live_hash_host(address)) >= listener->options.max_per_address)
        return "one connection too many of this address in the older format";
    return NULL;
}

static void welcome(struct older_listener *listener, evutil_socket_t fd, const char *address, etp_time now)
{
    const char *why = why_not(listener, address);
    if (why == NULL && etp_older_prepare(fd)) {
        etp_older_guest_open(listener, fd, address, now);
        return;
    }
    evutil_closesocket(fd);
    if (why == NULL)
        return;
    listener->head.stats.turned_away++;
    etp_live_refuse(listener->head.live, ETP_LIVE_REFUSED_CAP, listener->head.node->channel.device, 0, address, why);
}

static bool is_no_failure(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR || error == ECONNABORTED;
}

static void rest(struct older_listener *listener, int error, etp_time now)
{
    listener->head.stats.accept_failures++;
    etp_log(&listener->head.live->options.logger, ETP_LOG_WARN, "live",
            "cannot accept address=%s error=\"%s\" pause_ms=%lld", listener->head.address, strerror(error),
            (long long)(listener->accept_pause / ETP_NS_PER_MS));
    event_del(listener->acceptable);
    listener->accepts_at = now + listener->accept_pause;
    listener->accept_pause *= 2;
    if (listener->accept_pause > longest_pause)
        listener->accept_pause = longest_pause;
    etp_older_set_timer(&listener->head, listener->accepts_at);
}

/* Returns false when nobody waits, or there is nothing to take him with. */
static bool accept_one(struct older_listener *listener, etp_time now)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    evutil_socket_t fd = accept(listener->fd, (struct sockaddr *)(void *)&address, &size);
    if (fd < 0) {
        if (!is_no_failure(errno))
            rest(listener, errno, now);
        return false;
    }
    listener->accept_pause = first_pause;
    char text[ETP_OLDER_ADDRESS_MAX];
    etp_older_show(&address, size, text);
    welcome(listener, fd, text, now);
    return true;
}

/* A few at a time, so that whoever connects without end holds up nobody else. */
static void on_acceptable(evutil_socket_t fd, short events, void *user)
{
    (void)fd;
    (void)events;
    struct older_listener *listener = user;
    etp_time now = etp_live_enter(listener->head.live);
    for (unsigned i = 0; i < ACCEPTS_AT_ONCE && accept_one(listener, now); i++)
        ;
    etp_live_leave(listener->head.live);
}

/* ---- time ---- */

static void on_timer(evutil_socket_t fd, short events, void *user)
{
    (void)fd;
    (void)events;
    struct older_listener *listener = user;
    etp_time now = etp_live_enter(listener->head.live), next = ETP_TIME_NEVER;
    listener->head.timer_at = ETP_TIME_NEVER;
    if (now >= listener->accepts_at) {
        listener->accepts_at = ETP_TIME_NEVER;
        event_add(listener->acceptable, NULL);
    }
    for (struct older_guest *guest = listener->guests, *after; guest != NULL; guest = after) {
        after = guest->next;
        etp_time at = etp_older_guest_tick(guest, now);
        if (at < next)
            next = at;
    }
    if (listener->accepts_at < next)
        next = listener->accepts_at;
    if (next != ETP_TIME_NEVER)
        etp_older_set_timer(&listener->head, next);
    etp_live_leave(listener->head.live);
}

/* ---- options ---- */

static int check(const etp_live *live, const etp_live_older_options *options, etp_error *error)
{
    if (live->engine != NULL && etp_engine_timing(live->engine)->window > ETP_LIVE_OLDER_WINDOW_MAX)
        return etp_fail(
            error, ETP_EINVAL,
            "buyers of the older format wait half a second for an answer, so the engine's window must be at "
            "most %d ms: it is %lld ms",
            (int)(ETP_LIVE_OLDER_WINDOW_MAX / ETP_NS_PER_MS),
            (long long)(etp_engine_timing(live->engine)->window / ETP_NS_PER_MS));
    if (options->size != sizeof *options)
        return etp_fail(error, ETP_EINVAL,
                        "etp_live_older_options.size is %zu, not %zu: set it with etp_live_older_defaults()",
                        options->size, sizeof *options);
    if (options->address == NULL)
        return etp_fail(error, ETP_EINVAL, "an address to listen at is needed, as HOST:PORT");
    if ((options->allow == NULL) != (options->allow_count == 0))
        return etp_fail(error, ETP_EINVAL, "allow and allow_count go together");
    for (unsigned i = 0; i < options->allow_count; i++)
        if (options->allow[i] == 0 || options->allow[i] > ETP_ID_MAX)
            return etp_fail(error, ETP_ERANGE, "a device id that is let in must be 1 to 2^53 - 1");
    if (options->max_connections == 0 || options->max_per_address == 0 || options->max_devices == 0)
        return etp_fail(error, ETP_EINVAL, "with a limit of 0 nobody could connect");
    if (options->unnamed > options->max_devices)
        return etp_fail(error, ETP_EINVAL, "unnamed buyers are among max_devices, and cannot be more");
    if (options->messages_per_second > 0 && options->message_burst == 0)
        return etp_fail(error, ETP_EINVAL, "a limit of messages per second needs a message_burst of at least 1");
    if (options->first_limit < ETP_NS_PER_MS || options->idle_limit < options->first_limit)
        return etp_fail(error, ETP_EINVAL, "first_limit must be at least 1 ms, idle_limit no less than it");
    return ETP_OK;
}

/* ---- life ---- */

static int open_socket(struct older_listener *listener, const char *text, etp_error *error)
{
    struct sockaddr_storage address;
    socklen_t size;
    char why[ETP_OLDER_ADDRESS_MAX];
    if (!etp_older_resolve(text, true, &address, &size, why))
        return etp_fail(error, ETP_EINVAL, "%s is no address to listen at: %s", text, why);
    const int on = 1;
    listener->fd = socket(address.ss_family, SOCK_STREAM, 0);
    if (listener->fd < 0 || setsockopt(listener->fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(listener->fd, (const struct sockaddr *)(const void *)&address, size) != 0 ||
        listen(listener->fd, BACKLOG) != 0 || !etp_older_prepare(listener->fd))
        return etp_fail(error, ETP_EIO, "cannot listen at %s in the older format: %s", text, strerror(errno));
    size = sizeof address;
    if (getsockname(listener->fd, (struct sockaddr *)(void *)&address, &size) == 0)
        etp_older_show(&address, size, listener->head.address);
    return ETP_OK;
}

static int take_memory(struct older_listener *listener, const etp_live_older_options *options, etp_error *error)
{
    etp_live *live = listener->head.live;
    unsigned devices = options->allow_count > 0 ? options->allow_count : options->max_devices;
    listener->options = *options;
    listener->devices = etp_live_take(live, devices * sizeof *listener->devices);
    if (options->allow_count > 0)
        listener->allow = etp_live_take(live, options->allow_count * sizeof *listener->allow);
    listener->options.allow = listener->allow;
    if (listener->devices == NULL || (options->allow_count > 0 && listener->allow == NULL))
        return etp_fail(error, ETP_ENOMEM, "no memory for a listener of the older format");
    if (options->allow_count > 0)
        memcpy(listener->allow, options->allow, options->allow_count * sizeof *listener->allow);
    return ETP_OK;
}

static int build(struct older_listener *listener, const etp_live_older_options *options, etp_error *error)
{
    int result = take_memory(listener, options, error);
    if (result == ETP_OK)
        result = open_socket(listener, options->address, error);
    if (result != ETP_OK)
        return result;
    listener->acceptable =
        event_new(listener->head.live->base, listener->fd, EV_READ | EV_PERSIST, on_acceptable, listener);
    if (listener->acceptable == NULL || !etp_older_start_timer(&listener->head, on_timer, listener) ||
        event_add(listener->acceptable, NULL) != 0)
        return etp_fail(error, ETP_EIO, "libevent has no event for a listener");
    listener->options.address = listener->head.address;
    return ETP_OK;
}

int etp_live_older_listen(etp_live *live, etp_node node, const etp_live_older_options *options, etp_live_older **made,
                          etp_error *error)
{
    if (live == NULL || options == NULL)
        return etp_fail(error, ETP_EINVAL, "a listener needs a network and its options");
    int result = check(live, options, error);
    struct older_listener *listener = result == ETP_OK ? etp_live_take(live, sizeof *listener) : NULL;
    if (listener == NULL)
        return result != ETP_OK ? result : etp_fail(error, ETP_ENOMEM, "no memory for a listener of the older format");
    listener->fd = -1;
    listener->accepts_at = ETP_TIME_NEVER;
    listener->accept_pause = first_pause;
    listener->head.listens = true;
    listener->head.stats.bytes_per_connection = sizeof(struct older_guest);
    listener->head.live = live;
    result = etp_older_begin(live, node, ETP_DEVICE_BATTERY, &listener->head, error);
    if (result == ETP_OK)
        result = build(listener, options, error);
    if (result != ETP_OK) {
        etp_older_listener_free(listener);
        return result;
    }
    etp_older_add(&listener->head);
    etp_log(&live->options.logger, ETP_LOG_WARN, "live",
            "older format on address=%s node=%llu: no identity, no encryption", listener->head.address,
            (unsigned long long)listener->head.node->channel.device);
    if (made != NULL)
        *made = &listener->head;
    return ETP_OK;
}

/* The engine is not told any more: the network ends with all that it has. */
void etp_older_listener_free(struct older_listener *listener)
{
    etp_live *live = listener->head.live;
    while (listener->guests != NULL) {
        struct older_guest *guest = listener->guests;
        listener->guests = guest->next;
        etp_older_socket_close(&guest->socket);
        etp_live_give(live, guest, sizeof *guest);
    }
    if (listener->acceptable != NULL)
        event_free(listener->acceptable);
    if (listener->head.timer != NULL)
        event_free(listener->head.timer);
    if (listener->fd >= 0)
        evutil_closesocket(listener->fd);
    unsigned devices =
        listener->options.allow_count > 0 ? listener->options.allow_count : listener->options.max_devices;
    etp_live_give(live, listener->devices, devices * sizeof *listener->devices);
    etp_live_give(live, listener->allow, listener->options.allow_count * sizeof *listener->allow);
    etp_live_give(live, listener, sizeof *listener);
}
