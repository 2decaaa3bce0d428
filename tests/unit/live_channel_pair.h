/* SPDX-License-Identifier: MIT */
/* Two channels that talk to each other through buffers in memory, under a clock that the test moves. */
#ifndef ETP_TEST_LIVE_CHANNEL_PAIR_H
#define ETP_TEST_LIVE_CHANNEL_PAIR_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "etp/codec.h"
#include "etp/rng.h"
#include "live/channel/channel.h"

enum { PAIR_BUFFER = 1 << 18, BATTERY = 1001, AGGREGATOR = 2001, RELAY = 3001, STRANGER = 4001 };

/* One end, and what has happened at it. */
typedef struct end {
    etp_channel channel;
    etp_channel_options options;
    etp_identity *identity;
    etp_time ahead;                 /* of its clock, of the test's */
    etp_channel_refusal sends_away; /* what its owner tells whoever has proved who he is */
    unsigned established, frames, clocks, refused;
    etp_channel_peer peer;
    etp_channel_clock clock;
    etp_id frame_device, refused_device;
    size_t frame_size, bytes;
    unsigned char frame[ETP_FRAME_MAX];
    etp_rng rng;
    /* What it has sent that is still under way, and everything it ever sent. */
    size_t in_flight, recorded;
    unsigned char flight[PAIR_BUFFER], record[PAIR_BUFFER];
} end;

typedef struct pair {
    end dialer, listener;
    etp_trust *trust;
    etp_time now;
} pair;

static inline etp_channel_refusal on_admit(void *user, const etp_channel_peer *peer)
{
    const end *at = user;
    assert_int_equal(at->established, 0);
    assert_true(peer->device != 0);
    return at->sends_away;
}

static inline void on_established(void *user, const etp_channel_peer *peer)
{
    end *at = user;
    at->established++;
    at->peer = *peer;
}

static inline void on_frame(void *user, etp_id device, const void *frame, size_t size)
{
    end *at = user;
    at->frames++;
    at->frame_device = device;
    at->frame_size = size;
    at->bytes += size;
    memcpy(at->frame, frame, size);
}

static inline void on_clock(void *user, const etp_channel_clock *clock)
{
    end *at = user;
    at->clocks++;
    at->clock = *clock;
}

static inline void on_refused(void *user, etp_channel_refusal refusal, etp_id device)
{
    end *at = user;
    assert_int_equal(refusal, ETP_CHANNEL_NOT_VIA);
    at->refused++;
    at->refused_device = device;
}

static inline void on_random(void *user, void *bytes, size_t size)
{
    unsigned char *at = bytes;
    for (size_t i = 0; i < size; i++)
        at[i] = (unsigned char)etp_rng_next(user);
}

static inline etp_identity *identity_of(etp_id device)
{
    etp_identity *identity = NULL;
    unsigned char seed[32] = {0};
    memcpy(seed, &device, sizeof device);
    assert_int_equal(etp_identity_from_seed(&identity, device, seed, NULL, NULL), ETP_OK);
    return identity;
}

static inline etp_trust_entry entry_of(etp_id device, etp_device_role role, etp_id via)
{
    etp_identity *identity = identity_of(device);
    etp_trust_entry entry = {
        .device = device, .role = role, .key_count = 1, .keys = {*etp_identity_public(identity)}, .via = via};
    snprintf(entry.name, sizeof entry.name, "d%u", (unsigned)device);
    etp_identity_free(identity);
    return entry;
}

static inline void end_init(end *at, etp_id device, etp_device_role role, const etp_trust *trust)
{
    memset(at, 0, sizeof *at);
    at->identity = identity_of(device);
    etp_rng_seed(&at->rng, device);
    etp_channel_options_defaults(&at->options);
    at->options.identity = at->identity;
    at->options.trust = trust;
    at->options.device = device;
    at->options.role = role;
    at->options.calls = (etp_channel_calls){on_admit, on_established, on_frame, on_clock, on_refused};
    at->options.random = on_random;
    at->options.random_user = &at->rng;
}

/* An aggregator that dials a battery; both trust each other, a relay, and a device 1002 that it speaks for. */
static inline void pair_init(pair *both)
{
    const etp_trust_entry entries[] = {entry_of(BATTERY, ETP_DEVICE_BATTERY, 0),
                                       entry_of(AGGREGATOR, ETP_DEVICE_AGGREGATOR, 0),
                                       entry_of(RELAY, ETP_DEVICE_RELAY, 0), entry_of(1002, ETP_DEVICE_BATTERY, RELAY),
                                       entry_of(2002, ETP_DEVICE_AGGREGATOR, 0)};
    both->trust = NULL;
    assert_int_equal(etp_trust_make(&both->trust, entries, sizeof entries / sizeof entries[0], NULL, NULL), ETP_OK);
    end_init(&both->dialer, AGGREGATOR, ETP_DEVICE_AGGREGATOR, both->trust);
    end_init(&both->listener, BATTERY, ETP_DEVICE_BATTERY, both->trust);
    both->now = 1700000000 * ETP_NS_PER_SECOND;
}

