/* SPDX-License-Identifier: MIT */
/* Trust lists as text: "DEVICE ROLE KEY [name=NAME] [via=RELAY]", a device a line. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "live/identity/internal.h"
#include "live/identity/sign.h"
#include "live/identity/trust.h"
#include "live/identity/words.h"

enum { FILE_MAX = 64 * 1024 * 1024, WORDS_MIN = 3, WORDS_MAX = 5, LINE_WORD_SHOWN = 40 };

static const char advice[] = "can be written by everybody, who could add devices of his own: chmod o-w";

/* One line, for errors. */
typedef struct place {
    const char *file;
    size_t line;
} place;

static int fail_at(place at, etp_error *error, const char *what, const char *word, const char *advise)
{
    return etp_fail(error, ETP_EFORMAT, "%s:%zu: %s '%.*s': %s", at.file, at.line, what, LINE_WORD_SHOWN, word, advise);
}

/* ---- one line ---- */

static int read_more(etp_trust_entry *entry, const char *word, place at, etp_error *error)
{
    if (strncmp(word, "name=", 5) == 0 && entry->name[0] == '\0') {
        if (!etp_trust_name_fits(word + 5))
            return fail_at(at, error, "the name", word + 5, "up to 31 letters, digits and - _ . : @ + are allowed");
        memcpy(entry->name, word + 5, strlen(word + 5) + 1);
        return ETP_OK;
    }
    if (strncmp(word, "via=", 4) == 0 && entry->via == 0) {
        if (!etp_device_parse(word + 4, &entry->via) || entry->via == entry->device)
            return fail_at(at, error, "via", word + 4, "the device id of a relay is wanted");
        if (entry->role == ETP_DEVICE_RELAY)
            return fail_at(at, error, "via", word + 4, "a relay is spoken to itself; no other relay speaks for it");
        return ETP_OK;
    }
    return fail_at(at, error, "unexpected", word, "after the key may come name=NAME and via=RELAY, each once");
}

static int read_entry(etp_trust_entry *entry, char *words[], unsigned count, place at, etp_error *error)
{
    if (count < WORDS_MIN || count > WORDS_MAX)
        return etp_fail(
            error, ETP_EFORMAT,
            "%s:%zu: a line is a device id, its role, its public key, and name=NAME or via=RELAY where wanted", at.file,
            at.line);
    if (!etp_device_parse(words[0], &entry->device))
        return fail_at(at, error, "the device id", words[0], "a whole number from 1 to 9007199254740991 is wanted");
    if (etp_device_role_parse(words[1], &entry->role) != ETP_OK)
        return fail_at(at, error, "the role", words[1], "battery, aggregator or relay is wanted");
    if (etp_public_key_parse(&entry->keys[0], words[2]) != ETP_OK)
        return fail_at(at, error, "the public key", words[2],
                       "44 signs of base64 are wanted, as etp-engine keygen prints them");
    entry->key_count = 1;
    for (unsigned i = WORDS_MIN; i < count; i++) {
        int result = read_more(entry, words[i], at, error);
        if (result != ETP_OK)
            return result;
    }
    return ETP_OK;
}

/* ---- all lines ---- */

/* What is being read: entries in the order of the text, the line of each beside it. */
typedef struct reading {
    etp_trust *trust;
    const char *name;
} reading;

static size_t count_lines(const char *text, size_t size)
{
    size_t lines = 1;
    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n';
    return lines;
}

static int read_lines(reading *list, char *text, size_t size, etp_error *error)
{
    char *rest = text, *words[WORDS_MAX];
    place at = {list->name, 0};
    for (char *line = etp_line_cut(&rest, text + size); line != NULL; line = etp_line_cut(&rest, text + size)) {
        at.line++;
        if (rest - 1 - line != (ptrdiff_t)strlen(line))
            return etp_fail(error, ETP_EFORMAT, "%s:%zu: this is no text", at.file, at.line);
        unsigned count = etp_words_cut(line, words, WORDS_MAX);
        if (count == 0)
            continue;
        etp_trust_entry *entry = &list->trust->entries[list->trust->count];
        int result = read_entry(entry, words, count, at, error);
        if (result != ETP_OK)
            return result;
        list->trust->count++;
    }
    return ETP_OK;
}

/* A second line for a device is a second key of it, and says the same otherwise. */
static int join(etp_trust_entry *into, const etp_trust_entry *more, const char *name, etp_error *error)
{
    if (into->key_count == ETP_TRUST_KEYS_MAX)
        return etp_fail(error, ETP_EFORMAT,
                        "%s: device %" PRIu64 " has three lines; two are enough to replace a key: remove the oldest",
                        name, into->device);
    if (into->role != more->role || into->via != more->via || strcmp(into->name, more->name) != 0)
        return etp_fail(error, ETP_EFORMAT,
                        "%s: the two lines of device %" PRIu64 " differ in more than the key: make them the same", name,
                        into->device);
    into->keys[into->key_count++] = more->keys[0];
    return ETP_OK;
}

