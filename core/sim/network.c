/* SPDX-License-Identifier: MIT */
/*
 * Frames under way sit in a heap by arrival. Their bytes lie in chunks from one pool, so that many small frames and a
 * few large ones share the same bounded memory.
 */
#include "etp/network.h"

#include <string.h>

#include "base/heap.h"
#include "base/memory.h"
#include "etp/rng.h"

enum { CHUNK_BYTES = 124, FRAMES_MIN = 4096, LINKS_PER_FRAME = 8, FRAME_BYTES_MAX = 65535 };

#define NO_CHUNK UINT32_MAX

static const uint32_t certain_ppm = 1000000;
static const uint32_t frames_limit = 100000000;
static const etp_time least_hold_back = 20 * ETP_NS_PER_MS;
static const etp_time longest_queue = ETP_NS_PER_HOUR;
static const uint64_t bandwidth_limit = UINT64_C(1000000000000);

/* Purposes that keep the draws of one frame apart. */
enum draw {
    DRAW_LOSS,
    DRAW_JITTER,
    DRAW_FLIP,
    DRAW_FLIP_WHERE,
    DRAW_REORDER,
    DRAW_DUPLICATE,
    DRAW_HOW_LONG,
    DRAW_AGAIN = 16
};

struct chunk {
    uint32_t next;
    unsigned char bytes[CHUNK_BYTES];
};

struct flight {
    uint32_t link, first, size;
};

struct end {
    uint64_t key;
    etp_time last; /* when something was sent last */
    etp_time free; /* when all that was sent is on its way */
    uint32_t other;
    uint32_t before; /* frames sent at the last moment before this one */
};

struct etp_network {
    etp_network_options options;
    const etp_allocator *allocator;
    struct end *ends;
    struct chunk *chunks;
    struct flight *flights;
    uint32_t *free_flights;
    uint32_t free_count, free_chunk, free_chunks, chunk_count;
    uint32_t sequence;
    struct heap arrivals;
    etp_network_stats stats;
    unsigned char out[FRAME_BYTES_MAX];
};

/* ---- life ---- */

static void *take_memory(etp_network *network, size_t size)
{
    network->stats.memory_bytes += size;
    return network->allocator->allocate(network->allocator->user, size);
}

static int take_tables(etp_network *network)
{
    uint32_t frames = network->options.max_frames;
    network->chunk_count = 2 * frames;
    network->ends = take_memory(network, network->options.max_links * sizeof *network->ends);
    network->chunks = take_memory(network, network->chunk_count * sizeof *network->chunks);
    network->flights = take_memory(network, frames * sizeof *network->flights);
    network->free_flights = take_memory(network, frames * sizeof *network->free_flights);
    network->stats.memory_bytes += frames * (sizeof(struct heap_item) + sizeof(uint32_t));
    if (network->ends == NULL || network->chunks == NULL || network->flights == NULL || network->free_flights == NULL)
        return ETP_ENOMEM;
    return etp_heap_init(&network->arrivals, frames, network->allocator);
}

static void fill_pools(etp_network *network)
{
    for (uint32_t i = 0; i < network->options.max_links; i++)
        network->ends[i] = (struct end){.other = UINT32_MAX};
    for (uint32_t i = 0; i < network->chunk_count; i++)
        network->chunks[i].next = i + 1 < network->chunk_count ? i + 1 : NO_CHUNK;
    network->free_chunks = network->chunk_count;
    network->free_count = network->options.max_frames;
    for (uint32_t i = 0; i < network->free_count; i++)
        network->free_flights[i] = network->free_count - 1 - i;
}

void etp_network_defaults(etp_network_options *options)
{
    if (options != NULL)
        *options = (etp_network_options){.size = sizeof *options};
}

static int check(const etp_network_options *options, etp_error *error)
{
    if (options == NULL)
        return etp_fail(error, ETP_EINVAL, "a network needs its options");
    if (options->size != sizeof *options)
        return etp_fail(error, ETP_EINVAL, "etp_network_options.size is %zu, not %zu", options->size, sizeof *options);
    if (!etp_allocator_is_whole(options->allocator))
        return etp_fail(error, ETP_EINVAL, "an allocator has both functions, allocate and release");
    if (options->delay < 0 || options->delay > ETP_NS_PER_HOUR || options->jitter < 0 ||
        options->jitter > ETP_NS_PER_HOUR)
        return etp_fail(error, ETP_ERANGE, "delay and jitter of the network must be 0 to an hour");
    if (options->loss_ppm > certain_ppm || options->duplicate_ppm > certain_ppm || options->reorder_ppm > certain_ppm ||
        options->flip_ppm > certain_ppm)
        return etp_fail(error, ETP_ERANGE, "a chance of the network must be 0 to 1");
    if (options->bandwidth > bandwidth_limit)
        return etp_fail(error, ETP_ERANGE, "a bandwidth of %llu bits per second: it must be 0, for no limit, to 10^12",
                        (unsigned long long)options->bandwidth);
    if (options->max_frames > frames_limit)
        return etp_fail(error, ETP_ERANGE, "%u frames under way: a network has room for %u at most",
                        options->max_frames, frames_limit);
    if (options->max_links == 0)
        return etp_fail(error, ETP_ERANGE, "a network needs room for at least one link");
    return ETP_OK;
}

