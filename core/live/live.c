/* SPDX-License-Identifier: MIT */
/* A network comes and goes. What it has is taken and freed here, what it does is in the other files. */
#include "live/internal.h"

#include "base/memory.h"

enum { CONNECTIONS_MAX = 1000000, PEERS_MAX = 1000000 };

static const etp_time longest_time = ETP_NS_PER_HOUR;

void etp_live_defaults(etp_live_options *options)
{
    if (options == NULL)
        return;
    *options = (etp_live_options){.size = sizeof *options,
                                  .max_peers = 1024,
                                  .max_connections = 2048,
                                  .max_per_address = 256,
                                  .max_unauthenticated = 128,
                                  .connects_per_second = 20,
                                  .connect_burst = 256,
                                  .messages_per_second = 1000,
                                  .message_burst = 2000,
                                  .unacknowledged_bytes = 8192,
                                  .unacknowledged_most_bytes = 65536,
                                  .handshake_limit = 5 * ETP_NS_PER_SECOND,
                                  .heartbeat = 5 * ETP_NS_PER_SECOND,
                                  .backoff_min = ETP_NS_PER_SECOND / 2,
                                  .backoff_max = 30 * ETP_NS_PER_SECOND,
                                  .audit_lines = 5};
}

void *etp_live_take(etp_live *live, size_t size)
{
    return live->allocator->allocate(live->allocator->user, size);
}

void etp_live_give(etp_live *live, void *memory, size_t size)
{
    if (memory != NULL)
        live->allocator->release(live->allocator->user, memory, size);
}

/* ---- options ---- */

static bool in_range(etp_time value, etp_time least)
{
    return value >= least && value <= longest_time;
}

int etp_live_check_options(const etp_live_options *options, etp_error *error)
{
    if (options->size != sizeof *options)
        return etp_fail(error, ETP_EINVAL, "etp_live_options.size is %zu, not %zu: set it with etp_live_defaults()",
                        options->size, sizeof *options);
    if (!etp_allocator_is_whole(options->allocator))
        return etp_fail(error, ETP_EINVAL, "an allocator has both functions, allocate and release");
    if (options->max_peers == 0 || options->max_peers > PEERS_MAX || options->max_connections == 0 ||
        options->max_connections > CONNECTIONS_MAX)
        return etp_fail(error, ETP_EINVAL, "max_peers and max_connections must be 1 to a million");
    if (options->unacknowledged_bytes < ETP_CHANNEL_CREDIT_MIN ||
        options->unacknowledged_bytes > ETP_CHANNEL_CREDIT_MAX)
        return etp_fail(error, ETP_EINVAL, "unacknowledged_bytes must be %d to %d", ETP_CHANNEL_CREDIT_MIN,
                        ETP_CHANNEL_CREDIT_MAX);
    if (options->unacknowledged_most_bytes < options->unacknowledged_bytes ||
        options->unacknowledged_most_bytes > ETP_CHANNEL_CREDIT_MAX)
        return etp_fail(error, ETP_EINVAL,
                        "unacknowledged_most_bytes must be at least unacknowledged_bytes, at most %d",
                        ETP_CHANNEL_CREDIT_MAX);
    if (options->max_unauthenticated == 0)
        return etp_fail(error, ETP_EINVAL, "max_unauthenticated must be at least 1, or nobody could connect");
    if (options->connects_per_second > 0 && options->connect_burst == 0)
        return etp_fail(error, ETP_EINVAL, "a limit of connects per second needs a connect_burst of at least 1");
    if (options->messages_per_second > 0 && options->message_burst == 0)
        return etp_fail(error, ETP_EINVAL, "a limit of messages per second needs a message_burst of at least 1");
    if (!in_range(options->handshake_limit, ETP_NS_PER_MS) || !in_range(options->heartbeat, ETP_NS_PER_MS))
        return etp_fail(error, ETP_EINVAL, "handshake_limit and heartbeat must be 1 ms to an hour");
    if (!in_range(options->backoff_min, ETP_NS_PER_MS) || !in_range(options->backoff_max, options->backoff_min))
        return etp_fail(error, ETP_EINVAL, "backoff_min must be 1 ms to an hour, backoff_max no less than it");
    if (options->audit_lines == 0)
        return etp_fail(error, ETP_EINVAL, "audit_lines must be at least 1");
    return ETP_OK;
}

/* ---- life ---- */

static uint32_t buckets_for(unsigned entries)
{
    uint32_t buckets = 16;
    while (buckets < entries)
        buckets *= 2;
    return buckets;
}

static int take_tables(etp_live *live)
{
    const unsigned connections = live->options.max_connections, peers = live->options.max_peers;
    live->bucket_mask = buckets_for(connections) - 1;
    live->peer_mask = buckets_for(peers) - 1;
    live->connections = etp_live_take(live, connections * sizeof *live->connections);
    live->free_slots = etp_live_take(live, connections * sizeof *live->free_slots);
    live->connection_buckets = etp_live_take(live, (live->bucket_mask + 1) * sizeof *live->connection_buckets);
    live->peers = etp_live_take(live, peers * sizeof *live->peers);
    live->links = etp_live_take(live, peers * sizeof *live->links);
    live->peer_buckets = etp_live_take(live, (live->peer_mask + 1) * sizeof *live->peer_buckets);
    live->homes = etp_live_take(live, (live->peer_mask + 1) * sizeof *live->homes);
    if (live->connections == NULL || live->free_slots == NULL || live->connection_buckets == NULL ||
        live->peers == NULL || live->links == NULL || live->peer_buckets == NULL || live->homes == NULL)
        return ETP_ENOMEM;
    for (uint32_t i = 0; i < connections; i++)
        live->free_slots[live->free_count++] = connections - 1 - i;
    return etp_heap_init(&live->deadlines, connections, live->allocator);
}

