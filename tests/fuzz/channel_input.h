/* SPDX-License-Identifier: MIT */
/*
 * A channel and a peer that says anything at all. The first byte of an input says at which point of the connection it
 * begins and whether the peer's records get tags that are right, as no fuzzer guesses one; then come steps.
 */
#ifndef ETP_TESTS_CHANNEL_INPUT_H
#define ETP_TESTS_CHANNEL_INPUT_H

#include <stdlib.h>
#include <string.h>

#include "etp/error.h"
#include "live/channel/internal.h"

enum { CHANNEL_POINTS = 3, CHANNEL_RECORD = 2048 };
static const etp_time channel_began = INT64_C(1700000000000000000);

/* Our end and the peer's at one point of a connection. A channel is plain data: a copy goes on by itself. */
typedef struct channel_point {
    etp_channel ours, peer;
} channel_point;

typedef struct channel_world {
    etp_identity *identities[2];
    etp_trust *trust;
    etp_channel_options ours[2], peer[2]; /* without and with identities */
    channel_point points[2][2][CHANNEL_POINTS];
    unsigned established, frames; /* of the one that is tried */
} channel_world;

/* The first bytes of what is left of an input; zeros behind its end. */
typedef struct channel_input {
    const uint8_t *at;
    size_t left;
} channel_input;

static inline unsigned input_byte(channel_input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->at++;
}

static inline void input_bytes(channel_input *input, unsigned char *to, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = (unsigned char)input_byte(input);
}

static inline void channel_on_established(void *user, const etp_channel_peer *peer)
{
    channel_world *world = user;
    if (world != NULL && peer->device != 0)
        world->established++;
}

static inline void channel_on_frame(void *user, etp_id device, const void *frame, size_t size)
{
    channel_world *world = user;
    unsigned char copy[ETP_FRAME_MAX];
    if (size == 0 || size > sizeof copy || device > ETP_ID_MAX)
        abort();
    memcpy(copy, frame, size);
    if (world != NULL)
        world->frames++;
}

static inline void channel_on_random(void *user, void *bytes, size_t size)
{
    (void)user;
    static unsigned char next;
    memset(bytes, ++next, size);
}

static inline void channel_options_make(channel_world *world, etp_channel_options *options, unsigned who, bool proves)
{
    etp_channel_options_defaults(options);
    options->device = who + 1;
    options->role = who == 0 ? ETP_DEVICE_BATTERY : ETP_DEVICE_RELAY;
    options->identity = proves ? world->identities[who] : NULL;
    options->trust = proves ? world->trust : NULL;
    options->calls.established = channel_on_established;
    options->calls.frame = channel_on_frame;
    options->random = channel_on_random;
}

/* What one says is all given to the other. */
static inline void channel_pass(etp_channel *from, etp_channel *to)
{
    const void *bytes;
    size_t used, size = etp_channel_output(from, channel_began, &bytes);
    if (size > 0 && etp_channel_receive(to, channel_began, bytes, size, &used) != ETP_OK)
        abort();
    etp_channel_output_taken(from, size);
}

static inline void channel_points_make(channel_world *world, bool proves, bool dialed)
{
    channel_point *points = world->points[proves][dialed];
    channel_point now;
    if (etp_channel_init(&now.ours, &world->ours[proves], NULL, dialed, 0, channel_began) != ETP_OK ||
        etp_channel_init(&now.peer, &world->peer[proves], NULL, !dialed, 0, channel_began) != ETP_OK)
        abort();
    points[0] = now;
    etp_channel *first = dialed ? &now.ours : &now.peer, *second = dialed ? &now.peer : &now.ours;
    channel_pass(first, second);
    /* Both have all that they need for keys; the peer has proved nothing. */
    etp_channel before = now.ours;
    channel_pass(second, first);
    points[1] = now;
    if (dialed)
        points[1].ours = before;
    if (dialed && etp_handshake_hello(&points[1].ours, &(etp_record){.kind = ETP_RECORD_HELLO,
                                                                     .payload = now.peer.hello + ETP_RECORD_HEAD,
                                                                     .size = ETP_HELLO_PAYLOAD,
                                                                     .whole = ETP_CHANNEL_HELLO}) != ETP_CHANNEL_NONE)
        abort();
    points[1].peer.out.tagged = true;
    points[1].peer.out.sequence = 0;
    channel_pass(first, second);
    channel_pass(second, first);
    points[2] = now;
    if (!etp_channel_is_established(&now.ours) || !etp_channel_is_established(&now.peer))
        abort();
}

static inline void channel_world_init(channel_world *world)
{
    etp_trust_entry entries[3] = {{.device = 1, .role = ETP_DEVICE_BATTERY, .key_count = 1},
                                  {.device = 2, .role = ETP_DEVICE_RELAY, .key_count = 1},
                                  {.device = 3, .role = ETP_DEVICE_AGGREGATOR, .key_count = 1, .via = 2}};
    memset(world, 0, sizeof *world);
    for (unsigned char i = 0; i < 3; i++) {
        const unsigned char seed[32] = {i, 1};
        etp_identity *identity = NULL;
        if (etp_identity_from_seed(&identity, i + 1U, seed, NULL, NULL) != ETP_OK)
            abort();
        entries[i].keys[0] = *etp_identity_public(identity);
        if (i < 2)
            world->identities[i] = identity;
        else
            etp_identity_free(identity);
    }
    if (etp_trust_make(&world->trust, entries, 3, NULL, NULL) != ETP_OK)
        abort();
    for (unsigned i = 0; i < 4; i++) {
        channel_options_make(world, &world->ours[i / 2], 0, i >= 2);
        channel_options_make(world, &world->peer[i / 2], 1, i >= 2);
        channel_points_make(world, i >= 2, i % 2 != 0);
    }
}

