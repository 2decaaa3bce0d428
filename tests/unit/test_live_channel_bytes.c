/* SPDX-License-Identifier: MIT */
/*
 * The protocol of a connection once more, from docs/protocol.md and libsodium alone: nothing here uses our own encoder,
 * keys or signatures. It dials our channel and is dialed by it, and compares with the values that the page prints.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sodium.h>

#include "live/channel/channel.h"

enum { HELLO_SIZE = 67, PROOF_SIZE = 99, READY_SIZE = 19, TAG = 16 };

/* What the page's example is made of. */
static const uint64_t dialer_device = 2001, listener_device = 1001;
static const etp_time dialer_clock = INT64_C(1700000000000000000), listener_clock = INT64_C(1700000000250000000);
enum { DIALER_SCALAR = 0x11, LISTENER_SCALAR = 0x22, DIALER_SEED = 0x33, LISTENER_SEED = 0x44 };

/* ---- the other implementation ---- */

typedef struct other {
    unsigned char secret[32], point[32], sign_secret[64], sign_public[32];
    unsigned char transcript[64], in_key[16], out_key[16];
    uint64_t in_sequence, out_sequence;
} other;

static void put(unsigned char *at, unsigned width, uint64_t value)
{
    for (unsigned i = 0; i < width; i++)
        at[i] = (unsigned char)(value >> 8 * (width - 1 - i));
}

static void other_begin(other *who, unsigned char scalar, unsigned char seed)
{
    unsigned char bytes[32];
    memset(who, 0, sizeof *who);
    memset(who->secret, scalar, sizeof who->secret);
    crypto_scalarmult_base(who->point, who->secret);
    memset(bytes, seed, sizeof bytes);
    crypto_sign_seed_keypair(who->sign_public, who->sign_secret, bytes);
}

static void other_hello(const other *who, unsigned char hello[HELLO_SIZE], unsigned char role, uint64_t device,
                        etp_time clock)
{
    put(hello, 2, 65);
    hello[2] = 1;
    memcpy(hello + 3, "ETPL", 4);
    hello[7] = 1;
    hello[8] = 1;
    hello[9] = role;
    hello[10] = 1;
    put(hello + 11, 4, 1);
    put(hello + 15, 4, 65536);
    put(hello + 19, 8, device);
    put(hello + 27, 8, (uint64_t)clock);
    memcpy(hello + 35, who->point, 32);
}

static void key_of_one_way(unsigned char key[16], const unsigned char half[32], const unsigned char transcript[64])
{
    unsigned char text[26 + 64];
    memcpy(text, "etp-live-1 key of one way", 26);
    memcpy(text + 26, transcript, 64);
    crypto_generichash(key, 16, text, sizeof text, half, 32);
}

static void other_agree(other *who, const unsigned char *dialer_hello, const unsigned char *listener_hello, bool dialed)
{
    unsigned char both[2 * HELLO_SIZE], shared[32], text[96], halves[64];
    memcpy(both, dialer_hello, HELLO_SIZE);
    memcpy(both + HELLO_SIZE, listener_hello, HELLO_SIZE);
    crypto_generichash(who->transcript, 64, both, sizeof both, NULL, 0);
    assert_int_equal(crypto_scalarmult(shared, who->secret, (dialed ? listener_hello : dialer_hello) + 35), 0);
    memcpy(text, shared, 32);
    memcpy(text + 32, dialer_hello + 35, 32);
    memcpy(text + 64, listener_hello + 35, 32);
    crypto_generichash(halves, 64, text, sizeof text, NULL, 0);
    key_of_one_way(dialed ? who->in_key : who->out_key, halves, who->transcript);
    key_of_one_way(dialed ? who->out_key : who->in_key, halves + 32, who->transcript);
}

static void tag_of(unsigned char tag[TAG], const unsigned char key[16], uint64_t sequence, const unsigned char *record,
                   size_t size)
{
    unsigned char text[8 + 2048];
    put(text, 8, sequence);
    memcpy(text + 8, record, size);
    crypto_shorthash_siphashx24(tag, text, 8 + size, key);
}