int etp_network_new(etp_network **made, const etp_network_options *options, etp_error *error)
{
    if (made == NULL)
        return etp_fail(error, ETP_EINVAL, "a network needs a place to be returned to");
    *made = NULL;
    int result = check(options, error);
    if (result != ETP_OK)
        return result;
    const etp_allocator *allocator = options->allocator != NULL ? options->allocator : etp_default_allocator();
    etp_network *network = allocator->allocate(allocator->user, sizeof *network);
    if (network == NULL)
        return etp_fail(error, ETP_ENOMEM, "no memory for the network");
    network->options = *options;
    network->allocator = allocator;
    network->stats.memory_bytes = sizeof *network;
    if (network->options.max_frames == 0)
        network->options.max_frames = FRAMES_MIN + options->max_links / LINKS_PER_FRAME;
    if (take_tables(network) != ETP_OK) {
        etp_network_free(network);
        return etp_fail(error, ETP_ENOMEM, "no memory for a network of %u links", options->max_links);
    }
    fill_pools(network);
    *made = network;
    return ETP_OK;
}

static void give_memory(etp_network *network, void *memory, size_t size)
{
    if (memory != NULL)
        network->allocator->release(network->allocator->user, memory, size);
}

void etp_network_free(etp_network *network)
{
    if (network == NULL)
        return;
    uint32_t frames = network->options.max_frames;
    give_memory(network, network->ends, network->options.max_links * sizeof *network->ends);
    give_memory(network, network->chunks, network->chunk_count * sizeof *network->chunks);
    give_memory(network, network->flights, frames * sizeof *network->flights);
    give_memory(network, network->free_flights, frames * sizeof *network->free_flights);
    etp_heap_fini(&network->arrivals, network->allocator);
    network->allocator->release(network->allocator->user, network, sizeof *network);
}

int etp_network_join(etp_network *network, uint32_t a, etp_id device_a, uint32_t b, etp_id device_b)
{
    if (network == NULL)
        return ETP_EINVAL;
    uint32_t max = network->options.max_links;
    if (a >= max || b >= max || a == b)
        return ETP_ERANGE;
    network->ends[a] = (struct end){.other = b, .key = etp_hash(network->options.seed, device_a, device_b, 0)};
    network->ends[b] = (struct end){.other = a, .key = etp_hash(network->options.seed, device_b, device_a, 0)};
    return ETP_OK;
}

/* ---- the fate of a frame ---- */

/* A frame that is held back arrives one or two of these later. */
static etp_time hold_back(const etp_network_options *options)
{
    return options->delay > least_hold_back ? options->delay : least_hold_back;
}

etp_time etp_network_longest(const etp_network_options *options)
{
    if (options == NULL || options->bandwidth != 0)
        return ETP_TIME_NEVER;
    etp_time held_back = options->reorder_ppm > 0 ? 2 * hold_back(options) : 0;
    return options->delay + options->jitter + held_back;
}

static bool happens(const struct end *end, enum draw draw, uint32_t chance_ppm)
{
    if (chance_ppm == 0)
        return false;
    return etp_hash_unit(end->key, (uint64_t)end->last, (uint64_t)draw, end->before) * certain_ppm < chance_ppm;
}

static etp_time jitter_of(const etp_network *network, const struct end *end, enum draw draw)
{
    if (network->options.jitter == 0)
        return 0;
    uint64_t span = (uint64_t)network->options.jitter + 1;
    return (etp_time)(etp_hash(end->key, (uint64_t)end->last, (uint64_t)draw, end->before) % span);
}

static etp_time hold_back_of(const etp_network *network, const struct end *end)
{
    etp_time least = hold_back(&network->options);
    double share = etp_hash_unit(end->key, (uint64_t)end->last, DRAW_HOW_LONG, end->before);
    return least + (etp_time)(share * (double)least);
}

/* ---- storage ---- */

static uint32_t chunks_for(size_t size)
{
    return (uint32_t)((size + CHUNK_BYTES - 1) / CHUNK_BYTES);
}

static uint32_t store(etp_network *network, const unsigned char *bytes, size_t size)
{
    uint32_t first = network->free_chunk, last = NO_CHUNK;
    for (size_t done = 0; done < size; done += CHUNK_BYTES) {
        uint32_t number = network->free_chunk;
        struct chunk *chunk = &network->chunks[number];
        size_t part = size - done < CHUNK_BYTES ? size - done : CHUNK_BYTES;
        memcpy(chunk->bytes, bytes + done, part);
        network->free_chunk = chunk->next;
        last = number;
    }
    network->chunks[last].next = NO_CHUNK;
    network->free_chunks -= chunks_for(size);
    return first;
}

