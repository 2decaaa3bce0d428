/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

/* The headers of the protocols stand on it. */
#include <nng/nng.h>

#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>

#include "base/memory.h"
#include "live/carrier/inproc.h"

static int open_hall(struct carrier_endpoint *endpoint, etp_error *error)
{
    struct carrier_hall *hall = etp_memory_take(endpoint->carrier->options.allocator, sizeof(*hall));
    if (hall == NULL)
        return etp_fail(error, ETP_ENOMEM, NULL);
    endpoint->hall = hall;
    hall->endpoint = endpoint;
    atomic_init(&hall->state, HALL_QUIET);
    return ETP_OK;
}

static void close_socket(struct carrier_hall *hall)
{
    if (hall->is_open)
        nng_close(hall->socket);
    hall->is_open = false;
}

static int open_listener(struct carrier_endpoint *endpoint, etp_error *error)
{
    int result = open_hall(endpoint, error);
    if (result != ETP_OK)
        return result;
    struct carrier_hall *hall = endpoint->hall;
    int why = nng_pull0_open(&hall->socket);
    hall->is_open = why == 0;
    if (why == 0)
        why = nng_listen(hall->socket, endpoint->address, NULL, 0);
    if (why == NNG_EADDRINUSE)
        return etp_fail(error, ETP_EEXIST, "%s: this program listens there already", endpoint->address);
    if (why != 0)
        return etp_fail(error, ETP_EIO, "%s: cannot listen: %s", endpoint->address, etp_carrier_reason(why));
    return ETP_OK;
}

static void begin_accept(struct carrier_endpoint *endpoint)
{
    nng_recv_aio(endpoint->hall->socket, endpoint->trying.aio);
}

/* Dials the name in the message with a half of our own. */
static int answer(struct carrier_endpoint *endpoint, nng_msg *message, struct carrier_line *line)
{
    const char *name = nng_msg_body(message);
    size_t size = nng_msg_len(message);
    if (size == 0 || name[size - 1] != '\0')
        return NNG_EPROTO;
    line->pair = etp_carrier_pair_new(endpoint->carrier);
    if (line->pair == NULL)
        return NNG_ENOMEM;
    int why = nng_dial(line->pair->socket, name, NULL, 0);
    if (why != 0)
        etp_carrier_pair_close(line->pair);
    return why;
}

static int take_accepted(struct carrier_endpoint *endpoint, struct carrier_line *line, char *address)
{
    int why = nng_aio_result(endpoint->trying.aio);
    if (why != 0)
        return why;
    nng_msg *message = nng_aio_get_msg(endpoint->trying.aio);
    nng_aio_set_msg(endpoint->trying.aio, NULL);
    line->kind = &etp_carrier_pair;
    strcpy(address, endpoint->address);
    why = answer(endpoint, message, line);
    nng_msg_free(message);
    return why;
}

static void shut_listener(struct carrier_endpoint *endpoint)
{
    close_socket(endpoint->hall);
}

static void release(struct carrier_endpoint *endpoint)
{
    struct carrier_hall *hall = endpoint->hall;
    if (hall == NULL)
        return;
    close_socket(hall);
    if (hall->pair != NULL)
        etp_carrier_pair_close(hall->pair);
    etp_memory_give(endpoint->carrier->options.allocator, hall, sizeof(*hall));
}

/* Ends the dial, unless that was done already: the other half, a time-out and the end of the endpoint may meet. */
static void end_dial(struct carrier_hall *hall, int why)
{
    if (atomic_exchange(&hall->state, HALL_QUIET) == HALL_WAITING)
        nng_aio_finish(hall->endpoint->trying.aio, why);
}

/* On a thread of NNG, as is the next one. */
static void pipe_added(nng_pipe pipe, nng_pipe_ev what, void *user)
{
    (void)pipe;
    (void)what;
    end_dial(user, 0);
}

static void cancel_dial(nng_aio *aio, void *user, int why)
{
    (void)aio;
    end_dial(user, why);
}

static int offer_half(struct carrier_endpoint *endpoint, char *name, size_t size)
{
    struct carrier_hall *hall = endpoint->hall;
    static atomic_uint names;
    hall->pair = etp_carrier_pair_new(endpoint->carrier);
    if (hall->pair == NULL)
        return NNG_ENOMEM;
    snprintf(name, size, "inproc://etp-engine/pair/%u", atomic_fetch_add(&names, 1));
    nng_pipe_notify(hall->pair->socket, NNG_PIPE_EV_ADD_POST, pipe_added, hall);
    return nng_listen(hall->pair->socket, name, NULL, 0);
}

static int enter(struct carrier_endpoint *endpoint)
{
    struct carrier_hall *hall = endpoint->hall;
    int why = nng_push0_open(&hall->socket);
    hall->is_open = why == 0;
    return why != 0 ? why : nng_dial(hall->socket, endpoint->address, NULL, 0);
}

static int push_name(struct carrier_hall *hall, const char *name)
{
    nng_msg *message;
    size_t size = strlen(name) + 1;
    int why = nng_msg_alloc(&message, size);
    if (why != 0)
        return why;
    memcpy(nng_msg_body(message), name, size);
    why = nng_sendmsg(hall->socket, message, NNG_FLAG_NONBLOCK);
    if (why != 0)
        nng_msg_free(message);
    return why;
}

static void begin_dial(struct carrier_endpoint *endpoint)
{
    struct carrier_hall *hall = endpoint->hall;
    char name[64];
    int why = enter(endpoint);
    if (why == 0)
        why = offer_half(endpoint, name, sizeof(name));
    if (!nng_aio_begin(endpoint->trying.aio))
        return;
    atomic_store(&hall->state, HALL_WAITING);
    nng_aio_defer(endpoint->trying.aio, cancel_dial, hall);
    if (why == 0)
        why = push_name(hall, name);
    if (why != 0)
        end_dial(hall, why);
}

static int take_dialed(struct carrier_endpoint *endpoint, struct carrier_line *line, char *address)
{
    struct carrier_hall *hall = endpoint->hall;
    int why = nng_aio_result(endpoint->trying.aio);
    close_socket(hall);
    line->kind = &etp_carrier_pair;
    line->pair = hall->pair;
    hall->pair = NULL;
    strcpy(address, endpoint->address);
    if (why != 0 && line->pair != NULL)
        etp_carrier_pair_close(line->pair);
    return why;
}

static void shut_dialer(struct carrier_endpoint *endpoint)
{
    if (endpoint->trying.busy)
        nng_aio_abort(endpoint->trying.aio, NNG_ECLOSED);
}

static int open_dialer(struct carrier_endpoint *endpoint, etp_error *error)
{
    etp_carrier_set_dial_timeout(endpoint);
    return open_hall(endpoint, error);
}

const struct carrier_endpoint_kind etp_carrier_inproc_listener = {open_listener, begin_accept, take_accepted,
                                                                  shut_listener, release};
const struct carrier_endpoint_kind etp_carrier_inproc_dialer = {open_dialer, begin_dial, take_dialed, shut_dialer,
                                                                release};
