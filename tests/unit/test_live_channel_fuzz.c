/* SPDX-License-Identifier: MIT */
/* Two hundred thousand odd inputs, the same ones every time, before a channel at each point of a connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "etp/rng.h"
#include "fuzz/channel_input.h"

enum { INPUTS = 200000, INPUT_MAX = 400, SEED = 81 };

/* Kinds, sizes and edges of numbers that mean something more often than chance would have it. */
static void make(etp_rng *rng, unsigned char *input, size_t size)
{
    static const unsigned char telling[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 24, 64, 80, 127, 128, 255};
    for (size_t i = 0; i < size; i++)
        input[i] =
            etp_rng_below(rng, 3) == 0 ? (unsigned char)etp_rng_next(rng) : telling[etp_rng_below(rng, sizeof telling)];
}

/* Steps whose records have the size that their kind wants, and so get further. */
static size_t make_fitting(etp_rng *rng, unsigned char *input)
{
    static const unsigned char sizes[] = {0, 64, 80, 0, 20, 30, 8, 8, 24, 5, 0};
    size_t size = 1;
    input[0] = (unsigned char)(etp_rng_next(rng) | 16);
    while (size < INPUT_MAX - 100) {
        unsigned kind = (unsigned)etp_rng_below(rng, sizeof sizes);
        input[size++] = 4;
        input[size++] = (unsigned char)kind;
        input[size++] = 0;
        input[size++] = sizes[kind];
        make(rng, input + size, sizes[kind]);
        /* Small numbers: what an ACK and a device id may be. */
        if (etp_rng_below(rng, 2) == 0)
            memset(input + size, 0, sizes[kind] < 7 ? sizes[kind] : 7);
        size += sizes[kind];
        input[size++] = (unsigned char)etp_rng_below(rng, 3);
        input[size++] = (unsigned char)etp_rng_below(rng, 60);
    }
    return size;
}

static void nothing_that_a_peer_says_does_harm(void **state)
{
    (void)state;
    static channel_world world;
    unsigned char input[INPUT_MAX + 100];
    etp_rng rng;
    uint64_t frames = 0, established = 0;
    etp_rng_seed(&rng, SEED);
    channel_world_init(&world);
    for (unsigned i = 0; i < INPUTS; i++) {
        size_t size = i % 2 == 0 ? 1 + etp_rng_below(&rng, INPUT_MAX) : make_fitting(&rng, input);
        if (i % 2 == 0)
            make(&rng, input, size);
        const char *complaint = channel_complaint(&world, input, size);
        if (complaint != NULL)
            fail_msg("input %u of seed %d: %s", i, SEED, complaint);
        frames += world.frames;
        established += world.established;
    }
    /* The inputs get as far as they are meant to. */
    assert_true(frames > 1000);
    assert_true(established > 100);
    channel_world_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_that_a_peer_says_does_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