/* A record with its tag. Returns its size. */
static size_t other_record(other *who, unsigned char *record, unsigned char kind, const void *payload, size_t size)
{
    put(record, 2, 1 + size + TAG);
    record[2] = kind;
    if (size > 0)
        memcpy(record + 3, payload, size);
    tag_of(record + 3 + size, who->out_key, who->out_sequence++, record, 3 + size);
    return 3 + size + TAG;
}

static size_t signed_text(unsigned char text[128], const char *domain, const unsigned char transcript[64])
{
    size_t front = strlen(domain) + 1;
    memcpy(text, domain, front);
    memcpy(text + front, transcript, 64);
    return front + 64;
}

static size_t other_proof(other *who, unsigned char *record, const char *domain, etp_time arrived, etp_time now)
{
    unsigned char payload[80], text[128];
    crypto_sign_detached(payload, NULL, text, signed_text(text, domain, who->transcript), who->sign_secret);
    put(payload + 64, 8, (uint64_t)arrived);
    put(payload + 72, 8, (uint64_t)now);
    return other_record(who, record, 2, payload, sizeof payload);
}

static void other_check(other *who, const unsigned char *record, size_t size)
{
    unsigned char tag[TAG];
    assert_int_equal((size_t)record[0] << 8 | record[1], size - 2);
    tag_of(tag, who->in_key, who->in_sequence++, record, size - TAG);
    assert_memory_equal(tag, record + size - TAG, TAG);
}

static void other_check_proof(other *who, const unsigned char *record, const char *domain,
                              const unsigned char public_key[32])
{
    unsigned char text[128];
    other_check(who, record, PROOF_SIZE);
    assert_int_equal(record[2], 2);
    assert_int_equal(
        crypto_sign_verify_detached(record + 3, text, signed_text(text, domain, who->transcript), public_key), 0);
}

/* ---- ours ---- */

static etp_channel channel;
static etp_channel_options options;
static etp_trust *trust;
static etp_identity *identity;
static unsigned established, frames;
static unsigned char frame_seen[64];

static void on_established(void *user, const etp_channel_peer *peer)
{
    (void)user;
    assert_true(peer->proved);
    established++;
}

static void on_frame(void *user, etp_id device, const void *frame, size_t size)
{
    (void)user;
    assert_int_equal(device, 0);
    assert_true(size <= sizeof frame_seen);
    memcpy(frame_seen, frame, size);
    frames++;
}

static void on_random(void *user, void *bytes, size_t size)
{
    memset(bytes, *(const unsigned char *)user, size);
}

static void ours_begin(bool dials, unsigned char *scalar, unsigned char seed, unsigned char their_seed)
{
    unsigned char seeds[2][32];
    memset(seeds[0], seed, 32);
    memset(seeds[1], their_seed, 32);
    etp_trust_entry entry = {.device = dials ? listener_device : dialer_device,
                             .role = dials ? ETP_DEVICE_BATTERY : ETP_DEVICE_AGGREGATOR,
                             .key_count = 1};
    etp_identity *theirs = NULL;
    assert_int_equal(etp_identity_from_seed(&theirs, entry.device, seeds[1], NULL, NULL), ETP_OK);
    entry.keys[0] = *etp_identity_public(theirs);
    etp_identity_free(theirs);
    assert_int_equal(etp_trust_make(&trust, &entry, 1, NULL, NULL), ETP_OK);
    etp_channel_options_defaults(&options);
    options.device = dials ? dialer_device : listener_device;
    options.role = dials ? ETP_DEVICE_AGGREGATOR : ETP_DEVICE_BATTERY;
    assert_int_equal(etp_identity_from_seed(&identity, options.device, seeds[0], NULL, NULL), ETP_OK);
    options.identity = identity;
    options.trust = trust;
    options.calls.established = on_established;
    options.calls.frame = on_frame;
    options.random = on_random;
    options.random_user = scalar;
    established = frames = 0;
    assert_int_equal(etp_channel_init(&channel, &options, NULL, dials, 0, dials ? dialer_clock : listener_clock),
                     ETP_OK);
}

static void ours_end(void)
{
    etp_channel_fini(&channel);
    etp_identity_free(identity);
    etp_trust_free(trust);
    identity = NULL;
    trust = NULL;
}

static void give(const void *bytes, size_t size)
{
    size_t used = 0;
    assert_int_equal(etp_channel_receive(&channel, 0, bytes, size, &used), ETP_OK);
    assert_int_equal(used, size);
}

