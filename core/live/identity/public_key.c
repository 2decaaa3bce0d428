/* SPDX-License-Identifier: MIT */
#include <sodium.h>
#include <string.h>

#include "live/identity/sign.h"

int etp_public_key_show(const etp_public_key *key, char text[ETP_PUBLIC_KEY_TEXT_MAX])
{
    if (key == NULL || text == NULL)
        return ETP_EINVAL;
    sodium_bin2base64(text, ETP_PUBLIC_KEY_TEXT_MAX, key->bytes, sizeof key->bytes, sodium_base64_VARIANT_ORIGINAL);
    return ETP_OK;
}

int etp_public_key_parse(etp_public_key *key, const char *text)
{
    unsigned char bytes[sizeof key->bytes];
    size_t size = 0;
    if (key == NULL || text == NULL)
        return ETP_EINVAL;
    if (!etp_sodium_ready())
        return ETP_EIO;
    if (sodium_base642bin(bytes, sizeof bytes, text, strlen(text), NULL, &size, NULL, sodium_base64_VARIANT_ORIGINAL) !=
            0 ||
        size != sizeof bytes)
        return ETP_EFORMAT;
    /* There are keys under which signatures can be made up that hold for every text. */
    if (crypto_core_ed25519_is_valid_point(bytes) != 1)
        return ETP_EFORMAT;
    memcpy(key->bytes, bytes, sizeof bytes);
    return ETP_OK;
}

bool etp_public_key_equal(const etp_public_key *one, const etp_public_key *other)
{
    return one != NULL && other != NULL && sodium_memcmp(one->bytes, other->bytes, sizeof one->bytes) == 0;
}
