/* SPDX-License-Identifier: MIT */
/*
 * A DeviceFailure on a saturated link, below the engine and its outbox: one link over tcp on which the sender always has more QueryResponses than
 * may be under way, and every 2 ms a DeviceFailure, which goes in front of what waits. Carrier and channel as nodes use
 * them, each end a loop in a thread; the receiver decodes all. From the making of a DeviceFailure to its decoding:
 *
 *     DeviceFailure on a saturated link: n 2000, p50 0.05 ms, p99 0.2 ms, p99.9 0.4 ms, max 1.0 ms; beside 200 k messages/s
 */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bench_time.h"
#include "etp/histogram.h"
#include "live/carrier/carrier.h"
#include "live/channel/channel.h"

enum { FAILURES = 2000, EVERY_MS = 2 };

struct end {
    etp_carrier *carrier;
    int wake[2];
    bool sends;
    etp_connection connection;
    etp_channel_options options;
    etp_channel channel;
    uint64_t bulk;
};

static etp_time made_at[FAILURES];
static unsigned made, sent, seen;
static etp_histogram delays_us;
static atomic_bool is_over;
static etp_frame bulk_frame, failure_frame;

static void expect(bool is_well, const char *what)
{
    if (is_well)
        return;
    fprintf(stderr, "bench_live_urgent: %s\n", what);
    exit(1);
}

static etp_time now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (etp_time)time.tv_sec * ETP_NS_PER_SECOND + time.tv_nsec;
}

static void make_frame(etp_frame *frame, etp_type type)
{
    const etp_message message = {
        .type = (uint8_t)type, .message_id = 1735671600000000, .device_id = 1001, .ttl = ETP_TTL_DEFAULT};
    unsigned char bytes[ETP_MESSAGE_MAX];
    int size = etp_encode(&message, bytes, sizeof bytes);
    expect(size > 0 && etp_frame_add(frame, bytes, (size_t)size) == ETP_OK && etp_frame_seal(frame) == ETP_OK,
           "a frame");
}

/* ---- the receiver ---- */

static void on_frame(void *user, etp_id device, const void *frame, size_t size)
{
    struct end *end = user;
    etp_frame_reader reader;
    etp_message message;
    (void)device;
    expect(etp_frame_open(&reader, frame, size) == ETP_REFUSED_NONE, "a frame is damaged");
    while (etp_frame_more(&reader)) {
        expect(etp_frame_next(&reader, &message) == ETP_REFUSED_NONE, "a message is damaged");
        end->bulk += message.type != ETP_DEVICE_FAILURE;
        if (message.type == ETP_DEVICE_FAILURE) {
            etp_histogram_add(&delays_us, (uint64_t)((now() - made_at[seen++]) / ETP_NS_PER_US));
            if (seen == FAILURES)
                atomic_store(&is_over, true);
        }
    }
}

/* ---- the sender ---- */

static void fill(struct end *end)
{
    while (etp_channel_writable(&end->channel)) {
        const etp_frame *frame = sent < made ? &failure_frame : &bulk_frame;
        expect(etp_channel_send(&end->channel, now(), 0, frame->bytes, frame->size) == ETP_OK, "a send");
        sent += frame == &failure_frame;
    }
}

static void pump(struct end *end)
{
    const void *bytes;
    size_t size;
    while (end->connection != 0 && etp_carrier_sending(end->carrier, end->connection) == 0) {
        if (end->sends && etp_channel_is_established(&end->channel))
            fill(end);
        size = etp_channel_output(&end->channel, now(), &bytes);
        if (size == 0)
            return;
        expect(etp_carrier_send(end->carrier, end->connection, bytes, size) == ETP_OK, "sending");
        etp_channel_output_taken(&end->channel, size);
    }
}

static void make_failure(etp_time *next)
{
    if (made == FAILURES || now() < *next)
        return;
    made_at[made++] = now();
    *next += EVERY_MS * ETP_NS_PER_MS;
}

/* ---- both ---- */

static void on_established(void *user, const etp_channel_peer *peer)
{
    (void)user, (void)peer;
}

