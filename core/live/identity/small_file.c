/* SPDX-License-Identifier: MIT */
/* Files of keys and trust lists: plain, small, and not open to everybody. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "live/identity/internal.h"

static int fail_system(const char *path, const char *what, etp_error *error)
{
    return etp_fail(error, ETP_EIO, "%s %s: %s", path, what, strerror(errno));
}

static int check_kind(const char *path, const struct stat *facts, size_t limit, etp_error *error)
{
    if (!S_ISREG(facts->st_mode))
        return etp_fail(error, ETP_EIO, "%s is no plain file", path);
    if ((uintmax_t)facts->st_size > limit)
        return etp_fail(error, ETP_EFORMAT, "%s is larger than %zu bytes, which no such file is", path, limit);
    return ETP_OK;
}

/* The file may grow or shrink while it is read: what was there at first is the most that is taken. */
static int fill(int file, const char *path, char *text, size_t limit, size_t *size, etp_error *error)
{
    size_t have = 0;
    while (have < limit) {
        ssize_t more = read(file, text + have, limit - have);
        if (more == 0)
            break;
        if (more > 0)
            have += (size_t)more;
        else if (errno != EINTR)
            return fail_system(path, "cannot be read", error);
    }
    text[have] = '\0';
    *size = have;
    return ETP_OK;
}

static int take(int file, const char *path, const etp_allocator *allocator, size_t bytes, char **text, size_t *size,
                size_t *room, etp_error *error)
{
    char *block = etp_memory_take(allocator, bytes + 1);
    if (block == NULL)
        return etp_fail(error, ETP_ENOMEM, NULL);
    int result = fill(file, path, block, bytes, size, error);
    if (result != ETP_OK) {
        etp_memory_give(allocator, block, bytes + 1);
        return result;
    }
    *text = block;
    *room = bytes + 1;
    return ETP_OK;
}

int etp_small_file_read(const char *path, size_t limit, mode_t forbidden, const char *advice,
                        const etp_allocator *allocator, char **text, size_t *size, size_t *room, etp_error *error)
{
    struct stat facts;
    /* A named pipe would keep us waiting for whoever writes into it. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return fail_system(path, "cannot be opened", error);
    int result = fstat(file, &facts) == 0 ? check_kind(path, &facts, limit, error)
                                          : fail_system(path, "cannot be looked at", error);
    if (result == ETP_OK && (facts.st_mode & forbidden) != 0)
        result = etp_fail(error, ETP_EIO, "%s %s %s", path, advice, path);
    if (result == ETP_OK)
        result = take(file, path, allocator, (size_t)facts.st_size, text, size, room, error);
    close(file);
    return result;
}
