/* SPDX-License-Identifier: MIT */
/* A connection over one of NNG's streams. */
#include "live/carrier/inside.h"

static void set_range(nng_aio *aio, void *bytes, size_t size)
{
    nng_iov range = {bytes, size};
    nng_aio_set_iov(aio, 1, &range);
}

static void begin_receive(struct carrier_connection *connection)
{
    size_t room = connection->carrier->options.receive_buffer - connection->held;
    set_range(connection->receive.aio, connection->in + connection->held, room);
    nng_stream_recv(connection->line.stream, connection->receive.aio);
}

static size_t received(struct carrier_connection *connection)
{
    return nng_aio_count(connection->receive.aio);
}

static void begin_send(struct carrier_connection *connection)
{
    unsigned char *from = connection->out + (connection->sending - connection->left);
    set_range(connection->send.aio, from, connection->left);
    nng_stream_send(connection->line.stream, connection->send.aio);
}

static size_t sent(struct carrier_connection *connection)
{
    return nng_aio_count(connection->send.aio);
}

/* How many bytes could be moved without waiting. */
static size_t move_now(struct carrier_connection *connection, void (*begin)(nng_stream *, nng_aio *), void *bytes,
                       size_t size)
{
    nng_aio *aio = connection->carrier->quick;
    set_range(aio, bytes, size);
    begin(connection->line.stream, aio);
    nng_aio_abort(aio, NNG_EAGAIN);
    nng_aio_wait(aio);
    return nng_aio_result(aio) == 0 ? nng_aio_count(aio) : 0;
}

static size_t send_now(struct carrier_connection *connection, const void *bytes, size_t size)
{
    return move_now(connection, nng_stream_send, (void *)(uintptr_t)bytes, size);
}

static size_t receive_now(struct carrier_connection *connection)
{
    size_t room = connection->carrier->options.receive_buffer - connection->held;
    return move_now(connection, nng_stream_recv, connection->in + connection->held, room);
}

static void close_stream(struct carrier_line *line)
{
    nng_stream_close(line->stream);
    nng_stream_free(line->stream);
    line->stream = NULL;
}

/* NNG shuts its socket down when it has seen the end, and the kernel then forgets who was on the other side. */
static bool has_peer(const struct carrier_line *line)
{
    nng_sockaddr address;
    return nng_stream_get_addr(line->stream, NNG_OPT_REMADDR, &address) == 0;
}

const struct carrier_line_kind etp_carrier_stream = {
    .receive = begin_receive,
    .received = received,
    .send = begin_send,
    .sent = sent,
    .close = close_stream,
    .send_now = send_now,
    .receive_now = receive_now,
};

const struct carrier_line_kind etp_carrier_ahead_stream = {
    .receive = begin_receive,
    .received = received,
    .send = begin_send,
    .sent = sent,
    .close = close_stream,
    .is_there = has_peer,
};