static int compare(const void *a, const void *b)
{
    const etp_trust_entry *one = a, *other = b;
    if (one->device != other->device)
        return one->device < other->device ? -1 : 1;
    return memcmp(one->keys[0].bytes, other->keys[0].bytes, sizeof one->keys[0].bytes);
}

static int join_lines(const reading *list, etp_error *error)
{
    etp_trust_entry *entries = list->trust->entries;
    size_t kept = 0;
    qsort(entries, list->trust->count, sizeof *entries, compare);
    for (size_t i = 0; i < list->trust->count; i++) {
        if (kept > 0 && entries[kept - 1].device == entries[i].device) {
            int result = join(&entries[kept - 1], &entries[i], list->name, error);
            if (result != ETP_OK)
                return result;
        } else {
            entries[kept++] = entries[i];
        }
    }
    list->trust->count = kept;
    return ETP_OK;
}

/* Every relay that is named must be one. */
static int check_relays(const reading *list, etp_error *error)
{
    for (size_t i = 0; i < list->trust->count; i++) {
        const etp_trust_entry *entry = &list->trust->entries[i];
        const etp_trust_entry *relay = entry->via != 0 ? etp_trust_find(list->trust, entry->via) : NULL;
        if (entry->via != 0 && (relay == NULL || relay->role != ETP_DEVICE_RELAY))
            return etp_fail(error, ETP_EFORMAT,
                            "%s: device %" PRIu64 " is reached via %" PRIu64 ", which is no relay in this list",
                            list->name, entry->device, entry->via);
    }
    return ETP_OK;
}

static int settle(const reading *list, etp_error *error)
{
    etp_error inner = {0};
    int result = etp_trust_settle(list->trust, &inner);
    if (result != ETP_EEXIST)
        return result == ETP_OK ? ETP_OK : etp_fail(error, result, NULL);
    return etp_fail(error, ETP_EFORMAT, "%s: %s", list->name, inner.text);
}

/* `text` has room for a terminator, and is cut. */
static int read_all(etp_trust **trust, char *text, size_t size, const char *name, const etp_allocator *allocator,
                    etp_error *error)
{
    reading list = {etp_trust_new(count_lines(text, size), allocator), name};
    if (list.trust == NULL)
        return etp_fail(error, ETP_ENOMEM, NULL);
    int result = read_lines(&list, text, size, error);
    if (result == ETP_OK)
        result = join_lines(&list, error);
    if (result == ETP_OK)
        result = settle(&list, error);
    if (result == ETP_OK)
        result = check_relays(&list, error);
    if (result == ETP_OK)
        *trust = list.trust;
    else
        etp_trust_free(list.trust);
    return result;
}

/* ---- the doors ---- */

int etp_trust_parse(etp_trust **trust, const char *text, size_t size, const char *name, const etp_allocator *allocator,
                    etp_error *error)
{
    if (trust == NULL || text == NULL || name == NULL || !etp_allocator_is_whole(allocator))
        return etp_fail(error, ETP_EINVAL, NULL);
    if (size > FILE_MAX)
        return etp_fail(error, ETP_EFORMAT, "%s is larger than 64 MiB, which no trust list is", name);
    char *copy = etp_memory_take(allocator, size + 1);
    if (copy == NULL)
        return etp_fail(error, ETP_ENOMEM, NULL);
    memcpy(copy, text, size);
    int result = read_all(trust, copy, size, name, allocator, error);
    etp_memory_give(allocator, copy, size + 1);
    return result;
}

int etp_trust_load(etp_trust **trust, const char *path, const etp_allocator *allocator, etp_error *error)
{
    char *text = NULL;
    size_t size = 0, room = 0;
    if (trust == NULL || path == NULL || !etp_allocator_is_whole(allocator))
        return etp_fail(error, ETP_EINVAL, NULL);
    int result = etp_small_file_read(path, FILE_MAX, S_IWOTH, advice, allocator, &text, &size, &room, error);
    if (result == ETP_OK)
        result = read_all(trust, text, size, path, allocator, error);
    etp_memory_give(allocator, text, room);
    return result;
}

int etp_trust_show(const etp_trust_entry *entry, unsigned index, char *text, size_t size)
{
    char key[ETP_PUBLIC_KEY_TEXT_MAX], via[32] = "";
    if (entry == NULL || text == NULL || index >= entry->key_count || entry->key_count > ETP_TRUST_KEYS_MAX)
        return ETP_EINVAL;
    etp_public_key_show(&entry->keys[index], key);
    if (entry->via != 0)
        snprintf(via, sizeof via, " via=%" PRIu64, entry->via);
    int length = snprintf(text, size, "%" PRIu64 " %s %s%s%s%s", entry->device, etp_device_role_name(entry->role), key,
                          entry->name[0] != '\0' ? " name=" : "", entry->name, via);
    return length >= 0 && (size_t)length < size ? length : ETP_ENOSPACE;
}