static void on_opened(void *user, etp_connection connection, unsigned endpoint, const char *address, bool dialed)
{
    struct end *end = user;
    (void)endpoint, (void)address;
    end->connection = connection;
    expect(etp_channel_init(&end->channel, &end->options, end, dialed, 0, now()) == ETP_OK, "a channel");
}

static size_t on_received(void *user, etp_connection connection, const void *bytes, size_t size)
{
    struct end *end = user;
    size_t used = 0;
    (void)connection;
    expect(etp_channel_receive(&end->channel, now(), bytes, size, &used) == ETP_OK, "the channel has ended");
    return used;
}

static void on_sent(void *user, etp_connection connection)
{
    (void)user, (void)connection;
}

static void on_closed(void *user, etp_connection connection, const char *why)
{
    (void)user, (void)connection;
    expect(false, why);
}

static void on_trouble(void *user, unsigned endpoint, const char *what)
{
    (void)user, (void)endpoint;
    expect(false, what);
}

static void on_wake(void *user)
{
    struct end *end = user;
    expect(write(end->wake[1], "x", 1) == 1, "waking");
}

static void open_end(struct end *end, bool sends)
{
    etp_carrier_options options = {
        .size = sizeof options,
        .calls = {on_opened, on_received, on_sent, on_closed, on_trouble},
        .user = end,
        .wake = on_wake,
        .max_connections = 2,
    };
    end->sends = sends;
    etp_channel_options_defaults(&end->options);
    end->options.device = sends ? 1001 : 2001;
    end->options.role = sends ? ETP_DEVICE_BATTERY : ETP_DEVICE_AGGREGATOR;
    end->options.messages_per_second = 0;
    end->options.calls = (etp_channel_calls){.established = on_established, .frame = on_frame};
    expect(pipe(end->wake) == 0 && etp_carrier_new(&end->carrier, &options, NULL) == ETP_OK, "a carrier");
}

static void *run_end(void *user)
{
    struct end *end = user;
    etp_time next = now();
    while (!atomic_load(&is_over)) {
        struct pollfd polled = {end->wake[0], POLLIN, 0};
        char bytes[64];
        if (poll(&polled, 1, 1) > 0 && read(end->wake[0], bytes, sizeof bytes) > 0)
            etp_carrier_dispatch(end->carrier);
        if (end->sends)
            make_failure(&next);
        pump(end);
    }
    return NULL;
}

static double quantile_ms(double q)
{
    return (double)etp_histogram_quantile(&delays_us, q) / 1e3;
}

int main(void)
{
    static struct end battery, aggregator;
    unsigned listener, dialer;
    pthread_t thread;
    make_frame(&bulk_frame, ETP_QUERY_RESPONSE);
    make_frame(&failure_frame, ETP_DEVICE_FAILURE);
    open_end(&aggregator, false);
    open_end(&battery, true);
    expect(etp_carrier_listen(aggregator.carrier, "tcp://127.0.0.1:0", NULL, &listener, NULL) == ETP_OK, "listening");
    expect(etp_carrier_dial(battery.carrier, etp_carrier_address(aggregator.carrier, listener), NULL, &dialer, NULL) ==
               ETP_OK,
           "dialing");
    double began = bench_clock(CLOCK_MONOTONIC);
    expect(pthread_create(&thread, NULL, run_end, &aggregator) == 0, "a thread");
    run_end(&battery);
    pthread_join(thread, NULL);
    double seconds = bench_clock(CLOCK_MONOTONIC) - began;
    printf(
        "DeviceFailure on a saturated link: n %u, p50 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.2f ms; beside %.0f k "
        "messages/s\n",
        seen, quantile_ms(0.5), quantile_ms(0.99), quantile_ms(0.999), (double)delays_us.max / 1e3,
        (double)aggregator.bulk / seconds / 1e3);
    etp_carrier_free(battery.carrier);
    etp_carrier_free(aggregator.carrier);
    etp_channel_fini(&battery.channel);
    etp_channel_fini(&aggregator.channel);
    return 0;
}
