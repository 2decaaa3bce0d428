/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/memory.h"
#include "live/carrier/inside.h"

enum { MIN_BUFFER = 256, MAX_BUFFER = 16 << 20 };

static void on_ended(void *user)
{
    struct carrier_op *op = user;
    etp_carrier_handover_put(op->handover, &op->event);
}

int etp_carrier_op_init(struct carrier_op *op, struct etp_carrier *carrier,
                        void (*happened)(struct carrier_event *event))
{
    op->event.happened = happened;
    op->handover = &carrier->handover;
    op->busy = false;
    return nng_aio_alloc(&op->aio, on_ended, op) == 0 ? ETP_OK : ETP_ENOMEM;
}

void etp_carrier_op_fini(struct carrier_op *op)
{
    if (op->aio != NULL)
        nng_aio_free(op->aio);
    op->aio = NULL;
}

void etp_carrier_op_sleep(struct carrier_op *op, etp_time duration)
{
    etp_time ms = duration / ETP_NS_PER_MS;
    op->busy = true;
    nng_sleep_aio(ms > INT_MAX ? INT_MAX : (nng_duration)ms, op->aio);
}

static void look_at_all(struct etp_carrier *carrier)
{
    for (unsigned i = 0; i < carrier->slots_touched; i++)
        if (carrier->slots[i].connection != NULL)
            etp_carrier_connection_tick(carrier->slots[i].connection);
}

static bool has_descriptors(void)
{
    int made = socket(AF_UNIX, SOCK_STREAM, 0);
    if (made >= 0)
        close(made);
    return made >= 0 || (errno != EMFILE && errno != ENFILE);
}

void etp_carrier_start_tick(struct etp_carrier *carrier)
{
    if (!carrier->tick.busy && !carrier->is_freed && carrier->watched + carrier->ws_listeners > 0)
        etp_carrier_op_sleep(&carrier->tick, CARRIER_TICK_MS * ETP_NS_PER_MS);
}

static void on_tick(struct carrier_event *event)
{
    struct etp_carrier *carrier = CARRIER_AROUND(event, struct etp_carrier, tick.event);
    carrier->tick.busy = false;
    look_at_all(carrier);
    if (carrier->ws_listeners > 0 && !has_descriptors())
        etp_carrier_rest_listeners(carrier);
    etp_carrier_start_tick(carrier);
}

void etp_carrier_watch(struct carrier_connection *connection)
{
    struct etp_carrier *carrier = connection->carrier;
    connection->is_watched = true;
    carrier->watched++;
    etp_carrier_start_tick(carrier);
}

static bool has_all_calls(const etp_carrier_calls *calls)
{
    return calls->opened != NULL && calls->received != NULL && calls->sent != NULL && calls->closed != NULL &&
           calls->trouble != NULL;
}

static bool is_buffer(size_t size)
{
    return size >= MIN_BUFFER && size <= MAX_BUFFER;
}

static void fill_in(etp_carrier_options *options)
{
    if (options->receive_buffer == 0)
        options->receive_buffer = 4096;
    if (options->send_buffer == 0)
        options->send_buffer = 8192;
    if (options->backoff_min == 0)
        options->backoff_min = 100 * ETP_NS_PER_MS;
    if (options->backoff_max == 0)
        options->backoff_max = 30 * ETP_NS_PER_SECOND;
    if (options->backoff_max < options->backoff_min)
        options->backoff_max = options->backoff_min;
    if (options->dial_timeout == 0)
        options->dial_timeout = 10 * ETP_NS_PER_SECOND;
    if (options->silence == 0)
        options->silence = 10 * ETP_NS_PER_SECOND;
}

static int check(const etp_carrier_options *options, etp_error *error)
{
    if (options->wake == NULL || !has_all_calls(&options->calls))
        return etp_fail(error, ETP_EINVAL, "a carrier needs all of its calls, and wake");
    if (!etp_allocator_is_whole(options->allocator))
        return etp_fail(error, ETP_EINVAL, "a carrier's allocator lacks one of its functions");
    if (options->max_connections < 1 || options->max_connections > CARRIER_MAX_CONNECTIONS)
        return etp_fail(error, ETP_ERANGE, "a carrier may have 1 to %d connections, not %u", CARRIER_MAX_CONNECTIONS,
                        options->max_connections);
    if (!is_buffer(options->receive_buffer) || !is_buffer(options->send_buffer))
        return etp_fail(error, ETP_ERANGE, "a connection's buffers may have %d to %d bytes", MIN_BUFFER, MAX_BUFFER);
    if (options->backoff_min < ETP_NS_PER_MS || options->dial_timeout < ETP_NS_PER_MS ||
        options->silence < ETP_NS_PER_MS)
        return etp_fail(error, ETP_ERANGE, "a carrier's times are at least a millisecond");
    return ETP_OK;
}

