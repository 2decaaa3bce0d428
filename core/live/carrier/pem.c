/* SPDX-License-Identifier: MIT */
/*
 * Whether a private key is the one of a certificate, which NNG does not look at: every handshake would fail. A key's file has
 * its public half as well: the modulus of RSA, the point of a curve. Those bytes stand in the certificate too, or it is of
 * another key. Of a key in which neither is found nothing is known.
 */
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "live/carrier/inside.h"

enum {
    DER_INTEGER = 2,
    DER_BITS = 3,
    DER_BYTES = 4,
    DER_CONSTRUCTED = 0x20,
    MODULUS_MIN = 128, /* bytes; of what else is in such files nothing is as long */
    POINT_MIN = 33,
    DEPTH_MAX = 8
};

struct range {
    const unsigned char *at;
    size_t size;
};

/* ---- PEM ---- */

/* Up to the dashes of the end; `bytes` has room for as much as the text. */
static size_t decode(const char *text, size_t size, unsigned char *bytes)
{
    size_t decoded = 0;
    const char *end;
    int result = sodium_base642bin(bytes, size, text, size, "\r\n\t ", &decoded, &end, sodium_base64_VARIANT_ORIGINAL);
    return result == 0 ? decoded : 0;
}

/* What is between the first BEGIN line that ends like this and its end, to be freed with free(). */
static bool read_block(struct range *block, const char *pem, const char *label)
{
    const char *at = strstr(pem, label);
    const char *text = at != NULL ? at + strlen(label) : NULL;
    unsigned char *bytes = text != NULL ? malloc(strlen(text) + 1) : NULL;
    if (bytes == NULL)
        return false;
    *block = (struct range){bytes, decode(text, strlen(text), bytes)};
    return true;
}

/* ---- DER ---- */

/* Takes the next element off `from`. Its tag, or -1. */
static int take_element(struct range *from, struct range *content)
{
    if (from->size < 2)
        return -1;
    int tag = from->at[0];
    size_t length = from->at[1], before = 2;
    if (length >= 0x80) {
        size_t width = length & 0x7f;
        if (width == 0 || width > 4 || from->size < 2 + width)
            return -1;
        length = 0;
        for (size_t i = 0; i < width; i++)
            length = length << 8 | from->at[2 + i];
        before += width;
    }
    if (length > from->size - before)
        return -1;
    *content = (struct range){from->at + before, length};
    from->at += before + length;
    from->size -= before + length;
    return tag;
}

static bool is_public(int tag, const struct range *content)
{
    return (tag == DER_INTEGER && content->size >= MODULUS_MIN) || (tag == DER_BITS && content->size > POINT_MIN);
}

/* The first of them, in a key as it is or in the string of bytes that PKCS #8 puts it into. */
static bool find_public(struct range in, struct range *found, unsigned depth)
{
    struct range content;
    for (int tag; depth < DEPTH_MAX && (tag = take_element(&in, &content)) >= 0;) {
        if (is_public(tag, &content)) {
            *found = content;
            return true;
        }
        if (((tag & DER_CONSTRUCTED) != 0 || tag == DER_BYTES) && find_public(content, found, depth + 1))
            return true;
    }
    return false;
}

static bool contains(const struct range *all, const struct range *part)
{
    for (size_t i = 0; i + part->size <= all->size; i++)
        if (memcmp(all->at + i, part->at, part->size) == 0)
            return true;
    return false;
}

/* ---- both ---- */

static void give_back(struct range *block)
{
    sodium_memzero((void *)(uintptr_t)block->at, block->size);
    free((void *)(uintptr_t)block->at);
}

bool etp_carrier_is_other_key(const char *certificate, const char *key)
{
    struct range of_certificate, of_key, open;
    if (!read_block(&of_certificate, certificate, "-----BEGIN CERTIFICATE-----"))
        return false;
    bool is_other = false;
    if (read_block(&of_key, key, " PRIVATE KEY-----")) {
        is_other = find_public(of_key, &open, 0) && !contains(&of_certificate, &open);
        give_back(&of_key);
    }
    give_back(&of_certificate);
    return is_other;
}