static const unsigned char *take(size_t size)
{
    static unsigned char copy[ETP_CHANNEL_OUTPUT_MAX];
    const void *bytes;
    assert_int_equal(etp_channel_output(&channel, 0, &bytes), size);
    memcpy(copy, bytes, size);
    etp_channel_output_taken(&channel, size);
    return copy;
}

/* ---- the page ---- */

static char *page;

static int read_page(void **state)
{
    (void)state;
    FILE *file = fopen(ETP_SOURCE_DIR "/docs/protocol.md", "rb");
    page = calloc(1, 1 << 17);
    if (file == NULL || page == NULL || sodium_init() < 0)
        return -1;
    size_t size = fread(page, 1, (1 << 17) - 1, file);
    fclose(file);
    return size > 0 ? 0 : -1;
}

static int drop_page(void **state)
{
    (void)state;
    free(page);
    return 0;
}

/* The page has a line "`name` hex", where the hex digits may be broken into groups by blanks. */
static void expect_on_page(const char *name, const unsigned char *bytes, size_t size)
{
    char wanted[64], hex[512];
    snprintf(wanted, sizeof wanted, "\n    %s = ", name);
    sodium_bin2hex(hex, sizeof hex, bytes, size);
    const char *at = strstr(page, wanted);
    if (at == NULL)
        fail_msg("docs/protocol.md has no line '%s ='; it should be %s", name, hex);
    at += strlen(wanted);
    if (strncmp(at, hex, strlen(hex)) != 0 || at[strlen(hex)] != '\n')
        fail_msg("%s is not what docs/protocol.md says, but %s", name, hex);
}

/* ---- tests ---- */

static void our_dialer_and_another_listener(void **state)
{
    (void)state;
    static unsigned char scalar = DIALER_SCALAR;
    other listener;
    unsigned char bytes[512], dialer_hello[HELLO_SIZE];
    ours_begin(true, &scalar, DIALER_SEED, LISTENER_SEED);
    memcpy(dialer_hello, take(HELLO_SIZE), HELLO_SIZE);
    expect_on_page("HELLO of the dialer", dialer_hello, HELLO_SIZE);

    other_begin(&listener, LISTENER_SCALAR, LISTENER_SEED);
    other_hello(&listener, bytes, 0, listener_device, listener_clock);
    expect_on_page("HELLO of the listener", bytes, HELLO_SIZE);
    other_agree(&listener, dialer_hello, bytes, false);
    expect_on_page("transcript", listener.transcript, 64);
    expect_on_page("key from dialer to listener", listener.in_key, 16);
    expect_on_page("key from listener to dialer", listener.out_key, 16);
    size_t proof =
        other_proof(&listener, bytes + HELLO_SIZE, "etp-live-1 proof of who listened", listener_clock, listener_clock);
    expect_on_page("PROOF of the listener", bytes + HELLO_SIZE, proof);
    give(bytes, HELLO_SIZE + proof);

    unsigned char dialer_public[32], dialer_secret[64], seed[32];
    memset(seed, DIALER_SEED, sizeof seed);
    crypto_sign_seed_keypair(dialer_public, dialer_secret, seed);
    const unsigned char *answer = take(PROOF_SIZE);
    expect_on_page("PROOF of the dialer", answer, PROOF_SIZE);
    other_check_proof(&listener, answer, "etp-live-1 proof of who dialed", dialer_public);
    assert_int_equal(established, 0);
    assert_int_equal(other_record(&listener, bytes, 3, NULL, 0), READY_SIZE);
    expect_on_page("READY", bytes, READY_SIZE);
    give(bytes, READY_SIZE);
    assert_int_equal(established, 1);

    /* A frame each way. */
    give(bytes, other_record(&listener, bytes, 4, "frame", 5));
    assert_int_equal(frames, 1);
    assert_memory_equal(frame_seen, "frame", 5);
    assert_int_equal(etp_channel_send(&channel, 0, 0, "back", 4), ETP_OK);
    answer = take(2 + 1 + 4 + TAG);
    expect_on_page("FRAME of the dialer", answer, 2 + 1 + 4 + TAG);
    other_check(&listener, answer, 2 + 1 + 4 + TAG);
    assert_memory_equal(answer + 2, "\4back", 5);

    /* Ours is asked what it has consumed: the one record of the frame. */
    size_t asking = other_record(&listener, bytes, 10, NULL, 0);
    expect_on_page("ASK of the listener", bytes, asking);
    give(bytes, asking);
    answer = take(2 + 1 + 8 + TAG);
    expect_on_page("ACK of the dialer", answer, 2 + 1 + 8 + TAG);
    other_check(&listener, answer, 2 + 1 + 8 + TAG);
    assert_memory_equal(answer + 2, "\6\0\0\0\0\0\0\0\30", 9);
    ours_end();
}

