/* SPDX-License-Identifier: MIT */
#include "program/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program/status.h"
#include "program/unfinished.h"

enum { SUFFIX_MAX = 32, PERMISSIONS = 0666 };

int etp_output_fail(const char *path, int reason, etp_error *error)
{
    bool standard = strcmp(path, "-") == 0;
    etp_fail(error, ETP_EIO, "%s cannot be written: %s", standard ? "standard output" : path,
             reason != 0 ? strerror(reason) : "unknown error");
    return ETP_EXIT_FAILED;
}

int etp_output_flush(etp_error *error)
{
    return fflush(stdout) == 0 ? ETP_EXIT_DONE : etp_output_fail("-", errno, error);
}

bool etp_output_is_file(const char *path, const char *other)
{
    struct stat facts, others;
    return path != NULL && other != NULL && stat(path, &facts) == 0 && stat(other, &others) == 0 &&
           S_ISREG(facts.st_mode) && facts.st_dev == others.st_dev && facts.st_ino == others.st_ino;
}

/* A device, a pipe or a link is written to; only a plain file is replaced. */
static bool is_plain(const char *path)
{
    struct stat facts;
    return lstat(path, &facts) != 0 || S_ISREG(facts.st_mode);
}

static void forget_temporary(etp_output *output)
{
    etp_unfinished_set(NULL);
    free(output->temporary);
    output->temporary = NULL;
}

static FILE *open_temporary(etp_output *output)
{
    size_t size = strlen(output->path) + SUFFIX_MAX;
    output->temporary = malloc(size);
    if (output->temporary == NULL)
        return NULL;
    snprintf(output->temporary, size, "%s.%ld.part", output->path, (long)getpid());
    etp_unfinished_set(output->temporary);
    int handle = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL, PERMISSIONS);
    FILE *file = handle >= 0 ? fdopen(handle, "w") : NULL;
    if (file == NULL) {
        int reason = errno;
        if (handle >= 0) {
            close(handle);
            unlink(output->temporary);
        }
        forget_temporary(output);
        errno = reason;
    }
    return file;
}

int etp_output_open(etp_output *output, const char *path, bool whole, etp_error *error)
{
    *output = (etp_output){.path = path};
    if (path == NULL)
        return ETP_EXIT_DONE;
    if (strcmp(path, "-") == 0)
        output->file = stdout;
    else if (whole && is_plain(path))
        output->file = open_temporary(output);
    else
        output->file = fopen(path, "w");
    return output->file != NULL ? ETP_EXIT_DONE : etp_output_fail(path, errno, error);
}

/* The reason why it could not be closed, or 0. */
static int close_file(etp_output *output)
{
    FILE *file = output->file;
    bool failed = ferror(file) != 0;
    output->file = NULL;
    errno = 0;
    failed = (file == stdout ? fflush(file) : fclose(file)) != 0 || failed;
    return failed ? (errno != 0 ? errno : EIO) : 0;
}

int etp_output_finish(etp_output *output, etp_error *error)
{
    if (output->file == NULL)
        return ETP_EXIT_DONE;
    int reason = close_file(output);
    if (reason == 0 && output->temporary != NULL) {
        if (rename(output->temporary, output->path) != 0)
            return etp_output_fail(output->path, errno, error);
        forget_temporary(output);
    }
    return reason == 0 ? ETP_EXIT_DONE : etp_output_fail(output->path, reason, error);
}

int etp_output_finish_json(etp_output *output, int result, etp_error *error)
{
    if (result == ETP_EIO)
        return etp_output_fail(output->path, errno, error);
    if (result == ETP_OK)
        return etp_output_finish(output, error);
    etp_fail(error, result, "no memory for the result as JSON");
    return ETP_EXIT_FAILED;
}

void etp_output_drop(etp_output *output)
{
    if (output->file != NULL)
        close_file(output);
    if (output->temporary != NULL) {
        unlink(output->temporary);
        forget_temporary(output);
    }
    *output = (etp_output){0};
}