static void flip_a_bit(etp_network *network, const struct end *end, const struct flight *flight)
{
    uint64_t bit = etp_hash(end->key, (uint64_t)end->last, DRAW_FLIP_WHERE, end->before) % ((uint64_t)flight->size * 8);
    uint32_t number = flight->first;
    for (uint64_t byte = bit / 8; byte >= CHUNK_BYTES; byte -= CHUNK_BYTES)
        number = network->chunks[number].next;
    network->chunks[number].bytes[bit / 8 % CHUNK_BYTES] ^= (unsigned char)(1U << (bit % 8));
    network->stats.flipped++;
}

static void launch(etp_network *network, const struct end *end, etp_time arrival, const void *frame, size_t size,
                   bool flip)
{
    if (network->free_count == 0 || network->free_chunks < chunks_for(size)) {
        network->stats.overflowed++;
        return;
    }
    uint32_t number = network->free_flights[--network->free_count];
    struct flight *flight = &network->flights[number];
    *flight = (struct flight){.link = end->other, .first = store(network, frame, size), .size = (uint32_t)size};
    if (flip)
        flip_a_bit(network, end, flight);
    etp_heap_set(&network->arrivals, number, arrival, network->sequence++);
}

/* When a frame that is sent now has left: frames of a direction leave one after another. False if it would wait too
 * long: no queue holds that much. */
static bool leave(const etp_network *network, struct end *end, etp_time now, size_t size, etp_time *left)
{
    uint64_t bandwidth = network->options.bandwidth;
    *left = now;
    if (bandwidth == 0)
        return true;
    uint64_t bits = (uint64_t)size * 8 * (uint64_t)ETP_NS_PER_SECOND;
    etp_time starts = end->free > now ? end->free : now;
    *left = starts + (etp_time)((bits + bandwidth - 1) / bandwidth);
    if (starts - now > longest_queue)
        return false;
    end->free = *left;
    return true;
}

/* On the way from `left` on, unless it is lost there. */
static void travel(etp_network *network, const struct end *end, etp_time left, const void *frame, size_t size)
{
    const etp_network_options *options = &network->options;
    if (happens(end, DRAW_LOSS, options->loss_ppm)) {
        network->stats.lost++;
        return;
    }
    bool flip = happens(end, DRAW_FLIP, options->flip_ppm);
    etp_time arrival = left + options->delay + jitter_of(network, end, DRAW_JITTER);
    if (happens(end, DRAW_REORDER, options->reorder_ppm)) {
        arrival += hold_back_of(network, end);
        network->stats.held_back++;
    }
    launch(network, end, arrival, frame, size, flip);
    if (happens(end, DRAW_DUPLICATE, options->duplicate_ppm)) {
        network->stats.duplicated++;
        launch(network, end, left + options->delay + jitter_of(network, end, DRAW_AGAIN), frame, size, false);
    }
}

int etp_network_send(etp_network *network, etp_time now, uint32_t link, const void *frame, size_t size)
{
    if (network == NULL || frame == NULL)
        return ETP_EINVAL;
    if (link >= network->options.max_links || network->ends[link].other == UINT32_MAX)
        return ETP_ENOENT;
    if (size == 0 || size > FRAME_BYTES_MAX)
        return ETP_ERANGE;
    struct end *end = &network->ends[link];
    end->before = end->last == now ? end->before + 1 : 0;
    end->last = now;
    network->stats.sent++;
    network->stats.bytes += size;
    etp_time left;
    if (leave(network, end, now, size, &left))
        travel(network, end, left, frame, size);
    else
        network->stats.overflowed++;
    return ETP_OK;
}

etp_time etp_network_next(const etp_network *network)
{
    if (network == NULL)
        return ETP_TIME_NEVER;
    const struct heap_item *first = etp_heap_first(&network->arrivals);
    return first == NULL ? ETP_TIME_NEVER : first->time;
}

static void take_bytes(etp_network *network, const struct flight *flight)
{
    uint32_t number = flight->first;
    for (uint32_t done = 0; done < flight->size; done += CHUNK_BYTES) {
        struct chunk *chunk = &network->chunks[number];
        uint32_t next = chunk->next;
        uint32_t part = flight->size - done < CHUNK_BYTES ? flight->size - done : CHUNK_BYTES;
        memcpy(network->out + done, chunk->bytes, part);
        chunk->next = network->free_chunk;
        network->free_chunk = number;
        network->free_chunks++;
        number = next;
    }
}

bool etp_network_take(etp_network *network, etp_time now, etp_delivery *delivery)
{
    if (network == NULL || delivery == NULL)
        return false;
    const struct heap_item *first = etp_heap_first(&network->arrivals);
    if (first == NULL || first->time > now)
        return false;
    uint32_t number = first->number;
    const struct flight *flight = &network->flights[number];
    take_bytes(network, flight);
    *delivery = (etp_delivery){.link = flight->link, .frame = network->out, .size = flight->size};
    etp_heap_set(&network->arrivals, number, ETP_TIME_NEVER, 0);
    network->free_flights[network->free_count++] = number;
    network->stats.delivered++;
    return true;
}

void etp_network_get_stats(const etp_network *network, etp_network_stats *stats)
{
    if (stats != NULL)
        *stats = network != NULL ? network->stats : (etp_network_stats){0};
}
