/* SPDX-License-Identifier: MIT */
/*
 * The codec against msgpack-c, in one run: both do the same work on the same messages, turn about, and the medians of
 * the turns are compared. The yardstick of encoding is the packer's calls alone, with the numbers ready in the wire's
 * units; that of decoding is msgpack_unpack with a zone that is cleared and used again. Output, a line for each:
 *
 *     encode 30.0 ns, yardstick 20.0 ns, ratio 1.50
 *
 * Every call's result goes into a sum that is compared with the one expected, so that no work can be left out.
 */
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench_time.h"
#include "etp/codec.h"
#include "etp/rng.h"

enum { MESSAGES = 256, PASSES = 200, ROUNDS = 31, ZONE_BYTES = 2048, REALS = 8 };

/* One message in all its shapes. */
typedef struct sample {
    etp_message message;
    double reals[REALS]; /* in the order of the wire */
    unsigned char bytes[ETP_MESSAGE_MAX];
    size_t size;
} sample;

static sample samples[MESSAGES];
static msgpack_zone zone;
static unsigned char space[ETP_MESSAGE_MAX];

/* Where messages are encoded to. The compiler cannot know what is at these bytes, so it has to write them all. */
static unsigned char *volatile scratch = space;
static volatile size_t scratch_size = sizeof space;

typedef struct output {
    unsigned char *bytes;
    size_t size;
    size_t used;
} output;

static int append(void *data, const char *bytes, size_t count)
{
    output *out = data;
    if (count > out->size - out->used)
        return -1;
    memcpy(out->bytes + out->used, bytes, count);
    out->used += count;
    return 0;
}

static size_t pack_bare(const sample *from, unsigned char *bytes, size_t size)
{
    output out = {bytes, size, 0};
    msgpack_packer packer;
    msgpack_packer_init(&packer, &out, append);
    msgpack_pack_array(&packer, 16);
    msgpack_pack_uint8(&packer, from->message.type);
    msgpack_pack_uint64(&packer, from->message.message_id);
    msgpack_pack_uint64(&packer, from->message.device_id);
    msgpack_pack_uint8(&packer, from->message.ttl);
    for (int i = 0; i < 5; i++)
        msgpack_pack_double(&packer, from->reals[i]);
    msgpack_pack_uint8(&packer, from->message.code);
    msgpack_pack_double(&packer, from->reals[5]);
    msgpack_pack_uint8(&packer, from->message.health);
    msgpack_pack_double(&packer, from->reals[6]);
    msgpack_pack_double(&packer, from->reals[7]);
    msgpack_pack_uint64(&packer, from->message.in_reply_to);
    msgpack_pack_uint32(&packer, from->message.closes_in_ms);
    return out.used;
}

/* Each returns a number that it can only have if it did its work. */
typedef uint64_t (*work)(const sample *from);

static uint64_t sum_bytes(const unsigned char *bytes, size_t size)
{
    return size + bytes[size - 1] + bytes[size / 2];
}

static uint64_t encode_ours(const sample *from)
{
    unsigned char *bytes = scratch;
    int size = etp_encode(&from->message, bytes, scratch_size);
    return size > 0 ? sum_bytes(bytes, (size_t)size) : 0;
}

static uint64_t encode_bare(const sample *from)
{
    unsigned char *bytes = scratch;
    size_t size = pack_bare(from, bytes, scratch_size);
    return sum_bytes(bytes, size);
}

static uint64_t decode_ours(const sample *from)
{
    etp_message message;
    size_t used;
    if (etp_decode(from->bytes, from->size, &message, &used) != ETP_REFUSED_NONE)
        return 0;
    return used + message.message_id + message.closes_in_ms;
}

static uint64_t decode_msgpack(const sample *from)
{
    msgpack_object object;
    size_t used = 0;
    msgpack_zone_clear(&zone);
    if (msgpack_unpack((const char *)from->bytes, from->size, &used, &zone, &object) != MSGPACK_UNPACK_SUCCESS)
        return 0;
    const msgpack_object *fields = object.via.array.ptr;
    return used + fields[1].via.u64 + fields[15].via.u64;
}

