/* SPDX-License-Identifier: MIT */
/*
 * Limits that change while the network runs. The tables of connections grow with their limit and never shrink: where fewer
 * are allowed than there are, those that are there stay, and nobody new comes.
 */
#include <string.h>

#include "live/internal.h"

int etp_live_get_limits(const etp_live *live, etp_live_limits *limits)
{
    if (live == NULL || limits == NULL || limits->size != sizeof *limits)
        return ETP_EINVAL;
    const etp_live_options *options = &live->options;
    *limits = (etp_live_limits){.size = sizeof *limits,
                                .max_connections = live->connection_limit,
                                .max_per_address = options->max_per_address,
                                .connects_per_second = options->connects_per_second,
                                .connect_burst = options->connect_burst,
                                .messages_per_second = options->messages_per_second,
                                .message_burst = options->message_burst,
                                .unacknowledged_bytes = options->unacknowledged_bytes,
                                .unacknowledged_most_bytes = options->unacknowledged_most_bytes,
                                .heartbeat = options->heartbeat};
    return ETP_OK;
}

/* ---- the tables of connections ---- */

struct tables {
    struct live_connection **connections;
    uint32_t *free_slots;
    struct heap deadlines;
};

static void give(etp_live *live, struct tables *tables, unsigned count)
{
    etp_live_give(live, tables->connections, count * sizeof *tables->connections);
    etp_live_give(live, tables->free_slots, count * sizeof *tables->free_slots);
    etp_heap_fini(&tables->deadlines, live->allocator);
}

static bool take(etp_live *live, struct tables *tables, unsigned count)
{
    tables->connections = etp_live_take(live, count * sizeof *tables->connections);
    tables->free_slots = etp_live_take(live, count * sizeof *tables->free_slots);
    if (tables->connections != NULL && tables->free_slots != NULL &&
        etp_heap_init(&tables->deadlines, count, live->allocator) == ETP_OK)
        return true;
    give(live, tables, count);
    return false;
}

static void fill_in(const etp_live *live, struct tables *tables)
{
    const unsigned old = live->options.max_connections;
    memcpy(tables->connections, live->connections, old * sizeof *live->connections);
    memcpy(tables->free_slots, live->free_slots, live->free_count * sizeof *live->free_slots);
    for (uint32_t i = 0; i < old; i++)
        if (live->connections[i] != NULL)
            etp_heap_set(&tables->deadlines, i, live->connections[i]->due, i);
}

static int grow(etp_live *live, unsigned count)
{
    const unsigned old = live->options.max_connections;
    struct tables grown = {0}, before = {live->connections, live->free_slots, live->deadlines};
    if (!take(live, &grown, count))
        return ETP_ENOMEM;
    fill_in(live, &grown);
    give(live, &before, old);
    live->connections = grown.connections;
    live->free_slots = grown.free_slots;
    live->deadlines = grown.deadlines;
    live->options.max_connections = count;
    for (uint32_t i = count; i-- > old;)
        live->free_slots[live->free_count++] = i;
    return ETP_OK;
}

static int set_connections(etp_live *live, unsigned count, etp_error *error)
{
    int result = count > live->options.max_connections ? grow(live, count) : ETP_OK;
    if (result == ETP_OK)
        result = etp_carrier_set_max(live->carrier, count);
    if (result != ETP_OK)
        return etp_fail(error, result, "no memory for %u connections", count);
    live->connection_limit = count;
    return ETP_OK;
}

/* ---- setting them ---- */

/* Channels look at their node's options whenever these matter. */
static void take_over(etp_live *live, const etp_live_limits *limits)
{
    etp_live_options *options = &live->options;
    options->max_per_address = limits->max_per_address;
    options->connects_per_second = limits->connects_per_second;
    options->connect_burst = limits->connect_burst;
    options->messages_per_second = limits->messages_per_second;
    options->message_burst = limits->message_burst;
    options->unacknowledged_bytes = limits->unacknowledged_bytes;
    options->unacknowledged_most_bytes = limits->unacknowledged_most_bytes;
    options->heartbeat = limits->heartbeat;
    for (uint32_t i = 0; i < live->node_count; i++)
        etp_live_limit_channel(live, &live->nodes[i]->channel);
    etp_carrier_set_silence(live->carrier, SILENT_HEARTBEATS * limits->heartbeat);
}

int etp_live_set_limits(etp_live *live, const etp_live_limits *limits, etp_error *error)
{
    if (live == NULL || limits == NULL || limits->size != sizeof *limits)
        return etp_fail(error, ETP_EINVAL, "limits need a network, and etp_live_limits.size");
    if (live->busy)
        return etp_fail(error, ETP_ESTATE, "limits cannot be set from inside a callback");
    etp_live_options wanted = live->options;
    wanted.max_connections = limits->max_connections;
    wanted.connects_per_second = limits->connects_per_second;
    wanted.connect_burst = limits->connect_burst;
    wanted.messages_per_second = limits->messages_per_second;
    wanted.message_burst = limits->message_burst;
    wanted.unacknowledged_bytes = limits->unacknowledged_bytes;
    wanted.unacknowledged_most_bytes = limits->unacknowledged_most_bytes;
    wanted.heartbeat = limits->heartbeat;
    int result = etp_live_check_options(&wanted, error);
    if (result == ETP_OK)
        result = set_connections(live, limits->max_connections, error);
    if (result == ETP_OK)
        take_over(live, limits);
    return result;
}
