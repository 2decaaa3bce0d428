/* SPDX-License-Identifier: MIT */
/*
 * Keys of one connection: X25519 between two points that are made for it alone, a hash of both HELLOs that goes into
 * every key and signature, Ed25519 to prove who one is, and SipHash-2-4 with 128 bits over each record.
 */
#include <sodium.h>
#include <string.h>

#include "live/channel/internal.h"

static const char domain_dialer[] = "etp-live-1 proof of who dialed";
static const char domain_listener[] = "etp-live-1 proof of who listened";
static const char domain_key[] = "etp-live-1 key of one way";

_Static_assert(ETP_CHANNEL_KEY == crypto_shorthash_siphashx24_KEYBYTES, "a key of SipHash");
_Static_assert(ETP_CHANNEL_TAG == crypto_shorthash_siphashx24_BYTES, "a tag of SipHash");
_Static_assert(ETP_CHANNEL_POINT == crypto_scalarmult_BYTES, "a point of X25519");
_Static_assert(ETP_CHANNEL_POINT == crypto_kx_PUBLICKEYBYTES, "a point of X25519");

/* ---- making and wiping ---- */

bool etp_keys_begin(etp_channel *channel)
{
    if (!etp_sodium_ready())
        return false;
    if (channel->options->random != NULL)
        channel->options->random(channel->options->random_user, channel->secret, sizeof channel->secret);
    else
        randombytes_buf(channel->secret, sizeof channel->secret);
    return crypto_scalarmult_base(channel->point, channel->secret) == 0;
}

void etp_keys_wipe(etp_channel *channel)
{
    sodium_memzero(channel->secret, sizeof channel->secret);
    sodium_memzero(channel->in.key, sizeof channel->in.key);
    sodium_memzero(channel->out.key, sizeof channel->out.key);
}

/* ---- agreeing ---- */

/* Whoever dialed comes first. Each HELLO begins with its length, so that it is clear where one ends. */
static void hash_hellos(etp_channel *channel, const unsigned char *theirs, size_t size)
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, NULL, 0, sizeof channel->transcript);
    if (channel->dialed)
        crypto_generichash_update(&state, channel->hello, sizeof channel->hello);
    crypto_generichash_update(&state, theirs, size);
    if (!channel->dialed)
        crypto_generichash_update(&state, channel->hello, sizeof channel->hello);
    crypto_generichash_final(&state, channel->transcript, sizeof channel->transcript);
}

/* The key of one way from what X25519 gave for it and from all that was said before. */
static void derive(const etp_channel *channel, const unsigned char shared[crypto_kx_SESSIONKEYBYTES],
                   unsigned char key[ETP_CHANNEL_KEY])
{
    crypto_generichash_state state;
    crypto_generichash_init(&state, shared, crypto_kx_SESSIONKEYBYTES, ETP_CHANNEL_KEY);
    crypto_generichash_update(&state, (const unsigned char *)domain_key, sizeof domain_key);
    crypto_generichash_update(&state, channel->transcript, sizeof channel->transcript);
    crypto_generichash_final(&state, key, ETP_CHANNEL_KEY);
    sodium_memzero(&state, sizeof state);
}

bool etp_keys_agree(etp_channel *channel, const unsigned char *theirs, size_t size, const unsigned char *their_point)
{
    unsigned char in[crypto_kx_SESSIONKEYBYTES], out[crypto_kx_SESSIONKEYBYTES];
    int result = channel->dialed ? crypto_kx_client_session_keys(in, out, channel->point, channel->secret, their_point)
                                 : crypto_kx_server_session_keys(in, out, channel->point, channel->secret, their_point);
    if (result == 0) {
        hash_hellos(channel, theirs, size);
        derive(channel, in, channel->in.key);
        derive(channel, out, channel->out.key);
    }
    sodium_memzero(in, sizeof in);
    sodium_memzero(out, sizeof out);
    sodium_memzero(channel->secret, sizeof channel->secret);
    return result == 0;
}

/* ---- proving ---- */

int etp_keys_prove(const etp_channel *channel, unsigned char signature[ETP_SIGNATURE_SIZE])
{
    memset(signature, 0, ETP_SIGNATURE_SIZE);
    if (channel->options->identity == NULL)
        return ETP_OK;
    return etp_identity_sign(channel->options->identity, channel->dialed ? domain_dialer : domain_listener,
                             channel->transcript, sizeof channel->transcript, signature);
}

bool etp_keys_check(etp_channel *channel, const etp_trust_entry *entry,
                    const unsigned char signature[ETP_SIGNATURE_SIZE])
{
    const char *domain = channel->dialed ? domain_listener : domain_dialer;
    const etp_public_key *key =
        etp_trust_verify(entry, domain, channel->transcript, sizeof channel->transcript, signature);
    if (key != NULL)
        channel->peer_key = *key;
    return key != NULL;
}

/* ---- tags ---- */

/* Over the sequence number and the record, so that none can be left out, repeated, or moved. */
static void tag_of(const etp_channel_way *way, const unsigned char *record, size_t size,
                   unsigned char tag[ETP_CHANNEL_TAG])
{
    unsigned char text[sizeof way->sequence + ETP_CHANNEL_RECORD_MAX];
    etp_put_number(text, sizeof way->sequence, way->sequence);
    memcpy(text + sizeof way->sequence, record, size);
    crypto_shorthash_siphashx24(tag, text, sizeof way->sequence + size, way->key);
}

void etp_keys_tag(etp_channel_way *way, const unsigned char *record, size_t size, unsigned char tag[ETP_CHANNEL_TAG])
{
    tag_of(way, record, size, tag);
    way->sequence++;
}

bool etp_keys_tag_holds(etp_channel_way *way, const unsigned char *record, size_t size, const unsigned char *tag)
{
    unsigned char right[ETP_CHANNEL_TAG];
    tag_of(way, record, size, right);
    bool holds = sodium_memcmp(right, tag, sizeof right) == 0;
    sodium_memzero(right, sizeof right);
    way->sequence += holds;
    return holds;
}