static inline void channel_world_fini(channel_world *world)
{
    etp_identity_free(world->identities[0]);
    etp_identity_free(world->identities[1]);
    etp_trust_free(world->trust);
}

/* ---- one input ---- */

typedef struct channel_trial {
    channel_point at;
    etp_time now;
    bool honest_tags;
    size_t waiting;
    unsigned char bytes[2 * CHANNEL_RECORD];
} channel_trial;

static inline void trial_deliver(channel_trial *trial)
{
    size_t used = 0;
    /* From a block of exactly that size, so that a sanitizer sees who reads beyond it. */
    unsigned char *copy = malloc(trial->waiting + 1);
    if (copy == NULL)
        abort();
    memcpy(copy, trial->bytes, trial->waiting);
    int result = etp_channel_receive(&trial->at.ours, trial->now, copy, trial->waiting, &used);
    free(copy);
    if (used > trial->waiting || (result == ETP_OK) == etp_channel_is_over(&trial->at.ours))
        abort();
    trial->waiting -= used;
    memmove(trial->bytes, trial->bytes + used, trial->waiting);
    /* Whoever does not take a whole record away has all of it in its buffer. */
    if (result == ETP_OK && trial->waiting >= ETP_CHANNEL_RECORD_MAX)
        abort();
    if (result != ETP_OK)
        trial->waiting = 0;
}

static inline void trial_record(channel_trial *trial, channel_input *input)
{
    etp_channel_way *way = &trial->at.peer.out;
    unsigned char *record = trial->bytes + trial->waiting;
    unsigned kind = input_byte(input), size = input_byte(input) << 8 | input_byte(input);
    size %= ETP_CHANNEL_RECORD_MAX + 8;
    bool tagged = trial->honest_tags && (way->tagged || kind == ETP_RECORD_PROOF);
    size_t whole = ETP_RECORD_HEAD + size + (tagged ? ETP_CHANNEL_TAG : 0);
    etp_put_number(record, ETP_RECORD_LENGTH, whole - ETP_RECORD_LENGTH);
    record[2] = (unsigned char)kind;
    input_bytes(input, record + ETP_RECORD_HEAD, size);
    if (tagged && whole <= ETP_CHANNEL_RECORD_MAX)
        etp_keys_tag(way, record, whole - ETP_CHANNEL_TAG, record + whole - ETP_CHANNEL_TAG);
    trial->waiting += whole;
}

static inline void trial_step(channel_trial *trial, channel_input *input)
{
    const void *bytes;
    unsigned char frame[ETP_FRAME_MAX] = {0};
    unsigned step = input_byte(input);
    switch (step % 8) {
    case 0:
        trial->now += (etp_time)input_byte(input) * 100 * ETP_NS_PER_MS;
        etp_channel_advance(&trial->at.ours, trial->now);
        break;
    case 1:
        etp_channel_output_taken(&trial->at.ours,
                                 etp_channel_output(&trial->at.ours, trial->now, &bytes) >> (step & 8));
        break;
    case 2:
        etp_channel_send(&trial->at.ours, trial->now, step & 8 ? 3 : 0, frame, 1 + input_byte(input) * 5);
        break;
    case 3:
        trial->bytes[trial->waiting++] = (unsigned char)input_byte(input);
        break;
    default:
        trial_record(trial, input);
        break;
    }
    trial_deliver(trial);
}

/* What must hold after every step. Returns a complaint, or NULL. */
static inline const char *trial_judge(const channel_world *world, const channel_trial *trial, unsigned begins)
{
    const etp_channel *ours = &trial->at.ours;
    if (ours->out_start > ours->out_end || ours->out_end > sizeof ours->output)
        return "the output is not in its buffer";
    if (ours->state >= ETP_CHANNEL_OPEN && ours->sent - ours->acknowledged > ours->credit)
        return "more is under way than the bound allows";
    if (ours->state >= ETP_CHANNEL_OPEN && (ours->window.open > ours->credit || ours->window.size > ours->credit))
        return "the window is wider than the credit";
    if (begins < 2 && ours->options->identity != NULL && world->established + world->frames > 0)
        return "somebody without a key was believed";
    if (begins == 2 && !trial->honest_tags && world->frames > 0)
        return "a frame without a good tag was taken";
    if (world->established > 1 || (begins < 2 && world->frames > 0 && world->established == 0))
        return "frames came before the handshake";
    if (etp_channel_is_over(ours) && etp_channel_end_of(ours).refusal == ETP_CHANNEL_NONE)
        return "it is over for no reason";
    return NULL;
}

static inline const char *channel_complaint(channel_world *world, const uint8_t *bytes, size_t size)
{
    static channel_trial trial;
    channel_input input = {bytes, size};
    unsigned how = input_byte(&input), begins = how % CHANNEL_POINTS;
    trial.at = world->points[how >> 2 & 1][how >> 3 & 1][begins];
    trial.at.ours.user = world;
    trial.honest_tags = (how & 16) != 0;
    trial.now = channel_began;
    trial.waiting = 0;
    world->established = world->frames = 0;
    const char *complaint = NULL;
    while (input.left > 0 && complaint == NULL) {
        trial_step(&trial, &input);
        complaint = trial_judge(world, &trial, begins);
    }
    etp_channel_fini(&trial.at.ours);
    return complaint;
}

#endif