static void another_dialer_and_our_listener(void **state)
{
    (void)state;
    static unsigned char scalar = LISTENER_SCALAR;
    other dialer, listener;
    unsigned char hello[HELLO_SIZE], bytes[512], their_hello[HELLO_SIZE];
    other_begin(&dialer, DIALER_SCALAR, DIALER_SEED);
    other_begin(&listener, LISTENER_SCALAR, LISTENER_SEED);
    ours_begin(false, &scalar, LISTENER_SEED, DIALER_SEED);
    other_hello(&dialer, hello, 1, dialer_device, dialer_clock);
    give(hello, HELLO_SIZE);
    const unsigned char *answer = take(HELLO_SIZE + PROOF_SIZE);
    expect_on_page("HELLO of the listener", answer, HELLO_SIZE);
    expect_on_page("PROOF of the listener", answer + HELLO_SIZE, PROOF_SIZE);
    memcpy(their_hello, answer, HELLO_SIZE);
    other_agree(&dialer, hello, their_hello, true);
    other_check_proof(&dialer, answer + HELLO_SIZE, "etp-live-1 proof of who listened", listener.sign_public);
    give(bytes, other_proof(&dialer, bytes, "etp-live-1 proof of who dialed", dialer_clock, dialer_clock));
    assert_int_equal(established, 1);
    answer = take(READY_SIZE);
    expect_on_page("READY", answer, READY_SIZE);
    other_check(&dialer, answer, READY_SIZE);
    assert_int_equal(answer[2], 3);

    give(bytes, other_record(&dialer, bytes, 4, "frame", 5));
    assert_memory_equal(frame_seen, "frame", 5);
    /* PING and its PONG. */
    put(bytes + 400, 8, 12345);
    give(bytes, other_record(&dialer, bytes, 7, bytes + 400, 8));
    answer = take(2 + 1 + 24 + TAG);
    other_check(&dialer, answer, 2 + 1 + 24 + TAG);
    put(bytes, 8, 12345);
    put(bytes + 8, 8, (uint64_t)listener_clock);
    put(bytes + 16, 8, (uint64_t)listener_clock);
    assert_int_equal(answer[2], 8);
    assert_memory_equal(answer + 3, bytes, 24);
    /* BYE: closing, stay away for 500 ms. */
    put(bytes + 400, 5, UINT64_C(1) << 32 | 500);
    size_t size = other_record(&dialer, bytes, 9, bytes + 400, 5), used;
    assert_int_equal(etp_channel_receive(&channel, 0, bytes, size, &used), ETP_ESTATE);
    const etp_channel_end end = etp_channel_end_of(&channel);
    assert_int_equal(end.refusal, ETP_CHANNEL_CLOSING);
    assert_true(end.by_peer && end.proved && end.pause == 500 * ETP_NS_PER_MS);
    ours_end();
}

/* Every reason of BYE stands on the page, with its number. */
static void the_page_lists_every_refusal(void **state)
{
    (void)state;
    for (unsigned i = 1; i < ETP_CHANNEL_REFUSALS; i++) {
        char row[96];
        snprintf(row, sizeof row, "\n| %u | %s | ", i, etp_channel_refusal_name((etp_channel_refusal)i));
        if (strstr(page, row) == NULL)
            fail_msg("docs/protocol.md has no row '%s'", row + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_dialer_and_another_listener),
        cmocka_unit_test(another_dialer_and_our_listener),
        cmocka_unit_test(the_page_lists_every_refusal),
    };
    return cmocka_run_group_tests(tests, read_page, drop_page);
}
