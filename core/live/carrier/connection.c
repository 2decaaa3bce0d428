/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/memory.h"
#include "live/carrier/inside.h"

enum { PIECES_IN_A_TURN = 4 }; /* so often a connection's buffer may be filled before it is others' turn */

static size_t block_size(const struct etp_carrier *carrier)
{
    return sizeof(struct carrier_connection) + carrier->options.receive_buffer + carrier->options.send_buffer;
}

static unsigned slot_of(etp_connection number)
{
    return (unsigned)(number & UINT32_MAX);
}

struct carrier_connection *etp_carrier_find(const struct etp_carrier *carrier, etp_connection number)
{
    if (carrier == NULL || slot_of(number) >= carrier->options.max_connections)
        return NULL;
    const struct connection_slot *slot = &carrier->slots[slot_of(number)];
    if (slot->connection == NULL || slot->generation != number >> 32)
        return NULL;
    return slot->connection->state == CONNECTION_OPEN ? slot->connection : NULL;
}

static void unwatch(struct carrier_connection *connection)
{
    if (connection->is_watched)
        connection->carrier->watched--;
    connection->is_watched = false;
}

static void begin_receive(struct carrier_connection *connection)
{
    const struct carrier_line_kind *kind = connection->line.kind;
    connection->receive.busy = true;
    if (connection->early > 0)
        etp_carrier_handover_put(&connection->carrier->handover, &connection->receive.event);
    else
        kind->receive(connection);
}

/* The owner sees all that is held; what it leaves moves to the front. False if nothing more fits. */
static bool show(struct carrier_connection *connection)
{
    const etp_carrier_options *options = &connection->carrier->options;
    size_t taken = options->calls.received(options->user, connection->number, connection->in, connection->held);
    if (taken > connection->held)
        taken = connection->held;
    connection->held -= taken;
    if (taken > 0 && connection->held > 0)
        memmove(connection->in, connection->in + taken, connection->held);
    return connection->held < options->receive_buffer;
}

static void has_spoken(struct carrier_connection *connection)
{
    connection->has_spoken = true;
    if (connection->line.kind->is_there == NULL)
        unwatch(connection);
}

/* Bytes that are new in the buffer. */
static size_t new_bytes(struct carrier_connection *connection)
{
    size_t early = connection->early;
    connection->early = 0;
    return early > 0 ? early : connection->line.kind->received(connection);
}

/* What has come is shown. If it took all the room there was, more is likely to be there: true if it was. */
static bool take_piece(struct carrier_connection *connection)
{
    const struct carrier_line_kind *kind = connection->line.kind;
    connection->held += new_bytes(connection);
    const bool was_filled = connection->held == connection->carrier->options.receive_buffer;
    if (!show(connection)) {
        etp_carrier_connection_close(connection, "it sent more than a receive buffer holds without a whole record");
        return false;
    }
    if (connection->state != CONNECTION_OPEN || !was_filled || kind->receive_now == NULL)
        return false;
    connection->early = kind->receive_now(connection);
    return connection->early > 0;
}

static void take_in(struct carrier_connection *connection)
{
    int error = connection->early > 0 ? 0 : nng_aio_result(connection->receive.aio);
    if (error != 0) {
        etp_carrier_connection_close(connection, etp_carrier_broken(connection, error));
        return;
    }
    if (!connection->has_spoken)
        has_spoken(connection);
    unsigned taken = 1;
    while (take_piece(connection) && taken < PIECES_IN_A_TURN)
        taken++;
    if (connection->state == CONNECTION_OPEN)
        begin_receive(connection);
}

static void on_received(struct carrier_event *event)
{
    struct carrier_connection *connection = CARRIER_AROUND(event, struct carrier_connection, receive.event);
    connection->receive.busy = false;
    if (connection->state == CONNECTION_OPEN)
        take_in(connection);
    etp_carrier_connection_settle(connection);
}

static void go_on_sending(struct carrier_connection *connection)
{
    connection->send.busy = true;
    connection->line.kind->send(connection);
}

static void send_out(struct carrier_connection *connection)
{
    const etp_carrier_options *options = &connection->carrier->options;
    int error = nng_aio_result(connection->send.aio);
    if (error != 0) {
        etp_carrier_connection_close(connection, etp_carrier_broken(connection, error));
        return;
    }
    connection->left -= connection->line.kind->sent(connection);
    if (connection->left > 0) {
        go_on_sending(connection);
        return;
    }
    connection->sending = 0;
    options->calls.sent(options->user, connection->number);
}

static void on_sent(struct carrier_event *event)
{
    struct carrier_connection *connection = CARRIER_AROUND(event, struct carrier_connection, send.event);
    connection->send.busy = false;
    if (connection->state == CONNECTION_OPEN)
        send_out(connection);
    etp_carrier_connection_settle(connection);
}

static void on_gone(struct carrier_event *event)
{
    struct carrier_connection *connection = CARRIER_AROUND(event, struct carrier_connection, gone);
    connection->gone_seen = true;
    etp_carrier_connection_settle(connection);
}

static void take_slot(struct carrier_connection *connection)
{
    struct etp_carrier *carrier = connection->carrier;
    unsigned place = (unsigned)carrier->first_free;
    struct connection_slot *slot = &carrier->slots[place];
    carrier->first_free = slot->next_free;
    slot->connection = connection;
    connection->number = (uint64_t)slot->generation << 32 | place;
    carrier->connection_count++;
    if (place >= carrier->slots_touched)
        carrier->slots_touched = place + 1;
}

