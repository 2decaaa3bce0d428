/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "live/identity/sign.h"
#include "live/identity/trust.h"

/* ---- checking ---- */

/* A name goes into logs and tables: letters, digits and a few signs, so that it cannot be mistaken for something else. */
static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == ':' || c == '@' || c == '+';
}

bool etp_trust_name_fits(const char *name)
{
    size_t size = 0;
    while (name != NULL && size < ETP_TRUST_NAME_MAX && is_name_byte(name[size]))
        size++;
    return size > 0 && size < ETP_TRUST_NAME_MAX && name[size] == '\0';
}

static bool is_entry(const etp_trust_entry *entry)
{
    return entry->device >= 1 && entry->device <= ETP_ID_MAX && (unsigned)entry->role < ETP_DEVICE_ROLES &&
           entry->key_count >= 1 && entry->key_count <= ETP_TRUST_KEYS_MAX && entry->via <= ETP_ID_MAX &&
           entry->via != entry->device && (entry->via == 0 || entry->role != ETP_DEVICE_RELAY) &&
           (entry->name[0] == '\0' || etp_trust_name_fits(entry->name));
}

/* ---- order ---- */

static int by_device(const void *a, const void *b)
{
    const etp_trust_entry *one = a, *other = b;
    return one->device < other->device ? -1 : one->device > other->device;
}

static int by_key(const void *a, const void *b)
{
    const etp_trust_key *one = a, *other = b;
    int order = memcmp(one->key.bytes, other->key.bytes, sizeof one->key.bytes);
    if (order != 0)
        return order;
    return one->device < other->device ? -1 : one->device > other->device;
}

/* A key that belongs to two devices proves neither. */
static int check_keys(const etp_trust *trust, etp_trust_key *keys, etp_error *error)
{
    size_t count = 0;
    for (size_t i = 0; i < trust->count; i++)
        for (unsigned k = 0; k < trust->entries[i].key_count; k++)
            keys[count++] = (etp_trust_key){trust->entries[i].keys[k], trust->entries[i].device};
    qsort(keys, count, sizeof *keys, by_key);
    for (size_t i = 1; i < count; i++)
        if (etp_public_key_equal(&keys[i - 1].key, &keys[i].key))
            return etp_fail(
                error, ETP_EEXIST,
                "the same public key is there twice, for device %llu and for device %llu: each needs one of "
                "its own",
                (unsigned long long)keys[i - 1].device, (unsigned long long)keys[i].device);
    return ETP_OK;
}

int etp_trust_settle(etp_trust *trust, etp_error *error)
{
    qsort(trust->entries, trust->count, sizeof *trust->entries, by_device);
    for (size_t i = 1; i < trust->count; i++)
        if (trust->entries[i - 1].device == trust->entries[i].device)
            return etp_fail(error, ETP_EEXIST, "device %llu is there twice",
                            (unsigned long long)trust->entries[i].device);
    size_t room = (trust->count + 1) * ETP_TRUST_KEYS_MAX * sizeof(etp_trust_key);
    etp_trust_key *keys = etp_memory_take(trust->allocator, room);
    if (keys == NULL)
        return etp_fail(error, ETP_ENOMEM, NULL);
    int result = check_keys(trust, keys, error);
    etp_memory_give(trust->allocator, keys, room);
    return result;
}

/* ---- making ---- */

etp_trust *etp_trust_new(size_t room, const etp_allocator *allocator)
{
    etp_trust *trust = etp_memory_take(allocator, sizeof *trust);
    if (trust == NULL)
        return NULL;
    trust->allocator = allocator;
    trust->room = room > 0 ? room : 1;
    trust->entries = etp_memory_take(allocator, trust->room * sizeof *trust->entries);
    if (trust->entries != NULL)
        return trust;
    etp_memory_give(allocator, trust, sizeof *trust);
    return NULL;
}

int etp_trust_make(etp_trust **trust, const etp_trust_entry *entries, size_t count, const etp_allocator *allocator,
                   etp_error *error)
{
    if (trust == NULL || (entries == NULL && count > 0) || !etp_allocator_is_whole(allocator))
        return etp_fail(error, ETP_EINVAL, NULL);
    for (size_t i = 0; i < count; i++)
        if (!is_entry(&entries[i]))
            return etp_fail(error, ETP_ERANGE, "entry %zu of the trust list is no device that could be trusted", i);
    etp_trust *made = etp_trust_new(count, allocator);
    if (made == NULL)
        return etp_fail(error, ETP_ENOMEM, NULL);
    if (count > 0)
        memcpy(made->entries, entries, count * sizeof *entries);
    made->count = count;
    int result = etp_trust_settle(made, error);
    if (result == ETP_OK)
        *trust = made;
    else
        etp_trust_free(made);
    return result;
}

void etp_trust_free(etp_trust *trust)
{
    if (trust == NULL)
        return;
    etp_memory_give(trust->allocator, trust->entries, trust->room * sizeof *trust->entries);
    etp_memory_give(trust->allocator, trust, sizeof *trust);
}

/* ---- reading ---- */

const etp_trust_entry *etp_trust_find(const etp_trust *trust, etp_id device)
{
    etp_trust_entry wanted = {.device = device};
    if (trust == NULL)
        return NULL;
    return bsearch(&wanted, trust->entries, trust->count, sizeof *trust->entries, by_device);
}

size_t etp_trust_count(const etp_trust *trust)
{
    return trust != NULL ? trust->count : 0;
}

const etp_trust_entry *etp_trust_at(const etp_trust *trust, size_t index)
{
    return trust != NULL && index < trust->count ? &trust->entries[index] : NULL;
}
