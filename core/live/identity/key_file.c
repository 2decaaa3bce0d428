/* SPDX-License-Identifier: MIT */
/*
 * A private key file:
 *
 *     # what it is
 *     etp-key 1
 *     device 1001
 *     public HxAa...fQ=
 *     seed q83v...0k=
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "live/identity/internal.h"
#include "live/identity/sign.h"
#include "live/identity/words.h"

enum { FILE_MAX = 4096, TEXT_MAX = 512, PATH_BYTES = 4096, SEED_TEXT_MAX = 48, WORDS = 2 };

static const char advice[] = "can be read by others than its owner: chmod 600";

/* ---- reading ---- */

/* What the lines said; each must come once. */
typedef struct key_lines {
    const char *version, *device, *public_key, *seed;
} key_lines;

static const char **place_of(key_lines *lines, const char *word)
{
    if (strcmp(word, "etp-key") == 0)
        return &lines->version;
    if (strcmp(word, "device") == 0)
        return &lines->device;
    if (strcmp(word, "public") == 0)
        return &lines->public_key;
    return strcmp(word, "seed") == 0 ? &lines->seed : NULL;
}

static int fail_form(const char *path, etp_error *error)
{
    return etp_fail(error, ETP_EFORMAT, "%s is no private key file: etp-engine keygen makes one", path);
}

static bool cut(char *text, size_t size, key_lines *lines)
{
    char *rest = text, *words[WORDS];
    for (char *line = etp_line_cut(&rest, text + size); line != NULL; line = etp_line_cut(&rest, text + size)) {
        unsigned count = etp_words_cut(line, words, WORDS);
        if (count == 0)
            continue;
        const char **place = place_of(lines, words[0]);
        if (count != WORDS || place == NULL || *place != NULL)
            return false;
        *place = words[1];
    }
    return lines->version != NULL && lines->device != NULL && lines->public_key != NULL && lines->seed != NULL;
}

static bool read_seed(const char *text, unsigned char seed[ETP_SEED_SIZE])
{
    size_t size = 0;
    return sodium_base642bin(seed, ETP_SEED_SIZE, text, strlen(text), NULL, &size, NULL,
                             sodium_base64_VARIANT_ORIGINAL) == 0 &&
           size == ETP_SEED_SIZE;
}

static int check_public(const etp_identity *identity, const char *text, const char *path, etp_error *error)
{
    etp_public_key key;
    if (etp_public_key_parse(&key, text) == ETP_OK && etp_public_key_equal(&key, &identity->public_key))
        return ETP_OK;
    return etp_fail(
        error, ETP_EFORMAT,
        "%s: its public key does not belong to its seed: the file is damaged; take it from a backup, or make "
        "a new key and tell those who trust the old one",
        path);
}

static int make_of(etp_identity **identity, const key_lines *lines, const char *path, const etp_allocator *allocator,
                   etp_error *error)
{
    unsigned char seed[ETP_SEED_SIZE];
    etp_id device;
    if (strcmp(lines->version, "1") != 0)
        return etp_fail(error, ETP_EFORMAT, "%s: its form is of version %.16s, this program knows version 1", path,
                        lines->version);
    if (!etp_device_parse(lines->device, &device) || !read_seed(lines->seed, seed))
        return fail_form(path, error);
    int result = etp_identity_from_seed(identity, device, seed, allocator, error);
    sodium_memzero(seed, sizeof seed);
    if (result == ETP_OK)
        result = check_public(*identity, lines->public_key, path, error);
    return result;
}

int etp_identity_load(etp_identity **identity, const char *path, const etp_allocator *allocator, etp_error *error)
{
    char *text = NULL;
    size_t size = 0, room = 0;
    key_lines lines = {0};
    etp_identity *made = NULL;
    if (identity == NULL || path == NULL || !etp_allocator_is_whole(allocator))
        return etp_fail(error, ETP_EINVAL, NULL);
    int result = etp_small_file_read(path, FILE_MAX, S_IRWXG | S_IRWXO, advice, allocator, &text, &size, &room, error);
    if (result != ETP_OK)
        return result;
    result = cut(text, size, &lines) ? make_of(&made, &lines, path, allocator, error) : fail_form(path, error);
    sodium_memzero(text, room);
    etp_memory_give(allocator, text, room);
    if (result == ETP_OK)
        *identity = made;
    else
        etp_identity_free(made);
    return result;
}

/* ---- writing ---- */

static size_t compose(const etp_identity *identity, char text[TEXT_MAX])
{
    char public_key[ETP_PUBLIC_KEY_TEXT_MAX], seed[SEED_TEXT_MAX];
    etp_public_key_show(&identity->public_key, public_key);
    sodium_bin2base64(seed, sizeof seed, identity->secret, ETP_SEED_SIZE, sodium_base64_VARIANT_ORIGINAL);
    int size =
        snprintf(text, TEXT_MAX,
                 "# The private key of device %" PRIu64 ". Whoever can read this file can trade as that device.\n"
                 "etp-key 1\ndevice %" PRIu64 "\npublic %s\nseed %s\n",
                 identity->device, identity->device, public_key, seed);
    sodium_memzero(seed, sizeof seed);
    return (size_t)size;
}

static bool write_all(int file, const char *text, size_t size)
{
    while (size > 0) {
        ssize_t done = write(file, text, size);
        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            text += done;
            size -= (size_t)done;
        }
    }
    return fsync(file) == 0;
}

/* The name becomes durable with its folder. Where the folder cannot be opened, or not be synced, it is as safe as other
 * files there. */
static void sync_folder(const char *path)
{
    char folder[PATH_BYTES];
    const char *slash = strrchr(path, '/');
    size_t size = slash != NULL ? (size_t)(slash - path) + 1 : 0;
    if (size >= sizeof folder)
        return;
    memcpy(folder, path, size);
    folder[size] = '\0';
    int file = open(size > 0 ? folder : ".", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    fsync(file);
    close(file);
}

static int fail_write(const char *path, int reason, etp_error *error)
{
    if (reason == EEXIST)
        return etp_fail(error, ETP_EEXIST, "%s is there already, and a private key is never written over", path);
    return etp_fail(error, ETP_EIO, "%s cannot be written: %s", path, strerror(reason));
}

/* The name is given to a file that is whole: link() does not take a name that is there. Returns 0 or errno. */
static int write_file(const char *path, const char *temporary, const char *text, size_t size)
{
    int file = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (file < 0)
        return errno;
    int reason = write_all(file, text, size) ? 0 : errno;
    if (close(file) != 0 && reason == 0)
        reason = errno;
    if (reason == 0 && link(temporary, path) != 0)
        reason = errno;
    unlink(temporary);
    if (reason == 0)
        sync_folder(path);
    return reason;
}

int etp_identity_save(const etp_identity *identity, const char *path, etp_error *error)
{
    char text[TEXT_MAX], temporary[PATH_BYTES];
    if (identity == NULL || path == NULL)
        return etp_fail(error, ETP_EINVAL, NULL);
    if (access(path, F_OK) == 0)
        return fail_write(path, EEXIST, error);
    int length = snprintf(temporary, sizeof temporary, "%s.%08" PRIx32, path, randombytes_random());
    if (length < 0 || (size_t)length >= sizeof temporary)
        return fail_write(path, ENAMETOOLONG, error);
    int reason = write_file(path, temporary, text, compose(identity, text));
    sodium_memzero(text, sizeof text);
    return reason == 0 ? ETP_OK : fail_write(path, reason, error);
}