static void make_message(etp_rng *rng, etp_message *message)
{
    *message = (etp_message){
        .type = (uint8_t)etp_rng_below(rng, ETP_TYPES),
        .message_id = UINT64_C(1700000000000000) + etp_rng_below(rng, UINT64_C(1) << 40),
        .device_id = 1 + etp_rng_below(rng, 5000),
        .ttl = ETP_TTL_DEFAULT,
        .bid_price = (etp_price)etp_rng_below(rng, 500000),
        .sale_price = (etp_price)etp_rng_below(rng, 500000),
        .energy_total = (etp_energy)etp_rng_below(rng, 13500000),
        .for_sale_ppm = (uint32_t)etp_rng_below(rng, 1000001),
        .required_energy = (etp_energy)etp_rng_below(rng, 2000000),
        .code = (uint8_t)etp_rng_below(rng, ETP_CODES),
        .remaining_energy = (etp_energy)etp_rng_below(rng, 13500000),
        .health = (uint8_t)etp_rng_below(rng, 4),
        .voltage_mv = 46000 + (uint32_t)etp_rng_below(rng, 6000),
        .discharge_rate = (etp_power)etp_rng_below(rng, 5000000),
        .in_reply_to = UINT64_C(1700000000000000) + etp_rng_below(rng, UINT64_C(1) << 40),
        .closes_in_ms = (uint32_t)etp_rng_below(rng, 2001),
    };
}

static bool make_sample(etp_rng *rng, sample *to)
{
    etp_message *message = &to->message;
    make_message(rng, message);
    const double reals[REALS] = {
        etp_price_to_cents(message->bid_price),
        etp_price_to_cents(message->sale_price),
        etp_energy_to_kwh(message->energy_total),
        message->for_sale_ppm / 1e4,
        etp_energy_to_kwh(message->required_energy),
        etp_energy_to_kwh(message->remaining_energy),
        message->voltage_mv / 1e3,
        etp_power_to_kw(message->discharge_rate),
    };
    memcpy(to->reals, reals, sizeof reals);
    to->size = pack_bare(to, to->bytes, sizeof to->bytes);
    unsigned char ours[ETP_MESSAGE_MAX];
    int size = etp_encode(message, ours, sizeof ours);
    return size > 0 && (size_t)size == to->size && memcmp(ours, to->bytes, to->size) == 0;
}

static uint64_t sum_pass(work job)
{
    uint64_t sum = 0;
    for (int i = 0; i < MESSAGES; i++)
        sum += job(&samples[i]);
    return sum;
}

/* Nanoseconds per message, or a negative number if the results are not those expected. */
static double time_turn(work job, uint64_t expected)
{
    uint64_t sum = 0;
    double start = bench_clock(CLOCK_MONOTONIC);
    for (int i = 0; i < PASSES; i++)
        sum += sum_pass(job);
    double took = 1e9 * (bench_clock(CLOCK_MONOTONIC) - start);
    return sum == expected * PASSES ? took / (MESSAGES * PASSES) : -1.0;
}

static bool compare(const char *name, work ours, work yardstick)
{
    double ours_ns[ROUNDS], yardstick_ns[ROUNDS];
    uint64_t expected = sum_pass(yardstick);
    for (int i = 0; i < ROUNDS; i++) {
        ours_ns[i] = time_turn(ours, expected);
        yardstick_ns[i] = time_turn(yardstick, expected);
        if (ours_ns[i] < 0 || yardstick_ns[i] < 0) {
            fprintf(stderr, "%s: the results differ\n", name);
            return false;
        }
    }
    double ours_median = bench_median(ours_ns, ROUNDS), yardstick_median = bench_median(yardstick_ns, ROUNDS);
    printf("%s %.1f ns, yardstick %.1f ns, ratio %.2f\n", name, ours_median, yardstick_median,
           ours_median / yardstick_median);
    return true;
}

int main(void)
{
    etp_rng rng;
    etp_rng_seed(&rng, 1);
    for (int i = 0; i < MESSAGES; i++) {
        if (!make_sample(&rng, &samples[i])) {
            fprintf(stderr, "message %d: not the yardstick's bytes\n", i);
            return EXIT_FAILURE;
        }
    }
    if (!msgpack_zone_init(&zone, ZONE_BYTES))
        return EXIT_FAILURE;
    bool good = compare("encode", encode_ours, encode_bare) && compare("decode", decode_ours, decode_msgpack);
    msgpack_zone_destroy(&zone);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