static void give_tables(etp_live *live)
{
    const unsigned connections = live->options.max_connections, peers = live->options.max_peers;
    etp_live_give(live, live->connections, connections * sizeof *live->connections);
    etp_live_give(live, live->free_slots, connections * sizeof *live->free_slots);
    etp_live_give(live, live->connection_buckets, (live->bucket_mask + 1) * sizeof *live->connection_buckets);
    etp_live_give(live, live->peers, peers * sizeof *live->peers);
    etp_live_give(live, live->links, peers * sizeof *live->links);
    etp_live_give(live, live->peer_buckets, (live->peer_mask + 1) * sizeof *live->peer_buckets);
    etp_live_give(live, live->homes, (live->peer_mask + 1) * sizeof *live->homes);
    etp_heap_fini(&live->deadlines, live->allocator);
}

static int open_carrier(etp_live *live, etp_error *error)
{
    const etp_live_options *options = &live->options;
    const etp_carrier_options carrier = {.size = sizeof carrier,
                                         .allocator = live->allocator,
                                         .calls = etp_live_carrier_calls,
                                         .user = live,
                                         .wake = etp_live_wake,
                                         .admit = etp_live_admit,
                                         .max_connections = options->max_connections,
                                         .send_buffer = ETP_CHANNEL_OUTPUT_MAX,
                                         .backoff_min = options->backoff_min,
                                         .backoff_max = options->backoff_max,
                                         .silence = SILENT_HEARTBEATS * options->heartbeat,
                                         .seed = options->seed};
    return etp_carrier_new(&live->carrier, &carrier, error);
}

static int build(etp_live *live, etp_error *error)
{
    if (take_tables(live) != ETP_OK)
        return etp_fail(error, ETP_ENOMEM, "no memory for %u connections and %u peers", live->options.max_connections,
                        live->options.max_peers);
    int result = etp_live_open_loop(live, error);
    return result == ETP_OK ? open_carrier(live, error) : result;
}

int etp_live_new(etp_live **made, const etp_live_options *options, etp_error *error)
{
    if (made == NULL)
        return etp_fail(error, ETP_EINVAL, "a network needs a place to be returned to");
    *made = NULL;
    if (options == NULL)
        return etp_fail(error, ETP_EINVAL, "a network needs its options: begin with etp_live_defaults()");
    int result = etp_live_check_options(options, error);
    if (result != ETP_OK)
        return result;
    const etp_allocator *allocator = options->allocator != NULL ? options->allocator : etp_default_allocator();
    etp_live *live = allocator->allocate(allocator->user, sizeof *live);
    if (live == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for a network");
    live->options = *options;
    live->connection_limit = options->max_connections;
    live->allocator = allocator;
    live->wake_ends[0] = live->wake_ends[1] = -1;
    live->timer_at = live->rise_at = ETP_TIME_NEVER;
    etp_live_clock_set(&live->own_clock);
    live->clock = options->clock != NULL ? options->clock : &live->own_clock;
    result = build(live, error);
    if (result != ETP_OK) {
        etp_live_free(live);
        return result;
    }
    *made = live;
    return ETP_OK;
}

void etp_live_free(etp_live *live)
{
    if (live == NULL || live->busy)
        return;
    /* First what other threads write to. */
    etp_carrier_free(live->carrier);
    etp_live_older_free(live);
    etp_live_free_finders(live);
    etp_live_close_loop(live);
    if (live->connections != NULL)
        etp_live_free_connections(live);
    if (live->peers != NULL)
        etp_live_free_peers(live);
    etp_live_free_endpoints(live);
    etp_live_free_nodes(live);
    give_tables(live);
    etp_live_give(live, live, sizeof *live);
}

etp_transport etp_live_transport(etp_live *live)
{
    return (etp_transport){.send = live != NULL ? etp_live_send : NULL, .user = live};
}

int etp_live_attach(etp_live *live, etp_engine *engine)
{
    if (live == NULL || engine == NULL)
        return ETP_EINVAL;
    if (live->busy)
        return ETP_ESTATE;
    if (live->engine != NULL)
        return ETP_EEXIST;
    live->engine = engine;
    return ETP_OK;
}

etp_time etp_live_now(const etp_live *live)
{
    return live != NULL ? etp_live_clock_now(live->clock) : 0;
}

const etp_histogram *etp_live_round_trips(const etp_live *live)
{
    return live != NULL ? &live->round_trips : NULL;
}

int etp_live_get_stats(const etp_live *live, etp_live_stats *stats)
{
    if (live == NULL || stats == NULL || stats->size != sizeof *stats)
        return ETP_EINVAL;
    *stats = live->stats;
    stats->size = sizeof *stats;
    stats->bytes_per_connection = sizeof(struct live_connection);
    stats->bytes_per_peer = sizeof(struct etp_live_peer);
    return ETP_OK;
}