static void give_slot(struct carrier_connection *connection)
{
    struct etp_carrier *carrier = connection->carrier;
    unsigned place = slot_of(connection->number);
    struct connection_slot *slot = &carrier->slots[place];
    slot->connection = NULL;
    slot->generation = slot->generation == UINT32_MAX ? 1 : slot->generation + 1;
    slot->next_free = carrier->first_free;
    carrier->first_free = (int32_t)place;
    carrier->connection_count--;
}

static void give_memory(struct carrier_connection *connection)
{
    etp_carrier_op_fini(&connection->receive);
    etp_carrier_op_fini(&connection->send);
    etp_memory_give(connection->carrier->options.allocator, connection, block_size(connection->carrier));
}

static struct carrier_connection *build(struct etp_carrier *carrier)
{
    struct carrier_connection *made = etp_memory_take(carrier->options.allocator, block_size(carrier));
    if (made == NULL)
        return NULL;
    made->carrier = carrier;
    made->in = (unsigned char *)(made + 1);
    made->out = made->in + carrier->options.receive_buffer;
    made->gone.happened = on_gone;
    if (etp_carrier_op_init(&made->receive, carrier, on_received) != ETP_OK ||
        etp_carrier_op_init(&made->send, carrier, on_sent) != ETP_OK) {
        give_memory(made);
        return NULL;
    }
    return made;
}

int etp_carrier_connection_open(struct carrier_endpoint *endpoint, struct carrier_line line, const char *address)
{
    struct etp_carrier *carrier = endpoint->carrier;
    bool is_full = etp_carrier_is_full(carrier);
    struct carrier_connection *made = is_full ? NULL : build(carrier);
    if (made == NULL) {
        line.kind->close(&line);
        return is_full ? ETP_EFULL : ETP_ENOMEM;
    }
    made->line = line;
    made->endpoint = endpoint;
    take_slot(made);
    if (endpoint->dials)
        endpoint->connection = made;
    etp_carrier_watch(made);
    carrier->options.calls.opened(carrier->options.user, made->number, endpoint->number, address, endpoint->dials);
    if (made->state == CONNECTION_OPEN)
        begin_receive(made);
    return ETP_OK;
}

void etp_carrier_connection_close(struct carrier_connection *connection, const char *why)
{
    if (connection->state == CONNECTION_CLOSING)
        return;
    connection->state = CONNECTION_CLOSING;
    connection->why = why;
    unwatch(connection);
    connection->line.kind->close(&connection->line);
    etp_carrier_handover_put(&connection->carrier->handover, &connection->gone);
}

/* A dialer waits before it dials again, and a listener that found no slot can go on. */
static void tell_endpoints(struct etp_carrier *carrier, struct carrier_endpoint *endpoint)
{
    if (carrier->is_freed)
        return;
    if (endpoint != NULL && endpoint->dials)
        etp_carrier_endpoint_lost(endpoint);
    if (carrier->full_listeners > 0)
        etp_carrier_resume_listeners(carrier);
}

void etp_carrier_connection_settle(struct carrier_connection *connection)
{
    struct etp_carrier *carrier = connection->carrier;
    if (connection->state != CONNECTION_CLOSING || !connection->gone_seen || connection->receive.busy ||
        connection->send.busy)
        return;
    etp_connection number = connection->number;
    const char *why = connection->why;
    give_slot(connection);
    if (!carrier->is_freed)
        carrier->options.calls.closed(carrier->options.user, number, why);
    struct carrier_endpoint *endpoint = connection->endpoint;
    if (connection->line.kind->finish != NULL)
        connection->line.kind->finish(connection);
    give_memory(connection);
    tell_endpoints(carrier, endpoint);
}

void etp_carrier_connection_tick(struct carrier_connection *connection)
{
    const struct carrier_line *line = &connection->line;
    if (connection->state != CONNECTION_OPEN || !connection->is_watched)
        return;
    if (!connection->has_spoken &&
        ++connection->age * (CARRIER_TICK_MS * ETP_NS_PER_MS) > connection->carrier->options.silence)
        etp_carrier_connection_close(connection, "it said nothing after it was connected");
    else if (line->kind->is_there != NULL && !line->kind->is_there(line))
        etp_carrier_connection_close(connection, "the other side has gone");
}

int etp_carrier_send(etp_carrier *carrier, etp_connection number, const void *bytes, size_t size)
{
    struct carrier_connection *connection = etp_carrier_find(carrier, number);
    if (connection == NULL)
        return ETP_ENOENT;
    if (bytes == NULL)
        return ETP_EINVAL;
    if (size == 0 || size > carrier->options.send_buffer)
        return ETP_ERANGE;
    if (connection->sending > 0)
        return ETP_EFULL;
    size_t gone =
        connection->line.kind->send_now != NULL ? connection->line.kind->send_now(connection, bytes, size) : 0;
    if (gone == size)
        return ETP_OK;
    memcpy(connection->out, (const unsigned char *)bytes + gone, size - gone);
    connection->sending = connection->left = size - gone;
    go_on_sending(connection);
    return ETP_OK;
}

size_t etp_carrier_sending(const etp_carrier *carrier, etp_connection number)
{
    const struct carrier_connection *connection = etp_carrier_find(carrier, number);
    return connection != NULL ? connection->sending : 0;
}

void etp_carrier_good(etp_carrier *carrier, etp_connection number)
{
    struct carrier_connection *connection = etp_carrier_find(carrier, number);
    if (connection != NULL && connection->endpoint != NULL)
        connection->endpoint->backoff = carrier->options.backoff_min;
}

void etp_carrier_close(etp_carrier *carrier, etp_connection number)
{
    struct carrier_connection *connection = etp_carrier_find(carrier, number);
    if (connection != NULL)
        etp_carrier_connection_close(connection, "closed by us");
}