static inline void end_fini(end *at)
{
    etp_channel_fini(&at->channel);
    etp_identity_free(at->identity);
    at->identity = NULL;
}

static inline void pair_fini(pair *both)
{
    end_fini(&both->dialer);
    end_fini(&both->listener);
    etp_trust_free(both->trust);
}

static inline etp_time time_at(const pair *both, const end *at)
{
    return both->now + at->ahead;
}

static inline void pair_open(pair *both)
{
    assert_int_equal(etp_channel_init(&both->dialer.channel, &both->dialer.options, &both->dialer, true, 0,
                                      time_at(both, &both->dialer)),
                     ETP_OK);
    assert_int_equal(etp_channel_init(&both->listener.channel, &both->listener.options, &both->listener, false, 0,
                                      time_at(both, &both->listener)),
                     ETP_OK);
}

/* Puts what an end has to say under way. Returns how much. */
static inline size_t end_flush(const pair *both, end *at)
{
    const void *bytes = NULL;
    size_t size = etp_channel_output(&at->channel, time_at(both, at), &bytes);
    if (size == 0)
        return 0;
    assert_true(at->in_flight + size <= PAIR_BUFFER);
    memcpy(at->flight + at->in_flight, bytes, size);
    at->in_flight += size;
    if (at->recorded + size <= PAIR_BUFFER) {
        memcpy(at->record + at->recorded, bytes, size);
        at->recorded += size;
    }
    etp_channel_output_taken(&at->channel, size);
    return size;
}

/* The first `size` bytes that `from` has under way arrive. Returns how many were taken. */
static inline size_t deliver(const pair *both, end *from, end *to, size_t size)
{
    size_t used = 0;
    if (size > from->in_flight)
        size = from->in_flight;
    /* From a block of exactly that size, so that a sanitizer sees who reads beyond it. */
    unsigned char *bytes = malloc(size > 0 ? size : 1);
    assert_non_null(bytes);
    memcpy(bytes, from->flight, size);
    int result = etp_channel_receive(&to->channel, time_at(both, to), bytes, size, &used);
    free(bytes);
    assert_true(used <= size);
    assert_true(result == (etp_channel_is_over(&to->channel) ? ETP_ESTATE : ETP_OK));
    from->in_flight -= used;
    memmove(from->flight, from->flight + used, from->in_flight);
    return used;
}

/* Until nobody has anything to say. */
static inline void pair_settle(pair *both)
{
    for (unsigned i = 0; i < 1000; i++) {
        size_t moved = end_flush(both, &both->dialer) + end_flush(both, &both->listener);
        moved += deliver(both, &both->dialer, &both->listener, SIZE_MAX);
        moved += deliver(both, &both->listener, &both->dialer, SIZE_MAX);
        if (moved == 0)
            return;
    }
    fail_msg("the two ends never come to rest");
}

static inline void pair_connect(pair *both)
{
    pair_open(both);
    pair_settle(both);
    assert_int_equal(both->dialer.established, 1);
    assert_int_equal(both->listener.established, 1);
}

static inline void expect_end(const end *at, etp_channel_refusal refusal, bool by_peer)
{
    etp_channel_end how = etp_channel_end_of(&at->channel);
    assert_true(etp_channel_is_over(&at->channel));
    assert_string_equal(etp_channel_refusal_name(how.refusal), etp_channel_refusal_name(refusal));
    assert_int_equal(how.by_peer, by_peer);
}

/* Bytes that are no messages, so that nothing depends on what they mean. */
static inline int send_bytes(const pair *both, end *from, etp_id device, size_t size, unsigned char value)
{
    unsigned char frame[ETP_FRAME_MAX];
    memset(frame, value, sizeof frame);
    return etp_channel_send(&from->channel, time_at(both, from), device, frame, size);
}

/* ---- what each test begins and ends with ---- */

static pair two;

static inline int pair_start(void **state)
{
    (void)state;
    pair_init(&two);
    return 0;
}

static inline int pair_stop(void **state)
{
    (void)state;
    pair_fini(&two);
    return 0;
}

/* Of tests in which nothing may have been delivered. */
static inline int pair_stop_unheard(void **state)
{
    assert_int_equal(two.dialer.frames + two.listener.frames, 0);
    return pair_stop(state);
}

#endif