/* Those from the `first` one on are new; they come before the others that are free. */
void etp_carrier_chain_slots(struct etp_carrier *carrier, unsigned first)
{
    unsigned count = carrier->options.max_connections;
    for (unsigned i = first; i < count; i++) {
        carrier->slots[i].generation = 1;
        carrier->slots[i].next_free = i + 1 < count ? (int32_t)(i + 1) : carrier->first_free;
    }
    carrier->first_free = (int32_t)first;
}

static void give_memory(struct etp_carrier *carrier)
{
    const etp_allocator *allocator = carrier->options.allocator;
    etp_memory_give(allocator, carrier->slots, carrier->options.max_connections * sizeof(*carrier->slots));
    etp_memory_give(allocator, carrier->endpoints, carrier->endpoint_capacity * sizeof(*carrier->endpoints));
    etp_memory_give(allocator, carrier, sizeof(*carrier));
}

static int build(struct etp_carrier *carrier)
{
    const etp_carrier_options *options = &carrier->options;
    carrier->slots = etp_memory_take(options->allocator, options->max_connections * sizeof(*carrier->slots));
    if (carrier->slots == NULL || etp_carrier_handover_init(&carrier->handover, options->wake, options->user) != ETP_OK)
        return ETP_ENOMEM;
    carrier->first_free = CARRIER_NO_SLOT;
    carrier->limit = options->max_connections;
    etp_carrier_chain_slots(carrier, 0);
    etp_rng_seed(&carrier->rng, options->seed);
    if (etp_carrier_op_init(&carrier->tick, carrier, on_tick) == ETP_OK &&
        nng_aio_alloc(&carrier->quick, NULL, NULL) == 0)
        return ETP_OK;
    etp_carrier_op_fini(&carrier->tick);
    etp_carrier_handover_fini(&carrier->handover);
    return ETP_ENOMEM;
}

int etp_carrier_new(etp_carrier **carrier, const etp_carrier_options *options, etp_error *error)
{
    if (carrier == NULL || options == NULL || options->size != sizeof(*options))
        return etp_fail(error, ETP_EINVAL, "a carrier needs a place for itself, and options of the right size");
    etp_carrier_options filled = *options;
    fill_in(&filled);
    int result = check(&filled, error);
    if (result != ETP_OK)
        return result;
    struct etp_carrier *made = etp_memory_take(filled.allocator, sizeof(*made));
    if (made == NULL)
        return etp_fail(error, ETP_ENOMEM, NULL);
    made->options = filled;
    if (build(made) != ETP_OK) {
        give_memory(made);
        return etp_fail(error, ETP_ENOMEM, "a carrier of %u connections does not fit into memory",
                        filled.max_connections);
    }
    *carrier = made;
    return ETP_OK;
}

static void run(struct carrier_event *event)
{
    while (event != NULL) {
        struct carrier_event *next = event->next;
        event->happened(event);
        event = next;
    }
}

void etp_carrier_dispatch(etp_carrier *carrier)
{
    if (carrier == NULL || carrier->is_dispatching)
        return;
    carrier->is_dispatching = true;
    run(etp_carrier_handover_take(&carrier->handover, false));
    carrier->is_dispatching = false;
}

static void stop_all(struct etp_carrier *carrier)
{
    for (unsigned i = 0; i < carrier->endpoint_capacity; i++)
        if (carrier->endpoints[i].endpoint != NULL)
            etp_carrier_endpoint_end(carrier->endpoints[i].endpoint);
    for (unsigned i = 0; i < carrier->slots_touched; i++)
        if (carrier->slots[i].connection != NULL)
            etp_carrier_connection_close(carrier->slots[i].connection, "the carrier is freed");
    if (carrier->tick.busy)
        nng_aio_abort(carrier->tick.aio, NNG_ECANCELED);
}

void etp_carrier_free(etp_carrier *carrier)
{
    if (carrier == NULL || carrier->is_dispatching)
        return;
    carrier->is_freed = true;
    stop_all(carrier);
    while (carrier->connection_count > 0 || carrier->endpoint_count > 0 || carrier->pair_count > 0 ||
           carrier->tick.busy)
        run(etp_carrier_handover_take(&carrier->handover, true));
    nng_aio_free(carrier->quick);
    etp_carrier_op_fini(&carrier->tick);
    etp_carrier_handover_fini(&carrier->handover);
    give_memory(carrier);
}
