/* SPDX-License-Identifier: MIT */
#include <string.h>

#include <nng/nng.h>

#include <nng/protocol/pair0/pair.h>

#include "base/memory.h"
#include "live/carrier/inproc.h"

static void settle(struct carrier_pair *pair)
{
    struct etp_carrier *carrier = pair->carrier;
    if (!pair->is_closed || (atomic_load(&pair->lost_put) && !pair->lost_seen))
        return;
    if (pair->rest != NULL)
        nng_msg_free(pair->rest);
    carrier->pair_count--;
    etp_memory_give(carrier->options.allocator, pair, sizeof(*pair));
}

static void on_lost(struct carrier_event *event)
{
    struct carrier_pair *pair = CARRIER_AROUND(event, struct carrier_pair, lost);
    pair->lost_seen = true;
    if (pair->connection != NULL)
        etp_carrier_connection_close(pair->connection, etp_carrier_reason(NNG_ECONNSHUT));
    else
        settle(pair);
}

/* On a thread of NNG. */
static void pipe_removed(nng_pipe pipe, nng_pipe_ev what, void *user)
{
    struct carrier_pair *pair = user;
    (void)pipe;
    (void)what;
    if (!atomic_exchange(&pair->lost_put, true))
        etp_carrier_handover_put(&pair->carrier->handover, &pair->lost);
}

struct carrier_pair *etp_carrier_pair_new(struct etp_carrier *carrier)
{
    struct carrier_pair *made = etp_memory_take(carrier->options.allocator, sizeof(*made));
    if (made == NULL)
        return NULL;
    made->carrier = carrier;
    made->lost.happened = on_lost;
    atomic_init(&made->lost_put, false);
    if (nng_pair0_open(&made->socket) != 0) {
        etp_memory_give(carrier->options.allocator, made, sizeof(*made));
        return NULL;
    }
    nng_pipe_notify(made->socket, NNG_PIPE_EV_REM_POST, pipe_removed, made);
    carrier->pair_count++;
    return made;
}

void etp_carrier_pair_close(struct carrier_pair *pair)
{
    pair->connection = NULL;
    nng_close(pair->socket);
    pair->is_closed = true;
    settle(pair);
}

/* Ends an operation that NNG need not or cannot begin. */
static void end_at_once(nng_aio *aio, int why)
{
    if (nng_aio_begin(aio))
        nng_aio_finish(aio, why);
}

static void begin_receive(struct carrier_connection *connection)
{
    struct carrier_pair *pair = connection->line.pair;
    pair->connection = connection;
    if (pair->lost_seen)
        end_at_once(connection->receive.aio, NNG_ECONNSHUT);
    else if (pair->rest != NULL)
        etp_carrier_handover_put(&connection->carrier->handover, &connection->receive.event);
    else
        nng_recv_aio(pair->socket, connection->receive.aio);
}

static size_t received(struct carrier_connection *connection)
{
    struct carrier_pair *pair = connection->line.pair;
    size_t room = connection->carrier->options.receive_buffer - connection->held;
    if (pair->rest == NULL) {
        pair->rest = nng_aio_get_msg(connection->receive.aio);
        pair->rest_from = 0;
        nng_aio_set_msg(connection->receive.aio, NULL);
    }
    size_t size = nng_msg_len(pair->rest) - pair->rest_from;
    if (size > room)
        size = room;
    memcpy(connection->in + connection->held, (unsigned char *)nng_msg_body(pair->rest) + pair->rest_from, size);
    pair->rest_from += size;
    if (pair->rest_from == nng_msg_len(pair->rest)) {
        nng_msg_free(pair->rest);
        pair->rest = NULL;
    }
    return size;
}

static void begin_send(struct carrier_connection *connection)
{
    nng_msg *message;
    if (nng_msg_alloc(&message, connection->left) != 0) {
        end_at_once(connection->send.aio, NNG_ENOMEM);
        return;
    }
    memcpy(nng_msg_body(message), connection->out, connection->left);
    nng_aio_set_msg(connection->send.aio, message);
    nng_send_aio(connection->line.pair->socket, connection->send.aio);
}

static size_t sent(struct carrier_connection *connection)
{
    return connection->left;
}

static void close_pair(struct carrier_line *line)
{
    etp_carrier_pair_close(line->pair);
    line->pair = NULL;
}

/* What NNG did not take, and what came too late. */
static void drop_messages(struct carrier_connection *connection)
{
    nng_msg *unsent = nng_aio_get_msg(connection->send.aio), *unseen = nng_aio_get_msg(connection->receive.aio);
    if (unsent != NULL)
        nng_msg_free(unsent);
    if (unseen != NULL)
        nng_msg_free(unseen);
}

const struct carrier_line_kind etp_carrier_pair = {
    .receive = begin_receive,
    .received = received,
    .send = begin_send,
    .sent = sent,
    .close = close_pair,
    .finish = drop_messages,
};
